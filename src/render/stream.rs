//! `stream c`: the bytes of a conversation in aligned rows: the sends that wrote them, the segments that carried them, the
//! calls that read them; and the same as a list. Finds nothing out: that was done before (`event::stream`).

use super::canvas::Canvas;
use super::styled::{Line, Look, Style, Styled, columns};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::stream::{Calls, Span, Stream, Way};
use crate::packet::text::{is_printable, quote};
use std::ops::Range;

/// Columns before the bytes.
const GUTTER: usize = 10;
/// Each direction takes at most this many times the width, one byte a column.
const ROWS: u64 = 5;
/// A longer one is drawn smaller, and takes at most so many.
const SCALED_ROWS: u64 = 2;
/// More parts than this are not listed.
const LISTED: usize = 24;
/// Rows for what was sent again.
const AGAIN: usize = 3;
/// Characters of data in the list.
const EXCERPT: usize = 32;

/// Draws both directions. `here` is the prompt's process: the others are named.
pub fn draw(stream: &Stream, here: &str, look: &Look) -> Styled {
    let mut text = Styled::new();
    for (index, way) in stream.ways.iter().enumerate() {
        text.gap();
        let style = if index == 0 {
            Style::Client
        } else {
            Style::Server
        };
        text.push(
            Line::wrapping(2)
                .with(style, &way.from)
                .with(Style::Dim, " → ")
                .with(style, &way.to),
        );
        for sentence in summary(way) {
            text.say(Style::Plain, 2, &sentence);
        }
        if way.length() > 0 {
            Map::new(way, look).draw(&mut text);
            text.append(list(way, here, look));
        }
    }
    if stream.ways.iter().all(|way| way.segments.is_none()) {
        text.say(
            Style::Note,
            0,
            "no packet: AF_UNIX never leaves the kernel; what one writes is in the other's receive queue at once",
        );
    }
    text
}

/// What became of the bytes, in sentences.
pub fn summary(way: &Way) -> Vec<String> {
    if way.length() == 0 {
        return vec!["nothing was written".to_owned()];
    }
    let mut parts = Vec::new();
    if let Some(words) = unseen(way.writer, "writer") {
        parts.push(words);
    } else {
        let calls = counted(way.sends.len(), "call");
        parts.push(format!(
            "{} written by {calls}",
            words::bytes(way.written as usize)
        ));
    }
    if let Some(segments) = &way.segments {
        let again = segments.iter().filter(|span| span.again).count();
        let first = counted(segments.len() - again, "segment");
        let repeated = if again > 0 {
            format!(" and {} sent again", counted(again, "segment"))
        } else {
            String::new()
        };
        parts.push(format!("{} carried by {first}{repeated}", way.sent));
    }
    if let Some(words) = unseen(way.reader, "reader") {
        parts.push(words);
    } else {
        let calls = way.reads.iter().filter(|span| !span.again).count();
        parts.push(format!("{} read by {}", way.read, counted(calls, "call")));
    }
    let mut sentences = vec![parts.join(" · ")];
    let gone = if way.reset {
        ", discarded by the RST"
    } else {
        ""
    };
    let mut say = |count: u64, what: &str| {
        if count > 0 {
            sentences.push(format!("{} {what}{gone}", words::bytes(count as usize)));
        }
    };
    say(
        way.written.saturating_sub(way.sent),
        "not yet sent: in the send queue of the writer's kernel",
    );
    say(
        way.sent.saturating_sub(way.acknowledged),
        "in flight: sent, not acknowledged",
    );
    if way.reader != Calls::OfAProgram {
        say(
            way.acknowledged.saturating_sub(way.read),
            "unread: in the receive queue of the reader's kernel",
        );
    }
    if way.finished {
        sentences.push("the writer has sent its FIN: nothing follows".to_owned());
    }
    sentences
}

fn unseen(calls: Calls, who: &str) -> Option<String> {
    match calls {
        Calls::Seen => None,
        Calls::OfAProgram => Some(format!("the {who} is a program: its calls are not seen")),
        Calls::NotAccepted => Some("no process has accepted the connection yet".to_owned()),
    }
}

fn counted(count: usize, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// The style of the bytes at an offset: that of the call that wrote them, else of the segment that carried them first.
pub fn color(way: &Way, offset: u64) -> Style {
    let painted = if way.sends.is_empty() {
        way.segments.as_deref().unwrap_or_default()
    } else {
        &way.sends
    };
    let after = painted.partition_point(|span| span.range.start <= offset);
    after.checked_sub(1).map_or(Style::Plain, Style::field)
}

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
struct Map<'a> {
    way: &'a Way,
    look: &'a Look,
    /// Columns for bytes.
    width: usize,
    /// Bytes a column.
    scale: u64,
}

