//! The only room with `unsafe` and with C's structures: one safe function for each system call, named after it.
//! Nothing here decides or retries: EINTR, EAGAIN and short counts are the caller's to see.

pub mod address;
pub mod affinity;
pub mod block_ring;
pub mod clock;
pub mod control;
pub mod descriptor;
pub mod descriptor_table;
pub mod diag;
pub mod dice;
pub mod file;
pub mod interface;
pub mod link;
pub mod memory;
pub mod message;
pub mod mounts;
pub mod names;
pub mod net;
pub mod option;
pub mod packet_socket;
pub mod pass;
pub mod poll;
pub mod reaper;
pub mod ring;
pub mod rtnetlink;
pub mod semaphore;
pub mod shared_bytes;
pub mod signal;
pub mod socket;
pub mod spawn;
pub mod terminal;
pub mod threads;

use nix::errno::Errno;
use std::io;

/// Makes of an errno an error whose text says which call gave it.
pub fn named(call: &'static str) -> impl Fn(Errno) -> io::Error {
    move |errno| {
        io::Error::new(
            io::Error::from(errno).kind(),
            format!("{call}: {}", errno.desc()),
        )
    }
}
