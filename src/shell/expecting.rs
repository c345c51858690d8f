//! What an expectation says is put to what happened: at once, or waiting for what may still be on its way. `expect` and the lines of
//! lessons are judged here alike.

use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::{Call, Expr, Operator};
use crate::command::expectation::{Claim, Expectation, parse_claim};
use crate::event::{CallEvent, Event, ExpectEvent};
use crate::lesson::difference::{answers, words_for_time};
use crate::session::inventory::Known;
use crate::sys::clock;
use crate::value::{Address, Value};
use std::time::Duration;

/// How long an expectation waits for what may still be on its way, when no deadline is set.
const PATIENCE: Duration = Duration::from_secs(5);

/// From where on things count, and which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The first packet that counts, by its number.
    pub packet: u64,
    /// How many calls had been made.
    pub calls: u64,
    /// How much had been written by programs and `print`, in bytes.
    pub output: usize,
    /// The time, in nanoseconds since the epoch.
    pub time_ns: i64,
    /// True when any call since then will do, whoever made it; else the last one of the process says how it went.
    pub any: bool,
}

impl Since {
    /// From the beginning of a lab.
    pub(super) const BEGINNING: Self = Self {
        packet: 1,
        calls: 0,
        output: 0,
        time_ns: 0,
        any: false,
    };
}

impl Shell {
    pub(super) fn expect(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let claim = match parse_claim(&text) {
            Ok(claim) => claim,
            Err(diagnostic) => {
                self.tally.wrong_lines += 1;
                return self.show_diagnostic(&text, &diagnostic, screen);
            }
        };
        let since = Since {
            packet: self.watermark,
            calls: 0,
            output: 0,
            time_ns: self.watermark_ns,
            any: false,
        };
        let patience = self.manner.deadline.unwrap_or(PATIENCE);
        let verdict = self.judge(process, &claim, &since, patience, screen);
        self.tell_verdict(self.line_number, text.trim(), &verdict);
    }

    /// Counts a verdict and puts it among the events. An error says what was found.
    pub(super) fn tell_verdict(&mut self, line: usize, text: &str, verdict: &Result<(), String>) {
        let (held, found) = match verdict {
            Ok(()) => (true, String::new()),
            Err(found) => (false, format!(": {found}")),
        };
        if held {
            self.tally.held += 1;
        } else {
            self.tally.failed += 1;
        }
        self.session.tell(Event::Expect(ExpectEvent {
            line,
            held,
            text: format!("{text}{found}"),
        }));
    }

    /// From now on.
    pub(super) fn mark(&self) -> Since {
        Since {
            packet: self.session.packets_told() + 1,
            calls: self.session.log().calls_made(),
            output: self.teller.written(),
            time_ns: clock::now_ns(),
            any: false,
        }
    }

    /// Judges a claim, waiting at most so long for it to come true: an error says what was found in its place.
    pub(super) fn judge(
        &mut self,
        process: &str,
        claim: &Claim,
        since: &Since,
        patience: Duration,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let whose = claim.process.as_deref();
        match &claim.expectation {
            Expectation::Equals(_) | Expectation::Condition(_) => {
                let process = whose.unwrap_or(process);
                if !self.wait_until_free(process, screen) {
                    return Err(format!("{process} is blocked and cannot evaluate it"));
                }
                self.settled(process, claim, since)
            }
            // What must not come is judged now; what must come may still be on its way.
            Expectation::Packet { count: Some(0), .. } => self.now(process, claim, since),
            Expectation::State { .. } | Expectation::AnyState { .. } => {
                self.wait_asking(patience, screen, process, claim, since)
            }
            _ => {
                self.wait_for(patience, screen, |shell| {
                    shell.now(process, claim, since).is_ok()
                });
                self.now(process, claim, since)
            }
        }
    }

