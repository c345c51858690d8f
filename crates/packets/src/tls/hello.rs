//! Handshake messages of TLS, the two hellos with their extensions in full (RFC 8446 section 4.1, RFC 6066, RFC 7301). Every length is
//! held against the bytes that are there: a message that goes on in another segment is shown as far as it goes.

use super::words;
use crate::fields::Fields;
use crate::part::{Part, be16};
use crate::schema::application::tls;
use crate::text::escape;
use crate::tree::FieldValue;
use std::ops::Range;

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
/// Bytes of type and length.
const HEADER: usize = 4;

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const SIGNATURE_ALGORITHMS: u16 = 13;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

fn be24(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 3).map_or(0, |three| {
        three
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    })
}

/// The handshake messages in a record's data; the last may be cut.
pub(super) fn messages(part: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let bytes = rest.bytes();
        if bytes.len() < HEADER {
            return None;
        }
        let message = rest.first(HEADER + be24(bytes, 1));
        rest = rest.skip(message.wire_len());
        Some(message)
    })
    .take(32)
}

/// Places in a hello, all of them within the bytes.
struct Places {
    session: Range<usize>,
    ciphers: Range<usize>,
    methods: Range<usize>,
    extensions: Range<usize>,
}

/// Cuts a hello; what is missing is empty.
fn places(bytes: &[u8]) -> Option<Places> {
    let kind = *bytes.first()?;
    let within = |start: usize, len: usize| start.min(bytes.len())..(start + len).min(bytes.len());
    let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
    let session_at = HEADER + 2 + 32;
    if !matches!(kind, CLIENT_HELLO | SERVER_HELLO) || bytes.len() < session_at {
        return None;
    }
    let session = within(session_at + 1, byte(session_at));
    let (ciphers, methods) = if kind == CLIENT_HELLO {
        let at = session.end;
        let ciphers = within(at + 2, be16(bytes, at).into());
        let methods = within(ciphers.end + 1, byte(ciphers.end));
        (ciphers, methods)
    } else {
        let ciphers = within(session.end, 2);
        (ciphers.clone(), within(ciphers.end, 1))
    };
    let extensions = within(methods.end + 2, be16(bytes, methods.end).into());
    Some(Places {
        session,
        ciphers,
        methods,
        extensions,
    })
}

/// The extensions of a hello: number and data, all within the bytes; the last may be cut.
fn extensions(bytes: &[u8], all: Range<usize>) -> Vec<(u16, Range<usize>)> {
    let mut list = Vec::new();
    let mut at = all.start;
    while at + 4 <= all.end {
        let end = at + 4 + usize::from(be16(bytes, at + 2));
        list.push((be16(bytes, at), at + 4..end.min(all.end)));
        at = end;
    }
    list
}

/// Where the host name of a server name extension lies (RFC 6066 section 3).
fn host_name(bytes: &[u8], extension: &Range<usize>) -> Option<Range<usize>> {
    let at = extension.start;
    let name = at + 5..at + 5 + usize::from(be16(bytes, at + 3));
    (extension.len() >= 5 && bytes.get(at + 2) == Some(&0) && name.end <= extension.end)
        .then_some(name)
}

/// The name of the server a client hello asks for, safe to show.
pub(super) fn server_name(message: Part<'_>) -> Option<String> {
    let bytes = message.bytes();
    let places = places(bytes).filter(|_| bytes[0] == CLIENT_HELLO)?;
    let list = extensions(bytes, places.extensions);
    let (_, place) = list.iter().find(|(number, _)| *number == SERVER_NAME)?;
    let name = host_name(bytes, place)?;
    Some(escape(&bytes[name], 255))
}

/// The version a server hello in this record's data has chosen.
pub(super) fn chosen_version(data: Part<'_>) -> Option<u16> {
    let message = messages(data).next()?;
    let bytes = message.bytes();
    let places = places(bytes).filter(|_| bytes[0] == SERVER_HELLO)?;
    let list = extensions(bytes, places.extensions);
    let chosen = list
        .iter()
        .find(|(number, _)| *number == SUPPORTED_VERSIONS);
    Some(match chosen {
        Some((_, place)) if place.len() == 2 => be16(bytes, place.start),
        _ => be16(bytes, HEADER),
    })
}

