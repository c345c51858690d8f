//! One packet in one line of plain text, written straight into a byte buffer: what `packet_line` says, for a look without colour
//! and without an end of its width, at the full speed of a capture. Segments and datagrams are written here, without allocation;
//! whatever is rarer goes through `packet_line` itself. A test holds the two together.

use super::clock::Clock;
use super::digits::{address, number};
use super::styled::{Look, Styled, printable};
use super::words;
use super::{ascii, info, packet_line};
use crate::event::packet::{Label, PacketEvent, Phase, Track};
use crate::packet::application;
use crate::packet::headers::{Tcp, Transport, flag};
use crate::packet::text::{escape, is_printable};
use std::net::IpAddr;

/// Writes a packet's line with its end. The width and the colour of the look are taken as endless and none.
pub fn write(
    out: &mut Vec<u8>,
    packet: &PacketEvent,
    clock: Clock,
    times_ns: (i64, i64),
    ascii_only: bool,
) {
    let headers = &packet.headers;
    let plain = headers.malformed.is_none()
        && packet.rulings.is_empty()
        && packet.from.is_empty()
        && packet.to.is_empty();
    let ends = headers.addresses().filter(|_| plain);
    let application = info::application(packet);
    match (&headers.transport, ends) {
        (Transport::Tcp(tcp), Some(ends)) => {
            head(out, packet, clock, times_ns);
            route(out, ends, (tcp.srcport, tcp.dstport), ascii_only);
            out.extend_from_slice(b" TCP ");
            segment(out, tcp, &packet.track);
        }
        (Transport::Udp(udp), Some(ends)) => {
            head(out, packet, clock, times_ns);
            route(out, ends, (udp.srcport, udp.dstport), ascii_only);
            if let Some((name, line)) = info::application(packet) {
                out.push(b' ');
                out.extend_from_slice(name.as_bytes());
                out.push(b' ');
                foreign(out, &line, ascii_only);
            } else {
                out.extend_from_slice(b" UDP Len=");
                number(out, udp.length.saturating_sub(8).into());
            }
        }
        _ => {
            slowly(out, packet, clock, times_ns, ascii_only);
            return;
        }
    }
    remarks(out, packet, application.as_ref(), ascii_only);
    // A message may end in blanks; the lines of the other views do not.
    while out.last() == Some(&b' ') {
        out.pop();
    }
    out.push(b'\n');
}

fn text(out: &mut Vec<u8>, text: &str, ascii_only: bool) {
    let printable = printable(text);
    if ascii_only {
        out.extend_from_slice(ascii::fold(&printable).as_bytes());
    } else {
        out.extend_from_slice(printable.as_bytes());
    }
}

fn slowly(
    out: &mut Vec<u8>,
    packet: &PacketEvent,
    clock: Clock,
    times_ns: (i64, i64),
    ascii_only: bool,
) {
    let look = Look {
        width: usize::MAX,
        ascii: ascii_only,
        color: false,
    };
    let line = packet_line::at(packet, &clock.text(packet.frame.time_ns, times_ns), &look);
    let text = Styled { lines: vec![line] }.to_text(&look);
    out.extend_from_slice(text.as_bytes());
}

fn head(out: &mut Vec<u8>, packet: &PacketEvent, clock: Clock, times_ns: (i64, i64)) {
    out.push(b'#');
    number(out, packet.number);
    out.push(b' ');
    clock.write(out, packet.frame.time_ns, times_ns);
    out.push(b' ');
}

fn route(out: &mut Vec<u8>, ends: (IpAddr, IpAddr), ports: (u16, u16), ascii_only: bool) {
    end(out, ends.0, ports.0);
    let arrow = if ascii_only { " -> " } else { " → " };
    out.extend_from_slice(arrow.as_bytes());
    end(out, ends.1, ports.1);
}

fn end(out: &mut Vec<u8>, host: IpAddr, port: u16) {
    if host.is_ipv6() {
        out.push(b'[');
        address(out, host);
        out.push(b']');
    } else {
        address(out, host);
    }
    out.push(b':');
    number(out, port.into());
}

