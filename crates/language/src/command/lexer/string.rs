//! String and bytes literals with Python's prefixes and escapes, and `x"de ad"`.

use super::Lexeme;
use crate::command::diagnostic::{Diagnostic, quoted};

/// The beginning of a literal: its prefix and its quote.
pub(super) struct Opening {
    bytes: bool,
    raw: bool,
    format: bool,
    hexadecimal: bool,
    /// `"`, `'`, `"""` or `'''`.
    quote: &'static str,
    /// Length of prefix and quote.
    length: usize,
}

/// The literal that begins `rest`, if one does.
pub(super) fn opening(rest: &str) -> Option<Opening> {
    let prefix_length = rest
        .bytes()
        .take(3)
        .position(|byte| byte == b'"' || byte == b'\'')?;
    let prefix = rest[..prefix_length].to_ascii_lowercase();
    if !matches!(
        prefix.as_str(),
        "" | "b" | "r" | "u" | "f" | "x" | "rb" | "br" | "fr" | "rf"
    ) {
        return None;
    }
    let after = &rest[prefix_length..];
    let quote = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| after.starts_with(quote))?;
    Some(Opening {
        bytes: prefix.contains('b') || prefix == "x",
        raw: prefix.contains('r'),
        format: prefix.contains('f'),
        hexadecimal: prefix == "x",
        quote,
        length: prefix_length + quote.len(),
    })
}

/// The length up to and with the closing `quote` in `rest` on this line, backslashes respected.
pub(super) fn closing(rest: &str, quote: u8) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => return None,
            b'\\' => at += 1,
            byte if byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The value of a literal and its length. Spans of errors count from the start of `rest`.
pub(super) fn literal(
    rest: &str,
    opening: &Opening,
) -> Result<(Lexeme<'static>, usize), Diagnostic> {
    let body = &rest[opening.length..];
    let Some(end) = end_of_body(body, opening) else {
        let line = body.find('\n').unwrap_or(body.len());
        let help = format!("close it with {}", opening.quote);
        return Err(
            Diagnostic::new(0..opening.length + line, "this quote is never closed").helping(help),
        );
    };
    let length = opening.length + end + opening.quote.len();
    if opening.format {
        return Err(Diagnostic::new(0..length, "f-strings are not understood")
            .helping("join pieces with +, or give `print` several values: print \"got\", n"));
    }
    let body = &body[..end];
    let at_body = |error: Diagnostic| error.shifted(opening.length);
    let lexeme = if opening.hexadecimal {
        Lexeme::Bytes(hexadecimal(body).map_err(at_body)?)
    } else if opening.bytes {
        Lexeme::Bytes(bytes(body, opening.raw).map_err(at_body)?)
    } else if opening.raw {
        Lexeme::Str(body.to_owned())
    } else {
        Lexeme::Str(text(body).map_err(at_body)?)
    };
    Ok((lexeme, length))
}

fn end_of_body(body: &str, opening: &Opening) -> Option<usize> {
    let (bytes, quote) = (body.as_bytes(), opening.quote.as_bytes());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' if quote.len() == 1 => return None,
            b'\\' => at += 1,
            _ if bytes[at..].starts_with(quote) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn hexadecimal(body: &str) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::with_capacity(body.len() / 2);
    let mut half: Option<u8> = None;
    for (at, character) in body.char_indices() {
        match character.to_digit(16) {
            Some(digit) => match half.take() {
                Some(high) => bytes.push(high << 4 | digit as u8),
                None => half = Some(digit as u8),
            },
            None if half.is_none() && (character.is_ascii_whitespace() || character == ':') => {}
            None => {
                return Err(Diagnostic::new(
                    at..at + character.len_utf8(),
                    "not a pair of hexadecimal digits",
                )
                .helping("two digits for each byte, as in x\"de ad be ef\""));
            }
        }
    }
    match half {
        None => Ok(bytes),
        Some(_) => Err(
            Diagnostic::new(0..body.len(), "an odd number of hexadecimal digits")
                .helping("two digits for each byte"),
        ),
    }
}

