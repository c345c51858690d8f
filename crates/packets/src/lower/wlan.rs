//! IEEE 802.11 data frames down to their packet, and the headers that capture tools put before them. Not management frames.

use super::{Announced, Kind, Peeled};
use crate::headers::{Ethernet, LinkType, Malformed};
use crate::part::{Part, mac};
use crate::rows::{Form, Row, row};
use crate::schema::lower::{ppi, prism, radiotap, wlan, wlancap};

const SHORT: &str = "shorter than its header";
/// Bytes of the check sequence that some captures keep.
pub(super) const CHECK_SEQUENCE: usize = 4;

/// Frame control and the first three addresses.
pub(super) const WLAN: &[Row] = &[
    row(0..1, wlan::FC_TYPE, Form::Bits(0x0c)),
    row(0..1, wlan::FC_SUBTYPE, Form::Bits(0xf0)),
    row(1..2, wlan::FC_DS, Form::Bits(0x03)),
    row(1..2, wlan::FC_FRAG, Form::Flag(0x04)),
    row(1..2, wlan::FC_RETRY, Form::Flag(0x08)),
    row(1..2, wlan::FC_PROTECTED, Form::Flag(0x40)),
    row(2..4, wlan::DURATION, Form::Little),
    row(4..10, wlan::RA, Form::Mac),
    row(10..16, wlan::TA, Form::Mac),
];

/// Version, length and what is present.
pub(super) const RADIOTAP: &[Row] = &[
    row(0..1, radiotap::VERSION, Form::Number),
    row(2..4, radiotap::LENGTH, Form::Little),
    row(4..8, radiotap::PRESENT_WORD, Form::Little),
];

/// Prism's message code and length.
pub(super) const PRISM: &[Row] = &[
    row(0..4, prism::MSGCODE, Form::Little),
    row(4..8, prism::MSGLEN, Form::Little),
];

/// Version and length of AVS.
pub(super) const WLAN_CAP: &[Row] = &[
    row(0..4, wlancap::VERSION, Form::Number),
    row(4..8, wlancap::LENGTH, Form::Number),
];

/// Version, flags, length and link type.
pub(super) const PPI: &[Row] = &[
    row(0..1, ppi::VERSION, Form::Number),
    row(1..2, ppi::FLAGS, Form::Hex),
    row(2..4, ppi::LENGTH, Form::Little),
    row(4..8, ppi::DLT, Form::Little),
];

fn little(bytes: &[u8], at: usize, count: usize) -> usize {
    let own = bytes.get(at..at + count).unwrap_or_default();
    own.iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// An 802.11 frame; only what is data, whole and readable leads to a packet. `behind` bytes at its end are a check sequence.
pub(super) fn wlan(part: Part<'_>, behind: usize) -> Result<Peeled<'_>, Malformed> {
    let part = part.first(part.wire_len().saturating_sub(behind));
    let bytes = part.at_least(2, "wlan", SHORT)?;
    let (kind, subtype, flags) = (bytes[0] >> 2 & 3, bytes[0] >> 4, bytes[1]);
    let least = match (kind, subtype) {
        (1, 0x0c | 0x0d) => 10,
        (1, _) => 16,
        _ => 24,
    };
    part.at_least(least.min(part.wire_len()), "wlan", SHORT)?;
    // Subtypes with the bit 4 carry nothing.
    if kind != 2 || subtype & 4 != 0 {
        return Ok(Peeled::new(
            part,
            least.min(part.wire_len()),
            Announced::BYTES,
        ));
    }
    let (to, from) = (flags & 1 != 0, flags & 2 != 0);
    let quality = subtype & 8 != 0;
    let mut header = 24;
    if to && from {
        header += 6;
    }
    let at_quality = header;
    if quality {
        header += 2;
        // With the order bit, a quality-of-service frame has a high-throughput control field.
        if flags & 0x80 != 0 {
            header += 4;
        }
    }
    let bytes = part.at_least(header, "wlan", SHORT)?;
    let aggregate = quality && bytes[at_quality] & 0x80 != 0;
    let later = bytes[22] & 0x0f != 0 || flags & 4 != 0;
    let next = if flags & 0x40 != 0 || aggregate || later {
        Announced::BYTES
    } else {
        Announced::Header(Kind::Llc)
    };
    let (dst, src) = match (to, from) {
        (false, false) => (4, 10),
        (false, true) => (4, 16),
        (true, false) => (16, 10),
        (true, true) => (16, 24),
    };
    Ok(Peeled {
        ethernet: Some(Ethernet {
            dst: mac(bytes, dst),
            src: mac(bytes, src),
        }),
        ..Peeled::new(part, header, next)
    })
}

/// Radiotap: the flags, when present, say whether a check sequence follows the frame.
pub(super) fn radiotap(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(8, "radiotap", SHORT)?;
    let header = little(bytes, 2, 2);
    if header < 8 {
        return Err(part.malformed("radiotap", "the length is less than 8", 2));
    }
    let bytes = part.at_least(
        header,
        "radiotap",
        "the length reaches past the end of the frame",
    )?;
    let mut words = 0;
    // Each word of present bits says by its highest one whether there is another.
    while little(bytes, 4 + words * 4, 4) & 0x8000_0000 != 0 && 8 + words * 4 < header {
        words += 1;
    }
    let present = little(bytes, 4, 4);
    let mut at = 8 + words * 4;
    if present & 1 != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    let flags = if present & 2 != 0 && at < header {
        bytes[at]
    } else {
        0
    };
    let kind = if flags & 0x10 != 0 {
        Kind::WlanChecked
    } else {
        Kind::Wlan
    };
    Ok(Peeled::new(part, header, Announced::Header(kind)))
}

/// Prism's header of 144 bytes; the same link type is also used with AVS.
pub(super) fn prism(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(8, "prism", SHORT)?;
    if bytes.starts_with(&[0x80, 0x21, 0x10]) {
        return wlan_cap(part);
    }
    let header = match little(bytes, 4, 4) {
        length @ 8..=1024 => length,
        _ => 144,
    };
    part.at_least(header, "prism", SHORT)?;
    Ok(Peeled::new(part, header, Announced::Header(Kind::Wlan)))
}

/// AVS: its length is in it.
pub(super) fn wlan_cap(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(8, "wlancap", SHORT)?;
    let header = crate::part::be32(bytes, 4) as usize;
    if header < 8 {
        return Err(part.malformed("wlancap", "the length is less than 8", 4));
    }
    part.at_least(
        header,
        "wlancap",
        "the length reaches past the end of the frame",
    )?;
    Ok(Peeled::new(part, header, Announced::Header(Kind::Wlan)))
}

/// Per-packet information, then a frame of the link it names.
pub(super) fn ppi(part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    let bytes = part.at_least(8, "ppi", SHORT)?;
    let header = little(bytes, 2, 2);
    if header < 8 {
        return Err(part.malformed("ppi", "the length is less than 8", 2));
    }
    part.at_least(
        header,
        "ppi",
        "the length reaches past the end of the frame",
    )?;
    let link = u16::try_from(little(bytes, 4, 4))
        .map_or(Announced::BYTES, |link| Announced::Frame(LinkType(link)));
    Ok(Peeled::new(part, header, link))
}
