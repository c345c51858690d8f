//! The other end: a process that does nothing but the calls it is told, and says what came of them.

use super::message::{Execute, LIMIT, Request, decode, encode};
use crate::engine::Engine;
use crate::engine::report::{Report, Reports, thread_name};
use crate::event::RefusedEvent;
use crate::sys::{signal, threads};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// Serves until the channel closes. Commands of job 0 run on this thread, one after the other; others each on their own.
/// Children that a command forks report on `family`, which keeps messages whole.
pub fn run(channels: [OwnedFd; 4], name: &str, host: &str) -> i32 {
    let reserved = channels.each_ref().map(AsRawFd::as_raw_fd);
    let [requests, starts, reports, family] = channels.map(File::from);
    let process = Arc::new(Process {
        engine: Engine::new(name, host).reserving(&reserved),
        channel: Channel {
            requests,
            starts,
            reports,
            outbox: Mutex::new(Vec::new()),
            inbox: Mutex::new(Vec::new()),
        },
        family: Family(family),
    });
    loop {
        match process.channel.next() {
            Ok(Some(Request::Execute(request))) => Process::execute(&process, request),
            Ok(Some(Request::KeepTo(folder, granted))) => {
                process.engine.keep_to(folder, granted);
            }
            // Nothing waits for it: the terminal had not yet read that the command is done.
            Ok(Some(
                Request::Continue | Request::Inject(_) | Request::Stepping(_) | Request::Step(_),
            )) => {}
            Ok(None) => return 0,
            Err(_) => return 124,
        }
    }
}

/// What every thread of the process shares.
struct Process {
    engine: Engine,
    channel: Channel,
    family: Family,
}

impl Process {
    fn execute(process: &Arc<Self>, request: Execute) {
        let Execute {
            number,
            job,
            command,
        } = request;
        if job == 0 {
            let reports = MainThread {
                process,
                id: std::thread::current().id(),
                unanswered: AtomicBool::new(false),
            };
            process.engine.execute(&command, number, job, &reports);
            return;
        }
        let shared = Arc::clone(process);
        let started = std::thread::Builder::new()
            .name(thread_name(job, 0))
            .spawn(move || {
                shared
                    .engine
                    .execute(&command, number, job, &OtherThread(&shared));
            });
        if let Err(error) = started {
            let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
            process.channel.send(&Report::Refused(RefusedEvent {
                process: process.engine.name().to_owned(),
                job,
                reason: format!(
                    "no thread can be made for this job: {}; this process has {threads} (RLIMIT_NPROC, pids.max of the cgroup and /proc/sys/kernel/threads-max are the limits); `cancel` ends a job",
                    threads::plain(&error)
                ),
                fruitless: false,
            }));
            process.channel.send(&Report::Done {
                command: number,
                job,
            });
        }
    }
}

/// The channel to the terminal: pipes, so that `strace -e trace=network` shows the student's calls and no others. Their descriptors are
/// high numbers; a copy would take number 3, which is the student's.
struct Channel {
    requests: File,
    starts: File,
    reports: File,
    /// Reports that are sent with what follows them, at the latest the end of their command: one write(2) and one wake of the terminal.
    outbox: Mutex<Vec<u8>>,
    /// Bytes that have come and are not yet a whole message; only the main thread reads.
    inbox: Mutex<Vec<u8>>,
}

impl Channel {
    /// The next message; `None` when the terminal is gone.
    fn next(&self) -> io::Result<Option<Request>> {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some((request, taken)) = decode(&inbox)? {
                inbox.drain(..taken);
                return Ok(Some(request));
            }
            match (&self.requests).read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(length) => inbox.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Keeps a report until the next one that is sent.
    fn hold(&self, report: &Report) {
        let bytes = encode(report).or_else(|_| match shortened(report) {
            Some(shortened) => encode(&shortened),
            None => Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        });
        if let Ok(bytes) = bytes {
            self.outbox().extend(bytes);
        }
    }

    fn send(&self, report: &Report) {
        if let Report::Starting(_) = report {
            // A terminal that is gone takes this process with it; there is nobody to tell.
            let _ = encode(report).and_then(|bytes| (&self.starts).write_all(&bytes));
            return;
        }
        self.hold(report);
        self.flush();
    }

    /// Sends what is held.
    fn flush(&self) {
        let mut outbox = self.outbox();
        let _ = (&self.reports).write_all(&outbox);
        outbox.clear();
    }

    fn outbox(&self) -> MutexGuard<'_, Vec<u8>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is told in place of a report that is too long for the channel.
fn shortened(report: &Report) -> Option<Report> {
    match report {
        Report::Called(call) => {
            let mut call = call.clone();
            call.data = None;
            Some(Report::Called(call))
        }
        Report::Result(result) => Some(Report::Refused(RefusedEvent {
            process: result.process.clone(),
            job: 0,
            reason: format!(
                "the value was kept, but is too large to be shown: more than {} MiB",
                LIMIT >> 20
            ),
            fruitless: true,
        })),
        _ => None,
    }
}

/// Where forked children report: several processes write to it, so each report is one message (SOCK_SEQPACKET). Who wrote it the
/// kernel says.
struct Family(File);

impl Reports for Family {
    fn send(&self, mut report: Report) {
        while let Ok(bytes) = postcard::to_stdvec(&report) {
            match (&self.0).write(&bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Longer than the socket takes at once: the call is told without its data.
                Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) => match &mut report {
                    Report::Called(call) if call.data.is_some() => call.data = None,
                    _ => return,
                },
                _ => break,
            }
        }
        if matches!(report, Report::Called(_)) {
            signal::wait_to_go_on();
        }
    }
}

/// Reports of the main thread: between two calls of a command it waits until the terminal has taken in the first. The last call of a
/// command is sent with the command's end, and nothing waits. Threads that a server has started on behalf of the command wait for a
/// signal of their own.
struct MainThread<'a> {
    process: &'a Arc<Process>,
    id: ThreadId,
    /// A call was reported, and the terminal has not yet said to go on.
    unanswered: AtomicBool,
}

impl MainThread<'_> {
    /// Sends what is held and waits for the answer to the last call.
    fn await_answer(&self) {
        if !self.unanswered.swap(false, Ordering::Relaxed) {
            return;
        }
        self.process.channel.flush();
        // A job may be asked for before the word to go on comes.
        while let Ok(Some(Request::Execute(request))) = self.process.channel.next() {
            Process::execute(self.process, request);
        }
    }
}

impl Reports for MainThread<'_> {
    fn send(&self, report: Report) {
        let channel = &self.process.channel;
        if std::thread::current().id() != self.id {
            OtherThread(self.process).send(report);
            return;
        }
        match &report {
            Report::Called(_) => {
                channel.hold(&report);
                self.unanswered.store(true, Ordering::Relaxed);
            }
            Report::Result(_) => channel.hold(&report),
            Report::Done { .. } => channel.send(&report),
            _ => {
                self.await_answer();
                channel.send(&report);
            }
        }
    }

    fn of_a_child(&self) -> Option<&dyn Reports> {
        Some(&self.process.family)
    }
}

/// Reports of a background job's thread, which waits after each call as the main thread does, but for a signal.
struct OtherThread<'a>(&'a Arc<Process>);

impl Reports for OtherThread<'_> {
    fn send(&self, report: Report) {
        self.0.channel.send(&report);
        if matches!(report, Report::Called(_)) {
            signal::wait_to_go_on();
        }
    }

    fn of_a_child(&self) -> Option<&dyn Reports> {
        Some(&self.0.family)
    }
}
