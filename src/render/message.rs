//! Messages that never become packets (AF_UNIX, AF_NETLINK): the line under a call, what stands on an arrow, the table.

use super::styled::{INDENT, Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::message::{Act, Ending, Family, MessageEvent, Reading};
use crate::packet::netlink::Brief;
use crate::packet::text::quote;

/// What is said beside an arrow that is no packet.
pub const NO_PACKET: &str = "no packet: it never leaves the kernel";
/// Under a call so many of the netlink messages it brought have a line of their own.
const UNDER_A_CALL: usize = 12;
/// Characters of data in a line.
const PREVIEW: usize = 32;

/// What stands under a call: who to whom, which message, how much of it, what went along; and the netlink messages in it.
pub fn told(message: &MessageEvent) -> Styled {
    let mut text = lines(message, UNDER_A_CALL);
    if message.wrote().is_some()
        && let Some(line) = text.lines.first_mut()
    {
        let why = match message.family {
            Family::Unix => "no packet: AF_UNIX never leaves the kernel",
            Family::Netlink => "no packet: netlink speaks with the kernel itself",
        };
        line.push(Style::Dim, &format!("   ({why})"));
    }
    text
}

/// The messages of a netlink socket, each with all the netlink messages in it.
pub fn in_full(messages: &[&MessageEvent]) -> Styled {
    let mut text = Styled::new();
    for message in messages {
        text.lines.extend(lines(message, usize::MAX).lines);
    }
    if !text.is_empty() {
        text.say(
            Style::Note,
            0,
            "No packet carries these: netlink speaks with the kernel itself.",
        );
    }
    text
}

/// One message, with a line for each netlink message in it, as far as there are several and not more than `most`.
fn lines(message: &MessageEvent, most: usize) -> Styled {
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
    let words = match &message.act {
        Act::Wrote(_) | Act::Brought { looked: false, .. } => brief(message, PREVIEW),
        Act::Brought { looked: true, .. } => format!("looked at {}", brief(message, PREVIEW)),
        Act::Read(reading) => read(message, reading),
        Act::End(ending) => end(message, *ending),
    };
    line.push(Style::Plain, &words);
    if let Some(group) = &message.group {
        line.push(Style::Note, &format!(", for the group {group}"));
    }
    for (what, lead) in [(&message.parts, ": "), (&message.descriptors, ", with ")] {
        if !what.is_empty() {
            line.push(Style::Note, &format!("{lead}{}", what.join(", ")));
        }
    }
    if let Some(credentials) = &message.credentials {
        line.push(Style::Note, &format!(", from {credentials}"));
    }
    let mut lines = vec![line];
    // What is alone has been told already.
    if message.inside.len() > 1 {
        let shown = &message.inside[..message.inside.len().min(most)];
        lines.extend(shown.iter().map(inside));
        let more = message.inside.len() - shown.len() + message.more;
        if more > 0 {
            lines.push(Line::wrapping(INDENT + 4).with(
                Style::Dim,
                &format!("{}… and {more} more", " ".repeat(INDENT + 4)),
            ));
        }
    }
    Styled { lines }
}

/// One netlink message among several: type and flags, whose question it answers, what it says.
fn inside(brief: &Brief) -> Line {
    let mut line = Line::wrapping(INDENT + 8)
        .with(Style::Plain, &" ".repeat(INDENT + 4))
        .with(Style::Note, &brief.title())
        .with(
            Style::Dim,
            &format!(" seq {} pid {}", brief.seq, brief.port),
        );
    if !brief.content.is_empty() {
        line.push(Style::Plain, &format!("  {}", brief.content));
    }
    if brief.cut {
        let text = format!("  (cut: it has {} bytes, the rest is gone)", brief.len);
        line.push(Style::Warning, &text);
    }
    line
}

/// An end of file in words: how sure it is, and why.
fn end(message: &MessageEvent, ending: Ending) -> String {
    let text = match ending {
        Ending::Closed => "end of file: the other end is closed",
        Ending::ShutDown => {
            "end of file: the other end has shut down its writing, or this one its reading"
        }
        Ending::Unsaid => "end of file: the other end has closed, or shut down its writing",
        Ending::Unclear => {
            "end of file, or a message of 0 bytes: recv gives 0 for both, and the writer's calls are not seen"
        }
    };
    if message.is_stream() || ending == Ending::Unclear {
        return text.to_owned();
    }
    // Where messages have boundaries, one of no bytes looks the same to the program.
    format!("{text}; no message was waiting (a message of 0 bytes gives 0 as well)")
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

/// What stands on an arrow of a ladder: also what netlink messages are in it, and which descriptors went along.
pub fn on_arrow(message: &MessageEvent, preview: usize) -> String {
    let mut text = brief(message, preview);
    if !message.parts.is_empty() {
        text.push(' ');
        text.push_str(&message.parts.join(", "));
    }
    if !message.descriptors.is_empty() {
        text.push_str(" with ");
        text.push_str(&message.descriptors.join(", "));
    }
    text
}

/// What a call read, in words.
fn read(message: &MessageEvent, reading: &Reading) -> String {
    let noun = noun(message);
    let verb = if reading.looked { "looked at" } else { "took" };
    let bytes = |count: u64| words::bytes(usize::try_from(count).unwrap_or(usize::MAX));
    let mut text = match reading.of.as_slice() {
        [] if message.length == 0 => {
            format!("{verb} a {noun} of 0 bytes, which is not end of file")
        }
        [] => format!("{verb} {}", bytes(message.length)),
        [only] if message.length == 0 && !message.is_stream() => {
            format!("{verb} {noun} {only}, of 0 bytes: no end of file")
        }
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
    if let Act::Brought { looked: false, .. } = message.act {
        calls.push(message.call.clone());
    }
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
