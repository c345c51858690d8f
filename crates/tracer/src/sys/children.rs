//! Waiting for a change of a child and for something else at a time (signalfd(2), poll(2)).
#![expect(unsafe_code, reason = "signalfd and poll have no wrapper in std")]

use super::checked;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Readable when a child or a tracee has changed.
pub(crate) struct Changes(OwnedFd);

impl Changes {
    /// SIGCHLD is blocked from now on, so that none is lost between a look at the children and the wait.
    pub(crate) fn new() -> io::Result<Self> {
        let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
        // SAFETY: the set is initialised by sigemptyset and outlives the calls; the descriptor is new and nobody else's.
        unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, libc::SIGCHLD);
            let none = std::ptr::null_mut();
            checked(libc::sigprocmask(libc::SIG_BLOCK, &raw const set, none).into())?;
            let fd = checked(libc::signalfd(-1, &raw const set, flags).into())?;
            Ok(Self(OwnedFd::from_raw_fd(fd as i32)))
        }
    }

    /// Waits until a child has changed, or the descriptor is readable or has ended.
    pub(crate) fn wait_beside(&self, other: BorrowedFd<'_>) -> io::Result<()> {
        let watch = |fd: i32| libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        };
        let mut watched = [watch(self.0.as_raw_fd()), watch(other.as_raw_fd())];
        // SAFETY: the array outlives the call, and its length is right.
        checked(unsafe { libc::poll(watched.as_mut_ptr(), 2, -1) }.into())?;
        let mut taken = [0_u8; size_of::<libc::signalfd_siginfo>()];
        // SAFETY: the buffer is as long as is said; with nothing to read the call fails at once.
        unsafe { libc::read(self.0.as_raw_fd(), taken.as_mut_ptr().cast(), taken.len()) };
        Ok(())
    }
}
