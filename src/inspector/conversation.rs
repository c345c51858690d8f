//! What is remembered of a conversation: one record for it, one for each direction. Not the rules that read and write them
//! (`analysis`, `state`, `phase`), and not the table they are found in (`tracker`).

use super::state::State;
use crate::event::packet::Labels;
use std::net::IpAddr;

/// The two ends of a conversation, in an order that does not depend on who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The smaller end: address, and port or echo identifier.
    pub low: (IpAddr, u16),
    /// The larger end.
    pub high: (IpAddr, u16),
    /// IP protocol number.
    pub protocol: u8,
    /// The network it was seen on: `127.0.0.1` is another host on each.
    pub network: u16,
}

impl Key {
    /// The key of a packet on a network, and whether its sender is the `low` end.
    pub fn new(network: u16, from: (IpAddr, u16), to: (IpAddr, u16), protocol: u8) -> (Self, bool) {
        let low_sends = from <= to;
        let (low, high) = if low_sends { (from, to) } else { (to, from) };
        let key = Self {
            low,
            high,
            protocol,
            network,
        };
        (key, low_sends)
    }
}

/// A conversation between two ends.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Its number over all protocols, from 0.
    pub number: u32,
    /// `tcp.stream` or `udp.stream`; `None` for ICMP.
    pub stream: Option<u32>,
    /// True when the first packet seen came from the `low` end of the key.
    pub low_began: bool,
    /// TCP's part; `None` for other protocols.
    pub tcp: Option<Box<TcpConversation>>,
}

/// What both directions of a TCP connection share.
#[derive(Clone, Debug, Default)]
pub struct TcpConversation {
    /// The end that sent the first packet seen, then the other one.
    pub ends: [Direction; 2],
    /// `tcp.completeness`.
    pub completeness: u8,
    /// When the latest SYN without ACK was seen.
    pub syn_ns: Option<i64>,
    /// `tcp.analysis.initial_rtt`: from the SYN to the ACK that ends the handshake.
    pub first_rtt_ns: Option<i64>,
    /// The index of the end that sent the first FIN.
    pub closer: Option<usize>,
    /// Which kind of close this has turned out to be.
    pub close: CloseKind,
    /// True once both ends sent a SYN without ACK.
    pub simultaneous_open: bool,
}

/// The three ways in which two FINs can meet (RFC 9293 figures 12 and 13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CloseKind {
    /// Not yet known.
    #[default]
    Unknown,
    /// The first FIN was acknowledged by a segment without FIN: four segments.
    FourSegments,
    /// The first FIN was acknowledged by the second FIN: three segments.
    ThreeSegments,
    /// The FINs crossed: neither acknowledges the other.
    Simultaneous,
}

/// Window scaling of one end (RFC 7323 section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Its SYN was not seen.
    #[default]
    Unknown,
    /// It was seen that scaling is not used.
    Off,
    /// The shift of its SYN.
    Shift(u8),
}

impl Scale {
    /// The shift that applies; 0 when unknown or off.
    pub fn shift(self) -> u32 {
        match self {
            // RFC 7323 section 2.3: more than 14 counts as 14; Wireshark does the same.
            Self::Shift(shift) => u32::from(shift.min(14)),
            Self::Unknown | Self::Off => 0,
        }
    }
}

/// In place of a count of duplicate ACKs: the other end acknowledged bytes this one never sent, and that was told already.
/// Wireshark keeps it in the same unsigned counter, where it also passes for many duplicate ACKs; so it does here.
pub const LOSS_TOLD: u32 = u32::MAX;

/// What is remembered of the segments one end sent. All sequence numbers are raw.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    /// The sequence number that is shown as 0.
    pub base: Option<u32>,
    /// One past the highest sequence number sent.
    pub next_seq: Option<u32>,
    /// When `next_seq` last rose.
    pub next_seq_ns: i64,
    /// One past the highest sequence number sent without a hole before it.
    pub ackable: Option<u32>,
    /// The acknowledgment number of the last segment; 0 before the first one, and the field of a SYN as it was.
    pub last_ack: u32,
    /// When that segment was seen.
    pub last_ack_ns: i64,
    /// The frame of the last segment that was no duplicate ACK.
    pub last_new_ack: u64,
    /// Duplicate ACKs since then, or [`LOSS_TOLD`].
    pub duplicate_acks: u32,
    /// The window field of the last segment, not scaled; `None` before the first one.
    pub window: Option<u16>,
    /// True when that segment was a SYN, whose window is never scaled.
    pub window_of_syn: bool,
    /// Window scaling.
    pub scale: Scale,
    /// The labels of the last segment.
    pub last_labels: Labels,
    /// Bytes that the selective acknowledgments of the last segment cover.
    pub sacked: u32,
    /// True from a hole until the other end acknowledges: bytes in flight cannot be counted meanwhile.
    pub hole: bool,
    /// Segments that were not acknowledged yet.
    pub unacked: Unacked,
    /// RFC 9293 state of this end.
    pub state: State,
    /// The sequence number of its FIN.
    pub fin: Option<u32>,
    /// True once its FIN was acknowledged.
    pub fin_acked: bool,
}

/// A segment that waits for its acknowledgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its first sequence number.
    pub seq: u32,
    /// One past its last sequence number; SYN and FIN count one.
    pub next: u32,
    /// Its frame number.
    pub frame: u64,
    /// When it was seen.
    pub time_ns: i64,
}

