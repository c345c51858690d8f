//! A capture read by several threads at once, and written in its order: each takes a block of frames, decodes it, waits for its
//! turn to track it, and turns it to text. Only reading and tracking are done one block after the other. The caller's thread
//! writes whatever is ready, and does the same between. What the text is, and where it goes, the caller says; the text of a
//! packet is the same as if one thread had done it all.

use super::pcap::{Block, CaptureError, Reader};
use super::read::{Summary, Times, Told, blank, is_lost, place};
use super::reassembly::Reassembly;
use super::tracker::Tracker;
use socklab_packets::decode::decode_into;
use socklab_packets::record::{FrameBytes, PacketEvent};
use std::collections::VecDeque;
use std::hint;
use std::io::Read;
use std::mem;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

/// Who works on a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crew {
    /// How many threads turn blocks into text, at least one.
    pub workers: usize,
    /// Reading may have to wait for frames, as on a pipe: the caller's thread is none of the workers and only writes, so that no text
    /// waits with it.
    pub patient: bool,
}

/// Turns a packet into text at the end of the buffer, or into nothing.
pub type Format<'a> = dyn FnMut(&Told<'_>, &mut Vec<u8>) + 'a;

/// Reads a capture with several threads. Each turns packets into text with a format of its own from `formats`. Gives the text of block
/// after block to `write` until it breaks. Frames before damage are written before the error is given.
pub fn relay<'a>(
    input: impl Read + Send,
    crew: Crew,
    formats: &(dyn Fn() -> Box<Format<'a>> + Sync),
    mut write: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    let workers = crew.workers.max(1);
    let shared = Shared::new(Reader::new(input)?, workers);
    thread::scope(|scope| {
        let mut threads = 0;
        for _ in usize::from(!crew.patient)..workers {
            let begun = thread::Builder::new().spawn_scoped(scope, || {
                let _guard = Guard(&shared);
                let mut bench = Bench::new(formats());
                while let Some(mut text) = shared.buffer()
                    && let Some(turn) = bench.work(&shared, &mut text)
                {
                    shared.hand_in(turn, text);
                }
            });
            threads += usize::from(begun.is_ok());
        }
        let _guard = Guard(&shared);
        // Where no thread can be had this one does all.
        let mut bench = (!crew.patient || threads == 0).then(|| Bench::new(formats()));
        write_and_work(&shared, bench.as_mut(), &mut write);
    });
    let source = into_inner(shared.source);
    let tracking = into_inner(shared.tracking);
    match source.error {
        Some(error) => Err(error),
        None => Ok(Summary {
            frames: source.frames,
            retired: tracking.tracker.retired(),
        }),
    }
}

struct Shared<R> {
    source: Mutex<Source<R>>,
    tracking: Mutex<Tracking>,
    /// The block whose turn it is to be tracked: moved by whoever tracks, read also by those who look before they sleep.
    turn: AtomicU64,
    /// A block was tracked, or everything stops.
    tracked: Condvar,
    desk: Mutex<Desk>,
    /// A text or a buffer was put on the desk, or everything stops.
    changed: Condvar,
    /// Nobody wants more, or a thread ended by a panic: nobody may wait for another.
    stopped: AtomicBool,
}

struct Source<R> {
    reader: Reader<R>,
    /// How many blocks were handed out.
    turns: u64,
    frames: u64,
    times: Times,
    ended: bool,
    error: Option<CaptureError>,
}

struct Tracking {
    tracker: Tracker,
    reassembly: Reassembly,
}

