//! One loop for select, poll and epoll: ask who is ready, take one step with each. How the kernel is asked is the watch's matter.

use super::connection::{Connection, Step};
use super::{End, Plan, Served};
use crate::engine::execution::{Execution, Outcome, Stop};
use nix::errno::Errno;
use std::collections::BTreeMap;
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
    /// Sleeps until some are ready: which.
    fn wait(&mut self, execution: &mut Execution<'_>) -> Result<Vec<i32>, Errno>;
    /// True when an event is told once, so that each must be followed until EAGAIN.
    fn is_edge(&self) -> bool {
        false
    }
    /// The server ends.
    fn end(&mut self, _execution: &mut Execution<'_>) {}
}

/// A server round a watch.
struct Loop<'a, 'e> {
    execution: &'a mut Execution<'e>,
    plan: &'a Plan,
    watch: &'a mut dyn Watch,
    connections: BTreeMap<i32, Connection>,
    accepted: u64,
    listening: bool,
    /// No descriptor was left for another client: nobody is accepted before one of the present ones has gone.
    exhausted: bool,
}

impl Execution<'_> {
    /// Serves until the count is full or Ctrl-C, with every socket non-blocking.
    pub(super) fn serve_with(&mut self, plan: &Plan, watch: &mut dyn Watch) -> Outcome<Served> {
        let before = self.descriptor(plan.socket).and_then(|known| known.timeout);
        self.set_timeout(plan.socket, Some(Duration::ZERO))?;
        let mut server = Loop {
            execution: self,
            plan,
            watch,
            connections: BTreeMap::new(),
            accepted: 0,
            listening: false,
            exhausted: false,
        };
        let outcome = server.run();
        server.close_all();
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
            if self.accepted == self.plan.count && self.connections.is_empty() {
                return Ok(End::Count);
            }
            let ready = match self.watch.wait(self.execution) {
                Ok(ready) => ready,
                Err(Errno::EINTR) => return Ok(End::Interrupt),
                Err(_) => return Err(Stop::Failed),
            };
            for fd in ready {
                if fd == self.plan.socket {
                    self.accept()?;
                } else {
                    self.serve(fd)?;
                }
            }
        }
    }

    /// The listener is watched as long as another client may come in.
    fn listen_or_not(&mut self) -> Outcome<()> {
        let room = self.accepted < self.plan.count
            && self.connections.len() < self.plan.at_once
            && !self.exhausted;
        if room && !self.listening {
            self.watch
                .watch(self.execution, self.plan.socket, Interest::Readable)?;
        } else if self.listening && !room {
            self.watch.forget(self.execution, self.plan.socket)?;
        }
        self.listening = room;
        Ok(())
    }

    /// Takes the next client out of the queue; with edge-triggered events all of them, since nothing is told twice.
    fn accept(&mut self) -> Outcome<()> {
        loop {
            if self.accepted == self.plan.count || self.connections.len() >= self.plan.at_once {
                return Ok(());
            }
            match self.execution.accept_nonblocking(self.plan.socket) {
                Ok(fd) => {
                    self.accepted += 1;
                    self.admit(fd)?;
                }
                Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
                Err(Errno::ECONNABORTED | Errno::EPROTO) => {}
                Err(Errno::EMFILE | Errno::ENFILE) if !self.connections.is_empty() => {
                    // The listener stays ready: to ask again at once would be a busy loop.
                    self.execution.note(format!(
                        "no descriptor is left for another client: {} are being served, and the listener is not watched until one of them has gone",
                        self.connections.len()
                    ));
                    self.exhausted = true;
                    return Ok(());
                }
                Err(errno) => return Execution::after_accept(errno).map(drop),
            }
            if !self.watch.is_edge() {
                return Ok(());
            }
        }
    }

    fn admit(&mut self, fd: i32) -> Outcome<()> {
        let mut connection = Connection::new(self.plan, fd);
        if connection.is_writing() && connection.flush(self.execution) == Step::Close {
            let _ = self.execution.call_close(fd);
            return Ok(());
        }
        let interest = interest_of(&connection);
        if let Err(stop) = self.watch.watch(self.execution, fd, interest) {
            let _ = self.execution.call_close(fd);
            return Err(stop);
        }
        self.connections.insert(fd, connection);
        Ok(())
    }

    /// One step with a client that is ready; with edge-triggered events as many as there are.
    fn serve(&mut self, fd: i32) -> Outcome<()> {
        let Some(connection) = self.connections.get_mut(&fd) else {
            return Ok(());
        };
        let before = interest_of(connection);
        let mut step = connection.step(self.execution, self.plan);
        while self.watch.is_edge() && step == Step::Progress {
            step = connection.step(self.execution, self.plan);
        }
        if step == Step::Close {
            self.connections.remove(&fd);
            let _ = self.execution.call_close(fd);
            self.watch.closed(fd);
            self.exhausted = false;
            return Ok(());
        }
        let now = interest_of(connection);
        if now != before && !self.watch.is_edge() {
            self.watch.watch(self.execution, fd, now)?;
        }
        Ok(())
    }

    fn close_all(&mut self) {
        for fd in std::mem::take(&mut self.connections).into_keys() {
            let _ = self.execution.call_close(fd);
            self.watch.closed(fd);
        }
    }
}

fn interest_of(connection: &Connection) -> Interest {
    if connection.is_writing() {
        Interest::Writable
    } else {
        Interest::Readable
    }
}
