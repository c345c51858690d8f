//! The options of an IPv4 header (RFC 791 section 3.1) as fields, walked by hand. The flat record holds none of them.

use super::fields::Fields;
use super::part::CUT;
use super::schema::FieldEntry;
use super::schema::internet::ip;
use super::tree::{Field, FieldValue};
use std::ops::Range;

/// Adds the options from `start` to the end of the fields' part.
pub(super) fn add(fields: &mut Fields<'_>, start: usize) {
    let part = fields.part();
    let end = part.bytes().len();
    if end <= start {
        return;
    }
    let mut options = Fields::of(part);
    let mut at = start;
    while at < end {
        let bytes = &part.bytes()[at..];
        let len = match (bytes[0], bytes.get(1)) {
            (0 | 1, _) => 1,
            (_, Some(len @ 2..)) if usize::from(*len) <= bytes.len() => usize::from(*len),
            _ => {
                let reason = if part.is_cut() {
                    CUT
                } else {
                    "an option has a wrong length"
                };
                options.malformed(Some(part.malformed("ip", reason, at)));
                break;
            }
        };
        add_one(&mut options, at..at + len);
        if bytes[0] == 0 {
            break;
        }
        at += len;
    }
    let children = options.done();
    let meaning: Vec<&str> = children.iter().map(|field| field.label).collect();
    let meaning = format!("{} bytes: {}", end - start, meaning.join(", "));
    fields
        .value(start..end, ip::OPTIONS, FieldValue::Present)
        .mean(meaning)
        .with(children);
}

fn add_one(options: &mut Fields<'_>, range: Range<usize>) {
    let part = options.part();
    let bytes = &part.bytes()[range.clone()];
    let at = range.start;
    let mut parts = Fields::of(part);
    parts.number(at..at + 1, ip::OPT_TYPE);
    if range.len() > 1 {
        parts.number(at + 1..at + 2, ip::OPT_LEN);
    }
    let name = match bytes[0] {
        0 => ip::OPT_EOL,
        1 => ip::OPT_NOP,
        7 => {
            route(&mut parts, range.clone(), ip::REC_RT);
            ip::OPT_RECORD_ROUTE
        }
        131 => {
            route(&mut parts, range.clone(), ip::SRC_RT);
            ip::OPT_LOOSE_SOURCE_ROUTE
        }
        137 => {
            route(&mut parts, range.clone(), ip::SRC_RT);
            ip::OPT_STRICT_SOURCE_ROUTE
        }
        68 => {
            rest(&mut parts, range.clone());
            ip::OPT_TIMESTAMP
        }
        130 => {
            rest(&mut parts, range.clone());
            ip::OPT_SECURITY
        }
        148 if range.len() == 4 => {
            parts
                .number(at + 2..at + 4, ip::OPT_RA)
                .mean("every router on the way should look at this packet");
            ip::OPT_ROUTER_ALERT
        }
        _ => {
            rest(&mut parts, range.clone());
            ip::OPT_UNKNOWN
        }
    };
    let children: Vec<Field> = parts.done();
    options
        .value(range, name, FieldValue::Present)
        .with(children);
}

/// A pointer and a list of addresses.
fn route(parts: &mut Fields<'_>, range: Range<usize>, address: &'static FieldEntry) {
    if range.len() < 3 {
        return;
    }
    parts.number(range.start + 2..range.start + 3, ip::OPT_PTR);
    let mut at = range.start + 3;
    while at + 4 <= range.end {
        parts.ipv4(at, address);
        at += 4;
    }
}

fn rest(parts: &mut Fields<'_>, range: Range<usize>) {
    if range.len() > 2 {
        parts.bytes(range.start + 2..range.end, ip::OPT_DATA);
    }
}
