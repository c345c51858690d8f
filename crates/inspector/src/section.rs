//! A section of a pcapng file: its byte order, its interfaces, and the walk through its blocks to the frames in them. Blocks that
//! carry no frame are passed over. Not the file around it (`pcap.rs`).

use super::pcap::{LONGEST, Record, Stop, check_length, link_type, number};
use socklab_packets::headers::LinkType;
use std::sync::Arc;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
/// Bytes of every block round its body: type, length, and the length again.
const FRAME: usize = 12;
/// More interfaces than this in one section are damage.
const INTERFACES: usize = 65_536;
/// So many bytes of an interface's name are kept.
const NAME: usize = 128;

/// No packet is farther from the epoch, in nanoseconds: in 2116 or 1823. All that reckon how long lies between two packets may then
/// take one time from the other. The times of pcap, whose seconds have 32 bits, end before.
pub const FARTHEST: i64 = i64::MAX / 2;

/// What is known of a section so far.
#[derive(Clone, Debug, Default)]
pub struct Section {
    begun: bool,
    big_endian: bool,
    interfaces: Vec<Interface>,
    names: Arc<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    snaplen: u32,
    clock: Clock,
}

/// What the timestamps of an interface count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    ticks_per_second: u64,
    /// Seconds to add (`if_tsoffset`).
    offset: i64,
}

impl Clock {
    /// A timestamp as nanoseconds since the epoch; what lies beyond [`FARTHEST`] is there.
    fn nanoseconds(self, ticks: u64) -> i64 {
        let nanoseconds = match self.ticks_per_second {
            1_000_000 => i128::from(ticks) * 1000,
            1_000_000_000 => i128::from(ticks),
            per_second => i128::from(ticks) * 1_000_000_000 / i128::from(per_second.max(1)),
        };
        let whole = nanoseconds + i128::from(self.offset) * 1_000_000_000;
        whole.clamp(-i128::from(FARTHEST), i128::from(FARTHEST)) as i64
    }
}

impl Section {
    /// The names of the interfaces; empty where none was given.
    pub fn names(&self) -> &Arc<Vec<String>> {
        &self.names
    }

    /// The byte order of its numbers.
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Takes every whole block of the bytes. Gives how many bytes they are, and what stands after them.
    pub fn walk(&mut self, bytes: &[u8], records: &mut Vec<Record>) -> (usize, Stop) {
        let mut at = 0;
        loop {
            let rest = &bytes[at..];
            if rest.len() < FRAME {
                return (at, Stop::Needs(FRAME));
            }
            let kind = number(rest, 0, self.big_endian);
            if kind == SECTION_HEADER {
                if !records.is_empty() {
                    return (at, Stop::Section);
                }
                match number(rest, 8, true) {
                    0x1a2b_3c4d => self.big_endian = true,
                    0x4d3c_2b1a => self.big_endian = false,
                    _ => {
                        let reason = "a section header without its byte-order magic".to_owned();
                        return (at, Stop::Broken(reason));
                    }
                }
            } else if !self.begun {
                let reason = "a block before the first section header".to_owned();
                return (at, Stop::Broken(reason));
            }
            let length = number(rest, 4, self.big_endian) as usize;
            if length < FRAME || !length.is_multiple_of(4) || length > LONGEST {
                let reason = format!("a block cannot have a length of {length} bytes");
                return (at, Stop::Broken(reason));
            }
            if rest.len() < length {
                return (at, Stop::Needs(length));
            }
            let again = number(rest, length - 4, self.big_endian) as usize;
            if again != length {
                let reason = format!("a block of {length} bytes that ends in a length of {again}");
                return (at, Stop::Broken(reason));
            }
            if let Err(reason) = self.block(kind, &rest[8..length - 4], at + 8, records) {
                return (at, Stop::Broken(reason));
            }
            at += length;
        }
    }

    /// Takes one block, whose body begins at `place`.
    fn block(
        &mut self,
        kind: u32,
        body: &[u8],
        place: usize,
        records: &mut Vec<Record>,
    ) -> Result<(), String> {
        let record = match kind {
            ENHANCED_PACKET => {
                let interface = self.word(body, 0)?;
                self.packet(body, interface, place)?
            }
            OBSOLETE_PACKET => {
                // Two fields of 16 bits stand where the enhanced one has the interface: the interface, and a count of drops.
                let pair = self.word(body, 0)?;
                let interface = if self.big_endian {
                    pair >> 16
                } else {
                    pair & 0xffff
                };
                self.packet(body, interface, place)?
            }
            SIMPLE_PACKET => self.simple_packet(body, place)?,
            INTERFACE => return self.interface(body),
            SECTION_HEADER => {
                self.begun = true;
                self.interfaces.clear();
                self.names = Arc::default();
                return Ok(());
            }
            _ => return Ok(()),
        };
        records.push(record);
        Ok(())
    }