fn segment(out: &mut Vec<u8>, tcp: &Tcp, track: &Track) {
    const ACK_PSH: u16 = flag::ACK | flag::PSH;
    out.push(b'[');
    match tcp.flags {
        flag::ACK => out.extend_from_slice(b"ACK"),
        ACK_PSH => out.extend_from_slice(b"PSH, ACK"),
        flags => flag_names(out, flags),
    }
    out.extend_from_slice(b"] Seq=");
    number(out, track.seq.into());
    if tcp.flags & flag::ACK != 0 {
        field(out, b" Ack=", track.ack);
    }
    field(out, b" Win=", track.window);
    field(out, b" Len=", tcp.len);
    if tcp.flags & flag::URG != 0 {
        field(out, b" Urg=", tcp.urgent.into());
    }
    let options = &tcp.options;
    if let Some(mss) = options.mss {
        field(out, b" MSS=", mss.into());
    }
    if options.sack_perm {
        out.extend_from_slice(b" SACK_PERM");
    }
    if let Some((value, echo)) = options.timestamp {
        field(out, b" TSval=", value);
        field(out, b" TSecr=", echo);
    }
    if let Some(shift) = options.wscale {
        out.extend_from_slice(b" WS=");
        number(out, 1_u64.checked_shl(shift.into()).unwrap_or(0));
    }
    // The blocks are about the other side's numbers; their distance to the ACK number is known whatever the base.
    let relative = |raw: u32| track.ack.wrapping_add(raw.wrapping_sub(tcp.ack));
    for (left, right) in options.sack.iter().take(options.sack_count.into()) {
        field(out, b" SLE=", relative(*left));
        field(out, b" SRE=", relative(*right));
    }
}

fn field(out: &mut Vec<u8>, name: &[u8], value: u32) {
    out.extend_from_slice(name);
    number(out, value.into());
}

