//! IPv4 headers (RFC 791) with options and fragments. Not their payload.

use super::headers::{Ipv4, Malformed};
use super::part::{Decoded, Part};
use pnet::packet::ipv4::Ipv4Packet;

/// Bytes of a header without options.
pub(super) const HEADER: usize = 20;
const SHORT: &str = "shorter than the 20 bytes of a header";

/// Reads a header. `rest` is cut to the total length, so Ethernet padding is not in it.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Ipv4>, Malformed> {
    let bytes = part.at_least(HEADER, "ip", SHORT)?;
    let Some(view) = Ipv4Packet::new(bytes) else {
        return Err(part.malformed("ip", SHORT, 0));
    };
    let hdr_len = view.get_header_length() * 4;
    let header_end = usize::from(hdr_len).max(HEADER);
    let flags = view.get_flags();
    let header = Ipv4 {
        src: view.get_source(),
        dst: view.get_destination(),
        proto: view.get_next_level_protocol().0,
        ttl: view.get_ttl(),
        dsfield: bytes[1],
        id: view.get_identification(),
        len: view.get_total_length(),
        hdr_len,
        df: flags & 0b010 != 0,
        mf: flags & 0b001 != 0,
        frag_offset: view.get_fragment_offset() * 8,
        checksum: view.get_checksum(),
        header: part.first(header_end).span(),
    };
    let wrong = |reason, at| Some(part.malformed("ip", reason, at));
    let total = usize::from(header.len);
    let (malformed, stop) = if view.get_version() != 4 {
        (wrong("the version is not 4", 0), true)
    } else if usize::from(hdr_len) < HEADER {
        (wrong("the header length is less than 20", 0), true)
    } else if total != 0 && total < header_end {
        (
            wrong("the total length is less than the header length", 2),
            true,
        )
    } else if part.wire_len() < header_end {
        (
            wrong("the header length reaches past the end of the packet", 0),
            true,
        )
    } else if total > part.wire_len() {
        // The rest may still be read: it is the length that is wrong, or bytes that were lost.
        (
            wrong("the total length is longer than the packet", 2),
            false,
        )
    } else {
        (None, false)
    };
    // A total length of 0 is a segment that is still to be cut up by the hardware: it reaches to the end of the frame.
    let whole = if total == 0 || stop {
        part
    } else {
        part.first(total)
    };
    Ok(Decoded {
        header,
        rest: whole.skip(header_end),
        malformed,
        stop,
    })
}
