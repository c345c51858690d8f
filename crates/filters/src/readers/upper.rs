//! The fields of TCP, UDP, ICMP and ICMPv6 that are in the flat headers.

use super::{icmp, icmpv6, number, payload, protocol, tcp, udp};
use crate::gather::Reader;
use socklab_packets::headers::flag;

/// Each field with what reads it.
pub(super) const HEADERS: &[(&str, Reader)] = &[
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
        // What a reset carries is its reason (RFC 9293 section 3.5.3), no data.
        if tcp(packet).is_some_and(|tcp| tcp.flags & flag::RST == 0) {
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
