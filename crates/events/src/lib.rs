//! Everything that can happen, as a closed enum of plain data: what one room tells the next. Nothing here acts.

pub mod application;
pub mod message;
pub mod path;
pub mod plot;
#[doc(hidden)]
pub mod sample;
pub mod socket;
pub mod stream;
pub mod tcp_sample;
pub mod transfer;
pub mod value;

pub use socklab_packets::record as packet;
pub use socklab_packets::{wire, words};

use crate::value::{Address, Value};
use application::ApplicationEvent;
use message::MessageEvent;
use packet::PacketEvent;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that happened, in the order in which it is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A system call returned.
    Call(Box<CallEvent>),
    /// Calls of a program that came too fast to be reported one by one were counted.
    Counted(CountedEvent),
    /// A system call was seen asleep in the kernel; its `Call` comes when it returns.
    Blocked(BlockedEvent),
    /// A thread of a program has stopped before a call (`run --step`).
    Stopped(BlockedEvent),
    /// A frame was seen.
    Packet(Arc<PacketEvent>),
    /// A message above TCP is whole.
    Application(Arc<ApplicationEvent>),
    /// Something was written or read that never becomes a packet.
    Message(Box<MessageEvent>),
    /// A socket's kernel state changed.
    State(StateEvent),
    /// A command gave a value (a result that is not the plain return value of its last call).
    Result(ResultEvent),
    /// A program's output, or what `print` printed.
    Output(OutputEvent),
    /// A process came to be, or ended.
    Process(ProcessEvent),
    /// A command could not be carried out; no system call is to blame.
    Refused(RefusedEvent),
    /// Something the reader should know.
    Note(String),
    /// An `expect` line was judged.
    Expect(ExpectEvent),
}

/// One system call or C library call that a process made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The process's name, as its prompt shows it.
    pub process: String,
    /// The host it lives on.
    pub host: String,
    /// The command that made it; numbers rise by one for each command of the session.
    pub command: u64,
    /// The background job it runs in; 0 is the process's main thread.
    pub job: u32,
    /// The thread within the job that made it: those that `serve` starts are numbered from 1 in each process; 0 is the job's own.
    pub thread: u32,
    /// The function as its man page names it: `connect`.
    pub name: String,
    /// The arguments, each as `text` shows it.
    pub args: Vec<String>,
    /// The descriptor it was made on.
    pub fd: Option<i32>,
    /// Return value; -1 when `errno` is set.
    pub result: i64,
    /// The error, e.g. `ECONNREFUSED`.
    pub errno: Option<String>,
    /// Bytes received (`recv`) or sent (`send`), at most [`DATA_LIMIT`].
    pub data: Option<Vec<u8>>,
    /// The remote address it named or gave (`connect`, `accept`, `sendto`, `recvfrom`).
    pub peer: Option<Address>,
    /// The local address it named or gave (`bind`, `getsockname`).
    pub local: Option<Address>,
    /// What else it gave, as strace would show in the out parameters, e.g. `[{fd=3, revents=POLLIN}]`.
    pub out: String,
    /// New descriptors it made, in order.
    pub made: Vec<i32>,
    /// How often it was made, one after the other with the same outcome: 1, or more for a loop that is told in one line.
    pub times: u64,
    /// True when it was seen asleep in the kernel.
    pub blocked: bool,
    /// When it began: nanoseconds since the epoch, CLOCK_REALTIME.
    pub start_ns: i64,
    /// When it returned, same clock.
    pub end_ns: i64,
    /// Of a program's call the kernel's name, `sendto` where `name` is `send`; empty for a call that was typed.
    pub syscall: String,
    /// What `inject` did to it: the number of the rule, and its effect as it was typed.
    pub injected: Option<(u32, String)>,
    /// The line of the program's source that made it, where that is certain.
    pub source: Option<SourceLine>,
    /// The frames of the thread that made it, as far as they have lines, the innermost first.
    pub stack: Vec<SourceLine>,
    /// What woke it, when it was seen asleep and that is certain.
    pub woken_by: Option<Waker>,
}

/// The packet that woke a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waker {
    /// Its number.
    pub packet: u64,
    /// What its sender is called; empty where nobody knows.
    pub from: String,
}

/// True for a program's process, and for those it has made: `server` and `server/12` are of `server`.
pub fn is_of(process: &str, program: &str) -> bool {
    let child = process.strip_prefix(program);
    child.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A line of a program's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The file, as the interpreter or the debug information names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function; empty where it has no name.
    pub function: String,
}

impl SourceLine {
    /// The file's name without its folder, and the line: `echo.py:4`.
    pub fn short(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        format!("{name}:{}", self.line)
    }
}

/// At most this many bytes of a call's data are kept with its event.
pub const DATA_LIMIT: usize = 1 << 20;

impl CallEvent {
    /// The strace-like line without its outcome: `connect(4, {AF_INET 127.0.0.1:5000})`.
    pub fn invocation(&self) -> String {
        format!("{}({})", self.name, self.args.join(", "))
    }

