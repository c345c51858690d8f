//! A capture at full rate: a thread empties the ring into a bounded queue, so that slow output costs no frame until the queue is
//! full. Who ends it (a signal, a reader that went away, an interface that did) is seen here, too. Not what frames mean.

use super::block::Block;
use super::interface::Interface;
use crate::packet::headers::LinkType;
use crate::sys::block_ring::{self, BlockRing};
use crate::sys::clock::Deadline;
use crate::sys::{interface, terminal};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use nix::sys::signalfd::SignalFd;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Blocks of the ring: 16 MiB, for the time in which the thread is not scheduled.
const RING: usize = 16;
/// At most this many bytes of frames wait to be read.
pub const QUEUE: usize = 256 << 20;
/// A block that is not full is handed over after so many milliseconds.
const RETIRE: u32 = 20;
/// How often a full queue is looked at.
const FULL: Duration = Duration::from_millis(5);
/// A signal that comes so soon after the first is the same wish once more: timeout(1) sends it to the process and to its group.
const SAME_WISH: Duration = Duration::from_millis(300);
/// Buffers that are kept to be used again.
const SPARE: usize = 8;

/// Instructions of a classic BPF program: code, jt, jf, k.
pub type Program = Vec<(u16, u8, u8, u32)>;

/// What to capture, and what ends it.
#[derive(Debug)]
pub struct Settings {
    /// Where.
    pub interface: Interface,
    /// Which frames the kernel lets through, unless it refuses the program; `None` for all.
    pub program: Option<Program>,
    /// Have the interface pass on what is addressed to others.
    pub promiscuous: bool,
    /// Signals that end the capture.
    pub signals: Option<SignalFd>,
    /// The pipe that is written to: when its reader goes away, the capture ends.
    pub output: Option<OwnedFd>,
}

/// Why there are no more frames.
#[derive(Debug)]
pub enum Ending {
    /// A signal, or whoever reads the frames, asked for it.
    Asked,
    /// Nobody reads the output any more.
    Unread,
    /// The interface does not exist any more.
    Gone,
    /// A system call failed.
    Failed(io::Error),
}

/// What a capture gives.
#[derive(Debug)]
pub enum Next {
    /// Frames.
    Block(Block),
    /// The interface went down: nothing is seen until it is up again.
    Down,
    /// Nothing any more; [`Live::end`] says why.
    End,
}

/// A running capture.
#[derive(Debug)]
pub struct Live {
    /// True when the kernel has taken the program.
    pub filtered: bool,
    shared: Arc<Shared>,
    stop: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and its reader share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    blocks: VecDeque<Block>,
    bytes: usize,
    spare: Vec<Vec<u8>>,
    ending: Option<Ending>,
    down: bool,
}

