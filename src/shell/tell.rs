//! Events to what is shown: each call with the states and names it brought, its packets under it; the views by their renderers.

use super::abridging::Rate;
use super::origins::Origins;
use super::{Format, Screen, Shell};
use crate::command::diagnostic::Diagnostic;
use crate::command::filter::{Filter, FilterError};
use crate::event::packet::PacketEvent;
use crate::event::{CallEvent, Event, ResultEvent, StateEvent};
use crate::packet::dissect;
use crate::packet::tree::Layer;
use crate::render::exchange::{self, Exchange};
use crate::render::line::{self, CallLine};
use crate::render::styled::{Look, Style, Styled};
use crate::render::{json, options, tree, words};
use crate::value::Value;
use std::collections::VecDeque;
use std::ops::Range;

/// How packets are shown under the calls that caused them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not at all; they are kept.
    Off,
    /// A line each, between the two ends.
    #[default]
    Line,
    /// With their fields and bytes.
    Tree,
}

/// At most this many bytes of output are kept for `expect output`.
const OUTPUT: usize = 1 << 20;
/// More packets than this under one call are summed up; `packets` and `ladder` have them all.
const SHOWN: usize = 60;

/// What the shell remembers for telling.
#[derive(Debug, Default)]
pub struct Teller {
    /// How packets are shown.
    pub mode: Mode,
    /// Which packets are shown; all when `None`.
    pub filter: Option<Filter>,
    /// What programs and `print` have written, for `expect output`; the oldest part is let go.
    pub output: String,
    /// How much of it was let go, in bytes.
    let_go: usize,
    /// Who wrote which part of it, counted from the first byte ever written.
    writers: VecDeque<(String, Range<usize>)>,
    /// How many commands were refused at the prompt.
    pub refused: usize,
    /// The command whose value is a table of options.
    pub options_of: Option<u64>,
    later: Vec<Event>,
    rate: Rate,
    /// Drops that have been told of.
    drops: u64,
    origins: Origins,
}

impl Teller {
    /// One that shows packets as this one does and has told nothing yet.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self {
            mode: self.mode,
            filter: self.filter.clone(),
            ..Self::default()
        }
    }

    /// The session begins anew: so do the counts of its packets' times.
    pub fn begin_anew(&mut self) {
        self.origins = Origins::default();
    }

    /// Keeps an event to be shown with the next ones.
    pub fn later(&mut self, event: Event) {
        self.later.push(event);
    }

    /// The mode in words.
    pub fn words(&self) -> String {
        let mode = match self.mode {
            Mode::Off => "off",
            Mode::Line => "on, a line a packet",
            Mode::Tree => "on, with fields and bytes",
        };
        let filter = if self.filter.is_some() {
            ", filtered"
        } else {
            ""
        };
        format!("{mode}{filter}; inspect on|off|line|tree|hex|FILTER changes it")
    }

    /// How much was ever written, in bytes.
    pub fn written(&self) -> usize {
        self.let_go + self.output.len()
    }

    /// What was written since so much had been; what was let go is missing.
    pub fn written_since(&self, before: usize) -> &str {
        let start = before.saturating_sub(self.let_go).min(self.output.len());
        self.output.get(start..).unwrap_or(&self.output)
    }

    /// What one process has written since so much had been.
    pub fn written_by(&self, process: &str, before: usize) -> String {
        let after = |(writer, part): &&(String, Range<usize>)| {
            writer == process && part.start >= before.max(self.let_go)
        };
        let parts = self.writers.iter().filter(after).map(|(_, part)| {
            let kept = part.start - self.let_go..part.end - self.let_go;
            self.output.get(kept).unwrap_or_default()
        });
        parts.collect()
    }

    /// A process begins: what an earlier one of its name has written is not its own.
    fn begins(&mut self, process: &str) {
        self.writers.retain(|(writer, _)| writer != process);
    }

    /// Keeps what was written, for `expect output`.
    pub(super) fn hear(&mut self, process: &str, text: &[u8]) {
        let start = self.written();
        self.output.push_str(&String::from_utf8_lossy(text));
        self.output.push('\n');
        self.writers
            .push_back((process.to_owned(), start..self.written()));
        if self.output.len() > OUTPUT {
            let cut = self.output.len() - OUTPUT / 2;
            let cut = (cut..self.output.len())
                .find(|place| self.output.is_char_boundary(*place))
                .unwrap_or(0);
            self.output.drain(..cut);
            self.let_go += cut;
            let gone = self.let_go;
            self.writers.retain(|(_, part)| part.start >= gone);
        }
    }

    /// From when the time of a packet counts: as it did when the packet was told; one that was not begins a count.
    pub fn since_ns(&self, packet: &PacketEvent) -> i64 {
        let told = self.origins.of(packet.number);
        told.unwrap_or(packet.frame.time_ns)
    }

    fn wants(&self, packet: &PacketEvent) -> bool {
        self.mode != Mode::Off
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.matches(packet))
    }
}

