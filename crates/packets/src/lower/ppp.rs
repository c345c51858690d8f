//! Serial lines: PPP, Cisco HDLC, frame relay, and PPP's session over Ethernet.

use super::llc::by_identifier;
use super::{Announced, Kind, Peeled};
use crate::fields::Fields;
use crate::headers::Malformed;
use crate::lower::Network;
use crate::names;
use crate::part::{Part, be16};
use crate::rows::{Form, Row, row};
use crate::schema::lower::{chdlc, fr, ppp, pppoe};

const SHORT: &str = "shorter than its header";

/// The byte before a frame that says who sent it.
pub(super) const DIRECTED: &[Row] = &[row(0..1, ppp::DIRECTION, Form::Hex)];

/// Cisco HDLC's address, control and type.
pub(super) const CHDLC: &[Row] = &[
    row(0..1, chdlc::ADDRESS, Form::Hex),
    row(1..2, chdlc::CONTROL, Form::Hex),
    row(2..4, chdlc::PROTOCOL, Form::Hex),
];

/// Version, type, code, session and length (RFC 2516 section 4).
pub(super) const PPPOE: &[Row] = &[
    row(0..1, pppoe::VERSION, Form::Bits(0xf0)),
    row(0..1, pppoe::TYPE, Form::Bits(0x0f)),
    row(1..2, pppoe::CODE, Form::Hex),
    row(2..4, pppoe::SESSION_ID, Form::Hex),
    row(4..6, pppoe::PAYLOAD_LENGTH, Form::Number),
];

/// Where PPP's protocol field stands, and its length: address and control may be left out, and so may its first byte
/// (RFC 1661 section 6.5, 6.6).
fn place(bytes: &[u8]) -> (usize, usize) {
    let at = if bytes.starts_with(&[0xff, 3]) { 2 } else { 0 };
    let odd = bytes.get(at).is_some_and(|byte| byte & 1 == 1);
    (at, if odd { 1 } else { 2 })
}

/// PPP.
pub(super) fn ppp(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(1, "ppp", SHORT)?;
    let (at, len) = place(bytes);
    let bytes = part.at_least(at + len, "ppp", SHORT)?;
    let number = if len == 1 {
        u16::from(bytes[at])
    } else {
        be16(bytes, at)
    };
    Ok(Peeled::new(part, at + len, by_protocol(number)))
}

fn by_protocol(number: u16) -> Announced {
    match number {
        0x0021 => Announced::Network(Network::Ipv4),
        0x0057 => Announced::Network(Network::Ipv6),
        0x0281 | 0x0283 => Announced::Header(Kind::Mpls),
        _ => Announced::BYTES,
    }
}

/// PPP's fields; which of them there are depends on their own bytes.
pub(super) fn protocol(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    let (at, len) = place(bytes);
    if at == 2 {
        fields.hex(0..1, ppp::ADDRESS);
        fields.hex(1..2, ppp::CONTROL);
    }
    let meaning = match be16(bytes, at) {
        _ if len == 1 => "",
        0x0021 => "IPv4",
        0x0057 => "IPv6",
        0x0281 => "MPLS",
        0xc021 => "Link Control Protocol",
        0xc023 => "Password Authentication Protocol",
        0xc223 => "Challenge Handshake Authentication Protocol",
        0x8021 => "IP Control Protocol",
        0x8057 => "IPv6 Control Protocol",
        _ => "",
    };
    fields.hex(at..at + len, ppp::PROTOCOL).mean(meaning);
}

/// PPP in HDLC framing, or Cisco's own.
pub(super) fn serial(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(2, "ppp", SHORT)?;
    let kind = match bytes[0] {
        0x0f | 0x8f => Kind::Chdlc,
        _ => Kind::Ppp,
    };
    Ok(Peeled::new(part, 0, Announced::Header(kind)))
}

/// A byte that says who sent the frame, then a frame of this kind.
pub(super) fn directed(part: Part<'_>, kind: Kind) -> Result<Peeled<'_>, Malformed> {
    part.at_least(1, "ppp", SHORT)?;
    Ok(Peeled::new(part, 1, Announced::Header(kind)))
}

/// Cisco HDLC.
pub(super) fn chdlc(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "chdlc", SHORT)?;
    Ok(Peeled::typed(part, 4, be16(bytes, 2)))
}

/// The bytes of a frame relay address: the last has its lowest bit set (Q.922 section 3.2).
fn address_len(bytes: &[u8]) -> usize {
    let last = bytes.iter().take(4).position(|byte| byte & 1 == 1);
    last.map_or(4, |last| last + 1).max(2)
}

/// Frame relay: an unnumbered information frame has an identifier of its network layer, Cisco's framing an ethertype instead.
pub(super) fn frame_relay(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(2, "fr", SHORT)?;
    let at = address_len(bytes);
    let bytes = part.at_least(at + 2, "fr", SHORT)?;
    if bytes[at] != 3 {
        return Ok(Peeled::typed(part, at + 2, be16(bytes, at)));
    }
    // A byte of padding may precede the identifier (RFC 2427 section 3).
    let at = if bytes[at + 1] == 0 { at + 2 } else { at + 1 };
    let (header, next) = by_identifier(part, at);
    Ok(Peeled::new(part, header, next))
}

/// Frame relay's address, and what follows it.
pub(super) fn address(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    let len = address_len(bytes).min(bytes.len());
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().take(len).enumerate() {
        let (bits, shift) = match index {
            1 => (byte >> 4, 4),
            2 if len == 4 => (byte >> 1, 7),
            _ => (byte >> 2, 6),
        };
        number = number << shift | u64::from(bits);
    }
    let value = crate::tree::FieldValue::Number(number);
    fields.value(0..len, fr::DLCI, value);
    if bytes.get(len) == Some(&3) {
        fields.hex(len..len + 1, fr::CONTROL);
        if bytes.len() > len + 1 {
            let at = bytes.len().min(len + 2);
            fields.hex(at - 1..at, fr::NLPID);
        }
    } else if bytes.len() >= len + 2 {
        let meaning = names::ethertype(be16(bytes, len));
        fields.hex(len..len + 2, fr::CHDLCTYPE).mean(meaning);
    }
}

/// A session of PPP over Ethernet.
pub(super) fn pppoe(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 6;
    let bytes = part.at_least(HEADER, "pppoes", SHORT)?;
    // Only code 0 is a session's data; the others are of the discovery that comes before it.
    let next = if bytes[1] == 0 {
        Announced::Header(Kind::Ppp)
    } else {
        Announced::BYTES
    };
    let length = usize::from(be16(bytes, 4));
    let peeled = Peeled::new(part, HEADER, next);
    Ok(Peeled {
        rest: peeled.rest.first(length),
        ..peeled
    })
}
