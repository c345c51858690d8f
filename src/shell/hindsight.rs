//! What happened since a mark: the calls, the packets, and who was at their ends. Not what is demanded of it (`expecting`).

use super::Shell;
use super::expecting::Since;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::lesson::difference::Seen;
use crate::session::known::protocol_of;
use std::net::{IpAddr, SocketAddr};

impl Shell {
    /// The calls that count, of one process or of all. Of a program's name they are those of the newest that has it.
    pub(super) fn calls_since<'a>(
        &'a self,
        who: Option<&'a str>,
        since: &Since,
    ) -> impl Iterator<Item = &'a CallEvent> {
        let log = self.session.log();
        let newest = log.calls_made().saturating_sub(since.calls);
        let skipped = log.calls().count() as u64 - newest.min(log.calls().count() as u64);
        let began_ns = who.and_then(|who| self.session.program_start(who));
        log.calls()
            .skip(skipped as usize)
            .filter(move |call| who.is_none_or(|who| call.process == who))
            .filter(move |call| began_ns.is_none_or(|began_ns| call.start_ns >= began_ns))
    }

    /// The packets that count, oldest first.
    pub(super) fn packets_since(&self, since: &Since) -> impl Iterator<Item = &PacketEvent> {
        let from = since.packet;
        let newer = self
            .session
            .log()
            .packets()
            .rev()
            .take_while(|packet| packet.number >= from)
            .count();
        let all = self.session.log().packets().count();
        self.session.log().packets().skip(all - newer)
    }

    /// A packet with every name its ends answer to.
    pub(super) fn seen<'a>(&self, packet: &'a PacketEvent) -> Seen<'a> {
        let names = |label: &str, place: Option<IpAddr>, ends: Option<(SocketAddr, SocketAddr)>| {
            let mut names: Vec<String> = Vec::new();
            let mut add = |name: &str| {
                if !name.is_empty() && !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            };
            add(label);
            let host = place.and_then(|address| self.host_at(address, packet));
            let known = host.zip(ends).and_then(|(host, (local, peer))| {
                let protocol = protocol_of(&packet.headers);
                let inventory = self.session.inventory();
                inventory.endpoint(host, protocol, local, peer)
            });
            if let Some(known) = known {
                for name in known.names.iter().rev() {
                    add(name);
                    add(&format!("{}.{name}", known.process));
                }
                add(&known.process);
            }
            if let Some((process, name)) = label.split_once('.') {
                add(name);
                add(process);
            }
            add(host.unwrap_or_default());
            names
        };
        let ends = packet.headers.endpoints();
        let (from, to) = packet.headers.addresses().unzip();
        Seen {
            packet,
            from: names(&packet.from, from, ends),
            to: names(&packet.to, to, ends.map(|(from, to)| (to, from))),
        }
    }

    /// The host that has an address; a host's own loopback is the host a packet was seen on.
    pub(super) fn host_at<'a>(
        &'a self,
        address: IpAddr,
        packet: &'a PacketEvent,
    ) -> Option<&'a str> {
        if address.to_canonical().is_loopback() {
            return Some(&packet.host);
        }
        let hosts = self.session.hosts().all();
        let at = hosts
            .iter()
            .find(|machine| machine.addresses().contains(&address.to_canonical()));
        at.map(|machine| machine.name.as_str())
    }

    /// The call that says how the last command went: its last one, but for the close with which `create_connection` and its
    /// kind tidy up after a failure.
    pub(super) fn telling_call(&self, process: &str) -> Option<&CallEvent> {
        let mut own = self
            .session
            .log()
            .calls()
            .rev()
            .filter(|call| call.process == process);
        let last = own.next()?;
        if last.name != "close" {
            return Some(last);
        }
        let before = own
            .take_while(|call| (call.command, call.job) == (last.command, last.job))
            .find(|call| call.name != "close");
        Some(before.filter(|call| call.errno.is_some()).unwrap_or(last))
    }
}
