//! The layers that can be built, with their fields and bare words: one table for building, completion and help. Not how they are built.

/// A protocol that can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Ethernet II.
    Eth,
    /// ARP for IPv4 over Ethernet.
    Arp,
    /// IPv4.
    Ip,
    /// IPv6.
    Ip6,
    /// ICMP.
    Icmp,
    /// ICMPv6.
    Icmp6,
    /// IGMP.
    Igmp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// A DNS query.
    Dns,
    /// Bytes as they are.
    Raw,
}

impl Protocol {
    /// True for both versions of IP.
    pub fn is_ip(self) -> bool {
        matches!(self, Self::Ip | Self::Ip6)
    }
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A number of this many bits.
    Number(u8),
    /// Anything that is true or false.
    Bool,
    /// `02:00:00:00:00:01`.
    Mac,
    /// `10.0.0.2`.
    Ipv4,
    /// `fe80::1`.
    Ipv6,
    /// `S`, `SA`, `SYN|ACK` or a number.
    TcpFlags,
    /// `DF`, `MF` or a number.
    IpFlags,
    /// `A`, `AAAA` … or a number.
    DnsType,
    /// A domain name.
    DomainName,
    /// Bytes or text.
    Bytes,
}

impl FieldKind {
    /// What it takes, in words for an error message.
    pub fn expected(self) -> String {
        match self {
            Self::Number(bits) => {
                let greatest = (1_u64 << bits) - 1;
                format!("a number from 0 to {greatest}")
            }
            Self::Bool => "True or False".to_owned(),
            Self::Mac => "a hardware address such as 02:00:00:00:00:01".to_owned(),
            Self::Ipv4 => "an IPv4 address such as 10.0.0.2".to_owned(),
            Self::Ipv6 => "an IPv6 address such as fe80::1".to_owned(),
            Self::TcpFlags => {
                "letters of S A F R P U E C, names such as SYN|ACK, or a number of 12 bits"
                    .to_owned()
            }
            Self::IpFlags => "DF, MF, DF|MF or a number of 3 bits".to_owned(),
            Self::DnsType => {
                "A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT, ANY or a number of 16 bits".to_owned()
            }
            Self::DomainName => "a domain name of labels with 1 to 63 bytes, 253 in all".to_owned(),
            Self::Bytes => "bytes or text".to_owned(),
        }
    }
}

/// A field of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerField {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// What it means, with its default.
    pub meaning: &'static str,
}

/// A bare word of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerWord {
    /// The word.
    pub name: &'static str,
    /// The number it stands for: a type, or a bit of the flags; a code in the next byte.
    pub number: u16,
    /// What it means.
    pub meaning: &'static str,
}

/// A layer with all it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerEntry {
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) fields: &'static [LayerField],
    pub(super) words: &'static [LayerWord],
}

/// The names of all layers.
pub fn layer_names() -> Vec<&'static str> {
    LAYERS.iter().map(|entry| entry.name).collect()
}

/// The fields of a layer; none for a name that is no layer.
pub fn layer_fields(name: &str) -> &'static [LayerField] {
    entry(name).map_or(&[], |entry| entry.fields)
}

/// The bare words of a layer; none for a name that is no layer.
pub fn layer_words(name: &str) -> &'static [LayerWord] {
    entry(name).map_or(&[], |entry| entry.words)
}

/// The names of a layer's fields.
pub fn field_names(name: &str) -> Vec<&'static str> {
    layer_fields(name).iter().map(|field| field.name).collect()
}

/// The entry of a layer.
pub(super) fn entry(name: &str) -> Option<&'static LayerEntry> {
    LAYERS.iter().find(|entry| entry.name == name)
}

const fn field(name: &'static str, kind: FieldKind, meaning: &'static str) -> LayerField {
    LayerField {
        name,
        kind,
        meaning,
    }
}

