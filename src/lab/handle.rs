//! The terminal's hold on a lab: asks its keeper for hosts and processes, hears of their ends, and ends it.

mod starting;

use super::keeper;
use super::message::{LIMIT, Reply, Request, SocketPath};
use super::tier::{Attempt, Tier};
use crate::event::Ended;
use crate::sys::clock::Deadline;
use crate::sys::ring::RINGS;
use crate::sys::{pass, spawn};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the host a lab begins with, and of its first process.
pub const FIRST_HOST: &str = "lab";

/// The first argument that makes this binary a keeper.
pub const KEEPER_ROLE: &str = "__keeper";

/// The argument of a keeper that closes its lab; what is to be hidden follows.
pub const SEALED: &str = "sealed";

/// What a lab is to be.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The socklab binary, which the keeper is an execution of.
    pub program: &'a Path,
    /// No private network is tried.
    pub host_network: bool,
    /// It is removed, with all in it, should the terminal be killed; in an end in order it stays to whoever made it.
    pub folder: Option<&'a Path>,
    /// Its programs reach no file outside the current folder, which is this folder, and these are hidden from them.
    pub seal: Option<&'a [PathBuf]>,
}

/// A running lab.
#[derive(Debug)]
pub struct Lab {
    tier: Tier,
    attempts: Vec<Attempt>,
    notes: Vec<String>,
    shielded: bool,
    unsealed: Vec<String>,
    keeper: Pid,
    channel: OwnedFd,
    ended: VecDeque<(i32, Ended)>,
    has_ended: bool,
    paths: Vec<SocketPath>,
    /// A netlink socket in the lab's network, for sock_diag.
    pub diag: OwnedFd,
    /// Packet sockets in the lab's network that have not begun to capture; `None` once taken or where it is not allowed.
    pub capture: Option<[OwnedFd; RINGS]>,
}

/// A host the keeper made.
#[derive(Debug)]
pub struct NewHost {
    /// The interface index of the wire's end of its cable.
    pub port: u32,
    /// What could not be set up, in words.
    pub notes: Vec<String>,
    /// A netlink socket in its network, for sock_diag.
    pub diag: OwnedFd,
    /// Packet sockets in its network that have not begun to capture.
    pub capture: [OwnedFd; RINGS],
    /// The channel to the wire's process, with the first host.
    pub wire: Option<OwnedFd>,
}

/// A process the keeper made.
#[derive(Debug)]
pub struct Spawned {
    /// Its process id as the keeper sees it, by which its end is told.
    pub keeper_pid: i32,
    /// Its process id as this process sees it.
    pub pid: i32,
    /// Stands for it, whatever its number.
    pub pidfd: OwnedFd,
}

/// Why no lab could be had, or why the keeper could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A step failed in the keeper.
    #[error("{step}: {}", plain(error))]
    Refused {
        /// The step, as a system call or an interface names it.
        step: String,
        /// The system's error.
        error: io::Error,
    },
    /// The kernel's own view of processes is missing (proc(5)).
    #[error(
        "/proc is not mounted, and nothing can be made without it: sudo mount -t proc proc /proc"
    )]
    NoProc,
    /// The keeper is gone, and with it every process of the lab.
    #[error("the lab's keeper process has ended; `reset` starts a new lab")]
    KeeperGone,
    /// A call of this process failed.
    #[error("{}", plain(.0))]
    Channel(#[from] io::Error),
}

impl LabError {
    /// A step that failed in the keeper with this errno.
    fn refused(step: String, errno: i32) -> Self {
        Self::Refused {
            step,
            error: io::Error::from_raw_os_error(errno),
        }
    }
}

/// An error as errno(3) names it.
fn plain(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let errno = nix::errno::Errno::from_raw(number);
            format!("{} ({errno:?})", errno.desc())
        }
        None => error.to_string(),
    }
}

impl Lab {
    /// The tier that was reached.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// What was tried, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// What could not be set up, in words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// False where a program of the lab can change settings of this machine's kernel: root's lab without mounts of its own.
    pub fn is_shielded(&self) -> bool {
        self.shielded
    }

    /// What of a sealed lab could not be closed, in words.
    pub fn unsealed(&self) -> &[String] {
        &self.unsealed
    }

