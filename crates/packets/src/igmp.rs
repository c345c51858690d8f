//! IGMP (RFC 1112, 2236, 3376): the type of a message. Not the groups' state.

use super::checksum::{self, Covered};
use super::fields::Fields;
use super::headers::Malformed;
use super::ndp;
use super::part::{Decoded, Part, be16};
use super::schema::message::igmp;
use super::tree::{FieldValue, Layer};

/// Bytes every message has.
pub(super) const HEADER: usize = 8;
const QUERY: u8 = 0x11;
const REPORT_3: u8 = 0x22;

/// Reads the type.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, u8>, Malformed> {
    let bytes = part.at_least(HEADER, "igmp", "shorter than the 8 bytes of a header")?;
    Ok(Decoded {
        header: bytes[0],
        // A message is all of the packet: nothing lies above it.
        rest: part.skip(part.wire_len()),
        malformed: None,
        stop: false,
    })
}

/// The message as a layer, all of it.
pub(super) fn layer(part: Part<'_>, kind: u8, covered: Covered) -> Layer {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    let words = type_name(kind, part.wire_len());
    fields.hex(0..1, igmp::TYPE).mean(words);
    if kind == REPORT_3 {
        fields.number(1..2, igmp::RESERVED);
    } else {
        let tenths = response_time(kind, part.wire_len(), bytes[1]);
        fields
            .value(1..2, igmp::MAX_RESP, FieldValue::Number(tenths))
            .mean(format!("{}.{} seconds", tenths / 10, tenths % 10));
    }
    let verdict = checksum::judge_plain(part, 2, be16(bytes, 2), covered);
    fields.hex(2..4, igmp::CHECKSUM).mean(verdict);
    if kind == REPORT_3 {
        fields.number(4..6, igmp::RESERVED);
        fields.number(6..8, igmp::NUM_GRP_RECS);
        records(&mut fields);
    } else {
        fields.ipv4(4, igmp::MADDR);
        if kind == QUERY && bytes.len() >= 12 {
            query_3(&mut fields);
        }
    }
    fields.layer(
        igmp::LAYER,
        format!("Internet Group Management Protocol, {words}"),
    )
}

/// The response time in tenths of a second. From 128 on a version 3 query writes it as a floating-point number of three bits
/// exponent and four bits mantissa (RFC 3376 section 4.1.1).
fn response_time(kind: u8, len: usize, code: u8) -> u64 {
    if kind == QUERY && len >= 12 && code >= 128 {
        (u64::from(code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3)
    } else {
        code.into()
    }
}

/// What a version 3 query adds (RFC 3376 section 4.1).
fn query_3(fields: &mut Fields<'_>) {
    let len = fields.part().bytes().len();
    fields.flag(8..9, 0x08, igmp::S);
    fields.bits(8..9, 0x07, igmp::QRV);
    fields.number(9..10, igmp::QQIC);
    fields.number(10..12, igmp::NUM_SRC);
    let count = usize::from(be16(fields.part().bytes(), 10));
    for at in (12..).step_by(4).take(count) {
        if at + 4 > len {
            return;
        }
        fields.ipv4(at, igmp::SADDR);
    }
}

/// The group records of a version 3 report (RFC 3376 section 4.2).
fn records(fields: &mut Fields<'_>) {
    let part = fields.part();
    let bytes = part.bytes();
    let mut at = 8;
    while at + 8 <= bytes.len() {
        let sources = usize::from(be16(bytes, at + 2));
        let end = at + 8 + sources * 4 + usize::from(bytes[at + 1]) * 4;
        if end > bytes.len() {
            if !part.is_cut() {
                let reason = "a record reaches past the end of the message";
                fields.malformed(Some(part.malformed("igmp", reason, at)));
            }
            return;
        }
        let mut parts = Fields::of(part);
        let meaning = ndp::record_type(bytes[at]);
        parts.number(at..at + 1, igmp::RECORD_TYPE).mean(meaning);
        parts.number(at + 1..at + 2, igmp::AUX_DATA_LEN);
        parts.number(at + 2..at + 4, igmp::NUM_SRC);
        parts.ipv4(at + 4, igmp::MADDR);
        for source in 0..sources {
            parts.ipv4(at + 8 + source * 4, igmp::SADDR);
        }
        let children = parts.done();
        fields
            .value(at..end, igmp::GROUP_RECORD, FieldValue::Present)
            .mean(meaning)
            .with(children);
        at = end;
    }
}

fn type_name(kind: u8, len: usize) -> &'static str {
    match (kind, len) {
        (QUERY, 12..) => "Membership Query, version 3",
        (QUERY, _) => "Membership Query",
        (0x12, _) => "Membership Report, version 1",
        (0x16, _) => "Membership Report, version 2",
        (0x17, _) => "Leave Group",
        (REPORT_3, _) => "Membership Report, version 3",
        _ => "unknown type",
    }
}
