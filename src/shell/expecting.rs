//! What an expectation says is put to what happened: at once, or waiting for what may still be on its way. `expect` and the lines of
//! lessons are judged here alike.

pub mod verdict;

use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::{Call, Expr, Operator};
use crate::command::expectation::{Claim, Expectation, parse_claim};
use crate::event::{Event, ExpectEvent};
use crate::session::why::Whose;
use crate::sys::clock;
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
                // At a prompt nothing is said of a call that returns by itself meanwhile: a timeout, data that is on its way.
                let free = if self.manner.deadline.is_some() {
                    self.wait_until_free(process, screen)
                } else {
                    self.wait_for(patience, screen, |shell| shell.is_free(process));
                    self.is_free(process)
                };
                if !free {
                    return Err(format!("{process} still sleeps in a call"));
                }
                self.settled(process, claim, since)
            }
            Expectation::Why { .. } => {
                self.wait_for_timed(Some(process), screen);
                self.settled(process, claim, since)
            }
            // What must not come is judged now; what must come may still be on its way.
            Expectation::Packet { count: Some(0), .. } => self.now(process, claim, since),
            Expectation::State { .. } | Expectation::AnyState { .. } => {
                self.wait_asking(patience, screen, process, claim, since)
            }
            _ => {
                self.wait_for_expected(patience, screen, |shell| {
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
            Expectation::Why {
                about,
                text: wanted,
            } => {
                let (whose, fd) = match about {
                    Some(name) => self
                        .meant(process, name)
                        .map(|(whose, fd)| (Some(whose), fd))?,
                    None => (claim.process.clone(), None),
                };
                self.why_says(whose.as_deref(), fd, wanted)
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

    /// True when a process sleeps in no call and can evaluate.
    pub(super) fn is_free(&self, process: &str) -> bool {
        self.session
            .process(process)
            .is_some_and(|process| process.work(0).is_none())
    }

    /// Has the process evaluate a condition, without showing it and without touching `_`.
    fn condition(&mut self, process: &str, expr: Expr, otherwise: String) -> Result<(), String> {
        if !self.is_free(process) {
            return Err(format!("{process} still sleeps in a call"));
        }
        match self.session.evaluate(process, expr)? {
            Some(value) if value.is_true() => Ok(()),
            _ => Err(otherwise),
        }
    }

    /// Whether the first sentence of `why` has this text.
    fn why_says(
        &mut self,
        process: Option<&str>,
        fd: Option<i32>,
        wanted: &str,
    ) -> Result<(), String> {
        let found = self.session.why(Whose { process, fd });
        let first = found.and_then(|found| found.facts.into_iter().next());
        match first {
            Some(first) if first.contains(wanted) => Ok(()),
            Some(first) => Err(format!("why says: {first}")),
            None => Err("why knows no reason particular to this lab".to_owned()),
        }
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
            if self.gives_up_at_rest && verdict.is_err() && self.is_at_rest(left, screen) {
                // The programs may have come to rest since the kernel was asked.
                return self.settled(process, claim, since);
            }
            let over = left.is_zero() || self.is_flooded() || self.session.broken().is_some();
            if verdict.is_ok() || over || self.stopped || screen.is_gone() {
                return verdict;
            }
            let step = STEP.min(left);
            left -= step;
            self.wait_for(step, screen, |_| false);
        }
    }
}
