//! Logical link control and the links that carry it: 802.5, FDDI, Fibre Channel, ATM; and ARCNET, which does without.

use super::{Announced, Kind, Peeled, by_type, by_version};
use crate::fields::Fields;
use crate::headers::{Ethernet, LinkType, Malformed};
use crate::lower::Network;
use crate::names;
use crate::part::{Part, be16, mac};
use crate::rows::{Form, Row, row};
use crate::schema::lower::{arcnet, atm, fddi, llc, tr};

const SHORT: &str = "shorter than its header";

/// Destination, source and control of 802.2.
pub(super) const LLC: &[Row] = &[
    row(0..1, llc::DSAP, Form::Hex),
    row(1..2, llc::SSAP, Form::Hex),
    row(2..3, llc::CONTROL, Form::Hex),
];

/// The access and frame control and the addresses of 802.5.
pub(super) const TOKEN_RING: &[Row] = &[
    row(0..1, tr::AC, Form::Hex),
    row(1..2, tr::FC, Form::Hex),
    row(2..8, tr::DST, Form::Mac),
    row(8..14, tr::SRC, Form::Mac),
];

/// Frame control and addresses of FDDI.
pub(super) const FDDI: &[Row] = &[
    row(0..1, fddi::FC, Form::Hex),
    row(1..7, fddi::DST, Form::Mac),
    row(7..13, fddi::SRC, Form::Mac),
];

/// ARCNET without an offset.
pub(super) const ARCNET: &[Row] = &[
    row(0..1, arcnet::SRC, Form::Hex),
    row(1..2, arcnet::DST, Form::Hex),
    row(2..3, arcnet::PROTID, Form::Hex),
    row(3..4, arcnet::SPLIT_FLAG, Form::Number),
    row(4..6, arcnet::SEQUENCE, Form::Number),
];

/// ARCNET as Linux has it.
pub(super) const ARCNET_LINUX: &[Row] = &[
    row(0..1, arcnet::SRC, Form::Hex),
    row(1..2, arcnet::DST, Form::Hex),
    row(2..4, arcnet::OFFSET, Form::Bytes),
    row(4..5, arcnet::PROTID, Form::Hex),
    row(5..6, arcnet::SPLIT_FLAG, Form::Number),
    row(6..8, arcnet::SEQUENCE, Form::Number),
];

/// What SunATM puts before a cell's payload.
pub(super) const ATM: &[Row] = &[
    row(1..2, atm::VPI, Form::Number),
    row(2..4, atm::VCI, Form::Number),
];

/// 802.2, with SNAP where the addresses say so. A packet that comes without (ATM, RFC 2684) is told by its first byte.
pub(super) fn llc(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(3, "llc", SHORT)?;
    match (bytes[0], bytes[1], bytes[2]) {
        (0xaa, 0xaa, 3) => {
            let bytes = part.at_least(8, "llc", SHORT)?;
            let number = be16(bytes, 6);
            let organization = [bytes[3], bytes[4], bytes[5]];
            Ok(match (organization, number) {
                // Bridged frames; over ATM two bytes of padding precede them, which nothing tells (RFC 2684 section 5.2).
                ([0, 0x80, 0xc2], 1 | 7) => {
                    Peeled::new(part, 8, Announced::Frame(LinkType::ETHERNET))
                }
                ([0, 0, 0 | 0xf8], _) => Peeled::typed(part, 8, number),
                _ => Peeled::new(part, 8, Announced::BYTES),
            })
        }
        // IPX without 802.2: the first bytes are a checksum that nobody computes.
        (0xff, 0xff, _) => Ok(Peeled::new(part, 0, Announced::BYTES)),
        (0x06, 0x06, _) => Ok(Peeled::new(part, 3, by_version(part.skip(3)))),
        // The network layer's protocol identifiers of ISO, over frame relay and ATM (RFC 2684 section 6).
        (0xfe, 0xfe, 3) if bytes.get(3) == Some(&0xcc) => {
            Ok(Peeled::new(part, 4, Announced::Network(Network::Ipv4)))
        }
        (0xfe, 0xfe, 3) if bytes.get(3) == Some(&0x8e) => {
            Ok(Peeled::new(part, 4, Announced::Network(Network::Ipv6)))
        }
        _ => {
            // Information and supervision have a control field of two bytes (IEEE 802.2 section 5.2).
            let header = if bytes[2] & 3 == 3 { 3 } else { 4 };
            Ok(Peeled::new(part, header, Announced::BYTES))
        }
    }
}

