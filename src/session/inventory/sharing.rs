//! Sockets that share an address (SO_REUSEPORT): which of them the kernel chose for a connection or a datagram, as far as the lengths of
//! their queues tell it. What they do not tell stays open: nothing is guessed.

use super::Inventory;
use crate::session::known::{Known, Protocol};
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

/// Who talks to whom: the protocol, the host, the address of its socket and that of the other end.
pub(super) type Flow = (Protocol, String, SocketAddr, SocketAddr);

impl Inventory {
    /// The sockets that share the address of one that is not connected, it among them. Of one that several processes hold there is one.
    pub(super) fn alike<'a>(&'a self, known: &'a Known) -> Vec<&'a Known> {
        let alike = |other: &&Known| {
            (other.protocol, &other.host) == (known.protocol, &known.host)
                && other.peer.is_none()
                && other.listening == known.listening
                && other.only_v6 == known.only_v6
                && other.local == known.local
        };
        let mut sockets: Vec<&Known> = Vec::new();
        if known.peer.is_none() && known.fd.is_some() {
            for other in self.open.values().filter(alike) {
                if sockets.iter().all(|known| known.inode != other.inode) {
                    sockets.push(other);
                }
            }
        }
        sockets
    }

    /// True when a datagram is for one of several sockets.
    pub fn is_shared(&self, host: &str, local: SocketAddr, peer: SocketAddr) -> bool {
        !local.ip().is_multicast()
            && self
                .endpoint(host, Protocol::Udp, local, peer)
                .is_some_and(|known| self.alike(known).len() > 1)
    }

    /// Takes the datagrams that are to be told, by the addresses of receiver and sender, and what the kernel says of the queues of its UDP
    /// sockets: the one whose queue alone has grown got them.
    pub fn came(&mut self, host: &str, flows: &[(SocketAddr, SocketAddr)], answers: &[&Answer]) {
        let lengths = lengths(answers, |answer| {
            matches!(answer.question, Question::Udp(_))
        });
        self.chosen
            .retain(|(protocol, on, ..), _| *protocol != Protocol::Udp || on != host);
        for (local, peer) in flows {
            let grown = self
                .endpoint(host, Protocol::Udp, *local, *peer)
                .and_then(|known| grown(&self.alike(known), &lengths));
            if let Some(inode) = grown {
                let flow = (Protocol::Udp, host.to_owned(), *local, *peer);
                self.chosen.insert(flow, inode);
            }
        }
        for known in self.open.values_mut().filter(|known| known.host == host) {
            if let Some(length) = lengths.get(&known.inode) {
                known.queued = Some(*length);
            }
        }
        self.version += 1;
    }

    /// Finds for the connections that nobody has accepted the listener in whose queue they are: where one alone of those that share an
    /// address has more connections in its queue than are known to be there, and so many are not known, all of these are in it.
    pub(super) fn choose_listeners(&mut self, host: &str, answers: &[&Answer]) {
        const ESTABLISHED: u8 = 1;
        const CLOSE_WAIT: u8 = 8;
        let here = |known: &&Known| known.listening && known.host == host;
        let mut addresses = HashSet::new();
        let shared: HashSet<Address> = self
            .open
            .values()
            .filter(here)
            .filter_map(|known| known.local.clone())
            .filter(|local| !addresses.insert(local.clone()))
            .collect();
        if shared.is_empty() {
            self.chosen
                .retain(|(protocol, on, ..), _| *protocol != Protocol::Tcp || on != host);
            return;
        }
        let unaccepted: HashSet<Flow> = answers
            .iter()
            .filter(|answer| matches!(answer.question, Question::Tcp(_)) && answer.inode == 0)
            .filter(|answer| matches!(answer.state, ESTABLISHED | CLOSE_WAIT))
            .filter_map(|answer| {
                let end = |address: &Option<Address>| address.as_ref()?.socket_address();
                let (local, peer) = (end(&answer.local)?, end(&answer.peer)?);
                Some((Protocol::Tcp, host.to_owned(), local, peer))
            })
            .collect();
        self.chosen.retain(|flow, _| {
            (flow.0, flow.1.as_str()) != (Protocol::Tcp, host) || unaccepted.contains(flow)
        });
        let lengths = lengths(answers, |answer| {
            matches!(answer.question, Question::Tcp(_))
        });
        let mut found: Vec<(Flow, u64)> = Vec::new();
        for address in shared {
            let group: HashMap<u64, u32> = self
                .open
                .values()
                .filter(here)
                .filter(|known| known.local.as_ref() == Some(&address))
                .map(|known| {
                    let waits = lengths.get(&known.inode).copied().unwrap_or_default();
                    let sure = self.chosen.values().filter(|inode| **inode == known.inode);
                    (known.inode, waits.saturating_sub(sure.count() as u32))
                })
                .collect();
            let open: Vec<&Flow> = unaccepted
                .iter()
                .filter(|flow| !self.chosen.contains_key(*flow))
                .filter(|(_, _, local, peer)| {
                    let known = self.endpoint(host, Protocol::Tcp, *local, *peer);
                    known.is_some_and(|known| {
                        known.listening && known.local.as_ref() == Some(&address)
                    })
                })
                .collect();
            let mut waiting = group.iter().filter(|(_, waits)| **waits > 0);
            if let (Some((inode, waits)), None) = (waiting.next(), waiting.next())
                && *waits as usize == open.len()
            {
                found.extend(open.into_iter().map(|flow| (flow.clone(), *inode)));
            }
        }
        self.chosen.extend(found);
    }
}

