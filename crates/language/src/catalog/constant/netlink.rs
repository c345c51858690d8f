//! The numbers of netlink messages (netlink(7), rtnetlink(7), sock_diag(7)): types, flags, groups and attributes. Not the options of
//! netlink sockets and not their protocols (`option`, `protocol`).

use crate::catalog::parameter::Group;

const NETLINK: &[Group] = &[Group::Netlink];

constants! {
    /// Types that every netlink protocol has.
    CONTROL_TYPES: NETLINK;
    NLMSG_NOOP => "netlink message without effect";
    NLMSG_ERROR => "netlink: an errno, below zero, about a request; 0 acknowledges it";
    NLMSG_DONE => "netlink: the end of a dump of several messages";
    NLMSG_OVERRUN => "netlink: data was lost";
    NLMSG_MIN_TYPE => "the first type that a netlink protocol may use for itself";
}

constants! {
    /// Flags of a netlink message.
    MESSAGE_FLAGS: NETLINK;
    NLM_F_REQUEST => "netlink flag: this message asks for something";
    NLM_F_MULTI => "netlink flag: one of several messages, which NLMSG_DONE ends";
    NLM_F_ACK => "netlink flag: answer with NLMSG_ERROR, errno 0 if it went well";
    NLM_F_ECHO => "netlink flag: send what the request changed back to the one who asked";
    NLM_F_DUMP_INTR => "netlink flag: what was dumped changed meanwhile, the list may not fit together";
    NLM_F_DUMP_FILTERED => "netlink flag: the dump was filtered as asked";
    NLM_F_DUMP => "netlink flag of a get request: all entries, not one (NLM_F_ROOT and NLM_F_MATCH)";
    NLM_F_ROOT => "netlink flag of a get request: the whole table";
    NLM_F_MATCH => "netlink flag of a get request: all that match";
    NLM_F_ATOMIC => "netlink flag of a get request: one moment's state of the table";
    NLM_F_REPLACE => "netlink flag of a new request: replace what is there";
    NLM_F_EXCL => "netlink flag of a new request: fail with EEXIST if it is there";
    NLM_F_CREATE => "netlink flag of a new request: make it if it is not there";
    NLM_F_APPEND => "netlink flag of a new request: add to the end of the list";
    NLM_F_NONREC = 0x100 => "netlink flag of a delete request: not what is below it";
    NLM_F_BULK = 0x200 => "netlink flag of a delete request: many at once";
    NLM_F_CAPPED = 0x100 => "netlink flag of an acknowledgment: it quotes the header of the request only";
    NLM_F_ACK_TLVS = 0x200 => "netlink flag of an acknowledgment: attributes follow, such as a text (NETLINK_EXT_ACK)";
}

constants! {
    /// Types of NETLINK_ROUTE (rtnetlink(7)).
    ROUTE_TYPES: NETLINK;
    RTM_NEWLINK => "rtnetlink: an interface is there, or is to be made or changed (struct ifinfomsg)";
    RTM_DELLINK => "rtnetlink: an interface has gone, or is to go";
    RTM_GETLINK => "rtnetlink: asks for an interface; with NLM_F_DUMP for all";
    RTM_SETLINK => "rtnetlink: changes an interface";
    RTM_NEWADDR => "rtnetlink: an address of an interface (struct ifaddrmsg)";
    RTM_DELADDR => "rtnetlink: an address has gone, or is to go";
    RTM_GETADDR => "rtnetlink: asks for addresses of interfaces";
    RTM_NEWROUTE => "rtnetlink: a route (struct rtmsg)";
    RTM_DELROUTE => "rtnetlink: a route has gone, or is to go";
    RTM_GETROUTE => "rtnetlink: asks for routes; with RTA_DST for the one a packet would take";
    RTM_NEWNEIGH => "rtnetlink: a neighbour and its hardware address, the ARP table (struct ndmsg)";
    RTM_DELNEIGH => "rtnetlink: a neighbour has gone, or is to go";
    RTM_GETNEIGH => "rtnetlink: asks for neighbours";
    RTM_NEWRULE => "rtnetlink: a rule that picks a routing table";
    RTM_DELRULE => "rtnetlink: a rule has gone, or is to go";
    RTM_GETRULE => "rtnetlink: asks for rules of routing";
    RTM_NEWQDISC => "rtnetlink: a queueing discipline (struct tcmsg)";
    RTM_DELQDISC => "rtnetlink: a queueing discipline has gone, or is to go";
    RTM_GETQDISC => "rtnetlink: asks for queueing disciplines";
    RTM_NEWTCLASS => "rtnetlink: a traffic class";
    RTM_DELTCLASS => "rtnetlink: a traffic class has gone, or is to go";
    RTM_GETTCLASS => "rtnetlink: asks for traffic classes";
    RTM_NEWTFILTER => "rtnetlink: a traffic filter";
    RTM_DELTFILTER => "rtnetlink: a traffic filter has gone, or is to go";
    RTM_GETTFILTER => "rtnetlink: asks for traffic filters";
    RTM_NEWNEXTHOP = 104 => "rtnetlink: a next hop";
    RTM_DELNEXTHOP = 105 => "rtnetlink: a next hop has gone, or is to go";
    RTM_GETNEXTHOP = 106 => "rtnetlink: asks for next hops";
}

