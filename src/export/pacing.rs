//! Where a program has to leave time for another: processes that run side by side wait for each other only where the kernel makes
//! them wait, and in the session more than that was in order.

use super::script::{End, Line, Script, Step};
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
}

/// Something a process did.
#[derive(Clone, Debug)]
struct Act {
    script: usize,
    class: Class,
    words: String,
    /// It is a block of several.
    many: bool,
    start_ns: i64,
    end_ns: i64,
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
                script.lines.push(Line::Pause(words));
            }
            script.lines.push(line);
        }
    }
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
                && other.class != Class::Local
                && other.end_ns > known_ns
                && other.end_ns <= act.start_ns
        });
        let awaited = match act.class {
            Class::Local => return None,
            // Bytes of two sends that came before are received at once, or one after the other.
            Class::Receives => {
                let mut sends = open.filter(|other| other.class == Class::Sends);
                sends.next().and_then(|first| {
                    if first.many {
                        Some(first)
                    } else {
                        sends.next()
                    }
                })
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
            many: false,
            start_ns: step.start_ns,
            end_ns: step.end_ns,
        }),
        Line::Repeat(_, body) => {
            let inner: Vec<Act> = body.iter().filter_map(|line| act(script, line)).collect();
            let first = inner.iter().find(|act| act.class != Class::Local)?;
            Some(Act {
                many: true,
                end_ns: inner.iter().map(|act| act.end_ns).max()?,
                ..first.clone()
            })
        }
        _ => None,
    }
}

fn class(step: &Step<'_>) -> Class {
    let Action::Call(call) = &step.command.action else {
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
            Class::Local
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