/// Where texts wait to be written, and buffers to be filled.
struct Desk {
    /// The texts of the blocks from `written` on, as far as they were handed in.
    texts: VecDeque<Option<Vec<u8>>>,
    empty: Vec<Vec<u8>>,
    /// How many texts were taken to be written.
    written: u64,
    /// How many there will be, once that is known.
    last: Option<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks this often before a thread goes to sleep, some ten microseconds in all: what it waits for takes no longer, and to be woken
/// takes longer where a processor sleeps, too.
const LOOKS: u32 = 1000;

/// True once the condition holds; false when it was looked at often enough.
fn soon(holds: impl Fn() -> bool) -> bool {
    (0..LOOKS).any(|_| {
        let held = holds();
        if !held {
            hint::spin_loop();
        }
        held
    })
}

fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition
        .wait(guard)
        .unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What the caller's thread does next.
enum Errand {
    /// The text is the next one to be written.
    Write(Vec<u8>),
    /// The buffer is for the text of a block.
    Fill(Vec<u8>),
}

/// The caller's part: to write what is ready, in its order, and to work on a block at the bench when nothing is.
fn write_and_work<R: Read>(
    shared: &Shared<R>,
    mut bench: Option<&mut Bench<'_>>,
    write: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
) {
    while let Some(errand) = shared.errand(bench.is_some()) {
        match (errand, &mut bench) {
            (Errand::Fill(mut text), Some(bench)) => {
                if let Some(turn) = bench.work(shared, &mut text) {
                    shared.hand_in(turn, text);
                }
            }
            (Errand::Write(text), _) if !text.is_empty() && write(&text).is_break() => {
                shared.stop();
            }
            (Errand::Write(text) | Errand::Fill(text), _) => shared.give_back(text),
        }
    }
}

impl<R> Shared<R> {
    /// A capture of which nothing is read yet, and the desk for so many threads.
    fn new(reader: Reader<R>, workers: usize) -> Self {
        Self {
            source: Mutex::new(Source {
                reader,
                turns: 0,
                frames: 0,
                times: Times::default(),
                ended: false,
                error: None,
            }),
            tracking: Mutex::new(Tracking {
                tracker: Tracker::new(),
                reassembly: Reassembly::default(),
            }),
            turn: AtomicU64::new(0),
            tracked: Condvar::new(),
            desk: Mutex::new(Desk {
                texts: VecDeque::new(),
                // Whoever holds a block holds a buffer for its text, so that the oldest block can always be finished; some more, so
                // that nobody waits while a text is written.
                empty: vec![Vec::new(); workers * 4],
                written: 0,
                last: None,
            }),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends the work, and the waiting of everybody.
    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Whoever has looked already has begun to wait when the lock is free.
        drop(lock(&self.tracking));
        drop(lock(&self.desk));
        self.tracked.notify_all();
        self.changed.notify_all();
    }

    /// Waits for a buffer to put a block's text into; `None` when nobody wants it any more.
    fn buffer(&self) -> Option<Vec<u8>> {
        let mut desk = lock(&self.desk);
        while !self.is_stopped() {
            match desk.empty.pop() {
                Some(buffer) => return Some(buffer),
                None => desk = wait(&self.changed, desk),
            }
        }
        None
    }

    /// Waits for something to do for the thread that writes, and `works` when there is nothing to write. `None` when everything is
    /// written, or nobody wants more.
    fn errand(&self, works: bool) -> Option<Errand> {
        let mut desk = lock(&self.desk);
        while !self.is_stopped() && desk.last != Some(desk.written) {
            if let Some(Some(_)) = desk.texts.front() {
                desk.written += 1;
                return desk.texts.pop_front().flatten().map(Errand::Write);
            }
            if works
                && desk.last.is_none()
                && let Some(buffer) = desk.empty.pop()
            {
                return Some(Errand::Fill(buffer));
            }
            desk = wait(&self.changed, desk);
        }
        None
    }

    /// Takes the text of a block.
    fn hand_in(&self, turn: u64, text: Vec<u8>) {
        let mut desk = lock(&self.desk);
        let place = (turn - desk.written) as usize;
        if desk.texts.len() <= place {
            desk.texts.resize(place + 1, None);
        }
        desk.texts[place] = Some(text);
        drop(desk);
        self.changed.notify_all();
    }

    /// Takes a buffer whose text was written.
    fn give_back(&self, mut text: Vec<u8>) {
        text.clear();
        lock(&self.desk).empty.push(text);
        self.changed.notify_all();
    }

    /// The next block: its turn, how many frames came before it, and their times. `None` at the end.
    fn take_block(&self, block: &mut Block) -> Option<(u64, u64, Times)>
    where
        R: Read,
    {
        soon(|| !matches!(self.source.try_lock(), Err(TryLockError::WouldBlock)));
        let mut source = lock(&self.source);
        if source.ended || self.is_stopped() {
            return None;
        }
        match source.reader.next_block(block) {
            Ok(true) => {
                let turn = (source.turns, source.frames, source.times);
                source.turns += 1;
                source.frames += block.records().len() as u64;
                for end in [block.records().first(), block.records().last()] {
                    end.map(|record| source.times.step(record.time_ns));
                }
                Some(turn)
            }
            Ok(false) => self.end(&mut source),
            Err(error) => {
                source.error = Some(error);
                self.end(&mut source)
            }
        }
    }

    /// No more blocks will come.
    fn end<T>(&self, source: &mut Source<R>) -> Option<T> {
        source.ended = true;
        lock(&self.desk).last = Some(source.turns);
        self.changed.notify_all();
        None
    }
}

/// Ends the waiting of the others when a thread ends by a panic.
struct Guard<'a, R>(&'a Shared<R>);

impl<R> Drop for Guard<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

/// What a thread works with, filled for each block anew.
struct Bench<'a> {
    format: Box<Format<'a>>,
    block: Block,
    /// An event for each frame of the block, and more; their bytes are set when they are told.
    events: Vec<PacketEvent>,
}

