//! The wire that joins the hosts of a lab: frames in, due frames out, and what its rules did with each. It has no sockets, no clock
//! and no chance of its own: the time is a parameter, the seed an order. How orders are written is in `command::wire`.
//!
//! It is a learning switch. The rules act on a frame in the order of their numbers, and what one lost the next ones do not see:
//!
//! - All that a host sends stays in order, also through a jitter and a rate: each rule that delays is a queue for each sender.
//!   What was picked (`delay 200ms next`) and what is reordered leaves the order, because that is what was asked.
//! - What is picked or left to chance is never ARP or neighbour discovery unless the filter speaks of it. Delay, rate, MTU and cut
//!   are for all frames.
//! - A rule with `to` acts on the copy of a broadcast that goes there, and on no other.
//! - A frame that is reordered waits for the next one of its direction (same sender, same receiver, no ARP or neighbour discovery)
//!   that is not lost, and follows it; after [`REORDER_NS`] it goes alone.
//! - A frame that a rule holds (`hold`) is in the air until `step` or `release`; when it goes on it passes no further rules.
//! - A copy is delivered right behind its original and takes no time of its own on a slow wire.
//! - A frame that finds no room (the queue of a rate, what `held` takes, [`MOST_WAITING`]) is lost by the rule that holds it.
//! - An ICMP answer of the wire (`too_big`) is delivered at once, and passes no rules.

mod beginnings;
mod corrupt;
mod fate;
pub mod held;
mod housekeeping;
pub mod orders;
pub mod rule;
pub mod stopped;
mod switch;
pub mod too_big;

use crate::event::packet::{Frame, PacketEvent, WIRE};
use crate::event::wire::{Effect, Ruling};
use crate::packet::headers::LinkType;
use beginnings::Beginnings;
use fate::Fate;
use held::{Held, Parcel};
use housekeeping::is_housekeeping;
use rule::{Kind, Rule};
use std::cell::OnceCell;
use std::net::IpAddr;
use stopped::InTheAir;
use switch::{Switch, Target};

/// A host's place on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port(pub u16);

/// Who takes what leaves the wire: the interfaces of the hosts.
pub trait Sink {
    /// A frame leaves the wire towards a host.
    fn deliver(&mut self, to: Port, frame: &[u8]);

    /// A frame that was held leaves the wire. `ticket` says which it was: frames are numbered from 1 as [`Wire::accept`] takes them.
    fn deliver_held(&mut self, to: Port, frame: &[u8], _ticket: u64) {
        self.deliver(to, frame);
    }

    /// The wire itself sends a host a frame, as a router would: no host sent it, and it is told as a frame of its own.
    fn answer(&mut self, to: Port, frame: &[u8]) {
        self.deliver(to, frame);
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted<'a> {
    /// It is on its way, or lost; what the rules did with it, in their order. Empty when it was delivered as it came.
    Carried(&'a [Ruling]),
    /// It is a kernel's own report of its addresses' groups (MLD): not delivered and not worth telling.
    Housekeeping,
}

/// How long a frame waits for another one to pass it, in nanoseconds.
pub const REORDER_NS: u64 = 500_000_000;

/// At most this many frames wait for another one to pass.
pub const MOST_WAITING: usize = 1000;

/// A host as the wire knows it.
#[derive(Debug)]
struct Host {
    name: String,
    addresses: Vec<IpAddr>,
}

/// A frame that waits for another one to pass it.
#[derive(Debug)]
struct Waiting {
    from: Port,
    /// Which frames pass it: those with the same target.
    target: Target,
    /// It is not delivered before.
    earliest_ns: u64,
    /// It does not wait any longer.
    latest_ns: u64,
    parcels: Vec<Parcel>,
}

/// A frame that came in.
#[derive(Clone, Copy)]
struct Passing<'a> {
    from: Port,
    target: Target,
    frame: &'a [u8],
    now_ns: u64,
}

/// The wire.
#[derive(Debug)]
pub struct Wire {
    hosts: Vec<Option<Host>>,
    switch: Switch,
    beginnings: Beginnings,
    /// How many frames were accepted.
    accepted: u64,
    rules: Vec<Rule>,
    next_number: u32,
    seed: u64,
    held: Held,
    waiting: Vec<Waiting>,
    in_the_air: InTheAir,
    /// The tickets of held frames that are lost, until somebody asks.
    lost: Vec<u64>,
    /// True when a rule can act.
    live: bool,
    rulings: Vec<Ruling>,
    fates: Vec<Fate>,
}

impl Wire {
    /// A wire without hosts and rules.
    pub fn new(seed: u64) -> Self {
        Self {
            hosts: Vec::new(),
            switch: Switch::default(),
            beginnings: Beginnings::default(),
            accepted: 0,
            rules: Vec::new(),
            next_number: 1,
            seed,
            held: Held::default(),
            waiting: Vec::new(),
            in_the_air: InTheAir::default(),
            lost: Vec::new(),
            live: false,
            rulings: Vec::new(),
            fates: Vec::new(),
        }
    }