    /// The keeper's process id as this process sees it.
    pub fn keeper_pid(&self) -> i32 {
        self.keeper.as_raw()
    }

    /// Makes a host with this number, 1 to [`super::address::LAST`], and plugs it into the wire.
    pub fn host(&mut self, name: &str, number: u8) -> Result<NewHost, LabError> {
        let request = Request::Host {
            name: name.to_owned(),
            number,
        };
        let (Reply::Host { port, notes }, descriptors) = self.ask(&request, &[])? else {
            return Err(LabError::KeeperGone);
        };
        let mut descriptors = descriptors.into_iter();
        let mut next = || descriptors.next().ok_or(LabError::KeeperGone);
        Ok(NewHost {
            port,
            notes,
            diag: next()?,
            capture: [next()?, next()?, next()?],
            wire: next().ok(),
        })
    }

    /// Reads a setting of a host by its path under /proc/sys/net; with a value, writes it first.
    pub fn sysctl(
        &mut self,
        host: &str,
        path: &str,
        value: Option<&str>,
    ) -> Result<String, LabError> {
        let request = Request::Sysctl {
            host: host.to_owned(),
            path: path.to_owned(),
            value: value.map(str::to_owned),
        };
        match self.ask(&request, &[])? {
            (Reply::Sysctl(text), _) => Ok(text),
            _ => Err(LabError::KeeperGone),
        }
    }

