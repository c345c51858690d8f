//! A tap on one network: frames out of the ring, with the link type the decoder needs. Not what they mean.
//!
//! Whoever asks for the next frame takes it from the ring, so that what a call caused is there once the call has returned. A ring with
//! slots for the largest frame has few of them, so there are several, of which the ones with shorter slots have more. When frames come
//! so fast that they are found several at a time, a thread begins to empty them, too, into a queue that is read first. It rests again
//! when none come.

use super::queue::Queue;
use crate::event::packet::Frame;
use crate::packet::headers::LinkType;
use crate::sys::affinity::{self, Processors, SELF};
use crate::sys::named;
use crate::sys::ring::{Look, RINGS, Ring, RingFrame, Room};
use crate::sys::threads::side_by_side;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The interface index of `lo` in every network namespace of Linux.
pub const LOOPBACK: i32 = 1;

/// So many frames found without a pause are a flood.
const FLOOD: usize = 8;
/// The flood is over when none came for so many milliseconds.
const CALM: u16 = 200;
/// At most about this many bytes of frames wait in the queue; what comes then is dropped in the ring, and counted.
const QUEUE: usize = 64 << 20;
/// How long the thread waits while the queue is full.
const FULL: Duration = Duration::from_millis(2);

/// A running capture.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    /// Becomes readable with the rings and with the bell.
    either: Epoll,
    thread: bool,
    /// Where its thread may run: who asks for frames may be kept on one processor.
    processors: Option<Processors>,
    in_a_row: usize,
    dropped: u64,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    wanted: Condvar,
    bell: EventFd,
}

#[derive(Debug)]
struct State {
    rings: Rings,
    queue: Queue,
    flood: bool,
    ended: bool,
}

/// The rings for frames of each length. A frame is in one of them.
#[derive(Debug)]
struct Rings(Vec<Ring>);

impl Rings {
    /// Gives the oldest of their next frames to `look`.
    fn next<T>(&mut self, look: impl FnOnce(RingFrame<'_>) -> T) -> Option<T> {
        let heads = self.0.iter_mut();
        let oldest = heads.filter_map(|ring| ring.next_time_ns().map(|time_ns| (time_ns, ring)));
        let (_, ring) = oldest.min_by_key(|(time_ns, _)| *time_ns)?;
        ring.next(look)
    }

    /// Frames that found no free slot since the last time this was asked.
    fn drops(&self) -> u64 {
        let drops = self.0.iter().map(|ring| ring.drops().unwrap_or(0));
        drops.map(u64::from).sum()
    }
}

impl Drop for Rings {
    /// Closes the rings, all at once: for each the kernel waits until no processor uses it any more, some tens of milliseconds.
    fn drop(&mut self) {
        side_by_side(std::mem::take(&mut self.0), drop);
    }
}

impl Shared {
    /// The state; a thread that panicked leaves it as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Moves what the rings hold to the queue; how many frames that were, and whether there is room for more.
    fn empty_rings(&mut self) -> (usize, bool) {
        let before = self.queue.len();
        while self.queue.bytes() < QUEUE {
            let queue = &mut self.queue;
            if self.rings.next(|frame| queue.push(&frame)).is_none() {
                return (self.queue.len() - before, true);
            }
        }
        (self.queue.len() - before, false)
    }
}

impl Tap {
    /// Begins to capture on `lo` with packet sockets of that network, each into a ring of so many MiB.
    pub fn on_loopback(sockets: [OwnedFd; RINGS], mebibytes: usize) -> io::Result<Self> {
        let rings = Rings(start(sockets, Room::for_loopback(mebibytes))?);
        let bell = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)
            .map_err(named("eventfd2(2)"))?;
        let either =
            Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(named("epoll_create1(2)"))?;
        for fd in rings.0.iter().map(AsFd::as_fd).chain([bell.as_fd()]) {
            either.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, 0))?;
        }
        let state = State {
            rings,
            queue: Queue::default(),
            flood: false,
            ended: false,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                wanted: Condvar::new(),
                bell,
            }),
            either,
            thread: false,
            processors: affinity::of(SELF).ok(),
            in_a_row: 0,
            dropped: 0,
        })
    }

    /// The next frame, if there is one. Does not wait.
    pub fn next_frame(&mut self) -> Option<Frame> {
        let mut state = self.shared.state();
        let frame = if let Some(frame) = state.queue.next(|frame| owned(&frame)) {
            Some(frame)
        } else {
            // Nothing waits in the queue: the bell is silenced before the ring is looked at, never after.
            if self.thread {
                let _ = self.shared.bell.read();
            }
            state.rings.next(|frame| owned(&frame))
        };
        self.in_a_row = if frame.is_some() {
            self.in_a_row + 1
        } else {
            0
        };
        if self.in_a_row >= FLOOD && !state.flood {
            state.flood = true;
            drop(state);
            self.call_thread();
        }
        frame
    }

    /// Asks the kernel how many frames were lost because nobody fetched them in time (PACKET_STATISTICS).
    pub fn count_dropped(&mut self) {
        self.dropped += self.shared.state().rings.drops();
    }

    /// Frames that were lost since the capture began, as far as they were counted.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Wakes the thread, or begins it. Where none can be had frames are dropped, and counted.
    fn call_thread(&mut self) {
        if self.thread {
            self.shared.wanted.notify_one();
            return;
        }
        let shared = Arc::clone(&self.shared);
        let processors = self.processors;
        self.thread = std::thread::Builder::new()
            .name("tap".to_owned())
            .spawn(move || {
                let _ = processors.map(|all| affinity::set(SELF, all));
                help(&shared);
            })
            .is_ok();
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.state().ended = true;
        self.shared.wanted.notify_one();
    }
}

