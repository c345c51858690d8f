//! The segments of one direction that wait for their acknowledgment, and what an acknowledgment takes out of them. Not the rules
//! that ask (`analysis`).

use super::conversation::before;
use std::collections::VecDeque;

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
    segments: VecDeque<Waiting>,
    /// The lowest `seq` and the highest `next` of the queue, both relative, so that bytes in flight need no walk.
    bounds: Option<(u32, u32)>,
    /// True when a segment before the base waits: its relative numbers are in the upper half, and `bounds` is no order then.
    before_base: bool,
    /// True when a segment waits that does not lie behind all that waited before it: an acknowledgment has to look at all of them.
    mixed: bool,
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
        let (seq, next) = relative(segment, base);
        self.mixed |= seq > next
            || self
                .bounds
                .is_some_and(|(low, high)| seq < high || next.wrapping_sub(low) > u32::MAX / 2);
        self.segments.push_back(segment);
        self.bounds = Some(widen(self.bounds, segment, base));
        self.before_base |= before(segment.seq, base);
        true
    }

    /// Takes another sequence number as 0: a connection began anew while segments waited.
    pub fn rebase(&mut self, base: u32) {
        self.bounds = None;
        for segment in &self.segments {
            self.bounds = Some(widen(self.bounds, *segment, base));
            self.before_base |= before(segment.seq, base);
        }
        self.mixed |= !self.segments.is_empty();
    }

    /// Removes what `ack` acknowledges, and cuts a segment that it acknowledges in part. `base` is the sequence number shown as 0.
    pub fn acknowledge(&mut self, ack: u32, base: u32) -> Acked {
        let Some((low, high)) = self.bounds else {
            return Acked::default();
        };
        let (low, high) = (low.wrapping_add(base), high.wrapping_add(base));
        let lies_before = before(low, ack);
        // The common case, all of it still waits, needs no walk; unless the queue is so long that "before" means nothing in it.
        let short = high.wrapping_sub(low) <= u32::MAX / 2;
        if short && !self.before_base && !lies_before && !before(high, ack) {
            return Acked::default();
        }
        let acked = if self.mixed || self.before_base || !lies_before {
            self.acknowledge_any(ack, base)
        } else {
            self.acknowledge_first(ack, base)
        };
        if self.segments.is_empty() {
            self.bounds = None;
            self.before_base = false;
            self.mixed = false;
        }
        self.give_back();
        acked
    }

    /// The room of a queue that was long once: one segment that is never acknowledged, in each of many conversations, must not keep it.
    fn give_back(&mut self) {
        const SMALL: usize = 64;
        let len = self.segments.len();
        if self.segments.capacity() > SMALL && len < self.segments.capacity() / 8 {
            self.segments.shrink_to(len * 2);
        }
    }

    /// In a queue that is in order the acknowledged ones are the first.
    fn acknowledge_first(&mut self, ack: u32, base: u32) -> Acked {
        let high = self.bounds.map_or(0, |bounds| bounds.1);
        let mut acked = Acked::default();
        while let Some(segment) = self.segments.front_mut() {
            if before(ack, segment.next) {
                if before(segment.seq, ack) {
                    segment.seq = ack;
                }
                self.bounds = Some((segment.seq.wrapping_sub(base), high));
                break;
            }
            if segment.next == ack {
                // The oldest of several copies is the one that counts.
                acked
                    .exactly
                    .get_or_insert((segment.time_ns, segment.frame));
            }
            acked.removed += 1;
            self.segments.pop_front();
        }
        acked
    }

    fn acknowledge_any(&mut self, ack: u32, base: u32) -> Acked {
        let mut acked = Acked::default();
        let before_len = self.segments.len();
        let mut bounds = None;
        self.segments.retain_mut(|segment| {
            if segment.next == ack {
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
        acked.removed = before_len - self.segments.len();
        acked
    }

    /// Bytes between the lowest and the highest sequence number that wait.
    pub fn bytes(&self) -> u32 {
        self.bounds.map_or(0, |(low, high)| high.wrapping_sub(low))
    }
}

fn relative(segment: Waiting, base: u32) -> (u32, u32) {
    (
        segment.seq.wrapping_sub(base),
        segment.next.wrapping_sub(base),
    )
}

fn widen(bounds: Option<(u32, u32)>, segment: Waiting, base: u32) -> (u32, u32) {
    let (seq, next) = relative(segment, base);
    bounds.map_or((seq, next), |(low, high)| (low.min(seq), high.max(next)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn waiting(seq: u32, next: u32, frame: u64) -> Waiting {
        Waiting {
            seq,
            next,
            frame,
            time_ns: frame as i64 * 10,
        }
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

    #[test]
    fn a_queue_that_was_long_gives_back_its_room_though_a_segment_still_waits() {
        for mixed in [false, true] {
            let mut queue = Unacked::default();
            for index in 0..Unacked::LIMIT as u32 {
                queue.push(waiting(index, index + 1, u64::from(index)), 0);
            }
            queue.mixed = mixed;
            queue.acknowledge(Unacked::LIMIT as u32 - 1, 0);
            assert_eq!(queue.len(), 1);
            assert!(queue.segments.capacity() <= 64, "{mixed}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_take_the_same_segments(
            base in any::<u32>(),
            steps in proptest::collection::vec((0_u32..6, 0_u32..400, any::<u32>()), 1..60),
        ) {
            let (mut short, mut long) = (Unacked::default(), Unacked::default());
            let mut next = base;
            for (frame, (kind, length, any)) in steps.into_iter().enumerate() {
                if kind <= 3 {
                    let seq = if kind == 3 { next.wrapping_sub(any % 300) } else { next };
                    let segment = waiting(seq, seq.wrapping_add(length), frame as u64);
                    next = segment.next;
                    prop_assert_eq!(short.push(segment, base), long.push(segment, base));
                    long.mixed = true;
                } else {
                    let ack = if any % 11 == 0 { any } else { next.wrapping_sub(any % 900) };
                    prop_assert_eq!(short.acknowledge(ack, base), long.acknowledge(ack, base));
                }
                prop_assert_eq!(&short.segments, &long.segments);
                prop_assert_eq!(short.bounds, long.bounds);
            }
        }
    }
}
