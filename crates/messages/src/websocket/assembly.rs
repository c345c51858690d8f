//! Messages out of frames: fragments joined, control frames let through between them (RFC 6455 section 5.4).

use super::{Fault, Frame, may_be_sent};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Bytes.
    Binary,
    /// The connection is to be closed.
    Close,
    /// To be answered with a pong.
    Ping,
    /// The answer to a ping, or a sign of life.
    Pong,
}

impl Kind {
    /// Its name: `text`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// The payload, as far as it is kept.
    pub payload: Vec<u8>,
    /// Bytes of the whole payload.
    pub length: u64,
    /// How many frames it came in.
    pub frames: u32,
    /// Its first frame was masked.
    pub masked: bool,
    /// Its first frame had a reserved bit set: permessage-deflate has compressed it.
    pub compressed: bool,
}

impl Message {
    /// The code and the reason of a close frame; `None` where it has none.
    pub fn close(&self) -> Option<(u16, String)> {
        let (code, reason) = self.payload.split_first_chunk::<2>()?;
        let reason = String::from_utf8_lossy(reason).into_owned();
        Some((u16::from_be_bytes(*code), reason))
    }
}

/// Joins the frames of one direction.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// The longest message, in bytes.
    limit: u64,
    /// So many bytes of a message are kept.
    kept: usize,
    begun: Option<Message>,
}

impl Assembly {
    /// Joins messages of at most `limit` bytes, of which `kept` are kept.
    pub fn new(limit: u64, kept: usize) -> Self {
        Self {
            limit,
            kept,
            begun: None,
        }
    }

    /// True within a fragmented message.
    pub fn is_within(&self) -> bool {
        self.begun.is_some()
    }

    /// Takes a frame; gives the message that it completes.
    pub fn take(&mut self, frame: Frame) -> Result<Option<Message>, Fault> {
        let kind = match frame.opcode {
            0 => return self.goes_on(&frame),
            1 => Kind::Text,
            2 => Kind::Binary,
            8 => Kind::Close,
            9 => Kind::Ping,
            10 => Kind::Pong,
            opcode => return Err(Fault::Opcode(opcode)),
        };
        let message = Message {
            kind,
            payload: frame.payload,
            length: frame.length,
            frames: 1,
            masked: frame.mask.is_some(),
            compressed: frame.rsv != 0,
        };
        if frame.opcode & 8 != 0 {
            return checked(message).map(Some);
        }
        if self.begun.is_some() {
            return Err(Fault::Interleaved);
        }
        self.grown(message, frame.fin)
    }

    /// Gives a message that its last frame has completed, and keeps one that goes on.
    fn grown(&mut self, message: Message, fin: bool) -> Result<Option<Message>, Fault> {
        if message.length > self.limit {
            return Err(Fault::TooBig(message.length, self.limit));
        }
        if fin {
            return checked(message).map(Some);
        }
        self.begun = Some(message);
        Ok(None)
    }

    fn goes_on(&mut self, frame: &Frame) -> Result<Option<Message>, Fault> {
        let mut message = self.begun.take().ok_or(Fault::Continuation)?;
        let room = self.kept.saturating_sub(message.payload.len());
        let more = &frame.payload[..frame.payload.len().min(room)];
        // Bytes beyond a hole are not kept: what is kept is the beginning.
        if message.payload.len() as u64 == message.length {
            message.payload.extend_from_slice(more);
        }
        message.length = message.length.saturating_add(frame.length);
        message.frames = message.frames.saturating_add(1);
        self.grown(message, frame.fin)
    }
}

fn checked(message: Message) -> Result<Message, Fault> {
    let whole = message.payload.len() as u64 == message.length && !message.compressed;
    let not_text = |bytes: &[u8]| whole && std::str::from_utf8(bytes).is_err();
    match message.kind {
        Kind::Text if not_text(&message.payload) => return Err(Fault::NotText),
        Kind::Close => match message.payload.as_slice() {
            [] => {}
            [_] => return Err(Fault::CloseCode(0)),
            [high, low, reason @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                if !may_be_sent(code) {
                    return Err(Fault::CloseCode(code));
                }
                if not_text(reason) {
                    return Err(Fault::NotText);
                }
            }
        },
        _ => {}
    }
    Ok(message)
}
