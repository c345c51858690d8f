//! Which of the session's sockets is meant: by its descriptor, its name, its inode, or the addresses of a packet.

use super::{Inventory, ONE_OF};
use crate::session::known::{Known, Protocol};
use crate::value::Address;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Of the sockets that share an address so many are named.
const NAMED: usize = 3;

impl Inventory {
    /// The socket a process holds under a descriptor.
    pub fn by_fd(&self, process: &str, fd: i32) -> Option<&Known> {
        self.open.get(&(process.to_owned(), fd))
    }

    /// The socket a process knows under a name; also one it has closed, if no open one has the name.
    pub fn by_name(&self, process: &str, name: &str) -> Option<&Known> {
        let named = |known: &&Known| {
            known.process == process && known.names.iter().any(|held| held == name)
        };
        self.open
            .values()
            .find(named)
            .or_else(|| self.unheld().rev().find(named))
            .or_else(|| self.orphans.iter().rev().find(named))
    }

    /// The socket that a text names for a process: its own variable, `process.variable`, `process.descriptor`, or the variable of the only
    /// other process that has one of this name.
    pub fn find(&self, process: &str, text: &str) -> Option<&Known> {
        let elsewhere = || {
            let (process, name) = text.rsplit_once('.')?;
            let fd = name.parse().ok();
            fd.and_then(|fd| self.by_fd(process, fd))
                .or_else(|| self.by_name(process, name))
                .or_else(|| self.by_name(process, text))
        };
        let anywhere = || {
            let named = |known: &&Known| known.names.iter().any(|name| name == text);
            let mut found = self.open.values().filter(named);
            found.next().filter(|_| found.next().is_none())
        };
        self.by_name(process, text)
            .or_else(elsewhere)
            .or_else(anywhere)
    }

    /// The socket with this inode.
    pub fn by_inode(&self, inode: u64) -> Option<&Known> {
        self.open
            .values()
            .chain(self.unheld())
            .find(|known| inode != 0 && known.inode == inode)
    }

    fn unheld(&self) -> impl DoubleEndedIterator<Item = &Known> {
        self.adrift.iter().map(|adrift| &adrift.known)
    }

