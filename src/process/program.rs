//! The terminal's hold on a program whose calls are reported: its processes, and what each of their threads is doing.

use super::ahead::Ahead;
use super::channel::Joint;
use super::inbox::Inbox;
use super::message::{Request, encode};
use super::strand::{Strand, Threads, Work};
use crate::command::inject::Held;
use crate::engine::report::Report;
use crate::event::BlockedEvent;
use crate::sys::{pass, spawn};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// With so many reports that were not taken in no more are decoded.
const QUEUE: usize = 4096;

/// A process's name is never longer than this many bytes.
const NAME: usize = 4096;

/// A program and the processes it has made.
#[derive(Debug)]
pub struct Watched {
    /// Its name in the session; that of its first process.
    pub name: String,
    /// The host it runs on.
    pub host: String,
    requests: File,
    ahead: Ahead,
    reports: Inbox,
    /// What has come and was not taken in yet, each with its time: nanoseconds since the epoch.
    queue: VecDeque<(i64, Report)>,
    newest_ns: i64,
    gone: bool,
    births: OwnedFd,
    members: BTreeMap<String, Member>,
    at_work: BTreeMap<Strand, Work>,
    threads: Threads,
    /// It stops before each of its calls.
    stepping: bool,
}

/// A process of the program.
#[derive(Debug)]
struct Member {
    /// Its process id as this machine sees it.
    pid: i32,
    pidfd: OwnedFd,
    /// It has been told of.
    told: bool,
}

impl Watched {
    /// A program that was just started, with this end of its tracer's channel.
    pub fn new(
        name: &str,
        host: &str,
        joint: Joint,
        births: OwnedFd,
        stepping: bool,
    ) -> io::Result<Self> {
        let mut program = Self {
            name: name.to_owned(),
            host: host.to_owned(),
            requests: joint.requests,
            ahead: Ahead::new(joint.wakes, joint.reports)?,
            reports: Inbox::default(),
            queue: VecDeque::new(),
            newest_ns: 0,
            gone: false,
            births,
            members: BTreeMap::new(),
            at_work: BTreeMap::new(),
            threads: Threads::default(),
            stepping,
        };
        // That of its first process was sent before it began.
        program.take_births();
        Ok(program)
    }

    /// Fetches what has come since the last time. Does not wait.
    pub fn fetch(&mut self) {
        if self.gone || self.queue.len() >= QUEUE {
            return;
        }
        let (reports, gone) = self.reports.receive_ahead(&self.ahead);
        self.gone = gone;
        if !reports.is_empty() {
            self.take_births();
        }
        for report in reports {
            self.newest_ns = match &report {
                Report::Starting(call) | Report::Stopped(call) => call.start_ns,
                Report::Called(call) => call.end_ns,
                _ => self.newest_ns,
            };
            self.queue.push_back((self.newest_ns, report));
        }
    }

    /// The time of the oldest report that was fetched and not taken in.
    pub fn next_ns(&self) -> Option<i64> {
        self.queue.front().map(|(time_ns, _)| *time_ns)
    }

    /// Takes the oldest report, and keeps what it says of the thread that made it.
    pub fn next_report(&mut self) -> Option<Report> {
        let (_, mut report) = self.queue.pop_front()?;
        if self.queue.is_empty() {
            self.fetch();
        }
        self.note(&mut report);
        Some(report)
    }

    /// True when the tracer is gone and all it reported was taken in.
    pub fn is_gone(&self) -> bool {
        self.gone && self.queue.is_empty()
    }

    /// Takes over what stands for the processes that are new: it was sent before their first report.
    fn take_births(&mut self) {
        loop {
            let mut watched = [PollFd::new(self.births.as_fd(), PollFlags::POLLIN)];
            if poll(&mut watched, PollTimeout::ZERO) != Ok(1) {
                return;
            }
            let Ok(Some((name, mut descriptors))) = pass::receive(self.births.as_fd(), NAME) else {
                return;
            };
            let name = String::from_utf8_lossy(&name).into_owned();
            if let Some(pidfd) = descriptors.pop()
                && let Ok(pid) = spawn::pid_of(&pidfd)
            {
                let told = name == self.name;
                self.members.insert(name, Member { pid, pidfd, told });
            }
        }
    }

    fn note(&mut self, report: &mut Report) {
        match report {
            Report::Starting(call) => self.work_of(call).starting(call),
            Report::Stopped(call) => self.work_of(call).stopped(call),
            Report::Called(call) => {
                if let Some(work) = self.at_work.get_mut(&Strand::of(call)) {
                    call.blocked |= work.called(call);
                    if self.stepping {
                        work.expect_stop();
                    }
                }
            }
            Report::ThreadEnded { process, thread } => {
                self.at_work
                    .retain(|strand, _| strand.process != *process || strand.thread != *thread);
            }
            Report::Ended { process, .. } => {
                self.at_work.retain(|strand, _| strand.process != *process);
            }
            _ => {}
        }
    }