/// Adds the messages of a record whose data begins at `at`.
pub(super) fn add(fields: &mut Fields<'_>, at: usize) {
    let whole = fields.part();
    let mut start = at;
    for message in messages(whole.skip(at)) {
        let end = start + message.bytes().len();
        let mut parts = Fields::of(message);
        let kind = message.bytes()[0];
        let name = words::handshake(kind);
        parts.number(0..1, tls::HANDSHAKE_TYPE).mean(name);
        parts.number(1..4, tls::HANDSHAKE_LENGTH);
        if let Some(places) = places(message.bytes()) {
            hello(&mut parts, kind, &places);
        }
        let children = parts.done();
        fields
            .value(start..end, tls::HANDSHAKE, FieldValue::Present)
            .mean(name)
            .with(children);
        start = end;
    }
}

fn hello(fields: &mut Fields<'_>, kind: u8, places: &Places) {
    let bytes = fields.part().bytes();
    fields
        .hex(4..6, tls::HANDSHAKE_VERSION)
        .mean(words::version(be16(bytes, 4)));
    fields.bytes(6..38, tls::HANDSHAKE_RANDOM);
    let session = &places.session;
    if session.start <= bytes.len() && session.start > 0 {
        fields.number(38..39, tls::HANDSHAKE_SESSION_ID_LENGTH);
    }
    if !session.is_empty() {
        fields.bytes(session.clone(), tls::HANDSHAKE_SESSION_ID);
    }
    if kind == CLIENT_HELLO {
        client_lists(fields, places);
    } else {
        if places.ciphers.len() == 2 {
            cipher(fields, places.ciphers.start);
        }
        if !places.methods.is_empty() {
            let at = places.methods.start;
            fields.number(at..at + 1, tls::HANDSHAKE_COMP_METHOD);
        }
    }
    if places.extensions.is_empty() {
        return;
    }
    let at = places.extensions.start;
    fields.number(at - 2..at, tls::HANDSHAKE_EXTENSIONS_LENGTH);
    for (number, place) in extensions(bytes, places.extensions.clone()) {
        extension(fields, kind, number, place);
    }
}

fn client_lists(fields: &mut Fields<'_>, places: &Places) {
    let at = places.ciphers.start;
    if places.ciphers.is_empty() {
        return;
    }
    fields.number(at - 2..at, tls::HANDSHAKE_CIPHER_SUITES_LENGTH);
    let mut suites = Fields::of(fields.part());
    for at in pairs(&places.ciphers) {
        cipher(&mut suites, at);
    }
    let count = places.ciphers.len() / 2;
    let children = suites.done();
    fields
        .value(
            places.ciphers.clone(),
            tls::HANDSHAKE_CIPHERSUITES,
            FieldValue::Present,
        )
        .mean(format!("{count} suites"))
        .with(children);
    if !places.methods.is_empty() {
        let at = places.methods.start;
        fields.number(at - 1..at, tls::HANDSHAKE_COMP_METHODS_LENGTH);
        fields.number(at..at + 1, tls::HANDSHAKE_COMP_METHOD);
    }
}

fn cipher(fields: &mut Fields<'_>, at: usize) {
    let meaning = words::cipher(be16(fields.part().bytes(), at));
    fields
        .hex(at..at + 2, tls::HANDSHAKE_CIPHERSUITE)
        .mean(meaning);
}

/// The places of whole pairs of bytes.
fn pairs(range: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
    (range.start..range.end.saturating_sub(1)).step_by(2)
}

/// One extension; `place` is its data.
fn extension(fields: &mut Fields<'_>, kind: u8, number: u16, place: Range<usize>) {
    let part = fields.part();
    let name = words::extension(number);
    let mut parts = Fields::of(part);
    let start = place.start - 4;
    parts
        .number(start..start + 2, tls::HANDSHAKE_EXTENSION_TYPE)
        .mean(name);
    parts.number(start + 2..start + 4, tls::HANDSHAKE_EXTENSION_LEN);
    extension_data(&mut parts, kind, number, &place);
    let children = parts.done();
    fields
        .value(
            start..place.end,
            tls::HANDSHAKE_EXTENSION,
            FieldValue::Present,
        )
        .mean(if name.is_empty() {
            number.to_string()
        } else {
            name.to_owned()
        })
        .with(children);
}