constants! {
    /// Types of NETLINK_SOCK_DIAG and NETLINK_GENERIC.
    OTHER_TYPES: NETLINK;
    SOCK_DIAG_BY_FAMILY = 20 => "sock_diag: asks for sockets of a family, or is one of them";
    SOCK_DESTROY = 21 => "sock_diag: closes a socket of whoever it is (needs CAP_NET_ADMIN)";
    GENL_ID_CTRL => "generic netlink: the family that knows the families";
    CTRL_CMD_GETFAMILY => "generic netlink: asks for the number of a family by its name";
    CTRL_ATTR_FAMILY_ID => "generic netlink attribute: the number of a family, the type of its messages";
    CTRL_ATTR_FAMILY_NAME => "generic netlink attribute: the name of a family";
}

constants! {
    /// Multicast groups of NETLINK_ROUTE as bits, for `bind n (0, RTMGRP_LINK)`.
    GROUP_BITS: NETLINK;
    RTMGRP_LINK => "bit of a multicast group, for bind: interfaces that come, go and change";
    RTMGRP_NOTIFY => "bit of a multicast group, for bind";
    RTMGRP_NEIGH => "bit of a multicast group, for bind: neighbours (ARP)";
    RTMGRP_TC => "bit of a multicast group, for bind: traffic control";
    RTMGRP_IPV4_IFADDR => "bit of a multicast group, for bind: IPv4 addresses of interfaces";
    RTMGRP_IPV4_MROUTE => "bit of a multicast group, for bind: IPv4 multicast routes";
    RTMGRP_IPV4_ROUTE => "bit of a multicast group, for bind: IPv4 routes";
    RTMGRP_IPV4_RULE = 0x80 => "bit of a multicast group, for bind: IPv4 rules";
    RTMGRP_IPV6_IFADDR => "bit of a multicast group, for bind: IPv6 addresses of interfaces";
    RTMGRP_IPV6_MROUTE => "bit of a multicast group, for bind: IPv6 multicast routes";
    RTMGRP_IPV6_ROUTE => "bit of a multicast group, for bind: IPv6 routes";
    RTMGRP_IPV6_IFINFO => "bit of a multicast group, for bind: what IPv6 knows of interfaces";
}

