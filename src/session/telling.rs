//! What the kernels and the taps have to tell becomes events: changes of state, packets. Never so often that a flood is slowed by it.

use super::Session;
use crate::event::Event;
use crate::event::packet::WIRE;
use crate::packet::headers::Transport;
use crate::sys::clock;
use crate::sys::diag::{Answer, Listed, Question};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

/// With more open sockets than this the kernel is asked for their states when all calls have returned, not after each.
pub(super) const MANY: usize = 64;

/// When so many packets wait, they are told without another look for more.
const FLOOD: usize = 200;

/// Of the packets that were left behind so many portions are told with a call; the rest is told later.
const PORTIONS: usize = 4;

impl Session {
    /// Like [`Session::refresh`], but in a flood of packets no oftener than the time it takes allows.
    pub(super) fn refresh_if_calm(&mut self) {
        self.stale = true;
        if !self.packets.taps().left_behind() || self.sampling.is_due(clock::now_ns()) {
            self.refresh();
        }
    }

    /// Asks the kernel for the state of every TCP and UDP socket and tells what changed.
    pub fn refresh(&mut self) {
        // A socket without a descriptor has ended when it is not listed; and of one that was bound to port 0 the port is wanted.
        let listed = if self.inventory.has_bound_adrift() || self.inventory.has_unknown_port() {
            Listed::All
        } else {
            Listed::Active
        };
        self.stale = false;
        let mut questions = self.tcp_questions().to_vec();
        questions.extend(&Question::UDP[..questions.len()]);
        if self.inventory.asks_for_more() {
            questions.extend(&Question::NEITHER_TCP_NOR_UDP);
        }
        let asked_ns = clock::now_ns();
        let answers = self.ask_for(&questions, listed);
        self.take_samples(asked_ns, &answers, listed);
        if !self.programs.is_empty() {
            let foreign: Vec<(usize, u64, SocketAddr)> = answers
                .iter()
                .filter(|(_, answer)| answer.inode != 0)
                .filter_map(|(host, answer)| {
                    let local = answer.local.as_ref()?.socket_address()?;
                    Some((*host, u64::from(answer.inode), local))
                })
                .filter(|(_, inode, _)| self.inventory.by_inode(*inode).is_none())
                .collect();
            let owners = self.owners_of(foreign.iter().map(|(_, inode, _)| *inode));
            for (host, inode, local) in foreign {
                if let Some(owner) = owners.get(&inode) {
                    self.packets.owned_by_program((host, local), owner);
                }
            }
        }
        for (place, machine) in self.hosts.all().iter().enumerate() {
            let of_host: Vec<&Answer> = answers
                .iter()
                .filter(|(host, _)| *host == place)
                .map(|(_, answer)| answer)
                .collect();
            let changes = self.inventory.refresh(&machine.name, &of_host);
            self.out.extend(changes.into_iter().map(Event::State));
        }
        let now_ns = clock::now_ns();
        for known in self.inventory.take_gone() {
            self.ledger.gone(known.inode, now_ns);
            self.ended.push(known);
        }
    }

    /// Tells the packets that were seen up to this time, also those that were left behind because there were so many.
    pub(super) fn tell_all_packets(&mut self, until_ns: i64) {
        // In a flood there would be no end of those that come meanwhile, nor of the memory they take before they are shown.
        let now_ns = clock::now_ns();
        for _ in 0..PORTIONS {
            let newest = self.tell_packets(until_ns);
            if newest.is_none_or(|newest| newest >= now_ns) || !self.packets.taps().left_behind() {
                return;
            }
            self.packets.taps_mut().drain();
        }
    }

    /// Tells the packets that wait and were seen up to this time; when the newest of them was seen.
    pub(super) fn tell_packets(&mut self, until_ns: i64) -> Option<i64> {
        if self.packets.taps_mut().take_arrived() {
            self.refresh_if_calm();
        }
        let dropped = self.packets.dropped_last_acks();
        self.out.extend(dropped.into_iter().map(Event::Note));
        self.packets.taps().waiting_until(until_ns).next()?;
        self.sampling.disturb(Listed::Connections);
        let few = self.packets.taps().waiting().len() < FLOOD;
        if self.packets.change_states(&self.inventory, until_ns) {
            if self.is_busy() && self.inventory.open().nth(MANY).is_some() {
                self.stale = true;
            } else {
                self.refresh_if_calm();
            }
        } else if few && self.programs.is_empty() {
            self.sample_for_call();
        } else {
            self.sample_if_due();
        }
        // What came while the kernels were asked is told with the rest, and their answer does not count for it: if it moved a connection
        // they are asked again, lest the packet tell a state that the socket is not said to have entered.
        if few && self.packets.taps_mut().settle() {
            self.sampling.disturb(Listed::Connections);
            if !self.stale && self.packets.change_states(&self.inventory, until_ns) {
                self.refresh_if_calm();
            }
        }
        self.choose_receivers(until_ns);
        let mut newest = None;
        let told = self.packets.tell(&self.inventory, until_ns);
        for (process, fd, local) in self.packets.take_learned() {
            self.inventory.learn_local(&process, fd, local);
        }
        for mut packet in told {
            newest = Some(packet.frame.time_ns);
            let messages = self.applications.packet(&mut packet);
            let packet = Arc::new(packet);
            self.log.packet(Arc::clone(&packet));
            self.out.push(Event::Packet(packet));
            self.out
                .extend(messages.into_iter().map(Event::Application));
        }
        newest
    }

    /// Asks which of the sockets that share an address got the datagrams that wait to be told, if any is for such.
    fn choose_receivers(&mut self, until_ns: i64) {
        let mut shared: BTreeMap<usize, Vec<(SocketAddr, SocketAddr)>> = BTreeMap::new();
        for waiting in self.packets.taps().waiting_until(until_ns) {
            let (Transport::Udp(_), Some((from, to))) =
                (waiting.headers.transport, waiting.headers.endpoints())
            else {
                continue;
            };
            let host = match waiting.network {
                WIRE => self.packets.taps().host_with(to.ip()),
                _ => waiting.sender,
            };
            if let Some(place) = host
                && self
                    .inventory
                    .is_shared(self.packets.taps().host(place), to, from)
            {
                shared.entry(place).or_default().push((to, from));
            }
        }
        if shared.is_empty() {
            return;
        }
        let answers = self.ask_for(&Question::UDP, Listed::Active);
        for (place, flows) in shared {
            let of_host = answers.iter().filter(|(host, _)| *host == place);
            let of_host: Vec<&Answer> = of_host.map(|(_, answer)| answer).collect();
            let host = self.packets.taps().host(place).to_owned();
            self.inventory.came(&host, &flows, &of_host);
        }
    }
}
