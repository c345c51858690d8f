//! The three arguments of socket(2) that pick what an endpoint is, second half: protocols; and the levels of setsockopt(2).

use crate::catalog::parameter::Group;

const PROTOCOL: &[Group] = &[Group::Protocol];
const LEVEL: &[Group] = &[Group::Level];
const BOTH: &[Group] = &[Group::Protocol, Group::Level];

constants! {
    /// IP protocol numbers (IANA; RFC 5237) that are no option level of their own.
    IP_PROTOCOLS: PROTOCOL;
    IPPROTO_ICMP => "ping and error messages of IPv4 (RFC 792)";
    IPPROTO_IGMP => "multicast group membership for IPv4 (RFC 3376)";
    IPPROTO_IPIP => "an IPv4 packet inside an IPv4 packet";
    IPPROTO_EGP => "Exterior Gateway Protocol, historic";
    IPPROTO_PUP => "Xerox PUP, historic";
    IPPROTO_IDP => "Xerox IDP, historic";
    IPPROTO_TP => "ISO transport class 4, historic";
    IPPROTO_DCCP => "Datagram Congestion Control Protocol (RFC 4340)";
    IPPROTO_RSVP => "Resource Reservation Protocol (RFC 2205)";
    IPPROTO_GRE => "Generic Routing Encapsulation, a tunnel (RFC 2784)";
    IPPROTO_ESP => "IPsec: encrypted payload (RFC 4303)";
    IPPROTO_AH => "IPsec: authentication header (RFC 4302)";
    IPPROTO_MTP => "Multicast Transport Protocol, historic";
    IPPROTO_BEETPH => "IPsec BEET mode pseudo header";
    IPPROTO_ENCAP => "encapsulation header (RFC 1241)";
    IPPROTO_PIM => "Protocol Independent Multicast routing (RFC 7761)";
    IPPROTO_COMP => "IP payload compression (RFC 3173)";
    IPPROTO_L2TP = 115 => "Layer Two Tunneling Protocol version 3 (RFC 3931)";
    IPPROTO_SCTP => "Stream Control Transmission Protocol: messages over several streams (RFC 9260)";
    IPPROTO_UDPLITE => "UDP with a checksum over a part only (RFC 3828)";
    IPPROTO_MPLS => "MPLS inside IP (RFC 4023)";
    IPPROTO_ETHERNET = 143 => "an Ethernet frame inside IP (RFC 8986)";
    IPPROTO_RAW => "a raw socket that sends any protocol with your own IP header and receives nothing (raw(7))";
    IPPROTO_MPTCP => "Multipath TCP: one stream over several paths (RFC 8684); a socket protocol, not a number on the wire";
    IPPROTO_HOPOPTS => "IPv6 extension header: options every hop looks at (RFC 8200)";
    IPPROTO_ROUTING => "IPv6 extension header: source routing (RFC 8200)";
    IPPROTO_FRAGMENT => "IPv6 extension header: a fragment (RFC 8200)";
    IPPROTO_NONE => "IPv6: nothing follows this header (RFC 8200)";
    IPPROTO_DSTOPTS => "IPv6 extension header: options for the destination (RFC 8200)";
    IPPROTO_MH => "IPv6 mobility header (RFC 6275)";
}

constants! {
    /// IP protocol numbers that setsockopt(2) takes as a level too.
    LEVEL_PROTOCOLS: BOTH;
    IPPROTO_IP => "as a protocol 0, the family's usual one; as a level the IPv4 options (ip(7))";
    IPPROTO_TCP => "the Transmission Control Protocol (RFC 9293); as a level the options of tcp(7)";
    IPPROTO_UDP => "the User Datagram Protocol (RFC 768); as a level the options of udp(7)";
    IPPROTO_IPV6 => "an IPv6 packet inside an IP packet; as a level the options of ipv6(7)";
    IPPROTO_ICMPV6 => "ping, errors and neighbour discovery of IPv6 (RFC 4443)";
}

