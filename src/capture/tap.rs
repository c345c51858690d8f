//! A tap on one network: frames out of the ring, with the link type the decoder needs. Not what they mean.

use crate::event::packet::Frame;
use crate::packet::headers::LinkType;
use crate::sys::ring::{Look, Ring, RingFrame, Room};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The interface index of `lo` in every network namespace of Linux.
pub const LOOPBACK: i32 = 1;

/// A running capture.
#[derive(Debug)]
pub struct Tap {
    ring: Ring,
    dropped: u64,
}

impl Tap {
    /// Begins to capture on `lo` with a packet socket of that network, into a ring of so many MiB.
    pub fn on_loopback(socket: OwnedFd, mebibytes: usize) -> io::Result<Self> {
        let room = Room::for_loopback(mebibytes);
        Ok(Self {
            ring: Ring::start(socket, LOOPBACK, Look::Outgoing, room)?,
            dropped: 0,
        })
    }

    /// The next frame, if there is one. Does not wait.
    pub fn next_frame(&mut self) -> Option<Frame> {
        self.ring.next(|frame| owned(&frame))
    }

    /// Frames that were lost because nobody fetched them in time, since the capture began (PACKET_STATISTICS).
    pub fn dropped(&mut self) -> u64 {
        self.dropped += u64::from(self.ring.drops().unwrap_or(0));
        self.dropped
    }
}

impl AsFd for Tap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ring.as_fd()
    }
}

fn owned(frame: &RingFrame<'_>) -> Frame {
    const ARPHRD_NONE: u16 = 0xfffe;
    Frame {
        time_ns: frame.time_ns,
        link: if frame.hardware_type == ARPHRD_NONE {
            LinkType::RAW
        } else {
            LinkType::ETHERNET
        },
        len: frame.len,
        bytes: frame.bytes.into(),
        checksum_not_ready: frame.checksum_not_ready,
    }
}
