//! The loop: waits for a stop of any traced thread, lets its room see to it, and lets the thread go on.

use crate::call::{Argument, Decision, Descriptor, Exit, Note};
use crate::descriptors::{self, Files, Shared};
use crate::keeping::Keeping;
use crate::memory::{Memory, ProcessMemory};
use crate::rate::Rates;
use crate::sys;
use crate::sys::affinity::Processors;
use crate::sys::ptrace::{CallEntry, CallStop, Resume};
use crate::table::Level;
use crate::trace::{Options, Sink};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io;
use std::rc::Rc;

/// A call whose return is awaited.
pub(crate) struct Pending {
    pub(crate) place: usize,
    pub(crate) entry: CallEntry,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) subject: Option<Descriptor>,
    pub(crate) start_ns: u64,
    pub(crate) restarts: u32,
    /// It is known that it will begin anew, after a signal's handler.
    pub(crate) settled: bool,
    pub(crate) decision: Decision,
    /// Numbers in the program's memory that are others until it returns: their addresses and what they were.
    pub(crate) lent: Vec<(u64, u64)>,
    pub(crate) purpose: Purpose,
}

/// Why its return is awaited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To tell it.
    Tell,
    /// To add its result up.
    Count,
    /// For what it does to the tracer's tables.
    Effect,
}

/// A traced thread.
pub(crate) struct Thread {
    pub(crate) pid: i32,
    pub(crate) files: Shared,
    /// The call it is in, from its entry stop to its exit stop.
    pub(crate) call: Option<Pending>,
    /// Calls that a signal or a stop has interrupted, and of which it is not known yet whether they begin anew.
    pub(crate) interrupted: Vec<Pending>,
    /// It runs to the first instruction of a signal's handler.
    pub(crate) stepping: bool,
    /// It has chosen its processors by itself.
    pub(crate) own_processors: bool,
}

/// A traced process.
#[derive(Clone, Copy)]
pub(crate) struct Process {
    /// The widest filter it has.
    pub(crate) level: Level,
    /// It is past its starter: an exec has been seen.
    pub(crate) begun: bool,
    /// It is stopped, by SIGSTOP or the like.
    stopped: bool,
}

/// Everything that is known of a traced program.
pub(crate) struct Tracer<'a> {
    pub(crate) options: &'a Options,
    pub(crate) sink: &'a mut dyn Sink,
    /// What the program would run on alone.
    pub(crate) processors: Option<Processors>,
    pub(crate) threads: HashMap<i32, Thread>,
    pub(crate) processes: HashMap<i32, Process>,
    /// Threads that stopped before their maker's stop told of them.
    early: HashSet<i32>,
    pub(crate) rates: Rates,
    /// Threads kept at the entry of a call, with the time when they go on, in nanoseconds since 1970.
    pub(crate) held: Vec<(i32, u64)>,
    /// Threads that the sink keeps before a call.
    pub(crate) keeping: Keeping,
    /// The period of the timer in milliseconds, 0 while it is off.
    pub(crate) timer: i64,
    first: i32,
    exit: Option<Exit>,
}

impl<'a> Tracer<'a> {
    pub(crate) fn new(
        pid: i32,
        level: Level,
        options: &'a Options,
        processors: Option<Processors>,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let thread = Thread {
            pid,
            files: Rc::default(),
            call: None,
            interrupted: Vec::new(),
            stepping: false,
            own_processors: false,
        };
        let process = Process {
            level,
            begun: false,
            stopped: false,
        };
        Self {
            options,
            sink,
            processors,
            threads: HashMap::from([(pid, thread)]),
            processes: HashMap::from([(pid, process)]),
            early: HashSet::new(),
            rates: Rates::new(options.calls_a_second, options.calls_told_first),
            held: Vec::new(),
            keeping: Keeping::default(),
            timer: 0,
            first: pid,
            exit: None,
        }
    }

    /// Runs until nothing traced is left.
    pub(crate) fn run(mut self) -> io::Result<Exit> {
        loop {
            match self.next_change() {
                Ok(Some((tid, status))) => {
                    self.changed(tid, status);
                    if !self.held.is_empty() {
                        self.release();
                    }
                    self.let_go();
                }
                Ok(None) => self.let_go(),
                Err(error) if error.raw_os_error() == Some(libc::EINTR) => self.tick(),
                Err(error) if error.raw_os_error() == Some(libc::ECHILD) => break,
                Err(error) => return Err(error),
            }
        }
        self.sum_up(|_| true);
        let _ = sys::clock::interrupt_every(0);
        self.exit
            .ok_or_else(|| io::Error::from_raw_os_error(libc::ECHILD))
    }

