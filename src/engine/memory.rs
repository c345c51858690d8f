//! What a process remembers between commands: variables, what is known of its descriptors, poll objects, buffered files.
//! Its one lock is held for a look or a change, never during a system call.

use super::stream::Stream;
use crate::sys::poll::Ready;
use crate::value::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is known of a socket from the call that made it, so that the kernel need not be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Descriptor {
    /// `AF_*`.
    pub(super) family: i32,
    /// `SOCK_*` without flags.
    pub(super) kind: i32,
    /// The third argument of socket(2).
    pub(super) protocol: i32,
    /// As `settimeout` set it: `None` blocks, zero does not.
    pub(super) timeout: Option<Duration>,
}

/// Everything a process remembers.
#[derive(Default)]
pub(super) struct Contents {
    /// Variables by name.
    pub(super) variables: HashMap<String, Value>,
    /// `_`.
    pub(super) last: Option<Value>,
    /// Sockets by descriptor.
    pub(super) sockets: HashMap<i32, Descriptor>,
    /// `select.poll()` objects by number.
    pub(super) pollers: HashMap<u32, Vec<Ready>>,
    /// Files made by `makefile`, by number.
    pub(super) streams: HashMap<u32, Stream>,
    /// Descriptors whose socket was closed while files of `makefile` use them: the last of those closes them, as in Python.
    pub(super) closing: HashSet<i32>,
    /// Descriptors that a socket or epoll object of the language was made for: they are closed when nothing holds the object any more.
    pub(super) objects: HashSet<i32>,
    /// By epoll instance, the descriptors it watches.
    pub(super) watched: HashMap<i32, HashSet<i32>>,
    /// By command, the descriptors of the variables it was given, while it runs.
    pub(super) in_use: HashMap<u64, Vec<i32>>,
    /// How many poll objects and files were made.
    made: u32,
}

impl Contents {
    /// A number for a new poll object or file.
    pub(super) fn next_number(&mut self) -> u32 {
        self.made += 1;
        self.made
    }

    /// A call has made this descriptor, so whatever held the number held a closed one: that becomes -1, lest a variable's
    /// `send` reach a stranger. (The number was free, or the kernel would not have given it out.)
    pub(super) fn given_out(&mut self, fd: i32) {
        for value in self.variables.values_mut().chain(&mut self.last) {
            let_go(value, fd);
        }
        for stream in self.streams.values_mut() {
            stream.let_go(fd);
        }
        self.forget(fd);
        self.closing.remove(&fd);
    }

    /// What was known of a descriptor that is closed, or that is a number alone from now on.
    pub(super) fn forget(&mut self, fd: i32) {
        self.sockets.remove(&fd);
        self.objects.remove(&fd);
        self.watched.remove(&fd);
        for watched in self.watched.values_mut() {
            watched.remove(&fd);
        }
    }

    /// The descriptors that these values held and nothing holds any more: no variable, no list, no poll object or epoll instance that
    /// watches it, no file of `makefile`, no command that runs, but for the command of this number.
    pub(super) fn orphans(&self, former: &[Value], number: u64) -> Vec<i32> {
        let mut held = Vec::new();
        for value in former {
            descriptors(value, &mut held);
        }
        held.sort_unstable();
        held.dedup();
        held.retain(|fd| self.objects.contains(fd) && !self.closing.contains(fd));
        if held.is_empty() {
            return held;
        }
        let mut kept = Vec::new();
        for value in self.variables.values().chain(&self.last) {
            descriptors(value, &mut kept);
        }
        kept.extend(self.pollers.values().flatten().map(|entry| entry.fd));
        kept.extend(self.watched.values().flatten());
        let others = self.in_use.iter().filter(|(other, _)| **other != number);
        kept.extend(others.flat_map(|(_, fds)| fds));
        held.retain(|fd| {
            !kept.contains(fd) && !self.streams.values().any(|stream| stream.is_on(*fd))
        });
        held
    }

    /// The descriptors of these variables.
    pub(super) fn descriptors_of(&self, names: &[&str]) -> Vec<i32> {
        let mut found = Vec::new();
        for value in names.iter().filter_map(|name| self.variables.get(*name)) {
            descriptors(value, &mut found);
        }
        found
    }

    /// The files that use a descriptor, each by a variable that holds it, if one does.
    pub(super) fn files_on(&self, fd: i32) -> Vec<Option<&str>> {
        let on = self.streams.iter().filter(|(_, stream)| stream.is_on(fd));
        on.map(|(number, _)| {
            let mut names = self.variables.iter();
            names
                .find(|(_, value)| matches!(value, Value::File(held) if held == number))
                .map(|(name, _)| name.as_str())
        })
        .collect()
    }
}

/// The descriptors of the sockets and epoll instances in a value.
fn descriptors(value: &Value, found: &mut Vec<i32>) {
    match value {
        Value::Socket(fd) | Value::Epoll(fd) => found.push(*fd),
        Value::List(items) | Value::Tuple(items) => {
            for item in items {
                descriptors(item, found);
            }
        }
        _ => {}
    }
}

fn let_go(value: &mut Value, fd: i32) {
    match value {
        Value::Socket(held) | Value::Epoll(held) if *held == fd => *held = -1,
        Value::List(items) | Value::Tuple(items) => {
            for item in items {
                let_go(item, fd);
            }
        }
        _ => {}
    }
}

/// The memory, shared by the threads of the process.
#[derive(Default)]
pub(super) struct Memory(Mutex<Contents>);

impl Memory {
    /// Looks at the memory or changes it. `work` must not make system calls.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Contents) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
