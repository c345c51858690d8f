//! A call that the tracer saw as the event that tells it. The arguments stand where those of a prompt's calls stand, so that whoever
//! reads an event need not ask who made the call.

use super::name;
use super::words::{self, PENDING};
use crate::event::{BlockedEvent, CallEvent};
use crate::sys::address;
use crate::syscall::text;
use crate::value::Address;
use nix::errno::Errno;
use socklab_tracer::call::{Argument, Call, Data, Entering};

/// Who made a call.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The process's name in the session.
    pub process: &'a str,
    /// Its host.
    pub host: &'a str,
    /// The number of the command that runs the program.
    pub command: u64,
    /// The thread: 0 for the first of its process, then in the order in which they began.
    pub thread: u32,
}

/// A call that is about to be made.
pub fn starting(call: &Entering, caller: &Caller<'_>) -> BlockedEvent {
    let name = name::of(call.syscall.name, &call.arguments);
    let shown = arguments(name, &call.arguments);
    BlockedEvent {
        process: caller.process.to_owned(),
        command: caller.command,
        job: 0,
        thread: caller.thread,
        serving: String::new(),
        name: name.to_owned(),
        invocation: format!("{name}({})", without_end(&shown).join(", ")),
        fd: descriptor(&call.arguments),
        peer: named_peer(name, &call.arguments),
        start_ns: call.start_ns as i64,
        bytes: given_bytes(name, &call.arguments),
        source: None,
        tid: call.tid,
    }
}

/// A call that has returned.
pub fn called(call: &Call, caller: &Caller<'_>) -> CallEvent {
    let name = name::of(call.syscall.name, &call.arguments);
    let mut args = arguments(name, &call.arguments);
    if name == "accept" && call.result.is_err() {
        args.truncate(1);
    }
    CallEvent {
        process: caller.process.to_owned(),
        host: caller.host.to_owned(),
        command: caller.command,
        job: 0,
        thread: caller.thread,
        name: name.to_owned(),
        args,
        fd: descriptor(&call.arguments),
        result: call.result.unwrap_or(-1),
        errno: call
            .result
            .err()
            .map(|errno| text::errno_name(Errno::from_raw(errno))),
        data: data(&call.arguments, call.result.unwrap_or(0)),
        peer: named_peer(name, &call.arguments),
        local: named_local(name, &call.arguments),
        out: out(name, &call.arguments, call.result.ok()),
        made: call.made.iter().map(|made| made.fd).collect(),
        times: 1,
        blocked: false,
        start_ns: call.start_ns as i64,
        end_ns: call.end_ns as i64,
        syscall: call.syscall.name.to_owned(),
        injected: None,
        stack: Vec::new(),
        woken_by: None,
        source: None,
    }
}

/// The arguments as they are shown. Lengths of addresses are left out: the address says it.
fn arguments(name: &str, given: &[Argument]) -> Vec<String> {
    let order: &[usize] = match name {
        "bind" | "connect" | "accept" | "getsockname" | "getpeername" | "dup2" => &[0, 1],
        "accept4" => &[0, 1, 3],
        "send" | "recv" | "epoll_wait" => &[0, 1, 2, 3],
        "sendto" | "recvfrom" | "select" => &[0, 1, 2, 3, 4],
        "poll" => &[0, 1, 2],
        _ => &[0, 1, 2, 3, 4, 5],
    };
    let mut shown: Vec<String> = order
        .iter()
        .filter_map(|index| Some(words::argument(given.get(*index)?, given)))
        .collect();
    if let ("epoll_ctl", Some(event)) = (name, shown.get_mut(3)) {
        // One event, and no list of them.
        *event = event.trim_matches(['[', ']']).to_owned();
    }
    if name == "fcntl" && given.last() == Some(&Argument::Null) {
        shown.pop();
    }
    shown
}

/// What a call that has not returned is shown with: arguments at the end that the kernel has yet to fill in are left out.
fn without_end(shown: &[String]) -> &[String] {
    let known = shown.iter().rposition(|text| text != PENDING);
    &shown[..known.map_or(0, |last| last + 1)]
}

/// The descriptor a call is made on: its first argument, or the only one that poll(2) names.
fn descriptor(arguments: &[Argument]) -> Option<i32> {
    match arguments.first()? {
        Argument::Fd(fd) => Some(*fd),
        Argument::PollFds(fds) => match fds.as_slice() {
            [only] => Some(only.fd),
            _ => None,
        },
        _ => None,
    }
}

fn address_of(arguments: &[Argument]) -> Option<Address> {
    arguments.iter().find_map(|argument| match argument {
        Argument::Address(bytes) if !bytes.is_empty() => Some(address::decode(bytes)),
        Argument::Message(message) => message.name.as_deref().map(address::decode),
        _ => None,
    })
}

fn named_peer(name: &str, arguments: &[Argument]) -> Option<Address> {
    let gives = matches!(
        name,
        "connect"
            | "accept"
            | "accept4"
            | "sendto"
            | "recvfrom"
            | "sendmsg"
            | "recvmsg"
            | "getpeername"
    );
    address_of(arguments).filter(|_| gives)
}

fn named_local(name: &str, arguments: &[Argument]) -> Option<Address> {
    address_of(arguments).filter(|_| matches!(name, "bind" | "getsockname"))
}

/// How many bytes a call that sends is given.
fn given_bytes(name: &str, arguments: &[Argument]) -> Option<u64> {
    if !name.starts_with("send") && !name.starts_with("write") {
        return None;
    }
    let vectors = |vectors: &[Data]| vectors.iter().map(|data| data.length).sum();
    arguments.iter().find_map(|argument| match argument {
        Argument::Data(data) => Some(data.length),
        Argument::Vectors(buffers) => Some(vectors(buffers)),
        Argument::Message(message) => Some(vectors(&message.vectors)),
        _ => None,
    })
}

/// The bytes a call moved, as far as they are known.
fn data(arguments: &[Argument], moved: i64) -> Option<Vec<u8>> {
    let moved = usize::try_from(moved).ok()?;
    let mut bytes = arguments.iter().find_map(|argument| match argument {
        Argument::Data(Data { bytes, .. }) => Some(bytes.clone()),
        Argument::Vectors(vectors) => {
            let parts = vectors.iter().map(|data| data.bytes.as_slice());
            Some(parts.collect::<Vec<_>>().concat())
        }
        Argument::Message(message) => Some(words::message_data(message)),
        _ => None,
    })?;
    bytes.truncate(moved);
    Some(bytes)
}

/// What the kernel gave besides the result, as strace shows it behind the line.
fn out(name: &str, arguments: &[Argument], result: Option<i64>) -> String {
    let Some(result) = result else {
        return String::new();
    };
    let waits = matches!(
        name,
        "poll" | "ppoll" | "select" | "pselect" | "epoll_wait" | "epoll_pwait" | "epoll_pwait2"
    );
    if waits && result == 0 {
        return "(Timeout)".to_owned();
    }
    if let Some(flags) = words::flags_returned(arguments, result) {
        return format!("({flags})");
    }
    match arguments.first() {
        Some(Argument::PollFds(fds)) => words::ready(fds),
        _ if matches!(name, "select" | "pselect") => {
            let sets = [1, 2, 3].map(|index| match arguments.get(index) {
                Some(Argument::FdSet {
                    ready: Some(ready), ..
                }) => ready.as_slice(),
                _ => &[],
            });
            text::ready_sets([("in", sets[0]), ("out", sets[1]), ("except", sets[2])])
        }
        _ => String::new(),
    }
}