    fn word(&self, body: &[u8], index: usize) -> Result<u32, String> {
        if body.len() < index * 4 + 4 {
            return Err(format!("a block with a body of only {} bytes", body.len()));
        }
        Ok(number(body, index * 4, self.big_endian))
    }

    fn described(&self, interface: u32) -> Result<&Interface, String> {
        self.interfaces.get(interface as usize).ok_or_else(|| {
            format!("a packet of interface {interface}, which was not described before")
        })
    }

    fn packet(&self, body: &[u8], interface: u32, place: usize) -> Result<Record, String> {
        const HEADER: usize = 20;
        let described = self.described(interface)?;
        let captured = self.word(body, 3)?;
        check_length(captured as usize, described.link)?;
        let len = self.word(body, 4)?;
        let ticks = u64::from(self.word(body, 1)?) << 32 | u64::from(self.word(body, 2)?);
        let end = HEADER.saturating_add(captured as usize);
        if end > body.len() {
            let room = body.len() - HEADER;
            return Err(format!(
                "a packet of {captured} bytes in a block with room for {room}"
            ));
        }
        let options = end.next_multiple_of(4).min(body.len());
        Ok(Record {
            time_ns: described.clock.nanoseconds(ticks),
            link: described.link,
            len,
            interface,
            span: ((place + HEADER) as u32, (place + end) as u32),
            options: ((place + options) as u32, (place + body.len()) as u32),
        })
    }

    fn simple_packet(&self, body: &[u8], place: usize) -> Result<Record, String> {
        const HEADER: usize = 4;
        let described = self.described(0)?;
        let len = self.word(body, 0)?;
        let kept = match described.snaplen {
            0 => len,
            snaplen => len.min(snaplen),
        };
        let captured = (kept as usize).min(body.len() - HEADER);
        check_length(captured, described.link)?;
        Ok(Record {
            time_ns: 0,
            link: described.link,
            len,
            interface: 0,
            span: ((place + HEADER) as u32, (place + HEADER + captured) as u32),
            options: (0, 0),
        })
    }

    fn interface(&mut self, body: &[u8]) -> Result<(), String> {
        const NAME_OPTION: u16 = 2;
        const DESCRIPTION: u16 = 3;
        const RESOLUTION: u16 = 9;
        const OFFSET: u16 = 14;
        if self.interfaces.len() >= INTERFACES {
            return Err(format!("more than {INTERFACES} interfaces"));
        }
        let first = self.word(body, 0)?;
        let link = if self.big_endian { first >> 16 } else { first };
        let snaplen = self.word(body, 1)?;
        let mut clock = Clock {
            ticks_per_second: 1_000_000,
            offset: 0,
        };
        let mut name = String::new();
        for (code, value) in options(&body[8..], self.big_endian) {
            match (code, value) {
                (NAME_OPTION, value) => name = text(value),
                // Wireshark, too, calls an interface without a name by what describes it.
                (DESCRIPTION, value) if name.is_empty() => name = text(value),
                (RESOLUTION, [power, ..]) => {
                    let (base, power) = if power & 0x80 == 0 {
                        (10_u64, u32::from(*power))
                    } else {
                        (2, u32::from(*power & 0x7f))
                    };
                    clock.ticks_per_second = base
                        .checked_pow(power)
                        .ok_or_else(|| format!("timestamps of {base}^-{power} seconds"))?;
                }
                (OFFSET, value) => {
                    if let Ok(eight) = value.try_into() {
                        clock.offset = if self.big_endian {
                            i64::from_be_bytes(eight)
                        } else {
                            i64::from_le_bytes(eight)
                        };
                    }
                }
                _ => {}
            }
        }
        self.interfaces.push(Interface {
            link: link_type(link),
            snaplen,
            clock,
        });
        Arc::make_mut(&mut self.names).push(name);
        Ok(())
    }
}

/// The beginning of a text from the file, still to be escaped.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(&value[..value.len().min(NAME)]).into_owned()
}

/// The options of a block: code and value each, until the end mark, the end of the bytes, or a length that lies.
pub fn options(bytes: &[u8], big_endian: bool) -> impl Iterator<Item = (u16, &[u8])> {
    let half = move |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    };
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let head = rest.get(..4)?;
        let (code, length) = (half(&head[..2]), usize::from(half(&head[2..])));
        let value = rest.get(4..4 + length)?;
        let next = (4 + length).next_multiple_of(4).min(rest.len());
        rest = &rest[next..];
        (code != 0).then_some((code, value))
    })
}
