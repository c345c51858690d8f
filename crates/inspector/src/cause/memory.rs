//! What the finder of causes keeps of each packet for those that follow, within bounds; and its answers about packets that are not TCP.

use super::flow::{self, Fate, Segment, Side, opens};
use super::neighbour::{self, Neighbour};
use super::scene::{AT_ONCE, TooBig, follows, full};
use super::timer::Again;
use super::{
    ADDRESSES, CONVERSATIONS, CauseFinder, FINISHED, Found, Note, SEGMENTS, Seen, Who, caused,
    endpoints,
};
use crate::call_window::{CallWindow, is_sending, same_ip};
use crate::conversation::before;
use crate::evidence::Listener;
use socklab_packets::headers::{Icmp, Net, Tcp, Transport, flag};
use socklab_packets::record::{Cause, PacketEvent, Phase, WIRE};
use std::net::SocketAddr;

impl CauseFinder {
    pub(super) fn of_neighbour(&self, packet: &PacketEvent, neighbour: Neighbour) -> Option<Cause> {
        match neighbour {
            Neighbour::Asks(target) => {
                let time = packet.frame.time_ns;
                let waits = |window: &&CallWindow| {
                    !window.link
                        && *window.host == *packet.host
                        && window.covers(time)
                        && is_sending(&window.name)
                        && window.peer.is_some_and(|peer| same_ip(peer.ip(), target))
                };
                let call = self.windows.iter().rev().find(waits).map(|window| Who {
                    command: window.command,
                    process: &window.process,
                    short: &window.short,
                });
                let key = (packet.network, target);
                let asked = self.asked.get(&key).map(|asked| (&asked.0, asked.1));
                let heard = self.heard.get(&key);
                Some(neighbour::asks(packet, target, call, heard, asked))
            }
            Neighbour::Tells(target) => {
                let (asked, _) = self.asked.get(&(packet.network, target))?;
                Some(neighbour::tells(target, asked))
            }
        }
    }

    /// What a call had sent before it returned, but the kernel held until it knew the neighbour's Ethernet address.
    pub(super) fn held_for_neighbour(&self, packet: &PacketEvent) -> Option<Found> {
        let (from, to) = endpoints(packet)?;
        let time = packet.frame.time_ns;
        let key = (packet.network, to.ip());
        let just_came = |(_, fate): &&(u64, Fate)| match fate {
            Fate::Arrives(told) => time >= told.from_ns && time - told.until_ns < AT_ONCE,
            _ => false,
        };
        // A question tells the address of who asks, too.
        let sources = [self.told.get(&key), self.asking.get(&key)];
        let number = sources.into_iter().flatten().find(just_came)?.0;
        // Of a connection that was given up before it began the kernel tells no port.
        let opening = packet.headers.tcp().is_some_and(opens);
        let fits = |window: &&CallWindow| {
            !window.raw
                && *window.host == *packet.host
                && window.sends(from, to, opening)
                && is_sending(&window.name)
                && window.end_ns.is_some_and(|end| end < time)
        };
        // A call that tried to send meanwhile could not: a SYN without data is the work of connect.
        let bare = packet
            .headers
            .tcp()
            .is_some_and(|tcp| opens(tcp) && tcp.len == 0);
        let newest = || self.windows.iter().rev().filter(fits);
        let connect = newest().find(|window| bare && window.name == "connect");
        let window = connect.or_else(|| newest().next())?;
        Some(caused(window, held(number)))
    }

    /// What a running call's packet had to wait for, if the neighbour's address was told since the call began.
    pub(super) fn waited_for(&self, packet: &PacketEvent, window: &CallWindow) -> String {
        let told = packet
            .headers
            .addresses()
            .and_then(|(_, to)| self.told.get(&(packet.network, to)));
        match told {
            Some((number, Fate::Arrives(told)))
                if (window.start_ns..=packet.frame.time_ns).contains(&told.from_ns) =>
            {
                held(*number)
            }
            _ => String::new(),
        }
    }

