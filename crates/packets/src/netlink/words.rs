//! The numbers of netlink in words, as linux/netlink.h and linux/rtnetlink.h name them.

/// A protocol of AF_NETLINK.
pub(super) fn family(number: u16) -> &'static str {
    match number {
        0 => "NETLINK_ROUTE",
        4 => "NETLINK_SOCK_DIAG",
        5 => "NETLINK_NFLOG",
        6 => "NETLINK_XFRM",
        7 => "NETLINK_SELINUX",
        9 => "NETLINK_AUDIT",
        12 => "NETLINK_NETFILTER",
        15 => "NETLINK_KOBJECT_UEVENT",
        16 => "NETLINK_GENERIC",
        _ => "",
    }
}

/// A message type of this protocol.
pub(super) fn kind(protocol: u16, number: u16) -> &'static str {
    match (number, protocol) {
        (1, _) => "NLMSG_NOOP",
        (2, _) => "NLMSG_ERROR",
        (3, _) => "NLMSG_DONE",
        (4, _) => "NLMSG_OVERRUN",
        (16, 0) => "RTM_NEWLINK",
        (17, 0) => "RTM_DELLINK",
        (18, 0) => "RTM_GETLINK",
        (19, 0) => "RTM_SETLINK",
        (20, 0) => "RTM_NEWADDR",
        (21, 0) => "RTM_DELADDR",
        (22, 0) => "RTM_GETADDR",
        (24, 0) => "RTM_NEWROUTE",
        (25, 0) => "RTM_DELROUTE",
        (26, 0) => "RTM_GETROUTE",
        (28, 0) => "RTM_NEWNEIGH",
        (29, 0) => "RTM_DELNEIGH",
        (30, 0) => "RTM_GETNEIGH",
        (32, 0) => "RTM_NEWRULE",
        (33, 0) => "RTM_DELRULE",
        (34, 0) => "RTM_GETRULE",
        (36, 0) => "RTM_NEWQDISC",
        (37, 0) => "RTM_DELQDISC",
        (38, 0) => "RTM_GETQDISC",
        (40, 0) => "RTM_NEWTCLASS",
        (41, 0) => "RTM_DELTCLASS",
        (42, 0) => "RTM_GETTCLASS",
        (44, 0) => "RTM_NEWTFILTER",
        (45, 0) => "RTM_DELTFILTER",
        (46, 0) => "RTM_GETTFILTER",
        (52, 0) => "RTM_NEWPREFIX",
        (58, 0) => "RTM_GETMULTICAST",
        (62, 0) => "RTM_GETANYCAST",
        (64, 0) => "RTM_NEWNEIGHTBL",
        (66, 0) => "RTM_GETNEIGHTBL",
        (68, 0) => "RTM_NEWNDUSEROPT",
        (72, 0) => "RTM_NEWADDRLABEL",
        (74, 0) => "RTM_GETADDRLABEL",
        (80, 0) => "RTM_NEWNETCONF",
        (81, 0) => "RTM_DELNETCONF",
        (82, 0) => "RTM_GETNETCONF",
        (88, 0) => "RTM_NEWNSID",
        (92, 0) => "RTM_NEWSTATS",
        (94, 0) => "RTM_GETSTATS",
        (104, 0) => "RTM_NEWNEXTHOP",
        (105, 0) => "RTM_DELNEXTHOP",
        (106, 0) => "RTM_GETNEXTHOP",
        (18, 4) => "TCPDIAG_GETSOCK",
        (20, 4) => "SOCK_DIAG_BY_FAMILY",
        (21, 4) => "SOCK_DESTROY",
        (16, 16) => "GENL_ID_CTRL",
        _ => "",
    }
}

/// The flags of a message: `REQUEST, DUMP`. The bits above the first eight mean one thing when something is got, another when it is
/// made or deleted, and a third in an acknowledgment.
pub(super) fn flags(protocol: u16, kind: u16, flags: u16) -> String {
    const ALL: [(u16, &str); 6] = [
        (0x01, "REQUEST"),
        (0x02, "MULTI"),
        (0x04, "ACK"),
        (0x08, "ECHO"),
        (0x10, "DUMP_INTR"),
        (0x20, "DUMP_FILTERED"),
    ];
    const NEW: [(u16, &str); 4] = [
        (0x100, "REPLACE"),
        (0x200, "EXCL"),
        (0x400, "CREATE"),
        (0x800, "APPEND"),
    ];
    const DELETE: [(u16, &str); 2] = [(0x100, "NONREC"), (0x200, "BULK")];
    const GET: [(u16, &str); 4] = [
        (0x300, "DUMP"),
        (0x100, "ROOT"),
        (0x200, "MATCH"),
        (0x400, "ATOMIC"),
    ];
    const ERROR: [(u16, &str); 2] = [(0x100, "CAPPED"), (0x200, "ACK_TLVS")];
    let request = flags & 0x01 != 0;
    // Of a group of four types, rtnetlink's first makes, its second deletes, and its third gets; the others have no such order.
    let more: &[(u16, &str)] = match (kind, protocol) {
        (2, _) => &ERROR,
        (16.., super::ROUTE) if request && kind.is_multiple_of(4) => &NEW,
        (16.., super::ROUTE) if request && kind % 4 == 1 => &DELETE,
        (16.., _) if request => &GET,
        _ => &[],
    };
    let mut left = flags;
    let mut names = Vec::new();
    for (bits, name) in ALL.iter().chain(more) {
        if left & bits == *bits {
            names.push((*name).to_owned());
            left &= !bits;
        }
    }
    if left != 0 {
        names.push(format!("{left:#x}"));
    }
    names.join(", ")
}

