//! One line of a lesson run, and everything that is expected of it judged. Who runs it, and what is said of it, is not known here.

use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Command};
use crate::command::expectation::Claim;
use crate::command::parse::parse_line;
use crate::lesson::difference::{Difference, Seen};
use crate::lesson::lab::{Demand, LabLine};
use crate::lesson::sequence::{Outcome, Sequence, judge, used};
use crate::shell::expecting::Since;
use crate::shell::{Flow, Format, Screen, Shell};
use crate::sys::clock::Deadline;
use std::time::Duration;

/// Something that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The line in the file, from 1.
    pub line: usize,
    /// The command it followed from; empty for none.
    pub command: String,
    /// What was expected.
    pub expected: String,
    /// What there was instead, if it can be put beside it.
    pub actual: Option<String>,
    /// What differs first, or why it did not hold.
    pub reason: String,
    /// What the screen would have shown of the command.
    pub shown: String,
}

/// What came of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// How many expectations held.
    pub held: usize,
    /// Those that did not.
    pub failures: Vec<Failure>,
    /// True when the line could not be run because its process sleeps in an earlier call for good.
    pub stuck: bool,
}

/// How the reason begins that a process sleeps for good.
const STUCK: &str = "stuck: ";

/// How long is waited for each thing that is expected. Once something has not come in that time, a fault has come to light that delays
/// what follows for ever, and the rest is not waited for as long.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    deadline: Duration,
    is_over: bool,
}

/// How long is waited for anything, once something has not come.
const HURRY: Duration = Duration::from_secs(2);

impl Patience {
    /// So much for each.
    pub fn new(deadline: Duration) -> Self {
        Self {
            deadline,
            is_over: false,
        }
    }

    /// How long to wait for the next thing.
    pub fn now(self) -> Duration {
        if self.is_over {
            self.deadline.min(HURRY)
        } else {
            self.deadline
        }
    }

    /// Waits for one thing.
    pub(super) fn wait<T, E>(
        &mut self,
        wait: impl FnOnce(Duration) -> Result<T, E>,
    ) -> Result<T, E> {
        let end = Deadline::after(self.now());
        let came = wait(self.now());
        self.is_over |= came.is_err() && end.is_over();
        came
    }
}

/// A mismatch that nothing can mend is given this long all the same: names and states may come a moment after a packet.
const MENDING: Duration = Duration::from_millis(500);

impl Shell {
    /// The process a line goes to.
    pub(super) fn process_of(&self, text: &str) -> String {
        parse_line(text)
            .ok()
            .and_then(|commands| commands.last()?.process.clone())
            .unwrap_or_else(|| self.current.clone())
    }

    /// Runs a line and judges what is expected of it, waiting at most so long for each.
    pub(super) fn run_line(
        &mut self,
        line: &LabLine,
        patience: &mut Patience,
        screen: &mut dyn Screen,
    ) -> Ran {
        let mut ran = Ran::default();
        let process = self.process_of(&line.text);
        let since = self.mark();
        self.given(&process, &since);
        let failed = self.tally.failed;
        let end = Deadline::after(patience.now());
        let wrong = self.carry_out(line, screen);
        // A program that was to end within it, and goes on.
        patience.is_over |= end.is_over();
        if let Some(reason) = wrong {
            ran.stuck = reason.starts_with(STUCK);
            ran.failures.push(Failure {
                line: line.line,
                command: line.text.clone(),
                expected: "the line to be carried out".to_owned(),
                actual: None,
                reason,
                shown: String::new(),
            });
            return ran;
        }
        if line.is_expect() {
            let held = self.tally.failed == failed;
            ran.held += usize::from(held);
            if !held {
                ran.failures.push(Failure {
                    line: line.line,
                    command: String::new(),
                    expected: line.text.trim().to_owned(),
                    actual: None,
                    reason: String::new(),
                    shown: String::new(),
                });
            }
        }
        if !line.packets.items.is_empty() || line.packets.exactly {
            let judged =
                patience.wait(|so_long| self.judge_packets(&line.packets, &since, so_long, screen));
            match judged {
                Ok(()) => ran.held += line.packets.items.len().max(1),
                Err(failure) => ran.failures.push(Failure {
                    command: line.text.clone(),
                    ..*failure
                }),
            }
            let verdict = ran.failures.last().map_or(Ok(()), |failure| {
                Err(format!("{} ({})", failure.expected, failure.reason))
            });
            self.tell_judged(line.line, "the packets", &verdict);
        }
        for demand in &line.demands {
            let judged = patience
                .wait(|so_long| self.judge_demand(&process, demand, &since, so_long, screen));
            match judged {
                Ok(()) => ran.held += 1,
                Err(failure) => ran.failures.push(Failure {
                    command: line.text.clone(),
                    ..*failure
                }),
            }
        }
        self.show_events(screen);
        self.put_down(&line.packets, &since);
        ran
    }