fn flag_names(out: &mut Vec<u8>, flags: u16) {
    let before = out.len();
    for (bit, name) in flag::ALL {
        if flags & bit != 0 {
            if out.len() > before {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(name.as_bytes());
        }
    }
    if out.len() == before {
        out.extend_from_slice(b"<None>");
    }
}

const GAP: &[u8] = b"   ";

fn remarks(
    out: &mut Vec<u8>,
    packet: &PacketEvent,
    application: Option<&(&'static str, String)>,
    ascii_only: bool,
) {
    let track = &packet.track;
    if track.labels.0 != 0 {
        for label in track.labels.iter() {
            out.extend_from_slice(GAP);
            match (label, track.duplicate_of) {
                (Label::DuplicateAck, Some((count, frame))) => {
                    field(out, b"Dup ACK #", count);
                    out.extend_from_slice(b" of #");
                    number(out, frame);
                }
                _ => out.extend_from_slice(words::label_name(label).as_bytes()),
            }
        }
    }
    let data = info::payload(packet);
    match track.phase {
        None => {}
        Some(Phase::Data | Phase::Datagram) if !data.is_empty() => {}
        Some(Phase::Acknowledgment) if words::repeats(track.labels) => {}
        Some(Phase::Acknowledgment) => acknowledgment(out, track),
        Some(Phase::Handshake(step @ 0..=9)) => {
            out.extend_from_slice(GAP);
            out.extend_from_slice(b"handshake ");
            out.push(b'0' + step);
            out.extend_from_slice(b" of 3");
        }
        Some(phase) => {
            out.extend_from_slice(GAP);
            out.extend_from_slice(words::phase(phase).as_bytes());
        }
    }
    if data.is_empty() {
        return;
    }
    if application::name(&packet.headers, data).is_some() {
        let line = info::data(packet, packet_line::PREVIEW);
        if !line.is_empty() {
            out.extend_from_slice(GAP);
            foreign(out, &line, ascii_only);
        }
    } else {
        out.extend_from_slice(GAP);
        preview(out, data, packet_line::PREVIEW, ascii_only);
    }
}

/// Text that was made safe before.
fn foreign(out: &mut Vec<u8>, text: &str, ascii_only: bool) {
    if ascii_only {
        out.extend_from_slice(ascii::fold(text).as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn acknowledgment(out: &mut Vec<u8>, track: &Track) {
    out.extend_from_slice(GAP);
    match track.acks {
        Some((_, frame)) => {
            out.extend_from_slice(b"acknowledges #");
            number(out, frame);
        }
        None => out.extend_from_slice(b"acknowledgment"),
    }
}

/// What stands for a byte of ASCII between quotes: the byte itself, the letter after a backslash, or 0 for `\x` and two digits.
const SHOWN: [u8; 128] = {
    let mut shown = [0; 128];
    let mut byte = b' ';
    while byte <= b'~' {
        shown[byte as usize] = byte;
        byte += 1;
    }
    shown[b'\n' as usize] = b'n';
    shown[b'\r' as usize] = b'r';
    shown[b'\t' as usize] = b't';
    shown
};

/// The bytes between quotes as `packet::text::quote` writes them, of at most `limit` characters.
fn preview(out: &mut Vec<u8>, data: &[u8], limit: usize, ascii_only: bool) {
    out.push(b'"');
    let start = out.len();
    let mut room = Room {
        used: 0,
        limit,
        fits: start,
    };
    let mut rest = data;
    let mut whole = true;
    while let Some(&byte) = rest.first() {
        let fits = if byte < 0x80 {
            rest = &rest[1..];
            match SHOWN[usize::from(byte)] {
                0 => room.push(out, &hexadecimal(byte), 4),
                shown if shown == byte && !matches!(byte, b'"' | b'\\') => {
                    room.push(out, &[byte], 1)
                }
                letter => room.push(out, &[b'\\', letter], 2),
            }
        } else {
            let (taken, fits) = beyond_ascii(out, rest, &mut room);
            rest = &rest[taken..];
            fits
        };
        if !fits {
            whole = false;
            break;
        }
    }
    if !whole {
        out.truncate(room.fits);
        out.extend_from_slice("…".as_bytes());
    }
    if ascii_only && !out[start..].is_ascii() {
        let folded = ascii::fold(&String::from_utf8_lossy(&out[start..])).into_owned();
        out.truncate(start);
        out.extend_from_slice(folded.as_bytes());
    }
    out.push(b'"');
}

fn hexadecimal(byte: u8) -> [u8; 4] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS[usize::from(nibble & 15)];
    [b'\\', b'x', digit(byte >> 4), digit(byte)]
}

/// The character, or the bytes that are none, at the start of `rest`: how many bytes they are, and whether there was room.
fn beyond_ascii(out: &mut Vec<u8>, rest: &[u8], room: &mut Room) -> (usize, bool) {
    // No character and no faulty sequence is longer than four bytes.
    let Some(chunk) = rest[..rest.len().min(4)].utf8_chunks().next() else {
        return (rest.len(), true);
    };
    if let Some(character) = chunk.valid().chars().next() {
        let mut utf8 = [0; 4];
        let text = character.encode_utf8(&mut utf8).as_bytes();
        let fits = if is_printable(character) {
            room.push(out, text, 1)
        } else {
            let escaped = escape(text, usize::MAX);
            room.push(out, escaped.as_bytes(), escaped.len())
        };
        return (text.len(), fits);
    }
    for byte in chunk.invalid() {
        if !room.push(out, &hexadecimal(*byte), 4) {
            return (chunk.invalid().len(), false);
        }
    }
    (chunk.invalid().len(), true)
}

/// The room for a preview, in characters.
struct Room {
    used: usize,
    limit: usize,
    /// Where the buffer ended when there was still room for an ellipsis.
    fits: usize,
}

impl Room {
    /// Adds a piece of so many characters; false when there is no room for it.
    fn push(&mut self, out: &mut Vec<u8>, piece: &[u8], characters: usize) -> bool {
        self.used += characters;
        if self.used > self.limit {
            return false;
        }
        out.extend_from_slice(piece);
        if self.used < self.limit {
            self.fits = out.len();
        }
        true
    }
}

#[cfg(test)]
#[path = "packet_text_tests.rs"]
mod tests;
