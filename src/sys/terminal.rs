//! What is asked of the terminal itself: its size (ioctl_tty(2)), and Ctrl-C as a descriptor (signalfd(2)).
#![expect(
    unsafe_code,
    reason = "TIOCGWINSZ has no safe wrapper, nor has asking what a signal does"
)]

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;

/// Columns of the terminal behind a descriptor; `None` when it is no terminal or does not know.
pub fn columns(terminal: impl AsFd) -> Option<usize> {
    size(terminal)
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0)
}

/// Rows of the terminal behind a descriptor; `None` when it is no terminal or does not know.
pub fn rows(terminal: impl AsFd) -> Option<usize> {
    size(terminal)
        .map(|size| usize::from(size.ws_row))
        .filter(|rows| *rows > 0)
}

fn size(terminal: impl AsFd) -> Option<libc::winsize> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCGWINSZ fills a winsize, which outlives the call.
    let result = unsafe {
        libc::ioctl(
            terminal.as_fd().as_raw_fd(),
            libc::TIOCGWINSZ,
            &raw mut size,
        )
    };
    (result == 0).then_some(size)
}

/// A terminal that does not write what is typed; dropped, it is as it was.
#[derive(Debug)]
pub struct Silenced<T: AsFd> {
    terminal: T,
    before: Termios,
}

/// Turns off the echo of a terminal (termios(3)); `None` when it is no terminal.
pub fn silence<T: AsFd>(terminal: T) -> Option<Silenced<T>> {
    let before = tcgetattr(&terminal).ok()?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&terminal, SetArg::TCSADRAIN, &silent).ok()?;
    Some(Silenced { terminal, before })
}

impl<T: AsFd> Drop for Silenced<T> {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(&self.terminal, SetArg::TCSADRAIN, &self.before);
    }
}

/// Waits at most so long for keys and gives the first of those that are there: its byte, also of Ctrl-C. `None` when none came in
/// time; an error when it is no terminal, or is gone.
pub fn key<T: AsFd>(terminal: T, patience: Duration) -> nix::Result<Option<u8>> {
    let before = tcgetattr(&terminal)?;
    let mut raw = before.clone();
    raw.local_flags
        .remove(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
    tcsetattr(&terminal, SetArg::TCSADRAIN, &raw)?;
    let milliseconds = u16::try_from(patience.as_millis()).unwrap_or(u16::MAX);
    let mut watched = [PollFd::new(terminal.as_fd(), PollFlags::POLLIN)];
    let mut bytes = [0; 64];
    let read = match poll(&mut watched, PollTimeout::from(milliseconds)) {
        // A key may be several bytes; the rest of them is no other key.
        Ok(1..) => match nix::unistd::read(terminal.as_fd(), &mut bytes) {
            Ok(0) => Err(nix::Error::EIO),
            Ok(_) => Ok(Some(bytes[0])),
            Err(error) => Err(error),
        },
        Ok(_) | Err(nix::Error::EINTR) => Ok(None),
        Err(error) => Err(error),
    };
    tcsetattr(&terminal, SetArg::TCSADRAIN, &before)?;
    read
}

/// Turns SIGINT into something to read, for this thread and those started after it. Children are given the default again.
pub fn interrupts() -> nix::Result<SignalFd> {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGINT);
    mask.thread_block()?;
    SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

/// Turns SIGINT, SIGTERM and SIGHUP into something to read, for this thread and those started after it.
pub fn endings() -> nix::Result<SignalFd> {
    ending_signals().thread_block()?;
    SignalFd::with_flags(
        &ending_signals(),
        SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK,
    )
}

/// True when a read of it would not wait: there is something, or its end.
pub fn is_readable(input: impl AsFd) -> bool {
    let mut watched = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    poll(&mut watched, PollTimeout::ZERO) != Ok(0)
}

/// Waits for SIGINT, SIGTERM or SIGHUP; not at all where they cannot be waited for.
pub fn wait_for_ending() {
    let Ok(endings) = endings() else { return };
    let mut watched = [PollFd::new(endings.as_fd(), PollFlags::POLLIN)];
    while poll(&mut watched, PollTimeout::NONE) == Err(nix::Error::EINTR) {}
}

/// Has those signals do to this thread what they do to any program.
pub fn let_through() {
    // Two signals that exist cannot be refused.
    let _ = ending_signals().thread_unblock();
}

fn ending_signals() -> SigSet {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGINT);
    mask.add(Signal::SIGTERM);
    // A blocked signal comes to its descriptor although it is ignored: what nohup(1) was asked for holds.
    if !is_ignored(Signal::SIGHUP) {
        mask.add(Signal::SIGHUP);
    }
    mask
}

/// Whether this process ignores a signal (sigaction(2)).
fn is_ignored(signal: Signal) -> bool {
    // SAFETY: sigaction is plain data, zero is valid for all of it.
    let mut now: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: nothing is changed, and `now` outlives the call.
    let result = unsafe { libc::sigaction(signal as i32, std::ptr::null(), &raw mut now) };
    result == 0 && now.sa_sigaction == libc::SIG_IGN
}
