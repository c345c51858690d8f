//! The `conversations` table: who spoke with whom, how much in each direction, and how it stands.

use super::coverage::Coverage;
use super::endpoint::{Endpoint, parties};
use super::info;
use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::packet::{Label, PacketEvent};
use crate::packet::headers::{Transport, flag};
use std::collections::HashMap;

/// Narrower than this each conversation takes a few lines.
const TABLE: usize = 160;

/// So many conversations have a row; packets of those beyond are counted.
const ROWS: usize = 20_000;

/// Draws a row for each conversation of the packets. Times count from the first packet.
pub fn draw(packets: &[&PacketEvent], look: &Look) -> Styled {
    let mut totals = Totals::default();
    for packet in packets {
        totals.add(packet);
    }
    totals.draw(look)
}

/// The totals of conversations, in the order in which each speaks first.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    rows: Vec<Total>,
    places: HashMap<Who, usize>,
    start_ns: Option<i64>,
    left_out: u64,
}

/// What packets of one conversation have in common: its number; or, without one (ARP), their two ends, the smaller one first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Number(u32),
    Ends(String, String),
}

/// A conversation so far; what has two parts is of the way from the left end, then of the way back.
#[derive(Clone, Debug)]
struct Total {
    number: Option<u32>,
    /// What picks it in a filter: `tcp.stream == 0`; empty where no field does.
    filter: String,
    protocol: &'static str,
    left: Endpoint,
    right: Endpoint,
    packets: [u64; 2],
    /// Of these, how many the wire lost.
    lost: [u64; 2],
    /// Bytes for the programs, each counted once, however often it was sent.
    bytes: [u64; 2],
    covered: [Coverage; 2],
    first_ns: i64,
    last_ns: i64,
    /// The bits of `tcp.completeness`, with the last packet.
    seen: u8,
    /// The shortest time from a segment to the arrival of the packet that acknowledged it, in nanoseconds.
    rtt_ns: Option<i64>,
    /// How many segments were sent again.
    again: u64,
    /// The states of the left and the right end, as the packets imply them.
    states: Option<(&'static str, &'static str)>,
}

impl Totals {
    /// Counts a packet in. Packets come in their order.
    pub fn add(&mut self, packet: &PacketEvent) {
        let time_ns = packet.frame.time_ns;
        self.start_ns.get_or_insert(time_ns);
        let (from, to) = parties(packet);
        let who = match packet.track.conversation {
            Some(number) => Who::Number(number),
            None if from.address <= to.address => {
                Who::Ends(from.address.clone(), to.address.clone())
            }
            None => Who::Ends(to.address.clone(), from.address.clone()),
        };
        let place = match self.places.get(&who) {
            Some(place) => *place,
            None if self.rows.len() >= ROWS => {
                self.left_out += 1;
                return;
            }
            None => {
                let forward = packet.track.forward || packet.track.conversation.is_none();
                let (left, right) = if forward {
                    (from.clone(), to.clone())
                } else {
                    (to.clone(), from.clone())
                };
                self.rows.push(Total {
                    number: packet.track.conversation,
                    protocol: info::protocol(packet),
                    left,
                    right,
                    filter: filter(packet),
                    packets: [0; 2],
                    lost: [0; 2],
                    bytes: [0; 2],
                    covered: Default::default(),
                    first_ns: time_ns,
                    last_ns: time_ns,
                    seen: 0,
                    rtt_ns: None,
                    again: 0,
                    states: None,
                });
                self.places.insert(who, self.rows.len() - 1);
                self.rows.len() - 1
            }
        };
        self.rows[place].add(packet, from, to);
    }

    /// Draws them.
    pub fn draw(&self, look: &Look) -> Styled {
        let mut text = Styled::new();
        let Some(start) = self.start_ns else {
            text.say(Style::Dim, 0, "no conversations");
            return text;
        };
        if look.width < TABLE {
            for total in &self.rows {
                entry(&mut text, total);
            }
        } else {
            let rows: Vec<Vec<Cell>> = self.rows.iter().map(|total| row(total, start)).collect();
            text.append(table::draw(&columns(), &rows, look));
        }
        if self.left_out > 0 {
            let note = format!(
                "{} packets of more conversations are not in this table",
                self.left_out
            );
            text.say(Style::Warning, 0, &note);
        }
        text
    }
}

impl Total {
    fn add(&mut self, packet: &PacketEvent, from: Endpoint, to: Endpoint) {
        let forward = if packet.track.conversation.is_some() {
            packet.track.forward
        } else {
            from.address == self.left.address
        };
        let (left, right) = if forward { (from, to) } else { (to, from) };
        let reports = matches!(
            packet.headers.transport,
            Transport::Icmp(_) | Transport::Icmpv6(_)
        );
        self.left.learn(left, reports);
        self.right.learn(right, reports);
        let way = usize::from(!forward);
        self.packets[way] += 1;
        self.lost[way] += u64::from(packet.lost().is_some());
        self.last_ns = packet.frame.time_ns;
        self.seen |= packet.track.completeness | own(packet);
        if let Some((rtt_ns, _)) = packet.round_trip() {
            self.rtt_ns = Some(self.rtt_ns.map_or(rtt_ns, |least| least.min(rtt_ns)));
        }
        let labels = packet.track.labels.as_fields();
        let again = match packet.headers.tcp() {
            Some(tcp) if tcp.len > 0 => {
                let new = self.covered[way].take(packet.track.seq, tcp.len);
                self.bytes[way] += u64::from(new);
                let probes = [Label::KeepAlive, Label::ZeroWindowProbe];
                new == 0 && !probes.into_iter().any(|label| labels.contains(label))
            }
            // Of a SYN or a FIN.
            Some(_) => labels.contains(Label::Retransmission),
            None => {
                self.bytes[way] += info::payload(packet).len() as u64;
                false
            }
        };
        self.again += u64::from(again);
        if let Some((sender, receiver)) = packet.track.states {
            self.states = Some(if forward {
                (sender, receiver)
            } else {
                (receiver, sender)
            });
        }
    }

