//! The kernel's own word on sockets, asked through sock_diag(7). Plain answers; the names for states are the session's.

use crate::value::Address;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST_DUMP: u16 = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
const HEADER: usize = 16;

/// What kind of sockets to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// TCP over IPv4 or IPv6 (`AF_INET`, `AF_INET6`).
    Tcp(i32),
    /// UDP.
    Udp(i32),
    /// Raw IP sockets.
    Raw(i32),
    /// AF_UNIX.
    Unix,
    /// AF_NETLINK.
    Netlink,
    /// AF_PACKET.
    Packet,
}

impl Question {
    /// Every question, in the order of the `sockets` table.
    pub const ALL: [Self; 9] = [
        Self::Tcp(libc::AF_INET),
        Self::Tcp(libc::AF_INET6),
        Self::Udp(libc::AF_INET),
        Self::Udp(libc::AF_INET6),
        Self::Raw(libc::AF_INET),
        Self::Raw(libc::AF_INET6),
        Self::Unix,
        Self::Netlink,
        Self::Packet,
    ];

    /// Those about UDP sockets.
    pub const UDP: [Self; 2] = [Self::Udp(libc::AF_INET), Self::Udp(libc::AF_INET6)];

    /// Those about sockets that are neither TCP nor UDP.
    pub const NEITHER_TCP_NOR_UDP: [Self; 5] = [
        Self::Raw(libc::AF_INET),
        Self::Raw(libc::AF_INET6),
        Self::Unix,
        Self::Netlink,
        Self::Packet,
    ];
}

/// Which sockets of a kind are to be listed; each of these lists what the one before it does, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// All but TCP sockets without a connection.
    Connections,
    /// TCP listeners too: they are in a table of their own, which takes as long as all connections.
    Active,
    /// All of them: also TCP sockets that are bound and neither listen nor are connected. Linux lists them since 6.8, from a table that all
    /// networks of the machine share: that takes up to a hundred times as long as all others.
    All,
}

/// One socket as the kernel describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The question it answers.
    pub question: Question,
    /// `TCP_ESTABLISHED` 1 … as in linux/tcp_states.h; used by other protocols too.
    pub state: u8,
    /// SOCK_STREAM … where the kernel says it (AF_UNIX, AF_NETLINK, AF_PACKET); 0 elsewhere.
    pub socket_type: u8,
    /// The protocol number for raw, netlink and packet sockets.
    pub protocol: u16,
    /// `idiag_timer`: 0 none, 1 retransmit, 2 keepalive, 3 TIME-WAIT, 4 persist.
    pub timer: u8,
    /// `idiag_retrans`.
    pub retransmits: u8,
    /// Milliseconds until the timer fires.
    pub expires_ms: u32,
    /// Recv-Q.
    pub rqueue: u32,
    /// Send-Q.
    pub wqueue: u32,
    /// The congestion control (TCP): `cubic`, `bbr`; empty when the kernel did not say.
    pub congestion_control: String,
    /// Inode; 0 when no file holds the socket.
    pub inode: u32,
    /// Local address.
    pub local: Option<Address>,
    /// Remote address.
    pub peer: Option<Address>,
    /// Inode of the other end, for AF_UNIX.
    pub peer_inode: Option<u32>,
    /// The file a socket of AF_UNIX is bound to: its inode in the file system, and the device as the kernel numbers it.
    pub file: Option<(u32, u32)>,
    /// Which directions are shut down (AF_UNIX): 1 receiving, 2 sending.
    pub shutdown: u8,
    /// `struct tcp_info`, as long as the kernel made it; empty when there is none.
    pub tcp_info: Vec<u8>,
}

impl Answer {
    /// An answer that says nothing yet.
    pub fn blank(question: Question) -> Self {
        Self {
            question,
            state: 0,
            socket_type: 0,
            protocol: 0,
            timer: 0,
            retransmits: 0,
            expires_ms: 0,
            rqueue: 0,
            wqueue: 0,
            congestion_control: String::new(),
            inode: 0,
            local: None,
            peer: None,
            peer_inode: None,
            file: None,
            shutdown: 0,
            tcp_info: Vec::new(),
        }
    }
}

/// Opens a netlink socket that asks about the network namespace it is opened in.
pub fn open() -> io::Result<OwnedFd> {
    let socket = Socket::new(
        Domain::from(libc::AF_NETLINK),
        Type::RAW.cloexec(),
        Some(Protocol::from(libc::NETLINK_SOCK_DIAG)),
    )?;
    Ok(socket.into())
}