    /// Who on a host sends from `local` to `peer`: the connected socket, else one bound to the port, else a closed one.
    pub fn endpoint(
        &self,
        host: &str,
        protocol: Protocol,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> Option<&Known> {
        let (local, peer) = (Address::from(local), Address::from(peer));
        let same = |known: &&Known| known.protocol == protocol && known.host == host;
        let connected = |known: &&Known| {
            same(known)
                && same_address(known.local.as_ref(), Some(&local))
                && same_address(known.peer.as_ref(), Some(&peer))
        };
        let bound = |known: &&Known| {
            same(known)
                && known.peer.is_none()
                && covers(known.local.as_ref(), &local)
                && !(known.only_v6 && local.ip().is_some_and(|ip| ip.to_canonical().is_ipv4()))
        };
        // A listener before one that is only bound; then the address itself before any address, and its family before both.
        let fits = |known: &&Known| {
            let bound = known.local.as_ref().and_then(Address::ip);
            let same_family = bound.map(|ip| ip.is_ipv4()) == local.ip().map(|ip| ip.is_ipv4());
            let exactly = bound.is_some_and(|ip| !ip.is_unspecified());
            (!known.listening, !exactly, !same_family)
        };
        self.open
            .values()
            .find(connected)
            .or_else(|| self.unheld().rev().find(connected))
            .or_else(|| self.orphans.iter().rev().find(connected))
            .or_else(|| self.open.values().filter(bound).min_by_key(fits))
            .or_else(|| self.unheld().rev().filter(bound).min_by_key(fits))
    }

    /// The listener that had the connection of these addresses at this time, in nanoseconds since the epoch, where an accept has given it
    /// since.
    pub fn listener_at(
        &self,
        host: &str,
        (local, peer): (SocketAddr, SocketAddr),
        time_ns: i64,
    ) -> Option<&Known> {
        let known = self.endpoint(host, Protocol::Tcp, local, peer)?;
        let (listener, since_ns) = known.accepted?;
        let mut open = self.open.values();
        open.find(|known| since_ns > time_ns && known.inode == listener)
    }

    /// What who sends from `local` to `peer` is called: its name, or `one of w1.s, w2.s` where several sockets share the address
    /// (SO_REUSEPORT) and nothing has told yet which of them the kernel chose.
    pub fn endpoint_name(
        &self,
        host: &str,
        protocol: Protocol,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> Option<String> {
        let known = self.endpoint(host, protocol, local, peer)?;
        let mut sockets = self.alike(known);
        if local.ip().is_multicast() {
            // A copy goes to each of them.
            return Some(self.list(&sockets));
        }
        if let Some(chosen) = self.chosen.get(&(protocol, host.to_owned(), local, peer)) {
            sockets.retain(|known| known.inode == *chosen);
        }
        Some(match sockets.as_slice() {
            [] => self.shown(known),
            [one] => self.shown(one),
            several => format!("{ONE_OF}{}", self.list(several)),
        })
    }

    fn list(&self, sockets: &[&Known]) -> String {
        let names = sockets.iter().take(NAMED);
        let names: Vec<String> = names.map(|known| self.shown(known)).collect();
        let more = match sockets.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", names.join(", "))
    }

    /// The name of a socket on a screen that shows all processes: plain when no other process uses it, else with the process.
    pub fn shown(&self, known: &Known) -> String {
        let mut others = self.open.values();
        let shared =
            others.any(|other| other.process != known.process && other.is_called_as(known));
        shown(known, shared)
    }

    /// The open sockets with their names on such a screen.
    pub fn all_shown(&self) -> impl Iterator<Item = (&Known, String)> {
        let mut users = HashMap::new();
        for known in self.open.values() {
            let entry = users.entry(known.called());
            let (first, shared) = entry.or_insert((&known.process, false));
            *shared |= *first != &known.process;
        }
        self.open.values().map(move |known| {
            let shared = users
                .get(&known.called())
                .is_some_and(|(_, shared)| *shared);
            (known, shown(known, shared))
        })
    }
}

fn shown(known: &Known, shared: bool) -> String {
    let label = known.label();
    if shared {
        format!("{}.{label}", known.process)
    } else {
        label
    }
}

/// True when both are the same endpoint; an IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 section 2.5.5.2).
pub(in crate::session) fn same_address(one: Option<&Address>, other: Option<&Address>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            one == other
                || (one.port() == other.port()
                    && one
                        .ip()
                        .zip(other.ip())
                        .is_some_and(|(a, b)| a.to_canonical() == b.to_canonical()))
        }
        _ => false,
    }
}

