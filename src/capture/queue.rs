//! Frames that wait to be fetched, close together in large pieces of memory: none is allocated for itself. Not the ring they come
//! from, and not what they mean.

use crate::sys::ring::RingFrame;
use std::collections::VecDeque;

/// Bytes of a piece, unless one frame needs more.
const PIECE: usize = 256 << 10;

/// Frames in the order in which they came.
#[derive(Debug, Default)]
pub struct Queue {
    pieces: VecDeque<Piece>,
    frames: usize,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Piece {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// The frames that were taken from it.
    taken: usize,
}

/// A frame, whose bytes end there and begin where those of the one before end.
#[derive(Clone, Copy, Debug)]
struct Entry {
    time_ns: i64,
    len: u32,
    end: u32,
    ifindex: i32,
    hardware_type: u16,
    checksum_not_ready: bool,
}

impl Queue {
    /// About how many bytes of memory the frames take.
    pub fn bytes(&self) -> usize {
        self.bytes + self.frames * size_of::<Entry>()
    }

    /// How many frames wait.
    pub fn len(&self) -> usize {
        self.frames
    }

    /// True when none waits.
    pub fn is_empty(&self) -> bool {
        self.frames == 0
    }

    /// Adds a frame.
    pub fn push(&mut self, frame: &RingFrame<'_>) {
        let room = |piece: &Piece| piece.bytes.len() + frame.bytes.len() <= PIECE;
        if !self.pieces.back().is_some_and(room) {
            self.pieces.push_back(Piece {
                bytes: Vec::with_capacity(PIECE.max(frame.bytes.len())),
                ..Piece::default()
            });
        }
        // There is one: it has just been added.
        let Some(piece) = self.pieces.back_mut() else {
            return;
        };
        piece.bytes.extend_from_slice(frame.bytes);
        piece.entries.push(Entry {
            time_ns: frame.time_ns,
            len: frame.len,
            end: piece.bytes.len() as u32,
            ifindex: frame.ifindex,
            hardware_type: frame.hardware_type,
            checksum_not_ready: frame.checksum_not_ready,
        });
        self.frames += 1;
        self.bytes += frame.bytes.len();
    }

    /// Gives the oldest frame to `look`, if there is one, and forgets it: as [`crate::sys::ring::Ring::next`] does.
    pub fn next<T>(&mut self, look: impl FnOnce(RingFrame<'_>) -> T) -> Option<T> {
        let piece = self.pieces.front_mut()?;
        let entry = *piece.entries.get(piece.taken)?;
        let start = match piece.taken.checked_sub(1) {
            Some(before) => piece.entries[before].end,
            None => 0,
        };
        let bytes = &piece.bytes[start as usize..entry.end as usize];
        self.frames -= 1;
        self.bytes -= bytes.len();
        let result = look(RingFrame {
            bytes,
            len: entry.len,
            time_ns: entry.time_ns,
            ifindex: entry.ifindex,
            hardware_type: entry.hardware_type,
            checksum_not_ready: entry.checksum_not_ready,
        });
        piece.taken += 1;
        if piece.taken == piece.entries.len() {
            self.pieces.pop_front();
        }
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = (i64, u32, u16, Vec<u8>);

    fn push(queue: &mut Queue, number: usize, bytes: &[u8]) {
        queue.push(&RingFrame {
            bytes,
            len: bytes.len() as u32 + 1,
            time_ns: number as i64,
            ifindex: 1,
            hardware_type: number as u16,
            checksum_not_ready: false,
        });
    }

    fn next(queue: &mut Queue) -> Option<Seen> {
        queue.next(|frame| {
            let bytes = frame.bytes.to_vec();
            (frame.time_ns, frame.len, frame.hardware_type, bytes)
        })
    }

    fn bytes(number: usize) -> Vec<u8> {
        vec![number as u8; 1 + number * 977 % 70_000]
    }

    fn seen(number: usize) -> Seen {
        let bytes = bytes(number);
        let len = bytes.len() as u32 + 1;
        (number as i64, len, number as u16, bytes)
    }

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut queue = Queue::default();
        let mut taken = 0;
        for number in 0..200 {
            push(&mut queue, number, &bytes(number));
            if number % 3 == 2 {
                assert_eq!(next(&mut queue), Some(seen(taken)));
                taken += 1;
            }
        }
        assert_eq!(queue.len(), 200 - taken);
        while let Some(frame) = next(&mut queue) {
            assert_eq!(frame, seen(taken));
            taken += 1;
        }
        assert_eq!((taken, queue.is_empty(), queue.bytes()), (200, true, 0));
        assert_eq!(queue.pieces.len(), 0, "no memory is kept");
    }

    #[test]
    fn a_frame_without_bytes_and_one_longer_than_a_piece_are_kept_too() {
        let mut queue = Queue::default();
        for length in [0, PIECE + 1, 1] {
            push(&mut queue, 0, &vec![7; length]);
        }
        let lengths = std::iter::from_fn(|| next(&mut queue)).map(|frame| frame.3.len());
        assert_eq!(lengths.collect::<Vec<_>>(), [0, PIECE + 1, 1]);
    }
}
