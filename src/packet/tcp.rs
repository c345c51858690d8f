//! TCP headers (RFC 9293 section 3.1). Their options are walked in `tcp_options.rs`; conversations belong to the tracker.

use super::headers::{Malformed, Tcp, TcpOptions};
use super::part::{CUT, Decoded, Part, be16};
use super::tcp_options;
use pnet::packet::tcp::TcpPacket;

/// Bytes of a header without options.
pub(super) const HEADER: usize = 20;
const SHORT: &str = "shorter than the 20 bytes of a header";

/// Reads a header. With a wrong header length the fixed fields are given, and `stop` is set.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Tcp>, Malformed> {
    let bytes = part.at_least(HEADER, "tcp", SHORT)?;
    let Some(view) = TcpPacket::new(bytes) else {
        return Err(part.malformed("tcp", SHORT, 0));
    };
    let hdr_len = view.get_data_offset() * 4;
    let header_end = usize::from(hdr_len).max(HEADER);
    let whole = part.first(header_end);
    let mut header = Tcp {
        srcport: view.get_source(),
        dstport: view.get_destination(),
        seq: view.get_sequence(),
        ack: view.get_acknowledgement(),
        hdr_len,
        flags: be16(bytes, 12) & 0xfff,
        window: view.get_window(),
        checksum: view.get_checksum(),
        urgent: view.get_urgent_ptr(),
        len: (part.wire_len() - whole.wire_len()) as u32,
        options: TcpOptions::default(),
        header: whole.span(),
    };
    let wrong = |reason| Some(part.malformed("tcp", reason, 12));
    let (malformed, stop) = if usize::from(hdr_len) < HEADER {
        (wrong("the header length is less than 20"), true)
    } else if header_end > part.wire_len() {
        let reason = "the header length reaches past the end of the segment";
        (wrong(reason), true)
    } else {
        let (options, error) = tcp_options::decode(&whole.bytes()[HEADER..]);
        header.options = options;
        let malformed = error.map(|(at, reason)| {
            let reason = if whole.is_cut() { CUT } else { reason };
            part.malformed("tcp", reason, HEADER + at)
        });
        let cut = whole
            .is_cut()
            .then(|| whole.malformed("tcp", CUT, header_end));
        (malformed.or(cut), false)
    };
    Ok(Decoded {
        header,
        rest: part.skip(header_end),
        malformed,
        stop,
    })
}
