//! The four-byte link header of BSD loopback captures, `LINKTYPE_NULL` and `LINKTYPE_LOOP`. Not Linux's `lo`, which is Ethernet.

use super::fields::Fields;
use super::headers::{LinkType, Malformed};
use super::part::{Decoded, Part, be32};
use super::schema::link::null;
use super::tree::{FieldValue, Layer};

/// Bytes of the header.
pub(super) const HEADER: usize = 4;

/// What an address family stands for. The BSDs and Darwin number IPv6 differently, IPv4 is 2 for all. Linux and Windows make no
/// captures of these link types with numbers of their own, and 23 is a protocol of its own elsewhere.
pub(super) fn family_name(family: u32) -> Option<&'static str> {
    match family {
        2 => Some("IPv4"),
        24 | 28 | 30 => Some("IPv6"),
        _ => None,
    }
}

/// The address family in the header: of `LINKTYPE_LOOP` in network byte order, of `LINKTYPE_NULL` in whichever makes a known one.
pub(super) fn decode(link: LinkType, part: Part<'_>) -> Result<Decoded<'_, u32>, Malformed> {
    let bytes = part.at_least(HEADER, "null", "shorter than the 4 bytes of a header")?;
    let big = be32(bytes, 0);
    let little = big.swap_bytes();
    let family = if link == LinkType::NULL && family_name(little).is_some() {
        little
    } else {
        big
    };
    Ok(Decoded {
        header: family,
        rest: part.skip(HEADER),
        malformed: None,
        stop: false,
    })
}

/// The header as a layer.
pub(super) fn layer(part: Part<'_>, family: u32) -> Layer {
    let mut fields = Fields::of(part.first(HEADER));
    fields
        .value(0..4, null::FAMILY, FieldValue::Number(family.into()))
        .mean(family_name(family).unwrap_or_default());
    fields.layer(null::LAYER, "Null/Loopback".to_owned())
}
