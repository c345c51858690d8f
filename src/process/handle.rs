//! The terminal's hold on a prompt's process: sends commands, takes reports, and reads from /proc whether a call sleeps in the kernel.

use super::channel::Ours;
use super::family::{Child, Family};
use super::inbox::Inbox;
use super::message::{Execute, Request, encode};
use super::strand::{Strand, Threads, Work};
use crate::command::ast::Command;
use crate::engine::report::Report;
use crate::event::{BlockedEvent, CallEvent};
use crate::sys::spawn;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

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
    channel: Ours,
    starts: Inbox,
    reports: Inbox,
    family: Family,
    at_work: BTreeMap<Strand, Work>,
    threads: Threads,
}

/// What has come from a process and its children.
#[derive(Debug, Default)]
pub struct Heard {
    /// Reports, those of calls that begin before those of calls that ended, else oldest first. A thread reports nothing between the end
    /// of a call and the word to go on, so none of its own change places.
    pub reports: Vec<Report>,
    /// Children that reported for the first time; their fork is among the reports, or was before.
    pub born: Vec<String>,
    /// Reports of children.
    pub of_children: Vec<Report>,
    /// Children that have ended, after their last report.
    pub ended: Vec<String>,
    /// The process is gone.
    pub gone: bool,
}

impl Process {
    /// A process that was just made, with this end of its channel.
    pub fn new(name: &str, host: &str, spawned: Birth, channel: Ours, family: OwnedFd) -> Self {
        Self {
            name: name.to_owned(),
            host: host.to_owned(),
            pid: spawned.pid,
            keeper_pid: spawned.keeper_pid,
            pidfd: spawned.pidfd,
            channel,
            starts: Inbox::default(),
            reports: Inbox::default(),
            family: Family::new(family),
            at_work: BTreeMap::new(),
            threads: Threads::default(),
        }
    }

    /// Keeps the paths of its calls to this folder and those that were granted; before its first command.
    pub fn keep_to(&mut self, folder: &Path, granted: &[Vec<u8>]) -> io::Result<()> {
        self.send(&Request::KeepTo(folder.to_owned(), granted.to_vec()))
    }

    /// Sends a command. Job 0 is the main thread, which must be free.
    pub fn execute(&mut self, number: u64, job: u32, command: &Command) -> io::Result<()> {
        self.send(&Request::Execute(Execute {
            number,
            job,
            command: command.clone(),
        }))?;
        let work = Work::new(number, &command.text, self.pid);
        self.at_work.insert(self.strand(job), work);
        Ok(())
    }

    /// The thread of its own that a job has.
    fn strand(&self, job: u32) -> Strand {
        Strand {
            process: self.name.clone(),
            job,
            thread: 0,
        }
    }

    /// Lets the thread go on that reported a call, unless it was the last of its command. A process that is gone is noticed by the next
    /// read.
    pub fn go_on(&mut self, call: &CallEvent) {
        let strand = Strand::of(call);
        if strand == self.strand(0) {
            if self.at_work.contains_key(&strand) {
                let _ = self.send(&Request::Continue);
            }
        } else if let Some(work) = self.at_work.get_mut(&strand) {
            work.go_on(&strand);
        }
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        self.channel.requests.write_all(&encode(request)?)
    }

    /// What has come since the last time. Reading goes on until neither the process nor its children have anything more to say, so that
    /// of a call that has ended everything is known that began before.
    pub fn receive(&mut self) -> Heard {
        let mut heard = Heard {
            ended: self.family.ended(),
            ..Heard::default()
        };
        loop {
            let (mut reports, gone) = self.receive_own();
            for report in &reports {
                if let Report::Starting(call) = report {
                    self.family.parent_starts(call);
                }
            }
            // Without children nobody else reports: what has come by now is all.
            let more = self.family.receive() || self.family.is_reporting() && !reports.is_empty();
            heard.gone |= gone;
            heard.reports.append(&mut reports);
            if !more || gone {
                break;
            }
        }
        for report in &heard.reports {
            if let Report::Called(call) = report
                && call.name == "fork"
            {
                self.family.announce(&self.name, call.result);
            }
        }
        (heard.of_children, heard.born) = self.family.released();
        let begun = heard
            .of_children
            .extract_if(.., |report| matches!(report, Report::Starting(_)));
        heard.reports.extend(begun);
        heard
            .reports
            .sort_by_key(|report| !matches!(report, Report::Starting(_)));
        heard.reports.retain_mut(|report| self.note(report));
        heard.of_children.retain_mut(|report| self.note(report));
        for child in &heard.ended {
            self.at_work.retain(|strand, _| strand.process != *child);
        }
        heard
    }

    /// What the process itself has reported, and whether it is gone. Its reports are read before the calls that begin: of a call that has
    /// returned both are there, then.
    fn receive_own(&mut self) -> (Vec<Report>, bool) {
        let (ended, gone) = self.reports.receive(&mut self.channel.reports);
        let (mut reports, _) = self.starts.receive(&mut self.channel.starts);
        reports.extend(ended);
        (reports, gone)
    }