    pub(super) fn error_report(
        &self,
        packet: &PacketEvent,
        icmp: &Icmp,
        is_v6: bool,
    ) -> Option<Cause> {
        if let Some(cause) = self.unreachable_neighbour(packet, icmp, is_v6) {
            return Some(cause);
        }
        let about = self.latest.get(&quoted(packet.network, icmp)?)?;
        Some(neighbour::error_report(icmp, is_v6, &packet.host, about))
    }

    /// The kernel tells its own sender that nobody has answered for a neighbour's Ethernet address: what waited for it never left.
    fn unreachable_neighbour(
        &self,
        packet: &PacketEvent,
        icmp: &Icmp,
        is_v6: bool,
    ) -> Option<Cause> {
        let unreachable = if is_v6 { (1, 3) } else { (3, 1) };
        let quoted = icmp.quoted?;
        let (_, to) = packet.headers.addresses()?;
        if (icmp.kind, icmp.code) != unreachable || quoted.src != to {
            return None;
        }
        let (asked, count) = self.asked.get(&(WIRE, quoted.dst))?;
        let tries = match count {
            0 | 1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let words = format!(
            "the kernel had asked {tries} for the Ethernet address of {}, and nobody answered: it reports an error to the sender, and drops what waited",
            quoted.dst
        );
        Some(follows(asked.number, asked.cause.as_ref(), &words))
    }

    /// A call on a raw or packet socket that has not yet sent its packet.
    pub(super) fn raw_call(&mut self, packet: &PacketEvent) -> Option<&CallWindow> {
        let time = packet.frame.time_ns;
        let to = packet.headers.addresses().map(|(_, to)| to);
        let arp = matches!(packet.headers.net, Net::Arp(_));
        let window = self.windows.iter_mut().rev().find(|window| {
            let there = |peer: SocketAddr| to.is_none_or(|to| same_ip(peer.ip(), to));
            window.raw
                && !window.claimed
                && (window.link || !arp)
                && *window.host == *packet.host
                && window.covers(time)
                && is_sending(&window.name)
                && window.peer.is_none_or(there)
        })?;
        window.claimed = true;
        Some(window)
    }

    /// A call on a raw socket that had returned while its packet waited for the neighbour's Ethernet address; and the packet that told it.
    pub(super) fn raw_held(&mut self, packet: &PacketEvent) -> Option<(&CallWindow, u64)> {
        let (_, to) = packet.headers.addresses()?;
        let (number, fate) = *self.told.get(&(packet.network, to))?;
        let time = packet.frame.time_ns;
        let Fate::Arrives(told) = fate else {
            return None;
        };
        if time < told.from_ns || time - told.until_ns >= AT_ONCE {
            return None;
        }
        // The kernel keeps them in their order.
        let window = self.windows.iter_mut().find(|window| {
            window.raw
                && !window.link
                && !window.claimed
                && *window.host == *packet.host
                && is_sending(&window.name)
                && window.start_ns < told.from_ns
                && window.end_ns.is_some_and(|end| end < time)
                && window.peer.is_some_and(|peer| same_ip(peer.ip(), to))
        })?;
        window.claimed = true;
        Some((window, number))
    }

    /// The listener that a segment is for, while a connection is made and when it takes no further one.
    pub(super) fn full_listener(&self, packet: &PacketEvent, receiver: &str) -> Option<Listener> {
        /// So many segments of one side belong to the making of a connection.
        const EARLY: u32 = 20_000;
        let tcp = packet.headers.tcp()?;
        let (_, to) = endpoints(packet)?;
        if packet.track.seq > EARLY || tcp.flags & flag::RST != 0 {
            return None;
        }
        self.samples.full_listener(receiver, to)
    }

    /// For the last step of a handshake whose receiver takes no further connection: whether it has come there already. `None` when the
    /// connection was made all the same, or nobody asked the kernel since.
    pub(super) fn is_last_ack_dropped(&self, packet: &PacketEvent, receiver: &str) -> Option<bool> {
        let (from, to) = endpoints(packet)?;
        let arrival = packet.arrival_ns()?;
        if packet.track.phase != Some(Phase::Handshake(3)) {
            return None;
        }
        let waits = |time_ns| {
            let after = self.samples.at(receiver, to, from, time_ns).after;
            after.filter(|sample| sample.state == "SYN-RECEIVED")
        };
        match waits(packet.frame.time_ns) {
            Some(sample) => Some(sample.asked_ns >= arrival),
            None => self
                .samples
                .lacks(receiver, (to, from), arrival)
                .then_some(true),
        }
    }

    /// For the last step of a handshake that a rule of the wire held, once it has arrived: why the receiver dropped it. `None` while
    /// nobody has asked the receiver's kernel since; an empty text when the kernel took it.
    pub fn dropped_last_ack(
        &self,
        receiver: &str,
        (from, to): (SocketAddr, SocketAddr),
        arrived_ns: i64,
    ) -> Option<String> {
        if !self.samples.asked_since(receiver, arrived_ns) {
            return None;
        }
        let after = self.samples.at(receiver, to, from, arrived_ns).after;
        let is_made = after.is_some_and(|sample| sample.state != "SYN-RECEIVED")
            && !self.samples.lacks(receiver, (to, from), arrived_ns);
        let listener = self.samples.full_listener(receiver, to);
        Some(match listener.filter(|_| !is_made) {
            Some(listener) => full(listener),
            None => String::new(),
        })
    }

    pub(super) fn remember(&mut self, packet: &PacketEvent, cause: Option<Cause>, note: Note) {
        self.keep_within_bounds();
        let network = packet.network;
        let seen = Seen {
            number: packet.number,
            cause,
        };
        if let Some(neighbour) = neighbour::neighbour(packet) {
            match neighbour {
                Neighbour::Asks(target) => {
                    let count = self
                        .asked
                        .get(&(network, target))
                        .map_or(0, |asked| asked.1);
                    if let Some(sender) = neighbour::sender(packet) {
                        let fate = flow::fate(packet);
                        self.asking.insert((network, sender), (seen.number, fate));
                    }
                    self.asked.insert((network, target), (seen, count + 1));
                }
                Neighbour::Tells(target) => {
                    let fate = flow::fate(packet);
                    if matches!(fate, Fate::Arrives(_)) {
                        self.told.insert((network, target), (seen.number, fate));
                    }
                    if let Some(asked) = self.asked.get_mut(&(network, target)) {
                        asked.1 = 0;
                    }
                }
            }
            return;
        }
        self.remember_too_big(packet);
        if let Some((from, _)) = packet.headers.addresses() {
            self.heard.insert((network, from), seen.clone());
        }
        if let Some((from, to)) = endpoints(packet) {
            self.latest.insert((network, from, to), seen.clone());
        }
        let Some(conversation) = packet.track.conversation else {
            return;
        };
        match &packet.headers.transport {
            Transport::Tcp(tcp) => self.remember_segment(packet, tcp, seen, note),
            _ => {
                self.messages
                    .insert((conversation, packet.track.forward), seen);
            }
        }
    }

    fn remember_segment(&mut self, packet: &PacketEvent, tcp: &Tcp, seen: Seen, note: Note) {
        let Some(conversation) = packet.track.conversation else {
            return;
        };
        let looped = endpoints(packet).is_some_and(|(from, to)| from == to);
        let flow = self.flows.entry(conversation).or_default();
        let [first, second] = &mut flow.sides;
        let (own, other) = if packet.track.forward {
            (first, second)
        } else {
            (second, first)
        };
        // Whatever carries an acknowledgment answers all that it covers.
        let covered = note.answers.or_else(|| {
            let sender = if looped { &*own } else { &*other };
            let arrived = sender.arrived(packet.frame.time_ns);
            let covered = |segment: &&&Segment| !before(tcp.ack, segment.end);
            arrived.iter().find(covered).map(|segment| segment.place())
        });
        let answered = own.answered;
        own.answered = own.answered.max(covered);
        let segment = Segment {
            number: seen.number,
            time_ns: packet.frame.time_ns,
            fate: flow::fate(packet),
            seq: tcp.seq,
            end: flow::end(tcp),
            len: tcp.len,
            flags: tcp.flags,
            ack: tcp.ack,
            window: packet.track.window,
            sack: tcp.options.sack,
            sacks: tcp.options.sack_count,
            mptcp: tcp.options.mptcp,
            doubled: flow::doubled(packet),
            again: own.is_again(tcp),
            timed_out: matches!(note.again, Some(Again::Timeout | Again::LikelyTimeout)),
            probe: own.is_probe(tcp),
            forged: note.forged,
            dropped_by: note.dropped_by,
            cause: seen.cause,
        };
        if note.forged {
            // It acknowledges nothing for its sender's kernel, and nothing of it is sent again.
            own.answered = answered;
        }
        if note.again.is_some() {
            own.resent += 1;
        }
        if note.again == Some(Again::Timeout) {
            own.timeouts += 1;
            own.goes_back_to = own.highest;
        }
        self.segments += usize::from(own.push(segment));
        if packet.track.phase.is_some_and(is_last) {
            self.finish(conversation);
        }
    }

    /// A connection has ended; the one that ended longest ago is forgotten.
    fn finish(&mut self, conversation: u32) {
        self.finished.push_back(conversation);
        if self.finished.len() > FINISHED
            && let Some(oldest) = self.finished.pop_front()
            && let Some(flow) = self.flows.remove(&oldest)
        {
            self.segments -= flow.sides.iter().map(Side::len).sum::<usize>();
        }
    }

    fn remember_too_big(&mut self, packet: &PacketEvent) {
        let (Transport::Icmp(icmp) | Transport::Icmpv6(icmp)) = &packet.headers.transport else {
            return;
        };
        let Some(mtu) = neighbour::too_big(&packet.headers, &packet.frame.bytes) else {
            return;
        };
        if let Some(key) = quoted(packet.network, icmp) {
            let report = TooBig {
                number: packet.number,
                time_ns: packet.frame.time_ns,
                mtu: Some(mtu).filter(|mtu| *mtu > 0),
            };
            self.too_big.insert(key, report);
        }
    }

    fn keep_within_bounds(&mut self) {
        if self.segments > SEGMENTS || self.flows.len() > CONVERSATIONS {
            self.flows.clear();
            self.finished.clear();
            self.segments = 0;
        }
        if self.latest.len() > ADDRESSES {
            self.latest.clear();
        }
        if self.messages.len() > ADDRESSES {
            self.messages.clear();
        }
        if self.heard.len() > ADDRESSES || self.asked.len() > ADDRESSES {
            self.heard.clear();
            self.asked.clear();
            self.told.clear();
            self.asking.clear();
        }
        if self.too_big.len() > ADDRESSES {
            self.too_big.clear();
        }
    }
}

/// True for the last step of a connection, as the packets have it.
fn is_last(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Close(4, 4)
            | Phase::Close(3, 3)
            | Phase::SimultaneousClose(4)
            | Phase::CloseWithItself(2)
            | Phase::Refused
            | Phase::Reset
    )
}

pub(super) fn held(number: u64) -> String {
    format!("it had waited for the Ethernet address that #{number} gave")
}

/// Both ends of the packet that an error quotes.
fn quoted(network: u16, icmp: &Icmp) -> Option<(u16, SocketAddr, SocketAddr)> {
    let quoted = icmp.quoted?;
    let (from, to) = quoted.ports?;
    Some((
        network,
        SocketAddr::new(quoted.src, from),
        SocketAddr::new(quoted.dst, to),
    ))
}
