//! Which bytes of one direction of a connection have been seen: of each segment, how many are new. Not what a table makes of it.

/// More holes than this are not remembered: what fills the oldest counts as seen before.
const HOLES: usize = 64;

/// What has been seen, in relative sequence numbers modulo 2^32 (RFC 9293 section 3.4).
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// One past the highest number seen; `None` before the first segment.
    next: Option<u32>,
    /// Ranges below it that were passed over, first and one past the last.
    holes: Vec<(u32, u32)>,
}

impl Coverage {
    /// Takes a segment of so many bytes from `seq` on; gives how many of them were not seen before.
    pub fn take(&mut self, seq: u32, len: u32) -> u32 {
        let end = seq.wrapping_add(len);
        let next = *self.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next) as i32;
        if ahead >= 0 {
            if ahead > 0 {
                if self.holes.len() >= HOLES {
                    self.holes.remove(0);
                }
                self.holes.push((next, seq));
            }
            self.next = Some(end);
            return len;
        }
        let beyond = (end.wrapping_sub(next) as i32).max(0) as u32;
        if beyond > 0 {
            self.next = Some(end);
        }
        beyond + self.fill(seq, end)
    }

    /// Fills what a range covers of the holes; gives how many bytes that were.
    fn fill(&mut self, seq: u32, end: u32) -> u32 {
        let mut filled = 0;
        let mut left = Vec::with_capacity(self.holes.len() + 1);
        for (first, last) in self.holes.drain(..) {
            // Distances from the hole's beginning are small numbers, whatever the numbers themselves are.
            let size = i64::from(last.wrapping_sub(first));
            let from = i64::from(seq.wrapping_sub(first) as i32).clamp(0, size);
            let to = i64::from(end.wrapping_sub(first) as i32).clamp(from, size);
            filled += (to - from) as u32;
            let at = |distance: i64| first.wrapping_add(distance as u32);
            for (start, stop) in [(0, from), (to, size)] {
                if start < stop {
                    left.push((at(start), at(stop)));
                }
            }
        }
        left.truncate(HOLES);
        self.holes = left;
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_new_once() {
        let high = u32::MAX - 4;
        for segments in [
            &[(1, 10, 10), (11, 5, 5), (1, 10, 0), (8, 10, 2)][..],
            // A hole that is filled in two steps, and then sent again.
            &[
                (1, 10, 10),
                (31, 10, 10),
                (11, 10, 10),
                (15, 16, 10),
                (11, 20, 0),
            ],
            // The middle of a hole leaves two.
            &[(1, 1, 1), (21, 1, 1), (10, 2, 2), (2, 8, 8), (10, 12, 9)],
            // Across the wrap.
            &[(high, 10, 10), (5, 5, 5), (high, 15, 0)],
            // A capture that begins in the middle takes what is below as seen.
            &[(100, 10, 10), (90, 10, 0)],
        ] {
            let mut coverage = Coverage::default();
            for (seq, len, new) in segments {
                assert_eq!(coverage.take(*seq, *len), *new, "{seq} of {segments:?}");
            }
        }
    }
}
