//! Neighbour discovery (RFC 4861) and multicast listener discovery (RFC 2710, 3810): the ICMPv6 messages an interface sends
//! by itself, as fields after type, code and checksum. Not the caches they fill.

use super::fields::Fields;
use super::part::be16;
use super::tree::FieldValue;

/// True for the types this file knows.
pub(super) fn knows(kind: u8) -> bool {
    matches!(kind, 130..=137 | 143)
}

/// Adds the fields of a message from its fifth byte on; at least eight bytes are there.
pub(super) fn add(fields: &mut Fields<'_>, kind: u8) {
    let len = fields.part().bytes().len();
    match kind {
        130..=132 => {
            fields.number(
                4..6,
                "icmpv6.mld.maximum_response_delay",
                "Maximum Response Delay [ms]",
            );
            fields.bytes(6..8, "icmpv6.reserved", "Reserved");
            if len >= 24 {
                fields.ipv6(8, "icmpv6.mld.multicast_address", "Multicast Address");
            }
            if len > 24 {
                fields.bytes(24..len, "icmpv6.mld.data", "Version 2 fields");
            }
        }
        133 => {
            fields.bytes(4..8, "icmpv6.reserved", "Reserved");
            options(fields, 8);
        }
        134 => router_advertisement(fields, len),
        135 => {
            fields.bytes(4..8, "icmpv6.reserved", "Reserved");
            if len >= 24 {
                fields.ipv6(8, "icmpv6.nd.ns.target_address", "Target Address");
                options(fields, 24);
            }
        }
        136 => {
            fields.flag(4..5, 0x80, "icmpv6.nd.na.flag.r", "Router");
            fields.flag(4..5, 0x40, "icmpv6.nd.na.flag.s", "Solicited");
            fields.flag(4..5, 0x20, "icmpv6.nd.na.flag.o", "Override");
            fields.bits(4..8, 0x1fff_ffff, "icmpv6.nd.na.flag.rsv", "Reserved");
            if len >= 24 {
                fields.ipv6(8, "icmpv6.nd.na.target_address", "Target Address");
                options(fields, 24);
            }
        }
        137 => {
            fields.bytes(4..8, "icmpv6.reserved", "Reserved");
            if len >= 40 {
                fields.ipv6(8, "icmpv6.rd.na.target_address", "Target Address");
                fields.ipv6(
                    24,
                    "icmpv6.rd.na.destination_address",
                    "Destination Address",
                );
                options(fields, 40);
            }
        }
        _ => listener_report(fields, len),
    }
}

fn router_advertisement(fields: &mut Fields<'_>, len: usize) {
    fields.number(4..5, "icmpv6.nd.ra.cur_hop_limit", "Cur hop limit");
    fields.flag(
        5..6,
        0x80,
        "icmpv6.nd.ra.flag.m",
        "Managed address configuration",
    );
    fields.flag(5..6, 0x40, "icmpv6.nd.ra.flag.o", "Other configuration");
    fields.flag(5..6, 0x20, "icmpv6.nd.ra.flag.h", "Home Agent");
    fields.bits(
        5..6,
        0x18,
        "icmpv6.nd.ra.flag.prf",
        "Default Router Preference",
    );
    fields.number(6..8, "icmpv6.nd.ra.router_lifetime", "Router lifetime (s)");
    if len >= 16 {
        fields.number(8..12, "icmpv6.nd.ra.reachable_time", "Reachable time (ms)");
        fields.number(12..16, "icmpv6.nd.ra.retrans_timer", "Retrans timer (ms)");
        options(fields, 16);
    }
}

