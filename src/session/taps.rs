//! Where a session's frames come from: the loopback of each host, and the wire between hosts. Fetched, decoded, put in the order of
//! their time; what they mean is not asked here.

use crate::capture::tap::Tap;
use crate::command::wire::WireOrder;
use crate::event::packet::{Frame, WIRE};
use crate::event::wire::{Delivered, RuleRow, Ruling};
use crate::lab::wire_tap::WireTap;
use crate::packet::decode::decode;
use crate::packet::headers::{Headers, LinkType, flag};
use crate::sys::ring::RINGS;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

/// The rings of the first host's loopback, and of those that came later, in MiB: 4,096 short frames or 15 of the largest size each.
const FIRST_MIB: usize = 4;
const NEXT_MIB: usize = 2;
/// At most this many frames of a host's loopback are fetched before they are told: those behind them wait where they take less memory.
const AT_ONCE: usize = 4096;
/// When so many frames of a host come at once its rings may have been full: the smallest holds more.
const MANY: usize = 32;

/// Who sends what the wire itself has made: the ICMP error of a router.
pub const WIRE_NAME: &str = "wire";

/// A frame that has not been told.
#[derive(Debug)]
pub struct Waiting {
    /// The frame.
    pub frame: Frame,
    /// Its headers.
    pub headers: Headers,
    /// The place of the host on whose loopback it was seen, or [`WIRE`].
    pub network: u16,
    /// The place of the host that sent it; `None` for the wire itself.
    pub sender: Option<usize>,
    /// What the wire did with it.
    pub rulings: Vec<Ruling>,
    /// The number by which the wire tells when it was delivered; 0 for what did not come from a host by the wire.
    pub ticket: u64,
    /// When the wire delivered it, as far as it has said.
    pub delivered: Option<Delivered>,
    /// True when it may change the state of a connection.
    moves: bool,
    /// That it may was said.
    noted: bool,
}

/// A host, as far as its frames are concerned.
#[derive(Debug)]
struct Source {
    name: Arc<str>,
    addresses: Vec<IpAddr>,
    tap: Option<Tap>,
}

/// Every place frames come from.
#[derive(Debug)]
pub struct Taps {
    hosts: Vec<Source>,
    wire: Option<WireTap>,
    /// The hosts in the order in which they were plugged into the wire, by their places.
    ports: Vec<usize>,
    waiting: VecDeque<Waiting>,
    /// What the wire has delivered since its frame was told.
    deliveries: Vec<(u64, Delivered)>,
    /// Some were left behind. Up to this time none was: what came later waits for them.
    left_behind: bool,
    complete_ns: i64,
    /// How many frames wait that may change a state, and of which that was not said.
    may_move: usize,
    /// The frames that may change a state when they arrive, and that the wire still held when they were told, by their tickets.
    held: HashSet<u64>,
    arrived: bool,
    met_ipv6: bool,
    awaited: Awaited,
}

/// The FINs and SYN-ACKs that wait for their acknowledgment: by network and ends of who sent them, the number that acknowledges each.
#[derive(Debug, Default)]
struct Awaited(HashMap<(u16, SocketAddr, SocketAddr), u32>);

impl Awaited {
    /// So many connections that open or close are remembered at a time.
    const MANY: usize = 1024;

    /// True when a segment may have changed the state of a connection: SYN, FIN, RST, and what acknowledges the SYN of an answer or a FIN.
    fn moves(&mut self, network: u16, headers: &Headers) -> bool {
        let (Some(tcp), Some((from, to))) = (headers.tcp(), headers.endpoints()) else {
            return false;
        };
        let answers = tcp.flags & (flag::SYN | flag::ACK) == flag::SYN | flag::ACK;
        if answers || tcp.flags & flag::FIN != 0 {
            if self.0.len() >= Self::MANY {
                self.0.clear();
            }
            let next = tcp.seq.wrapping_add(tcp.len).wrapping_add(1);
            self.0.insert((network, from, to), next);
        }
        let other = (network, to, from);
        let acknowledges = tcp.flags & flag::ACK != 0 && self.0.get(&other) == Some(&tcp.ack);
        if acknowledges {
            self.0.remove(&other);
        }
        acknowledges || tcp.flags & (flag::SYN | flag::FIN | flag::RST) != 0
    }
}

impl Taps {
    /// The first host's loopback; without packet sockets there are no packets.
    pub fn new(host: &str, sockets: Option<[OwnedFd; RINGS]>) -> io::Result<Self> {
        let tap = sockets
            .map(|sockets| Tap::on_loopback(sockets, FIRST_MIB))
            .transpose()?;
        Ok(Self {
            hosts: vec![Source {
                name: host.into(),
                addresses: Vec::new(),
                tap,
            }],
            wire: None,
            ports: Vec::new(),
            waiting: VecDeque::new(),
            deliveries: Vec::new(),
            left_behind: false,
            complete_ns: i64::MAX,
            may_move: 0,
            held: HashSet::new(),
            arrived: false,
            met_ipv6: false,
            awaited: Awaited::default(),
        })
    }

