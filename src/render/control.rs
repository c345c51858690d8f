//! ICMP, ICMPv6 and IGMP messages in a line of Wireshark's words. Not segments and datagrams, which are in `info.rs`.

use super::endpoint::mac;
use crate::packet::headers::Icmp;
use std::net::{Ipv4Addr, Ipv6Addr};

fn echo(icmp: &Icmp, hops: &str) -> String {
    icmp.echo.map_or_else(String::new, |(id, seq)| {
        format!(" id=0x{id:04x}, seq={seq}, {hops}")
    })
}

/// An ICMP message (RFC 792); `ttl` is that of its packet.
pub(super) fn icmp(icmp: &Icmp, ttl: u8) -> String {
    let hops = format!("ttl={ttl}");
    match (icmp.kind, icmp.code) {
        (8, _) => format!("Echo (ping) request{}", echo(icmp, &hops)),
        (0, _) => format!("Echo (ping) reply{}", echo(icmp, &hops)),
        (3, code) => {
            let reason = match code {
                0 => "Network unreachable",
                1 => "Host unreachable",
                2 => "Protocol unreachable",
                3 => "Port unreachable",
                4 => "Fragmentation needed",
                5 => "Source route failed",
                9 | 10 | 13 => "Administratively filtered",
                _ => return format!("Destination unreachable (code {code})"),
            };
            format!("Destination unreachable ({reason})")
        }
        (5, _) => "Redirect".to_owned(),
        (11, 0) => "Time-to-live exceeded (Time to live exceeded in transit)".to_owned(),
        (11, _) => "Time-to-live exceeded (Fragment reassembly time exceeded)".to_owned(),
        (12, _) => "Parameter problem".to_owned(),
        (42, _) => "Extended Echo request".to_owned(),
        (43, code) => match code {
            0 => "Extended Echo reply (No error)".to_owned(),
            1 => "Extended Echo reply (Malformed Query)".to_owned(),
            2 => "Extended Echo reply (No Such Interface)".to_owned(),
            3 => "Extended Echo reply (No Such Table Entry)".to_owned(),
            4 => "Extended Echo reply (Multiple Interfaces Satisfy Query)".to_owned(),
            _ => format!("Extended Echo reply (code {code})"),
        },
        (13, _) => "Timestamp request".to_owned(),
        (14, _) => "Timestamp reply".to_owned(),
        (kind, code) => format!("Type {kind}, code {code}"),
    }
}

/// An ICMPv6 message (RFC 4443, 4861, 2710, 3810), whose bytes are `message`.
pub(super) fn icmpv6(icmp: &Icmp, hop_limit: u8, message: &[u8]) -> String {
    let hops = format!("hop limit={hop_limit}");
    match (icmp.kind, icmp.code) {
        (128, _) => format!("Echo (ping) request{}", echo(icmp, &hops)),
        (129, _) => format!("Echo (ping) reply{}", echo(icmp, &hops)),
        (1, code) => {
            let reason = match code {
                0 => "no route to destination",
                1 => "Administratively prohibited",
                3 => "Address unreachable",
                4 => "Port unreachable",
                _ => return format!("Destination Unreachable (code {code})"),
            };
            format!("Destination Unreachable ({reason})")
        }
        (2, _) => "Packet Too Big".to_owned(),
        (3, _) => "Time Exceeded".to_owned(),
        (4, _) => "Parameter Problem".to_owned(),
        (130, _) => "Multicast Listener Query".to_owned(),
        (131, _) => "Multicast Listener Report".to_owned(),
        (143, _) => "Multicast Listener Report Message v2".to_owned(),
        (132, _) => "Multicast Listener Done".to_owned(),
        (133, _) => with_address("Router Solicitation", "from", message, 8),
        (134, _) => with_address("Router Advertisement", "from", message, 16),
        (135, _) => {
            let words = format!("Neighbor Solicitation for {}", target(message));
            with_address(&words, "from", message, 24)
        }
        (136, _) => {
            let flags = message.get(4).copied().unwrap_or_default();
            let names: Vec<&str> = [(0x80, "rtr"), (0x40, "sol"), (0x20, "ovr")]
                .into_iter()
                .filter(|(bit, _)| flags & bit != 0)
                .map(|(_, name)| name)
                .collect();
            let words = if names.is_empty() {
                format!("Neighbor Advertisement {}", target(message))
            } else {
                let names = names.join(", ");
                format!("Neighbor Advertisement {} ({names})", target(message))
            };
            with_address(&words, "is at", message, 24)
        }
        (137, _) => "Redirect".to_owned(),
        (kind, code) => format!("Type {kind}, code {code}"),
    }
}

