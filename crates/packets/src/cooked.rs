//! Linux "cooked" captures, the pseudo header of the device `any`: `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2`.

use super::ethernet::{Link, SMALLEST_TYPE, after_tags};
use super::fields::Fields;
use super::headers::{Ethernet, LinkType, Malformed};
use super::lower::{Announced, Kind};
use super::names;
use super::part::{Decoded, Part, be16, mac};
use super::schema::link::sll;
use super::tree::Layer;
use std::ops::Range;

/// Bytes of a version 1 header.
pub(super) const HEADER: usize = 16;
/// Bytes of a version 2 header.
pub(super) const HEADER_2: usize = 20;
/// `ARPHRD_NETLINK`: the protocol field holds a netlink family, not an ethertype.
pub(super) const ARPHRD_NETLINK: u16 = 824;
/// `ARPHRD_IPGRE`: the protocol field is that of the GRE header, which is an ethertype too.
const ARPHRD_IPGRE: u16 = 778;

/// Reads a version 1 header: packet type, ARPHRD type, address length, address, protocol.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Link>, Malformed> {
    let bytes = part.at_least(HEADER, "sll", "shorter than the 16 bytes of a header")?;
    let rest = part.skip(HEADER);
    Ok(link(be16(bytes, 2), mac(bytes, 6), be16(bytes, 14), rest))
}

/// Reads a version 2 header: protocol, interface index, ARPHRD type, packet type, address length, address.
pub(super) fn decode_2(part: Part<'_>) -> Result<Decoded<'_, Link>, Malformed> {
    let bytes = part.at_least(HEADER_2, "sll", "shorter than the 20 bytes of a header")?;
    let rest = part.skip(HEADER_2);
    Ok(link(be16(bytes, 8), mac(bytes, 12), be16(bytes, 0), rest))
}

/// The record of either version. There is no destination address, and a protocol below 0x600 is a pseudo protocol of Linux.
fn link(hardware: u16, src: [u8; 6], protocol: u16, rest: Part<'_>) -> Decoded<'_, Link> {
    let header = Link {
        ethernet: Some(Ethernet { dst: [0; 6], src }),
        ..Link::default()
    };
    if hardware == ARPHRD_NETLINK || protocol < SMALLEST_TYPE {
        return Decoded {
            header,
            rest,
            malformed: None,
            stop: false,
        };
    }
    after_tags(header, protocol, rest)
}

/// What follows a header whose protocol is no ethertype: one of Linux's pseudo protocols (`ETH_P_802_2` and others of linux/if_ether.h).
pub(super) fn pseudo_protocol(link: LinkType, part: Part<'_>) -> Announced {
    const WITH_LLC: u16 = 4;
    let bytes = part.bytes();
    let (hardware, protocol) = if link == LinkType::LINUX_SLL {
        (be16(bytes, 2), be16(bytes, 14))
    } else {
        (be16(bytes, 8), be16(bytes, 0))
    };
    if hardware != ARPHRD_NETLINK && protocol == WITH_LLC {
        Announced::Header(Kind::Llc)
    } else {
        Announced::BYTES
    }
}

/// A version 1 header as a layer.
pub(super) fn layer(part: Part<'_>) -> Layer {
    let mut fields = Fields::of(part.first(HEADER));
    packet_type(&mut fields, 0..2);
    hardware(&mut fields, 2);
    let len = usize::from(be16(part.bytes(), 4));
    fields.number(4..6, sll::HALEN);
    address(&mut fields, 6, len);
    protocol(&mut fields, 14, be16(part.bytes(), 2));
    fields.layer(sll::LAYER, "Linux cooked capture v1".to_owned())
}

/// A version 2 header as a layer.
pub(super) fn layer_2(part: Part<'_>) -> Layer {
    let mut fields = Fields::of(part.first(HEADER_2));
    protocol(&mut fields, 0, be16(part.bytes(), 8));
    fields.number(4..8, sll::IFINDEX);
    hardware(&mut fields, 8);
    packet_type(&mut fields, 10..11);
    let len = usize::from(part.bytes()[11]);
    fields.number(11..12, sll::HALEN);
    address(&mut fields, 12, len);
    fields.layer(sll::LAYER, "Linux cooked capture v2".to_owned())
}

fn packet_type(fields: &mut Fields<'_>, range: Range<usize>) {
    let kind = fields.part().bytes()[range.end - 1];
    let meaning = match kind {
        0 => "unicast to us",
        1 => "broadcast",
        2 => "multicast",
        3 => "unicast to another host",
        4 => "sent by us",
        _ => "",
    };
    fields.number(range, sll::PKTTYPE).mean(meaning);
}

fn hardware(fields: &mut Fields<'_>, at: usize) {
    let meaning = names::hardware(be16(fields.part().bytes(), at));
    fields.number(at..at + 2, sll::HATYPE).mean(meaning);
}

/// The eight bytes for an address, of which `len` are used.
fn address(fields: &mut Fields<'_>, at: usize, len: usize) {
    let len = len.min(8);
    match len {
        0 => {}
        6 => {
            fields.mac(at, sll::SRC_ETH);
        }
        _ => {
            fields.bytes(at..at + len, sll::SRC_OTHER);
        }
    }
    if len < 8 {
        fields.bytes(at + len..at + 8, sll::UNUSED);
    }
}

fn protocol(fields: &mut Fields<'_>, at: usize, hardware: u16) {
    let name = if hardware == ARPHRD_IPGRE {
        sll::GRETYPE
    } else {
        sll::ETYPE
    };
    let meaning = match be16(fields.part().bytes(), at) {
        1 => "802.3 frame without LLC",
        3 => "any",
        4 => "802.2 LLC",
        number => names::ethertype(number),
    };
    fields.hex(at..at + 2, name).mean(meaning);
}

/// The bytes between what the network layer says is its end and the end of the frame.
pub(super) fn add_trailer(layer: &mut Layer, part: Part<'_>) {
    let mut fields = Fields::of(part);
    fields.bytes(0..part.bytes().len(), sll::TRAILER);
    layer.fields.append(&mut fields.done());
}