    /// Begins to capture on another host's loopback.
    pub fn add_host(
        &mut self,
        name: &str,
        addresses: Vec<IpAddr>,
        sockets: [OwnedFd; RINGS],
    ) -> io::Result<()> {
        let tap = Some(Tap::on_loopback(sockets, NEXT_MIB)?);
        self.hosts.push(Source {
            name: name.into(),
            addresses,
            tap,
        });
        Ok(())
    }

    /// Takes over the channel to the wire's process.
    pub fn take_wire(&mut self, channel: OwnedFd) {
        self.wire = Some(WireTap::new(channel));
    }

    /// Plugs the newest host into the wire, at the interface that is the wire's end of its cable.
    pub fn plug(&mut self, ifindex: u32, mac: [u8; 6]) -> io::Result<()> {
        let place = self.hosts.len() - 1;
        let host = &self.hosts[place];
        if let Some(wire) = &mut self.wire {
            wire.attach(&host.name, ifindex, mac, host.addresses.clone())?;
            self.ports.push(place);
        }
        Ok(())
    }

    /// Gives the wire an order; the rules that hold then, or why it was not carried out. `None` when there is no wire.
    pub fn order(&mut self, order: &WireOrder) -> Option<io::Result<Result<Vec<RuleRow>, String>>> {
        self.wire.as_mut().map(|wire| wire.order(order))
    }

    /// True once the wire's process is gone.
    pub fn wire_is_gone(&self) -> bool {
        self.wire.as_ref().is_some_and(WireTap::is_gone)
    }

    /// True when packets can be seen at all.
    pub fn capturing(&self) -> bool {
        self.hosts.iter().any(|host| host.tap.is_some())
    }

    /// Gives the captures up, for whoever closes them.
    pub fn close(&mut self) -> Vec<Tap> {
        let taps = self.hosts.iter_mut().map(|host| host.tap.take());
        taps.flatten().collect()
    }

