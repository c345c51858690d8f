//! What the SYNs of connections said, remembered so that a filter on the wire can use relative sequence numbers. Not the state of a
//! connection, which the wire does not follow.

use crate::event::packet::Track;
use crate::packet::decode::decode;
use crate::packet::headers::{Headers, LinkType, flag};
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// At most this many directions of connections are remembered, the newest.
const MOST: usize = 8192;
/// The length of an Ethernet header.
const ETHERNET: usize = 14;
/// The length of an IPv6 header.
const IPV6: usize = 40;
const TCP: u8 = 6;

/// One direction of a connection: from, to.
type Direction = (SocketAddr, SocketAddr);

/// What a SYN said.
#[derive(Clone, Copy, Debug)]
struct Beginning {
    /// The initial sequence number.
    isn: u32,
    /// The shift of the window scale option.
    wscale: Option<u8>,
}

/// The SYNs that were seen.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    known: HashMap<Direction, Beginning>,
    order: VecDeque<Direction>,
}

impl Beginnings {
    /// Remembers a frame if it is a SYN; any other frame costs the look at a few bytes.
    pub(super) fn see(&mut self, frame: &[u8]) {
        if !may_be_syn(frame) {
            return;
        }
        let headers = decode(LinkType::ETHERNET, frame, frame.len() as u32);
        let (Some(direction), Some(tcp)) = (direction(&headers), headers.tcp()) else {
            return;
        };
        let beginning = Beginning {
            isn: tcp.seq,
            wscale: tcp.options.wscale,
        };
        if self.known.insert(direction, beginning).is_none() {
            self.order.push_back(direction);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// What a filter may ask of the conversation: relative numbers, and the scaled window. Numbers of a connection whose SYN was not
    /// seen stay as they are carried.
    pub(super) fn track(&self, headers: &Headers) -> Track {
        let mut track = Track::default();
        let (Some((from, to)), Some(tcp)) = (direction(headers), headers.tcp()) else {
            return track;
        };
        let (own, other) = (self.known.get(&(from, to)), self.known.get(&(to, from)));
        track.seq = own.map_or(tcp.seq, |own| tcp.seq.wrapping_sub(own.isn));
        track.ack = other.map_or(tcp.ack, |other| tcp.ack.wrapping_sub(other.isn));
        let scales = own
            .and_then(|own| own.wscale)
            .zip(other.and_then(|other| other.wscale));
        // The window of a SYN is never scaled, and a shift is at most 14 (RFC 7323 section 2).
        let shift = match scales {
            Some((shift, _)) if tcp.flags & flag::SYN == 0 => shift.min(14),
            _ => 0,
        };
        track.window = u32::from(tcp.window) << shift;
        track
    }
}

fn direction(headers: &Headers) -> Option<Direction> {
    let ((src, dst), (from, to)): ((IpAddr, IpAddr), _) =
        headers.addresses().zip(headers.ports())?;
    Some((SocketAddr::new(src, from), SocketAddr::new(dst, to)))
}

/// A quick look: false for all but TCP segments whose SYN flag is set.
fn may_be_syn(frame: &[u8]) -> bool {
    const FLAGS: usize = 13;
    let Some(rest) = frame.get(ETHERNET - 2..) else {
        return false;
    };
    let header = match rest {
        [0x08, 0x00, first, ..] if frame.get(ETHERNET + 9) == Some(&TCP) => {
            usize::from(first & 0x0f) * 4
        }
        [0x86, 0xdd, ..] if frame.get(ETHERNET + 6) == Some(&TCP) => IPV6,
        _ => return false,
    };
    frame
        .get(ETHERNET + header + FLAGS)
        .is_some_and(|flags| u16::from(*flags) & flag::SYN != 0)
}
