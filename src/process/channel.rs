//! What joins the terminal with a prompt's process, and with a tracer. With a process: three pipes. A pair of sockets would do, but whoever reads from one wakes a peer that
//! waits to read (`unix_write_space` in the kernel): two more changes of the running task for each message. That a call begins has a pipe of
//! its own: nobody waits for it as long as calls return at once.

use crate::sys::named;
use crate::sys::shared_bytes::{self, SharedBytes};
use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

/// The terminal's ends of what joins it with a tracer. Reports go through memory: a program makes so many calls that a system call for each
/// of them would be felt.
#[derive(Debug)]
pub struct Joint {
    /// Where requests are written; a write waits for room.
    pub requests: File,
    /// A byte comes here when there are reports and the terminal has asked to be woken; its end is the tracer's. A read does not wait.
    pub wakes: File,
    /// The reports.
    pub reports: SharedBytes,
}

impl Joint {
    /// Makes them; the tracer's ends are where it reads requests, where it writes to wake the terminal, and the memory of its reports.
    pub fn new() -> io::Result<(Self, [OwnedFd; 3])> {
        let (read_requests, write_requests) = pipe()?;
        let (read_wakes, write_wakes) = pipe()?;
        let flags = nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK);
        nix::fcntl::fcntl(&read_wakes, flags)?;
        let memory = shared_bytes::memory(AHEAD)?;
        let ours = Self {
            requests: write_requests.into(),
            wakes: read_wakes.into(),
            reports: SharedBytes::map(&memory)?,
        };
        Ok((ours, [read_requests, write_wakes, memory]))
    }
}

/// So many bytes of reports a tracer may be ahead of the terminal.
const AHEAD: usize = 1 << 20;

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    pipe2(OFlag::O_CLOEXEC).map_err(named("pipe2(2)"))
}

/// Both ends.
#[derive(Debug)]
pub struct Channel {
    /// The terminal's.
    pub ours: Ours,
    /// The process's.
    pub theirs: Theirs,
}

/// The terminal's end.
#[derive(Debug)]
pub struct Ours {
    /// Where requests are written; a write waits for room.
    pub requests: File,
    /// Where it is read that a call begins; a read does not wait. Of a call that has returned it is there once its report is.
    pub starts: File,
    /// Where all other reports are read; a read does not wait.
    pub reports: File,
}

/// The process's end.
#[derive(Debug)]
pub struct Theirs {
    /// Where requests are read.
    pub requests: OwnedFd,
    /// Where it is written that a call begins.
    pub starts: OwnedFd,
    /// Where all other reports are written.
    pub reports: OwnedFd,
}

impl Channel {
    /// Makes the pipes; all six descriptors are closed by execve(2).
    pub fn new() -> io::Result<Self> {
        let (read_requests, write_requests) = pipe()?;
        let (read_starts, write_starts) = pipe()?;
        let (read_reports, write_reports) = pipe()?;
        // The flag belongs to these ends alone.
        for end in [&read_starts, &read_reports] {
            nix::fcntl::fcntl(end, nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Self {
            ours: Ours {
                requests: write_requests.into(),
                starts: read_starts.into(),
                reports: read_reports.into(),
            },
            theirs: Theirs {
                requests: read_requests,
                starts: write_starts,
                reports: write_reports,
            },
        })
    }
}
