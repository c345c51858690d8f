//! The packets of a session: fetched from the tap, put to conversations, named by the sockets at their ends.

use super::inventory::{Inventory, Known, Protocol};
use super::protocol_of;
use crate::capture::tap::Tap;
use crate::event::packet::{Frame, PacketEvent, Track};
use crate::event::{BlockedEvent, CallEvent};
use crate::inspector::cause::{CallWindow, CauseFinder};
use crate::inspector::tracker::Tracker;
use crate::lab::handle::FIRST_HOST;
use crate::packet::decode::decode;
use crate::packet::headers::{Headers, flag};
use crate::value::Address;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Frames of a shared network that are not the session's are dropped here; a private network has no others.
#[derive(Debug)]
pub struct Packets {
    tap: Option<Tap>,
    shared: bool,
    waiting: VecDeque<(Frame, Headers)>,
    tracker: Tracker,
    finder: CauseFinder,
    number: u64,
    names: HashMap<(u32, bool), Names>,
    names_version: u64,
    owners: HashMap<SocketAddr, String>,
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
            finder: CauseFinder::default(),
            number: 0,
            names: HashMap::new(),
            names_version: 0,
            owners: HashMap::new(),
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
        let mut window = CallWindow::begun(
            call.command,
            &call.process,
            call.job,
            &call.name,
            call.start_ns,
        );
        window.fd = call.fd;
        window.short = call.fd.map_or_else(
            || format!("{}()", call.name),
            |fd| format!("{}({fd})", call.name),
        );
        if let Some(known) = call.fd.and_then(|fd| inventory.by_fd(&call.process, fd)) {
            describe(&mut window, known, inventory);
        }
        if let Some(peer) = call.peer.as_ref().and_then(socket_address) {
            window.peer = Some(peer);
        }
        self.finder.begin(window);
    }

    /// A call returned.
    pub fn called(&mut self, call: &CallEvent, inventory: &Inventory) {
        let same = |window: &&mut CallWindow| {
            window.end_ns.is_none()
                && window.command == call.command
                && window.job == call.job
                && window.process == call.process
        };
        let Some(window) = self.finder.windows().find(same) else {
            return;
        };
        window.end_ns = Some(call.end_ns);
        if let (Some(fd), Some(data), true) = (call.fd, &call.data, call.name.starts_with("send")) {
            window.short = format!("{}({fd}, {} bytes)", call.name, data.len());
        }
        if let Some(known) = call.fd.and_then(|fd| inventory.by_fd(&call.process, fd)) {
            describe(window, known, inventory);
        }
        if let Some(peer) = call.peer.as_ref().and_then(socket_address) {
            window.peer = Some(peer);
        }
    }

    /// A process ended, at this time: what it had running is over, and the kernel closed its sockets.
    pub fn ended(&mut self, process: &str, inventory: &Inventory, now_ns: i64) {
        const BEFORE: i64 = 1_000_000_000;
        for window in self
            .finder
            .windows()
            .filter(|window| window.end_ns.is_none() && window.process == process)
        {
            window.end_ns = Some(now_ns);
        }
        for known in inventory.open().filter(|known| known.process == process) {
            let mut window = CallWindow::begun(0, "", 0, "exit", now_ns - BEFORE);
            window.short = format!("the end of {process}");
            describe(&mut window, known, inventory);
            window.end_ns = Some(now_ns);
            self.finder.begin(window);
        }
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
    pub fn tell(&mut self, inventory: &Inventory) -> Vec<PacketEvent> {
        for window in self.finder.windows() {
            let known = window
                .fd
                .filter(|_| window.local.is_none())
                .and_then(|fd| inventory.by_fd(&window.process, fd));
            if let Some(known) = known {
                describe(window, known, inventory);
            }
        }
        if self.names_version != inventory.version {
            self.names.clear();
            self.names_version = inventory.version;
        }
        let mut told = Vec::with_capacity(self.waiting.len());
        while let Some((frame, headers)) = self.waiting.pop_front() {
            if self.shared && !self.is_ours(&headers, inventory) {
                continue;
            }
            self.number += 1;
            let track = self.tracker.packet(self.number, frame.time_ns, &headers);
            let names = self.names(&headers, &track, inventory);
            let mut packet = PacketEvent {
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
            };
            let owner = self.owner(&packet.headers, inventory).map(str::to_owned);
            if let Some(found) = self.finder.find(&packet, owner.as_deref()) {
                packet.cause = Some(found.cause);
                if let Some(label) = found.label.filter(|_| packet.from.is_empty()) {
                    self.name_sender(&packet, &label);
                    packet.from = label;
                }
            }
            told.push(packet);
        }
        told
    }

    /// Both directions of a conversation call the sender what its call called it.
    fn name_sender(&mut self, packet: &PacketEvent, label: &str) {
        let Some(conversation) = packet.track.conversation else {
            return;
        };
        label.clone_into(
            &mut self
                .names
                .entry((conversation, packet.track.forward))
                .or_default()
                .from,
        );
        label.clone_into(
            &mut self
                .names
                .entry((conversation, !packet.track.forward))
                .or_default()
                .to,
        );
    }

    /// Which program has the socket at an address, for those that no prompt's process has.
    pub fn owned_by_program(&mut self, address: SocketAddr, program: &str) {
        self.owners.insert(address, program.to_owned());
    }

    /// The program that sends from a packet's source: it has that address, or listens at its port on every address.
    fn owner(&self, headers: &Headers, inventory: &Inventory) -> Option<&str> {
        let (from, to) = endpoints(headers)?;
        if inventory.endpoint(protocol_of(headers), from, to).is_some() {
            return None;
        }
        let everywhere = |ip: IpAddr| self.owners.get(&SocketAddr::new(ip, from.port()));
        self.owners
            .get(&from)
            .or_else(|| everywhere(Ipv4Addr::UNSPECIFIED.into()))
            .or_else(|| everywhere(Ipv6Addr::UNSPECIFIED.into()))
            .map(String::as_str)
    }

    fn is_ours(&self, headers: &Headers, inventory: &Inventory) -> bool {
        let Some((from, to)) = endpoints(headers) else {
            return false;
        };
        let protocol = protocol_of(headers);
        let known = inventory
            .endpoint(protocol, from, to)
            .or_else(|| inventory.endpoint(protocol, to, from));
        known.is_some() || self.owners.contains_key(&from) || self.owners.contains_key(&to)
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

fn socket_address(address: &Address) -> Option<SocketAddr> {
    Some(SocketAddr::new(address.ip()?, address.port()?))
}

fn describe(window: &mut CallWindow, known: &Known, inventory: &Inventory) {
    window.label = inventory.shown(known);
    window.raw = known.protocol == Protocol::Other;
    window.local = known
        .local
        .as_ref()
        .and_then(socket_address)
        .filter(|local| local.port() != 0)
        .or(window.local);
    window.peer = known.peer.as_ref().and_then(socket_address).or(window.peer);
}