    pub(crate) fn changed(&mut self, tid: i32, status: i32) {
        if libc::WIFSTOPPED(status) {
            let signal = libc::WSTOPSIG(status);
            match status >> 16 {
                libc::PTRACE_EVENT_SECCOMP => self.at_entry(tid),
                libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                    self.born(tid);
                }
                libc::PTRACE_EVENT_EXEC => self.execed(tid),
                libc::PTRACE_EVENT_STOP => self.group_stop(tid, signal),
                0 if signal == libc::SIGTRAP | 0x80 => self.at_call_stop(tid),
                0 => self.at_signal(tid, signal),
                _ => self.resume(tid, 0),
            }
        } else if libc::WIFEXITED(status) {
            self.gone(tid, Exit::Status(libc::WEXITSTATUS(status)));
        } else {
            self.gone(tid, Exit::Signal(libc::WTERMSIG(status)));
        }
    }

    /// Lets those go on whose time has come.
    pub(crate) fn release(&mut self) {
        let now = sys::clock::realtime_ns();
        let due = |(_, when): &(i32, u64)| *when <= now;
        let (due, held) = std::mem::take(&mut self.held).into_iter().partition(due);
        self.held = held;
        let due: Vec<(i32, u64)> = due;
        for (tid, _) in due {
            self.resume(tid, 0);
        }
    }

    /// Lets a thread go on. One that was killed meanwhile is not there any more; its end will be told by wait.
    pub(crate) fn resume(&mut self, tid: i32, signal: i32) {
        let waits = |thread: &Thread| thread.call.is_some();
        let how = if self.threads.get(&tid).is_some_and(waits) {
            Resume::CallEnd
        } else {
            Resume::Run
        };
        let _ = sys::ptrace::resume(tid, how, signal);
    }

    fn at_call_stop(&mut self, tid: i32) {
        let stop = sys::ptrace::call_stop(tid);
        match (stop, self.threads.get_mut(&tid).and_then(|t| t.call.take())) {
            (Ok(CallStop::Exit(value)), Some(pending)) => self.at_exit(tid, pending, value),
            (_, pending) => {
                if let Some(thread) = self.threads.get_mut(&tid) {
                    thread.call = pending;
                }
            }
        }
        self.resume(tid, 0);
    }

    /// fork, vfork or clone: the child shares or copies its maker's table.
    fn born(&mut self, tid: i32) {
        let child = sys::ptrace::event_message(tid).unwrap_or(0) as i32;
        let flags = clone_flags(tid);
        if let (Some(maker), true) = (self.threads.get(&tid), child != 0) {
            let files = if flags & libc::CLONE_FILES as u64 != 0 {
                Rc::clone(&maker.files)
            } else {
                Rc::new(RefCell::new(maker.files.borrow().clone()))
            };
            let (parent, own_processors) = (maker.pid, maker.own_processors);
            let is_thread = flags & libc::CLONE_THREAD as u64 != 0;
            let pid = if is_thread { parent } else { child };
            let thread = Thread {
                pid,
                files,
                call: None,
                interrupted: Vec::new(),
                stepping: false,
                own_processors,
            };
            self.threads.insert(child, thread);
            if is_thread {
                self.sink.threaded(parent, child);
            } else {
                if let Some(process) = self.processes.get(&parent).copied() {
                    let stopped = false;
                    self.processes.insert(child, Process { stopped, ..process });
                }
                self.sink.forked(parent, child);
            }
            if self.early.remove(&child) {
                self.resume(child, 0);
            }
        }
        self.resume(tid, 0);
    }

    fn execed(&mut self, tid: i32) {
        // A thread that is not the leader takes the leader's number; all others are gone.
        let former = sys::ptrace::event_message(tid).unwrap_or(0) as i32;
        let caller = self
            .threads
            .remove(&former)
            .or_else(|| self.threads.remove(&tid));
        self.threads.retain(|_, thread| thread.pid != tid);
        self.keeping.retain(|kept| self.threads.contains_key(&kept));
        let begun = self
            .processes
            .get(&tid)
            .is_some_and(|process| process.begun);
        if let Some(mut thread) = caller {
            let files = if begun {
                thread.files.borrow().after_exec()
            } else {
                descriptors::inherited(tid)
            };
            thread.files = Rc::new(RefCell::new(files));
            thread.interrupted.clear();
            thread.call = None;
            self.threads.insert(tid, thread);
        }
        if let Some(process) = self.processes.get_mut(&tid) {
            process.begun = true;
        }
        let program = program_of(tid);
        self.sink.execed(tid, &program.path);
        for note in program.notes {
            self.sink.note(tid, &note);
        }
        self.resume(tid, 0);
    }

    /// A new thread's first stop, a stop by SIGSTOP and the like, or the end of one (PTRACE_SEIZE tells them apart).
    fn group_stop(&mut self, tid: i32, signal: i32) {
        let Some(pid) = self.threads.get(&tid).map(|thread| thread.pid) else {
            self.early.insert(tid);
            return;
        };
        let stops = signal != libc::SIGTRAP;
        if let Some(process) = self.processes.get_mut(&pid)
            && process.stopped != stops
        {
            process.stopped = stops;
            let note = if stops {
                Note::Stopped(signal)
            } else {
                Note::Continued
            };
            self.sink.note(pid, &note);
        }
        if stops {
            let _ = sys::ptrace::resume(tid, Resume::Listen, 0);
        } else {
            self.resume(tid, 0);
        }
    }

    fn gone(&mut self, tid: i32, exit: Exit) {
        self.early.remove(&tid);
        self.held.retain(|(held, _)| *held != tid);
        self.keeping.retain(|kept| kept != tid);
        let Some(thread) = self.threads.remove(&tid) else {
            return;
        };
        if tid != thread.pid {
            self.sink.thread_ended(thread.pid, tid);
            return;
        }
        self.sum_up(|pid| pid == tid);
        self.processes.remove(&tid);
        if tid == self.first {
            self.exit = Some(exit);
        }
        self.sink.ended(tid, exit);
    }

    pub(crate) fn files(&self, tid: i32) -> Option<Shared> {
        self.threads
            .get(&tid)
            .map(|thread| Rc::clone(&thread.files))
    }

    /// Gives a thread a table of its own (unshare(2)).
    pub(crate) fn unshare_files(&mut self, tid: i32) {
        if let Some(thread) = self.threads.get_mut(&tid) {
            let copy: Files = thread.files.borrow().clone();
            thread.files = Rc::new(RefCell::new(copy));
        }
    }
}

