//! What a program does faster than anyone reads, or over and over while nothing comes: past a rate its calls are counted on the screen,
//! with their packets, and a call that found nothing is shown twice in a row and no more. All of them are kept.

use crate::event::{BlockedEvent, CallEvent, Event};
use crate::render::styled::{Style, Styled};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// So many calls of programs are shown within a second.
const SHOWN: usize = 200;
const SECOND_NS: i64 = 1_000_000_000;

/// So many times in a row a call that found nothing is shown, when it is made no faster than this. (What is faster is not waiting: its
/// rate counts.)
const IDLE: u64 = 2;
const IDLE_NS: i64 = 50_000_000;

/// When calls of programs were shown last, and which of them found nothing.
#[derive(Debug, Default)]
pub(super) struct Rate {
    shown_ns: VecDeque<i64>,
    /// The last call of a thread, where it found nothing, and how often in a row it did; by process and thread.
    idle: HashMap<(String, u32), Idle>,
}

/// A call that found nothing, and how often in a row.
#[derive(Debug, Default)]
struct Idle {
    invocation: String,
    end_ns: i64,
    count: u64,
}

/// What is left out of the screen.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// Calls by process and name.
    calls: BTreeMap<(String, String), u64>,
    packets: u64,
    /// The processes that from now on are not shown while they wait over and over, each with its call.
    idle: Vec<(String, String)>,
}

impl Rate {
    /// True when a call of a program is to be shown; one that was typed always is.
    fn shows(&mut self, call: &CallEvent) -> bool {
        if !call.is_of_program() {
            return true;
        }
        let since_ns = call.end_ns - SECOND_NS;
        while self.shown_ns.front().is_some_and(|shown| *shown < since_ns) {
            self.shown_ns.pop_front();
        }
        let shows = self.shown_ns.len() < SHOWN;
        if shows {
            self.shown_ns.push_back(call.end_ns);
        }
        shows
    }

    /// How often in a row the thread has made this very call and found nothing; 0 for a call that found something.
    fn idles(&mut self, call: &CallEvent) -> u64 {
        let idles = call.is_of_program() && found_nothing(call);
        if !idles && self.idle.is_empty() {
            return 0;
        }
        let thread = (call.process.clone(), call.thread);
        if !idles {
            self.idle.remove(&thread);
            return 0;
        }
        let invocation = call.invocation();
        let last = self.idle.entry(thread).or_default();
        let again = last.invocation == invocation && call.end_ns - last.end_ns >= IDLE_NS;
        let count = if again { last.count + 1 } else { 1 };
        *last = Idle {
            invocation,
            end_ns: call.end_ns,
            count,
        };
        count
    }

    /// True when the call that begins to wait is one that is no longer shown.
    fn waits_again(&self, call: &BlockedEvent) -> bool {
        let thread = (call.process.clone(), call.thread);
        let last = self.idle.get(&thread);
        last.is_some_and(|last| last.count >= IDLE && last.invocation == call.invocation)
    }

    /// Which of these events are not shown, each with its calls, its messages and its packets; and what they come to.
    pub(super) fn leave_out(&mut self, events: &[Event]) -> (Vec<bool>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut skips = false;
        let skipped = events.iter().map(|event| {
            match event {
                Event::Call(call) => {
                    let idles = self.idles(call);
                    if idles == IDLE {
                        let idle = (call.process.clone(), call.name.clone());
                        left_out.idle.push(idle);
                    }
                    skips = idles > IDLE || !self.shows(call);
                    if skips && idles == 0 {
                        let key = (call.process.clone(), call.name.clone());
                        *left_out.calls.entry(key).or_default() += 1;
                    }
                }
                Event::Packet(_) if skips => left_out.packets += 1,
                Event::Blocked(call) if self.waits_again(call) => return true,
                Event::Packet(_)
                | Event::Application(_)
                | Event::Message(_)
                | Event::Blocked(_)
                | Event::State(_) => {}
                _ => return false,
            }
            skips
        });
        (skipped.collect(), left_out)
    }
}

/// True for a call that has waited, or asked, and found nothing.
fn found_nothing(call: &CallEvent) -> bool {
    call.out == "(Timeout)" || call.errno.as_deref() == Some("EAGAIN")
}

impl LeftOut {
    /// In a line a process: how many calls of which names.
    pub(super) fn text(&self) -> Styled {
        let mut text = Styled::new();
        let mut processes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((process, name), count) in &self.calls {
            let parts = processes.entry(process).or_default();
            parts.push(format!("{name} × {count}"));
        }
        let packets = match self.packets {
            0 => String::new(),
            packets => format!(", with {packets} packets"),
        };
        for (place, (process, parts)) in processes.iter().enumerate() {
            let packets = if place == 0 { packets.as_str() } else { "" };
            text.say(
                Style::Note,
                5,
                &format!(
                    "{process}: too fast to be shown one by one: {}{packets}; `calls {process}` lists them",
                    parts.join(", ")
                ),
            );
        }
        for (process, call) in &self.idle {
            text.say(
                Style::Note,
                5,
                &format!(
                    "{process}: {call} has found nothing twice in a row; it is not shown again until {process} does something else (`calls {process}` lists all)"
                ),
            );
        }
        text
    }
}