const fn word(name: &'static str, number: u16, meaning: &'static str) -> LayerWord {
    LayerWord {
        name,
        number,
        meaning,
    }
}

const fn layer(
    name: &'static str,
    protocol: Protocol,
    fields: &'static [LayerField],
    words: &'static [LayerWord],
) -> LayerEntry {
    LayerEntry {
        name,
        protocol,
        fields,
        words,
    }
}

const CHKSUM: LayerField = field(
    "chksum",
    FieldKind::Number(16),
    "checksum; computed unless given",
);

static LAYERS: [LayerEntry; 11] = [
    layer("eth", Protocol::Eth, &ETH, &[]),
    layer("arp", Protocol::Arp, &ARP, &ARP_WORDS),
    layer("ip", Protocol::Ip, &IP, &IP_WORDS),
    layer("ip6", Protocol::Ip6, &IP6, &[]),
    layer("icmp", Protocol::Icmp, &ICMP, &ICMP_WORDS),
    layer("icmp6", Protocol::Icmp6, &ICMP6, &ICMP6_WORDS),
    layer("igmp", Protocol::Igmp, &IGMP, &IGMP_WORDS),
    layer("tcp", Protocol::Tcp, &TCP, &TCP_WORDS),
    layer("udp", Protocol::Udp, &UDP, &[]),
    layer("dns", Protocol::Dns, &DNS, &[]),
    layer("raw", Protocol::Raw, &RAW, &[]),
];

static ETH: [LayerField; 4] = [
    field("dst", FieldKind::Mac, "destination; broadcast unless given"),
    field("src", FieldKind::Mac, "source; zeros unless given"),
    field(
        "type",
        FieldKind::Number(16),
        "ethertype; that of the layer above unless given",
    ),
    field(
        "vlan",
        FieldKind::Number(12),
        "adds an 802.1Q tag with this identifier",
    ),
];

static ARP: [LayerField; 5] = [
    field(
        "op",
        FieldKind::Number(16),
        "operation: 1 request (default), 2 reply",
    ),
    field(
        "hwsrc",
        FieldKind::Mac,
        "sender's hardware address; zeros unless given",
    ),
    field(
        "psrc",
        FieldKind::Ipv4,
        "sender's IP address; 0.0.0.0 unless given",
    ),
    field(
        "hwdst",
        FieldKind::Mac,
        "target's hardware address; zeros unless given",
    ),
    field(
        "pdst",
        FieldKind::Ipv4,
        "target's IP address: who is looked for",
    ),
];

static ARP_WORDS: [LayerWord; 2] = [
    word("request", 1, "who has this address?"),
    word("reply", 2, "I have it"),
];

static IP: [LayerField; 14] = [
    field(
        "src",
        FieldKind::Ipv4,
        "source; 0.0.0.0 unless given or known, which a raw socket replaces",
    ),
    field(
        "dst",
        FieldKind::Ipv4,
        "destination; needed unless the call names it",
    ),
    field(
        "ttl",
        FieldKind::Number(8),
        "time to live in hops; 64 unless given",
    ),
    field(
        "proto",
        FieldKind::Number(8),
        "protocol; that of the layer above unless given",
    ),
    field(
        "id",
        FieldKind::Number(16),
        "identification, which fragments share; 0 unless given",
    ),
    field(
        "flags",
        FieldKind::IpFlags,
        "DF (don't fragment), MF (more fragments)",
    ),
    field(
        "frag",
        FieldKind::Number(13),
        "fragment offset in units of 8 bytes; 0 unless given",
    ),
    field(
        "tos",
        FieldKind::Number(8),
        "the whole differentiated services byte; 0 unless given",
    ),
    field(
        "dscp",
        FieldKind::Number(6),
        "differentiated services code point; 0 unless given",
    ),
    field(
        "ecn",
        FieldKind::Number(2),
        "explicit congestion notification; 0 unless given",
    ),
    field(
        "len",
        FieldKind::Number(16),
        "total length; computed unless given",
    ),
    field(
        "ihl",
        FieldKind::Number(4),
        "header length in words of 4 bytes; computed unless given",
    ),
    CHKSUM,
    field(
        "options",
        FieldKind::Bytes,
        "options as bytes, padded to a multiple of 4",
    ),
];

