//! Interfaces and addresses through rtnetlink(7): pairs of virtual Ethernet interfaces, their addresses. One request, one answer.

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// `struct ifinfomsg` of an interface that is named by its attributes: no family, type, index or flags.
const ANY_INTERFACE: [u8; 16] = [0; 16];

/// A request under construction: the netlink header, a fixed part, attributes.
struct Message(Vec<u8>);

impl Message {
    /// `kind` is RTM_NEWLINK …; `flags` beside NLM_F_REQUEST and NLM_F_ACK; `fixed` the structure of that kind.
    fn new(kind: u16, flags: i32, fixed: &[u8]) -> Self {
        let flags = (libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags) as u16;
        let mut bytes = vec![0; 4];
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(fixed);
        Self(bytes)
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) -> &mut Self {
        let place = self.open(kind);
        self.0.extend(value);
        self.close(place)
    }

    /// Begins an attribute that others are put into.
    fn open(&mut self, kind: u16) -> usize {
        let place = self.0.len();
        self.0.extend([0; 2]);
        self.0.extend(kind.to_ne_bytes());
        place
    }

    fn close(&mut self, place: usize) -> &mut Self {
        let length = (self.0.len() - place) as u16;
        self.0[place..place + 2].copy_from_slice(&length.to_ne_bytes());
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// Sends it and waits for the kernel's verdict (NLMSG_ERROR, where 0 is success).
    fn request(mut self, channel: &OwnedFd) -> io::Result<()> {
        const HEADER: usize = 16;
        let length = (self.0.len() as u32).to_ne_bytes();
        self.0[..4].copy_from_slice(&length);
        send(channel.as_raw_fd(), &self.0, MsgFlags::empty())?;
        let mut answer = [0; 4096];
        let length = loop {
            match recv(channel.as_raw_fd(), &mut answer, MsgFlags::empty()) {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        let number = |at: usize| {
            answer[..length]
                .get(at..at + 4)
                .and_then(|bytes| bytes.try_into().ok())
                .map(i32::from_ne_bytes)
        };
        match number(HEADER) {
            Some(0) => Ok(()),
            Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
            None => Err(io::Error::from_raw_os_error(libc::EBADMSG)),
        }
    }
}

/// A channel to rtnetlink in the network namespace this thread is in now.
pub fn open() -> io::Result<OwnedFd> {
    let socket = Socket::new(
        Domain::from(libc::AF_NETLINK),
        Type::RAW.cloexec(),
        Some(Protocol::from(libc::NETLINK_ROUTE)),
    )?;
    Ok(socket.into())
}

/// One end of a pair of interfaces.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// Its name, at most 15 bytes.
    pub name: &'a str,
    /// Its Ethernet address.
    pub mac: [u8; 6],
}

/// Makes a veth(4) pair: one end in the channel's network namespace, the other in `peer_namespace`. Needs CAP_NET_ADMIN in both.
pub fn create_veth(
    channel: &OwnedFd,
    here: End<'_>,
    peer: End<'_>,
    peer_namespace: BorrowedFd<'_>,
) -> io::Result<()> {
    const VETH_INFO_PEER: u16 = 1;
    let mut message = Message::new(
        libc::RTM_NEWLINK,
        libc::NLM_F_CREATE | libc::NLM_F_EXCL,
        &ANY_INTERFACE,
    );
    name_and_address(&mut message, here);
    let link = message.open(libc::IFLA_LINKINFO);
    message.attribute(libc::IFLA_INFO_KIND, b"veth\0");
    let data = message.open(libc::IFLA_INFO_DATA);
    let other = message.open(VETH_INFO_PEER);
    message.0.extend(ANY_INTERFACE);
    name_and_address(&mut message, peer);
    message.attribute(
        libc::IFLA_NET_NS_FD,
        &peer_namespace.as_raw_fd().to_ne_bytes(),
    );
    message.close(other);
    message.close(data);
    message.close(link);
    message.request(channel)
}

/// Gives an interface an address with its prefix length; no duplicate address detection, which would put packets on the wire.
pub fn add_address(channel: &OwnedFd, ifindex: u32, ip: IpAddr, prefix: u8) -> io::Result<()> {
    const UNIVERSE: u8 = 0;
    let (family, bytes) = match ip {
        IpAddr::V4(ip) => (libc::AF_INET, ip.octets().to_vec()),
        IpAddr::V6(ip) => (libc::AF_INET6, ip.octets().to_vec()),
    };
    let flags = if ip.is_ipv6() { libc::IFA_F_NODAD } else { 0 };
    // struct ifaddrmsg: family, prefix length, flags, scope, index.
    let mut fixed = vec![family as u8, prefix, flags as u8, UNIVERSE];
    fixed.extend(ifindex.to_ne_bytes());
    let mut message = Message::new(
        libc::RTM_NEWADDR,
        libc::NLM_F_CREATE | libc::NLM_F_EXCL,
        &fixed,
    );
    message.attribute(libc::IFA_LOCAL, &bytes);
    message.attribute(libc::IFA_ADDRESS, &bytes);
    message.request(channel)
}

/// For how long an interface takes a neighbour's Ethernet address for confirmed (`base_reachable_time_ms`, arp(7)): half to one and a
/// half times as long. `family` is AF_INET or AF_INET6.
pub fn keep_neighbours(
    channel: &OwnedFd,
    ifindex: u32,
    family: i32,
    confirmed: Duration,
) -> io::Result<()> {
    // linux/neighbour.h: enum of NDTA_… and of NDTPA_….
    const NDTA_NAME: u16 = 1;
    const NDTA_PARMS: u16 = 6;
    const NDTPA_IFINDEX: u16 = 1;
    const NDTPA_BASE_REACHABLE_TIME: u16 = 4;
    let table: &[u8] = if family == libc::AF_INET6 {
        b"ndisc_cache\0"
    } else {
        b"arp_cache\0"
    };
    // struct ndtmsg: family, padding.
    let mut message = Message::new(libc::RTM_SETNEIGHTBL, 0, &[family as u8, 0, 0, 0]);
    message.attribute(NDTA_NAME, table);
    let parameters = message.open(NDTA_PARMS);
    message.attribute(NDTPA_IFINDEX, &ifindex.to_ne_bytes());
    let milliseconds = confirmed.as_millis() as u64;
    message.attribute(NDTPA_BASE_REACHABLE_TIME, &milliseconds.to_ne_bytes());
    message.close(parameters);
    message.request(channel)
}

fn name_and_address(message: &mut Message, end: End<'_>) {
    let mut name = end.name.as_bytes().to_vec();
    name.push(0);
    message.attribute(libc::IFLA_IFNAME, &name);
    message.attribute(libc::IFLA_ADDRESS, &end.mac);
}
