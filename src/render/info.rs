//! What one packet says, in a line of Wireshark's words: its info column without ports and labels. Not who sent it, nor why.

use super::control;
use super::endpoint::mac;
use crate::event::packet::PacketEvent;
use crate::packet::application;
use crate::packet::headers::{Arp, Headers, Net, Span, Tcp, Transport, flag};
use crate::packet::names;
use crate::packet::text::{escape_text, hex, quote};
use std::borrow::Cow;
use std::fmt::Write;

/// How much of a TCP segment's info is left out where there is little room; each leaves out what the one before does, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brevity {
    /// Everything.
    Full,
    /// No timestamps.
    NoTimestamps,
    /// No options.
    NoOptions,
    /// No window.
    NoWindow,
    /// No `Len=0`.
    NoZeroLength,
    /// The one number that tells most: where its data lies, or what a segment without any acknowledges.
    OneNumber,
    /// Flags and the length of data.
    Flags,
}

impl Brevity {
    /// From the longest to the shortest.
    pub const ALL: [Self; 7] = [
        Self::Full,
        Self::NoTimestamps,
        Self::NoOptions,
        Self::NoWindow,
        Self::NoZeroLength,
        Self::OneNumber,
        Self::Flags,
    ];
}

/// Wireshark's info column: `[SYN, ACK] Seq=0 Ack=1 Win=65483 Len=0 MSS=65495 SACK_PERM WS=128`.
pub fn info(packet: &PacketEvent) -> String {
    brief(packet, Brevity::Full)
}

/// The info column with less in it.
pub fn brief(packet: &PacketEvent, brevity: Brevity) -> String {
    let headers = &packet.headers;
    if let Some(malformed) = headers.malformed {
        return format!(
            "[Malformed Packet: {}] {}",
            malformed.layer.to_uppercase(),
            malformed.reason
        );
    }
    match (&headers.transport, &headers.net) {
        (Transport::Tcp(tcp), _) => segment(packet, tcp, brevity),
        (Transport::Udp(udp), _) => {
            let mut text = application(packet).map_or_else(
                || format!("Len={}", udp.length.saturating_sub(8)),
                |(_, line)| line.into_owned(),
            );
            if let Some(fragment) = first_fragment(packet) {
                text.push_str(&fragment);
            }
            text
        }
        (Transport::Icmp(icmp), Net::Ipv4(ip)) => control::icmp(icmp, ip.ttl),
        (Transport::Icmp(icmp), _) => control::icmp(icmp, 0),
        (Transport::Icmpv6(icmp), Net::Ipv6(ip)) => {
            control::icmpv6(icmp, ip.hlim, message(packet, ip.header))
        }
        (Transport::Icmpv6(icmp), _) => control::icmpv6(icmp, 0, &[]),
        (Transport::Igmp(_), Net::Ipv4(ip)) => control::igmp(message(packet, ip.header)),
        (Transport::Igmp(_), _) => control::igmp(&[]),
        (Transport::None, Net::Arp(arp)) => arp_message(arp),
        (Transport::None, Net::Ipv4(ip)) if ip.mf || ip.frag_offset > 0 => format!(
            "Fragmented IP protocol (proto={}, off={}, ID={:04x})",
            named(ip.proto),
            ip.frag_offset,
            ip.id
        ),
        (Transport::None, Net::Ipv6(ip)) if ip.fragment.is_some() => {
            let (offset, more) = ip.fragment.unwrap_or_default();
            let more = if more { "y" } else { "n" };
            format!(
                "IPv6 fragment (off={offset} more={more} nxt={})",
                named(ip.upper)
            )
        }
        (Transport::None, Net::Ipv4(ip)) => unknown(packet, &format!("IP protocol {}", ip.proto)),
        (Transport::None, Net::Ipv6(ip)) => {
            unknown(packet, &format!("IPv6 next header {}", ip.upper))
        }
        (Transport::None, Net::None) => unknown(packet, &link_title(headers)),
    }
}