fn bytes(body: &str, raw: bool) -> Result<Vec<u8>, Diagnostic> {
    if let Some((at, character)) = body
        .char_indices()
        .find(|(_, character)| !character.is_ascii())
    {
        let span = at..at + character.len_utf8();
        let message = format!("{} is not a byte", quoted(&body[span.clone()]));
        return Err(Diagnostic::new(span, message)
            .helping("a b\"…\" literal holds ASCII and \\xHH; drop the b to send UTF-8"));
    }
    if raw {
        return Ok(body.as_bytes().to_vec());
    }
    let mut bytes = Vec::with_capacity(body.len());
    unescape(body, false, |piece| match piece {
        Piece::Literal(text) => bytes.extend_from_slice(text.as_bytes()),
        // `unescape` gives numbers above 255 only where names of characters are asked for.
        Piece::Number(number) => bytes.push(number as u8),
    })?;
    Ok(bytes)
}

fn text(body: &str) -> Result<String, Diagnostic> {
    let mut text = String::with_capacity(body.len());
    unescape(body, true, |piece| match piece {
        Piece::Literal(literal) => text.push_str(literal),
        // `unescape` has refused what is no character.
        Piece::Number(number) => {
            text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    })?;
    Ok(text)
}

/// A piece of a literal: as it stands, or a character or byte by number.
enum Piece<'a> {
    Literal(&'a str),
    Number(u32),
}

/// Splits a literal at its escapes (Python's, "String and Bytes literals"). An unknown escape stays as it is, as in Python.
fn unescape(body: &str, unicode: bool, mut piece: impl FnMut(Piece<'_>)) -> Result<(), Diagnostic> {
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        piece(Piece::Literal(&rest[..at]));
        let offset = body.len() - rest.len() + at;
        let escape = &rest[at + 1..];
        let first = escape.chars().next().unwrap_or('\\');
        let mut length = 1 + first.len_utf8();
        match first {
            '\n' => {}
            '\\' | '\'' | '"' => piece(Piece::Number(u32::from(first))),
            'a' => piece(Piece::Number(7)),
            'b' => piece(Piece::Number(8)),
            't' => piece(Piece::Number(9)),
            'n' => piece(Piece::Number(10)),
            'v' => piece(Piece::Number(11)),
            'f' => piece(Piece::Number(12)),
            'r' => piece(Piece::Number(13)),
            '0'..='7' => {
                let digits = escape
                    .bytes()
                    .take(3)
                    .take_while(|byte| (b'0'..=b'7').contains(byte))
                    .count();
                length = 1 + digits;
                let number = u32::from_str_radix(&escape[..digits], 8).unwrap_or(0);
                piece(Piece::Number(if unicode { number } else { number & 0xff }));
            }
            'x' => {
                length = 4;
                piece(Piece::Number(numbered(escape, 2, offset)?));
            }
            'u' | 'U' if unicode => {
                let digits = if first == 'u' { 4 } else { 8 };
                length = 2 + digits;
                let number = numbered(escape, digits, offset)?;
                if char::from_u32(number).is_none() {
                    let span = offset..offset + length;
                    return Err(Diagnostic::new(
                        span,
                        "this number is not a Unicode character",
                    ));
                }
                piece(Piece::Number(number));
            }
            'N' if unicode => {
                return Err(Diagnostic::new(
                    offset..offset + 2,
                    "characters by name are not understood",
                )
                .helping("write the character itself, or \\uXXXX"));
            }
            _ => piece(Piece::Literal(&rest[at..at + length])),
        }
        rest = &rest[at + length..];
    }
    piece(Piece::Literal(rest));
    Ok(())
}

/// The number after `\x`, `\u` or `\U`, which takes exactly so many hexadecimal digits.
fn numbered(escape: &str, digits: usize, offset: usize) -> Result<u32, Diagnostic> {
    escape
        .get(1..=digits)
        .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .ok_or_else(|| {
            let letter = &escape[..1];
            Diagnostic::new(
                offset..offset + 2,
                format!("\\{letter} takes {digits} hexadecimal digits"),
            )
            .helping("write \\\\ for a backslash")
        })
}
