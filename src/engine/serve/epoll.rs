//! epoll(7): the kernel keeps the list of descriptors, and a call names only those that are ready; level- or edge-triggered.

use super::event_loop::{Interest, Watch, milliseconds};
use super::{Plan, Served};
use crate::engine::execution::{Execution, Outcome};
use crate::sys::poll::Ready;
use crate::syscall::text::number_of;
use nix::errno::Errno;
use std::collections::BTreeSet;
use std::time::Duration;

/// epoll_wait(2) gives at most so many events at once.
const ROOM: i32 = 64;

/// An epoll instance.
#[derive(Debug)]
struct Instance {
    epoll: i32,
    edge: bool,
    watched: BTreeSet<i32>,
}

impl Execution<'_> {
    pub(super) fn serve_with_epoll(&mut self, plan: &Plan) -> Outcome<Served> {
        let epoll = self.call_epoll_create(0, "0".to_owned())?;
        let mut instance = Instance {
            epoll,
            edge: plan.edge,
            watched: BTreeSet::new(),
        };
        self.serve_with(plan, &mut instance)
    }
}

impl Instance {
    fn events(&self, interest: Interest) -> u32 {
        let name = match interest {
            // An edge is told once for each direction, so both are asked for once and for all.
            _ if self.edge => {
                return ["EPOLLIN", "EPOLLOUT", "EPOLLET"]
                    .iter()
                    .fold(0, |bits, name| bits | number_of(name) as u32);
            }
            Interest::Readable => "EPOLLIN",
            Interest::Writable => "EPOLLOUT",
        };
        number_of(name) as u32
    }
}

impl Watch for Instance {
    fn watch(&mut self, execution: &mut Execution<'_>, fd: i32, interest: Interest) -> Outcome<()> {
        let operation = if self.watched.insert(fd) {
            "EPOLL_CTL_ADD"
        } else {
            "EPOLL_CTL_MOD"
        };
        let events = self.events(interest);
        execution.call_epoll_ctl(self.epoll, number_of(operation), Ready { fd, events })?;
        Ok(())
    }

    fn forget(&mut self, execution: &mut Execution<'_>, fd: i32) -> Outcome<()> {
        self.watched.remove(&fd);
        let operation = number_of("EPOLL_CTL_DEL");
        execution.call_epoll_ctl(self.epoll, operation, Ready { fd, events: 0 })?;
        Ok(())
    }

    fn closed(&mut self, fd: i32) {
        // The kernel takes a descriptor off its list when the last copy of it is closed (epoll(7)).
        self.watched.remove(&fd);
    }

    fn wait(
        &mut self,
        execution: &mut Execution<'_>,
        longest: Option<Duration>,
    ) -> Result<Vec<i32>, Errno> {
        let ready = execution.call_epoll_wait(self.epoll, ROOM, milliseconds(longest))?;
        Ok(ready.into_iter().map(|entry| entry.fd).collect())
    }

    fn is_edge(&self) -> bool {
        self.edge
    }

    fn end(&mut self, execution: &mut Execution<'_>) {
        let _ = execution.call_close(self.epoll);
    }
}
