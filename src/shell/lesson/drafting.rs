//! `save x.md`: what was told of the session, put to the lines that were typed, as expectations that hold again.

use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Command};
use crate::command::expectation::parse_claim;
use crate::command::parse::parse_line;
use crate::event::packet::PacketEvent;
use crate::event::{CallEvent, Event};
use crate::lesson::draft::{DraftLine, draft};
use crate::lesson::sequence::{is_of_the_link, is_pure_acknowledgment};
use crate::packet::headers::{Transport, flag};
use crate::packet::text::quote;
use crate::shell::Shell;
use crate::shell::journal::Entry;
use std::collections::BTreeMap;

/// States that a socket only passes through: by the time they are looked for they may be over.
const PASSING: [&str; 6] = [
    "CLOSED",
    "SYN-SENT",
    "SYN-RECEIVED",
    "FIN-WAIT-1",
    "CLOSING",
    "LAST-ACK",
];

/// Data longer than this is not written out.
const DATA: usize = 40;

/// More calls of other processes than this are a program at work, not the effect of a line.
const OTHERS: usize = 4;
/// Many packets are no sequence that comes again alike.
const PACKETS: usize = 10;

/// What was told of one line.
#[derive(Debug, Default)]
struct Told<'a> {
    prompt: &'a str,
    text: &'a str,
    /// The process it is for; `None` where the line cannot be read.
    process: Option<String>,
    /// Programs run on by themselves under it: which of their calls are told there is another matter each time.
    lets_run: bool,
    calls: Vec<&'a CallEvent>,
    packets: Vec<&'a PacketEvent>,
    /// The last state of each socket: process, name, state.
    states: Vec<(&'a str, &'a str, &'static str)>,
    output: Vec<&'a [u8]>,
    blocked: bool,
    refused: bool,
    /// A call of it was interrupted.
    interrupted: bool,
}

impl Shell {
    /// The session as the draft of a lesson, and how many lines it has.
    pub(in crate::shell) fn draft(&self) -> (String, usize) {
        let told = self.told();
        let cancels = told.iter().any(|line| line.text.contains("cancel"));
        let lines: Vec<DraftLine> = told
            .iter()
            .filter_map(|told| draft_line(told, cancels))
            .collect();
        (draft(&lines), lines.len())
    }

    /// What was told, line by line. A packet belongs to the line whose call caused it, however late it came.
    fn told(&self) -> Vec<Told<'_>> {
        let mut lines: Vec<Told<'_>> = Vec::new();
        let mut of_command: BTreeMap<u64, usize> = BTreeMap::new();
        for entry in self.journal.entries() {
            if let Entry::Line(prompt, text) = entry {
                lines.push(Told::new(prompt, text));
                continue;
            }
            let Some(newest) = lines.len().checked_sub(1) else {
                continue;
            };
            match entry {
                Entry::Line(..) => {}
                Entry::Packet(number) => {
                    if let Some(packet) = self.session.log().packet_numbered(*number) {
                        let cause = packet.cause.as_ref().and_then(|cause| cause.command);
                        // What a call does after it slept is the doing of the line that woke it.
                        let typed = cause.and_then(|command| of_command.get(&command).copied());
                        // A call of a program, which is no line's.
                        if cause.is_some() && typed.is_none() && lines[newest].lets_run {
                            continue;
                        }
                        let place = typed.filter(|place| !lines[*place].blocked);
                        lines[place.unwrap_or(newest)].packets.push(packet);
                    }
                }
                Entry::Event(event) => match event.as_ref() {
                    Event::Call(call) if !call.is_of_program() => {
                        let place = *of_command.entry(call.command).or_insert(newest);
                        returned(&mut lines, place, call);
                    }
                    Event::Blocked(blocked) => {
                        of_command.entry(blocked.command).or_insert(newest);
                        lines[newest].blocked = true;
                    }
                    other => lines[newest].hear(other),
                },
            }
        }
        lines
    }
}

