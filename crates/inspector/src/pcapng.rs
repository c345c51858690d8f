//! Packets to a pcapng file that Wireshark opens: interface names, nanoseconds, directions, verdicts, and the comments of each packet.
//! What they say is decided elsewhere (`annotation.rs`), and reading is in `pcap.rs`.

use super::annotation::{annotate, safe};
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::interface_statistics::{
    InterfaceStatisticsBlock, InterfaceStatisticsOption,
};
use pcap_file::pcapng::blocks::opt_common::{CommonOption, UnknownOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriteError, PcapNgWriter};
use pcap_file::{DataLink, Endianness};
use socklab_packets::headers::LinkType;
use socklab_packets::record::{PacketEvent, WIRE};
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// A direction word (`epb_flags`): the sender, or only the receiver, lives on the host of the interface.
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;
/// `epb_verdict`, of the kind that the kernel's traffic control gives, and its `TC_ACT_SHOT`: the frame was dropped.
const VERDICT: u16 = 7;
const TRAFFIC_CONTROL: u8 = 1;
const SHOT: u64 = 2;

/// What stands in front of the packets of a lab.
const OF_A_LAB: &str = "The packets of a lab. Each stands here once, as its sender sent it and when it did: a frame that the wire lost (verdict \
TC_ACT_SHOT) reached nobody, one that it delayed arrived later; comments say which rule did it, and which call or timer caused the packet.";

/// After so many interfaces a new section begins, where they are described anew: a capture may bring a new one with each packet, and they
/// are looked through for every packet.
const INTERFACES: usize = 1024;

/// An interface as the file numbers it.
struct Interface {
    host: Arc<str>,
    name: Arc<str>,
    link: LinkType,
}

/// Writes the packets of a lab as a whole file. An interface is described before its first packet. `pid` gives the number of the process
/// of a name.
pub fn write<'a>(
    out: impl Write,
    packets: impl Iterator<Item = &'a PacketEvent>,
    pid: impl Fn(&str) -> Option<i32>,
) -> io::Result<()> {
    let mut writer = Writer::about(out, Some(OF_A_LAB))?;
    for packet in packets {
        let process = packet.cause.as_ref().map(|cause| cause.process.as_str());
        let comments = annotate(packet, process.and_then(&pid));
        writer.packet(packet, usize::MAX, &comments)?;
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
        Self::about(out, None)
    }

    fn about(out: W, comment: Option<&'static str>) -> io::Result<Self> {
        Ok(Self {
            inner: PcapNgWriter::with_section_header(out, section(comment)).map_err(to_io)?,
            interfaces: Vec::new(),
        })
    }

    /// Writes a packet with these comments, at most `keep` bytes of its frame, and before it a description of its interface when it is
    /// the first there.
    pub fn packet(
        &mut self,
        packet: &PacketEvent,
        keep: usize,
        comments: &[String],
    ) -> io::Result<()> {
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
                    .write_block(&section(None).into_block())
                    .map_err(to_io)?;
                self.interfaces.clear();
            }
            let interface = Interface {
                host: packet.host.clone(),
                name: packet.interface.clone(),
                link: packet.frame.link,
            };
            self.inner
                .write_block(&describe(&interface, &packet.interface_name()).into_block())
                .map_err(to_io)?;
            self.interfaces.push(interface);
            self.interfaces.len() - 1
        };
        self.inner
            .write_block(&block(packet, number as u32, keep, comments).into_block())
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

/// The header of a section, with what stands in front of its packets.
fn section(comment: Option<&'static str>) -> SectionHeaderBlock<'static> {
    let comment = comment.map(|words| CommonOption::Comment(Cow::Borrowed(words)));
    let mut options: Vec<_> = comment
        .map(SectionHeaderOption::Common)
        .into_iter()
        .collect();
    options.push(SectionHeaderOption::UserApplication(Cow::Borrowed(
        concat!("socklab ", env!("CARGO_PKG_VERSION")),
    )));
    SectionHeaderBlock {
        endianness: Endianness::native(),
        options,
        ..SectionHeaderBlock::default()
    }
}

fn describe(interface: &Interface, name: &str) -> InterfaceDescriptionBlock<'static> {
    let mut options = vec![InterfaceDescriptionOption::IfTsResol(
        InterfaceTsResolution::NANO,
    )];
    if !name.is_empty() {
        options.push(InterfaceDescriptionOption::IfName(Cow::Owned(safe(name))));
    }
    InterfaceDescriptionBlock {
        linktype: DataLink::from(u32::from(interface.link.0)),
        snaplen: 0,
        options,
    }
}

fn block<'a>(
    packet: &'a PacketEvent,
    interface: u32,
    keep: usize,
    comments: &'a [String],
) -> EnhancedPacketBlock<'a> {
    let direction = match (packet.from.is_empty(), packet.to.is_empty()) {
        // The interface of a lab's wire is the sender's.
        _ if packet.network == WIRE && !packet.host.is_empty() => OUTBOUND,
        (false, _) => OUTBOUND,
        (true, false) => INBOUND,
        (true, true) => 0,
    };
    let mut options = Vec::new();
    if direction != 0 {
        options.push(EnhancedPacketOption::Flags(direction));
    }
    if packet.lost().is_some() {
        let mut verdict = vec![TRAFFIC_CONTROL];
        verdict.extend(SHOT.to_ne_bytes());
        options.push(EnhancedPacketOption::Common(CommonOption::Unknown(
            UnknownOption {
                code: VERDICT,
                value: Cow::Owned(verdict),
            },
        )));
    }
    let comments = comments.iter().map(|comment| {
        let comment = CommonOption::Comment(Cow::Borrowed(comment.as_str()));
        EnhancedPacketOption::Common(comment)
    });
    options.extend(comments);
    let bytes = &packet.frame.bytes;
    EnhancedPacketBlock {
        interface_id: interface,
        timestamp: Duration::from_nanos(packet.frame.time_ns.try_into().unwrap_or(0)),
        original_len: packet.frame.len.max(bytes.len() as u32),
        data: Cow::Borrowed(&bytes[..bytes.len().min(keep)]),
        options,
    }
}

fn to_io(error: PcapNgWriteError) -> io::Error {
    match error {
        PcapNgWriteError::Io(error) => error,
        other => io::Error::other(other),
    }
}