/// The options of neighbour discovery: type, length in units of eight bytes, data (RFC 4861 section 4.6).
fn options(fields: &mut Fields<'_>, start: usize) {
    let part = fields.part();
    let bytes = part.bytes();
    let mut at = start;
    while at + 2 <= bytes.len() {
        let len = usize::from(bytes[at + 1]) * 8;
        if len == 0 || at + len > bytes.len() {
            if len == 0 || !part.is_cut() {
                let reason = "an option has a wrong length";
                fields.malformed(Some(part.malformed("icmpv6", reason, at + 1)));
            }
            return;
        }
        let mut parts = Fields::of(part);
        let label = match bytes[at] {
            1 => "Source link-layer address",
            2 => "Target link-layer address",
            3 => "Prefix information",
            4 => "Redirected header",
            5 => "MTU",
            14 => "Nonce",
            25 => "Recursive DNS server",
            31 => "DNS search list",
            _ => "Option",
        };
        parts
            .number(at..at + 1, "icmpv6.opt.type", "Type")
            .mean(label);
        parts
            .number(at + 1..at + 2, "icmpv6.opt.length", "Length")
            .mean(format!("{len} bytes"));
        match (bytes[at], len) {
            (1 | 2, 8) => {
                parts.mac(at + 2, "icmpv6.opt.linkaddr", "Link-layer address");
            }
            (3, 32) => {
                parts.number(at + 2..at + 3, "icmpv6.opt.prefix.length", "Prefix Length");
                parts.flag(at + 3..at + 4, 0x80, "icmpv6.opt.prefix.flag.l", "On-link");
                parts.flag(
                    at + 3..at + 4,
                    0x40,
                    "icmpv6.opt.prefix.flag.a",
                    "Autonomous",
                );
                parts.number(
                    at + 4..at + 8,
                    "icmpv6.opt.prefix.valid_lifetime",
                    "Valid Lifetime",
                );
                parts.number(
                    at + 8..at + 12,
                    "icmpv6.opt.prefix.preferred_lifetime",
                    "Preferred Lifetime",
                );
                parts.ipv6(at + 16, "icmpv6.opt.prefix", "Prefix");
            }
            (5, 8) => {
                parts.number(at + 4..at + 8, "icmpv6.opt.mtu", "MTU");
            }
            (14, _) => {
                parts.bytes(at + 2..at + len, "icmpv6.opt.nonce", "Nonce");
            }
            _ => {
                parts.bytes(at + 2..at + len, "icmpv6.opt.unknown_data", "Data");
            }
        }
        let children = parts.done();
        fields
            .value(at..at + len, "icmpv6.opt", label, FieldValue::Present)
            .with(children);
        at += len;
    }
}

/// A version 2 report: records of groups and sources (RFC 3810 section 5.2).
fn listener_report(fields: &mut Fields<'_>, len: usize) {
    fields.bytes(4..6, "icmpv6.reserved", "Reserved");
    fields.number(
        6..8,
        "icmpv6.mldr.nb_mcast_records",
        "Number of Multicast Address Records",
    );
    let part = fields.part();
    let bytes = part.bytes();
    let mut at = 8;
    while at + 20 <= len {
        let sources = usize::from(be16(bytes, at + 2));
        let end = at + 20 + sources * 16 + usize::from(bytes[at + 1]) * 4;
        if end > len {
            if !part.is_cut() {
                let reason = "a record reaches past the end of the message";
                fields.malformed(Some(part.malformed("icmpv6", reason, at)));
            }
            return;
        }
        let mut parts = Fields::of(part);
        let meaning = record_type(bytes[at]);
        parts
            .number(at..at + 1, "icmpv6.mldr.mar.record_type", "Record Type")
            .mean(meaning);
        parts.number(
            at + 1..at + 2,
            "icmpv6.mldr.mar.aux_data_len",
            "Aux Data Len",
        );
        parts.number(
            at + 2..at + 4,
            "icmpv6.mldr.mar.nb_sources",
            "Number of Sources",
        );
        parts.ipv6(
            at + 4,
            "icmpv6.mldr.mar.multicast_address",
            "Multicast Address",
        );
        for source in 0..sources {
            parts.ipv6(
                at + 20 + source * 16,
                "icmpv6.mldr.mar.source_address",
                "Source Address",
            );
        }
        let children = parts.done();
        fields
            .value(
                at..end,
                "icmpv6.mldr.mar",
                "Multicast Address Record",
                FieldValue::Present,
            )
            .mean(meaning)
            .with(children);
        at = end;
    }
}

/// What a group record of MLDv2 or IGMPv3 says (RFC 3376 section 4.2.12).
pub(super) fn record_type(number: u8) -> &'static str {
    match number {
        1 => "mode is include",
        2 => "mode is exclude",
        3 => "change to include mode",
        4 => "change to exclude mode",
        5 => "allow new sources",
        6 => "block old sources",
        _ => "",
    }
}