/// Of a UDP datagram's first fragment, which has the header of the datagram but not all of its data: that it is one, and by which number
/// the others are known.
pub fn first_fragment(packet: &PacketEvent) -> Option<String> {
    if packet.track.reassembled.is_some() || !matches!(packet.headers.transport, Transport::Udp(_))
    {
        return None;
    }
    match packet.headers.net {
        Net::Ipv4(ip) if ip.mf => Some(format!(" (first fragment, off=0, ID={:04x})", ip.id)),
        Net::Ipv6(ip) if ip.fragment.is_some_and(|(_, more)| more) => {
            Some(" (first fragment, off=0)".to_owned())
        }
        _ => None,
    }
}

/// What an IP header of this packet carries.
fn message(packet: &PacketEvent, header: Span) -> &[u8] {
    let end = packet.headers.payload.end as usize;
    if let Some(datagram) = &packet.track.reassembled {
        return datagram;
    }
    packet
        .frame
        .bytes
        .get(header.end as usize..end)
        .unwrap_or_default()
}

/// The protocol above the transport as Wireshark's protocol column names it, and its info column, safe to show; `None` where none is
/// recognized.
pub fn application(packet: &PacketEvent) -> Option<(&'static str, Cow<'_, str>)> {
    const LONGEST: usize = 300;
    let (name, line) = application::summary(&packet.headers, payload(packet))?;
    Some((name, escape_text(line, LONGEST)))
}

/// The protocol as Wireshark's protocol column names it, but that a segment is one of TCP whatever it carries.
pub fn protocol(packet: &PacketEvent) -> &'static str {
    let headers = &packet.headers;
    match (&headers.transport, &headers.net) {
        (Transport::Udp(_), _) if headers.malformed.is_none() => {
            application::name(headers, payload(packet)).unwrap_or("UDP")
        }
        (Transport::Tcp(_), _) => "TCP",
        (Transport::Udp(_), _) => "UDP",
        (Transport::Icmp(_), _) => "ICMP",
        (Transport::Icmpv6(_), _) => "ICMPv6",
        (Transport::Igmp(_), _) => "IGMP",
        (Transport::None, Net::Arp(_)) => "ARP",
        (Transport::None, Net::Ipv4(_)) => "IPv4",
        (Transport::None, Net::Ipv6(_)) => "IPv6",
        (Transport::None, Net::None) => match headers.ethernet {
            Some(_) => "Ethernet",
            None => "Frame",
        },
    }
}

/// What the data of a packet is: a segment's protocol with its line (`HTTP GET / HTTP/1.1`), or else how the data begins, between
/// quotes, at most `limit` characters of it. Empty where there is none, or where the info says it.
pub fn data(packet: &PacketEvent, limit: usize) -> String {
    let data = payload(packet);
    if data.is_empty() {
        return String::new();
    }
    if let Some(message) = &packet.track.message {
        return cut(message, limit.max(SHORT));
    }
    match (application(packet), &packet.headers.transport) {
        (Some(_), Transport::Udp(_)) => String::new(),
        // `WebSocket Text [FIN]` and `HTTP/1.1 200 OK` say it themselves.
        (Some((name, line)), _) if line.starts_with(name) => line.into_owned(),
        (Some((name, line)), _) => format!("{name} {line}"),
        (None, _) => quote(data, limit),
    }
}

/// A message's words keep at least so many characters.
const SHORT: usize = 20;

/// At most so many characters of a text.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => format!("{}…", &text[..at]),
        _ => text.to_owned(),
    }
}

/// The flags as Wireshark lists them: `SYN, ACK`.
pub fn flags(flags: u16) -> String {
    const NAMES: [(u16, &str); 9] = [
        (flag::FIN, "FIN"),
        (flag::SYN, "SYN"),
        (flag::RST, "RST"),
        (flag::PSH, "PSH"),
        (flag::ACK, "ACK"),
        (flag::URG, "URG"),
        (flag::ECE, "ECE"),
        (flag::CWR, "CWR"),
        (flag::AE, "AE"),
    ];
    let set: Vec<&str> = NAMES
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    if set.is_empty() {
        "<None>".to_owned()
    } else {
        set.join(", ")
    }
}