constants! {
    /// Protocols of AF_NETLINK: which part of the kernel is asked (netlink(7)).
    NETLINK_PROTOCOLS: PROTOCOL;
    NETLINK_ROUTE => "interfaces, addresses, routes and neighbours (rtnetlink(7)): what `ip` uses";
    NETLINK_USERSOCK => "messages between programs of this machine";
    NETLINK_FIREWALL => "historic, unused since Linux 3.5";
    NETLINK_SOCK_DIAG => "the kernel's table of sockets (sock_diag(7)): what `ss` uses";
    NETLINK_INET_DIAG => "the older name of NETLINK_SOCK_DIAG";
    NETLINK_NFLOG => "historic netfilter log";
    NETLINK_XFRM => "IPsec policies and states";
    NETLINK_SELINUX => "events of SELinux";
    NETLINK_ISCSI => "iSCSI storage";
    NETLINK_AUDIT => "the audit log";
    NETLINK_FIB_LOOKUP => "questions to the routing table";
    NETLINK_CONNECTOR => "events of the kernel, among them process start and exit";
    NETLINK_NETFILTER => "firewall tables and connection tracking";
    NETLINK_KOBJECT_UEVENT => "devices that come and go: what udev listens to";
    NETLINK_GENERIC => "one protocol shared by many small families (nl80211, taskstats)";
    NETLINK_SCSITRANSPORT => "SCSI transport events";
    NETLINK_ECRYPTFS => "the eCryptfs file system";
    NETLINK_RDMA => "RDMA devices";
    NETLINK_CRYPTO => "the kernel's cryptographic algorithms";
}

constants! {
    /// Protocols of AF_PACKET, the type field of an Ethernet frame, in host byte order (C passes `htons(ETH_P_ALL)`).
    ETHER_TYPES: PROTOCOL;
    ETH_P_ALL => "every frame, coming and going; in host byte order, C passes htons(ETH_P_ALL)";
    ETH_P_IP => "frames that carry IPv4";
    ETH_P_ARP => "frames of the Address Resolution Protocol (RFC 826)";
    ETH_P_IPV6 => "frames that carry IPv6";
    ETH_P_RARP => "reverse ARP (RFC 903)";
    ETH_P_8021Q => "frames with a VLAN tag (IEEE 802.1Q)";
    ETH_P_8021AD => "frames with a service VLAN tag (IEEE 802.1ad)";
    ETH_P_LOOP => "Ethernet loopback test frames";
    ETH_P_LLDP => "Link Layer Discovery Protocol";
    ETH_P_MPLS_UC => "MPLS unicast";
    ETH_P_MPLS_MC => "MPLS multicast";
    ETH_P_PPP_DISC => "PPPoE discovery (RFC 2516)";
    ETH_P_PPP_SES => "PPPoE session (RFC 2516)";
    ETH_P_PAE => "port authentication, IEEE 802.1X";
    ETH_P_802_2 => "IEEE 802.2 frames, which carry a length in place of a type";
    ETH_P_802_3 => "historic: dummy type for raw 802.3 frames";
    ETH_P_SNAP => "an internal number of the kernel for SNAP frames";
}

constants! {
    /// Levels of setsockopt(2): which layer's options are meant.
    LEVELS: LEVEL;
    SOL_SOCKET => "options that every socket has (socket(7))";
    SOL_IP => "the same level as IPPROTO_IP";
    SOL_TCP => "the same level as IPPROTO_TCP";
    SOL_UDP => "the same level as IPPROTO_UDP";
    SOL_IPV6 => "the same level as IPPROTO_IPV6";
    SOL_ICMPV6 => "the same level as IPPROTO_ICMPV6";
    SOL_RAW => "options of raw sockets (raw(7))";
    SOL_PACKET => "options of AF_PACKET sockets (packet(7))";
    SOL_NETLINK => "options of AF_NETLINK sockets (netlink(7))";
    SOL_TLS => "kernel TLS on a TCP socket";
    SOL_MPTCP = 284 => "options of Multipath TCP";
    SOL_ALG => "options of AF_ALG sockets";
    SOL_XDP => "options of AF_XDP sockets";
    SOL_BLUETOOTH => "options of Bluetooth sockets";
    SOL_TIPC => "options of AF_TIPC sockets";
    SOL_SCTP = 132 => "options of SCTP";
    SOL_DCCP => "options of DCCP";
}
