//! The children that a prompt's process has forked: who they are, what they report, and when they have ended.

use crate::engine::report::Report;
use crate::sys::{pass, spawn};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A message of a child is never longer than this many bytes: what one recv took, and its words.
const LONGEST: usize = 256 * 1024;

/// A forked child.
#[derive(Debug)]
pub struct Child {
    /// Its process id as this machine sees it.
    pub pid: i32,
    /// True when it has ended and its parent has not waited for it.
    pub is_zombie: bool,
    /// True once that was told.
    pub told: bool,
    pidfd: OwnedFd,
}

/// The children of one process, and where they report.
#[derive(Debug)]
pub struct Family {
    channel: OwnedFd,
    /// By name, `server/7`: the number is what fork(2) returned.
    pub children: BTreeMap<String, Child>,
    buffer: Vec<u8>,
}

impl Family {
    /// A family without children, that will report on this socket.
    pub fn new(channel: OwnedFd) -> Self {
        Self {
            channel,
            children: BTreeMap::new(),
            buffer: vec![0; LONGEST],
        }
    }

    /// The reports that have come, with the names of the children that reported for the first time.
    pub fn receive(&mut self) -> (Vec<Report>, Vec<String>) {
        let (mut reports, mut born) = (Vec::new(), Vec::new());
        while let Ok(Some((length, pid))) =
            pass::receive_with_sender(self.channel.as_fd(), &mut self.buffer)
        {
            let Ok(report) = postcard::from_bytes::<Report>(&self.buffer[..length]) else {
                continue;
            };
            if let Report::Starting(call) = &report
                && !self.children.contains_key(&call.process)
                && let Ok(pidfd) = spawn::pidfd_open(Pid::from_raw(pid))
            {
                let child = Child {
                    pid,
                    is_zombie: false,
                    told: false,
                    pidfd,
                };
                self.children.insert(call.process.clone(), child);
                born.push(call.process.clone());
            }
            reports.push(report);
        }
        (reports, born)
    }

    /// The children that have ended since the last time.
    pub fn ended(&mut self) -> Vec<String> {
        let mut ended = Vec::new();
        for (name, child) in &mut self.children {
            if child.is_zombie {
                continue;
            }
            let mut watched = [PollFd::new(child.pidfd.as_fd(), PollFlags::POLLIN)];
            if poll(&mut watched, PollTimeout::ZERO) == Ok(1) {
                child.is_zombie = true;
                ended.push(name.clone());
            }
        }
        ended
    }

    /// What to wait for: reports, and the ends of children.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let living = self
            .children
            .values()
            .filter(|child| !child.is_zombie)
            .map(|child| child.pidfd.as_fd());
        living.chain([self.channel.as_fd()])
    }

    /// Kills a child (SIGKILL).
    pub fn kill(&self, name: &str) -> Option<io::Result<()>> {
        let child = self.children.get(name)?;
        Some(spawn::pidfd_send_signal(
            child.pidfd.as_fd(),
            libc::SIGKILL,
        ))
    }
}
