//! Which call moved which bytes through which socket: plain data, kept by the session. Not the packets that carried them.

use crate::value::Address;

/// A socket by a number of its own, which stays the same through dup(2) and SCM_RIGHTS, and after its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// Counts from 1 in the session.
    pub number: u32,
    /// The process that made it or received it first.
    pub process: String,
    /// The host of that process.
    pub host: String,
    /// What it is called on a screen that shows all processes.
    pub label: String,
    /// Family, type and protocol as `socket` named them: `AF_INET`, `SOCK_STREAM`, `0`.
    pub arguments: Vec<String>,
    /// Local address as far as known.
    pub local: Option<Address>,
    /// Remote address as far as known.
    pub peer: Option<Address>,
    /// The socket at the other end, where no packet says it (AF_UNIX): its [`Party::number`].
    pub other: Option<u32>,
    /// Its inode; 0 when it could not be read.
    pub inode: u64,
    /// True after `listen`.
    pub listening: bool,
    /// When it came to be: nanoseconds since the epoch.
    pub born_ns: i64,
    /// When its last descriptor was closed.
    pub closed_ns: Option<i64>,
    /// SO_OOBINLINE is set: the urgent byte is read with the others.
    pub urgent_inline: bool,
    /// Bytes written into it, and bytes read out of it, so far.
    pub moved: (u64, u64),
}

impl Party {
    /// True for a socket whose bytes have no boundaries.
    pub fn is_stream(&self) -> bool {
        self.kind() == "SOCK_STREAM"
    }

    /// The type without its flags: `SOCK_DGRAM`.
    pub fn kind(&self) -> &str {
        let kind = self.arguments.get(1).map_or("", String::as_str);
        kind.split('|').next().unwrap_or(kind)
    }

    /// The family: `AF_UNIX`.
    pub fn family(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }
}

/// Bytes that one call put into a socket or took out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// The socket ([`Party::number`]).
    pub party: u32,
    /// The process that made the call.
    pub process: String,
    /// The call: `send(4)`.
    pub call: String,
    /// The command that made it.
    pub command: u64,
    /// True for bytes put in.
    pub sends: bool,
    /// Where the first byte stands among all that went this way through the socket, from 0. What only peeked moves nothing.
    pub at: u64,
    /// How many bytes.
    pub length: u64,
    /// The first of them, at most [`KEPT`].
    pub data: Vec<u8>,
    /// Flags of the call: `MSG_PEEK|MSG_DONTWAIT`, `0`.
    pub flags: String,
    /// The remote address the call named or gave.
    pub peer: Option<Address>,
    /// When it began and returned: nanoseconds since the epoch.
    pub start_ns: i64,
    /// When it returned.
    pub end_ns: i64,
}

/// At most this many bytes of a call are kept with its transfer.
pub const KEPT: usize = 16 << 10;

impl Transfer {
    /// True when the call had this flag.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.split('|').any(|one| one == flag)
    }
}

/// Whether a call puts bytes into its socket (true) or takes them out; `None` for one that does neither.
pub fn is_sending(name: &str) -> Option<bool> {
    match name {
        "send" | "sendto" | "sendmsg" | "sendfile" | "write" | "writev" => Some(true),
        "recv" | "recvfrom" | "recvmsg" | "read" | "readv" => Some(false),
        _ => None,
    }
}
