//! WebSocket (RFC 6455): frames out of one direction of a stream, messages out of frames, and frames written.

mod assembly;
mod frame;

pub use assembly::{Assembly, Kind, Message};
pub use frame::{Frame, Reader, Sender, opcode_name};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::fmt;

/// What the server hashes behind the client's key (RFC 6455 section 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
pub fn accept(key: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(key.trim());
    hash.update(GUID);
    STANDARD.encode(hash.finalize())
}

/// True for a Sec-WebSocket-Key as it has to be: 16 bytes in base64 (RFC 6455 section 4.1).
pub fn is_key(key: &str) -> bool {
    STANDARD
        .decode(key.trim())
        .is_ok_and(|bytes| bytes.len() == 16)
}

/// Why bytes are no frames, or frames no messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A reserved bit is set that no extension gives a meaning; the bits.
    Reserved(u8),
    /// An opcode that is not in use; its number.
    Opcode(u8),
    /// A control frame that is not whole in itself.
    ControlFragment,
    /// A control frame longer than 125 bytes; its length.
    ControlLength(u64),
    /// A length in a longer form than it needs (RFC 6455 section 5.2); the length.
    LongForm(u64),
    /// A length whose highest bit is set; the length.
    Negative(u64),
    /// A client's frame without a mask.
    Unmasked,
    /// A server's frame with a mask.
    Masked,
    /// A frame or message longer than the limit; its length so far, the limit.
    TooBig(u64, u64),
    /// A continuation where nothing was begun.
    Continuation,
    /// A new message before the last one was finished.
    Interleaved,
    /// A text message that is not UTF-8.
    NotText,
    /// A close frame with one byte, or with a code that may not be sent (RFC 6455 section 7.4.1); the code.
    CloseCode(u16),
}

impl Fault {
    /// The code of the close frame that answers it (RFC 6455 section 7.4.1).
    pub fn close_code(&self) -> u16 {
        match self {
            Self::NotText => 1007,
            Self::TooBig(..) => 1009,
            _ => 1002,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved(bits) => write!(out, "reserved bits {bits:03b} are set"),
            Self::Opcode(opcode) => write!(out, "opcode {opcode} is not in use"),
            Self::ControlFragment => out.write_str("a control frame may not be fragmented"),
            Self::ControlLength(length) => {
                write!(
                    out,
                    "a control frame has at most 125 bytes, this one {length}"
                )
            }
            Self::LongForm(length) => {
                write!(out, "the length {length} is not in its shortest form")
            }
            Self::Negative(length) => {
                write!(out, "the length {length} has its highest bit set")
            }
            Self::Unmasked => out.write_str("a client's frame must be masked"),
            Self::Masked => out.write_str("a server's frame must not be masked"),
            Self::TooBig(length, limit) => {
                write!(out, "{length} bytes, and the limit is {limit}")
            }
            Self::Continuation => out.write_str("a continuation, but no message was begun"),
            Self::Interleaved => {
                out.write_str("a new message before the fragmented one was finished")
            }
            Self::NotText => out.write_str("a text message must be UTF-8"),
            Self::CloseCode(code) => write!(out, "the close code {code} may not be sent"),
        }
    }
}

impl std::error::Error for Fault {}

/// What a close code means (RFC 6455 section 7.4.1); empty for one without a name.
pub fn close_name(code: u16) -> &'static str {
    match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1005 => "no status received",
        1006 => "abnormal closure",
        1007 => "invalid payload data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "mandatory extension",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        _ => "",
    }
}

/// True for a code that may stand in a close frame (RFC 6455 section 7.4).
pub fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
