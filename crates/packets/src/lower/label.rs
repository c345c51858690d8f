//! Labels and tags between Ethernet and the packet: MPLS, 802.1Q inside another header, MACsec, NSH, Arista's time stamp.

use super::{Announced, Kind, Peeled, by_version};
use crate::headers::{LinkType, Malformed};
use crate::lower::Network;
use crate::part::{Part, be16, be32};
use crate::rows::{Form, Row, row};
use crate::schema::link::vlan;
use crate::schema::lower::{avsp, macsec, mpls, nsh};

const SHORT: &str = "shorter than its header";

/// Label, traffic class, bottom of stack and time to live (RFC 3032 section 2.1).
pub(super) const MPLS: &[Row] = &[
    row(0..4, mpls::LABEL, Form::Bits(0xffff_f000)),
    row(0..4, mpls::EXP, Form::Bits(0xe00)),
    row(0..4, mpls::BOTTOM, Form::Bits(0x100)),
    row(3..4, mpls::TTL, Form::Number),
];

/// An 802.1Q tag.
pub(super) const VLAN: &[Row] = &[
    row(0..2, vlan::PRIORITY, Form::Bits(0xe000)),
    row(0..2, vlan::DEI, Form::Flag(0x1000)),
    row(0..2, vlan::ID, Form::Bits(0x0fff)),
    row(2..4, vlan::ETYPE, Form::Hex),
];

/// The security tag of 802.1AE.
pub(super) const MACSEC: &[Row] = &[
    row(0..1, macsec::TCI_ES, Form::Flag(0x40)),
    row(0..1, macsec::TCI_SC, Form::Flag(0x20)),
    row(0..1, macsec::TCI_E, Form::Flag(0x08)),
    row(0..1, macsec::TCI_C, Form::Flag(0x04)),
    row(0..1, macsec::AN, Form::Bits(0x03)),
    row(1..2, macsec::SL, Form::Number),
    row(2..6, macsec::PN, Form::Number),
    row(6..12, macsec::SCI_SYSTEM_IDENTIFIER, Form::Mac),
    row(12..14, macsec::SCI_PORT_IDENTIFIER, Form::Number),
];

/// The base and service path headers of RFC 8300.
pub(super) const NSH: &[Row] = &[
    row(0..1, nsh::VERSION, Form::Bits(0xc0)),
    row(0..2, nsh::TTL, Form::Bits(0x0fc0)),
    row(1..2, nsh::LENGTH, Form::Bits(0x3f)),
    row(2..3, nsh::MDTYPE, Form::Bits(0x0f)),
    row(3..4, nsh::NEXTPROTO, Form::Number),
    row(4..7, nsh::SPI, Form::Number),
    row(7..8, nsh::SI, Form::Number),
];

/// Arista's sub type and version.
pub(super) const AVSP: &[Row] = &[
    row(0..2, avsp::SUB_TYPE, Form::Hex),
    row(2..4, avsp::VER, Form::Hex),
];

/// One entry of a label stack. What lies under the last one is told by its first byte, as routers do (RFC 4928).
pub(super) fn mpls(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "mpls", SHORT)?;
    let next = if bytes[2] & 1 == 0 {
        Announced::Header(Kind::Mpls)
    } else {
        by_version(part.skip(4))
    };
    Ok(Peeled::new(part, 4, next))
}

/// A tag inside another header.
pub(super) fn vlan(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "vlan", "shorter than the 4 bytes of a tag")?;
    Ok(Peeled {
        vlan: Some(be16(bytes, 0) & 0x0fff),
        ..Peeled::typed(part, 4, be16(bytes, 2))
    })
}

/// The label or identifier is what one looks for first.
pub(super) fn name(kind: Kind, part: Part<'_>, title: &mut String) {
    let bytes = part.bytes();
    let named = match kind {
        Kind::Mpls => format!(", Label: {}", be32(bytes, 0) >> 12),
        _ => format!(", ID: {}", be16(bytes, 0) & 0x0fff),
    };
    title.push_str(&named);
}

/// MACsec: what is encrypted stays bytes; behind it comes a check value of 16 bytes (IEEE 802.1AE section 9).
pub(super) fn macsec(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const CHECK_VALUE: usize = 16;
    let bytes = part.at_least(6, "macsec", SHORT)?;
    let (encrypted, channel) = (bytes[0] & 0x0c != 0, bytes[0] & 0x20 != 0);
    let tag = if channel { 14 } else { 6 };
    let bytes = part.at_least(tag, "macsec", SHORT)?;
    let peeled = if encrypted || bytes.len() < tag + 2 {
        Peeled::new(part, tag, Announced::BYTES)
    } else {
        Peeled::typed(part, tag + 2, be16(bytes, tag))
    };
    let rest = peeled.rest;
    Ok(Peeled {
        rest: rest.first(rest.wire_len().saturating_sub(CHECK_VALUE)),
        ..peeled
    })
}

/// The network service header.
pub(super) fn nsh(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(8, "nsh", SHORT)?;
    let header = usize::from(bytes[1] & 0x3f) * 4;
    if header < 8 {
        return Err(part.malformed("nsh", "the length is less than the 8 bytes it must have", 1));
    }
    let next = match bytes[3] {
        1 => Announced::Network(Network::Ipv4),
        2 => Announced::Network(Network::Ipv6),
        3 => Announced::Frame(LinkType::ETHERNET),
        4 => Announced::Header(Kind::Nsh),
        5 => Announced::Header(Kind::Mpls),
        _ => Announced::BYTES,
    };
    part.at_least(
        header,
        "nsh",
        "the length reaches past the end of the frame",
    )?;
    Ok(Peeled::new(part, header, next))
}

/// Arista's time stamp of eight or six bytes, then the type that was there before.
pub(super) fn avsp(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "avsp", SHORT)?;
    let header = match (be16(bytes, 0), be16(bytes, 2)) {
        (1, 0x0010 | 0x0110) => 14,
        (1, 0x0020 | 0x0120) => 12,
        _ => return Ok(Peeled::new(part, 4, Announced::BYTES)),
    };
    let bytes = part.at_least(header, "avsp", SHORT)?;
    Ok(Peeled::typed(part, header, be16(bytes, header - 2)))
}
