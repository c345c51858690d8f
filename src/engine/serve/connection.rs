//! A client of a server that never sleeps in recv or send: what is still to be sent to it is kept until the kernel takes more.

use super::Plan;
use crate::engine::execution::Execution;
use crate::sys::clock::now_ns;
use crate::syscall::text::number_of;
use nix::errno::Errno;

/// A connection and what it waits for.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) fd: i32,
    /// What is still to be sent. While there is something, nothing is read: a client that does not read cannot fill the memory.
    pending: Vec<u8>,
    /// To be closed when `pending` is sent.
    last_words: bool,
}

/// What to do with a connection after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The kernel took or gave something: there may be more.
    Progress,
    /// EAGAIN: wait until it is ready.
    Wait,
    /// It is over.
    Close,
}

impl Connection {
    /// A client that was just accepted.
    pub(super) fn new(plan: &Plan, fd: i32) -> Self {
        let greeting = plan.service.greeting(now_ns());
        Self {
            fd,
            last_words: greeting.is_some(),
            pending: greeting.unwrap_or_default(),
        }
    }

    /// True when it waits to be writable, false when it waits to be readable.
    pub(super) fn is_writing(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Sends what is pending, or else reads and sends the answer.
    pub(super) fn step(&mut self, execution: &mut Execution<'_>, plan: &Plan) -> Step {
        if self.is_writing() {
            return self.flush(execution);
        }
        match execution.call_recv(self.fd, plan.buffer, 0) {
            Ok(data) => self.received(execution, plan, &data),
            Err(Errno::EAGAIN | Errno::EINTR) => Step::Wait,
            Err(_) => Step::Close,
        }
    }

    /// Answers what was received; nothing is the client's FIN.
    pub(super) fn received(
        &mut self,
        execution: &mut Execution<'_>,
        plan: &Plan,
        data: &[u8],
    ) -> Step {
        if data.is_empty() {
            return Step::Close;
        }
        self.pending = plan.service.answer(data, now_ns());
        self.flush(execution)
    }

    /// Sends as much of what is pending as the kernel takes at once.
    pub(super) fn flush(&mut self, execution: &mut Execution<'_>) -> Step {
        let sent = execution.call_send(self.fd, &self.pending, 0);
        self.sent(sent)
    }

    /// What is still to be sent.
    pub(super) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// A send of what was pending returned.
    pub(super) fn sent(&mut self, sent: Result<usize, Errno>) -> Step {
        match sent {
            Ok(count) => {
                self.pending.drain(..count.min(self.pending.len()));
                if self.last_words && self.pending.is_empty() {
                    Step::Close
                } else {
                    Step::Progress
                }
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Step::Wait,
            Err(_) => Step::Close,
        }
    }
}

impl Execution<'_> {
    /// accept4(2) of a socket that does not block.
    pub(super) fn accept_nonblocking(&mut self, listener: i32) -> Result<i32, Errno> {
        self.call_accept(listener, Some(number_of("SOCK_NONBLOCK")))
            .map(|(fd, _)| fd)
    }
}
