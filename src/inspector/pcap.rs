//! Capture files, read: pcap in its four spellings and pcapng, from any reader, in bounded memory. A damaged file gives every
//! record before the damage, then an error that names the offset. Writing is in `pcapng.rs`.

use crate::packet::headers::LinkType;
use pcap_file::Endianness;
use pcap_file::pcap::{PcapParseError, PcapParser, PcapTsResolution};
use pcap_file::pcapng::blocks::interface_description::InterfaceDescriptionOption;
use pcap_file::pcapng::{PcapNgParseError, PcapNgParser};
use std::error::Error;
use std::io::{self, Read};

/// One captured frame, borrowed from the reader's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Nanoseconds since the epoch; 0 where the file has no time (simple packet blocks).
    pub time_ns: i64,
    /// Link type of its interface.
    pub link: LinkType,
    /// Length on the wire, as the file says; in a damaged file it may be less than what was captured.
    pub len: u32,
    /// The captured bytes.
    pub bytes: &'a [u8],
    /// The interface's number within the file; 0 in pcap.
    pub interface: u32,
}

/// Why a capture could not be read any further.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The operating system refused to open or read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no capture file at all.
    #[error("not a capture file: it begins with {0}, which is neither pcap nor pcapng")]
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
const LONGEST: usize = 16 << 20;
const CHUNK: usize = 256 << 10;
/// More interfaces than this in one section are damage too.
const INTERFACES: usize = 65_536;

/// Reads records one after the other.
pub struct Reader<R> {
    buffer: Buffer<R>,
    format: Format,
    names: Vec<String>,
}

enum Format {
    Pcap(PcapParser, LinkType),
    PcapNg(Box<PcapNgParser>),
}

/// Where a record's bytes lie in the buffer, and what its header says.
struct Found {
    time_ns: i64,
    link: LinkType,
    len: u32,
    interface: u32,
    start: usize,
    end: usize,
}

/// What one step through a buffer came to.
enum Step {
    /// A record, or a block without one; so many bytes are used up.
    Took(usize, Option<Found>),
    /// So many bytes more are needed, at the least.
    Needs(usize),
    /// The bytes are not what they must be.
    Broken(String),
}

impl<R: Read> Reader<R> {
    /// Reads the file's header.
    pub fn new(input: R) -> Result<Self, CaptureError> {
        let mut buffer = Buffer::new(input);
        let format = loop {
            let available = buffer.available();
            if available.len() < 4 {
                if buffer.fill(4)? {
                    continue;
                }
                return Err(CaptureError::Unknown(format!(
                    "only {} bytes",
                    available_len(&buffer)
                )));
            }
            let magic = [available[0], available[1], available[2], available[3]];
            let (used, format) = match magic {
                [0xa1, 0xb2, 0xc3, 0xd4]
                | [0xd4, 0xc3, 0xb2, 0xa1]
                | [0xa1, 0xb2, 0x3c, 0x4d]
                | [0x4d, 0x3c, 0xb2, 0xa1] => match PcapParser::new(available) {
                    Ok((rest, parser)) => {
                        let link = link_type(u32::from(parser.header().datalink));
                        (available.len() - rest.len(), Format::Pcap(parser, link))
                    }
                    Err(PcapParseError::IncompleteBuffer(..)) => {
                        buffer.need(24)?;
                        continue;
                    }
                    Err(error) => return Err(buffer.damaged(words(&error))),
                },
                [0x0a, 0x0d, 0x0d, 0x0a] => match PcapNgParser::new(available) {
                    Ok((rest, parser)) => (
                        available.len() - rest.len(),
                        Format::PcapNg(Box::new(parser)),
                    ),
                    Err(PcapNgParseError::IncompleteBuffer(needed, _)) => {
                        buffer.need(needed + 12)?;
                        continue;
                    }
                    Err(error) => return Err(buffer.damaged(words(&error))),
                },
                [a, b, c, d] => {
                    return Err(CaptureError::Unknown(format!(
                        "{a:02x} {b:02x} {c:02x} {d:02x}"
                    )));
                }
            };
            buffer.consume(used);
            break format;
        };
        Ok(Self {
            buffer,
            format,
            names: Vec::new(),
        })
    }

