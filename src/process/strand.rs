//! A thread that makes calls, in a prompt's process or in a child it forked: what it does, and whether /proc finds it asleep.
//! Not the channel to it (`handle`).

use crate::engine::report::thread_name;
use crate::event::{BlockedEvent, CallEvent};
use crate::sys::{signal, spawn};
use nix::sys::signal::Signal;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// Which thread of which process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strand {
    /// The process, a prompt's or a forked child.
    pub process: String,
    /// The job; 0 is the main thread.
    pub job: u32,
    /// The thread within the job; 0 is the job's own.
    pub thread: u32,
}

impl Strand {
    /// The thread that makes a call.
    pub fn of(call: &CallEvent) -> Self {
        Self {
            process: call.process.clone(),
            job: call.job,
            thread: call.thread,
        }
    }

    /// True for the thread that the process began with.
    fn is_main_thread(&self) -> bool {
        (self.job, self.thread) == (0, 0)
    }

    /// The thread that is about to make a call.
    pub fn about(call: &BlockedEvent) -> Self {
        Self {
            process: call.process.clone(),
            job: call.job,
            thread: call.thread,
        }
    }
}

/// A command under way, or the part of it that another thread or a forked child carries on.
#[derive(Clone, Debug)]
pub struct Work {
    /// The command's number.
    pub command: u64,
    /// The text that was typed; empty for a part of a command.
    pub text: String,
    /// The call it has begun and not ended.
    pub call: Option<BlockedEvent>,
    /// The call that it is stopped before (`run --step`).
    pub stopped: Option<BlockedEvent>,
    /// It is on its way to its next call, before which it stops.
    pub expected: bool,
    /// True once the call was seen asleep, or the thread has said that it goes round and round with nothing to do.
    pub blocked: bool,
    /// True while an interrupt waits for the call to be asleep.
    pub(super) interrupt: bool,
    /// True while the thread goes round and round without sleeping.
    pub(super) spinning: bool,
    /// Voluntary context switches at the last look that found the thread asleep.
    asleep_at: Option<u64>,
    /// The process and the thread as this machine sees them; the thread once it was looked for.
    pid: i32,
    thread: Option<i32>,
    /// A program's thread as the lab numbers it (gettid(2)); 0 for one of a prompt's process.
    tid: i32,
    /// What a server was last told to sleep in: it is not told again when it sleeps in the same.
    told: Option<(String, Option<i32>)>,
}

/// How a thread stands, as /proc tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Asleep, after this many voluntary context switches.
    Asleep(u64),
    /// Running, runnable or gone.
    Awake,
}

impl Work {
    /// Work that begins now, in the process of this number.
    pub(super) fn new(command: u64, text: &str, pid: i32) -> Self {
        Self {
            command,
            text: text.to_owned(),
            call: None,
            stopped: None,
            expected: false,
            blocked: false,
            interrupt: false,
            spinning: false,
            asleep_at: None,
            pid,
            thread: None,
            tid: 0,
            told: None,
        }
    }

    /// A call is about to be made.
    pub(super) fn starting(&mut self, call: &BlockedEvent) {
        self.call = Some(call.clone());
        self.tid = call.tid;
        self.stopped = None;
        self.expected = false;
        self.asleep_at = None;
        self.blocked = false;
        self.spinning = false;
    }

    /// The thread has stopped before a call.
    pub(super) fn stopped(&mut self, call: &BlockedEvent) {
        self.tid = call.tid;
        self.stopped = Some(call.clone());
        self.expected = false;
        self.asleep_at = None;
    }

    /// The thread is let go, or has made a call: its next stop is awaited.
    pub(super) fn expect_stop(&mut self) {
        self.stopped = None;
        self.expected = true;
    }

