//! What the terminal and the keeper say to each other: one postcard message a datagram, descriptors beside it.

use crate::event::Ended;
use serde::{Deserialize, Serialize};

/// A message is never longer than this many bytes; a program with its environment is the longest.
pub const LIMIT: usize = 256 * 1024;

/// What the terminal asks of the keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Make a prompt's process; two descriptors: its channel, and the one its forked children report on.
    Spawn {
        /// The process's name.
        name: String,
        /// The host it is to live on.
        host: String,
    },
    /// Make a host with this number on the wire.
    Host {
        /// Its name.
        name: String,
        /// Its number: the last part of its addresses.
        number: u8,
    },
    /// Read a network setting of a host, or write it and read it back.
    Sysctl {
        /// The host.
        host: String,
        /// The path under /proc/sys/net.
        path: String,
        /// What to write.
        value: Option<String>,
    },
    /// Run a program; three descriptors: its standard input, output and error. With a tracer three more: where that reads requests, where
    /// it writes reports, and a socket by which it hands over what stands for new processes.
    Run {
        /// The host it is to run on.
        host: String,
        /// The program and its arguments.
        arguments: Vec<Vec<u8>>,
        /// What its tracer is to know, in the tracer's own words; `None` when it runs without one.
        watched: Option<Vec<u8>>,
    },
    /// A socket path that the session made and that is to go when the session ends.
    Remember(SocketPath),
    /// A folder that is to go, with all in it, should the terminal be killed; `None` before an end in order, which is not the keeper's
    /// to clean up after.
    Folder(Option<SocketPath>),
}

/// A path in the file system, with what is needed to know that it is still the same socket or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketPath {
    /// The path, absolute.
    pub path: Vec<u8>,
    /// `st_dev`.
    pub device: u64,
    /// `st_ino`.
    pub inode: u64,
}

/// What the keeper answers and tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The host is up. Descriptors: a netlink socket for sock_diag, then, if the capture is allowed, packet sockets, one for each
    /// ring.
    Ready {
        /// Whether packet sockets come along; otherwise the error (CAP_NET_RAW is missing).
        capture: Result<(), i32>,
        /// False where root's lab could not have the settings of this machine's kernel laid out of its reach.
        shielded: bool,
        /// What of a sealed lab could not be closed, in words.
        unsealed: Vec<String>,
        /// What could not be set up and is not needed by everything, in words.
        notes: Vec<String>,
    },
    /// A host is up. Descriptors: a netlink socket for sock_diag, packet sockets, and with the first host the channel to the
    /// wire.
    Host {
        /// The interface index of the wire's end of its cable.
        port: u32,
        /// What could not be set up and is not needed by everything, in words.
        notes: Vec<String>,
    },
    /// What a network setting is now.
    Sysctl(String),
    /// What was asked cannot be had.
    Failed {
        /// The step, as a system call or an interface names it.
        step: String,
        /// errno.
        errno: i32,
    },
    /// A process was made; one descriptor: its pidfd.
    Spawned {
        /// Its process id as the keeper sees it.
        pid: i32,
    },
    /// A process ended.
    Ended {
        /// Its process id as the keeper sees it.
        pid: i32,
        /// How.
        how: Ended,
    },
}
