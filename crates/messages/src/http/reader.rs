//! Messages out of bytes that come in any pieces. What was read is thrown away, so that memory is bounded by the limits.

use super::{Fault, Framing, Head, Message};
use std::collections::VecDeque;

/// How much of a message is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// First line and header fields, in bytes.
    pub head: usize,
    /// The body, in bytes.
    pub body: u64,
    /// So many bytes of the body are kept; what is beyond is counted.
    pub kept: usize,
}

/// A line with a chunk's size is no longer than this: a size has few digits, but extensions may follow.
const CHUNK_LINE: usize = 1024;

/// Reads one direction of a stream.
#[derive(Clone, Debug)]
pub struct Reader {
    requests: bool,
    limits: Limits,
    buffer: Vec<u8>,
    /// What of the buffer has been read.
    read: usize,
    /// Up to here no empty line was found.
    searched: usize,
    /// Bytes of the stream that were thrown away before the buffer.
    before: u64,
    state: State,
    /// Of a direction of responses: the methods of the requests they answer, oldest first.
    asked: VecDeque<String>,
    /// The message whose body is being read.
    current: Option<Message>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    Body {
        left: u64,
    },
    Size,
    Chunk {
        left: u64,
    },
    ChunkEnd,
    Trailers,
    UntilClose,
    /// Nothing more is read: a fault, or another protocol follows.
    Done,
}

impl Reader {
    /// Reads requests.
    pub fn requests(limits: Limits) -> Self {
        Self::new(limits, true)
    }

    /// Reads responses.
    pub fn responses(limits: Limits) -> Self {
        Self::new(limits, false)
    }

    fn new(limits: Limits, requests: bool) -> Self {
        Self {
            requests,
            limits,
            buffer: Vec::new(),
            read: 0,
            searched: 0,
            before: 0,
            state: State::Head,
            asked: VecDeque::new(),
            current: None,
        }
    }

    /// Takes bytes; nothing is read before [`Self::message`].
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Says which method the next response but those already announced will answer: one to HEAD has no body.
    pub fn answers(&mut self, method: &str) {
        self.asked.push_back(method.to_owned());
    }

    /// How many bytes of the stream have been read.
    pub fn position(&self) -> u64 {
        self.before + self.read as u64
    }

    /// True when nothing of a message has come since the last one.
    pub fn is_between(&self) -> bool {
        self.state == State::Head && self.buffer[self.read..].iter().all(u8::is_ascii_whitespace)
    }

    /// The head of a message whose body is not all there yet.
    pub fn awaiting_body(&self) -> Option<&Head> {
        self.current.as_ref().map(|message| &message.head)
    }

    /// The bytes that follow the message that was read last; nothing is read any more.
    pub fn rest(&mut self) -> Vec<u8> {
        self.state = State::Done;
        let rest = self.buffer.split_off(self.read);
        self.buffer.clear();
        self.read = 0;
        rest
    }

    /// The next message, if it is whole. After a fault there is none.
    pub fn message(&mut self) -> Option<Result<Message, Fault>> {
        loop {
            let step = match self.state {
                State::Done => return None,
                State::Head => self.head(),
                State::Body { left } => self.body(left, |left| State::Body { left }),
                State::Chunk { left } => self.body(left, |left| State::Chunk { left }),
                State::Size => self.size(),
                State::ChunkEnd => self.chunk_end(),
                State::Trailers => self.trailers(),
                State::UntilClose => self.body(u64::MAX, |_| State::UntilClose),
            };
            self.tidy();
            match step {
                Ok(Step::Go) => {}
                Ok(Step::Wait) => return None,
                Ok(Step::Whole) => {
                    self.state = State::Head;
                    return self.current.take().map(Ok);
                }
                Err(fault) => {
                    self.state = State::Done;
                    self.current = None;
                    return Some(Err(fault));
                }
            }
        }
    }

    /// The stream has ended: a body that ends with it is whole, and anything else that has begun is cut.
    pub fn end(&mut self) -> Option<Result<Message, Fault>> {
        let state = self.state;
        let between = self.is_between();
        self.state = State::Done;
        match state {
            State::UntilClose => self.current.take().map(Ok),
            State::Done => None,
            State::Head if between => None,
            _ => Some(Err(Fault::Cut)),
        }
    }

