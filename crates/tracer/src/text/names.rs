//! Names of constants for the text, as far as tests compare them; other bits are shown as numbers.

use crate::call::Names;

macro_rules! named {
    ($($name:ident)*) => { &[$((libc::$name as u64, stringify!($name))),*] };
}

type Table = &'static [(u64, &'static str)];

const FAMILIES: Table = named!(AF_UNSPEC AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_VSOCK);
const TYPES: Table = named!(SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET);
const TYPE_FLAGS: Table = named!(SOCK_CLOEXEC SOCK_NONBLOCK);
const PROTOCOLS: Table = named!(IPPROTO_IP IPPROTO_ICMP IPPROTO_TCP IPPROTO_UDP IPPROTO_ICMPV6);
const MESSAGE: Table = named!(
    MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_CTRUNC MSG_TRUNC MSG_DONTWAIT MSG_EOR MSG_WAITALL MSG_NOSIGNAL MSG_MORE
    MSG_WAITFORONE MSG_FASTOPEN MSG_CMSG_CLOEXEC MSG_ERRQUEUE
);
const SHUTDOWN: Table = named!(SHUT_RD SHUT_WR SHUT_RDWR);
const LEVELS: Table = &[
    (1, "SOL_SOCKET"),
    (0, "SOL_IP"),
    (6, "SOL_TCP"),
    (17, "SOL_UDP"),
    (41, "SOL_IPV6"),
];
const SOCKET_OPTIONS: Table = named!(
    SO_DEBUG SO_REUSEADDR SO_TYPE SO_ERROR SO_DONTROUTE SO_BROADCAST SO_SNDBUF SO_RCVBUF SO_KEEPALIVE SO_OOBINLINE
    SO_LINGER SO_REUSEPORT SO_PASSCRED SO_PEERCRED SO_ACCEPTCONN SO_PROTOCOL SO_DOMAIN
);
const TCP_OPTIONS: Table = named!(
    TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_INFO TCP_QUICKACK
);
const FCNTL: Table = named!(
    F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC F_SETOWN F_GETOWN
);
const STATUS: Table = named!(O_RDONLY O_WRONLY O_RDWR O_APPEND O_NONBLOCK O_ASYNC);
const IOCTL: Table = named!(FIONBIO FIONREAD FIOCLEX FIONCLEX FIOASYNC TCGETS);
const CONTROL: Table = named!(EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD);
const DESCRIPTOR: Table = named!(FD_CLOEXEC);
const EPOLL: Table = named!(EPOLL_CLOEXEC);
const DUP: Table = named!(O_CLOEXEC);
const RANGE: Table = named!(CLOSE_RANGE_UNSHARE CLOSE_RANGE_CLOEXEC);
const SPLICE: Table = named!(SPLICE_F_MOVE SPLICE_F_NONBLOCK SPLICE_F_MORE);
const ERRNOS: Table = named!(
    EPERM ENOENT EINTR EIO EBADF EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST ENODEV ENOTDIR EINVAL ENFILE EMFILE ENOTTY
    EFBIG ENOSPC ESPIPE EPIPE ENOSYS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT
    ESOCKTNOSUPPORT EOPNOTSUPP EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ECONNABORTED ECONNRESET
    ENOBUFS EISCONN ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTUNREACH EALREADY EINPROGRESS ELOOP ENXIO ESRCH ECHILD
);

/// An errno's name.
pub(super) fn errno(errno: i32) -> String {
    one(ERRNOS, errno as u64).unwrap_or_else(|| format!("ERRNO_{errno}"))
}

fn one(table: Table, value: u64) -> Option<String> {
    let known = table.iter().find(|(known, _)| *known == value);
    known.map(|(_, name)| (*name).to_owned())
}

fn constant(table: Table, value: u64) -> String {
    one(table, value).unwrap_or_else(|| format!("{value:#x}"))
}

fn bits(table: Table, value: u64) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    let mut rest = value;
    let mut shown = Vec::new();
    for (bit, name) in table {
        if *bit != 0 && rest & bit == *bit {
            shown.push((*name).to_owned());
            rest &= !bit;
        }
    }
    if rest != 0 {
        shown.push(format!("{rest:#x}"));
    }
    shown.join("|")
}

/// Bits by their names; `other` gives the bits of another argument, for names that depend on it.
pub(super) fn flags(names: Names, value: u64, other: &dyn Fn(Names) -> u64) -> String {
    match names {
        Names::Family => constant(FAMILIES, value),
        Names::SocketType => {
            let kind = constant(TYPES, value & 0xf);
            match value & !0xf {
                0 => kind,
                rest => format!("{kind}|{}", bits(TYPE_FLAGS, rest)),
            }
        }
        Names::Protocol => match other(Names::Family) as i32 {
            libc::AF_INET | libc::AF_INET6 => constant(PROTOCOLS, value),
            _ => value.to_string(),
        },
        Names::Message => bits(MESSAGE, value),
        Names::Shutdown => constant(SHUTDOWN, value),
        Names::Level => constant(LEVELS, value),
        Names::Option => match other(Names::Level) {
            1 => constant(SOCKET_OPTIONS, value),
            6 => constant(TCP_OPTIONS, value),
            _ => format!("{value:#x}"),
        },
        Names::Accept => bits(TYPE_FLAGS, value),
        Names::Fcntl => constant(FCNTL, value),
        Names::Status => match value & 3 {
            0 if value != 0 => format!("O_RDONLY|{}", bits(STATUS, value)),
            _ => bits(STATUS, value),
        },
        Names::Descriptor => bits(DESCRIPTOR, value),
        Names::Ioctl => constant(IOCTL, value),
        Names::EpollCreate => bits(EPOLL, value),
        Names::EpollControl => constant(CONTROL, value),
        Names::Dup => bits(DUP, value),
        Names::CloseRange => bits(RANGE, value),
        Names::Splice => bits(SPLICE, value),
    }
}
