//! The children that a prompt's process has forked: who they are, what they report, and when they have ended.

use crate::engine::report::Report;
use crate::event::{BlockedEvent, Ended};
use crate::sys::{pass, spawn};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::Pid;
use std::collections::{BTreeMap, BTreeSet};
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
    /// How it ended, as far as that could be read.
    pub how: Option<Ended>,
    /// True once it was told that it is a zombie.
    pub told: bool,
    born: bool,
    pidfd: OwnedFd,
}

/// The children of one process, and where they report.
#[derive(Debug)]
pub struct Family {
    channel: OwnedFd,
    /// The process has begun a fork(2): until then nobody writes to the channel.
    forks: bool,
    /// By name, `server/7`: the number is what fork(2) returned.
    pub children: BTreeMap<String, Child>,
    /// Children whose fork was told.
    announced: BTreeSet<String>,
    held: Vec<Report>,
    buffer: Vec<u8>,
}

impl Family {
    /// A family without children, that will report on this socket.
    pub fn new(channel: OwnedFd) -> Self {
        Self {
            channel,
            forks: false,
            children: BTreeMap::new(),
            announced: BTreeSet::new(),
            held: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// Notes what its parent is about to do.
    pub fn parent_starts(&mut self, call: &BlockedEvent) {
        self.forks |= call.name == "fork";
    }

    /// Takes in the reports that have come; true when there were any.
    pub fn receive(&mut self) -> bool {
        if !self.forks {
            return false;
        }
        let before = self.held.len();
        self.buffer.resize(LONGEST, 0);
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
                    how: None,
                    told: false,
                    born: false,
                    pidfd,
                };
                self.children.insert(call.process.clone(), child);
            }
            self.held.push(report);
        }
        self.held.len() > before
    }

    /// True when there are children, or reports of some whose fork is still to be reported.
    pub fn is_reporting(&self) -> bool {
        !self.children.is_empty() || !self.held.is_empty()
    }

    /// The parent has told of a fork that returned this number.
    pub fn announce(&mut self, parent: &str, number: i64) {
        if number > 0 {
            self.announced.insert(format!("{parent}/{number}"));
        }
    }

    /// The reports of children whose fork was told, and those of them that have not reported before. A child may be quicker than its
    /// parent; what it did is told after the fork.
    pub fn released(&mut self) -> (Vec<Report>, Vec<String>) {
        let announced = &self.announced;
        let reports = self
            .held
            .extract_if(.., |report| match report {
                Report::Starting(call) => announced.contains(&call.process),
                Report::Called(call) => announced.contains(&call.process),
                _ => true,
            })
            .collect();
        let mut born = Vec::new();
        for (name, child) in &mut self.children {
            if announced.contains(name) && !std::mem::replace(&mut child.born, true) {
                born.push(name.clone());
            }
        }
        (reports, born)
    }

    /// A child was waited for: it is no more.
    pub fn bury(&mut self, name: &str) -> Option<Child> {
        self.announced.remove(name);
        self.children.remove(name)
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
                child.how = exit_code(child.pid);
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
        living.chain(self.forks.then(|| self.channel.as_fd()))
    }

    /// Kills a child (SIGKILL).
    pub fn kill(&self, name: &str) -> Option<io::Result<()>> {
        let child = self.children.get(name)?;
        Some(spawn::pidfd_send_signal(child.pidfd.as_fd(), libc::SIGKILL))
    }
}

/// How a process that nobody has waited for has ended: the last field of its line in /proc (proc_pid_stat(5)), a status as of waitpid(2).
fn exit_code(pid: i32) -> Option<Ended> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let status: i32 = text.split_whitespace().next_back()?.parse().ok()?;
    match status & 0x7f {
        0 => Some(Ended::Exited(status >> 8 & 0xff)),
        signal => Some(Ended::Signalled(signal)),
    }
}