impl<'a> Bench<'a> {
    fn new(format: Box<Format<'a>>) -> Self {
        Self {
            format,
            block: Block::default(),
            events: Vec::new(),
        }
    }

    /// Turns the next block into text; gives its turn, or `None` when there is none or nobody wants it.
    fn work<R: Read>(&mut self, shared: &Shared<R>, text: &mut Vec<u8>) -> Option<u64> {
        let (turn, before, times) = shared.take_block(&mut self.block)?;
        self.decode();
        self.track(shared, turn, before)?;
        self.tell(before, times, text);
        Some(turn)
    }

    fn decode(&mut self) {
        let (block, events) = (&self.block, &mut self.events);
        if events.len() < block.records().len() {
            events.resize_with(block.records().len(), blank);
        }
        for (record, event) in block.records().iter().zip(events) {
            decode_into(
                &mut event.headers,
                record.link,
                block.bytes(record),
                record.len,
            );
        }
    }

    /// Waits for the turn and tracks the block; `None` when the turn will never come.
    fn track<R>(&mut self, shared: &Shared<R>, turn: u64, before: u64) -> Option<()> {
        let is_due = || shared.turn.load(Ordering::Acquire) == turn;
        soon(is_due);
        let mut tracking = lock(&shared.tracking);
        while !is_due() {
            if shared.is_stopped() {
                return None;
            }
            tracking = wait(&shared.tracked, tracking);
        }
        let Tracking {
            tracker,
            reassembly,
        } = &mut *tracking;
        let (block, events) = (&self.block, &mut self.events);
        let frames = block.records().iter().zip(events);
        for ((record, event), number) in frames.zip(before + 1..) {
            let when = (number, record.time_ns);
            let PacketEvent { headers, track, .. } = event;
            tracker.losing(is_lost(block, record));
            reassembly.packet(tracker, when, headers, block.bytes(record), track);
        }
        shared.turn.store(turn + 1, Ordering::Release);
        drop(tracking);
        shared.tracked.notify_all();
        Some(())
    }

    fn tell(&mut self, before: u64, mut times: Times, text: &mut Vec<u8>) {
        let (block, events) = (&self.block, &mut self.events);
        // One for all: whoever holds the block's memory keeps it from being filled again.
        let mut bytes = FrameBytes::default();
        let frames = block.records().iter().zip(events);
        for ((record, event), number) in frames.zip(before + 1..) {
            mem::swap(&mut event.frame.bytes, &mut bytes);
            place(event, block, record, number);
            let told = Told {
                packet: event,
                times_ns: times.step(record.time_ns),
                block,
                record,
            };
            (self.format)(&told, text);
            mem::swap(&mut event.frame.bytes, &mut bytes);
        }
    }
}
