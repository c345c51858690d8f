//! A SIGCHLD handler that waits for every child at once, as a server that forks has it: no zombie stays, wherever the signal finds the
//! program. What the handler's waitpid(2) gave is kept for the thread that asks.
#![expect(unsafe_code, reason = "sigaction(2) with a handler, waitpid(2) in it")]

use super::clock::now_ns;
use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicUsize, Ordering};

/// So many calls are kept until they are collected; then the handler leaves children for the next time.
const ROOM: usize = 1024;

/// One waitpid(-1, WNOHANG) of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaped {
    /// The child; 0 when all that are left still run.
    pub outcome: Result<i32, Errno>,
    /// What waitpid(2) stored of it.
    pub status: i32,
    /// When the call began, nanoseconds since the epoch.
    pub start_ns: i64,
    /// When it returned.
    pub end_ns: i64,
}

struct Slot {
    result: AtomicI32,
    status: AtomicI32,
    start_ns: AtomicI64,
    end_ns: AtomicI64,
}

static SLOTS: [Slot; ROOM] = [const {
    Slot {
        result: AtomicI32::new(0),
        status: AtomicI32::new(0),
        start_ns: AtomicI64::new(0),
        end_ns: AtomicI64::new(0),
    }
}; ROOM];
/// Counts of slots ever written and ever read. The handler alone writes, the reaper's thread alone reads.
static WRITTEN: AtomicUsize = AtomicUsize::new(0);
static READ: AtomicUsize = AtomicUsize::new(0);
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The handler while it is in place; there is one in a process.
#[derive(Debug)]
pub struct Reaper(());

impl Reaper {
    /// Puts the handler in place, without SA_RESTART, so that a call that sleeps gives EINTR. SIGCHLD stays blocked until [`Reaper::open`].
    /// EBUSY when another thread has done so.
    pub fn install() -> Result<Self, Errno> {
        if TAKEN.swap(true, Ordering::AcqRel) {
            return Err(Errno::EBUSY);
        }
        let reaper = Self(());
        reaper.close()?;
        let handler = SigAction::new(
            SigHandler::Handler(reap),
            SaFlags::SA_NOCLDSTOP,
            SigSet::empty(),
        );
        // SAFETY: the handler makes async-signal-safe calls and touches atomics only.
        unsafe { sigaction(Signal::SIGCHLD, &handler) }?;
        Ok(reaper)
    }

    /// Lets the signal through on this thread.
    pub fn open(&self) -> Result<(), Errno> {
        SigSet::from(Signal::SIGCHLD).thread_unblock()
    }

    /// Holds the signal back.
    pub fn close(&self) -> Result<(), Errno> {
        SigSet::from(Signal::SIGCHLD).thread_block()
    }

    /// The handler's calls since the last time, oldest first.
    pub fn collect(&self) -> Vec<Reaped> {
        let mut reaped = Vec::new();
        let mut next = READ.load(Ordering::Relaxed);
        while next != WRITTEN.load(Ordering::Acquire) {
            let slot = &SLOTS[next % ROOM];
            let result = slot.result.load(Ordering::Relaxed);
            reaped.push(Reaped {
                outcome: if result < 0 {
                    Err(Errno::from_raw(-result))
                } else {
                    Ok(result)
                },
                status: slot.status.load(Ordering::Relaxed),
                start_ns: slot.start_ns.load(Ordering::Relaxed),
                end_ns: slot.end_ns.load(Ordering::Relaxed),
            });
            next += 1;
            READ.store(next, Ordering::Release);
        }
        reaped
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
        // SAFETY: no handler runs from here on.
        let _ = unsafe { sigaction(Signal::SIGCHLD, &default) };
        let _ = self.close();
        TAKEN.store(false, Ordering::Release);
    }
}

/// waitpid(2) without options: the child and its status.
pub fn waitpid(which: i32) -> Result<(i32, i32), Errno> {
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    let pid = unsafe { libc::waitpid(which, &raw mut status, 0) };
    Errno::result(pid).map(|pid| (pid, status))
}

extern "C" fn reap(_: libc::c_int) {
    // SAFETY: errno is this thread's own; the interrupted code must find it as it was.
    let errno = unsafe { *libc::__errno_location() };
    loop {
        let next = WRITTEN.load(Ordering::Relaxed);
        if next - READ.load(Ordering::Acquire) >= ROOM {
            break;
        }
        let mut status = 0;
        let start_ns = now_ns();
        // SAFETY: waitpid is async-signal-safe; `status` outlives the call.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
        let result = if pid == -1 { -(Errno::last_raw()) } else { pid };
        let slot = &SLOTS[next % ROOM];
        slot.result.store(result, Ordering::Relaxed);
        slot.status.store(status, Ordering::Relaxed);
        slot.start_ns.store(start_ns, Ordering::Relaxed);
        slot.end_ns.store(now_ns(), Ordering::Relaxed);
        WRITTEN.store(next + 1, Ordering::Release);
        if result <= 0 {
            break;
        }
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}