/// The target of a neighbour solicitation or advertisement.
fn target(message: &[u8]) -> Ipv6Addr {
    let octets = message.get(8..24).and_then(|bytes| bytes.try_into().ok());
    octets.map_or(Ipv6Addr::UNSPECIFIED, |octets: [u8; 16]| octets.into())
}

/// The words, and behind them the hardware address in the first option that has one; options begin at `at` (RFC 4861 section 4.6.1).
fn with_address(words: &str, before: &str, message: &[u8], mut at: usize) -> String {
    while let Some(&[kind, length]) = message.get(at..at + 2) {
        let address = message
            .get(at + 2..at + 8)
            .and_then(|six| six.try_into().ok());
        if let (1 | 2, 1, Some(address)) = (kind, length, address) {
            return format!("{words} {before} {}", mac(address));
        }
        if length == 0 {
            break;
        }
        at += usize::from(length) * 8;
    }
    words.to_owned()
}

/// An IGMP message (RFC 1112, 2236, 3376), all of it.
pub(super) fn igmp(message: &[u8]) -> String {
    let group = ipv4(message, 4);
    let code = message.get(1).copied().unwrap_or_default();
    match message.first() {
        Some(0x11) => {
            let version = match (message.len(), code) {
                (12.., _) => 3,
                (_, 0) => 1,
                _ => 2,
            };
            if version == 1 {
                "IGMPv1 Membership Query".to_owned()
            } else if group.is_unspecified() {
                format!("IGMPv{version} Membership Query, general")
            } else {
                format!("IGMPv{version} Membership Query, specific for group {group}")
            }
        }
        Some(0x12) => "IGMPv1 Membership Report".to_owned(),
        Some(0x16) => format!("IGMPv2 Membership Report group {group}"),
        Some(0x17) => format!("IGMPv2 Leave Group {group}"),
        Some(0x22) => report(message),
        Some(kind) => format!("Type {kind:#04x}"),
        None => "IGMP".to_owned(),
    }
}

fn ipv4(message: &[u8], at: usize) -> Ipv4Addr {
    let octets = message
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    octets.map_or(Ipv4Addr::UNSPECIFIED, |octets: [u8; 4]| octets.into())
}

/// A version 3 report, with what its first records say (RFC 3376 section 4.2).
fn report(message: &[u8]) -> String {
    const TOLD: usize = 8;
    let mut line = "IGMPv3 Membership Report".to_owned();
    let mut at = 8;
    for _ in 0..TOLD {
        let Some(record) = message.get(at..).filter(|record| record.len() >= 8) else {
            return line;
        };
        let count = usize::from(record[2]) << 8 | usize::from(record[3]);
        let group = ipv4(record, 4);
        let sources: Vec<String> = (0..count.min(TOLD))
            .map(|index| ipv4(record, 8 + index * 4).to_string())
            .collect();
        let sources = sources.join(", ");
        let words = match (record[0], count) {
            (1 | 3, 0) => format!("Leave group {group}"),
            (2 | 4, 0) => format!("Join group {group} for any sources"),
            (1 | 3, _) => format!("Join group {group} for source {{{sources}}}"),
            (2 | 4, _) => format!("Join group {group}, for source not in {{{sources}}}"),
            (5, _) => format!("Group {group}, ALLOW new sources {{{sources}}}"),
            (6, _) => format!("Group {group}, BLOCK old sources {{{sources}}}"),
            (kind, _) => format!("Group {group}, record type {kind}"),
        };
        line.push_str(" / ");
        line.push_str(&words);
        at += 8 + count * 4 + usize::from(record[1]) * 4;
    }
    line.push_str(" …");
    line
}
