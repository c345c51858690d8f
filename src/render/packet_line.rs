//! One packet in one line, and the remarks beside it: what a capture prints, and what stands right of an arrow.
//! Not the drawing of the arrow.

use super::endpoint::ends;
use super::info::{self, Brevity};
use super::styled::{Line, Look, Style};
use super::words;
use crate::event::packet::{PacketEvent, Phase};
use crate::event::wire::Effect;

/// Payload longer than this many characters is cut in a remark.
pub const PREVIEW: usize = 24;

/// What is worth knowing of a packet besides its header: what the wire did, labels, phase, what its data begins with, comments of a
/// file. Most important first.
pub fn remarks(packet: &PacketEvent) -> Vec<(Style, String)> {
    let track = &packet.track;
    let mut found = Vec::new();
    for ruling in &packet.rulings {
        let style = match ruling.effect {
            Effect::Lost | Effect::TooBig(_) => Style::Lost,
            _ => Style::Warning,
        };
        found.push((style, words::ruling(*ruling)));
    }
    for label in words::labels(track) {
        found.push((Style::Warning, label));
    }
    let preview = info::data(packet, PREVIEW);
    let has_data = !info::payload(packet).is_empty();
    match track.phase {
        Some(Phase::Data | Phase::Datagram) if has_data => {}
        Some(Phase::Acknowledgment) if words::repeats(track.labels) => {}
        Some(Phase::Acknowledgment) => found.push((Style::Dim, acknowledges(packet))),
        Some(phase) => found.push((Style::Note, words::phase(phase))),
        None => {}
    }
    if !preview.is_empty() {
        found.push((Style::Data, preview));
    }
    for comment in &packet.comments {
        found.push((Style::Note, format!("comment: {comment}")));
    }
    found
}

fn acknowledges(packet: &PacketEvent) -> String {
    packet.track.acks.map_or_else(
        || words::phase(Phase::Acknowledgment),
        |(_, frame)| format!("acknowledges #{frame}"),
    )
}

/// One packet in one line: number, time since `since_ns`, both ends, protocol, info, remarks. Times are nanoseconds since the epoch.
pub fn line(packet: &PacketEvent, since_ns: i64, look: &Look) -> Line {
    let time = words::since(packet.frame.time_ns - since_ns);
    numbered(packet, &format!("{time} "), look)
}

/// The same with a time that was written before, and with the cause, where a file told it.
pub fn at(packet: &PacketEvent, time: &str, look: &Look) -> Line {
    let mut line = numbered(packet, &format!("{time} "), look);
    if let Some(cause) = &packet.cause {
        line.push(Style::Plain, "   ");
        line.push(Style::Dim, &words::cause(cause, &[], ""));
    }
    line
}

/// The same without the time.
pub fn headline(packet: &PacketEvent, look: &Look) -> Line {
    numbered(packet, "", look)
}

fn numbered(packet: &PacketEvent, time: &str, look: &Look) -> Line {
    let (from, to) = ends(packet);
    let (sender, receiver) = if packet.track.forward || packet.track.conversation.is_none() {
        (Style::Client, Style::Server)
    } else {
        (Style::Server, Style::Client)
    };
    let brevity = match look.width {
        0..100 => Brevity::NoOptions,
        100..140 => Brevity::NoTimestamps,
        _ => Brevity::Full,
    };
    let mut line = Line::wrapping(5)
        .with(Style::Bold, &format!("#{} ", packet.number))
        .with(Style::Dim, time)
        .with(sender, &from.title())
        .with(Style::Plain, " → ")
        .with(receiver, &to.title())
        .with(Style::Plain, " ")
        .with(Style::Bold, info::protocol(packet))
        .with(Style::Plain, " ")
        .with(Style::Plain, &info::brief(packet, brevity));
    for (style, text) in remarks(packet) {
        line.push(Style::Plain, "   ");
        line.push(style, &text);
    }
    line
}
