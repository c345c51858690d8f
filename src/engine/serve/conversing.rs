//! One client from its first byte to its last, on a socket that blocks: what iterative, process and thread do alike.

use super::Plan;
use super::talk::{Answer, Answers, Client, Talk};
use crate::engine::execution::Execution;
use crate::sys::clock::now_ns;
use crate::syscall::text::number_of;
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

/// The client of a service that is begun for each anew.
const ONLY: Client = 1;

/// How a service ends a conversation.
enum Said {
    /// The connection is closed.
    Close,
    /// No more is sent; what comes is thrown away until the client's FIN.
    Part,
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
        let mut talk = plan.begin();
        let mut out = Answers::default();
        talk.joined(ONLY, now_ns(), &mut out);
        let mut parted = false;
        loop {
            match self.say(fd, &mut *talk, out)? {
                Some(Said::Close) => return Ok(()),
                Some(Said::Part) => {
                    self.call_shutdown(fd, number_of("SHUT_WR"))?;
                    parted = true;
                }
                None => {}
            }
            out = Answers::default();
            let data = self.call_recv(fd, plan.buffer, 0)?;
            match (parted, data.is_empty()) {
                (true, true) => return Ok(()),
                (true, false) => {}
                (false, true) => talk.finished(ONLY, now_ns(), &mut out),
                (false, false) => talk.received(ONLY, &data, now_ns(), &mut out),
            }
        }
    }

    /// Sends answers, and what the service has to add to them; how the conversation goes on, if it ends.
    fn say(
        &mut self,
        fd: i32,
        talk: &mut dyn Talk,
        mut out: Answers,
    ) -> Result<Option<Said>, Errno> {
        while !out.0.is_empty() {
            for answer in out.0 {
                match answer {
                    Answer::Send(_, bytes) => self.send_whole(fd, &bytes)?,
                    Answer::Close(_) => return Ok(Some(Said::Close)),
                    Answer::Part(_) => return Ok(Some(Said::Part)),
                }
            }
            out = Answers::default();
            talk.drained(ONLY, &mut out);
        }
        Ok(None)
    }

    /// Sends until all is taken: a call that was interrupted or met a timeout may take less.
    pub(super) fn send_whole(&mut self, fd: i32, data: &[u8]) -> Result<(), Errno> {
        let mut sent = 0;
        while sent < data.len() {
            sent += self.call_send(fd, &data[sent..], 0)?;
        }
        Ok(())
    }
}
