//! What a looking verb is about: a socket by its name or descriptor, a conversation by its number; and the packets and
//! sockets of that conversation. Shows nothing.

use super::Shell;
use crate::event::packet::{PacketEvent, WIRE};
use crate::event::transfer::Party;
use crate::render::{endpoint, info};
use crate::session::known::Known;
use crate::session::ledger::Ledger;
use crate::session::log::Log;
use crate::value::Address;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What an argument named.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A socket, open or closed.
    Socket(Box<Party>),
    /// A conversation, as `conversations` numbers it.
    Number(u32),
}

impl Shell {
    /// What a text names: a conversation by its number; or a socket, as a variable of this process, `process.variable`, a descriptor where
    /// no conversation has the number, a variable elsewhere, the name of a socket that was closed.
    pub(super) fn subject(&mut self, process: &str, text: &str) -> Option<Subject> {
        let text = text.trim();
        if let Some(number) = self.conversation(text) {
            return Some(Subject::Number(number));
        }
        let known = self
            .known_socket(process, text)
            .and_then(|known| Some((known.process.clone(), known.fd?)));
        let ledger = self.session.ledger();
        if let Some(party) = known.and_then(|(process, fd)| ledger.holds(&process, fd)) {
            return Some(Subject::Socket(Box::new(party.clone())));
        }
        if let Ok(number) = text.parse() {
            return Some(Subject::Number(number));
        }
        let elsewhere = format!("{process}.{text}");
        let named = |party: &&Party| party.label == text || party.label == elsewhere;
        let newest = ledger.parties().rev().find(named)?;
        Some(Subject::Socket(Box::new(newest.clone())))
    }
}

impl Shell {
    /// The conversation that a text is the number of.
    pub(super) fn conversation(&self, text: &str) -> Option<u32> {
        let number = text.trim().parse().ok()?;
        let mut packets = self.session.log().packets();
        packets
            .any(|packet| packet.track.conversation == Some(number))
            .then_some(number)
    }

    /// The open socket at an end of the conversation that a text is the number of: at the side that opened it, or else at the other.
    pub(super) fn socket_of_conversation(&self, text: &str) -> Option<&Known> {
        let number = self.conversation(text)?;
        let mut packets = self.session.log().packets();
        let first = packets.find(|packet| packet.track.conversation == Some(number))?;
        let (from, to) = first.headers.endpoints()?;
        let (left, right) = if first.track.forward {
            (from, to)
        } else {
            (to, from)
        };
        let at = |local, peer| {
            let mut open = self.session.inventory().open();
            open.find(|known| {
                !known.listening
                    && same(known.local.as_ref(), local)
                    && same(known.peer.as_ref(), peer)
            })
        };
        at(left, right).or_else(|| at(right, left))
    }

    /// Why there is nothing to show of a conversation with this number: which there are.
    pub(super) fn no_conversation(&self, number: u32) -> String {
        const NAMED: usize = 6;
        let mut there: BTreeMap<u32, String> = BTreeMap::new();
        for packet in self.session.log().packets() {
            let Some(number) = packet.track.conversation else {
                continue;
            };
            there.entry(number).or_insert_with(|| {
                let (from, to) = endpoint::ends(packet);
                let (left, right) = if packet.track.forward {
                    (from, to)
                } else {
                    (to, from)
                };
                let protocol = info::protocol(packet);
                format!("{number} ({protocol} {} ↔ {})", left.short(), right.short())
            });
        }
        let there: Vec<String> = there.into_values().collect();
        let Some((last, first)) = there.split_last() else {
            return format!("there is no conversation {number}: no packet of one has been seen");
        };
        let named = &first[..first.len().min(NAMED)];
        let list = match (named.len(), first.len() - named.len()) {
            (0, _) => format!("the only one is {last}"),
            (_, 0) => format!("there are {} and {last}", named.join(", ")),
            (_, more) => format!(
                "there are {}, {more} more and {last}; `conversations` lists them",
                named.join(", ")
            ),
        };
        format!("there is no conversation {number}; {list}")
    }
}