    fn rtt(&self) -> Option<String> {
        self.rtt_ns.map(words::since)
    }

    /// What was seen of it, and the states that leaves both ends in.
    fn standing(&self) -> String {
        let mut parts = vec![seen(self.seen)];
        if let Some((left, right)) = self.states {
            parts.push(if left == right {
                format!("both {left}")
            } else {
                format!(
                    "{} {left}, {} {right}",
                    self.left.short(),
                    self.right.short()
                )
            });
        }
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }

    fn number(&self) -> String {
        self.number
            .map_or_else(|| "-".to_owned(), |number| number.to_string())
    }
}

fn columns() -> [Column; 14] {
    [
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
        Column::number("RTT"),
        Column::number("again"),
        Column::prose("state"),
        Column::text("filter"),
    ]
}

fn row(total: &Total, start: i64) -> Vec<Cell> {
    let plain = |number: u64| (Style::Plain, number.to_string());
    let packets = |way: usize| match total.lost[way] {
        0 => plain(total.packets[way]),
        lost => (Style::Lost, format!("{} ({lost} lost)", total.packets[way])),
    };
    vec![
        (Style::Bold, total.number()),
        (Style::Plain, total.protocol.to_owned()),
        (Style::Client, total.left.title()),
        (Style::Server, total.right.title()),
        packets(0),
        packets(1),
        plain(total.bytes[0]),
        plain(total.bytes[1]),
        (Style::Dim, words::since(total.first_ns - start)),
        (Style::Dim, words::since(total.last_ns - total.first_ns)),
        (Style::Dim, total.rtt().unwrap_or_default()),
        (Style::Warning, total.again.to_string()),
        (Style::State, total.standing()),
        (Style::Dim, total.filter.clone()),
    ]
}

/// A conversation in a few lines, where there is no room for the table.
fn entry(text: &mut Styled, total: &Total) {
    let filter = match total.filter.as_str() {
        "" => String::new(),
        filter => format!("   {filter}"),
    };
    text.push(
        Line::wrapping(2)
            .with(Style::Bold, &format!("{} ", total.number()))
            .with(Style::Plain, total.protocol)
            .with(Style::Plain, "  ")
            .with(Style::Client, &total.left.title())
            .with(Style::Dim, " ↔ ")
            .with(Style::Server, &total.right.title())
            .with(Style::Dim, &filter),
    );
    let way = |arrow: &str, way: usize| {
        let packets = total.packets[way];
        let noun = if packets == 1 { "packet" } else { "packets" };
        let bytes = words::bytes(total.bytes[way] as usize);
        let lost = match total.lost[way] {
            0 => String::new(),
            lost => format!(" ({lost} lost)"),
        };
        format!("{arrow} {packets} {noun}{lost}, {bytes}   ")
    };
    text.push(
        Line::wrapping(2)
            .with(Style::Client, &format!("  {}", way("→", 0)))
            .with(Style::Server, &way("←", 1)),
    );
    let mut line = Line::wrapping(2).with(
        Style::Dim,
        &format!("  lasted {}", words::since(total.last_ns - total.first_ns)),
    );
    if let Some(rtt) = total.rtt() {
        line.push(Style::Dim, &format!(", RTT {rtt}"));
    }
    match total.again {
        0 => {}
        1 => line.push(Style::Warning, ", 1 segment sent again"),
        count => line.push(Style::Warning, &format!(", {count} segments sent again")),
    }
    line.push(Style::Plain, "   ");
    line.push(Style::State, &total.standing());
    text.push(line);
}

/// What picks a packet's conversation in a filter; empty where no field does.
fn filter(packet: &PacketEvent) -> String {
    let protocol = match packet.headers.transport {
        Transport::Tcp(_) => "tcp",
        Transport::Udp(_) => "udp",
        _ => return String::new(),
    };
    packet.track.stream.map_or_else(String::new, |stream| {
        format!("{protocol}.stream == {stream}")
    })
}

/// Which parts of a TCP connection were seen (`tcp.completeness`).
fn seen(all: u8) -> String {
    const HANDSHAKE: u8 = 1 | 2 | 4;
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
    use crate::render::sample::{ACK, C, Capture, FIN, PSH, S, Side, look, screens};

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
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
        let all: Vec<&PacketEvent> = packets.iter().collect();
        insta::assert_snapshot!(screens(|look| draw(&all, look)));
        let wide = look(200, false);
        insta::assert_snapshot!(draw(&all, &wide).to_text(&wide));
    }
}
