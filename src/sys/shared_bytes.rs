//! A stream of bytes through memory that two processes share (memfd_create(2), mmap(2)): one writes and one reads, and while both are at
//! work neither makes a system call for it. Who has to wait sleeps on a number beside the bytes (futex(2)).
#![expect(
    unsafe_code,
    reason = "the memory is shared with another process; futex has no wrapper"
)]

use super::ring::map;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::io;
use std::os::fd::OwnedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// What stands before the bytes, each on a cache line of its own where two processors write them.
#[derive(Debug)]
#[repr(C, align(64))]
struct Line<T>(T);

/// The first page.
#[derive(Debug)]
#[repr(C)]
struct Header {
    /// How many bytes were ever written.
    written: Line<AtomicU64>,
    /// How many were ever read.
    read: Line<AtomicU64>,
    /// Readers that want to be woken (`WAKE_*`).
    asleep: Line<AtomicU32>,
    /// 1 while the writer sleeps until there is room.
    full: Line<AtomicU32>,
    /// How many messages were sent to the writer by another way.
    sent: Line<AtomicU32>,
}

const PAGE: usize = 4096;

/// The reader that is woken by whoever wrote, by a way of its own.
const WAKE_OUTSIDE: u32 = 1;
/// The reader that sleeps in [`SharedBytes::sleep`].
const WAKE_INSIDE: u32 = 2;

/// The memory, mapped into this process.
#[derive(Debug)]
pub struct SharedBytes {
    memory: NonNull<u8>,
    capacity: usize,
}

// SAFETY: the memory belongs to this value, is not tied to a thread, and its numbers are atomic. Who reads holds a lock, as who writes does.
unsafe impl Send for SharedBytes {}
// SAFETY: as above.
unsafe impl Sync for SharedBytes {}

/// Memory for so many bytes under way, as a descriptor that both processes map. Its size is sealed: no access can fail later.
pub fn memory(capacity: usize) -> io::Result<OwnedFd> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    let memory = memfd_create(c"reports", flags)?;
    nix::unistd::ftruncate(&memory, (PAGE + capacity) as i64)?;
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    fcntl(&memory, FcntlArg::F_ADD_SEALS(seals))?;
    Ok(memory)
}

impl SharedBytes {
    /// Maps what [`memory`] made.
    pub fn map(memory: &OwnedFd) -> io::Result<Self> {
        let length = nix::sys::stat::fstat(memory)?.st_size;
        let length = usize::try_from(length).unwrap_or(0);
        let capacity = length.saturating_sub(PAGE);
        if capacity == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let memory = NonNull::new(map(memory, length)?).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { memory, capacity })
    }

    fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, longer than the header, zero at first, and both sides access these numbers atomically.
        unsafe { self.memory.cast().as_ref() }
    }

    /// Where the byte of this number lies, and how many follow it without a break.
    fn place(&self, number: u64) -> (*mut u8, usize) {
        let offset = (number % self.capacity as u64) as usize;
        // SAFETY: the offset is below the capacity, which lies behind the first page.
        let at = unsafe { self.memory.as_ptr().add(PAGE + offset) };
        (at, self.capacity - offset)
    }

    /// Puts as many of the bytes in as there is room for; gives how many.
    fn put(&self, bytes: &[u8]) -> usize {
        let header = self.header();
        let written = header.written.0.load(Ordering::Relaxed);
        let under_way = written.wrapping_sub(header.read.0.load(Ordering::Acquire));
        let room = self.capacity.saturating_sub(under_way as usize);
        let count = bytes.len().min(room);
        let (at, unbroken) = self.place(written);
        let first = count.min(unbroken);
        let (start, _) = self.place(0);
        // SAFETY: the reader does not touch these bytes until `written` covers them.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, first);
            std::ptr::copy_nonoverlapping(bytes[first..].as_ptr(), start, count - first);
        }
        header
            .written
            .0
            .store(written + count as u64, Ordering::Release);
        count
    }

    /// Writes all of it, and waits for room where there is none. `wake_outside` wakes a reader that asked to be woken by other means.
    pub fn write(&self, mut bytes: &[u8], wake_outside: impl Fn()) {
        loop {
            let count = self.put(bytes);
            bytes = &bytes[count..];
            // What is written is seen before it is asked who sleeps; whoever falls asleep does it the other way round.
            fence(Ordering::SeqCst);
            let asleep = &self.header().asleep.0;
            if asleep.load(Ordering::Relaxed) != 0 {
                let readers = asleep.swap(0, Ordering::SeqCst);
                if readers & WAKE_INSIDE != 0 {
                    wake(asleep);
                }
                if readers & WAKE_OUTSIDE != 0 {
                    wake_outside();
                }
            }
            if bytes.is_empty() {
                return;
            }
            self.wait_for_room();
        }
    }

    fn wait_for_room(&self) {
        let header = self.header();
        header.full.0.store(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if self.under_way() == self.capacity {
            sleep_while(&header.full.0, 1);
        }
    }

    /// Takes what is there, as long as less than `most` bytes are in `into`.
    pub fn read(&self, into: &mut Vec<u8>, most: usize) {
        let header = self.header();
        let count = self.under_way().min(most.saturating_sub(into.len()));
        if count == 0 {
            return;
        }
        let read = header.read.0.load(Ordering::Relaxed);
        let (at, unbroken) = self.place(read);
        let first = count.min(unbroken);
        let (start, _) = self.place(0);
        // SAFETY: the writer does not touch these bytes until `read` covers them.
        unsafe {
            into.extend_from_slice(std::slice::from_raw_parts(at, first));
            into.extend_from_slice(std::slice::from_raw_parts(start, count - first));
        }
        header.read.0.store(read + count as u64, Ordering::Release);
        fence(Ordering::SeqCst);
        if header.full.0.swap(0, Ordering::SeqCst) != 0 {
            wake(&header.full.0);
        }
    }

    /// How many bytes were written and not read. No more than there can be, whatever the other side says.
    pub fn under_way(&self) -> usize {
        let header = self.header();
        let read = header.read.0.load(Ordering::Acquire);
        let written = header.written.0.load(Ordering::Acquire);
        (written.wrapping_sub(read) as usize).min(self.capacity)
    }

    /// Asks the writer to wake this reader by other means with the next bytes. False when some are there already.
    pub fn ask_to_be_woken(&self) -> bool {
        self.ask(WAKE_OUTSIDE)
    }

    fn ask(&self, reader: u32) -> bool {
        self.header().asleep.0.fetch_or(reader, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.under_way() == 0
    }

    /// Sleeps until something was written or `wake_sleeper` is called; not at all when something is there. It may wake for nothing.
    pub fn sleep(&self) {
        if self.ask(WAKE_INSIDE) {
            let asleep = &self.header().asleep.0;
            let value = asleep.load(Ordering::SeqCst);
            if value & WAKE_INSIDE != 0 && self.under_way() == 0 {
                sleep_while(asleep, value);
            }
        }
    }

    /// Wakes who sleeps in `sleep`.
    pub fn wake_sleeper(&self) {
        let asleep = &self.header().asleep.0;
        asleep.fetch_and(!WAKE_INSIDE, Ordering::SeqCst);
        wake(asleep);
    }

    /// Counts a message that was sent to the writer by another way, after it was sent.
    pub fn count_sent(&self) {
        self.header().sent.0.fetch_add(1, Ordering::SeqCst);
    }

    /// How many messages were sent to the writer by another way.
    pub fn sent(&self) -> u32 {
        self.header().sent.0.load(Ordering::SeqCst)
    }
}

impl Drop for SharedBytes {
    fn drop(&mut self) {
        // SAFETY: this value's own mapping, which nothing refers to any more.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), PAGE + self.capacity) };
    }
}

/// Sleeps as long as the number is this one, or a little shorter (FUTEX_WAIT).
fn sleep_while(number: &AtomicU32, value: u32) {
    // SAFETY: a number that lives as long as the call; no timeout.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            number.as_ptr(),
            libc::FUTEX_WAIT,
            value,
            std::ptr::null::<libc::timespec>(),
        );
    }
}

