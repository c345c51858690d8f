//! Messages that never become packets (AF_UNIX, AF_NETLINK): the line under a call, what stands on an arrow, the table.

use super::line::INDENT;
use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::message::{Act, Family, MessageEvent, Reading};
use crate::packet::text::quote;

/// What is said beside an arrow that is no packet.
pub const NO_PACKET: &str = "no packet: it never leaves the kernel";
/// Characters of data in a line.
const PREVIEW: usize = 32;

/// The line under a call: who to whom, which message, how much of it, what went along.
pub fn told(message: &MessageEvent) -> Styled {
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    let (from, to) = (message.from.title(), message.to.title());
    let (first, arrow, second) = match message.act {
        Act::Wrote(_) => (from, " → ", to),
        _ => (to, " ← ", from),
    };
    line.push(Style::Client, &first);
    line.push(Style::Dim, arrow);
    line.push(Style::Server, &second);
    line.push(Style::Plain, "  ");
    match &message.act {
        Act::Wrote(_) => line.push(Style::Plain, &brief(message, PREVIEW)),
        Act::Read(reading) => line.push(Style::Plain, &read(message, reading)),
        Act::End => line.push(
            Style::Plain,
            "end of file: the other end has closed, or shut down its writing",
        ),
    }
    for (what, lead) in [(&message.parts, ": "), (&message.descriptors, ", with ")] {
        if !what.is_empty() {
            line.push(Style::Note, &format!("{lead}{}", what.join(", ")));
        }
    }
    if let Some(credentials) = &message.credentials {
        line.push(Style::Note, &format!(", from {credentials}"));
    }
    if message.wrote().is_some() {
        let why = match message.family {
            Family::Unix => "no packet: AF_UNIX never leaves the kernel",
            Family::Netlink => "no packet: netlink speaks with the kernel itself",
        };
        line.push(Style::Dim, &format!("   ({why})"));
    }
    Styled { lines: vec![line] }
}

/// A stream has writes, which its reader cannot tell apart; the others have messages.
fn noun(message: &MessageEvent) -> &'static str {
    if message.is_stream() {
        "write"
    } else {
        "message"
    }
}

/// Number, size and the beginning of what was written: `message 1, 5 bytes "hello"`.
pub fn brief(message: &MessageEvent, preview: usize) -> String {
    let number = message
        .wrote()
        .map_or_else(String::new, |number| format!(" {number}"));
    let size = words::bytes(usize::try_from(message.length).unwrap_or(usize::MAX));
    let mut text = format!("{}{number}, {size}", noun(message));
    // Netlink's bytes are numbers; its messages are named instead.
    if message.family == Family::Unix && !message.data.is_empty() {
        text.push(' ');
        text.push_str(&quote(&message.data, preview));
    }
    text
}

/// What stands on an arrow of a ladder: also what netlink messages are in it.
pub fn on_arrow(message: &MessageEvent, preview: usize) -> String {
    let mut text = brief(message, preview);
    if !message.parts.is_empty() {
        text.push(' ');
        text.push_str(&message.parts.join(", "));
    }
    text
}

/// What a call read, in words.
fn read(message: &MessageEvent, reading: &Reading) -> String {
    let noun = noun(message);
    let verb = if reading.looked { "looked at" } else { "took" };
    let bytes = |count: u64| words::bytes(usize::try_from(count).unwrap_or(usize::MAX));
    let mut text = match reading.of.as_slice() {
        [] => format!("{verb} {}", bytes(message.length)),
        [only] if reading.cut > 0 => format!(
            "{verb} {} of {noun} {only}; {} of it are gone: a message is read once",
            bytes(message.data.len() as u64),
            bytes(reading.cut)
        ),
        [only] if reading.waiting > 0 => {
            format!("{verb} {} of {noun} {only}", bytes(message.length))
        }
        [only] => format!("{verb} {noun} {only}, {}", bytes(message.length)),
        [first, between @ .., last] => format!(
            "{verb} {} of {noun}s {first} {} {last}: a stream keeps no boundaries",
            bytes(message.length),
            if between.is_empty() { "and" } else { "to" }
        ),
    };
    if reading.waiting > 0 && !reading.looked {
        text.push_str("; ");
        text.push_str(&bytes(reading.waiting));
        text.push_str(" wait");
    }
    text
}

/// The table of messages: who wrote what to whom, and which call has read it. Times count from the first.
pub fn table(messages: &[&MessageEvent], look: &Look) -> Styled {
    let Some(first) = messages.first() else {
        return Styled::new();
    };
    let columns = [
        Column::number("No."),
        Column::number("time"),
        Column::text("from → to"),
        Column::number("bytes"),
        Column::text("type"),
        Column::text("read by"),
        Column::prose("what"),
    ];
    let rows: Vec<Vec<Cell>> = messages
        .iter()
        .filter_map(|message| Some((message, message.wrote()?)))
        .map(|(message, number)| {
            let mut what = if message.family == Family::Unix {
                quote(&message.data, PREVIEW)
            } else {
                message.parts.join(", ")
            };
            if !message.descriptors.is_empty() {
                what.push_str(" with ");
                what.push_str(&message.descriptors.join(", "));
            }
            let kind = message.kind.trim_start_matches("SOCK_").to_lowercase();
            let family = match message.family {
                Family::Unix => "unix",
                Family::Netlink => "netlink",
            };
            vec![
                (Style::Bold, number.to_string()),
                (Style::Dim, words::since(message.time_ns - first.time_ns)),
                (
                    Style::Client,
                    format!("{} → {}", message.from.title(), message.to.title()),
                ),
                (Style::Plain, message.length.to_string()),
                (Style::Dim, format!("{family} {kind}")),
                readers(messages, message, number),
                (Style::Data, what),
            ]
        })
        .collect();
    let mut text = table::draw(&columns, &rows, look);
    text.say(
        Style::Note,
        0,
        "No packet carries these: AF_UNIX and AF_NETLINK never leave the kernel, so `packets` does not list them.",
    );
    text
}

/// The calls that read a message; that none has yet.
fn readers(messages: &[&MessageEvent], message: &MessageEvent, number: u64) -> Cell {
    let mut calls = Vec::new();
    let mut rest = "";
    for other in messages {
        if let Act::Read(reading) = &other.act
            && !reading.looked
            && reading.of.contains(&number)
        {
            calls.push(other.call.clone());
            let last = reading.of.last() == Some(&number);
            rest = match (last && reading.waiting > 0, last && reading.cut > 0) {
                (true, _) => ", in part",
                (_, true) => ", cut",
                _ => "",
            };
        }
    }
    if !calls.is_empty() {
        return (Style::Plain, format!("{}{rest}", calls.join(", ")));
    }
    match message.family {
        // The kernel reads a request while it is being sent.
        Family::Netlink if message.to.name == "kernel" => (Style::Plain, "the kernel".to_owned()),
        _ => (Style::Warning, "unread".to_owned()),
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
