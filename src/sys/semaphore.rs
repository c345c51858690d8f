//! A counting semaphore between threads (sem_overview(7)). Unlike a condition variable its wait gives EINTR, so it can be interrupted.
#![expect(
    unsafe_code,
    reason = "sem_init, sem_wait and sem_post have no safe wrapper"
)]

use nix::errno::Errno;
use std::cell::UnsafeCell;

/// A semaphore of one process. It does not move once made, which is what sem_init(3) asks for.
pub struct Semaphore(Box<UnsafeCell<libc::sem_t>>);

// SAFETY: sem_wait and sem_post may be called by several threads on one semaphore; that is what it is for.
unsafe impl Sync for Semaphore {}
// SAFETY: no thread owns it.
unsafe impl Send for Semaphore {}

impl Semaphore {
    /// A semaphore that so many may take (sem_init(3)).
    pub fn new(count: u32) -> Result<Self, Errno> {
        // SAFETY: all zeros is a place that sem_init may fill; the box keeps it where it is.
        let semaphore = Self(Box::new(UnsafeCell::new(unsafe { std::mem::zeroed() })));
        // SAFETY: the pointer is valid and no other thread knows of it yet.
        Errno::result(unsafe { libc::sem_init(semaphore.0.get(), 0, count) })?;
        Ok(semaphore)
    }

    /// Takes one, or sleeps until somebody gives one back (sem_wait(3)); EINTR when a signal came first.
    pub fn wait(&self) -> Result<(), Errno> {
        // SAFETY: initialised by `new`.
        Errno::result(unsafe { libc::sem_wait(self.0.get()) }).map(drop)
    }

    /// Gives one back (sem_post(3)).
    pub fn post(&self) -> Result<(), Errno> {
        // SAFETY: initialised by `new`.
        Errno::result(unsafe { libc::sem_post(self.0.get()) }).map(drop)
    }
}

impl Drop for Semaphore {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, and whoever drops it is the last to know of it.
        unsafe {
            libc::sem_destroy(self.0.get());
        }
    }
}

impl std::fmt::Debug for Semaphore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Semaphore")
    }
}
