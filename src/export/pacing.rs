//! Where a program has to leave time for another: processes that run side by side wait for each other only where the kernel makes
//! them wait, and in the session more than that was in order.

use super::script::{End, Line, PATIENCE_S, PAUSE_NS, Script, Step, serves, slept_ns, the_call};
use crate::catalog::verb::Verb;
use crate::command::ast::Action;

/// What an act means to other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Nothing.
    Local,
    /// It waits for them.
    Accepts,
    /// It waits for bytes of theirs.
    Receives,
    /// They may get bytes.
    Sends,
    /// A socket gets an address, or calls another.
    Opens,
    /// A socket ends.
    Ends,
    /// What it finds depends on the moment.
    Looks,
    /// It waits for what never came.
    Lingers,
}

/// Something a process did.
#[derive(Clone, Debug)]
struct Act {
    script: usize,
    class: Class,
    words: String,
    /// The descriptor it is about.
    fd: Option<i32>,
    /// It is a block of several.
    many: bool,
    start_ns: i64,
    end_ns: i64,
    /// How long it took by itself: a sleep, or looking for what did not come.
    busy_ns: u64,
}

/// Puts pauses before the steps that depend on what others did before, and do not wait for it.
pub(super) fn pace(scripts: &mut [Script<'_>]) {
    if scripts.len() < 2 {
        return;
    }
    let acts: Vec<Act> = scripts
        .iter()
        .enumerate()
        .flat_map(|(at, script)| script.lines.iter().filter_map(move |line| act(at, line)))
        .collect();
    let mut pauses = Vec::new();
    let mut known = Vec::new();
    for (at, script) in scripts.iter_mut().enumerate() {
        let mut pacer = Pacer::of(at, &acts);
        let lines = std::mem::take(&mut script.lines);
        for line in lines {
            if let Some(act) = act(at, &line)
                && let Some(words) = pacer.before(&act)
            {
                if !matches!(script.lines.last(), Some(Line::Break)) {
                    script.lines.push(Line::Break);
                }
                script.lines.push(Line::Pause(1, words));
                pauses.push((at, act.start_ns));
            }
            script.lines.push(line);
        }
        known.push(pacer.known_ns);
    }
    let ends: Vec<Option<Line<'_>>> = known
        .iter()
        .enumerate()
        .map(|(at, known_ns)| before_the_end(at, (*known_ns)?, scripts, &acts, &pauses))
        .collect();
    for (script, end) in scripts.iter_mut().zip(ends) {
        script.lines.extend(end);
    }
}

/// In the session a process lived on after the last it did, and its sockets with it: where others still sent to them or looked at
/// them, the program waits for that before it ends.
fn before_the_end<'a>(
    at: usize,
    known_ns: i64,
    scripts: &[Script<'_>],
    acts: &[Act],
    pauses: &[(usize, i64)],
) -> Option<Line<'a>> {
    let closed = |act: &Act| act.class == Class::Ends;
    if acts
        .iter()
        .rfind(|act| act.script == at)
        .is_some_and(closed)
    {
        return None;
    }
    let waits = scripts.iter().enumerate().filter_map(|(other, script)| {
        let meets = scripts.len() == 2 || serves(&scripts[at]) || !serves(script);
        let last = acts.iter().rfind(|act| {
            act.script == other
                && other != at
                && act.end_ns > known_ns
                && match act.class {
                    Class::Looks | Class::Lingers => true,
                    Class::Sends | Class::Opens => meets,
                    _ => false,
                }
        })?;
        let its = |script: usize, time: i64| script == other && time > known_ns;
        let paused = pauses.iter().filter(|(script, time)| its(*script, *time));
        let busy = acts.iter().filter(|act| its(act.script, act.end_ns));
        let busy_ns: u64 = busy.map(|act| act.busy_ns).sum();
        let count = paused.count() as u64 + 1 + busy_ns.div_ceil(PAUSE_NS);
        Some((count, last.words.clone()))
    });
    let (count, words) = waits.max_by_key(|(count, _)| *count)?;
    Some(Line::Pause(count, words))
}

/// One process on its way through its acts.
struct Pacer<'a> {
    acts: &'a [Act],
    script: usize,
    /// What others did up to here is known to have happened; none before the first act.
    known_ns: Option<i64>,
    /// It has sent something since.
    sent: bool,
}

impl<'a> Pacer<'a> {
    fn of(script: usize, acts: &'a [Act]) -> Self {
        Self {
            acts,
            script,
            known_ns: None,
            sent: false,
        }
    }

