//! HTTP/1.1 messages (RFC 9112): the request or status line and the header fields that are in one segment. Bodies stay bytes.

use super::fields::Fields;
use super::part::Part;
use super::schema::FieldEntry;
use super::schema::application::http;
use super::tree::{FieldValue, Layer};
use std::borrow::Cow;
use std::ops::Range;

/// The methods a request may begin with (RFC 9110 section 9.3, RFC 5789, RFC 4918).
const METHODS: &[&str] = &[
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "CONNECT",
    "TRACE",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
];
/// A first line is not looked for further than this.
const LONGEST_LINE: usize = 8192;
/// At most this many header fields are shown.
const HEADERS: usize = 256;

/// Header fields that Wireshark has a name for; their labels are their names.
const KNOWN: &[&FieldEntry] = &[
    http::ACCEPT,
    http::ACCEPT_ENCODING,
    http::ACCEPT_LANGUAGE,
    http::AUTHORIZATION,
    http::CACHE_CONTROL,
    http::CONNECTION,
    http::CONTENT_ENCODING,
    http::CONTENT_LENGTH_HEADER,
    http::CONTENT_TYPE,
    http::COOKIE,
    http::DATE,
    http::HOST,
    http::LAST_MODIFIED,
    http::LOCATION,
    http::PROXY_AUTHENTICATE,
    http::PROXY_AUTHORIZATION,
    http::REFERER,
    http::SEC_WEBSOCKET_ACCEPT,
    http::SEC_WEBSOCKET_EXTENSIONS,
    http::SEC_WEBSOCKET_KEY,
    http::SEC_WEBSOCKET_PROTOCOL,
    http::SEC_WEBSOCKET_VERSION,
    http::SERVER,
    http::SET_COOKIE,
    http::TRANSFER_ENCODING,
    http::UPGRADE,
    http::USER_AGENT,
    http::WWW_AUTHENTICATE,
    http::X_FORWARDED_FOR,
];

/// True when a payload begins as a message does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"HTTP/1.") {
        return true;
    }
    if !bytes.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let Some(space) = bytes.iter().take(10).position(|byte| *byte == b' ') else {
        return false;
    };
    let method = METHODS
        .iter()
        .any(|method| method.as_bytes() == &bytes[..space]);
    // What a program sends in plain words may begin with GET, but hardly has a version at the end of its line.
    method && {
        let line = first_line(bytes);
        line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0")
    }
}

/// True for the response that upgrades its connection to WebSocket: status 101, with `Upgrade: websocket` (RFC 6455 section 4.2.2).
pub(super) fn upgrades(bytes: &[u8]) -> bool {
    let line = line_at(bytes, 0);
    if bytes[line.clone()].split(|byte| *byte == b' ').nth(1) != Some(b"101") {
        return false;
    }
    let mut at = after(bytes, &line);
    for _ in 0..HEADERS {
        let line = line_at(bytes, at);
        let text = &bytes[line.clone()];
        let name = text.iter().position(|byte| *byte == b':');
        if let Some(name) = name.filter(|name| text[..*name].eq_ignore_ascii_case(b"upgrade")) {
            return text[name + 1..]
                .trim_ascii()
                .eq_ignore_ascii_case(b"websocket");
        }
        let next = after(bytes, &line);
        if line.is_empty() || next == line.end {
            return false;
        }
        at = next;
    }
    false
}

fn first_line(bytes: &[u8]) -> &[u8] {
    &bytes[line_at(bytes, 0)]
}

/// The line at `start`, without its end.
fn line_at(bytes: &[u8], start: usize) -> Range<usize> {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_LINE)];
    let mut end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len());
    if rest[..end].ends_with(b"\r") {
        end -= 1;
    }
    start..start + end
}

/// Where the line after this one begins.
fn after(bytes: &[u8], line: &Range<usize>) -> usize {
    let rest = &bytes[line.end..];
    line.end
        + if rest.starts_with(b"\r\n") {
            2
        } else {
            usize::from(rest.starts_with(b"\n"))
        }
}

/// The first line: `GET / HTTP/1.1`.
pub(super) fn summary(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(first_line(bytes))
}

fn text(bytes: &[u8]) -> FieldValue {
    FieldValue::Text(String::from_utf8_lossy(bytes).into_owned())
}

