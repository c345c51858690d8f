//! Values as they are written in a filter, read as the kind that is wanted there. Not how they compare, which is `value.rs`.

use super::date;
use super::value::Literal;
use socklab_packets::schema::FieldKind;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A value as it was written, before its type is known.
#[derive(Clone, Debug)]
pub(super) enum Written<'a> {
    /// A word without quotes.
    Word(&'a str),
    /// A string.
    Quoted(Vec<u8>),
    /// A character.
    Character(u8),
}

impl Literal {
    /// Reads a value as one of this kind; `Err` says what is wrong where more can be said than that it is none.
    pub(super) fn read(written: Written<'_>, kind: FieldKind) -> Result<Self, Option<String>> {
        match (kind, written) {
            (FieldKind::Number(bits), Written::Word(word)) => number_of_bits(word, bits),
            (FieldKind::Number(_), Written::Character(byte)) => Ok(Self::Number(byte.into())),
            (FieldKind::Boolean, Written::Word(word)) => truth(word).map(Self::Truth).ok_or(None),
            (FieldKind::Boolean, Written::Character(byte)) => Ok(Self::Truth(byte != 0)),
            (FieldKind::Boolean, Written::Quoted(text)) => match &*text.to_ascii_lowercase() {
                b"set" | b"true" => Ok(Self::Truth(true)),
                b"not set" | b"false" => Ok(Self::Truth(false)),
                _ => Err(None),
            },
            (FieldKind::Date, Written::Word(word)) => {
                date::read(word).map(Self::Time).map_err(Some)
            }
            (FieldKind::Date, Written::Quoted(text)) => {
                let text = String::from_utf8_lossy(&text);
                date::read(&text).map(Self::Time).map_err(Some)
            }
            (FieldKind::Ipv4, Written::Word(word)) => {
                let (address, mask) = prefix::<Ipv4Addr>(word, 32)?;
                Ok(Self::Ipv4(address.to_bits(), mask as u32))
            }
            (FieldKind::Ipv6, Written::Word(word)) => {
                let (address, mask) = prefix::<Ipv6Addr>(word, 128)?;
                Ok(Self::Ipv6(address.to_bits(), mask))
            }
            (FieldKind::Mac, word @ Written::Word(_)) => match needle(word).ok_or(None)? {
                bytes if bytes.len() == 6 => Ok(Self::Bytes(bytes)),
                _ => Err(Some("a hardware address has six bytes".to_owned())),
            },
            (FieldKind::Time, Written::Word(word)) => seconds(word).map(Self::Time).ok_or(None),
            (FieldKind::Text, Written::Word(word)) => Ok(Self::Text(word.to_owned())),
            (FieldKind::Text, Written::Quoted(text)) => String::from_utf8(text)
                .map(Self::Text)
                .map_err(|_| Some("not UTF-8".to_owned())),
            (FieldKind::Text, Written::Character(byte)) if byte.is_ascii() => {
                Ok(Self::Text(char::from(byte).to_string()))
            }
            (FieldKind::Bytes | FieldKind::Protocol, written) => {
                needle(written).map(Self::Bytes).ok_or(None)
            }
            (
                FieldKind::Number(_) | FieldKind::Ipv4 | FieldKind::Ipv6 | FieldKind::Mac,
                Written::Quoted(text),
            ) => {
                let word = String::from_utf8_lossy(&text);
                let meant = Self::read(Written::Word(&word), kind).is_ok();
                Err(meant.then(|| format!("{} is written without quotes", kind.what())))
            }
            _ => Err(None),
        }
    }
}

/// Bytes to search for or to compare with: a string, a character, or pairs of hexadecimal digits.
pub(super) fn needle(written: Written<'_>) -> Option<Vec<u8>> {
    match written {
        // A colon in front says that bytes are meant, where a field could be too.
        Written::Word(word) => match word.strip_prefix(':') {
            Some(rest) if !rest.starts_with(':') => bytes(rest),
            _ => bytes(word),
        },
        Written::Quoted(text) => Some(text),
        Written::Character(byte) => Some(vec![byte]),
    }
}

/// Decimal, `0x` hexadecimal, `0b` binary, or octal after a leading 0, as in C.
pub(super) fn number(word: &str) -> Option<u64> {
    let (digits, radix) = if let Some(digits) = word.strip_prefix("0x").or(word.strip_prefix("0X"))
    {
        (digits, 16)
    } else if let Some(digits) = word.strip_prefix("0b").or(word.strip_prefix("0B")) {
        (digits, 2)
    } else if let Some(digits) = word.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        (digits, 8)
    } else {
        (word, 10)
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// A number for a field of so many bits.
fn number_of_bits(word: &str, bits: u8) -> Result<Literal, Option<String>> {
    let number = number(word).ok_or(None)?;
    let most = u64::MAX >> (64 - u32::from(bits.clamp(1, 64)));
    if number > most {
        return Err(Some(format!(
            "too big: the field has {bits} bits, at most {most}"
        )));
    }
    Ok(Literal::Number(number.into()))
}

fn truth(word: &str) -> Option<bool> {
    match word {
        "True" | "TRUE" | "true" => Some(true),
        "False" | "FALSE" | "false" => Some(false),
        _ => number(word).map(|number| number != 0),
    }
}

/// An address and, after a slash, how many of its bits count.
fn prefix<A: FromStr>(word: &str, bits: u32) -> Result<(A, u128), Option<String>> {
    let (address, length) = match word.split_once('/') {
        Some((address, length)) => {
            let length = length
                .parse()
                .ok()
                .filter(|length| *length <= bits)
                .ok_or_else(|| Some(format!("the prefix length goes from 0 to {bits}")))?;
            (address, length)
        }
        None => (word, bits),
    };
    let address = address.parse().map_err(|_| None)?;
    // A shift by all 128 bits is no shift; the prefix of length 0 has no bits that count.
    let ones = u128::MAX.checked_shl(bits - length).unwrap_or_default();
    Ok((address, ones))
}

/// Pairs of hexadecimal digits, with colons, dashes, dots or nothing between; a lone digit is a byte too.
fn bytes(word: &str) -> Option<Vec<u8>> {
    if let Some(digits) = word.strip_prefix("0x") {
        return pairs(digits).ok();
    }
    let groups: Vec<&str> = word.split([':', '-', '.']).collect();
    let mut out = Vec::new();
    for group in groups {
        match group.len() {
            1 => out.push(u8::from_str_radix(group, 16).ok()?),
            _ => out.extend(pairs(group).ok()?),
        }
    }
    Some(out)
}

fn pairs(digits: &str) -> Result<Vec<u8>, ()> {
    if digits.is_empty()
        || !digits.len().is_multiple_of(2)
        || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Err(());
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| ()))
        .collect()
}

/// Seconds with a fraction of at most nine digits, to nanoseconds; an `s` may follow.
fn seconds(word: &str) -> Option<i64> {
    let word = word.strip_suffix('s').unwrap_or(word);
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(fraction)
}
