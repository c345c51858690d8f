//! A packet put beside what was expected of it: does it answer, and if not, which field is the first that differs.

use crate::command::expectation::pattern::{End, FieldTest, Pattern};
use crate::command::filter;
use crate::event::packet::PacketEvent;
use crate::event::words;
use crate::packet::headers::{Headers, Net, Transport, flag};
use crate::packet::text::quote;
use std::net::IpAddr;

/// A packet, and every name its two ends answer to.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The packet.
    pub packet: &'a PacketEvent,
    /// What the sender is called: socket, process, host, program. The first is shown.
    pub from: Vec<String>,
    /// What the receiver is called.
    pub to: Vec<String>,
}

/// What was expected, what came in its place, and where the two part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was expected, as it was written.
    pub expected: String,
    /// The packet in the same words.
    pub actual: String,
    /// Its number.
    pub number: u64,
    /// The first field that differs: `flags`, `mss`, `sender`.
    pub field: String,
    /// What it was to be.
    pub wanted: String,
    /// What it is.
    pub found: String,
}

/// One thing that was asked of a packet.
struct Check {
    field: String,
    wanted: String,
    found: String,
    holds: bool,
}

/// Compares a packet with what is expected of it. `since_ns` is what `after` counts from. Gives the first difference, and of how many
/// things how many were right.
pub fn compare(pattern: &Pattern, seen: &Seen<'_>, since_ns: i64) -> (Option<Difference>, usize) {
    let checks = checks(pattern, seen, since_ns);
    let right = checks.iter().filter(|check| check.holds).count();
    let first = checks.into_iter().find(|check| !check.holds);
    let difference = first.map(|check| Difference {
        expected: pattern.text.clone(),
        actual: in_the_same_words(pattern, seen),
        number: seen.packet.number,
        field: check.field,
        wanted: check.wanted,
        found: check.found,
    });
    (difference, right)
}

/// True when a packet is as expected.
pub fn answers(pattern: &Pattern, seen: &Seen<'_>, since_ns: i64) -> bool {
    compare(pattern, seen, since_ns).0.is_none()
}

fn checks(pattern: &Pattern, seen: &Seen<'_>, since_ns: i64) -> Vec<Check> {
    let mut checks = Checks(Vec::new());
    checks.of_headers(pattern, seen);
    checks.of_content(pattern, seen.packet);
    checks.of_story(pattern, seen.packet, since_ns);
    checks.0
}

/// What was asked of a packet, in the order in which it is told.
struct Checks(Vec<Check>);

impl Checks {
    fn add(&mut self, field: &str, wanted: String, found: String, holds: bool) {
        self.0.push(Check {
            field: field.to_owned(),
            wanted,
            found,
            holds,
        });
    }

    /// Its ends, its protocol and its flags.
    fn of_headers(&mut self, pattern: &Pattern, seen: &Seen<'_>) {
        let packet = seen.packet;
        let (from, to) = addresses(&packet.headers);
        for (field, end, names, address) in [
            ("sender", &pattern.from, &seen.from, from),
            ("receiver", &pattern.to, &seen.to, to),
        ] {
            if let Some(wanted) = end_words(end) {
                let holds = is_end(end, names, address);
                self.add(field, wanted, found_end(end, names, address), holds);
            }
        }
        if let Some(protocol) = &pattern.protocol {
            let holds = !filter::values(protocol, packet).is_empty();
            let found = protocol_of(&packet.headers).to_owned();
            self.add("protocol", protocol.clone(), found, holds);
        }
        if let Some(flags) = pattern.flags {
            let set = packet.headers.tcp().map(|tcp| tcp.flags);
            let holds = set.is_some_and(|set| set & flags.mask == flags.set);
            let found = set.map_or_else(
                || format!("no flags: it is {}", protocol_of(&packet.headers)),
                |set| format!("[{}]", flag::names(set)),
            );
            self.add(
                "flags",
                format!("[{}]", flag::names(flags.set)),
                found,
                holds,
            );
        }
    }

    /// Its fields and its data.
    fn of_content(&mut self, pattern: &Pattern, packet: &PacketEvent) {
        for test in &pattern.fields {
            let found = field_value(test, packet);
            let found = if found.is_empty() {
                "absent".to_owned()
            } else {
                found
            };
            let wanted = test.demand.strip_prefix('=').unwrap_or(&test.demand);
            let holds = test.asked.filter.matches(packet);
            self.add(&test.name, wanted.to_owned(), found, holds);
        }
        let payload = packet.payload();
        for data in &pattern.data {
            let holds =
                payload.windows(data.len().max(1)).any(|part| part == data) || data.is_empty();
            self.add("data", quote(data, 60), quote(payload, 60), holds);
        }
    }

    /// Its labels, why it was sent, what became of it, and when.
    fn of_story(&mut self, pattern: &Pattern, packet: &PacketEvent, since_ns: i64) {
        for label in &pattern.labels {
            let labels = packet.track.labels.as_fields();
            let names: Vec<&str> = labels
                .iter()
                .map(super::super::event::packet::Label::name)
                .collect();
            let found = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            self.add(
                "label",
                label.name().to_owned(),
                found,
                labels.contains(*label),
            );
        }
        for words in &pattern.cause {
            let found = packet
                .cause
                .as_ref()
                .map_or_else(|| "unknown".to_owned(), words::cause);
            let holds = found.contains(words.as_str());
            self.add("cause", format!("\"{words}\""), found, holds);
        }
        if pattern.lost {
            let lost = packet.lost().is_some();
            self.add("fate", "lost".to_owned(), "delivered".to_owned(), lost);
        }
        if let Some(asked) = &pattern.filter {
            let holds = asked.filter.matches(packet);
            self.add("where", asked.text.clone(), "not so".to_owned(), holds);
        }
        if let Some(timing) = pattern.after {
            let took = packet.frame.time_ns - since_ns;
            let holds = timing.holds(took);
            self.add("time", timing.to_string(), words_for_time(took), holds);
        }
    }
}

