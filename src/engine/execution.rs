//! One command on its way through: carry it out, give its value its names, tell it. How a call is made is `calling`.

use super::Engine;
use super::HIDDEN;
use super::memory::Held;
use super::report::{Report, Reports};
use super::repr;
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Command, Expr};
use crate::event::{RefusedEvent, ResultEvent};
use crate::sys::names::LookupError;
use crate::value::Value;
use nix::errno::Errno;

/// A value in words is cut after so many characters.
const SHOWN: usize = 1 << 16;

/// Why a command ends before its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It cannot be carried out, for this reason, which is still to be reported.
    Refused(String),
    /// The calls were made and nothing came of them, though none failed: this is still to be reported.
    Fruitless(String),
    /// A call failed, which has been reported.
    Failed,
}

impl Stop {
    /// Refused, for this reason.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }
}

impl From<Errno> for Stop {
    fn from(_: Errno) -> Self {
        Self::Failed
    }
}

impl From<LookupError> for Stop {
    fn from(_: LookupError) -> Self {
        Self::Failed
    }
}

/// What a step of a command gives.
pub(super) type Outcome<T = Value> = Result<T, Stop>;

/// A command while it runs.
pub(super) struct Execution<'a> {
    pub(super) engine: &'a Engine,
    /// The name of the process that makes its calls: the engine's, but in a child that it forked.
    pub(super) process: String,
    pub(super) number: u64,
    pub(super) job: u32,
    /// The thread within the job, as in `CallEvent`.
    pub(super) thread: u32,
    /// The model of the server whose calls it makes; empty for any other command.
    pub(super) serving: &'static str,
    pub(super) reports: &'a dyn Reports,
    /// Return value and data of the last call, to tell whether the command's value says more.
    pub(super) last_call: Option<(i64, Option<Vec<u8>>)>,
    /// Descriptors that its calls made, all of them seen in their lines.
    pub(super) made: Vec<i32>,
    /// It was given text where Python takes bytes alone.
    pub(super) given_text: bool,
}

impl<'a> Execution<'a> {
    pub(super) fn new(engine: &'a Engine, number: u64, job: u32, reports: &'a dyn Reports) -> Self {
        Self {
            engine,
            process: engine.process.clone(),
            number,
            job,
            thread: 0,
            serving: "",
            reports,
            last_call: None,
            made: Vec::new(),
            given_text: false,
        }
    }

    /// The same command as another thread of the process carries it on.
    pub(super) fn on_thread(&self, thread: u32) -> Self {
        Self {
            thread,
            serving: self.serving,
            ..Self::new(self.engine, self.number, self.job, self.reports)
        }
    }

