//! The ladder as a drawing: lifelines, an arrow for each packet that falls as it travels, calls beside their lifelines, remarks.
//! Not the ladder in the terminal (`ladder`).

use super::beside::{beside, told};
use super::endpoint::Endpoint;
use super::ladder::Ladder;
use super::ladder_section::sections;
use super::message;
use super::rung::{Rungs, Step, lane_style, on_arrow, rungs};
use super::styled::{Look, Style};
use super::svg::{Anchor, CHARACTER, Svg, columns};
use super::words;
use super::wrap;
use crate::event::packet::PacketEvent;

/// From the left edge to the end of the times, and to the first lifeline when no call stands before it.
const TIMES: f64 = 116.0;
const MARGIN: f64 = 132.0;
/// From one lifeline to the next, when there are two of them and when there are more.
const APART: f64 = 330.0;
const NEARER: f64 = 224.0;
/// The columns of words between two lifelines, and for how many columns they move apart where briefer words cannot be found.
const NARROW: usize = 39;
const WIDEST: usize = 48;
/// How far an arrow falls on its way.
const FALL: f64 = 8.0;
/// A step's height when its remarks take one line.
const STEP: f64 = 28.0;
/// From one line of remarks to the next.
const REMARK: f64 = 15.0;
/// Columns of the remarks.
const REMARKS: usize = 44;
/// Columns that a call before the first lifeline may take.
const CALL: f64 = 26.0;
/// For the words of what a lifeline sends to itself.
const ITSELF: f64 = 300.0;
/// A way of at least this many nanoseconds is drawn as long as it took.
const SLOW: i64 = 5_000_000;
/// From a lifeline to the words of an arrow that begins there: the head of one that arrives just there stays free.
const HEAD: f64 = 16.0;
/// Between two sections.
const GAP: f64 = 14.0;
/// A pause of at least this many nanoseconds is drawn.
const PAUSE: i64 = 150_000_000;

/// What a drawing can be no longer than: more steps are left out, and that is said.
const STEPS: usize = 4000;

/// Draws it.
pub fn draw(ladder: &Ladder<'_>) -> Svg {
    let all = rungs(ladder);
    let start = all.steps.first().map_or(0, |step| step.0);
    let mut svg = Svg::new();
    let mut top = 0.0;
    let mut room = STEPS;
    let mut left_out = 0;
    let mut last = None;
    for section in &sections(all) {
        if room == 0 {
            left_out += section.steps.len();
            continue;
        }
        let sheet = Sheet {
            start,
            before: last,
            room,
        };
        top = sheet.section(&mut svg, section, top) + GAP;
        left_out += section.steps.len().saturating_sub(room);
        room = room.saturating_sub(section.steps.len());
        last = section.steps.last().map(|step| step.0);
    }
    if left_out > 0 {
        let words = format!("and {left_out} more steps");
        svg.text((MARGIN, top + 10.0), Style::Dim, Anchor::Start, &words);
    }
    svg
}

/// What a section is drawn with.
struct Sheet {
    /// Times count from here.
    start: i64,
    /// When the last step of the section above was.
    before: Option<i64>,
    /// At most so many steps.
    room: usize,
}

impl Sheet {
    /// Draws a section below what is there, and gives where the next may begin.
    fn section(&self, svg: &mut Svg, Rungs { ends, steps }: &Rungs<'_>, above: f64) -> f64 {
        let frame = Frame::new(ends, steps);
        for (lane, end) in ends.iter().enumerate() {
            let at = |y| (frame.places[lane], above + y);
            svg.text(at(20.0), lane_style(lane), Anchor::Middle, &end.name);
            svg.text(at(37.0), Style::Dim, Anchor::Middle, &end.address);
        }
        let top = above + 46.0;
        let mut y = top + 24.0;
        let mut time = self
            .before
            .or_else(|| steps.first().map(|step| step.0))
            .unwrap_or(self.start);
        let mut pauses = Vec::new();
        let mut causes = vec![String::new(); ends.len()];
        let mut rows: Vec<(i64, f64)> = Vec::new();
        let mut slow = Vec::new();
        for (now, step) in steps.iter().take(self.room) {
            if now - time >= PAUSE {
                pauses.push((y - 8.0, now - time));
                y += STEP;
            }
            time = *now;
            let since = words::since(now - self.start);
            svg.text((TIMES, y), Style::Dim, Anchor::End, &since);
            rows.push((*now, y));
            y += match step {
                Step::Packet { packet, from, to } => {
                    let cause = told(packet, &mut causes[*from]);
                    let late = delay(packet).filter(|_| from != to);
                    if let Some(late) = late {
                        slow.push((*packet, (*from, *to), (*now, now + late)));
                    } else {
                        frame.arrow(svg, packet, (*from, *to), y);
                    }
                    frame.packet(svg, packet, (*from, *to), &cause, y)
                }
                _ => frame.step(svg, step, y),
            };
        }
        let mut foot = y - 8.0;
        for (_, way, (sent, arrives)) in &slow {
            let (y, tip) = (height(&rows, *sent), height(&rows, *arrives));
            frame.slow(svg, *way, y, tip.max(y + FALL));
            foot = foot.max(tip + 10.0);
        }
        // After all arrows: no other goes through what is said of one.
        for (packet, way, (sent, _)) in &slow {
            frame.slow_words(svg, packet, *way, height(&rows, *sent));
        }
        for place in &frame.places {
            svg.line((*place, top), (*place, foot), Style::Dim, false);
        }
        for (at, nanoseconds) in pauses {
            frame.pause(svg, at, nanoseconds);
        }
        foot
    }
}