    fn work_of(&mut self, call: &BlockedEvent) -> &mut Work {
        let pid = self.pid_of(&call.process).unwrap_or(0);
        let work = self.at_work.entry(Strand::about(call));
        work.or_insert_with(|| Work::new(call.command, "", pid))
    }

    /// A process of it is no more.
    pub fn bury(&mut self, process: &str) {
        self.members.remove(process);
    }

    /// Lets the program go on after a call that its tracer waits with.
    pub fn go_on(&mut self) {
        // A tracer that is gone needs no word.
        let _ = self.send(&Request::Continue);
    }

    /// Has these rules of `inject` hold from now on.
    pub fn inject(&mut self, rules: Vec<Held>) {
        let _ = self.send(&Request::Inject(rules));
    }

    /// Has it stop before each of its calls from now on, or lets it run.
    pub fn step_through(&mut self, stepping: bool) {
        self.stepping = stepping;
        if !stepping {
            for work in self.at_work.values_mut() {
                (work.stopped, work.expected) = (None, false);
            }
        }
        let _ = self.send(&Request::Stepping(stepping));
    }

    /// Lets a thread make the call that it is stopped before.
    pub fn step(&mut self, call: &BlockedEvent) {
        let stopped = self.at_work.get_mut(&Strand::about(call));
        if let Some(work) = stopped.filter(|work| work.stopped.is_some()) {
            work.expect_stop();
            let _ = self.send(&Request::Step(call.tid));
        }
    }

    /// True while it stops before each of its calls.
    pub fn is_stepping(&self) -> bool {
        self.stepping
    }

    /// The calls that its threads are stopped before.
    pub fn stopped(&self) -> impl Iterator<Item = &BlockedEvent> {
        let works = self.at_work.values();
        works.filter_map(|work| work.stopped.as_ref())
    }

    /// True when a thread is on its way to its next stop.
    pub fn is_expected(&self) -> bool {
        self.at_work.values().any(|work| work.expected)
    }

    /// True when this thread is neither stopped nor blocked nor found asleep elsewhere.
    pub fn is_under_way(&self, call: &BlockedEvent) -> bool {
        let work = self.at_work.get(&Strand::about(call));
        work.is_some_and(|work| work.expected || work.call.is_some() && !work.blocked)
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        self.requests.write_all(&encode(request)?)?;
        self.ahead.count_sent();
        Ok(())
    }

    /// The process id of one of its processes, as this machine sees it.
    pub fn pid_of(&self, process: &str) -> Option<i32> {
        self.members.get(process).map(|member| member.pid)
    }

    /// True, once, for a process that has not been told of yet.
    pub fn is_new(&mut self, process: &str) -> bool {
        let member = self.members.get_mut(process);
        member.is_some_and(|member| !std::mem::replace(&mut member.told, true))
    }

    /// True when one of its processes has this name.
    pub fn has(&self, process: &str) -> bool {
        process == self.name || self.members.contains_key(process)
    }

    /// Sends one of its processes a signal; `None` when it has none of this name.
    pub fn signal(&self, process: &str, signal: i32) -> Option<io::Result<()>> {
        let member = self.members.get(process)?;
        Some(spawn::pidfd_send_signal(member.pidfd.as_fd(), signal))
    }

    /// The names of its processes.
    pub fn processes(&self) -> impl Iterator<Item = &String> {
        self.members.keys()
    }

    /// What to wait for; nothing once the tracer is gone.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let open = (!self.gone).then(|| self.ahead.descriptors());
        open.into_iter().flatten()
    }

    /// The calls that its threads have begun and not ended.
    pub fn calls_under_way(&self) -> impl Iterator<Item = &BlockedEvent> {
        self.at_work.values().filter_map(|work| work.call.as_ref())
    }

    /// The calls among them that were seen asleep.
    pub fn asleep(&self) -> impl Iterator<Item = &BlockedEvent> {
        let asleep = self.at_work.values().filter(|work| work.blocked);
        asleep.filter_map(|work| work.call.as_ref())
    }

    /// True when it has made calls and its threads that have made some sleep in one, or are stopped before one.
    pub fn rests(&self) -> bool {
        let rests = |work: &Work| work.blocked || work.stopped.is_some();
        !self.at_work.is_empty() && self.at_work.values().all(rests)
    }

    /// True when none of its threads has made a call, or all of them have ended.
    pub fn is_idle(&self) -> bool {
        self.at_work.is_empty()
    }

    /// Looks at every thread that is in a call and gives the calls newly found asleep.
    pub fn look(&mut self) -> Vec<BlockedEvent> {
        let threads = &mut self.threads;
        self.at_work
            .iter_mut()
            .filter_map(|(strand, work)| work.look(strand, threads))
            .collect()
    }

    /// True when some call that was seen asleep is on its way back.
    pub fn is_waking(&self) -> bool {
        self.at_work.values().any(Work::is_waking)
    }

    /// True when a thread is in a call that has not been seen asleep.
    pub fn is_running(&self) -> bool {
        let mut calls = self.at_work.values().filter(|work| work.call.is_some());
        calls.any(|work| !work.blocked)
    }
}
