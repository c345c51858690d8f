//! What is remembered of a conversation: one record for it, one for each direction. Not the rules that read and write them
//! (`analysis`, `state`, `phase`), and not the table they are found in (`tracker`).

use super::state::State;
use super::unacked::Unacked;
use socklab_packets::headers::flag;
use socklab_packets::record::{Elapsed, Labels, Track};

/// When packets were seen, as far as it is needed to say how long ago that was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// The first packet and the last one, nanoseconds; `None` before the first.
    seen: Option<(i64, i64)>,
}

impl Clock {
    /// True once a time was noted.
    pub fn is_running(&self) -> bool {
        self.seen.is_some()
    }

    /// Takes note of the first time the conversation is heard of; of a later one nothing.
    pub fn begin(&mut self, time_ns: i64) {
        self.seen.get_or_insert((time_ns, time_ns));
    }

    /// Takes note of a packet and says how long it came after the others.
    pub fn pass(&mut self, time_ns: i64) -> Elapsed {
        let (first, last) = self.seen.unwrap_or((time_ns, time_ns));
        self.seen = Some((first, time_ns));
        Elapsed {
            first_ns: time_ns.saturating_sub(first),
            previous_ns: time_ns.saturating_sub(last),
        }
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
    /// When its packets were seen.
    pub clock: Clock,
    /// TCP's part; `None` for other protocols.
    pub tcp: Option<Box<TcpConversation>>,
}

impl Conversation {
    /// Takes note of the time of a packet, and says which conversation it is of, in which direction and after how long.
    #[inline]
    pub fn say(&mut self, low_sends: bool, time_ns: i64, track: &mut Track) {
        track.conversation = Some(self.number);
        track.stream = self.stream;
        track.forward = low_sends == self.low_began;
        track.elapsed_in_conversation = self.clock.pass(time_ns);
    }

    /// True for a connection that is established at both ends, as far as its packets tell.
    pub fn stands(&self) -> bool {
        let established =
            |tcp: &TcpConversation| tcp.ends.iter().all(|end| end.state == State::Established);
        self.tcp.as_deref().is_some_and(established)
    }
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
    /// `tcp.analysis.initial_rtt`: from the SYN to the ACK that ends the handshake; 0 while there is none.
    pub first_rtt_ns: i64,
    /// True once a segment was seen.
    pub begun: bool,
    /// The index of the end that sent the first FIN.
    pub closer: Option<usize>,
    /// Which kind of close this has turned out to be.
    pub close: CloseKind,
    /// True once both ends sent a SYN without ACK.
    pub simultaneous_open: bool,
    /// The subtypes of Multipath TCP that its segments have had, a bit each.
    pub mptcp: u16,
    /// True once an HTTP response has upgraded it to WebSocket.
    pub websocket: bool,
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
    /// One past the highest sequence number sent. Wireshark takes 0 for none, in the rules that ask whether there is one, and for a
    /// number in all others; so it is here.
    pub next_seq: u32,
    /// When `next_seq` last rose.
    pub next_seq_ns: i64,
    /// One past the highest sequence number sent without a hole before it; 0 is none.
    pub ackable: u32,
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
    /// True from a SYN, whose window is never scaled, to the next acknowledgment.
    pub window_unscaled: bool,
    /// Window scaling.
    pub scale: Scale,
    /// [`TcpConversation::mptcp`] as it was when this end sent last.
    pub mptcp: u16,
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
    /// True once an RST has ended it: what it sent before may still come.
    pub reset: bool,
}

/// What a segment that arrives may change of an end.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    state: State,
    fin_acked: bool,
    reset: bool,
}

impl Direction {
    /// How the end stands.
    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            fin_acked: self.fin_acked,
            reset: self.reset,
        }
    }

    /// Puts it back to how it stood: what would have moved it did not arrive.
    pub fn stand(&mut self, standing: Standing) {
        (self.state, self.fin_acked, self.reset) =
            (standing.state, standing.fin_acked, standing.reset);
    }

    /// A SYN that opens, sent again, makes what was beyond a hole forgotten.
    pub fn forget_hole(&mut self, flags: u16, seq: u32) {
        if self.base == Some(seq) && flags & (flag::SYN | flag::ACK) == flag::SYN {
            self.next_seq = self.ackable;
        }
    }

    /// Takes the sequence number of a SYN as 0.
    pub fn rebase(&mut self, seq: u32) {
        if self.base.is_some_and(|base| base != seq) {
            self.unacked.rebase(seq);
        }
        self.base = Some(seq);
    }

    /// From a segment with these flags on, is the window this end announced scaled or not?
    pub fn note_unscaled(&mut self, flags: u16) {
        match (flags & flag::SYN != 0, flags & flag::ACK != 0) {
            (true, _) => self.window_unscaled = true,
            (false, true) => self.window_unscaled = false,
            (false, false) => {}
        }
    }
}

/// True when sequence number `a` comes before `b`, modulo 2^32 (RFC 9293 section 3.4).
pub fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_compare_across_the_wrap() {
        assert!(before(0xffff_fff0, 0x10));
        assert!(!before(0x10, 0xffff_fff0));
        assert!(!before(5, 5));
    }
}
