//! The options of a TCP header as fields, each kind with its parts. How they are walked is in `tcp_options.rs`.

use super::fields::Fields;
use super::mptcp;
use super::part::{CUT, be16, be32};
use super::schema::FieldEntry;
use super::schema::transport::tcp;
use super::tcp_options::{TcpOption, kind, walk};
use super::tree::FieldValue;
use std::ops::Range;

/// Adds the options from `start` to the end of the fields' part.
pub(super) fn add(fields: &mut Fields<'_>, start: usize) {
    let part = fields.part();
    let bytes = part.bytes().get(start..).unwrap_or_default();
    if bytes.is_empty() {
        return;
    }
    let mut options = Fields::of(part);
    let mut labels = Vec::new();
    for step in walk(bytes) {
        match step {
            Ok(option) => labels.push(add_one(&mut options, start, option)),
            Err((at, reason)) => {
                let reason = if part.is_cut() {
                    add_cut(&mut options, start + at, &bytes[at..]);
                    CUT
                } else {
                    reason
                };
                options.malformed(Some(part.malformed("tcp", reason, start + at)));
            }
        }
    }
    fields
        .bytes(start..start + bytes.len(), tcp::OPTIONS)
        .mean(format!("{} bytes: {}", bytes.len(), labels.join(", ")))
        .with(options.done());
}

/// Adds what was captured of the option in which the capture ends, which begins at `at`.
fn add_cut(options: &mut Fields<'_>, at: usize, bytes: &[u8]) {
    let entries = match bytes {
        [kind::SACK, length, ..] if length % 8 == 2 => [tcp::OPTIONS_SACK_LE, tcp::OPTIONS_SACK_RE],
        [kind::TIMESTAMP, 10, ..] => [tcp::OPTIONS_TIMESTAMP_TSVAL, tcp::OPTIONS_TIMESTAMP_TSECR],
        _ => return,
    };
    let mut parts = Fields::of(options.part());
    for (index, entry) in entries.into_iter().cycle().enumerate() {
        let end = 2 + (index + 1) * 4;
        if end > bytes.len() {
            break;
        }
        parts.number(at + end - 4..at + end, entry);
    }
    let entry = entry(bytes[0]);
    options
        .bytes(at..at + bytes.len(), entry)
        .with(parts.done());
}

/// Adds one option and gives back its label.
fn add_one(options: &mut Fields<'_>, start: usize, option: TcpOption<'_>) -> &'static str {
    let at = start + option.at;
    let range = at..at + option.bytes.len();
    let entry = entry(option.kind);
    let mut parts = Fields::of(options.part());
    parts.number(at..at + 1, tcp::OPTION_KIND).mean(entry.label);
    if option.bytes.len() > 1 {
        parts.number(at + 1..at + 2, tcp::OPTION_LEN);
    }
    let meaning = add_parts(&mut parts, at + 2..range.end, option);
    let children = parts.done();
    options.bytes(range, entry).mean(meaning).with(children);
    entry.label
}

/// Adds the parts of an option's data, which lies in `range`, and gives back the option in words.
fn add_parts(parts: &mut Fields<'_>, range: Range<usize>, option: TcpOption<'_>) -> String {
    let data = option.data();
    let at = range.start;
    match (option.kind, data.len()) {
        (kind::END | kind::NOP, _) | (kind::SACK_PERM, 0) => String::new(),
        (kind::MSS, 2) => {
            parts.number(range, tcp::OPTIONS_MSS_VAL);
            format!("{} bytes", be16(data, 0))
        }
        (kind::WSCALE, 1) => window_scale(parts, range, data[0]),
        (kind::TIMESTAMP, 8) => {
            parts.number(at..at + 4, tcp::OPTIONS_TIMESTAMP_TSVAL);
            parts.number(at + 4..at + 8, tcp::OPTIONS_TIMESTAMP_TSECR);
            format!("TSval {}, TSecr {}", be32(data, 0), be32(data, 4))
        }
        (kind::SACK, len) if len > 0 && len % 8 == 0 => sack(parts, at, data),
        (kind::FAST_OPEN, 0) => {
            parts.computed(tcp::OPTIONS_TFO_REQUEST, FieldValue::Present);
            "asks for a cookie".to_owned()
        }
        (kind::FAST_OPEN, len) => {
            parts.bytes(range, tcp::OPTIONS_TFO_COOKIE);
            format!("a cookie of {len} bytes")
        }
        (kind::USER_TIMEOUT, 2) => user_timeout(parts, range, be16(data, 0)),
        (kind::MD5, 16) => {
            parts.bytes(range, tcp::OPTIONS_MD5_DIGEST);
            String::new()
        }
        (kind::AO, len) if len >= 2 => {
            parts.number(at..at + 1, tcp::OPTIONS_AO_KEYID);
            parts.number(at + 1..at + 2, tcp::OPTIONS_AO_RNEXTKEYID);
            parts.bytes(at + 2..range.end, tcp::OPTIONS_AO_MAC);
            String::new()
        }
        (kind::MPTCP, _) => mptcp::add(parts, range),
        (kind::ACC_ECN_0 | kind::ACC_ECN_1, len) if len % 3 == 0 => acc_ecn(parts, at, option),
        (kind::EXPERIMENT | kind::EXPERIMENT_253, len) if len >= 2 => {
            parts.hex(at..at + 2, tcp::OPTIONS_EXPERIMENTAL_EXID);
            parts.bytes(at + 2..range.end, tcp::OPTIONS_EXPERIMENTAL_DATA);
            String::new()
        }
        _ => {
            parts.bytes(range, tcp::OPTIONS_UNKNOWN_PAYLOAD);
            if known_length(option.kind) {
                "the length is not what this kind demands".to_owned()
            } else {
                String::new()
            }
        }
    }
}

