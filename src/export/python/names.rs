//! Which constants Python's modules have: those of every CPython from 3.8 to 3.13 on Linux. What only some of them have, a
//! program gives its number.

use crate::catalog::constant::constant;
use crate::catalog::errno;
use crate::catalog::parameter::Group;

/// What `socket` has, besides the numbers of errors.
const SOCKET: &str = "
    AF_ALG AF_APPLETALK AF_AX25 AF_CAN AF_INET AF_INET6 AF_IPX AF_KEY AF_LLC AF_NETLINK AF_PACKET AF_PPPOX AF_QIPCRTR
    AF_RDS AF_TIPC AF_UNIX AF_UNSPEC AF_VSOCK AF_X25 AI_ADDRCONFIG AI_ALL AI_CANONNAME AI_NUMERICHOST AI_NUMERICSERV
    AI_PASSIVE AI_V4MAPPED EAI_ADDRFAMILY EAI_AGAIN EAI_BADFLAGS EAI_FAIL EAI_FAMILY EAI_MEMORY EAI_NODATA EAI_NONAME
    EAI_OVERFLOW EAI_SERVICE EAI_SOCKTYPE EAI_SYSTEM INADDR_ALLHOSTS_GROUP INADDR_ANY INADDR_BROADCAST INADDR_LOOPBACK
    INADDR_MAX_LOCAL_GROUP INADDR_NONE INADDR_UNSPEC_GROUP IPPORT_RESERVED IPPORT_USERRESERVED IPPROTO_AH
    IPPROTO_DSTOPTS IPPROTO_EGP IPPROTO_ESP IPPROTO_FRAGMENT IPPROTO_GRE IPPROTO_HOPOPTS IPPROTO_ICMP IPPROTO_ICMPV6
    IPPROTO_IDP IPPROTO_IGMP IPPROTO_IP IPPROTO_IPIP IPPROTO_IPV6 IPPROTO_NONE IPPROTO_PIM IPPROTO_PUP IPPROTO_RAW
    IPPROTO_ROUTING IPPROTO_RSVP IPPROTO_SCTP IPPROTO_TCP IPPROTO_TP IPPROTO_UDP IPV6_CHECKSUM IPV6_DONTFRAG
    IPV6_DSTOPTS IPV6_HOPLIMIT IPV6_HOPOPTS IPV6_JOIN_GROUP IPV6_LEAVE_GROUP IPV6_MULTICAST_HOPS IPV6_MULTICAST_IF
    IPV6_MULTICAST_LOOP IPV6_NEXTHOP IPV6_PATHMTU IPV6_PKTINFO IPV6_RECVDSTOPTS IPV6_RECVHOPLIMIT IPV6_RECVHOPOPTS
    IPV6_RECVPATHMTU IPV6_RECVPKTINFO IPV6_RECVRTHDR IPV6_RECVTCLASS IPV6_RTHDR IPV6_RTHDRDSTOPTS IPV6_TCLASS
    IPV6_UNICAST_HOPS IPV6_V6ONLY IP_ADD_MEMBERSHIP IP_BIND_ADDRESS_NO_PORT IP_DEFAULT_MULTICAST_LOOP
    IP_DEFAULT_MULTICAST_TTL IP_DROP_MEMBERSHIP IP_HDRINCL IP_MAX_MEMBERSHIPS IP_MULTICAST_IF IP_MULTICAST_LOOP
    IP_MULTICAST_TTL IP_OPTIONS IP_RECVOPTS IP_RETOPTS IP_TOS IP_TRANSPARENT IP_TTL MSG_CMSG_CLOEXEC MSG_CONFIRM
    MSG_CTRUNC MSG_DONTROUTE MSG_DONTWAIT MSG_EOR MSG_ERRQUEUE MSG_FASTOPEN MSG_MORE MSG_NOSIGNAL MSG_OOB MSG_PEEK
    MSG_TRUNC MSG_WAITALL NETLINK_CRYPTO NETLINK_FIREWALL NETLINK_NFLOG NETLINK_ROUTE NETLINK_USERSOCK NETLINK_XFRM
    NI_DGRAM NI_MAXHOST NI_MAXSERV NI_NAMEREQD NI_NOFQDN NI_NUMERICHOST NI_NUMERICSERV PACKET_BROADCAST PACKET_HOST
    PACKET_LOOPBACK PACKET_MULTICAST PACKET_OTHERHOST PACKET_OUTGOING PF_PACKET SCM_CREDENTIALS SCM_RIGHTS SHUT_RD
    SHUT_RDWR SHUT_WR SOCK_CLOEXEC SOCK_DGRAM SOCK_NONBLOCK SOCK_RAW SOCK_RDM SOCK_SEQPACKET SOCK_STREAM SOL_ALG SOL_IP
    SOL_SOCKET SOL_TCP SOL_TIPC SOL_UDP SOMAXCONN SO_ACCEPTCONN SO_BINDTODEVICE SO_BROADCAST SO_DEBUG SO_DOMAIN
    SO_DONTROUTE SO_ERROR SO_KEEPALIVE SO_LINGER SO_MARK SO_OOBINLINE SO_PASSCRED SO_PASSSEC SO_PEERCRED SO_PEERSEC
    SO_PRIORITY SO_PROTOCOL SO_RCVBUF SO_RCVLOWAT SO_RCVTIMEO SO_REUSEADDR SO_REUSEPORT SO_SNDBUF SO_SNDLOWAT
    SO_SNDTIMEO SO_TYPE TCP_CONGESTION TCP_CORK TCP_DEFER_ACCEPT TCP_FASTOPEN TCP_INFO TCP_KEEPCNT TCP_KEEPIDLE
    TCP_KEEPINTVL TCP_LINGER2 TCP_MAXSEG TCP_NODELAY TCP_NOTSENT_LOWAT TCP_QUICKACK TCP_SYNCNT TCP_USER_TIMEOUT
    TCP_WINDOW_CLAMP
