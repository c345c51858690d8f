//! What a laboratory process does with signals: which are ignored, and one that only interrupts (EINTR).
#![expect(unsafe_code, reason = "sigaction(2) with a handler")]

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// The signal that interrupts a call: its handler does nothing and is set without SA_RESTART, so the call gives EINTR (signal(7)).
pub const INTERRUPT: Signal = Signal::SIGUSR1;

extern "C" fn nothing(_: libc::c_int) {}

/// Sets the handler of [`INTERRUPT`] and ignores what a key press at the terminal or a broken pipe would send.
pub fn settle_as_child() -> nix::Result<()> {
    let interrupt = SigAction::new(
        SigHandler::Handler(nothing),
        SaFlags::empty(),
        SigSet::empty(),
    );
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing, which is async-signal-safe.
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

/// Gives every signal its default action and unblocks all, as a program expects before execve(2).
pub fn restore_defaults() {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in Signal::iterator() {
        // SAFETY: no handler runs. SIGKILL and SIGSTOP refuse, which is right.
        let _ = unsafe { sigaction(signal, &default) };
    }
    let _ = SigSet::empty().thread_set_mask();
}