/// Asks for the sockets of one kind. A kernel without that part of sock_diag gives an empty list.
pub fn ask(channel: BorrowedFd<'_>, question: Question, listed: Listed) -> io::Result<Vec<Answer>> {
    send(
        channel.as_raw_fd(),
        &request(question, listed),
        MsgFlags::empty(),
    )?;
    // The kernel fills no more than it is given room for (netlink_dump).
    let mut buffer = [0; 16 * 1024];
    let mut answers = Vec::new();
    loop {
        let length = match recv(channel.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
            Err(Errno::EINTR) => continue,
            other => other?,
        };
        let mut rest = &buffer[..length];
        while let Some((kind, body, next)) = message(rest) {
            rest = next;
            match i32::from(kind) {
                libc::NLMSG_DONE => return Ok(answers),
                libc::NLMSG_ERROR => {
                    let errno = read_u32(body, 0).map_or(0, |value| -(value as i32));
                    return match errno {
                        0 | libc::ENOENT | libc::EINVAL | libc::EOPNOTSUPP => Ok(answers),
                        errno => Err(io::Error::from_raw_os_error(errno)),
                    };
                }
                _ => answers.extend(answer(question, body)),
            }
        }
        if length == 0 {
            return Ok(answers);
        }
    }
}

fn request(question: Question, listed: Listed) -> Vec<u8> {
    const ALL_STATES: u32 = u32::MAX;
    /// `TCP_BOUND_INACTIVE` (include/net/tcp_states.h).
    const BOUND_INACTIVE: u32 = 1 << 13;
    /// `TCP_LISTEN`.
    const LISTEN: u32 = 1 << 10;
    const INFO: u8 = 1 << 1;
    const CONG: u8 = 1 << 3;
    let mut body: Vec<u8> = Vec::with_capacity(56);
    let (family, protocol, extensions) = match question {
        Question::Tcp(family) => (family, libc::IPPROTO_TCP, INFO | CONG),
        Question::Udp(family) => (family, libc::IPPROTO_UDP, 0),
        Question::Raw(family) => (family, libc::IPPROTO_RAW, 0),
        Question::Unix => (libc::AF_UNIX, 0, 0),
        Question::Netlink => (libc::AF_NETLINK, 255, 0),
        Question::Packet => (libc::AF_PACKET, 0, 0),
    };
    body.extend([family as u8, protocol as u8, extensions, 0]);
    match question {
        Question::Tcp(_) | Question::Udp(_) | Question::Raw(_) => {
            let states = match listed {
                Listed::All => ALL_STATES,
                Listed::Active => ALL_STATES & !BOUND_INACTIVE,
                Listed::Connections => ALL_STATES & !BOUND_INACTIVE & !LISTEN,
            };
            body.extend(states.to_ne_bytes());
            body.resize(56, 0);
        }
        Question::Unix => {
            const NAME_VFS_PEER_ICONS_RQLEN: u32 = 0x01 | 0x02 | 0x04 | 0x08 | 0x10;
            body.extend(ALL_STATES.to_ne_bytes());
            body.extend(0_u32.to_ne_bytes());
            body.extend(NAME_VFS_PEER_ICONS_RQLEN.to_ne_bytes());
            body.extend([0xff; 8]);
        }
        Question::Netlink | Question::Packet => {
            const SHOW_INFO: u32 = 1;
            body.extend(0_u32.to_ne_bytes());
            body.extend(SHOW_INFO.to_ne_bytes());
            body.extend([0xff; 8]);
        }
    }
    let mut packet = Vec::with_capacity(HEADER + body.len());
    packet.extend(((HEADER + body.len()) as u32).to_ne_bytes());
    packet.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    packet.extend(REQUEST_DUMP.to_ne_bytes());
    packet.extend([0; 8]);
    packet.extend(body);
    packet
}

/// Splits the first netlink message off: its type, its body, and the rest.
fn message(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = read_u32(bytes, 0)? as usize;
    let body = bytes.get(HEADER..length)?;
    let rest = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((
        u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?),
        body,
        rest,
    ))
}

fn answer(question: Question, body: &[u8]) -> Option<Answer> {
    match question {
        Question::Tcp(family) | Question::Udp(family) | Question::Raw(family) => {
            inet(family, body, question)
        }
        Question::Unix => unix(body),
        Question::Netlink => Some(Answer {
            socket_type: *body.get(1)?,
            protocol: u16::from(*body.get(2)?),
            state: *body.get(3)?,
            local: Some(Address::Netlink {
                pid: read_u32(body, 4)?,
                groups: 0,
            }),
            peer: Some(read_u32(body, 8)?)
                .filter(|pid| *pid != 0)
                .map(|pid| Address::Netlink { pid, groups: 0 }),
            inode: read_u32(body, 16)?,
            ..Answer::blank(question)
        }),
        Question::Packet => Some(Answer {
            socket_type: *body.get(1)?,
            protocol: u16::from_ne_bytes(body.get(2..4)?.try_into().ok()?),
            inode: read_u32(body, 4)?,
            ..Answer::blank(question)
        }),
    }
}

