//! One connection to the page's server: bytes in until a request is whole, bytes out as fast as its other end takes them. It decides
//! nothing: what is answered is `request` and `server`.

use socket2::SockRef;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// The kernel keeps about this many bytes for a viewer that does not read.
const SEND_BUFFER: usize = 64 << 10;
/// At most this many bytes are read at once.
const READ: usize = 16 << 10;

/// What a connection is there for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its request is not whole yet.
    Asking,
    /// It is sent an answer, and then closed.
    Answered,
    /// It has its answer; what it still sends is read and dropped, because closing before would reset the connection.
    Draining,
    /// It is sent events from a number on. `late`: it has not been sent yet what there was when it came, up to this number.
    Watching { cursor: u64, late: u64 },
    /// It is over.
    Over,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// The address it came to.
    pub(super) local: SocketAddr,
    pub(super) stage: Stage,
    pub(super) input: Vec<u8>,
    output: VecDeque<Arc<[u8]>>,
    /// How many bytes of the first of them are sent.
    sent: usize,
    /// When it last got on: nanoseconds of CLOCK_MONOTONIC.
    pub(super) moved_ns: u64,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, now_ns: u64) -> std::io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER)?;
        Ok(Self {
            local: stream.local_addr()?,
            stream,
            stage: Stage::Asking,
            input: Vec::new(),
            output: VecDeque::new(),
            sent: 0,
            moved_ns: now_ns,
        })
    }

    /// True while something waits to be sent.
    pub(super) fn is_full(&self) -> bool {
        !self.output.is_empty()
    }

    /// Reads what there is, up to a limit. What comes after the request is dropped.
    pub(super) fn read(&mut self) {
        let mut buffer = [0; READ];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.stage = Stage::Over,
            Ok(length) if self.stage == Stage::Asking => {
                self.input.extend_from_slice(&buffer[..length]);
            }
            Ok(_) => {}
            Err(error) if is_patient(error.kind()) => {}
            Err(_) => self.stage = Stage::Over,
        }
    }

    /// Puts bytes behind those that wait.
    pub(super) fn put(&mut self, bytes: Arc<[u8]>) {
        self.output.push_back(bytes);
    }

    /// Sends what can be sent without waiting.
    pub(super) fn write(&mut self, now_ns: u64) {
        while let Some(first) = self.output.front() {
            match self.stream.write(&first[self.sent..]) {
                Ok(length) => {
                    self.moved_ns = now_ns;
                    self.sent += length;
                    if self.sent == first.len() {
                        self.output.pop_front();
                        self.sent = 0;
                    }
                }
                Err(error) if is_patient(error.kind()) => return,
                Err(_) => {
                    self.stage = Stage::Over;
                    return;
                }
            }
        }
        if self.stage == Stage::Answered {
            let closed = self.stream.shutdown(Shutdown::Write);
            self.stage = closed.map_or(Stage::Over, |()| Stage::Draining);
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

fn is_patient(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