    /// Judges a claim by what is known now, without waiting. A condition is evaluated, when its process is free.
    pub(super) fn settled(
        &mut self,
        process: &str,
        claim: &Claim,
        since: &Since,
    ) -> Result<(), String> {
        let process = claim.process.as_deref().unwrap_or(process);
        match &claim.expectation {
            Expectation::Equals(wanted) => {
                if let Expr::Int(number) = wanted
                    && self
                        .telling_call(process)
                        .is_some_and(|call| call.result == *number && call.result >= 0)
                {
                    return Ok(());
                }
                let equal = Expr::Binary(
                    Operator::Equal,
                    Box::new(Expr::Last),
                    Box::new(wanted.clone()),
                );
                let last = self.session.latest(process).map_or_else(
                    || "there is no result".to_owned(),
                    |result| format!("it is {}", result.shown),
                );
                self.condition(process, equal, last)
            }
            Expectation::Condition(expr) => {
                self.condition(process, expr.clone(), "it is not so".to_owned())
            }
            Expectation::State { .. } => {
                self.session.refresh();
                self.now(process, claim, since)
            }
            Expectation::AnyState { state, port, peer } => {
                let whose = claim.process.as_deref();
                self.any_state(whose, state, *port, *peer)
            }
            _ => self.now(process, claim, since),
        }
    }

    /// Judges by what is known, without asking anybody.
    fn now(&self, process: &str, claim: &Claim, since: &Since) -> Result<(), String> {
        let whose = claim.process.as_deref();
        let here = whose.unwrap_or(process);
        // Over a stretch of time anybody will do, unless somebody is named.
        let who = if since.any { whose } else { Some(here) };
        match &claim.expectation {
            Expectation::Ok => self.told_by(who, since, |call| call.errno.is_none()),
            Expectation::Errno(wanted) => {
                self.told_by(who, since, |call| call.errno.as_ref() == Some(wanted))
            }
            Expectation::Called(name) => {
                let made = self
                    .calls_since(who, since)
                    .any(|call| is_named(call, name) && call.errno.is_none());
                made.then_some(()).ok_or_else(|| match who {
                    Some(who) => format!("{who} has made no {name} that succeeded"),
                    None => format!("no {name} has succeeded"),
                })
            }
            Expectation::Returned {
                call,
                arguments,
                result,
                errno,
            } => self.returned(who, since, call, |made| {
                made.result == *result
                    && errno
                        .as_ref()
                        .is_none_or(|errno| made.errno.as_ref() == Some(errno))
                    && arguments
                        .as_ref()
                        .is_none_or(|wanted| fits(wanted, &made.args.join(", ")))
            }),
            Expectation::State { socket, state } => match self.state_of(here, socket) {
                Some(now) if now == state => Ok(()),
                Some(now) => Err(format!("{socket} is in {now}")),
                None => Err(format!("{socket} is no socket here")),
            },
            Expectation::Packet { count, filter } => {
                let number = self
                    .packets_since(since)
                    .filter(|packet| filter.filter.matches(packet))
                    .count();
                let held = match count {
                    None => number > 0,
                    Some(wanted) => number as u64 == *wanted,
                };
                held.then_some(())
                    .ok_or_else(|| format!("{number} of the packets since then match"))
            }
            Expectation::Seen(pattern) => {
                let seen = self
                    .packets_since(since)
                    .any(|packet| answers(pattern, &self.seen(packet), since.time_ns));
                seen.then_some(())
                    .ok_or_else(|| "no such packet was seen".to_owned())
            }
            Expectation::Blocked(name) => {
                let name = name.as_deref().unwrap_or(here);
                let asleep = self
                    .session
                    .process(name)
                    .is_some_and(|process| process.works().any(|(_, work)| work.blocked));
                asleep
                    .then_some(())
                    .ok_or_else(|| format!("{name} is not blocked"))
            }
            Expectation::TimedOut => match self.session.refusal(here) {
                Some(reason) if reason.starts_with("timed out") => Ok(()),
                Some(reason) => Err(format!(
                    "it was not carried out for another reason: {reason}"
                )),
                None => Err("the last command has not run into a timeout of settimeout".to_owned()),
            },
            Expectation::Output(text) => self
                .teller
                .written_since(since.output)
                .contains(text.as_str())
                .then_some(())
                .ok_or_else(|| "no output has it".to_owned()),
            Expectation::Received(wanted) => {
                let mut received: Vec<u8> = Vec::new();
                for call in self.calls_since(who, since).filter(|call| receives(call)) {
                    received.extend(call.data.as_deref().unwrap_or_default());
                }
                let found = received
                    .windows(wanted.len().max(1))
                    .any(|part| part == wanted);
                (found || wanted.is_empty()).then_some(()).ok_or_else(|| {
                    format!("what came is {}", crate::packet::text::quote(&received, 60))
                })
            }
            Expectation::Took(timing) => match self.telling_call(here) {
                Some(call) if timing.holds(call.end_ns - call.start_ns) => Ok(()),
                Some(call) => Err(format!(
                    "{} took {}",
                    call.name,
                    words_for_time(call.end_ns - call.start_ns)
                )),
                None => Err(format!("{here} has made no call")),
            },
            Expectation::AnyState { .. } | Expectation::Equals(_) | Expectation::Condition(_) => {
                Err("it has to be asked".to_owned())
            }
        }
    }

