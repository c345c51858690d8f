//! ARP for IPv4 over Ethernet (RFC 826). Other hardware and protocol pairs are left as bytes.

use super::fields::Fields;
use super::headers::{Arp, Malformed};
use super::names;
use super::part::{Decoded, Part, be16};
use super::tree::Layer;
use pnet::packet::arp::ArpPacket;
use pnet::packet::ethernet::EtherTypes;

/// Bytes of a message with six-byte hardware and four-byte protocol addresses.
pub(super) const MESSAGE: usize = 28;
/// Bytes of the fields before the addresses.
const FIXED: usize = 8;

/// Reads a message; `None` when it is about other kinds of addresses.
pub(super) fn decode(part: Part<'_>) -> Result<Option<Decoded<'_, Arp>>, Malformed> {
    let fixed = part.at_least(
        FIXED,
        "arp",
        "shorter than the 8 bytes before the addresses",
    )?;
    if fixed[4..6] != [6, 4] {
        return Ok(None);
    }
    let bytes = part.at_least(MESSAGE, "arp", "shorter than the 28 bytes of a message")?;
    let Some(view) = ArpPacket::new(bytes) else {
        return Ok(None);
    };
    if view.get_protocol_type() != EtherTypes::Ipv4 {
        return Ok(None);
    }
    Ok(Some(Decoded {
        header: Arp {
            opcode: view.get_operation().0,
            sender_mac: view.get_sender_hw_addr().octets(),
            sender_ip: view.get_sender_proto_addr(),
            target_mac: view.get_target_hw_addr().octets(),
            target_ip: view.get_target_proto_addr(),
            span: part.first(MESSAGE).span(),
        },
        rest: part.skip(MESSAGE),
        malformed: None,
        stop: true,
    }))
}

/// The message as a layer.
pub(super) fn layer(part: Part<'_>, arp: &Arp) -> Layer {
    let mut fields = Fields::of(part.first(MESSAGE));
    let hardware = names::hardware(be16(part.bytes(), 0));
    fields
        .number(0..2, "arp.hw.type", "Hardware type")
        .mean(hardware);
    fields
        .hex(2..4, "arp.proto.type", "Protocol type")
        .mean("IPv4");
    fields.number(4..5, "arp.hw.size", "Hardware size");
    fields.number(5..6, "arp.proto.size", "Protocol size");
    fields
        .number(6..8, "arp.opcode", "Opcode")
        .mean(operation(arp.opcode));
    fields.mac(8, "arp.src.hw_mac", "Sender MAC address");
    fields.ipv4(14, "arp.src.proto_ipv4", "Sender IP address");
    fields.mac(18, "arp.dst.hw_mac", "Target MAC address");
    fields.ipv4(24, "arp.dst.proto_ipv4", "Target IP address");
    let title = match (
        arp.opcode,
        arp.sender_ip == arp.target_ip,
        arp.sender_ip.is_unspecified(),
    ) {
        (1, _, true) => "Address Resolution Protocol (probe)".to_owned(),
        (1 | 2, true, _) => "Address Resolution Protocol (announcement)".to_owned(),
        (opcode, ..) => format!("Address Resolution Protocol ({})", operation(opcode)),
    };
    fields.layer("arp", title)
}

/// An operation in words (RFC 826, 903, 2390).
fn operation(opcode: u16) -> &'static str {
    match opcode {
        1 => "request",
        2 => "reply",
        3 => "reverse request",
        4 => "reverse reply",
        8 => "inverse request",
        9 => "inverse reply",
        _ => "unknown operation",
    }
}
