//! Frames: out of bytes that come in any pieces, and back into bytes.

use super::Fault;
use socklab_packets::frame::{Header, unmasked};

/// Who sends a direction: a client masks its frames, a server does not (RFC 6455 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Every frame has to be masked.
    Client,
    /// No frame may be masked.
    Server,
    /// Nobody says; masks are taken as they come.
    Any,
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// It is the last of its message.
    pub fin: bool,
    /// The three reserved bits.
    pub rsv: u8,
    /// What it is: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    pub opcode: u8,
    /// The masking key.
    pub mask: Option<[u8; 4]>,
    /// The payload, unmasked, as far as it is kept.
    pub payload: Vec<u8>,
    /// Bytes of the whole payload.
    pub length: u64,
}

/// The name of an opcode.
pub fn opcode_name(opcode: u8) -> &'static str {
    match opcode {
        0 => "continuation",
        1 => "text",
        2 => "binary",
        8 => "close",
        9 => "ping",
        10 => "pong",
        _ => "unknown",
    }
}

impl Frame {
    /// A whole message in one frame, without a mask.
    pub fn new(opcode: u8, payload: &[u8]) -> Self {
        Self {
            fin: true,
            rsv: 0,
            opcode,
            mask: None,
            payload: payload.to_vec(),
            length: payload.len() as u64,
        }
    }

    /// A close frame with a code and a reason, without a mask.
    pub fn close(code: u16, reason: &str) -> Self {
        let mut payload = code.to_be_bytes().to_vec();
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        payload.extend(&reason.as_bytes()[..end]);
        Self::new(8, &payload)
    }

    /// The frame as it is sent. `length` is written as it is, so that it can lie about the payload.
    pub fn bytes(&self) -> Vec<u8> {
        let header = Header {
            fin: self.fin,
            rsv: self.rsv,
            opcode: self.opcode,
            mask: self.mask,
            length: self.length,
        };
        header.frame(&self.payload)
    }

    /// True for close, ping and pong.
    pub fn is_control(&self) -> bool {
        self.opcode & 8 != 0
    }
}

/// Reads the frames of one direction.
#[derive(Clone, Debug)]
pub struct Reader {
    sender: Sender,
    /// The longest payload that is taken, in bytes.
    limit: u64,
    /// So many bytes of a payload are kept; what is beyond is counted.
    kept: usize,
    /// Reserved bits that an extension gives a meaning.
    extended: u8,
    buffer: Vec<u8>,
    read: usize,
    before: u64,
    /// The frame whose payload is being read, and what of it is still to come.
    frame: Option<(Frame, u64)>,
    failed: bool,
}

impl Reader {
    /// Reads frames whose payload has at most `limit` bytes, of which `kept` are kept.
    pub fn new(sender: Sender, limit: u64, kept: usize) -> Self {
        Self {
            sender,
            limit,
            kept,
            extended: 0,
            buffer: Vec::new(),
            read: 0,
            before: 0,
            frame: None,
            failed: false,
        }
    }

    /// The same where an extension was agreed upon that uses these reserved bits (4 for permessage-deflate, RFC 7692).
    #[must_use]
    pub fn extended(mut self, bits: u8) -> Self {
        self.extended = bits;
        self
    }

    /// Takes bytes; nothing is read before [`Self::frame`].
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// How many bytes of the direction have been read.
    pub fn position(&self) -> u64 {
        self.before + self.read as u64
    }

    /// True when nothing of a frame has come since the last one.
    pub fn is_between(&self) -> bool {
        self.frame.is_none() && self.read == self.buffer.len()
    }

    /// The next frame, if it is whole. After a fault there is none.
    pub fn frame(&mut self) -> Option<Result<Frame, Fault>> {
        if self.failed {
            return None;
        }
        if self.frame.is_none() {
            match self.header() {
                Ok(Some(header)) => self.frame = Some(header),
                Ok(None) => return None,
                Err(fault) => {
                    self.failed = true;
                    return Some(Err(fault));
                }
            }
        }
        let (mut frame, left) = self.frame.take()?;
        let there = (self.buffer.len() - self.read) as u64;
        let take = there.min(left) as usize;
        let room = self.kept.saturating_sub(frame.payload.len());
        let bytes = &self.buffer[self.read..self.read + take.min(room)];
        let done = frame.length - left;
        match frame.mask {
            Some(key) => frame.payload.extend(unmasked(bytes, key, done)),
            None => frame.payload.extend_from_slice(bytes),
        }
        self.read += take;
        self.tidy();
        let left = left - take as u64;
        if left > 0 {
            self.frame = Some((frame, left));
            return None;
        }
        Some(Ok(frame))
    }

    /// The header at the front of the buffer, with the length of the payload.
    fn header(&mut self) -> Result<Option<(Frame, u64)>, Fault> {
        let bytes = &self.buffer[self.read..];
        let &[first, second, ..] = bytes else {
            return Ok(None);
        };
        let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 0x0f);
        self.check(fin, rsv, opcode, second)?;
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let masked = second & 0x80 != 0;
        let size = 2 + extended + if masked { 4 } else { 0 };
        let Some(header) = bytes.get(..size) else {
            return Ok(None);
        };
        let long = header[2..2 + extended]
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let length = if extended == 0 {
            u64::from(second & 0x7f)
        } else {
            long
        };
        match (extended, length) {
            (8, 0x8000_0000_0000_0000..) => return Err(Fault::Negative(length)),
            (2, ..126) | (8, ..0x1_0000) => return Err(Fault::LongForm(length)),
            _ if length > self.limit => return Err(Fault::TooBig(length, self.limit)),
            _ => {}
        }
        let mask = masked.then(|| [0, 1, 2, 3].map(|at| header[size - 4 + at]));
        let frame = Frame {
            fin,
            rsv,
            opcode,
            mask,
            payload: Vec::new(),
            length,
        };
        self.read += size;
        Ok(Some((frame, length)))
    }

    /// What the first two bytes say alone.
    fn check(&self, fin: bool, rsv: u8, opcode: u8, second: u8) -> Result<(), Fault> {
        let control = opcode & 8 != 0;
        if rsv & !self.extended != 0 {
            return Err(Fault::Reserved(rsv));
        }
        if !matches!(opcode, 0..=2 | 8..=10) {
            return Err(Fault::Opcode(opcode));
        }
        if control && !fin {
            return Err(Fault::ControlFragment);
        }
        if control && second & 0x7f > 125 {
            return Err(Fault::ControlLength(u64::from(second & 0x7f)));
        }
        match (self.sender, second & 0x80 != 0) {
            (Sender::Client, false) => Err(Fault::Unmasked),
            (Sender::Server, true) => Err(Fault::Masked),
            _ => Ok(()),
        }
    }

    fn tidy(&mut self) {
        if self.read > 4096 || self.read == self.buffer.len() {
            self.buffer.drain(..self.read);
            self.before += self.read as u64;
            self.read = 0;
        }
    }
}
