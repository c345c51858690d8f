//! A frame as layers and fields, each with the bytes it was read from: what `packet N`, the hex view, the filters and
//! JSON show. Built on demand for one frame; the fast path is `headers.rs`.

use super::headers::Span;
use std::net::{Ipv4Addr, Ipv6Addr};

/// One protocol of a frame, outermost first.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Wireshark's abbreviation: `eth`, `ip`, `tcp`, `data` …
    pub name: &'static str,
    /// The summary line, e.g. `Transmission Control Protocol, Src Port: 40312, Dst Port: 5000`.
    pub title: String,
    /// The bytes of this layer.
    pub span: Span,
    /// Its fields in the order of the bytes.
    pub fields: Vec<Field>,
}

/// One field: a name, a value, and the bytes it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Wireshark's field name, `tcp.flags.syn`; a contract for filters and JSON.
    pub name: &'static str,
    /// What a reader sees, e.g. `Flags`.
    pub label: &'static str,
    /// The value.
    pub value: FieldValue,
    /// The value in words where words say more (`SYN, ACK`, `Echo request`); empty where the value says it all.
    pub meaning: String,
    /// The bytes it was read from; empty for a value that was computed (`tcp.len`).
    pub span: Span,
    /// Parts of this field: the bits of a flags field, the parts of an option.
    pub children: Vec<Field>,
}

/// A field's value, typed so that filters can compare it.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Unsigned number, shown in decimal.
    Number(u64),
    /// Unsigned number, shown in hexadecimal with this many digits.
    Hex(u64, u8),
    /// A single bit.
    Flag(bool),
    /// Hardware address.
    Mac([u8; 6]),
    /// IPv4 address.
    Ipv4(Ipv4Addr),
    /// IPv6 address.
    Ipv6(Ipv6Addr),
    /// Text that was decoded; still untrusted, to be escaped before it is shown.
    Text(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// Nothing but presence (a label, a malformed mark).
    Present,
}
