//! Which program an end belongs to that no prompt's process has. The kernel tells it of sockets that are still there when it is asked; a
//! program that lives for a few milliseconds is gone by then. But nobody else is on a lab's host: what no process of the session can have
//! sent, a program sent that ran there at the time.

use super::{Ends, Packets};
use crate::event::packet::Track;
use crate::packet::headers::{Headers, Transport, flag};
use crate::session::inventory::Inventory;
use crate::session::known::protocol_of;
use std::net::SocketAddr;

/// A program that runs or ran in the lab.
#[derive(Debug)]
pub(super) struct Run {
    name: String,
    /// The place of its host.
    host: usize,
    from_ns: i64,
    /// `None` while it runs.
    until_ns: Option<i64>,
}

/// So many programs that have ended are remembered.
const ENDED: usize = 256;

impl Packets {
    /// A program is about to begin on a host.
    pub fn program_begins(&mut self, name: &str, host: usize, now_ns: i64) {
        // What an older one of its name had is not this one's.
        self.owners.retain(|_, owner| owner != name);
        if self.runs.len() > ENDED {
            self.runs.retain(|run| run.until_ns.is_none());
        }
        self.runs.push(Run {
            name: name.to_owned(),
            host,
            from_ns: now_ns,
            until_ns: None,
        });
    }

    /// A program has ended. Its connections keep its name: the kernel still closes them.
    pub fn program_ended(&mut self, name: &str, now_ns: i64) {
        let running = |run: &&mut Run| run.until_ns.is_none() && run.name == name;
        if let Some(run) = self.runs.iter_mut().find(running) {
            run.until_ns = Some(now_ns);
        }
    }

    /// Which program has the socket at an address, for those that no prompt's process has.
    pub fn owned_by_program(&mut self, address: (usize, SocketAddr), program: &str) {
        self.owners.insert(address, program.to_owned());
    }

    /// Finds the program that sent a packet, if nobody else can have sent it.
    pub(super) fn attribute(
        &mut self,
        headers: &Headers,
        (track, time_ns): (&Track, i64),
        ends: Ends,
        inventory: &Inventory,
    ) {
        // On a network that others use too anybody can have sent it.
        if self.shared || self.runs.is_empty() {
            return;
        }
        let (Some(host), Some((from, to))) = (ends.sender, headers.endpoints()) else {
            return;
        };
        // A reset, and an acknowledgment alone, may come from a kernel without a socket.
        let (opens, speaks) = match headers.transport {
            Transport::Tcp(tcp) => {
                let has = |bit: u16| tcp.flags & bit != 0;
                let carries = has(flag::SYN) || has(flag::FIN) || tcp.len > 0;
                (
                    has(flag::SYN) && !has(flag::ACK),
                    carries && !has(flag::RST),
                )
            }
            Transport::Udp(_) => (true, true),
            _ => (false, false),
        };
        if opens {
            let receiver = ends.receiver.map(|place| (place, to));
            for end in [Some((host, from)), receiver].into_iter().flatten() {
                self.forget_ended(end);
            }
        }
        let protocol = protocol_of(headers);
        let known = |packets: &Self| {
            super::names::owner(&packets.owners, host, from).is_some()
                || inventory
                    .endpoint(packets.taps.host(host), protocol, from, to)
                    .is_some()
                || packets.finder.claims(headers, time_ns)
        };
        if !speaks || known(self) {
            return;
        }
        let ran = |run: &&Run| {
            run.host == host
                && run.from_ns <= time_ns
                && run.until_ns.is_none_or(|until| time_ns <= until)
        };
        let names: Vec<&str> = self
            .runs
            .iter()
            .filter(ran)
            .map(|run| run.name.as_str())
            .collect();
        let owner = match names.as_slice() {
            [] => return,
            [one] => (*one).to_owned(),
            several => format!("one of {}", several.join(", ")),
        };
        self.owners.insert((host, from), owner);
        if let Some(conversation) = track.conversation {
            for forward in [true, false] {
                self.names.remove(&(conversation, forward));
            }
        }
    }

    /// An address at which a connection begins is no longer that of a program that has ended.
    fn forget_ended(&mut self, end: (usize, SocketAddr)) {
        let runs = &self.runs;
        let runs_now = |owner: &String| {
            let mut running = runs.iter().filter(|run| run.until_ns.is_none());
            running.any(|run| run.name == *owner)
        };
        if self.owners.get(&end).is_some_and(|owner| !runs_now(owner)) {
            self.owners.remove(&end);
        }
    }
}
