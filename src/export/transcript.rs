//! The commands of a session in the order they were typed, each with the number by which the session knows its calls.
//! Not what came of them: that is in the calls and results of those numbers.

use crate::command::ast::Command;
use std::collections::{HashSet, VecDeque};

/// At most this many entries are kept, those of `repeat` blocks counted one by one; the oldest go first.
const ENTRIES: usize = 50_000;

/// One thing that was typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A comment, without its `#`.
    Comment {
        /// The process at whose prompt it stood.
        process: String,
        /// The text.
        text: String,
    },
    /// A command.
    Command(Box<Typed>),
    /// `repeat N { … }`.
    Repeat {
        /// The process of its prompt.
        process: String,
        /// How many rounds were made.
        rounds: u64,
        /// What stood in it.
        body: Vec<Entry>,
    },
}

/// A command that was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// The process that carried it out, or whose prompt it was typed at.
    pub process: String,
    /// The command.
    pub command: Command,
    /// Its numbers, as [`crate::event::CallEvent::command`] has them: one, or one for each round of a `repeat`. None for what
    /// the session itself answers.
    pub numbers: Vec<u64>,
    /// When it was typed: nanoseconds since the epoch.
    pub at_ns: i64,
    /// A comment behind it.
    pub comment: String,
}

/// A block that is being carried out.
#[derive(Clone, Debug)]
struct Open {
    process: String,
    body: Vec<Entry>,
    /// Where the present round is.
    place: usize,
}

/// Everything that was typed.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    entries: VecDeque<Entry>,
    open: Vec<Open>,
    /// The comment of the line that is being carried out, and the command it stands behind.
    comment: (String, String),
    /// Entries that were let go to stay within the bound.
    pub forgotten: u64,
}

impl Transcript {
    /// Keeps a comment that stands alone.
    pub fn comment(&mut self, process: &str, text: &str) {
        self.keep(Entry::Comment {
            process: process.to_owned(),
            text: text.to_owned(),
        });
    }

    /// Says what comment stands behind the command of this text, which is about to be carried out.
    pub fn comment_behind(&mut self, command: &str, text: &str) {
        self.comment = (command.to_owned(), text.to_owned());
    }

    /// Keeps a command that is about to be carried out; `number` is 0 for one that the session answers.
    pub fn command(&mut self, process: &str, command: &Command, number: u64, at_ns: i64) {
        if let Some(open) = self.open.last_mut()
            && let Some(Entry::Command(known)) = open.body.get_mut(open.place)
        {
            known.numbers.extend((number != 0).then_some(number));
            open.place += 1;
            return;
        }
        let comment = if self.comment.0 == command.text {
            std::mem::take(&mut self.comment.1)
        } else {
            String::new()
        };
        self.keep(Entry::Command(Box::new(Typed {
            process: process.to_owned(),
            command: command.clone(),
            numbers: (number != 0).then_some(number).into_iter().collect(),
            at_ns,
            comment,
        })));
    }

    /// A `repeat` begins.
    pub fn begin_repeat(&mut self, process: &str) {
        let known = self.open.last_mut().and_then(|open| {
            let place = open.place;
            match open.body.get_mut(place) {
                Some(Entry::Repeat { body, .. }) => Some(std::mem::take(body)),
                _ => None,
            }
        });
        self.open.push(Open {
            process: process.to_owned(),
            body: known.unwrap_or_default(),
            place: 0,
        });
    }

    /// A round of it begins.
    pub fn begin_round(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.place = 0;
        }
    }

    /// It is over, after so many rounds.
    pub fn end_repeat(&mut self, rounds: u64) {
        let Some(Open { process, body, .. }) = self.open.pop() else {
            return;
        };
        let whole = Entry::Repeat {
            process,
            rounds,
            body,
        };
        match self.open.last_mut() {
            Some(outer) if outer.place < outer.body.len() => {
                let place = outer.place;
                outer.body[place] = whole;
                outer.place += 1;
            }
            _ => self.keep(whole),
        }
    }

    /// Leaves out the processes that made no call: those at whose prompts only the session was asked for something.
    pub fn keep_callers(&mut self) {
        fn callers<'a>(entry: &'a Entry, found: &mut HashSet<&'a str>) {
            match entry {
                Entry::Command(typed) if !typed.numbers.is_empty() => {
                    found.insert(&typed.process);
                }
                Entry::Repeat { body, .. } => body.iter().for_each(|entry| callers(entry, found)),
                _ => {}
            }
        }
        let mut found = HashSet::new();
        for entry in &self.entries {
            callers(entry, &mut found);
        }
        let found: HashSet<String> = found.into_iter().map(str::to_owned).collect();
        self.entries.retain(|entry| match entry {
            Entry::Command(typed) => found.contains(&typed.process),
            Entry::Comment { process, .. } | Entry::Repeat { process, .. } => {
                found.contains(process)
            }
        });
    }

    /// What was typed, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    fn keep(&mut self, entry: Entry) {
        if let Some(open) = self.open.last_mut() {
            open.body.push(entry);
            open.place = open.body.len();
            return;
        }
        self.entries.push_back(entry);
        if self.entries.len() > ENTRIES {
            self.entries.pop_front();
            self.forgotten += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::parse::parse_line;

    #[test]
    fn each_round_of_a_block_adds_its_numbers_to_the_commands_of_the_first() {
        let mut transcript = Transcript::default();
        let commands = parse_line("send s \"1\"; recv s").expect("it parses");
        transcript.begin_repeat("lab");
        for round in 0..2 {
            transcript.begin_round();
            transcript.command("lab", &commands[0], 10 + round * 10, 0);
            transcript.begin_repeat("lab");
            for inner in 0..2 {
                transcript.begin_round();
                transcript.command("lab", &commands[1], 11 + round * 10 + inner, 0);
            }
            transcript.end_repeat(2);
        }
        transcript.end_repeat(2);
        let entries: Vec<&Entry> = transcript.entries().collect();
        let [
            Entry::Repeat {
                rounds: 2, body, ..
            },
        ] = entries[..]
        else {
            panic!("{entries:?}");
        };
        let [
            Entry::Command(sent),
            Entry::Repeat {
                rounds: 2, body, ..
            },
        ] = &body[..]
        else {
            panic!("{body:?}");
        };
        assert_eq!(sent.numbers, [10, 20]);
        let [Entry::Command(received)] = &body[..] else {
            panic!("{body:?}");
        };
        assert_eq!(received.numbers, [11, 12, 21, 22]);
    }
}