/// Where everything stands.
struct Frame {
    places: Vec<f64>,
    remarks: f64,
}

impl Frame {
    fn new(ends: &[Endpoint], steps: &[(i64, Step<'_>)]) -> Self {
        let calls = steps.iter().filter_map(|(_, step)| match step {
            Step::Call {
                text,
                lane: Some(0),
                ..
            } => Some(columns(text)),
            _ => None,
        });
        let before = calls.fold(0.0, f64::max).min(CALL) * CHARACTER;
        let title = ends.first().map_or(0.0, |end| columns(&end.address));
        let first = (MARGIN + before).max(title * CHARACTER / 2.0 + 12.0);
        let words = steps.iter().filter_map(|(_, step)| match step {
            Step::Packet { packet, .. } => Some(columns(&on_arrow(packet, NARROW, &page()))),
            _ => None,
        });
        let widest = words.fold(0.0, f64::max).min(WIDEST as f64) * CHARACTER + 20.0;
        let apart = match ends.len() {
            0..=2 => APART.max(widest),
            _ => NEARER,
        };
        let places: Vec<f64> = (0..ends.len())
            .map(|lane| first + lane as f64 * apart)
            .collect();
        let last = places.last().copied().unwrap_or(first);
        Self {
            places,
            remarks: last + 16.0,
        }
    }

    fn pause(&self, svg: &mut Svg, at: f64, nanoseconds: i64) {
        let words = format!("{} pass", words::took(nanoseconds));
        for place in &self.places {
            svg.blank((place - 3.0, at - 8.0), (6.0, 14.0));
            svg.line((*place, at - 8.0), (*place, at + 6.0), Style::Dim, true);
        }
        let first = self.places.first().copied().unwrap_or(MARGIN);
        svg.blank(
            (first + 18.0, at - 7.0),
            (columns(&words) * CHARACTER + 4.0, 14.0),
        );
        svg.text((first + 20.0, at + 4.0), Style::Note, Anchor::Start, &words);
    }

    /// Draws what is no packet, and gives how high it is.
    fn step(&self, svg: &mut Svg, step: &Step<'_>, y: f64) -> f64 {
        match step {
            Step::Packet { .. } => 0.0,
            Step::Message { message, from, to } => {
                let style = lane_style(*from);
                let (start, end) = (self.places[*from], self.places[*to]);
                let text = message::on_arrow(message, 24);
                if from == to {
                    svg.text((start + 8.0, y), style, Anchor::Start, &format!("⇄ {text}"));
                } else {
                    // Nothing travels: the arrow does not fall.
                    svg.arrow((start, y - 2.0), (end, y - 2.0), style, true);
                    let middle = (f64::midpoint(start, end), y - 8.0);
                    svg.text(middle, style, Anchor::Middle, &text);
                }
                let words = message::NO_PACKET;
                svg.text((self.remarks, y), Style::Dim, Anchor::Start, words);
                STEP
            }
            Step::Call {
                text,
                process,
                failed,
                lane,
            } => {
                let style = if *failed { Style::Error } else { Style::Call };
                match lane {
                    Some(0) if columns(text) <= CALL => {
                        svg.text((self.places[0] - 8.0, y), style, Anchor::End, text);
                    }
                    Some(lane) => {
                        svg.text((self.places[*lane] + 8.0, y), style, Anchor::Start, text);
                    }
                    None => {
                        let words = format!("{process}: {text}");
                        let at = self.places.first().map_or(MARGIN, |first| first + 8.0);
                        svg.text((at, y), Style::Dim, Anchor::Start, &words);
                    }
                }
                STEP - 4.0
            }
        }
    }

    fn packet(
        &self,
        svg: &mut Svg,
        packet: &PacketEvent,
        (from, to): (usize, usize),
        cause: &str,
        y: f64,
    ) -> f64 {
        let number = format!("#{}", packet.number);
        svg.text((36.0, y), Style::Bold, Anchor::End, &number);
        // What a lifeline sends to itself stands where the remarks would.
        let room = if from == to { ITSELF } else { 0.0 };
        let rows = wrap::rows(&beside(packet, cause), &page());
        for (index, row) in rows.iter().enumerate() {
            let at = (self.remarks + room, y + index as f64 * REMARK);
            svg.line_of_text(at, row);
        }
        STEP + rows.len().saturating_sub(1) as f64 * REMARK
    }

    /// The arrow of a packet whose way takes long: it falls to the time of its arrival.
    fn slow(&self, svg: &mut Svg, (from, to): (usize, usize), y: f64, tip: f64) {
        let (start, end) = (self.places[from], self.places[to]);
        svg.arrow((start, y - 4.0), (end, tip - 4.0), lane_style(from), false);
    }

    /// Its words, above its beginning: in the middle it may cross another.
    fn slow_words(&self, svg: &mut Svg, packet: &PacketEvent, (from, to): (usize, usize), y: f64) {
        let text = on_arrow(packet, NARROW, &page());
        let width = columns(&text) * CHARACTER;
        let x = if self.places[to] > self.places[from] {
            self.places[from] + HEAD
        } else {
            self.places[from] - HEAD - width
        };
        svg.blank((x - 2.0, y - 18.0), (width + 4.0, 13.0));
        svg.text((x, y - 8.0), lane_style(from), Anchor::Start, &text);
    }

    fn arrow(&self, svg: &mut Svg, packet: &PacketEvent, (from, to): (usize, usize), y: f64) {
        let lost = packet.lost().is_some();
        let style = if lost { Style::Lost } else { lane_style(from) };
        let (start, end) = (self.places[from], self.places[to]);
        let room = match (start - end).abs() {
            none if none < 1.0 => (ITSELF / CHARACTER) as usize - 2,
            room => (room / CHARACTER) as usize,
        };
        let text = on_arrow(packet, room.saturating_sub(3), &page());
        let text = page().cut(&text, room);
        if from == to {
            svg.text((start + 8.0, y), style, Anchor::Start, &format!("⇄ {text}"));
        } else {
            // A packet that was lost, or that the wire holds, gets two thirds of the way.
            let held = packet.is_held();
            let reach = if lost || held { 0.66 } else { 1.0 };
            let (tip, fall) = (start + (end - start) * reach, FALL * reach);
            let (begin, tip) = ((start, y - 4.0), (tip, y - 4.0 + fall));
            if lost {
                svg.line(begin, tip, style, false);
                svg.cross(tip, style);
            } else if held {
                svg.line(begin, tip, style, false);
                svg.point(tip, style);
            } else {
                svg.arrow(begin, tip, style, false);
            }
            let fits = columns(&text) * CHARACTER < (tip.0 - start).abs();
            let middle = f64::midpoint(start, if fits { tip.0 } else { end });
            svg.text((middle, y - 8.0), style, Anchor::Middle, &text);
        }
    }
}

/// How long the wire kept a packet that arrived, in nanoseconds, where that is long enough to be seen.
fn delay(packet: &PacketEvent) -> Option<i64> {
    let kept = packet.delay_ns();
    let arrives = packet.lost().is_none() && !packet.is_held();
    (kept >= SLOW && arrives).then_some(kept)
}

/// Where a time lies among rows that are drawn: between two of them in proportion, behind the last a row lower.
fn height(rows: &[(i64, f64)], time: i64) -> f64 {
    let next = rows.partition_point(|row| row.0 <= time);
    let before = rows[..next].last().or(rows.first()).copied();
    match (before, rows.get(next)) {
        (Some(before), Some(after)) if after.0 > before.0 => {
            let part = (time - before.0) as f64 / (after.0 - before.0) as f64;
            // What the arrival causes is drawn below it.
            (before.1 + part * (after.1 - before.1)).min((after.1 - 6.0).max(before.1))
        }
        (Some(before), None) if time > before.0 => before.1 + STEP,
        (Some(before), _) => before.1,
        (None, _) => 0.0,
    }
}

/// How the remarks are laid out.
fn page() -> Look {
    Look {
        width: REMARKS,
        ascii: false,
        color: false,
    }
}

#[cfg(test)]
#[path = "svg_ladder_tests.rs"]
mod tests;
