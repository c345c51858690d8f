//! What the session keeps of what happened: the newest calls and packets, within bounds that are said when they are met.

use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use std::collections::VecDeque;
use std::sync::Arc;

/// At most this many packets are kept: a power of two, for so much room a queue makes. Each takes about 1 KiB.
pub const PACKETS: usize = 32_768;
/// At most this many bytes of frames are kept, and of the datagrams they complete.
pub const FRAME_BYTES: usize = 32 << 20;
/// At most this many calls are kept.
pub const CALLS: usize = 100_000;

/// The session's memory.
#[derive(Debug, Default)]
pub struct Log {
    packets: VecDeque<Arc<PacketEvent>>,
    calls: VecDeque<CallEvent>,
    frame_bytes: usize,
    /// Calls of poll(2) that ran into the timeout of settimeout: the process and the time of their return.
    timeouts: VecDeque<(String, i64)>,
    /// Packets that were let go to stay within the bounds.
    pub forgotten_packets: u64,
    /// Calls that were let go.
    pub forgotten_calls: u64,
}

impl Log {
    /// Keeps a packet.
    pub fn packet(&mut self, packet: Arc<PacketEvent>) {
        let more = packet.held();
        while self.packets.len() >= PACKETS || self.frame_bytes + more > FRAME_BYTES {
            let Some(oldest) = self.packets.pop_front() else {
                break;
            };
            self.frame_bytes -= oldest.held();
            self.forgotten_packets += 1;
        }
        self.frame_bytes += more;
        self.packets.push_back(packet);
    }

    /// Keeps a call. Its data is kept only as far as it is short; what crossed the wire is in the packets.
    pub fn call(&mut self, mut call: CallEvent) {
        const SHORT: usize = 4096;
        if let Some(data) = &mut call.data {
            data.truncate(SHORT);
            data.shrink_to_fit();
        }
        self.calls.push_back(call);
        if self.calls.len() > CALLS {
            self.calls.pop_front();
            self.forgotten_calls += 1;
        }
    }

    /// The packets kept, oldest first, each shared with whoever keeps it longer.
    pub fn shared_packets(&self) -> impl DoubleEndedIterator<Item = &Arc<PacketEvent>> {
        self.packets.iter()
    }

    /// The newest call of a process's job was a poll(2) that ran into the timeout of settimeout.
    pub fn gave_up(&mut self, process: &str, job: u32) {
        const TIMEOUTS: usize = 10_000;
        let mut calls = self.calls.iter().rev();
        let newest = calls.find(|call| call.process == process && call.job == job);
        let Some(call) = newest.filter(|call| call.name == "poll" && call.result == 0) else {
            return;
        };
        if self.timeouts.len() >= TIMEOUTS {
            self.timeouts.pop_front();
        }
        self.timeouts.push_back((process.to_owned(), call.end_ns));
    }

    /// True when a call is a poll(2) that ran into the timeout of settimeout.
    pub fn timed_out(&self, call: &CallEvent) -> bool {
        call.name == "poll"
            && self
                .timeouts
                .iter()
                .rev()
                .any(|(process, end_ns)| *process == call.process && *end_ns == call.end_ns)
    }

    /// The packets kept, oldest first.
    pub fn packets(&self) -> impl DoubleEndedIterator<Item = &PacketEvent> {
        self.packets.iter().map(Arc::as_ref)
    }

    /// The packet of this number, if it is still kept.
    pub fn packet_numbered(&self, number: u64) -> Option<&Arc<PacketEvent>> {
        let first = self.packets.front()?.number;
        self.packets
            .get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// Amends what is known of a packet, if it is still kept.
    pub fn amend(&mut self, number: u64, change: impl FnOnce(&mut PacketEvent)) {
        let Some(first) = self.packets.front().map(|packet| packet.number) else {
            return;
        };
        let place = number
            .checked_sub(first)
            .and_then(|place| usize::try_from(place).ok());
        if let Some(packet) = place.and_then(|place| self.packets.get_mut(place)) {
            change(Arc::make_mut(packet));
        }
    }

    /// The calls kept, oldest first.
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &CallEvent> {
        self.calls.iter()
    }

    /// How many calls were ever made.
    pub fn calls_made(&self) -> u64 {
        self.forgotten_calls + self.calls.len() as u64
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