/// The data of an extension, which lies at `place`, in fields where its kind is known.
fn extension_data(parts: &mut Fields<'_>, kind: u8, number: u16, place: &Range<usize>) {
    let bytes = parts.part().bytes();
    // What a list that begins with its length in two bytes has after them.
    let list = || {
        let start = place.start + 2;
        start..place.end.min(start + usize::from(be16(bytes, place.start)))
    };
    match number {
        SERVER_NAME if host_name(bytes, place).is_some() => server_name_fields(parts, place.start),
        ALPN if place.len() >= 2 => protocols(parts, &list()),
        SUPPORTED_VERSIONS => versions(parts, kind, place),
        SUPPORTED_GROUPS => {
            for at in pairs(&list()) {
                let meaning = words::group(be16(bytes, at));
                parts
                    .hex(at..at + 2, tls::HANDSHAKE_EXTENSIONS_SUPPORTED_GROUP)
                    .mean(meaning);
            }
        }
        SIGNATURE_ALGORITHMS => {
            for at in pairs(&list()) {
                parts.hex(at..at + 2, tls::HANDSHAKE_SIG_HASH_ALG);
            }
        }
        KEY_SHARE => key_shares(parts, kind, place),
        _ if !place.is_empty() => {
            parts.bytes(place.clone(), tls::HANDSHAKE_EXTENSION_DATA);
        }
        _ => {}
    }
}

/// The name of the server that is asked for, in a list that begins at `at` (RFC 6066 section 3).
fn server_name_fields(parts: &mut Fields<'_>, at: usize) {
    let bytes = parts.part().bytes();
    let name = at + 5..at + 5 + usize::from(be16(bytes, at + 3));
    parts.number(at..at + 2, tls::HANDSHAKE_EXTENSIONS_SERVER_NAME_LIST_LEN);
    parts.number(at + 2..at + 3, tls::HANDSHAKE_EXTENSIONS_SERVER_NAME_TYPE);
    parts.number(at + 3..at + 5, tls::HANDSHAKE_EXTENSIONS_SERVER_NAME_LEN);
    let text = String::from_utf8_lossy(&bytes[name.clone()]).into_owned();
    parts.value(
        name,
        tls::HANDSHAKE_EXTENSIONS_SERVER_NAME,
        FieldValue::Text(text),
    );
}

/// The names of application protocols in `list`, whose length stands in the two bytes before it (RFC 7301 section 3.1).
fn protocols(parts: &mut Fields<'_>, list: &Range<usize>) {
    let bytes = parts.part().bytes();
    let mut at = list.start;
    parts.number(at - 2..at, tls::HANDSHAKE_EXTENSIONS_ALPN_LEN);
    while at < list.end {
        let end = at + 1 + usize::from(bytes[at]);
        if end > list.end {
            break;
        }
        parts.number(at..at + 1, tls::HANDSHAKE_EXTENSIONS_ALPN_STR_LEN);
        let text = String::from_utf8_lossy(&bytes[at + 1..end]).into_owned();
        parts.value(
            at + 1..end,
            tls::HANDSHAKE_EXTENSIONS_ALPN_STR,
            FieldValue::Text(text),
        );
        at = end;
    }
}

/// The versions a client knows, or the one the server chose (RFC 8446 section 4.2.1).
fn versions(parts: &mut Fields<'_>, kind: u8, place: &Range<usize>) {
    let bytes = parts.part().bytes();
    let mut versions = place.clone();
    if kind == CLIENT_HELLO && !place.is_empty() {
        versions.start += 1;
        parts.number(
            place.start..versions.start,
            tls::HANDSHAKE_EXTENSIONS_SUPPORTED_VERSIONS_LEN,
        );
    }
    for at in pairs(&versions) {
        let meaning = words::version(be16(bytes, at));
        parts
            .hex(at..at + 2, tls::HANDSHAKE_EXTENSIONS_SUPPORTED_VERSION)
            .mean(meaning);
    }
}

/// The groups for which a hello has keys (RFC 8446 section 4.2.8).
fn key_shares(fields: &mut Fields<'_>, kind: u8, place: &Range<usize>) {
    let bytes = fields.part().bytes();
    let mut at = place.start + if kind == CLIENT_HELLO { 2 } else { 0 };
    while at + 4 <= place.end {
        let meaning = words::group(be16(bytes, at));
        fields
            .number(at..at + 2, tls::HANDSHAKE_EXTENSIONS_KEY_SHARE_GROUP)
            .mean(meaning);
        fields.number(
            at + 2..at + 4,
            tls::HANDSHAKE_EXTENSIONS_KEY_SHARE_KEY_EXCHANGE_LENGTH,
        );
        at += 4 + usize::from(be16(bytes, at + 2));
    }
}