/// True when a socket bound to `bound` receives what is sent to `address`.
pub(in crate::session) fn covers(bound: Option<&Address>, address: &Address) -> bool {
    let Some(bound) = bound else { return false };
    bound.port() == address.port()
        && bound.ip().zip(address.ip()).is_some_and(|(bound, ip)| {
            bound.to_canonical() == ip.to_canonical()
                || bound.is_unspecified() && (bound.is_ipv6() || ip.is_ipv4())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::CallEvent;

    fn call(name: &str, fd: Option<i32>, args: &[&str], local: Option<SocketAddr>) -> CallEvent {
        CallEvent {
            fd,
            local: local.map(Address::from),
            start_ns: 5,
            end_ns: 6,
            ..crate::event::sample::call(name, args)
        }
    }

    #[test]
    fn a_connection_is_its_listeners_until_accept_has_returned() {
        let mut inventory = Inventory::default();
        let [local, peer] = [5000, 40_000].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let mut socket = call("socket", None, &["AF_INET", "SOCK_STREAM", "0"], None);
        socket.made = vec![3];
        inventory.called(&socket, Vec::new(), |_| 11);
        inventory.called(&call("bind", Some(3), &[], Some(local)), Vec::new(), |_| 0);
        inventory.called(&call("listen", Some(3), &[], None), Vec::new(), |_| 0);
        let mut accept = call("accept", Some(3), &["3"], None);
        accept.made = vec![4];
        accept.peer = Some(peer.into());
        inventory.called(&accept, Vec::new(), |_| 12);
        let fd = |known: Option<&Known>| known.and_then(|known| known.fd);
        let had = |time_ns| fd(inventory.listener_at("lab", (local, peer), time_ns));
        assert_eq!([had(5), had(6)], [Some(3), None]);
        let now = inventory.endpoint("lab", Protocol::Tcp, local, peer);
        assert_eq!(fd(now), Some(4));
    }

    #[test]
    fn sockets_that_share_an_address_are_named_together() {
        let mut inventory = Inventory::default();
        let local = SocketAddr::from(([127, 0, 0, 1], 5000));
        for (process, inode) in [("w1", 11), ("w2", 12), ("w3", 12)] {
            let of = |mut call: CallEvent| {
                call.process = process.to_owned();
                call
            };
            let mut socket = of(call("socket", None, &["AF_INET", "SOCK_DGRAM", "0"], None));
            socket.made = vec![3];
            inventory.called(&socket, Vec::new(), |_| inode);
            inventory.called(
                &of(call("bind", Some(3), &[], Some(local))),
                Vec::new(),
                |_| 0,
            );
            inventory.assigned(process, "s", &crate::value::Value::Socket(3));
        }
        let name = |inventory: &Inventory| {
            let peer = SocketAddr::from(([127, 0, 0, 1], 4000));
            inventory.endpoint_name("lab", Protocol::Udp, local, peer)
        };
        assert_eq!(name(&inventory).as_deref(), Some("one of w1.s, w2.s"));
        inventory.ended("w1");
        assert_eq!(name(&inventory).as_deref(), Some("w2.s"));
    }

    #[test]
    fn of_two_sockets_at_a_port_the_one_that_hears_the_address_has_the_name() {
        let any_v4 = SocketAddr::from(([0, 0, 0, 0], 5000));
        let any_v6: SocketAddr = "[::]:5000".parse().expect("an address");
        let host_v4 = SocketAddr::from(([10, 0, 0, 2], 5000));
        let host_v6: SocketAddr = "[fd00::2]:5000".parse().expect("an address");
        let peer = SocketAddr::from(([10, 0, 0, 1], 4000));
        // Where two sockets are bound, whether the second is for IPv6 alone, and whose a packet to an address is.
        let cases = [
            ([any_v4, any_v6], "[1]", host_v4, Some(4)),
            ([any_v4, any_v6], "[1]", host_v6, Some(5)),
            ([any_v4, any_v6], "[0]", host_v6, Some(5)),
            ([host_v6, any_v6], "[1]", host_v4, None),
            ([host_v6, any_v6], "[0]", host_v4, Some(5)),
            ([any_v6, host_v4], "[0]", host_v4, Some(5)),
        ];
        for (bound, alone, address, expected) in cases {
            let mut inventory = Inventory::default();
            for (fd, local) in [4, 5].into_iter().zip(bound) {
                let family = if local.is_ipv4() {
                    "AF_INET"
                } else {
                    "AF_INET6"
                };
                let mut socket = call("socket", None, &[family, "SOCK_STREAM", "0"], None);
                socket.made = vec![fd];
                inventory.called(&socket, Vec::new(), |fd| fd as u64);
                inventory.called(&call("bind", Some(fd), &[], Some(local)), Vec::new(), |_| 0);
                inventory.called(&call("listen", Some(fd), &[], None), Vec::new(), |_| 0);
            }
            let only = ["5", "IPPROTO_IPV6", "IPV6_V6ONLY", alone, "4"];
            inventory.called(&call("setsockopt", Some(5), &only, None), Vec::new(), |_| 0);
            let found = inventory.endpoint("lab", Protocol::Tcp, address, peer);
            let fd = found.and_then(|known| known.fd);
            assert_eq!(fd, expected, "{bound:?} {alone} {address}");
        }
    }
}
