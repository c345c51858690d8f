//! Neighbour discovery (RFC 4861) and multicast listener discovery (RFC 2710, 3810): the ICMPv6 messages an interface sends
//! by itself, as fields after type, code and checksum. Not the caches they fill.

use super::fields::Fields;
use super::part::be16;
use super::schema::message::icmpv6;
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
            fields.number(4..6, icmpv6::MLD_MAXIMUM_RESPONSE_DELAY);
            fields.bytes(6..8, icmpv6::RESERVED);
            if len >= 24 {
                fields.ipv6(8, icmpv6::MLD_MULTICAST_ADDRESS);
            }
            if len > 24 {
                fields.bytes(24..len, icmpv6::MLD_DATA);
            }
        }
        133 => {
            fields.bytes(4..8, icmpv6::RESERVED);
            options(fields, 8);
        }
        134 => router_advertisement(fields, len),
        135 => {
            fields.bytes(4..8, icmpv6::RESERVED);
            if len >= 24 {
                fields.ipv6(8, icmpv6::ND_NS_TARGET_ADDRESS);
                options(fields, 24);
            }
        }
        136 => {
            fields.flag(4..5, 0x80, icmpv6::ND_NA_FLAG_R);
            fields.flag(4..5, 0x40, icmpv6::ND_NA_FLAG_S);
            fields.flag(4..5, 0x20, icmpv6::ND_NA_FLAG_O);
            fields.bits(4..8, 0x1fff_ffff, icmpv6::ND_NA_FLAG_RSV);
            if len >= 24 {
                fields.ipv6(8, icmpv6::ND_NA_TARGET_ADDRESS);
                options(fields, 24);
            }
        }
        137 => {
            fields.bytes(4..8, icmpv6::RESERVED);
            if len >= 40 {
                fields.ipv6(8, icmpv6::RD_NA_TARGET_ADDRESS);
                fields.ipv6(24, icmpv6::RD_NA_DESTINATION_ADDRESS);
                options(fields, 40);
            }
        }
        _ => listener_report(fields, len),
    }
}

fn router_advertisement(fields: &mut Fields<'_>, len: usize) {
    fields.number(4..5, icmpv6::ND_RA_CUR_HOP_LIMIT);
    fields.flag(5..6, 0x80, icmpv6::ND_RA_FLAG_M);
    fields.flag(5..6, 0x40, icmpv6::ND_RA_FLAG_O);
    fields.flag(5..6, 0x20, icmpv6::ND_RA_FLAG_H);
    fields.bits(5..6, 0x18, icmpv6::ND_RA_FLAG_PRF);
    fields.number(6..8, icmpv6::ND_RA_ROUTER_LIFETIME);
    if len >= 16 {
        fields.number(8..12, icmpv6::ND_RA_REACHABLE_TIME);
        fields.number(12..16, icmpv6::ND_RA_RETRANS_TIMER);
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
        parts.number(at..at + 1, icmpv6::OPT_TYPE).mean(label);
        parts
            .number(at + 1..at + 2, icmpv6::OPT_LENGTH)
            .mean(format!("{len} bytes"));
        match (bytes[at], len) {
            (1 | 2, 8) => {
                parts.mac(at + 2, icmpv6::OPT_LINKADDR);
            }
            (3, 32) => {
                parts.number(at + 2..at + 3, icmpv6::OPT_PREFIX_LENGTH);
                parts.flag(at + 3..at + 4, 0x80, icmpv6::OPT_PREFIX_FLAG_L);
                parts.flag(at + 3..at + 4, 0x40, icmpv6::OPT_PREFIX_FLAG_A);
                parts.number(at + 4..at + 8, icmpv6::OPT_PREFIX_VALID_LIFETIME);
                parts.number(at + 8..at + 12, icmpv6::OPT_PREFIX_PREFERRED_LIFETIME);
                parts.ipv6(at + 16, icmpv6::OPT_PREFIX);
            }
            (5, 8) => {
                parts.number(at + 4..at + 8, icmpv6::OPT_MTU);
            }
            (14, _) => {
                parts.bytes(at + 2..at + len, icmpv6::OPT_NONCE);
            }
            _ => {
                parts.bytes(at + 2..at + len, icmpv6::OPT_UNKNOWN_DATA);
            }
        }
        let children = parts.done();
        fields
            .value(at..at + len, icmpv6::OPT, FieldValue::Present)
            .labelled(label)
            .with(children);
        at += len;
    }
}

/// A version 2 report: records of groups and sources (RFC 3810 section 5.2).
fn listener_report(fields: &mut Fields<'_>, len: usize) {
    fields.bytes(4..6, icmpv6::RESERVED);
    fields.number(6..8, icmpv6::MLDR_NB_MCAST_RECORDS);
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
            .number(at..at + 1, icmpv6::MLDR_MAR_RECORD_TYPE)
            .mean(meaning);
        parts.number(at + 1..at + 2, icmpv6::MLDR_MAR_AUX_DATA_LEN);
        parts.number(at + 2..at + 4, icmpv6::MLDR_MAR_NB_SOURCES);
        parts.ipv6(at + 4, icmpv6::MLDR_MAR_MULTICAST_ADDRESS);
        for source in 0..sources {
            parts.ipv6(at + 20 + source * 16, icmpv6::MLDR_MAR_SOURCE_ADDRESS);
        }
        let children = parts.done();
        fields
            .value(at..end, icmpv6::MLDR_MAR, FieldValue::Present)
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
