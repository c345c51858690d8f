//! Packets to a pcapng file that Wireshark opens: interface names, nanoseconds, directions, and a comment on each packet that
//! says what socklab knew of it. Reading is in `pcap.rs`.

use crate::event::packet::PacketEvent;
use crate::event::words;
use crate::packet::headers::LinkType;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::interface_statistics::{
    InterfaceStatisticsBlock, InterfaceStatisticsOption,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriteError, PcapNgWriter};
use pcap_file::{DataLink, Endianness};
use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

/// A direction word (`epb_flags`): the sender, or only the receiver, lives on the host of the interface.
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;

/// After so many interfaces a new section begins, where they are described anew: a capture may bring a new one with each packet, and they
/// are looked through for every packet.
const INTERFACES: usize = 1024;

/// An interface as the file numbers it.
struct Interface {
    host: String,
    name: String,
    link: LinkType,
}

/// Writes a whole file. An interface is described before its first packet.
pub fn write<'a>(
    out: impl Write,
    packets: impl Iterator<Item = &'a PacketEvent>,
) -> io::Result<()> {
    let mut writer = Writer::new(out)?;
    for packet in packets {
        writer.packet(packet, usize::MAX)?;
    }
    writer.flush()
}

/// A file that grows packet by packet.
pub struct Writer<W: Write> {
    inner: PcapNgWriter<W>,
    interfaces: Vec<Interface>,
}

impl<W: Write> Writer<W> {
    /// Writes the file's header.
    pub fn new(out: W) -> io::Result<Self> {
        Ok(Self {
            inner: PcapNgWriter::with_section_header(out, section()).map_err(to_io)?,
            interfaces: Vec::new(),
        })
    }

    /// Writes a packet, at most `keep` bytes of its frame, and before it a description of its interface when it is the first there.
    pub fn packet(&mut self, packet: &PacketEvent, keep: usize) -> io::Result<()> {
        let known = self.interfaces.iter().position(|interface| {
            interface.link == packet.frame.link
                && interface.name == packet.interface
                && interface.host == packet.host
        });
        let number = if let Some(number) = known {
            number
        } else {
            if self.interfaces.len() >= INTERFACES {
                self.inner
                    .write_block(&section().into_block())
                    .map_err(to_io)?;
                self.interfaces.clear();
            }
            let interface = Interface {
                host: packet.host.clone(),
                name: packet.interface.clone(),
                link: packet.frame.link,
            };
            self.inner
                .write_block(&describe(&interface).into_block())
                .map_err(to_io)?;
            self.interfaces.push(interface);
            self.interfaces.len() - 1
        };
        self.inner
            .write_block(&block(packet, number as u32, keep).into_block())
            .map_err(to_io)?;
        Ok(())
    }

    /// Hands on what was written so far.
    pub fn flush(&mut self) -> io::Result<()> {
        self.inner.get_mut().flush()
    }

    /// Writes how many frames were dropped on the way, as Wireshark shows in the file's properties, and flushes. Nothing is written
    /// when no interface has been described, because the number belongs to one.
    pub fn finish(mut self, time_ns: i64, captured: u64, dropped: u64) -> io::Result<()> {
        if !self.interfaces.is_empty() {
            let statistics = InterfaceStatisticsBlock {
                interface_id: 0,
                timestamp: Duration::from_nanos(time_ns.try_into().unwrap_or(0)),
                options: vec![
                    InterfaceStatisticsOption::IsbIfRecv(captured + dropped),
                    InterfaceStatisticsOption::IsbOsDrop(dropped),
                ],
            };
            self.inner
                .write_block(&statistics.into_block())
                .map_err(to_io)?;
        }
        self.flush()
    }
}

fn section() -> SectionHeaderBlock<'static> {
    SectionHeaderBlock {
        endianness: Endianness::native(),
        options: vec![SectionHeaderOption::UserApplication(Cow::Borrowed(
            "socklab",
        ))],
        ..SectionHeaderBlock::default()
    }
}

fn describe(interface: &Interface) -> InterfaceDescriptionBlock<'static> {
    let mut options = vec![InterfaceDescriptionOption::IfTsResol(
        InterfaceTsResolution::NANO,
    )];
    let name = match (interface.host.is_empty(), interface.name.is_empty()) {
        (true, _) => interface.name.clone(),
        (false, true) => interface.host.clone(),
        (false, false) => format!("{}/{}", interface.host, interface.name),
    };
    if !name.is_empty() {
        options.push(InterfaceDescriptionOption::IfName(Cow::Owned(escape(
            &name,
        ))));
    }
    InterfaceDescriptionBlock {
        linktype: DataLink::from(u32::from(interface.link.0)),
        snaplen: 0,
        options,
    }
}

fn block(packet: &PacketEvent, interface: u32, keep: usize) -> EnhancedPacketBlock<'_> {
    let direction = match (packet.from.is_empty(), packet.to.is_empty()) {
        (false, _) => OUTBOUND,
        (true, false) => INBOUND,
        (true, true) => 0,
    };
    let mut options = Vec::new();
    if direction != 0 {
        options.push(EnhancedPacketOption::Flags(direction));
    }
    let comment = words::comment(packet);
    if !comment.is_empty() {
        options.push(EnhancedPacketOption::Common(CommonOption::Comment(
            Cow::Owned(escape(&comment)),
        )));
    }
    let bytes = &packet.frame.bytes;
    EnhancedPacketBlock {
        interface_id: interface,
        timestamp: Duration::from_nanos(packet.frame.time_ns.try_into().unwrap_or(0)),
        original_len: packet.frame.len.max(bytes.len() as u32),
        data: Cow::Borrowed(&bytes[..bytes.len().min(keep)]),
        options,
    }
}

/// Names and arguments come from outside: what could move a cursor or turn a line is escaped. An option holds 65,535 bytes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || turns {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
        if safe.len() > 60_000 {
            safe.push('…');
            break;
        }
    }
    safe
}

fn to_io(error: PcapNgWriteError) -> io::Error {
    match error {
        PcapNgWriteError::Io(error) => error,
        other => io::Error::other(other),
    }
}