    /// Makes a prompt's process on a host, at the other ends of its channel and the one its children report on.
    pub fn spawn(
        &mut self,
        name: &str,
        host: &str,
        channels: [BorrowedFd<'_>; 4],
    ) -> Result<Spawned, LabError> {
        let request = Request::Spawn {
            name: name.to_owned(),
            host: host.to_owned(),
        };
        self.born(&request, &channels)
    }

    /// Runs a program on a host with these standard input, output and error; under a tracer, if its channel is given with what it is to
    /// know. The process is the tracer's, then, which ends as the program does.
    pub fn run(
        &mut self,
        host: &str,
        arguments: &[impl AsRef<OsStr>],
        standard: [BorrowedFd<'_>; 3],
        watched: Option<(&[u8], [BorrowedFd<'_>; 4])>,
    ) -> Result<Spawned, LabError> {
        let arguments = arguments
            .iter()
            .map(|argument| argument.as_ref().as_bytes().to_vec())
            .collect();
        let request = Request::Run {
            host: host.to_owned(),
            arguments,
            watched: watched.map(|(words, _)| words.to_vec()),
        };
        let mut descriptors = standard.to_vec();
        descriptors.extend(watched.iter().flat_map(|(_, channels)| channels));
        self.born(&request, &descriptors)
    }

    /// Has a socket path removed when the session ends, also if the terminal is killed.
    pub fn remember(&mut self, path: SocketPath) -> Result<(), LabError> {
        self.paths.push(path.clone());
        self.send(&Request::Remember(path), &[])
    }

    /// The ends of processes told since the last time, oldest first. Does not wait.
    pub fn ends(&mut self) -> Result<Vec<(i32, Ended)>, LabError> {
        loop {
            let mut watched = [PollFd::new(self.channel.as_fd(), PollFlags::POLLIN)];
            if poll(&mut watched, PollTimeout::ZERO).map_err(io::Error::from)? == 0 {
                return Ok(self.ended.drain(..).collect());
            }
            if let (Reply::Ended { pid, how }, _) = receive(&self.channel)? {
                self.ended.push_back((pid, how));
            }
        }
    }

    /// Waits, at most so long, for the end of a process that the keeper knows by this number.
    pub fn end_of(&mut self, pid: i32, patience: Duration) -> Result<Option<Ended>, LabError> {
        let deadline = Deadline::after(patience);
        loop {
            let place = self.ended.iter().position(|(ended, _)| *ended == pid);
            if let Some((_, how)) = place.and_then(|place| self.ended.remove(place)) {
                return Ok(Some(how));
            }
            let mut watched = [PollFd::new(self.channel.as_fd(), PollFlags::POLLIN)];
            let left = PollTimeout::try_from(deadline.remaining()).unwrap_or(PollTimeout::MAX);
            if poll(&mut watched, left).map_err(io::Error::from)? == 0 {
                return Ok(None);
            }
            if let (Reply::Ended { pid, how }, _) = receive(&self.channel)? {
                self.ended.push_back((pid, how));
            }
        }
    }

    fn born(
        &mut self,
        request: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<Spawned, LabError> {
        let (Reply::Spawned { pid }, mut descriptors) = self.ask(request, descriptors)? else {
            return Err(LabError::KeeperGone);
        };
        let pidfd = descriptors.pop().ok_or(LabError::KeeperGone)?;
        Ok(Spawned {
            keeper_pid: pid,
            pid: spawn::pid_of(&pidfd)?,
            pidfd,
        })
    }

    /// Sends a request and waits for its answer; ends of processes that come before it are kept.
    fn ask(
        &mut self,
        request: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(Reply, Vec<OwnedFd>), LabError> {
        self.send(request, descriptors)?;
        loop {
            match receive(&self.channel)? {
                (Reply::Ended { pid, how }, _) => self.ended.push_back((pid, how)),
                (Reply::Failed { step, errno }, _) => return Err(LabError::refused(step, errno)),
                answer => return Ok(answer),
            }
        }
    }

    fn send(&self, request: &Request, descriptors: &[BorrowedFd<'_>]) -> Result<(), LabError> {
        send(&self.channel, request, descriptors)
    }
}

fn send(
    channel: &OwnedFd,
    request: &Request,
    descriptors: &[BorrowedFd<'_>],
) -> Result<(), LabError> {
    let bytes = postcard::to_stdvec(request).map_err(io::Error::other)?;
    pass::send(channel.as_fd(), &bytes, descriptors).map_err(|error| match error.raw_os_error() {
        Some(libc::EPIPE | libc::ECONNRESET) => LabError::KeeperGone,
        _ => LabError::Channel(error),
    })
}

/// Has a folder removed with the lab, with all in it, should this process be killed.
fn own(channel: &OwnedFd, folder: &Path) -> Result<(), LabError> {
    let found = std::fs::symlink_metadata(folder)?;
    let folder = SocketPath {
        path: folder.as_os_str().as_bytes().to_vec(),
        device: found.dev(),
        inode: found.ino(),
    };
    send(channel, &Request::Folder(Some(folder)), &[])
}

impl AsFd for Lab {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}

impl Lab {
    /// Closes the channel, which ends the keeper, and waits for it; what it could not remove any more is removed here. Once is enough.
    pub fn end(&mut self) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        let _ = self.send(&Request::Folder(None), &[]);
        let _ =
            nix::sys::socket::shutdown(self.channel.as_raw_fd(), nix::sys::socket::Shutdown::Both);
        let patience = PollTimeout::from(2_000_u16);
        let gone = spawn::pidfd_open(self.keeper).map(|pidfd| {
            let mut end = [PollFd::new(pidfd.as_fd(), PollFlags::POLLIN)];
            poll(&mut end, patience).unwrap_or(0) > 0
        });
        if !gone.unwrap_or(true) {
            let _ = nix::sys::signal::kill(self.keeper, nix::sys::signal::Signal::SIGKILL);
        }
        while matches!(
            waitpid(self.keeper, Some(WaitPidFlag::empty())),
            Err(nix::errno::Errno::EINTR) | Ok(WaitStatus::StillAlive)
        ) {}
        for path in &self.paths {
            keeper::remove(path);
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.end();
    }
}

fn receive(channel: &OwnedFd) -> Result<(Reply, Vec<OwnedFd>), LabError> {
    match pass::receive(channel.as_fd(), LIMIT) {
        Ok(Some((bytes, descriptors))) => Ok((
            postcard::from_bytes(&bytes).map_err(io::Error::other)?,
            descriptors,
        )),
        Ok(None) => Err(LabError::KeeperGone),
        // The keeper ended and left a request unread; told once. What it said before is behind this error.
        Err(error) if error.raw_os_error() == Some(libc::ECONNRESET) => receive(channel),
        Err(error) => Err(LabError::Channel(error)),
    }
}