impl<'a> Told<'a> {
    fn new(prompt: &'a str, text: &'a str) -> Self {
        let commands = parse_line(text).ok();
        let lets_run = |command: &Command| matches!(&command.action, Action::Call(call) if matches!(call.verb, Verb::Go | Verb::Wait | Verb::Sleep | Verb::Expect));
        let here = || prompt.trim_end_matches(['>', ' ']).to_owned();
        let last = commands.as_ref().and_then(|commands| commands.last());
        Self {
            prompt,
            text,
            process: last.map(|last| last.process.clone().unwrap_or_else(here)),
            lets_run: commands.is_some_and(|commands| commands.iter().any(lets_run)),
            ..Self::default()
        }
    }

    /// Something happened under it that no other line began.
    fn hear(&mut self, event: &'a Event) {
        match event {
            Event::Call(call) => {
                let is_its_doing = !self.lets_run;
                self.calls.extend(is_its_doing.then_some(&**call));
            }
            Event::State(state) => {
                self.states.retain(|(process, socket, _)| {
                    (*process, *socket) != (state.process.as_str(), state.socket.as_str())
                });
                self.states.push((&state.process, &state.socket, state.to));
            }
            Event::Output(output) => self.output.push(&output.text),
            Event::Refused(_) => self.refused = true,
            _ => {}
        }
    }
}

/// A call has returned that the line at `place` began, under the newest of the lines.
fn returned<'a>(lines: &mut [Told<'a>], place: usize, call: &'a CallEvent) {
    lines[place].interrupted |= call.errno.as_deref() == Some("EINTR");
    // Nobody else has done anything since: it slept for as long as it was told to.
    let alone = |line: &Told<'_>| line.process.as_deref() == Some(&*call.process);
    if lines[place + 1..].iter().all(alone) {
        lines[place].blocked = false;
    }
    let newest = lines.len() - 1;
    // What a line's own process finishes in the background returns under that line or under the next.
    let same_process = lines[newest].process.as_deref() == Some(&*call.process);
    if place == newest || !same_process {
        lines[newest].calls.push(call);
    }
}

/// A line of the draft; nothing for a line that did nothing, or that a check could not do again.
fn draft_line(told: &Told<'_>, cancels: bool) -> Option<DraftLine> {
    let commands = parse_line(told.text).ok()?;
    // A line that was refused did nothing; a call that Ctrl-C ended would sleep for ever in a check.
    let interrupted = told.interrupted && !cancels;
    if told.refused || interrupted || commands.iter().all(is_beside) {
        return None;
    }
    let here = told.prompt.trim_end_matches(['>', ' ']);
    let process = commands
        .last()
        .and_then(|command| command.process.as_deref())
        .unwrap_or(here);
    let prompt = if commands
        .first()
        .is_some_and(|command| command.process.is_some())
    {
        ""
    } else {
        told.prompt
    };
    let mut line = DraftLine {
        text: format!("{prompt}{}", told.text),
        expected: Vec::new(),
        telling: false,
    };
    let is_expect = commands
        .iter()
        .any(|command| matches!(&command.action, Action::Call(call) if call.verb == Verb::Expect));
    // The body of a `with` has no room for expectations.
    let in_body = told.text.starts_with(' ') || told.text.trim_end().ends_with(':');
    if is_expect || in_body {
        return Some(line);
    }
    if told.blocked && told.calls.iter().all(|call| call.process != process) {
        line.expected.push("blocked".to_owned());
    }
    if let Some(call) = told.calls.iter().rev().find(|call| call.process == process) {
        line.expected.extend(result_of(call));
    }
    let others = told.calls.iter().filter(|call| call.process != process);
    for call in others.take(OTHERS) {
        line.expected.extend(
            result_of(call)
                .into_iter()
                .map(|result| format!("{}> {result}", call.process)),
        );
    }
    line.telling = expect_packets(told, &mut line.expected);
    expect_states_and_output(told, &mut line.expected);
    // Whatever could not be read again is not worth a draft that cannot be checked.
    line.expected.retain(|expected| {
        matches!(expected.as_str(), "unordered {" | "}") || parse_claim(expected).is_ok()
    });
    Some(line)
}

