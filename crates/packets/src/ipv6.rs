//! IPv6 headers (RFC 8200) with their chain of extension headers. Not their payload.

use super::headers::{Ipv6, Malformed};
use super::part::{Decoded, Part, be16};
use pnet::packet::ipv6::Ipv6Packet;

/// Bytes of the fixed header.
pub(super) const HEADER: usize = 40;
const SHORT: &str = "shorter than the 40 bytes of a header";

/// Next-header numbers of extension headers (RFC 8200 section 4.1, RFC 4302, 6275, 7401, 5533).
pub(super) mod next {
    pub(crate) const HOP_BY_HOP: u8 = 0;
    pub(crate) const ROUTING: u8 = 43;
    pub(crate) const FRAGMENT: u8 = 44;
    pub(crate) const AUTHENTICATION: u8 = 51;
    pub(crate) const NOTHING: u8 = 59;
    pub(crate) const DESTINATION: u8 = 60;
    pub(crate) const MOBILITY: u8 = 135;
    pub(crate) const HIP: u8 = 139;
    pub(crate) const SHIM6: u8 = 140;
}

/// One extension header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    /// Which one it is: the number that announced it.
    pub(super) kind: u8,
    /// The number of what follows.
    pub(super) nxt: u8,
    /// Its bytes; the capture may have cut them, but not below eight.
    pub(super) part: Part<'a>,
}

/// The extension header announced by `kind` at the start of `part`; `None` when `kind` is none.
pub(super) fn extension(kind: u8, part: Part<'_>) -> Result<Option<Extension<'_>>, Malformed> {
    let unit = match kind {
        next::FRAGMENT => 0,
        next::AUTHENTICATION => 4,
        next::HOP_BY_HOP
        | next::ROUTING
        | next::DESTINATION
        | next::MOBILITY
        | next::HIP
        | next::SHIM6 => 8,
        _ => return Ok(None),
    };
    let bytes = part.at_least(8, "ipv6", "shorter than the 8 bytes of an extension header")?;
    // AH counts in words and leaves out two of them, the others count in eights and leave out the first (RFC 4302 section 2.2).
    let len = 8 + usize::from(bytes[1]) * unit;
    if len > part.wire_len() {
        let reason = "an extension header reaches past the end of the packet";
        return Err(part.malformed("ipv6", reason, 1));
    }
    // Nothing follows a Mobility header, whatever it announces (RFC 6275 section 6.1.1).
    let nxt = if kind == next::MOBILITY {
        next::NOTHING
    } else {
        bytes[0]
    };
    Ok(Some(Extension {
        kind,
        nxt,
        part: part.first(len),
    }))
}

/// Offset in bytes and more-fragments flag of a fragment header (RFC 8200 section 4.5).
pub(super) fn fragment(extension: &Extension<'_>) -> Option<(u16, bool)> {
    let word = be16(extension.part.bytes(), 2);
    (extension.kind == next::FRAGMENT).then_some((word & 0xfff8, word & 1 != 0))
}

/// Reads the fixed header only; `rest` begins at the first extension header.
pub(super) fn decode_fixed(part: Part<'_>) -> Result<Decoded<'_, Ipv6>, Malformed> {
    let bytes = part.at_least(HEADER, "ipv6", SHORT)?;
    let Some(view) = Ipv6Packet::new(bytes) else {
        return Err(part.malformed("ipv6", SHORT, 0));
    };
    let nxt = view.get_next_header().0;
    let header = Ipv6 {
        src: view.get_source(),
        dst: view.get_destination(),
        traffic_class: view.get_traffic_class(),
        flow: view.get_flow_label(),
        nxt,
        upper: nxt,
        hlim: view.get_hop_limit(),
        plen: view.get_payload_length(),
        fragment: None,
        header: part.first(HEADER).span(),
    };
    let payload = part.skip(HEADER);
    let plen = usize::from(header.plen);
    let (malformed, stop) = if view.get_version() != 6 {
        (
            Some(part.malformed("ipv6", "the version is not 6", 0)),
            true,
        )
    } else if plen > payload.wire_len() {
        let reason = "the payload length is longer than the packet";
        (Some(part.malformed("ipv6", reason, 4)), false)
    } else {
        (None, false)
    };
    // A payload length of 0 is a jumbogram or a segment that is still to be cut up: it reaches to the end of the frame.
    let rest = if plen == 0 || stop {
        payload
    } else {
        payload.first(plen)
    };
    Ok(Decoded {
        header,
        rest,
        malformed,
        stop,
    })
}

/// Reads the fixed header and all extension headers, up to a fragment that is not the first.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Ipv6>, Malformed> {
    let mut decoded = decode_fixed(part)?;
    if decoded.stop {
        return Ok(decoded);
    }
    loop {
        match extension(decoded.header.upper, decoded.rest) {
            Ok(Some(found)) => {
                decoded.header.upper = found.nxt;
                decoded.header.header.end = found.part.span().end;
                decoded.rest = decoded.rest.skip(found.part.wire_len());
                if let Some(fragment) = fragment(&found) {
                    decoded.header.fragment = Some(fragment);
                    if fragment.0 > 0 {
                        return Ok(decoded);
                    }
                }
            }
            Ok(None) => return Ok(decoded),
            Err(malformed) => {
                decoded.malformed = decoded.malformed.or(Some(malformed));
                decoded.stop = true;
                return Ok(decoded);
            }
        }
    }
}
