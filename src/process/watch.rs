//! The tracer's process: starts a program, sees its calls (`socklab_tracer`), and reports them to the terminal as a prompt's process does.

mod channel;

use super::message::Tracee;
use crate::engine::report::Report;
use crate::event::{CallEvent, CountedEvent, Ended, SourceLine};
use crate::sys::shared_bytes::SharedBytes;
use crate::sys::{pass, signal, spawn};
use crate::syscall::text::errno_name;
use crate::trace::call::{Caller, called, starting};
use crate::trace::inject::Injector;
use crate::trace::name;
use channel::Channel;
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use socklab_tracer::call::{Argument, Call, Decision, Entering, Exit, Note, Summary};
use socklab_tracer::lines::{self, Lines};
use socklab_tracer::trace::{LetGo, Options, Sink, Step, TraceError, trace};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The program that is to be started.
pub struct Start<'a> {
    /// Becomes the program, in a process made for it; comes back only with an error.
    pub become_program: &'a dyn Fn() -> io::Error,
    /// To be called once it has begun.
    pub begun: Box<dyn FnOnce() + 'a>,
}

/// So many bytes of each buffer are kept.
const DATA: usize = 4096;

/// So many calls of a program are reported each, as many as the session keeps; from then on those of one kind on one socket that come faster
/// than so many a second are counted.
const FIRST: u64 = 100_000;
const RATE: u32 = 500;

/// The lines of so many calls a second are found.
const LINES: u32 = 500;

/// Starts the program and reports its calls until it and all its descendants have ended; then ends as it did. An error is that of its start.
pub fn run(channels: [OwnedFd; 4], watched: &[u8], start: Start<'_>) -> io::Result<i32> {
    let [requests, wakes, memory, births] = channels;
    let watched: Tracee = postcard::from_bytes(watched).map_err(io::Error::other)?;
    let Start {
        become_program,
        begun,
    } = start;
    let reports = SharedBytes::map(&memory)?;
    let channel = Channel::new(requests, wakes, reports, watched.stepping);
    let mut injector = Injector::default();
    injector.take(watched.rules.clone());
    let mut watch = Watch {
        lines: watched.lines.then(Lines::default),
        watched,
        injector,
        injected: HashMap::new(),
        sources: HashMap::new(),
        asked: (0, 0),
        channel,
        births,
        members: HashMap::new(),
        first: None,
        begun: Some(begun),
    };
    let options = Options {
        data_limit: DATA,
        calls_a_second: Some(RATE),
        calls_told_first: FIRST,
        ..Options::default()
    };
    match trace(|| Err(become_program()), &options, &mut watch) {
        Ok(ended) => Ok(end_as(ended.exit)),
        Err(TraceError {
            step: Step::Start,
            error,
        }) => Err(error),
        Err(refused) => {
            watch.channel.send(&Report::Untraced(refused.to_string()));
            if let Some(begun) = watch.begun.take() {
                begun();
            }
            Err(become_program())
        }
    }
}

/// Ends this process as the program ended: gives the status, or dies of the same signal.
fn end_as(exit: Exit) -> i32 {
    match exit {
        Exit::Status(status) => status,
        Exit::Signal(number) => {
            signal::die_of(number);
            128 + number
        }
    }
}

/// Who listens to the tracer: each call becomes a report.
struct Watch<'a> {
    watched: Tracee,
    injector: Injector,
    /// What was done to the calls that threads are in.
    injected: HashMap<i32, (u32, String)>,
    /// Where in the source a call is made; `None` where that is not wanted.
    lines: Option<Lines>,
    /// Where the calls are made that threads are in: the line, and the frames of the thread.
    sources: HashMap<i32, (SourceLine, Vec<SourceLine>)>,
    /// When lines were found last, in nanoseconds since the epoch, and how many of them within a second.
    asked: (u64, u32),
    channel: Channel,
    /// Where the terminal is handed what stands for each new process (pidfd_open(2)).
    births: OwnedFd,
    /// The processes of the program, by their process ids in the lab.
    members: HashMap<i32, Member>,
    first: Option<i32>,
    begun: Option<Box<dyn FnOnce() + 'a>>,
}

/// A process of the program.
struct Member {
    name: String,
    /// The numbers its threads have in the session.
    threads: HashMap<i32, u32>,
    /// How many threads it has had.
    began: u32,
    /// It has made a socket call: what it executes is worth a line.
    calls: bool,
    /// The epoll instance it has made and done nothing with, by its descriptor: Python's selectors make one and close it, to see whether
    /// they can.
    unused: Option<(i32, CallEvent)>,
}

impl Member {
    fn new(name: String, pid: i32) -> Self {
        Self {
            name,
            threads: HashMap::from([(pid, 0)]),
            began: 1,
            calls: false,
            unused: None,
        }
    }
}

