//! The sockets of the session, as its calls make, name, pass on and close them. What the kernel says of them is put beside it in `refresh`,
//! and which one a packet belongs to is found in `endpoint`.

mod endpoint;
mod refresh;
mod sharing;

use super::known::{Known, Protocol, protocol};
use crate::event::CallEvent;
use crate::event::transfer::is_sending;
use crate::value::{Address, Value};
pub(super) use endpoint::{covers, same_address};
use sharing::Flow;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

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
    met_ipv6: bool,
    /// Which of the sockets that share an address (SO_REUSEPORT) the kernel chose, by their inodes.
    chosen: HashMap<Flow, u64>,
    /// Rises with every change, so that others can keep what they derived.
    pub version: u64,
}

/// Begins what an end is called that several sockets may be.
pub const ONE_OF: &str = "one of ";

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
        self.make(call, before.as_ref(), inode);
        if let Some(place) = self.lent(call) {
            // The call has returned: it holds nothing any more.
            self.adrift[place].calls.retain(|hold| !is_of(hold, call));
            self.version += 1;
            return;
        }
        if let Some(known) = key.as_ref().and_then(|key| self.open.get_mut(key)) {
            known.learn(call);
        }
        if call.name == "close"
            && let Some(key) = key
        {
            self.let_go(&key, calls);
        }
        if call.name == "close_range" {
            self.close_range(call);
        }
        // Names, addresses and who holds what stay as they are when bytes move.
        if is_sending(&call.name).is_none() || !call.made.is_empty() {
            self.version += 1;
        }
    }

    /// The descriptors that a call has made stand for new sockets, or for one that was known.
    fn make(&mut self, call: &CallEvent, before: Option<&Known>, inode: impl Fn(i32) -> u64) {
        let takes = call.name == "recvmsg" && !call.args.iter().any(|arg| arg.contains("MSG_PEEK"));
        for fd in &call.made {
            let mut known = self.newborn(call, *fd, before, inode(*fd));
            if takes && let Some(place) = self.flight(known.inode) {
                self.flights.remove(place);
            }
            self.adrift
                .retain(|adrift| known.inode == 0 || adrift.known.inode != known.inode);
            self.met_ipv6 |= known
                .arguments
                .first()
                .is_some_and(|family| family == "AF_INET6");
            if call.is_of_program() {
                // A program's variables are its own: its sockets go by the process and the descriptor.
                known.names.push(format!("{}.{fd}", call.process));
            }
            let key = (call.process.clone(), *fd);
            // dup2(2) closes what had the number.
            if self
                .open
                .get(&key)
                .is_some_and(|old| old.inode != known.inode)
            {
                self.let_go(&key, Vec::new());
            }
            self.open.insert(key, known);
        }
    }

    /// close_range(2): its first two arguments are the first and the last descriptor.
    fn close_range(&mut self, call: &CallEvent) {
        let number = |place: usize| call.args.get(place)?.parse::<u32>().ok();
        let (Some(first), last) = (number(0), number(1).unwrap_or(u32::MAX)) else {
            return;
        };
        if call
            .args
            .get(2)
            .is_some_and(|flags| flags.contains("CLOEXEC"))
        {
            return;
        }
        let closed = |fd: i32| u32::try_from(fd).is_ok_and(|fd| (first..=last).contains(&fd));
        self.keep_open(&call.process, |known| !known.fd.is_some_and(closed));
    }

    /// Of the sockets of a process those stay open that are to; execve(2) closes some.
    pub fn keep_open(&mut self, process: &str, stays: impl Fn(&Known) -> bool) {
        let closed = self
            .open
            .iter()
            .filter(|((owner, _), known)| owner == process && !stays(known));
        let closed: Vec<(String, i32)> = closed.map(|(key, _)| key.clone()).collect();
        for key in closed {
            self.let_go(&key, Vec::new());
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

    /// True once there was a socket of AF_INET6.
    pub fn has_met_ipv6(&self) -> bool {
        self.met_ipv6
    }

    /// True when a TCP socket without a descriptor is bound, and no more than that as far as is known.
    pub fn has_bound_adrift(&self) -> bool {
        self.adrift.iter().any(|adrift| {
            let known = &adrift.known;
            known.protocol == Protocol::Tcp && known.local.is_some() && known.state() == "CLOSED"
        })
    }

    /// True when a TCP socket was bound to port 0 and the port that the kernel chose is not known yet.
    pub fn has_unknown_port(&self) -> bool {
        self.open.values().any(|known| {
            let port = known.local.as_ref().and_then(Address::port);
            known.bound && known.protocol == Protocol::Tcp && port == Some(0)
        })
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
            former: None,
            arguments: Vec::new(),
            protocol: Protocol::Other,
            bound: false,
            local: None,
            peer: None,
            listening: false,
            only_v6: false,
            receive_timeout: None,
            send_timeout: None,
            queued: Some(0),
            accepted: None,
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
                known.receive_timeout = parent.receive_timeout;
                known.send_timeout = parent.send_timeout;
                // The kernel made the connection before accept was called: it does not begin as CLOSED.
                known.states = vec!["ESTABLISHED"];
                known.accepted = Some((parent.inode, call.end_ns));
            }
            (_, _, Some(twin)) => {
                known.arguments.clone_from(&twin.arguments);
                known.protocol = twin.protocol;
                known.local.clone_from(&twin.local);
                known.peer.clone_from(&twin.peer);
                known.listening = twin.listening;
                known.only_v6 = twin.only_v6;
                known.receive_timeout = twin.receive_timeout;
                known.send_timeout = twin.send_timeout;
                known.states.clone_from(&twin.states);
                known.accepted = twin.accepted;
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
            if known.names.iter().any(|held| held == name) {
                known.names.retain(|held| held != name);
                known.former = Some(name.to_owned());
            }
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
            .map(|known| {
                let mut copy = known.clone();
                child.clone_into(&mut copy.process);
                // What a program's sockets go by names the process.
                if let Some(fd) = known.fd {
                    let of_parent = format!("{parent}.{fd}");
                    let names = copy.names.iter_mut();
                    for name in names.filter(|name| **name == of_parent) {
                        *name = format!("{child}.{fd}");
                    }
                }
                copy
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

    /// A SYN of a socket that connects told which address it has. The kernel tells that itself of all but those of Multipath TCP.
    pub fn learn_local(&mut self, process: &str, fd: i32, local: SocketAddr) {
        let known = self.open.get_mut(&(process.to_owned(), fd));
        if let Some(known) = known.filter(|known| known.local != Some(local.into())) {
            known.local = Some(local.into());
            self.version += 1;
        }
    }

    /// The sockets that processes hold, by process and descriptor.
    pub fn open(&self) -> impl Iterator<Item = &Known> {
        self.open.values()
    }
}

/// True when a hold is that of the strand that made a call.
fn is_of(hold: &Hold, call: &CallEvent) -> bool {
    matches!(hold, Hold::Call { job, thread, .. } if (*job, *thread) == (call.job, call.thread))
}
