//! Capture files, read: pcap in its four spellings and pcapng, from any reader, a block of many frames at a time, in bounded
//! memory. A damaged file gives every record before the damage, then an error that names the offset. Not the blocks of pcapng
//! (`section.rs`), and not writing (`pcapng.rs`).

use super::section::Section;
use socklab_packets::headers::LinkType;
use std::io::{self, Read};
use std::sync::Arc;

/// One captured frame of a [`Block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Nanoseconds since the epoch; 0 where the file has no time (simple packet blocks).
    pub time_ns: i64,
    /// Link type of its interface.
    pub link: LinkType,
    /// Length on the wire, as the file says; in a damaged file it may be less than what was captured.
    pub len: u32,
    /// The interface's number within the file; 0 in pcap.
    pub interface: u32,
    /// Where its captured bytes begin and end in the block.
    pub span: (u32, u32),
    /// Where its options begin and end in the block: pcapng's comments and flags.
    pub options: (u32, u32),
}

/// Frames that lie in one piece of memory, which is filled again and again once nobody else holds it.
#[derive(Clone, Debug, Default)]
pub struct Block {
    bytes: Arc<Vec<u8>>,
    records: Vec<Record>,
    names: Arc<Vec<String>>,
    big_endian: bool,
}

impl Block {
    /// The frames in their order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The captured bytes of one of its frames.
    pub fn bytes(&self, record: &Record) -> &[u8] {
        &self.bytes[record.span.0 as usize..record.span.1 as usize]
    }

    /// The memory they lie in.
    pub fn memory(&self) -> &Arc<Vec<u8>> {
        &self.bytes
    }

    /// The name of an interface (`if_name`), empty when the file does not tell. Untrusted text.
    pub fn interface_name(&self, interface: u32) -> &str {
        self.names
            .get(interface as usize)
            .map_or("", String::as_str)
    }

    /// The comments of a frame (`opt_comment`), in their order. Untrusted bytes.
    pub fn comments(&self, record: &Record) -> impl Iterator<Item = &[u8]> {
        const COMMENT: u16 = 1;
        let options = &self.bytes[record.options.0 as usize..record.options.1 as usize];
        super::section::options(options, self.big_endian)
            .filter(|(code, _)| *code == COMMENT)
            .map(|(_, value)| value)
    }
}

/// Why a capture could not be read any further.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The operating system refused to open or read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no capture file at all.
    #[error("not a capture file: {0}")]
    Unknown(String),
    /// The bytes at `offset` cannot be what the format demands.
    #[error("damaged at byte {offset}: {reason}; every frame before it was read")]
    Damaged {
        /// Offset of the record or block that could not be read.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// A record or block longer than this is damage: a length field that lies must not make memory grow.
pub const LONGEST: usize = 8 << 20;
/// A captured frame longer than this is damage, as for libpcap and Wireshark: what is drawn of a frame is many times as long.
const LONGEST_FRAME: usize = 256 << 10;
/// Bytes of a block, unless one record needs more: some hundred frames, which stay in a processor's cache.
const BLOCK: usize = 192 << 10;
/// Bytes of a pcap record's header.
const RECORD: usize = 16;
/// Bytes of a pcap file's header.
const HEADER: usize = 24;

/// What the walk through a piece of the file came to: where the first record begins that it could not take, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// So many bytes, counted from there, must be there to go on.
    Needs(usize),
    /// A new section begins there: what comes before it has to be handed out first.
    Section,
    /// The bytes there are not what they must be.
    Broken(String),
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    PcapNg(Section),
}

/// Reads a capture, block by block.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    format: Format,
    /// Bytes that were read but belong to the next block, and the offset of the first of them in the file.
    rest: Vec<u8>,
    offset: u64,
    /// What ends the file, told once the frames before it were handed out.
    damage: Option<CaptureError>,
}

impl<R: Read> Reader<R> {
    /// Reads the file's header.
    pub fn new(mut input: R) -> Result<Self, CaptureError> {
        let mut rest = Vec::new();
        while rest.len() < HEADER {
            let wanted = (HEADER - rest.len()) as u64;
            if (&mut input).take(wanted).read_to_end(&mut rest)? == 0 {
                break;
            }
        }
        let Some(&[a, b, c, d]) = rest.get(..4) else {
            let words = format!("it has only {} bytes", rest.len());
            return Err(CaptureError::Unknown(words));
        };
        let pcap = |big_endian, unit_ns| {
            if rest.len() < HEADER {
                return Err(damaged(0, ends_early(rest.len(), HEADER)));
            }
            let network = number(&rest, 20, big_endian);
            Ok(Format::Pcap(Pcap {
                big_endian,
                unit_ns,
                link: link_type(network),
            }))
        };
        let format = match [a, b, c, d] {
            [0xa1, 0xb2, 0xc3, 0xd4] => pcap(true, 1000)?,
            [0xd4, 0xc3, 0xb2, 0xa1] => pcap(false, 1000)?,
            [0xa1, 0xb2, 0x3c, 0x4d] => pcap(true, 1)?,
            [0x4d, 0x3c, 0xb2, 0xa1] => pcap(false, 1)?,
            [0x0a, 0x0d, 0x0d, 0x0a] => Format::PcapNg(Section::default()),
            [0x1f, 0x8b, ..] => {
                let words = "it is compressed; zcat FILE | socklab read -".to_owned();
                return Err(CaptureError::Unknown(words));
            }
            _ => {
                return Err(CaptureError::Unknown(format!(
                    "it begins with {a:02x} {b:02x} {c:02x} {d:02x}, which is neither pcap nor pcapng"
                )));
            }
        };
        let used = match &format {
            Format::Pcap(_) => HEADER,
            Format::PcapNg(_) => 0,
        };
        rest.drain(..used);
        Ok(Self {
            input,
            format,
            rest,
            offset: used as u64,
            damage: None,
        })
    }

