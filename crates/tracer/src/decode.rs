//! Arguments: numbers and pointers to what they mean. Pure; it never fails: what cannot be read is a [`Argument::BadPointer`].

pub(crate) mod message;

use crate::call::{Argument, Data, EpollEvent, Names, PollFd};
use crate::memory::Memory;
use crate::table::{Architecture, Row, Shape};

/// How many elements of an array are read at most.
const ELEMENTS: u64 = 1024;
/// The longest address, option or set that is read.
const SMALL: u64 = 4096;

/// A call as it stands: its numbers, and what it returned once it has.
pub struct Frame<'a> {
    /// The program's memory.
    pub memory: &'a dyn Memory,
    /// Which structures.
    pub architecture: Architecture,
    /// The arguments as numbers.
    pub numbers: [u64; 6],
    /// What it returned; `None` at its entry.
    pub result: Option<Result<i64, i32>>,
    /// How many bytes of a buffer are kept.
    pub limit: usize,
}

/// Reads the arguments at the entry of a call.
pub fn at_entry(row: &Row, frame: &Frame<'_>) -> Vec<Argument> {
    (0..row.shapes.len())
        .map(|index| frame.argument(row.shapes[index], index))
        .collect()
}

/// Reads again what the kernel has filled in.
pub fn at_exit(row: &Row, frame: &Frame<'_>, arguments: &mut [Argument]) {
    for (index, argument) in arguments.iter_mut().enumerate() {
        match (row.shapes[index], &mut *argument) {
            (Shape::FdSet, Argument::FdSet { ready, .. }) if frame.succeeded().is_some() => {
                *ready = frame.fd_set(frame.numbers[index]);
            }
            (Shape::LengthOut, Argument::Length { then, .. }) if frame.succeeded().is_some() => {
                *then = frame.memory.u32_at(frame.numbers[index]);
            }
            (
                Shape::AddressOut(_)
                | Shape::DataOut
                | Shape::VectorsOut(_)
                | Shape::MessageOut
                | Shape::MessagesOut
                | Shape::ValueOut(_)
                | Shape::PollFds(_)
                | Shape::EventsOut
                | Shape::Pair
                | Shape::IoctlArgument,
                _,
            ) => *argument = frame.argument(row.shapes[index], index),
            _ => {}
        }
    }
}