impl Shell {
    /// Shows what has happened since the last time.
    pub(super) fn show_events(&mut self, screen: &mut dyn Screen) {
        let standing = self.standing_for_page();
        let mut events = self.session.take_events();
        events.append(&mut self.teller.later);
        let dropped = self.session.dropped_frames();
        // Said at once, and then each time the number has doubled: a flood of packets brings no flood of notes.
        if dropped > 0 && dropped >= self.teller.drops * 2 {
            self.teller.drops = dropped;
            events.push(Event::Note(format!(
                "{dropped} packets came faster than they could be kept: they were delivered, but are missing from this list"
            )));
        }
        self.tell_page(&events, standing);
        if events.is_empty() {
            return;
        }
        for event in &events {
            match event {
                Event::Output(output) => self.teller.hear(&output.process, &output.text),
                Event::Process(process) if process.ended.is_none() => {
                    self.teller.begins(&process.process);
                }
                // Whoever refused it, the shell or a process: only a script counts the lines that could not be carried out.
                Event::Refused(refused) if self.manner.deadline.is_some() && !refused.fruitless => {
                    self.tally.wrong_lines += 1;
                }
                Event::Refused(refused) if !refused.fruitless => self.teller.refused += 1,
                _ => {}
            }
        }
        self.journal.events(&events);
        match self.manner.format {
            Format::Json => {
                for event in &events {
                    if let Some(line) = json::event(event) {
                        screen.show_json(&line);
                    }
                }
            }
            Format::Text => {
                let text =
                    self.teller
                        .text(&events, &self.current, screen.look(), self.manner.quiet);
                if !text.is_empty() {
                    screen.show(&text);
                }
            }
        }
    }

    /// Shows what is wrong with a line.
    pub(super) fn show_diagnostic(
        &mut self,
        text: &str,
        diagnostic: &Diagnostic,
        screen: &mut dyn Screen,
    ) {
        let source =
            (self.line_number > 0).then_some((self.manner.source.as_str(), self.line_number));
        let shown = crate::render::diagnostic::draw(text, diagnostic, source, &screen.look());
        match self.manner.format {
            Format::Json => screen.show_json(&json::note(&shown.to_text(&Look {
                width: 100,
                ascii: false,
                color: false,
            }))),
            Format::Text => screen.show(&shown),
        }
    }

    /// Says how a script ended, when there was something to hold.
    pub fn sum_up(&mut self, screen: &mut dyn Screen) {
        let tally = &self.tally;
        let expected = tally.held + tally.failed;
        if self.manner.format == Format::Json
            || (self.manner.quiet && tally.is_clean())
            || (expected == 0 && tally.is_clean())
        {
            return;
        }
        let mut text = Styled::new();
        if expected > 0 {
            let style = if tally.failed == 0 {
                Style::Note
            } else {
                Style::Error
            };
            text.say(
                style,
                0,
                &format!("{} of {expected} expectations held", tally.held),
            );
        }
        if tally.wrong_lines > 0 {
            text.say(
                Style::Error,
                0,
                &match tally.wrong_lines {
                    1 => "1 line could not be carried out".to_owned(),
                    lines => format!("{lines} lines could not be carried out"),
                },
            );
        }
        if !text.is_empty() {
            screen.show(&text);
        }
    }
}

impl Teller {
    pub(super) fn text(&mut self, events: &[Event], here: &str, look: Look, quiet: bool) -> Styled {
        let mut text = Styled::new();
        let mut packets: Vec<&PacketEvent> = Vec::new();
        let (mut claimed, left_out) = self.rate.leave_out(events);
        for (place, event) in events.iter().enumerate() {
            if claimed[place] {
                continue;
            }
            if let Event::Packet(packet) = event {
                if self.wants(packet) {
                    packets.push(packet);
                }
                continue;
            }
            self.flush(&mut packets, here, look, &mut text);
            match event {
                Event::Call(call) => {
                    let states = states_of(call, events, place, &mut claimed);
                    let assigned = assigned_to(call, events, place, &mut claimed);
                    text.append(line::call(
                        &CallLine {
                            call,
                            states: &states,
                            assigned: &assigned,
                            here,
                        },
                        &look,
                    ));
                }
                Event::Result(result)
                    if self.options_of == Some(result.command) && result.assigned.is_empty() =>
                {
                    match option_rows(&result.value) {
                        Some(rows) => text.append(options::draw(&rows, &look)),
                        None => text.append(line::result(result)),
                    }
                }
                Event::Result(result) if !result.show => {}
                Event::Process(_) | Event::Note(_) if quiet => {}
                Event::Message(_) if self.mode == Mode::Off || self.filter.is_some() => {}
                other => text.append(line::event(other, here, &look)),
            }
        }
        self.flush(&mut packets, here, look, &mut text);
        text.append(left_out.text());
        text
    }

