//! The other end: a process that does nothing but the calls it is told, and says what came of them.

use super::message::{Execute, Request, decode, encode};
use crate::engine::Engine;
use crate::engine::report::{Report, Reports};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the thread that runs a job, by which the terminal finds it under /proc.
pub fn thread_name(job: u32) -> String {
    format!("job-{job}")
}

/// Serves until the channel closes. Commands of job 0 run on this thread, one after the other; others each on their own.
pub fn run(channel: OwnedFd, name: &str, host: &str) -> i32 {
    let process = Arc::new(Process {
        engine: Engine::new(name, host).reserving(channel.as_raw_fd()),
        channel: Channel {
            stream: File::from(channel),
            turn: Mutex::new(()),
            inbox: Mutex::new(Vec::new()),
        },
    });
    loop {
        match process.channel.next() {
            Ok(Some(Request::Execute(request))) => Process::execute(&process, request),
            // Nothing waits for it: the terminal answered a call that was the last of its command.
            Ok(Some(Request::Continue)) => {}
            Ok(None) => return 0,
            Err(_) => return 124,
        }
    }
}

/// What every thread of the process shares.
struct Process {
    engine: Engine,
    channel: Channel,
}

impl Process {
    fn execute(process: &Arc<Self>, request: Execute) {
        let Execute {
            number,
            job,
            command,
        } = request;
        if job == 0 {
            process
                .engine
                .execute(&command, number, job, &MainThread(process));
            return;
        }
        let shared = Arc::clone(process);
        let started = std::thread::Builder::new()
            .name(thread_name(job))
            .spawn(move || {
                shared
                    .engine
                    .execute(&command, number, job, &shared.channel);
            });
        if started.is_err() {
            process.channel.send(Report::Done {
                command: number,
                job,
            });
        }
    }
}

/// The channel to the terminal. One descriptor for both directions: a copy would take number 3, which is the student's. Used as a file,
/// by read(2) and write(2), so that `strace -e trace=network` shows the student's calls and no others.
struct Channel {
    stream: File,
    turn: Mutex<()>,
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
            match (&self.stream).read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(length) => inbox.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Reports for Channel {
    fn send(&self, report: Report) {
        let Ok(bytes) = encode(&report) else { return };
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // A terminal that is gone takes this process with it; there is nobody to tell.
        let _ = (&self.stream).write_all(&bytes);
    }
}

/// Reports of the main thread: after each call it waits until the terminal has taken it in.
struct MainThread<'a>(&'a Arc<Process>);

impl Reports for MainThread<'_> {
    fn send(&self, report: Report) {
        let called = matches!(report, Report::Called(_));
        self.0.channel.send(report);
        if !called {
            return;
        }
        // A job may be asked for before the word to go on comes.
        while let Ok(Some(Request::Execute(request))) = self.0.channel.next() {
            Process::execute(self.0, request);
        }
    }
}
