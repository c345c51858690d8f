//! Which sockets the session knows: who owns each, what it is called, and its state as the kernel last told it.

use crate::event::{CallEvent, StateEvent};
use crate::packet::headers::{Headers, Transport};
use crate::sys::diag::Answer;
use crate::value::{Address, Value};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

/// The RFC 9293 name of a state number of linux/tcp_states.h.
pub fn tcp_state(number: u8) -> &'static str {
    match number {
        1 => "ESTABLISHED",
        2 => "SYN-SENT",
        3 | 12 => "SYN-RECEIVED",
        4 => "FIN-WAIT-1",
        5 => "FIN-WAIT-2",
        6 => "TIME-WAIT",
        8 => "CLOSE-WAIT",
        9 => "LAST-ACK",
        10 => "LISTEN",
        11 => "CLOSING",
        _ => "CLOSED",
    }
}

/// What a socket is, as its `socket` call said or the descriptor it came from implies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Anything else.
    Other,
}

/// A socket a process of the session holds, or held until the connection is gone.
#[derive(Clone, Debug)]
pub struct Known {
    /// The process.
    pub process: String,
    /// The host it lives on.
    pub host: String,
    /// Its descriptor; `None` once closed.
    pub fd: Option<i32>,
    /// The inode behind the descriptor; 0 when it could not be read.
    pub inode: u64,
    /// The variable that holds it, newest last; empty when none does.
    pub names: Vec<String>,
    /// Family, type and protocol as `socket` named them, or as inherited.
    pub arguments: Vec<String>,
    /// What carries its data.
    pub protocol: Protocol,
    /// Local address as far as known.
    pub local: Option<Address>,
    /// Remote address as far as known.
    pub peer: Option<Address>,
    /// True after `listen`.
    pub listening: bool,
    /// True when IPV6_V6ONLY was set: bound to any address of IPv6, it takes nothing of IPv4.
    pub only_v6: bool,
    /// Its TCP state and the states it has been in, oldest first.
    pub states: Vec<&'static str>,
}

impl Known {
    /// What it is called in one process: its newest name, or `fd 4`.
    pub fn label(&self) -> String {
        match (self.names.last(), self.fd) {
            (Some(name), _) => name.clone(),
            (None, Some(fd)) => format!("fd {fd}"),
            (None, None) => "closed socket".to_owned(),
        }
    }

    /// The state it is in now (TCP only).
    pub fn state(&self) -> &'static str {
        self.states.last().copied().unwrap_or("CLOSED")
    }

    fn enter(&mut self, state: &'static str) -> Option<StateEvent> {
        let from = self.state();
        if from == state {
            return None;
        }
        // A path that runs in circles (a socket connected again and again) is kept only as far as anyone looks.
        if self.states.len() >= 64 {
            self.states.remove(0);
        }
        self.states.push(state);
        Some(StateEvent {
            process: self.process.clone(),
            socket: self.label(),
            from,
            to: state,
        })
    }
}

/// What keeps a socket alive that no process has a descriptor of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// A message (SCM_RIGHTS) of this number that nobody has received yet.
    Flight(u64),
    /// A call that began before the descriptor was closed, and has not returned: the job and the thread within it, and its line so far.
    Call {
        /// The job; 0 is the main thread.
        job: u32,
        /// The thread within the job.
        thread: u32,
        /// `accept(3)`.
        invocation: String,
    },
}

/// A socket whose descriptor was closed and that has not ended yet.
#[derive(Clone, Debug)]
pub struct Adrift {
    /// What is known of it.
    pub known: Known,
    /// The descriptor it had.
    pub fd: i32,
    /// The calls that hold it.
    pub calls: Vec<Hold>,
}

/// All sockets of the session.
#[derive(Debug, Default)]
pub struct Inventory {
    open: BTreeMap<(String, i32), Known>,
    /// Closed by their process, while a message or a call holds them; or the kernel has not been asked since.
    adrift: Vec<Adrift>,
    /// Sockets that messages carry: the inode, and the number of the message.
    flights: Vec<(u64, u64)>,
    /// Sockets that were adrift and have ended, until somebody asks for them.
    gone: Vec<Known>,
    /// Closed by their process, but still a TCP connection to the kernel.
    orphans: Vec<Known>,
    /// Rises with every change, so that others can keep what they derived.
    pub version: u64,
}