";

/// What `termios` has.
const TERMIOS: &str = "FIOASYNC FIOCLEX FIONBIO FIONCLEX FIONREAD TIOCOUTQ";

/// The module that has a constant; `None` when none has it in each of those versions.
pub(in crate::export) fn module(name: &str) -> Option<&'static str> {
    if errno::by_name(name).is_some() {
        // The one that Python has no name for.
        return (name != "EHWPOISON").then_some("errno");
    }
    if SOCKET.split_whitespace().any(|known| known == name) {
        return Some("socket");
    }
    if TERMIOS.split_whitespace().any(|known| known == name) {
        return Some("termios");
    }
    let groups = constant(name).map_or(&[][..], |constant| constant.groups);
    let polls = groups.contains(&Group::PollEvent) || name == "EPOLL_CLOEXEC";
    let waits = groups.contains(&Group::EpollEvent) && name != "EPOLLWAKEUP";
    (polls || waits).then_some("select")
}

/// The header that has a constant, for the comment beside its number.
pub(in crate::export) fn header(name: &str) -> &'static str {
    const HEADERS: &[(&[&str], &str)] = &[
        (&["IP_", "IPV6_", "IPPROTO_"], "netinet/in.h"),
        (&["TCP_"], "linux/tcp.h"),
        (&["UDP_"], "linux/udp.h"),
        (&["SO_EE_"], "linux/errqueue.h"),
        (&["SOF_"], "linux/net_tstamp.h"),
        (&["ETH_P_"], "linux/if_ether.h"),
        (&["PACKET_"], "linux/if_packet.h"),
        (&["NETLINK_", "NLM_", "NLMSG"], "linux/netlink.h"),
        (
            &[
                "RTM_", "RTA_", "RTN_", "RTMGRP_", "RTNLGRP_", "RTPROT_", "RT_",
            ],
            "linux/rtnetlink.h",
        ),
        (&["IFLA_"], "linux/if_link.h"),
        (&["IFA_"], "linux/if_addr.h"),
        (&["IFF_", "SIOCGIF", "SIOCSIF"], "net/if.h"),
        (&["SIOC", "FIO"], "linux/sockios.h"),
        (&["EPOLL"], "sys/epoll.h"),
        (&["E"], "errno.h"),
    ];
    HEADERS
        .iter()
        .find(|(starts, _)| starts.iter().any(|start| name.starts_with(start)))
        .map_or("sys/socket.h", |(_, header)| header)
}
