//! What the layers that can be built are made of: protocols, fields with their kinds, bare words. Which there are is `table`.

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
    /// A WebSocket frame.
    WebSocket,
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
                let greatest = u64::MAX >> (64 - bits);
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

/// The field every protocol with a checksum has.
pub(super) const CHKSUM: LayerField = field(
    "chksum",
    FieldKind::Number(16),
    "checksum; computed unless given",
);