impl Shared {
    /// The state; a thread that panicked leaves it as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// Begins to capture. Needs CAP_NET_RAW.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let interface = &settings.interface;
        let socket = block_ring::open(interface.form)?;
        // It only spares work: without it, whoever reads the frames leaves out what this would have.
        let filtered = settings.program.as_ref().is_some_and(|program| {
            block_ring::attach_filter(&socket, program.iter().copied()).is_ok()
        });
        if interface.loopback {
            // An older kernel refuses; then the second copy is left out where blocks are read.
            let _ = block_ring::ignore_outgoing(&socket);
        }
        if settings.promiscuous && interface.index != 0 {
            block_ring::be_promiscuous(&socket, interface.index)?;
        }
        let ring = BlockRing::start(socket, interface.index, RING, RETIRE)?;
        if !interface.up {
            // ENETDOWN is no news of an interface that is known to be down.
            let _ = ring.pending_error();
        }
        let shared = Arc::new(Shared::default());
        let stop = Arc::new(EventFd::new()?);
        let worker = Worker {
            ring,
            link: interface.link,
            index: interface.index,
            signals: settings.signals,
            output: settings.output,
            stop: Arc::clone(&stop),
            shared: Arc::clone(&shared),
            asked: None,
        };
        let thread = std::thread::Builder::new()
            .name("capture".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            filtered,
            shared,
            stop,
            thread: Some(thread),
        })
    }

    /// The next block, if one is there. Does not wait.
    pub fn ready(&mut self) -> Option<Block> {
        let mut state = self.shared.state();
        let block = state.blocks.pop_front()?;
        state.bytes -= block.bytes.len();
        Some(block)
    }

    /// What comes next, however long that takes.
    pub fn wait(&mut self) -> Next {
        let mut state = self.shared.state();
        loop {
            if let Some(block) = state.blocks.pop_front() {
                state.bytes -= block.bytes.len();
                return Next::Block(block);
            }
            if std::mem::take(&mut state.down) {
                return Next::Down;
            }
            if state.ending.is_some() {
                return Next::End;
            }
            state = self
                .shared
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a block that was read back, so that its memory is used again.
    pub fn give_back(&mut self, block: Block) {
        let mut state = self.shared.state();
        if state.spare.len() < SPARE {
            state.spare.push(block.bytes);
        }
    }

    /// Frames the kernel dropped since the capture began, because neither ring nor queue had room for them (PACKET_STATISTICS).
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Ends the capture and says why it ended.
    pub fn end(mut self) -> Ending {
        self.finish();
        let ending = self.shared.state().ending.take();
        ending.unwrap_or(Ending::Asked)
    }

    fn finish(&mut self) {
        // The counter cannot overflow by ones.
        let _ = self.stop.write(1);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The thread: moves blocks from the ring to the queue.
struct Worker {
    ring: BlockRing,
    link: LinkType,
    index: i32,
    signals: Option<SignalFd>,
    output: Option<OwnedFd>,
    stop: Arc<EventFd>,
    shared: Arc<Shared>,
    /// When the first signal is no longer the last word.
    asked: Option<Deadline>,
}

impl Worker {
    fn run(mut self) {
        let ending = self.capture();
        self.count_drops();
        let mut state = self.shared.state();
        state.ending = Some(ending);
        drop(state);
        self.shared.filled.notify_all();
        // Another signal ends the program from here on, also while its output stands still: this thread is the one that takes it.
        loop {
            self.heed_no_more();
            let patience = if self.signals.is_some() {
                PollTimeout::try_from(SAME_WISH).unwrap_or(PollTimeout::ZERO)
            } else {
                PollTimeout::NONE
            };
            let mut entries = [PollFd::new(self.stop.as_fd(), PollFlags::POLLIN)];
            if poll(&mut entries, patience) != Err(Errno::EINTR) && entries[0].any() == Some(true) {
                return;
            }
        }
    }

    /// Once the first signal is some time ago, the next one has its usual effect.
    fn heed_no_more(&mut self) {
        let first = *self.asked.get_or_insert_with(|| Deadline::after(SAME_WISH));
        if first.is_over()
            && let Some(signals) = self.signals.take()
        {
            while let Ok(Some(_)) = signals.read_signal() {}
            terminal::let_through();
        }
    }

    fn capture(&mut self) -> Ending {
        loop {
            let room = self.empty_ring();
            match self.rest(room) {
                Ok(None) => {}
                Ok(Some(ending)) => return ending,
                Err(errno) => return Ending::Failed(errno.into()),
            }
        }
    }

    /// Moves what the ring holds; false when the queue is full.
    fn empty_ring(&mut self) -> bool {
        loop {
            let mut state = self.shared.state();
            if state.bytes > QUEUE {
                drop(state);
                self.count_drops();
                return false;
            }
            let mut bytes = state.spare.pop().unwrap_or_default();
            drop(state);
            let taken = self.ring.take(|block| {
                bytes.clear();
                bytes.extend_from_slice(block);
            });
            let mut state = self.shared.state();
            if taken.is_none() {
                state.spare.push(bytes);
                return true;
            }
            // A block of a quiet interface is small; what it was copied into may be large, and does not count.
            if bytes.capacity() / 2 > bytes.len() {
                bytes.shrink_to_fit();
            }
            state.bytes += bytes.len();
            state.blocks.push_back(Block::new(bytes, self.link));
            drop(state);
            self.shared.filled.notify_one();
            self.count_drops();
        }
    }

    fn count_drops(&self) {
        let drops = u64::from(self.ring.drops().unwrap_or(0));
        self.shared.dropped.fetch_add(drops, Ordering::Relaxed);
    }

    /// Waits until there is something to do.
    fn rest(&mut self, room: bool) -> nix::Result<Option<Ending>> {
        // What is not waited for, or was not given, is left out by asking for nothing of the descriptor that ends it all.
        let stop = self.stop.as_fd();
        let mut entries = [
            PollFd::new(stop, PollFlags::POLLIN),
            PollFd::new(stop, PollFlags::empty()),
            PollFd::new(stop, PollFlags::empty()),
            PollFd::new(stop, PollFlags::empty()),
        ];
        if room {
            entries[1] = PollFd::new(self.ring.as_fd(), PollFlags::POLLIN);
        }
        if let Some(signals) = &self.signals {
            entries[2] = PollFd::new(signals.as_fd(), PollFlags::POLLIN);
        }
        if let Some(output) = &self.output {
            entries[3] = PollFd::new(output.as_fd(), PollFlags::empty());
        }
        let timeout = if room {
            PollTimeout::NONE
        } else {
            PollTimeout::try_from(FULL).unwrap_or(PollTimeout::ZERO)
        };
        match poll(&mut entries, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
        let [stopped, frames, signalled, unread] =
            entries.map(|entry| entry.revents().unwrap_or(PollFlags::empty()));
        if !stopped.is_empty() {
            return Ok(Some(Ending::Asked));
        }
        if signalled.contains(PollFlags::POLLIN) {
            self.last_frames()?;
            return Ok(Some(Ending::Asked));
        }
        if unread.contains(PollFlags::POLLERR) {
            return Ok(Some(Ending::Unread));
        }
        if frames.contains(PollFlags::POLLERR) {
            return Ok(self.broken());
        }
        Ok(None)
    }

    /// Something is wrong with the socket: the interface went down, or away.
    fn broken(&mut self) -> Option<Ending> {
        match self.ring.pending_error() {
            Some(error) if error.raw_os_error() == Some(libc::ENETDOWN) => {
                let there = self.index == 0 || interface::if_indextoname(self.index as u32).is_ok();
                if !there {
                    return Some(Ending::Gone);
                }
                self.shared.state().down = true;
                self.shared.filled.notify_one();
                None
            }
            Some(error) => Some(Ending::Failed(error)),
            None => None,
        }
    }

    /// Takes what was seen before the signal that ends the capture.
    fn last_frames(&mut self) -> nix::Result<()> {
        let closed = self.ring.close().is_ok();
        let end = Deadline::after(Duration::from_millis(u64::from(RETIRE) * 3));
        loop {
            self.heed_no_more();
            let room = self.empty_ring();
            if room && end.is_over() {
                return Ok(());
            }
            let patience = if room { end.remaining() } else { FULL };
            let mut entries = [
                PollFd::new(self.stop.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.ring.as_fd(), PollFlags::POLLIN),
            ];
            let waited = if room { 2 } else { 1 };
            match poll(
                &mut entries[..waited],
                PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO),
            ) {
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
                Ok(_) if entries[0].any() == Some(true) => return Ok(()),
                Ok(0) if room && closed => {
                    self.empty_ring();
                    return Ok(());
                }
                Ok(_) => {}
            }
        }
    }
}
