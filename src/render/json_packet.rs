//! A packet as one line of JSON under Wireshark's field names: the contract of `--json`. Written straight into text, field by
//! field; a field the packet does not have is left out. Other events are not written here.

use crate::event::packet::{Label, PacketEvent, Track};
use crate::event::words;
use crate::packet::headers::{Headers, Icmp, Ipv4, Ipv6, Net, Tcp, Transport};
use std::fmt::{Display, Write};

/// One line without its line end: `{"event":"packet","frame.number":1,…}`.
pub fn packet_json(packet: &PacketEvent) -> String {
    let mut line = Line(String::with_capacity(1024));
    line.0.push_str("{\"event\":\"packet\"");
    line.optional_text("cause", packet.cause.as_ref().map(words::cause).as_deref());
    line.key("lost");
    match packet.lost {
        Some(rule) => line.digits(u64::from(rule)),
        None => line.0.push_str("null"),
    }
    line.optional_text("from", named(&packet.from));
    line.optional_text("to", named(&packet.to));
    line.number("frame.number", packet.number);
    line.key("frame.time_epoch");
    line.seconds(packet.frame.time_ns);
    line.number("frame.len", packet.frame.len.into());
    headers(&mut line, &packet.headers, &packet.track);
    line.0.push('}');
    line.0
}

fn named(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}

fn headers(line: &mut Line, headers: &Headers, track: &Track) {
    if let Some(ethertype) = headers.ethertype {
        line.number("eth.type", ethertype.into());
    }
    match &headers.net {
        Net::None => {}
        Net::Arp(arp) => line.number("arp.opcode", arp.opcode.into()),
        Net::Ipv4(ip) => ipv4(line, ip),
        Net::Ipv6(ip) => ipv6(line, ip),
    }
    match &headers.transport {
        Transport::Tcp(header) => tcp(line, header, track),
        Transport::Udp(udp) => {
            line.number("udp.srcport", udp.srcport.into());
            line.number("udp.dstport", udp.dstport.into());
            line.number("udp.length", udp.length.into());
            if let Some(stream) = track.stream {
                line.number("udp.stream", stream.into());
            }
        }
        Transport::Icmp(message) => icmp(line, "icmp.type", "icmp.code", message),
        Transport::Icmpv6(message) => icmp(line, "icmpv6.type", "icmpv6.code", message),
        Transport::Igmp(_) | Transport::None => {}
    }
}

fn ipv4(line: &mut Line, ip: &Ipv4) {
    line.number("ip.version", 4);
    line.display("ip.src", ip.src);
    line.display("ip.dst", ip.dst);
    line.number("ip.proto", ip.proto.into());
    line.number("ip.ttl", ip.ttl.into());
    line.number("ip.id", ip.id.into());
    line.number("ip.flags.df", ip.df.into());
    line.number("ip.flags.mf", ip.mf.into());
    line.number("ip.frag_offset", ip.frag_offset.into());
    line.number("ip.len", ip.len.into());
    line.number("ip.hdr_len", ip.hdr_len.into());
}

fn ipv6(line: &mut Line, ip: &Ipv6) {
    line.number("ip.version", 6);
    line.display("ipv6.src", ip.src);
    line.display("ipv6.dst", ip.dst);
    line.number("ipv6.nxt", ip.nxt.into());
    line.number("ipv6.hlim", ip.hlim.into());
    line.number("ipv6.plen", ip.plen.into());
}

