//! No waiting at all: every socket is asked again and again, and answers EAGAIN until there is something. What that costs is counted:
//! the first EAGAIN of each socket is told as it comes, those after it in one line with their number.

use super::connection::Step;
use super::crowd::{Crowd, Hands};
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
    clerk: Clerk<'a, 'e>,
    crowd: Crowd,
    accepted: u64,
}

/// What makes the calls, and counts those that gave nothing.
struct Clerk<'a, 'e> {
    execution: &'a mut Execution<'e>,
    plan: &'a Plan,
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
            clerk: Clerk {
                execution: self,
                plan,
                untold: BTreeMap::new(),
                exhausted: false,
            },
            crowd: Crowd::new(plan.begin()),
            accepted: 0,
        };
        let outcome = spin.run();
        spin.clerk.tell_all_untold();
        spin.crowd.end(&mut spin.clerk);
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
            if self.accepted == self.clerk.plan.count && self.crowd.is_empty() {
                return Ok(End::Count);
            }
            let progress = self.round()?;
            if progress {
                settled = false;
            } else if !settled {
                self.clerk.tell_idle();
                settled = true;
            }
            let pause = if progress {
                Duration::ZERO
            } else {
                self.clerk.plan.pause
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
        let plan = self.clerk.plan;
        let room =
            self.accepted < plan.count && self.crowd.len() < plan.at_once && !self.clerk.exhausted;
        if room {
            progress |= self.accept()?;
        }
        for fd in self.crowd.fds() {
            progress |= self.crowd.step(fd, &mut self.clerk)? != Step::Wait;
        }
        self.crowd.due(&mut self.clerk)?;
        Ok(progress)
    }

    fn accept(&mut self) -> Outcome<bool> {
        match self.clerk.accept() {
            Ok(new) => {
                self.accepted += 1;
                self.crowd.admit(new, &mut self.clerk)?;
                Ok(true)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(false),
            Err(Errno::ECONNABORTED | Errno::EPROTO) => Ok(true),
            Err(Errno::EMFILE | Errno::ENFILE) if !self.crowd.is_empty() => {
                self.clerk.exhausted = true;
                Ok(true)
            }
            Err(errno) => Execution::after_accept(errno).map(|_| true),
        }
    }
}

impl Hands for Clerk<'_, '_> {
    fn send(&mut self, fd: i32, data: &[u8]) -> Result<usize, Errno> {
        let start_ns = now_ns();
        let sent = message::send(fd, data, 0);
        let times = (start_ns, now_ns());
        if sent == Err(Errno::EAGAIN) && self.count("send", fd, times) {
            return sent;
        }
        self.tell_untold("send", fd);
        self.execution.tell_call(
            transfer::send_draft(fd, data, 0),
            &sent,
            times,
            |count, event| transfer::tell_sent(data, *count, event),
        );
        sent
    }

    fn recv(&mut self, fd: i32) -> Result<Vec<u8>, Errno> {
        let start_ns = now_ns();
        let received = message::recv(fd, self.plan.buffer, 0);
        let times = (start_ns, now_ns());
        if matches!(received, Err(Errno::EAGAIN)) && self.count("recv", fd, times) {
            return Err(Errno::EAGAIN);
        }
        self.tell_untold("recv", fd);
        let draft = transfer::recv_draft(fd, self.plan.buffer, 0);
        self.execution
            .tell_call(draft, &received, times, |received, event| {
                transfer::tell_received(received, event);
            });
        received.map(|(_, data)| data)
    }

    fn shutdown(&mut self, fd: i32) {
        let _ = self.execution.call_shutdown(fd, number_of("SHUT_WR"));
    }

    fn close(&mut self, fd: i32) {
        self.tell_untold("recv", fd);
        self.tell_untold("send", fd);
        let _ = self.execution.call_close(fd);
        self.untold.remove(&("recv", fd));
        self.untold.remove(&("send", fd));
        self.exhausted = false;
    }

    /// Every socket is asked in every round.
    fn wants(&mut self, _: i32, _: bool) -> Outcome<()> {
        Ok(())
    }

    fn note(&mut self, text: String) {
        self.execution.note(text);
    }
}

impl Clerk<'_, '_> {
    fn accept(&mut self) -> Result<i32, Errno> {
        let (fd, flags) = (self.plan.socket, number_of("SOCK_NONBLOCK"));
        let start_ns = now_ns();
        let accepted = socket::accept4(fd, flags).map(lifecycle::accepted);
        let times = (start_ns, now_ns());
        if accepted == Err(Errno::EAGAIN) && self.count("accept4", fd, times) {
            return Err(Errno::EAGAIN);
        }
        self.tell_untold("accept4", fd);
        self.execution.tell_call(
            lifecycle::accept_draft(fd, Some(flags)),
            &accepted,
            times,
            lifecycle::tell_accepted,
        );
        accepted.map(|(fd, _)| fd)
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

    fn tell_all_untold(&mut self) {
        for (name, fd) in self.untold.keys().copied().collect::<Vec<_>>() {
            self.tell_untold(name, fd);
        }
    }

    fn tell_idle(&self) {
        let spinning: BlockedEvent = self.execution.spinning(self.plan.socket);
        self.execution.reports.send(Report::Idle { spinning });
    }
}
