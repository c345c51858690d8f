//! Timeouts as Python has them: a socket with a timeout does not block in the call but in a poll(2) before it.

use super::clock::milliseconds;
use super::draft::Draft;
use super::execution::{Execution, Outcome, Stop};
use super::memory::Descriptor;
use super::text::{self, number_of};
use crate::sys::clock::Deadline;
use crate::sys::poll::Ready;
use crate::sys::{option, poll};
use crate::value::Value;
use nix::errno::Errno;
use std::time::Duration;

/// What a call waits for.
#[derive(Clone, Copy)]
pub(super) enum Until {
    Readable,
    Writable,
}

impl Until {
    fn events(self) -> u32 {
        let name = match self {
            Self::Readable => "POLLIN",
            Self::Writable => "POLLOUT",
        };
        number_of(name) as u32
    }
}

/// A timeout as Python's `gettimeout` gives it.
pub(super) fn seconds_of(timeout: Option<Duration>) -> Value {
    timeout.map_or(Value::None, |timeout| Value::Float(timeout.as_secs_f64()))
}

/// What a call waits with: nothing (the socket blocks, or does not, in the call itself), or the time at which it gives up.
#[derive(Clone, Copy)]
pub(super) struct Patience(Option<(Duration, Deadline)>);

impl Execution<'_> {
    /// What is known of a descriptor; a number from outside this process's calls is looked up. `None` when it is no socket.
    pub(super) fn descriptor(&self, fd: i32) -> Option<Descriptor> {
        let known = self
            .engine
            .memory
            .with(|contents| contents.sockets.get(&fd).copied());
        if known.is_some() {
            return known;
        }
        let level = number_of("SOL_SOCKET");
        let read = |name| option::int(fd, level, number_of(name));
        let found = Descriptor {
            family: read("SO_DOMAIN").ok()?,
            kind: read("SO_TYPE").ok()?,
            protocol: read("SO_PROTOCOL").ok()?,
            timeout: None,
        };
        self.remember(fd, found);
        Some(found)
    }

    /// Keeps what is known of a descriptor.
    pub(super) fn remember(&self, fd: i32, known: Descriptor) {
        self.engine.memory.with(|contents| {
            contents.sockets.insert(fd, known);
        });
    }

    /// How long a call on this socket may take, from now.
    pub(super) fn patience(&self, fd: i32) -> Patience {
        let timeout = self
            .engine
            .memory
            .with(|contents| contents.sockets.get(&fd).and_then(|known| known.timeout));
        Patience(
            timeout
                .filter(|timeout| !timeout.is_zero())
                .map(|timeout| (timeout, Deadline::after(timeout))),
        )
    }

    /// Makes a call, on a socket with a timeout only after poll(2) has said that it will not block, and again when it would.
    pub(super) fn patiently<T>(
        &mut self,
        fd: i32,
        until: Until,
        patience: Patience,
        mut attempt: impl FnMut(&mut Self) -> Result<T, Errno>,
    ) -> Outcome<T> {
        loop {
            self.wait(fd, until, patience)?;
            match attempt(self) {
                Err(Errno::EAGAIN) if patience.0.is_some() => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    /// poll(2) before a call on a socket with a timeout; nothing on any other.
    pub(super) fn wait(&mut self, fd: i32, until: Until, patience: Patience) -> Outcome<()> {
        let Some((timeout, deadline)) = patience.0 else {
            return Ok(());
        };
        let entries = [Ready {
            fd,
            events: until.events(),
        }];
        let (count, _) = self.call_poll(&entries, milliseconds(deadline.remaining()))?;
        if count > 0 {
            return Ok(());
        }
        Err(Stop::Fruitless(format!(
            "timed out after {} s (Python: TimeoutError)",
            timeout.as_secs_f64()
        )))
    }

    /// poll(2), reported.
    pub(super) fn call_poll(
        &mut self,
        entries: &[Ready],
        milliseconds: i32,
    ) -> Result<(i32, Vec<u32>), Errno> {
        let fd = match entries {
            [only] => Some(only.fd),
            _ => None,
        };
        let draft = Draft::of("poll")
            .arg(text::poll_entries(entries, "events"))
            .arg(entries.len().to_string())
            .arg(milliseconds.to_string())
            .fd(fd);
        self.call(
            draft,
            || poll::poll(entries, milliseconds),
            |(count, events), event| {
                event.result = i64::from(*count);
                event.out = if *count == 0 {
                    "(Timeout)".to_owned()
                } else {
                    let ready: Vec<Ready> = entries
                        .iter()
                        .zip(events)
                        .filter(|(_, events)| **events != 0)
                        .map(|(entry, events)| Ready {
                            fd: entry.fd,
                            events: *events,
                        })
                        .collect();
                    text::poll_entries(&ready, "revents")
                };
            },
        )
    }
}
