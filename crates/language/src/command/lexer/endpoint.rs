//! Addresses as bare words: `127.0.0.1:5000`, `[::1]:5000`, `localhost:5000`, `:5000`, `::1`, `./x.sock`, `@abstract`.

use super::{Lexeme, begins_word};
use crate::command::diagnostic::{Diagnostic, quoted};
use socklab_events::value::Address;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

type Found = Result<Option<(Lexeme<'static>, usize)>, Diagnostic>;

/// The longest host name of the Domain Name System (RFC 1035). It bounds the look ahead, as does the next.
const LONGEST_HOST: usize = 255;

/// Longer than any IP address or port in text.
const LONGEST_NUMBER: usize = 50;

/// The address that begins `rest` where a value is expected.
pub(super) fn endpoint(rest: &str) -> Found {
    let bytes = rest.as_bytes();
    match bytes.first().copied().unwrap_or(0) {
        b':' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' if let Some(found) = colons(rest) => {
            Ok(Some(found))
        }
        b':' => with_port(rest, "", 0),
        b'*' if bytes.get(1) == Some(&b':') => with_port(rest, "", 1),
        b'[' => bracketed(rest),
        b'0'..=b'9' => ipv4(rest),
        b'/' | b'.' | b'~' => Ok(path(rest)),
        b'@' => Ok(abstract_name(rest)),
        _ => named(rest),
    }
}

/// The characters at the start of `rest` that satisfy `allowed`, at most `longest` of them.
fn run(rest: &str, longest: usize, allowed: impl Fn(char) -> bool) -> &str {
    let length = rest
        .chars()
        .take(longest)
        .take_while(|next| allowed(*next))
        .map(char::len_utf8)
        .sum();
    &rest[..length]
}

