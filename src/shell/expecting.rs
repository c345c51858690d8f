//! `expect`: what a script says must hold, judged against what the kernel did.

use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::{Call, Expr, Operator};
use crate::command::expectation::{Expectation, parse_expectation};
use crate::command::filter::Filter;
use crate::event::{CallEvent, Event, ExpectEvent};
use crate::value::Value;
use std::time::Duration;

/// How long an expectation waits for what may still be on its way, when no deadline is set.
const PATIENCE: Duration = Duration::from_secs(5);

impl Shell {
    pub(super) fn expect(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let expectation = match parse_expectation(&text) {
            Ok(expectation) => expectation,
            Err(diagnostic) => {
                self.tally.wrong_lines += 1;
                return self.show_diagnostic(&text, &diagnostic, screen);
            }
        };
        let verdict = self.judge(process, &expectation, screen);
        let (held, found) = match verdict {
            Ok(()) => (true, String::new()),
            Err(found) => (false, format!(": {found}")),
        };
        if held {
            self.tally.held += 1;
        } else {
            self.tally.failed += 1;
        }
        let text = format!("{}{found}", text.trim());
        self.session.tell(Event::Expect(ExpectEvent {
            line: self.line_number,
            held,
            text,
        }));
    }

    /// Judges an expectation: an error says what was found in its place.
    fn judge(
        &mut self,
        process: &str,
        expectation: &Expectation,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let patience = self.manner.deadline.unwrap_or(PATIENCE);
        match expectation {
            Expectation::Ok => match self.telling_call(process) {
                Some(CallEvent {
                    errno: Some(errno),
                    name,
                    ..
                }) => Err(format!("{name} failed with {errno}")),
                Some(_) => Ok(()),
                None => Err(format!("{process} has made no call")),
            },
            Expectation::Errno(wanted) => match self.telling_call(process) {
                Some(CallEvent {
                    errno: Some(errno), ..
                }) if errno == wanted => Ok(()),
                Some(CallEvent {
                    errno: Some(errno),
                    name,
                    ..
                }) => Err(format!("{name} failed with {errno}")),
                Some(CallEvent { name, result, .. }) => {
                    Err(format!("{name} did not fail; it returned {result}"))
                }
                None => Err(format!("{process} has made no call")),
            },
            Expectation::Equals(expr) => {
                let wanted = Expr::Binary(
                    Operator::Equal,
                    Box::new(Expr::Last),
                    Box::new(expr.clone()),
                );
                let last = self.session.latest(process).map_or_else(
                    || "there is no result".to_owned(),
                    |result| format!("it is {}", result.shown),
                );
                self.condition(process, wanted, last, screen)
            }
            Expectation::Condition(expr) => {
                self.condition(process, expr.clone(), "it is not so".to_owned(), screen)
            }
            Expectation::State { socket, state } => {
                let wanted = state.to_uppercase().replace('_', "-");
                let state_now = |shell: &Self| shell.state_of(process, socket);
                let held = self.wait_refreshing(patience, screen, |shell| {
                    state_now(shell).is_some_and(|now| same_state(now, &wanted))
                });
                if held {
                    Ok(())
                } else {
                    Err(state_now(self).map_or_else(
                        || format!("{socket} is no socket here"),
                        |now| format!("{socket} is in {now}"),
                    ))
                }
            }
            Expectation::Packet { count, filter } => {
                let filter = Filter::parse(filter)
                    .map_err(|error| format!("the filter is wrong: {}", error.message))?;
                let from = self.watermark;
                let found = |shell: &Self| {
                    shell
                        .session
                        .log()
                        .packets()
                        .rev()
                        .take_while(|packet| packet.number >= from)
                        .filter(|packet| filter.matches(packet))
                        .count()
                };
                let enough = |number: usize| match count {
                    None => number > 0,
                    Some(wanted) => number as u64 == *wanted,
                };
                // What must not come is judged now; what must come may still be on its way.
                let held = if *count == Some(0) {
                    enough(found(self))
                } else {
                    self.wait_for(patience, screen, |shell| enough(found(shell)))
                };
                let number = found(self);
                if held {
                    Ok(())
                } else {
                    Err(format!(
                        "{number} of the packets since the last command match"
                    ))
                }
            }
            Expectation::Blocked(name) => {
                let asleep = |shell: &Self| {
                    shell
                        .session
                        .process(name)
                        .is_some_and(|process| process.works().any(|(_, work)| work.blocked))
                };
                if self.wait_for(patience, screen, asleep) {
                    Ok(())
                } else {
                    Err(format!("{name} is not blocked"))
                }
            }
            Expectation::Output(text) => {
                let held = self.wait_for(patience, screen, |shell| {
                    shell.teller.output.contains(text.as_str())
                });
                if held {
                    Ok(())
                } else {
                    Err("no output has it".to_owned())
                }
            }
        }
    }

    /// The call that says how the last command went: its last one, but for the close with which `create_connection` and its
    /// kind tidy up after a failure.
    fn telling_call(&self, process: &str) -> Option<&CallEvent> {
        let mut own = self
            .session
            .log()
            .calls()
            .rev()
            .filter(|call| call.process == process);
        let last = own.next()?;
        if last.name != "close" {
            return Some(last);
        }
        let before = own
            .take_while(|call| (call.command, call.job) == (last.command, last.job))
            .find(|call| call.name != "close");
        Some(before.filter(|call| call.errno.is_some()).unwrap_or(last))
    }

    /// Has the process evaluate a condition, without showing it and without touching `_`.
    fn condition(
        &mut self,
        process: &str,
        expr: Expr,
        otherwise: String,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        if !self.wait_until_free(process, screen) {
            return Err(format!("{process} is blocked and cannot evaluate it"));
        }
        match self.session.evaluate(process, expr)? {
            Some(value) if is_true(&value) => Ok(()),
            _ => Err(otherwise),
        }
    }

    fn state_of(&self, process: &str, socket: &str) -> Option<&'static str> {
        let inventory = self.session.inventory();
        let elsewhere = || {
            socket
                .split_once('.')
                .and_then(|(process, name)| inventory.by_name(process, name))
        };
        inventory
            .by_name(process, socket)
            .or_else(elsewhere)
            .map(crate::session::inventory::Known::state)
    }

    /// Like `wait_for`, asking the kernel for the states again each time.
    fn wait_refreshing(
        &mut self,
        patience: Duration,
        screen: &mut dyn Screen,
        holds: impl Fn(&Self) -> bool,
    ) -> bool {
        const STEP: Duration = Duration::from_millis(20);
        let mut left = patience;
        loop {
            self.session.refresh();
            if holds(self) {
                return true;
            }
            if left.is_zero() {
                return false;
            }
            let step = STEP.min(left);
            left -= step;
            if self.wait_for(step, screen, &holds) {
                return true;
            }
        }
    }
}

fn same_state(now: &str, wanted: &str) -> bool {
    // Linux writes SYN-RECV, FIN-WAIT1 and CLOSE where RFC 9293 writes the names this program shows.
    let rfc = match wanted {
        "SYN-RECV" => "SYN-RECEIVED",
        "FIN-WAIT1" => "FIN-WAIT-1",
        "FIN-WAIT2" => "FIN-WAIT-2",
        "CLOSE" => "CLOSED",
        other => other,
    };
    now == rfc
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
