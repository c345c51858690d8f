//! Options of UDP, packet, netlink and raw sockets (udp(7), packet(7), netlink(7), raw(7)); nothing is read or set here.

use super::applies::{IPV4_ICMP, IPV6_ICMP, NETLINK, PACKET, UDP_ONLY};

options! {
    /// Level IPPROTO_UDP.
    UDP_OPTIONS: IPPROTO_UDP, "udp(7)";
    UDP_CORK: Bool, Both, UDP_ONLY => "join everything written into one datagram, sent when uncorked";
    UDP_ENCAP: Int, Both, UDP_ONLY => "encapsulation: IPsec or L2TP inside UDP";
    UDP_NO_CHECK6_TX: Bool, Both, UDP_ONLY => "send UDP over IPv6 without a checksum (RFC 6935)";
    UDP_NO_CHECK6_RX: Bool, Both, UDP_ONLY => "accept UDP over IPv6 without a checksum (RFC 6935)";
    UDP_SEGMENT: Size, Both, UDP_ONLY => "cut a large write into datagrams of this size (GSO)";
    UDP_GRO: Bool, Both, UDP_ONLY => "join received datagrams of one flow into one read (GRO)";
}

options! {
    /// Level SOL_PACKET.
    PACKET_OPTIONS: SOL_PACKET, "packet(7)";
    PACKET_ADD_MEMBERSHIP: PacketMreq, Set, PACKET => "receive multicast frames, or all frames (promiscuous mode)";
    PACKET_DROP_MEMBERSHIP: PacketMreq, Set, PACKET => "undo PACKET_ADD_MEMBERSHIP";
    PACKET_RX_RING: Bytes, Set, PACKET => "a ring of received frames shared with the kernel";
    PACKET_STATISTICS: Words, Get, PACKET => "frames received and dropped since the last question";
    PACKET_COPY_THRESH: Int, Both, PACKET => "also queue frames that were cut in the ring";
    PACKET_AUXDATA: Bool, Both, PACKET => "receive lengths and VLAN tag with each frame";
    PACKET_ORIGDEV: Bool, Both, PACKET => "report the interface a frame first came in by (bonding)";
    PACKET_VERSION: Int, Both, PACKET => "layout of the ring: 0, 1 or 2 for TPACKET_V1 to V3";
    PACKET_HDRLEN: Int, Get, PACKET => "length of the header of a ring's frame";
    PACKET_RESERVE: Size, Both, PACKET => "room before each frame in the ring";
    PACKET_TX_RING: Bytes, Set, PACKET => "a ring of frames to send";
    PACKET_LOSS: Bool, Both, PACKET => "skip malformed frames of the sending ring";
    PACKET_VNET_HDR: Bool, Both, PACKET => "a virtio header before each frame";
    PACKET_TIMESTAMP: Flags, Both, PACKET => "which clock stamps frames in the ring";
    PACKET_FANOUT: Int, Both, PACKET => "spread frames over several sockets";
    PACKET_TX_HAS_OFF: Bool, Both, PACKET => "frames of the sending ring have an offset";
    PACKET_QDISC_BYPASS: Bool, Both, PACKET => "send past the interface's queue";
    PACKET_ROLLOVER_STATS: Bytes, Get, PACKET => "counts of PACKET_FANOUT's overflow";
    PACKET_FANOUT_DATA: Bytes, Set, PACKET => "the program that spreads frames";
    PACKET_IGNORE_OUTGOING: Bool, Both, PACKET => "do not see the frames this machine sends";
    PACKET_VNET_HDR_SZ = 24: Int, Both, PACKET => "length of the virtio header";
}

options! {
    /// Level SOL_NETLINK.
    NETLINK_OPTIONS: SOL_NETLINK, "netlink(7)";
    NETLINK_ADD_MEMBERSHIP: Int, Set, NETLINK => "join a multicast group of the netlink protocol, by number";
    NETLINK_DROP_MEMBERSHIP: Int, Set, NETLINK => "leave a multicast group of the netlink protocol";
    NETLINK_PKTINFO: Bool, Both, NETLINK => "receive the group with each message";
    NETLINK_BROADCAST_ERROR: Bool, Both, NETLINK => "report failed deliveries of a broadcast";
    NETLINK_NO_ENOBUFS: Bool, Both, NETLINK => "no ENOBUFS when messages were lost";
    NETLINK_LISTEN_ALL_NSID: Bool, Both, NETLINK => "hear messages of all network namespaces";
    NETLINK_LIST_MEMBERSHIPS: Words, Get, NETLINK => "the groups this socket has joined";
    NETLINK_CAP_ACK: Bool, Both, NETLINK => "acknowledgments quote the request's header only";
    NETLINK_EXT_ACK: Bool, Both, NETLINK => "errors carry a text and the place of the mistake";
    NETLINK_GET_STRICT_CHK: Bool, Both, NETLINK => "dump requests are checked strictly, and filtered by the kernel";
}

options! {
    /// Level SOL_RAW.
    RAW_OPTIONS: SOL_RAW, "raw(7)";
    ICMP_FILTER = 1: Flags, Both, IPV4_ICMP => "raw ICMP socket: a bit for each type that is not wanted";
}

options! {
    /// Level IPPROTO_ICMPV6.
    ICMPV6_OPTIONS: IPPROTO_ICMPV6, "ipv6(7)";
    ICMPV6_FILTER = 1: Bytes, Both, IPV6_ICMP => "raw ICMPv6 socket: a bit for each type that is not wanted";
}
