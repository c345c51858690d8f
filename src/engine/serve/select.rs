//! select(2): every descriptor is named in every call, and none may be above the size of a set.

use super::event_loop::{Interest, Watch};
use super::{Plan, Served};
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::sys::poll::SELECT_LIMIT;
use nix::errno::Errno;
use std::collections::BTreeSet;
use std::time::Duration;

/// The two sets that are handed to the kernel each time.
#[derive(Debug, Default)]
struct Sets {
    read: BTreeSet<i32>,
    write: BTreeSet<i32>,
}

impl Execution<'_> {
    pub(super) fn serve_with_select(&mut self, plan: &Plan) -> Outcome<Served> {
        self.serve_with(plan, &mut Sets::default())
    }
}

impl Watch for Sets {
    fn watch(&mut self, _: &mut Execution<'_>, fd: i32, interest: Interest) -> Outcome<()> {
        if fd >= SELECT_LIMIT {
            return Err(Stop::Fruitless(format!(
                "descriptor {fd} cannot be put in a fd_set, which has room for 0 to {} (FD_SETSIZE is {SELECT_LIMIT}): in C, FD_SET would write past its end, which is undefined behaviour; Python's select raises ValueError. That is where a server with select ends, whatever `ulimit -n` allows; poll and epoll have no such limit",
                SELECT_LIMIT - 1
            )));
        }
        self.closed(fd);
        match interest {
            Interest::Readable => self.read.insert(fd),
            Interest::Writable => self.write.insert(fd),
        };
        Ok(())
    }

    fn forget(&mut self, _: &mut Execution<'_>, fd: i32) -> Outcome<()> {
        self.closed(fd);
        Ok(())
    }

    fn closed(&mut self, fd: i32) {
        self.read.remove(&fd);
        self.write.remove(&fd);
    }

    fn wait(
        &mut self,
        execution: &mut Execution<'_>,
        longest: Option<Duration>,
    ) -> Result<Vec<i32>, Errno> {
        let read: Vec<i32> = self.read.iter().copied().collect();
        let write: Vec<i32> = self.write.iter().copied().collect();
        let mut selected = execution.call_select(&read, &write, &[], longest)?;
        selected.read.append(&mut selected.write);
        Ok(selected.read)
    }
}
