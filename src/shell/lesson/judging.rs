//! Whether the step of a lesson is done by what a student did: the calls that were made, and what is expected of them. What is typed and
//! what follows from a step that is done is `studying`.

use super::course::Course;
use super::running::failure_of;
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Expr};
use crate::command::expectation::{Claim, Expectation};
use crate::command::parse::parse_line;
use crate::lesson::document::Lesson;
use crate::lesson::done::Done;
use crate::lesson::effect::{Used, account, otherwise, same_request};
use crate::lesson::lab::{Demand, LabLine};
use crate::lesson::sequence::Outcome;
use crate::render::lesson as drawn;
use crate::render::styled::Styled;
use crate::shell::expecting::Since;
use crate::shell::{Screen, Shell};
use std::time::Duration;

/// After so many lines that did not do a step the ways out are named.
const MISSES: usize = 2;

impl Shell {
    pub(super) fn judge_line(
        &mut self,
        course: &mut Course,
        line: &LabLine,
        patience: Duration,
        tell: bool,
        screen: &mut dyn Screen,
    ) {
        let whose = self.home_of(&line.text, &course.lesson);
        self.settle_names(course, screen);
        let used = match self.done(course, line, &whose) {
            Ok(used) => {
                course.renamed.extend(used.renamed.iter().cloned());
                self.settle_names(course, screen);
                used
            }
            Err(reason) => {
                if tell {
                    Self::still_open(course, line, Some(&reason), screen);
                }
                return;
            }
        };
        // What is tried beside a step that waits for its effect is not judged as the step.
        let tried_again = !course.nearly || self.line_does(course, line, &whose);
        if tried_again {
            course.attempt = course.line;
        }
        course.nearly = true;
        // In a script nobody waits for the prompt, and what was tried may be what the step waits for.
        let patience = if tried_again || self.manner.deadline.is_some() {
            patience
        } else {
            Duration::ZERO
        };
        match self.expectations(course, line, &whose, patience, screen) {
            Ok(()) => {
                let mut text = Styled::new();
                text.push(drawn::done(""));
                if let Some(remark) = self.other_descriptor(course, line, &whose) {
                    text.push(drawn::aside(&remark));
                }
                screen.show(&text);
                // What the step waited for may be what is to be named.
                self.settle_names(course, screen);
                self.complete_with(course, &used, screen);
            }
            Err(reason) if tell && tried_again => {
                let mut text = Styled::new();
                text.push(drawn::not_yet(&format!("not yet: {reason}")));
                Self::count_miss(course, &mut text);
                screen.show(&text);
            }
            Err(_) if tell => Self::still_open(course, line, None, screen),
            Err(_) => {}
        }
    }

    /// Says that a step is not done yet, and why.
    fn still_open(
        course: &mut Course,
        line: &LabLine,
        reason: Option<&str>,
        screen: &mut dyn Screen,
    ) {
        let (number, of) = (course.behind() + 1, course.steps());
        let first = line.text.lines().next().unwrap_or_default();
        let reason = reason
            .filter(|reason| !reason.is_empty())
            .map_or_else(String::new, |reason| format!("  ({reason})"));
        let mut text = Styled::new();
        text.push(drawn::not_yet(&format!(
            "{number}/{of} is still open: {first}{reason}"
        )));
        Self::count_miss(course, &mut text);
        screen.show(&text);
    }

    /// After some lines that did not do the step, the ways out of it are named, once.
    fn count_miss(course: &mut Course, text: &mut Styled) {
        course.misses += 1;
        if course.misses == MISSES {
            text.push(drawn::aside(
                "  `hint` helps; `reset` puts the lab back as it was before this step; `skip` does the step for you.",
            ));
        }
    }

    /// The sockets that have names, and their descriptors.
    pub(super) fn named_sockets(&self) -> Vec<(String, String, i32)> {
        let open = self.session.inventory().open();
        open.flat_map(|known| {
            let fd = known.fd.unwrap_or(-1);
            let names = known.names.iter();
            names.map(move |name| (known.process.clone(), name.clone(), fd))
        })
        .collect()
    }

    /// Whether the newest line alone does what a line of the lesson does.
    fn line_does(&self, course: &Course, line: &LabLine, whose: &str) -> bool {
        let from = course.typed.len().saturating_sub(course.newest);
        self.done_since(course, line, whose, &course.line, from)
            .is_ok()
    }

    /// Where a line of a lesson goes that names no process.
    pub(super) fn home_of(&self, text: &str, lesson: &Lesson) -> String {
        let named = parse_line(text)
            .ok()
            .and_then(|commands| commands.first()?.process.clone());
        let home = || lesson.front.hosts.first().cloned();
        // A lesson whose lines switch the prompt means the prompt.
        named
            .or_else(|| {
                let here = self.current.clone();
                (self.session.process(&here).is_some()).then_some(here)
            })
            .or_else(home)
            .unwrap_or_default()
    }

    /// Whether the student has done what a line does, and how much of what was done that is.
    fn done(&self, course: &Course, line: &LabLine, whose: &str) -> Result<Used, String> {
        self.done_since(course, line, whose, &course.step, 0)
    }

