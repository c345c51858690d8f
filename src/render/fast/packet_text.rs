//! One packet in one line of plain text, written straight into a byte buffer: what `packet_line` says, for a look without colour
//! and without an end of its width, at the full speed of a capture. Segments and datagrams are written here, without allocation;
//! whatever is rarer goes through `packet_line` itself. A test holds the two together.

use super::digits::{hexadecimal, labelled, number, piece};
use super::routes::Routes;
use crate::event::packet::{Label, PacketEvent, Phase, Track};
use crate::packet::headers::{Tcp, Transport, Udp, flag};
use crate::packet::text::{escape, is_printable};
use crate::render::clock::Clock;
use crate::render::styled::{Look, Styled};
use crate::render::{ascii, info, packet_line, words};

/// Writes the lines of a capture, one after the other. What every packet of a conversation says in the same words, it keeps.
#[derive(Debug)]
pub struct Writer {
    clock: Clock,
    ascii_only: bool,
    routes: Routes,
}

impl Writer {
    /// One whose times are those of the clock. The width and the colour of a look are taken as endless and none.
    pub fn new(clock: Clock, ascii_only: bool) -> Self {
        Self {
            clock,
            ascii_only,
            routes: Routes::new(ascii_only),
        }
    }

    /// Writes a packet's line with its end. `times_ns` are those of the first packet and of the one before.
    pub fn write(&mut self, out: &mut Vec<u8>, packet: &PacketEvent, times_ns: (i64, i64)) {
        let headers = &packet.headers;
        let plain = headers.malformed.is_none()
            && packet.rulings.is_empty()
            && packet.comments.is_empty()
            && packet.cause.is_none()
            && packet.from.is_empty()
            && packet.to.is_empty()
            && info::first_fragment(packet).is_none();
        let hosts = headers.addresses().filter(|_| plain);
        match (&headers.transport, hosts) {
            (Transport::Tcp(tcp), Some(hosts)) => {
                self.head(out, packet, times_ns);
                self.routes.write(out, hosts, (tcp.srcport, tcp.dstport));
                out.extend_from_slice(b" TCP ");
                segment(out, tcp, &packet.track);
                self.remarks(out, packet);
            }
            (Transport::Udp(udp), Some(hosts)) => {
                self.head(out, packet, times_ns);
                self.routes.write(out, hosts, (udp.srcport, udp.dstport));
                self.datagram(out, packet, udp);
            }
            _ => {
                slowly(out, packet, self.clock, times_ns, self.ascii_only);
                return;
            }
        }
        // A message may end in blanks; the lines of the other views do not.
        while out.last() == Some(&b' ') {
            out.pop();
        }
        out.push(b'\n');
    }

    fn head(&self, out: &mut Vec<u8>, packet: &PacketEvent, times_ns: (i64, i64)) {
        labelled(out, b"#", packet.number);
        out.push(b' ');
        self.clock.write(out, packet.frame.time_ns, times_ns);
        out.push(b' ');
    }

    fn datagram(&self, out: &mut Vec<u8>, packet: &PacketEvent, udp: &Udp) {
        let application = info::application(packet);
        if let Some((name, line)) = &application {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
            out.push(b' ');
            self.foreign(out, line);
        } else {
            out.extend_from_slice(b" UDP");
            field(out, b" Len=", udp.length.saturating_sub(8).into());
        }
        let data = info::payload(packet);
        labels(out, &packet.track);
        phase(out, &packet.track, data);
        // Its line stands in the info.
        if application.is_none() {
            self.preview(out, data);
        }
    }

    fn remarks(&self, out: &mut Vec<u8>, packet: &PacketEvent) {
        let data = info::payload(packet);
        labels(out, &packet.track);
        phase(out, &packet.track, data);
        if data.is_empty() {
            return;
        }
        match info::application(packet) {
            Some((name, line)) => {
                out.extend_from_slice(GAP);
                out.extend_from_slice(name.as_bytes());
                out.push(b' ');
                self.foreign(out, &line);
            }
            None => self.preview(out, data),
        }
    }

    /// Text that was made safe before.
    fn foreign(&self, out: &mut Vec<u8>, text: &str) {
        if self.ascii_only {
            out.extend_from_slice(ascii::fold(text).as_bytes());
        } else {
            out.extend_from_slice(text.as_bytes());
        }
    }