    fn head(&mut self) -> Result<Step, Fault> {
        // Empty lines before a message are passed over (RFC 9112 section 2.2).
        while self
            .buffer
            .get(self.read)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            self.read += 1;
        }
        let from = self.searched.max(self.read);
        let Some((length, end)) = head_end(&self.buffer, self.read, from) else {
            self.searched = self.buffer.len().saturating_sub(3).max(self.read);
            if self.buffer.len() - self.read > self.limits.head {
                return Err(Fault::HeadTooLarge(self.limits.head));
            }
            return Ok(Step::Wait);
        };
        if length > self.limits.head {
            return Err(Fault::HeadTooLarge(self.limits.head));
        }
        let head = Head::parse(&self.buffer[self.read..self.read + length], self.requests)?;
        self.read = end;
        self.searched = end;
        let interim = matches!(
            head.start,
            super::Start::Response {
                code: 100..=199,
                ..
            }
        );
        let asked = if self.requests || interim {
            None
        } else {
            self.asked.pop_front()
        };
        let (framing, length) = head.framing(asked.as_deref())?;
        if length > self.limits.body {
            return Err(Fault::BodyTooLarge(self.limits.body));
        }
        self.current = Some(Message {
            head,
            framing,
            body: Vec::new(),
            length: 0,
            trailers: Vec::new(),
        });
        self.state = match framing {
            Framing::None => return Ok(Step::Whole),
            Framing::Length => State::Body { left: length },
            Framing::Chunked => State::Size,
            Framing::UntilClose => State::UntilClose,
        };
        Ok(Step::Go)
    }

    /// Takes what is there of `left` bytes of a body.
    fn body(&mut self, left: u64, again: impl Fn(u64) -> State) -> Result<Step, Fault> {
        let there = (self.buffer.len() - self.read) as u64;
        let take = there.min(left) as usize;
        let bytes = &self.buffer[self.read..self.read + take];
        if let Some(message) = &mut self.current {
            message.length += take as u64;
            let room = self.limits.kept.saturating_sub(message.body.len());
            message.body.extend_from_slice(&bytes[..take.min(room)]);
            if message.length > self.limits.body {
                return Err(Fault::BodyTooLarge(self.limits.body));
            }
        }
        self.read += take;
        let left = left - take as u64;
        let chunk = matches!(self.state, State::Chunk { .. });
        self.state = again(left);
        match (left, chunk) {
            (0, true) => {
                self.state = State::ChunkEnd;
                Ok(Step::Go)
            }
            (0, false) => Ok(Step::Whole),
            _ => Ok(Step::Wait),
        }
    }

    /// A line without its end, when it is whole; one that is longer than `limit` is a fault.
    fn line(&mut self, limit: usize) -> Result<Option<Vec<u8>>, Fault> {
        let rest = &self.buffer[self.read..];
        let end = rest.iter().take(limit).position(|byte| *byte == b'\n');
        match end {
            Some(end) => {
                let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
                let line = line.to_vec();
                self.read += end + 1;
                Ok(Some(line))
            }
            None if rest.len() >= limit => Err(Fault::Chunk(
                String::from_utf8_lossy(&rest[..limit.min(40)]).into_owned(),
            )),
            None => Ok(None),
        }
    }

    fn size(&mut self) -> Result<Step, Fault> {
        let Some(line) = self.line(CHUNK_LINE)? else {
            return Ok(Step::Wait);
        };
        let text = String::from_utf8_lossy(&line).into_owned();
        let digits = text.split(';').next().unwrap_or_default().trim_end();
        let hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = u64::from_str_radix(digits, 16).ok().filter(|_| hex);
        let size = size.ok_or(Fault::Chunk(text))?;
        let so_far = self.current.as_ref().map_or(0, |message| message.length);
        if so_far.saturating_add(size) > self.limits.body {
            return Err(Fault::BodyTooLarge(self.limits.body));
        }
        self.state = match size {
            0 => State::Trailers,
            left => State::Chunk { left },
        };
        Ok(Step::Go)
    }

    fn chunk_end(&mut self) -> Result<Step, Fault> {
        let Some(line) = self.line(CHUNK_LINE)? else {
            return Ok(Step::Wait);
        };
        if !line.is_empty() {
            return Err(Fault::Chunk(String::from_utf8_lossy(&line).into_owned()));
        }
        self.state = State::Size;
        Ok(Step::Go)
    }

    fn trailers(&mut self) -> Result<Step, Fault> {
        let Some(line) = self.line(self.limits.head)? else {
            return Ok(Step::Wait);
        };
        if line.is_empty() {
            return Ok(Step::Whole);
        }
        let Some(message) = &mut self.current else {
            return Ok(Step::Whole);
        };
        let text = String::from_utf8_lossy(&line).into_owned();
        let (name, value) = text.split_once(':').ok_or(Fault::Field(text.clone()))?;
        message
            .trailers
            .push((name.to_owned(), value.trim().to_owned()));
        let size: usize = message
            .trailers
            .iter()
            .map(|(a, b)| a.len() + b.len())
            .sum();
        if size > self.limits.head {
            return Err(Fault::HeadTooLarge(self.limits.head));
        }
        Ok(Step::Go)
    }

    /// Throws away what was read, when it is much.
    fn tidy(&mut self) {
        if self.read > 4096 || self.read == self.buffer.len() {
            self.buffer.drain(..self.read);
            self.before += self.read as u64;
            self.searched = self.searched.saturating_sub(self.read);
            self.read = 0;
        }
    }
}

enum Step {
    Go,
    Wait,
    Whole,
}

/// The length of the head that begins at `start`, and where what follows its empty line begins. The search goes on at `from`.
fn head_end(bytes: &[u8], start: usize, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(end) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let next = at + end + 1;
        let rest = &bytes[next..];
        if rest.starts_with(b"\n") {
            return Some((next - start, next + 1));
        }
        if rest.starts_with(b"\r\n") {
            return Some((next - start, next + 2));
        }
        at = next;
    }
    None
}
