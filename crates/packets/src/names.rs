//! Numbers of protocols in words: the small registries of IANA and IEEE that headers refer to. Not option kinds or ICMP messages.

/// The layer above Ethernet, by its type.
pub fn ethertype(number: u16) -> &'static str {
    match number {
        0x0800 => "IPv4",
        0x0806 => "ARP",
        0x0842 => "Wake on LAN",
        0x22f0 => "AVTP",
        0x8035 => "RARP",
        0x8100 => "802.1Q VLAN",
        0x86dd => "IPv6",
        0x8808 => "Ethernet flow control",
        0x8809 => "LACP, slow protocols",
        0x8847 => "MPLS",
        0x8863 => "PPPoE discovery",
        0x8864 => "PPPoE session",
        0x888e => "802.1X authentication",
        0x88a8 => "802.1ad provider VLAN",
        0x88cc => "LLDP",
        0x88e5 => "MACsec",
        0x88f7 => "Precision Time Protocol",
        0x9100 => "QinQ VLAN",
        _ => "",
    }
}

/// What an IP packet carries, by its protocol or next-header number.
pub fn protocol(number: u8) -> &'static str {
    match number {
        0 => "IPv6 Hop-by-Hop Options",
        1 => "ICMP",
        2 => "IGMP",
        4 => "IPv4",
        6 => "TCP",
        17 => "UDP",
        33 => "DCCP",
        41 => "IPv6",
        43 => "IPv6 Routing",
        44 => "IPv6 Fragment",
        46 => "RSVP",
        47 => "GRE",
        50 => "ESP",
        51 => "AH",
        58 => "ICMPv6",
        59 => "no next header",
        60 => "IPv6 Destination Options",
        88 => "EIGRP",
        89 => "OSPF",
        103 => "PIM",
        112 => "VRRP",
        115 => "L2TP",
        132 => "SCTP",
        135 => "IPv6 Mobility",
        136 => "UDP-Lite",
        139 => "HIP",
        140 => "Shim6",
        253 | 254 => "experiment",
        _ => "",
    }
}

/// A differentiated services code point (RFC 2474, 2597, 3246, 5865, 8622).
pub fn dscp(number: u8) -> &'static str {
    match number {
        0 => "CS0, best effort",
        1 => "LE, lower effort",
        8 => "CS1",
        10 => "AF11",
        12 => "AF12",
        14 => "AF13",
        16 => "CS2",
        18 => "AF21",
        20 => "AF22",
        22 => "AF23",
        24 => "CS3",
        26 => "AF31",
        28 => "AF32",
        30 => "AF33",
        32 => "CS4",
        34 => "AF41",
        36 => "AF42",
        38 => "AF43",
        40 => "CS5",
        44 => "voice admit",
        46 => "EF, expedited forwarding",
        48 => "CS6",
        56 => "CS7",
        _ => "",
    }
}

/// The two bits of explicit congestion notification (RFC 3168 section 5).
pub fn ecn(bits: u8) -> &'static str {
    match bits & 3 {
        0 => "Not-ECT, not ECN-capable",
        1 => "ECT(1), ECN-capable",
        2 => "ECT(0), ECN-capable",
        _ => "CE, congestion experienced",
    }
}

/// A kind of hardware, as `arp.hw.type` and the cooked header number it (IANA, and `ARPHRD_` of Linux).
pub fn hardware(number: u16) -> &'static str {
    match number {
        1 => "Ethernet",
        6 => "IEEE 802",
        32 => "InfiniBand",
        512 => "PPP",
        768 => "IPIP tunnel",
        769 => "IPv6 tunnel",
        772 => "loopback",
        776 => "SIT tunnel",
        778 => "GRE tunnel",
        801 => "IEEE 802.11",
        824 => "netlink",
        65534 => "none",
        _ => "",
    }
}

/// `name (number)`, or the number alone where there is no name.
pub(super) fn with_number(name: &str, number: impl std::fmt::Display) -> String {
    if name.is_empty() {
        number.to_string()
    } else {
        format!("{name} ({number})")
    }
}