static IP_WORDS: [LayerWord; 2] = [
    word("df", 2, "don't fragment"),
    word("mf", 1, "more fragments follow"),
];

static IP6: [LayerField; 7] = [
    field("src", FieldKind::Ipv6, "source; :: unless given or known"),
    field(
        "dst",
        FieldKind::Ipv6,
        "destination; needed unless the call names it",
    ),
    field("hlim", FieldKind::Number(8), "hop limit; 64 unless given"),
    field(
        "nh",
        FieldKind::Number(8),
        "next header; that of the layer above unless given",
    ),
    field("tc", FieldKind::Number(8), "traffic class; 0 unless given"),
    field("fl", FieldKind::Number(20), "flow label; 0 unless given"),
    field(
        "plen",
        FieldKind::Number(16),
        "payload length; computed unless given",
    ),
];

static ICMP: [LayerField; 8] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; echo request (8) unless given",
    ),
    field("code", FieldKind::Number(8), "code; 0 unless given"),
    CHKSUM,
    field(
        "id",
        FieldKind::Number(16),
        "identifier of an echo; 0 unless given",
    ),
    field(
        "seq",
        FieldKind::Number(16),
        "sequence number of an echo; 0 unless given",
    ),
    field("gw", FieldKind::Ipv4, "the better router, in a redirect"),
    field(
        "mtu",
        FieldKind::Number(16),
        "MTU of the next hop, where fragmentation is needed",
    ),
    field("ptr", FieldKind::Number(8), "where a parameter problem is"),
];

static ICMP_WORDS: [LayerWord; 10] = [
    word("echo", 8, "echo request, ping"),
    word("request", 8, "echo request, ping"),
    word("reply", 0, "echo reply"),
    word(
        "unreachable",
        3,
        "destination unreachable; the code says why, 3 is port",
    ),
    word(
        "needfrag",
        3 | 4 << 8,
        "unreachable because fragmentation is needed",
    ),
    word("redirect", 5, "there is a better router"),
    word("exceeded", 11, "time to live exceeded in transit"),
    word("problem", 12, "parameter problem"),
    word("timestamp", 13, "timestamp request"),
    word("quench", 4, "source quench (deprecated)"),
];

static ICMP6: [LayerField; 10] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; echo request (128) unless given",
    ),
    field("code", FieldKind::Number(8), "code; 0 unless given"),
    CHKSUM,
    field(
        "id",
        FieldKind::Number(16),
        "identifier of an echo; 0 unless given",
    ),
    field(
        "seq",
        FieldKind::Number(16),
        "sequence number of an echo; 0 unless given",
    ),
    field("mtu", FieldKind::Number(32), "MTU, in packet too big"),
    field("ptr", FieldKind::Number(32), "where a parameter problem is"),
    field(
        "flags",
        FieldKind::Number(3),
        "of an advertisement: 4 router, 2 solicited, 1 override; 0 unless given",
    ),
    field(
        "target",
        FieldKind::Ipv6,
        "the address a neighbor solicitation or advertisement is about",
    ),
    field(
        "lladdr",
        FieldKind::Mac,
        "adds the option with the sender's link-layer address",
    ),
];

static ICMP6_WORDS: [LayerWord; 9] = [
    word("echo", 128, "echo request, ping"),
    word("request", 128, "echo request, ping"),
    word("reply", 129, "echo reply"),
    word(
        "unreachable",
        1,
        "destination unreachable; the code says why, 4 is port",
    ),
    word("toobig", 2, "packet too big"),
    word("exceeded", 3, "hop limit exceeded in transit"),
    word("problem", 4, "parameter problem"),
    word("ns", 135, "neighbor solicitation: who has this address?"),
    word("na", 136, "neighbor advertisement: I have it"),
];