    /// Whether the call that tells how it went passes; over a stretch of time, whether any call does.
    fn told_by(
        &self,
        who: Option<&str>,
        since: &Since,
        passes: impl Fn(&CallEvent) -> bool,
    ) -> Result<(), String> {
        if since.any {
            return if self.calls_since(who, since).any(passes) {
                Ok(())
            } else {
                Err("no call has gone so".to_owned())
            };
        }
        let who = who.unwrap_or_default();
        // No call failed, but what was asked for was not done either; the call before it is not what is meant.
        if let Some(reason) = self.session.refusal(who) {
            return Err(format!("the last command was not carried out: {reason}"));
        }
        match self.telling_call(who) {
            Some(call) if passes(call) => Ok(()),
            Some(CallEvent {
                errno: Some(errno),
                name,
                ..
            }) => Err(format!("{name} failed with {errno}")),
            Some(CallEvent { name, result, .. }) => {
                Err(format!("{name} did not fail; it returned {result}"))
            }
            None => Err(format!("{who} has made no call")),
        }
    }

    /// Whether a call of this name returned as wanted. An empty name is the last call, whatever it is.
    fn returned(
        &self,
        who: Option<&str>,
        since: &Since,
        name: &str,
        passes: impl Fn(&CallEvent) -> bool,
    ) -> Result<(), String> {
        let mut last = None;
        if name.is_empty() && !since.any {
            last = self.telling_call(who.unwrap_or_default());
            if last.is_some_and(&passes) {
                return Ok(());
            }
        } else {
            for call in self.calls_since(who, since) {
                if name.is_empty() || is_named(call, name) {
                    if passes(call) {
                        return Ok(());
                    }
                    last = Some(call);
                }
            }
        }
        Err(match last {
            Some(call) => call.text(),
            None if name.is_empty() => "no call was made".to_owned(),
            None => format!("no {name} has returned"),
        })
    }

    /// Has the process evaluate a condition, without showing it and without touching `_`.
    fn condition(&mut self, process: &str, expr: Expr, otherwise: String) -> Result<(), String> {
        let busy = self
            .session
            .process(process)
            .is_none_or(|process| process.work(0).is_some());
        if busy {
            return Err(format!("{process} is blocked and cannot evaluate it"));
        }
        match self.session.evaluate(process, expr)? {
            Some(value) if is_true(&value) => Ok(()),
            _ => Err(otherwise),
        }
    }

