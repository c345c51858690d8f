//! The packets of a session: fetched from the taps, put to conversations, named by the sockets at their ends.

use super::inventory::{Inventory, Known, Protocol, protocol_of};
use super::taps::{Taps, WIRE_NAME, Waiting};
use crate::event::packet::{Frame, PacketEvent, Track, WIRE};
use crate::event::{BlockedEvent, CallEvent};
use crate::inspector::call_window::CallWindow;
use crate::inspector::cause::CauseFinder;
use crate::inspector::evidence::Samples;
use crate::inspector::tracker::Tracker;
use crate::lab::handle::FIRST_HOST;
use crate::packet::headers::{Headers, Transport};
use crate::sys::ring::RINGS;
use crate::value::Address;
use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

/// Frames of a shared network that are not the session's are dropped here; a private network has no others.
#[derive(Debug)]
pub struct Packets {
    taps: Taps,
    shared: bool,
    tracker: Tracker,
    finder: CauseFinder,
    number: u64,
    newest_ns: i64,
    names: HashMap<(u32, bool), Names>,
    names_version: u64,
    /// By the place of the host: each has its own loopback addresses.
    owners: HashMap<(usize, SocketAddr), String>,
    /// Ends of datagrams that neither the session nor a program was found to own.
    strangers: HashSet<(usize, SocketAddr)>,
    /// The states that the packets of a connection have told, of the end that sent the first one and of the other.
    states: HashMap<u32, [&'static str; 2]>,
    /// The session's conversations, on a network that others use too.
    ours: HashSet<u32>,
}

/// At most this many connections are remembered with their states.
const CONVERSATIONS: usize = 32_768;

/// What both ends of one direction are called.
#[derive(Clone, Debug, Default)]
struct Names {
    from: String,
    to: String,
}

impl Packets {
    /// Begins to capture with the lab's packet sockets; without them there are no packets.
    pub fn new(sockets: Option<[OwnedFd; RINGS]>, shared: bool) -> io::Result<Self> {
        Ok(Self {
            taps: Taps::new(FIRST_HOST, sockets)?,
            shared,
            tracker: Tracker::new(),
            finder: CauseFinder::default(),
            number: 0,
            newest_ns: 0,
            names: HashMap::new(),
            names_version: 0,
            owners: HashMap::new(),
            strangers: HashSet::new(),
            states: HashMap::new(),
            ours: HashSet::new(),
        })
    }

    /// Where frames come from.
    pub fn taps(&self) -> &Taps {
        &self.taps
    }

    /// Where frames come from, to add to it and to fetch from it.
    pub fn taps_mut(&mut self) -> &mut Taps {
        &mut self.taps
    }

    /// How many packets have been told.
    pub fn told(&self) -> u64 {
        self.number
    }

    /// When the newest packet that was told was seen.
    pub fn newest_ns(&self) -> i64 {
        self.newest_ns
    }

    /// What the kernels say of their TCP sockets.
    pub fn samples(&mut self) -> &mut Samples {
        self.finder.samples()
    }

    /// A call is about to be made.
    pub fn starting(&mut self, call: &BlockedEvent, host: &str, inventory: &Inventory) {
        let mut window = CallWindow::begun(
            call.command,
            (&call.process, host),
            call.job,
            &call.name,
            call.start_ns,
        );
        window.thread = call.thread;
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
        self.strangers.clear();
        for fd in &call.made {
            self.finder.made(&call.process, *fd);
        }
        let wrote = self.wrote(call);
        let same = |window: &&mut CallWindow| {
            window.end_ns.is_none()
                && window.command == call.command
                && (window.job, window.thread) == (call.job, call.thread)
                && window.process == call.process
        };
        let Some(window) = self.finder.windows().find(same) else {
            return;
        };
        window.end_ns = Some(call.end_ns);
        window.wrote = wrote;
        if let (Some(fd), Some(data), true) = (call.fd, &call.data, call.name.starts_with("send")) {
            let bytes = if data.len() == 1 { "byte" } else { "bytes" };
            window.short = format!("{}({fd}, {} {bytes})", call.name, data.len());
        }
        if let Some(known) = call.fd.and_then(|fd| inventory.by_fd(&call.process, fd)) {
            describe(window, known, inventory);
        }
        if let Some(peer) = call.peer.as_ref().and_then(socket_address) {
            window.peer = Some(peer);
        }
    }

