//! A call and the time in which it ran, with what is known of its socket: the evidence that `cause` weighs. Plain data.

use std::net::{IpAddr, SocketAddr};

/// A call that runs or ran, with what is known of its socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallWindow {
    /// The command that made it.
    pub command: u64,
    /// The process.
    pub process: String,
    /// The host it lives on.
    pub host: String,
    /// The job it runs in.
    pub job: u32,
    /// The thread within the job; 0 is the job's own.
    pub thread: u32,
    /// Function name; `exit` stands for the end of a process.
    pub name: String,
    /// How it is shown: `connect(4)`, `send(4, 5 bytes)`.
    pub short: String,
    /// Its descriptor.
    pub fd: Option<i32>,
    /// What its socket is called.
    pub label: String,
    /// True for a raw or packet socket: the addresses in its packets are what the program wrote.
    pub raw: bool,
    /// True for a packet socket: it writes frames, ARP among them.
    pub link: bool,
    /// The local address of the socket.
    pub local: Option<SocketAddr>,
    /// Where it sends.
    pub peer: Option<SocketAddr>,
    /// Start, nanoseconds since the epoch.
    pub start_ns: i64,
    /// End; `None` while it runs.
    pub end_ns: Option<i64>,
    /// Which of all bytes written to its descriptor it wrote, once it has returned.
    pub wrote: Option<(u64, u64)>,
    /// Packets a raw socket's call has been found to cause; each call sends one.
    pub(super) claimed: bool,
}

impl CallWindow {
    /// A call that begins at `start_ns` and is still running.
    pub fn begun(
        command: u64,
        (process, host): (&str, &str),
        job: u32,
        name: &str,
        start_ns: i64,
    ) -> Self {
        Self {
            command,
            process: process.to_owned(),
            host: host.to_owned(),
            job,
            thread: 0,
            name: name.to_owned(),
            short: String::new(),
            fd: None,
            label: String::new(),
            raw: false,
            link: false,
            local: None,
            peer: None,
            start_ns,
            end_ns: None,
            wrote: None,
            claimed: false,
        }
    }

    /// Who made the call: the process, and the thread where it is one of several.
    pub(super) fn owner(&self) -> String {
        if self.thread == 0 {
            self.process.clone()
        } else {
            format!("{} thread {}", self.process, self.thread)
        }
    }

    pub(super) fn covers(&self, time_ns: i64) -> bool {
        self.start_ns <= time_ns && self.end_ns.is_none_or(|end| time_ns <= end)
    }

    /// True when the call's socket is the one at `from` that talks to `to`.
    pub(super) fn sends(&self, from: SocketAddr, to: SocketAddr, opens: bool) -> bool {
        let peer = self.peer.is_some_and(|peer| same(peer, to));
        match self.local {
            Some(local) => covers(local, from) && (peer || self.peer.is_none()),
            // A connection that was refused has left no trace of its own port: the address it asked for is the evidence.
            None => opens && peer,
        }
    }
}

/// True for the calls that make their kernel send what they were given.
pub(super) fn is_sending(name: &str) -> bool {
    name.starts_with("send") || name.starts_with("write") || matches!(name, "connect" | "splice")
}

fn same(one: SocketAddr, other: SocketAddr) -> bool {
    // Connecting to the unspecified address reaches the host itself (ip(7)).
    one.port() == other.port() && (same_ip(one.ip(), other.ip()) || one.ip().is_unspecified())
}

/// True when both are one address; an IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 section 2.5.5.2).
pub(super) fn same_ip(one: IpAddr, other: IpAddr) -> bool {
    one.to_canonical() == other.to_canonical()
}

fn covers(bound: SocketAddr, address: SocketAddr) -> bool {
    bound.port() == address.port()
        && (same_ip(bound.ip(), address.ip())
            || bound.ip().is_unspecified() && (bound.is_ipv6() || address.is_ipv4()))
}