    fn flush(
        &mut self,
        packets: &mut Vec<&PacketEvent>,
        here: &str,
        look: Look,
        text: &mut Styled,
    ) {
        if packets.is_empty() {
            return;
        }
        let since_ns = self.origins.take(packets);
        let more = packets.len().saturating_sub(SHOWN);
        if more > 0 {
            packets.truncate(SHOWN);
        }
        match self.mode {
            Mode::Tree => {
                for packet in packets.iter() {
                    text.append(fields(packet, true, look));
                }
            }
            Mode::Line | Mode::Off => {
                text.gap();
                text.append(exchange::draw(
                    &Exchange {
                        packets,
                        since_ns: &since_ns,
                        here,
                    },
                    &look,
                ));
                text.gap();
            }
        }
        if more > 0 {
            text.append(line::note(&format!(
                "and {more} more packets; `packets` lists them all, `ladder` draws them"
            )));
        }
        packets.clear();
    }
}

/// The state changes that stand beside a call: those told between it and the next call.
fn states_of(
    call: &CallEvent,
    events: &[Event],
    place: usize,
    claimed: &mut [bool],
) -> Vec<StateEvent> {
    let mut states = Vec::new();
    for (offset, event) in events[place + 1..].iter().enumerate() {
        match event {
            Event::Call(_) => break,
            Event::State(state) if state.process == call.process || state.process.is_empty() => {
                claimed[place + 1 + offset] = true;
                states.push(state.clone());
            }
            _ => {}
        }
    }
    states
}

/// The names that the value of a call was given to: those of its command, if no later call of the command follows.
fn assigned_to(
    call: &CallEvent,
    events: &[Event],
    place: usize,
    claimed: &mut [bool],
) -> Vec<(String, Value)> {
    for (offset, event) in events[place + 1..].iter().enumerate() {
        match event {
            Event::Call(next) if next.command == call.command && next.process == call.process => {
                return Vec::new();
            }
            Event::Result(ResultEvent {
                command,
                process,
                assigned,
                show,
                ..
            }) if *command == call.command && *process == call.process => {
                claimed[place + 1 + offset] = !show || !assigned.is_empty();
                return assigned.clone();
            }
            _ => {}
        }
    }
    Vec::new()
}

/// A packet's fields, beside its bytes where they are wanted.
pub(super) fn fields(packet: &PacketEvent, bytes: bool, look: Look) -> Styled {
    tree::draw(packet, &layers(packet), bytes, &look)
}

/// All layers of a packet's frame.
pub(super) fn layers(packet: &PacketEvent) -> Vec<Layer> {
    dissect::whole_tree(
        &packet.headers,
        &packet.frame.bytes,
        packet.frame.checksum_not_ready,
        packet.track.reassembled.as_deref(),
    )
}

/// At most this many characters of a line are shown again.
const ECHO: usize = 1000;

/// What a tab of a line is shown as.
const TAB: &str = "    ";

/// A line as it would stand at the prompt.
pub(super) fn echo(prompt: &str, text: &str) -> Styled {
    let mut styled = Styled::new();
    for (place, part) in text.lines().enumerate() {
        let head = if place == 0 { prompt } else { "...> " };
        let mut line = crate::render::styled::Line::wrapping(5);
        line.push(Style::Prompt, head);
        let part = part.replace('\t', TAB);
        let shown: String = part.chars().take(ECHO).collect();
        line.push(Style::Plain, &shown);
        if shown.len() < part.len() {
            line.push(Style::Dim, "…");
        }
        styled.push(line);
    }
    styled
}

/// The cause of a packet in words, for a list.
pub(super) fn cause(packet: &PacketEvent, here: &str) -> String {
    packet
        .cause
        .as_ref()
        .map_or(String::new(), |cause| words::cause(cause, &[], here))
}

/// What is wrong with a filter, with a caret.
pub(super) fn filter_error(text: &str, error: &FilterError, look: Look) -> Styled {
    let mut diagnostic = Diagnostic::new(error.span.clone(), error.message.as_str());
    diagnostic.help.clone_from(&error.help);
    crate::render::diagnostic::draw(text, &diagnostic, None, &look)
}

/// The (level, name, value) rows that `options` gives, as the table's pairs.
fn option_rows(value: &Value) -> Option<Vec<(String, Value)>> {
    let Value::List(rows) = value else {
        return None;
    };
    rows.iter()
        .map(|row| match row {
            Value::Tuple(parts) => match parts.as_slice() {
                [_, name, value] => Some((plain(name)?, value.clone())),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) | Value::Constant { name: text, .. } => Some(text.clone()),
        _ => None,
    }
}
