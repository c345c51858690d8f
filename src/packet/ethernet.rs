//! Ethernet II and 802.3 frames with their 802.1Q and 802.1ad tags. Not what they carry.

use super::headers::{Ethernet, Malformed};
use super::part::{Decoded, Part};
use pnet::packet::ethernet::EthernetPacket;
use pnet::packet::vlan::VlanPacket;

/// `eth.type` of IPv4.
pub(super) const IPV4: u16 = 0x0800;
/// `eth.type` of ARP.
pub(super) const ARP: u16 = 0x0806;
/// `eth.type` of IPv6.
pub(super) const IPV6: u16 = 0x86dd;
/// Bytes of the header without tags.
pub(super) const HEADER: usize = 14;
/// Bytes of a tag.
pub(super) const TAG: usize = 4;
/// The smallest number that is a type; what is less is a length (IEEE 802.3 section 3.2.6).
pub(super) const SMALLEST_TYPE: u16 = 0x0600;
/// The greatest number that is a length.
const GREATEST_LENGTH: u16 = 1500;

/// The header of a link layer, whichever it is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    /// Addresses, if the link has them.
    pub(super) ethernet: Option<Ethernet>,
    /// The outermost VLAN identifier.
    pub(super) vlan: Option<u16>,
    /// The type after all tags.
    pub(super) ethertype: Option<u16>,
}

/// True for the types that announce a VLAN tag: 802.1Q, 802.1ad and the older 0x9100.
pub(super) fn is_tag(ethertype: u16) -> bool {
    matches!(ethertype, 0x8100 | 0x88a8 | 0x9100)
}

/// Reads the header and all tags.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Link>, Malformed> {
    let bytes = part.at_least(HEADER, "eth", "shorter than the 14 bytes of a header")?;
    let view = EthernetPacket::new(bytes).map(|view| {
        let ethernet = Ethernet {
            dst: view.get_destination().octets(),
            src: view.get_source().octets(),
        };
        (ethernet, view.get_ethertype().0)
    });
    let Some((ethernet, number)) = view else {
        return Err(part.malformed("eth", "shorter than the 14 bytes of a header", 0));
    };
    let link = Link {
        ethernet: Some(ethernet),
        ..Link::default()
    };
    Ok(after_tags(link, number, part.skip(HEADER)))
}

/// Follows the tags announced by `number`, a type or length field that ends where `rest` begins.
pub(super) fn after_tags(mut link: Link, mut number: u16, mut rest: Part<'_>) -> Decoded<'_, Link> {
    let mut malformed = None;
    while is_tag(number) {
        let tag = match rest.at_least(TAG, "vlan", "shorter than the 4 bytes of a tag") {
            Ok(bytes) => VlanPacket::new(bytes),
            Err(error) => {
                malformed = Some(error);
                None
            }
        };
        let Some(tag) = tag else {
            return Decoded {
                header: link,
                rest,
                malformed,
                stop: true,
            };
        };
        link.vlan = link.vlan.or(Some(tag.get_vlan_identifier()));
        number = tag.get_ethertype().0;
        rest = rest.skip(TAG);
    }
    if number >= SMALLEST_TYPE {
        link.ethertype = Some(number);
    } else if number > GREATEST_LENGTH {
        malformed = Some(rest.malformed("eth", "neither a length nor a type", 0));
    } else {
        if usize::from(number) > rest.wire_len() {
            malformed = Some(rest.malformed("eth", "the length is longer than the frame", 0));
        }
        rest = rest.first(usize::from(number));
    }
    Decoded {
        header: link,
        rest,
        malformed,
        stop: false,
    }
}
