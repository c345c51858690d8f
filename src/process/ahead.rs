//! Reports that come faster than the terminal takes them in: fetched by a thread of their own before their pipe is full, so that the program
//! they are about does not wait. Bounded: what is more waits in the program.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// So many bytes are fetched ahead at most.
const MOST: usize = 64 << 20;

/// How long reports gather in the pipe before they are fetched: it holds more than come in that time.
const PERIOD: Duration = Duration::from_millis(10);

/// A pipe and what was fetched from it.
#[derive(Debug)]
pub(super) struct Ahead {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pipe: File,
    fetched: Mutex<Fetched>,
    /// Readable when the thread has fetched something.
    news: EventFd,
}

#[derive(Debug, Default)]
struct Fetched {
    bytes: Vec<u8>,
    /// The other end is closed.
    ended: bool,
    /// Nobody asks any more.
    unwanted: bool,
}

impl Ahead {
    /// The pipe's reads must not wait.
    pub(super) fn new(pipe: File) -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let shared = Arc::new(Shared {
            pipe,
            fetched: Mutex::default(),
            news: EventFd::from_flags(flags)?,
        });
        let own = Arc::clone(&shared);
        // Without a thread nothing is fetched ahead: the program waits now and then.
        let _ = Builder::new()
            .name("reports".to_owned())
            .spawn(move || own.fetch_ahead());
        Ok(Self { shared })
    }

    /// Takes all that has come, and says whether the other end is closed. Does not wait.
    pub(super) fn take(&self, into: &mut Vec<u8>) -> bool {
        let mut fetched = self.shared.fill(usize::MAX);
        let _ = self.shared.news.read();
        into.append(&mut fetched.bytes);
        fetched.ended
    }

    /// What to wait for.
    pub(super) fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        [self.shared.pipe.as_fd(), self.shared.news.as_fd()]
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.lock().unwanted = true;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Fetched> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is there, up to so many bytes in all.
    fn fill(&self, most: usize) -> MutexGuard<'_, Fetched> {
        let mut fetched = self.lock();
        let mut chunk = [0; 16 * 1024];
        while !fetched.ended && fetched.bytes.len() < most {
            match (&self.pipe).read(&mut chunk) {
                Ok(0) => fetched.ended = true,
                Ok(length) => fetched.bytes.extend_from_slice(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => fetched.ended = true,
            }
        }
        fetched
    }

    fn fetch_ahead(&self) {
        loop {
            let mut watched = [PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
            let _ = poll(&mut watched, PollTimeout::NONE);
            std::thread::sleep(PERIOD);
            let fetched = self.fill(MOST);
            if fetched.unwanted || fetched.ended {
                let _ = self.news.write(1);
                return;
            }
            if !fetched.bytes.is_empty() {
                let _ = self.news.write(1);
            }
        }
    }
}