    /// The socket whose descriptor a call has closed lives on: the call sends nothing.
    pub fn held_on(&mut self, call: &CallEvent) {
        let same = |window: &&mut CallWindow| {
            window.command == call.command
                && (window.job, window.thread) == (call.job, call.thread)
                && window.process == call.process
                && window.end_ns == Some(call.end_ns)
        };
        if let Some(window) = self.finder.windows().find(same) {
            (window.local, window.peer) = (None, None);
        }
    }

    /// A socket that had no descriptor any more ended with a call on another one.
    pub fn released(&mut self, call: &CallEvent, known: &Known, inventory: &Inventory) {
        let mut window = CallWindow::begun(
            call.command,
            (&call.process, &known.host),
            call.job,
            "close",
            call.start_ns,
        );
        window.thread = call.thread;
        window.short = call.fd.map_or_else(
            || format!("{}()", call.name),
            |fd| format!("{}({fd})", call.name),
        );
        describe(&mut window, known, inventory);
        window.end_ns = Some(call.end_ns);
        self.finder.begin(window);
    }

    /// What a call that has returned wrote, as a range of all that was written to its descriptor; options it set are remembered.
    fn wrote(&mut self, call: &CallEvent) -> Option<(u64, u64)> {
        let fd = call.fd.filter(|_| call.errno.is_none())?;
        if call.name == "setsockopt"
            && let [_, _, name, value, ..] = call.args.as_slice()
        {
            self.finder.set_option(&call.process, fd, name, value);
        }
        let writes = call.name.starts_with("send") || call.name == "write";
        let bytes = u64::try_from(call.result).ok().filter(|_| writes)?;
        Some(self.finder.wrote(&call.process, fd, bytes))
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
            let mut window = CallWindow::begun(0, ("", &known.host), 0, "exit", now_ns - BEFORE);
            window.short = format!("the end of {process}");
            describe(&mut window, known, inventory);
            window.end_ns = Some(now_ns);
            self.finder.begin(window);
        }
    }

    /// True, once, when frames that wait may have changed the state of a connection, or come from an end nobody knows yet. The kernel is
    /// asked about a stranger once, until a call may have made its socket known.
    pub fn change_states(&mut self, inventory: &Inventory) -> bool {
        let mut strange = false;
        for waiting in self.taps.waiting() {
            let Some((from, to)) = endpoints(&waiting.headers)
                .filter(|_| protocol_of(&waiting.headers) == Protocol::Udp)
            else {
                continue;
            };
            let Some(sender) = waiting.sender else {
                continue;
            };
            if self.strangers.contains(&(sender, from))
                || owner(&self.owners, sender, from).is_some()
            {
                continue;
            }
            let host = self.taps.host(sender);
            if inventory.endpoint(host, Protocol::Udp, from, to).is_none() {
                self.strangers.insert((sender, from));
                strange = true;
            }
        }
        self.taps.moved_states() || strange
    }

