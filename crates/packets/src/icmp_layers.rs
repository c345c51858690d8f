//! ICMP and ICMPv6 messages as layers. How they are read is in `icmp.rs`, the packet an error quotes is dissected by `dissect.rs`.

use super::checksum::{self, Covered, Pseudo};
use super::fields::Fields;
use super::headers::{Icmp, Malformed};
use super::icmp::{HEADER, Version};
use super::icmp_names;
use super::ndp;
use super::part::Part;
use super::schema::message::{icmp, icmpv6};
use super::tree::Layer;

/// The message header as a layer; for types without data of their own, the whole message.
pub(super) fn layer(
    part: Part<'_>,
    version: Version,
    icmp: &Icmp,
    malformed: Option<Malformed>,
    pseudo: Pseudo,
    covered: Covered,
) -> Layer {
    let extent = if carries(version, icmp.kind) {
        part.first(HEADER)
    } else {
        part
    };
    let mut fields = Fields::of(extent);
    let (kind_name, code_name) = match version {
        Version::V4 => icmp_names::v4(icmp.kind, icmp.code),
        Version::V6 => icmp_names::v6(icmp.kind, icmp.code),
    };
    let (protocol, kind, code, sum) = match version {
        Version::V4 => (icmp::LAYER, icmp::TYPE, icmp::CODE, icmp::CHECKSUM),
        Version::V6 => (icmpv6::LAYER, icmpv6::TYPE, icmpv6::CODE, icmpv6::CHECKSUM),
    };
    fields.number(0..1, kind).mean(kind_name);
    fields.number(1..2, code).mean(code_name);
    let verdict = match version {
        Version::V4 => checksum::judge_plain(part, 2, icmp.checksum, covered),
        Version::V6 => checksum::judge(part, 2, icmp.checksum, pseudo, covered),
    };
    fields.hex(2..4, sum).mean(verdict);
    if malformed.is_none() && part.bytes().len() >= HEADER {
        match version {
            Version::V4 => rest_v4(&mut fields, icmp),
            Version::V6 => rest_v6(&mut fields, icmp),
        }
    } else if part.bytes().len() > 4 {
        fields.bytes(4..part.bytes().len(), icmp::DATA);
    }
    fields.malformed(malformed);
    let says = [kind_name, code_name]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    let title = if says.is_empty() {
        protocol.label.to_owned()
    } else {
        format!("{}, {says}", protocol.label)
    };
    fields.layer(protocol, title)
}

/// True when what follows the eight bytes is shown as layers of its own: the data of an echo, a quoted packet, or bytes of a type
/// that is not known.
pub(super) fn carries(version: Version, kind: u8) -> bool {
    match version {
        Version::V4 => !matches!(kind, 9 | 10 | 13..=18),
        Version::V6 => !ndp::knows(kind),
    }
}

fn rest_v4(fields: &mut Fields<'_>, icmp: &Icmp) {
    let len = fields.part().bytes().len();
    if icmp.echo.is_some() {
        fields.number(4..6, icmp::IDENT);
        fields.number(6..8, icmp::SEQ);
    }
    match icmp.kind {
        0 | 8 => {}
        5 => {
            fields.ipv4(4, icmp::REDIR_GW);
        }
        3 => {
            if icmp.code == 4 {
                quote_length(fields, 4..6);
                fields.number(6..8, icmp::MTU);
            } else {
                quote_length(fields, 4..8);
            }
        }
        12 => {
            fields.number(4..5, icmp::POINTER);
            quote_length(fields, 5..8);
        }
        11 => {
            quote_length(fields, 4..8);
        }
        13 | 14 if len >= 20 => {
            fields.number(8..12, icmp::ORIGINATE_TIMESTAMP);
            fields.number(12..16, icmp::RECEIVE_TIMESTAMP);
            fields.number(16..20, icmp::TRANSMIT_TIMESTAMP);
        }
        17 | 18 if len >= 12 => {
            fields.ipv4(8, icmp::ADDRESS_MASK);
        }
        9 => router_advertisement(fields),
        _ if icmp.echo.is_none() => unused(fields, 4..8),
        _ => {}
    }
}

/// ICMP router discovery (RFC 1256): pairs of address and preference.
fn router_advertisement(fields: &mut Fields<'_>) {
    let len = fields.part().bytes().len();
    fields.number(4..5, icmp::NUM_ADDRS);
    fields.number(5..6, icmp::ADDR_ENTRY_SIZE);
    fields.number(6..8, icmp::LIFETIME);
    let mut at = 8;
    while at + 8 <= len {
        fields.ipv4(at, icmp::ROUTER_ADDRESS);
        fields.number(at + 4..at + 8, icmp::PREF_LEVEL);
        at += 8;
    }
}

/// Bytes that are not used, but for the sixth one where RFC 4884 puts the length of the quote when extensions follow it.
fn quote_length(fields: &mut Fields<'_>, range: std::ops::Range<usize>) {
    if fields.part().bytes()[5] == 0 {
        unused(fields, range);
        return;
    }
    if range.start < 5 {
        unused(fields, range.start..5);
    }
    fields.number(5..6, icmp::LENGTH);
    if range.end > 6 {
        unused(fields, 6..range.end);
    }
}

fn unused(fields: &mut Fields<'_>, range: std::ops::Range<usize>) {
    fields.bytes(range, icmp::UNUSED);
}

fn rest_v6(fields: &mut Fields<'_>, icmp: &Icmp) {
    match icmp.kind {
        128 | 129 => {
            fields.number(4..6, icmpv6::ECHO_IDENTIFIER);
            fields.number(6..8, icmpv6::ECHO_SEQUENCE_NUMBER);
        }
        2 => {
            fields.number(4..8, icmpv6::MTU);
        }
        4 => {
            fields.number(4..8, icmpv6::POINTER);
        }
        1 | 3 => {
            fields.number(4..5, icmpv6::LENGTH);
            fields.bytes(5..8, icmpv6::RESERVED);
        }
        kind if ndp::knows(kind) => ndp::add(fields, kind),
        _ => {
            fields.bytes(4..8, icmpv6::RESERVED);
        }
    }
}