static IGMP: [LayerField; 4] = [
    field(
        "type",
        FieldKind::Number(8),
        "message type; query (0x11) unless given",
    ),
    field(
        "mrt",
        FieldKind::Number(8),
        "maximum response time in tenths of a second; 100 for a query",
    ),
    CHKSUM,
    field(
        "group",
        FieldKind::Ipv4,
        "multicast group; 0.0.0.0 unless given",
    ),
];

static IGMP_WORDS: [LayerWord; 3] = [
    word("query", 0x11, "who is a member?"),
    word("report", 0x16, "I am a member (version 2)"),
    word("leave", 0x17, "I leave (version 2)"),
];

static TCP: [LayerField; 15] = [
    field(
        "sport",
        FieldKind::Number(16),
        "source port; 40000 unless given",
    ),
    field("dport", FieldKind::Number(16), "destination port"),
    field(
        "seq",
        FieldKind::Number(32),
        "sequence number; 0 unless given",
    ),
    field(
        "ack",
        FieldKind::Number(32),
        "acknowledgment number; 0 unless given",
    ),
    field(
        "flags",
        FieldKind::TcpFlags,
        "S A F R P U E C, as tcpdump and scapy write them; S unless given",
    ),
    field(
        "window",
        FieldKind::Number(16),
        "receive window; 65535 unless given",
    ),
    field(
        "urgptr",
        FieldKind::Number(16),
        "urgent pointer; 0 unless given",
    ),
    field(
        "dataofs",
        FieldKind::Number(4),
        "header length in words of 4 bytes; computed unless given",
    ),
    CHKSUM,
    field(
        "mss",
        FieldKind::Number(16),
        "option: maximum segment size in bytes",
    ),
    field(
        "wscale",
        FieldKind::Number(8),
        "option: window scale, a shift of 0 to 14",
    ),
    field(
        "sackok",
        FieldKind::Bool,
        "option: selective acknowledgments are permitted",
    ),
    field(
        "timestamp",
        FieldKind::Number(32),
        "option: timestamp value",
    ),
    field(
        "tsecr",
        FieldKind::Number(32),
        "echoed value of the timestamp option; 0 unless given",
    ),
    field("options", FieldKind::Bytes, "more options as bytes"),
];

static TCP_WORDS: [LayerWord; 8] = [
    word("fin", 0x01, "flag: no more data"),
    word("syn", 0x02, "flag: synchronize"),
    word("rst", 0x04, "flag: reset"),
    word("psh", 0x08, "flag: push"),
    word("ack", 0x10, "flag: the acknowledgment number counts"),
    word("urg", 0x20, "flag: the urgent pointer counts"),
    word("ece", 0x40, "flag: ECN echo"),
    word("cwr", 0x80, "flag: congestion window reduced"),
];

static UDP: [LayerField; 4] = [
    field(
        "sport",
        FieldKind::Number(16),
        "source port; 40000 unless given",
    ),
    field(
        "dport",
        FieldKind::Number(16),
        "destination port; 53 under dns",
    ),
    field(
        "len",
        FieldKind::Number(16),
        "length; computed unless given",
    ),
    CHKSUM,
];

static DNS: [LayerField; 4] = [
    field("name", FieldKind::DomainName, "the name that is asked for"),
    field(
        "type",
        FieldKind::DnsType,
        "the type that is asked for; A unless given",
    ),
    field(
        "id",
        FieldKind::Number(16),
        "identifier of the query; 1 unless given",
    ),
    field(
        "rd",
        FieldKind::Bool,
        "recursion desired; True unless given",
    ),
];

static RAW: [LayerField; 1] = [field("load", FieldKind::Bytes, "the bytes")];