/// The first line and the header fields as a layer, and how many bytes they have.
pub(super) fn layer(part: Part<'_>) -> (Layer, usize) {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    let first = line_at(bytes, 0);
    let response = bytes.starts_with(b"HTTP/");
    let words: Vec<Range<usize>> = split(bytes, &first);
    if response {
        fields.computed(http::RESPONSE, FieldValue::Flag(true));
        status_line(&mut fields, &words, first.end);
    } else {
        fields.computed(http::REQUEST, FieldValue::Flag(true));
        request_line(&mut fields, &words);
    }
    let mut at = after(bytes, &first);
    let mut count = 0;
    let mut whole = false;
    while at < bytes.len() && count < HEADERS {
        let line = line_at(bytes, at);
        let next = after(bytes, &line);
        if line.is_empty() {
            whole = true;
            at = next;
            break;
        }
        header(&mut fields, &line, response);
        if next == line.end {
            at = next;
            break;
        }
        at = next;
        count += 1;
    }
    let more = if whole {
        ""
    } else {
        ", goes on in another segment"
    };
    let title = format!(
        "Hypertext Transfer Protocol, {}{more}",
        super::text::escape(&bytes[first], 60)
    );
    let mut layer = fields.layer(http::LAYER, title);
    layer.span = part.span_at(0..at);
    (layer, at)
}

/// The words of a line.
fn split(bytes: &[u8], line: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = line.start;
    for at in line.clone() {
        if bytes[at] == b' ' {
            words.push(start..at);
            start = at + 1;
            if words.len() == 2 {
                break;
            }
        }
    }
    words.push(start..line.end);
    words
}

fn request_line(fields: &mut Fields<'_>, words: &[Range<usize>]) {
    let entries = [
        http::REQUEST_METHOD,
        http::REQUEST_URI,
        http::REQUEST_VERSION,
    ];
    for (word, entry) in words.iter().zip(entries) {
        let value = text(&fields.part().bytes()[word.clone()]);
        fields.value(word.clone(), entry, value);
    }
}

fn status_line(fields: &mut Fields<'_>, words: &[Range<usize>], end: usize) {
    let bytes = fields.part().bytes();
    if let Some(word) = words.first() {
        let version = text(&bytes[word.clone()]);
        fields.value(word.clone(), http::RESPONSE_VERSION, version);
    }
    if let Some(word) = words.get(1) {
        let digits = std::str::from_utf8(&bytes[word.clone()]).unwrap_or_default();
        if let Ok(code) = digits.parse::<u16>() {
            let code = FieldValue::Number(code.into());
            fields.value(word.clone(), http::RESPONSE_CODE, code);
        }
        let phrase = words.get(2).map_or(end, |word| word.start)..end;
        let value = text(&bytes[phrase.clone()]);
        fields.value(phrase, http::RESPONSE_PHRASE, value);
    }
}

/// A header field: the line, and what it says under the name Wireshark has for it.
fn header(fields: &mut Fields<'_>, line: &Range<usize>, response: bool) {
    let bytes = fields.part().bytes();
    let own = &bytes[line.clone()];
    let line_entry = if response {
        http::RESPONSE_LINE
    } else {
        http::REQUEST_LINE
    };
    let mut parts = Fields::of(fields.part());
    if let Some(colon) = own.iter().position(|byte| *byte == b':') {
        let wanted = String::from_utf8_lossy(&own[..colon]);
        let rest = &own[colon + 1..];
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let value = line.start + colon + 1 + blank..line.end;
        let known = KNOWN
            .iter()
            .find(|entry| entry.label.eq_ignore_ascii_case(&wanted));
        if let Some(entry) = known {
            let number = (entry.name == http::CONTENT_LENGTH_HEADER.name)
                .then(|| {
                    std::str::from_utf8(&bytes[value.clone()])
                        .ok()?
                        .trim()
                        .parse()
                        .ok()
                })
                .flatten();
            let mut length = Fields::of(fields.part());
            if let Some(number) = number {
                let number = FieldValue::Number(number);
                length.value(value.clone(), http::CONTENT_LENGTH, number);
            }
            let what = text(&bytes[value.clone()]);
            parts.value(value, entry, what).with(length.done());
        }
    }
    let children = parts.done();
    fields
        .value(line.clone(), line_entry, text(own))
        .with(children);
}
