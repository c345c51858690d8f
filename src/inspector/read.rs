//! A capture file or stream, frame by frame, to whoever wants the packets: decode, track, select. Writes nothing.

use super::pcap::{CaptureError, Reader};
use super::reassembly::Reassembly;
use super::tracker::Tracker;
use crate::event::packet::{Frame, PacketEvent};
use crate::packet::decode::decode;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

/// What reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Frames in the file.
    pub frames: u64,
    /// Frames that were given to the caller.
    pub selected: u64,
    /// Conversations the tracker forgot because there were too many at once.
    pub retired: u64,
}

/// Reads the capture file at `path`; see [`read`].
pub fn read_file(
    path: &Path,
    each: impl FnMut(&PacketEvent) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    read(File::open(path)?, each)
}

/// Reads a capture and hands over each packet in order, until `each` breaks. Frames before damage are handed over before the error.
pub fn read(
    input: impl Read,
    mut each: impl FnMut(&PacketEvent) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    let mut reader = Reader::new(input)?;
    let mut tracker = Tracker::new();
    let mut reassembly = Reassembly::default();
    let mut summary = Summary::default();
    while let Some(record) = reader.next_record()? {
        summary.frames += 1;
        let mut headers = decode(record.link, record.bytes, record.len);
        let when = (summary.frames, record.time_ns);
        let track = reassembly.packet(&mut tracker, when, &mut headers, record.bytes);
        let event = PacketEvent {
            number: summary.frames,
            host: String::new(),
            interface: String::new(),
            frame: Frame {
                time_ns: record.time_ns,
                link: record.link,
                len: record.len,
                bytes: record.bytes.into(),
                checksum_not_ready: false,
            },
            headers,
            track,
            cause: None,
            from: String::new(),
            to: String::new(),
            network: 0,
            rulings: Vec::new(),
        };
        summary.selected += 1;
        summary.retired = tracker.retired();
        if each(&event).is_break() {
            break;
        }
    }
    Ok(summary)
}
