//! Signals on their way to the program, and what they make of a call they interrupt: begun anew unseen, or EINTR.

use crate::memory::{Memory, ProcessMemory};
use crate::stops::Tracer;
use crate::sys;
use crate::sys::ptrace::Resume;

impl Tracer<'_> {
    /// A signal-delivery stop, or the first instruction of a handler after a step.
    pub(crate) fn at_signal(&mut self, tid: i32, signal: i32) {
        let Some(thread) = self.threads.get_mut(&tid) else {
            let _ = sys::ptrace::resume(tid, Resume::Run, signal);
            return;
        };
        if std::mem::take(&mut thread.stepping) && signal == libc::SIGTRAP {
            self.settle(tid);
            self.resume(tid, 0);
            return;
        }
        let open = thread
            .interrupted
            .last()
            .is_some_and(|pending| !pending.settled);
        if open && is_caught(tid, signal) {
            thread.stepping = true;
            let _ = sys::ptrace::resume(tid, Resume::Step, signal);
        } else {
            self.resume(tid, signal);
        }
    }

    /// At the first instruction of a handler: the frame on the stack says what the interrupted call comes to.
    fn settle(&mut self, tid: i32) {
        let at = sys::registers::read(tid).map(|registers| registers.frame_result());
        let value = at.ok().and_then(|at| ProcessMemory(tid).u64_at(at));
        let Some(thread) = self.threads.get_mut(&tid) else {
            return;
        };
        let interrupted = -i64::from(libc::EINTR);
        if value == Some(interrupted as u64) {
            if let Some(pending) = thread.interrupted.pop() {
                self.complete(tid, pending, interrupted);
            }
        } else if let Some(pending) = thread.interrupted.last_mut() {
            pending.settled = true;
        }
    }
}

/// Does a thread have a handler for a signal?
fn is_caught(tid: i32, signal: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    caught(&status, signal)
}

fn caught(status: &str, signal: i32) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caught_signals_are_read_from_status() {
        let status = "SigIgn:\t0000000000001000\nSigCgt:\t0000000180000202\n";
        assert!(caught(status, libc::SIGINT) && caught(status, libc::SIGUSR1));
        assert!(!caught(status, libc::SIGTERM) && !caught("", libc::SIGINT));
    }
}