impl<'a> Map<'a> {
    fn new(way: &'a Way, look: &'a Look) -> Self {
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

    fn draw(&self, text: &mut Styled) {
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
        let first = self.way.read.div_ceil(self.scale).max(row.start);
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

fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The parts that were written, carried and read alike, a row each.
pub(super) fn list(way: &Way, here: &str, look: &Look) -> Styled {
    let borders = way.borders();
    let parts: Vec<Range<u64>> = borders.windows(2).map(|pair| pair[0]..pair[1]).collect();
    let mut columns = vec![
        Column::text("bytes"),
        Column::text("sent by"),
        Column::text("read by"),
        Column::prose("data"),
    ];
    if way.segments.is_some() {
        columns.insert(2, Column::text("carried by"));
    }
    let rows: Vec<Vec<Cell>> = parts
        .iter()
        .take(LISTED)
        .map(|part| {
            let style = color(way, part.start);
            let mut row = vec![
                (Style::Dim, place(part)),
                (style, sent_by(way, part, here)),
                (style, read_by(way, part, here)),
                (Style::Data, excerpt(way, part)),
            ];
            if let Some(segments) = &way.segments {
                row.insert(2, (style, carried_by(way, segments, part)));
            }
            row
        })
        .collect();
    let mut text = table::draw(&columns, &rows, look);
    if parts.len() > LISTED {
        let more = counted(parts.len() - LISTED, "more part");
        text.say(Style::Dim, 0, &format!("and {more}"));
    }
    text
}

fn place(part: &Range<u64>) -> String {
    if part.end - part.start == 1 {
        part.start.to_string()
    } else {
        format!("{}-{}", part.start, part.end - 1)
    }
}

fn named(span: &Span, here: &str) -> String {
    let mut name = span.label.clone();
    if !span.process.is_empty() && span.process != here {
        name = format!("{}: {name}", span.process);
    }
    if !span.remark.is_empty() {
        name.push(' ');
        name.push_str(&span.remark);
    }
    name
}

fn sent_by(way: &Way, part: &Range<u64>, here: &str) -> String {
    if way.writer != Calls::Seen {
        return "a program".to_owned();
    }
    let found = way.sends.iter().find(|span| overlap(&span.range, part));
    found.map_or_else(
        || "no call that was seen".to_owned(),
        |span| named(span, here),
    )
}

fn carried_by(way: &Way, segments: &[Span], part: &Range<u64>) -> String {
    let mut found: Vec<String> = segments
        .iter()
        .filter(|span| overlap(&span.range, part))
        .take(4)
        .map(|span| {
            let again = if span.again { "again " } else { "" };
            let lost = if span.lost { " lost" } else { "" };
            format!("{again}{}{lost}", span.label)
        })
        .collect();
    if found.is_empty() {
        return if part.start >= way.sent {
            "not yet sent".to_owned()
        } else {
            "not seen".to_owned()
        };
    }
    if part.start >= way.acknowledged {
        found.push("in flight".to_owned());
    }
    found.join(", ")
}

fn read_by(way: &Way, part: &Range<u64>, here: &str) -> String {
    let reads: Vec<&Span> = way
        .reads
        .iter()
        .filter(|span| overlap(&span.range, part))
        .collect();
    if let Some(read) = reads.iter().find(|span| !span.again) {
        return named(read, here);
    }
    if way.reader == Calls::OfAProgram {
        return "a program".to_owned();
    }
    let peeked = if reads.is_empty() { "" } else { ", peeked at" };
    match (part.start < way.acknowledged, way.reset) {
        (_, true) => format!("never{peeked}"),
        (true, false) => format!("unread{peeked}"),
        (false, false) => String::new(),
    }
}

fn excerpt(way: &Way, part: &Range<u64>) -> String {
    let end = (part.end as usize).min(way.bytes.len());
    let start = (part.start as usize).min(end);
    let known: Vec<u8> = way.bytes[start..end]
        .iter()
        .map_while(|byte| *byte)
        .collect();
    if known.is_empty() {
        return String::new();
    }
    let mut shown = quote(&known, EXCERPT);
    let whole = known.len() as u64 == part.end - part.start;
    if !whole && !shown.contains('…') {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