impl Frame<'_> {
    /// What the call returned, when it has and it succeeded.
    fn succeeded(&self) -> Option<u64> {
        self.result
            .and_then(Result::ok)
            .and_then(|value| u64::try_from(value).ok())
    }

    fn argument(&self, shape: Shape, index: usize) -> Argument {
        let number = self.numbers[index];
        match shape {
            Shape::Fd => Argument::Fd(number as i32),
            Shape::Int => Argument::Int(i64::from(number as i32)),
            Shape::Size => Argument::Int(number as i64),
            Shape::Milliseconds => Argument::Milliseconds(number as i32),
            Shape::Flags(names) => Argument::Flags {
                names,
                bits: u64::from(number as u32),
            },
            Shape::FcntlArgument => self.fcntl_argument(number),
            _ if number == 0 => Argument::Null,
            Shape::IoctlArgument => self.ioctl_argument(number),
            _ => self
                .given(shape, number)
                .or_else(|| self.filled(shape, number))
                .unwrap_or(Argument::Pointer(number)),
        }
    }

    /// What the program has put behind a pointer; `None` for what the kernel fills in.
    fn given(&self, shape: Shape, at: u64) -> Option<Argument> {
        let count = |index: usize| self.numbers[index];
        Some(match shape {
            Shape::AddressIn(length) => {
                let length = count(length) as u32;
                self.bytes(at, u64::from(length).min(128), Argument::Address)
            }
            Shape::LengthOut => match self.memory.u32_at(at) {
                Some(given) => Argument::Length { given, then: None },
                None => Argument::BadPointer(at),
            },
            Shape::DataIn(length) => self.data(at, count(length)),
            Shape::VectorsIn(length) => self.vectors(at, count(length), u64::MAX),
            Shape::MessageIn => self.message(at, None),
            Shape::MessagesIn(length) => self.messages(at, count(length), false),
            Shape::ValueIn(length) => self.value(at, count(length)),
            Shape::PollFds(length) => self.poll_fds(at, count(length)),
            Shape::FdSet => match self.fd_set(at) {
                Some(asked) => Argument::FdSet { asked, ready: None },
                None => Argument::BadPointer(at),
            },
            Shape::Timeval => self.time(at, 1000),
            Shape::Timespec => self.time(at, 1),
            // The kernel does not read what EPOLL_CTL_DEL points to.
            Shape::EventIn if self.numbers[1] as i32 == libc::EPOLL_CTL_DEL => {
                Argument::Pointer(at)
            }
            Shape::EventIn => self.events(at, 1),
            Shape::Signals => self.pointed(at, Argument::Signals),
            Shape::SignalsPacked => match self.memory.u64_at(at) {
                Some(0) => Argument::Null,
                Some(inner) => self.pointed(inner, Argument::Signals),
                None => Argument::BadPointer(at),
            },
            Shape::Offset => self.pointed(at, |value| Argument::Pointed(value as i64)),
            _ => return None,
        })
    }

    /// What the kernel has put behind a pointer, once the call has succeeded.
    fn filled(&self, shape: Shape, at: u64) -> Option<Argument> {
        let result = self.succeeded()?;
        let count = |index: usize| self.numbers[index];
        Some(match shape {
            Shape::AddressOut(length) => {
                let length = self.memory.u32_at(count(length))?;
                self.bytes(at, u64::from(length).min(128), Argument::Address)
            }
            Shape::DataOut => self.data(at, result),
            Shape::VectorsOut(length) => self.vectors(at, count(length), result),
            Shape::MessageOut => self.message(at, Some(result)),
            Shape::MessagesOut => self.messages(at, result, true),
            Shape::ValueOut(length) => {
                let length = self.memory.u32_at(count(length))?;
                self.value(at, u64::from(length))
            }
            Shape::EventsOut => self.events(at, result),
            Shape::Pair => {
                let pair = self.memory.u64_at(at)?;
                Argument::Pair([pair as i32, (pair >> 32) as i32])
            }
            _ => return None,
        })
    }

    fn pointed(&self, address: u64, make: impl Fn(u64) -> Argument) -> Argument {
        self.memory
            .u64_at(address)
            .map_or(Argument::BadPointer(address), make)
    }

    fn bytes(&self, address: u64, length: u64, make: impl Fn(Vec<u8>) -> Argument) -> Argument {
        match self.memory.bytes(address, length.min(SMALL) as usize) {
            Some(bytes) => make(bytes),
            None => Argument::BadPointer(address),
        }
    }

    fn data_at(&self, address: u64, length: u64) -> Option<Data> {
        let mut bytes = vec![0; length.min(self.limit as u64) as usize];
        if !bytes.is_empty() {
            let read = self.memory.read(address, &mut bytes);
            if read == 0 {
                return None;
            }
            bytes.truncate(read);
        }
        Some(Data { bytes, length })
    }

    fn data(&self, address: u64, length: u64) -> Argument {
        self.data_at(address, length)
            .map_or(Argument::BadPointer(address), Argument::Data)
    }

    fn value(&self, address: u64, length: u64) -> Argument {
        let length = u64::from(length as u32);
        self.bytes(address, length, |bytes| Argument::Value {
            level: self.numbers[1] as i32,
            name: self.numbers[2] as i32,
            bytes,
        })
    }

    fn poll_fds(&self, address: u64, count: u64) -> Argument {
        let Some(bytes) = self
            .memory
            .bytes(address, (count.min(ELEMENTS) * 8) as usize)
        else {
            return Argument::BadPointer(address);
        };
        let half = |bytes: &[u8]| i16::from_le_bytes([bytes[0], bytes[1]]);
        Argument::PollFds(
            bytes
                .chunks_exact(8)
                .map(|entry| PollFd {
                    fd: i32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]),
                    events: half(&entry[4..]),
                    revents: half(&entry[6..]),
                })
                .collect(),
        )
    }

    fn fd_set(&self, address: u64) -> Option<Vec<i32>> {
        let count = u64::from(self.numbers[0] as u32).min(8 * SMALL);
        let bytes = self
            .memory
            .bytes(address, (count.div_ceil(64) * 8) as usize)?;
        let set = |fd: &u64| bytes[(*fd / 8) as usize] >> (fd % 8) & 1 == 1;
        Some((0..count).filter(set).map(|fd| fd as i32).collect())
    }

    fn time(&self, address: u64, unit: i128) -> Argument {
        match (
            self.memory.u64_at(address),
            self.memory.u64_at(address.wrapping_add(8)),
        ) {
            (Some(seconds), Some(rest)) => Argument::Timeout(
                i128::from(seconds as i64) * 1_000_000_000 + i128::from(rest as i64) * unit,
            ),
            _ => Argument::BadPointer(address),
        }
    }

    /// struct epoll_event is packed on x86-64 only.
    fn events(&self, address: u64, count: u64) -> Argument {
        let (size, data_at) = match self.architecture {
            Architecture::X86_64 => (12, 4),
            Architecture::Aarch64 => (16, 8),
        };
        let count = count.min(ELEMENTS) as usize;
        let Some(bytes) = self.memory.bytes(address, count * size) else {
            return Argument::BadPointer(address);
        };
        Argument::Events(
            bytes
                .chunks_exact(size)
                .map(|event| EpollEvent {
                    events: crate::memory::u32_of(event),
                    data: crate::memory::u64_of(&event[data_at..]),
                })
                .collect(),
        )
    }

    fn fcntl_argument(&self, number: u64) -> Argument {
        match self.numbers[1] as i32 {
            libc::F_GETFD | libc::F_GETFL | libc::F_GETOWN | libc::F_GETPIPE_SZ => Argument::Null,
            libc::F_SETFL => Argument::Flags {
                names: Names::Status,
                bits: number,
            },
            libc::F_SETFD => Argument::Flags {
                names: Names::Descriptor,
                bits: number,
            },
            _ => Argument::Int(number as i64),
        }
    }

    fn ioctl_argument(&self, number: u64) -> Argument {
        const IN: [u64; 2] = [libc::FIONBIO, libc::FIOASYNC];
        const OUT: [u64; 3] = [libc::FIONREAD, libc::TIOCOUTQ, SIOCATMARK];
        let request = u64::from(self.numbers[1] as u32);
        let read = IN.contains(&request) || OUT.contains(&request) && self.succeeded().is_some();
        match self.memory.u32_at(number).filter(|_| read) {
            Some(value) => Argument::Pointed(i64::from(value as i32)),
            None if IN.contains(&request) => Argument::BadPointer(number),
            None => Argument::Pointer(number),
        }
    }
}

/// Is the mark of urgent data next? (sockatmark(3))
const SIOCATMARK: u64 = 0x8905;
