//! The ladder as a drawing: lifelines, an arrow for each packet that falls as it travels, calls beside their lifelines, remarks.
//! Not the ladder in the terminal (`ladder`).

use super::endpoint::Endpoint;
use super::ladder::Ladder;
use super::packet_line::remarks;
use super::rung::{Rungs, Step, lane_style, on_arrow, rungs};
use super::styled::{Look, Style};
use super::svg::{Anchor, CHARACTER, Svg, columns};
use super::words;
use crate::event::packet::PacketEvent;

/// From the left edge to the first lifeline without calls: number and time.
const MARGIN: f64 = 130.0;
/// Between two lifelines, at least.
const NEAREST: f64 = 420.0;
/// How far an arrow falls on its way.
const FALL: f64 = 10.0;
/// A step's height.
const STEP: f64 = 26.0;
/// A pause of at least this many nanoseconds is drawn.
const PAUSE: i64 = 100_000_000;

/// What a drawing can be no longer than: more steps are left out, and that is said.
const STEPS: usize = 4000;

/// Draws it.
pub fn draw(ladder: &Ladder<'_>) -> Svg {
    let Rungs { ends, steps } = rungs(ladder);
    let mut svg = Svg::new();
    let last = ends.len().saturating_sub(1);
    let widest = |lane: usize| {
        let calls = steps.iter().filter_map(|(_, step)| match step {
            Step::Call {
                text,
                lane: Some(own),
                ..
            } if *own == lane => Some(columns(text)),
            _ => None,
        });
        calls.fold(0.0, f64::max) * CHARACTER + 16.0
    };
    let first = MARGIN
        + widest(0).max(
            columns(&ends.first().map_or_else(String::new, Endpoint::title)) * CHARACTER / 2.0
                - 60.0,
        );
    let places: Vec<f64> = (0..ends.len())
        .map(|lane| first + lane as f64 * NEAREST)
        .collect();
    let frame = Frame {
        places: &places,
        remarks: first + last as f64 * NEAREST + widest(last) + 12.0,
    };
    for (lane, end) in ends.iter().enumerate() {
        let style = lane_style(lane);
        svg.text((places[lane], 20.0), style, Anchor::Middle, &end.name);
        svg.text(
            (places[lane], 38.0),
            Style::Dim,
            Anchor::Middle,
            &end.address,
        );
    }
    let top = 50.0;
    let mut y = top + 20.0;
    let start = steps.first().map_or(0, |step| step.0);
    let mut time = start;
    let mut pauses = Vec::new();
    for (now, step) in steps.iter().take(STEPS) {
        if now - time >= PAUSE {
            pauses.push((y - 8.0, now - time));
            y += STEP;
        }
        time = *now;
        frame.step(&mut svg, step, now - start, y);
        y += STEP;
    }
    if steps.len() > STEPS {
        let words = format!("and {} more steps", steps.len() - STEPS);
        svg.text((MARGIN, y), Style::Dim, Anchor::Start, &words);
        y += STEP;
    }
    for place in &places {
        svg.line((*place, top), (*place, y), Style::Dim, false);
    }
    for (at, nanoseconds) in pauses {
        let words = format!("{} pass", words::took(nanoseconds));
        let width = columns(&words) * CHARACTER;
        for place in &places {
            svg.blank((place - 3.0, at - 8.0), (6.0, 14.0));
            svg.line((*place, at - 8.0), (*place, at + 6.0), Style::Dim, true);
        }
        let middle = places
            .first()
            .map_or(MARGIN, |first| first + 20.0 + width / 2.0);
        svg.text((middle, at + 4.0), Style::Note, Anchor::Middle, &words);
    }
    svg
}

/// Where everything stands.
struct Frame<'a> {
    places: &'a [f64],
    remarks: f64,
}