fn tcp(line: &mut Line, tcp: &Tcp, track: &Track) {
    line.number("tcp.srcport", tcp.srcport.into());
    line.number("tcp.dstport", tcp.dstport.into());
    if let Some(stream) = track.stream {
        line.number("tcp.stream", stream.into());
    }
    line.number("tcp.seq", track.seq.into());
    line.number("tcp.seq_raw", tcp.seq.into());
    line.number("tcp.ack", track.ack.into());
    line.number("tcp.ack_raw", tcp.ack.into());
    line.number("tcp.len", tcp.len.into());
    line.number("tcp.hdr_len", tcp.hdr_len.into());
    line.number("tcp.flags", tcp.flags.into());
    line.key("tcp.flags.str");
    line.flags(tcp.flags);
    line.number("tcp.window_size_value", tcp.window.into());
    line.number("tcp.window_size", track.window.into());
    line.number("tcp.urgent_pointer", tcp.urgent.into());
    line.number("tcp.checksum", tcp.checksum.into());
    let options = &tcp.options;
    if let Some(mss) = options.mss {
        line.number("tcp.options.mss_val", mss.into());
    }
    if let Some(shift) = options.wscale {
        line.number("tcp.options.wscale.shift", shift.into());
    }
    if options.sack_perm {
        line.number("tcp.options.sack_perm", 1);
    }
    let blocks = &options.sack[..usize::from(options.sack_count).min(options.sack.len())];
    if !blocks.is_empty() {
        // Relative like `tcp.ack`, as Wireshark shows them.
        let base = tcp.ack.wrapping_sub(track.ack);
        line.numbers(
            "tcp.options.sack_le",
            blocks.iter().map(|block| block.0.wrapping_sub(base)),
        );
        line.numbers(
            "tcp.options.sack_re",
            blocks.iter().map(|block| block.1.wrapping_sub(base)),
        );
    }
    if let Some((value, echo)) = options.timestamp {
        line.number("tcp.options.timestamp.tsval", value.into());
        line.number("tcp.options.timestamp.tsecr", echo.into());
    }
    if track.labels.0 != 0 {
        line.labels(track.labels.as_fields().iter());
    }
    line.number("tcp.completeness", track.completeness.into());
}

fn icmp(line: &mut Line, kind: &str, code: &str, message: &Icmp) {
    line.number(kind, message.kind.into());
    line.number(code, message.code.into());
}

/// The line while it grows.
struct Line(String);

impl Line {
    fn key(&mut self, name: &str) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn digits(&mut self, mut value: u64) {
        let mut digits = [0_u8; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.0
            .extend(digits[start..].iter().copied().map(char::from));
    }

    fn number(&mut self, name: &str, value: u64) {
        self.key(name);
        self.digits(value);
    }

    fn numbers(&mut self, name: &str, values: impl Iterator<Item = u32>) {
        self.key(name);
        let mut separator = '[';
        for value in values {
            self.0.push(separator);
            self.digits(value.into());
            separator = ',';
        }
        self.0.push(']');
    }

    fn labels(&mut self, labels: impl Iterator<Item = Label>) {
        self.key("tcp.analysis.flags");
        let mut separator = '[';
        for label in labels {
            self.0.push(separator);
            self.0.push('"');
            self.0.push_str(label.name());
            self.0.push('"');
            separator = ',';
        }
        self.0.push(']');
    }

    /// A value whose text needs no escape: an address.
    fn display(&mut self, name: &str, value: impl Display) {
        self.key(name);
        // Writing into a String cannot fail.
        let _ = write!(self.0, "\"{value}\"");
    }

    /// Nanoseconds as seconds with nine decimals; earlier than the epoch is negative.
    fn seconds(&mut self, nanoseconds: i64) {
        let sign = if nanoseconds < 0 { "-" } else { "" };
        let value = nanoseconds.unsigned_abs();
        let (whole, rest) = (value / 1_000_000_000, value % 1_000_000_000);
        let _ = write!(self.0, "{sign}{whole}.{rest:09}");
    }

    /// Wireshark's `tcp.flags.str`: a letter or a middle dot for each of the twelve bits.
    fn flags(&mut self, flags: u16) {
        self.0.push('"');
        for (index, letter) in "RRRACEUAPRSF".chars().enumerate() {
            let bit = 1_u16 << (11 - index);
            self.0.push(if flags & bit == 0 { '·' } else { letter });
        }
        self.0.push('"');
    }

    fn optional_text(&mut self, name: &str, value: Option<&str>) {
        self.key(name);
        let Some(value) = value else {
            self.0.push_str("null");
            return;
        };
        self.0.push('"');
        for character in value.chars() {
            match character {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                _ if must_escape(character) => {
                    let _ = write!(self.0, "\\u{:04x}", u32::from(character));
                }
                _ => self.0.push(character),
            }
        }
        self.0.push('"');
    }
}

/// Control characters, and the marks that turn the direction of the text around them.
fn must_escape(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
