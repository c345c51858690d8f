//! What the session knows of one socket: what it is, whose, what it is called, the states it has been in. Not all of them (`inventory`).

use crate::event::{CallEvent, StateEvent};
use crate::packet::headers::{Headers, Transport};
use crate::value::Address;
use std::time::Duration;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// The variable that held it last, when that was given another value.
    pub former: Option<String>,
    /// Family, type and protocol as `socket` named them, or as inherited.
    pub arguments: Vec<String>,
    /// What carries its data.
    pub protocol: Protocol,
    /// True after `bind`: its address outlives a connection.
    pub bound: bool,
    /// Local address as far as known.
    pub local: Option<Address>,
    /// Remote address as far as known.
    pub peer: Option<Address>,
    /// True after `listen`.
    pub listening: bool,
    /// True when IPV6_V6ONLY was set: bound to any address of IPv6, it takes nothing of IPv4.
    pub only_v6: bool,
    /// SO_RCVTIMEO: how long a call that receives or accepts waits at most (socket(7)).
    pub receive_timeout: Option<Duration>,
    /// SO_SNDTIMEO: how long a call that sends or connects waits at most.
    pub send_timeout: Option<Duration>,
    /// Recv-Q of a UDP socket that shares its address, as it was when that was asked last; `None` when something was read since.
    pub queued: Option<u32>,
    /// The inode of the listener whose accept gave it, and when that returned, in nanoseconds since the epoch: until then its packets
    /// are the listener's.
    pub accepted: Option<(u64, i64)>,
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

    /// What its label is made of: its newest name, or the descriptor it goes by without one.
    pub(super) fn called(&self) -> (Option<&String>, Option<i32>) {
        let name = self.names.last();
        (name, self.fd.filter(|_| name.is_none()))
    }

    /// True where both have the same label.
    pub(super) fn is_called_as(&self, other: &Self) -> bool {
        self.called() == other.called()
    }

    /// The state it is in now (TCP only).
    pub fn state(&self) -> &'static str {
        self.states.last().copied().unwrap_or("CLOSED")
    }

    /// What a call on its descriptor says of it.
    pub(super) fn learn(&mut self, call: &CallEvent) {
        match call.name.as_str() {
            "bind" | "getsockname" => {
                self.bound |= call.name == "bind";
                self.local = call.local.clone().or(self.local.take());
            }
            "listen" => self.listening = true,
            "setsockopt" => {
                if let [_, _, name, value, ..] = call.args.as_slice() {
                    self.set(name, value);
                }
            }
            "connect" if dissolves(call) => {
                self.peer = None;
                // The port that the kernel had chosen is given back; one that bind asked for is kept (`__udp_disconnect`).
                if self.protocol == Protocol::Udp && !self.bound {
                    self.local = None;
                }
            }
            "connect" => self.peer = call.peer.clone().or(self.peer.take()),
            name if name.starts_with("recv") => self.queued = None,
            _ => {}
        }
    }

    /// Takes in an option that was set, as the call's arguments show it.
    pub(super) fn set(&mut self, option: &str, value: &str) {
        match option {
            "IPV6_V6ONLY" => self.only_v6 = value.trim_matches(['[', ']']) != "0",
            "SO_RCVTIMEO" => self.receive_timeout = timeval(value),
            "SO_SNDTIMEO" => self.send_timeout = timeval(value),
            _ => {}
        }
    }

    /// Takes in the state the kernel tells: the change, unless it is the state it was in.
    pub(super) fn enter(&mut self, state: &'static str) -> Option<StateEvent> {
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

/// The time in `{tv_sec=2, tv_usec=0}`; none when it is 0, which means for ever.
fn timeval(text: &str) -> Option<Duration> {
    let number = |name: &str| -> Option<u64> {
        let rest = text.split_once(name)?.1;
        let end = rest.find(|next: char| !next.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    };
    let time = Duration::from_secs(number("tv_sec=")?)
        .saturating_add(Duration::from_micros(number("tv_usec=")?));
    (!time.is_zero()).then_some(time)
}

/// The protocol of a packet's transport, as the inventory names it.
pub fn protocol_of(headers: &Headers) -> Protocol {
    match headers.transport {
        Transport::Tcp(_) => Protocol::Tcp,
        Transport::Udp(_) => Protocol::Udp,
        _ => Protocol::Other,
    }
}

/// What carries the data of a socket made with this family, type and protocol.
pub(super) fn protocol(arguments: &[String]) -> Protocol {
    let [family, kind, protocol, ..] = arguments else {
        return Protocol::Other;
    };
    let inet = family == "AF_INET" || family == "AF_INET6";
    let plain = matches!(
        protocol.as_str(),
        "0" | "IPPROTO_TCP" | "IPPROTO_UDP" | "IPPROTO_IP"
    );
    match kind.split('|').next() {
        // A connection of Multipath TCP is made of connections of TCP (RFC 8684).
        Some("SOCK_STREAM") if inet && (plain || protocol == "IPPROTO_MPTCP") => Protocol::Tcp,
        Some("SOCK_DGRAM") if inet && plain => Protocol::Udp,
        _ => Protocol::Other,
    }
}

/// True for a connect to AF_UNSPEC that went well: it dissolves the association (connect(2)).
fn dissolves(call: &CallEvent) -> bool {
    let unspecified = matches!(call.peer, Some(Address::Other { family: 0, .. }));
    unspecified && call.errno.is_none()
}
