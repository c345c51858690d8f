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
        (18, 4) => "TCPDIAG_GETSOCK",
        (20, 4) => "SOCK_DIAG_BY_FAMILY",
        (21, 4) => "SOCK_DESTROY",
        (16, 16) => "GENL_ID_CTRL",
        _ => "",
    }
}

/// The flags of a message: `REQUEST, DUMP`. The bits above the first eight mean one thing when something is got, and another when
/// something is made.
pub(super) fn flags(kind: u16, flags: u16) -> String {
    const ALL: [(u16, &str); 6] = [
        (0x01, "REQUEST"),
        (0x02, "MULTI"),
        (0x04, "ACK"),
        (0x08, "ECHO"),
        (0x10, "DUMP_INTR"),
        (0x20, "DUMP_FILTERED"),
    ];
    let mut names: Vec<&str> = ALL
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    let makes = kind >= 16 && kind.is_multiple_of(4);
    if flags & 0x01 != 0 && makes {
        let more = [
            (0x100, "REPLACE"),
            (0x200, "EXCL"),
            (0x400, "CREATE"),
            (0x800, "APPEND"),
        ];
        names.extend(
            more.iter()
                .filter(|(bit, _)| flags & bit != 0)
                .map(|(_, name)| *name),
        );
    } else if flags & 0x300 == 0x300 {
        names.push("DUMP");
    }
    names.join(", ")
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