constants! {
    /// Multicast groups of NETLINK_ROUTE by number, for NETLINK_ADD_MEMBERSHIP.
    GROUPS: NETLINK;
    RTNLGRP_LINK => "multicast group, for NETLINK_ADD_MEMBERSHIP: interfaces that come, go and change";
    RTNLGRP_NOTIFY => "multicast group, for NETLINK_ADD_MEMBERSHIP";
    RTNLGRP_NEIGH => "multicast group, for NETLINK_ADD_MEMBERSHIP: neighbours (ARP)";
    RTNLGRP_TC => "multicast group, for NETLINK_ADD_MEMBERSHIP: traffic control";
    RTNLGRP_IPV4_IFADDR => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv4 addresses of interfaces";
    RTNLGRP_IPV4_MROUTE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv4 multicast routes";
    RTNLGRP_IPV4_ROUTE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv4 routes";
    RTNLGRP_IPV4_RULE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv4 rules";
    RTNLGRP_IPV6_IFADDR => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv6 addresses of interfaces";
    RTNLGRP_IPV6_MROUTE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv6 multicast routes";
    RTNLGRP_IPV6_ROUTE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv6 routes";
    RTNLGRP_IPV6_IFINFO => "multicast group, for NETLINK_ADD_MEMBERSHIP: what IPv6 knows of interfaces";
    RTNLGRP_IPV6_RULE => "multicast group, for NETLINK_ADD_MEMBERSHIP: IPv6 rules";
    RTNLGRP_NSID => "multicast group, for NETLINK_ADD_MEMBERSHIP: numbers of network namespaces";
    RTNLGRP_NEXTHOP = 32 => "multicast group, for NETLINK_ADD_MEMBERSHIP: next hops";
}

constants! {
    /// Attributes of a link, an address, a route, a neighbour and a rule.
    ATTRIBUTES: NETLINK;
    IFLA_ADDRESS => "attribute of a link: its hardware address";
    IFLA_BROADCAST => "attribute of a link: its hardware broadcast address";
    IFLA_IFNAME => "attribute of a link: its name, text that ends in a zero byte";
    IFLA_MTU => "attribute of a link: its MTU, four bytes";
    IFLA_LINK => "attribute of a link: the interface below it";
    IFLA_QDISC => "attribute of a link: its queueing discipline";
    IFLA_STATS => "attribute of a link: its counters";
    IFLA_MASTER => "attribute of a link: the bridge or bond it belongs to";
    IFLA_TXQLEN => "attribute of a link: the length of its transmit queue";
    IFLA_OPERSTATE => "attribute of a link: its operational state (RFC 2863)";
    IFLA_LINKMODE => "attribute of a link: who decides on its state";
    IFLA_LINKINFO => "attribute of a link: what kind of device it is, nested attributes";
    IFLA_NET_NS_PID => "attribute of a link: the process whose network namespace it goes to";
    IFLA_IFALIAS => "attribute of a link: a name for people";
    IFLA_STATS64 => "attribute of a link: its counters, 64 bits each";
    IFLA_EXT_MASK => "attribute of a link: what more is asked for";
    IFLA_CARRIER => "attribute of a link: whether the cable is in";
    IFLA_INFO_KIND => "inside IFLA_LINKINFO: the kind of device, as text: dummy, veth, bridge";
    IFLA_INFO_DATA => "inside IFLA_LINKINFO: what the kind of device takes";
    IFA_ADDRESS => "attribute of an address: the prefix's, or the other end's";
    IFA_LOCAL => "attribute of an address: this end's";
    IFA_LABEL => "attribute of an address: the name of the interface";
    IFA_BROADCAST => "attribute of an address: the broadcast address";
    IFA_CACHEINFO => "attribute of an address: how long it is valid";
    IFA_FLAGS => "attribute of an address: its flags, four bytes";
    RTA_DST => "attribute of a route: the destination";
    RTA_SRC => "attribute of a route: the source";
    RTA_IIF => "attribute of a route: the interface a packet comes in by";
    RTA_OIF => "attribute of a route: the interface a packet goes out by";
    RTA_GATEWAY => "attribute of a route: the router";
    RTA_PRIORITY => "attribute of a route: its metric";
    RTA_PREFSRC => "attribute of a route: the source address to use";
    RTA_METRICS => "attribute of a route: MTU, window, RTT and others, nested";
    RTA_CACHEINFO => "attribute of a route: its age and use";
    RTA_TABLE => "attribute of a route: its table, four bytes";
    NDA_DST => "attribute of a neighbour: its IP address";
    NDA_LLADDR => "attribute of a neighbour: its hardware address";
    NDA_CACHEINFO => "attribute of a neighbour: how long it was used and confirmed";
    NDA_PROBES => "attribute of a neighbour: how often it was asked";
    FRA_DST = 1 => "attribute of a rule: the destination";
    FRA_SRC = 2 => "attribute of a rule: the source";
    FRA_PRIORITY = 6 => "attribute of a rule: its place in the order";
    FRA_TABLE = 15 => "attribute of a rule: the routing table it picks";
    NLMSGERR_ATTR_MSG = 1 => "attribute of an acknowledgment: what is wrong, as text";
    NLMSGERR_ATTR_OFFS = 2 => "attribute of an acknowledgment: where in the request";
    INET_DIAG_MEMINFO = 1 => "sock_diag attribute: memory a socket takes";
    INET_DIAG_INFO = 2 => "sock_diag attribute: TCP_INFO";
    INET_DIAG_CONG = 4 => "sock_diag attribute: the congestion control";
    INET_DIAG_SKMEMINFO = 7 => "sock_diag attribute: memory of a socket in full";
}

