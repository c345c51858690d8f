//! The fields that are read from the flat record of a packet, without its tree. A field that is also in the tree has the same
//! values here: a test compares the two.

use super::gather::{Reader, bytes};
use super::value::Datum;
use crate::event::packet::PacketEvent;
use crate::packet::headers::{
    Arp, Ethernet, Icmp, Ipv4, Ipv6, LinkType, Net, Span, Tcp, Transport, Udp, flag,
};

/// What the frame itself and the tracker tell.
pub(super) const RECORD: &[(&str, Reader)] = &[
    ("frame", |packet, give| {
        give(Datum::Protocol(&packet.frame.bytes, &packet.frame.bytes))
    }),
    ("frame.cap_len", |packet, give| {
        give(number(packet.headers.captured))
    }),
    ("frame.len", |packet, give| give(number(packet.headers.len))),
    ("frame.number", |packet, give| give(number(packet.number))),
    ("frame.time_epoch", |packet, give| {
        give(Datum::Time(packet.frame.time_ns))
    }),
    ("tcp.ack", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.ack));
        }
    }),
    ("tcp.completeness", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.completeness));
        }
    }),
    ("tcp.seq", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.seq));
        }
    }),
    ("tcp.window_size", |packet, give| {
        if tcp(packet).is_some() {
            give(number(packet.track.window));
        }
    }),
    ("tcp.analysis.ack_rtt", |packet, give| {
        if let Some((time, _)) = packet.track.acks {
            give(Datum::Time(time));
        }
    }),
    ("tcp.analysis.acks_frame", |packet, give| {
        if let Some((_, frame)) = packet.track.acks {
            give(number(frame));
        }
    }),
    ("tcp.analysis.bytes_in_flight", |packet, give| {
        if let Some(bytes) = packet.track.bytes_in_flight {
            give(number(bytes));
        }
    }),
    ("tcp.analysis.duplicate_ack_frame", |packet, give| {
        if let Some((_, frame)) = packet.track.duplicate_of {
            give(number(frame));
        }
    }),
    ("tcp.analysis.duplicate_ack_num", |packet, give| {
        if let Some((count, _)) = packet.track.duplicate_of {
            give(number(count));
        }
    }),
    ("tcp.analysis.flags", |packet, give| {
        if packet.track.labels.0 != 0 {
            give(Datum::Present);
        }
    }),
    ("tcp.stream", |packet, give| {
        if let (Some(_), Some(stream)) = (tcp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
    ("udp.stream", |packet, give| {
        if let (Some(_), Some(stream)) = (udp(packet), packet.track.stream) {
            give(number(stream));
        }
    }),
];

/// What the flat headers tell of a packet that has nothing but them.
pub(super) const HEADERS: &[(&str, Reader)] = &[
    ("eth", |packet, give| {
        if ethernet(packet).is_some() {
            give(Datum::Protocol(first(packet, 14), &packet.frame.bytes));
        }
    }),
    ("eth.addr", |packet, give| {
        if let Some(ethernet) = ethernet(packet) {
            give(Datum::Mac(ethernet.dst));
            give(Datum::Mac(ethernet.src));
        }
    }),
    ("eth.dst", |packet, give| {
        if let Some(ethernet) = ethernet(packet) {
            give(Datum::Mac(ethernet.dst));
        }
    }),
    ("eth.src", |packet, give| {
        if let Some(ethernet) = ethernet(packet) {
            give(Datum::Mac(ethernet.src));
        }
    }),
    ("arp", |packet, give| {
        if let Some(arp) = arp(packet) {
            let own = bytes(packet, arp.span);
            give(Datum::Protocol(own, own));
        }
    }),
    ("arp.opcode", |packet, give| {
        if let Some(arp) = arp(packet) {
            give(number(arp.opcode));
        }
    }),
    ("arp.src.hw_mac", |packet, give| {
        if let Some(arp) = arp(packet) {
            give(Datum::Mac(arp.sender_mac));
        }
    }),
    ("arp.src.proto_ipv4", |packet, give| {
        if let Some(arp) = arp(packet) {
            give(Datum::Ipv4(arp.sender_ip));
        }
    }),
    ("arp.dst.hw_mac", |packet, give| {
        if let Some(arp) = arp(packet) {
            give(Datum::Mac(arp.target_mac));
        }
    }),
    ("arp.dst.proto_ipv4", |packet, give| {
        if let Some(arp) = arp(packet) {
            give(Datum::Ipv4(arp.target_ip));
        }
    }),
    ("ip", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(protocol(packet, ip.header));
        }
    }),
    ("ip.addr", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(Datum::Ipv4(ip.src));
            give(Datum::Ipv4(ip.dst));
        }
    }),
    ("ip.src", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(Datum::Ipv4(ip.src));
        }
    }),
    ("ip.dst", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(Datum::Ipv4(ip.dst));
        }
    }),
    ("ip.checksum", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.checksum));
        }
    }),
    ("ip.dsfield", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.dsfield));
        }
    }),
    ("ip.flags.df", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.df));
        }
    }),
    ("ip.flags.mf", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.mf));
        }
    }),
    ("ip.frag_offset", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.frag_offset));
        }
    }),
    ("ip.hdr_len", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.hdr_len));
        }
    }),
    ("ip.id", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.id));
        }
    }),
    ("ip.len", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.len));
        }
    }),
    ("ip.proto", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.proto));
        }
    }),
    ("ip.ttl", |packet, give| {
        if let Some(ip) = ip(packet) {
            give(number(ip.ttl));
        }
    }),
    ("ipv6.addr", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(Datum::Ipv6(ipv6.src));
            give(Datum::Ipv6(ipv6.dst));
        }
    }),
    ("ipv6.src", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(Datum::Ipv6(ipv6.src));
        }
    }),
    ("ipv6.dst", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(Datum::Ipv6(ipv6.dst));
        }
    }),
    ("ipv6.flow", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(number(ipv6.flow));
        }
    }),
    ("ipv6.hlim", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(number(ipv6.hlim));
        }
    }),
    ("ipv6.nxt", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(number(ipv6.nxt));
        }
    }),
    ("ipv6.plen", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(number(ipv6.plen));
        }
    }),
    ("ipv6.tclass", |packet, give| {
        if let Some(ipv6) = ipv6(packet) {
            give(number(ipv6.traffic_class));
        }
    }),
    ("tcp", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(protocol(packet, tcp.header));
        }
    }),
    ("tcp.port", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.srcport));
            give(number(tcp.dstport));
        }
    }),
    ("tcp.srcport", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.srcport));
        }
    }),
    ("tcp.dstport", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.dstport));
        }
    }),
    ("tcp.seq_raw", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.seq));
        }
    }),
    ("tcp.ack_raw", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.ack));
        }
    }),
    ("tcp.hdr_len", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.hdr_len));
        }
    }),
    ("tcp.len", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.len));
        }
    }),
    ("tcp.flags", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags));
        }
    }),
    ("tcp.window_size_value", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.window));
        }
    }),
    ("tcp.checksum", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.checksum));
        }
    }),
    ("tcp.urgent_pointer", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.urgent));
        }
    }),
    ("tcp.flags.fin", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::FIN != 0));
        }
    }),
    ("tcp.flags.syn", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::SYN != 0));
        }
    }),
    ("tcp.flags.reset", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::RST != 0));
        }
    }),
    ("tcp.flags.push", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::PSH != 0));
        }
    }),
    ("tcp.flags.ack", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::ACK != 0));
        }
    }),
    ("tcp.flags.urg", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::URG != 0));
        }
    }),
    ("tcp.flags.ece", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::ECE != 0));
        }
    }),
    ("tcp.flags.cwr", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::CWR != 0));
        }
    }),
    ("tcp.flags.ae", |packet, give| {
        if let Some(tcp) = tcp(packet) {
            give(number(tcp.flags & flag::AE != 0));
        }
    }),
    ("tcp.payload", |packet, give| {
        if tcp(packet).is_some() {
            payload(packet, give);
        }
    }),
    ("udp", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(protocol(packet, udp.header));
        }
    }),
    ("udp.port", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(number(udp.srcport));
            give(number(udp.dstport));
        }
    }),
    ("udp.srcport", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(number(udp.srcport));
        }
    }),
    ("udp.dstport", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(number(udp.dstport));
        }
    }),
    ("udp.length", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(number(udp.length));
        }
    }),
    ("udp.checksum", |packet, give| {
        if let Some(udp) = udp(packet) {
            give(number(udp.checksum));
        }
    }),
    ("udp.payload", |packet, give| {
        if udp(packet).is_some() {
            payload(packet, give);
        }
    }),
    ("icmp.type", |packet, give| {
        if let Some(icmp) = icmp(packet) {
            give(number(icmp.kind));
        }
    }),
    ("icmp.code", |packet, give| {
        if let Some(icmp) = icmp(packet) {
            give(number(icmp.code));
        }
    }),
    ("icmp.checksum", |packet, give| {
        if let Some(icmp) = icmp(packet) {
            give(number(icmp.checksum));
        }
    }),
    ("icmpv6.type", |packet, give| {
        if let Some(icmpv6) = icmpv6(packet) {
            give(number(icmpv6.kind));
        }
    }),
    ("icmpv6.code", |packet, give| {
        if let Some(icmpv6) = icmpv6(packet) {
            give(number(icmpv6.code));
        }
    }),
    ("icmpv6.checksum", |packet, give| {
        if let Some(icmpv6) = icmpv6(packet) {
            give(number(icmpv6.checksum));
        }
    }),
];