impl Watch<'_> {
    fn caller(&self, pid: i32, tid: i32) -> Caller<'_> {
        let member = self.members.get(&pid);
        Caller {
            process: member.map_or(&self.watched.name, |member| &member.name),
            host: &self.watched.host,
            command: self.watched.command,
            thread: member
                .and_then(|member| member.threads.get(&tid))
                .copied()
                .unwrap_or(0),
        }
    }

    fn name_of(&self, pid: i32) -> String {
        self.caller(pid, pid).process.to_owned()
    }

    fn join(&mut self, pid: i32, name: String) {
        if let Ok(pidfd) = spawn::pidfd_open(Pid::from_raw(pid)) {
            let _ = pass::send(self.births.as_fd(), name.as_bytes(), &[pidfd.as_fd()]);
        }
        self.members.insert(pid, Member::new(name, pid));
    }

    /// The line that makes a call. It costs more than the call: a program that makes very many is not asked for each.
    fn source_of(&mut self, call: &Entering) -> Option<SourceLine> {
        const SECOND_NS: u64 = 1_000_000_000;
        let lines = self.lines.as_mut()?;
        let (since_ns, count) = self.asked;
        self.asked = if call.start_ns - since_ns < SECOND_NS {
            (since_ns, count + 1)
        } else {
            (call.start_ns, 1)
        };
        if self.asked.1 > LINES {
            return None;
        }
        let found = lines.stack(call.pid, call.tid)?;
        let line = source_line(found.line);
        let frames = found.frames.into_iter().map(source_line).collect();
        self.sources.insert(call.tid, (line.clone(), frames));
        Some(line)
    }

    /// Reports the epoll instance that is not closed as it was made: the program has gone on to another call.
    fn keep_epoll(&mut self, pid: i32) {
        let member = self.members.get_mut(&pid);
        if let Some((_, made)) = member.and_then(|member| member.unused.take()) {
            self.channel.send(&Report::Called(Box::new(made)));
        }
    }

    /// True for the close of an epoll instance that has only just been made.
    fn closes_unused(&self, pid: i32, name: &str, arguments: &[Argument]) -> bool {
        let member = self.members.get(&pid);
        let unused = member.and_then(|member| member.unused.as_ref());
        let closed = match arguments {
            [Argument::Fd(fd)] if name == "close" => Some(fd),
            _ => None,
        };
        closed.is_some() && unused.map(|(fd, _)| fd) == closed
    }

    fn say(&self, text: String) {
        self.channel.send(&Report::Note(text));
    }
}

fn source_line(found: lines::SourceLine) -> SourceLine {
    SourceLine {
        file: found.file,
        line: found.line,
        function: found.function,
    }
}