/// Wakes who sleeps on the number (FUTEX_WAKE).
fn wake(number: &AtomicU32) {
    // SAFETY: a number that lives as long as the call.
    unsafe {
        libc::syscall(libc::SYS_futex, number.as_ptr(), libc::FUTEX_WAKE, i32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    /// What stands for both processes: the memory mapped twice.
    fn ends(capacity: usize) -> (SharedBytes, SharedBytes) {
        let memory = memory(capacity).expect("memory");
        let map = || SharedBytes::map(&memory).expect("it can be mapped");
        (map(), map())
    }

    #[test]
    fn all_bytes_come_in_order_however_full_the_memory_is() {
        let (writer, reader) = ends(1000);
        let message: Vec<u8> = (0..=255).cycle().take(3 * 777).collect();
        let count = 400;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..count {
                    // Shorter and longer than the memory.
                    writer.write(&message[..number * 5 % message.len()], || {});
                }
            });
            let mut received = Vec::new();
            for number in 0..count {
                let length = number * 5 % message.len();
                while received.len() < length {
                    reader.sleep();
                    reader.read(&mut received, usize::MAX);
                }
                assert_eq!(received[..length], message[..length], "message {number}");
                received.drain(..length);
            }
            assert_eq!(reader.under_way(), 0);
        });
    }

    #[test]
    fn a_reader_is_woken_once_for_each_time_it_asks() {
        let (writer, reader) = ends(100);
        let woken = AtomicUsize::new(0);
        let write = |text: &[u8]| {
            writer.write(text, || {
                woken.fetch_add(1, Ordering::Relaxed);
            });
            woken.load(Ordering::Relaxed)
        };
        assert_eq!(write(b"a"), 0);
        assert!(!reader.ask_to_be_woken(), "something is there already");
        assert_eq!(write(b"b"), 1);
        assert_eq!(write(b"c"), 1);
        let mut into = Vec::new();
        reader.read(&mut into, usize::MAX);
        assert_eq!(into, b"abc");
        assert!(reader.ask_to_be_woken());
        assert_eq!(write(b"d"), 2);
    }

    #[test]
    fn no_more_is_taken_than_asked_for() {
        let (writer, reader) = ends(100);
        writer.write(b"0123456789", || {});
        let mut into = b"xy".to_vec();
        reader.read(&mut into, 5);
        assert_eq!(into, b"xy012");
        reader.read(&mut into, 5);
        assert_eq!(into, b"xy012");
        assert_eq!(reader.under_way(), 7);
    }

    #[test]
    fn a_sleeper_is_woken_without_bytes() {
        let (_writer, reader) = ends(100);
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| reader.sleep());
            while !sleeper.is_finished() {
                reader.wake_sleeper();
                std::thread::yield_now();
            }
        });
    }
}