    /// Puts a host on the wire. Its port is its own until it is detached; a wire has room for 65,535.
    pub fn attach(&mut self, name: &str, mac: [u8; 6], addresses: &[IpAddr]) -> Port {
        let host = Some(Host {
            name: name.to_owned(),
            addresses: addresses.to_vec(),
        });
        let free = self.hosts.iter().position(Option::is_none);
        let place = free.unwrap_or(self.hosts.len());
        match free {
            Some(place) => self.hosts[place] = host,
            None => self.hosts.push(host),
        }
        let port = Port(u16::try_from(place).unwrap_or(u16::MAX));
        self.switch.attach(mac, port);
        self.bind();
        port
    }

    /// Takes a host off the wire, with what was on its way to it. A rule that names it waits for a host of that name.
    pub fn detach(&mut self, port: Port) {
        if let Some(host) = self.hosts.get_mut(usize::from(port.0)) {
            *host = None;
        }
        self.switch.detach(port);
        self.held.drop_for(port);
        self.drop_stopped(port);
        self.waiting.retain_mut(|waiting| {
            waiting.parcels.retain(|parcel| parcel.to != port);
            waiting.from != port && !waiting.parcels.is_empty()
        });
        for rule in &mut self.rules {
            if let Some(lane) = rule.lanes.get_mut(usize::from(port.0)) {
                *lane = rule::Lane::default();
            }
        }
        self.bind();
    }

    /// A frame from a host, which is delivered before this returns unless a rule holds or loses it. What is due by now is delivered
    /// first.
    pub fn accept(
        &mut self,
        from: Port,
        frame: &[u8],
        now_ns: u64,
        sink: &mut impl Sink,
    ) -> Accepted<'_> {
        self.rulings.clear();
        self.accepted += 1;
        self.release(now_ns, sink);
        if is_housekeeping(frame) {
            return Accepted::Housekeeping;
        }
        self.beginnings.see(frame);
        let target = self.switch.target(from, frame);
        if target == Target::Nobody {
            return Accepted::Carried(&[]);
        }
        if self.live || !self.waiting.is_empty() {
            let passing = Passing {
                from,
                target,
                frame,
                now_ns,
            };
            self.judge(passing, sink);
        } else {
            for port in self.receivers(from, target, &[]) {
                sink.deliver(port, frame);
            }
        }
        Accepted::Carried(&self.rulings)
    }

    /// Delivers what is due.
    pub fn release(&mut self, now_ns: u64, sink: &mut impl Sink) {
        let waiting = self.waiting.iter();
        if waiting.into_iter().any(|one| one.latest_ns <= now_ns) {
            let (over, still): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition(|one| one.latest_ns <= now_ns);
            self.waiting = still;
            for one in over {
                let due_ns = one.latest_ns;
                self.let_go(one, due_ns);
            }
        }
        self.held.release(now_ns, sink);
    }

    /// When something is due next, in the nanoseconds of `now_ns`; `None` while nothing is on its way.
    pub fn due_ns(&self) -> Option<u64> {
        let waiting = self.waiting.iter().map(|one| one.latest_ns).min();
        waiting.into_iter().chain(self.held.due_ns()).min()
    }

