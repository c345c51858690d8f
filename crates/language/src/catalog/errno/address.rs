//! Errnos about what was asked for: families, types, protocols, addresses, routes, options, arguments.

described! {
    /// In the order of their numbers.
    ADDRESS;
    EDESTADDRREQ "Destination address required" "send(2)"
        means "A datagram has no destination address."
        when {
            "send": "the socket is not connected, and the call names no address; use sendto, or connect first";
            "write": "the same through a file made by makefile";
        }
        next "Name the address with sendto, or connect once and then send." after "send";
    EMSGSIZE "Message too long" "send(2)"
        means "The message does not fit."
        when {
            "send" for "UDP": "UDP carries at most 65507 bytes over IPv4; with IP_MTU_DISCOVER = IP_PMTUDISC_DO no more than the path MTU less headers; or an ICMP error about an earlier datagram was pending";
            "send" for "UNIX": "a datagram or a message of SOCK_SEQPACKET that is larger than the send buffer";
            "send" for "raw": "a packet longer than 65535 bytes, or with IP_HDRINCL longer than the interface's MTU";
            "send" for "packet": "a frame longer than the interface takes";
            "send" for "netlink": "a message larger than the send buffer";
            "recv" for "UDP, raw": "an ICMP error about an earlier datagram, reported by this call";
        }
        next "Send less in one message. TCP has no such limit, because its stream has no messages." after "send";
    EPROTOTYPE "Protocol wrong type for socket" "connect(2)"
        means "Both ends exist but are of different types."
        when {
            "connect" for "UNIX": "a stream socket at a datagram socket's path, or the other way round";
            "sendto" for "UNIX": "a datagram to the path of a stream socket";
        }
        next "Make both sockets the same type." after "connect send";
    ENOPROTOOPT "Protocol not available" "getsockopt(2)"
        means "This level does not know that option, on this kind of socket."
        when {
            "setsockopt": "the option belongs to another level, or to another kind of socket (TCP_NODELAY at SOL_SOCKET), or the kernel is older";
            "getsockopt": "the same; also an option that can only be set";
        }
        next "`explain` the option shows its level; `options` lists what this socket has." after "setsockopt getsockopt";
    EPROTONOSUPPORT "Protocol not supported" "socket(2)"
        means "The family has no such protocol for this type."
        when {
            "socket": "the third argument does not fit the first two: AF_INET SOCK_STREAM IPPROTO_UDP; SOCK_RAW with protocol 0; a protocol the kernel was built without";
            "socketpair": "a protocol other than 0 for AF_UNIX";
        }
        next "Leave the protocol 0, which picks the usual one (TCP for a stream, UDP for datagrams); for SOCK_RAW name it: IPPROTO_ICMP." after "socket socketpair";
    ESOCKTNOSUPPORT "Socket type not supported" "socket(2)"
        means "The family has no sockets of this type."
        when {
            "socket": "SOCK_RDM or SOCK_SEQPACKET with AF_INET; SOCK_RDM with AF_UNIX: the constant exists, the implementation does not";
        }
        next "AF_INET has STREAM, DGRAM and RAW; AF_UNIX has STREAM, DGRAM and SEQPACKET." after "socket socketpair";
    EOPNOTSUPP "Operation not supported" "listen(2)"
        means "This type of socket cannot do that at all."
        when {
            "listen": "on a socket of datagrams: there are no connections to wait for";
            "accept": "on a datagram socket";
            "socketpair": "AF_INET: only AF_UNIX (and TIPC) make pairs";
            "send" for "datagram, raw, packet": "MSG_OOB: urgent data belongs to streams";
            "recv" for "datagram, raw, packet": "the same";
            "setsockopt": "the option exists, but not for this family";
        }
        next "`help` of the call says which types it is for. ENOTSUP is the same number." after "listen accept socketpair";
    EPFNOSUPPORT "Protocol family not supported" "socket(2)"
        means "The kernel has no such protocol family; today's kernels say EAFNOSUPPORT."
        when {
            "socket": "not on Linux";
        }
        next "See EAFNOSUPPORT.";
    EAFNOSUPPORT "Address family not supported by protocol" "socket(2)"
        means "The address or the socket is of a family that does not fit here."
        when {
            "socket": "a family the kernel does not have (or whose module is not loaded)";
            "connect": "an address of another family than the socket: an IPv6 address for an AF_INET socket";
            "bind": "the same (Linux also says EINVAL when the length is too short)";
            "sendto": "the same";
            "inet_pton": "only AF_INET and AF_INET6 have a text form";
        }
        next "Give socket the family of the address: AF_INET6 for `::1`, AF_UNIX for a path." after "connect bind send";
    EADDRINUSE "Address already in use" "bind(2)"
        means "What was asked for is taken."
        when {
            "bind" for "TCP": "a socket is bound there; or connections of an earlier server are in TIME-WAIT and SO_REUSEADDR is not set; or no ephemeral port is left";
            "bind" for "UDP": "a socket is bound there, or no ephemeral port is left";
            "bind" for "UNIX": "the path exists, even if no socket uses it any more; or the abstract name is taken";
            "bind" for "netlink": "the port id is taken";
            "setsockopt" for "IP": "the group has been joined already, on that interface";
            "listen" for "TCP": "two sockets bound with SO_REUSEADDR and the other one listens; or no ephemeral port is left for a socket that was not bound";
            "connect" for "TCP": "the five-tuple exists already (a bound source port to the same peer), or it is in TIME-WAIT";
            "create_server": "the same as bind; it sets SO_REUSEADDR itself";
        }
        next "`sockets` shows who holds it. A server sets SO_REUSEADDR before bind; to share on purpose all set SO_REUSEPORT." after "bind listen"
            for "UNIX": "`sockets` shows who holds it. A file that no socket uses any more is removed first (unlink); a file never stays behind an abstract name (`@name`)."
            for "netlink": "0 lets the kernel choose a port id.";
    EADDRNOTAVAIL "Cannot assign requested address" "bind(2)"
        means "No interface of this host has that address, or no port is free for it."
        when {
            "bind" for "IP": "the address belongs to another host, or is not configured (IPv6: or still tentative)";
            "connect" for "IP": "all ephemeral ports to this peer are in use (sysctl net.ipv4.ip_local_port_range), or IPv6 has no source address";
            "send" for "IPv6": "IPv6 has no source address that fits";
            "setsockopt" for "IP": "the socket is not a member of that group, or no interface has that address";
        }
        next "bind takes an address of this host, not of the peer: 0.0.0.0 for all, 127.0.0.1 for this host only. `if_nameindex` lists the interfaces." after "bind";
    ENETDOWN "Network is down" "packet(7)"
        means "The interface is not up."
        when {
            "recv" for "packet": "the interface went down, or was down when the socket was bound";
            "send" for "packet": "the interface is down";
        }
        next "Bring the interface up.";
    ENETUNREACH "Network is unreachable" "connect(2)"
        means "The routing table has no way to that address; nothing was sent."
        when {
            "connect": "no route leads there";
            "connect" for "IPv6": "no route leads there; or the address is an IPv4 one (::ffff:…) and IPV6_V6ONLY is 1";
            "sendto" for "IPv6": "the same";
            "sendto": "the same";
            "send" for "UDP": "no route leads there, or an ICMP network unreachable came from a router (reported at once when IP_RECVERR is set)";
        }
        next "Look at the address: 127.0.0.1 and ::1 are this host, 10.0.0.0/24 and fd00::/64 the wire that `host NAME` makes.";
    EHOSTDOWN "Host is down" "ip(7)"
        means "The neighbour does not answer at the link layer; Linux says EHOSTUNREACH."
        when {
            "connect": "not on Linux";
        }
        next "See EHOSTUNREACH.";
    EHOSTUNREACH "No route to host" "ip(7)"
        means "There is a route, but the last step fails: nobody answers ARP (or neighbour discovery), or a router said host unreachable."
        when {
            "connect": "three ARP requests without a reply, about three seconds; or ICMP host unreachable";
            "sendto": "the same, reported by a later call";
            "recv": "the same, as the pending error";
        }
        next "Does a host with that address exist on this network? `packets arp` shows the unanswered requests.";
    ENODEV "No such device" "netdevice(7)"
        means "There is no interface with that name or number."
        when {
            "setsockopt": "SO_BINDTODEVICE, or joining a multicast group without an interface that fits";
            "ioctl": "SIOCGIF… for an interface that does not exist";
            "bind" for "packet": "the interface does not exist";
            "bind" for "IPv6": "a link-local address with a scope id that is not an interface";
            "if_nametoindex": "the name is unknown";
        }
        next "`if_nameindex` lists the interfaces; a fresh lab has only lo.";
    ENXIO "No such device or address" "netdevice(7)"
        means "No device behind that number."
        when {
            "if_indextoname": "no interface has this number";
        }
        next "`if_nameindex` lists the interfaces.";
    EINVAL "Invalid argument" "errno(3)"
        means "An argument has a value the call cannot take, or the socket is in a state where it makes no sense."
        when {
            "bind": "the socket is bound already; or the address is shorter than its family needs";
            "bind" for "IPv6": "the socket is bound already; or a link-local address lacks its scope id";
            "bind" for "UNIX": "the socket is bound already; or the address is longer than struct sockaddr_un, or too short";
            "listen": "the socket is connected";
            "listen" for "UNIX": "the socket has no name";
            "accept": "the socket does not listen: listen was forgotten";
            "socket": "unknown flags in the type";
            "shutdown": "the second argument is not SHUT_RD, SHUT_WR or SHUT_RDWR";
            "recv" for "TCP": "MSG_OOB and there is no urgent byte (or SO_OOBINLINE is set)";
            "recv" for "UNIX stream": "the socket is not connected; or MSG_OOB and there is no urgent byte";
            "setsockopt": "a value outside the option's range, or of the wrong length";
            "connect": "the address is of a wrong length";
            "connect" for "UNIX": "the socket listens, or the address is of a wrong length";
            "connect" for "IPv6": "a link-local address without scope id, or an address of a wrong length";
            "send" for "UNIX": "the address is longer than struct sockaddr_un";
            "send" for "UDP": "to port 0, or the ancillary data makes no sense";
            "send" for "raw": "with IP_HDRINCL: the data is shorter than the IP header, or the header says another length";
            "send" for "ping": "the data is not an ICMP echo request";
            "send" for "packet": "the data is shorter than the link's header";
            "epoll_ctl": "the descriptor is the epoll itself, or EPOLLEXCLUSIVE with EPOLL_CTL_MOD";
            "sendmsg": "ancillary data that makes no sense";
        }
        next "The man page of the call lists its EINVALs; `sockets` shows the state the socket is in.";
    EFAULT "Bad address" "errno(3)"
        means "A pointer does not point into the program's memory."
        when {
            "connect": "C only: a wrong pointer to the address; Python and this lab always pass a valid one";
        }
        next "In C look at the pointer and the length.";
    ETOOMANYREFS "Too many references: cannot splice" "unix(7)"
        means "Too many descriptors are in flight inside messages."
        when {
            "sendmsg": "more descriptors sent by SCM_RIGHTS and not yet received than RLIMIT_NOFILE allows";
            "send_fds": "the same";
        }
        next "Let the receiver take the messages, or send fewer descriptors.";
    EDOM "Numerical argument out of domain" "socket(7)"
        means "A time value is out of range."
        when {
            "setsockopt": "SO_RCVTIMEO or SO_SNDTIMEO with microseconds outside 0 to 999999";
        }
        next "Split the time into seconds and less than a million microseconds.";
    EOVERFLOW "Value too large for defined data type" "errno(3)"
        means "A number does not fit."
        when {
            "sendfile": "the end of the transfer is beyond what an offset can hold";
        }
        next "Transfer in smaller parts.";
    ENOTUNIQ "Name not unique on network" "packet(7)"
        means "Another socket holds what must be unique."
        when {
            "setsockopt": "a fanout group with that number exists with other settings";
        }
        next "Choose another number.";
}
