//! A capture read by several threads at once, and written in its order: each takes a block of frames, decodes it, waits for its
//! turn to track it, and turns it to text. Only reading and tracking are done one block after the other. What the text is, and
//! where it goes, the caller says; the text of a packet is the same as if one thread had done it all.

use super::pcap::{Block, CaptureError, Reader};
use super::read::{Summary, Times, Told, blank, place};
use super::reassembly::Reassembly;
use super::tracker::Tracker;
use crate::event::packet::{FrameBytes, PacketEvent};
use crate::packet::decode::decode_into;
use std::collections::BTreeMap;
use std::io::Read;
use std::mem;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Turns a packet into text at the end of the buffer, or into nothing.
pub type Format<'a> = dyn Fn(&Told<'_>, &mut Vec<u8>) + Sync + 'a;

/// Reads a capture with `workers` threads. Gives the text of block after block to `write` until it breaks.
/// Frames before damage are written before the error is given.
pub fn relay(
    input: impl Read + Send,
    workers: usize,
    format: &Format<'_>,
    mut write: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Summary, CaptureError> {
    let shared = Shared {
        source: Mutex::new(Source {
            reader: Reader::new(input)?,
            turns: 0,
            frames: 0,
            times: Times::default(),
            ended: false,
            error: None,
        }),
        tracking: Mutex::new(Tracking {
            tracker: Tracker::new(),
            reassembly: Reassembly::default(),
            turn: 0,
            broken: false,
        }),
        moved: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    let workers = workers.max(1);
    let (send_text, texts) = channel();
    let (send_empty, empty) = channel();
    // Whoever holds a block holds a buffer for its text, so that the oldest block can always be finished.
    for _ in 0..=workers {
        // The receiver lives until the end of this function.
        let _ = send_empty.send(Vec::new());
    }
    let empty = Mutex::new(empty);
    thread::scope(|scope| {
        for _ in 0..workers {
            let send_text = send_text.clone();
            let (shared, empty) = (&shared, &empty);
            let guard = Guard {
                shared,
                empty: send_empty.clone(),
                workers,
            };
            scope.spawn(move || {
                let _guard = guard;
                work(shared, format, empty, &send_text);
            });
        }
        drop(send_text);
        write_in_order(&texts, &send_empty, &mut write, &shared.stopped);
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
    /// Somebody has tracked a block.
    moved: Condvar,
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
    /// The block whose turn it is.
    turn: u64,
    /// A thread ended before its turn came: nobody may wait for it.
    broken: bool,
}

/// Text of the block with this turn.
type Text = (u64, Vec<u8>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What a thread works with, filled for each block anew.
struct Bench {
    block: Block,
    /// An event for each frame of the block, and more; their bytes are set when they are told.
    events: Vec<PacketEvent>,
}

impl Bench {
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
}

fn work<R: Read>(
    shared: &Shared<R>,
    format: &Format<'_>,
    empty: &Mutex<Receiver<Vec<u8>>>,
    texts: &Sender<Text>,
) {
    let mut bench = Bench {
        block: Block::default(),
        events: Vec::new(),
    };
    loop {
        let Ok(mut text) = lock(empty).recv() else {
            return;
        };
        let Some((turn, before, mut times)) = take_block(shared, &mut bench.block) else {
            return;
        };
        bench.decode();
        if !track(shared, turn, before, &mut bench) {
            return;
        }
        let Bench { block, events } = &mut bench;
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
            format(&told, &mut text);
            mem::swap(&mut event.frame.bytes, &mut bytes);
        }
        drop(bytes);
        if texts.send((turn, text)).is_err() {
            return;
        }
    }
}

/// The next block: its turn, how many frames came before it, and their times. `None` at the end.
fn take_block<R: Read>(shared: &Shared<R>, block: &mut Block) -> Option<(u64, u64, Times)> {
    let mut source = lock(&shared.source);
    if source.ended || shared.stopped.load(Ordering::Relaxed) {
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
        Ok(false) => {
            source.ended = true;
            None
        }
        Err(error) => {
            source.ended = true;
            source.error = Some(error);
            None
        }
    }
}

/// Waits for the turn and tracks the block; false when the turn will never come.
fn track<R>(shared: &Shared<R>, turn: u64, before: u64, bench: &mut Bench) -> bool {
    let mut tracking = lock(&shared.tracking);
    while tracking.turn != turn {
        if tracking.broken {
            return false;
        }
        tracking = shared
            .moved
            .wait(tracking)
            .unwrap_or_else(PoisonError::into_inner);
    }
    let Tracking {
        tracker,
        reassembly,
        ..
    } = &mut *tracking;
    let Bench { block, events } = bench;
    let frames = block.records().iter().zip(events);
    for ((record, event), number) in frames.zip(before + 1..) {
        let when = (number, record.time_ns);
        event.track = reassembly.packet(tracker, when, &mut event.headers, block.bytes(record));
    }
    tracking.turn += 1;
    drop(tracking);
    shared.moved.notify_all();
    true
}

/// Ends the waiting of the others when a thread ends by a panic.
struct Guard<'a, R> {
    shared: &'a Shared<R>,
    empty: Sender<Vec<u8>>,
    workers: usize,
}

impl<R> Drop for Guard<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.shared.tracking).broken = true;
            self.shared.stopped.store(true, Ordering::Relaxed);
            self.shared.moved.notify_all();
            for _ in 0..self.workers {
                let _ = self.empty.send(Vec::new());
            }
        }
    }
}

/// Writes the texts by their turns, and gives their buffers back.
fn write_in_order(
    texts: &Receiver<Text>,
    empty: &Sender<Vec<u8>>,
    write: &mut impl FnMut(&[u8]) -> ControlFlow<()>,
    stopped: &AtomicBool,
) {
    let mut early = BTreeMap::new();
    let mut turn = 0;
    for (whose, text) in texts {
        early.insert(whose, text);
        while let Some(mut text) = early.remove(&turn) {
            turn += 1;
            if !stopped.load(Ordering::Relaxed) && !text.is_empty() && write(&text).is_break() {
                stopped.store(true, Ordering::Relaxed);
            }
            text.clear();
            // Nobody needs it when the last block was taken.
            let _ = empty.send(text);
        }
    }
}