/// The organization and type of SNAP.
pub(super) fn snap(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    if bytes.len() < 8 {
        return;
    }
    let number = be16(bytes, 6);
    fields.hex(3..6, llc::OUI);
    fields.hex(6..8, llc::TYPE).mean(names::ethertype(number));
}

/// 802.5: a source address with its first bit set is followed by a route.
pub(super) fn token_ring(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 14;
    let bytes = part.at_least(HEADER, "tr", SHORT)?;
    let route = match bytes.get(HEADER) {
        Some(length) if bytes[8] & 0x80 != 0 => usize::from(length & 0x1f),
        _ => 0,
    };
    let next = if bytes[1] & 0xc0 == 0x40 {
        Announced::Header(Kind::Llc)
    } else {
        Announced::BYTES
    };
    Ok(addressed(part, HEADER + route, next, 2))
}

/// FDDI: only frames of the asynchronous class carry 802.2.
pub(super) fn fddi(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    const HEADER: usize = 13;
    let bytes = part.at_least(HEADER, "fddi", SHORT)?;
    let next = if matches!(bytes[0], 0x50..=0x5f) {
        Announced::Header(Kind::Llc)
    } else {
        Announced::BYTES
    };
    Ok(addressed(part, HEADER, next, 1))
}

/// A header with a destination at `at` and a source behind it.
fn addressed(part: Part<'_>, header: usize, next: Announced, at: usize) -> Peeled<'_> {
    let bytes = part.bytes();
    Peeled {
        ethernet: Some(Ethernet {
            dst: mac(bytes, at),
            src: mac(bytes, at + 6),
        }),
        ..Peeled::new(part, header, next)
    }
}

/// ARCNET; `at` is where its protocol stands. The newer protocols (RFC 1201) say whether the packet was split, the older ones
/// (RFC 1051) do not.
pub(super) fn arcnet(part: Part<'_>, at: usize) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(at + 1, "arcnet", SHORT)?;
    let (next, numbered) = match bytes[at] {
        212 => (Announced::Network(Network::Ipv4), true),
        213 | 214 => (Announced::Network(Network::Arp), true),
        196 => (Announced::Network(Network::Ipv6), true),
        240 => (Announced::Network(Network::Ipv4), false),
        241 => (Announced::Network(Network::Arp), false),
        _ => (Announced::BYTES, true),
    };
    if !numbered {
        return Ok(Peeled::new(part, at + 1, next));
    }
    let bytes = part.at_least(at + 4, "arcnet", SHORT)?;
    // An exception packet says so, then has the flag and the number once more.
    let header = if bytes[at + 1] == 0xff {
        at + 8
    } else {
        at + 4
    };
    let flag = bytes.get(header - 3).copied().unwrap_or_default();
    // Of a packet that was split only the first part has a network header.
    let next = if flag & 1 == 0 && flag > 0 {
        Announced::BYTES
    } else {
        next
    };
    Ok(Peeled::new(part, header, next))
}

/// Fibre Channel's network header, then 802.2.
pub(super) fn fibre_channel(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    part.at_least(16, "ipfc", SHORT)?;
    Ok(Peeled::new(part, 16, Announced::Header(Kind::Llc)))
}

/// SunATM: the lower four bits of the flags say what the circuit carries.
pub(super) fn atm(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(4, "atm", SHORT)?;
    let next = match bytes[0] & 0x0f {
        2 => Announced::Header(Kind::Llc),
        _ => Announced::BYTES,
    };
    Ok(Peeled::new(part, 4, next))
}

/// What the network layer's protocol identifier of frame relay announces (RFC 2427 section 5), and how many bytes it has.
pub(super) fn by_identifier(part: Part<'_>, at: usize) -> (usize, Announced) {
    let bytes = part.bytes();
    match bytes.get(at) {
        Some(0xcc) => (at + 1, Announced::Network(Network::Ipv4)),
        Some(0x8e) => (at + 1, Announced::Network(Network::Ipv6)),
        Some(0x80) if bytes.len() >= at + 6 => {
            let number = be16(bytes, at + 4);
            match (bytes[at + 1], bytes[at + 2], bytes[at + 3]) {
                (0, 0, 0) => (at + 6, by_type(number)),
                (0, 0x80, 0xc2) if matches!(number, 1 | 7) => {
                    (at + 6, Announced::Frame(LinkType::ETHERNET))
                }
                _ => (at + 6, Announced::BYTES),
            }
        }
        _ => (at, Announced::BYTES),
    }
}