    /// The frames that wait and were seen up to this time, as events, oldest first.
    pub fn tell(&mut self, inventory: &Inventory, until_ns: i64) -> Vec<PacketEvent> {
        for window in self.finder.windows() {
            let known = window
                .fd
                .filter(|_| window.local.is_none())
                .and_then(|fd| inventory.by_fd(&window.process, fd));
            if let Some(known) = known {
                describe(window, known, inventory);
            }
        }
        // A conversation's names are looked up again when they are wanted again.
        if self.names_version != inventory.version || self.names.len() > 2 * CONVERSATIONS {
            self.names.clear();
            self.names_version = inventory.version;
        }
        for (ticket, delivered) in self.taps.deliveries() {
            self.finder.delivered(ticket, delivered);
        }
        let mut told: Vec<PacketEvent> = Vec::with_capacity(self.taps.waiting().len());
        let mut newest: HashMap<u32, (usize, Ends)> = HashMap::new();
        while let Some(waiting) = self.taps.next_waiting(until_ns) {
            self.newest_ns = self.newest_ns.max(waiting.frame.time_ns);
            let Waiting {
                frame,
                headers,
                network,
                sender,
                rulings,
                ticket,
                delivered,
            } = waiting;
            let track = self
                .tracker
                .on(network)
                .packet(self.number + 1, frame.time_ns, &headers);
            let ends = self.ends(&headers, network, sender);
            if self.shared && !self.is_ours(&frame, &headers, &track, inventory) {
                continue;
            }
            self.number += 1;
            let names = self.names(&headers, &track, ends, inventory);
            let mut packet = PacketEvent {
                number: self.number,
                host: sender.map_or_else(
                    || WIRE_NAME.to_owned(),
                    |sender| self.taps.host(sender).to_owned(),
                ),
                interface: if network == WIRE { "eth0" } else { "lo" }.to_owned(),
                network,
                frame,
                headers,
                track,
                cause: None,
                from: names.from,
                to: names.to,
                rulings,
                comments: Vec::new(),
            };
            let owner = endpoints(&packet.headers)
                .zip(sender)
                .filter(|((from, to), _)| {
                    inventory
                        .endpoint(&packet.host, protocol_of(&packet.headers), *from, *to)
                        .is_none()
                })
                .and_then(|((from, _), sender)| owner(&self.owners, sender, from))
                .map(str::to_owned);
            let receiver = ends.receiver.map_or("", |place| self.taps.host(place));
            let found = self.finder.find(&packet, owner.as_deref(), receiver);
            self.finder.carried(&packet, ticket, delivered);
            if let Some(found) = found {
                packet.cause = Some(found.cause);
                if let Some(label) = found.label.filter(|_| packet.from.is_empty()) {
                    self.name_sender(&packet, &label);
                    packet.from = label;
                }
            }
            if let Some(conversation) = packet.track.conversation {
                newest.insert(conversation, (told.len(), ends));
                self.keep_states(conversation, &mut packet);
            }
            told.push(packet);
        }
        for (place, ends) in newest.into_values() {
            self.correct_states(&mut told[place], ends);
        }
        told
    }

    /// What is lost moves nobody: its receiver stays in the state it was in.
    fn keep_states(&mut self, conversation: u32, packet: &mut PacketEvent) {
        let is_lost = packet.lost().is_some();
        let Some(states) = &mut packet.track.states else {
            return;
        };
        let receiver = usize::from(packet.track.forward);
        if self.states.len() > CONVERSATIONS {
            self.states.clear();
        }
        let known = self.states.entry(conversation).or_insert(["CLOSED"; 2]);
        if is_lost {
            states.1 = known[receiver];
        }
        known[receiver] = states.1;
        known[1 - receiver] = states.0;
    }

    /// Of the newest segment of a connection, where the kernels were asked since it was sent: the states they are in, in place of
    /// those that the packets imply.
    fn correct_states(&self, packet: &mut PacketEvent, ends: Ends) {
        let time_ns = packet.frame.time_ns;
        let (Some((from, to)), Some(states)) =
            (endpoints(&packet.headers), &mut packet.track.states)
        else {
            return;
        };
        let now = |host: Option<usize>, here: SocketAddr, there: SocketAddr| {
            let host = self.taps.host(host?);
            let after = self.finder.evidence(host, here, there, time_ns).after?;
            Some(after.state)
        };
        states.0 = now(ends.sender, from, to).unwrap_or(states.0);
        states.1 = now(ends.receiver, to, from).unwrap_or(states.1);
    }

