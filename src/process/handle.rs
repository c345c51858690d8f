//! The terminal's hold on a prompt's process: sends commands, takes reports, and reads from /proc whether a call sleeps in the kernel.

use super::child::thread_name;
use super::message::{Execute, Request, decode, encode};
use crate::command::ast::Command;
use crate::engine::report::Report;
use crate::event::BlockedEvent;
use crate::sys::{signal, spawn};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// A process as the terminal knows it.
#[derive(Debug)]
pub struct Process {
    /// Its name, as its prompt shows it.
    pub name: String,
    /// The host it lives on.
    pub host: String,
    /// Its process id as this machine sees it.
    pub pid: i32,
    /// Its process id as the keeper tells of it.
    pub keeper_pid: i32,
    pidfd: OwnedFd,
    channel: UnixStream,
    inbox: Vec<u8>,
    at_work: BTreeMap<u32, Work>,
}

/// A command under way.
#[derive(Clone, Debug)]
pub struct Work {
    /// The command's number.
    pub command: u64,
    /// The text that was typed.
    pub text: String,
    /// The call it has begun and not ended.
    pub call: Option<BlockedEvent>,
    /// True once the call was seen asleep.
    pub blocked: bool,
    /// True while an interrupt waits for the call to be asleep.
    interrupt: bool,
    /// Voluntary context switches at the last look that found the thread asleep.
    asleep_at: Option<u64>,
}

/// How a thread stands, as /proc tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Asleep, after this many voluntary context switches.
    Asleep(u64),
    /// Running, runnable or gone.
    Awake,
}

impl Process {
    /// A process that was just made, with this end of its channel.
    pub fn new(name: &str, host: &str, spawned: Birth, channel: UnixStream) -> io::Result<Self> {
        channel.set_nonblocking(true)?;
        Ok(Self {
            name: name.to_owned(),
            host: host.to_owned(),
            pid: spawned.pid,
            keeper_pid: spawned.keeper_pid,
            pidfd: spawned.pidfd,
            channel,
            inbox: Vec::new(),
            at_work: BTreeMap::new(),
        })
    }

    /// Sends a command. Job 0 is the main thread, which must be free.
    pub fn execute(&mut self, number: u64, job: u32, command: &Command) -> io::Result<()> {
        self.send(&Request::Execute(Execute {
            number,
            job,
            command: command.clone(),
        }))?;
        let work = Work {
            command: number,
            text: command.text.clone(),
            call: None,
            blocked: false,
            interrupt: false,
            asleep_at: None,
        };
        self.at_work.insert(job, work);
        Ok(())
    }

    /// Lets the main thread go on after a call it reported. A process that is gone is noticed by the next read.
    pub fn go_on(&mut self) {
        let _ = self.send(&Request::Continue);
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        let bytes = encode(request)?;
        self.channel.set_nonblocking(false)?;
        let sent = self.channel.write_all(&bytes);
        self.channel.set_nonblocking(true)?;
        sent
    }

