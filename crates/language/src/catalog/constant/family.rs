//! The three arguments of socket(2) that pick what an endpoint is, first half: families and types; and the ends of shutdown(2).

use crate::catalog::parameter::Group;

const FAMILY: &[Group] = &[Group::Family];
const TYPE: &[Group] = &[Group::Type];
const SHUTDOWN: &[Group] = &[Group::Shutdown];

constants! {
    /// Address families.
    FAMILIES: FAMILY;
    AF_UNSPEC => "no particular family: getaddrinfo gives IPv4 and IPv6; connect to it dissolves a UDP socket's association";
    AF_UNIX => "between processes of this machine; an address is a path, an abstract name, or nothing (unix(7))";
    AF_LOCAL => "POSIX's other name for AF_UNIX";
    AF_INET => "IPv4: an address is four bytes and a port (ip(7))";
    AF_INET6 => "IPv6: an address is sixteen bytes, a port, a flow label and a scope; can serve IPv4 too (ipv6(7))";
    AF_NETLINK => "a conversation with the kernel itself: routes, interfaces, sockets (netlink(7))";
    AF_PACKET => "whole frames of an interface, below IP; needs CAP_NET_RAW, which the lab has (packet(7))";
    AF_AX25 => "amateur radio AX.25";
    AF_IPX => "Novell IPX, removed from Linux 5.15";
    AF_APPLETALK => "AppleTalk DDP";
    AF_X25 => "X.25 packet layer";
    AF_KEY => "IPsec key management, PF_KEY version 2 (RFC 2367)";
    AF_RDS => "Reliable Datagram Sockets; the family where Linux keeps SOCK_SEQPACKET over clusters";
    AF_PPPOX => "PPP over Ethernet and L2TP tunnels";
    AF_LLC => "IEEE 802.2 logical link control";
    AF_CAN => "Controller Area Network, the bus of cars";
    AF_TIPC => "Transparent Inter-Process Communication between cluster nodes; the home of SOCK_RDM";
    AF_BLUETOOTH => "Bluetooth";
    AF_ALG => "the kernel's cryptography as a socket";
    AF_VSOCK => "between a virtual machine and its host (vsock(7))";
    AF_XDP => "frames straight from a network driver, past the stack";
    AF_IB => "InfiniBand native addressing";
    AF_MPLS => "MPLS label routing, used in netlink messages";
    AF_KCM = 41 => "Kernel Connection Multiplexer: messages over TCP";
    AF_QIPCRTR = 42 => "Qualcomm IPC router";
    AF_SMC = 43 => "Shared Memory Communications: sockets over RDMA";
    AF_MCTP = 45 => "Management Component Transport Protocol between chips of a board";
}

constants! {
    /// The same numbers under the names of the first BSD, which meant a protocol family.
    PROTOCOL_FAMILIES: FAMILY;
    PF_UNSPEC => "the same number as AF_UNSPEC";
    PF_UNIX => "the same number as AF_UNIX; PF_ stood for protocol family";
    PF_LOCAL => "the same number as AF_UNIX";
    PF_INET => "the same number as AF_INET; PF_ stood for protocol family";
    PF_INET6 => "the same number as AF_INET6";
    PF_NETLINK => "the same number as AF_NETLINK";
    PF_PACKET => "the same number as AF_PACKET";
}

constants! {
    /// Socket types, and the two flags that may be joined to them.
    TYPES: TYPE;
    SOCK_STREAM => "a connected stream of bytes, in order, nothing lost, without message boundaries: TCP";
    SOCK_DGRAM => "single datagrams with boundaries; over IP they may be lost, doubled or reordered: UDP";
    SOCK_RAW => "packets of one protocol with headers you build yourself; needs CAP_NET_RAW, which the lab has (raw(7))";
    SOCK_RDM => "reliable datagrams without order; Linux refuses it for IP and UNIX sockets (ESOCKTNOSUPPORT)";
    SOCK_SEQPACKET => "a connection that keeps message boundaries; AF_UNIX has it, IP only through SCTP";
    SOCK_DCCP => "Datagram Congestion Control Protocol, removed from Linux 6.16";
    SOCK_PACKET = 10 => "the obsolete way to frames; use AF_PACKET";
    SOCK_NONBLOCK => "joined to the type: calls that would sleep fail with EAGAIN instead (O_NONBLOCK)";
    SOCK_CLOEXEC => "joined to the type: the descriptor closes when the process executes another program";
}

constants! {
    /// What shutdown(2) ends.
    SHUTDOWNS: SHUTDOWN;
    SHUT_RD => "no more reading: recv gives the end of file; nothing is sent to the peer";
    SHUT_WR => "no more writing: TCP sends FIN after what is queued; reading goes on (half-close)";
    SHUT_RDWR => "both directions, for every descriptor of this socket";
}
