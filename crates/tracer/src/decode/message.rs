//! Scattered buffers and struct msghdr (recvmsg(2)), as they lie in memory on both architectures.

use super::{ELEMENTS, Frame, SMALL};
use crate::call::{Argument, Control, Data, Message};
use crate::memory::{u32_of, u64_of};

/// sizeof(struct msghdr), and of struct mmsghdr with its padding.
const MSGHDR: usize = 56;
const MMSGHDR: usize = 64;
/// sizeof(struct cmsghdr).
const CMSGHDR: usize = 16;

impl Frame<'_> {
    pub(super) fn vectors(&self, address: u64, count: u64, filled: u64) -> Argument {
        self.vectors_at(address, count, filled)
            .map_or(Argument::BadPointer(address), Argument::Vectors)
    }

    /// `filled` bytes lie in them, from the first on; all of them where more are filled than they hold.
    fn vectors_at(&self, address: u64, count: u64, filled: u64) -> Option<Vec<Data>> {
        let bytes = self
            .memory
            .bytes(address, (count.min(ELEMENTS) * 16) as usize)?;
        let (mut left, mut kept) = (filled, self.limit);
        let mut found = Vec::new();
        for vector in bytes.chunks_exact(16) {
            let length = u64_of(&vector[8..]).min(left);
            let data = Frame {
                limit: kept,
                ..*self
            }
            .data_at(u64_of(vector), length)?;
            left -= length;
            kept -= data.bytes.len();
            found.push(data);
        }
        Some(found)
    }

    pub(super) fn message(&self, address: u64, filled: Option<u64>) -> Argument {
        self.memory
            .bytes(address, MSGHDR)
            .and_then(|header| self.message_of(&header, filled))
            .map_or(Argument::BadPointer(address), Argument::Message)
    }

    fn message_of(&self, header: &[u8], filled: Option<u64>) -> Option<Message> {
        let name_at = u64_of(header);
        let name_length = u32_of(&header[8..]).min(128) as usize;
        let name = match (name_at, name_length) {
            (0, _) | (_, 0) => None,
            (at, length) => Some(self.memory.bytes(at, length)?),
        };
        let vectors_at = u64_of(&header[16..]);
        let vectors = match u64_of(&header[24..]) {
            0 => Vec::new(),
            count => self.vectors_at(vectors_at, count, filled.unwrap_or(u64::MAX))?,
        };
        let control_length = u64_of(&header[40..]).min(SMALL) as usize;
        let control = match u64_of(&header[32..]) {
            0 => Vec::new(),
            at => control_of(&self.memory.bytes(at, control_length)?),
        };
        Some(Message {
            name,
            vectors,
            control,
            flags: u32_of(&header[48..]) as i32,
        })
    }

    pub(super) fn messages(&self, address: u64, count: u64, filled: bool) -> Argument {
        let count = count.min(ELEMENTS) as usize;
        let Some(bytes) = self.memory.bytes(address, count * MMSGHDR) else {
            return Argument::BadPointer(address);
        };
        bytes
            .chunks_exact(MMSGHDR)
            .map(|header| {
                let length = u32_of(&header[MSGHDR..]);
                self.message_of(header, filled.then_some(u64::from(length)))
                    .map(|message| (message, length))
            })
            .collect::<Option<Vec<_>>>()
            .map_or(Argument::BadPointer(address), Argument::Messages)
    }
}

/// The headers of ancillary data, each aligned to 8 bytes; what is cut off is left out.
fn control_of(bytes: &[u8]) -> Vec<Control> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while rest.len() >= CMSGHDR {
        let length = u64_of(rest) as usize;
        if length < CMSGHDR || length > rest.len() {
            break;
        }
        found.push(Control {
            level: u32_of(&rest[8..]) as i32,
            kind: u32_of(&rest[12..]) as i32,
            bytes: rest[CMSGHDR..length].to_vec(),
        });
        rest = &rest[length.next_multiple_of(8).min(rest.len())..];
    }
    found
}

/// The descriptors that came with a message (SCM_RIGHTS, unix(7)).
pub(crate) fn rights(message: &Message) -> Vec<i32> {
    message
        .control
        .iter()
        .filter(|control| control.level == libc::SOL_SOCKET && control.kind == libc::SCM_RIGHTS)
        .flat_map(|control| control.bytes.chunks_exact(4))
        .map(|fd| u32_of(fd) as i32)
        .collect()
}
