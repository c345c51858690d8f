//! Memory read with few system calls: what was read at a thread's last call is read again at once, for mostly it calls from the same
//! place. Everything given out was read at the present stop.

use crate::memory::Memory;
use crate::sys;
use std::cell::RefCell;

/// A part of the memory: its address and how many bytes.
pub(super) type Part = (u64, usize);

/// More parts than these are not read ahead.
const PARTS: usize = 64;

/// The memory of a stopped thread's process.
pub(super) struct Reading {
    tid: i32,
    ahead: Vec<u8>,
    parts: RefCell<Vec<Piece>>,
}

struct Piece {
    part: Part,
    /// Where it is among the bytes read ahead.
    at: Option<usize>,
    used: bool,
}

impl Reading {
    /// Reads these parts at once.
    pub(super) fn ahead(tid: i32, parts: &[Part]) -> Self {
        let mut ahead = vec![0; parts.iter().map(|(_, length)| length).sum()];
        let count = sys::memory::read_many(tid, parts, &mut ahead).unwrap_or(0);
        let mut at = 0;
        let piece = |part: &Part| {
            let start = at;
            at += part.1;
            // What cannot be read ends the reading.
            (at <= count).then_some(Piece {
                part: *part,
                at: Some(start),
                used: false,
            })
        };
        let parts = RefCell::new(parts.iter().map_while(piece).collect());
        Self { tid, ahead, parts }
    }

    /// What was asked for.
    pub(super) fn used(self) -> Vec<Part> {
        let pieces = self.parts.into_inner().into_iter();
        let used = pieces.filter(|piece| piece.used).map(|piece| piece.part);
        used.take(PARTS).collect()
    }
}

impl Memory for Reading {
    fn read(&self, address: u64, buffer: &mut [u8]) -> usize {
        let mut pieces = self.parts.borrow_mut();
        for piece in pieces.iter_mut() {
            let (start, length) = piece.part;
            let from = address.wrapping_sub(start) as usize;
            let Some(place) = piece.at else { continue };
            if from <= length && buffer.len() <= length - from {
                piece.used = true;
                buffer.copy_from_slice(&self.ahead[place + from..place + from + buffer.len()]);
                return buffer.len();
            }
        }
        let count = sys::memory::read(self.tid, address, buffer).unwrap_or(0);
        if count > 0 {
            pieces.push(Piece {
                part: (address, count),
                at: None,
                used: true,
            });
        }
        count
    }
}
