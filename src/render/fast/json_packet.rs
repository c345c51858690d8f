//! A packet as one line of JSON under Wireshark's field names: the contract of `--json`. Written straight into text, field by
//! field; a field the packet does not have is left out. Other events are not written here.

use super::digits;
use super::json_tree;
use crate::event::packet::{Label, PacketEvent, Track};
use crate::event::words;
use crate::packet::headers::{
    CutOption, Icmp, Ipv4, Ipv6, LinkType, Net, Span, Tcp, Transport, flag,
};
use crate::packet::misfit;
use crate::packet::schema::FieldEntry;
use crate::packet::schema::capture::frame;
use crate::packet::schema::internet::{ip, ipv6};
use crate::packet::schema::link::{arp, eth};
use crate::packet::schema::message::{icmp, icmpv6};
use crate::packet::schema::transport::{tcp, udp};
use std::net::IpAddr;

/// One line without its line end: `{"event":"packet","frame.number":1,…}`.
pub fn packet_json(packet: &PacketEvent) -> String {
    let mut out = Vec::with_capacity(1024);
    write(&mut out, packet);
    String::from_utf8_lossy(&out).into_owned()
}

/// The same at the end of a buffer.
pub fn write(out: &mut Vec<u8>, packet: &PacketEvent) {
    let mut line = Line(out);
    line.text("{\"event\":\"packet\"");
    line.optional_text("cause", packet.cause.as_ref().map(words::cause).as_deref());
    line.key("lost");
    match packet.lost() {
        Some(rule) => line.digits(u64::from(rule)),
        None => line.text("null"),
    }
    if packet.is_held() {
        line.key("held");
        line.text("true");
    } else if packet.delay_ns() > 0 {
        line.key("delayed");
        digits::seconds(line.0, packet.delay_ns(), 9);
    }
    line.optional_text("from", named(&packet.from));
    line.optional_text("to", named(&packet.to));
    line.number(frame::NUMBER, packet.number);
    line.key(frame::TIME_EPOCH.name);
    digits::seconds(line.0, packet.frame.time_ns, 9);
    line.number(frame::LEN, packet.headers.len.into());
    let interface = packet.interface_name();
    if !interface.is_empty() {
        line.optional_text(frame::INTERFACE_NAME.name, Some(&interface));
    }
    if !packet.comments.is_empty() {
        line.texts("frame.comment", &packet.comments);
    }
    if let Some(ethertype) = outer_type(packet) {
        line.number(eth::TYPE, ethertype.into());
    }
    headers(&mut line, packet);
    match misfit::of(&packet.headers, &packet.frame.bytes) {
        Some(misfit) => tcp(&mut line, misfit.tcp(), misfit.data_len(), &packet.track),
        None => json_tree::add(line.0, packet),
    }
    line.text("}");
}

fn named(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}

/// `eth.type`: on a tagged frame the type of the tag, which stands in the Ethernet header itself and may be all that was captured.
fn outer_type(packet: &PacketEvent) -> Option<u16> {
    let headers = &packet.headers;
    let cut = headers.malformed.is_some_and(|fault| fault.layer == "vlan");
    if (headers.vlan.is_some() || cut) && headers.link == LinkType::ETHERNET {
        let bytes = packet.frame.bytes.get(12..14)?;
        return Some(u16::from_be_bytes([bytes[0], bytes[1]]));
    }
    headers.ethertype
}

fn headers(line: &mut Line<'_>, packet: &PacketEvent) {
    let (headers, track) = (&packet.headers, &packet.track);
    // As carried: a header of another version is malformed, and read all the same.
    let version = |header: Span| {
        let first = packet.frame.bytes.get(header.start as usize);
        first.map_or(0, |byte| u64::from(byte >> 4))
    };
    match &headers.net {
        Net::None => {}
        Net::Arp(arp) => line.number(arp::OPCODE, arp.opcode.into()),
        Net::Ipv4(ip) => ipv4(line, version(ip.header), ip),
        Net::Ipv6(ip) => ipv6(line, version(ip.header), ip),
    }
    match &headers.transport {
        Transport::Tcp(header) => tcp(line, header, Some(header.len), track),
        Transport::Udp(udp) => {
            line.number(udp::SRCPORT, udp.srcport.into());
            line.number(udp::DSTPORT, udp.dstport.into());
            line.number(udp::LENGTH, udp.length.into());
            if let Some(stream) = track.stream {
                line.number(udp::STREAM, stream.into());
            }
        }
        Transport::Icmp(message) => icmp(line, icmp::TYPE, icmp::CODE, message),
        Transport::Icmpv6(message) => icmp(line, icmpv6::TYPE, icmpv6::CODE, message),
        Transport::Igmp(_) | Transport::None => {}
    }
}