/// A duration in a unit that suits it.
pub fn words_for_time(nanoseconds: i64) -> String {
    let milliseconds = nanoseconds as f64 / 1e6;
    if milliseconds.abs() >= 1000.0 {
        format!("{:.3} s", milliseconds / 1000.0)
    } else {
        format!("{milliseconds:.3} ms")
    }
}

/// How many bytes a packet carries above TCP or UDP, on the wire.
fn payload_len(packet: &PacketEvent) -> u64 {
    match packet.headers.transport {
        Transport::Tcp(tcp) => u64::from(tcp.len),
        Transport::Udp(udp) => u64::from(udp.length.saturating_sub(8)),
        _ => packet.headers.payload.len() as u64,
    }
}

fn field_value(test: &FieldTest, packet: &PacketEvent) -> String {
    let ports = packet.headers.ports();
    match test.name.as_str() {
        "len" => payload_len(packet).to_string(),
        "sport" => ports.map_or(String::new(), |(from, _)| from.to_string()),
        "dport" => ports.map_or(String::new(), |(_, to)| to.to_string()),
        _ => filter::values(&test.field, packet).join(", "),
    }
}

/// An address, and the port where there is one.
type Place = Option<(IpAddr, Option<u16>)>;

fn addresses(headers: &Headers) -> (Place, Place) {
    let ports = headers.ports();
    match headers.addresses() {
        Some((from, to)) => (
            Some((from, ports.map(|(port, _)| port))),
            Some((to, ports.map(|(_, port)| port))),
        ),
        None => match headers.net {
            Net::Arp(arp) => (
                Some((arp.sender_ip.into(), None)),
                Some((arp.target_ip.into(), None)),
            ),
            _ => (None, None),
        },
    }
}

fn is_end(end: &End, names: &[String], place: Place) -> bool {
    match end {
        End::Any => true,
        End::Name(name) => names.iter().any(|known| known == name),
        End::Address(address) => place.is_some_and(|(ip, _)| ip == *address),
        End::Socket(socket) => place == Some((socket.ip(), Some(socket.port()))),
        End::Port(port) => place.and_then(|(_, found)| found) == Some(*port),
    }
}

fn end_words(end: &End) -> Option<String> {
    match end {
        End::Any => None,
        End::Name(name) => Some(name.clone()),
        End::Address(address) => Some(address.to_string()),
        End::Socket(socket) => Some(socket.to_string()),
        End::Port(port) => Some(format!(":{port}")),
    }
}

/// What stands at an end, in the kind of word that was used for what was expected.
fn found_end(end: &End, names: &[String], place: Place) -> String {
    let address = place.map_or_else(
        || "no address".to_owned(),
        |(ip, port)| match port {
            Some(port) => std::net::SocketAddr::new(ip, port).to_string(),
            None => ip.to_string(),
        },
    );
    match end {
        End::Name(wanted) if names.contains(wanted) => wanted.clone(),
        End::Name(_) | End::Any => names.first().cloned().unwrap_or(address),
        _ => address,
    }
}

fn protocol_of(headers: &Headers) -> &'static str {
    match (headers.transport, headers.net) {
        (Transport::Tcp(_), _) => "tcp",
        (Transport::Udp(_), _) => "udp",
        (Transport::Icmp(_), _) => "icmp",
        (Transport::Icmpv6(_), _) => "icmpv6",
        (Transport::Igmp(_), _) => "igmp",
        (Transport::None, Net::Arp(_)) => "arp",
        (Transport::None, Net::Ipv4(_)) => "ip",
        (Transport::None, Net::Ipv6(_)) => "ipv6",
        (Transport::None, Net::None) => "no protocol known here",
    }
}

/// The packet as the line that would expect it: its ends, its flags or protocol, and the fields that were asked for.
fn in_the_same_words(pattern: &Pattern, seen: &Seen<'_>) -> String {
    let (from, to) = addresses(&seen.packet.headers);
    let mut words = vec![
        found_end(&pattern.from, &seen.from, from),
        "->".to_owned(),
        found_end(&pattern.to, &seen.to, to),
    ];
    words.push(match seen.packet.headers.tcp() {
        Some(tcp) => format!("[{}]", flag::names(tcp.flags)),
        None => protocol_of(&seen.packet.headers).to_owned(),
    });
    for test in &pattern.fields {
        let value = field_value(test, seen.packet);
        if !value.is_empty() {
            words.push(format!("{}={value}", test.name));
        }
    }
    if pattern.fields.iter().all(|test| test.name != "len") && payload_len(seen.packet) > 0 {
        words.push(format!("len={}", payload_len(seen.packet)));
    }
    if seen.packet.lost().is_some() {
        words.push("lost".to_owned());
    }
    words.join(" ")
}
