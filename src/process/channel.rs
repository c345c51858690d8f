//! The channel between the terminal and a prompt's process: three pipes. A pair of sockets would do, but whoever reads from one wakes a peer that
//! waits to read (`unix_write_space` in the kernel): two more changes of the running task for each message. That a call begins has a pipe of
//! its own: nobody waits for it as long as calls return at once.

use crate::sys::named;
use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

/// The terminal's ends of the pipes to a tracer.
#[derive(Debug)]
pub struct Pipes {
    /// Where requests are written; a write waits for room.
    pub requests: File,
    /// Where reports are read; a read does not wait.
    pub reports: File,
}

impl Pipes {
    /// Makes the pipes; the tracer's ends are where it reads requests and where it writes reports.
    pub fn new() -> io::Result<(Self, [OwnedFd; 2])> {
        let (read_requests, write_requests) = pipe()?;
        let (read_reports, write_reports) = pipe()?;
        let flags = nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK);
        nix::fcntl::fcntl(&read_reports, flags)?;
        // Calls that need no answer may run ahead of the terminal as far as there is room.
        let _ = nix::fcntl::fcntl(&write_reports, nix::fcntl::FcntlArg::F_SETPIPE_SZ(AHEAD));
        let ours = Self {
            requests: write_requests.into(),
            reports: read_reports.into(),
        };
        Ok((ours, [read_requests, write_reports]))
    }
}

/// So many bytes of reports a tracer may be ahead of the terminal.
const AHEAD: i32 = 1 << 20;

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