    /// The hosts at both ends of a packet, by their places.
    fn ends(&self, headers: &Headers, network: u16, sender: Option<usize>) -> Ends {
        let receiver = if network == WIRE {
            headers
                .addresses()
                .and_then(|(_, to)| self.taps.host_with(to))
        } else {
            sender
        };
        Ends { sender, receiver }
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

    /// A program ended: what had its addresses may be another's next.
    pub fn disown(&mut self, program: &str) {
        self.owners.retain(|_, owner| owner != program);
    }

    /// Which program has the socket at an address, for those that no prompt's process has.
    pub fn owned_by_program(&mut self, address: (usize, SocketAddr), program: &str) {
        self.owners.insert(address, program.to_owned());
    }

    /// On a network that others use too: whether a packet belongs to the session. A conversation that did stays the session's.
    fn is_ours(
        &mut self,
        frame: &Frame,
        headers: &Headers,
        track: &Track,
        inventory: &Inventory,
    ) -> bool {
        let quoted = match headers.transport {
            Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => icmp.quoted.and_then(|quoted| {
                let (from, to) = quoted.ports?;
                Some((
                    SocketAddr::new(quoted.src, from),
                    SocketAddr::new(quoted.dst, to),
                ))
            }),
            _ => None,
        };
        let held = endpoints(headers).or(quoted).is_some_and(|(from, to)| {
            let protocol = if quoted.is_some() {
                Protocol::Udp
            } else {
                protocol_of(headers)
            };
            // A network that others use has one host.
            inventory
                .endpoint(FIRST_HOST, protocol, from, to)
                .or_else(|| inventory.endpoint(FIRST_HOST, protocol, to, from))
                .is_some()
                || owner(&self.owners, 0, from)
                    .or_else(|| owner(&self.owners, 0, to))
                    .is_some()
        });
        let ours = held
            || track
                .conversation
                .is_some_and(|conversation| self.ours.contains(&conversation))
            || self.finder.claims(headers, frame.time_ns);
        if let Some(conversation) = track.conversation.filter(|_| ours) {
            if self.ours.len() > CONVERSATIONS {
                // The tracker has forgotten the oldest, too.
                let oldest = conversation.saturating_sub(CONVERSATIONS as u32 / 2);
                self.ours.retain(|one| *one >= oldest);
            }
            self.ours.insert(conversation);
        }
        ours
    }

    fn names(
        &mut self,
        headers: &Headers,
        track: &Track,
        ends: Ends,
        inventory: &Inventory,
    ) -> Names {
        let Some((from, to)) = endpoints(headers) else {
            return Names::default();
        };
        let (owners, taps) = (&self.owners, &self.taps);
        let look_up = || {
            let protocol = protocol_of(headers);
            let name = |host: Option<usize>, here: SocketAddr, there: SocketAddr| {
                let host = host?;
                let program = || owner(owners, host, here).map(str::to_owned);
                inventory
                    .endpoint(taps.host(host), protocol, here, there)
                    .map(|known| inventory.shown(known))
                    .or_else(program)
            };
            Names {
                from: name(ends.sender, from, to).unwrap_or_default(),
                to: name(ends.receiver, to, from).unwrap_or_default(),
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

/// The hosts at both ends of a packet, by their places; `None` where no host of the lab has the address.
#[derive(Clone, Copy, Debug)]
struct Ends {
    sender: Option<usize>,
    receiver: Option<usize>,
}

/// The program that has the socket at an address of a host, or one bound to any address with its port.
fn owner(
    owners: &HashMap<(usize, SocketAddr), String>,
    host: usize,
    address: SocketAddr,
) -> Option<&str> {
    let any = |ip: IpAddr| SocketAddr::new(ip, address.port());
    let places = [
        address,
        any(Ipv4Addr::UNSPECIFIED.into()),
        any(Ipv6Addr::UNSPECIFIED.into()),
    ];
    places
        .iter()
        .find_map(|place| owners.get(&(host, *place)))
        .map(String::as_str)
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
    // What AF_UNIX and AF_NETLINK send is on no interface that is watched.
    window.raw = known.protocol == Protocol::Other
        && matches!(
            known.arguments.first().map(String::as_str),
            Some("AF_INET" | "AF_INET6" | "AF_PACKET")
        );
    window.local = known
        .local
        .as_ref()
        .and_then(socket_address)
        .filter(|local| local.port() != 0)
        .or(window.local);
    window.peer = known.peer.as_ref().and_then(socket_address).or(window.peer);
}