    /// The call of a line that failed although nothing is said of it: what follows would stand on an accident.
    pub(super) fn unclaimed(&self, line: &LabLine, since: &Since) -> Option<Failure> {
        // connect_ex gives the errno as its value; what a server's clients do to it is its own affair.
        let exempt = |command: &Command| matches!(&command.action, Action::Call(call) if matches!(call.verb, Verb::ConnectEx | Verb::Serve));
        if parse_line(&line.text).is_ok_and(|commands| commands.iter().any(exempt)) {
            return None;
        }
        let process = self.process_of(&line.text);
        let made = self
            .calls_since(Some(&process), since)
            .find(|made| made.errno.is_some() && made.job == 0 && made.thread == 0)?;
        Some(Failure {
            line: line.line,
            command: line.text.clone(),
            expected: "the call to succeed, or an expectation that it fails (errno NAME)"
                .to_owned(),
            actual: None,
            reason: made.text(),
            shown: String::new(),
        })
    }

    /// Runs a line. Gives what was wrong with it as a line; a call that fails is a result.
    pub(super) fn carry_out(&mut self, line: &LabLine, screen: &mut dyn Screen) -> Option<String> {
        let wrong = self.tally.wrong_lines;
        let flow = self.line_of_lesson(&line.text, line.line, screen);
        if let Some(stuck) = self.tally.stuck.take() {
            return Some(format!("{STUCK}{stuck}"));
        }
        if self.tally.wrong_lines > wrong {
            return Some("it was refused".to_owned());
        }
        (flow == Flow::Quit).then(|| "it ends the session".to_owned())
    }

    /// Runs a line that a lesson says, not the student: of a lesson that is not trusted it stays in the lab.
    pub(super) fn line_of_lesson(
        &mut self,
        text: &str,
        number: usize,
        screen: &mut dyn Screen,
    ) -> Flow {
        let before = std::mem::replace(&mut self.is_kept_in, self.session.settings().confined);
        let flow = self.line(text, number, screen);
        self.is_kept_in = before;
        flow
    }

    /// A verdict is an event for a program that reads them; a reader is told in the lesson's own words.
    fn tell_judged(&mut self, line: usize, text: &str, verdict: &Result<(), String>) {
        if self.manner.format == Format::Json {
            self.tell_verdict(line, text, verdict);
        }
    }

    fn judge_demand(
        &mut self,
        process: &str,
        demand: &Demand,
        since: &Since,
        patience: Duration,
        screen: &mut dyn Screen,
    ) -> Result<(), Box<Failure>> {
        let since = self.reach(process, &demand.claim, since);
        let verdict = self.judge(process, &demand.claim, &since, patience, screen);
        self.tell_judged(demand.line, &demand.text, &verdict);
        verdict.map_err(|found| {
            Box::new(Failure {
                line: demand.line,
                command: String::new(),
                expected: demand.text.clone(),
                actual: None,
                reason: found,
                shown: String::new(),
            })
        })
    }

    /// How the packets since then stand to a sequence. Whoever types slowly sees what a timer or the peer's kernel sends before the
    /// command it is told under: packets that no line has told yet count as well.
    pub(super) fn stand(&self, sequence: &Sequence, since: &Since) -> Outcome {
        let outcome = judge(sequence, &self.seen_since(since), since.time_ns);
        if outcome == Outcome::Held || self.untold.packet >= since.packet {
            return outcome;
        }
        let early = self.seen_since(&self.untold);
        match judge(sequence, &early, self.untold.time_ns) {
            Outcome::Held => Outcome::Held,
            _ => outcome,
        }
    }

