//! What is remembered of a TCP connection for the causes of what comes next: the newest segments of both directions, when each arrives
//! at the other end, and what the wire did with it. Decides nothing.

use crate::conversation::before;
use crate::evidence::Listener;
use socklab_packets::headers::{Mptcp, Tcp, flag};
use socklab_packets::record::{Cause, PacketEvent};
use socklab_packets::wire::{Delivered, Effect};
use std::collections::VecDeque;

/// So many segments of each direction are remembered.
const RECENT: usize = 128;

/// What becomes of a segment on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It arrives then, as the wire says, or else as the rules of the wire tell.
    Arrives(Delivered),
    /// The wire holds it and has not said that it delivered it.
    Held,
    /// A rule of the wire lost it.
    Lost(u32),
    /// A rule of the wire changed a byte: its checksum is wrong, so the receiver throws it away.
    Spoiled(u32),
}

/// A segment that was seen, as far as what comes later needs it.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) time_ns: i64,
    pub(super) fate: Fate,
    pub(super) seq: u32,
    /// One past its last sequence number; SYN and FIN count one each.
    pub(super) end: u32,
    pub(super) len: u32,
    pub(super) flags: u16,
    pub(super) ack: u32,
    /// Scaled.
    pub(super) window: u32,
    pub(super) sack: [(u32, u32); 4],
    pub(super) sacks: u8,
    /// What it says of Multipath TCP.
    pub(super) mptcp: Mptcp,
    /// The rule of the wire that delivered it twice, if one did.
    pub(super) doubled: Option<u32>,
    /// True when every byte of it had been sent before.
    pub(super) again: bool,
    /// True when the retransmission timer sent it.
    pub(super) timed_out: bool,
    /// True for a keepalive or a probe of a closed window.
    pub(super) probe: bool,
    /// True when a program wrote it with a raw socket: the kernel of its sender knows nothing of it.
    pub(super) forged: bool,
    /// The listener that takes no further connection, when this is for one.
    pub(super) dropped_by: Option<Listener>,
    pub(super) cause: Option<Cause>,
}

impl Segment {
    /// When it arrives at the earliest; `None` when nobody has taken it yet, or never will.
    pub(super) fn arrives(&self) -> Option<i64> {
        match self.fate {
            Fate::Arrives(time) => Some(time.from_ns),
            Fate::Held | Fate::Lost(_) | Fate::Spoiled(_) => None,
        }
    }

    /// True when it is neither lost nor taken by `now_ns`.
    pub(super) fn is_on_its_way(&self, now_ns: i64) -> bool {
        match self.fate {
            Fate::Arrives(time) => time.from_ns > now_ns,
            Fate::Held => true,
            Fate::Lost(_) | Fate::Spoiled(_) => false,
        }
    }

    /// True for more than an acknowledgment: data, SYN or FIN.
    pub(super) fn carries(&self) -> bool {
        self.end != self.seq
    }

    /// Its place in the order of arrival at the other end.
    pub(super) fn place(&self) -> (i64, u64) {
        (self.arrives().unwrap_or(i64::MAX), self.number)
    }

    pub(super) fn has(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }

    /// The blocks of its SACK option.
    pub(super) fn blocks(&self) -> &[(u32, u32)] {
        &self.sack[..usize::from(self.sacks).min(4)]
    }
}

/// One direction of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    recent: VecDeque<Segment>,
    /// One past the highest sequence number sent.
    pub(super) highest: Option<u32>,
    /// Its retransmission timeouts so far, as `tcpi_total_rto` counts them.
    pub(super) timeouts: u32,
    /// Its retransmissions so far, as `tcpi_total_retrans` counts them.
    pub(super) resent: u32,
    /// The arrival that it answered last: when it came, and its number.
    pub(super) answered: Option<(i64, u64)>,
    /// What had been sent when the retransmission timer fired last: up to there the kernel sends again.
    pub(super) goes_back_to: Option<u32>,
}

impl Side {
    /// True for a segment whose bytes, or whose SYN or FIN, were all sent before.
    pub(super) fn is_again(&self, tcp: &Tcp) -> bool {
        end(tcp) != tcp.seq
            && self
                .highest
                .is_some_and(|highest| before(tcp.seq, highest) && !self.is_probe(tcp))
    }

    /// True for a segment that only provokes an answer: it has no byte, and its number lies before what was sent.
    pub(super) fn is_probe(&self, tcp: &Tcp) -> bool {
        // A retransmission of a single byte is no probe: that byte has not been acknowledged.
        !carries(tcp)
            && self
                .highest
                .is_some_and(|highest| tcp.seq == highest.wrapping_sub(1))
    }

