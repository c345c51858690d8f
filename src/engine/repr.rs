//! Values in Python's words: `repr` is safe to print, `str` shows text as it is and is for `print` only.

use super::text;
use crate::value::{Address, Value};
use std::fmt::Write as _;

/// A descriptor to the name of the variable that holds it.
pub(super) type Names<'a> = dyn Fn(i32) -> Option<String> + 'a;

/// The value as Python's `repr` would show it; control, format and direction characters are escaped.
pub(super) fn repr(value: &Value, names: &Names) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Constant { name, .. } => name.clone(),
        Value::Str(text) => quote(text),
        Value::Bytes(bytes) => quote_bytes(bytes),
        Value::List(values) => format!("[{}]", joined(values, names)),
        Value::Tuple(values) if values.len() == 1 => format!("({},)", joined(values, names)),
        Value::Tuple(values) => format!("({})", joined(values, names)),
        Value::Socket(fd) => kernel_object("socket", *fd, names),
        Value::Epoll(fd) => kernel_object("epoll", *fd, names),
        Value::Poller(number) => format!("<poll object {number}>"),
        Value::File(number) => format!("<file {number}>"),
        Value::Address(Address::UnixUnnamed) => "''".to_owned(),
        Value::Address(Address::UnixPath(path)) => match str::from_utf8(path) {
            Ok(path) => quote(path),
            Err(_) => quote_bytes(path),
        },
        Value::Address(Address::UnixAbstract(name)) => {
            let mut bytes = vec![0];
            bytes.extend(name);
            quote_bytes(&bytes)
        }
        Value::Address(address) => match super::operator::address_parts(address) {
            Some(parts) => format!("({})", joined(&parts, names)),
            None => text::address(address),
        },
    }
}

/// The value as Python's `str` would show it: text without quotes and unescaped, everything else as `repr`.
pub(super) fn str(value: &Value, names: &Names) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => repr(other, names),
    }
}

fn joined(values: &[Value], names: &Names) -> String {
    let shown: Vec<String> = values.iter().map(|value| repr(value, names)).collect();
    shown.join(", ")
}

fn kernel_object(what: &str, fd: i32, names: &Names) -> String {
    match names(fd) {
        Some(name) => format!("<{what} {name} fd={fd}>"),
        None => format!("<{what} fd={fd}>"),
    }
}

fn quote_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut text = format!("b{}", char::from(quote));
    text::escape_into(&mut text, bytes, quote);
    text.push(char::from(quote));
    text
}

fn quote(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut shown = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            character if character == quote => {
                shown.push('\\');
                shown.push(quote);
            }
            character if hidden(character) => {
                let number = u32::from(character);
                // Writing to a String cannot fail.
                let _ = match number {
                    0..=0xff => write!(shown, "\\x{number:02x}"),
                    0x100..=0xffff => write!(shown, "\\u{number:04x}"),
                    _ => write!(shown, "\\U{number:08x}"),
                };
            }
            character => shown.push(character),
        }
    }
    shown.push(quote);
    shown
}

/// Characters that act on a terminal or on the order of the text instead of being seen.
fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constant(name: &str, value: i64) -> Value {
        let name = name.to_owned();
        Value::Constant { value, name }
    }

    #[test]
    fn values_are_shown_as_python_shows_them() {
        let address = |text: &str| {
            let address: std::net::SocketAddr = text.parse().expect("a literal");
            Value::Address(address.into())
        };
        let cases = [
            (Value::None, "None"),
            (Value::Bool(true), "True"),
            (Value::Int(-5), "-5"),
            (Value::Float(1.0), "1.0"),
            (Value::Float(0.25), "0.25"),
            (constant("AF_INET", 2), "AF_INET"),
            (Value::Str("it's".into()), r#""it's""#),
            (
                Value::Str("a\n\u{1b}[31m\u{202e}é".into()),
                r"'a\n\x1b[31m\u202eé'",
            ),
            (Value::Bytes(b"\0'\"\xff".to_vec()), r#"b'\x00\'"\xff'"#),
            (Value::List(vec![Value::Int(1), Value::None]), "[1, None]"),
            (Value::Tuple(vec![Value::Int(1)]), "(1,)"),
            (Value::Tuple(vec![]), "()"),
            (Value::Socket(3), "<socket s fd=3>"),
            (Value::Socket(4), "<socket fd=4>"),
            (Value::Epoll(5), "<epoll fd=5>"),
            (address("127.0.0.1:80"), "('127.0.0.1', 80)"),
            (address("[::1]:80"), "('::1', 80, 0, 0)"),
            (Value::Address(Address::UnixUnnamed), "''"),
            (Value::Address(Address::UnixPath(b"./x".to_vec())), "'./x'"),
            (
                Value::Address(Address::UnixAbstract(b"x".to_vec())),
                r"b'\x00x'",
            ),
        ];
        for (value, expected) in cases {
            let shown = repr(&value, &|fd| (fd == 3).then(|| "s".to_owned()));
            assert_eq!(shown, expected);
        }
    }
}