    /// Fills the block with at least one frame: those that one read gave. False at the end of the file; after an error, too.
    pub fn next_block(&mut self, block: &mut Block) -> Result<bool, CaptureError> {
        block.records.clear();
        if let Some(error) = self.damage.take() {
            self.rest.clear();
            return Err(error);
        }
        let mut filled = self.rest.len();
        let memory = own(&mut block.bytes);
        if memory.len() > BLOCK {
            // One frame was that long; the memory is not kept for it.
            *memory = Vec::new();
        }
        grow(memory, filled.max(BLOCK));
        memory[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        loop {
            let bytes = &memory[..filled];
            let (used, stop) = match &mut self.format {
                Format::Pcap(pcap) => pcap.walk(bytes, &mut block.records),
                Format::PcapNg(section) => section.walk(bytes, &mut block.records),
            };
            self.offset += used as u64;
            if !block.records.is_empty() {
                self.rest.extend_from_slice(&memory[used..filled]);
                if let Stop::Broken(reason) = stop {
                    self.damage = Some(damaged(self.offset, reason));
                }
                if let Format::PcapNg(section) = &self.format {
                    block.names.clone_from(section.names());
                    block.big_endian = section.is_big_endian();
                }
                return Ok(true);
            }
            memory.copy_within(used..filled, 0);
            filled -= used;
            let needed = match stop {
                Stop::Needs(needed) => needed,
                Stop::Section => continue,
                Stop::Broken(reason) => return Err(damaged(self.offset, reason)),
            };
            if needed > LONGEST {
                let reason = format!("a length of {needed} bytes, more than any frame has");
                return Err(damaged(self.offset, reason));
            }
            let end = needed.max(BLOCK);
            grow(memory, end);
            let got = read_some(&mut self.input, &mut memory[filled..end])?;
            if got == 0 {
                if filled == 0 {
                    return Ok(false);
                }
                return Err(damaged(self.offset, ends_early(filled, needed)));
            }
            filled += got;
        }
    }
}

/// The header of a pcap file: how its records are to be read.
#[derive(Clone, Copy, Debug)]
struct Pcap {
    big_endian: bool,
    /// What one unit of a record's fraction of a second is.
    unit_ns: i64,
    link: LinkType,
}

impl Pcap {
    /// Takes every whole record of the bytes. Gives how many bytes they are, and what stands after them.
    fn walk(&self, bytes: &[u8], records: &mut Vec<Record>) -> (usize, Stop) {
        let mut at = 0;
        loop {
            let rest = &bytes[at..];
            if rest.len() < RECORD {
                return (at, Stop::Needs(RECORD));
            }
            let field = |place| number(rest, place, self.big_endian);
            let captured = field(8) as usize;
            if let Err(reason) = check_length(captured, self.link) {
                return (at, Stop::Broken(reason));
            }
            let end = RECORD + captured;
            if rest.len() < end {
                return (at, Stop::Needs(end));
            }
            records.push(Record {
                time_ns: i64::from(field(0)) * 1_000_000_000 + i64::from(field(4)) * self.unit_ns,
                link: self.link,
                len: field(12),
                interface: 0,
                span: ((at + RECORD) as u32, (at + end) as u32),
                options: (0, 0),
            });
            at += end;
        }
    }
}

/// The number in the four bytes at `place`, which are there.
pub fn number(bytes: &[u8], place: usize, big_endian: bool) -> u32 {
    let four = bytes
        .get(place..place + 4)
        .and_then(|four| <[u8; 4]>::try_from(four).ok())
        .unwrap_or_default();
    if big_endian {
        u32::from_be_bytes(four)
    } else {
        u32::from_le_bytes(four)
    }
}

/// Some systems wrote their own number for bare IP packets (`DLT_RAW` is 12 or 14 there). The upper bits tell of checksums.
pub fn link_type(number: u32) -> LinkType {
    match number & 0xffff {
        12 | 14 => LinkType::RAW,
        other => LinkType(other as u16),
    }
}

/// Whether a frame of this link type may be so long. Those of D-Bus and USB (USB_LINUX, USB_LINUX_MMAPPED, USBPCAP) are whole messages
/// and transfers, not packets of a network.
pub fn check_length(captured: usize, link: LinkType) -> Result<(), String> {
    let longest = match link.0 {
        189 | 220 | 231 | 249 => LONGEST - RECORD,
        _ => LONGEST_FRAME,
    };
    if captured > longest {
        return Err(format!(
            "a length of {captured} bytes, more than any frame has"
        ));
    }
    Ok(())
}

fn damaged(offset: u64, reason: String) -> CaptureError {
    CaptureError::Damaged { offset, reason }
}

fn ends_early(there: usize, needed: usize) -> String {
    format!("the file ends within a record: {there} bytes of at least {needed} are there")
}

/// The memory, when nobody else holds it; else a new one in its place.
fn own(memory: &mut Arc<Vec<u8>>) -> &mut Vec<u8> {
    if Arc::get_mut(memory).is_none() {
        *memory = Arc::default();
    }
    Arc::make_mut(memory)
}

fn grow(bytes: &mut Vec<u8>, length: usize) {
    if bytes.len() < length {
        bytes.resize(length, 0);
    }
}

/// One read that gave something; 0 at the end.
fn read_some(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