    /// A sequence holds: what comes after its last packet, no line has told yet.
    pub(super) fn put_down(&mut self, sequence: &Sequence, since: &Since) {
        let from = [*since, self.untold].into_iter().find_map(|from| {
            let seen = self.seen_since(&from);
            let used = used(sequence, &seen, from.time_ns)?;
            let last = seen.get(used.checked_sub(1)?)?.packet;
            Some((last.number + 1, last.frame.time_ns))
        });
        let now = self.mark();
        let (packet, time_ns) = from.unwrap_or((now.packet, now.time_ns));
        self.untold = Since {
            packet,
            time_ns,
            ..now
        };
    }

    /// A process is given a line: what it does from here on may be told under a line of another.
    pub(super) fn given(&mut self, process: &str, since: &Since) {
        self.lines.insert(process.to_owned(), since.calls);
    }

    /// From where on a claim counts. What is told of another process than the line's was begun by that one's own last line, and may have
    /// ended before this line was typed.
    pub(super) fn reach(&self, process: &str, claim: &Claim, since: &Since) -> Since {
        let other = claim.process.as_ref().filter(|other| *other != process);
        let begun = other.and_then(|other| self.lines.get(other));
        Since {
            calls: begun.map_or(since.calls, |calls| since.calls.min(*calls)),
            ..*since
        }
    }

    fn seen_since(&self, since: &Since) -> Vec<Seen<'_>> {
        self.packets_since(since)
            .map(|packet| self.seen(packet))
            .collect()
    }

    fn judge_packets(
        &mut self,
        sequence: &Sequence,
        since: &Since,
        patience: Duration,
        screen: &mut dyn Screen,
    ) -> Result<(), Box<Failure>> {
        self.wait_for_expected(patience, screen, |shell| {
            !matches!(shell.stand(sequence, since), Outcome::Waiting { .. })
        });
        if matches!(self.stand(sequence, since), Outcome::Mismatch { .. }) {
            self.wait_for(MENDING, screen, |shell| {
                shell.stand(sequence, since) == Outcome::Held
            });
        }
        match self.stand(sequence, since) {
            Outcome::Held => Ok(()),
            outcome => Err(Box::new(failure_of(outcome))),
        }
    }
}

/// The failure that an outcome is.
pub(super) fn failure_of(outcome: Outcome) -> Failure {
    let beside = |line, difference: Difference| Failure {
        line,
        command: String::new(),
        expected: difference.expected,
        actual: Some(format!("{}   #{}", difference.actual, difference.number)),
        reason: format!(
            "{}: expected {}, is {}",
            difference.field, difference.wanted, difference.found
        ),
        shown: String::new(),
    };
    match outcome {
        Outcome::Mismatch { line, difference } => beside(line, difference),
        Outcome::Waiting {
            line,
            expected,
            nearest: Some(nearest),
        } => Failure {
            expected,
            reason: format!(
                "it never came; nearest is this one ({}: expected {}, is {})",
                nearest.field, nearest.wanted, nearest.found
            ),
            ..beside(line, nearest)
        },
        Outcome::Waiting { line, expected, .. } => Failure {
            line,
            command: String::new(),
            expected,
            actual: None,
            reason: "it never came".to_owned(),
            shown: String::new(),
        },
        Outcome::Held => Failure {
            line: 0,
            command: String::new(),
            expected: String::new(),
            actual: None,
            reason: String::new(),
            shown: String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_something_has_not_come_in_its_time_the_rest_is_not_waited_for_as_long() {
        let mut patience = Patience::new(Duration::MAX);
        let refused: Result<(), ()> = patience.wait(|_| Err(()));
        assert!(refused.is_err());
        assert_eq!(
            patience.now(),
            Duration::MAX,
            "it was known before the time was over"
        );
        patience.is_over = true;
        assert_eq!(patience.now(), HURRY);
        let mut short = Patience::new(Duration::ZERO);
        let _: Result<(), ()> = short.wait(|_| Err(()));
        assert!(short.is_over);
    }
}
