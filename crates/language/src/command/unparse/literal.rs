//! Literals as text: strings and bytes with Python's escapes, durations, addresses. All of it is safe to print.

use super::Form;
use crate::command::ast::Expr;
use crate::command::diagnostic::is_safe;
use crate::command::lexer::{Lexeme, Lexer, Place};
use socklab_events::value::Address;
use std::fmt::Write;

/// Text in double quotes.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0' => quoted.push_str("\\x00"),
            safe if is_safe(safe) => quoted.push(safe),
            other => {
                let number = u32::from(other);
                // Writing to a String cannot fail.
                let _ = if number < 0x100 {
                    write!(quoted, "\\x{number:02x}")
                } else if number < 0x1_0000 {
                    write!(quoted, "\\u{number:04x}")
                } else {
                    write!(quoted, "\\U{number:08x}")
                };
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Bytes as `b"…"`.
pub(super) fn bytes(content: &[u8]) -> String {
    format!("b\"{}\"", content.escape_ascii()).replace("\\'", "'")
}

/// A time in the largest unit that says it exactly.
pub(super) fn duration(nanoseconds: u64) -> String {
    [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")]
        .into_iter()
        .find(|(unit, _)| nanoseconds.is_multiple_of(*unit))
        .map_or_else(
            || format!("{nanoseconds}ns"),
            |(unit, name)| format!("{}{name}", nanoseconds / unit),
        )
}

/// An address as a bare word.
pub(super) fn endpoint(value: &Expr) -> String {
    match value {
        Expr::Address(Address::UnixPath(path)) => String::from_utf8_lossy(path).into_owned(),
        // As it was typed: the escapes of `Display` are for the screen and mean nothing to the lexer.
        Expr::Address(Address::UnixAbstract(name)) => format!("@{}", String::from_utf8_lossy(name)),
        Expr::Address(address) => address.to_string(),
        Expr::HostPort(host, Some(port)) if host.contains(':') => format!("[{host}]:{port}"),
        Expr::HostPort(host, Some(port)) => format!("{host}:{port}"),
        Expr::HostPort(host, None) => host.clone(),
        _ => String::new(),
    }
}

/// An address where an address is expected: as a bare word if it can be one, else as Python's tuple or text.
pub(super) fn address(value: &Expr, form: Form) -> String {
    if form == Form::Command && reads_back(value) {
        return endpoint(value);
    }
    match value {
        Expr::Address(Address::Inet(address)) => {
            format!("(\"{}\", {})", address.ip(), address.port())
        }
        Expr::Address(Address::Inet6(address)) => {
            let (ip, port) = (address.ip(), address.port());
            match (address.flowinfo(), address.scope_id()) {
                (0, 0) => format!("(\"{ip}\", {port})"),
                (flow, 0) => format!("(\"{ip}\", {port}, {flow})"),
                (flow, scope) => format!("(\"{ip}\", {port}, {flow}, {scope})"),
            }
        }
        Expr::Address(Address::UnixPath(path)) => unix(path),
        Expr::Address(Address::UnixAbstract(name)) => {
            let mut path = vec![0];
            path.extend(name);
            unix(&path)
        }
        Expr::Address(Address::UnixUnnamed) => "\"\"".to_owned(),
        Expr::HostPort(host, Some(port)) => format!("({}, {port})", string(host)),
        // Text that is no IP address would be a path.
        Expr::HostPort(host, None) if reads_back(value) => string(host),
        Expr::HostPort(host, None) => format!("({}, None)", string(host)),
        other => endpoint(other),
    }
}

/// A path as text, or as bytes where text would be something else.
fn unix(path: &[u8]) -> String {
    match std::str::from_utf8(path) {
        Ok(text) if !reads_back(&Expr::HostPort(text.to_owned(), None)) => string(text),
        _ => bytes(path),
    }
}

/// True when the bare word is read as this very address.
fn reads_back(value: &Expr) -> bool {
    let word = match value {
        Expr::Address(Address::UnixPath(path)) => match std::str::from_utf8(path) {
            Ok(path) => path.to_owned(),
            Err(_) => return false,
        },
        _ => endpoint(value),
    };
    let Ok(token) = Lexer::new(&word).peek(Place::Value) else {
        return false;
    };
    let same = match (token.lexeme, value) {
        (Lexeme::Address(read), Expr::Address(address)) => read == *address,
        (Lexeme::HostPort(read_host, read_port), Expr::HostPort(host, port)) => {
            read_host == *host && read_port == *port
        }
        _ => false,
    };
    same && token.span == (0..word.len())
}
