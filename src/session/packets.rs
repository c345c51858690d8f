//! The packets of a session: fetched from the tap, put to conversations, named by the sockets at their ends.

use super::inventory::{Inventory, Known, Protocol};
use super::program::Program;
use super::protocol_of;
use crate::capture::tap::Tap;
use crate::event::packet::{Frame, PacketEvent, Track};
use crate::event::{BlockedEvent, CallEvent};
use crate::inspector::tracker::Tracker;
use crate::lab::handle::FIRST_HOST;
use crate::packet::decode::decode;
use crate::packet::headers::{Headers, flag};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Frames of a shared network that are not the session's are dropped here; a private network has no others.
#[derive(Debug)]
pub struct Packets {
    tap: Option<Tap>,
    shared: bool,
    waiting: VecDeque<(Frame, Headers)>,
    tracker: Tracker,
    number: u64,
    names: HashMap<(u32, bool), Names>,
    names_version: u64,
    moved_states: bool,
    dropped: u64,
}

/// What both ends of one direction are called.
#[derive(Clone, Debug, Default)]
struct Names {
    from: String,
    to: String,
}

impl Packets {
    /// Begins to capture with the lab's packet socket; without one there are no packets.
    pub fn new(socket: Option<OwnedFd>, shared: bool) -> io::Result<Self> {
        Ok(Self {
            tap: socket.map(Tap::on_loopback).transpose()?,
            shared,
            waiting: VecDeque::new(),
            tracker: Tracker::new(),
            number: 0,
            names: HashMap::new(),
            names_version: 0,
            moved_states: false,
            dropped: 0,
        })
    }

    /// True when there is a tap.
    pub fn capturing(&self) -> bool {
        self.tap.is_some()
    }

    /// What to wait for.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.tap.as_ref().map(AsFd::as_fd)
    }

    /// Frames the kernel could not keep for us.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many packets have been told.
    pub fn told(&self) -> u64 {
        self.number
    }

    /// True when no frame waits to be told.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Fetches what the ring holds.
    pub fn drain(&mut self) {
        let Some(tap) = &mut self.tap else { return };
        let before = self.waiting.len();
        while let Some(frame) = tap.next_frame() {
            let headers = decode(frame.link, &frame.bytes, frame.len);
            self.moved_states |= headers
                .tcp()
                .is_some_and(|tcp| tcp.flags & (flag::SYN | flag::FIN | flag::RST) != 0);
            self.waiting.push_back((frame, headers));
        }
        if self.waiting.len() > before {
            self.dropped = tap.dropped();
        }
    }

    /// A call is about to be made.
    pub fn starting(&mut self, call: &BlockedEvent, inventory: &Inventory) {
        let _ = (call, inventory);
    }

    /// A call returned.
    pub fn called(&mut self, call: &CallEvent, inventory: &Inventory) {
        let _ = (call, inventory);
    }

    /// A process ended: what it had running is over.
    pub fn ended(&mut self, process: &str) {
        let _ = process;
    }

    /// True, once, when frames that wait may have changed the state of a connection, or come from an end nobody knows yet.
    pub fn change_states(&mut self, inventory: &Inventory) -> bool {
        let strange = self.waiting.iter().any(|(_, headers)| {
            protocol_of(headers) == Protocol::Udp
                && endpoints(headers)
                    .is_some_and(|(from, to)| inventory.endpoint(Protocol::Udp, from, to).is_none())
        });
        std::mem::take(&mut self.moved_states) || strange
    }

    /// The frames that wait, as events, oldest first.
    pub fn tell(&mut self, inventory: &Inventory, programs: &[Program]) -> Vec<PacketEvent> {
        let _ = programs;
        if self.names_version != inventory.version {
            self.names.clear();
            self.names_version = inventory.version;
        }
        let mut told = Vec::with_capacity(self.waiting.len());
        while let Some((frame, headers)) = self.waiting.pop_front() {
            if self.shared && !is_ours(&headers, inventory) {
                continue;
            }
            self.number += 1;
            let track = self.tracker.packet(self.number, frame.time_ns, &headers);
            let names = self.names(&headers, &track, inventory);
            told.push(PacketEvent {
                number: self.number,
                host: FIRST_HOST.to_owned(),
                interface: "lo".to_owned(),
                frame,
                headers,
                track,
                cause: None,
                from: names.from,
                to: names.to,
                lost: None,
            });
        }
        told
    }

    fn names(&mut self, headers: &Headers, track: &Track, inventory: &Inventory) -> Names {
        let Some((from, to)) = endpoints(headers) else {
            return Names::default();
        };
        let look_up = || {
            let protocol = protocol_of(headers);
            let name = |known: Option<&Known>| {
                known
                    .map(|known| inventory.shown(known))
                    .unwrap_or_default()
            };
            Names {
                from: name(inventory.endpoint(protocol, from, to)),
                to: name(inventory.endpoint(protocol, to, from)),
            }
        };
        match track.conversation {
            Some(conversation) => self
                .names
                .entry((conversation, track.forward))
                .or_insert_with(look_up)
                .clone(),
            None => look_up(),
        }
    }
}

/// Both ends of a packet with ports.
pub fn endpoints(headers: &Headers) -> Option<(SocketAddr, SocketAddr)> {
    let ((source, destination), (from, to)) = headers.addresses().zip(headers.ports())?;
    Some((
        SocketAddr::new(source, from),
        SocketAddr::new(destination, to),
    ))
}

fn is_ours(headers: &Headers, inventory: &Inventory) -> bool {
    let Some((from, to)) = endpoints(headers) else {
        return false;
    };
    let protocol = protocol_of(headers);
    inventory
        .endpoint(protocol, from, to)
        .or_else(|| inventory.endpoint(protocol, to, from))
        .is_some()
}
