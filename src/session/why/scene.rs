//! What is known about a failed call, as plain data for the rows of the table of causes: the call, its socket, what was done with that
//! before. What the kernel and the log have besides is fetched when a row first asks (`gather`).

use crate::catalog::socket_kind::SocketKind;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::session::Session;
use crate::value::Address;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A failed call and all that rows may ask about it.
pub(super) struct Scene<'a> {
    /// The call, as it is shown.
    pub(super) call: CallEvent,
    /// The call that was meant: of a timeout's poll(2) the one that it was to precede; `accept` for accept4.
    pub(super) name: String,
    /// The error; `timeout` when settimeout ended the wait.
    pub(super) errno: String,
    /// What kind of socket it was made on, or for socket(2) was to make.
    pub(super) kind: SocketKind,
    /// What the socket is called: `s`, or `fd 4`.
    pub(super) label: String,
    /// The socket as the session knows it.
    pub(super) party: Option<Party>,
    /// The call that made the socket.
    pub(super) maker: Option<CallEvent>,
    /// The calls on the socket before this one, oldest first.
    pub(super) past: Vec<CallEvent>,
    /// Where the rest is fetched; `None` in tests, where what is not set is not there.
    pub(super) lab: Option<RefCell<&'a mut Session>>,
    pub(super) rows: OnceCell<Vec<SocketRow>>,
    pub(super) packets: OnceCell<Vec<Arc<PacketEvent>>>,
    pub(super) addresses: OnceCell<BTreeMap<String, Vec<IpAddr>>>,
    pub(super) texts: RefCell<BTreeMap<String, Option<String>>>,
}

impl Scene<'_> {
    /// `send` for every call that sends, `recv` for every one that receives; else the call's own name.
    pub(super) fn class(&self) -> &str {
        match self.name.as_str() {
            "send" | "sendto" | "sendmsg" | "sendfile" | "write" | "sendall" => "send",
            "recv" | "recvfrom" | "recvmsg" | "read" => "recv",
            other => other,
        }
    }

    /// An argument of the call, as its line shows it.
    pub(super) fn argument(&self, place: usize) -> &str {
        self.call.args.get(place).map_or("", String::as_str)
    }

    /// An argument that is a plain number.
    pub(super) fn number(&self, place: usize) -> Option<u64> {
        self.argument(place).parse().ok()
    }

    /// How many bytes the call was to send: of sendmsg all of its buffers.
    pub(super) fn length(&self) -> Option<u64> {
        if self.call.name != "sendmsg" {
            return self.number(2);
        }
        let buffers = self.argument(1).split("iov_len=").skip(1);
        let length = |rest: &str| rest.split('}').next()?.parse::<u64>().ok();
        buffers.map(length).sum()
    }

    /// True when the call had this flag (MSG_…).
    pub(super) fn has_flag(&self, flag: &str) -> bool {
        let mut words = self.call.args.iter().flat_map(|arg| arg.split('|'));
        words.any(|word| word == flag)
    }

    /// The address the call named.
    pub(super) fn named(&self) -> Option<&Address> {
        self.call.peer.as_ref().or(self.call.local.as_ref())
    }

    /// IP address and port that the call named, or that the socket is connected to; an IPv4 address in IPv6 is the IPv4 address.
    pub(super) fn destination(&self) -> Option<SocketAddr> {
        let connected = || self.party.as_ref()?.peer.as_ref();
        let named = self.call.peer.as_ref().or_else(connected)?;
        let found = named.socket_address()?;
        Some(SocketAddr::new(found.ip().to_canonical(), found.port()))
    }

    /// Where the socket is bound, as far as that is known.
    pub(super) fn bound(&self) -> Option<SocketAddr> {
        self.party.as_ref()?.local.as_ref()?.socket_address()
    }

    /// What the socket is connected to.
    pub(super) fn connected(&self) -> Option<SocketAddr> {
        self.party.as_ref()?.peer.as_ref()?.socket_address()
    }

    /// The newest earlier call on the socket that fits.
    pub(super) fn newest(&self, fits: impl Fn(&CallEvent) -> bool) -> Option<&CallEvent> {
        self.past.iter().rev().find(|call| fits(call))
    }

    /// The newest earlier call of this name that went well.
    pub(super) fn done(&self, name: &str) -> Option<&CallEvent> {
        self.newest(|call| call.name == name && call.errno.is_none())
    }

    /// The newest setsockopt of this option that went well, and the value as its line shows it, without brackets.
    pub(super) fn set(&self, option: &str) -> Option<(&CallEvent, &str)> {
        let call = self.newest(|call| {
            call.name == "setsockopt"
                && call.errno.is_none()
                && call.args.get(2).is_some_and(|name| name == option)
        })?;
        let value = call.args.get(3)?.trim_matches(['[', ']']);
        Some((call, value))
    }

    /// True when an option that is a switch was set to anything but 0.
    pub(super) fn is_set(&self, option: &str) -> bool {
        self.set(option).is_some_and(|(_, value)| value != "0")
    }

    /// When the socket came to be, nanoseconds since the epoch.
    pub(super) fn born_ns(&self) -> i64 {
        let made = self.maker.as_ref().map(|call| call.start_ns);
        made.unwrap_or(i64::MIN)
    }

    /// The host the call was made on.
    pub(super) fn host(&self) -> &str {
        &self.call.host
    }

    /// The sockets of its host.
    pub(super) fn rows_here(&self) -> impl Iterator<Item = &SocketRow> {
        self.rows().iter().filter(|row| row.host == self.call.host)
    }

    /// The socket's own row in the kernel's table.
    pub(super) fn own_row(&self) -> Option<&SocketRow> {
        self.rows_here()
            .find(|row| row.process == self.call.process && row.fd == self.call.fd)
    }

    /// True for the addresses of this host, 127.0.0.0/8 among them.
    pub(super) fn is_own(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        ip.is_loopback() || self.own_addresses().contains(&ip)
    }

    /// The addresses of this host.
    pub(super) fn own_addresses(&self) -> &[IpAddr] {
        self.addresses().get(self.host()).map_or(&[], Vec::as_slice)
    }

    /// The host of the lab, another than this one, that has an address.
    pub(super) fn owner(&self, ip: IpAddr) -> Option<&str> {
        let ip = ip.to_canonical();
        let mut others = self
            .addresses()
            .iter()
            .filter(|(host, _)| host.as_str() != self.host());
        let (host, _) = others.find(|(_, all)| !ip.is_loopback() && all.contains(&ip))?;
        Some(host)
    }

    /// The packets that this host sent or got, oldest first.
    pub(super) fn host_packets(&self) -> impl DoubleEndedIterator<Item = &PacketEvent> {
        self.packets()
            .iter()
            .map(Arc::as_ref)
            .filter(|packet| self.concerns_host(packet))
    }

    /// Those since the socket was made.
    pub(super) fn own_packets(&self) -> impl DoubleEndedIterator<Item = &PacketEvent> {
        let born = self.born_ns();
        self.host_packets()
            .filter(move |packet| packet.frame.time_ns >= born)
    }

    /// True when this host sent a packet, or it was for one of its addresses, or for everybody's.
    fn concerns_host(&self, packet: &PacketEvent) -> bool {
        if &*packet.interface == "lo" || &*packet.host == self.host() {
            return &*packet.host == self.host();
        }
        packet.headers.addresses().is_none_or(|(_, to)| {
            self.own_addresses().contains(&to) || is_group(to) || self.owner(to).is_none()
        })
    }
}