    fn preview(&self, out: &mut Vec<u8>, data: &[u8]) {
        if !data.is_empty() {
            out.extend_from_slice(GAP);
            preview(out, data, packet_line::PREVIEW, self.ascii_only);
        }
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

fn segment(out: &mut Vec<u8>, tcp: &Tcp, track: &Track) {
    const ACK_PSH: u16 = flag::ACK | flag::PSH;
    out.push(b'[');
    match tcp.flags {
        flag::ACK => out.extend_from_slice(b"ACK"),
        ACK_PSH => out.extend_from_slice(b"PSH, ACK"),
        flags => flag_names(out, flags),
    }
    field(out, b"] Seq=", track.seq);
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

#[inline]
fn field<const N: usize>(out: &mut Vec<u8>, name: &[u8; N], value: u32) {
    labelled(out, name, value.into());
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

fn labels(out: &mut Vec<u8>, track: &Track) {
    if track.labels.0 == 0 {
        return;
    }
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

fn phase(out: &mut Vec<u8>, track: &Track, data: &[u8]) {
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

/// What stands for a byte between quotes that is a character of ASCII or part of none, first character in the lowest byte, and how
/// many characters it has: the byte itself, a letter after a backslash, or `\x` and two digits.
const SHOWN: [(u32, usize); 256] = {
    let digits = b"0123456789abcdef";
    let mut shown = [(0, 1); 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = match byte as u8 {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            b'"' => b'"',
            b'\\' => b'\\',
            _ => 0,
        };
        shown[byte] = if letter > 0 {
            (u32::from_le_bytes([b'\\', letter, 0, 0]), 2)
        } else if matches!(byte as u8, b' '..=b'~') {
            (byte as u32, 1)
        } else {
            let text = [b'\\', b'x', digits[byte >> 4], digits[byte & 15]];
            (u32::from_le_bytes(text), 4)
        };
        byte += 1;
    }
    shown
};

/// False when a character beyond ASCII surely does not begin here (RFC 3629 section 4).
#[inline]
fn may_begin(bytes: &[u8]) -> bool {
    matches!(bytes, [0xc2..=0xf4, 0x80..=0xbf, ..])
}

/// The bytes between quotes as `packet::text::quote` writes them, of at most `limit` characters.
fn preview(out: &mut Vec<u8>, data: &[u8], limit: usize, ascii_only: bool) {
    out.push(b'"');
    if let Some(text) = data.first_chunk()
        && limit == text.len()
        && data.len() > text.len()
        && all_plain(text)
    {
        // The last of so many characters gives its place to an ellipsis.
        piece(out, *text, text.len() - 1);
        let end = if ascii_only { "...\"" } else { "…\"" };
        out.extend_from_slice(end.as_bytes());
        return;
    }
    let start = out.len();
    let mut room = Room {
        left: limit,
        fits: start,
    };
    let mut rest = data;
    while let Some(&byte) = rest.first() {
        // The last character there is room for is taken alone: an ellipsis may have to stand in its place.
        let taken = if let Some(eight) = rest.first_chunk()
            && let count @ 1.. = plain_bytes(*eight).min(room.left.saturating_sub(1))
        {
            piece(out, *eight, count);
            room.use_up(out, count);
            count
        } else if !may_begin(rest) {
            let (text, count) = SHOWN[usize::from(byte)];
            if count <= room.left {
                piece(out, text.to_le_bytes(), count);
                room.use_up(out, count);
                1
            } else {
                0
            }
        } else {
            beyond_ascii(out, rest, &mut room)
        };
        if taken == 0 {
            out.truncate(room.fits);
            out.extend_from_slice("…".as_bytes());
            break;
        }
        rest = &rest[taken..];
    }
    if ascii_only && !out[start..].is_ascii() {
        let folded = ascii::fold(&String::from_utf8_lossy(&out[start..])).into_owned();
        out.truncate(start);
        out.extend_from_slice(folded.as_bytes());
    }
    out.push(b'"');
}

/// True when every byte of a preview's length stands for itself between quotes.
#[inline]
fn all_plain(text: &[u8; packet_line::PREVIEW]) -> bool {
    let (eights, rest) = text.as_chunks();
    rest.is_empty() && eights.iter().all(|eight| plain_bytes(*eight) == 8)
}

/// How many of the bytes, from the first on, stand for themselves between quotes: all eight are looked at at once.
#[inline]
fn plain_bytes(bytes: [u8; 8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    let word = u64::from_le_bytes(bytes);
    // The top bit of each byte is set where the byte is 0; of those behind the first one that is, it may say so wrongly.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let delete = zero(word ^ (ONES * 0x7f));
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    ((word | control | delete | quote | backslash) & TOPS).trailing_zeros() as usize / 8
}

/// Shows the character, or the bytes that are none, at the start of `rest`. Gives how many bytes they are, 0 when there is no room.
fn beyond_ascii(out: &mut Vec<u8>, rest: &[u8], room: &mut Room) -> usize {
    // No character and no faulty sequence is longer than four bytes.
    let Some(chunk) = rest[..rest.len().min(4)].utf8_chunks().next() else {
        return 0;
    };
    if let Some(character) = chunk.valid().chars().next() {
        let mut utf8 = [0; 4];
        let text = character.encode_utf8(&mut utf8).as_bytes();
        let escaped;
        let (shown, count) = if is_printable(character) {
            (text, 1)
        } else {
            escaped = escape(text, usize::MAX);
            (escaped.as_bytes(), escaped.len())
        };
        if count > room.left {
            return 0;
        }
        out.extend_from_slice(shown);
        room.use_up(out, count);
        return text.len();
    }
    for byte in chunk.invalid() {
        if room.left < 4 {
            return 0;
        }
        let [high, low] = hexadecimal(*byte);
        out.extend_from_slice(&[b'\\', b'x', high, low]);
        room.use_up(out, 4);
    }
    chunk.invalid().len()
}

/// The room for a preview, in characters.
struct Room {
    left: usize,
    /// Where the buffer ended when there was still room for an ellipsis.
    fits: usize,
}

impl Room {
    /// So many characters were added, as one piece if there is no room behind them.
    #[inline]
    fn use_up(&mut self, out: &[u8], characters: usize) {
        self.left -= characters;
        if self.left > 0 {
            self.fits = out.len();
        }
    }
}

#[cfg(test)]
#[path = "packet_text_tests.rs"]
mod tests;
