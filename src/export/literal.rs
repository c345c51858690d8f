//! Bytes and numbers as the languages write them, and what an unknown constant is worth.

use crate::catalog::constant::constant;
use std::fmt::Write as _;

/// The inside of a string of C: octal escapes, because a hexadecimal one has no end.
pub(super) fn c_bytes(bytes: &[u8]) -> String {
    let text = escaped(bytes, |text, byte| {
        let _ = write!(text, "\\{byte:03o}");
    });
    // `??=` and its like were once other characters.
    text.replace('?', "\\077")
}

/// The inside of a byte string of Python or Rust.
pub(super) fn hex_bytes(bytes: &[u8]) -> String {
    escaped(bytes, |text, byte| {
        let _ = write!(text, "\\x{byte:02x}");
    })
}

/// The inside of a string of Python: what is not ASCII or could end a line is escaped.
pub(super) fn text(content: &str) -> String {
    let mut text = String::new();
    for next in content.chars() {
        let number = u32::from(next);
        // Writing into a String cannot fail.
        let _ = match next {
            '"' | '\\' => write!(text, "\\{next}"),
            '\n' => write!(text, "\\n"),
            '\r' => write!(text, "\\r"),
            '\t' => write!(text, "\\t"),
            ' '..='~' => write!(text, "{next}"),
            _ if number < 0x100 => write!(text, "\\x{number:02x}"),
            _ if number < 0x1_0000 => write!(text, "\\u{number:04x}"),
            _ => write!(text, "\\U{number:08x}"),
        };
    }
    text
}

fn escaped(bytes: &[u8], odd: impl Fn(&mut String, u8)) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(*byte));
            }
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => odd(&mut text, *byte),
        }
    }
    text
}

/// A line of the session for a comment: nothing in it ends the comment or goes on in the next line.
pub(super) fn comment(shown: &str) -> String {
    let mut text: String = shown
        .chars()
        .map(|next| {
            if next.is_ascii_graphic() || next == ' ' || next == '…' {
                next
            } else {
                '?'
            }
        })
        .collect();
    if text.chars().count() > 110 {
        text = text.chars().take(110).collect();
        text.push('…');
    }
    if text.ends_with('\\') {
        text.push('.');
    }
    text
}

/// The names in `A|B`; numbers are left out.
pub(super) fn names(flags: &str) -> impl Iterator<Item = &str> {
    flags
        .split('|')
        .filter(|part| part.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// What a constant is worth on Linux, as an int of C (EPOLLET is its highest bit); 0 for one that is not known.
pub(super) fn value(name: &str) -> i32 {
    constant(name).map_or(0, |constant| constant.value as i32)
}
