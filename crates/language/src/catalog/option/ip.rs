//! Options of IPv4: level IPPROTO_IP (ip(7)). Names, kinds, where they apply; nothing is read or set here.

use super::applies::{IPV4, IPV4_DATAGRAM, IPV4_RAW, TCP_IPV4};

options! {
    /// Level IPPROTO_IP.
    IP_OPTIONS: IPPROTO_IP, "ip(7)";
    IP_TOS: Flags, Both, IPV4 => "the type-of-service byte: DSCP and ECN";
    IP_TTL: Int, Both, IPV4 => "time to live: how many routers a packet may cross";
    IP_HDRINCL: Bool, Both, IPV4_RAW => "raw socket: the data begins with your own IP header";
    IP_OPTIONS: Bytes, Both, IPV4 => "IP options to send with each packet";
    IP_ROUTER_ALERT: Bool, Both, IPV4_RAW => "receive packets that carry the router alert option";
    IP_RECVOPTS: Bool, Both, IPV4 => "receive the IP options with each message";
    IP_RETOPTS: Bool, Both, IPV4 => "receive the IP options, ready to be sent back";
    IP_PKTINFO: Bool, Both, IPV4 => "receive interface and destination address with each datagram";
    IP_MTU_DISCOVER: Discovery, Both, IPV4 => "whether to set don't-fragment and obey the path MTU: IP_PMTUDISC_*";
    IP_RECVERR: Bool, Both, IPV4 => "keep ICMP errors in the error queue (MSG_ERRQUEUE)";
    IP_RECVTTL: Bool, Both, IPV4 => "receive the time to live with each datagram";
    IP_RECVTOS: Bool, Both, IPV4 => "receive the type-of-service byte with each datagram";
    IP_MTU: Size, Get, IPV4 => "the path MTU the kernel knows, in bytes; connected sockets only";
    IP_FREEBIND: Bool, Both, IPV4 => "bind to an address this machine does not have (yet)";
    IP_PASSSEC: Bool, Both, IPV4 => "receive the security label of IPsec with each datagram";
    IP_TRANSPARENT: Bool, Both, IPV4 => "proxy: bind to and serve addresses of others";
    IP_RECVORIGDSTADDR: Bool, Both, IPV4 => "receive the original destination with each datagram (transparent proxy)";
    IP_MINTTL: Int, Both, IPV4 => "drop packets whose time to live is smaller (RFC 5082)";
    IP_NODEFRAG: Bool, Both, IPV4_RAW => "raw socket: do not reassemble fragments in netfilter";
    IP_CHECKSUM: Bool, Both, IPV4 => "receive the checksum of the packet";
    IP_BIND_ADDRESS_NO_PORT: Bool, Both, IPV4 => "bind with port 0 chooses the port only at connect";
    IP_RECVFRAGSIZE: Bool, Both, IPV4_DATAGRAM => "receive the size of the largest fragment";
    IP_RECVERR_RFC4884 = 26: Bool, Both, IPV4_DATAGRAM => "keep ICMP extensions with the errors (RFC 4884)";
    IP_MULTICAST_IF: InterfaceV4, Both, IPV4_DATAGRAM => "the interface multicast datagrams leave by";
    IP_MULTICAST_TTL: Int, Both, IPV4_DATAGRAM => "time to live of multicast datagrams, 1 unless set";
    IP_MULTICAST_LOOP: Bool, Both, IPV4_DATAGRAM => "whether own multicast datagrams come back to this host, on unless set";
    IP_ADD_MEMBERSHIP: MreqV4, Set, IPV4_DATAGRAM => "join a multicast group";
    IP_DROP_MEMBERSHIP: MreqV4, Set, IPV4_DATAGRAM => "leave a multicast group";
    IP_UNBLOCK_SOURCE: MreqSourceV4, Set, IPV4_DATAGRAM => "hear a blocked sender of a group again";
    IP_BLOCK_SOURCE: MreqSourceV4, Set, IPV4_DATAGRAM => "do not hear one sender of a group";
    IP_ADD_SOURCE_MEMBERSHIP: MreqSourceV4, Set, IPV4_DATAGRAM => "join a group for one sender only";
    IP_DROP_SOURCE_MEMBERSHIP: MreqSourceV4, Set, IPV4_DATAGRAM => "leave a group that was joined for one sender";
    IP_MSFILTER: Bytes, Both, IPV4_DATAGRAM => "the whole list of senders heard or blocked";
    IP_MULTICAST_ALL: Bool, Both, IPV4_DATAGRAM => "receive datagrams of every group anyone on this host joined, on unless set";
    IP_UNICAST_IF: InterfaceIndexNetwork, Both, IPV4 => "the interface datagrams leave by";
    IP_LOCAL_PORT_RANGE = 51: PortRange, Both, IPV4 => "the range of ephemeral ports for this socket (Linux 6.3)";
    IP_PROTOCOL = 52: Protocol, Get, IPV4_RAW => "the protocol of a raw socket with IP_HDRINCL (Linux 6.4)";
    SO_ORIGINAL_DST: Address, Get, TCP_IPV4 => "the destination a redirected connection had before netfilter changed it";
}