/// The packets that are more than acknowledgments, as far as they come again alike; gives whether there were any.
fn expect_packets(told: &Told<'_>, expected: &mut Vec<String>) -> bool {
    let mut packets: Vec<&&PacketEvent> = told
        .packets
        .iter()
        .filter(|packet| !is_of_the_link(packet) && !is_pure_acknowledgment(packet))
        .filter(|packet| {
            let again = crate::event::packet::Label::Retransmission;
            packet.lost().is_some() || !packet.track.labels.as_fields().contains(again)
        })
        .collect();
    packets.sort_by_key(|packet| packet.number);
    // Of several conversations nobody says which goes first.
    let mixed = packets
        .windows(2)
        .any(|two| two[0].track.conversation != two[1].track.conversation);
    if packets.len() <= PACKETS {
        let lines = packets.iter().map(|packet| packet_line(packet));
        if mixed {
            expected.push("unordered {".to_owned());
            expected.extend(lines.map(|packet| format!("  {packet}")));
            expected.push("}".to_owned());
        } else {
            expected.extend(lines);
        }
    }
    !packets.is_empty()
}

/// The states that sockets stay in, and what was printed.
fn expect_states_and_output(told: &Told<'_>, expected: &mut Vec<String>) {
    for (process, socket, state) in &told.states {
        let named = socket.chars().all(|c| c.is_alphanumeric() || c == '_');
        if named && !PASSING.contains(state) {
            expected.push(format!("{process}.{socket}: {state}"));
        }
    }
    for output in &told.output {
        let text = String::from_utf8_lossy(output);
        if comes_again(text.trim().as_bytes()) {
            expected.push(format!(
                "output {}",
                quote(text.trim().as_bytes(), usize::MAX)
            ));
        }
    }
}

/// True for what leaves no trace in the lab: files, help, lessons.
fn is_beside(command: &Command) -> bool {
    match &command.action {
        Action::Call(call) => matches!(
            call.verb,
            Verb::Save
                | Verb::Load
                | Verb::Reset
                | Verb::Quit
                | Verb::Help
                | Verb::Explain
                | Verb::Lesson
                | Verb::Hint
                | Verb::Skip
                | Verb::Back
                | Verb::Solution
        ),
        _ => false,
    }
}

/// What a call returned, and what it received.
fn result_of(call: &CallEvent) -> Vec<String> {
    let returned = match &call.errno {
        Some(errno) => format!("{} = {} {errno}", call.name, call.result),
        None => format!("{} = {}", call.name, call.result),
    };
    let mut expected = vec![returned];
    let data = call.data.as_deref().unwrap_or_default();
    let receives = call.name.starts_with("recv") || call.name.starts_with("read");
    if receives && comes_again(data) {
        expected.push(format!("received {}", literal(data)));
    }
    expected
}

/// True for what is likely to be the same in the next run: short, and without numbers of several digits, which are ports, process ids
/// and times.
fn comes_again(data: &[u8]) -> bool {
    let digits = data.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len);
    !data.is_empty() && data.len() <= DATA && digits.max().unwrap_or(0) < 4
}

/// Bytes as the language writes them.
fn literal(data: &[u8]) -> String {
    if data
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
    {
        return format!("\"{}\"", String::from_utf8_lossy(data));
    }
    let bytes: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x\"{}\"", bytes.join(" "))
}

/// A packet as the line that expects it.
fn packet_line(packet: &PacketEvent) -> String {
    let end = |name: &str| {
        let fit = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if fit { name.to_owned() } else { "*".to_owned() }
    };
    let mut words = vec![end(&packet.from), "->".to_owned(), end(&packet.to)];
    let payload = packet.payload();
    match packet.headers.transport {
        Transport::Tcp(tcp) => {
            words.push(format!("[{}]", flag::names(tcp.flags & !flag::PSH)));
            if tcp.len > 0 {
                words.push(format!("len={}", tcp.len));
            }
        }
        Transport::Udp(udp) => words.push(format!("udp len={}", udp.length.saturating_sub(8))),
        Transport::Icmp(icmp) => words.push(format!("icmp icmp.type={}", icmp.kind)),
        Transport::Icmpv6(icmp) => words.push(format!("icmpv6 icmpv6.type={}", icmp.kind)),
        Transport::Igmp(_) | Transport::None => {}
    }
    let carries = matches!(
        packet.headers.transport,
        Transport::Tcp(_) | Transport::Udp(_)
    );
    if carries && comes_again(payload) {
        words.push(literal(payload));
    }
    if packet.lost().is_some() {
        words.push("lost".to_owned());
    }
    words.join(" ")
}
