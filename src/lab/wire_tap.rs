//! The terminal's end of the wire: orders out, frames with their verdicts in.

use super::wire_message::{LIMIT, Told, WireRequest};
use crate::command::wire::WireOrder;
use crate::event::packet::FrameBytes;
use crate::event::wire::{Delivered, RuleRow, Ruling};
use crate::sys::pass;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, recv};
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// How long the wire is waited for, in milliseconds; it answers in microseconds unless the machine is out of breath.
const PATIENCE_MS: u16 = 10_000;

/// A frame the wire took from a host.
#[derive(Clone, Debug, PartialEq)]
pub struct WireFrame {
    /// Nanoseconds since the epoch.
    pub time_ns: i64,
    /// The sending host's port, in the order of attachment.
    pub port: u16,
    /// Its length.
    pub len: u32,
    /// Its bytes, as they were sent.
    pub bytes: FrameBytes,
    /// What the rules did with it.
    pub rulings: Vec<Ruling>,
    /// Which of the frames from hosts it is.
    pub ticket: u64,
    /// When it was delivered, if that is known with it; else it is told by [`WireTap::next_delivery`].
    pub delivered: Option<Delivered>,
}

/// The channel to the wire's process.
#[derive(Debug)]
pub struct WireTap {
    channel: OwnedFd,
    buffer: Vec<u8>,
    frames: VecDeque<WireFrame>,
    deliveries: VecDeque<(u64, Delivered)>,
    dropped: Vec<u64>,
    rules: Option<Result<Vec<RuleRow>, String>>,
    asked: u64,
    synced: u64,
    holds: bool,
    missed: (u64, u64),
    gone: bool,
}

impl WireTap {
    /// Takes over the channel.
    pub fn new(channel: OwnedFd) -> Self {
        Self {
            channel,
            // An answer that lists very many rules is longer than a datagram of frames.
            buffer: vec![0; 4 * LIMIT],
            frames: VecDeque::new(),
            deliveries: VecDeque::new(),
            dropped: Vec::new(),
            rules: None,
            asked: 0,
            synced: 0,
            holds: false,
            missed: (0, 0),
            gone: false,
        }
    }

    /// True once the wire's process has ended: nothing carries frames any more.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// True when a rule of the wire held a frame at the last [`WireTap::sync`].
    pub fn holds(&self) -> bool {
        self.holds && !self.gone
    }

    /// Frames not carried, and frames carried but not told, since the beginning.
    pub fn missed(&self) -> (u64, u64) {
        self.missed
    }

    /// A host's cable was plugged in.
    pub fn attach(
        &mut self,
        name: &str,
        ifindex: u32,
        mac: [u8; 6],
        addresses: Vec<IpAddr>,
    ) -> io::Result<()> {
        self.send(&WireRequest::Attach {
            name: name.to_owned(),
            ifindex,
            mac,
            addresses,
        })?;
        self.sync();
        Ok(())
    }

    /// Gives an order and waits for the rules that hold then, or for the reason why not.
    pub fn order(&mut self, order: &WireOrder) -> io::Result<Result<Vec<RuleRow>, String>> {
        self.rules = None;
        self.send(&WireRequest::Order(order.clone()))?;
        while self.rules.is_none() && !self.gone {
            if !self.wait() {
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
        }
        self.rules
            .take()
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EPIPE))
    }

    /// Waits until the wire has carried and told every frame that lies at its ports now.
    pub fn sync(&mut self) {
        self.asked += 1;
        if self.send(&WireRequest::Sync(self.asked)).is_err() {
            self.gone = true;
        }
        while self.synced < self.asked && !self.gone && self.wait() {}
    }

    /// The next frame that was told. Does not wait.
    pub fn next_frame(&mut self) -> Option<WireFrame> {
        if self.frames.is_empty() {
            self.receive();
        }
        self.frames.pop_front()
    }

    /// The next frame that was held and has been delivered since it was told, by its ticket. Does not wait.
    pub fn next_delivery(&mut self) -> Option<(u64, Delivered)> {
        self.deliveries.pop_front()
    }

    /// Takes the tickets of the frames that were held in the air and are lost.
    pub fn take_dropped(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.dropped)
    }

    /// Takes in all that lies in the channel. Does not wait.
    pub fn receive(&mut self) {
        while !self.gone && self.receive_one() {}
    }

    fn send(&self, request: &WireRequest) -> io::Result<()> {
        let bytes = postcard::to_stdvec(request).map_err(io::Error::other)?;
        pass::send(self.channel.as_fd(), &bytes, &[])
    }

    /// Waits for a datagram and takes it in; false when none came in time.
    fn wait(&mut self) -> bool {
        if self.receive_one() {
            return true;
        }
        let mut watched = [PollFd::new(self.channel.as_fd(), PollFlags::POLLIN)];
        !matches!(poll(&mut watched, PollTimeout::from(PATIENCE_MS)), Ok(0))
    }

    fn receive_one(&mut self) -> bool {
        match recv(
            self.channel.as_raw_fd(),
            &mut self.buffer,
            MsgFlags::MSG_DONTWAIT,
        ) {
            Ok(0) => {
                self.gone = true;
                false
            }
            Ok(length) => {
                self.take(length);
                true
            }
            Err(Errno::EAGAIN | Errno::EINTR) => false,
            Err(_) => {
                self.gone = true;
                false
            }
        }
    }

    fn take(&mut self, length: usize) {
        let mut rest = &self.buffer[..length];
        while let Ok((told, after)) = postcard::take_from_bytes::<Told>(rest) {
            rest = after;
            match told {
                Told::Frame {
                    time_ns,
                    port,
                    len,
                    captured,
                    rulings,
                    ticket,
                    delivered,
                } => {
                    let captured = (captured as usize).min(rest.len());
                    let (bytes, after) = rest.split_at(captured);
                    rest = after;
                    self.frames.push_back(WireFrame {
                        time_ns,
                        port,
                        len,
                        bytes: bytes.into(),
                        rulings,
                        ticket,
                        delivered,
                    });
                }
                Told::Delivered { ticket, delivered } => {
                    self.deliveries.push_back((ticket, delivered));
                }
                Told::Dropped(ticket) => self.dropped.push(ticket),
                Told::Rules(rules) => self.rules = Some(rules),
                Told::Synced { number, holds } => {
                    self.synced = number;
                    self.holds = holds;
                }
                Told::Missed { carried, told } => self.missed = (carried, told),
            }
        }
    }
}

impl AsFd for WireTap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}