/// The bytes a packet carries for a program, as far as they were captured.
pub fn payload(packet: &PacketEvent) -> &[u8] {
    if let Some(datagram) = &packet.track.reassembled {
        let header = match packet.headers.transport {
            Transport::Tcp(tcp) => tcp.hdr_len.into(),
            Transport::Udp(_) => 8,
            _ => datagram.len(),
        };
        return datagram.get(header..).unwrap_or_default();
    }
    match packet.headers.transport {
        Transport::Tcp(_) | Transport::Udp(_) => packet.payload(),
        _ => &[],
    }
}

fn segment(packet: &PacketEvent, tcp: &Tcp, brevity: Brevity) -> String {
    let track = &packet.track;
    let mut text = format!("[{}]", flags(tcp.flags));
    // Writing into a String cannot fail.
    let mut add = |name: &str, value: u32| {
        let _ = write!(text, " {name}={value}");
    };
    let opens_or_closes = tcp.flags & (flag::SYN | flag::FIN | flag::RST) != 0;
    let acknowledges = tcp.flags & flag::ACK != 0;
    let (seq, ack) = match brevity {
        Brevity::Flags => (false, false),
        Brevity::OneNumber if !opens_or_closes && acknowledges => (tcp.len > 0, tcp.len == 0),
        _ => (true, acknowledges),
    };
    if seq {
        add("Seq", track.seq);
    }
    if ack {
        add("Ack", track.ack);
    }
    if brevity < Brevity::NoWindow {
        add("Win", track.window);
    }
    if tcp.len > 0 || brevity < Brevity::NoZeroLength {
        add("Len", tcp.len);
    }
    if tcp.flags & flag::URG != 0 && brevity < Brevity::NoWindow {
        add("Urg", tcp.urgent.into());
    }
    if brevity < Brevity::NoOptions {
        options(&mut text, tcp, packet, brevity);
    }
    text
}

fn options(text: &mut String, tcp: &Tcp, packet: &PacketEvent, brevity: Brevity) {
    let options = &tcp.options;
    if let Some(mss) = options.mss {
        let _ = write!(text, " MSS={mss}");
    }
    if options.sack_perm {
        text.push_str(" SACK_PERM");
    }
    if let Some((value, echo)) = options.timestamp
        && brevity < Brevity::NoTimestamps
    {
        let _ = write!(text, " TSval={value} TSecr={echo}");
    }
    if let Some(shift) = options.wscale {
        let _ = write!(text, " WS={}", 1_u64.checked_shl(shift.into()).unwrap_or(0));
    }
    // The blocks are about the other side's numbers; their distance to the ACK number is known whatever the base.
    let relative = |raw: u32| packet.track.ack.wrapping_add(raw.wrapping_sub(tcp.ack));
    for (left, right) in options.sack.iter().take(options.sack_count.into()) {
        let _ = write!(text, " SLE={} SRE={}", relative(*left), relative(*right));
    }
}

/// A protocol's name before its number, where it has one.
fn named(protocol: u8) -> String {
    match names::protocol(protocol) {
        "" => protocol.to_string(),
        name => format!("{name} {protocol}"),
    }
}

fn arp_message(arp: &Arp) -> String {
    match arp.opcode {
        1 if arp.sender_ip == arp.target_ip => format!("ARP Announcement for {}", arp.sender_ip),
        1 => format!("Who has {}? Tell {}", arp.target_ip, arp.sender_ip),
        2 => format!("{} is at {}", arp.sender_ip, mac(arp.sender_mac)),
        opcode => format!("opcode {opcode}"),
    }
}

fn link_title(headers: &Headers) -> String {
    headers.ethertype.map_or_else(
        || format!("link type {}", headers.link.0),
        |ethertype| format!("EtherType {ethertype:#06x}"),
    )
}

/// What is not decoded is shown as its first bytes.
fn unknown(packet: &PacketEvent, title: &str) -> String {
    const SHOWN: usize = 8;
    let bytes = packet.payload();
    let more = if bytes.len() > SHOWN { " …" } else { "" };
    let shown = hex(&bytes[..bytes.len().min(SHOWN)]);
    let gap = if shown.is_empty() { "" } else { ": " };
    format!("{title}, {} bytes{gap}{shown}{more}", bytes.len())
}
