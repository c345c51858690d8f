//! Reports that come faster than the terminal takes them in: fetched by a thread of their own before there is no more room for them, so that the program
//! they are about does not wait. Bounded: what is more waits in the program.

use crate::sys::shared_bytes::SharedBytes;
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// So many bytes are fetched ahead at most.
const MOST: usize = 64 << 20;

/// How long reports gather before they are fetched: there is room for more than come in that time.
const PERIOD: Duration = Duration::from_millis(10);

/// A tracer's reports and what was fetched of them.
#[derive(Debug)]
pub(super) struct Ahead {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    wakes: File,
    reports: SharedBytes,
    fetched: Mutex<Fetched>,
    /// Readable when the thread has fetched something.
    news: EventFd,
}

#[derive(Debug, Default)]
struct Fetched {
    bytes: Vec<u8>,
    /// The tracer is gone.
    ended: bool,
    /// Nobody asks any more.
    unwanted: bool,
}

impl Ahead {
    /// Reads of `wakes` must not wait.
    pub(super) fn new(wakes: File, reports: SharedBytes) -> io::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let shared = Arc::new(Shared {
            wakes,
            reports,
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

    /// Takes all that has come, and says whether the tracer is gone. Does not wait.
    pub(super) fn take(&self, into: &mut Vec<u8>) -> bool {
        let mut fetched = self.shared.lock();
        // What it wrote before it was gone is there by then.
        fetched.ended |= self.shared.is_over();
        let _ = self.shared.news.read();
        into.append(&mut fetched.bytes);
        self.shared.reports.read(into, usize::MAX);
        if fetched.ended {
            self.shared.reports.wake_sleeper();
        }
        fetched.ended
    }

    /// What to wait for, at once: a report that comes from now on makes one of them readable.
    pub(super) fn descriptors(&self) -> [BorrowedFd<'_>; 2] {
        if !self.shared.reports.ask_to_be_woken() {
            let _ = self.shared.news.write(1);
        }
        [self.shared.wakes.as_fd(), self.shared.news.as_fd()]
    }

    /// Counts a request that was sent to the tracer.
    pub(super) fn count_sent(&self) {
        self.shared.reports.count_sent();
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.lock().unwanted = true;
        self.shared.reports.wake_sleeper();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Fetched> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the bytes that woke this process away; true when no more can come.
    fn is_over(&self) -> bool {
        let mut chunk = [0; 64];
        loop {
            match (&self.wakes).read(&mut chunk) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }

    fn fetch_ahead(&self) {
        loop {
            self.reports.sleep();
            std::thread::sleep(PERIOD);
            let mut fetched = self.lock();
            if fetched.unwanted || fetched.ended {
                return;
            }
            self.reports.read(&mut fetched.bytes, MOST);
            if !fetched.bytes.is_empty() {
                let _ = self.news.write(1);
            }
        }
    }
}
