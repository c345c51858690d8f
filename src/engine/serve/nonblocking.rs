//! No waiting at all: every socket is asked again and again, and answers EAGAIN until there is something. What that costs is counted:
//! the first EAGAIN of each socket is told as it comes, those after it in one line with their number.

use super::connection::{Connection, Step};
use super::{End, Plan, Served};
use crate::engine::draft::Draft;
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::engine::lifecycle;
use crate::engine::report::Report;
use crate::engine::transfer;
use crate::event::BlockedEvent;
use crate::sys::clock::now_ns;
use crate::sys::signal::{ASK, INTERRUPT, Uninterrupted};
use crate::sys::{message, socket};
use crate::syscall::text::number_of;
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::time::Duration;

/// Calls on one socket that gave EAGAIN and have not been told.
#[derive(Clone, Copy, Debug, Default)]
struct Untold {
    times: u64,
    first_ns: i64,
    last_ns: i64,
}

/// A server that spins.
struct Spin<'a, 'e> {
    execution: &'a mut Execution<'e>,
    plan: &'a Plan,
    connections: BTreeMap<i32, Connection>,
    accepted: u64,
    /// By call and descriptor; there is an entry once the first was told.
    untold: BTreeMap<(&'static str, i32), Untold>,
    /// No descriptor was left for another client.
    exhausted: bool,
}

impl Execution<'_> {
    /// accept4, recv of every connection, and round again.
    pub(super) fn serve_without_blocking(&mut self, plan: &Plan) -> Outcome<Served> {
        let before = self.descriptor(plan.socket).and_then(|known| known.timeout);
        self.set_timeout(plan.socket, Some(Duration::ZERO))?;
        let mut spin = Spin {
            execution: self,
            plan,
            connections: BTreeMap::new(),
            accepted: 0,
            untold: BTreeMap::new(),
            exhausted: false,
        };
        let outcome = spin.run();
        spin.end();
        let clients = spin.accepted;
        if before != Some(Duration::ZERO) {
            let _ = self.set_timeout(plan.socket, before);
        }
        outcome.map(|end| Served { clients, end })
    }
}

impl Spin<'_, '_> {
    fn run(&mut self) -> Outcome<End> {
        let signals = Uninterrupted::begin()
            .map_err(|errno| Stop::because(format!("SIGUSR1 cannot be held back: {errno}")))?;
        // Whether the terminal knows that there is nothing to do: then it is told only when it asks.
        let mut settled = false;
        loop {
            if self.accepted == self.plan.count && self.connections.is_empty() {
                return Ok(End::Count);
            }
            let progress = self.round()?;
            if progress {
                settled = false;
            } else if !settled {
                self.tell_idle();
                settled = true;
            }
            let pause = if progress {
                Duration::ZERO
            } else {
                self.plan.pause
            };
            match signals.look(pause) {
                Some(INTERRUPT) => return Ok(End::Interrupt),
                // The round that just ended may have begun before the question: the answer is the next one.
                Some(ASK) => settled = false,
                _ => {}
            }
        }
    }

    /// Asks every socket once; true when one of them had something.
    fn round(&mut self) -> Outcome<bool> {
        let mut progress = false;
        let room = self.accepted < self.plan.count
            && self.connections.len() < self.plan.at_once
            && !self.exhausted;
        if room {
            progress |= self.accept()?;
        }
        let fds: Vec<i32> = self.connections.keys().copied().collect();
        for fd in fds {
            let Some(mut connection) = self.connections.remove(&fd) else {
                continue;
            };
            match self.step(&mut connection) {
                Step::Wait => {
                    self.connections.insert(fd, connection);
                }
                Step::Progress => {
                    self.connections.insert(fd, connection);
                    progress = true;
                }
                Step::Close => {
                    self.close(fd);
                    progress = true;
                }
            }
        }
        Ok(progress)
    }