    /// The call returned; true when it had been seen asleep. An interrupt that came too late for it is void, but to a server, which goes
    /// on to the next call, it is still due.
    pub(super) fn called(&mut self, returned: &CallEvent) -> bool {
        let serves = self
            .call
            .take()
            .is_some_and(|call| !call.serving.is_empty());
        self.asleep_at = None;
        self.interrupt &= serves && returned.errno.as_deref() != Some("EINTR");
        std::mem::take(&mut self.blocked)
    }

    /// The thread goes round with nothing to do; true when that is news.
    pub(super) fn idle(&mut self, strand: &Strand, spinning: &BlockedEvent) -> bool {
        self.call = None;
        self.blocked = true;
        self.spinning = true;
        if self.interrupt && self.signal(strand, signal::INTERRUPT).is_ok() {
            self.interrupt = false;
        }
        self.is_news(spinning)
    }

    fn is_news(&mut self, call: &BlockedEvent) -> bool {
        let what = (call.name.clone(), call.fd);
        if call.serving.is_empty() {
            return true;
        }
        self.told.replace(what.clone()) != Some(what)
    }

    /// Looks whether the call sleeps. A call counts as asleep when two looks in a row find its thread in the same sleep: its count of
    /// voluntary context switches has not moved (proc_pid_status(5)). Gives the call when it was newly found asleep and that is worth
    /// telling. An interrupt that waited for the sleep is sent now, when it cannot be lost.
    pub(super) fn look(&mut self, strand: &Strand, threads: &mut Threads) -> Option<BlockedEvent> {
        if self.blocked && !self.interrupt {
            // Nothing new can be seen of it: [`Work::is_waking`] asks whether it wakes, and its report ends it.
            return None;
        }
        if self.thread.is_none() {
            self.thread = match self.tid {
                0 => threads.of(self.pid, strand),
                number => threads.numbered(self.pid, number),
            };
        }
        if self.call.is_none() && self.expected {
            self.look_for_rest();
            return None;
        }
        let call = self.call.clone()?;
        let Standing::Asleep(switches) = self.look_up() else {
            self.asleep_at = None;
            return None;
        };
        let newly = self.asleep_at == Some(switches) && !self.blocked;
        self.blocked |= newly;
        self.asleep_at = Some(switches);
        if self.blocked && self.interrupt && self.signal(strand, signal::INTERRUPT).is_ok() {
            self.interrupt = false;
        }
        (newly && self.is_news(&call)).then_some(call)
    }

    /// A thread between two calls that sleeps will not stop soon: it waits for something that is no socket's.
    fn look_for_rest(&mut self) {
        let standing = self.look_up();
        let Standing::Asleep(switches) = standing else {
            self.asleep_at = None;
            return;
        };
        self.expected = self.asleep_at != Some(switches);
        self.asleep_at = Some(switches);
    }

    /// True when its call was seen asleep and its thread is awake, so that its report will come by itself.
    pub(super) fn is_waking(&self) -> bool {
        self.blocked && self.call.is_some() && !self.sleeps()
    }

    /// True when the kernel has the thread asleep. Less is read than by [`Work::look_up`], because this is asked of every call that waits
    /// after every command (proc_pid_stat(5): the state follows the name in brackets).
    fn sleeps(&self) -> bool {
        let Some(thread) = self.thread else {
            return false;
        };
        let mut line = [0; 256];
        let length = File::open(format!("/proc/{}/task/{thread}/stat", self.pid))
            .and_then(|file| file.read_at(&mut line, 0))
            .unwrap_or(0);
        let line = &line[..length];
        let name_end = line.iter().rposition(|byte| *byte == b')');
        name_end.is_some_and(|end| line[end..].starts_with(b") S"))
    }

    /// Interrupts its call, or its spinning: at once if it can, else as soon as it sleeps.
    pub(super) fn interrupt(&mut self, strand: &Strand) {
        self.interrupt = !(self.blocked && self.signal(strand, signal::INTERRUPT).is_ok());
    }

    /// Asks a thread that spins for another round: until it has answered it counts as running.
    pub(super) fn ask(&mut self, strand: &Strand) -> bool {
        let asked = self.spinning && self.blocked && self.signal(strand, signal::ASK).is_ok();
        self.blocked &= !asked;
        asked
    }