/// The TCP connection of a subject: its packets in their order, true for those from the side that opened it.
/// Empty when it has none.
pub(super) fn connection<'a>(log: &'a Log, subject: &Subject) -> Vec<(&'a PacketEvent, bool)> {
    let number = match subject {
        Subject::Number(number) => Some(*number),
        Subject::Socket(party) => log
            .packets()
            .rev()
            .filter(|packet| packet.headers.tcp().is_some())
            .filter(|packet| {
                party
                    .closed_ns
                    .is_none_or(|end| packet.frame.time_ns <= end)
            })
            .find(|packet| carries(party, packet))
            .and_then(|packet| packet.track.conversation),
    };
    log.packets()
        .filter(|packet| {
            number.is_some()
                && packet.headers.tcp().is_some()
                && packet.track.conversation == number
        })
        .map(|packet| (packet, packet.track.forward))
        .collect()
}

/// True when the packet went from or to this connected socket, on a network that its host is on.
fn carries(party: &Party, packet: &PacketEvent) -> bool {
    let Some((from, to)) = packet.headers.endpoints() else {
        return false;
    };
    shares_network(party, packet) && (stands(party, from, to) || stands(party, to, from))
}

/// False when the packet passed the loopback interface of another host, where the same addresses and ports are other sockets.
fn shares_network(party: &Party, packet: &PacketEvent) -> bool {
    packet.network == WIRE || *party.host == *packet.host
}

/// True when a socket is the end `local` of a connection to `peer`.
fn stands(party: &Party, local: SocketAddr, peer: SocketAddr) -> bool {
    same(party.local.as_ref(), local) && same(party.peer.as_ref(), peer)
}

fn same(address: Option<&Address>, other: SocketAddr) -> bool {
    address.is_some_and(|address| {
        address.port() == Some(other.port())
            && address
                .ip()
                .is_some_and(|ip| ip.to_canonical() == other.ip().to_canonical())
    })
}

/// The sockets at both ends of a connection: at the side that opened it, and at the other.
pub(super) fn ends<'a>(
    ledger: &'a Ledger,
    packets: &[(&PacketEvent, bool)],
) -> (Vec<&'a Party>, Vec<&'a Party>) {
    let (Some((first, forward)), Some((last, _))) = (packets.first(), packets.last()) else {
        return (Vec::new(), Vec::new());
    };
    let Some((from, to)) = first.headers.endpoints() else {
        return (Vec::new(), Vec::new());
    };
    let (left, right) = if *forward { (from, to) } else { (to, from) };
    let at = |local, peer| {
        ledger
            .parties()
            .filter(|party| !party.listening && shares_network(party, first))
            .filter(|party| stands(party, local, peer))
            .filter(|party| {
                party.closed_ns.is_none_or(|end| end >= first.frame.time_ns)
                    && (party.born_ns <= last.frame.time_ns || party.closed_ns.is_none())
            })
            .collect()
    };
    (at(left, right), at(right, left))
}

/// True when a socket of the session listens where a connection was opened to.
pub(super) fn is_listened_at(ledger: &Ledger, packet: &PacketEvent, forward: bool) -> bool {
    let Some((from, to)) = packet.headers.endpoints() else {
        return false;
    };
    let at = if forward { to } else { from };
    ledger.parties().any(|party| {
        party.listening
            && shares_network(party, packet)
            && party.local.as_ref().is_some_and(|local| {
                local.port() == Some(at.port())
                    && local.ip().is_some_and(|ip| {
                        ip.is_unspecified() || ip.to_canonical() == at.ip().to_canonical()
                    })
            })
    })
}

/// The states that the packets of a socket's connection imply for it, each once where it follows itself.
pub(super) fn implied(log: &Log, party: &Party) -> Vec<&'static str> {
    let subject = Subject::Socket(Box::new(party.clone()));
    let mut states: Vec<&'static str> = Vec::new();
    for (packet, _) in connection(log, &subject) {
        let Some((sender, receiver)) = packet.track.states else {
            continue;
        };
        let own = packet
            .headers
            .endpoints()
            .is_some_and(|(from, to)| stands(party, from, to));
        let state = match own {
            true => sender,
            // What was lost on the wire moved nobody at its other end.
            false if packet.lost().is_some() => continue,
            false => receiver,
        };
        if states.last() != Some(&state) {
            states.push(state);
        }
    }
    states
}

/// The title of an end: its newest socket's name and address, else what the packets say.
pub(super) fn title(parties: &[&Party], otherwise: String) -> String {
    parties
        .last()
        .map_or(otherwise, |party| match &party.local {
            Some(Address::UnixUnnamed) | None => party.label.clone(),
            Some(address) => format!("{} {address}", party.label),
        })
}
