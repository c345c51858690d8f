//! poll(2): as many descriptors as the process may have, and each of them handed over and looked at in every call.

use super::event_loop::{Interest, Watch, milliseconds};
use super::{Plan, Served};
use crate::engine::execution::{Execution, Outcome};
use crate::sys::poll::Ready;
use crate::syscall::text::number_of;
use nix::errno::Errno;
use std::time::Duration;

/// The array that is handed to the kernel each time.
#[derive(Debug, Default)]
struct Entries(Vec<Ready>);

impl Execution<'_> {
    pub(super) fn serve_with_poll(&mut self, plan: &Plan) -> Outcome<Served> {
        self.serve_with(plan, &mut Entries::default())
    }
}

impl Watch for Entries {
    fn watch(&mut self, _: &mut Execution<'_>, fd: i32, interest: Interest) -> Outcome<()> {
        let events = match interest {
            Interest::Readable => number_of("POLLIN"),
            Interest::Writable => number_of("POLLOUT"),
        };
        let events = events as u32;
        match self.0.iter_mut().find(|entry| entry.fd == fd) {
            Some(entry) => entry.events = events,
            None => self.0.push(Ready { fd, events }),
        }
        Ok(())
    }

    fn forget(&mut self, _: &mut Execution<'_>, fd: i32) -> Outcome<()> {
        self.closed(fd);
        Ok(())
    }

    fn closed(&mut self, fd: i32) {
        self.0.retain(|entry| entry.fd != fd);
    }

    fn wait(
        &mut self,
        execution: &mut Execution<'_>,
        longest: Option<Duration>,
    ) -> Result<Vec<i32>, Errno> {
        let (_, events) = execution.call_poll(&self.0, milliseconds(longest))?;
        let ready = self.0.iter().zip(events);
        Ok(ready
            .filter(|(_, events)| *events != 0)
            .map(|(entry, _)| entry.fd)
            .collect())
    }
}
