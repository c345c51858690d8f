//! A conversation's bytes as they passed: who wrote, carried and read each of them. Plain data, found out by `inspector`.

use std::ops::Range;

/// Both directions of a conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// From the side that opened it, then back.
    pub ways: Vec<Way>,
}

/// One direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    /// Who writes, as lanes are titled: `c 127.0.0.1:40312`.
    pub from: String,
    /// Who reads.
    pub to: String,
    /// The calls that wrote, in the order of their bytes.
    pub sends: Vec<Span>,
    /// The segments that carried, in the order in which they were seen; `None` where no packet exists (AF_UNIX).
    pub segments: Option<Vec<Span>>,
    /// The calls that read, in the order of their bytes.
    pub reads: Vec<Span>,
    /// The bytes themselves from the first on, as far as they are known; at most [`SHOWN`].
    pub bytes: Vec<Option<u8>>,
    /// Bytes written by calls that returned; where the writer's calls are not seen, bytes that were carried.
    pub written: u64,
    /// Bytes that were sent at least once.
    pub sent: u64,
    /// Bytes the other kernel has acknowledged.
    pub acknowledged: u64,
    /// Bytes that calls have read.
    pub read: u64,
    /// Urgent bytes that the reader passed by: nobody reads them any more.
    pub passed: u64,
    /// Whether the calls of the writer are seen.
    pub writer: Calls,
    /// Whether those of the reader are.
    pub reader: Calls,
    /// True once the writer's FIN was seen.
    pub finished: bool,
    /// True after an RST: what was neither carried nor read is gone.
    pub reset: bool,
    /// Offsets of urgent bytes (MSG_OOB), which are not read with the others unless SO_OOBINLINE is set.
    pub urgent: Vec<u64>,
}

/// Whether the calls of one end are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calls {
    /// They are.
    #[default]
    Seen,
    /// They are those of a program.
    OfAProgram,
    /// There are none yet: no process has accepted the connection.
    NotAccepted,
}

/// At most this many bytes of a direction are kept for showing.
pub const SHOWN: usize = 4096;

/// Bytes with something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Their offsets.
    pub range: Range<u64>,
    /// The call (`send(4)`), or the segment (`#7`).
    pub label: String,
    /// What more is to be said: `MSG_OOB`, `blocked`; empty when nothing is.
    pub remark: String,
    /// The process that made the call; empty for a segment.
    pub process: String,
    /// A retransmission, or a look ahead (MSG_PEEK) that took nothing.
    pub again: bool,
    /// The wire lost it.
    pub lost: bool,
}

impl Way {
    /// How many acknowledged bytes wait for a call to read them.
    pub fn unread(&self) -> u64 {
        self.acknowledged.saturating_sub(self.read + self.passed)
    }

    /// The end of the last byte that a call has read.
    pub fn read_end(&self) -> u64 {
        let taken = self.reads.iter().filter(|span| !span.again);
        taken.map(|span| span.range.end).max().unwrap_or(0)
    }

    /// The end of what is known of: written, carried or read.
    pub fn length(&self) -> u64 {
        self.written.max(self.sent).max(self.read)
    }

    /// The offsets at which something changes hands, in rising order, from 0 to the end.
    pub fn borders(&self) -> Vec<u64> {
        let spans = self.sends.iter().chain(&self.reads);
        let carried = self.segments.iter().flatten();
        let mut borders: Vec<u64> = spans
            .chain(carried)
            .flat_map(|span| [span.range.start, span.range.end])
            .chain([0, self.length(), self.acknowledged, self.sent, self.read])
            .filter(|border| *border <= self.length())
            .collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }
}

/// What one side of a conversation said before the other spoke, or what of it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// True for the side that opened the conversation.
    pub forward: bool,
    /// What it said.
    pub bytes: Vec<u8>,
    /// How many bytes are missing before it: not captured, or lost and not yet sent again.
    pub missing: u64,
}
