//! The packets of a session: fetched from the taps, put to conversations, named by the sockets at their ends.

mod arrivals;
mod calls;
pub mod in_the_air;
mod last_acks;
mod names;
mod programs;

use super::inventory::{Inventory, ONE_OF};
use super::known::{Protocol, protocol_of};
use super::taps::{Taps, WIRE_NAME, Waiting};
use crate::event::packet::{Frame, PacketEvent, Phase, Track, WIRE};
use crate::inspector::cause::CauseFinder;
use crate::inspector::evidence::Samples;
use crate::inspector::tracker::Tracker;
use crate::lab::handle::FIRST_HOST;
use crate::packet::fragment::{self, Datagram};
use crate::packet::headers::{Headers, Transport};
use crate::sys::ring::RINGS;
use arrivals::Arrivals;
use calls::describe;
use in_the_air::{InTheAir, Landed};
use last_acks::LastAck;
use names::{Names, owner};
use programs::Run;
use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

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
    /// The programs that run, and those that ran.
    runs: Vec<Run>,
    /// Ends of datagrams that neither the session nor a program was found to own.
    strangers: HashSet<(usize, SocketAddr)>,
    /// The session's conversations, on a network that others use too.
    ours: HashSet<u32>,
    /// The local addresses that SYNs told of the sockets that connect, by process and descriptor.
    learned: Vec<(String, i32, SocketAddr)>,
    /// The conversations of the datagrams that come in fragments, and their directions.
    fragments: HashMap<(u16, Datagram), (u32, bool)>,
    /// The last ACKs of handshakes that a rule of the wire held.
    last_acks: Vec<LastAck>,
    /// The packets that the wire holds in the air, and those that were and have not been told to have landed.
    in_the_air: Vec<InTheAir>,
    /// Those that came last, which may have woken a call.
    arrivals: Arrivals,
    landed: Vec<Landed>,
    /// The names of a loopback and of a cable's end: every packet shares them.
    interfaces: [Arc<str>; 2],
}

/// At most this many connections are remembered with their states.
const CONVERSATIONS: usize = 16_384;

