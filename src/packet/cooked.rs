//! Linux "cooked" captures, the pseudo header of the device `any`: `LINKTYPE_LINUX_SLL` and `LINKTYPE_LINUX_SLL2`.

use super::ethernet::{Link, SMALLEST_TYPE, after_tags};
use super::headers::{Ethernet, Malformed};
use super::part::{Decoded, Part, be16, mac};

/// Bytes of a version 1 header.
pub(super) const HEADER: usize = 16;
/// Bytes of a version 2 header.
pub(super) const HEADER_2: usize = 20;
/// `ARPHRD_NETLINK`: the protocol field holds a netlink family, not an ethertype.
pub(super) const ARPHRD_NETLINK: u16 = 824;

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
