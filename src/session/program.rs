//! A real program that runs in the lab: its pipes, its output by lines, its end.

use crate::event::Ended;
use crate::lab::handle::Spawned;
use crate::sys::spawn;
use nix::fcntl::OFlag;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// At most this many bytes of one line are held back while its end has not come.
const LINE: usize = 8 * 1024;

/// A running program.
#[derive(Debug)]
pub struct Program {
    /// How the log calls it: the program's file name, with a number when it is not the first.
    pub name: String,
    /// The host it runs on.
    pub host: String,
    /// What was typed.
    pub command_line: String,
    /// Its process id as this machine sees it.
    pub pid: i32,
    /// Its process id as the keeper tells of it.
    pub keeper_pid: i32,
    /// The job it is listed under.
    pub job: u32,
    /// How it ended, once it has, and when that was told.
    pub ended: Option<(Ended, i64)>,
    pidfd: OwnedFd,
    streams: Vec<Stream>,
    /// Where lines are written that it is to read; `None` where its input is another, or was ended.
    pub lines: Option<io::PipeWriter>,
}

#[derive(Debug)]
struct Stream {
    pipe: OwnedFd,
    error: bool,
    held: Vec<u8>,
}

/// The pipes a program is started with: the ends that are read here, and the ends it is given.
#[derive(Debug)]
pub struct Pipes {
    /// Where standard output is read.
    pub output: OwnedFd,
    /// Where standard error is read.
    pub error: OwnedFd,
    /// Standard output of the program.
    pub program_output: OwnedFd,
    /// Standard error of the program.
    pub program_error: OwnedFd,
}

impl Pipes {
    /// Makes two pipes; the ends read here do not block.
    pub fn new() -> io::Result<Self> {
        let (output, program_output) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        let (error, program_error) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        for end in [&output, &error] {
            nix::fcntl::fcntl(end, nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Self {
            output,
            error,
            program_output,
            program_error,
        })
    }
}

impl Program {
    /// A program that was just started with these ends of its pipes.
    pub fn new(
        (name, host): (String, String),
        command_line: String,
        job: u32,
        spawned: Spawned,
        output: OwnedFd,
        error: OwnedFd,
    ) -> Self {
        let stream = |pipe, error| Stream {
            pipe,
            error,
            held: Vec::new(),
        };
        Self {
            name,
            host,
            command_line,
            pid: spawned.pid,
            keeper_pid: spawned.keeper_pid,
            job,
            ended: None,
            pidfd: spawned.pidfd,
            streams: vec![stream(output, false), stream(error, true)],
            lines: None,
        }
    }

    /// The whole lines it has written since the last time, with whether they went to standard error. What has no end of line is
    /// given when the program closes the stream.
    pub fn written(&mut self) -> Vec<(bool, Vec<u8>)> {
        let mut lines = Vec::new();
        self.streams.retain_mut(|stream| {
            let mut chunk = [0; 4096];
            let open = loop {
                match nix::unistd::read(&stream.pipe, &mut chunk) {
                    Ok(0) => break false,
                    Ok(length) => stream.held.extend_from_slice(&chunk[..length]),
                    Err(nix::errno::Errno::EINTR) => {}
                    Err(nix::errno::Errno::EAGAIN) => break true,
                    Err(_) => break false,
                }
                if stream.held.len() > LINE * 4 {
                    break true;
                }
            };
            if let Some(end) = stream.held.iter().rposition(|byte| *byte == b'\n') {
                let whole: Vec<u8> = stream.held.drain(..=end).collect();
                let whole = whole[..end].split(|byte| *byte == b'\n');
                lines.extend(whole.map(|line| (stream.error, line.to_vec())));
            }
            if !stream.held.is_empty() && (!open || stream.held.len() > LINE) {
                lines.push((stream.error, std::mem::take(&mut stream.held)));
            }
            open
        });
        lines
    }

    /// True when it has ended and all it wrote was read. A child it left behind may hold its pipes; that does not keep it alive.
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        spawn::pidfd_send_signal(self.pidfd.as_fd(), signal)
    }

    /// What to wait for: its pipes.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.streams.iter().map(|stream| stream.pipe.as_fd())
    }
}

/// The inode behind a socket descriptor of a process; 0 when it is none, or gone.
pub fn inode(pid: i32, fd: i32) -> u64 {
    let link = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok();
    let text = link
        .as_deref()
        .and_then(Path::to_str)
        .and_then(|text| text.strip_prefix("socket:["));
    text.and_then(|text| text.strip_suffix(']'))
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