    fn accept(&mut self) -> Outcome<bool> {
        let (fd, flags) = (self.plan.socket, number_of("SOCK_NONBLOCK"));
        let start_ns = now_ns();
        let accepted = socket::accept4(fd, flags).map(lifecycle::accepted);
        let times = (start_ns, now_ns());
        if accepted == Err(Errno::EAGAIN) && self.count("accept4", fd, times) {
            return Ok(false);
        }
        self.tell_untold("accept4", fd);
        self.execution.tell_call(
            lifecycle::accept_draft(fd, Some(flags)),
            &accepted,
            times,
            lifecycle::tell_accepted,
        );
        match accepted {
            Ok((new, _)) => {
                self.accepted += 1;
                let mut connection = Connection::new(self.plan, new);
                if connection.is_writing() && connection.flush(self.execution) == Step::Close {
                    self.close(new);
                } else {
                    self.connections.insert(new, connection);
                }
                Ok(true)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(false),
            Err(Errno::ECONNABORTED | Errno::EPROTO) => Ok(true),
            Err(Errno::EMFILE | Errno::ENFILE) if !self.connections.is_empty() => {
                self.exhausted = true;
                Ok(true)
            }
            Err(errno) => Execution::after_accept(errno).map(|_| true),
        }
    }

    fn step(&mut self, connection: &mut Connection) -> Step {
        let fd = connection.fd;
        let start_ns = now_ns();
        if connection.is_writing() {
            let sent = message::send(fd, connection.pending(), 0);
            let times = (start_ns, now_ns());
            if sent == Err(Errno::EAGAIN) && self.count("send", fd, times) {
                return Step::Wait;
            }
            self.tell_untold("send", fd);
            let data = connection.pending();
            self.execution.tell_call(
                transfer::send_draft(fd, data, 0),
                &sent,
                times,
                |count, event| transfer::tell_sent(data, *count, event),
            );
            return connection.sent(sent);
        }
        let received = message::recv(fd, self.plan.buffer, 0);
        let times = (start_ns, now_ns());
        if matches!(received, Err(Errno::EAGAIN)) && self.count("recv", fd, times) {
            return Step::Wait;
        }
        self.tell_untold("recv", fd);
        let draft = transfer::recv_draft(fd, self.plan.buffer, 0);
        self.execution
            .tell_call(draft, &received, times, |received, event| {
                transfer::tell_received(received, event);
            });
        match received {
            Ok((_, data)) => connection.received(self.execution, self.plan, &data),
            Err(Errno::EAGAIN | Errno::EINTR) => Step::Wait,
            Err(_) => Step::Close,
        }
    }

    /// Counts an EAGAIN; false when it is the first of its kind, which is to be told.
    fn count(&mut self, name: &'static str, fd: i32, times: (i64, i64)) -> bool {
        let Some(untold) = self.untold.get_mut(&(name, fd)) else {
            self.untold.insert((name, fd), Untold::default());
            return false;
        };
        if untold.times == 0 {
            untold.first_ns = times.0;
        }
        untold.times += 1;
        untold.last_ns = times.1;
        true
    }

    /// Tells how often a call gave EAGAIN since it was last told.
    fn tell_untold(&mut self, name: &'static str, fd: i32) {
        let Some(untold) = self.untold.get_mut(&(name, fd)) else {
            return;
        };
        let told = std::mem::take(untold);
        if told.times == 0 {
            return;
        }
        let draft = match name {
            "recv" => transfer::recv_draft(fd, self.plan.buffer, 0),
            name => Draft::on(fd, name),
        };
        let times = (told.first_ns, told.last_ns);
        self.execution
            .tell_failures(draft, Errno::EAGAIN, times, told.times);
    }

    fn close(&mut self, fd: i32) {
        self.tell_untold("recv", fd);
        self.tell_untold("send", fd);
        let _ = self.execution.call_close(fd);
        self.untold.remove(&("recv", fd));
        self.untold.remove(&("send", fd));
        self.exhausted = false;
    }

    fn end(&mut self) {
        for (name, fd) in self.untold.keys().copied().collect::<Vec<_>>() {
            self.tell_untold(name, fd);
        }
        for fd in std::mem::take(&mut self.connections).into_keys() {
            let _ = self.execution.call_close(fd);
        }
    }

    fn tell_idle(&self) {
        let spinning: BlockedEvent = self.execution.spinning(self.plan.socket);
        self.execution.reports.send(Report::Idle { spinning });
    }
}
