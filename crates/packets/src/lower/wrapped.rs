//! What capture tools and firewalls wrap a packet in: PKTAP, Juniper, NFLOG, IPNET, InfiniBand, PF.

use super::{Announced, Peeled, by_version};
use crate::headers::{LinkType, Malformed};
use crate::lower::Network;
use crate::part::{Part, be16, be32};
use crate::rows::{Form, Row, row};
use crate::schema::lower::{enc, ipnet, ipoib, juniper, nflog, pflog, pktap};

const SHORT: &str = "shorter than its header";
const BEYOND: &str = "the length reaches past the end of the frame";

/// Length, record type and link type, all little-endian.
pub(super) const PKTAP: &[Row] = &[
    row(0..4, pktap::HDRLEN, Form::Little),
    row(4..8, pktap::RECTYPE, Form::Little),
    row(8..12, pktap::DLT, Form::Little),
];

/// Magic number, flags and the length of the extensions.
pub(super) const JUNIPER: &[Row] = &[
    row(0..3, juniper::MAGIC_NUMBER, Form::Hex),
    row(3..4, juniper::DIRECTION, Form::Bits(0x01)),
    row(3..4, juniper::L2HDR, Form::Bits(0x02)),
];

/// Family, version and resource of a log message.
pub(super) const NFLOG: &[Row] = &[
    row(0..1, nflog::FAMILY, Form::Number),
    row(1..2, nflog::VERSION, Form::Number),
    row(2..4, nflog::RES_ID, Form::Number),
];

/// Version, family, hook, length, interface and zones.
pub(super) const IPNET: &[Row] = &[
    row(0..1, ipnet::VERSION, Form::Number),
    row(1..2, ipnet::FAMILY, Form::Number),
    row(2..4, ipnet::HTYPE, Form::Number),
    row(4..8, ipnet::PKTLEN, Form::Number),
    row(8..12, ipnet::IFINDEX, Form::Number),
];

/// The destination and the type.
pub(super) const IPOIB: &[Row] = &[
    row(20..24, ipoib::DADDR_QPN, Form::Hex),
    row(24..40, ipoib::DGID, Form::Ipv6),
    row(40..42, ipoib::TYPE, Form::Hex),
];

/// Length, family, verdict and reason.
pub(super) const PFLOG: &[Row] = &[
    row(0..1, pflog::LENGTH, Form::Number),
    row(1..2, pflog::AF, Form::Number),
    row(2..3, pflog::ACTION, Form::Number),
    row(3..4, pflog::REASON, Form::Number),
];

/// The security association a packet came through.
pub(super) const ENC: &[Row] = &[
    row(4..8, enc::SPI, Form::Hex),
    row(8..12, enc::FLAGS, Form::Hex),
];

fn little_32(bytes: &[u8], at: usize) -> u32 {
    be32(bytes, at).swap_bytes()
}

/// Apple's header before a frame of the link it names.
pub(super) fn pktap(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(12, "pktap", SHORT)?;
    let header = little_32(bytes, 0) as usize;
    if header < 12 {
        return Err(part.malformed("pktap", "the length is less than 12", 0));
    }
    part.at_least(header, "pktap", BEYOND)?;
    let next = u16::try_from(little_32(bytes, 8))
        .map_or(Announced::BYTES, |link| Announced::Frame(LinkType(link)));
    Ok(Peeled::new(part, header, next))
}

/// Juniper's magic number and extensions before an Ethernet frame.
pub(super) fn juniper(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const EXTENDED: u8 = 0x80;
    const NO_LINK_HEADER: u8 = 0x02;
    let bytes = part.at_least(4, "juniper", SHORT)?;
    if !bytes.starts_with(&[0x4d, 0x47, 0x43]) {
        return Err(part.malformed("juniper", "the magic number is not 4d 47 43", 0));
    }
    let mut header = 4;
    if bytes[3] & EXTENDED != 0 {
        let bytes = part.at_least(6, "juniper", SHORT)?;
        header = 6 + usize::from(be16(bytes, 4));
    }
    part.at_least(header, "juniper", BEYOND)?;
    let next = if bytes[3] & NO_LINK_HEADER == 0 {
        Announced::Frame(LinkType::ETHERNET)
    } else {
        by_version(part.skip(header))
    };
    Ok(Peeled::new(part, header, next))
}

/// A message of the netfilter log: attributes in the byte order of the machine, of which one is the packet.
pub(super) fn nflog(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const PAYLOAD: u16 = 9;
    let bytes = part.at_least(4, "nflog", SHORT)?;
    let next = match bytes[0] {
        2 => Announced::Network(Network::Ipv4),
        10 => Announced::Network(Network::Ipv6),
        _ => Announced::BYTES,
    };
    let mut at = 4;
    while at + 4 <= bytes.len() {
        let (length, kind) = attribute(bytes, at);
        if length < 4 {
            break;
        }
        if kind == PAYLOAD {
            let peeled = Peeled::new(part, at + 4, next);
            return Ok(Peeled {
                rest: peeled.rest.first(length - 4),
                ..peeled
            });
        }
        at += length.next_multiple_of(4);
    }
    Ok(Peeled::new(part, 4, Announced::BYTES))
}

/// Length and kind of an attribute, in the byte order in which the length is the smaller number.
fn attribute(bytes: &[u8], at: usize) -> (usize, u16) {
    let (length, kind) = (be16(bytes, at), be16(bytes, at + 2));
    if length.swap_bytes() < length {
        (length.swap_bytes().into(), kind.swap_bytes())
    } else {
        (length.into(), kind)
    }
}

/// Solaris: the family says which packet it is.
pub(super) fn ipnet(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 24;
    let bytes = part.at_least(HEADER, "ipnet", SHORT)?;
    let next = match bytes[1] {
        2 => Announced::Network(Network::Ipv4),
        26 => Announced::Network(Network::Ipv6),
        _ => Announced::BYTES,
    };
    Ok(Peeled::new(part, HEADER, next))
}

/// InfiniBand: a route, a destination, then an ethertype and two bytes that are reserved (RFC 4391 section 6).
pub(super) fn ipoib(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 44;
    let bytes = part.at_least(HEADER, "ipoib", SHORT)?;
    Ok(Peeled::typed(part, HEADER, be16(bytes, 40)))
}

/// OpenBSD's packet filter: the length is rounded up to words.
pub(super) fn pflog(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "pflog", SHORT)?;
    let header = usize::from(bytes[0]).next_multiple_of(4);
    if header < 4 {
        return Err(part.malformed("pflog", "the length is less than 4", 0));
    }
    part.at_least(header, "pflog", BEYOND)?;
    let next = match bytes[1] {
        2 => Announced::Network(Network::Ipv4),
        24 | 28 | 30 => Announced::Network(Network::Ipv6),
        _ => Announced::BYTES,
    };
    Ok(Peeled::new(part, header, next))
}

/// OpenBSD's interface for decapsulated packets.
pub(super) fn enc(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 12;
    part.at_least(HEADER, "enc", SHORT)?;
    Ok(Peeled::new(part, HEADER, by_version(part.skip(HEADER))))
}
