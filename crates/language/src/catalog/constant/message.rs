//! Flags of a single transfer and of waiting: MSG_*, SCM_*, POLL*, EPOLL*; and the requests of ioctl(2) that sockets answer.

use crate::catalog::parameter::Group;

const MESSAGE: &[Group] = &[Group::MessageFlag];
const ANCILLARY_DATA: &[Group] = &[Group::Ancillary];
const EPOLL: &[Group] = &[Group::EpollEvent];
/// `register` takes poll's names for a poll object, so they are valid at both places.
const POLL: &[Group] = &[Group::PollEvent, Group::EpollEvent];
const OPERATION: &[Group] = &[Group::EpollOperation];
const REQUEST: &[Group] = &[Group::Ioctl];

constants! {
    /// Flags of send(2) and recv(2), and those that recvmsg(2) gives back.
    MESSAGE_FLAGS: MESSAGE;
    MSG_OOB => "send or take the one byte of urgent data, outside the stream (RFC 6093 advises against it)";
    MSG_PEEK => "look at the data and leave it in the queue";
    MSG_DONTROUTE => "send to directly connected hosts only, past the routing table";
    MSG_CTRUNC => "given back: ancillary data did not fit and was cut";
    MSG_PROXY = 0x10 => "historic, unused";
    MSG_TRUNC => "given back: the datagram was longer than the buffer; passed to recv: return its true length (on TCP: throw the bytes away)";
    MSG_DONTWAIT => "this one call does not block: EAGAIN instead";
    MSG_EOR => "end of a record, for protocols that have records (SOCK_SEQPACKET)";
    MSG_WAITALL => "recv returns only when the whole size has come, or the end of file, an error or a signal";
    MSG_FIN => "internal to the kernel's TCP";
    MSG_SYN => "internal to the kernel's TCP";
    MSG_CONFIRM => "tells the link layer that the neighbour answers, so ARP need not ask again";
    MSG_RST => "internal to the kernel's TCP";
    MSG_ERRQUEUE => "take from the error queue: ICMP errors (IP_RECVERR) and transmit time stamps";
    MSG_NOSIGNAL => "no SIGPIPE when the peer has gone, EPIPE only (in this lab SIGPIPE is ignored anyway)";
    MSG_MORE => "more is coming: hold back a partial segment (like TCP_CORK for one call); UDP: join into one datagram";
    MSG_WAITFORONE => "recvmmsg: do not block after the first message";
    MSG_ZEROCOPY => "send from the program's own memory without a copy; completion comes through the error queue";
    MSG_FASTOPEN => "sendto in place of connect: the data travels in the SYN (RFC 7413)";
    MSG_CMSG_CLOEXEC => "descriptors that arrive by SCM_RIGHTS close on exec";
}

constants! {
    /// Types of ancillary data at level SOL_SOCKET (cmsg(3), unix(7)).
    ANCILLARY: ANCILLARY_DATA;
    SCM_RIGHTS => "open descriptors, which the receiver gets as new descriptors of its own (AF_UNIX)";
    SCM_CREDENTIALS => "the sender's process, user and group ids, checked by the kernel (AF_UNIX, SO_PASSCRED)";
    SCM_SECURITY = 3 => "the sender's security context (AF_UNIX, SO_PASSSEC)";
    SCM_TIMESTAMP => "when the packet was received, in microseconds (SO_TIMESTAMP)";
    SCM_TIMESTAMPNS => "when the packet was received, in nanoseconds (SO_TIMESTAMPNS)";
    SCM_TIMESTAMPING => "receive or transmit time stamps of software and hardware (SO_TIMESTAMPING)";
}

constants! {
    /// Events of epoll_ctl(2) and the flags that go with them.
    EPOLL_EVENTS: EPOLL;
    EPOLLIN => "there is something to read, a connection to accept, or the end of file";
    EPOLLPRI => "urgent data (TCP out-of-band)";
    EPOLLOUT => "a write would not block";
    EPOLLERR => "an error waits in SO_ERROR, or something in the error queue; always reported";
    EPOLLHUP => "both directions are shut down; always reported";
    EPOLLRDNORM => "the same as EPOLLIN for sockets";
    EPOLLRDBAND => "priority band data; unused by sockets";
    EPOLLWRNORM => "the same as EPOLLOUT for sockets";
    EPOLLWRBAND => "priority band data may be written";
    EPOLLMSG => "unused";
    EPOLLRDHUP => "the peer shut down its writing: a FIN has come";
    EPOLLEXCLUSIVE => "of several epolls waiting for one descriptor, wake one or a few, not all";
    EPOLLWAKEUP => "keep the system awake until the event is handled";
    EPOLLONESHOT => "report once, then stay silent until the next EPOLL_CTL_MOD";
    EPOLLET = 1 << 31 => "edge-triggered: report when something new comes, not as long as something is there";
}

