//! Why the last call failed: evidence from this lab, as plain data.

mod netlink;
mod path;
mod standing;
mod unix;

use super::Session;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::packet::headers::{Tcp, Transport, flag};
use crate::value::Address;

/// What was found out about a failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The call.
    pub call: CallEvent,
    /// Sockets that stand in the way: who holds the port.
    pub holders: Vec<SocketRow>,
    /// Packets that brought the error: the RST that refused, the ICMP message.
    pub packets: Vec<PacketEvent>,
    /// Sentences, each a fact of this lab.
    pub facts: Vec<String>,
}

impl Session {
    /// The newest failed call of a process (of any process when it has none), with what the lab knows of its cause.
    pub fn why(&mut self, process: &str) -> Option<Evidence> {
        let failed = |call: &&CallEvent| call.errno.is_some();
        let own = self
            .log()
            .calls()
            .rev()
            .find(|call| failed(call) && call.process == process);
        let call = own
            .or_else(|| self.log().calls().rev().find(failed))
            .cloned();
        // What the kernel refuses over netlink is no failed call: the recv that brings the refusal succeeds.
        let after_ns = call.as_ref().map_or(i64::MIN, |call| call.end_ns);
        if let Some(refused) = self.why_netlink_refused(process, after_ns) {
            return Some(refused);
        }
        let mut evidence = Evidence {
            call: call?,
            holders: Vec::new(),
            packets: Vec::new(),
            facts: Vec::new(),
        };
        if self.why_local(&mut evidence) {
            return Some(evidence);
        }
        match evidence.call.errno.as_deref().unwrap_or_default() {
            "EADDRINUSE" => self.why_in_use(&mut evidence),
            "ECONNREFUSED" => self.why_refused(&mut evidence),
            "ECONNRESET" | "EPIPE" => self.why_reset(&mut evidence),
            "ETIMEDOUT" => self.why_silent(&mut evidence),
            "EBADF" => self.why_bad_descriptor(&mut evidence),
            "EADDRNOTAVAIL" if !self.is_shared_network() => {
                evidence.facts.push(self.own_addresses(&evidence.call.host));
            }
            "ENETUNREACH" if !self.is_shared_network() => {
                evidence.facts.push(self.reach(&evidence.call.host));
            }
            "EPERM" | "EACCES" if self.is_shared_network() => evidence.facts.push(
                "This session runs on the machine's own network, with no more privileges than its user has; `socklab doctor` says what a private network would need.".to_owned(),
            ),
            "EINTR" => evidence
                .facts
                .push("A signal interrupted the call: Ctrl-C or `cancel`.".to_owned()),
            _ => {}
        }
        evidence.facts.extend(self.standing(&evidence.call));
        Some(evidence)
    }

    /// Gathers what is known of a failed call on a socket of a family that has no packets; false for any other.
    fn why_local(&mut self, evidence: &mut Evidence) -> bool {
        self.ledger.learn(&self.inventory);
        let call = evidence.call.clone();
        let address = call.peer.clone().or(call.local.clone());
        let party = call
            .fd
            .and_then(|fd| self.ledger.holds(&call.process, fd))
            .cloned();
        let family = party.as_ref().map_or("", Party::family);
        match (family, &address) {
            ("AF_UNIX", _)
            | (_, Some(Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed)) => {
                self.why_unix(evidence, party.as_ref());
            }
            ("AF_NETLINK", _) | (_, Some(Address::Netlink { .. })) => {
                self.why_netlink(evidence, party.as_ref());
            }
            _ => return false,
        }
        true
    }

    fn why_in_use(&mut self, evidence: &mut Evidence) {
        let wanted = evidence.call.local.clone();
        let port = wanted.as_ref().and_then(Address::port);
        let rows = self.socket_rows(None);
        evidence.holders = rows
            .into_iter()
            .filter(|row| port.is_some() && row.local.as_ref().and_then(Address::port) == port)
            .collect();
        if evidence.holders.iter().any(|row| row.state == "TIME-WAIT") {
            evidence.facts.push("A closed connection of that port is still in TIME-WAIT. SO_REUSEADDR set before bind allows the port all the same, when the socket that is in TIME-WAIT had it set as well.".to_owned());
        }
    }