/// A bare IPv6 address (`::1`, `fe80::1%lo`) or a hardware address.
fn colons(rest: &str) -> Option<(Lexeme<'static>, usize)> {
    let digits = run(rest, LONGEST_NUMBER, |next| {
        next.is_ascii_hexdigit() || next == ':' || next == '.'
    });
    // `::1.` at the end of a sentence is not our business; `a:b` is a host and a port.
    if digits.bytes().filter(|byte| *byte == b':').count() < 2 {
        return None;
    }
    let mut length = digits.len();
    if rest[length..].starts_with(super::in_word) {
        return None;
    }
    if digits.parse::<Ipv6Addr>().is_ok() {
        length += zone(&rest[length..]);
        return Some((Lexeme::HostPort(rest[..length].to_owned(), None), length));
    }
    let mut groups = digits.split(':');
    let is_mac = groups.clone().count() == 6
        && groups
            .all(|group| group.len() == 2 && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_mac.then(|| (Lexeme::Str(digits.to_owned()), length))
}

/// The length of `%lo` after an IPv6 address.
fn zone(rest: &str) -> usize {
    let Some(name) = rest.strip_prefix('%') else {
        return 0;
    };
    match run(name, LONGEST_NUMBER, |next| {
        next.is_alphanumeric() || matches!(next, '_' | '-' | '.')
    })
    .len()
    {
        0 => 0,
        length => 1 + length,
    }
}

/// `[::1]:5000`, `[fe80::1%lo]:80`, `[::1]`; a list otherwise.
fn bracketed(rest: &str) -> Found {
    let inner = &rest[1..];
    let digits = run(inner, LONGEST_NUMBER, |next| {
        next.is_ascii_hexdigit() || next == ':' || next == '.'
    });
    let Ok(ip) = digits.parse::<Ipv6Addr>() else {
        return Ok(None);
    };
    let zone_length = zone(&inner[digits.len()..]);
    let host = &inner[..digits.len() + zone_length];
    if !inner[host.len()..].starts_with(']') {
        return Ok(None);
    }
    let end = host.len() + 2;
    let Some((port, length)) = port(rest, end)? else {
        return Ok(Some((Lexeme::HostPort(host.to_owned(), None), end)));
    };
    let scope = match host[digits.len()..]
        .strip_prefix('%')
        .map(str::parse::<u32>)
    {
        None => Some(0),
        // A scope of 0 is no scope: it stays text, or it would not be written back as it came.
        Some(Ok(number)) if number > 0 => Some(number),
        // An interface's name needs a look-up.
        Some(_) => None,
    };
    let lexeme = match scope {
        Some(scope) => Lexeme::Address(Address::Inet6(SocketAddrV6::new(ip, port, 0, scope))),
        None => Lexeme::HostPort(host.to_owned(), Some(port)),
    };
    Ok(Some((lexeme, length)))
}

/// `10.0.0.2`, `127.0.0.1:5000`: three dots make an address.
fn ipv4(rest: &str) -> Found {
    let digits = run(rest, LONGEST_NUMBER, |next| {
        next.is_ascii_digit() || next == '.'
    });
    let dots = digits.bytes().filter(|byte| *byte == b'.').count();
    if digits.contains("..") {
        return Ok(None);
    }
    // Fewer parts, the last of which fills the rest (inet_aton(3)): with a port they can be nothing else.
    if (1..3).contains(&dots) && !digits.ends_with('.') {
        return with_port(rest, digits, digits.len());
    }
    if dots != 3 {
        return Ok(None);
    }
    let Ok(ip) = digits.parse::<Ipv4Addr>() else {
        let message = format!("{} is not an IPv4 address", quoted(digits));
        return Err(Diagnostic::new(0..digits.len(), message)
            .expecting("four numbers from 0 to 255, without leading zeros, joined by dots"));
    };
    match port(rest, digits.len())? {
        Some((port, length)) => Ok(Some((
            Lexeme::Address(Address::Inet(SocketAddrV4::new(ip, port))),
            length,
        ))),
        None if rest[digits.len()..].starts_with(begins_word) => Ok(None),
        None => Ok(Some((
            Lexeme::HostPort(digits.to_owned(), None),
            digits.len(),
        ))),
    }
}

/// The port after `host`, which is `length` bytes of `rest`: a host and a port, or nothing.
fn with_port(rest: &str, host: &str, length: usize) -> Found {
    Ok(port(rest, length)?
        .map(|(port, length)| (Lexeme::HostPort(host.to_owned(), Some(port)), length)))
}

/// `:5000` at byte `at` of `rest`: the port and where it ends.
fn port(rest: &str, at: usize) -> Result<Option<(u16, usize)>, Diagnostic> {
    let Some(digits) = rest[at..].strip_prefix(':') else {
        return Ok(None);
    };
    let digits = run(digits, LONGEST_NUMBER, super::in_word);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(None);
    }
    let end = at + 1 + digits.len();
    let span = at + 1..end;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(
            Diagnostic::new(span, format!("{} is not a port", quoted(digits)))
                .expecting("a number from 0 to 65535"),
        );
    }
    match digits.parse::<u16>() {
        Ok(port) => Ok(Some((port, end))),
        Err(_) => Err(
            Diagnostic::new(span, format!("port {} is out of range", quoted(digits)))
                .expecting("a number from 0 to 65535")
                .helping("a port is 16 bits in the TCP and UDP headers"),
        ),
    }
}

/// `localhost:5000`, `www.example.org:80`.
fn named(rest: &str) -> Found {
    if !rest.starts_with(begins_word) {
        return Ok(None);
    }
    let host = run(rest, LONGEST_HOST + 1, |next| {
        next.is_alphanumeric() || matches!(next, '_' | '-' | '.')
    });
    if host.len() > LONGEST_HOST {
        return Ok(None);
    }
    with_port(rest, host, host.len())
}

fn in_path(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '/' | '~' | '+' | ':' | '@' | '%')
}

/// `/tmp/x.sock`, `./x.sock`, `../x`, `~/x`.
fn path(rest: &str) -> Option<(Lexeme<'static>, usize)> {
    ["/", "./", "../", "~/"]
        .iter()
        .find(|start| rest.starts_with(**start))?;
    let end = rest.find(|next| !in_path(next)).unwrap_or(rest.len());
    // A slash alone divides; it is no path.
    (end > 1).then(|| {
        let path = rest.as_bytes()[..end].to_vec();
        (Lexeme::Address(Address::UnixPath(path)), end)
    })
}

/// `@abstract`.
fn abstract_name(rest: &str) -> Option<(Lexeme<'static>, usize)> {
    let end = 1 + rest[1..]
        .find(|next| !in_path(next))
        .unwrap_or(rest.len() - 1);
    (end > 1).then(|| {
        (
            Lexeme::Address(Address::UnixAbstract(rest.as_bytes()[1..end].to_vec())),
            end,
        )
    })
}
