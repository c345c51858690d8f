//! Frames on their way: each with the time it is due, bounded in number and in bytes. Not why they are held.

use super::{Port, Sink};
use std::collections::BTreeMap;

/// At most this many frames are on their way.
pub const MOST_FRAMES: usize = 20_000;
/// At most this many bytes are on their way.
pub const MOST_BYTES: usize = 32 << 20;

/// A frame on its way to a host.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) to: Port,
    pub(super) frame: Box<[u8]>,
    /// Which of the frames that were accepted it is, or a piece or a copy of.
    pub(super) ticket: u64,
    /// The rule that holds it.
    pub(super) rule: u32,
}

/// The frames on their way, by the time they are due and then in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Held {
    parcels: BTreeMap<(u64, u64), Parcel>,
    bytes: usize,
    next: u64,
}

impl Held {
    /// True when another frame of this length can be held.
    pub(super) fn has_room(&self, frames: usize, bytes: usize) -> bool {
        self.parcels.len() + frames <= MOST_FRAMES && self.bytes + bytes <= MOST_BYTES
    }

    /// Holds a frame until `due_ns`.
    pub(super) fn push(&mut self, due_ns: u64, parcel: Parcel) {
        self.bytes += parcel.frame.len();
        self.parcels.insert((due_ns, self.next), parcel);
        self.next += 1;
    }

    /// When the next frame is due.
    pub(super) fn due_ns(&self) -> Option<u64> {
        self.parcels.first_key_value().map(|((due, _), _)| *due)
    }

    /// Delivers what is due.
    pub(super) fn release(&mut self, now_ns: u64, sink: &mut impl Sink) {
        while self.due_ns().is_some_and(|due| due <= now_ns) {
            if let Some((_, parcel)) = self.parcels.pop_first() {
                self.bytes -= parcel.frame.len();
                sink.deliver_held(parcel.to, &parcel.frame, parcel.ticket);
            }
        }
    }

    /// What a rule holds is due now, in the order it was; `None`: what any rule holds.
    pub(super) fn hurry(&mut self, rule: Option<u32>, now_ns: u64) {
        let (hurried, kept): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.parcels)
            .into_iter()
            .partition(|((due, _), parcel)| {
                *due > now_ns && rule.is_none_or(|rule| parcel.rule == rule)
            });
        self.parcels = kept;
        for (_, parcel) in hurried {
            self.parcels.insert((now_ns, self.next), parcel);
            self.next += 1;
        }
    }

    /// What one rule holds is another's.
    pub(super) fn rename(&mut self, from: u32, to: u32) {
        for parcel in self.parcels.values_mut() {
            if parcel.rule == from {
                parcel.rule = to;
            }
        }
    }

    /// Nobody waits at this port any more.
    pub(super) fn drop_for(&mut self, port: Port) {
        let bytes = &mut self.bytes;
        self.parcels.retain(|_, parcel| {
            let stays = parcel.to != port;
            if !stays {
                *bytes -= parcel.frame.len();
            }
            stays
        });
    }
}