constants! {
    /// Values inside rtnetlink's structures.
    VALUES: NETLINK;
    RT_TABLE_UNSPEC => "routing table: none named";
    RT_TABLE_DEFAULT => "routing table: default, empty unless filled";
    RT_TABLE_MAIN => "routing table: main, where routes go unless told";
    RT_TABLE_LOCAL => "routing table: local, this host's own addresses, kept by the kernel";
    RTPROT_UNSPEC => "who made a route: not said";
    RTPROT_KERNEL => "who made a route: the kernel, with an address";
    RTPROT_BOOT => "who made a route: an administrator, while booting";
    RTPROT_STATIC => "who made a route: an administrator";
    RT_SCOPE_UNIVERSE => "reach of a route or address: everywhere";
    RT_SCOPE_SITE => "reach of a route or address: this site";
    RT_SCOPE_LINK => "reach of a route or address: this link, no router needed";
    RT_SCOPE_HOST => "reach of a route or address: this host";
    RT_SCOPE_NOWHERE => "reach of a route or address: nowhere";
    RTN_UNSPEC => "kind of a route: not said";
    RTN_UNICAST => "kind of a route: to a host, direct or by a router";
    RTN_LOCAL => "kind of a route: to this host itself";
    RTN_BROADCAST => "kind of a route: to all on the link";
    RTN_MULTICAST => "kind of a route: to a multicast group";
    RTN_BLACKHOLE => "kind of a route: packets are thrown away in silence (EINVAL here)";
    RTN_UNREACHABLE => "kind of a route: EHOSTUNREACH";
    RTN_PROHIBIT => "kind of a route: EACCES";
    NUD_INCOMPLETE => "state of a neighbour: being asked for";
    NUD_REACHABLE => "state of a neighbour: answered a moment ago";
    NUD_STALE => "state of a neighbour: known, not confirmed of late";
    NUD_DELAY => "state of a neighbour: about to be asked again";
    NUD_PROBE => "state of a neighbour: being asked again";
    NUD_FAILED => "state of a neighbour: did not answer";
    NUD_NOARP => "state of a neighbour: none is ever asked for";
    NUD_PERMANENT => "state of a neighbour: entered by hand";
    IFF_UP => "flag of an interface: it is switched on";
    IFF_BROADCAST => "flag of an interface: it has a broadcast address";
    IFF_LOOPBACK => "flag of an interface: it is the loopback";
    IFF_POINTOPOINT => "flag of an interface: it has one other end only";
    IFF_RUNNING => "flag of an interface: it can carry packets";
    IFF_NOARP => "flag of an interface: no ARP there";
    IFF_PROMISC => "flag of an interface: it takes every frame, also those for others";
    IFF_ALLMULTI => "flag of an interface: it takes every multicast frame";
    IFF_MULTICAST => "flag of an interface: it can multicast";
}