/// At most this many closed connections are remembered by name.
const ORPHANS: usize = 4096;

impl Inventory {
    /// Takes a returned call into account. `inode` tells what a new descriptor of the process is; `calls` are those that still hold the
    /// socket whose descriptor it closed.
    pub fn called(&mut self, call: &CallEvent, calls: Vec<Hold>, inode: impl Fn(i32) -> u64) {
        if call.errno.is_some() && !matches!(call.name.as_str(), "connect" | "send" | "sendto") {
            return;
        }
        let key = call.fd.map(|fd| (call.process.clone(), fd));
        let lent = self.lent(call);
        let before = match lent {
            Some(place) => Some(self.adrift[place].known.clone()),
            None => key.as_ref().and_then(|key| self.open.get(key)).cloned(),
        };
        let takes = call.name == "recvmsg" && !call.args.iter().any(|arg| arg.contains("MSG_PEEK"));
        for fd in &call.made {
            let known = self.newborn(call, *fd, before.as_ref(), inode(*fd));
            if takes && let Some(place) = self.flight(known.inode) {
                self.flights.remove(place);
            }
            self.adrift
                .retain(|adrift| known.inode == 0 || adrift.known.inode != known.inode);
            self.open.insert((call.process.clone(), *fd), known);
        }
        if let Some(place) = self.lent(call) {
            // The call has returned: it holds nothing any more.
            self.adrift[place].calls.retain(|hold| !is_of(hold, call));
            self.version += 1;
            return;
        }
        if let Some(known) = key.as_ref().and_then(|key| self.open.get_mut(key)) {
            match call.name.as_str() {
                "bind" | "getsockname" => known.local = call.local.clone().or(known.local.take()),
                "listen" => known.listening = true,
                "setsockopt" => {
                    if let [_, _, name, value, ..] = call.args.as_slice()
                        && name == "IPV6_V6ONLY"
                    {
                        known.only_v6 = value.trim_matches(['[', ']']) != "0";
                    }
                }
                "connect" => known.peer = call.peer.clone().or(known.peer.take()),
                _ => {}
            }
        }
        if call.name == "close"
            && let Some(key) = key
        {
            self.let_go(&key, calls);
        }
        self.version += 1;
    }

    /// A descriptor is closed. The socket ends with it, unless another descriptor, a message or a call holds it.
    fn let_go(&mut self, key: &(String, i32), calls: Vec<Hold>) {
        let Some(mut known) = self.open.remove(key) else {
            return;
        };
        if known.names.is_empty() {
            known.names.extend(known.fd.map(|fd| format!("fd {fd}")));
        }
        known.fd = None;
        let held = known.inode != 0 && self.open.values().any(|other| other.inode == known.inode);
        if held {
            return;
        }
        // Of what the kernel tells without being asked for more, it says itself whether it has ended.
        let is_told = known.protocol != Protocol::Other;
        let carried = !calls.is_empty() || self.flight(known.inode).is_some();
        if known.inode != 0 && (is_told || carried) {
            self.adrift.push(Adrift {
                known,
                fd: key.1,
                calls,
            });
        } else if known.protocol == Protocol::Tcp {
            self.orphan(known);
        }
    }

    fn orphan(&mut self, known: Known) {
        if self.orphans.len() >= ORPHANS {
            self.orphans.remove(0);
        }
        self.orphans.push(known);
    }

    /// The place of the socket that a call held while its descriptor was closed.
    fn lent(&self, call: &CallEvent) -> Option<usize> {
        self.adrift.iter().position(|adrift| {
            adrift.known.process == call.process
                && Some(adrift.fd) == call.fd
                && adrift.calls.iter().any(|hold| is_of(hold, call))
        })
    }

    fn flight(&self, inode: u64) -> Option<usize> {
        self.flights
            .iter()
            .position(|(carried, _)| *carried == inode && inode != 0)
    }