    /// How many segments are remembered.
    pub(super) fn len(&self) -> usize {
        self.recent.len()
    }

    /// The newest segments that its kernel sent, oldest first.
    pub(super) fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.recent.iter().filter(|segment| !segment.forged)
    }

    /// The segment of this number, if it is remembered.
    pub(super) fn numbered(&mut self, number: u64) -> Option<&mut Segment> {
        let newest_first = self.recent.iter_mut().rev();
        newest_first
            .take_while(|segment| segment.number >= number)
            .find(|segment| segment.number == number)
    }

    /// The segments that carried the byte at `seq`, oldest first.
    pub(super) fn with(&self, seq: u32) -> impl Iterator<Item = &Segment> {
        self.segments().filter(move |segment| {
            segment.carries() && !before(seq, segment.seq) && before(seq, segment.end)
        })
    }

    /// The segments that had arrived at the other end by `time_ns`, the newest arrival first.
    pub(super) fn arrived(&self, time_ns: i64) -> Vec<&Segment> {
        let mut arrived: Vec<&Segment> = self
            .recent
            .iter()
            .rev()
            .filter(|segment| segment.arrives().is_some_and(|time| time <= time_ns))
            .take(LOOKED_AT)
            .collect();
        arrived.sort_by_key(|segment| std::cmp::Reverse((segment.arrives(), segment.number)));
        arrived
    }

    /// The number and the window of the highest acknowledgment among the segments.
    pub(super) fn acknowledged(arrived: &[&Segment]) -> Option<u32> {
        arrived
            .iter()
            .filter(|segment| segment.has(flag::ACK))
            .map(|segment| segment.ack)
            .reduce(|one, other| if before(one, other) { other } else { one })
    }

    /// Remembers a segment; true when one more is remembered than before.
    pub(super) fn push(&mut self, segment: Segment) -> bool {
        // A frame held back until another one passes it is let go by the next of its direction.
        let now = segment.time_ns;
        for held in self.recent.iter_mut().rev().take(LOOKED_AT) {
            if held.fate == arrives(HELD_BACK) {
                // Right behind the one that passed it.
                held.fate = arrives(now + 1);
            }
        }
        let higher = |highest: u32| before(highest, segment.end);
        if !segment.forged && self.highest.is_none_or(higher) {
            self.highest = Some(segment.end);
        }
        let full = self.recent.len() >= RECENT;
        if full {
            self.recent.pop_front();
        }
        self.recent.push_back(segment);
        !full
    }
}

/// What arrives is looked for among so many of the newest segments.
const LOOKED_AT: usize = 48;

/// The arrival of a frame that the wire holds back until another one passes it: not yet known.
const HELD_BACK: i64 = i64::MAX;

/// Both directions.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    /// The side that sent the first packet seen, then the other one.
    pub(super) sides: [Side; 2],
}

/// What the rules of the wire do with a packet.
pub(super) fn fate(packet: &PacketEvent) -> Fate {
    if let Some(rule) = packet.lost() {
        return Fate::Lost(rule);
    }
    let mut arrives = packet.frame.time_ns;
    for ruling in &packet.rulings {
        match ruling.effect {
            Effect::Corrupted(_) => return Fate::Spoiled(ruling.rule),
            Effect::Delayed(time) => {
                arrives = arrives.saturating_add(i64::try_from(time).unwrap_or(i64::MAX));
            }
            Effect::Reordered | Effect::Held => arrives = HELD_BACK,
            _ => {}
        }
    }
    self::arrives(arrives)
}

/// It arrives at that moment.
pub(super) fn arrives(time_ns: i64) -> Fate {
    Fate::Arrives(Delivered {
        from_ns: time_ns,
        until_ns: time_ns,
    })
}

/// The rule that delivered a packet twice.
pub(super) fn doubled(packet: &PacketEvent) -> Option<u32> {
    packet
        .rulings
        .iter()
        .find(|ruling| ruling.effect == Effect::Duplicated)
        .map(|ruling| ruling.rule)
}

/// One past the last sequence number of a segment.
pub(super) fn end(tcp: &Tcp) -> u32 {
    let counts = |bit: u16| u32::from(tcp.flags & bit != 0);
    tcp.seq
        .wrapping_add(tcp.len)
        .wrapping_add(counts(flag::SYN))
        .wrapping_add(counts(flag::FIN))
}

/// True for the first segment of a connection.
pub(super) fn opens(tcp: &Tcp) -> bool {
    tcp.flags & (flag::SYN | flag::ACK) == flag::SYN
}

/// True for a segment that is more than an acknowledgment.
pub(super) fn carries(tcp: &Tcp) -> bool {
    tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN | flag::RST) != 0
}