    /// The next record; `None` at the end of the file. After an error the file gives nothing more.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, CaptureError> {
        let found = loop {
            let available = self.buffer.available();
            if available.is_empty() {
                if self.buffer.fill(1)? {
                    continue;
                }
                return Ok(None);
            }
            let step = match &mut self.format {
                Format::Pcap(parser, link) => pcap_step(parser, *link, available),
                Format::PcapNg(parser) => pcapng_step(parser, available),
            };
            match step {
                Step::Took(used, found) => {
                    let start = self.buffer.start;
                    self.buffer.consume(used);
                    if let Format::PcapNg(parser) = &self.format {
                        note_names(parser, &mut self.names);
                    }
                    if let Some(mut found) = found {
                        found.start += start;
                        found.end += start;
                        break found;
                    }
                }
                Step::Needs(length) => self.buffer.need(length)?,
                Step::Broken(reason) => return Err(self.buffer.damaged(reason)),
            }
        };
        Ok(Some(Record {
            time_ns: found.time_ns,
            link: found.link,
            len: found.len,
            bytes: &self.buffer.bytes[found.start..found.end],
            interface: found.interface,
        }))
    }

    /// The name of an interface (`if_name`), empty when the file does not tell. Untrusted text.
    pub fn interface_name(&self, interface: u32) -> &str {
        self.names
            .get(interface as usize)
            .map_or("", String::as_str)
    }
}

fn available_len<R>(buffer: &Buffer<R>) -> usize {
    buffer.bytes.len() - buffer.start
}

fn pcap_step(parser: &PcapParser, link: LinkType, available: &[u8]) -> Step {
    match parser.next_raw_packet(available) {
        Ok((rest, packet)) => {
            let used = available.len() - rest.len();
            let header = parser.header();
            let fraction = i64::from(packet.ts_frac);
            let nanoseconds = match header.ts_resolution {
                PcapTsResolution::MicroSecond => fraction * 1000,
                PcapTsResolution::NanoSecond => fraction,
            };
            let found = Found {
                time_ns: i64::from(packet.ts_sec) * 1_000_000_000 + nanoseconds,
                link,
                len: packet.orig_len,
                interface: 0,
                start: 16,
                end: used,
            };
            Step::Took(used, Some(found))
        }
        Err(PcapParseError::IncompleteBuffer(..)) if available.len() < 16 => Step::Needs(16),
        Err(PcapParseError::IncompleteBuffer(needed, _)) => Step::Needs(needed.saturating_add(16)),
        Err(error) => Step::Broken(words(&error)),
    }
}

fn pcapng_step(parser: &mut PcapNgParser, available: &[u8]) -> Step {
    // The crate asks for the body only; the type and length fields before it count eight bytes.
    let (rest, block) = match parser.next_raw_block(available) {
        Ok(taken) => taken,
        Err(PcapNgParseError::IncompleteBuffer(needed, _)) => {
            return Step::Needs(needed.saturating_add(8).max(available.len() + 1));
        }
        Err(error) => return Step::Broken(words(&error)),
    };
    if parser.interfaces().len() > INTERFACES {
        return Step::Broken(format!("more than {INTERFACES} interfaces"));
    }
    let used = available.len() - rest.len();
    let found = match block.type_ {
        6 => enhanced_packet(parser, &block.body),
        3 => simple_packet(parser, &block.body),
        2 => obsolete_packet(parser, &block.body),
        _ => return Step::Took(used, None),
    };
    match found {
        Ok(found) => Step::Took(used, Some(found)),
        Err(reason) => Step::Broken(reason),
    }
}

/// The bodies are read here and not by the crate: a comment that is no UTF-8 must not cost the frame.
fn word(parser: &PcapNgParser, body: &[u8], index: usize) -> Result<u32, String> {
    let bytes = body
        .get(index * 4..index * 4 + 4)
        .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
        .ok_or_else(|| format!("a packet block with a body of only {} bytes", body.len()))?;
    Ok(match parser.section().endianness {
        Endianness::Big => u32::from_be_bytes(bytes),
        Endianness::Little => u32::from_le_bytes(bytes),
    })
}

fn enhanced_packet(parser: &PcapNgParser, body: &[u8]) -> Result<Found, String> {
    let interface = word(parser, body, 0)?;
    packet_block(parser, body, interface)
}

