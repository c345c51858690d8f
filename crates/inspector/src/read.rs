//! A capture file or stream, packet by packet, to whoever wants the packets: decode, track, hand over, in one thread. Writes
//! nothing. The same with several threads is `relay.rs`.

use super::annotation;
use super::pcap::{Block, CaptureError, Reader, Record};
use super::reassembly::Reassembly;
use super::tracker::Tracker;
use socklab_packets::decode::decode_into;
use socklab_packets::headers::LinkType;
use socklab_packets::record::{Frame, FrameBytes, PacketEvent};
use std::io::Read;
use std::ops::ControlFlow;

/// What reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Frames that were read.
    pub frames: u64,
    /// Conversations the tracker forgot because there were too many at once.
    pub retired: u64,
}

/// A packet of a capture, and what stands beside it in the file.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The packet.
    pub packet: &'a PacketEvent,
    /// The time of the capture's first frame, and of the frame before this one; of the frame itself for the first one.
    pub times_ns: (i64, i64),
    pub(super) block: &'a Block,
    pub(super) record: &'a Record,
}

impl<'a> Told<'a> {
    /// The comments of the frame, in their order. Untrusted bytes.
    pub fn comments(&self) -> impl Iterator<Item = &'a [u8]> {
        self.block.comments(self.record)
    }
}

/// Reads a capture and hands over each packet in order, until `each` breaks. Frames before damage are handed over before the error.
pub fn read(
    input: impl Read,
    mut each: impl FnMut(&PacketEvent) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    read_told(input, |told| each(told.packet))
}

/// The same with what stands beside each packet. Nothing is allocated for a packet whose event `each` does not clone.
pub fn read_told(
    input: impl Read,
    mut each: impl FnMut(&Told<'_>) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    let mut reader = Reader::new(input)?;
    let mut tracker = Tracker::new();
    let mut reassembly = Reassembly::default();
    let mut block = Block::default();
    let mut event = blank();
    let mut times = Times::default();
    let mut frames = 0;
    while next_block(&mut reader, &mut block, &mut event)? {
        for record in block.records() {
            frames += 1;
            let bytes = block.bytes(record);
            decode_into(&mut event.headers, record.link, bytes, record.len);
            let when = (frames, record.time_ns);
            tracker.losing(is_lost(&block, record));
            reassembly.packet(
                &mut tracker,
                when,
                &mut event.headers,
                bytes,
                &mut event.track,
            );
            place(&mut event, &block, record, frames);
            let told = Told {
                packet: &event,
                times_ns: times.step(record.time_ns),
                block: &block,
                record,
            };
            if each(&told).is_break() {
                let retired = tracker.retired();
                return Ok(Summary { frames, retired });
            }
        }
    }
    let retired = tracker.retired();
    Ok(Summary { frames, retired })
}

/// Fills the block, whose memory the event lets go of.
pub(super) fn next_block(
    reader: &mut Reader<impl Read>,
    block: &mut Block,
    event: &mut PacketEvent,
) -> Result<bool, CaptureError> {
    event.frame.bytes = FrameBytes::default();
    reader.next_block(block)
}

/// The time of the first frame, and of the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    pub(super) first_and_latest: Option<(i64, i64)>,
}

impl Times {
    /// Takes a frame; gives the time of the first one and of the one before it.
    pub(super) fn step(&mut self, time_ns: i64) -> (i64, i64) {
        let times = self.first_and_latest.unwrap_or((time_ns, time_ns));
        self.first_and_latest = Some((times.0, time_ns));
        times
    }
}

/// True when the file tells that the frame was lost on its way.
#[inline]
pub(super) fn is_lost(block: &Block, record: &Record) -> bool {
    record.options.0 < record.options.1 && annotation::tells_loss(block.comments(record))
}

/// An event to be filled again and again.
pub fn blank() -> PacketEvent {
    PacketEvent::alone(0, Frame::new(0, LinkType::RAW, &[]))
}

/// Puts the frame of a record and what the file says of it into an event; its headers and its track were set by others.
pub(super) fn place(event: &mut PacketEvent, block: &Block, record: &Record, number: u64) {
    event.number = number;
    event.frame.time_ns = record.time_ns;
    event.frame.link = record.link;
    event.frame.len = record.len;
    let (start, end) = record.span;
    event.frame.bytes.lend(block.memory(), start..end);
    let name = block.interface_name(record.interface);
    // Most captures name no interface: a comparison of nothing with nothing is a call that costs more than the rest of this.
    let nameless = name.is_empty() && event.interface.is_empty();
    if !nameless && *event.interface != *name {
        event.interface = name.into();
    }
    if record.options.0 < record.options.1 || annotation::is_annotated(event) {
        annotation::learn(event, block.comments(record));
    }
}