    /// The reports that have come, oldest first; the flag says that the process is gone.
    pub fn receive(&mut self) -> (Vec<Report>, bool) {
        let mut gone = false;
        let mut chunk = [0; 16 * 1024];
        loop {
            match self.channel.read(&mut chunk) {
                Ok(0) => {
                    gone = true;
                    break;
                }
                Ok(length) => {
                    self.inbox.extend_from_slice(&chunk[..length]);
                    if length < chunk.len() {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {
                    gone = true;
                    break;
                }
            }
        }
        let mut reports = Vec::new();
        let mut taken = 0;
        loop {
            match decode::<Report>(&self.inbox[taken..]) {
                Ok(Some((mut report, length))) => {
                    taken += length;
                    self.note(&mut report);
                    reports.push(report);
                }
                Ok(None) => break,
                Err(_) => {
                    gone = true;
                    break;
                }
            }
        }
        self.inbox.drain(..taken);
        (reports, gone)
    }

    fn note(&mut self, report: &mut Report) {
        match report {
            Report::Starting(call) => {
                if let Some(work) = self.at_work.get_mut(&call.job) {
                    work.call = Some(call.clone());
                    work.asleep_at = None;
                    work.blocked = false;
                }
            }
            Report::Called(call) => {
                if let Some(work) = self.at_work.get_mut(&call.job) {
                    call.blocked |= work.blocked;
                    work.call = None;
                    work.blocked = false;
                    work.asleep_at = None;
                    work.interrupt = false;
                }
            }
            Report::Done { job, .. } => {
                self.at_work.remove(job);
            }
            Report::Output(_) | Report::Refused(_) | Report::Result(_) => {}
        }
    }

    /// The command of a job, if it is under way.
    pub fn work(&self, job: u32) -> Option<&Work> {
        self.at_work.get(&job)
    }

    /// All commands under way, by job.
    pub fn works(&self) -> impl Iterator<Item = (u32, &Work)> {
        self.at_work.iter().map(|(job, work)| (*job, work))
    }

    /// Looks at every thread that is in a call and gives the calls newly found asleep. A call counts as asleep when two looks in a row
    /// find its thread in the same sleep: its count of voluntary context switches has not moved (proc_pid_status(5)).
    /// Interrupts that waited for the sleep are sent now, when they cannot be lost.
    pub fn look(&mut self) -> Vec<BlockedEvent> {
        let mut found = Vec::new();
        for (job, work) in &mut self.at_work {
            let Some(call) = &work.call else { continue };
            match standing(self.pid, *job) {
                Standing::Awake => work.asleep_at = None,
                Standing::Asleep(switches) => {
                    if work.asleep_at == Some(switches) && !work.blocked {
                        work.blocked = true;
                        found.push(call.clone());
                    }
                    work.asleep_at = Some(switches);
                    if work.blocked && work.interrupt && send_interrupt(self.pid, *job).is_ok() {
                        work.interrupt = false;
                    }
                }
            }
        }
        found
    }

    /// True when some call that was seen asleep is on its way back: its thread is awake, so its report will come by itself.
    pub fn is_waking(&self) -> bool {
        self.at_work.iter().any(|(job, work)| {
            work.blocked && work.call.is_some() && standing(self.pid, *job) == Standing::Awake
        })
    }

    /// True when a command is under way that has not been seen asleep.
    pub fn is_running(&self) -> bool {
        self.at_work.values().any(|work| !work.blocked)
    }

    /// Interrupts the call of a job (EINTR): at once if it sleeps, else as soon as it does.
    pub fn interrupt(&mut self, job: u32) -> bool {
        let Some(work) = self.at_work.get_mut(&job) else {
            return false;
        };
        work.interrupt = !(work.blocked && send_interrupt(self.pid, job).is_ok());
        true
    }

    /// Kills the process (SIGKILL): what its peers see is what a crash looks like.
    pub fn kill(&self) -> io::Result<()> {
        spawn::pidfd_send_signal(self.pidfd.as_fd(), libc::SIGKILL)
    }
}

/// What a new process is known by.
#[derive(Debug)]
pub struct Birth {
    /// Its process id as this machine sees it.
    pub pid: i32,
    /// Its process id as the keeper sees it.
    pub keeper_pid: i32,
    /// Stands for it.
    pub pidfd: OwnedFd,
}

impl AsFd for Process {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}

fn send_interrupt(pid: i32, job: u32) -> io::Result<()> {
    let thread = thread_of(pid, job).ok_or_else(|| io::Error::from_raw_os_error(libc::ESRCH))?;
    spawn::tgkill(pid, thread, signal::INTERRUPT as i32)
}

/// The thread id of a job: the main thread's is the process id, others are found by their name.
fn thread_of(pid: i32, job: u32) -> Option<i32> {
    if job == 0 {
        return Some(pid);
    }
    let wanted = thread_name(job);
    for entry in std::fs::read_dir(format!("/proc/{pid}/task"))
        .ok()?
        .flatten()
    {
        if std::fs::read_to_string(entry.path().join("comm"))
            .is_ok_and(|name| name.trim_end() == wanted)
        {
            return entry.file_name().to_str()?.parse().ok();
        }
    }
    None
}

fn standing(pid: i32, job: u32) -> Standing {
    let status = thread_of(pid, job).and_then(|thread| {
        std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/status")).ok()
    });
    let Some(status) = status else {
        return Standing::Awake;
    };
    let line = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    match (
        line("State:"),
        line("voluntary_ctxt_switches:").and_then(|count| count.parse().ok()),
    ) {
        (Some(state), Some(switches)) if state.starts_with('S') => Standing::Asleep(switches),
        _ => Standing::Awake,
    }
}
