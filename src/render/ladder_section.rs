//! A ladder of many endpoints in sections of few lifelines below each other, in the order of time, so that a drawing stays as narrow
//! as a page. Not the drawing (`svg_ladder`), and not what stands in a ladder (`rung`).

use super::rung::{Rungs, Step};

/// More lifelines than this have no room beside each other.
const WIDEST: usize = 3;
/// Calls that wait for several sockets: they are told though they belong to no single lifeline.
const WAITING: [&str; 3] = ["select(", "poll(", "epoll_wait("];

/// A section while it is put together: its lifelines as they are counted in the whole, and what happens.
struct Draft<'a> {
    lanes: Vec<usize>,
    steps: Vec<(i64, Step<'a>)>,
}

/// Cuts it where what happens next is between endpoints that are not drawn. A section has at most three lifelines, each connected
/// with the others by what it shows; the one who spoke first stands left.
pub(super) fn sections(all: Rungs<'_>) -> Vec<Rungs<'_>> {
    let ways = Ways(all.steps.iter().map(|(_, step)| step.ends()).collect());
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    for (at, (time, step)) in all.steps.into_iter().enumerate() {
        let last = drafts.last_mut();
        let pair = match &step {
            Step::Call {
                lane: None, text, ..
            } => {
                let told = WAITING.iter().any(|name| text.starts_with(name));
                if let Some(draft) = last.filter(|_| told) {
                    draft.steps.push((time, step));
                }
                continue;
            }
            Step::Call {
                lane: Some(lane), ..
            } => {
                if let Some(draft) = last
                    && draft.lanes.contains(lane)
                {
                    draft.steps.push((time, step));
                    continue;
                }
                ways.of(*lane, at)
            }
            Step::Packet { from, to, .. } | Step::Message { from, to, .. } => (*from, *to),
        };
        let (left, right) = ways.opened(pair);
        if !drafts
            .last()
            .is_some_and(|draft| takes(&draft.lanes, left, right))
        {
            drafts.push(Draft {
                lanes: Vec::new(),
                steps: Vec::new(),
            });
        }
        if let Some(draft) = drafts.last_mut() {
            for lane in [left, right] {
                if !draft.lanes.contains(&lane) {
                    draft.lanes.push(lane);
                }
            }
            draft.steps.push((time, step));
        }
    }
    drafts
        .into_iter()
        .map(|draft| renumbered(&all.ends, &draft.lanes, draft.steps))
        .collect()
}

/// Between which lifelines each step is; `None` for a call.
struct Ways(Vec<Option<(usize, usize)>>);

impl Ways {
    /// With whom a lifeline speaks next, or else spoke last; itself when it never does.
    fn of(&self, lane: usize, at: usize) -> (usize, usize) {
        let meets = |way: &&(usize, usize)| way.0 == lane || way.1 == lane;
        let later = self.0[at..].iter().flatten().find(meets);
        let found = later.or_else(|| self.0[..at].iter().flatten().rev().find(meets));
        found.copied().unwrap_or((lane, lane))
    }

    /// The pair with the one first who spoke first.
    fn opened(&self, pair: (usize, usize)) -> (usize, usize) {
        let is_it = |way: &&(usize, usize)| **way == pair || **way == (pair.1, pair.0);
        self.0.iter().flatten().find(is_it).copied().unwrap_or(pair)
    }
}

/// True when a section of these lifelines can show what is between these two.
fn takes(lanes: &[usize], left: usize, right: usize) -> bool {
    let missing = [left, right]
        .iter()
        .filter(|lane| !lanes.contains(lane))
        .count();
    missing == 0 || (missing == 1 && left != right && lanes.len() < WIDEST)
}

fn renumbered<'a>(
    ends: &[super::endpoint::Endpoint],
    lanes: &[usize],
    steps: Vec<(i64, Step<'a>)>,
) -> Rungs<'a> {
    let mut places = vec![(1, 0); ends.len()];
    for (place, lane) in lanes.iter().enumerate() {
        places[*lane] = (0, place);
    }
    let steps = steps
        .into_iter()
        .map(|(time, mut step)| {
            step.move_to(&places);
            (time, step)
        })
        .collect();
    Rungs {
        ends: lanes.iter().map(|lane| ends[*lane].clone()).collect(),
        steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::endpoint::Endpoint;
    use crate::render::sample::Capture;

    fn call(lane: Option<usize>, text: &str) -> Step<'static> {
        Step::Call {
            text: text.to_owned(),
            process: "lab",
            failed: false,
            lane,
        }
    }

    #[test]
    fn few_lifelines_stand_side_by_side_and_a_stranger_begins_a_section() {
        let end = |name: &str| Endpoint {
            name: name.to_owned(),
            address: String::new(),
        };
        let packets = Capture::new().handshake();
        let said = |from, to| Step::Packet {
            packet: &packets[0],
            from,
            to,
        };
        let all = Rungs {
            ends: ["s", "a", "b", "c"].map(end).to_vec(),
            steps: vec![
                (1, call(None, "socket() = 3")),
                (2, call(Some(1), "connect(3) …")),
                (3, said(1, 0)),
                (4, said(0, 1)),
                (5, call(None, "select() = 1")),
                (6, said(2, 0)),
                (7, said(3, 0)),
                (8, call(Some(0), "recv(4) = 1")),
                (9, call(Some(1), "recv(3) = 1")),
            ],
        };
        let sections = sections(all);
        let names: Vec<Vec<&str>> = sections
            .iter()
            .map(|section| section.ends.iter().map(|end| end.name.as_str()).collect())
            .collect();
        assert_eq!(names, [vec!["a", "s", "b"], vec!["c", "s", "a"]]);
        let counts: Vec<usize> = sections.iter().map(|section| section.steps.len()).collect();
        assert_eq!(counts, [5, 3]);
        assert_eq!(sections[0].steps[1].1.ends(), Some((0, 1)));
    }
}
