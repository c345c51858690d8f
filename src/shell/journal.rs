//! What was told, in its order: the lines typed and the events they brought, for files of the whole session. Packets stand here
//! by their numbers; they are in the session's log.

use crate::event::Event;
use std::collections::VecDeque;

/// At most this many entries are kept.
const ENTRIES: usize = 200_000;
/// At most about this many bytes of calls and output.
const BYTES: usize = 64 << 20;

/// An entry.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// A line as it would stand behind its prompt, with the prompt.
    Line(String, String),
    /// A packet's number.
    Packet(u64),
    /// Anything else.
    Event(Box<Event>),
}

/// The newest entries.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// Entries that were let go to stay within the bounds.
    pub(super) forgotten: u64,
}

impl Journal {
    /// Keeps a line.
    pub(super) fn line(&mut self, prompt: &str, text: &str) {
        self.keep(Entry::Line(prompt.to_owned(), text.to_owned()));
    }

    /// Keeps events.
    pub(super) fn events(&mut self, events: &[Event]) {
        for event in events {
            let entry = match event {
                Event::Packet(packet) => Entry::Packet(packet.number),
                other => Entry::Event(Box::new(other.clone())),
            };
            self.keep(entry);
        }
    }

    /// The entries, oldest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The processes that began under this name, by their numbers, oldest first.
    pub(super) fn pids_of(&self, name: &str) -> impl Iterator<Item = i32> {
        self.entries.iter().filter_map(move |entry| match entry {
            Entry::Event(event) => match &**event {
                Event::Process(process) if process.process == name && process.ended.is_none() => {
                    Some(process.pid)
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn keep(&mut self, entry: Entry) {
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= size(&oldest);
            self.forgotten += 1;
        }
    }
}

/// About how many bytes an entry holds beyond its own.
fn size(entry: &Entry) -> usize {
    match entry {
        Entry::Line(prompt, text) => prompt.len() + text.len(),
        Entry::Packet(_) => 8,
        Entry::Event(event) => match event.as_ref() {
            Event::Call(call) => {
                300 + call.data.as_ref().map_or(0, Vec::len)
                    + call.args.iter().map(String::len).sum::<usize>()
            }
            Event::Output(output) => 100 + output.text.len(),
            Event::Result(result) => 300 + result.shown.len(),
            _ => 200,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_go_first_and_are_counted() {
        let mut journal = Journal::default();
        journal.line("lab> ", "first");
        for _ in 0..ENTRIES {
            journal.events(&[Event::Note("x".to_owned())]);
        }
        assert_eq!(journal.forgotten, 1);
        assert!(matches!(journal.entries().next(), Some(Entry::Event(_))));
        journal.clear();
        assert_eq!((journal.bytes, journal.entries().count()), (0, 0));
    }
}
