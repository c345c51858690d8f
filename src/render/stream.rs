//! `stream c`: the bytes of a conversation in aligned rows: the sends that wrote them, the segments that carried them, the
//! calls that read them; and the same as a list. Finds nothing out: that was done before (`event::stream`).

use super::stream_map::{Map, overlap};
use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::stream::{Calls, Span, Stream, Way};
use crate::packet::text::quote;
use std::ops::Range;

/// More parts than this are not listed.
const LISTED: usize = 24;
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
            way.unread(),
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

/// A number of things, as in `1 line` and `2 lines`.
pub fn counted(count: usize, noun: &str) -> String {
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
