//! ARP for IPv4 over Ethernet (RFC 826). Other hardware and protocol pairs are left as bytes.

use super::headers::{Arp, Malformed};
use super::part::{Decoded, Part};
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