fn number<'a>(value: impl Into<u64>) -> Datum<'a> {
    Datum::Number(value.into())
}

/// The Ethernet header; a cooked capture has addresses too, but not under these names.
fn ethernet(packet: &PacketEvent) -> Option<&Ethernet> {
    packet
        .headers
        .ethernet
        .as_ref()
        .filter(|_| packet.headers.link == LinkType::ETHERNET)
}

fn arp(packet: &PacketEvent) -> Option<&Arp> {
    match &packet.headers.net {
        Net::Arp(arp) => Some(arp),
        _ => None,
    }
}

fn ip(packet: &PacketEvent) -> Option<&Ipv4> {
    match &packet.headers.net {
        Net::Ipv4(ip) => Some(ip),
        _ => None,
    }
}

fn ipv6(packet: &PacketEvent) -> Option<&Ipv6> {
    match &packet.headers.net {
        Net::Ipv6(ip) => Some(ip),
        _ => None,
    }
}

fn tcp(packet: &PacketEvent) -> Option<&Tcp> {
    packet.headers.tcp()
}

fn udp(packet: &PacketEvent) -> Option<&Udp> {
    match &packet.headers.transport {
        Transport::Udp(udp) => Some(udp),
        _ => None,
    }
}

fn icmp(packet: &PacketEvent) -> Option<&Icmp> {
    match &packet.headers.transport {
        Transport::Icmp(icmp) => Some(icmp),
        _ => None,
    }
}

fn icmpv6(packet: &PacketEvent) -> Option<&Icmp> {
    match &packet.headers.transport {
        Transport::Icmpv6(icmp) => Some(icmp),
        _ => None,
    }
}

/// A header, and it with all that it carries.
fn protocol(packet: &PacketEvent, header: Span) -> Datum<'_> {
    let end = packet.headers.payload.end.max(header.end);
    Datum::Protocol(bytes(packet, header), bytes(packet, Span { end, ..header }))
}

fn first(packet: &PacketEvent, count: usize) -> &[u8] {
    packet.frame.bytes.get(..count).unwrap_or_default()
}

/// The bytes above the transport header, when there are any.
fn payload<'a>(packet: &'a PacketEvent, give: &mut dyn FnMut(Datum<'a>)) {
    if !packet.headers.payload.is_empty() {
        give(Datum::Bytes(bytes(packet, packet.headers.payload)));
    }
}
