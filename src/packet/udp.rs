//! UDP headers (RFC 768). Not what they carry.

use super::headers::{Malformed, Udp};
use super::part::{Decoded, Part};
use pnet::packet::udp::UdpPacket;

/// Bytes of the header.
pub(super) const HEADER: usize = 8;
const SHORT: &str = "shorter than the 8 bytes of a header";

/// Reads a header. In the first fragment of a datagram (`fragment`) the length is rightly longer than what is there.
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
