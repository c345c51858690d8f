//! The inventory beside what the kernel of a host says of its sockets (sock_diag(7)): which states have changed, and which sockets have ended.

use super::Inventory;
use crate::event::StateEvent;
use crate::session::known::{Known, Protocol, tcp_state};
use crate::sys::diag::Answer;
use crate::value::Address;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

impl Inventory {
    /// Compares with what the kernel of a host says of all its TCP sockets, and of others their addresses; gives the changes of state.
    pub fn refresh(&mut self, host: &str, answers: &[&Answer]) -> Vec<StateEvent> {
        let mut changes = Vec::new();
        let by_inode: BTreeMap<u64, &Answer> = answers
            .iter()
            .filter(|answer| answer.inode != 0)
            .map(|answer| (u64::from(answer.inode), *answer))
            .collect();
        let without_file: HashMap<Ends, u8> = answers
            .iter()
            .filter(|answer| answer.inode == 0)
            .filter_map(|answer| {
                let ends = ends(answer.local.as_ref(), answer.peer.as_ref())?;
                Some((ends, answer.state))
            })
            .collect();
        for known in self.open.values_mut().filter(|known| known.host == host) {
            match by_inode.get(&known.inode) {
                Some(answer) => {
                    if answer
                        .local
                        .as_ref()
                        .and_then(Address::port)
                        .is_some_and(|port| port != 0)
                    {
                        known.local.clone_from(&answer.local);
                    }
                    if answer.peer.is_some() {
                        known.peer.clone_from(&answer.peer);
                    }
                    if known.protocol == Protocol::Tcp {
                        // A socket that was bound by name stays in the kernel's table, CLOSED, beside what it left in TIME-WAIT.
                        let state = match tcp_state(answer.state) {
                            "CLOSED" => remains(&without_file, known),
                            state => state,
                        };
                        changes.extend(known.enter(state));
                    }
                }
                // TIME-WAIT is kept by the kernel apart from the socket, which is done with it; without that, a socket that is
                // neither bound nor connected is in no table of the kernel.
                None if known.protocol == Protocol::Tcp => {
                    let state = remains(&without_file, known);
                    changes.extend(known.enter(state));
                }
                None => {}
            }
        }
        // A new connection between the same ends is no closed socket's.
        self.orphans.retain(|known| {
            let over = matches!(known.state(), "TIME-WAIT" | "CLOSED") && known.states.len() > 1;
            let begins = || {
                matches!(
                    remains(&without_file, known),
                    "SYN-RECEIVED" | "ESTABLISHED"
                )
            };
            known.host != host || !over || !begins()
        });
        self.choose_listeners(host, answers);
        changes.extend(self.settle(host, &by_inode));
        // A closed end keeps its name for the packets that may still be shown; the list is bounded.
        for known in self.orphans.iter_mut().filter(|known| known.host == host) {
            let state = remains(&without_file, known);
            changes.extend(known.enter(state));
        }
        self.version += 1;
        changes
    }

    /// What became of the sockets of a host that no process has a descriptor of.
    fn settle(&mut self, host: &str, by_inode: &BTreeMap<u64, &Answer>) -> Vec<StateEvent> {
        let mut changes = Vec::new();
        for mut adrift in std::mem::take(&mut self.adrift) {
            if adrift.known.host != host {
                self.adrift.push(adrift);
                continue;
            }
            let inode = adrift.known.inode;
            if let Some(answer) = by_inode.get(&inode) {
                if adrift.known.protocol == Protocol::Tcp {
                    changes.extend(adrift.known.enter(tcp_state(answer.state)));
                }
                self.adrift.push(adrift);
                continue;
            }
            // A socket that was never bound is in no table of the kernel (but AF_UNIX has one for all).
            let unlisted = adrift.known.local.is_none()
                && adrift.known.arguments.first().map(String::as_str) != Some("AF_UNIX");
            if unlisted && (!adrift.calls.is_empty() || self.flight(inode).is_some()) {
                self.adrift.push(adrift);
                continue;
            }
            self.flights.retain(|(carried, _)| *carried != inode);
            self.gone.push(adrift.known.clone());
            if adrift.known.protocol == Protocol::Tcp {
                self.orphan(adrift.known);
            }
        }
        changes
    }
}

/// Both ends of a connection; an IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 section 2.5.5.2).
type Ends = (SocketAddr, SocketAddr);

fn ends(local: Option<&Address>, peer: Option<&Address>) -> Option<Ends> {
    let end = |address: &Address| {
        Some(SocketAddr::new(
            address.ip()?.to_canonical(),
            address.port()?,
        ))
    };
    Some((end(local?)?, end(peer?)?))
}

/// What the kernel keeps of a connection that no descriptor holds any more.
fn remains(without_file: &HashMap<Ends, u8>, known: &Known) -> &'static str {
    ends(known.local.as_ref(), known.peer.as_ref())
        .and_then(|ends| without_file.get(&ends))
        .map_or("CLOSED", |state| tcp_state(*state))
}

#[cfg(test)]
mod tests {
    use crate::session::inventory::Inventory;
    use crate::sys::diag::{Answer, Question};
    use std::net::SocketAddr;

    #[test]
    fn a_bound_socket_that_the_kernel_lists_as_closed_is_in_the_state_of_what_it_left() {
        let local = SocketAddr::from(([10, 0, 0, 1], 5000));
        let peer = SocketAddr::from(([10, 0, 0, 2], 5000));
        let mut inventory = Inventory::default();
        let mut socket = crate::event::sample::call("socket", &["AF_INET", "SOCK_STREAM", "0"]);
        socket.made = vec![4];
        inventory.called(&socket, Vec::new(), |fd| fd as u64);
        let answer = |state: u8, inode: u32| Answer {
            state,
            inode,
            local: Some(local.into()),
            peer: Some(peer.into()),
            ..Answer::blank(Question::Tcp(2))
        };
        // The states of include/net/tcp_states.h: FIN_WAIT1 is 4, TIME_WAIT 6, CLOSE 7, CLOSING 11.
        let mut told = Vec::new();
        for (own, left) in [(4, None), (11, None), (7, Some(6)), (7, None)] {
            let mut answers = vec![answer(own, 4)];
            answers.extend(left.map(|state| answer(state, 0)));
            let answers: Vec<&Answer> = answers.iter().collect();
            told.extend(
                inventory
                    .refresh("lab", &answers)
                    .into_iter()
                    .map(|change| change.to),
            );
        }
        assert_eq!(told, ["FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"]);
    }
}
