//! A stream as a map: its bytes in aligned rows, and under them in bars the sends, the segments and the reads. Not the sentences above it
//! and the list below (`stream`).

use super::canvas::Canvas;
use super::stream::color;
use super::styled::{Line, Look, Style, Styled, columns};
use crate::event::stream::{Calls, Span, Way};
use crate::packet::text::is_printable;
use std::ops::Range;

/// Columns before the bytes.
const GUTTER: usize = 10;
/// Each direction takes at most this many times the width, one byte a column.
const ROWS: u64 = 5;
/// A longer one is drawn smaller, and takes at most so many.
const SCALED_ROWS: u64 = 2;
/// Rows for what was sent again.
const AGAIN: usize = 3;

/// A row of bars.
pub(super) struct Lane<'a> {
    pub(super) title: &'static str,
    pub(super) spans: Vec<&'a Span>,
}

/// The rows of bars of one direction, without the bytes: what is drawn of each span, in lanes that do not overlap.
pub(super) fn lanes(way: &Way) -> Vec<Lane<'_>> {
    let lane = |title, spans| Lane { title, spans };
    let mut lanes = Vec::new();
    if way.writer == Calls::Seen {
        lanes.push(lane("send", way.sends.iter().collect()));
    }
    if let Some(segments) = &way.segments {
        let (again, first): (Vec<&Span>, Vec<&Span>) = segments.iter().partition(|span| span.again);
        lanes.push(lane("segment", first));
        lanes.extend(apart("again", &again));
    }
    if way.reader != Calls::OfAProgram {
        let (peeks, reads): (Vec<&Span>, Vec<&Span>) =
            way.reads.iter().partition(|span| span.again);
        lanes.extend(apart("peek", &peeks));
        lanes.push(lane("recv", reads));
    }
    lanes
}

/// Spans that overlap, in as many lanes as they need; those beyond the last are left to the list.
fn apart<'a>(title: &'static str, spans: &[&'a Span]) -> Vec<Lane<'a>> {
    let mut lanes: Vec<Lane<'a>> = Vec::new();
    for &span in spans {
        let is_free = |lane: &Lane<'_>| {
            !lane
                .spans
                .iter()
                .any(|other| overlap(&other.range, &span.range))
        };
        match lanes.iter().position(is_free) {
            Some(place) => lanes[place].spans.push(span),
            None if lanes.len() < AGAIN => lanes.push(Lane {
                title,
                spans: vec![span],
            }),
            None => {}
        }
    }
    lanes
}

/// Bytes as columns.
pub(super) struct Map<'a> {
    way: &'a Way,
    look: &'a Look,
    /// Columns for bytes.
    width: usize,
    /// Bytes a column.
    scale: u64,
}

impl<'a> Map<'a> {
    /// A map of one direction, as wide as the look has room for.
    pub(super) fn new(way: &'a Way, look: &'a Look) -> Self {
        let width = look.width.saturating_sub(GUTTER + 1).clamp(8, 120);
        let rows = if way.length() > width as u64 * ROWS {
            SCALED_ROWS
        } else {
            ROWS
        };
        let room = width as u64 * rows;
        let scale = way.length().div_ceil(room).next_power_of_two();
        Self {
            way,
            look,
            width,
            scale,
        }
    }

    /// Draws it below what is there.
    pub(super) fn draw(&self, text: &mut Styled) {
        let lanes = lanes(self.way);
        let columns = self.way.length().div_ceil(self.scale);
        if self.scale > 1 {
            let note = format!("each column is {} bytes", self.scale);
            text.say(Style::Dim, 2, &note);
        }
        let mut first = 0;
        while first < columns {
            let row = first..columns.min(first + self.width as u64);
            self.rows(text, &lanes, &row);
            text.gap();
            first = row.end;
        }
    }

