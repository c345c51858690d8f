//! Builds the headers below the transport: Ethernet, ARP, IPv4 and IPv6.

use super::input::Input;
use super::kind::{CHKSUM, FieldKind, LayerField, LayerWord, Protocol, field, word};
use super::{BuildError, Place};
use crate::checksum;
use crate::icmp::proto;
use crate::{ethernet, ipv4, ipv6};
use pnet::packet::arp::{ArpHardwareTypes, ArpOperation, MutableArpPacket};
use pnet::packet::ethernet::{EtherType, EtherTypes, MutableEthernetPacket};
use pnet::packet::ip::IpNextHeaderProtocol;
use pnet::packet::ipv4::MutableIpv4Packet;
use pnet::packet::ipv6::MutableIpv6Packet;
use pnet::util::MacAddr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IEEE 802 local experimental ethertype, for a payload that has none of its own.
const EXPERIMENTAL_TYPE: u16 = 0x88b5;
/// Protocol number for experiments (RFC 3692), for a payload that has none of its own.
const EXPERIMENTAL_PROTOCOL: u8 = 253;
/// "No next header" (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;
const DEFAULT_TTL: u8 = 64;

/// Ethernet II with at most one 802.1Q tag.
pub(super) fn eth(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let above = match place.above {
        Some(Protocol::Ip) => ethernet::IPV4,
        Some(Protocol::Ip6) => ethernet::IPV6,
        Some(Protocol::Arp) => ethernet::ARP,
        _ => EXPERIMENTAL_TYPE,
    };
    let kind = input.number_or("type", above)?;
    let tag: Option<u16> = input.number("vlan")?.map(|id| id as u16);
    let mut bytes = vec![0; ethernet::HEADER];
    if let Some(mut header) = MutableEthernetPacket::new(&mut bytes) {
        let dst = input.mac("dst")?.unwrap_or([0xff; 6]);
        header.set_destination(MacAddr::from(dst));
        header.set_source(MacAddr::from(input.mac("src")?.unwrap_or_default()));
        header.set_ethertype(match tag {
            Some(_) => EtherTypes::Vlan,
            None => EtherType(kind),
        });
    }
    if let Some(id) = tag {
        bytes.extend(id.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
    }
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// ARP for IPv4 over Ethernet.
pub(super) fn arp(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let word = input.words().last().map_or(1, |word| word.number);
    let mut bytes = vec![0; crate::arp::MESSAGE];
    if let Some(mut message) = MutableArpPacket::new(&mut bytes) {
        message.set_hardware_type(ArpHardwareTypes::Ethernet);
        message.set_protocol_type(EtherTypes::Ipv4);
        message.set_hw_addr_len(6);
        message.set_proto_addr_len(4);
        message.set_operation(ArpOperation(input.number_or("op", word)?));
        message.set_sender_hw_addr(MacAddr::from(input.mac("hwsrc")?.unwrap_or_default()));
        message.set_target_hw_addr(MacAddr::from(input.mac("hwdst")?.unwrap_or_default()));
        let sender = input.ipv4("psrc")?.unwrap_or(Ipv4Addr::UNSPECIFIED);
        message.set_sender_proto_addr(sender);
        let target = input.ipv4("pdst")?.ok_or_else(|| input.missing("pdst"))?;
        message.set_target_proto_addr(target);
    }
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// The addresses of an IP layer: given, or the ones the caller knows.
pub(super) fn addresses(
    input: &Input<'_>,
    place: &Place<'_>,
) -> Result<(IpAddr, IpAddr), BuildError> {
    if input.protocol() == Protocol::Ip {
        let (src, dst) = ipv4_addresses(input, place)?;
        Ok((src.into(), dst.into()))
    } else {
        let (src, dst) = ipv6_addresses(input, place)?;
        Ok((src.into(), dst.into()))
    }
}

fn ipv4_addresses(
    input: &Input<'_>,
    place: &Place<'_>,
) -> Result<(Ipv4Addr, Ipv4Addr), BuildError> {
    let (src, dst) = match place.defaults() {
        Some((IpAddr::V4(src), IpAddr::V4(dst))) => (src, Some(dst)),
        _ => (Ipv4Addr::UNSPECIFIED, None),
    };
    let src = input.ipv4("src")?.unwrap_or(src);
    let dst = input.ipv4("dst")?.or(dst);
    Ok((src, dst.ok_or_else(|| input.missing("dst"))?))
}

fn ipv6_addresses(
    input: &Input<'_>,
    place: &Place<'_>,
) -> Result<(Ipv6Addr, Ipv6Addr), BuildError> {
    let (src, dst) = match place.defaults() {
        Some((IpAddr::V6(src), IpAddr::V6(dst))) => (src, Some(dst)),
        _ => (Ipv6Addr::UNSPECIFIED, None),
    };
    let src = input.ipv6("src")?.unwrap_or(src);
    let dst = input.ipv6("dst")?.or(dst);
    Ok((src, dst.ok_or_else(|| input.missing("dst"))?))
}

/// The protocol number of the layer above.
fn protocol_above(place: &Place<'_>) -> Option<u8> {
    Some(match place.above? {
        Protocol::Tcp => proto::TCP,
        Protocol::Udp => proto::UDP,
        Protocol::Icmp => proto::ICMP,
        Protocol::Icmp6 => proto::ICMPV6,
        Protocol::Igmp => proto::IGMP,
        Protocol::Ip => proto::IN_IPV4,
        Protocol::Ip6 => proto::IN_IPV6,
        _ => EXPERIMENTAL_PROTOCOL,
    })
}

/// IPv4 with options as bytes.
pub(super) fn ip(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let mut options = input.bytes("options")?.unwrap_or_default();
    options.resize(options.len().next_multiple_of(4), 0);
    let header_len = ipv4::HEADER + options.len();
    check_len("ip", "the header", header_len, 60)?;
    let total = header_len + payload.len();
    check_len("ip", "the packet", total, usize::from(u16::MAX))?;
    let tos: u8 = input.number_or("tos", 0)?;
    let words = input.words().fold(0, |all, word| all | word.number);
    let (src, dst) = ipv4_addresses(input, place)?;
    let mut bytes = vec![0; ipv4::HEADER];
    bytes.extend(options);
    if let Some(mut header) = MutableIpv4Packet::new(&mut bytes) {
        header.set_version(4);
        header.set_header_length(input.number_or("ihl", (header_len / 4) as u8)?);
        header.set_dscp(input.number_or("dscp", tos >> 2)?);
        header.set_ecn(input.number_or("ecn", tos & 3)?);
        header.set_total_length(input.number_or("len", total as u16)?);
        header.set_identification(input.number_or("id", 0)?);
        header.set_flags((input.ip_flags("flags")?.unwrap_or_default() | words) as u8);
        header.set_fragment_offset(input.number_or("frag", 0)?);
        header.set_ttl(input.number_or("ttl", DEFAULT_TTL)?);
        let protocol = protocol_above(place).unwrap_or(EXPERIMENTAL_PROTOCOL);
        let protocol = input.number_or("proto", protocol)?;
        header.set_next_level_protocol(IpNextHeaderProtocol(protocol));
        header.set_source(src);
        header.set_destination(dst);
    }
    let sum = input.number_or("chksum", checksum::plain(&bytes, 10))?;
    bytes[10..12].copy_from_slice(&sum.to_be_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// IPv6 without extension headers.
pub(super) fn ip6(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    check_len("ip6", "the payload", payload.len(), usize::from(u16::MAX))?;
    let (src, dst) = ipv6_addresses(input, place)?;
    let mut bytes = vec![0; ipv6::HEADER];
    if let Some(mut header) = MutableIpv6Packet::new(&mut bytes) {
        header.set_version(6);
        header.set_traffic_class(input.number_or("tc", 0)?);
        header.set_flow_label(input.number_or("fl", 0)?);
        header.set_payload_length(input.number_or("plen", payload.len() as u16)?);
        let next = protocol_above(place).unwrap_or(NO_NEXT_HEADER);
        header.set_next_header(IpNextHeaderProtocol(input.number_or("nh", next)?));
        header.set_hop_limit(input.number_or("hlim", DEFAULT_TTL)?);
        header.set_source(src);
        header.set_destination(dst);
    }
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// An error when `what` is longer than its length field can tell.
pub(super) fn check_len(
    layer: &'static str,
    what: &'static str,
    len: usize,
    most: usize,
) -> Result<(), BuildError> {
    if len > most {
        return Err(BuildError::TooLong {
            layer,
            what,
            len,
            most,
        });
    }
    Ok(())
}

/// The fields of `eth`.
pub(super) static ETH: [LayerField; 4] = [
    field("dst", FieldKind::Mac, "destination; broadcast unless given"),
    field("src", FieldKind::Mac, "source; zeros unless given"),
    field(
        "type",
        FieldKind::Number(16),
        "ethertype; that of the layer above unless given",
    ),
    field(
        "vlan",
        FieldKind::Number(12),
        "adds an 802.1Q tag with this identifier",
    ),
];

/// The fields of `arp`.
pub(super) static ARP: [LayerField; 5] = [
    field(
        "op",
        FieldKind::Number(16),
        "operation: 1 request (default), 2 reply",
    ),
    field(
        "hwsrc",
        FieldKind::Mac,
        "sender's hardware address; zeros unless given",
    ),
    field(
        "psrc",
        FieldKind::Ipv4,
        "sender's IP address; 0.0.0.0 unless given",
    ),
    field(
        "hwdst",
        FieldKind::Mac,
        "target's hardware address; zeros unless given",
    ),
    field(
        "pdst",
        FieldKind::Ipv4,
        "target's IP address: who is looked for",
    ),
];

/// The words of `arp`.
pub(super) static ARP_WORDS: [LayerWord; 2] = [
    word("request", 1, "who has this address?"),
    word("reply", 2, "I have it"),
];

/// The fields of `ip`.
pub(super) static IP: [LayerField; 14] = [
    field(
        "src",
        FieldKind::Ipv4,
        "source; 0.0.0.0 unless given or known, which a raw socket replaces",
    ),
    field(
        "dst",
        FieldKind::Ipv4,
        "destination; needed unless the call names it",
    ),
    field(
        "ttl",
        FieldKind::Number(8),
        "time to live in hops; 64 unless given",
    ),
    field(
        "proto",
        FieldKind::Number(8),
        "protocol; that of the layer above unless given",
    ),
    field(
        "id",
        FieldKind::Number(16),
        "identification, which fragments share; 0 unless given",
    ),
    field(
        "flags",
        FieldKind::IpFlags,
        "DF (don't fragment), MF (more fragments)",
    ),
    field(
        "frag",
        FieldKind::Number(13),
        "fragment offset in units of 8 bytes; 0 unless given",
    ),
    field(
        "tos",
        FieldKind::Number(8),
        "the whole differentiated services byte; 0 unless given",
    ),
    field(
        "dscp",
        FieldKind::Number(6),
        "differentiated services code point; 0 unless given",
    ),
    field(
        "ecn",
        FieldKind::Number(2),
        "explicit congestion notification; 0 unless given",
    ),
    field(
        "len",
        FieldKind::Number(16),
        "total length; computed unless given",
    ),
    field(
        "ihl",
        FieldKind::Number(4),
        "header length in words of 4 bytes; computed unless given",
    ),
    CHKSUM,
    field(
        "options",
        FieldKind::Bytes,
        "options as bytes, padded to a multiple of 4",
    ),
];

/// The words of `ip`.
pub(super) static IP_WORDS: [LayerWord; 2] = [
    word("df", 2, "don't fragment"),
    word("mf", 1, "more fragments follow"),
];

/// The fields of `ip6`.
pub(super) static IP6: [LayerField; 7] = [
    field("src", FieldKind::Ipv6, "source; :: unless given or known"),
    field(
        "dst",
        FieldKind::Ipv6,
        "destination; needed unless the call names it",
    ),
    field("hlim", FieldKind::Number(8), "hop limit; 64 unless given"),
    field(
        "nh",
        FieldKind::Number(8),
        "next header; that of the layer above unless given",
    ),
    field("tc", FieldKind::Number(8), "traffic class; 0 unless given"),
    field("fl", FieldKind::Number(20), "flow label; 0 unless given"),
    field(
        "plen",
        FieldKind::Number(16),
        "payload length; computed unless given",
    ),
];