    /// Keeps what a report says of the thread that made it; false when it says nothing to anyone else.
    fn note(&mut self, report: &mut Report) -> bool {
        match report {
            Report::Starting(call) => {
                let pid = self.pid_of(&call.process);
                let strand = Strand::about(call);
                self.at_work
                    .entry(strand)
                    .or_insert_with(|| Work::new(call.command, "", pid))
                    .starting(call);
            }
            Report::Called(call) => {
                if let Some(work) = self.at_work.get_mut(&Strand::of(call)) {
                    let slept = work.called(call);
                    call.blocked |= slept;
                }
            }
            Report::Idle { spinning } => {
                let strand = Strand::about(spinning);
                return self
                    .at_work
                    .get_mut(&strand)
                    .is_some_and(|work| work.idle(&strand, spinning));
            }
            Report::ThreadEnded { process, thread } => {
                self.at_work
                    .retain(|strand, _| strand.process != *process || strand.thread != *thread);
                return false;
            }
            Report::Done { job, .. } => {
                let strand = self.strand(*job);
                self.at_work.remove(&strand);
            }
            Report::Note(_)
            | Report::SentText
            | Report::Reaped { .. }
            | Report::Output(_)
            | Report::Refused(_)
            | Report::Result(_)
            // Of programs only.
            | Report::Awaiting
            | Report::Stopped(_)
            | Report::Forked { .. }
            | Report::Executed { .. }
            | Report::Ended { .. }
            | Report::Counted(_)
            | Report::Untraced(_) => {}
        }
        true
    }

    /// The process id, as this machine sees it, of this process or of one of its children.
    pub fn pid_of(&self, process: &str) -> i32 {
        self.family
            .children
            .get(process)
            .map_or(self.pid, |child| child.pid)
    }

    /// Its children that are alive or not yet waited for, by name.
    pub fn children(&self) -> impl Iterator<Item = (&String, &Child)> {
        self.family.children.iter()
    }

    /// A child was waited for: it is no more.
    pub fn bury(&mut self, child: &str) -> Option<Child> {
        self.at_work.retain(|strand, _| strand.process != child);
        self.family.bury(child)
    }

    /// The children that have ended, though nobody waits for them, and that this was not yet said of; it is now.
    pub fn new_zombies(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, child) in &mut self.family.children {
            if child.is_zombie && !std::mem::replace(&mut child.told, true) {
                found.push(name.clone());
            }
        }
        found
    }

    /// Kills a child (SIGKILL); `None` when it has none of this name.
    pub fn kill_child(&self, name: &str) -> Option<io::Result<()>> {
        self.family.kill(name)
    }

    /// What to wait for: its reports, those of its children, and their ends.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.answers().chain([self.channel.starts.as_fd()])
    }

    /// The same but for the reports of calls that begin: what to wait for while calls return at once.
    pub fn answers(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.family
            .descriptors()
            .chain([self.channel.reports.as_fd()])
    }

    /// The command of a job, if it is under way.
    pub fn work(&self, job: u32) -> Option<&Work> {
        self.at_work.get(&self.strand(job))
    }

    /// All commands under way, by job.
    pub fn works(&self) -> impl Iterator<Item = (u32, &Work)> {
        self.at_work
            .iter()
            .filter(|(strand, _)| strand.thread == 0 && strand.process == self.name)
            .map(|(strand, work)| (strand.job, work))
    }

    /// The calls that its threads have begun and not ended.
    pub fn calls_under_way(&self) -> impl Iterator<Item = &BlockedEvent> {
        self.at_work.values().filter_map(|work| work.call.as_ref())
    }

    /// What a child is doing.
    pub fn work_of_child(&self, child: &str) -> Option<&Work> {
        self.at_work
            .iter()
            .find(|(strand, _)| strand.process == child)
            .map(|(_, work)| work)
    }

    /// Looks at every thread that is in a call and gives the calls newly found asleep.
    pub fn look(&mut self) -> Vec<BlockedEvent> {
        let threads = &mut self.threads;
        self.at_work
            .iter_mut()
            .filter_map(|(strand, work)| work.look(strand, threads))
            .collect()
    }

    /// True when some call that was seen asleep is on its way back: its thread is awake, so its report will come by itself.
    pub fn is_waking(&self) -> bool {
        self.at_work.values().any(Work::is_waking)
    }

    /// True when a thread is at work that has not been seen asleep.
    pub fn is_running(&self) -> bool {
        self.at_work.values().any(|work| !work.blocked)
    }

    /// True when a thread that did not make this call is at work and has not been seen asleep.
    pub fn is_running_beside(&self, call: &CallEvent) -> bool {
        let one = Strand::of(call);
        self.at_work
            .iter()
            .any(|(strand, work)| !work.blocked && *strand != one)
    }

    /// Asks the threads that never sleep to go round once more and say so; true when there is one.
    pub fn ask(&mut self) -> bool {
        let mut asked = false;
        for (strand, work) in &mut self.at_work {
            asked |= work.ask(strand);
        }
        asked
    }

    /// Interrupts the call of a job (EINTR): at once if it sleeps, else as soon as it does.
    pub fn interrupt(&mut self, job: u32) -> bool {
        let strand = self.strand(job);
        let Some(work) = self.at_work.get_mut(&strand) else {
            return false;
        };
        work.interrupt(&strand);
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