    /// A message of this number carries the socket.
    pub fn sent(&mut self, inode: u64, message: u64) {
        const FLIGHTS: usize = 10_000;
        if inode != 0 && self.flights.len() < FLIGHTS {
            self.flights.push((inode, message));
        }
    }

    /// How many sockets are in messages that nobody has received.
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// Messages were read, with all they carried.
    pub fn landed(&mut self, messages: &[u64]) {
        self.flights
            .retain(|(_, message)| !messages.contains(message));
    }

    /// What holds a socket besides descriptors: messages first.
    pub fn holds_of(&self, inode: u64) -> Vec<Hold> {
        let flights = self.flights.iter().filter(|(carried, _)| *carried == inode);
        let calls = self
            .adrift
            .iter()
            .filter(|adrift| adrift.known.inode == inode);
        flights
            .map(|(_, message)| Hold::Flight(*message))
            .chain(calls.flat_map(|adrift| adrift.calls.iter().cloned()))
            .collect()
    }

    /// True when another descriptor or a message holds a socket: what is closed then sends nothing.
    pub fn is_open_or_in_flight(&self, inode: u64) -> bool {
        let mut open = self.open.values();
        inode != 0 && (open.any(|known| known.inode == inode) || self.flight(inode).is_some())
    }

    /// The sockets that no process has a descriptor of, and that have not ended as far as is known.
    pub fn adrift(&self) -> impl Iterator<Item = &Adrift> {
        self.adrift.iter()
    }

    /// True when the kernel must be asked for more than connections, to learn whether a socket has ended.
    pub fn asks_for_more(&self) -> bool {
        self.adrift
            .iter()
            .any(|adrift| adrift.known.protocol == Protocol::Other)
    }

    /// The sockets that were adrift and have ended since this was asked last.
    pub fn take_gone(&mut self) -> Vec<Known> {
        std::mem::take(&mut self.gone)
    }

    fn newborn(&self, call: &CallEvent, fd: i32, parent: Option<&Known>, inode: u64) -> Known {
        let twin = self.by_inode(inode);
        let mut known = Known {
            process: call.process.clone(),
            host: call.host.clone(),
            fd: Some(fd),
            inode,
            names: Vec::new(),
            arguments: Vec::new(),
            protocol: Protocol::Other,
            local: None,
            peer: None,
            listening: false,
            only_v6: false,
            states: vec!["CLOSED"],
        };
        match (call.name.as_str(), parent, twin) {
            ("socket" | "socketpair", ..) => {
                known.arguments.clone_from(&call.args);
                known.protocol = protocol(&call.args);
            }
            (name, Some(parent), _) if name.starts_with("accept") => {
                known.arguments.clone_from(&parent.arguments);
                known.protocol = parent.protocol;
                known.local.clone_from(&parent.local);
                known.peer.clone_from(&call.peer);
                // The kernel made the connection before accept was called: it does not begin as CLOSED.
                known.states = vec!["ESTABLISHED"];
            }
            (_, _, Some(twin)) => {
                known.arguments.clone_from(&twin.arguments);
                known.protocol = twin.protocol;
                known.local.clone_from(&twin.local);
                known.peer.clone_from(&twin.peer);
                known.listening = twin.listening;
                known.only_v6 = twin.only_v6;
                known.states.clone_from(&twin.states);
            }
            _ => {}
        }
        known
    }

    /// A variable of a process was given a value.
    pub fn assigned(&mut self, process: &str, name: &str, value: &Value) {
        for known in self
            .open
            .values_mut()
            .filter(|known| known.process == process)
        {
            known.names.retain(|held| held != name);
        }
        if let Value::Socket(fd) = value
            && let Some(known) = self.open.get_mut(&(process.to_owned(), *fd))
        {
            known.names.push(name.to_owned());
        }
        self.version += 1;
    }

    /// A process forked: the child holds the same sockets under the same numbers and names, until one of them closes its own.
    pub fn forked(&mut self, parent: &str, child: &str) {
        if self.open.keys().any(|(owner, _)| owner == child) {
            return;
        }
        let copies: Vec<Known> = self
            .open
            .values()
            .filter(|known| known.process == parent)
            .map(|known| Known {
                process: child.to_owned(),
                ..known.clone()
            })
            .collect();
        for known in copies {
            if let Some(fd) = known.fd {
                self.open.insert((child.to_owned(), fd), known);
            }
        }
        self.version += 1;
    }

