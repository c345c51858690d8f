//! Options of every socket: level SOL_SOCKET (socket(7), unix(7)). Names, kinds, where they apply; nothing is read or set here.

use super::applies::{
    ANY, CONNECTED, INTERNET, LOCAL, PACKET, PEEKABLE, TCP_ONLY, TRANSPORT, UNIX,
};

options! {
    /// Level SOL_SOCKET.
    SOCKET_OPTIONS: SOL_SOCKET, "socket(7)";
    SO_DEBUG: Bool, Both, ANY => "record debugging information; nothing reads it any more, and setting it needs CAP_NET_ADMIN over the whole machine";
    SO_REUSEADDR: Bool, Both, ANY => "bind although old connections in TIME-WAIT hold the address";
    SO_TYPE: Type, Get, ANY => "the socket's type, as SOCK_STREAM";
    SO_ERROR: Errno, Get, ANY => "the pending error, which reading clears: how a non-blocking connect ended";
    SO_DONTROUTE: Bool, Both, ANY => "send to directly connected hosts only, past the routing table";
    SO_BROADCAST: Bool, Both, ANY => "allow datagrams to broadcast addresses";
    SO_SNDBUF: Size, Both, ANY => "size of the send buffer in bytes; the kernel doubles what is set";
    SO_RCVBUF: Size, Both, ANY => "size of the receive buffer in bytes; the kernel doubles what is set";
    SO_SNDBUFFORCE: Size, Set, ANY => "as SO_SNDBUF, past the limit net.core.wmem_max; needs CAP_NET_ADMIN";
    SO_RCVBUFFORCE: Size, Set, ANY => "as SO_RCVBUF, past the limit net.core.rmem_max; needs CAP_NET_ADMIN";
    SO_KEEPALIVE: Bool, Both, ANY => "probe an idle connection, to notice a peer that vanished";
    SO_OOBINLINE: Bool, Both, ANY => "leave urgent data in the stream, at its place";
    SO_NO_CHECK: Bool, Both, ANY => "send UDP over IPv4 without a checksum";
    SO_PRIORITY: Int, Both, ANY => "priority of the packets in the interface's queue";
    SO_LINGER: Linger, Both, ANY => "what close does with unsent data: wait, or (with 0 s) throw it away and send RST";
    SO_BSDCOMPAT: Bool, Both, ANY => "historic, without effect";
    SO_REUSEPORT: Bool, Both, INTERNET => "several sockets bind the same address and the kernel spreads the load";
    SO_PASSCRED: Bool, Both, LOCAL => "receive the sender's ids with each message (AF_UNIX, AF_NETLINK)";
    SO_PEERCRED: Ucred, Get, UNIX => "process, user and group id of the peer as it was at connect or socketpair (AF_UNIX)";
    SO_RCVLOWAT: Size, Both, ANY => "fewest bytes that make the socket readable and recv return";
    SO_SNDLOWAT: Size, Get, ANY => "always 1 on Linux";
    SO_RCVTIMEO: Timeval, Both, ANY => "how long a recv or accept may block before EAGAIN";
    SO_SNDTIMEO: Timeval, Both, ANY => "how long a send or connect may block before EAGAIN (connect: EINPROGRESS)";
    SO_BINDTODEVICE: Text, Both, ANY => "use only this interface";
    SO_ATTACH_FILTER: Bytes, Set, ANY => "a classic BPF program that picks the packets this socket receives";
    SO_DETACH_FILTER: Presence, Set, ANY => "take the BPF program off";
    SO_PEERNAME: Address, Get, CONNECTED => "the peer's address, as getpeername gives it";
    SO_TIMESTAMP: Bool, Both, ANY => "receive time stamps in microseconds with each message";
    SO_ACCEPTCONN: Bool, Get, ANY => "1 when the socket listens";
    SO_PEERSEC: Text, Get, UNIX => "the peer's security label";
    SO_PASSSEC: Bool, Both, LOCAL => "receive the sender's security label with each message";
    SO_TIMESTAMPNS: Bool, Both, ANY => "receive time stamps in nanoseconds with each message";
    SO_MARK: Int, Both, ANY => "a number on each packet for firewall and routing rules";
    SO_TIMESTAMPING: Flags, Both, ANY => "time stamps of reception and transmission, of software or hardware";
    SO_PROTOCOL: Protocol, Get, ANY => "the socket's protocol, as IPPROTO_TCP";
    SO_DOMAIN: Family, Get, ANY => "the socket's family, as AF_INET";
    SO_RXQ_OVFL: Bool, Both, ANY => "receive the count of dropped packets with each message";
    SO_WIFI_STATUS = 41: Bool, Both, ANY => "whether a Wi-Fi frame was acknowledged";
    SO_PEEK_OFF: Int, Both, PEEKABLE => "where MSG_PEEK looks: an offset into the queue";
    SO_NOFCS = 43: Bool, Both, PACKET => "the frame check sequence is in the data (AF_PACKET)";
    SO_LOCK_FILTER = 44: Bool, Both, ANY => "nobody may take the BPF program off any more";
    SO_SELECT_ERR_QUEUE = 45: Bool, Both, ANY => "report the error queue as POLLPRI";
    SO_BUSY_POLL: Microseconds, Both, ANY => "microseconds to poll the driver before sleeping";
    SO_MAX_PACING_RATE = 47: Int, Both, ANY => "most bytes per second TCP may send";
    SO_BPF_EXTENSIONS = 48: Int, Get, ANY => "which BPF extensions the kernel has";
    SO_INCOMING_CPU = 49: Int, Both, ANY => "the processor that handled the last packet";
    SO_ATTACH_BPF = 50: Int, Set, ANY => "an extended BPF program that picks the packets this socket receives";
    SO_ATTACH_REUSEPORT_CBPF: Bytes, Set, INTERNET => "a classic BPF program that spreads the load of SO_REUSEPORT";
    SO_ATTACH_REUSEPORT_EBPF: Int, Set, INTERNET => "an extended BPF program that spreads the load of SO_REUSEPORT";
    SO_CNX_ADVICE = 53: Int, Set, ANY => "tell the kernel that the connection makes no progress, so that it looks for another route";
    SO_MEMINFO = 55: Words, Get, ANY => "the socket's memory in nine numbers";
    SO_INCOMING_NAPI_ID = 56: Int, Get, ANY => "the receive queue of the last packet";
    SO_COOKIE = 57: Cookie, Get, ANY => "a number that names this socket as long as the machine runs";
    SO_PEERGROUPS = 59: Words, Get, UNIX => "the peer's supplementary groups (AF_UNIX)";
    SO_ZEROCOPY = 60: Bool, Both, TRANSPORT => "allow MSG_ZEROCOPY";
    SO_TXTIME = 61: Bytes, Both, ANY => "each packet tells when it is to be sent";
    SO_BINDTOIFINDEX: InterfaceIndex, Both, ANY => "use only the interface with this number";
    SO_DETACH_REUSEPORT_BPF: Presence, Set, INTERNET => "take the program off that spreads the load";
    SO_PREFER_BUSY_POLL = 69: Bool, Both, ANY => "prefer polling the driver to interrupts";
    SO_BUSY_POLL_BUDGET = 70: Int, Set, ANY => "most packets one poll of the driver handles";
    SO_NETNS_COOKIE = 71: Cookie, Get, ANY => "a number that names the socket's network namespace";
    SO_BUF_LOCK = 72: Flags, Both, ANY => "whether the kernel may tune the buffer sizes";
    SO_RESERVE_MEM = 73: Size, Both, ANY => "memory set aside for this socket, in bytes";
    SO_TXREHASH = 74: Int, Both, TCP_ONLY => "choose another path when TCP retransmits";
    SO_RCVMARK = 75: Bool, Both, ANY => "receive the mark of each packet";
    SO_PASSPIDFD = 76: Bool, Both, UNIX => "receive the sender as a pidfd with each message (AF_UNIX, Linux 6.5)";
    SO_PEERPIDFD = 77: Descriptor, Get, UNIX => "the peer process as a pidfd (AF_UNIX, Linux 6.5)";
    SO_RCVPRIORITY = 82: Bool, Both, ANY => "receive the priority of each packet (Linux 6.15)";
    SO_PASSRIGHTS = 83: Bool, Both, UNIX => "accept descriptors from the peer; on unless set (AF_UNIX, Linux 6.16)";
}