/// How much waits in the queue of each socket, by its inode.
fn lengths(answers: &[&Answer], fits: impl Fn(&Answer) -> bool) -> HashMap<u64, u32> {
    answers
        .iter()
        .filter(|answer| answer.inode != 0 && fits(answer))
        .map(|answer| (u64::from(answer.inode), answer.rqueue))
        .collect()
}

/// The only socket whose queue is longer than it was; `None` when that of another one was read meanwhile.
fn grown(sockets: &[&Known], lengths: &HashMap<u64, u32>) -> Option<u64> {
    let mut found = None;
    for known in sockets {
        if *lengths.get(&known.inode)? > known.queued? && found.replace(known.inode).is_some() {
            return None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::CallEvent;
    use crate::value::Value;

    const LOCAL: ([u8; 4], u16) = ([127, 0, 0, 1], 5000);

    /// Two processes, each with a socket at the same address.
    fn pair(kind: &str) -> Inventory {
        let mut inventory = Inventory::default();
        for (process, inode) in [("w1", 11), ("w2", 12)] {
            let mut of = |name: &str, fd: Option<i32>, args: &[&str]| {
                let call = CallEvent {
                    fd,
                    local: (name == "bind").then(|| SocketAddr::from(LOCAL).into()),
                    process: process.to_owned(),
                    made: if fd.is_none() { vec![3] } else { Vec::new() },
                    ..crate::event::sample::call(name, args)
                };
                inventory.called(&call, Vec::new(), |_| inode);
            };
            of("socket", None, &["AF_INET", kind, "0"]);
            of("bind", Some(3), &[]);
            if kind == "SOCK_STREAM" {
                of("listen", Some(3), &[]);
            }
            inventory.assigned(process, "s", &Value::Socket(3));
        }
        inventory
    }

    fn peer(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn answer(question: Question, state: u8, inode: u32, rqueue: u32) -> Answer {
        Answer {
            state,
            inode,
            rqueue,
            local: Some(SocketAddr::from(LOCAL).into()),
            ..Answer::blank(question)
        }
    }

    #[test]
    fn a_connection_is_named_after_the_listener_in_whose_queue_it_must_be() {
        const TCP: Question = Question::Tcp(2);
        let mut inventory = pair("SOCK_STREAM");
        // The queues, the ports of the connections that wait in them, and what these are called then.
        for (queues, ports, names) in [
            ([0, 1], &[1][..], &["w2.s"][..]),
            ([1, 1], &[1, 2], &["w2.s", "w1.s"]),
            // Two more, one for each: nobody can know.
            (
                [2, 2],
                &[1, 2, 3, 4],
                &["w2.s", "w1.s", "one of w1.s, w2.s"],
            ),
            // The first was accepted, and with it one that is not known.
            ([2, 0], &[2, 3], &["one of w1.s, w2.s", "w1.s", "w1.s"]),
        ] {
            let mut answers: Vec<Answer> = [(11, queues[0]), (12, queues[1])]
                .map(|(inode, queue)| answer(TCP, 10, inode, queue))
                .to_vec();
            answers.extend(ports.iter().map(|port| Answer {
                peer: Some(peer(*port).into()),
                ..answer(TCP, 1, 0, 0)
            }));
            let answers: Vec<&Answer> = answers.iter().collect();
            inventory.choose_listeners("lab", &answers);
            for (port, name) in (1..).zip(names) {
                let found = inventory.endpoint_name("lab", Protocol::Tcp, LOCAL.into(), peer(port));
                assert_eq!(found.as_deref(), Some(*name), "{queues:?} {port}");
            }
        }
    }

    #[test]
    fn a_datagram_is_named_after_the_socket_whose_queue_alone_has_grown() {
        const UDP: Question = Question::Udp(2);
        let mut inventory = pair("SOCK_DGRAM");
        for (queues, name) in [
            ([0, 768], "w2.s"),
            ([768, 768], "w1.s"),
            ([1536, 1536], "one of w1.s, w2.s"),
            // Somebody had it before it could be seen in a queue.
            ([1536, 1536], "one of w1.s, w2.s"),
        ] {
            let answers = [(11, queues[0]), (12, queues[1])]
                .map(|(inode, queue)| answer(UDP, 7, inode, queue));
            let answers: Vec<&Answer> = answers.iter().collect();
            inventory.came("lab", &[(LOCAL.into(), peer(1))], &answers);
            let found = inventory.endpoint_name("lab", Protocol::Udp, LOCAL.into(), peer(1));
            assert_eq!(found.as_deref(), Some(name), "{queues:?}");
        }
        // What is read is no longer known to be there, until the kernel is asked again.
        let read = CallEvent {
            fd: Some(3),
            process: "w1".to_owned(),
            ..crate::event::sample::call("recvfrom", &["3"])
        };
        inventory.called(&read, Vec::new(), |_| 0);
        let answers = [(11, 768), (12, 2304)].map(|(inode, queue)| answer(UDP, 7, inode, queue));
        let answers: Vec<&Answer> = answers.iter().collect();
        inventory.came("lab", &[(LOCAL.into(), peer(1))], &answers);
        let found = inventory.endpoint_name("lab", Protocol::Udp, LOCAL.into(), peer(1));
        assert_eq!(found.as_deref(), Some("one of w1.s, w2.s"));
    }
}
