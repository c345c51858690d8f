//! TCP headers (RFC 9293 section 3.1). Their options are walked in `tcp_options.rs`; conversations belong to the tracker.

use super::checksum::{self, Covered, Pseudo};
use super::fields::Fields;
use super::headers::{Malformed, Tcp, TcpOptions, flag};
use super::part::{CUT, Decoded, Part, be16};
use super::schema::FieldEntry;
use super::schema::capture::data;
use super::schema::transport::tcp;
use super::tcp_option_fields;
use super::tcp_options;
use super::tree::{Field, FieldValue, Layer};
use pnet::packet::tcp::TcpPacket;

/// Bytes of a header without options.
pub(super) const HEADER: usize = 20;
/// With so many bytes of a header, as far as the window, a capture that ends in it still tells what the segment does.
const TELLING: usize = 16;
/// Bytes of a header that every ICMP error quotes at least (RFC 792).
pub(super) const QUOTE: usize = 8;
const SHORT: &str = "shorter than the 20 bytes of a header";

/// Reads a header. With a wrong header length the fixed fields are given, and `stop` is set. Of one that the capture cut behind the
/// window the fields that are missing read as 0.
#[inline]
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, Tcp>, Malformed> {
    let mut padded = [0; HEADER];
    let bytes = match part.bytes() {
        some if (TELLING..HEADER).contains(&some.len()) && part.wire_len() >= HEADER => {
            padded[..some.len()].copy_from_slice(some);
            &padded
        }
        _ => part.at_least(HEADER, "tcp", SHORT)?,
    };
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
        websocket: false,
        header: whole.span(),
    };
    let wrong = |reason| Some(part.malformed("tcp", reason, 12));
    let (malformed, stop) = if usize::from(hdr_len) < HEADER {
        (wrong("the header length is less than 20"), true)
    } else if header_end > part.wire_len() {
        let options = whole.bytes().get(HEADER..).unwrap_or_default();
        header.options = tcp_options::decode(options, header_end - HEADER).0;
        let reason = "the header length reaches past the end of the segment";
        (wrong(reason), true)
    } else {
        let options = whole.bytes().get(HEADER..).unwrap_or_default();
        let (options, error) = tcp_options::decode(options, header_end - HEADER);
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

/// The header as a layer; `part` is the whole segment.
pub(super) fn layer(
    part: Part<'_>,
    decoded: &Decoded<'_, Tcp>,
    pseudo: Pseudo,
    covered: Covered,
) -> Layer {
    let tcp = &decoded.header;
    let header_end = usize::from(tcp.hdr_len).max(HEADER);
    let mut fields = Fields::of(part.first(header_end));
    fields.number(0..2, tcp::SRCPORT);
    fields.number(2..4, tcp::DSTPORT);
    if !decoded.stop {
        let len = FieldValue::Number(tcp.len.into());
        fields.computed(tcp::LEN, len);
    }
    fields.number(4..8, tcp::SEQ_RAW);
    let meaning = if tcp.flags & flag::ACK == 0 && tcp.ack != 0 {
        "means nothing, the ACK flag is not set"
    } else {
        ""
    };
    fields.number(8..12, tcp::ACK_RAW).mean(meaning);
    fields
        .value(12..13, tcp::HDR_LEN, FieldValue::Number(tcp.hdr_len.into()))
        .mean(format!("{} words of 4 bytes", tcp.hdr_len / 4));
    fields
        .value(12..14, tcp::FLAGS, FieldValue::Hex(tcp.flags.into(), 3))
        .mean(flag::names(tcp.flags))
        .with(flags(part, tcp.flags));
    fields.number(14..16, tcp::WINDOW_SIZE_VALUE);
    if tcp.captured() >= 18 {
        let verdict = checksum::judge(part, 16, tcp.checksum, pseudo, covered);
        fields.hex(16..18, tcp::CHECKSUM).mean(verdict);
    }
    let meaning = if tcp.flags & flag::URG == 0 && tcp.urgent != 0 {
        "means nothing, the URG flag is not set"
    } else {
        ""
    };
    if tcp.captured() >= HEADER {
        fields.number(18..20, tcp::URGENT_POINTER).mean(meaning);
    }
    if !decoded.stop {
        tcp_option_fields::add(&mut fields, HEADER);
    }
    fields.malformed(decoded.malformed);
    let title = format!(
        "Transmission Control Protocol, Src Port: {}, Dst Port: {}, Len: {}",
        tcp.srcport, tcp.dstport, tcp.len
    );
    fields.layer(tcp::LAYER, title)
}

/// The first eight bytes of a header as a layer: all that an ICMP error has to quote.
pub(super) fn quoted_layer(part: Part<'_>) -> Layer {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    fields.number(0..2, tcp::SRCPORT);
    fields.number(2..4, tcp::DSTPORT);
    fields.number(4..8, tcp::SEQ_RAW);
    if bytes.len() > QUOTE {
        fields
            .bytes(QUOTE..bytes.len(), data::DATA)
            .labelled("Rest of the quote");
    }
    let title = format!(
        "Transmission Control Protocol, Src Port: {}, Dst Port: {}",
        be16(bytes, 0),
        be16(bytes, 2)
    );
    fields.layer(tcp::LAYER, title)
}

/// Bit and field, from the lowest bit up.
const FLAGS: [(u16, &FieldEntry); 9] = [
    (flag::FIN, tcp::FLAGS_FIN),
    (flag::SYN, tcp::FLAGS_SYN),
    (flag::RST, tcp::FLAGS_RESET),
    (flag::PSH, tcp::FLAGS_PUSH),
    (flag::ACK, tcp::FLAGS_ACK),
    (flag::URG, tcp::FLAGS_URG),
    (flag::ECE, tcp::FLAGS_ECE),
    (flag::CWR, tcp::FLAGS_CWR),
    (flag::AE, tcp::FLAGS_AE),
];

fn flags(part: Part<'_>, flags: u16) -> Vec<Field> {
    let mut fields = Fields::of(part);
    fields.flag(12..13, 0x0e, tcp::FLAGS_RES);
    for (bit, entry) in FLAGS.iter().rev() {
        let byte = if *bit == flag::AE { 12..13 } else { 13..14 };
        let set = FieldValue::Flag(flags & bit != 0);
        fields.value(byte, entry, set);
    }
    let text = FieldValue::Text(flag_letters(flags));
    fields.value(12..14, tcp::FLAGS_STR, text);
    fields.done()
}

/// Twelve letters from the highest bit down, a middle dot for each bit that is not set: `·······A··S·`.
fn flag_letters(flags: u16) -> String {
    "RRRACEUAPRSF"
        .chars()
        .enumerate()
        .map(|(place, letter)| {
            if flags & (0x800 >> place) == 0 {
                '·'
            } else {
                letter
            }
        })
        .collect()
}