    /// The whole strace-like line: `connect(4, {AF_INET 127.0.0.1:5000}) = 0`.
    pub fn text(&self) -> String {
        let mut text = format!("{} = {}", self.invocation(), self.result);
        if let Some(errno) = &self.errno {
            text.push(' ');
            text.push_str(errno);
        }
        if !self.out.is_empty() {
            text.push(' ');
            text.push_str(&self.out);
        }
        if self.times > 1 {
            text.push_str(" × ");
            text.push_str(&self.times.to_string());
        }
        text
    }

    /// True for a call that a program made, and nobody typed.
    pub fn is_of_program(&self) -> bool {
        !self.syscall.is_empty()
    }

    /// How long it took, in seconds.
    pub fn seconds(&self) -> f64 {
        (self.end_ns - self.start_ns) as f64 / 1e9
    }
}

/// A call that has not returned: one that sleeps in the kernel, or is about to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockedEvent {
    /// The process's name.
    pub process: String,
    /// The command that made the call.
    pub command: u64,
    /// The background job; 0 is the main thread.
    pub job: u32,
    /// The thread within the job, as in [`CallEvent`].
    pub thread: u32,
    /// The model of the server it is a call of (`epoll`); empty when it is none of `serve`'s.
    pub serving: String,
    /// Function name.
    pub name: String,
    /// `accept(3)`: the line so far.
    pub invocation: String,
    /// The descriptor it sleeps on.
    pub fd: Option<i32>,
    /// The remote address it names.
    pub peer: Option<Address>,
    /// When it began: nanoseconds since the epoch.
    pub start_ns: i64,
    /// Of a program's call that sends, how many bytes it is given.
    pub bytes: Option<u64>,
    /// The line of the program's source that makes it, where that is certain.
    pub source: Option<SourceLine>,
    /// Of a program's call the thread as gettid(2) gives it in the lab; 0 for a call that was typed.
    pub tid: i32,
}

impl BlockedEvent {
    /// Who makes it: the process, and where it is another thread of a program than its first, the number of that: `server/14`.
    pub fn thread_name(&self) -> String {
        if self.thread == 0 {
            return self.process.clone();
        }
        let program = self.process.split('/').next().unwrap_or_default();
        format!("{program}/{}", self.tid)
    }
}

/// Calls of one kind that a program made on one descriptor, counted because they came too fast to be reported one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountedEvent {
    /// The process's name.
    pub process: String,
    /// The function.
    pub name: String,
    /// The descriptor.
    pub fd: Option<i32>,
    /// How many calls.
    pub calls: u64,
    /// How many of them were looked at until they returned; the next three are about these.
    pub seen: u64,
    /// What they returned, added up: bytes, for calls that move bytes.
    pub sum: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The error of the last that failed.
    pub errno: Option<String>,
    /// When the first began: nanoseconds since the epoch, CLOCK_REALTIME.
    pub start_ns: i64,
    /// When the last began.
    pub end_ns: i64,
}

/// A socket's state as the kernel reports it, before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct StateEvent {
    /// The process that owns the socket; empty when no process does any more.
    pub process: String,
    /// The name of the socket: its variable, or `fd 4`.
    pub socket: String,
    /// RFC 9293 state before, e.g. `CLOSED`.
    pub from: &'static str,
    /// RFC 9293 state after.
    pub to: &'static str,
}

/// The values a command left behind, with the names they were given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultEvent {
    /// The process's name.
    pub process: String,
    /// The command.
    pub command: u64,
    /// The value as a whole.
    pub value: Value,
    /// The value in words, as Python's `repr` would show it; safe to print.
    pub shown: String,
    /// Each assigned name with its value.
    pub assigned: Vec<(String, Value)>,
    /// True when the value is worth a line of its own (an expression was typed, or it is not simply the call's result).
    pub show: bool,
}

/// Text a program wrote or `print` printed. Untrusted: to be escaped before it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputEvent {
    /// The process's name.
    pub process: String,
    /// What was written.
    pub text: Vec<u8>,
    /// True for standard error.
    pub error: bool,
}

/// A process began or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessEvent {
    /// The process's name.
    pub process: String,
    /// Its host.
    pub host: String,
    /// Its process id as this machine sees it.
    pub pid: i32,
    /// How it ended; `None` when it began.
    pub ended: Option<Ended>,
}

/// How a process ended (wait(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// It exited with this status.
    Exited(i32),
    /// A signal killed it.
    Signalled(i32),
    /// Nobody saw how.
    Unseen,
}

/// Why a command was not carried out, or what it came to without an error of the kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedEvent {
    /// The process it was for.
    pub process: String,
    /// The background job; 0 is the main thread, or no process at all.
    pub job: u32,
    /// What is wrong, and what to do: one sentence each.
    pub reason: String,
    /// True when its calls were made and nothing came of them, as after a timeout: the line itself was right.
    pub fruitless: bool,
}

/// An `expect` line's verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectEvent {
    /// Line number in the script, from 1; 0 at the prompt.
    pub line: usize,
    /// True when it held.
    pub held: bool,
    /// What was expected, and when it did not hold, what was found.
    pub text: String,
}

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
