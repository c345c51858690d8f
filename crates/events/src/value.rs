//! The values of the command language and the addresses of sockets: plain data that every room may hold.
//! Not how they are parsed (`command`), converted for the kernel (`engine`) or shown (`render`).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{SocketAddrV4, SocketAddrV6};

/// The most memory a value takes, in bytes: what a text, bytes, a list or a buffer may hold.
pub const LARGEST: usize = 256 << 20;

/// What a variable holds, a call returns or a literal means. Kernel objects are named by their file descriptor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Python's `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number; where a time is meant, seconds.
    Float(f64),
    /// An integer that is known by a name: `AF_INET`, `SOCK_STREAM|SOCK_NONBLOCK`.
    Constant {
        /// Its number.
        value: i64,
        /// The name as C spells it.
        name: String,
    },
    /// Text.
    Str(String),
    /// Bytes.
    Bytes(#[serde(with = "whole")] Vec<u8>),
    /// A mutable sequence.
    List(Vec<Value>),
    /// An immutable sequence, e.g. what `recvfrom` returns.
    Tuple(Vec<Value>),
    /// A socket of this process, by its file descriptor.
    Socket(i32),
    /// An epoll instance of this process, by its file descriptor.
    Epoll(i32),
    /// A `select.poll()` object of this process (it has no descriptor), by its number.
    Poller(u32),
    /// A file made by `makefile`, by its number.
    File(u32),
    /// A socket address; indexes like Python's tuple.
    Address(Address),
}

/// Bytes as one piece: serde's own way for a `Vec` goes byte by byte, which takes a second for three megabytes.
mod whole {
    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::Serializer;
    use std::fmt;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
        input.deserialize_byte_buf(Bytes)
    }

    struct Bytes;

    impl<'de> Visitor<'de> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
            let mut bytes = Vec::new();
            while let Some(byte) = items.next_element()? {
                bytes.push(byte);
            }
            Ok(bytes)
        }
    }
}

impl Value {
    /// Whether Python takes it for true: not zero, not empty, not None.
    pub fn is_true(&self) -> bool {
        match self {
            Self::None => false,
            Self::Bool(truth) => *truth,
            Self::Int(value) | Self::Constant { value, .. } => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(values) | Self::Tuple(values) => !values.is_empty(),
            Self::Socket(_)
            | Self::Epoll(_)
            | Self::Poller(_)
            | Self::File(_)
            | Self::Address(_) => true,
        }
    }
}

/// A socket address as the kernel takes and gives it (`struct sockaddr_*`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Address {
    /// AF_INET (ip(7)).
    Inet(SocketAddrV4),
    /// AF_INET6 (ipv6(7)).
    Inet6(#[serde(with = "inet6")] SocketAddrV6),
    /// AF_UNIX with a path in the file system (unix(7)).
    UnixPath(Vec<u8>),
    /// AF_UNIX with a name in the abstract namespace, without its leading zero byte (unix(7)).
    UnixAbstract(Vec<u8>),
    /// AF_UNIX without a name.
    UnixUnnamed,
    /// AF_NETLINK: port id and multicast groups (netlink(7)).
    Netlink {
        /// `nl_pid`: 0 is the kernel.
        pid: u32,
        /// `nl_groups`, a bit mask.
        groups: u32,
    },
    /// AF_PACKET (packet(7)).
    Packet {
        /// Interface name, empty for any.
        interface: String,
        /// `sll_ifindex`.
        index: i32,
        /// `sll_protocol` in host byte order, e.g. 0x0800.
        protocol: u16,
        /// `sll_pkttype`: PACKET_HOST, PACKET_OUTGOING …
        packet_type: u8,
        /// `sll_hatype`: ARPHRD_ETHER, ARPHRD_LOOPBACK …
        hardware_type: u16,
        /// `sll_addr`, at most eight bytes.
        hardware_address: Vec<u8>,
    },
    /// AF_VSOCK (vsock(7)).
    Vsock {
        /// `svm_cid`: 2 is the host, `VMADDR_CID_ANY` any.
        cid: u32,
        /// `svm_port`, in host byte order.
        port: u32,
    },
    /// Any other family, or AF_UNSPEC (which dissolves a UDP socket's association, connect(2)).
    Other {
        /// `sa_family`.
        family: u16,
        /// The bytes after the family.
        bytes: Vec<u8>,
    },
}

/// An IPv6 address with all four of its parts. Serde's own form leaves out flow label and scope id where the format is binary.
mod inet6 {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::net::{Ipv6Addr, SocketAddrV6};

    pub(super) fn serialize<S: Serializer>(
        address: &SocketAddrV6,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let (ip, port) = (address.ip(), address.port());
        (ip, port, address.flowinfo(), address.scope_id()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SocketAddrV6, D::Error> {
        let parts: (Ipv6Addr, u16, u32, u32) = Deserialize::deserialize(deserializer)?;
        Ok(SocketAddrV6::new(parts.0, parts.1, parts.2, parts.3))
    }
}

impl Address {
    /// The port of an Internet address, in host byte order.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Inet(address) => Some(address.port()),
            Self::Inet6(address) => Some(address.port()),
            _ => None,
        }
    }

    /// The IP address of an Internet address.
    pub fn ip(&self) -> Option<std::net::IpAddr> {
        match self {
            Self::Inet(address) => Some((*address.ip()).into()),
            Self::Inet6(address) => Some((*address.ip()).into()),
            _ => None,
        }
    }

    /// An Internet address without what only IPv6 has besides: IP address and port.
    pub fn socket_address(&self) -> Option<std::net::SocketAddr> {
        Some(std::net::SocketAddr::new(self.ip()?, self.port()?))
    }
}

impl From<std::net::SocketAddr> for Address {
    fn from(address: std::net::SocketAddr) -> Self {
        match address {
            std::net::SocketAddr::V4(v4) => Self::Inet(v4),
            std::net::SocketAddr::V6(v6) => Self::Inet6(v6),
        }
    }
}

/// The address as the command form writes it: `127.0.0.1:5000`, `[::1]:5000`, `./x.sock`, `@name`, `netlink:0`.
/// Names that came from outside are escaped, so the result is safe to print.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => write!(f, "{address}"),
            Self::Inet6(address) => write!(f, "{address}"),
            Self::UnixPath(path) => write!(f, "{}", path.escape_ascii()),
            Self::UnixAbstract(name) => write!(f, "@{}", name.escape_ascii()),
            Self::UnixUnnamed => write!(f, "(unnamed)"),
            Self::Netlink { pid, groups: 0 } => write!(f, "netlink:{pid}"),
            Self::Netlink { pid, groups } => write!(f, "netlink:{pid} groups {groups:#x}"),
            Self::Packet {
                interface,
                index,
                protocol,
                ..
            } => {
                if interface.is_empty() {
                    write!(f, "packet:if{index}")?;
                } else {
                    write!(f, "packet:{}", interface.escape_default())?;
                }
                if *protocol == 0 {
                    Ok(())
                } else {
                    write!(f, " proto {protocol:#06x}")
                }
            }
            Self::Vsock { cid, port } => write!(f, "vsock:{cid}:{port}"),
            Self::Other { family: 0, .. } => write!(f, "AF_UNSPEC"),
            Self::Other { family, bytes } => write!(f, "family {family}, {} bytes", bytes.len()),
        }
    }
}