    /// Lets its thread go on after a call that it reported.
    pub(super) fn go_on(&mut self, strand: &Strand) {
        // A thread that is gone needs no word.
        let _ = self.signal(strand, signal::GO_ON);
    }

    fn signal(&mut self, strand: &Strand, signal: Signal) -> io::Result<()> {
        if self.thread.is_none() {
            self.thread = thread_of(self.pid, strand);
        }
        let thread = self
            .thread
            .ok_or_else(|| io::Error::from_raw_os_error(libc::ESRCH))?;
        spawn::tgkill(self.pid, thread, signal as i32)
    }

    fn look_up(&self) -> Standing {
        let path = self
            .thread
            .map(|thread| format!("/proc/{}/task/{thread}/status", self.pid));
        // The file is about 1,500 bytes, more for a user of many groups: with room for it one read(2) fetches all.
        let mut status = Vec::with_capacity(16 * 1024);
        let read = path.and_then(|path| {
            let file = File::open(path).ok()?;
            file.take(LONGEST_STATUS).read_to_end(&mut status).ok()
        });
        if read.is_none() {
            return Standing::Awake;
        }
        let status = String::from_utf8_lossy(&status);
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
}

/// No file of /proc/PID/task/TID/status is longer: 65,536 groups of ten digits, and the rest.
const LONGEST_STATUS: u64 = 1 << 20;

/// Finds threads by their names. The kernel numbers threads in the order in which they begin, so a new one is looked for first among the
/// numbers that follow the last one found: with thousands of threads a look at each would take longer than the call.
#[derive(Debug, Default)]
pub(super) struct Threads {
    last: i32,
    /// The threads of programs: by their process, and by their numbers in the lab.
    numbers: HashMap<(i32, i32), i32>,
}

/// So many numbers are tried before all threads are looked at: other processes of the machine begin threads, too.
const NEXT_NUMBERS: i32 = 32;

impl Threads {
    /// The thread id of a program's thread that has this number in the lab: the last of the line `NSpid` (proc_pid_status(5)).
    fn numbered(&mut self, pid: i32, number: i32) -> Option<i32> {
        if !self.numbers.contains_key(&(pid, number)) {
            // Numbers are used again, and threads end.
            self.numbers.retain(|(process, _), _| *process != pid);
            for thread in threads_of(pid) {
                let status = std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/status"));
                let status = status.unwrap_or_default();
                let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
                let inner = line.and_then(|line| line.split_whitespace().next_back()?.parse().ok());
                self.numbers.insert((pid, inner.unwrap_or(thread)), thread);
            }
        }
        self.numbers.get(&(pid, number)).copied()
    }

    /// The thread id of a strand.
    fn of(&mut self, pid: i32, strand: &Strand) -> Option<i32> {
        if strand.is_main_thread() {
            return Some(pid);
        }
        let name = thread_name(strand.job, strand.thread);
        let after = self.last.max(pid);
        let found = (after + 1..=after.saturating_add(NEXT_NUMBERS))
            .find(|thread| is_called(pid, *thread, &name))
            .or_else(|| thread_of(pid, strand));
        self.last = found.unwrap_or(self.last);
        found
    }
}

/// The thread id of a strand: the main thread's is the process id, others are found by their name.
fn thread_of(pid: i32, strand: &Strand) -> Option<i32> {
    if strand.is_main_thread() {
        return Some(pid);
    }
    let name = thread_name(strand.job, strand.thread);
    threads_of(pid).find(|thread| is_called(pid, *thread, &name))
}

/// The thread ids of a process.
fn threads_of(pid: i32) -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/task"));
    let entries = entries.into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// True when the process has this thread, and it has this name (proc_pid_comm(5)).
fn is_called(pid: i32, thread: i32, name: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/comm"))
        .is_ok_and(|found| found.trim_end() == name)
}
