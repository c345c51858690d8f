//! What each process did, command by command as it was typed, with what came of it: what the programs are written from.
//! Which language a program is in is not known here.

use super::Material;
use super::transcript::{Entry, Typed};
use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::{Action, Call, Command, Expr};
use crate::event::{CallEvent, ResultEvent};
use std::collections::HashMap;

/// One process's part of the session: a program.
#[derive(Debug)]
pub(super) struct Script<'a> {
    /// The process; a later one of the same name has a number behind it.
    pub(super) name: String,
    /// Its lines.
    pub(super) lines: Vec<Line<'a>>,
}

/// A line of a program, in no language yet.
#[derive(Debug)]
pub(super) enum Line<'a> {
    /// A comment that was typed.
    Comment(&'a str),
    /// Other processes acted here: a new paragraph.
    Break,
    /// Time for another program, so many times [`PAUSE_NS`]: what it does first, in words.
    Pause(u64, String),
    /// A command.
    Step(Box<Step<'a>>),
    /// `repeat`: the rounds, and what is in it.
    Repeat(u64, Vec<Line<'a>>),
}

/// A command with what came of it.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) command: &'a Command,
    /// The comment typed behind it.
    pub(super) comment: &'a str,
    /// Its calls, in a `repeat` those of all rounds.
    pub(super) calls: Vec<&'a CallEvent>,
    /// Its value, in a `repeat` that of the first round.
    pub(super) result: Option<&'a ResultEvent>,
    pub(super) end: End,
    /// The background job that carried it out; 0 is none.
    pub(super) job: u32,
    /// When it began and ended: nanoseconds since the epoch.
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
}

/// How long a program leaves another for one thing it does: nanoseconds.
pub(super) const PAUSE_NS: u64 = 500_000_000;

/// How long a program waits for what never came in the session: seconds.
pub(super) const PATIENCE_S: u64 = 3;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Well,
    /// With this errno.
    Failed(String),
    /// The time set by `settimeout` was over.
    TimedOut,
    /// It still waited when the session was saved, or was interrupted.
    Unreturned,
    /// It was refused: nothing was done.
    Refused,
}

impl Step<'_> {
    /// The name of the call that it makes, in what is printed when that fails.
    pub(super) fn call_name(&self) -> &str {
        let inner = the_call(&self.command.action);
        inner.map_or("", |call| call.verb.entry().name)
    }

    /// The verb, unless it is an expression.
    pub(super) fn verb(&self) -> Option<Verb> {
        match &self.command.action {
            Action::Call(call) => Some(call.verb),
            _ => None,
        }
    }
}

/// How long a `sleep` sleeps, where its time was written out: nanoseconds.
pub(super) fn slept_ns(call: &Call) -> Option<u64> {
    match call.args.first()?.as_ref()? {
        Expr::Duration(time) => Some(*time),
        Expr::Int(seconds) => u64::try_from(*seconds).ok()?.checked_mul(1_000_000_000),
        Expr::Float(seconds) => Some((seconds * 1e9) as u64),
        _ => None,
    }
}

/// The call that a command makes: itself, or the first in what it prints or calculates.
pub(super) fn the_call(action: &Action) -> Option<&Call> {
    match action {
        Action::Call(call) if call.verb == Verb::Print => call
            .args
            .iter()
            .flatten()
            .find_map(inner_call)
            .or(Some(call)),
        Action::Call(call) => Some(call),
        Action::Evaluate(value) => inner_call(value),
        _ => None,
    }
}

fn inner_call(value: &Expr) -> Option<&Call> {
    match value {
        Expr::Call(call) => Some(call),
        Expr::List(items) | Expr::Tuple(items) | Expr::Function(_, items) => {
            items.iter().find_map(inner_call)
        }
        Expr::Binary(_, one, other) | Expr::Index(one, other) => {
            inner_call(one).or_else(|| inner_call(other))
        }
        Expr::Negative(inner)
        | Expr::Not(inner)
        | Expr::Slice(inner, ..)
        | Expr::Attribute(inner, _) => inner_call(inner),
        _ => None,
    }
}

/// The verbs of the session that mean something in a program.
const KEPT: &[Verb] = &[Verb::Sleep, Verb::Wait];

/// Those that change what the lab does; a program can only name them.
pub(super) const LEFT_OUT: &[Verb] = &[
    Verb::Run,
    Verb::Step,
    Verb::Go,
    Verb::Wire,
    Verb::Sysctl,
    Verb::Cancel,
];