impl AsFd for Tap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.either.0.as_fd()
    }
}

/// Makes the rings, all at once: for each the kernel waits until no processor uses what was there before, some milliseconds.
fn start(sockets: [OwnedFd; RINGS], rooms: [Room; RINGS]) -> io::Result<Vec<Ring>> {
    let rings = side_by_side(
        std::iter::zip(sockets, rooms).collect(),
        |(socket, room)| Ring::start(socket, LOOPBACK, Look::Outgoing, room),
    );
    rings.into_iter().collect()
}

/// The thread: empties the rings while there is a flood. The tap does not wait for its end, which comes by itself.
fn help(shared: &Shared) {
    let sockets: io::Result<Vec<OwnedFd>> = {
        let rings = &shared.state().rings.0;
        let sockets = rings.iter().map(|ring| ring.as_fd().try_clone_to_owned());
        sockets.collect()
    };
    let Ok(sockets) = sockets else {
        return;
    };
    let watch = |socket| PollFd::new(socket, PollFlags::POLLIN);
    let mut entries: Vec<PollFd<'_>> = sockets.iter().map(AsFd::as_fd).map(watch).collect();
    loop {
        let mut state = shared.state();
        while !(state.flood || state.ended) {
            state = shared
                .wanted
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.ended {
            return;
        }
        let (moved, room) = state.empty_rings();
        drop(state);
        if moved > 0 {
            // A counter that is full rings as loud.
            let _ = shared.bell.write(1);
        }
        if !room {
            std::thread::sleep(FULL);
            continue;
        }
        match poll(&mut entries, PollTimeout::from(CALM)) {
            Ok(0) => shared.state().flood = false,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

fn owned(frame: &RingFrame<'_>) -> Frame {
    const ARPHRD_NONE: u16 = 0xfffe;
    Frame {
        time_ns: frame.time_ns,
        link: if frame.hardware_type == ARPHRD_NONE {
            LinkType::RAW
        } else {
            LinkType::ETHERNET
        },
        len: frame.len,
        bytes: frame.bytes.into(),
        checksum_not_ready: frame.checksum_not_ready,
    }
}