    pub(super) fn state_of(&self, process: &str, socket: &str) -> Option<&'static str> {
        let inventory = self.session.inventory();
        let elsewhere = || {
            socket
                .split_once('.')
                .and_then(|(process, name)| inventory.by_name(process, name))
        };
        // A name that only one other process knows is meant, too.
        let anywhere = || {
            let mut found = self
                .session
                .processes()
                .iter()
                .filter_map(|process| inventory.by_name(&process.name, socket));
            found.next().filter(|_| found.next().is_none())
        };
        inventory
            .by_name(process, socket)
            .or_else(elsewhere)
            .or_else(anywhere)
            .map(Known::state)
    }

    /// Whether some socket is in a state, as the kernel tells it.
    fn any_state(
        &mut self,
        whose: Option<&str>,
        state: &str,
        port: Option<u16>,
        peer: Option<u16>,
    ) -> Result<(), String> {
        let mut others: Vec<&str> = Vec::new();
        for row in self.session.socket_rows(None) {
            let local = row.local.as_ref().and_then(Address::port);
            let remote = row.peer.as_ref().and_then(Address::port);
            if whose.is_some_and(|whose| row.process != whose)
                || port.is_some() && local != port
                || peer.is_some() && remote != peer
            {
                continue;
            }
            if row.state.eq_ignore_ascii_case(state) {
                return Ok(());
            }
            others.push(row.state);
        }
        Err(match (others.as_slice(), port, peer) {
            ([], None, None) => "there is no socket".to_owned(),
            ([], ..) => "there is no such socket".to_owned(),
            (others, None, None) => format!("the sockets are in {}", others.join(", ")),
            (others, ..) => format!("such a socket is in {}", others.join(", ")),
        })
    }

    /// Waits for a state, asking the kernel again each time.
    fn wait_asking(
        &mut self,
        patience: Duration,
        screen: &mut dyn Screen,
        process: &str,
        claim: &Claim,
        since: &Since,
    ) -> Result<(), String> {
        const STEP: Duration = Duration::from_millis(20);
        let mut left = patience;
        loop {
            let verdict = self.settled(process, claim, since);
            if verdict.is_ok() || left.is_zero() || self.stopped || screen.is_gone() {
                return verdict;
            }
            let step = STEP.min(left);
            left -= step;
            self.wait_for(step, screen, |_| false);
        }
    }
}

/// True when a call has this name; glibc's accept is the system call accept4, and so on.
pub(super) fn is_named(call: &CallEvent, name: &str) -> bool {
    call.name == name || call.name.strip_suffix('4') == Some(name)
}

/// True for the calls that bring bytes from a socket.
fn receives(call: &CallEvent) -> bool {
    call.name.starts_with("recv") || call.name.starts_with("read")
}

/// True when arguments are as they were written, where `…` stands for any.
fn fits(wanted: &str, arguments: &str) -> bool {
    let wanted = wanted.replace("...", "…");
    let parts: Vec<&str> = wanted.split('…').map(str::trim).collect();
    let mut rest = arguments;
    for (place, part) in parts.iter().enumerate() {
        let part = part.trim_matches([',', ' ']);
        if place == 0 && !rest.starts_with(part) {
            return false;
        }
        if place + 1 == parts.len() {
            return rest.ends_with(part) && (place > 0 || rest.len() == part.len());
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(value) => *value,
        Value::Int(value) | Value::Constant { value, .. } => *value != 0,
        Value::Float(value) => *value != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(values) | Value::Tuple(values) => !values.is_empty(),
        Value::Socket(_)
        | Value::Epoll(_)
        | Value::Poller(_)
        | Value::File(_)
        | Value::Address(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn arguments_are_compared_as_they_stand_and_dots_stand_for_any() {
        for (wanted, arguments, held) in [
            ("3", "3", true),
            ("3", "33", false),
            ("3, …", "3, {AF_INET 127.0.0.1:5000}", true),
            ("…", "anything, 5", true),
            ("…, 0", "3, \"x\", 0", true),
            ("3, …, 0", "3, \"x\", 1", false),
            ("3, ...", "4, 5", false),
            ("AF_INET, SOCK_STREAM, 0", "AF_INET, SOCK_STREAM, 0", true),
        ] {
            assert_eq!(fits(wanted, arguments), held, "{wanted} | {arguments}");
        }
    }
}