/// The programs of a session, in the order in which they are to be started.
pub(super) fn scripts<'a>(material: &'a Material<'_>) -> Vec<Script<'a>> {
    let mut builder = Builder::new(material);
    for entry in material.transcript.entries() {
        builder.entry(entry);
    }
    let mut scripts = builder.scripts;
    scripts.retain(|script| script.lines.iter().any(is_act));
    for script in &mut scripts {
        while matches!(script.lines.last(), Some(Line::Break)) {
            script.lines.pop();
        }
    }
    // Who waits for others is started before them.
    scripts.sort_by_key(|script| !serves(script));
    scripts
}

fn is_act(line: &Line<'_>) -> bool {
    match line {
        Line::Step(step) => step.verb().is_none_or(|verb| verb != Verb::Wait),
        Line::Repeat(_, body) => body.iter().any(is_act),
        _ => false,
    }
}

/// True for a process that gives a socket an address before it calls another.
pub(super) fn serves(script: &Script<'_>) -> bool {
    let first = script.lines.iter().find_map(|line| match line {
        Line::Step(step) if step.end == End::Well => step.verb().filter(|verb| {
            matches!(
                verb,
                Verb::Bind
                    | Verb::Listen
                    | Verb::CreateServer
                    | Verb::Connect
                    | Verb::ConnectEx
                    | Verb::CreateConnection
                    | Verb::Sendto
            )
        }),
        _ => None,
    });
    matches!(first, Some(Verb::Bind | Verb::Listen | Verb::CreateServer))
}

struct Builder<'a> {
    calls: HashMap<u64, Vec<&'a CallEvent>>,
    results: HashMap<u64, &'a ResultEvent>,
    scripts: Vec<Script<'a>>,
    /// Which of them a living process writes.
    alive: HashMap<String, usize>,
    /// The last process that acted.
    last: String,
    /// Comments that wait for the line below them.
    comments: Vec<&'a str>,
}

impl<'a> Builder<'a> {
    fn new(material: &'a Material<'_>) -> Self {
        let mut calls: HashMap<u64, Vec<&CallEvent>> = HashMap::new();
        for call in material.calls.iter().filter(|call| call.thread == 0) {
            calls.entry(call.command).or_default().push(call);
        }
        Self {
            results: material
                .results
                .iter()
                .map(|result| (result.command, *result))
                .collect(),
            calls,
            scripts: Vec::new(),
            alive: HashMap::new(),
            last: String::new(),
            comments: Vec::new(),
        }
    }

    fn entry(&mut self, entry: &'a Entry) {
        if let Entry::Command(typed) = entry
            && let Action::Call(call) = &typed.command.action
            && call.verb == Verb::Kill
        {
            let killed = call.args.first().and_then(Option::as_ref);
            return self.kill(typed, killed.and_then(word));
        }
        let (process, line) = match entry {
            Entry::Comment { text, .. } => return self.comments.push(text),
            Entry::Command(typed) => (&typed.process, self.line(typed)),
            Entry::Repeat {
                process,
                rounds,
                body,
            } => {
                let body = body.iter().filter_map(|inner| self.inner(inner)).collect();
                (process, Some(Line::Repeat(*rounds, body)))
            }
        };
        let Some(line) = line else { return };
        let others = *process != self.last;
        // A comment is about the line below it, at whatever prompt that is.
        let comments = std::mem::take(&mut self.comments);
        self.last.clone_from(process);
        let script = self.script(process);
        if (others || !comments.is_empty()) && !script.lines.is_empty() {
            script.lines.push(Line::Break);
        }
        script.lines.extend(comments.into_iter().map(Line::Comment));
        script.lines.push(line);
    }

    fn inner(&self, entry: &'a Entry) -> Option<Line<'a>> {
        match entry {
            Entry::Comment { text, .. } => Some(Line::Comment(text)),
            Entry::Command(typed) => self.line(typed),
            Entry::Repeat { rounds, body, .. } => Some(Line::Repeat(
                *rounds,
                body.iter().filter_map(|inner| self.inner(inner)).collect(),
            )),
        }
    }

    /// The program that a process writes now.
    fn script(&mut self, process: &str) -> &mut Script<'a> {
        let known = self.alive.get(process).copied();
        let at = known.unwrap_or_else(|| {
            let taken = |name: &str| self.scripts.iter().any(|script| script.name == name);
            let name = (1..=u32::MAX)
                .map(|count| match count {
                    1 => process.to_owned(),
                    _ => format!("{process}{count}"),
                })
                .find(|name| !taken(name));
            self.scripts.push(Script {
                name: name.unwrap_or_default(),
                lines: Vec::new(),
            });
            self.alive
                .insert(process.to_owned(), self.scripts.len() - 1);
            self.scripts.len() - 1
        });
        &mut self.scripts[at]
    }

