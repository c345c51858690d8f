//! The fields of Ethernet, ARP, IPv4 and IPv6 that are in the flat headers.

use super::{arp, ethernet, first, ip, ipv6, number, protocol};
use crate::gather::{Reader, bytes};
use crate::value::Datum;

/// Each field with what reads it.
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
            // In units of eight bytes, as the header carries it and Wireshark shows it (RFC 791).
            give(number(ip.frag_offset / 8));
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
];
