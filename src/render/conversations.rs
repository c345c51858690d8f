//! The `conversations` table: who spoke with whom, how much in each direction, and how it stands.

use super::endpoint::{self, Lanes};
use super::info;
use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::packet::PacketEvent;
use crate::packet::headers::flag;

/// Narrower than this each conversation takes two lines.
const TABLE: usize = 110;

/// Draws a row for each conversation of the packets. Times count from the first packet.
pub fn draw(packets: &[&PacketEvent], look: &Look) -> Styled {
    let mut text = Styled::new();
    let Some(first) = packets.first() else {
        text.say(Style::Dim, 0, "no conversations");
        return text;
    };
    let start = first.frame.time_ns;
    let conversations = endpoint::conversations(packets);
    if look.width < TABLE {
        for lanes in &conversations {
            entry(&mut text, lanes);
        }
        return text;
    }
    let columns = [
        Column::number("No."),
        Column::text("proto"),
        Column::text("from"),
        Column::text("to"),
        Column::number("packets →"),
        Column::number("←"),
        Column::number("bytes →"),
        Column::number("←"),
        Column::number("start"),
        Column::number("lasted"),
        Column::prose("seen"),
    ];
    let rows: Vec<Vec<Cell>> = conversations
        .iter()
        .map(|lanes| row(lanes, start))
        .collect();
    text.append(table::draw(&columns, &rows, look));
    text
}

/// How many packets went one way, and how many bytes of data in them.
fn total(lanes: &Lanes<'_>, forward: bool) -> (usize, usize) {
    let sent = || {
        lanes
            .packets
            .iter()
            .filter(move |packet| packet.1 == forward)
    };
    (sent().count(), sent().map(|packet| data(packet.0)).sum())
}

fn number(lanes: &Lanes<'_>) -> String {
    let number = lanes.packets[0].0.track.conversation;
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

fn row(lanes: &Lanes<'_>, start: i64) -> Vec<Cell> {
    let ((packets, bytes), (back, bytes_back)) = (total(lanes, true), total(lanes, false));
    let first = lanes.packets[0].0;
    let last = lanes.packets[lanes.packets.len() - 1].0;
    let plain = |number: usize| (Style::Plain, number.to_string());
    vec![
        (Style::Bold, number(lanes)),
        (Style::Plain, info::protocol(first).to_owned()),
        (Style::Client, lanes.left.title()),
        (Style::Server, lanes.right.title()),
        plain(packets),
        plain(back),
        plain(bytes),
        plain(bytes_back),
        (Style::Dim, words::since(first.frame.time_ns - start)),
        (
            Style::Dim,
            words::since(last.frame.time_ns - first.frame.time_ns),
        ),
        (Style::State, seen(lanes)),
    ]
}

/// A conversation in two lines, where there is no room for the table.
fn entry(text: &mut Styled, lanes: &Lanes<'_>) {
    text.push(
        Line::wrapping(2)
            .with(Style::Bold, &format!("{} ", number(lanes)))
            .with(Style::Plain, info::protocol(lanes.packets[0].0))
            .with(Style::Plain, "  ")
            .with(Style::Client, &lanes.left.title())
            .with(Style::Dim, " ↔ ")
            .with(Style::Server, &lanes.right.title()),
    );
    let way = |arrow: &str, forward| {
        let (packets, bytes) = total(lanes, forward);
        let noun = if packets == 1 { "packet" } else { "packets" };
        format!("{arrow} {packets} {noun}, {}   ", words::bytes(bytes))
    };
    text.push(
        Line::wrapping(2)
            .with(Style::Client, &format!("  {}", way("→", true)))
            .with(Style::Server, &way("←", false))
            .with(Style::State, &seen(lanes)),
    );
}

/// The bytes a packet carries for a program, captured or not.
fn data(packet: &PacketEvent) -> usize {
    packet
        .headers
        .tcp()
        .map_or_else(|| info::payload(packet).len(), |tcp| tcp.len as usize)
}

/// Which parts of a TCP connection were seen (`tcp.completeness`).
fn seen(lanes: &Lanes<'_>) -> String {
    const HANDSHAKE: u8 = 1 | 2 | 4;
    let all = lanes.packets.iter().fold(0, |seen, (packet, _)| {
        seen | packet.track.completeness | own(packet)
    });
    let mut parts = Vec::new();
    if all & HANDSHAKE == HANDSHAKE {
        parts.push("handshake");
    } else {
        let single = [(1, "SYN"), (2, "SYN-ACK"), (4, "ACK")];
        parts.extend(
            single
                .iter()
                .filter(|(bit, _)| all & bit != 0)
                .map(|(_, word)| *word),
        );
    }
    let rest = [(8, "data"), (16, "FIN"), (32, "RST")];
    parts.extend(
        rest.iter()
            .filter(|(bit, _)| all & bit != 0)
            .map(|(_, word)| *word),
    );
    parts.join(", ")
}

/// What a packet adds to its conversation's completeness: the tracker tells, as Wireshark does, what was complete before it.
fn own(packet: &PacketEvent) -> u8 {
    let Some(tcp) = packet.headers.tcp() else {
        return 0;
    };
    let has = |bit| tcp.flags & bit != 0;
    let opening = match (has(flag::SYN), has(flag::ACK)) {
        (true, false) => 1,
        (true, true) => 2,
        (false, true) if packet.track.completeness & 3 == 3 && !has(flag::RST) => 4,
        (false, _) => 0,
    };
    let rest = [(tcp.len > 0, 8), (has(flag::FIN), 16), (has(flag::RST), 32)];
    rest.iter()
        .filter(|(seen, _)| *seen)
        .fold(opening, |bits, (_, bit)| bits | bit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{ACK, C, Capture, FIN, PSH, S, Side, screens};

    #[test]
    fn conversations_with_their_totals_at_every_width() {
        let mut capture = Capture::new();
        let mut packets = capture.handshake();
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
        packets.push(capture.tcp(S, C, FIN | ACK, (5001, 1006), b""));
        let client = Side {
            name: "",
            ip: [10, 0, 0, 1],
            port: 40001,
        };
        let server = Side {
            name: "",
            ip: [10, 0, 0, 2],
            port: 53,
        };
        packets.push(capture.udp(client, server, b"query"));
        packets.push(capture.udp(server, client, b"an answer"));
        let all: Vec<&PacketEvent> = packets.iter().collect();
        insta::assert_snapshot!(screens(|look| draw(&all, look)));
    }
}
