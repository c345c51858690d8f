//! The whole ladder: a lifeline for each endpoint, the packets between them in the order of time, the calls in the outer
//! lanes, time gaps. Not the short block under one call (`exchange`).

use super::arrow::{self, Way};
use super::beside::{beside, told};
use super::canvas::Canvas;
use super::endpoint::Endpoint;
use super::message;
use super::packet_line;
use super::rung::{Rungs, Step, lane_style, on_arrow, parts};
use super::styled::{Line, Look, Style, Styled};
use super::words;
use super::wrap;
use crate::event::CallEvent;
use crate::event::message::MessageEvent;
use crate::event::packet::PacketEvent;

/// Narrower than this the calls stand between the lifelines.
const OUTER_LANES: usize = 64;
/// Lifelines nearer to each other than this leave no room for an arrow.
const NEAREST: usize = 16;
/// A pause of at least this many nanoseconds is drawn.
const PAUSE: i64 = 100_000_000;
/// Columns for number and time.
const MARGIN: usize = 16;
/// Remarks have room beside the drawing where there are so many columns.
const BESIDE: usize = 32;
/// From this width on the drawing leaves room for them.
const WITH_REMARKS: usize = 128;
/// Calls take at most this many columns of an outer lane.
const CALL_LANE: usize = 20;

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Ladder<'a> {
    /// The packets, in their order.
    pub packets: &'a [&'a PacketEvent],
    /// The calls, in the order in which they began.
    pub calls: &'a [&'a CallEvent],
    /// What was written without a packet.
    pub messages: &'a [&'a MessageEvent],
}

/// Draws it. Where there are more endpoints than the width has room for, a list stands in for the drawing.
pub fn draw(ladder: &Ladder<'_>, look: &Look) -> Styled {
    let parts = parts(ladder);
    let first = parts
        .iter()
        .filter_map(|part| part.steps.first())
        .map(|step| step.0);
    let start = first.min().unwrap_or_default();
    let mut text = Styled::new();
    for part in &parts {
        text.gap();
        draw_part(&mut text, part, start, look);
    }
    if !ladder.messages.is_empty() {
        text.gap();
        text.say(
            Style::Dim,
            2,
            "╌ no packet: AF_UNIX and AF_NETLINK never leave the kernel",
        );
    }
    text
}

fn draw_part(text: &mut Styled, Rungs { ends, steps }: &Rungs<'_>, start: i64, look: &Look) {
    let Some(frame) = Frame::new(ends, steps, look) else {
        for (time, step) in steps {
            text.push(listed(step, time - start, start, look));
        }
        return;
    };
    frame.header(text, ends);
    let mut last = steps.first().map_or(start, |step| step.0);
    let mut causes = vec![String::new(); ends.len()];
    for (time, step) in steps {
        if time - last >= PAUSE {
            frame.pause(text, time - last);
        }
        last = *time;
        frame.step(text, step, time - start);
        if let (Step::Packet { packet, from, .. }, Some(place)) = (step, frame.beside()) {
            let cause = told(packet, &mut causes[*from]);
            frame.remarks(text, &beside(packet, &cause), place);
        }
    }
}

/// Where the lifelines stand.
struct Frame<'a> {
    look: &'a Look,
    width: usize,
    columns: Vec<usize>,
    /// True when calls stand outside of the outer lifelines.
    outer: bool,
}