    /// What another process has to do first, in words.
    fn before(&mut self, act: &Act) -> Option<String> {
        let known_ns = *self.known_ns.get_or_insert(act.start_ns);
        let mut open = self.acts.iter().filter(|other| {
            other.script != self.script
                && !matches!(other.class, Class::Local | Class::Lingers)
                && other.end_ns > known_ns
                && other.end_ns <= act.start_ns
        });
        let awaited = match act.class {
            Class::Local | Class::Lingers => return None,
            // Bytes of two sends that came before are received at once, or one after the other.
            Class::Receives => {
                let sends: Vec<&Act> = open.filter(|other| other.class == Class::Sends).collect();
                let after_another = |(at, send): (usize, &&Act)| {
                    let before = &sends[..at];
                    send.many
                        || before
                            .iter()
                            .any(|other| (other.script, other.fd) == (send.script, send.fd))
                };
                let found = sends.iter().enumerate().find(|each| after_another(*each));
                found.map(|(_, send)| *send)
            }
            Class::Accepts => None,
            Class::Looks => open.next_back(),
            class => {
                let mut found = None;
                for other in open.by_ref() {
                    if self.conflict(class, other) {
                        found = Some(other);
                    }
                }
                found
            }
        };
        let words = awaited.map(|other| other.words.clone());
        if words.is_some() {
            self.known_ns = Some(act.start_ns);
            self.sent = false;
        }
        if matches!(act.class, Class::Receives | Class::Accepts) {
            // What it waited for, and with it what that process did before, has happened.
            let from = self.known_ns.unwrap_or(known_ns);
            let cause = self.acts.iter().find(|other| {
                other.script != self.script
                    && matches!(other.class, Class::Sends | Class::Opens | Class::Ends)
                    && other.end_ns > from
                    && other.start_ns <= act.end_ns
            });
            self.known_ns = cause.map_or(self.known_ns, |cause| Some(cause.end_ns.max(from)));
            self.sent = false;
        }
        self.sent |= act.class == Class::Sends;
        words
    }

    /// True when the two may not change places.
    fn conflict(&self, class: Class, other: &Act) -> bool {
        match (class, other.class) {
            // What was sent before is received by itself, not with what is sent now.
            (Class::Sends, Class::Receives) => self.sent,
            (Class::Sends | Class::Opens, Class::Ends)
            | (Class::Ends, Class::Sends | Class::Opens)
            | (_, Class::Looks) => true,
            // Those that are started before this one have done so.
            (Class::Sends | Class::Opens, Class::Opens) => other.script > self.script,
            _ => false,
        }
    }
}

fn act(script: usize, line: &Line<'_>) -> Option<Act> {
    match line {
        Line::Step(step) => Some(Act {
            script,
            class: class(step),
            words: step.command.text.clone(),
            fd: step.calls.last().and_then(|call| call.fd),
            many: false,
            start_ns: step.start_ns,
            end_ns: step.end_ns,
            busy_ns: busy_ns(step),
        }),
        Line::Repeat(rounds, body) => {
            let inner: Vec<Act> = body.iter().filter_map(|line| act(script, line)).collect();
            let first = inner.iter().find(|act| act.class != Class::Local)?;
            Some(Act {
                many: true,
                end_ns: inner.iter().map(|act| act.end_ns).max()?,
                busy_ns: inner.iter().map(|act| act.busy_ns).sum::<u64>() * rounds,
                ..first.clone()
            })
        }
        _ => None,
    }
}

fn busy_ns(step: &Step<'_>) -> u64 {
    match (&step.command.action, class(step)) {
        (Action::Call(call), _) if call.verb == Verb::Sleep => slept_ns(call).unwrap_or(0),
        (_, Class::Lingers) => PATIENCE_S * 1_000_000_000,
        (_, Class::Looks) => u64::try_from(step.end_ns - step.start_ns).unwrap_or(0),
        _ => 0,
    }
}

fn class(step: &Step<'_>) -> Class {
    let Some(call) = the_call(&step.command.action) else {
        return Class::Local;
    };
    let waits = |class| {
        let at_once = call
            .args
            .iter()
            .flatten()
            .any(|arg| format!("{arg:?}").contains("MSG_DONTWAIT"));
        if step.end == End::Well && !at_once {
            class
        } else if step.end == End::Unreturned {
            Class::Lingers
        } else {
            Class::Looks
        }
    };
    match call.verb {
        Verb::Accept => waits(Class::Accepts),
        Verb::Poll | Verb::Select | Verb::EpollWait => {
            let found = step
                .calls
                .last()
                .is_some_and(|call| call.result > 0 && call.name != "select");
            if found { Class::Accepts } else { Class::Looks }
        }
        Verb::Recv
        | Verb::Recvfrom
        | Verb::Recvmsg
        | Verb::RecvFds
        | Verb::RecvInto
        | Verb::RecvfromInto
        | Verb::Read
        | Verb::Readline => waits(Class::Receives),
        Verb::Send
        | Verb::Sendall
        | Verb::Sendto
        | Verb::Sendmsg
        | Verb::SendFds
        | Verb::Sendfile
        | Verb::Write
        | Verb::Flush => Class::Sends,
        Verb::Bind
        | Verb::Listen
        | Verb::Connect
        | Verb::ConnectEx
        | Verb::CreateServer
        | Verb::CreateConnection => Class::Opens,
        Verb::Close | Verb::Shutdown | Verb::Kill => Class::Ends,
        Verb::Getsockopt if step.command.text.contains("SO_ERROR") => Class::Looks,
        Verb::Ioctl => Class::Looks,
        _ => Class::Local,
    }
}
