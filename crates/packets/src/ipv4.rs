//! IPv4 headers (RFC 791) with options and fragments. Not their payload.

use super::checksum::{self, Covered};
use super::fields::Fields;
use super::headers::{Ipv4, Malformed};
use super::ip_options;
use super::names;
use super::part::{Decoded, Part, be16};
use super::schema::internet::ip;
use super::tree::{Field, FieldValue, Layer};
use pnet::packet::ipv4::Ipv4Packet;

/// Bytes of a header without options.
pub(super) const HEADER: usize = 20;
const SHORT: &str = "shorter than the 20 bytes of a header";

/// Reads a header. `rest` is cut to the total length, so Ethernet padding is not in it.
#[inline]
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
        len: match view.get_total_length() {
            // A segment that is still to be cut up by the hardware: it reaches to the end of the frame.
            0 => part.wire_len() as u32,
            len => len.into(),
        },
        hdr_len,
        df: flags & 0b010 != 0,
        mf: flags & 0b001 != 0,
        frag_offset: view.get_fragment_offset() * 8,
        checksum: view.get_checksum(),
        header: part.first(header_end).span(),
    };
    let total = usize::from(view.get_total_length());
    let (malformed, stop) = match fault(part, &view) {
        Some((reason, at, stop)) => (Some(part.malformed("ip", reason, at)), stop),
        None => (None, false),
    };
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

/// What is wrong with a header, where in it that stands, and whether nothing behind it can be read.
#[inline]
fn fault(part: Part<'_>, view: &Ipv4Packet<'_>) -> Option<(&'static str, usize, bool)> {
    let hdr_len = usize::from(view.get_header_length()) * 4;
    let total = usize::from(view.get_total_length());
    if view.get_version() != 4 {
        Some(("the version is not 4", 0, true))
    } else if hdr_len < HEADER {
        Some(("the header length is less than 20", 0, true))
    } else if total != 0 && total < hdr_len {
        let reason = "the total length is less than the header length";
        Some((reason, 2, true))
    } else if part.wire_len() < hdr_len {
        let reason = "the header length reaches past the end of the packet";
        Some((reason, 0, true))
    } else if total > part.wire_len() {
        // The rest may still be read: it is the length that is wrong, or bytes that were lost.
        Some(("the total length is longer than the packet", 2, false))
    } else {
        None
    }
}

/// The header as a layer; `part` begins with it.
pub(super) fn layer(part: Part<'_>, decoded: &Decoded<'_, Ipv4>, covered: Covered) -> Layer {
    let ip = &decoded.header;
    let whole = part.first(usize::from(ip.hdr_len).max(HEADER));
    let mut fields = Fields::of(whole);
    fields.bits(0..1, 0xf0, ip::VERSION);
    fields
        .value(0..1, ip::HDR_LEN, FieldValue::Number(ip.hdr_len.into()))
        .mean(format!("{} words of 4 bytes", ip.hdr_len / 4));
    let meaning = format!(
        "DSCP {}; {}",
        names::with_number(names::dscp(ip.dsfield >> 2), ip.dsfield >> 2),
        names::ecn(ip.dsfield)
    );
    fields
        .hex(1..2, ip::DSFIELD)
        .mean(meaning)
        .with(dsfield(part, ip.dsfield));
    let meaning = if be16(part.bytes(), 2) == 0 {
        "the field is 0: to the end of the frame, still to be cut up by the hardware"
    } else {
        ""
    };
    let len = FieldValue::Number(ip.len.into());
    fields.value(2..4, ip::LEN, len).mean(meaning);
    fields.hex(4..6, ip::ID);
    fragmentation(&mut fields, ip, part);
    fields.number(8..9, ip::TTL);
    fields
        .number(9..10, ip::PROTO)
        .mean(names::protocol(ip.proto));
    let verdict = checksum::judge_plain(whole, 10, ip.checksum, covered);
    fields.hex(10..12, ip::CHECKSUM).mean(verdict);
    fields.ipv4(12, ip::SRC);
    fields.ipv4(16, ip::DST);
    ip_options::add(&mut fields, HEADER);
    fields.malformed(decoded.malformed);
    fields.layer(
        ip::LAYER,
        format!(
            "Internet Protocol Version 4, Src: {}, Dst: {}",
            ip.src, ip.dst
        ),
    )
}

fn dsfield(part: Part<'_>, byte: u8) -> Vec<Field> {
    let mut fields = Fields::of(part);
    fields
        .bits(1..2, 0xfc, ip::DSFIELD_DSCP)
        .mean(names::dscp(byte >> 2));
    fields
        .bits(1..2, 0x03, ip::DSFIELD_ECN)
        .mean(names::ecn(byte));
    fields.done()
}

/// The flags, and which part of a datagram is in a fragment (RFC 791 section 3.2).
fn fragmentation(fields: &mut Fields<'_>, ip: &Ipv4, part: Part<'_>) {
    let mut flags = Fields::of(part);
    flags.flag(6..7, 0x80, ip::FLAGS_RB);
    flags.flag(6..7, 0x40, ip::FLAGS_DF);
    flags.flag(6..7, 0x20, ip::FLAGS_MF);
    let bits = FieldValue::Hex(u64::from(part.bytes()[6] >> 5), 1);
    fields
        .value(6..7, ip::FLAGS, bits)
        .mean(match (ip.df, ip.mf) {
            (true, true) => "don't fragment, more fragments",
            (true, false) => "don't fragment",
            (false, true) => "more fragments",
            (false, false) => "",
        })
        .with(flags.done());
    let offset = FieldValue::Number(u64::from(ip.frag_offset / 8));
    fields.value(6..8, ip::FRAG_OFFSET, offset);
}
