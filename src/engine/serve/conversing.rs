//! One client from its first byte to its last, on a socket that blocks: what iterative, process and thread do alike.

use super::Plan;
use crate::engine::execution::Execution;
use crate::sys::clock::now_ns;
use nix::errno::Errno;

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client sent its FIN, or the service has said all it has to say.
    Over,
    /// The connection broke, as the last call told.
    Broken,
    /// Ctrl-C.
    Interrupted,
}

impl Execution<'_> {
    /// Serves a client until it has nothing more to say. The descriptor stays open.
    pub(super) fn converse(&mut self, plan: &Plan, fd: i32) -> Ending {
        let ended = self.exchange(plan, fd);
        match ended {
            Ok(()) => Ending::Over,
            Err(Errno::EINTR) => Ending::Interrupted,
            Err(_) => Ending::Broken,
        }
    }

    fn exchange(&mut self, plan: &Plan, fd: i32) -> Result<(), Errno> {
        if let Some(greeting) = plan.service.greeting(now_ns()) {
            return self.send_whole(fd, &greeting);
        }
        loop {
            let data = self.call_recv(fd, plan.buffer, 0)?;
            if data.is_empty() {
                return Ok(());
            }
            let answer = plan.service.answer(&data, now_ns());
            self.send_whole(fd, &answer)?;
        }
    }

    /// Sends until all is taken: a call that was interrupted or met a timeout may take less.
    fn send_whole(&mut self, fd: i32, data: &[u8]) -> Result<(), Errno> {
        let mut sent = 0;
        while sent < data.len() {
            sent += self.call_send(fd, &data[sent..], 0)?;
        }
        Ok(())
    }
}