impl Sink for Watch<'_> {
    fn keeps(&mut self, call: &Entering) -> bool {
        if !self.channel.is_stepping()
            || makes_epoll(call.syscall.name)
            || self.closes_unused(call.pid, call.syscall.name, &call.arguments)
        {
            return false;
        }
        self.keep_epoll(call.pid);
        let mut stopped = starting(call, &self.caller(call.pid, call.tid));
        stopped.source = self.source_of(call);
        self.channel.send(&Report::Stopped(stopped));
        true
    }

    fn let_go(&mut self) -> LetGo {
        self.channel.let_go()
    }

    fn wakes(&self) -> Option<BorrowedFd<'_>> {
        self.channel.requests()
    }

    fn wants_each(&mut self) -> bool {
        self.channel.is_stepping()
    }

    fn entering(&mut self, call: &Entering) -> Decision {
        if self.closes_unused(call.pid, call.syscall.name, &call.arguments) {
            return Decision::Go;
        }
        self.keep_epoll(call.pid);
        if makes_epoll(call.syscall.name) {
            return Decision::Go;
        }
        if let Some(member) = self.members.get_mut(&call.pid) {
            member.calls = true;
        }
        let mut begins = starting(call, &self.caller(call.pid, call.tid));
        begins.source = self.source_of(call);
        for rules in self.channel.new_rules() {
            self.injector.take(rules);
        }
        let decided = self
            .injector
            .decide(&begins.process, &begins.name, begins.fd);
        self.channel.send(&Report::Starting(begins));
        let Some((number, effect, decision)) = decided else {
            return Decision::Go;
        };
        self.injected.insert(call.tid, (number, effect.to_string()));
        decision
    }

    fn returned(&mut self, call: &Call) {
        let mut event = called(call, &self.caller(call.pid, call.tid));
        event.injected = self.injected.remove(&call.tid);
        if let Some((line, frames)) = self.sources.remove(&call.tid) {
            event.source = Some(line);
            event.stack = frames;
        }
        let member = self.members.get_mut(&call.pid);
        if let (true, Some(member), [epoll]) =
            (makes_epoll(call.syscall.name), member, call.made.as_slice())
        {
            member.unused = Some((epoll.fd, event));
            return;
        }
        if self.closes_unused(call.pid, call.syscall.name, &call.arguments) {
            self.members
                .get_mut(&call.pid)
                .and_then(|member| member.unused.take());
            return;
        }
        let waits = changes_sockets(call);
        self.channel.send(&Report::Called(Box::new(event)));
        if waits {
            self.channel.send(&Report::Awaiting);
            self.channel.await_answer();
        }
    }

    fn summed(&mut self, summary: &Summary) {
        let caller = self.caller(summary.pid, summary.tid);
        self.channel.send(&Report::Counted(CountedEvent {
            process: caller.process.to_owned(),
            name: name::of(summary.syscall.name, &[]).to_owned(),
            fd: summary.subject.map(|subject| subject.fd),
            calls: summary.calls,
            seen: summary.seen,
            sum: summary.sum,
            failed: summary.failed,
            errno: summary
                .errno
                .map(|errno| errno_name(Errno::from_raw(errno))),
            start_ns: summary.start_ns as i64,
            end_ns: summary.end_ns as i64,
        }));
    }

    fn forked(&mut self, parent: i32, child: i32) {
        let parent = self.name_of(parent);
        let name = format!("{}/{child}", self.watched.name);
        self.join(child, name.clone());
        self.channel.send(&Report::Forked {
            parent,
            child: name,
        });
    }

    fn threaded(&mut self, process: i32, thread: i32) {
        if let Some(member) = self.members.get_mut(&process) {
            member.threads.insert(thread, member.began);
            member.began += 1;
        }
    }

    fn execed(&mut self, process: i32, program: &str) {
        if let Some(lines) = &mut self.lines {
            lines.execed(process);
        }
        if self.first.is_none() {
            self.first = Some(process);
            self.join(process, self.watched.name.clone());
            if let Some(begun) = self.begun.take() {
                begun();
            }
            return;
        }
        let name = self.name_of(process);
        let fresh = Member::new(name.clone(), process);
        let former = self.members.insert(process, fresh);
        if former.is_some_and(|former| former.calls) {
            self.say(format!("{name} executes {program}"));
            self.channel.send(&Report::Executed { process: name });
        }
    }

    fn thread_ended(&mut self, process: i32, thread: i32) {
        let name = self.name_of(process);
        let member = self.members.get_mut(&process);
        if let Some(number) = member.and_then(|member| member.threads.remove(&thread)) {
            self.channel.send(&Report::ThreadEnded {
                process: name,
                thread: number,
            });
        }
    }

    fn ended(&mut self, process: i32, exit: Exit) {
        if let Some(lines) = &mut self.lines {
            lines.ended(process);
        }
        let name = self.name_of(process);
        self.members.remove(&process);
        self.channel.send(&Report::Ended {
            process: name,
            ended: match exit {
                Exit::Status(status) => Ended::Exited(status),
                Exit::Signal(signal) => Ended::Signalled(signal),
            },
        });
    }

    fn note(&mut self, process: i32, note: &Note) {
        let name = self.name_of(process);
        let text = match note {
            Note::IoUring => format!(
                "{name}: io_uring_setup is answered with ENOSYS, as in many containers: what goes through io_uring would not be seen (`run --untraced` leaves it alone)"
            ),
            Note::Traces => format!(
                "{name} traces another program, which the kernel allows one tracer only: `run --untraced` leaves that to it"
            ),
            Note::Privilege(path) => format!(
                "{path} is a set-user-ID or set-group-ID program: under a tracer it runs without that privilege (execve(2))"
            ),
            Note::Foreign(path) => format!(
                "{path} is built for another architecture than socklab: its calls are not seen, only its packets"
            ),
            Note::Stopped(signal) => match Signal::try_from(*signal) {
                Ok(signal) => format!("{name} is stopped by {}", signal.as_str()),
                Err(_) => format!("{name} is stopped by signal {signal}"),
            },
            Note::Continued => format!("{name} goes on"),
            Note::Blind(step) => format!(
                "{name}: {step} failed: from here on its read, write, close and their like are not seen"
            ),
        };
        self.say(text);
    }
}

fn makes_epoll(name: &str) -> bool {
    matches!(name, "epoll_create" | "epoll_create1")
}

/// True where the terminal must have taken a call in before the program goes on: it asks the kernel what the call changed or has learned,
/// which the next one may change again. What only moves bytes or waits is known by its time alone.
fn changes_sockets(call: &Call) -> bool {
    let reads = matches!(call.syscall.name, "recvfrom" | "recvmsg" | "read" | "readv");
    // The peer's FIN, or why the connection is no more.
    let ends = match call.result {
        Ok(count) => reads && count == 0,
        Err(errno) => errno != libc::EAGAIN && errno != libc::EINTR,
    };
    !call.made.is_empty()
        || ends
        || matches!(
            call.syscall.name,
            "socket"
                | "socketpair"
                | "bind"
                | "listen"
                | "accept"
                | "accept4"
                | "connect"
                | "shutdown"
                | "close"
                | "close_range"
                | "dup"
                | "dup2"
                | "dup3"
                | "setsockopt"
        )
}