/// The shift of the window, of which more than 14 is taken as 14 (RFC 7323 section 2.3).
fn window_scale(parts: &mut Fields<'_>, range: Range<usize>, shift: u8) -> String {
    let multiplier = 1 << shift.min(14);
    parts.number(range.clone(), tcp::OPTIONS_WSCALE_SHIFT);
    let value = FieldValue::Number(multiplier);
    parts.value(range, tcp::OPTIONS_WSCALE_MULTIPLIER, value);
    format!("{shift} (multiply by {multiplier})")
}

/// How long the peer waits for an acknowledgment (RFC 5482 section 2).
fn user_timeout(parts: &mut Fields<'_>, range: Range<usize>, word: u16) -> String {
    parts.bits(range.clone(), 0x8000, tcp::OPTIONS_USER_TO_GRANULARITY);
    parts.bits(range, 0x7fff, tcp::OPTIONS_USER_TO_VAL);
    let unit = if word & 0x8000 == 0 {
        "seconds"
    } else {
        "minutes"
    };
    format!("{} {unit}", word & 0x7fff)
}

/// True for the kinds whose data was not understood only because its length is wrong.
fn known_length(kind: u8) -> bool {
    matches!(
        kind,
        kind::MSS
            | kind::WSCALE
            | kind::SACK_PERM
            | kind::SACK
            | kind::TIMESTAMP
            | kind::USER_TIMEOUT
            | kind::MD5
            | kind::AO
    )
}

fn sack(parts: &mut Fields<'_>, at: usize, data: &[u8]) -> String {
    let blocks: Vec<String> = data
        .chunks_exact(8)
        .enumerate()
        .map(|(index, block)| {
            let at = at + index * 8;
            parts.number(at..at + 4, tcp::OPTIONS_SACK_LE);
            parts.number(at + 4..at + 8, tcp::OPTIONS_SACK_RE);
            format!("{}-{}", be32(block, 0), be32(block, 4))
        })
        .collect();
    let count = FieldValue::Number(blocks.len() as u64);
    parts.computed(tcp::OPTIONS_SACK_COUNT, count);
    blocks.join(" ")
}

/// Byte counters of Accurate ECN, whose order depends on the kind and of which the last ones may be left out
/// (RFC 9768 section 3.2.3).
fn acc_ecn(parts: &mut Fields<'_>, at: usize, option: TcpOption<'_>) -> String {
    const E0: &FieldEntry = tcp::OPTIONS_ACC_ECN_EE0B;
    const CE: &FieldEntry = tcp::OPTIONS_ACC_ECN_ECEB;
    const E1: &FieldEntry = tcp::OPTIONS_ACC_ECN_EE1B;
    let order = if option.kind == kind::ACC_ECN_0 {
        [E0, CE, E1]
    } else {
        [E1, CE, E0]
    };
    for (index, entry) in order.into_iter().enumerate().take(option.data().len() / 3) {
        let at = at + index * 3;
        parts.number(at..at + 3, entry);
    }
    String::new()
}

/// The field of an option kind.
fn entry(kind: u8) -> &'static FieldEntry {
    match kind {
        kind::END => tcp::OPTIONS_EOL,
        kind::NOP => tcp::OPTIONS_NOP,
        kind::MSS => tcp::OPTIONS_MSS,
        kind::WSCALE => tcp::OPTIONS_WSCALE,
        kind::SACK_PERM => tcp::OPTIONS_SACK_PERM,
        kind::SACK => tcp::OPTIONS_SACK,
        kind::TIMESTAMP => tcp::OPTIONS_TIMESTAMP,
        kind::MD5 => tcp::OPTIONS_MD5,
        kind::USER_TIMEOUT => tcp::OPTIONS_USER_TO,
        kind::AO => tcp::OPTIONS_AO,
        kind::MPTCP => tcp::OPTIONS_MPTCP,
        kind::FAST_OPEN => tcp::OPTIONS_TFO,
        kind::ACC_ECN_0 | kind::ACC_ECN_1 => tcp::OPTIONS_ACC_ECN,
        kind::EXPERIMENT | kind::EXPERIMENT_253 => tcp::OPTIONS_EXPERIMENTAL,
        _ => tcp::OPTIONS_UNKNOWN,
    }
}