/// `struct inet_diag_msg` (linux/inet_diag.h): 72 bytes, then attributes.
fn inet(family: i32, body: &[u8], question: Question) -> Option<Answer> {
    const SIZE: usize = 72;
    const INET_DIAG_INFO: u16 = 2;
    const INET_DIAG_CONG: u16 = 4;
    let address = |port_at: usize, at: usize| -> Option<SocketAddr> {
        let port = u16::from_be_bytes(body.get(port_at..port_at + 2)?.try_into().ok()?);
        let ip: IpAddr = if family == libc::AF_INET {
            Ipv4Addr::from(<[u8; 4]>::try_from(body.get(at..at + 4)?).ok()?).into()
        } else {
            Ipv6Addr::from(<[u8; 16]>::try_from(body.get(at..at + 16)?).ok()?).into()
        };
        Some(SocketAddr::new(ip, port))
    };
    let (local, peer) = (address(4, 8)?, address(6, 24)?);
    let connected = peer.port() != 0 || !peer.ip().is_unspecified();
    let raw = matches!(question, Question::Raw(_));
    Some(Answer {
        state: *body.get(1)?,
        timer: *body.get(2)?,
        retransmits: *body.get(3)?,
        // For a raw socket the kernel puts the protocol where the port stands.
        protocol: if raw { local.port() } else { 0 },
        local: Some(
            if raw {
                SocketAddr::new(local.ip(), 0)
            } else {
                local
            }
            .into(),
        ),
        peer: connected.then(|| peer.into()),
        expires_ms: read_u32(body, 52)?,
        rqueue: read_u32(body, 56)?,
        wqueue: read_u32(body, 60)?,
        congestion_control: attribute(body.get(SIZE..)?, INET_DIAG_CONG)
            .and_then(|name| name.split(|byte| *byte == 0).next())
            .map(|name| name.escape_ascii().to_string())
            .unwrap_or_default(),
        inode: read_u32(body, 68)?,
        tcp_info: attribute(body.get(SIZE..)?, INET_DIAG_INFO)
            .map(<[u8]>::to_vec)
            .unwrap_or_default(),
        ..Answer::blank(question)
    })
}

/// `struct unix_diag_msg` (linux/unix_diag.h): 16 bytes, then attributes.
fn unix(body: &[u8]) -> Option<Answer> {
    const SIZE: usize = 16;
    const NAME: u16 = 0;
    const VFS: u16 = 1;
    const PEER: u16 = 2;
    const RQLEN: u16 = 4;
    const SHUTDOWN: u16 = 6;
    let attributes = body.get(SIZE..)?;
    let queues = attribute(attributes, RQLEN);
    Some(Answer {
        socket_type: *body.get(1)?,
        state: *body.get(2)?,
        inode: read_u32(body, 4)?,
        local: attribute(attributes, NAME).map(|name| match name {
            [0, rest @ ..] => Address::UnixAbstract(rest.to_vec()),
            path => Address::UnixPath(path.strip_suffix(&[0]).unwrap_or(path).to_vec()),
        }),
        peer_inode: attribute(attributes, PEER).and_then(|value| read_u32(value, 0)),
        rqueue: queues.and_then(|value| read_u32(value, 0)).unwrap_or(0),
        wqueue: queues.and_then(|value| read_u32(value, 4)).unwrap_or(0),
        file: attribute(attributes, VFS)
            .and_then(|value| Some((read_u32(value, 0)?, read_u32(value, 4)?))),
        shutdown: attribute(attributes, SHUTDOWN)
            .and_then(|value| value.first().copied())
            .unwrap_or(0),
        ..Answer::blank(Question::Unix)
    })
}

/// Finds a netlink attribute (netlink(7)) by its type.
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16::from_ne_bytes(bytes.get(0..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        let value = bytes.get(4..length)?;
        if kind & 0x3fff == wanted {
            return Some(value);
        }
        bytes = bytes.get(length.next_multiple_of(4)..)?;
    }
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_socket_is_found_with_its_inode_and_backlog() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback is up");
        let address = listener.local_addr().expect("it is bound");
        let channel = open().expect("netlink sockets need no privilege");
        let answers = ask(
            std::os::fd::AsFd::as_fd(&channel),
            Question::Tcp(libc::AF_INET),
            Listed::All,
        )
        .expect("sock_diag answers");
        let found = answers
            .iter()
            .find(|answer| answer.local == Some(address.into()))
            .expect("the listener is listed");
        let inode = nix::sys::stat::fstat(&listener).expect("it is open").st_ino;
        assert_eq!(
            (u64::from(found.inode), found.state, found.wqueue),
            (inode, 10, 128)
        );
    }

    #[test]
    fn truncated_answers_give_nothing_and_do_not_panic() {
        for length in 0..72 {
            for question in Question::ALL {
                let _ = answer(question, &vec![0xff; length]);
            }
        }
        assert!(message(&[20, 0, 0, 0, 1]).is_none());
    }
}