    /// The hosts a frame goes to, without those of `apart`.
    fn receivers<'a>(
        &'a self,
        from: Port,
        target: Target,
        apart: &'a [Fate],
    ) -> impl Iterator<Item = Port> + 'a {
        let all = match target {
            Target::Nobody => 0..0,
            Target::One(port) => usize::from(port.0)..usize::from(port.0) + 1,
            Target::Everyone => 0..self.hosts.len(),
        };
        all.filter(|place| matches!(self.hosts.get(*place), Some(Some(_))))
            .map(|place| Port(place as u16))
            .filter(move |port| *port != from)
            .filter(move |port| !apart.iter().any(|fate| fate.to == Some(*port)))
    }

    /// Asks the rules, and does what they say.
    fn judge(&mut self, passing: Passing<'_>, sink: &mut impl Sink) {
        let Passing {
            from,
            target,
            frame,
            now_ns,
        } = passing;
        let kind = Kind::of(frame);
        let scene = OnceCell::new();
        let beginnings = &self.beginnings;
        let packet = || scene.get_or_init(|| packet(frame, beginnings));
        let mut fates = std::mem::take(&mut self.fates);
        fates.clear();
        fates.push(Fate::new(now_ns));
        for rule in &mut self.rules {
            if !rule.concerns(from, kind) {
                continue;
            }
            let Some(concerned) = fate::concerned(rule.to, from, target, &mut fates) else {
                continue;
            };
            let is_meant = rule.filter().is_none_or(|filter| filter.matches(packet()));
            if !is_meant || !rule.takes() {
                continue;
            }
            let effect = rule.act(from, frame, packet, &mut fates[concerned]);
            if let Some(effect) = effect {
                rule.fired += 1;
                self.rulings.push(Ruling {
                    rule: rule.number,
                    effect,
                });
            }
        }
        if fates.iter().all(|fate| fate.lost) {
            // What a later rule loses is not in the air.
            self.rulings.retain(|ruling| ruling.effect != Effect::Held);
        }
        self.live = self.rules.iter().any(Rule::is_live);
        for fate in &fates {
            let apart = if fate.to.is_none() { &fates[1..] } else { &[] };
            let leaves = self.carry(passing, fate, apart, sink);
            if leaves && kind == Kind::Other && !self.waiting.is_empty() {
                self.passed(from, target, fate.due_ns());
                self.held.release(now_ns, sink);
            }
        }
        self.fates = fates;
    }

    /// Sends a frame the way its fate goes; false when it is lost or waits. `apart` are the copies of a broadcast that have fates of
    /// their own.
    fn carry(
        &mut self,
        passing: Passing<'_>,
        fate: &Fate,
        apart: &[Fate],
        sink: &mut impl Sink,
    ) -> bool {
        if let Some(answer) = &fate.answer {
            sink.answer(passing.from, answer);
        }
        if fate.lost {
            return false;
        }
        let receivers = || {
            self.receivers(passing.from, passing.target, apart)
                .filter(|port| fate.to.is_none_or(|own| own == *port))
        };
        let is_due = fate.due_ns() <= passing.now_ns && !fate.waits && !fate.held;
        if is_due && fate.is_whole() {
            receivers().for_each(|port| sink.deliver(port, passing.frame));
            return true;
        }
        let frame = fate.changed.as_deref().unwrap_or(passing.frame);
        let pieces = fate.pieces(frame);
        let sent: Vec<(Port, &[u8])> = receivers()
            .flat_map(|port| (0..=fate.copies).map(move |_| port))
            .flat_map(|port| pieces.iter().map(move |piece| (port, piece.as_ref())))
            .collect();
        if is_due {
            for (port, piece) in sent {
                sink.deliver(port, piece);
            }
            return true;
        }
        self.keep(passing, fate, sent)
    }

    /// Keeps what a frame became until it is due; false when there is no room, and when something else decides when that is.
    fn keep(&mut self, passing: Passing<'_>, fate: &Fate, sent: Vec<(Port, &[u8])>) -> bool {
        let bytes = sent.iter().map(|(_, piece)| piece.len()).sum();
        let has_room = if fate.held {
            self.in_the_air.has_room(bytes)
        } else {
            self.held.has_room(sent.len(), bytes)
                && !(fate.waits && self.waiting.len() >= MOST_WAITING)
        };
        if !has_room {
            self.rulings.push(Ruling {
                rule: fate.rule,
                effect: Effect::Lost,
            });
            return false;
        }
        let parcels = sent.into_iter().map(|(to, piece)| Parcel {
            to,
            frame: piece.into(),
            ticket: self.accepted,
            rule: fate.rule,
        });
        if fate.held {
            let parcels = parcels.collect();
            self.in_the_air
                .push(self.accepted, passing.from, fate.due_ns(), parcels);
            return false;
        }
        if fate.waits {
            self.waiting.push(Waiting {
                from: passing.from,
                target: passing.target,
                earliest_ns: fate.due_ns(),
                latest_ns: fate.due_ns().saturating_add(REORDER_NS),
                parcels: parcels.collect(),
            });
        } else {
            for parcel in parcels {
                self.held.push(fate.due_ns(), parcel);
            }
        }
        !fate.waits
    }

    /// A frame of this direction leaves at `due_ns`: those that waited for one follow it.
    fn passed(&mut self, from: Port, target: Target, due_ns: u64) {
        let (follow, still) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| one.from == from && one.target == target);
        self.waiting = still;
        for one in follow {
            self.let_go(one, due_ns);
        }
    }

    /// A frame waits no longer, but is not delivered before `due_ns`.
    fn let_go(&mut self, one: Waiting, due_ns: u64) {
        for parcel in one.parcels {
            self.held.push(one.earliest_ns.max(due_ns), parcel);
        }
    }
}

/// A frame as filters see it.
fn packet(frame: &[u8], beginnings: &Beginnings) -> PacketEvent {
    let alone = PacketEvent::alone(0, Frame::new(0, LinkType::ETHERNET, frame));
    PacketEvent {
        track: beginnings.track(&alone.headers),
        network: WIRE,
        ..alone
    }
}

#[cfg(test)]
mod tests;
