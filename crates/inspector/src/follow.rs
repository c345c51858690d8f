//! From packets to what both sides said, in the order in which it could be read: repeats left out, gaps told. Pure.

use super::stream::Unwrap;
use socklab_events::stream::Said;
use socklab_packets::headers::{Transport, flag};
use socklab_packets::record::PacketEvent;
use std::collections::BTreeMap;

/// What was said; true in `packets` for those from the side that opened the conversation.
pub fn said(packets: &[(&PacketEvent, bool)]) -> Vec<Said> {
    let mut said = Vec::new();
    let mut sides = [Side::default(), Side::default()];
    for (packet, forward) in packets {
        if packet.lost().is_some() {
            continue;
        }
        let payload = packet.payload();
        match packet.headers.transport {
            Transport::Tcp(tcp) => {
                let side = &mut sides[usize::from(*forward)];
                let own = u64::from(tcp.flags & flag::SYN != 0);
                let at = side.position.take(packet.track.seq) + own;
                if tcp.len > 0 && at > 0 {
                    side.take(at - 1, payload, u64::from(tcp.len));
                    side.give(*forward, false, &mut said);
                }
            }
            _ if payload.is_empty() => {}
            _ => said.push(Said {
                forward: *forward,
                bytes: payload.to_vec(),
                missing: 0,
            }),
        }
    }
    for (index, side) in sides.iter_mut().enumerate() {
        side.give(index == 1, true, &mut said);
    }
    said
}

/// One direction of a TCP connection.
#[derive(Default)]
struct Side {
    position: Unwrap,
    /// The offset of the next byte to be told.
    next: u64,
    /// Segments beyond a hole, by their offsets: what was captured of each, and how long it was.
    waiting: BTreeMap<u64, (Vec<u8>, u64)>,
}

/// At most this many segments wait for a hole to be filled.
const WAITING: usize = 1000;

impl Side {
    fn take(&mut self, at: u64, payload: &[u8], length: u64) {
        let known = self.waiting.get(&at).map_or(0, |waiting| waiting.1);
        if at + length > self.next && length > known {
            self.waiting.insert(at, (payload.to_vec(), length));
        }
    }

    /// Tells what can be read; with `all`, also what stands beyond holes.
    fn give(&mut self, forward: bool, all: bool, said: &mut Vec<Said>) {
        while let Some((at, (payload, length))) = self.waiting.pop_first() {
            let beyond = at > self.next;
            if beyond && !all && self.waiting.len() < WAITING {
                self.waiting.insert(at, (payload, length));
                return;
            }
            let end = at + length;
            if end <= self.next {
                continue;
            }
            let missing = at.saturating_sub(self.next);
            let known = usize::try_from(self.next.saturating_sub(at)).unwrap_or(usize::MAX);
            let bytes = payload.get(known..).unwrap_or_default().to_vec();
            // What a capture cut off is missing after the bytes that it kept.
            let cut = length.saturating_sub(payload.len() as u64);
            said.push(Said {
                forward,
                bytes,
                missing,
            });
            if cut > 0 {
                said.push(Said {
                    forward,
                    bytes: Vec::new(),
                    missing: cut,
                });
            }
            self.next = end;
        }
    }
}