    /// The offsets, the lanes and between them the bytes, for some of the columns.
    fn rows(&self, text: &mut Styled, lanes: &[Lane<'_>], row: &Range<u64>) {
        let mut offsets = self.canvas("");
        let mut column = row.start;
        while column < row.end {
            let words = (column * self.scale).to_string();
            let place = GUTTER + (column - row.start) as usize;
            if place + words.len() <= GUTTER + self.width {
                offsets.put(place, Style::Dim, &words, self.look);
            }
            // Beyond a ruler of tens there is room for every number.
            column += if self.scale == 1 { 10 } else { 20 };
        }
        text.push(offsets.line());
        for lane in lanes {
            let bytes = row.start * self.scale..row.end * self.scale;
            let shown = !matches!(lane.title, "again" | "peek")
                || lane.spans.iter().any(|span| overlap(&span.range, &bytes));
            if shown {
                text.push(self.lane(lane, row));
            }
            if lane.title == "send" || (self.way.writer != Calls::Seen && lane.title == "segment") {
                self.bytes(text, row);
            }
        }
    }

    fn canvas(&self, title: &str) -> Canvas {
        let mut canvas = Canvas::new(GUTTER + self.width);
        canvas.put(1, Style::Dim, title, self.look);
        canvas
    }

    fn lane(&self, lane: &Lane<'_>, row: &Range<u64>) -> Line {
        let mut canvas = self.canvas(lane.title);
        for column in row.clone() {
            let bytes = column * self.scale..(column + 1) * self.scale;
            let style = color(self.way, bytes.start);
            let place = GUTTER + (column - row.start) as usize;
            let (mark, style) = match touching(lane, &bytes).as_slice() {
                [] => self.gap(lane, bytes.start),
                [span] => {
                    let begins = span.range.start >= bytes.start;
                    let ends = span.range.end <= bytes.end;
                    let style = if span.lost { Style::Lost } else { style };
                    let mark = match (begins, ends) {
                        (_, true) if span.lost => "✗",
                        (true, true) => "■",
                        (true, false) => "├",
                        (false, true) => "┤",
                        (false, false) => "─",
                    };
                    (mark, style)
                }
                _ => ("┼", style),
            };
            canvas.put(place, style, mark, self.look);
        }
        for span in &lane.spans {
            self.name(&mut canvas, span, row);
        }
        if lane.title == "recv" {
            self.unread(&mut canvas, row);
        }
        canvas.line()
    }

    /// What stands where a lane has nothing: bytes that are not there yet, or wait.
    fn gap(&self, lane: &Lane<'_>, offset: u64) -> (&'static str, Style) {
        match lane.title {
            "segment" if offset >= self.way.sent => ("·", Style::Dim),
            "recv" if offset < self.way.acknowledged => ("░", Style::Warning),
            _ => (" ", Style::Plain),
        }
    }

    /// Writes a span's name into its bar, as much of it as there is room for.
    fn name(&self, canvas: &mut Canvas, span: &Span, row: &Range<u64>) {
        let first = (span.range.start / self.scale).max(row.start);
        let last = span.range.end.div_ceil(self.scale).min(row.end);
        if first >= last {
            return;
        }
        let room = (last - first).saturating_sub(2) as usize;
        let brief = span.label.split('(').next().unwrap_or_default();
        let full = if span.remark.is_empty() {
            span.label.clone()
        } else {
            format!("{} {}", span.label, span.remark)
        };
        let fits = [full.as_str(), span.label.as_str(), brief]
            .into_iter()
            .find(|name| self.look.measure(name) <= room);
        if let Some(name) = fits {
            let column = GUTTER + (first - row.start) as usize + 1;
            let style = if span.lost {
                Style::Lost
            } else {
                color(self.way, first * self.scale)
            };
            canvas.put(column, style, name, self.look);
        }
    }

    fn unread(&self, canvas: &mut Canvas, row: &Range<u64>) {
        let first = self.way.read_end().div_ceil(self.scale).max(row.start);
        let last = (self.way.acknowledged / self.scale).min(row.end);
        if last >= first + 8 {
            let column = GUTTER + (first - row.start) as usize + 1;
            canvas.put(column, Style::Warning, "unread", self.look);
        }
    }

    /// The bytes themselves, where a column is one byte: a character stands over the columns of its bytes.
    fn bytes(&self, text: &mut Styled, row: &Range<u64>) {
        if self.scale > 1 || self.way.bytes.is_empty() {
            return;
        }
        let mut canvas = self.canvas("bytes");
        let (mut at, end) = (row.start as usize, row.end as usize);
        while at < end {
            let place = GUTTER + at - row.start as usize;
            let style = color(self.way, at as u64);
            let (shown, taken) = character(self.way, at, end, self.look.ascii);
            match shown {
                Some(character) => {
                    canvas.put(place, style, character.encode_utf8(&mut [0; 4]), self.look);
                }
                None => canvas.put(place, Style::Dim, ".", self.look),
            }
            at += taken;
        }
        text.push(canvas.line());
    }
}

/// The printable character whose bytes begin at an offset and end before another, and how many bytes it takes.
pub(super) fn character(way: &Way, at: usize, end: usize, ascii: bool) -> (Option<char>, usize) {
    let known: Vec<u8> = way.bytes[at.min(way.bytes.len())..]
        .iter()
        .take(4.min(end - at))
        .map_while(|byte| *byte)
        .collect();
    let first = known
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    match first {
        Some(character)
            if is_printable(character)
                && (character.is_ascii() || !ascii)
                && (1..=character.len_utf8()).contains(&columns(character)) =>
        {
            (Some(character), character.len_utf8())
        }
        _ => (None, 1),
    }
}

/// The spans of a lane that have a byte among these: at most two, because they do not overlap and no more are wanted.
fn touching<'a>(lane: &Lane<'a>, bytes: &Range<u64>) -> Vec<&'a Span> {
    lane.spans
        .iter()
        .filter(|span| overlap(&span.range, bytes))
        .take(2)
        .copied()
        .collect()
}

/// True when two ranges have a byte in common.
pub(super) fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}