impl<'a> Frame<'a> {
    /// `None` when the lifelines would stand too near to each other.
    fn new(ends: &[Endpoint], steps: &[(i64, Step<'_>)], look: &'a Look) -> Option<Self> {
        let outer = look.width >= OUTER_LANES;
        let last = ends.len().checked_sub(1)?;
        let lane = |side: usize| {
            let calls = steps.iter().filter_map(|(_, step)| match step {
                Step::Call { text, lane, .. } if *lane == Some(side) => Some(look.measure(text)),
                _ => None,
            });
            calls.max().map_or(0, |widest| widest.min(CALL_LANE) + 1)
        };
        // An outer title is centred over its lifeline as well.
        let title = |end: &Endpoint| look.measure(&end.address).div_ceil(2).min(CALL_LANE);
        let (left, right) = if outer {
            (MARGIN + lane(0), lane(last).max(title(&ends[last])) + 1)
        } else {
            (0, 0)
        };
        let widest = 80 + 40 * last;
        // Of a wide terminal the remarks get what the arrows of two lifelines do not need.
        let width = if last == 1 && look.width >= WITH_REMARKS {
            widest.min(look.width * 3 / 5)
        } else {
            widest.min(look.width)
        };
        let span = width.checked_sub(left + right + 1)?;
        let gaps = last.max(1);
        if span / gaps < NEAREST {
            return None;
        }
        let columns = (0..ends.len())
            .map(|end| left + span * end / gaps)
            .collect();
        Some(Self {
            look,
            width,
            columns,
            outer,
        })
    }

    /// The column where remarks begin, when they have room right of the last lifeline.
    fn beside(&self) -> Option<usize> {
        let place = self.columns.last()? + 3;
        (self.look.width >= place + BESIDE).then_some(place)
    }

    /// Writes remarks behind the row that was drawn last, and below it what one row does not hold.
    fn remarks(&self, text: &mut Styled, remarks: &Line, place: usize) {
        let look = Look {
            width: self.look.width - place,
            ..*self.look
        };
        for (index, remark) in wrap::rows(remarks, &look).iter().enumerate() {
            let drawn = text.lines.pop_if(|_| index == 0);
            let mut row = drawn.unwrap_or_else(|| self.lifelines("│").line());
            row.pad(place, self.look);
            // What a packet that comes back to its sender says has no second lifeline to end at.
            if row.width(self.look) > place {
                row.push(Style::Plain, "  ");
            }
            row.append(remark);
            text.push(row);
        }
    }

    fn lifelines(&self, mark: &str) -> Canvas {
        let mut row = Canvas::new(self.width);
        for column in &self.columns {
            row.put(*column, Style::Dim, mark, self.look);
        }
        row
    }

    /// Names above addresses, each pair centred over its lifeline as far as there is room.
    fn header(&self, text: &mut Styled, ends: &[Endpoint]) {
        let parts: [fn(&Endpoint) -> &str; 2] = [|end| &end.name, |end| &end.address];
        for part in parts {
            let mut row = Canvas::new(self.width);
            let gap = self
                .columns
                .get(1)
                .map_or(self.width, |second| second - self.columns[0]);
            let room = if ends.len() == 2 && !self.outer {
                self.width / 2 - 1
            } else {
                gap.max(8) - 1
            };
            let mut free = 0;
            for (index, (end, column)) in ends.iter().zip(&self.columns).enumerate() {
                let title = self.look.cut(part(end), room);
                let width = self.look.measure(&title);
                let start = column
                    .saturating_sub(width / 2)
                    .min(self.width.saturating_sub(width))
                    .max(free);
                row.put(start, lane_style(index), &title, self.look);
                free = start + width + 1;
            }
            let line = row.line();
            if !line.is_empty() {
                text.push(line);
            }
        }
    }

    fn pause(&self, text: &mut Styled, nanoseconds: i64) {
        let mut row = self.lifelines("⋮");
        let words = format!(" {} pass ", words::took(nanoseconds));
        let first = self.columns[0] + 2;
        row.put(first, Style::Note, &words, self.look);
        text.push(row.line());
    }

    fn step(&self, text: &mut Styled, step: &Step<'_>, since: i64) {
        let mut row = self.lifelines("│");
        match step {
            Step::Packet { packet, from, to } => {
                self.margin(&mut row, &format!("#{}", packet.number), since);
                self.arrow(&mut row, packet, *from, *to);
            }
            Step::Message { message, from, to } => {
                self.margin(&mut row, "", since);
                self.message(&mut row, message, *from, *to);
            }
            Step::Call {
                text,
                process,
                failed,
                lane,
            } => {
                self.margin(&mut row, "", since);
                let style = if *failed { Style::Error } else { Style::Call };
                if let Some(lane) = lane {
                    self.call(&mut row, text, style, *lane);
                } else {
                    let words = format!(" {process}: {text} ");
                    row.put(self.columns[0] + 1, Style::Dim, &words, self.look);
                }
            }
        }
        text.push(row.line());
    }

    fn margin(&self, row: &mut Canvas, number: &str, since: i64) {
        if self.outer {
            row.put(0, Style::Bold, &self.look.right(number, 4), self.look);
            let time = self.look.right(&words::since(since), MARGIN - 6);
            row.put(5, Style::Dim, &time, self.look);
        }
    }

    /// A call beside its lifeline: outside of the outer ones, to the right of the others.
    fn call(&self, row: &mut Canvas, text: &str, style: Style, lane: usize) {
        let column = self.columns[lane];
        let last = lane + 1 == self.columns.len();
        let look = self.look;
        if lane == 0 && self.outer {
            let room = column.saturating_sub(MARGIN + 1).max(1);
            let text = look.cut(text, room);
            row.put(column - 1 - look.measure(&text), style, &text, look);
        } else if last && !self.outer && lane > 0 {
            let room = column - self.columns[lane - 1] - 3;
            let text = look.cut(text, room);
            row.put(column - 1 - look.measure(&text), style, &text, look);
        } else {
            let end = self.columns.get(lane + 1).copied().unwrap_or(self.width);
            let text = look.cut(text, end.saturating_sub(column + 2));
            row.put(column + 2, style, &text, look);
        }
    }

    /// A message without a packet: a broken shaft.
    fn message(&self, row: &mut Canvas, message: &MessageEvent, from: usize, to: usize) {
        let look = self.look;
        let text = message::on_arrow(message, 16);
        if from == to {
            let text = format!("⇄ {text}");
            row.put(self.columns[from] + 1, lane_style(from), &text, look);
            return;
        }
        let (left, right) = (self.columns[from.min(to)], self.columns[from.max(to)]);
        let drawn = arrow::draw(&text, right - left - 1, Way::of(from < to, false), look);
        row.put(left + 1, lane_style(from), &drawn.replace('─', "╌"), look);
    }

    fn arrow(&self, row: &mut Canvas, packet: &PacketEvent, from: usize, to: usize) {
        let look = self.look;
        if from == to {
            let text = on_arrow(packet, self.width, look);
            row.put(
                self.columns[from] + 1,
                Style::Plain,
                &format!("⇄ {text}"),
                look,
            );
            return;
        }
        let (left, right) = (self.columns[from.min(to)], self.columns[from.max(to)]);
        let width = right - left - 1;
        let way = Way::of_packet(from < to, packet);
        let text = on_arrow(packet, width.saturating_sub(arrow::DRAWN), look);
        let style = if packet.lost().is_some() {
            Style::Lost
        } else if packet.is_neighbour_search() {
            Style::Dim
        } else {
            lane_style(from)
        };
        let drawn = arrow::draw(&text, width, way, look);
        row.put(left + 1, style, &drawn, look);
        // Where the arrow passes a lifeline that is not its own, the lifeline shows through the shaft.
        for column in &self.columns[from.min(to) + 1..from.max(to)] {
            if drawn.chars().nth(column - left - 1) == Some('─') {
                row.put(*column, style, "┼", look);
            }
        }
    }
}

/// A row where there is no room for a drawing.
fn listed(step: &Step<'_>, since: i64, start: i64, look: &Look) -> Line {
    match step {
        Step::Packet { packet, .. } => packet_line::line(packet, start, look),
        Step::Message { message, .. } => Line::wrapping(5)
            .with(Style::Dim, &format!("{} ", words::since(since)))
            .with(
                Style::Plain,
                &format!("{} → {} ", message.from.title(), message.to.title()),
            )
            .with(Style::Data, &message::on_arrow(message, 24)),
        Step::Call {
            text,
            process,
            failed,
            ..
        } => Line::wrapping(5)
            .with(Style::Dim, &format!("{} ", words::since(since)))
            .with(Style::Prompt, &format!("{process}: "))
            .with(if *failed { Style::Error } else { Style::Call }, text),
    }
}

#[cfg(test)]
#[path = "ladder_tests.rs"]
mod tests;