impl Packets {
    /// Begins to capture with the lab's packet sockets; without them there are no packets.
    pub fn new(sockets: Option<[OwnedFd; RINGS]>, shared: bool) -> io::Result<Self> {
        Ok(Self {
            taps: Taps::new(FIRST_HOST, sockets)?,
            shared,
            tracker: Tracker::with_limit(CONVERSATIONS),
            finder: CauseFinder::default(),
            number: 0,
            newest_ns: 0,
            names: HashMap::new(),
            names_version: 0,
            owners: HashMap::new(),
            runs: Vec::new(),
            strangers: HashSet::new(),
            ours: HashSet::new(),
            learned: Vec::new(),
            fragments: HashMap::new(),
            last_acks: Vec::new(),
            in_the_air: Vec::new(),
            arrivals: Arrivals::default(),
            landed: Vec::new(),
            interfaces: ["lo".into(), "eth0".into()],
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

    /// What SYNs have told of local addresses since this was asked last: process, descriptor, address.
    pub fn take_learned(&mut self) -> Vec<(String, i32, SocketAddr)> {
        std::mem::take(&mut self.learned)
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

    /// True, once, when frames that were seen up to this time may have changed the state of a connection, or come from an end nobody knows yet. The kernel is
    /// asked about a stranger once, until a call may have made its socket known.
    pub fn change_states(&mut self, inventory: &Inventory, until_ns: i64) -> bool {
        let mut strange = false;
        for waiting in self.taps.waiting_until(until_ns) {
            let Some((from, to)) = waiting
                .headers
                .endpoints()
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
        self.taps.moved_states(until_ns) || strange
    }

    /// The frames that wait and were seen up to this time, as events, oldest first.
    pub fn tell(&mut self, inventory: &Inventory, until_ns: i64) -> Vec<PacketEvent> {
        self.look_up_again(inventory);
        self.take_deliveries();
        let mut told: Vec<PacketEvent> = Vec::with_capacity(self.taps.waiting().len());
        let mut newest: HashMap<u32, (usize, Ends)> = HashMap::new();
        while let Some(waiting) = self.taps.next_waiting(until_ns) {
            self.newest_ns = self.newest_ns.max(waiting.frame.time_ns);
            let Waiting {
                frame,
                mut headers,
                network,
                sender,
                rulings,
                ticket,
                delivered,
                ..
            } = waiting;
            let mut track = self
                .tracker
                .on(network)
                .losing(rulings.iter().any(|ruling| ruling.effect.moves_nobody()))
                .packet(self.number + 1, frame.time_ns, &headers);
            self.join_fragment(&frame, &headers, network, &mut track);
            let payload = frame.bytes.get(headers.payload.range());
            let payload = payload.unwrap_or_default();
            self.tracker.payload(&track, &mut headers, payload);
            let ends = self.ends(&headers, network, sender);
            if self.shared && !self.is_ours(&frame, &headers, &track, inventory) {
                continue;
            }
            self.number += 1;
            self.attribute(&headers, (&track, frame.time_ns), ends, inventory);
            let names = self.names(&headers, &track, ends, frame.time_ns, inventory);
            let mut packet = PacketEvent {
                number: self.number,
                host: sender
                    .map_or_else(|| WIRE_NAME.into(), |sender| self.taps.shared_name(sender)),
                interface: Arc::clone(&self.interfaces[usize::from(network == WIRE)]),
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
            let receiver = ends.receiver.map(|place| self.taps.shared_name(place));
            let receiver = receiver.unwrap_or_default();
            self.find_cause(&mut packet, sender, &receiver, inventory);
            self.finder.carried(&packet, ticket, delivered);
            self.leave_receiver(&mut packet, ends);
            self.arrivals.note(&packet, &receiver);
            if delivered.is_none() {
                self.hold(&packet, ticket, ends);
                self.await_last_ack(&packet, ticket, &receiver);
            }
            if let Some(conversation) = packet.track.conversation {
                newest.insert(conversation, (told.len(), ends));
            }
            told.push(packet);
        }
        for (place, ends) in newest.into_values() {
            // What the kernels said meanwhile may tell of a segment that is still to be told.
            if self.is_followed(&told[place]) {
                continue;
            }
            self.correct_states(&mut told[place], ends);
        }
        told
    }

    /// The calls under way and the conversations go by what the inventory says now.
    fn look_up_again(&mut self, inventory: &Inventory) {
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
    }

    /// Finds why a packet was sent, and what its sender is called where only the call tells.
    fn find_cause(
        &mut self,
        packet: &mut PacketEvent,
        sender: Option<usize>,
        receiver: &str,
        inventory: &Inventory,
    ) {
        let owner = packet
            .headers
            .endpoints()
            .zip(sender)
            .filter(|((from, to), _)| {
                inventory
                    .endpoint(&packet.host, protocol_of(&packet.headers), *from, *to)
                    .is_none()
            })
            .and_then(|((from, _), sender)| owner(&self.owners, sender, from))
            .map(str::to_owned);
        let Some(found) = self.finder.find(packet, owner.as_deref(), receiver) else {
            return;
        };
        packet.cause = Some(found.cause);
        if let (Some((process, fd)), Some((from, _))) = (found.connects, packet.headers.endpoints())
        {
            self.learned.push((process, fd, from));
        }
        let open = packet.from.is_empty() || packet.from.starts_with(ONE_OF);
        if let Some(label) = found.label.filter(|_| open) {
            self.name_sender(packet, &label);
            packet.from = label.into();
        }
    }

    /// Puts a fragment of a datagram, which has no ports, into the conversation of the first one.
    fn join_fragment(&mut self, frame: &Frame, headers: &Headers, network: u16, track: &mut Track) {
        let Some(fragment) = fragment::of(headers, &frame.bytes) else {
            return;
        };
        let key = (network, fragment.of);
        if fragment.offset > 0 {
            let first = self.fragments.get(&key);
            if let Some((conversation, forward)) = first {
                (track.conversation, track.forward) = (Some(*conversation), *forward);
            }
        } else if let Some(conversation) = track.conversation {
            if self.fragments.len() > CONVERSATIONS {
                self.fragments.clear();
            }
            self.fragments.insert(key, (conversation, track.forward));
        }
    }

    /// True when a later segment of the packet's connection waits to be told.
    fn is_followed(&self, packet: &PacketEvent) -> bool {
        /// So many frames that wait are looked at.
        const NEXT: usize = 64;
        let Some((from, to)) = packet.headers.endpoints() else {
            return false;
        };
        let mut next = self.taps.waiting().iter().take(NEXT);
        next.any(|waiting| {
            let ends = waiting.headers.endpoints();
            ends == Some((from, to)) || ends == Some((to, from))
        })
    }

    /// Of the newest segment of a connection, where the kernels were asked since it was sent: the states they are in, in place of
    /// those that the packets imply.
    fn correct_states(&self, packet: &mut PacketEvent, ends: Ends) {
        let time_ns = packet.frame.time_ns;
        let (Some((from, to)), Some(states)) =
            (packet.headers.endpoints(), &mut packet.track.states)
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

    /// A segment that the wire still holds has not moved its receiver: that is in the state its kernel told last.
    fn leave_receiver(&self, packet: &mut PacketEvent, ends: Ends) {
        let (Some(arrival_ns), Some((from, to)), Some(host)) = (
            packet.arrival_ns(),
            packet.headers.endpoints(),
            ends.receiver,
        ) else {
            return;
        };
        let Some(states) = &mut packet.track.states else {
            return;
        };
        if arrival_ns > packet.frame.time_ns {
            let host = self.taps.host(host);
            let evidence = self.finder.evidence(host, to, from, arrival_ns);
            let last = evidence.before.filter(|_| evidence.after.is_none());
            // A listener that answers with SYN cookies has no socket that could be in a state before the handshake is done.
            let opens = packet.track.phase == Some(Phase::Handshake(3));
            states.1 = match last {
                Some(sample) => sample.state,
                None if opens && evidence.after.is_none() => "SYN-RECEIVED",
                None => states.1,
            };
        }
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
        let held = headers.endpoints().or(quoted).is_some_and(|(from, to)| {
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
}

/// The hosts at both ends of a packet, by their places; `None` where no host of the lab has the address.
#[derive(Clone, Copy, Debug)]
struct Ends {
    sender: Option<usize>,
    receiver: Option<usize>,
}
