//! Birth and end of the traced processes.
#![expect(
    unsafe_code,
    reason = "fork, waitpid with real-time signals and _exit have no safe wrapper in std"
)]

use super::checked;
use std::io;

/// fork(2): `None` in the child.
pub(crate) fn fork() -> io::Result<Option<i32>> {
    // SAFETY: who traces has one thread, as `trace` demands, so no lock is held by a thread that the child lacks.
    let pid = checked(unsafe { libc::fork() }.into())?;
    Ok((pid != 0).then_some(pid as i32))
}

/// Ends this process at once (_exit(2)).
pub(crate) fn leave(status: i32) -> ! {
    // SAFETY: takes a number and does not return.
    unsafe { libc::_exit(status) }
}

/// Waits for any child or tracee: gives its thread's number and the raw status (waitpid(2) with __WALL).
pub(crate) fn wait_any() -> io::Result<(i32, i32)> {
    wait(-1)
}

/// A change of any child or tracee that has come already; does not wait.
pub(crate) fn changed_already() -> io::Result<Option<(i32, i32)>> {
    let mut status = 0;
    let flags = libc::__WALL | libc::WNOHANG;
    // SAFETY: the status outlives the call.
    let tid = checked(unsafe { libc::waitpid(-1, &raw mut status, flags) }.into())?;
    Ok((tid != 0).then_some((tid as i32, status)))
}

/// Waits for one child or tracee.
pub(crate) fn wait(tid: i32) -> io::Result<(i32, i32)> {
    let mut status = 0;
    // SAFETY: the status outlives the call.
    let tid = checked(unsafe { libc::waitpid(tid, &raw mut status, libc::__WALL) }.into())?;
    Ok((tid as i32, status))
}

/// Sends a signal to a process (kill(2)).
pub(crate) fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: two numbers.
    checked(unsafe { libc::kill(pid, signal) }.into()).map(|_| ())
}

/// Signals blocked by this thread, to be put back.
pub(crate) struct SignalMask(libc::sigset_t);

/// What a terminal sends to a whole group.
fn terminal_signals() -> libc::sigset_t {
    // SAFETY: the set is initialised by sigemptyset.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in [
            libc::SIGINT,
            libc::SIGQUIT,
            libc::SIGTSTP,
            libc::SIGTTIN,
            libc::SIGTTOU,
        ] {
            libc::sigaddset(&raw mut set, signal);
        }
        set
    }
}

/// Blocks what a terminal sends to a whole group, so that the program gets it and its tracer lives on.
pub(crate) fn block_terminal_signals() -> SignalMask {
    let set = terminal_signals();
    // SAFETY: both sets outlive the call, which fills the second.
    unsafe {
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, &raw mut before);
        SignalMask(before)
    }
}

/// Blocks the signals again that were blocked before.
pub(crate) fn restore_signals(mask: &SignalMask) {
    // SAFETY: the set was filled by the kernel.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const mask.0, std::ptr::null_mut()) };
}

/// Takes the terminal's signals that came meanwhile: they were the program's.
pub(crate) fn drop_terminal_signals() {
    let set = terminal_signals();
    let none = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: both structures outlive the calls; no siginfo is asked for.
    while unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const none) } > 0 {
    }
}

/// Does exec close this descriptor of the calling process?
pub(crate) fn closes_on_exec(fd: i32) -> bool {
    // SAFETY: two numbers; one that is not open gives an error.
    unsafe { libc::fcntl(fd, libc::F_GETFD) & libc::FD_CLOEXEC != 0 }
}