/// The queue of segments that wait, in the order in which they were sent. Bounded by [`Unacked::LIMIT`].
#[derive(Clone, Debug, Default)]
pub struct Unacked {
    segments: Vec<Waiting>,
    /// The lowest `seq` and the highest `next` of the queue, both relative, so that bytes in flight need no walk.
    bounds: Option<(u32, u32)>,
    /// True when a segment before the base waits: its relative numbers are in the upper half, and `bounds` is no order then.
    before_base: bool,
}

/// What an acknowledgment number did to the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acked {
    /// The segment that ends exactly at the acknowledgment number: when it was sent, and its frame.
    pub exactly: Option<(i64, u64)>,
    /// How many segments left the queue.
    pub removed: usize,
}

impl Unacked {
    /// Wireshark's bound for the queue of one direction; what is sent beyond it has no round-trip time.
    pub const LIMIT: usize = 10_000;

    /// How many segments wait.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// True when none waits.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Adds a segment unless the queue is full; true when it was added.
    pub fn push(&mut self, segment: Waiting, base: u32) -> bool {
        if self.segments.len() >= Self::LIMIT {
            return false;
        }
        self.segments.push(segment);
        self.bounds = Some(widen(self.bounds, segment, base));
        self.before_base |= before(segment.seq, base);
        true
    }

    /// Removes what `ack` acknowledges, and cuts a segment that it acknowledges in part. `base` is the sequence number shown as 0.
    pub fn acknowledge(&mut self, ack: u32, base: u32) -> Acked {
        let mut acked = Acked::default();
        let Some((low, _)) = self.bounds else {
            return acked;
        };
        // The common case, all of it still waits, needs no walk.
        if !self.before_base && !before(low.wrapping_add(base), ack) {
            return acked;
        }
        let before_len = self.segments.len();
        let mut bounds = None;
        self.segments.retain_mut(|segment| {
            if segment.next == ack {
                // The oldest of several copies is the one that counts.
                acked
                    .exactly
                    .get_or_insert((segment.time_ns, segment.frame));
                return false;
            }
            if !before(ack, segment.next) {
                return false;
            }
            if before(segment.seq, ack) {
                segment.seq = ack;
            }
            bounds = Some(widen(bounds, *segment, base));
            true
        });
        self.bounds = bounds;
        self.before_base &= bounds.is_some();
        acked.removed = before_len - self.segments.len();
        if self.segments.is_empty() && self.segments.capacity() > 64 {
            self.segments = Vec::new();
        }
        acked
    }

    /// Bytes between the lowest and the highest sequence number that wait.
    pub fn bytes(&self) -> u32 {
        self.bounds.map_or(0, |(low, high)| high.wrapping_sub(low))
    }
}

fn widen(bounds: Option<(u32, u32)>, segment: Waiting, base: u32) -> (u32, u32) {
    let seq = segment.seq.wrapping_sub(base);
    let next = segment.next.wrapping_sub(base);
    bounds.map_or((seq, next), |(low, high)| (low.min(seq), high.max(next)))
}

/// True when sequence number `a` comes before `b`, modulo 2^32 (RFC 9293 section 3.4).
pub fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(seq: u32, next: u32, frame: u64) -> Waiting {
        Waiting {
            seq,
            next,
            frame,
            time_ns: frame as i64 * 10,
        }
    }

    #[test]
    fn a_key_is_the_same_for_both_directions() {
        let a = (IpAddr::from([10, 0, 0, 1]), 40_000);
        let b = (IpAddr::from([10, 0, 0, 2]), 80);
        assert_eq!(Key::new(0, a, b, 6).0, Key::new(0, b, a, 6).0);
        assert!(Key::new(0, a, b, 6).1 != Key::new(0, b, a, 6).1);
        assert_ne!(Key::new(0, a, b, 6).0, Key::new(1, a, b, 6).0);
    }

    #[test]
    fn sequence_numbers_compare_across_the_wrap() {
        assert!(before(0xffff_fff0, 0x10));
        assert!(!before(0x10, 0xffff_fff0));
        assert!(!before(5, 5));
    }

    #[test]
    fn an_ack_in_the_middle_cuts_the_segment() {
        let mut queue = Unacked::default();
        queue.push(waiting(100, 200, 1), 0);
        queue.push(waiting(200, 300, 2), 0);
        let acked = queue.acknowledge(250, 0);
        assert_eq!((acked.exactly, acked.removed), (None, 1));
        assert_eq!(queue.bytes(), 50);
    }

    #[test]
    fn an_ack_of_two_copies_names_the_older_one() {
        let mut queue = Unacked::default();
        queue.push(waiting(100, 200, 1), 0);
        queue.push(waiting(100, 200, 4), 0);
        assert_eq!(queue.acknowledge(200, 0).exactly, Some((10, 1)));
        assert!(queue.is_empty());
    }

    #[test]
    fn the_queue_of_unacknowledged_segments_is_bounded() {
        let mut queue = Unacked::default();
        for index in 0..20_000_u32 {
            queue.push(waiting(index, index + 1, u64::from(index)), 0);
        }
        assert_eq!(queue.len(), Unacked::LIMIT);
    }
}
