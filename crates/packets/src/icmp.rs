//! ICMP (RFC 792) and ICMPv6 (RFC 4443) headers, and the packet an error quotes. Not neighbour discovery (`ndp.rs`).

use super::headers::{Icmp, Malformed, Outline, Quoted};
use super::ipv4;
use super::ipv6;
use super::part::{Decoded, Part, be16};
use super::{tcp, udp};
use std::net::IpAddr;

/// Bytes before the data of an echo and before the packet that an error quotes.
pub(super) const HEADER: usize = 8;
/// Bytes every message has.
const LEAST: usize = 4;
/// The one type of ICMP that quotes a packet nothing is wrong with. ICMPv6 has no type of this number.
const REDIRECT: u8 = 5;

/// IP protocol numbers.
pub(super) mod proto {
    pub(crate) const ICMP: u8 = 1;
    pub(crate) const IGMP: u8 = 2;
    pub(crate) const IN_IPV4: u8 = 4;
    pub(crate) const TCP: u8 = 6;
    pub(crate) const UDP: u8 = 17;
    pub(crate) const IN_IPV6: u8 = 41;
    pub(crate) const GRE: u8 = 47;
    pub(crate) const ICMPV6: u8 = 58;
}

/// Which of the two protocols a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// ICMP, for IPv4.
    V4,
    /// ICMPv6.
    V6,
}

impl Version {
    /// The abbreviation of the layer.
    pub(super) fn layer(self) -> &'static str {
        match self {
            Self::V4 => "icmp",
            Self::V6 => "icmpv6",
        }
    }

    /// True when a message of this type has an identifier and a sequence number: echo and, for ICMP, timestamp,
    /// information and address mask.
    pub(super) fn has_echo(self, kind: u8) -> bool {
        match self {
            Self::V4 => matches!(kind, 0 | 8 | 13..=18),
            Self::V6 => matches!(kind, 128 | 129),
        }
    }

    /// True when a message of this type quotes the packet it is about.
    pub(super) fn quotes(self, kind: u8) -> bool {
        match self {
            Self::V4 => matches!(kind, 3 | 4 | 5 | 11 | 12),
            Self::V6 => matches!(kind, 1..=4),
        }
    }
}

/// Reads a message header. `rest` is what follows its eight bytes: the data of an echo, or the quoted packet.
pub(super) fn decode(part: Part<'_>, version: Version) -> Result<Decoded<'_, Icmp>, Malformed> {
    let layer = version.layer();
    let bytes = part.at_least(LEAST, layer, "shorter than the 4 bytes of a header")?;
    let kind = bytes[0];
    let full = version.has_echo(kind) || version.quotes(kind);
    let malformed = match part.at_least(HEADER, layer, "shorter than the 8 bytes of a header") {
        Err(malformed) if full => Some(malformed),
        _ => None,
    };
    let echo = malformed.is_none() && version.has_echo(kind);
    let header = Icmp {
        kind,
        code: bytes[1],
        checksum: be16(bytes, 2),
        echo: echo.then(|| (be16(bytes, 4), be16(bytes, 6))),
        quoted: quote(part, version, kind).and_then(|quote| quoted(quote, kind != REDIRECT)),
    };
    Ok(Decoded {
        header,
        rest: part.skip(HEADER),
        malformed,
        stop: malformed.is_some(),
    })
}

/// The part of an error message that holds the quoted packet. Extensions after it (RFC 4884) are told by a length field.
pub(super) fn quote(part: Part<'_>, version: Version, kind: u8) -> Option<Part<'_>> {
    let bytes = part.bytes();
    if !version.quotes(kind) || bytes.len() < HEADER {
        return None;
    }
    let length = match (version, kind) {
        (Version::V4, 3 | 11 | 12) => usize::from(bytes[5]) * 4,
        (Version::V6, 1 | 3) => usize::from(bytes[4]) * 8,
        _ => 0,
    };
    let rest = part.skip(HEADER);
    let quote = if length == 0 {
        rest
    } else {
        rest.first(length)
    };
    (!quote.bytes().is_empty()).then_some(quote)
}

/// The five-tuple of a quoted packet, which is nearly always cut: only its headers need be there. `error` says whether it is one:
/// what a redirect quotes tells Wireshark nothing of its connection.
fn quoted(part: Part<'_>, error: bool) -> Option<Quoted> {
    let (src, dst, proto, rest, later) = match part.bytes().first()? >> 4 {
        4 => {
            let decoded = ipv4::decode(part).ok()?;
            let ip = decoded.header;
            let skip = usize::from(ip.hdr_len).max(ipv4::HEADER);
            let later = ip.frag_offset > 0;
            (
                ip.src.into(),
                ip.dst.into(),
                ip.proto,
                part.skip(skip),
                later,
            )
        }
        6 => {
            let decoded = ipv6::decode(part).ok()?;
            let ip = decoded.header;
            let later = ip.fragment.is_some_and(|(offset, _)| offset > 0);
            (ip.src.into(), ip.dst.into(), ip.upper, decoded.rest, later)
        }
        _ => return None,
    };
    let bytes = rest.bytes();
    let has_ports = matches!(proto, proto::TCP | proto::UDP) && !later && bytes.len() >= 4;
    Some(Quoted {
        src,
        dst,
        proto,
        ports: has_ports.then(|| (be16(bytes, 0), be16(bytes, 2))),
        segment: (has_ports && error && proto == proto::TCP)
            .then(|| quoted_segment(bytes))
            .flatten(),
        datagram: has_ports && proto == proto::UDP && quotes_datagram(rest, src),
        span: part.span(),
    })
}

/// True when the whole header of a datagram is quoted, and says a length that can be.
fn quotes_datagram(part: Part<'_>, src: IpAddr) -> bool {
    udp::decode(part, true).is_ok_and(|decoded| decoded.header.has_possible_length(src.is_ipv6()))
}

/// Reads a segment of which an error quotes the first `bytes`; the rest of it counts as not captured.
fn quoted_segment(bytes: &[u8]) -> Option<Outline> {
    let decoded = tcp::decode(Part::whole(bytes, 1 << 16)).ok()?;
    Some(decoded.header.outline())
}
