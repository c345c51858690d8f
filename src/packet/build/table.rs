//! The layers that can be built, with their fields and bare words: one table for building, completion and help. Not how they are built.

use super::{dns, icmp, netlink, network, transport};

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
    /// A netlink message.
    Nlmsg,
    /// struct ifinfomsg of rtnetlink.
    Ifinfomsg,
    /// struct ifaddrmsg.
    Ifaddrmsg,
    /// struct rtmsg.
    Rtmsg,
    /// struct ndmsg.
    Ndmsg,
    /// struct inet_diag_req_v2 of sock_diag.
    InetDiagReq,
    /// struct genlmsghdr of generic netlink.
    Genlmsghdr,
    /// A netlink attribute.
    Nlattr,
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
    /// The value of a netlink attribute.
    Attribute,
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
            Self::Attribute => {
                "an address, text, bytes, another nlattr, or a number that fits its size (1, 2, 4 or 8 bytes)"
                    .to_owned()
            }
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

/// What a layer is, in one sentence; empty for a name that is no layer.
pub fn layer_summary(name: &str) -> &'static str {
    match name {
        "eth" => "packet layer: an Ethernet II header",
        "arp" => "packet layer: an ARP request or reply",
        "ip" => "packet layer: an IPv4 header",
        "ip6" => "packet layer: an IPv6 header",
        "icmp" => "packet layer: an ICMP message",
        "icmp6" => "packet layer: an ICMPv6 message",
        "igmp" => "packet layer: an IGMP message",
        "tcp" => "packet layer: a TCP header",
        "udp" => "packet layer: a UDP header",
        "dns" => "packet layer: a DNS query",
        "nlmsg" => {
            "packet layer: a netlink message (struct nlmsghdr), in front of the structure of its subject: nlmsg()/ifinfomsg()"
        }
        "ifinfomsg" => "packet layer: an interface (struct ifinfomsg of rtnetlink), behind nlmsg",
        "ifaddrmsg" => {
            "packet layer: an address of an interface (struct ifaddrmsg of rtnetlink), behind nlmsg"
        }
        "rtmsg" => "packet layer: a route (struct rtmsg of rtnetlink), behind nlmsg",
        "ndmsg" => "packet layer: a neighbour (struct ndmsg of rtnetlink), behind nlmsg",
        "inet_diag_req_v2" => "packet layer: a question about sockets (sock_diag), behind nlmsg",
        "genlmsghdr" => "packet layer: a command of generic netlink, behind nlmsg",
        "nlattr" => {
            "packet layer: a netlink attribute; the next one follows behind a /, and one inside is its value"
        }
        "raw" => "packet layer: bytes as they are",
        _ => "",
    }
}

/// The names of a layer's fields.
pub fn field_names(name: &str) -> Vec<&'static str> {
    layer_fields(name).iter().map(|field| field.name).collect()
}

/// The entry of a layer.
pub(super) fn entry(name: &str) -> Option<&'static LayerEntry> {
    LAYERS.iter().find(|entry| entry.name == name)
}

/// A field.
pub(super) const fn field(
    name: &'static str,
    kind: FieldKind,
    meaning: &'static str,
) -> LayerField {
    LayerField {
        name,
        kind,
        meaning,
    }
}

/// A bare word.
pub(super) const fn word(name: &'static str, number: u16, meaning: &'static str) -> LayerWord {
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

/// The field every protocol with a checksum has.
pub(super) const CHKSUM: LayerField = field(
    "chksum",
    FieldKind::Number(16),
    "checksum; computed unless given",
);

static LAYERS: [LayerEntry; 19] = [
    layer("eth", Protocol::Eth, &network::ETH, &[]),
    layer("arp", Protocol::Arp, &network::ARP, &network::ARP_WORDS),
    layer("ip", Protocol::Ip, &network::IP, &network::IP_WORDS),
    layer("ip6", Protocol::Ip6, &network::IP6, &[]),
    layer("icmp", Protocol::Icmp, &icmp::ICMP, &icmp::ICMP_WORDS),
    layer("icmp6", Protocol::Icmp6, &icmp::ICMP6, &icmp::ICMP6_WORDS),
    layer("igmp", Protocol::Igmp, &icmp::IGMP, &icmp::IGMP_WORDS),
    layer("tcp", Protocol::Tcp, &transport::TCP, &transport::TCP_WORDS),
    layer("udp", Protocol::Udp, &transport::UDP, &[]),
    layer("dns", Protocol::Dns, &dns::DNS, &[]),
    layer("nlmsg", Protocol::Nlmsg, &netlink::NLMSG, &[]),
    layer("ifinfomsg", Protocol::Ifinfomsg, &netlink::IFINFOMSG, &[]),
    layer("ifaddrmsg", Protocol::Ifaddrmsg, &netlink::IFADDRMSG, &[]),
    layer("rtmsg", Protocol::Rtmsg, &netlink::RTMSG, &[]),
    layer("ndmsg", Protocol::Ndmsg, &netlink::NDMSG, &[]),
    layer(
        "inet_diag_req_v2",
        Protocol::InetDiagReq,
        &netlink::INET_DIAG_REQ,
        &[],
    ),
    layer(
        "genlmsghdr",
        Protocol::Genlmsghdr,
        &netlink::GENLMSGHDR,
        &[],
    ),
    layer("nlattr", Protocol::Nlattr, &netlink::NLATTR, &[]),
    layer("raw", Protocol::Raw, &RAW, &[]),
];

static RAW: [LayerField; 1] = [field("load", FieldKind::Bytes, "the bytes")];