impl Frame<'_> {
    fn step(&self, svg: &mut Svg, step: &Step<'_>, since: i64, y: f64) {
        let time = words::since(since);
        match step {
            Step::Packet { packet, from, to } => {
                let number = format!("#{}", packet.number);
                svg.text((38.0, y), Style::Bold, Anchor::End, &number);
                svg.text((MARGIN - 8.0, y), Style::Dim, Anchor::End, &time);
                self.packet(svg, packet, (*from, *to), y);
            }
            Step::Call {
                text,
                process,
                failed,
                lane,
            } => {
                svg.text((MARGIN - 8.0, y), Style::Dim, Anchor::End, &time);
                let style = if *failed { Style::Error } else { Style::Call };
                match lane {
                    Some(0) => svg.text((self.places[0] - 8.0, y), style, Anchor::End, text),
                    Some(lane) => {
                        svg.text((self.places[*lane] + 8.0, y), style, Anchor::Start, text);
                    }
                    None => {
                        let words = format!("{process}: {text}");
                        let at = self.places.first().map_or(MARGIN, |first| first + 8.0);
                        svg.text((at, y), Style::Dim, Anchor::Start, &words);
                    }
                }
            }
        }
    }

    fn packet(&self, svg: &mut Svg, packet: &PacketEvent, (from, to): (usize, usize), y: f64) {
        let lost = packet.lost().is_some();
        let style = if lost { Style::Lost } else { lane_style(from) };
        let (start, end) = (self.places[from], self.places[to]);
        let room = Look {
            width: 200,
            ascii: false,
            color: false,
        };
        let text = on_arrow(packet, ((start - end).abs() / CHARACTER) as usize, &room);
        if from == to {
            svg.text((start + 8.0, y), style, Anchor::Start, &format!("⇄ {text}"));
        } else {
            // A lost packet gets two thirds of the way.
            let reach = if lost { 0.66 } else { 1.0 };
            let (tip, fall) = (start + (end - start) * reach, FALL * reach);
            let (begin, tip) = ((start, y - 4.0), (tip, y - 4.0 + fall));
            if lost {
                svg.line(begin, tip, style, false);
                svg.cross(tip, style);
            } else {
                svg.arrow(begin, tip, style, false);
            }
            let middle = f64::midpoint(start, end);
            svg.text((middle, y - 8.0), style, Anchor::Middle, &text);
        }
        let mut x = self.remarks;
        for (style, words) in remarks(packet) {
            // The data stands on the arrow already.
            if style == Style::Data {
                continue;
            }
            svg.text((x, y), style, Anchor::Start, &words);
            x += (columns(&words) + 2.0) * CHARACTER;
        }
        if let Some(cause) = &packet.cause {
            let words = words::cause(cause, &[], &cause.process);
            svg.text((x, y), Style::Dim, Anchor::Start, &words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::wire::{Effect, Ruling};
    use crate::render::sample::{ACK, C, Capture, PSH, S};
    use crate::render::svg::assert_well_formed;

    #[test]
    fn a_lost_packet_ends_in_a_cross_and_data_is_escaped() {
        let mut capture = Capture::new();
        let mut packets = capture.handshake();
        capture.now_ns += 300_000_000;
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"<b>&\x1b[2J\xff\"'"));
        packets[3].rulings = vec![Ruling {
            rule: 1,
            effect: Effect::Lost,
        }];
        let all: Vec<&PacketEvent> = packets.iter().collect();
        let ladder = Ladder {
            packets: &all,
            calls: &[],
        };
        let file = draw(&ladder).file("ladder");
        assert_well_formed(&file);
        // Three heads for the three that arrived; two strokes of a cross for the one that did not.
        assert_eq!(file.matches("<polygon").count(), 3);
        assert_eq!(file.matches("class=\"s-lost\"").count(), 3);
        assert!(file.contains("300.0 ms pass"), "{file}");
        insta::assert_snapshot!(file.split_once("</style>").expect("it has ink").1);
    }
}