/// True for multicast and broadcast addresses.
pub(super) fn is_group(ip: IpAddr) -> bool {
    ip.is_multicast() || is_broadcast(ip)
}

/// 255.255.255.255, or the last address of a network of the lab: 10.0.0.0/24 or 127.0.0.0/8.
pub(super) fn is_broadcast(ip: IpAddr) -> bool {
    let IpAddr::V4(ip) = ip.to_canonical() else {
        return false;
    };
    let octets = ip.octets();
    ip.is_broadcast() || octets == [127, 255, 255, 255] || octets == [10, 0, 0, 255]
}

/// A call with its outcome, as its line shows it.
pub(super) fn told(call: &CallEvent) -> String {
    let errno = call.errno.as_ref();
    let errno = errno.map_or(String::new(), |errno| format!(" {errno}"));
    format!("{} = {}{errno}", call.invocation(), call.result)
}

/// Which command made a call.
pub(super) fn place(call: &CallEvent) -> String {
    format!("command {}", call.command)
}

/// `#4`, `#4 and #7`, `#4, #5 and #7`; of more than six the first and the last.
pub(super) fn numbers(packets: &[&PacketEvent]) -> String {
    let all: Vec<String> = packets
        .iter()
        .map(|packet| format!("#{}", packet.number))
        .collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, .., last] if all.len() > 6 => format!("{first} to {last}"),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A socket and whose it is: `s (fd 3) of server`.
pub(super) fn title(row: &SocketRow) -> String {
    let name = match (row.name.as_str(), row.fd) {
        ("", Some(fd)) => format!("fd {fd}"),
        ("", None) => "a socket".to_owned(),
        (name, Some(fd)) => format!("{name} (fd {fd})"),
        (name, None) => name.to_owned(),
    };
    if row.process.is_empty() {
        name
    } else {
        format!("{name} of {}", row.process)
    }
}

#[cfg(test)]
impl Scene<'static> {
    /// A call of which nothing is known but itself; what a test is about is set.
    pub(super) fn of(call: CallEvent, arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|arg| (*arg).to_owned()).collect();
        Self {
            name: call.name.clone(),
            errno: call.errno.clone().unwrap_or_default(),
            kind: SocketKind::of(&arguments),
            label: "s".to_owned(),
            party: None,
            maker: None,
            past: Vec::new(),
            lab: None,
            rows: OnceCell::new(),
            packets: OnceCell::new(),
            addresses: OnceCell::new(),
            texts: RefCell::default(),
            call,
        }
    }
}
