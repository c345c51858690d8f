//! TLS records (RFC 8446 section 5, RFC 5246 section 6) as far as one segment has them. What is encrypted stays bytes.

mod hello;
mod words;

use super::fields::Fields;
use super::part::{Part, be16};
use super::schema::application::tls;
use super::tree::{FieldValue, Layer};

/// Bytes before a record's data.
const HEADER: usize = 5;
/// A record has at most this many bytes of data (RFC 5246 section 6.2.3).
const LONGEST: usize = (1 << 14) + 2048;
/// At most this many records of a segment are shown.
const RECORDS: usize = 64;

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// True when the bytes begin as a record does: a type, a version, a length that is allowed, and a first byte that fits.
pub(super) fn begins(bytes: &[u8]) -> bool {
    if bytes.len() < HEADER || !matches!(bytes[0], 20..=24) || bytes[1] != 3 || bytes[2] > 4 {
        return false;
    }
    let len = usize::from(be16(bytes, 3));
    let fits = match bytes[0] {
        CHANGE_CIPHER_SPEC => len == 1,
        ALERT => len >= 2,
        _ => len > 0,
    };
    fits && len <= LONGEST
}

/// The records of a segment: each with its data, of which the last may go on in another segment.
fn records(part: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    let mut rest = part;
    std::iter::from_fn(move || {
        if !begins(rest.bytes()) {
            return None;
        }
        let record = rest.first(HEADER + usize::from(be16(rest.bytes(), 3)));
        rest = rest.skip(record.wire_len());
        Some(record)
    })
    .take(RECORDS)
}

/// True when a handshake record's data is readable: a known type, and a length that does not go far beyond the record.
fn is_plain(record: Part<'_>) -> bool {
    let bytes = record.bytes();
    let declared = usize::from(be16(bytes, 3));
    match bytes.get(HEADER..HEADER + 4) {
        Some(&[kind, a, b, c]) => {
            let len = usize::from(a) << 16 | usize::from(be16(&[b, c], 0));
            !words::handshake(kind).is_empty()
                && (len + 4 <= declared || len <= 0xffff && kind == 11)
        }
        _ => false,
    }
}

/// The protocol's name with its version, by the first record and, where it is a hello, by what that says.
pub(super) fn version(bytes: &[u8]) -> &'static str {
    let part = Part::whole(bytes, bytes.len() as u32);
    let hello = records(part).find_map(|record| hello::chosen_version(record.skip(HEADER)));
    match hello.unwrap_or(be16(bytes, 1)) {
        0x0300 => "SSLv3",
        0x0302 => "TLSv1.1",
        0x0303 => "TLSv1.2",
        0x0304 => "TLSv1.3",
        _ => "TLSv1",
    }
}

/// The records in a line: `Client Hello (SNI=example.org)`, `Server Hello, Change Cipher Spec, Application Data`.
pub(super) fn summary(part: Part<'_>) -> String {
    let mut words = Vec::new();
    for record in records(part) {
        let bytes = record.bytes();
        match bytes[0] {
            CHANGE_CIPHER_SPEC => words.push("Change Cipher Spec".to_owned()),
            ALERT if record.wire_len() == HEADER + 2 => {
                let (level, description) = (bytes.get(HEADER), bytes.get(HEADER + 1));
                words.push(format!(
                    "Alert (Level: {}, Description: {})",
                    level.map_or("", |level| words::level(*level)),
                    description.map_or("", |number| words::alert(*number))
                ));
            }
            ALERT => words.push("Encrypted Alert".to_owned()),
            HANDSHAKE if is_plain(record) => {
                for message in hello::messages(record.skip(HEADER)) {
                    let kind = message.bytes().first().copied().unwrap_or_default();
                    let mut word = words::handshake(kind).to_owned();
                    if word.is_empty() {
                        word.push_str("Encrypted Handshake Message");
                    }
                    if let Some(name) = hello::server_name(message) {
                        word.extend([" (SNI=", &name, ")"]);
                    }
                    words.push(word);
                }
            }
            HANDSHAKE => words.push("Encrypted Handshake Message".to_owned()),
            APPLICATION_DATA => words.push("Application Data".to_owned()),
            _ => words.push("Heartbeat".to_owned()),
        }
    }
    words.join(", ")
}

/// A layer for each record, and how many bytes they explain.
pub(super) fn layers(part: Part<'_>) -> (Vec<Layer>, usize) {
    let mut layers = Vec::new();
    let mut read = 0;
    for record in records(part) {
        layers.push(layer(record));
        read += record.bytes().len();
    }
    (layers, read)
}

fn layer(record: Part<'_>) -> Layer {
    let bytes = record.bytes();
    let mut fields = Fields::of(record);
    let content = words::content(bytes[0]);
    fields.number(0..1, tls::RECORD_CONTENT_TYPE).mean(content);
    fields
        .hex(1..3, tls::RECORD_VERSION)
        .mean(words::version(be16(bytes, 1)));
    fields.number(3..5, tls::RECORD_LENGTH);
    let (declared, end) = (usize::from(be16(bytes, 3)), bytes.len());
    match bytes[0] {
        CHANGE_CIPHER_SPEC if end > HEADER => {
            fields.value(HEADER..end, tls::CHANGE_CIPHER_SPEC, FieldValue::Present);
        }
        ALERT if declared == 2 && end == HEADER + 2 => alert(&mut fields),
        HANDSHAKE if is_plain(record) => hello::add(&mut fields, HEADER),
        APPLICATION_DATA if end > HEADER => {
            fields.bytes(HEADER..end, tls::APP_DATA);
        }
        _ => {}
    }
    if end < HEADER + declared {
        let missing = HEADER + declared - end;
        fields
            .computed(tls::SEGMENTS, FieldValue::Present)
            .mean(format!("{missing} bytes of the record are not here"));
    }
    fields.layer(tls::LAYER, format!("Transport Layer Security, {content}"))
}

fn alert(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    let mut parts = Fields::of(fields.part());
    parts
        .number(5..6, tls::ALERT_MESSAGE_LEVEL)
        .mean(words::level(bytes[5]));
    parts
        .number(6..7, tls::ALERT_MESSAGE_DESC)
        .mean(words::alert(bytes[6]));
    let children = parts.done();
    fields
        .value(5..7, tls::ALERT_MESSAGE, FieldValue::Present)
        .with(children);
}