    /// The same command as a forked child carries it on, which reports elsewhere.
    pub(super) fn in_child<'b>(&self, process: String, reports: &'b dyn Reports) -> Execution<'b>
    where
        'a: 'b,
    {
        Execution {
            process,
            serving: self.serving,
            ..Execution::new(self.engine, self.number, 0, reports)
        }
    }

    /// Runs the command and gives its value the names it is to have.
    pub(super) fn command(&mut self, command: &Command) -> Outcome<()> {
        let (value, typed) = match &command.action {
            Action::Call(call) => (self.perform(call)?, false),
            Action::Evaluate(expr) => (self.evaluate(expr)?, true),
            Action::Repeat(..) | Action::Switch => {
                return Err(Stop::because(
                    "this is for the session, not for a process: `repeat` is unrolled and a prompt is switched before a process is asked",
                ));
            }
        };
        if let [only] = &command.targets[..]
            && only == HIDDEN
        {
            self.tell_result(value, Vec::new(), false);
            return Ok(());
        }
        // None is the answer to a question (`gettimeout s`, `x`); of all other calls it only means that there is nothing to say.
        let answers = match &command.action {
            Action::Call(call) => call.verb == Verb::Gettimeout,
            Action::Evaluate(expr) => !matches!(expr, Expr::Call(_)),
            Action::Repeat(..) | Action::Switch => false,
        };
        let assigned = unpack(&command.targets, &value)?;
        self.engine.memory.with(|contents| {
            for (name, value) in &assigned {
                contents.assign(name.clone(), value.clone());
            }
            if value != Value::None || answers {
                contents.set_last(value.clone());
            }
        });
        if value == Value::None && assigned.is_empty() && !answers {
            return Ok(());
        }
        // A poll object or a file is nothing to look at once it has a name; what a server came to is told in words.
        let serves = matches!(&command.action, Action::Call(call) if call.verb == Verb::Serve);
        let opaque = matches!(value, Value::Poller(_) | Value::File(_));
        let show = if typed || opaque || value == Value::None {
            assigned.is_empty()
        } else {
            !serves && self.says_more(&value)
        };
        self.tell_result(value, assigned, show);
        Ok(())
    }

    /// Closes what nothing refers to any more, and says so.
    pub(super) fn close_orphans(&mut self) {
        // Closing one may let go of others: a file of its socket, an epoll instance of those it watches.
        loop {
            let number = self.number;
            let orphans = self.engine.memory.with(|contents| contents.orphans(number));
            if orphans.is_empty() {
                return;
            }
            for held in orphans {
                match held {
                    // What could not be written is lost, as it is where CPython collects a file.
                    Held::File(number) => drop(self.close_stream(number)),
                    Held::Poller(number) => self.engine.memory.with(|contents| {
                        for entry in contents.pollers.remove(&number).unwrap_or_default() {
                            contents.loosen(entry.fd);
                        }
                    }),
                    Held::Descriptor(fd) => {
                        self.note(format!("fd {fd} had no name left: closed, as CPython does"));
                        // A close that fails has closed the descriptor all the same (close(2)).
                        let _ = self.call_close(fd);
                    }
                }
            }
        }
    }

    fn tell_result(&self, value: Value, assigned: Vec<(String, Value)>, show: bool) {
        let mut shown = self.repr(&value);
        if let Some((cut, _)) = shown.char_indices().nth(SHOWN) {
            shown.truncate(cut);
            shown.push('…');
        }
        self.reports.send(Report::Result(ResultEvent {
            process: self.engine.process.clone(),
            command: self.number,
            value,
            shown,
            assigned,
            show,
        }));
    }

    /// Says something that no call says.
    pub(super) fn note(&self, text: String) {
        self.reports.send(Report::Note(text));
    }

    /// Says that the command cannot be carried out, or that nothing came of it.
    pub(super) fn refuse(&self, reason: String, fruitless: bool) {
        self.reports.send(Report::Refused(RefusedEvent {
            process: self.process.clone(),
            job: self.job,
            reason,
            fruitless,
        }));
    }

    /// Python's `repr` of a value, with the names of its sockets.
    pub(super) fn repr(&self, value: &Value) -> String {
        repr::repr(value, &|fd| self.name_of(fd))
    }

    /// Python's `str` of a value.
    pub(super) fn str(&self, value: &Value) -> String {
        repr::str(value, &|fd| self.name_of(fd))
    }

    /// The variable that holds a descriptor, the first by name when there are several.
    fn name_of(&self, fd: i32) -> Option<String> {
        self.engine.memory.with(|contents| {
            contents
                .variables
                .iter()
                .filter(|(_, value)| matches!(value, Value::Socket(held) | Value::Epoll(held) if *held == fd))
                .map(|(name, _)| name.clone())
                .min()
        })
    }

    /// False when the line of the last call says it all.
    fn says_more(&self, value: &Value) -> bool {
        let Some((result, data)) = &self.last_call else {
            return true;
        };
        match value {
            Value::Int(number) | Value::Constant { value: number, .. } => number != result,
            Value::Socket(fd) | Value::Epoll(fd) => !self.made.contains(fd),
            Value::Bytes(bytes) => data.as_deref().is_none_or(|data| data != bytes),
            _ => true,
        }
    }
}

/// Each name with its value: one name takes the whole, several take a part each.
fn unpack(targets: &[String], value: &Value) -> Outcome<Vec<(String, Value)>> {
    let [_, _, ..] = targets else {
        return Ok(targets
            .iter()
            .map(|name| (name.clone(), value.clone()))
            .collect());
    };
    let Some(parts) = super::operator::parts(value) else {
        return Err(Stop::because(format!(
            "{} cannot be unpacked into {} names: it is one value",
            super::operator::describe(value),
            targets.len()
        )));
    };
    if parts.len() != targets.len() {
        return Err(Stop::because(format!(
            "{} names on the left, {} values on the right",
            targets.len(),
            parts.len()
        )));
    }
    Ok(targets.iter().cloned().zip(parts).collect())
}