    /// The killed process's program is complete; one made anew under its name gets another.
    fn kill(&mut self, typed: &'a Typed, killed: Option<&str>) {
        let Some(at) = killed.and_then(|killed| self.alive.remove(killed)) else {
            return;
        };
        self.scripts[at].lines.push(Line::Step(Box::new(Step {
            command: &typed.command,
            comment: &typed.comment,
            calls: Vec::new(),
            result: None,
            end: End::Well,
            job: 0,
            start_ns: typed.at_ns,
            end_ns: typed.at_ns,
        })));
        self.last.clear();
    }

    fn line(&self, typed: &'a Typed) -> Option<Line<'a>> {
        if let Action::Call(call) = &typed.command.action
            && call.verb.entry().answered_by == AnsweredBy::Session
            && !KEPT.contains(&call.verb)
            && !LEFT_OUT.contains(&call.verb)
        {
            return None;
        }
        if matches!(&typed.command.action, Action::Call(call) if call.verb == Verb::Options)
            || matches!(typed.command.action, Action::Switch | Action::Repeat(..))
        {
            return None;
        }
        Some(Line::Step(Box::new(self.step(typed))))
    }

    fn step(&self, typed: &'a Typed) -> Step<'a> {
        let calls: Vec<&CallEvent> = typed
            .numbers
            .iter()
            .filter_map(|number| self.calls.get(number))
            .flatten()
            .copied()
            .collect();
        let result = typed
            .numbers
            .first()
            .and_then(|number| self.results.get(number))
            .copied();
        let end = typed
            .numbers
            .iter()
            .map(|number| self.end(*number, &typed.command))
            .find(|end| *end != End::Well);
        Step {
            command: &typed.command,
            comment: &typed.comment,
            result,
            end: end.unwrap_or(End::Well),
            job: calls.first().map_or(0, |call| call.job),
            start_ns: calls.first().map_or(typed.at_ns, |call| call.start_ns),
            end_ns: calls.last().map_or(typed.at_ns, |call| call.end_ns),
            calls,
        }
    }

    fn end(&self, number: u64, command: &Command) -> End {
        if self.results.contains_key(&number) {
            return End::Well;
        }
        let last = self.calls.get(&number).and_then(|calls| calls.last());
        match (the_call(&command.action), last) {
            (_, Some(call)) => match &call.errno {
                Some(errno) if errno == "EINTR" => End::Unreturned,
                Some(errno) => End::Failed(errno.clone()),
                // A call with a time is a poll(2) and the call; the poll alone found nothing.
                None if is_timed(command) && call.name == "poll" => End::TimedOut,
                None => End::Well,
            },
            // A call is told when it returns.
            (Some(call), None) if waits(call.verb) => End::Unreturned,
            (Some(call), None) if needs_a_call(call.verb) => End::Refused,
            _ if matches!(command.action, Action::Evaluate(_)) => End::Refused,
            _ => End::Well,
        }
    }
}

/// True for what waits with the time that `settimeout` set.
fn is_timed(command: &Command) -> bool {
    the_call(&command.action)
        .is_some_and(|call| !matches!(call.verb, Verb::Poll | Verb::Select | Verb::EpollWait))
}

/// True for a verb that may wait for others.
fn waits(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Accept
            | Verb::Recv
            | Verb::Recvfrom
            | Verb::Recvmsg
            | Verb::RecvFds
            | Verb::Connect
            | Verb::Send
            | Verb::Sendto
            | Verb::Select
            | Verb::EpollWait
    )
}

/// True for a verb that makes a system call whenever it does anything.
fn needs_a_call(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Socket
            | Verb::Socketpair
            | Verb::Bind
            | Verb::Listen
            | Verb::Accept
            | Verb::Connect
            | Verb::Send
            | Verb::Sendto
            | Verb::Sendmsg
            | Verb::SendFds
            | Verb::Recv
            | Verb::Recvfrom
            | Verb::Recvmsg
            | Verb::RecvFds
            | Verb::Shutdown
            | Verb::Dup
            | Verb::Setsockopt
            | Verb::Getsockopt
            | Verb::Select
            | Verb::Epoll
            | Verb::EpollCtl
            | Verb::EpollWait
            | Verb::CreateServer
            | Verb::CreateConnection
    )
}

/// The word of an argument that takes one.
pub(super) fn word(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Str(text) | Expr::Name(text) => Some(text),
        _ => None,
    }
}
