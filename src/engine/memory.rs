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

/// What a value can keep alive, as a reference does in CPython. Files come before the descriptors they are over: closing one writes what
/// it has buffered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Held {
    /// A file of `makefile`, by its number.
    File(u32),
    /// A poll object, by its number.
    Poller(u32),
    /// A socket or an epoll instance, by its descriptor.
    Descriptor(i32),
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
    /// By command, what the variables it was given hold, while it runs.
    pub(super) in_use: HashMap<u64, Vec<Held>>,
    /// What a variable has held at some time, itself or through a list, a poll object, an epoll instance or a file.
    named: HashSet<Held>,
    /// What has lost one of its holders since it was last looked at, or lost the last while a command uses it.
    loosened: HashSet<Held>,
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
        self.named.remove(&Held::Descriptor(fd));
        self.loosened.remove(&Held::Descriptor(fd));
        let watched = self.watched.remove(&fd).unwrap_or_default();
        self.loosened
            .extend(watched.into_iter().map(Held::Descriptor));
        for watched in self.watched.values_mut() {
            watched.remove(&fd);
        }
    }

    /// Gives a variable a value; what it held before may have lost its last holder.
    pub(super) fn assign(&mut self, name: String, value: Value) {
        let mut held = Vec::new();
        directly(&value, &mut held);
        let held = self.reachable(held);
        self.named.extend(held);
        let former = self.variables.insert(name, value);
        self.loosen_value(former);
    }

    /// Gives `_` a value.
    pub(super) fn set_last(&mut self, value: Value) {
        let former = self.last.replace(value);
        self.loosen_value(former);
    }

    fn loosen_value(&mut self, former: Option<Value>) {
        let mut held = Vec::new();
        if let Some(former) = former {
            directly(&former, &mut held);
        }
        self.loosened.extend(held);
    }

    /// A poll object or an epoll instance holds this descriptor from now on.
    pub(super) fn holds(&mut self, fd: i32) {
        self.named.insert(Held::Descriptor(fd));
    }

    /// Something holds this descriptor no more.
    pub(super) fn loosen(&mut self, fd: i32) {
        self.loosened.insert(Held::Descriptor(fd));
    }

    /// All that these keep alive, themselves included.
    fn reachable(&self, mut from: Vec<Held>) -> HashSet<Held> {
        let mut found = HashSet::new();
        while let Some(held) = from.pop() {
            if !found.insert(held) {
                continue;
            }
            match held {
                Held::File(number) => {
                    let stream = self.streams.get(&number);
                    from.extend(stream.map(|stream| Held::Descriptor(stream.descriptor())));
                }
                Held::Poller(number) => {
                    let entries = self.pollers.get(&number).into_iter().flatten();
                    from.extend(entries.map(|entry| Held::Descriptor(entry.fd)));
                }
                Held::Descriptor(fd) => {
                    let watched = self.watched.get(&fd).into_iter().flatten();
                    from.extend(watched.map(|fd| Held::Descriptor(*fd)));
                }
            }
        }
        found
    }

    /// What a variable held once and nothing holds any more, as CPython's reference counts would find it, files first: no variable, no
    /// list or tuple, no poll object, no epoll instance, no file and no command that runs, but for the command of this number.
    pub(super) fn orphans(&mut self, number: u64) -> Vec<Held> {
        if self.loosened.is_empty() {
            return Vec::new();
        }
        let loosened = self.loosened.drain().collect();
        let candidates = self.reachable(loosened);
        let mut roots = Vec::new();
        for value in self.variables.values().chain(&self.last) {
            directly(value, &mut roots);
        }
        let kept = self.reachable(roots);
        let others = self.in_use.iter().filter(|(other, _)| **other != number);
        let in_use = self.reachable(others.flat_map(|(_, held)| held).copied().collect());
        let (waiting, mut orphans): (Vec<Held>, Vec<Held>) = candidates
            .into_iter()
            .filter(|held| !kept.contains(held) && self.is_closed_when_dropped(*held))
            .partition(|held| in_use.contains(held));
        self.loosened.extend(waiting);
        // An epoll instance goes before what it watches.
        orphans.sort_unstable_by_key(|held| {
            let watches_nothing =
                matches!(held, Held::Descriptor(fd) if !self.watched.contains_key(fd));
            (watches_nothing, *held)
        });
        orphans
    }

    fn is_closed_when_dropped(&self, held: Held) -> bool {
        self.named.contains(&held)
            && match held {
                Held::Descriptor(fd) => self.objects.contains(&fd) && !self.closing.contains(&fd),
                Held::File(_) | Held::Poller(_) => true,
            }
    }

    /// What these variables hold.
    pub(super) fn held_by(&self, names: &[&str]) -> Vec<Held> {
        let mut found = Vec::new();
        for value in names.iter().filter_map(|name| self.variables.get(*name)) {
            directly(value, &mut found);
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

/// What a value holds, itself or in its items.
fn directly(value: &Value, found: &mut Vec<Held>) {
    match value {
        Value::Socket(fd) | Value::Epoll(fd) => found.push(Held::Descriptor(*fd)),
        Value::Poller(number) => found.push(Held::Poller(*number)),
        Value::File(number) => found.push(Held::File(*number)),
        Value::List(items) | Value::Tuple(items) => {
            for item in items {
                directly(item, found);
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
