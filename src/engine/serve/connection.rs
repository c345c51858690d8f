//! A client of a server that never sleeps in recv or send: what is still to be sent to it is kept until the kernel takes more.

use super::talk::Client;
use crate::engine::execution::Execution;
use crate::syscall::text::number_of;
use nix::errno::Errno;

/// A connection and what it waits for.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: Client,
    /// What is still to be sent. While there is something, nothing is read: a client that does not read cannot fill the memory.
    pending: Vec<u8>,
    pub(super) stage: Stage,
    /// What it is watched for: true to write, false to read; `None` before it is watched at all.
    pub(super) watched: Option<bool>,
}

/// How far a connection is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It is served.
    Open,
    /// It is closed once all is sent.
    Closing,
    /// No more is sent once all is sent.
    Parting,
    /// Its FIN is sent; what comes is thrown away until the client's.
    Parted,
}

/// What came of a step.
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
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            pending: Vec::new(),
            stage: Stage::Open,
            watched: None,
        }
    }

    /// True when it waits to be writable, false when it waits to be readable.
    pub(super) fn is_writing(&self) -> bool {
        !self.pending.is_empty()
    }

    /// What is still to be sent.
    pub(super) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Adds to what is to be sent.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        if self.pending.is_empty() {
            self.pending = bytes;
        } else {
            self.pending.extend(bytes);
        }
    }

    /// A send of what was pending returned.
    pub(super) fn sent(&mut self, sent: Result<usize, Errno>) -> Step {
        match sent {
            Ok(count) => {
                self.pending.drain(..count.min(self.pending.len()));
                Step::Progress
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
