//! Ethernet II and 802.3 frames with their 802.1Q and 802.1ad tags. Not what they carry.

use super::fields::Fields;
use super::headers::{Ethernet, Malformed};
use super::names;
use super::part::{Decoded, Part, be16, mac};
use super::schema::FieldEntry;
use super::schema::link::{eth, vlan};
use super::tree::{FieldValue, Layer};
use pnet::packet::ethernet::EthernetPacket;
use pnet::packet::vlan::VlanPacket;
use pnet::util::MacAddr;

/// `eth.type` of IPv4.
pub(super) const IPV4: u16 = 0x0800;
/// `eth.type` of ARP.
pub(super) const ARP: u16 = 0x0806;
/// `eth.type` of reverse ARP, which has the same form (RFC 903).
pub(super) const RARP: u16 = 0x8035;
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
#[inline]
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

/// The header as a layer; `part` is the whole frame.
pub(super) fn layer(part: Part<'_>) -> Layer {
    let mut fields = Fields::of(part.first(HEADER));
    let bytes = part.bytes();
    fields.mac(0, eth::DST).mean(kind_of_address(mac(bytes, 0)));
    fields.mac(6, eth::SRC);
    type_field(&mut fields, 12, eth::TYPE, eth::LEN);
    let title = format!(
        "Ethernet II, Src: {}, Dst: {}",
        colons(mac(bytes, 6)),
        colons(mac(bytes, 0))
    );
    fields.layer(eth::LAYER, title)
}

/// The tags between the header and `end`, each as a layer; `announced` is the type or length field before the first.
pub(super) fn tag_layers(mut announced: u16, mut part: Part<'_>) -> Vec<Layer> {
    let mut layers = Vec::new();
    while is_tag(announced) && part.bytes().len() >= TAG {
        let mut fields = Fields::of(part.first(TAG));
        fields.bits(0..2, 0xe000, vlan::PRIORITY);
        fields.flag(0..2, 0x1000, vlan::DEI);
        fields.bits(0..2, 0x0fff, vlan::ID);
        type_field(&mut fields, 2, vlan::ETYPE, vlan::LEN);
        let id = be16(part.bytes(), 0) & 0xfff;
        let standard = if announced == 0x8100 {
            "802.1Q"
        } else {
            "802.1ad"
        };
        layers.push(fields.layer(vlan::LAYER, format!("{standard} Virtual LAN, ID: {id}")));
        announced = be16(part.bytes(), 2);
        part = part.skip(TAG);
    }
    layers
}

/// The bytes between what the network layer says is its end and the end of the frame: padding up to the least length of a
/// frame, or a trailer.
pub(super) fn add_trailer(layer: &mut Layer, part: Part<'_>) {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    if bytes.iter().all(|byte| *byte == 0) {
        fields.bytes(0..bytes.len(), eth::PADDING);
    } else {
        fields.bytes(0..bytes.len(), eth::TRAILER);
    }
    layer.fields.append(&mut fields.done());
}

fn type_field(
    fields: &mut Fields<'_>,
    at: usize,
    kind: &'static FieldEntry,
    len: &'static FieldEntry,
) {
    let number = be16(fields.part().bytes(), at);
    let value = FieldValue::Hex(u64::from(number), 4);
    if number >= SMALLEST_TYPE {
        let meaning = names::ethertype(number);
        fields.value(at..at + 2, kind, value).mean(meaning);
    } else {
        fields.number(at..at + 2, len);
    }
}

fn kind_of_address(address: [u8; 6]) -> &'static str {
    match address {
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] => "broadcast",
        [0x33, 0x33, ..] => "IPv6 multicast",
        [0x01, 0x00, 0x5e, ..] => "IPv4 multicast",
        [first, ..] if first & 1 != 0 => "multicast",
        _ => "",
    }
}

/// A hardware address with colons.
pub(super) fn colons(address: [u8; 6]) -> String {
    MacAddr::from(address).to_string()
}

/// Follows the tags announced by `number`, a type or length field that ends where `rest` begins.
#[inline]
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