constants! {
    /// Events of poll(2).
    POLL_EVENTS: POLL;
    POLLIN => "there is something to read, a connection to accept, or the end of file";
    POLLPRI => "urgent data (TCP out-of-band)";
    POLLOUT => "a write would not block";
    POLLERR => "an error waits in SO_ERROR; always reported";
    POLLHUP => "both directions are shut down; always reported";
    POLLNVAL => "the descriptor is not open; always reported";
    POLLRDNORM => "the same as POLLIN for sockets";
    POLLRDBAND => "priority band data; unused by sockets";
    POLLWRNORM => "the same as POLLOUT for sockets";
    POLLWRBAND => "priority band data may be written";
    POLLMSG = 0x400 => "unused";
    POLLRDHUP => "the peer shut down its writing: a FIN has come";
}

constants! {
    /// Operations of epoll_ctl(2).
    EPOLL_OPERATIONS: OPERATION;
    EPOLL_CTL_ADD => "add a descriptor to the interest list; EEXIST if it is there";
    EPOLL_CTL_DEL => "take a descriptor off the interest list; ENOENT if it is not there";
    EPOLL_CTL_MOD => "change the events of a descriptor on the list; also arms EPOLLONESHOT again";
}

constants! {
    /// Requests of ioctl(2) that sockets and interfaces answer (tcp(7), udp(7), unix(7), netdevice(7)).
    IOCTLS: REQUEST;
    FIONREAD => "bytes that can be read now (UDP: of the next datagram)";
    SIOCINQ = 0x541B => "the same request as FIONREAD";
    TIOCOUTQ => "bytes in the send queue: for TCP not yet acknowledged";
    SIOCOUTQ = 0x5411 => "the same request as TIOCOUTQ";
    SIOCOUTQNSD = 0x894B => "bytes in the send queue that have not been sent at all";
    SIOCATMARK = 0x8905 => "1 when the read position is at the urgent byte";
    FIONBIO => "non-blocking mode on (1) or off (0), like O_NONBLOCK";
    FIOASYNC => "SIGIO when something happens on or off, like O_ASYNC";
    FIOCLEX => "close on exec on";
    FIONCLEX => "close on exec off";
    FIOSETOWN = 0x8901 => "which process gets SIGIO and SIGURG";
    SIOCSPGRP = 0x8902 => "which process or group gets SIGIO and SIGURG";
    FIOGETOWN = 0x8903 => "who gets SIGIO and SIGURG";
    SIOCGPGRP = 0x8904 => "who gets SIGIO and SIGURG";
    SIOCGSTAMP = 0x8906 => "when the last packet was handed to the program";
    SIOCGSTAMPNS = 0x8907 => "when the last packet was handed to the program, in nanoseconds";
    SIOCGIFNAME => "the name of the interface with a given number";
    SIOCGIFCONF => "all interfaces that have an IPv4 address";
    SIOCGIFFLAGS => "an interface's flags: up, loopback, multicast …";
    SIOCSIFFLAGS => "set an interface's flags";
    SIOCGIFADDR => "an interface's IPv4 address";
    SIOCSIFADDR => "set an interface's IPv4 address";
    SIOCGIFDSTADDR => "the far address of a point-to-point interface";
    SIOCGIFBRDADDR => "an interface's broadcast address";
    SIOCGIFNETMASK => "an interface's netmask";
    SIOCGIFMETRIC => "an interface's metric, always 0 on Linux";
    SIOCGIFMTU => "an interface's MTU: the largest packet it carries, in bytes";
    SIOCSIFMTU => "set an interface's MTU";
    SIOCGIFHWADDR => "an interface's hardware (MAC) address";
    SIOCGIFINDEX => "the number of the interface with a given name";
    SIOCGIFTXQLEN => "length of an interface's transmit queue, in packets";
    SIOCETHTOOL => "questions to a network driver: what ethtool uses";
}
