//! One direction of a TCP connection in the order in which it can be read: repeats left out, gaps told. Pure.

use super::stream::Unwrap;
use socklab_packets::headers::{Tcp, flag};
use std::collections::BTreeMap;

/// At most this many segments wait for a hole to be filled.
const WAITING: usize = 1000;

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes that are missing before it.
    pub missing: u64,
    /// What was captured.
    pub bytes: Vec<u8>,
    /// Bytes that a capture cut off behind it.
    pub cut: u64,
    /// The packet that carried it.
    pub packet: u64,
}

/// A direction.
#[derive(Clone, Debug, Default)]
pub struct Side {
    position: Unwrap,
    /// The offset of the next byte to be given.
    next: u64,
    /// Segments beyond a hole, by their offsets.
    waiting: BTreeMap<u64, Segment>,
    /// Where the FIN stands.
    end: Option<u64>,
}

#[derive(Clone, Debug)]
struct Segment {
    /// What was captured of it.
    bytes: Vec<u8>,
    /// How long it was.
    length: u64,
    packet: u64,
}

impl Side {
    /// Takes a segment: the packet's number, its relative sequence number, its payload as far as it was captured.
    pub fn take(&mut self, packet: u64, seq: u32, tcp: &Tcp, payload: &[u8]) {
        let own = u64::from(tcp.flags & flag::SYN != 0);
        let Some(at) = (self.position.take(seq) + own).checked_sub(1) else {
            return;
        };
        let length = u64::from(tcp.len);
        if tcp.flags & flag::FIN != 0 {
            self.end = Some(at + length);
        }
        let known = self.waiting.get(&at).map_or(0, |waiting| waiting.length);
        if length > known && at + length > self.next {
            let bytes = payload.to_vec();
            let segment = Segment {
                bytes,
                length,
                packet,
            };
            self.waiting.insert(at, segment);
        }
    }

    /// The next piece that can be read; with `all`, also what stands beyond a hole.
    pub fn give(&mut self, all: bool) -> Option<Piece> {
        while let Some((at, segment)) = self.waiting.pop_first() {
            let beyond = at > self.next;
            if beyond && !all && self.waiting.len() < WAITING {
                self.waiting.insert(at, segment);
                return None;
            }
            let end = at + segment.length;
            if end <= self.next {
                continue;
            }
            let missing = at.saturating_sub(self.next);
            let known = usize::try_from(self.next.saturating_sub(at)).unwrap_or(usize::MAX);
            // What a capture cut off is missing after the bytes that it kept.
            let cut = segment.length.saturating_sub(segment.bytes.len() as u64);
            let bytes = match known {
                0 => segment.bytes,
                known => segment.bytes.get(known..).unwrap_or_default().to_vec(),
            };
            self.next = end;
            return Some(Piece {
                missing,
                bytes,
                cut,
                packet: segment.packet,
            });
        }
        None
    }

    /// True when everything up to the FIN has been given.
    pub fn is_at_end(&self) -> bool {
        self.end.is_some_and(|end| self.next >= end)
    }
}
