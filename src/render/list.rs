//! The `packets` table: a row a packet, as a capture program lists them, and why each was sent.

use super::endpoint::{Endpoint, ends};
use super::info::{self, Brevity};
use super::styled::{Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::packet::PacketEvent;
use crate::packet::application;

/// Draws it. Times count from `since_ns`, nanoseconds since the epoch. `here` is the prompt's process.
pub fn draw(packets: &[&PacketEvent], since_ns: i64, here: &str, look: &Look) -> Styled {
    if packets.is_empty() {
        let mut text = Styled::new();
        text.say(Style::Dim, 0, "no packets");
        return text;
    }
    if look.width < 60 {
        narrow(packets, since_ns, look)
    } else {
        wide(packets, since_ns, here, look)
    }
}

fn wide(packets: &[&PacketEvent], since_ns: i64, here: &str, look: &Look) -> Styled {
    let long = look.width >= 100;
    let mut columns = vec![
        Column::number("No."),
        Column::number("Time"),
        Column::text("Source"),
        Column::text("Destination"),
        Column::text("Proto"),
        Column::number("Length"),
        Column::prose("Info"),
    ];
    if !long {
        columns.remove(5);
    }
    if long {
        columns.push(Column::prose("Cause"));
    }
    let brevity = match look.width {
        0..100 => Brevity::NoZeroLength,
        100..150 => Brevity::NoOptions,
        _ => Brevity::NoTimestamps,
    };
    let title = |end: &Endpoint| {
        if long {
            end.title()
        } else {
            look.cut(end.short(), 15)
        }
    };
    let rows: Vec<Vec<Cell>> = packets
        .iter()
        .map(|packet| {
            let (from, to) = ends(packet);
            let (sender, receiver) = styles(packet);
            let mut row = vec![
                (Style::Bold, packet.number.to_string()),
                (Style::Dim, words::since(packet.frame.time_ns - since_ns)),
                (sender, title(&from)),
                (receiver, title(&to)),
                (Style::Plain, protocol(packet).to_owned()),
            ];
            if long {
                row.push((Style::Plain, packet.frame.len.to_string()));
            }
            row.push(told(packet, brevity));
            if long {
                row.push((Style::Dim, cause(packet, here)));
            }
            row
        })
        .collect();
    table::draw(&columns, &rows, look)
}

fn narrow(packets: &[&PacketEvent], since_ns: i64, look: &Look) -> Styled {
    let columns = [
        Column::number("No."),
        Column::number("Time"),
        Column::text("From"),
        Column::prose("Info"),
    ];
    let rows: Vec<Vec<Cell>> = packets
        .iter()
        .map(|packet| {
            let from = look.cut(ends(packet).0.short(), 12);
            vec![
                (Style::Bold, packet.number.to_string()),
                (Style::Dim, words::since(packet.frame.time_ns - since_ns)),
                (styles(packet).0, from),
                told(packet, Brevity::Flags),
            ]
        })
        .collect();
    table::draw(&columns, &rows, look)
}

fn styles(packet: &PacketEvent) -> (Style, Style) {
    if packet.track.forward || packet.track.conversation.is_none() {
        (Style::Client, Style::Server)
    } else {
        (Style::Server, Style::Client)
    }
}

/// The protocol column: here, as in Wireshark, a segment belongs to the protocol that it carries.
fn protocol(packet: &PacketEvent) -> &'static str {
    application::name(&packet.headers, info::payload(packet))
        .filter(|_| packet.headers.malformed.is_none())
        .unwrap_or_else(|| info::protocol(packet))
}

/// The info with Wireshark's labels in front.
fn told(packet: &PacketEvent, brevity: Brevity) -> Cell {
    let mut text = String::new();
    if packet.lost().is_some() {
        text.push_str("✗ lost ");
    }
    for label in words::labels(&packet.track) {
        text.extend(["[", &label, "] "]);
    }
    match info::application(packet).filter(|_| packet.headers.malformed.is_none()) {
        Some((_, line)) => text.push_str(&line),
        None => text.push_str(&info::brief(packet, brevity)),
    }
    let style = match (packet.lost(), packet.headers.malformed) {
        (Some(_), _) => Style::Lost,
        (None, Some(_)) => Style::Warning,
        (None, None) if words::repeats(packet.track.labels) => Style::Warning,
        (None, None) => Style::Plain,
    };
    (style, text)
}

fn cause(packet: &PacketEvent, here: &str) -> String {
    packet
        .cause
        .as_ref()
        .map_or_else(String::new, |cause| words::cause(cause, &[], here))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::wire::{Effect, Ruling};
    use crate::render::sample::{ACK, C, Capture, PSH, S, screens};

    #[test]
    fn packets_as_a_table_at_every_width() {
        let mut capture = Capture::new();
        let start = capture.now_ns;
        let mut packets = capture.handshake();
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
        packets[3].rulings = vec![Ruling {
            rule: 2,
            effect: Effect::Lost,
        }];
        let all: Vec<&PacketEvent> = packets.iter().collect();
        insta::assert_snapshot!(screens(|look| draw(&all, start, "lab", look)));
        insta::assert_snapshot!(screens(|look| draw(&[], start, "lab", look)));
    }
}
