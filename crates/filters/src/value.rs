//! Values: those of fields, those written in a filter, and how the two compare. Not where a field's values come from, nor how one is
//! written.

use super::expression::Relation;
use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A value of a field in a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Datum<'a> {
    /// Nothing but presence.
    Present,
    /// A number, or a truth value as 0 or 1. What is calculated is exact: no field has so many bits.
    Number(i128),
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

/// A value written in a filter. Their order is that of no filter: it only brings the same ones together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Literal {
    /// A number.
    Number(i128),
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

impl Datum<'_> {
    /// Itself, to be kept; nothing but presence cannot be.
    pub(super) fn kept(self) -> Option<Literal> {
        Some(match self {
            Self::Present => return None,
            Self::Number(number) => Literal::Number(number),
            Self::Mac(octets) => Literal::Bytes(octets.to_vec()),
            Self::Ipv4(address) => Literal::Ipv4(address.to_bits(), u32::MAX),
            Self::Ipv6(address) => Literal::Ipv6(address.to_bits(), u128::MAX),
            Self::Text(text) => Literal::Text(text.to_owned()),
            Self::Bytes(bytes) | Self::Protocol(bytes, _) => Literal::Bytes(bytes.to_vec()),
            Self::Time(time) => Literal::Time(time),
        })
    }

    /// True for zero: no bit of it is set.
    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Present => false,
            Self::Number(number) => number == 0,
            Self::Time(time) => time == 0,
            other => other.with_bytes(|bytes| bytes.iter().all(|byte| *byte == 0)),
        }
    }

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
            (Self::Text(own), Datum::Text(other)) => own.cmp(other),
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
    /// Itself as the value of a field.
    pub(super) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Number(number) => Datum::Number(*number),
            Self::Truth(truth) => Datum::Number((*truth).into()),
            Self::Ipv4(address, _) => Datum::Ipv4(Ipv4Addr::from_bits(*address)),
            Self::Ipv6(address, _) => Datum::Ipv6(Ipv6Addr::from_bits(*address)),
            Self::Text(text) => Datum::Text(text),
            Self::Bytes(bytes) => Datum::Bytes(bytes),
            Self::Time(time) => Datum::Time(*time),
        }
    }
}