    /// What to wait for.
    pub fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let taps = self.hosts.iter().filter_map(|host| host.tap.as_ref());
        let wire = self.wire.as_ref().filter(|wire| !wire.is_gone());
        taps.map(AsFd::as_fd).chain(wire.map(AsFd::as_fd))
    }

    /// Frames that could not be kept for us.
    pub fn dropped(&self) -> u64 {
        let taps = self.hosts.iter().filter_map(|host| host.tap.as_ref());
        taps.map(Tap::dropped).sum::<u64>() + self.wire.as_ref().map_or(0, |wire| wire.missed().1)
    }

    /// Frames the wire could not carry because its process was not fast enough.
    pub fn overrun(&self) -> u64 {
        self.wire.as_ref().map_or(0, |wire| wire.missed().0)
    }

    /// The name of a host.
    pub fn host(&self, place: usize) -> &str {
        self.hosts.get(place).map_or("", |host| &host.name)
    }

    /// The same, shared.
    pub fn shared_name(&self, place: usize) -> Arc<str> {
        let host = self.hosts.get(place);
        host.map_or_else(Arc::default, |host| Arc::clone(&host.name))
    }

    /// The place of the host with an address on the wire.
    pub fn host_with(&self, ip: IpAddr) -> Option<usize> {
        let ip = ip.to_canonical();
        self.hosts
            .iter()
            .position(|host| host.addresses.contains(&ip))
    }

    /// The frames that wait to be told, oldest first.
    pub fn waiting(&self) -> &VecDeque<Waiting> {
        &self.waiting
    }

    /// Takes the oldest frame that waits, if it was seen up to this time.
    pub fn next_waiting(&mut self, until_ns: i64) -> Option<Waiting> {
        /// So many frames that are on their way are remembered.
        const HELD: usize = 4096;
        let until_ns = until_ns.min(self.complete_ns);
        let waiting = self
            .waiting
            .pop_front_if(|waiting| waiting.frame.time_ns <= until_ns)?;
        self.may_move -= usize::from(waiting.moves && !waiting.noted);
        if waiting.moves && waiting.ticket != 0 && waiting.delivered.is_none() {
            if self.held.len() >= HELD {
                self.held.clear();
            }
            self.held.insert(waiting.ticket);
        }
        Some(waiting)
    }

    /// True, once, when a frame has arrived that was told before and that may have changed the state of a connection.
    pub fn take_arrived(&mut self) -> bool {
        std::mem::take(&mut self.arrived)
    }

    /// Takes what the wire has delivered of the frames that were told already, by their tickets.
    pub fn deliveries(&mut self) -> Vec<(u64, Delivered)> {
        std::mem::take(&mut self.deliveries)
    }

    /// Takes the tickets of the frames that the wire held in the air and that are lost.
    pub fn take_dropped(&mut self) -> Vec<u64> {
        self.wire
            .as_mut()
            .map(WireTap::take_dropped)
            .unwrap_or_default()
    }

    /// True when so many frames came at once that some were left where they are: tell what waits, then fetch again.
    pub fn left_behind(&self) -> bool {
        self.left_behind
    }

    /// True, once for each, when a frame that was seen up to this time may have changed the state of a connection.
    pub fn moved_states(&mut self, until_ns: i64) -> bool {
        let mut moved = false;
        if self.may_move == 0 {
            return moved;
        }
        let frames = self.waiting.iter_mut();
        for waiting in frames.take_while(|waiting| waiting.frame.time_ns <= until_ns) {
            if waiting.moves && !std::mem::replace(&mut waiting.noted, true) {
                self.may_move -= 1;
                moved = true;
            }
        }
        moved
    }

    /// The frames that wait and were seen up to this time, oldest first.
    pub fn waiting_until(&self, until_ns: i64) -> impl Iterator<Item = &Waiting> {
        let frames = self.waiting.iter();
        frames.take_while(move |waiting| waiting.frame.time_ns <= until_ns)
    }

    /// Lets the wire carry all that lies at its ports, then fetches everything: what a call caused is there when this returns. True when
    /// anything came.
    pub fn settle(&mut self) -> bool {
        if let Some(wire) = &mut self.wire {
            wire.sync();
        }
        let before = (self.waiting.len(), self.deliveries.len());
        self.drain();
        before != (self.waiting.len(), self.deliveries.len())
    }

    /// True once a packet of IPv6 was seen.
    pub fn has_met_ipv6(&self) -> bool {
        self.met_ipv6
    }

    /// True when the wire held a frame when it last said what it carries.
    pub fn wire_holds(&self) -> bool {
        self.wire.as_ref().is_some_and(WireTap::holds)
    }

    /// Fetches what has come, unless very much waits already. Does not wait.
    pub fn drain(&mut self) {
        let sorted = self.complete_ns == i64::MAX;
        self.complete_ns = i64::MAX;
        if self.waiting.len() >= AT_ONCE {
            self.left_behind = true;
            return;
        }
        self.left_behind = false;
        let before = self.waiting.len();
        let sources = usize::from(!sorted) + self.drain_hosts() + self.drain_wire();
        if self.waiting.len() == before {
            return;
        }
        self.met_ipv6 = self.met_ipv6
            || self
                .waiting
                .range(before..)
                .any(|waiting| matches!(waiting.headers.addresses(), Some((IpAddr::V6(_), _))));
        for waiting in self.waiting.range_mut(before..) {
            waiting.moves = self.awaited.moves(waiting.network, &waiting.headers);
            self.may_move += usize::from(waiting.moves);
        }
        if sources > 1 {
            self.waiting
                .make_contiguous()
                .sort_by_key(|waiting| waiting.frame.time_ns);
        }
    }

    /// Takes what the hosts' loopbacks have seen; gives how many of them had something.
    fn drain_hosts(&mut self) -> usize {
        let mut sources = 0;
        for (place, host) in self.hosts.iter_mut().enumerate() {
            let Some(tap) = &mut host.tap else { continue };
            let had = self.waiting.len();
            let frames = std::iter::from_fn(|| tap.next_frame()).take(AT_ONCE);
            self.waiting.extend(frames.map(|frame| Waiting {
                headers: decode(frame.link, &frame.bytes, frame.len),
                frame,
                network: place as u16,
                sender: Some(place),
                rulings: Vec::new(),
                ticket: 0,
                delivered: None,
                moves: false,
                noted: false,
            }));
            sources += usize::from(self.waiting.len() > had);
            // A ring that was full had more frames than this.
            if self.waiting.len() >= had + MANY {
                tap.count_dropped();
            }
            if self.waiting.len() == had + AT_ONCE {
                self.left_behind = true;
                let newest = self.waiting.back().map(|newest| newest.frame.time_ns);
                self.complete_ns = self.complete_ns.min(newest.unwrap_or(i64::MAX));
            }
        }
        sources
    }

    /// Takes what has passed the wire, and what was handed over; gives whether something has passed, as a number.
    fn drain_wire(&mut self) -> usize {
        let Some(wire) = &mut self.wire else {
            return 0;
        };
        let had = self.waiting.len();
        wire.receive();
        while let Some(frame) = wire.next_frame() {
            let link = LinkType::ETHERNET;
            let headers = decode(link, &frame.bytes, frame.len);
            self.waiting.push_back(Waiting {
                headers,
                network: WIRE,
                sender: self.ports.get(usize::from(frame.port)).copied(),
                rulings: frame.rulings,
                ticket: frame.ticket,
                delivered: frame.delivered,
                moves: false,
                noted: false,
                frame: Frame {
                    time_ns: frame.time_ns,
                    link,
                    len: frame.len,
                    bytes: frame.bytes,
                    checksum_not_ready: false,
                },
            });
        }
        let sources = usize::from(self.waiting.len() > had);
        while let Some((ticket, delivered)) = wire.next_delivery() {
            let mut held = self.waiting.iter_mut().rev();
            if let Some(held) = held.find(|one| one.ticket == ticket) {
                let first = held.delivered.unwrap_or(delivered);
                held.delivered = Some(first.and(Some(delivered)));
            } else {
                self.arrived |= self.held.remove(&ticket);
                self.deliveries.push((ticket, delivered));
            }
        }
        sources
    }
}
