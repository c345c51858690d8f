//! What a laboratory process does with signals: which are ignored, one that only interrupts (EINTR), and two that are waited for.
#![expect(unsafe_code, reason = "sigaction(2) with a handler, sigtimedwait(2)")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The signal that interrupts a call: its handler does nothing and is set without SA_RESTART, so the call gives EINTR (signal(7)).
pub const INTERRUPT: Signal = Signal::SIGUSR1;

/// The signal by which the terminal lets a thread go on that has reported a call: blocked, and waited for with [`wait_to_go_on`].
pub const GO_ON: Signal = Signal::SIGUSR2;

/// The signal by which the terminal asks a thread that never sleeps for a whole round: blocked, and looked for with [`Uninterrupted::look`].
pub const ASK: Signal = Signal::SIGWINCH;

static INTERRUPTS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    INTERRUPTS.fetch_add(1, Ordering::Relaxed);
}

/// How often [`INTERRUPT`] has come to this process: tells an EINTR that it caused from another.
pub fn interrupts() -> u32 {
    INTERRUPTS.load(Ordering::Relaxed)
}

/// Sleeps until [`GO_ON`] comes to this thread (sigwait(3)).
pub fn wait_to_go_on() {
    let _ = SigSet::from(GO_ON).wait();
}

/// While it exists [`INTERRUPT`] does not interrupt this thread: it waits to be found by [`Self::look`].
#[derive(Debug)]
pub struct Uninterrupted(());

impl Uninterrupted {
    /// Blocks the signal on this thread.
    pub fn begin() -> nix::Result<Self> {
        SigSet::from(INTERRUPT).thread_block()?;
        Ok(Self(()))
    }

    /// The signal that has come for this thread or comes within `patience`: [`INTERRUPT`] or [`ASK`] (sigtimedwait(2)).
    pub fn look(&self, patience: Duration) -> Option<Signal> {
        let mut set = SigSet::from(INTERRUPT);
        set.add(ASK);
        let time = libc::timespec {
            tv_sec: patience.as_secs() as libc::time_t,
            tv_nsec: i64::from(patience.subsec_nanos()) as libc::c_long,
        };
        // SAFETY: the set and the time outlive the call; no siginfo is asked for.
        let number =
            unsafe { libc::sigtimedwait(set.as_ref(), std::ptr::null_mut(), &raw const time) };
        Signal::try_from(number).ok()
    }
}

impl Drop for Uninterrupted {
    fn drop(&mut self) {
        let _ = SigSet::from(INTERRUPT).thread_unblock();
    }
}

/// Sets the handler of [`INTERRUPT`], blocks the signals that are waited for, and SIGCHLD until a reaper is in place, and ignores what a
/// key press at the terminal or a broken pipe would send.
pub fn settle_as_child() -> nix::Result<()> {
    let interrupt = SigAction::new(
        SigHandler::Handler(count),
        SaFlags::empty(),
        SigSet::empty(),
    );
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    let mut waited_for = SigSet::from(GO_ON);
    waited_for.add(ASK);
    waited_for.add(Signal::SIGCHLD);
    waited_for.thread_block()?;
    // SAFETY: the handler counts in an atomic, which is async-signal-safe.
    unsafe {
        sigaction(INTERRUPT, &interrupt)?;
        for signal in [
            Signal::SIGPIPE,
            Signal::SIGINT,
            Signal::SIGQUIT,
            Signal::SIGTSTP,
            Signal::SIGHUP,
        ] {
            sigaction(signal, &ignore)?;
        }
    }
    Ok(())
}

/// Ignores SIGPIPE and the keys of the terminal, as the keeper does.
pub fn ignore_terminal() -> nix::Result<()> {
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: no handler runs.
    unsafe {
        for signal in [
            Signal::SIGPIPE,
            Signal::SIGINT,
            Signal::SIGQUIT,
            Signal::SIGTSTP,
            Signal::SIGHUP,
            Signal::SIGTERM,
        ] {
            sigaction(signal, &ignore)?;
        }
    }
    Ok(())
}

/// Ends this process by a signal, without a core file; comes back if the signal does not end it.
pub fn die_of(signal: i32) {
    use nix::sys::resource::{Resource, setrlimit};
    restore_defaults();
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    if let Ok(signal) = Signal::try_from(signal) {
        let _ = nix::sys::signal::raise(signal);
    }
}

/// Gives every signal its default action and unblocks all, as a program expects before execve(2).
pub fn restore_defaults() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator() {
        // SAFETY: no handler runs. SIGKILL and SIGSTOP refuse, which is right.
        let _ = unsafe { sigaction(signal, &default) };
    }
    let _ = SigSet::empty().thread_set_mask();
}
