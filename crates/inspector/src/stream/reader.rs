//! Which bytes the calls of the reading side read, where some are urgent: as Linux does it. Only the newest urgent byte is one; it is read
//! apart with MSG_OOB and passed by among the others, unless SO_OOBINLINE is set. An older one that was not passed yet is plain data again.

use super::{Mark, Side, keep, span};
use socklab_events::stream::Way;
use socklab_events::transfer::Transfer;
use std::ops::Range;

/// Puts what the calls read to its place.
pub(super) fn read(way: &mut Way, to: &Side<'_>, mut marks: Vec<Mark>) {
    if to.parties.iter().any(|party| party.urgent_inline) {
        marks.clear();
    }
    let mut reader = Reader::default();
    let mut marks = marks.into_iter().peekable();
    for transfer in to.transfers.iter().filter(|transfer| !transfer.sends) {
        while let Some(mark) = marks.next_if(|mark| mark.arrival_ns <= transfer.end_ns) {
            reader.mark(mark.at);
        }
        let Some(range) = reader.take(transfer).filter(|range| !range.is_empty()) else {
            continue;
        };
        keep(&mut way.bytes, range.start, &transfer.data);
        if !transfer.has("MSG_PEEK") {
            if transfer.has("MSG_OOB") {
                reader.apart.push(range.start);
            }
            way.read += transfer.length;
        }
        way.reads.push(span(transfer, range));
    }
    let apart = |at: &&u64| reader.apart.contains(at);
    way.passed = reader.passed.iter().filter(|at| !apart(at)).count() as u64;
}

/// How far the reader is.
#[derive(Debug, Default)]
struct Reader {
    /// The offset of the byte that is read next.
    next: u64,
    /// Bytes read in their order so far: without those read apart.
    in_order: u64,
    /// The bytes read apart.
    apart: Vec<u64>,
    /// The bytes passed by.
    passed: Vec<u64>,
    /// The newest urgent byte.
    urgent: Option<u64>,
}

impl Reader {
    /// An urgent byte has come. The reader that stands at the one before passes that by (tcp_check_urg).
    fn mark(&mut self, at: u64) {
        if self.urgent == Some(self.next) {
            self.passed.push(self.next);
            self.next += 1;
        }
        self.urgent = Some(at);
    }

    /// The bytes that a call read.
    fn take(&mut self, transfer: &Transfer) -> Option<Range<u64>> {
        if transfer.has("MSG_OOB") {
            return self.urgent.map(|at| at..at + transfer.length);
        }
        // Calls of which nothing is remembered any more read what lies between.
        self.next += transfer.at.saturating_sub(self.in_order);
        self.in_order = self.in_order.max(transfer.at);
        let passes = u64::from(self.urgent == Some(self.next));
        let start = self.next + passes;
        let range = start..start + transfer.length;
        if !transfer.has("MSG_PEEK") {
            self.passed.extend((passes > 0).then_some(self.next));
            self.next = range.end;
            self.in_order += transfer.length;
        }
        Some(range)
    }
}
