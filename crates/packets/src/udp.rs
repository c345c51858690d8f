//! UDP headers (RFC 768). Not what they carry.

use super::checksum::{self, Covered, Pseudo};
use super::fields::Fields;
use super::headers::{Malformed, Udp};
use super::part::{Decoded, Part};
use super::schema::transport::udp;
use super::tree::Layer;
use pnet::packet::udp::UdpPacket;

/// Bytes of the header.
pub(super) const HEADER: usize = 8;
const SHORT: &str = "shorter than the 8 bytes of a header";

/// Reads a header. In the first fragment of a datagram (`fragment`) the length is rightly longer than what is there.
#[inline]
pub(super) fn decode(part: Part<'_>, fragment: bool) -> Result<Decoded<'_, Udp>, Malformed> {
    let bytes = part.at_least(HEADER, "udp", SHORT)?;
    let Some(view) = UdpPacket::new(bytes) else {
        return Err(part.malformed("udp", SHORT, 0));
    };
    let header = Udp {
        srcport: view.get_source(),
        dstport: view.get_destination(),
        length: view.get_length(),
        checksum: view.get_checksum(),
        header: part.first(HEADER).span(),
    };
    let length = usize::from(header.length);
    let wrong = |reason| Some(part.malformed("udp", reason, 4));
    let malformed = if length == 0 && part.wire_len() > usize::from(u16::MAX) {
        // A datagram in a jumbogram has no length of its own (RFC 2675 section 4).
        None
    } else if length < HEADER {
        wrong("the length is less than 8")
    } else if length > part.wire_len() && !fragment {
        wrong("the length is longer than the packet")
    } else {
        None
    };
    let whole = if length < HEADER {
        part
    } else {
        part.first(length)
    };
    Ok(Decoded {
        header,
        rest: whole.skip(HEADER),
        malformed,
        stop: false,
    })
}

/// The header as a layer; `part` is the whole datagram.
pub(super) fn layer(
    part: Part<'_>,
    decoded: &Decoded<'_, Udp>,
    pseudo: Pseudo,
    covered: Covered,
) -> Layer {
    let udp = &decoded.header;
    let mut fields = Fields::of(part.first(HEADER));
    fields.number(0..2, udp::SRCPORT);
    fields.number(2..4, udp::DSTPORT);
    fields.number(4..6, udp::LENGTH);
    // What lies behind the length is not covered, and a checksum of 0 means that there is none (RFC 768).
    let datagram = part.first(usize::from(udp.length).max(HEADER));
    let verdict = match (udp.checksum, pseudo.src.is_ipv4()) {
        (0, true) => "none was computed".to_owned(),
        (0, false) => "none was computed, which IPv6 forbids".to_owned(),
        _ if decoded.malformed.is_some() => "not verified, the length is wrong".to_owned(),
        (carried, _) => checksum::judge(datagram, 6, carried, pseudo, covered),
    };
    fields.hex(6..8, udp::CHECKSUM).mean(verdict);
    fields.malformed(decoded.malformed);
    let title = format!(
        "User Datagram Protocol, Src Port: {}, Dst Port: {}",
        udp.srcport, udp.dstport
    );
    fields.layer(udp::LAYER, title)
}