fn ipv4(line: &mut Line<'_>, version: u64, ip: &Ipv4) {
    line.number(ip::VERSION, version);
    line.address(ip::SRC, ip.src.into());
    line.address(ip::DST, ip.dst.into());
    line.number(ip::PROTO, ip.proto.into());
    line.number(ip::TTL, ip.ttl.into());
    line.number(ip::ID, ip.id.into());
    line.number(ip::FLAGS_DF, ip.df.into());
    line.number(ip::FLAGS_MF, ip.mf.into());
    // The field counts units of eight bytes (RFC 791 section 3.1).
    line.number(ip::FRAG_OFFSET, u64::from(ip.frag_offset / 8));
    line.number(ip::LEN, ip.len.into());
    line.number(ip::HDR_LEN, ip.hdr_len.into());
}

fn ipv6(line: &mut Line<'_>, version: u64, ip: &Ipv6) {
    line.number(ip::VERSION, version);
    line.address(ipv6::SRC, ip.src.into());
    line.address(ipv6::DST, ip.dst.into());
    line.number(ipv6::NXT, ip.nxt.into());
    line.number(ipv6::HLIM, ip.hlim.into());
    line.number(ipv6::PLEN, ip.plen.into());
}

fn tcp(line: &mut Line<'_>, tcp: &Tcp, len: Option<u32>, track: &Track) {
    line.number(tcp::SRCPORT, tcp.srcport.into());
    line.number(tcp::DSTPORT, tcp.dstport.into());
    if let Some(stream) = track.stream {
        line.number(tcp::STREAM, stream.into());
    }
    line.number(tcp::SEQ, track.seq.into());
    line.number(tcp::SEQ_RAW, tcp.seq.into());
    // Without the ACK flag the field means nothing, and nothing is relative to it.
    let acknowledges = tcp.flags & flag::ACK != 0;
    let ack = if acknowledges { track.ack } else { tcp.ack };
    line.number(tcp::ACK, ack.into());
    line.number(tcp::ACK_RAW, tcp.ack.into());
    if let Some(len) = len {
        line.number(tcp::LEN, len.into());
    }
    line.number(tcp::HDR_LEN, tcp.hdr_len.into());
    line.number(tcp::FLAGS, tcp.flags.into());
    line.key(tcp::FLAGS_STR.name);
    line.flags(tcp.flags);
    line.number(tcp::WINDOW_SIZE_VALUE, tcp.window.into());
    line.number(tcp::WINDOW_SIZE, track.window.into());
    // The capture may end before them.
    let captured = tcp.captured();
    if captured >= 20 {
        line.number(tcp::URGENT_POINTER, tcp.urgent.into());
    }
    if captured >= 18 {
        line.number(tcp::CHECKSUM, tcp.checksum.into());
    }
    options(line, tcp, track);
    if track.labels.0 != 0 {
        line.labels(track.labels.as_fields().iter());
    }
    line.number(tcp::COMPLETENESS, track.completeness.into());
    analysis(line, track);
}

/// The options of a segment, whether the capture holds them whole or not.
#[inline]
fn options(line: &mut Line<'_>, tcp: &Tcp, track: &Track) {
    let options = &tcp.options;
    if let Some(mss) = options.mss {
        line.number(tcp::OPTIONS_MSS_VAL, mss.into());
    }
    if let Some(shift) = options.wscale {
        line.number(tcp::OPTIONS_WSCALE_SHIFT, shift.into());
    }
    if options.sack_perm {
        line.number(tcp::OPTIONS_SACK_PERM, 1);
    }
    let blocks = &options.sack[..usize::from(options.sack_count).min(options.sack.len())];
    let (left_edge, tsval) = match options.cut {
        Some(CutOption::LeftEdge(edge)) => (Some(edge), None),
        Some(CutOption::Tsval(value)) => (None, Some(value)),
        None => (None, None),
    };
    // Relative like `tcp.ack`, as Wireshark shows them.
    let relative = |edge: u32| edge.wrapping_sub(tcp.ack.wrapping_sub(track.ack));
    if !blocks.is_empty() || left_edge.is_some() {
        let edges = blocks.iter().map(|block| block.0).chain(left_edge);
        line.numbers(tcp::OPTIONS_SACK_LE, edges.map(relative));
    }
    if !blocks.is_empty() {
        let edges = blocks.iter().map(|block| block.1);
        line.numbers(tcp::OPTIONS_SACK_RE, edges.map(relative));
    }
    if let Some((value, echo)) = options.timestamp {
        line.number(tcp::OPTIONS_TIMESTAMP_TSVAL, value.into());
        line.number(tcp::OPTIONS_TIMESTAMP_TSECR, echo.into());
    } else if let Some(value) = tsval {
        line.number(tcp::OPTIONS_TIMESTAMP_TSVAL, value.into());
    }
}

