//! A part of a frame: what one layer may read. Not a cursor: a part is a value that is narrowed, so no reader can run past it.
//! It knows two ends, that of the bytes which were captured and that of the bytes which were on the wire.

use super::headers::{Malformed, Span};
use std::ops::Range;

/// The reason when nothing is wrong with a packet but that the capture did not keep all of it.
pub(super) const CUT: &str = "the capture ends before the header does";

/// The bytes of a frame from `start` to `end`, of which those past the captured ones cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    frame: &'a [u8],
    start: usize,
    end: usize,
}

/// A header that was read, and what lies above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoded<'a, H> {
    /// The header.
    pub(super) header: H,
    /// The bytes it carries.
    pub(super) rest: Part<'a>,
    /// What is wrong with it, although it could be read.
    pub(super) malformed: Option<Malformed>,
    /// True when what it carries cannot be told: nothing above it is to be decoded.
    pub(super) stop: bool,
}

impl<'a> Part<'a> {
    /// A whole frame: the captured bytes, and how long it was on the wire.
    #[inline]
    pub(super) fn whole(frame: &'a [u8], len: u32) -> Self {
        Self {
            frame,
            start: 0,
            end: frame.len().max(len as usize),
        }
    }

    /// The captured bytes of this part.
    #[inline]
    pub(super) fn bytes(self) -> &'a [u8] {
        let end = self.end.min(self.frame.len());
        &self.frame[self.start.min(end)..end]
    }

    /// How long it was on the wire.
    #[inline]
    pub(super) fn wire_len(self) -> usize {
        self.end - self.start
    }

    /// True when bytes of this part were not captured.
    #[inline]
    pub(super) fn is_cut(self) -> bool {
        self.bytes().len() < self.wire_len()
    }

    /// Without its first `count` bytes.
    #[inline]
    pub(super) fn skip(self, count: usize) -> Self {
        Self {
            start: self.start.saturating_add(count).min(self.end),
            ..self
        }
    }

    /// Only its first `count` bytes.
    #[inline]
    pub(super) fn first(self, count: usize) -> Self {
        Self {
            end: self.start.saturating_add(count).min(self.end),
            ..self
        }
    }

    /// How many bytes lie between the start of this part and the end of `inner`, which lies in it.
    pub(super) fn len_until_end_of(self, inner: Self) -> usize {
        inner.end.saturating_sub(self.start)
    }

    /// Where its captured bytes lie in the frame.
    #[inline]
    pub(super) fn span(self) -> Span {
        let end = self.end.min(self.frame.len());
        Span {
            start: self.start.min(end) as u32,
            end: end as u32,
        }
    }

    /// Where the bytes of `range`, counted from the start of this part, lie in the frame; cut to what was captured.
    pub(super) fn span_at(self, range: Range<usize>) -> Span {
        self.first(range.end).skip(range.start).span()
    }

    /// The captured bytes, when there are at least `count`; else why not: cut, or `reason`.
    #[inline]
    pub(super) fn at_least(
        self,
        count: usize,
        layer: &'static str,
        reason: &'static str,
    ) -> Result<&'a [u8], Malformed> {
        let bytes = self.bytes();
        if bytes.len() >= count {
            return Ok(bytes);
        }
        let reason = if self.wire_len() >= count {
            CUT
        } else {
            reason
        };
        Err(self.malformed(layer, reason, bytes.len()))
    }

    /// A malformed mark `at` bytes into this part.
    pub(super) fn malformed(
        self,
        layer: &'static str,
        reason: &'static str,
        at: usize,
    ) -> Malformed {
        let offset = self.start.saturating_add(at).min(self.frame.len());
        Malformed {
            layer,
            reason,
            offset: offset as u32,
        }
    }
}

/// The big-endian number in `bytes[at..at + 2]`; 0 past the end.
pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..at + 2) {
        Some(&[a, b]) => u16::from_be_bytes([a, b]),
        _ => 0,
    }
}

/// The big-endian number in `bytes[at..at + 4]`; 0 past the end.
pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// The hardware address in `bytes[at..at + 6]`; zeros past the end.
pub(super) fn mac(bytes: &[u8], at: usize) -> [u8; 6] {
    bytes
        .get(at..at + 6)
        .and_then(|six| six.try_into().ok())
        .unwrap_or_default()
}
