//! One loop for select, poll and epoll: ask who is ready, take one step with each. How the kernel is asked is the watch's matter.

use super::connection::Step;
use super::crowd::{Crowd, Hands};
use super::{End, Plan, Served};
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::sys::clock::now_ns;
use crate::syscall::text::number_of;
use nix::errno::Errno;
use std::time::Duration;

/// What a descriptor is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    Readable,
    Writable,
}

/// A way to ask the kernel which of several descriptors are ready.
pub(super) trait Watch {
    /// Watches a descriptor from now on, or for something else than before.
    fn watch(&mut self, execution: &mut Execution<'_>, fd: i32, interest: Interest) -> Outcome<()>;
    /// Watches a descriptor no longer, though it stays open.
    fn forget(&mut self, execution: &mut Execution<'_>, fd: i32) -> Outcome<()>;
    /// A descriptor was closed.
    fn closed(&mut self, fd: i32);
    /// Sleeps until some are ready, but not longer than this: which.
    fn wait(
        &mut self,
        execution: &mut Execution<'_>,
        longest: Option<Duration>,
    ) -> Result<Vec<i32>, Errno>;
    /// True when an event is told once, so that each must be followed until EAGAIN.
    fn is_edge(&self) -> bool {
        false
    }
    /// The server ends.
    fn end(&mut self, _execution: &mut Execution<'_>) {}
}

/// A server round a watch.
struct Loop<'a, 'e> {
    clerk: Clerk<'a, 'e>,
    crowd: Crowd,
    accepted: u64,
    listening: bool,
}

/// What moves the bytes.
struct Clerk<'a, 'e> {
    execution: &'a mut Execution<'e>,
    plan: &'a Plan,
    watch: &'a mut dyn Watch,
    /// No descriptor was left for another client: nobody is accepted before one of the present ones has gone.
    exhausted: bool,
}

impl Execution<'_> {
    /// Serves until the count is full or Ctrl-C, with every socket non-blocking.
    pub(super) fn serve_with(&mut self, plan: &Plan, watch: &mut dyn Watch) -> Outcome<Served> {
        let before = self.descriptor(plan.socket).and_then(|known| known.timeout);
        self.set_timeout(plan.socket, Some(Duration::ZERO))?;
        let mut server = Loop {
            clerk: Clerk {
                execution: self,
                plan,
                watch,
                exhausted: false,
            },
            crowd: Crowd::new(plan.begin()),
            accepted: 0,
            listening: false,
        };
        let outcome = server.run();
        server.crowd.end(&mut server.clerk);
        let clients = server.accepted;
        watch.end(self);
        if before != Some(Duration::ZERO) {
            // The socket is the student's: it blocks again as it did.
            let _ = self.set_timeout(plan.socket, before);
        }
        outcome.map(|end| Served { clients, end })
    }
}

impl Loop<'_, '_> {
    fn run(&mut self) -> Outcome<End> {
        loop {
            self.listen_or_not()?;
            if self.accepted == self.clerk.plan.count && self.crowd.is_empty() {
                return Ok(End::Count);
            }
            let longest = self.crowd.deadline().map(until);
            let ready = match self.clerk.watch.wait(self.clerk.execution, longest) {
                Ok(ready) => ready,
                Err(Errno::EINTR) => return Ok(End::Interrupt),
                Err(_) => return Err(Stop::Failed),
            };
            for fd in ready {
                if fd == self.clerk.plan.socket {
                    self.accept()?;
                } else {
                    self.serve(fd)?;
                }
            }
            self.crowd.due(&mut self.clerk)?;
        }
    }

    /// The listener is watched as long as another client may come in.
    fn listen_or_not(&mut self) -> Outcome<()> {
        let clerk = &mut self.clerk;
        let room = self.accepted < clerk.plan.count
            && self.crowd.len() < clerk.plan.at_once
            && !clerk.exhausted;
        if room && !self.listening {
            clerk
                .watch
                .watch(clerk.execution, clerk.plan.socket, Interest::Readable)?;
        } else if self.listening && !room {
            clerk.watch.forget(clerk.execution, clerk.plan.socket)?;
        }
        self.listening = room;
        Ok(())
    }

    /// Takes the next client out of the queue; with edge-triggered events all of them, since nothing is told twice.
    fn accept(&mut self) -> Outcome<()> {
        let plan = self.clerk.plan;
        loop {
            if self.accepted == plan.count || self.crowd.len() >= plan.at_once {
                return Ok(());
            }
            match self.clerk.execution.accept_nonblocking(plan.socket) {
                Ok(fd) => {
                    self.accepted += 1;
                    self.crowd.admit(fd, &mut self.clerk)?;
                }
                Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
                Err(Errno::ECONNABORTED | Errno::EPROTO) => {}
                Err(Errno::EMFILE | Errno::ENFILE) if !self.crowd.is_empty() => {
                    // The listener stays ready: to ask again at once would be a busy loop.
                    self.clerk.execution.note(format!(
                        "no descriptor is left for another client: {} are being served, and the listener is not watched until one of them has gone",
                        self.crowd.len()
                    ));
                    self.clerk.exhausted = true;
                    return Ok(());
                }
                Err(errno) => return Execution::after_accept(errno).map(drop),
            }
            if !self.clerk.watch.is_edge() {
                return Ok(());
            }
        }
    }

    /// One step with a client that is ready; with edge-triggered events as many as there are.
    fn serve(&mut self, fd: i32) -> Outcome<()> {
        let mut step = self.crowd.step(fd, &mut self.clerk)?;
        while self.clerk.watch.is_edge() && step == Step::Progress {
            step = self.crowd.step(fd, &mut self.clerk)?;
        }
        Ok(())
    }
}

impl Hands for Clerk<'_, '_> {
    fn send(&mut self, fd: i32, data: &[u8]) -> Result<usize, Errno> {
        self.execution.call_send(fd, data, 0)
    }

    fn recv(&mut self, fd: i32) -> Result<Vec<u8>, Errno> {
        self.execution.call_recv(fd, self.plan.buffer, 0)
    }

    fn shutdown(&mut self, fd: i32) {
        let _ = self.execution.call_shutdown(fd, number_of("SHUT_WR"));
    }

    fn close(&mut self, fd: i32) {
        let _ = self.execution.call_close(fd);
        self.watch.closed(fd);
        self.exhausted = false;
    }

    fn wants(&mut self, fd: i32, writing: bool) -> Outcome<()> {
        let interest = if writing {
            Interest::Writable
        } else {
            Interest::Readable
        };
        self.watch.watch(self.execution, fd, interest)
    }

    fn note(&mut self, text: String) {
        self.execution.note(text);
    }

    fn is_edge(&self) -> bool {
        self.watch.is_edge()
    }
}

/// The time until an instant, a millisecond at least, so that a rounded timeout does not return before it.
fn until(deadline_ns: i64) -> Duration {
    let left = deadline_ns.saturating_sub(now_ns()).max(0) as u64;
    Duration::from_millis(left.div_ceil(1_000_000).max(1))
}

/// A timeout as poll(2) and epoll_wait(2) take it; -1 is none.
pub(super) fn milliseconds(longest: Option<Duration>) -> i32 {
    longest.map_or(-1, |longest| {
        i32::try_from(longest.as_millis()).unwrap_or(i32::MAX)
    })
}