    fn why_refused(&mut self, evidence: &mut Evidence) {
        let peer = evidence.call.peer.clone();
        let call = &evidence.call;
        let peer_port = peer.as_ref().and_then(Address::port);
        let found = self
            .log()
            .packets()
            .rev()
            .take_while(|packet| packet.frame.time_ns + 1_000_000_000 >= call.start_ns)
            .find(|packet| match packet.headers.transport {
                Transport::Tcp(tcp) => {
                    tcp.flags & flag::RST != 0 && peer_port.is_none_or(|port| port == tcp.srcport)
                }
                Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => icmp.quoted.is_some(),
                _ => false,
            });
        evidence.packets.extend(found.cloned());
        if let Some(port) = peer_port {
            let listening = self.socket_rows(None).into_iter().filter(|row| {
                row.state == "LISTEN" && row.local.as_ref().and_then(Address::port) == Some(port)
            });
            evidence.holders = listening.collect();
            if evidence.holders.is_empty() {
                evidence
                    .facts
                    .push(format!("No socket in this lab listens on port {port}."));
            }
        }
    }

    fn why_reset(&mut self, evidence: &mut Evidence) {
        let Some(known) = evidence
            .call
            .fd
            .and_then(|fd| self.inventory().by_fd(&evidence.call.process, fd))
        else {
            return;
        };
        let port = known.local.as_ref().and_then(Address::port);
        let ended = |packet: &&PacketEvent| {
            packet.headers.tcp().is_some_and(|tcp| {
                Some(tcp.dstport) == port && tcp.flags & (flag::RST | flag::FIN) != 0
            })
        };
        let mut found: Vec<PacketEvent> = self
            .log()
            .packets()
            .rev()
            .filter(ended)
            .take(2)
            .cloned()
            .collect();
        found.reverse();
        evidence.packets = found;
    }

    /// What this end sent last without an answer: the first of it and the last.
    fn why_silent(&mut self, evidence: &mut Evidence) {
        let local = evidence.call.fd.and_then(|fd| {
            let known = self.inventory().by_fd(&evidence.call.process, fd)?;
            known.local.as_ref().and_then(Address::port)
        });
        let Some(port) = local.filter(|port| *port != 0) else {
            return;
        };
        let asks = |tcp: &Tcp| tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN) != 0;
        let mut unanswered: Vec<&PacketEvent> = self
            .log()
            .packets()
            .rev()
            .take_while(|packet| {
                packet
                    .headers
                    .tcp()
                    .is_none_or(|tcp| tcp.dstport != port || packet.lost().is_some())
            })
            .filter(|packet| {
                packet
                    .headers
                    .tcp()
                    .is_some_and(|tcp| tcp.srcport == port && asks(tcp))
            })
            .collect();
        unanswered.reverse();
        let lost = unanswered.iter().filter(|p| p.lost().is_some()).count();
        let ends = [unanswered.first(), unanswered.last()];
        let mut found: Vec<PacketEvent> =
            ends.into_iter().flatten().map(|p| (*p).clone()).collect();
        found.dedup_by_key(|packet| packet.number);
        if let [_, _, ..] = found.as_slice() {
            let lost = match lost {
                0 => "none".to_owned(),
                all if all == unanswered.len() => "all".to_owned(),
                some => some.to_string(),
            };
            evidence.facts.push(format!(
                "This end sent {} segments and nothing came back; the wire lost {lost} of them. The first and the last:",
                unanswered.len(),
            ));
        }
        evidence.packets = found;
    }

    fn why_bad_descriptor(&mut self, evidence: &mut Evidence) {
        let Some(fd) = evidence.call.fd else { return };
        let process = evidence.call.process.clone();
        let closed = self.log().calls().rev().find(|call| {
            call.process == process
                && call.name == "close"
                && call.fd == Some(fd)
                && call.errno.is_none()
        });
        evidence.facts.push(match closed {
            Some(call) => format!(
                "{process} closed descriptor {fd} itself: command {}, close({fd}) = 0.",
                call.command
            ),
            None => format!("{process} has never had a descriptor {fd}."),
        });
    }
}