/// What the tracker measured. A round-trip time is in seconds, as Wireshark has it.
fn analysis(line: &mut Line<'_>, track: &Track) {
    if let Some((count, frame)) = track.duplicate_of {
        line.number(tcp::ANALYSIS_DUPLICATE_ACK_NUM, count.into());
        line.number(tcp::ANALYSIS_DUPLICATE_ACK_FRAME, frame);
    }
    if let Some((round_trip, frame)) = track.acks {
        line.number(tcp::ANALYSIS_ACKS_FRAME, frame);
        // Wireshark shows none that took no time.
        if round_trip != 0 {
            line.key(tcp::ANALYSIS_ACK_RTT.name);
            digits::seconds(line.0, round_trip, 9);
        }
    }
    if let Some(bytes) = track.bytes_in_flight {
        line.number(tcp::ANALYSIS_BYTES_IN_FLIGHT, bytes.into());
    }
}

fn icmp(line: &mut Line<'_>, kind: &FieldEntry, code: &FieldEntry, message: &Icmp) {
    line.number(kind, message.kind.into());
    line.number(code, message.code.into());
}

/// The line while it grows.
struct Line<'a>(&'a mut Vec<u8>);

impl Line<'_> {
    fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn key(&mut self, name: &str) {
        self.text(",\"");
        self.text(name);
        self.text("\":");
    }

    fn digits(&mut self, value: u64) {
        digits::number(self.0, value);
    }

    fn number(&mut self, field: &FieldEntry, value: u64) {
        self.key(field.name);
        self.digits(value);
    }

    fn numbers(&mut self, field: &FieldEntry, values: impl Iterator<Item = u32>) {
        self.key(field.name);
        let mut separator = "[";
        for value in values {
            self.text(separator);
            self.digits(value.into());
            separator = ",";
        }
        self.text("]");
    }

    fn labels(&mut self, labels: impl Iterator<Item = Label>) {
        self.key(tcp::ANALYSIS_FLAGS.name);
        let mut separator = "[";
        for label in labels {
            self.text(separator);
            self.text("\"");
            self.text(label.name());
            self.text("\"");
            separator = ",";
        }
        self.text("]");
    }

    /// An address: its text needs no escape.
    fn address(&mut self, field: &FieldEntry, value: IpAddr) {
        self.key(field.name);
        self.text("\"");
        digits::address(self.0, value);
        self.text("\"");
    }

    /// Wireshark's `tcp.flags.str`: a letter or a middle dot for each of the twelve bits.
    fn flags(&mut self, flags: u16) {
        self.text("\"");
        for (index, letter) in b"RRRACEUAPRSF".iter().enumerate() {
            let bit = 1_u16 << (11 - index);
            if flags & bit == 0 {
                self.text("·");
            } else {
                self.0.push(*letter);
            }
        }
        self.text("\"");
    }

    fn optional_text(&mut self, name: &str, value: Option<&str>) {
        self.key(name);
        match value {
            Some(value) => self.quoted(value),
            None => self.text("null"),
        }
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        self.key(name);
        let mut separator = "[";
        for value in values {
            self.text(separator);
            self.quoted(value);
            separator = ",";
        }
        self.text("]");
    }

    fn quoted(&mut self, value: &str) {
        self.text("\"");
        for character in value.chars() {
            match character {
                '"' => self.text("\\\""),
                '\\' => self.text("\\\\"),
                '\n' => self.text("\\n"),
                _ if must_escape(character) => {
                    self.text(&format!("\\u{:04x}", u32::from(character)));
                }
                _ => self.text(character.encode_utf8(&mut [0; 4])),
            }
        }
        self.text("\"");
    }
}

/// Control characters, and the marks that turn the direction of the text around them.
fn must_escape(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
#[cfg(test)]
mod tests;
