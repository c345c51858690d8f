//! ARP for IPv4 over Ethernet (RFC 826). Other hardware and protocol pairs are left as bytes.

use super::fields::Fields;
use super::headers::{Arp, Malformed};
use super::names;
use super::part::{Decoded, Part, be16};
use super::schema::link::arp;
use super::tree::Layer;
use pnet::packet::arp::ArpPacket;
use pnet::packet::ethernet::EtherTypes;

/// Bytes of a message with six-byte hardware and four-byte protocol addresses.
pub(super) const MESSAGE: usize = 28;
/// Bytes of the fields before the addresses.
const FIXED: usize = 8;

/// How long a message is by its own address sizes; `fixed` are its first eight bytes.
fn message_len(fixed: &[u8]) -> usize {
    FIXED + 2 * (usize::from(fixed[4]) + usize::from(fixed[5]))
}

/// Reads a message; `None` when it is about other kinds of addresses.
pub(super) fn decode(part: Part<'_>) -> Result<Option<Decoded<'_, Arp>>, Malformed> {
    let fixed = part.at_least(
        FIXED,
        "arp",
        "shorter than the 8 bytes before the addresses",
    )?;
    let reason = "the addresses reach past the end of the message";
    let bytes = part.at_least(message_len(fixed), "arp", reason)?;
    if bytes[4..6] != [6, 4] {
        return Ok(None);
    }
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
    fields.number(0..2, arp::HW_TYPE).mean(hardware);
    fields.hex(2..4, arp::PROTO_TYPE).mean("IPv4");
    fields.number(4..5, arp::HW_SIZE);
    fields.number(5..6, arp::PROTO_SIZE);
    fields.number(6..8, arp::OPCODE).mean(operation(arp.opcode));
    fields.mac(8, arp::SRC_HW_MAC);
    fields.ipv4(14, arp::SRC_PROTO_IPV4);
    fields.mac(18, arp::DST_HW_MAC);
    fields.ipv4(24, arp::DST_PROTO_IPV4);
    let title = match (
        arp.opcode,
        arp.sender_ip == arp.target_ip,
        arp.sender_ip.is_unspecified(),
    ) {
        (1, _, true) => "Address Resolution Protocol (probe)".to_owned(),
        (1 | 2, true, _) => "Address Resolution Protocol (announcement)".to_owned(),
        (opcode, ..) => format!("Address Resolution Protocol ({})", operation(opcode)),
    };
    fields.layer(arp::LAYER, title)
}

/// A message about other kinds of addresses as a layer, and its length; `decode` has found it whole.
pub(super) fn other_layer(part: Part<'_>) -> (Layer, usize) {
    let bytes = part.bytes();
    let len = message_len(bytes);
    let (hardware, protocol) = (usize::from(bytes[4]), usize::from(bytes[5]));
    let mut fields = Fields::of(part.first(len));
    let meaning = names::hardware(be16(bytes, 0));
    fields.number(0..2, arp::HW_TYPE).mean(meaning);
    let meaning = names::ethertype(be16(bytes, 2));
    fields.hex(2..4, arp::PROTO_TYPE).mean(meaning);
    fields.number(4..5, arp::HW_SIZE);
    fields.number(5..6, arp::PROTO_SIZE);
    let operation = operation(be16(bytes, 6));
    fields.number(6..8, arp::OPCODE).mean(operation);
    let mut at = FIXED;
    for (size, name) in [
        (hardware, arp::SRC_HW),
        (protocol, arp::SRC_PROTO),
        (hardware, arp::DST_HW),
        (protocol, arp::DST_PROTO),
    ] {
        if size > 0 {
            fields.bytes(at..at + size, name);
            at += size;
        }
    }
    let title = format!("Address Resolution Protocol ({operation})");
    (fields.layer(arp::LAYER, title), len)
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
