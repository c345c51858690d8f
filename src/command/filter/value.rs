//! Values: those of fields, those written in a filter, and how the two compare. Not where a field's values come from.

use super::expression::Relation;
use super::field::FieldKind;
use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A value of a field in a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datum<'a> {
    /// Nothing but presence.
    Present,
    /// A number, or a truth value as 0 or 1.
    Number(u64),
    /// A hardware address.
    Mac([u8; 6]),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A protocol: its own bytes, and those with all that it carries.
    Protocol(&'a [u8], &'a [u8]),
    /// Nanoseconds.
    Time(i64),
}

/// A value written in a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// A number.
    Number(u64),
    /// A truth value.
    Truth(bool),
    /// An IPv4 address and the bits of it that count.
    Ipv4(u32, u32),
    /// An IPv6 address and the bits of it that count.
    Ipv6(u128, u128),
    /// Text.
    Text(String),
    /// Bytes; also a hardware address.
    Bytes(Vec<u8>),
    /// Nanoseconds.
    Time(i64),
}

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

impl Datum<'_> {
    /// Gives the bytes to slice: of an address its octets, of a protocol those of its header.
    pub(super) fn with_bytes<R>(self, take: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Self::Mac(octets) => take(&octets),
            Self::Ipv4(address) => take(&address.octets()),
            Self::Ipv6(address) => take(&address.octets()),
            Self::Text(text) => take(text.as_bytes()),
            Self::Bytes(bytes) | Self::Protocol(bytes, _) => take(bytes),
            Self::Number(_) | Self::Time(_) | Self::Present => take(&[]),
        }
    }

    /// Gives the bytes to search; a protocol is searched to the end of what it carries.
    pub(super) fn with_searched<R>(self, search: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Self::Protocol(_, whole) => search(whole),
            other => other.with_bytes(search),
        }
    }

    /// Whether these bytes are in it.
    pub(super) fn contains(self, needle: &[u8]) -> bool {
        self.with_searched(|bytes| find(bytes, needle))
    }

    /// Compares with a value of a filter; `None` where the two are of different kinds.
    pub(super) fn compare(self, literal: &Literal) -> Option<Ordering> {
        Some(match (self, literal) {
            (Self::Number(own), Literal::Number(other)) => own.cmp(other),
            (Self::Number(own), Literal::Truth(other)) => (own != 0).cmp(other),
            (Self::Ipv4(own), Literal::Ipv4(other, mask)) => {
                (own.to_bits() & mask).cmp(&(other & mask))
            }
            (Self::Ipv6(own), Literal::Ipv6(other, mask)) => {
                (own.to_bits() & mask).cmp(&(other & mask))
            }
            (Self::Text(own), Literal::Text(other)) => own.cmp(other.as_str()),
            (Self::Time(own), Literal::Time(other)) => own.cmp(other),
            (_, Literal::Bytes(other)) => self.with_bytes(|own| compare_bytes(own, other)),
            _ => return None,
        })
    }

    /// Compares with the value of another field; `None` where the two are of different kinds.
    pub(super) fn compare_with(self, other: Datum<'_>) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Number(own), Datum::Number(other)) => own.cmp(&other),
            (Self::Time(own), Datum::Time(other)) => own.cmp(&other),
            (Self::Number(_) | Self::Time(_) | Self::Present, _)
            | (_, Datum::Number(_) | Datum::Time(_) | Datum::Present) => return None,
            (Self::Ipv4(own), Datum::Ipv4(other)) => own.cmp(&other),
            (Self::Ipv6(own), Datum::Ipv6(other)) => own.cmp(&other),
            _ => self.with_bytes(|own| other.with_bytes(|other| compare_bytes(own, other))),
        })
    }
}

impl Relation {
    /// Whether values that compare so stand in this relation.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

/// The shorter is the lesser, as in Wireshark; of the same length, the first byte that differs decides.
fn compare_bytes(own: &[u8], other: &[u8]) -> Ordering {
    own.len().cmp(&other.len()).then_with(|| own.cmp(other))
}

/// Whether `needle` lies in `bytes`; an empty one lies nowhere, as in Wireshark. The work is bounded by the product of the lengths, and in practice by the search for the
/// first byte.
fn find(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else {
        return false;
    };
    let mut bytes = bytes;
    while let Some(at) = bytes.iter().position(|byte| byte == first) {
        bytes = &bytes[at + 1..];
        if bytes.starts_with(rest) {
            return true;
        }
    }
    false
}

impl Literal {
    /// Reads a value as one of this kind; `Err` says what is wrong where more can be said than that it is none.
    pub(super) fn read(written: Written<'_>, kind: FieldKind) -> Result<Self, Option<String>> {
        match (kind, written) {
            (FieldKind::Number(bits), Written::Word(word)) => {
                let number = number(word).ok_or(None)?;
                let most = u64::MAX >> (64 - u32::from(bits.clamp(1, 64)));
                if number > most {
                    return Err(Some(format!(
                        "too big: the field has {bits} bits, at most {most}"
                    )));
                }
                Ok(Self::Number(number))
            }
            (FieldKind::Number(_), Written::Character(byte)) => Ok(Self::Number(byte.into())),
            (FieldKind::Boolean, Written::Word(word)) => truth(word).map(Self::Truth).ok_or(None),
            (FieldKind::Ipv4, Written::Word(word)) => {
                let (address, mask) = prefix::<Ipv4Addr>(word, 32)?;
                Ok(Self::Ipv4(address.to_bits(), mask as u32))
            }
            (FieldKind::Ipv6, Written::Word(word)) => {
                let (address, mask) = prefix::<Ipv6Addr>(word, 128)?;
                Ok(Self::Ipv6(address.to_bits(), mask))
            }
            (FieldKind::Mac, Written::Word(word)) => {
                let bytes = bytes(word).ok_or(None)?;
                if bytes.len() == 6 {
                    Ok(Self::Bytes(bytes))
                } else {
                    Err(Some("a hardware address has six bytes".to_owned()))
                }
            }
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
            _ => Err(None),
        }
    }
}

/// Bytes to search for or to compare with: a string, a character, or pairs of hexadecimal digits.
pub(super) fn needle(written: Written<'_>) -> Option<Vec<u8>> {
    match written {
        Written::Word(word) => bytes(word),
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

/// Seconds with a fraction of at most nine digits, to nanoseconds.
fn seconds(word: &str) -> Option<i64> {
    let (negative, word) = match word.strip_prefix('-') {
        Some(word) => (true, word),
        None => (false, word),
    };
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<9}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    let time = whole.checked_mul(1_000_000_000)?.checked_add(fraction)?;
    Some(if negative { -time } else { time })
}
