//! Options of IPv6: level IPPROTO_IPV6 (ipv6(7), RFC 3542). Names, kinds, where they apply; nothing is read or set here.

use super::applies::{IPV6, IPV6_DATAGRAM, IPV6_RAW, IPV6_TRANSPORT};

options! {
    /// Level IPPROTO_IPV6.
    IPV6_OPTIONS: IPPROTO_IPV6, "ipv6(7)";
    IPV6_ADDRFORM: Family, Both, IPV6 => "turn an IPv6 socket with a mapped peer into an IPv4 one";
    IPV6_CHECKSUM: Int, Both, IPV6_RAW => "raw socket: where the kernel is to write the checksum";
    IPV6_UNICAST_HOPS: Int, Both, IPV6 => "the hop limit: how many routers a packet may cross";
    IPV6_MULTICAST_IF: InterfaceIndex, Both, IPV6_DATAGRAM => "number of the interface multicast datagrams leave by";
    IPV6_MULTICAST_HOPS: Int, Both, IPV6_DATAGRAM => "hop limit of multicast datagrams, 1 unless set";
    IPV6_MULTICAST_LOOP: Bool, Both, IPV6_DATAGRAM => "whether own multicast datagrams come back to this host, on unless set";
    IPV6_JOIN_GROUP = 20: MreqV6, Set, IPV6_DATAGRAM => "join a multicast group";
    IPV6_ADD_MEMBERSHIP: MreqV6, Set, IPV6_DATAGRAM => "the same option as IPV6_JOIN_GROUP";
    IPV6_LEAVE_GROUP = 21: MreqV6, Set, IPV6_DATAGRAM => "leave a multicast group";
    IPV6_DROP_MEMBERSHIP: MreqV6, Set, IPV6_DATAGRAM => "the same option as IPV6_LEAVE_GROUP";
    IPV6_ROUTER_ALERT: Int, Both, IPV6_RAW => "receive packets that carry the router alert option";
    IPV6_MTU_DISCOVER: Discovery, Both, IPV6 => "whether to obey the path MTU: IPV6_PMTUDISC_*";
    IPV6_MTU: Size, Both, IPV6 => "the path MTU the kernel knows, in bytes";
    IPV6_RECVERR: Bool, Both, IPV6 => "keep ICMPv6 errors in the error queue (MSG_ERRQUEUE)";
    IPV6_V6ONLY: Bool, Both, IPV6_TRANSPORT => "1: IPv6 only; 0: the socket serves IPv4 too, as ::ffff:a.b.c.d";
    IPV6_JOIN_ANYCAST: MreqV6, Set, IPV6_DATAGRAM => "take an anycast address";
    IPV6_LEAVE_ANYCAST: MreqV6, Set, IPV6_DATAGRAM => "give an anycast address up";
    IPV6_MULTICAST_ALL: Bool, Both, IPV6_DATAGRAM => "receive datagrams of every group anyone on this host joined, on unless set";
    IPV6_ROUTER_ALERT_ISOLATE: Bool, Both, IPV6 => "router alert packets of this namespace only";
    IPV6_RECVERR_RFC4884 = 31: Bool, Both, IPV6_DATAGRAM => "keep ICMPv6 extensions with the errors (RFC 4884)";
    IPV6_FLOWINFO: Bool, Both, IPV6 => "receive the flow label";
    IPV6_FLOWLABEL_MGR = 32: Bytes, Both, IPV6 => "ask for and release flow labels";
    IPV6_FLOWINFO_SEND = 33: Bool, Both, IPV6 => "send the flow label of the address";
    IPV6_HDRINCL: Bool, Both, IPV6_RAW => "raw socket: the data begins with your own IPv6 header";
    IPV6_RECVPKTINFO: Bool, Both, IPV6 => "receive interface and destination address with each datagram";
    IPV6_PKTINFO: Bytes, Set, IPV6 => "interface and source address to send with; the ancillary data of IPV6_RECVPKTINFO";
    IPV6_RECVHOPLIMIT: Bool, Both, IPV6 => "receive the hop limit with each datagram";
    IPV6_RECVHOPOPTS: Bool, Both, IPV6 => "receive the hop-by-hop options";
    IPV6_HOPOPTS: Bytes, Both, IPV6 => "hop-by-hop options to send";
    IPV6_RTHDRDSTOPTS: Bytes, Both, IPV6 => "destination options before the routing header";
    IPV6_RECVRTHDR: Bool, Both, IPV6 => "receive the routing header";
    IPV6_RTHDR: Bytes, Both, IPV6 => "routing header to send";
    IPV6_RECVDSTOPTS: Bool, Both, IPV6 => "receive the destination options";
    IPV6_DSTOPTS: Bytes, Both, IPV6 => "destination options to send";
    IPV6_RECVPATHMTU: Bool, Both, IPV6 => "receive news of the path MTU";
    IPV6_PATHMTU: Bytes, Get, IPV6 => "the path MTU; the ancillary data of IPV6_RECVPATHMTU";
    IPV6_DONTFRAG: Bool, Both, IPV6 => "do not fragment: EMSGSIZE for what is larger than the MTU";
    IPV6_RECVTCLASS: Bool, Both, IPV6 => "receive the traffic class with each datagram";
    IPV6_TCLASS: Flags, Both, IPV6 => "the traffic class: DSCP and ECN";
    IPV6_AUTOFLOWLABEL: Bool, Both, IPV6 => "let the kernel choose flow labels";
    IPV6_ADDR_PREFERENCES: Flags, Both, IPV6 => "which source address to prefer (RFC 5014)";
    IPV6_MINHOPCOUNT: Int, Both, IPV6 => "drop packets whose hop limit is smaller (RFC 5082)";
    IPV6_RECVORIGDSTADDR: Bool, Both, IPV6 => "receive the original destination with each datagram (transparent proxy)";
    IPV6_TRANSPARENT: Bool, Both, IPV6 => "proxy: bind to and serve addresses of others";
    IPV6_UNICAST_IF: InterfaceIndexNetwork, Both, IPV6 => "number of the interface datagrams leave by, in network byte order";
    IPV6_RECVFRAGSIZE: Bool, Both, IPV6 => "receive the size of the largest fragment";
    IPV6_FREEBIND: Bool, Both, IPV6 => "bind to an address this machine does not have (yet)";
}
