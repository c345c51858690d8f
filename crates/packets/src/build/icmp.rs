//! Builds ICMP, ICMPv6 and IGMP messages. What an error quotes is the payload, which is built like any packet.

use super::input::Input;
use super::kind::{CHKSUM, FieldKind, LayerField, LayerWord, Protocol, field, word};
use super::transport::fill_checksum;
use super::{BuildError, Place};
use crate::checksum;
use crate::icmp::{HEADER, Version, proto};
use std::net::Ipv4Addr;

/// ICMPv6 types with a body of their own (RFC 4861 section 4.3 and 4.4).
const NEIGHBOR_SOLICITATION: u8 = 135;
const NEIGHBOR_ADVERTISEMENT: u8 = 136;
const ECHO: u8 = 8;
const ECHO_6: u8 = 128;

/// An ICMP message.
pub(super) fn icmp(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let (kind, mut bytes) = start(input, ECHO)?;
    match kind {
        5 => {
            let router = input.ipv4("gw")?.ok_or_else(|| input.missing("gw"))?;
            bytes[4..8].copy_from_slice(&router.octets());
        }
        12 => bytes[4] = input.number_or("ptr", 0)?,
        3 => {
            let mtu: u16 = input.number_or("mtu", 0)?;
            bytes[6..8].copy_from_slice(&mtu.to_be_bytes());
        }
        _ if Version::V4.has_echo(kind) => echo(input, &mut bytes)?,
        _ => {}
    }
    bytes.extend_from_slice(payload);
    plain_checksum(input, &mut bytes)?;
    Ok(bytes)
}

/// An ICMPv6 message, whose checksum covers the addresses (RFC 4443 section 2.3). Over a raw socket the kernel fills it in.
pub(super) fn icmp6(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let (kind, mut bytes) = start(input, ECHO_6)?;
    match kind {
        2 => {
            let mtu: u32 = input.number_or("mtu", 0)?;
            bytes[4..8].copy_from_slice(&mtu.to_be_bytes());
        }
        4 => {
            let pointer: u32 = input.number_or("ptr", 0)?;
            bytes[4..8].copy_from_slice(&pointer.to_be_bytes());
        }
        NEIGHBOR_SOLICITATION | NEIGHBOR_ADVERTISEMENT => neighbor(input, kind, &mut bytes)?,
        _ if Version::V6.has_echo(kind) => echo(input, &mut bytes)?,
        _ => {}
    }
    bytes.extend_from_slice(payload);
    fill_checksum(input, place, proto::ICMPV6, 2, &mut bytes)?;
    Ok(bytes)
}

/// An IGMP message of version 1 or 2.
pub(super) fn igmp(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    const QUERY: u8 = 0x11;
    let (kind, mut bytes) = start(input, QUERY)?;
    bytes[1] = input.number_or("mrt", if kind == QUERY { 100 } else { 0 })?;
    let group = input.ipv4("group")?.unwrap_or(Ipv4Addr::UNSPECIFIED);
    bytes[4..8].copy_from_slice(&group.octets());
    bytes.extend_from_slice(payload);
    plain_checksum(input, &mut bytes)?;
    Ok(bytes)
}

/// Type and code, given by word or by number, in eight bytes. A word's upper byte is a code.
fn start(input: &Input<'_>, default: u8) -> Result<(u8, Vec<u8>), BuildError> {
    let word = input
        .words()
        .last()
        .map_or(u16::from(default), |word| word.number);
    let [code, kind] = word.to_be_bytes();
    let mut bytes = vec![0; HEADER];
    bytes[0] = input.number_or("type", kind)?;
    if input.protocol() != Protocol::Igmp {
        bytes[1] = input.number_or("code", code)?;
    }
    Ok((bytes[0], bytes))
}

fn echo(input: &Input<'_>, bytes: &mut [u8]) -> Result<(), BuildError> {
    let id: u16 = input.number_or("id", 0)?;
    let seq: u16 = input.number_or("seq", 0)?;
    bytes[4..6].copy_from_slice(&id.to_be_bytes());
    bytes[6..8].copy_from_slice(&seq.to_be_bytes());
    Ok(())
}

