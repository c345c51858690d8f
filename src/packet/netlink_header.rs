//! The headers of netlink messages (struct nlmsghdr, netlink(7)): their types by name. Not what stands in them.

/// The length of a header.
const HEADER: usize = 16;

/// One message's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetlinkHeader {
    /// `nlmsg_type` by name, else as a number.
    pub name: String,
    /// `nlmsg_flags`.
    pub flags: u16,
    /// `nlmsg_seq`.
    pub sequence: u32,
    /// `nlmsg_len`, with the header.
    pub length: u32,
}

/// The headers of the messages in a buffer, as far as they are whole. `protocol` is the socket's: `NETLINK_ROUTE`.
pub fn headers(bytes: &[u8], protocol: &str) -> Vec<NetlinkHeader> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(header) = rest.get(..HEADER) {
        let word = |at: usize| header[at..].first_chunk().copied().map(u32::from_ne_bytes);
        let half = |at: usize| header[at..].first_chunk().copied().map(u16::from_ne_bytes);
        let (Some(length), Some(kind), Some(flags), Some(sequence)) =
            (word(0), half(4), half(6), word(8))
        else {
            break;
        };
        if (length as usize) < HEADER {
            break;
        }
        found.push(NetlinkHeader {
            name: name(kind, protocol),
            flags,
            sequence,
            length,
        });
        let next = (length as usize).next_multiple_of(4);
        rest = rest.get(next..).unwrap_or_default();
    }
    found
}

/// A message type by its name (linux/netlink.h, linux/rtnetlink.h, linux/sock_diag.h).
fn name(kind: u16, protocol: &str) -> String {
    const OBJECTS: [&str; 10] = [
        "LINK", "ADDR", "ROUTE", "NEIGH", "RULE", "QDISC", "TCLASS", "TFILTER", "ACTION", "PREFIX",
    ];
    const VERBS: [&str; 4] = ["NEW", "DEL", "GET", "SET"];
    let known = match (kind, protocol) {
        (1, _) => Some("NLMSG_NOOP".to_owned()),
        (2, _) => Some("NLMSG_ERROR".to_owned()),
        (3, _) => Some("NLMSG_DONE".to_owned()),
        (4, _) => Some("NLMSG_OVERRUN".to_owned()),
        (16.., "NETLINK_ROUTE" | "0") => OBJECTS
            .get(usize::from(kind - 16) / 4)
            .map(|object| format!("RTM_{}{object}", VERBS[usize::from(kind) % 4])),
        (20, "NETLINK_SOCK_DIAG" | "NETLINK_INET_DIAG" | "4") => {
            Some("SOCK_DIAG_BY_FAMILY".to_owned())
        }
        (16, "NETLINK_GENERIC" | "16") => Some("nlctrl".to_owned()),
        _ => None,
    };
    known.unwrap_or_else(|| format!("type {kind}"))
}

/// The flags of a request by name: `REQUEST, DUMP`.
pub fn flags(flags: u16) -> String {
    const DUMP: u16 = 0x300;
    let names = [
        (0x01, "REQUEST"),
        (0x02, "MULTI"),
        (0x04, "ACK"),
        (0x08, "ECHO"),
    ];
    let mut found: Vec<&str> = names
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    if flags & DUMP == DUMP {
        found.push("DUMP");
    }
    found.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, flags: u16, length: u32) -> Vec<u8> {
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0]);
        bytes.resize(length.clamp(16, 64) as usize, 0);
        bytes
    }

    #[test]
    fn messages_are_named_by_the_protocol_of_their_socket() {
        let mut bytes = message(18, 0x301, 20);
        bytes.extend(message(3, 2, 20));
        let found = headers(&bytes, "NETLINK_ROUTE");
        let names: Vec<&str> = found.iter().map(|header| header.name.as_str()).collect();
        assert_eq!(names, ["RTM_GETLINK", "NLMSG_DONE"]);
        assert_eq!(flags(found[0].flags), "REQUEST, DUMP");
        for (kind, protocol, expected) in [
            (24, "NETLINK_ROUTE", "RTM_NEWROUTE"),
            (22, "NETLINK_ROUTE", "RTM_GETADDR"),
            (20, "NETLINK_SOCK_DIAG", "SOCK_DIAG_BY_FAMILY"),
            (60_000, "NETLINK_ROUTE", "type 60000"),
        ] {
            assert_eq!(name(kind, protocol), expected);
        }
    }

    #[test]
    fn a_length_that_lies_ends_the_list_and_nothing_else() {
        for length in [0, 15, u32::MAX] {
            let bytes = message(18, 1, length);
            assert_eq!(headers(&bytes, "").len(), usize::from(length > 15));
        }
        assert!(headers(&[1, 2, 3], "").is_empty());
    }
}