/// The packet block of early pcapng files: two 16-bit fields where the enhanced one has the interface.
fn obsolete_packet(parser: &PcapNgParser, body: &[u8]) -> Result<Found, String> {
    let pair = word(parser, body, 0)?;
    let interface = match parser.section().endianness {
        Endianness::Big => pair >> 16,
        Endianness::Little => pair & 0xffff,
    };
    packet_block(parser, body, interface)
}

fn packet_block(parser: &PcapNgParser, body: &[u8], interface: u32) -> Result<Found, String> {
    let link = interface_link(parser, interface)?;
    let (high, low) = (word(parser, body, 1)?, word(parser, body, 2)?);
    let captured = word(parser, body, 3)?;
    let len = word(parser, body, 4)?;
    let time = parser
        .state()
        .decode_timestamp(interface, high, low)
        .map_err(|error| error.to_string())?;
    let end = 20_usize.saturating_add(captured as usize);
    if end > body.len() {
        return Err(format!(
            "a packet of {captured} bytes in a block with room for {}",
            body.len().saturating_sub(20)
        ));
    }
    Ok(Found {
        time_ns: i64::try_from(time.as_nanos()).unwrap_or(i64::MAX),
        link,
        len: len.max(captured),
        interface,
        start: 8 + 20,
        end: 8 + end,
    })
}

fn simple_packet(parser: &PcapNgParser, body: &[u8]) -> Result<Found, String> {
    let link = interface_link(parser, 0)?;
    let len = word(parser, body, 0)?;
    let snaplen = parser.interfaces().first().map_or(0, |first| first.snaplen);
    let kept = if snaplen == 0 { len } else { len.min(snaplen) };
    let captured = (kept as usize).min(body.len() - 4);
    Ok(Found {
        time_ns: 0,
        link,
        len,
        interface: 0,
        start: 8 + 4,
        end: 8 + 4 + captured,
    })
}

fn interface_link(parser: &PcapNgParser, interface: u32) -> Result<LinkType, String> {
    parser
        .interfaces()
        .get(interface as usize)
        .map(|description| link_type(u32::from(description.linktype)))
        .ok_or_else(|| format!("a packet of interface {interface}, which was not described before"))
}

/// Some systems wrote their own number for bare IP packets (`DLT_RAW` is 12 or 14 there).
fn link_type(number: u32) -> LinkType {
    match number & 0xffff {
        12 | 14 => LinkType::RAW,
        other => LinkType(other as u16),
    }
}

fn note_names(parser: &PcapNgParser, names: &mut Vec<String>) {
    let interfaces = parser.interfaces();
    if interfaces.len() < names.len() {
        names.clear();
    }
    for interface in &interfaces[names.len()..] {
        let name = interface.options.iter().find_map(|option| match option {
            InterfaceDescriptionOption::IfName(name) => Some(name.to_string()),
            _ => None,
        });
        names.push(name.unwrap_or_default());
    }
}

/// An error with all that stands behind it, in one line.
fn words(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Bytes that were read but not used yet, and the offset of the first of them.
struct Buffer<R> {
    input: R,
    bytes: Vec<u8>,
    start: usize,
    offset: u64,
}

impl<R: Read> Buffer<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            bytes: Vec::new(),
            start: 0,
            offset: 0,
        }
    }

    fn available(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn consume(&mut self, used: usize) {
        self.start += used;
        self.offset += used as u64;
    }

    /// Reads until `length` bytes are there; false when the input ends before.
    fn fill(&mut self, length: usize) -> io::Result<bool> {
        self.bytes.drain(..self.start);
        self.start = 0;
        while self.bytes.len() < length {
            let wanted = (length - self.bytes.len()).max(CHUNK);
            let got = (&mut self.input)
                .take(wanted as u64)
                .read_to_end(&mut self.bytes)?;
            if got == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Like `fill`, but the end of the input and lengths beyond reason are damage.
    fn need(&mut self, length: usize) -> Result<(), CaptureError> {
        if length > LONGEST {
            return Err(self.damaged(format!(
                "a length of {length} bytes, more than any frame has"
            )));
        }
        if self.fill(length)? {
            return Ok(());
        }
        let left = self.available().len();
        Err(self.damaged(format!(
            "the file ends within a record: {left} bytes of at least {length} are there"
        )))
    }

    fn damaged(&self, reason: String) -> CaptureError {
        CaptureError::Damaged {
            offset: self.offset,
            reason,
        }
    }
}
