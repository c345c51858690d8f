//! What passes between sockets without a packet: AF_UNIX and AF_NETLINK. Plain data, put together by the session.

use crate::value::Address;
use socklab_packets::netlink::Brief;

/// Something was written to a socket of these families, or read from one.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageEvent {
    /// When the call returned: nanoseconds since the epoch.
    pub time_ns: i64,
    /// The command that made the call.
    pub command: u64,
    /// The process that made it.
    pub process: String,
    /// The call: `send(6)`.
    pub call: String,
    /// Which family.
    pub family: Family,
    /// The socket's type: `SOCK_DGRAM`.
    pub kind: String,
    /// What happened.
    pub act: Act,
    /// Who wrote it.
    pub from: End,
    /// Who reads it.
    pub to: End,
    /// How many bytes the call moved.
    pub length: u64,
    /// The first of them, at most [`SHOWN`].
    pub data: Vec<u8>,
    /// Descriptors that went along (SCM_RIGHTS), each in words: `fd 3 (s)`.
    pub descriptors: Vec<String>,
    /// Credentials that went along (SCM_CREDENTIALS): `pid=7, uid=0, gid=0`.
    pub credentials: Option<String>,
    /// The kinds of netlink messages in it, each with how often it is there, and what a lone one says; empty for AF_UNIX.
    pub parts: Vec<String>,
    /// The netlink messages in it one by one, at most [`INSIDE`].
    pub inside: Vec<Brief>,
    /// How many more there are.
    pub more: usize,
    /// The multicast group that a netlink message was for: `RTNLGRP_LINK`.
    pub group: Option<String>,
}

/// At most this many bytes are kept with an event.
pub const SHOWN: usize = 1024;

/// At most so many netlink messages of one call are kept with their contents.
pub const INSIDE: usize = 64;

/// A family whose messages never become packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// unix(7).
    Unix,
    /// netlink(7).
    Netlink,
}

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It wrote the message of this number; numbers count from 1 in the session.
    Wrote(u64),
    /// It read the message of this number, whose writer makes no call that could be seen: the kernel, over AF_NETLINK.
    Brought {
        /// Its number.
        number: u64,
        /// It only looked (MSG_PEEK): the message waits as before.
        looked: bool,
    },
    /// It read.
    Read(Reading),
    /// It read that nothing will follow: the other end has closed or shut down.
    End(Ending),
}

/// What is known of an end of file, a recv that gave 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The kernel says that the other end is closed.
    Closed,
    /// The kernel says that this direction is shut down.
    ShutDown,
    /// The kernel was not asked, or had nothing to say.
    Unsaid,
    /// The direction is at its end, but the writer's calls are not seen: it may have been a message of no bytes before that.
    Unclear,
}

/// What a call read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The numbers of the messages it took bytes of; empty when the writer's calls are not seen.
    pub of: Vec<u64>,
    /// Bytes of the last one that still wait.
    pub waiting: u64,
    /// Bytes of it that are gone: a datagram that was longer than the buffer.
    pub cut: u64,
    /// It only looked (MSG_PEEK).
    pub looked: bool,
}

/// One end of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// What it is called: a socket's name, a program, `kernel`; empty when unknown.
    pub name: String,
    /// Its address, where it has one.
    pub address: Option<Address>,
    /// True for a listener whose connection nobody has accepted yet: what is written waits there.
    pub waits: bool,
}

impl End {
    /// Its name, else its address, else that it is unknown; and whether it was accepted.
    pub fn title(&self) -> String {
        if self.waits {
            return format!("{} (not accepted yet)", self.name);
        }
        match &self.address {
            _ if !self.name.is_empty() => self.name.clone(),
            Some(address) => address.to_string(),
            None => "(unknown)".to_owned(),
        }
    }
}

impl MessageEvent {
    /// True for one of a socket whose bytes have no boundaries.
    pub fn is_stream(&self) -> bool {
        self.kind == "SOCK_STREAM"
    }

    /// The number of the message that it tells of: one that was written, or that is seen for the first time as it is read.
    pub fn wrote(&self) -> Option<u64> {
        match self.act {
            Act::Wrote(number) | Act::Brought { number, .. } => Some(number),
            _ => None,
        }
    }
}