    /// The same for what was done since then, of which the commands from this one on were typed.
    fn done_since(
        &self,
        course: &Course,
        line: &LabLine,
        whose: &str,
        since: &Since,
        from: usize,
    ) -> Result<Used, String> {
        let Ok(commands) = parse_line(&line.text) else {
            return Ok(Used::default());
        };
        let names = self.session.processes().iter().flat_map(|process| {
            self.session
                .variables(&process.name)
                .into_iter()
                .map(|name| (process.name.clone(), name))
        });
        let mut sockets = self.named_sockets();
        sockets.extend(course.sockets.iter().cloned());
        let typed = &course.typed[from.min(course.typed.len())..];
        let done = Done {
            typed,
            calls: self.calls_since(None, since).collect(),
            names: names.collect(),
            sockets,
            called: &course.called,
            may_fail: line.demands.iter().any(is_about_failing),
            here: &self.current,
        };
        // A call that sleeps has been made, too; what it will give has no name yet.
        let asleep =
            self.session.processes().iter().any(|process| {
                process.name == whose && process.works().any(|(_, work)| work.blocked)
            });
        let typed_alike = typed.iter().any(|(process, typed)| {
            process == whose
                && commands
                    .iter()
                    .any(|command| same_request(command, typed, whose, &done))
        });
        match account(&commands, whose, &done) {
            Err(_) if asleep && typed_alike => Ok(Used {
                typed: typed.len(),
                calls: done.calls.len(),
                renamed: commands
                    .iter()
                    .filter_map(|command| otherwise(command, whose, &done))
                    .filter(|renamed| renamed.student != ["_"])
                    .collect(),
            }),
            accounted => accounted,
        }
    }

    pub(super) fn expectations(
        &mut self,
        course: &Course,
        line: &LabLine,
        whose: &str,
        patience: Duration,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let since = course.attempt;
        if !line.packets.items.is_empty() {
            self.wait_for_expected(patience, screen, |shell| {
                !matches!(shell.stand(&line.packets, &since), Outcome::Waiting { .. })
            });
            match self.stand(&line.packets, &since) {
                Outcome::Held => {}
                outcome => {
                    let failure = failure_of(outcome);
                    return Err(format!(
                        "expected {} ({})",
                        failure.expected, failure.reason
                    ));
                }
            }
        }
        let numbered = gives_descriptor(&line.text);
        for demand in &line.demands {
            let claim = by_effect(&demand.claim, numbered);
            let since = self.reach(whose, &claim, &since);
            let verdict = if patience.is_zero() {
                self.settled(whose, &claim, &since)
            } else {
                self.judge(whose, &claim, &since, patience, screen)
            };
            verdict.map_err(|found| format!("expected {} ({found})", demand.text))?;
        }
        self.put_down(&line.packets, &since);
        Ok(())
    }

    /// What to say when the call gave another descriptor than the lesson's, whose text names its own: the step is done all the same.
    fn other_descriptor(&mut self, course: &Course, line: &LabLine, whose: &str) -> Option<String> {
        let numbered = gives_descriptor(&line.text);
        let (expected, found) = line.demands.iter().find_map(|demand| {
            let number = match &demand.claim.expectation {
                Expectation::Equals(Expr::Int(number)) if numbered => *number,
                Expectation::Returned {
                    result,
                    errno: None,
                    ..
                } if numbered && *result >= 0 => *result,
                _ => return None,
            };
            let since = self.reach(whose, &demand.claim, &course.attempt);
            let found = self.settled(whose, &demand.claim, &since).err()?;
            Some((number, found))
        })?;
        Some(format!(
            "  the lesson's descriptor is {expected} ({found}): others are open in {whose}, so where the text says {expected}, read yours"
        ))
    }
}

/// What a student may do otherwise: descriptors have other numbers after an experiment, and arguments another spelling.
/// `numbered` says that the line makes a descriptor, whose number is not asked for either.
fn by_effect(claim: &Claim, numbered: bool) -> Claim {
    let moves_bytes = |call: &str| {
        call.starts_with("send") || call.starts_with("recv") || matches!(call, "read" | "write")
    };
    let expectation = match &claim.expectation {
        Expectation::Equals(Expr::Int(_)) if numbered => Expectation::Ok,
        Expectation::Returned {
            call,
            result,
            errno: None,
            ..
        } if numbered && *result >= 0 && call.is_empty() => Expectation::Ok,
        Expectation::Returned {
            call,
            result,
            errno: None,
            ..
        } if *result >= 0 && !call.is_empty() && !moves_bytes(call) => {
            Expectation::Called(call.clone())
        }
        Expectation::Returned {
            call,
            result,
            errno,
            ..
        } => Expectation::Returned {
            call: call.clone(),
            arguments: None,
            result: *result,
            errno: errno.clone(),
        },
        other => other.clone(),
    };
    Claim {
        process: claim.process.clone(),
        expectation,
    }
}

/// True for an expectation that a call fails, or that says nothing of how a call ends.
fn is_about_failing(demand: &Demand) -> bool {
    match &demand.claim.expectation {
        Expectation::Errno(_) | Expectation::Blocked(_) => true,
        Expectation::Returned { result, errno, .. } => *result < 0 || errno.is_some(),
        _ => false,
    }
}

/// True for an expectation that says how a call goes otherwise than well: by its errno, its result, or that it does not return.
pub(super) fn claims_failure(demand: &Demand) -> bool {
    is_about_failing(demand)
        || matches!(
            demand.claim.expectation,
            Expectation::TimedOut
                | Expectation::Returned { .. }
                | Expectation::Equals(_)
                | Expectation::Condition(_)
        )
}

/// True where a line, or the one behind it, says how its call goes.
pub(super) fn is_claimed(line: &LabLine, next: Option<&LabLine>) -> bool {
    line.demands.iter().any(claims_failure) || next.is_some_and(LabLine::is_expect)
}

/// True for a line whose last call makes a descriptor.
fn gives_descriptor(text: &str) -> bool {
    let commands = parse_line(text).unwrap_or_default();
    matches!(commands.last().map(|command| &command.action), Some(Action::Call(call))
    if matches!(
        call.verb,
        Verb::Socket
            | Verb::Accept
            | Verb::Dup
            | Verb::CreateServer
            | Verb::CreateConnection
            | Verb::Epoll
    ))
}