    /// A process ended: the kernel closed all it held.
    pub fn ended(&mut self, process: &str) {
        let gone: Vec<(String, i32)> = self
            .open
            .keys()
            .filter(|(owner, _)| owner == process)
            .cloned()
            .collect();
        for key in gone {
            self.let_go(&key, Vec::new());
        }
        // Its calls have ended with it.
        for adrift in &mut self.adrift {
            if adrift.known.process == process {
                adrift.calls.clear();
            }
        }
        self.version += 1;
    }

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

    /// The kernel gave a netlink socket a port id.
    pub fn learn_port(&mut self, inode: u64, pid: u32) {
        for known in self.open.values_mut().filter(|known| known.inode == inode) {
            let groups = match known.local {
                Some(Address::Netlink { groups, .. }) => groups,
                _ => 0,
            };
            known.local = Some(Address::Netlink { pid, groups });
        }
        self.version += 1;
    }

    /// The sockets that processes hold, by process and descriptor.
    pub fn open(&self) -> impl Iterator<Item = &Known> {
        self.open.values()
    }

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

    /// The name of a socket on a screen that shows all processes: plain when no other process uses it, else with the process.
    pub fn shown(&self, known: &Known) -> String {
        let label = known.label();
        let shared = self
            .open
            .values()
            .any(|other| other.process != known.process && other.label() == label);
        if shared {
            format!("{}.{label}", known.process)
        } else {
            label
        }
    }
}

/// True when a hold is that of the strand that made a call.
fn is_of(hold: &Hold, call: &CallEvent) -> bool {
    matches!(hold, Hold::Call { job, thread, .. } if (*job, *thread) == (call.job, call.thread))
}

/// The protocol of a packet's transport, as the inventory names it.
pub fn protocol_of(headers: &Headers) -> Protocol {
    match headers.transport {
        Transport::Tcp(_) => Protocol::Tcp,
        Transport::Udp(_) => Protocol::Udp,
        _ => Protocol::Other,
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

fn protocol(arguments: &[String]) -> Protocol {
    let [family, kind, protocol, ..] = arguments else {
        return Protocol::Other;
    };
    let inet = family == "AF_INET" || family == "AF_INET6";
    let plain = matches!(
        protocol.as_str(),
        "0" | "IPPROTO_TCP" | "IPPROTO_UDP" | "IPPROTO_IP"
    );
    match kind.split('|').next() {
        Some("SOCK_STREAM") if inet && plain => Protocol::Tcp,
        Some("SOCK_DGRAM") if inet && plain => Protocol::Udp,
        _ => Protocol::Other,
    }
}

/// True when both are the same endpoint; an IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 section 2.5.5.2).
fn same_address(one: Option<&Address>, other: Option<&Address>) -> bool {
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
fn covers(bound: Option<&Address>, address: &Address) -> bool {
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
    use crate::sys::diag::Question;

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

    #[test]
    fn a_bound_socket_that_the_kernel_lists_as_closed_is_in_the_state_of_what_it_left() {
        let local = SocketAddr::from(([10, 0, 0, 1], 5000));
        let peer = SocketAddr::from(([10, 0, 0, 2], 5000));
        let mut inventory = Inventory::default();
        let mut socket = call("socket", None, &["AF_INET", "SOCK_STREAM", "0"], None);
        socket.made = vec![4];
        inventory.called(&socket, Vec::new(), |fd| fd as u64);
        let answer = |state: u8, inode: u32| Answer {
            question: Question::Tcp(2),
            state,
            socket_type: 0,
            protocol: 0,
            timer: 0,
            retransmits: 0,
            expires_ms: 0,
            rqueue: 0,
            wqueue: 0,
            congestion_control: String::new(),
            inode,
            local: Some(local.into()),
            peer: Some(peer.into()),
            peer_inode: None,
            file: None,
            shutdown: 0,
            tcp_info: Vec::new(),
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
