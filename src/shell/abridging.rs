//! What a program does faster than anyone reads: past a rate its calls are counted on the screen, with their packets. All of them are kept.

use crate::event::{CallEvent, Event};
use crate::render::styled::{Style, Styled};
use std::collections::{BTreeMap, VecDeque};

/// So many calls of programs are shown within a second.
const SHOWN: usize = 200;
const SECOND_NS: i64 = 1_000_000_000;

/// When calls of programs were shown last.
#[derive(Debug, Default)]
pub(super) struct Rate {
    shown_ns: VecDeque<i64>,
}

/// What is left out of the screen.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// Calls by process and name.
    calls: BTreeMap<(String, String), u64>,
    packets: u64,
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

    /// Which of these events are not shown, each with its calls, its messages and its packets; and what they come to.
    pub(super) fn leave_out(&mut self, events: &[Event]) -> (Vec<bool>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut skips = false;
        let skipped = events.iter().map(|event| {
            match event {
                Event::Call(call) => {
                    skips = !self.shows(call);
                    if skips {
                        let key = (call.process.clone(), call.name.clone());
                        *left_out.calls.entry(key).or_default() += 1;
                    }
                }
                Event::Packet(_) if skips => left_out.packets += 1,
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
        text
    }
}
