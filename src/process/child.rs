//! The other end: a process that does nothing but the calls it is told, and says what came of them.

use super::message::{Execute, decode, encode};
use crate::engine::Engine;
use crate::engine::report::{Report, Reports};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

/// The name of the thread that runs a job, by which the terminal finds it under /proc.
pub fn thread_name(job: u32) -> String {
    format!("job-{job}")
}

/// Serves until the channel closes. Commands of job 0 run on this thread, one after the other; others each on their own.
pub fn run(channel: OwnedFd, name: &str, host: &str) -> i32 {
    // One descriptor for both directions: a copy would take number 3, which is the student's.
    let channel = Arc::new(UnixStream::from(channel));
    let outbox = Arc::new(Outbox {
        channel: Arc::clone(&channel),
        turn: Mutex::new(()),
    });
    let engine = Arc::new(Engine::new(name, host));
    let mut inbox: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match decode::<Execute>(&inbox) {
            Ok(Some((request, taken))) => {
                inbox.drain(..taken);
                execute(&engine, &outbox, request);
                continue;
            }
            Ok(None) => {}
            Err(_) => return 124,
        }
        match channel.as_ref().read(&mut chunk) {
            Ok(0) => return 0,
            Ok(length) => inbox.extend_from_slice(&chunk[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return 123,
        }
    }
}

fn execute(engine: &Arc<Engine>, outbox: &Arc<Outbox>, request: Execute) {
    let Execute {
        number,
        job,
        command,
    } = request;
    if job == 0 {
        engine.execute(&command, number, job, outbox.as_ref());
        return;
    }
    let (thread_engine, thread_outbox) = (Arc::clone(engine), Arc::clone(outbox));
    let started = std::thread::Builder::new()
        .name(thread_name(job))
        .spawn(move || thread_engine.execute(&command, number, job, thread_outbox.as_ref()));
    if started.is_err() {
        outbox.send(Report::Done {
            command: number,
            job,
        });
    }
}

/// The channel as every thread of the process writes to it.
struct Outbox {
    channel: Arc<UnixStream>,
    turn: Mutex<()>,
}

impl Reports for Outbox {
    fn send(&self, report: Report) {
        let Ok(bytes) = encode(&report) else { return };
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // A terminal that is gone takes this process with it; there is nobody to tell.
        let _ = self.channel.as_ref().write_all(&bytes);
    }
}