/// Flags of an interface (netdevice(7), linux/if.h), as `ip link` shows them: `LOOPBACK,UP`.
pub(super) fn device_flags(flags: u32) -> String {
    const NAMES: [&str; 19] = [
        "UP",
        "BROADCAST",
        "DEBUG",
        "LOOPBACK",
        "POINTOPOINT",
        "NOTRAILERS",
        "RUNNING",
        "NOARP",
        "PROMISC",
        "ALLMULTI",
        "MASTER",
        "SLAVE",
        "MULTICAST",
        "PORTSEL",
        "AUTOMEDIA",
        "DYNAMIC",
        "LOWER_UP",
        "DORMANT",
        "ECHO",
    ];
    let set: Vec<&str> = NAMES
        .iter()
        .enumerate()
        .filter(|(bit, _)| flags & (1 << bit) != 0)
        .map(|(_, name)| *name)
        .collect();
    set.join(",")
}

/// Operational state of an interface (RFC 2863, linux/if.h).
pub(super) fn operational(state: u64) -> &'static str {
    match state {
        0 => "UNKNOWN",
        1 => "NOTPRESENT",
        2 => "DOWN",
        3 => "LOWERLAYERDOWN",
        4 => "TESTING",
        5 => "DORMANT",
        6 => "UP",
        _ => "",
    }
}

/// How far an address or a route reaches (rtnetlink(7)).
pub(super) fn scope(number: u8) -> String {
    match number {
        0 => "global".to_owned(),
        200 => "site".to_owned(),
        253 => "link".to_owned(),
        254 => "host".to_owned(),
        255 => "nowhere".to_owned(),
        other => other.to_string(),
    }
}

/// A routing table.
pub(super) fn table(number: u64) -> String {
    match number {
        253 => "default".to_owned(),
        254 => "main".to_owned(),
        255 => "local".to_owned(),
        other => other.to_string(),
    }
}

/// Who made a route.
pub(super) fn route_protocol(number: u8) -> String {
    match number {
        0 => "unspec".to_owned(),
        1 => "redirect".to_owned(),
        2 => "kernel".to_owned(),
        3 => "boot".to_owned(),
        4 => "static".to_owned(),
        9 => "ra".to_owned(),
        16 => "dhcp".to_owned(),
        other => other.to_string(),
    }
}

/// What becomes of a packet on a route.
pub(super) fn route_type(number: u8) -> &'static str {
    match number {
        2 => "local",
        3 => "broadcast",
        4 => "anycast",
        5 => "multicast",
        6 => "blackhole",
        7 => "unreachable",
        8 => "prohibit",
        9 => "throw",
        10 => "nat",
        _ => "",
    }
}

/// What is known of a neighbour (linux/neighbour.h), a set: `REACHABLE`.
pub(super) fn neighbour(state: u16) -> String {
    const NAMES: [(u16, &str); 8] = [
        (0x01, "INCOMPLETE"),
        (0x02, "REACHABLE"),
        (0x04, "STALE"),
        (0x08, "DELAY"),
        (0x10, "PROBE"),
        (0x20, "FAILED"),
        (0x40, "NOARP"),
        (0x80, "PERMANENT"),
    ];
    let set: Vec<&str> = NAMES
        .iter()
        .filter(|(bit, _)| state & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    set.join("|")
}

/// State of a socket (linux/tcp_states.h) by its RFC 9293 name.
pub(super) fn socket_state(number: u8) -> &'static str {
    match number {
        1 => "ESTABLISHED",
        2 => "SYN-SENT",
        3 | 12 => "SYN-RECEIVED",
        4 => "FIN-WAIT-1",
        5 => "FIN-WAIT-2",
        6 => "TIME-WAIT",
        7 => "CLOSED",
        8 => "CLOSE-WAIT",
        9 => "LAST-ACK",
        10 => "LISTEN",
        11 => "CLOSING",
        _ => "",
    }
}

/// A family of IP as ip(8) names it; empty for any other.
pub(super) fn ip_family(number: u8) -> &'static str {
    match number {
        2 => "inet",
        10 => "inet6",
        _ => "",
    }
}

/// An address family.
pub(super) fn address_family(number: u8) -> &'static str {
    match number {
        0 => "AF_UNSPEC",
        1 => "AF_UNIX",
        2 => "AF_INET",
        7 => "AF_BRIDGE",
        10 => "AF_INET6",
        16 => "AF_NETLINK",
        17 => "AF_PACKET",
        28 => "AF_MPLS",
        _ => "",
    }
}
