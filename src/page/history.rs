//! What the page was told, bounded, each with a number that never returns. A viewer holds no copy of it: it has a number up to which it
//! was sent everything.

use super::News;
use crate::event::packet::PacketEvent;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// At most this many events are kept.
const EVENTS: usize = 20_000;
/// At most about this many bytes of them, with the frames they tell of.
const BYTES: usize = 32 << 20;
/// A viewer that comes late is sent at most about this many bytes of what was before.
const EARLIER: usize = 12 << 20;

/// The newest events, and the number of the first of them.
#[derive(Debug, Default)]
pub(super) struct History {
    events: VecDeque<News>,
    first: u64,
    bytes: usize,
    /// The number of the first event of this lab.
    began: u64,
    /// The newest of those events of which each takes the place of the one before, by what they are about.
    standing: BTreeMap<&'static str, String>,
}

/// A piece of the history as it is sent.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The events, one JSON object each.
    pub(super) events: Vec<String>,
    /// How many events before them are not kept any more.
    pub(super) missing: u64,
    /// The lab began anew before them.
    pub(super) anew: bool,
    /// The number of the event that comes next.
    pub(super) next: u64,
}

impl History {
    pub(super) fn push(&mut self, news: News) {
        self.bytes += size(&news);
        if let Some(subject) = news.stands_for {
            self.standing.insert(subject, news.json.clone());
        }
        self.events.push_back(news);
        while self.events.len() > EVENTS || self.bytes > BYTES {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.bytes -= size(&oldest);
            self.first += 1;
        }
    }

    /// Forgets the lab that ended.
    pub(super) fn begin_anew(&mut self) {
        // A number between: who has seen all of the old one is before the new one.
        self.first = self.end() + 1;
        self.events.clear();
        self.standing.clear();
        self.bytes = 0;
        self.began = self.first;
    }

    /// The number that the next event will have.
    pub(super) fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    /// Where a viewer begins that has seen nothing: at the first event, or where it has not too much before it.
    pub(super) fn start(&self, bytes: usize) -> u64 {
        self.before_end(bytes.min(EARLIER))
    }

    /// What a viewer must know that has missed something: the newest events of those that each take the place of the one before.
    pub(super) fn standing(&self) -> impl Iterator<Item = &str> {
        self.standing.values().map(String::as_str)
    }

    /// The number of an event so that from it to the end there are about so many bytes.
    pub(super) fn before_end(&self, bytes: usize) -> u64 {
        let mut left = bytes;
        let newest = self.events.iter().rev();
        let fit = newest.take_while(|news| {
            let fits = news.json.len() <= left;
            left = left.saturating_sub(news.json.len());
            fits
        });
        self.end() - fit.count() as u64
    }

    /// About how many bytes there are from a number on; counted only up to a limit.
    pub(super) fn waiting(&self, from: u64, limit: usize) -> usize {
        let skip = from.saturating_sub(self.first) as usize;
        let mut sum = 0;
        for news in self.events.iter().skip(skip) {
            sum += news.json.len();
            if sum >= limit {
                break;
            }
        }
        sum
    }

    /// What comes from a number on, at most about so many bytes, but one event at least.
    pub(super) fn piece(&self, from: u64, bytes: usize) -> Piece {
        let anew = from < self.began;
        let from = from.max(self.began).min(self.end());
        let start = from.max(self.first);
        let mut piece = Piece {
            missing: start - from,
            anew,
            next: start,
            ..Piece::default()
        };
        let mut room = bytes;
        for news in self.events.iter().skip((start - self.first) as usize) {
            if !piece.events.is_empty() && news.json.len() > room {
                break;
            }
            room = room.saturating_sub(news.json.len());
            piece.events.push(news.json.clone());
            piece.next += 1;
        }
        piece
    }

    /// The newest packet of this number.
    pub(super) fn packet(&self, number: u64) -> Option<Arc<PacketEvent>> {
        let packets = self
            .events
            .iter()
            .rev()
            .filter_map(|news| news.packet.as_ref());
        packets
            .filter(|packet| packet.number == number)
            .map(Arc::clone)
            .next()
    }
}

/// About how many bytes it holds.
fn size(news: &News) -> usize {
    let frame = news.packet.as_ref();
    100 + news.json.len() + frame.map_or(0, |packet| 400 + packet.frame.bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(events: usize, length: usize) -> History {
        let mut history = History::default();
        for number in 0..events {
            history.push(News::event(format!(
                "{number:08}{}",
                "x".repeat(length - 8)
            )));
        }
        history
    }

    #[test]
    fn the_history_is_bounded_and_says_what_is_missing() {
        let history = filled(EVENTS + 5, 8);
        let piece = history.piece(0, 100);
        assert_eq!((piece.missing, piece.events.len()), (5, 12));
        assert_eq!(piece.events[0], "00000005");
        assert_eq!(piece.next, 17);
        let large = filled(100, 1 << 20);
        assert!(large.bytes <= BYTES && large.events.len() < 33);
        assert_eq!(large.piece(99, 5).events.len(), 1, "one at least");
    }

    #[test]
    fn who_comes_late_begins_with_the_newest() {
        let history = filled(100, 1 << 20);
        assert_eq!(history.end() - history.start(8 << 20), 8);
        assert_eq!(filled(10, 8).start(99), 0);
        assert_eq!(history.waiting(98, usize::MAX), 2 << 20);
    }

    #[test]
    fn a_new_lab_is_no_gap() {
        let mut history = filled(10, 8);
        history.begin_anew();
        history.push(News::event("new".to_owned()));
        let piece = history.piece(4, 100);
        assert_eq!((piece.anew, piece.missing, piece.next), (true, 0, 12));
        assert_eq!(piece.events, ["new"]);
        assert!(history.piece(10, 100).anew && !history.piece(11, 100).anew);
        // A number from another server.
        assert_eq!(history.piece(999, 100).next, 12);
    }
}
