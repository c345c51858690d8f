//! A block of frames that was copied out of a ring, and its frames as a capture file would have them: with the tag the hardware took
//! out, and with a cooked header where the socket gives none. Not what they mean.

use crate::packet::headers::LinkType;
use crate::sys::block_ring::{BlockFrame, Cursor};

/// Where an Ethernet frame has its 802.1Q tag.
const TAG_PLACE: usize = 12;
const TAG: usize = 4;
/// `LINKTYPE_LINUX_SLL2`.
const COOKED: usize = 20;

/// Frames that arrived together.
#[derive(Debug)]
pub struct Block {
    pub(super) bytes: Vec<u8>,
    cursor: Cursor,
    link: LinkType,
}

/// One frame, valid until the next one is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct LiveFrame<'a> {
    /// The captured bytes, from the link header on.
    pub bytes: &'a [u8],
    /// Length on the wire.
    pub len: u32,
    /// Nanoseconds since the epoch, as the kernel stamped it.
    pub time_ns: i64,
    /// The number of the interface it was seen on.
    pub ifindex: i32,
    /// True when its checksums were left to the hardware.
    pub checksum_not_ready: bool,
}

impl Block {
    /// A block of frames with this link type.
    pub(super) fn new(bytes: Vec<u8>, link: LinkType) -> Self {
        let cursor = Cursor::of(&bytes);
        Self {
            bytes,
            cursor,
            link,
        }
    }

    /// The next frame. What this machine sent to itself passes twice; the copy that goes out is left out.
    pub fn next_frame(&mut self) -> Option<LiveFrame<'_>> {
        let frame = loop {
            let frame = self.cursor.next(&self.bytes)?;
            let outgoing = frame.packet_type == libc::PACKET_OUTGOING;
            if !(outgoing && frame.hardware_type == libc::ARPHRD_LOOPBACK) {
                break frame;
            }
        };
        let (start, added) = if self.link == LinkType::LINUX_SLL2 {
            self.cook(&frame)
        } else {
            self.put_tag_back(&frame)
        };
        Some(LiveFrame {
            bytes: self.bytes.get(start..frame.end).unwrap_or_default(),
            len: frame.len + added,
            time_ns: frame.time_ns,
            ifindex: frame.ifindex,
            checksum_not_ready: frame.checksum_not_ready,
        })
    }

    /// Writes a tag that the hardware took out back to its place: the addresses move four bytes to the front.
    fn put_tag_back(&mut self, frame: &BlockFrame) -> (usize, u32) {
        let Some((protocol, control)) = frame.tag else {
            return (frame.start, 0);
        };
        // The kernel leaves room in front of a frame, for its own header and an alignment.
        if self.link != LinkType::ETHERNET
            || frame.end - frame.start < TAG_PLACE
            || frame.start < TAG
        {
            return (frame.start, 0);
        }
        let start = frame.start - TAG;
        self.bytes
            .copy_within(frame.start..frame.start + TAG_PLACE, start);
        let tag = &mut self.bytes[start + TAG_PLACE..start + TAG_PLACE + TAG];
        tag[..2].copy_from_slice(&protocol.to_be_bytes());
        tag[2..].copy_from_slice(&control.to_be_bytes());
        (start, TAG as u32)
    }

    /// Writes a cooked header in front of what the socket gave, and the tag that was taken out behind it.
    fn cook(&mut self, frame: &BlockFrame) -> (usize, u32) {
        let tag = if frame.tag.is_some() { TAG } else { 0 };
        let added = COOKED + tag;
        let Some(start) = frame.start.checked_sub(added) else {
            return (frame.start, 0);
        };
        let header = &mut self.bytes[start..frame.start];
        let protocol = frame.tag.map_or(frame.protocol, |(protocol, _)| protocol);
        header[0..2].copy_from_slice(&protocol.to_be_bytes());
        header[2..4].fill(0);
        header[4..8].copy_from_slice(&frame.ifindex.to_be_bytes());
        header[8..10].copy_from_slice(&frame.hardware_type.to_be_bytes());
        header[10] = frame.packet_type;
        header[11] = frame.address_len;
        header[12..20].copy_from_slice(&frame.address);
        if let Some((_, control)) = frame.tag {
            header[20..22].copy_from_slice(&control.to_be_bytes());
            header[22..24].copy_from_slice(&frame.protocol.to_be_bytes());
        }
        (start, added as u32)
    }
}
