//! Types and codes of ICMP and ICMPv6 in words (the registries of IANA). Not their fields.

/// Words for a type and code of ICMP (RFC 792, 1122, 1812); a code without a meaning of its own is empty.
pub fn v4(kind: u8, code: u8) -> (&'static str, &'static str) {
    match kind {
        0 => ("Echo (ping) reply", ""),
        3 => ("Destination unreachable", unreachable(code)),
        4 => ("Source quench (deprecated)", ""),
        5 => (
            "Redirect",
            match code {
                0 => "for the network",
                1 => "for the host",
                2 => "for the type of service and network",
                3 => "for the type of service and host",
                _ => "",
            },
        ),
        8 => ("Echo (ping) request", ""),
        9 => ("Router advertisement", ""),
        10 => ("Router solicitation", ""),
        11 => (
            "Time-to-live exceeded",
            match code {
                0 => "in transit",
                1 => "while reassembling fragments",
                _ => "",
            },
        ),
        12 => (
            "Parameter problem",
            match code {
                0 => "the pointer shows where",
                1 => "a required option is missing",
                2 => "bad length",
                _ => "",
            },
        ),
        13 => ("Timestamp request", ""),
        14 => ("Timestamp reply", ""),
        15 => ("Information request (deprecated)", ""),
        16 => ("Information reply (deprecated)", ""),
        17 => ("Address mask request (deprecated)", ""),
        18 => ("Address mask reply (deprecated)", ""),
        42 => ("Extended echo request", ""),
        43 => ("Extended echo reply", ""),
        _ => ("", ""),
    }
}

fn unreachable(code: u8) -> &'static str {
    match code {
        0 => "network unreachable",
        1 => "host unreachable",
        2 => "protocol unreachable",
        3 => "port unreachable",
        4 => "fragmentation needed",
        5 => "source route failed",
        6 => "destination network unknown",
        7 => "destination host unknown",
        8 => "source host isolated",
        9 => "network administratively prohibited",
        10 => "host administratively prohibited",
        11 => "network unreachable for this type of service",
        12 => "host unreachable for this type of service",
        13 => "communication administratively filtered",
        14 => "host precedence violation",
        15 => "precedence cutoff in effect",
        _ => "",
    }
}

/// Words for a type and code of ICMPv6 (RFC 4443, 4861, 2710, 3810).
pub fn v6(kind: u8, code: u8) -> (&'static str, &'static str) {
    match kind {
        1 => (
            "Destination unreachable",
            match code {
                0 => "no route to destination",
                1 => "administratively prohibited",
                2 => "beyond scope of source address",
                3 => "address unreachable",
                4 => "port unreachable",
                5 => "source address failed policy",
                6 => "reject route to destination",
                _ => "",
            },
        ),
        2 => ("Packet too big", ""),
        3 => (
            "Time exceeded",
            match code {
                0 => "hop limit exceeded in transit",
                1 => "while reassembling fragments",
                _ => "",
            },
        ),
        4 => (
            "Parameter problem",
            match code {
                0 => "erroneous header field",
                1 => "unrecognized next header",
                2 => "unrecognized IPv6 option",
                _ => "",
            },
        ),
        128 => ("Echo (ping) request", ""),
        129 => ("Echo (ping) reply", ""),
        130 => ("Multicast listener query", ""),
        131 => ("Multicast listener report", ""),
        132 => ("Multicast listener done", ""),
        133 => ("Router solicitation", ""),
        134 => ("Router advertisement", ""),
        135 => ("Neighbor solicitation", ""),
        136 => ("Neighbor advertisement", ""),
        137 => ("Redirect", ""),
        143 => ("Multicast listener report, version 2", ""),
        _ => ("", ""),
    }
}