/// The flags of the clone, clone3, fork or vfork that a thread is in.
fn clone_flags(tid: i32) -> u64 {
    #[cfg(target_arch = "x86_64")]
    const FORKS: [i64; 2] = [libc::SYS_fork, libc::SYS_vfork];
    #[cfg(not(target_arch = "x86_64"))]
    const FORKS: [i64; 0] = [];
    let Ok(registers) = sys::registers::read(tid) else {
        return 0;
    };
    match registers.number() as i64 {
        number if FORKS.contains(&number) => 0,
        libc::SYS_clone3 => ProcessMemory(tid)
            .u64_at(registers.first_argument())
            .unwrap_or(0),
        _ => registers.first_argument(),
    }
}

struct Program {
    path: String,
    notes: Vec<Note>,
}

/// What a process executes, with what the tracer cannot give it or see of it.
fn program_of(pid: i32) -> Program {
    use std::io::Read;
    use std::os::unix::fs::MetadataExt;
    let link = format!("/proc/{pid}/exe");
    let path = std::fs::read_link(&link)
        .map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut notes = Vec::new();
    if let Ok(mut file) = std::fs::File::open(&link) {
        let mode = file.metadata().map_or(0, |data| data.mode());
        let group = mode & (libc::S_ISGID | libc::S_IXGRP) == libc::S_ISGID | libc::S_IXGRP;
        if mode & libc::S_ISUID != 0 || group {
            notes.push(Note::Privilege(path.clone()));
        }
        // The class of an ELF file: 1 is 32-bit; its machine: that of this program.
        let mut header = [0; 20];
        let native: u16 = if cfg!(target_arch = "aarch64") {
            183
        } else {
            62
        };
        if file.read_exact(&mut header).is_ok()
            && (header[4] == 1 || u16::from_le_bytes([header[18], header[19]]) != native)
        {
            notes.push(Note::Foreign(path.clone()));
        }
    }
    Program { path, notes }
}