/// The target, and the option with the link-layer address: the source's in a solicitation, the target's in an advertisement.
fn neighbor(input: &Input<'_>, kind: u8, bytes: &mut Vec<u8>) -> Result<(), BuildError> {
    let target = input
        .ipv6("target")?
        .ok_or_else(|| input.missing("target"))?;
    if kind == NEIGHBOR_ADVERTISEMENT {
        let flags: u8 = input.number_or("flags", 0)?;
        bytes[4] = flags << 5;
    }
    bytes.extend(target.octets());
    if let Some(address) = input.mac("lladdr")? {
        let option = if kind == NEIGHBOR_SOLICITATION { 1 } else { 2 };
        bytes.extend([option, 1]);
        bytes.extend(address);
    }
    Ok(())
}

fn plain_checksum(input: &Input<'_>, bytes: &mut [u8]) -> Result<(), BuildError> {
    let sum = input.number_or("chksum", checksum::plain(bytes, 2))?;
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    Ok(())
}

/// The fields of `icmp`.
pub(super) static ICMP: [LayerField; 8] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; echo request (8) unless given",
    ),
    field("code", FieldKind::Number(8), "code; 0 unless given"),
    CHKSUM,
    field(
        "id",
        FieldKind::Number(16),
        "identifier of an echo; 0 unless given",
    ),
    field(
        "seq",
        FieldKind::Number(16),
        "sequence number of an echo; 0 unless given",
    ),
    field("gw", FieldKind::Ipv4, "the better router, in a redirect"),
    field(
        "mtu",
        FieldKind::Number(16),
        "MTU of the next hop, where fragmentation is needed",
    ),
    field("ptr", FieldKind::Number(8), "where a parameter problem is"),
];

/// The words of `icmp`; a code is in the upper byte.
pub(super) static ICMP_WORDS: [LayerWord; 10] = [
    word("echo", 8, "echo request, ping"),
    word("request", 8, "echo request, ping"),
    word("reply", 0, "echo reply"),
    word(
        "unreachable",
        3,
        "destination unreachable; the code says why, 3 is port",
    ),
    word(
        "needfrag",
        3 | 4 << 8,
        "unreachable because fragmentation is needed",
    ),
    word("redirect", 5, "there is a better router"),
    word("exceeded", 11, "time to live exceeded in transit"),
    word("problem", 12, "parameter problem"),
    word("timestamp", 13, "timestamp request"),
    word("quench", 4, "source quench (deprecated)"),
];

/// The fields of `icmp6`.
pub(super) static ICMP6: [LayerField; 10] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; echo request (128) unless given",
    ),
    field("code", FieldKind::Number(8), "code; 0 unless given"),
    CHKSUM,
    field(
        "id",
        FieldKind::Number(16),
        "identifier of an echo; 0 unless given",
    ),
    field(
        "seq",
        FieldKind::Number(16),
        "sequence number of an echo; 0 unless given",
    ),
    field("mtu", FieldKind::Number(32), "MTU, in packet too big"),
    field("ptr", FieldKind::Number(32), "where a parameter problem is"),
    field(
        "flags",
        FieldKind::Number(3),
        "of an advertisement: 4 router, 2 solicited, 1 override; 0 unless given",
    ),
    field(
        "target",
        FieldKind::Ipv6,
        "the address a neighbor solicitation or advertisement is about",
    ),
    field(
        "lladdr",
        FieldKind::Mac,
        "adds the option with the sender's link-layer address",
    ),
];

/// The words of `icmp6`.
pub(super) static ICMP6_WORDS: [LayerWord; 9] = [
    word("echo", 128, "echo request, ping"),
    word("request", 128, "echo request, ping"),
    word("reply", 129, "echo reply"),
    word(
        "unreachable",
        1,
        "destination unreachable; the code says why, 4 is port",
    ),
    word("toobig", 2, "packet too big"),
    word("exceeded", 3, "hop limit exceeded in transit"),
    word("problem", 4, "parameter problem"),
    word("ns", 135, "neighbor solicitation: who has this address?"),
    word("na", 136, "neighbor advertisement: I have it"),
];

/// The fields of `igmp`.
pub(super) static IGMP: [LayerField; 4] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; query (0x11) unless given",
    ),
    field(
        "mrt",
        FieldKind::Number(8),
        "maximum response time in tenths of a second; 100 for a query",
    ),
    CHKSUM,
    field(
        "group",
        FieldKind::Ipv4,
        "multicast group; 0.0.0.0 unless given",
    ),
];

/// The words of `igmp`.
pub(super) static IGMP_WORDS: [LayerWord; 3] = [
    word("query", 0x11, "who is a member?"),
    word("report", 0x16, "I am a member (version 2)"),
    word("leave", 0x17, "I leave (version 2)"),
];
