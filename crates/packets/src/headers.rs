//! What one frame says, as plain numbers: the flat record that the tracker, the filters and the one-line view read.
//! Not the field tree (that is `tree.rs`): decoding into this record allocates nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;

/// A link-layer header type, as pcap files number them (the `LINKTYPE_` values of the tcpdump group).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a four-byte address family in the byte order of the capturing machine.
    pub const NULL: Self = Self(0);
    /// IEEE 802.3 Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// No link header: the frame begins with an IPv4 or IPv6 header.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: a four-byte address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture, version 1 (16 bytes).
    pub const LINUX_SLL: Self = Self(113);
    /// Bare IPv4.
    pub const IPV4: Self = Self(228);
    /// Bare IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux netlink, as an `nlmon` device gives it: a header of 16 bytes, then messages.
    pub const NETLINK: Self = Self(253);
    /// Linux "cooked" capture, version 2 (20 bytes).
    pub const LINUX_SLL2: Self = Self(276);
}

/// A half-open range of byte offsets in the captured frame. `u32`, because a frame is never longer than 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The same span as a `Range<usize>`, to slice the frame with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// One decoded frame. Every `Option` is `None` when the layer is absent or could not be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headers {
    /// The link type it was decoded as.
    pub link: LinkType,
    /// Captured bytes.
    pub captured: u32,
    /// Bytes on the wire (`frame.len`); larger than `captured` when the capture cut the frame.
    pub len: u32,
    /// Ethernet or cooked header.
    pub ethernet: Option<Ethernet>,
    /// Outermost 802.1Q tag, if any: `vlan.id`.
    pub vlan: Option<u16>,
    /// `eth.type` (or the protocol of a cooked header) after all VLAN tags; `None` for a length field (802.3) or a link without one.
    pub ethertype: Option<u16>,
    /// ARP, IPv4 or IPv6.
    pub net: Net,
    /// What the outermost IP header carries.
    pub transport: Transport,
    /// The bytes above the last layer that was decoded, cut to what was captured and to what the length fields say.
    pub payload: Span,
    /// Where decoding stopped and why, if a header was not as its protocol demands.
    pub malformed: Option<Malformed>,
}

/// Link-layer addresses; zero where the link type has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ethernet {
    /// `eth.dst`.
    pub dst: [u8; 6],
    /// `eth.src`.
    pub src: [u8; 6],
}

/// The network layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Net {
    /// None that is known.
    None,
    /// RFC 826.
    Arp(Arp),
    /// RFC 791.
    Ipv4(Ipv4),
    /// RFC 8200.
    Ipv6(Ipv6),
}

/// ARP for IPv4 over Ethernet (RFC 826).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// `arp.opcode`: 1 request, 2 reply.
    pub opcode: u16,
    /// `arp.src.hw_mac`.
    pub sender_mac: [u8; 6],
    /// `arp.src.proto_ipv4`.
    pub sender_ip: Ipv4Addr,
    /// `arp.dst.hw_mac`.
    pub target_mac: [u8; 6],
    /// `arp.dst.proto_ipv4`.
    pub target_ip: Ipv4Addr,
    /// Where the ARP message lies in the frame.
    pub span: Span,
}

/// An IPv4 header (RFC 791).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4 {
    /// `ip.src`.
    pub src: Ipv4Addr,
    /// `ip.dst`.
    pub dst: Ipv4Addr,
    /// `ip.proto`.
    pub proto: u8,
    /// `ip.ttl`.
    pub ttl: u8,
    /// `ip.dsfield`: DSCP in the upper six bits, ECN in the lower two.
    pub dsfield: u8,
    /// `ip.id`.
    pub id: u16,
    /// `ip.len`: header and payload, as the header says; where it says 0, what the frame has (TCP segmentation offload).
    pub len: u32,
    /// `ip.hdr_len` in bytes.
    pub hdr_len: u8,
    /// `ip.flags.df`.
    pub df: bool,
    /// `ip.flags.mf`.
    pub mf: bool,
    /// `ip.frag_offset` in bytes.
    pub frag_offset: u16,
    /// `ip.checksum` as carried.
    pub checksum: u16,
    /// The header with its options.
    pub header: Span,
}

/// An IPv6 header with its chain of extension headers (RFC 8200).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6 {
    /// `ipv6.src`.
    pub src: Ipv6Addr,
    /// `ipv6.dst`.
    pub dst: Ipv6Addr,
    /// `ipv6.tclass`.
    pub traffic_class: u8,
    /// `ipv6.flow`.
    pub flow: u32,
    /// `ipv6.nxt` of the fixed header.
    pub nxt: u8,
    /// The protocol after all extension headers.
    pub upper: u8,
    /// `ipv6.hlim`.
    pub hlim: u8,
    /// `ipv6.plen`.
    pub plen: u16,
    /// Fragment offset in bytes and the more-fragments flag, if a fragment header is present.
    pub fragment: Option<(u16, bool)>,
    /// The fixed header and all extension headers.
    pub header: Span,
}

/// The transport layer of the outermost IP header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transport {
    /// None, a later fragment, or a protocol that is not decoded.
    None,
    /// RFC 9293.
    Tcp(Tcp),
    /// RFC 768.
    Udp(Udp),
    /// RFC 792.
    Icmp(Icmp),
    /// RFC 4443.
    Icmpv6(Icmp),
    /// RFC 1112, 2236, 3376: the message type.
    Igmp(u8),
}

/// The TCP flags, as bits of `tcp.flags` (RFC 9293 section 3.1; AE as in Wireshark).
pub mod flag {
    /// No more data from sender.
    pub const FIN: u16 = 0x001;
    /// Synchronize sequence numbers.
    pub const SYN: u16 = 0x002;
    /// Reset the connection.
    pub const RST: u16 = 0x004;
    /// Push function.
    pub const PSH: u16 = 0x008;
    /// Acknowledgment field is significant.
    pub const ACK: u16 = 0x010;
    /// Urgent pointer field is significant.
    pub const URG: u16 = 0x020;
    /// ECN-Echo (RFC 3168).
    pub const ECE: u16 = 0x040;
    /// Congestion window reduced (RFC 3168).
    pub const CWR: u16 = 0x080;
    /// Accurate ECN (RFC 9768).
    pub const AE: u16 = 0x100;

    /// Every flag with its name, from the lowest bit up.
    pub const ALL: [(u16, &str); 9] = [
        (FIN, "FIN"),
        (SYN, "SYN"),
        (RST, "RST"),
        (PSH, "PSH"),
        (ACK, "ACK"),
        (URG, "URG"),
        (ECE, "ECE"),
        (CWR, "CWR"),
        (AE, "AE"),
    ];

    /// The flags that are set, as Wireshark writes them: `SYN, ACK`; `none` when there are none.
    pub fn names(flags: u16) -> String {
        let names: Vec<&str> = ALL
            .iter()
            .filter(|(bit, _)| flags & bit != 0)
            .map(|(_, name)| *name)
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// A TCP header (RFC 9293 section 3.1). Sequence numbers are raw; relative ones belong to the tracker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    /// `tcp.srcport`.
    pub srcport: u16,
    /// `tcp.dstport`.
    pub dstport: u16,
    /// `tcp.seq_raw`.
    pub seq: u32,
    /// `tcp.ack_raw`.
    pub ack: u32,
    /// `tcp.hdr_len` in bytes.
    pub hdr_len: u8,
    /// `tcp.flags`, twelve bits; see [`flag`].
    pub flags: u16,
    /// `tcp.window_size_value`: the field, not scaled.
    pub window: u16,
    /// `tcp.checksum` as carried.
    pub checksum: u16,
    /// `tcp.urgent_pointer`.
    pub urgent: u16,
    /// `tcp.len`: payload bytes the IP length implies, whether captured or not.
    pub len: u32,
    /// The options worth a place in the record; all of them are in the tree.
    pub options: TcpOptions,
    /// True when the conversation had been upgraded to WebSocket before this segment. Who follows conversations sets it.
    pub websocket: bool,
    /// The header with its options.
    pub header: Span,
}

impl Tcp {
    /// How many bytes of the header were captured: all of them when the segment was put together from fragments.
    pub fn captured(&self) -> usize {
        if self.header.is_empty() {
            usize::from(self.hdr_len)
        } else {
            self.header.len()
        }
    }

    /// What it tells of its conversation without its length.
    pub fn outline(&self) -> Outline {
        Outline {
            seq: self.seq,
            flags: self.flags,
            wscale: self.options.wscale,
            sacked: self.options.sacked(),
            cut: self.is_cut(),
        }
    }

    /// True when what a conversation has to know of the header may be among what was not captured.
    pub fn is_cut(&self) -> bool {
        self.options.unread || self.captured() < 20
    }
}

/// The TCP options the tracker and the one-line view need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    /// `tcp.options.mss_val`.
    pub mss: Option<u16>,
    /// `tcp.options.wscale.shift`.
    pub wscale: Option<u8>,
    /// `tcp.options.sack_perm`.
    pub sack_perm: bool,
    /// `tcp.options.sack_le` / `sack_re` pairs, raw sequence numbers; the first `sack_count` are set.
    pub sack: [(u32, u32); 4],
    /// How many entries of `sack` are set.
    pub sack_count: u8,
    /// `tcp.options.timestamp.tsval` and `tsecr`.
    pub timestamp: Option<(u32, u32)>,
    /// What was captured of the option in which the capture ends.
    pub cut: Option<CutOption>,
    /// True when the capture ends before the options do, and one more of them may have been there.
    pub unread: bool,
    /// Where in `sack` the blocks of the last selective acknowledgment begin; there is rarely more than one.
    pub last_sack: u8,
    /// True when there is a selective acknowledgment without a block.
    pub empty_sack: bool,
    /// What the Multipath TCP options say.
    pub mptcp: Mptcp,
}

/// What the Multipath TCP options of a segment say to who follows its conversation (RFC 8684 section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mptcp {
    /// A bit for each subtype that is there (`tcp.options.mptcp.subtype`): bit 0 is MP_CAPABLE.
    pub subtypes: u16,
    /// DATA_FIN: the sender has no more data for the whole connection.
    pub data_fin: bool,
    /// An ADD_ADDR that confirms one of the other end.
    pub echo: bool,
}

impl Mptcp {
    /// True when an option of this subtype is there.
    pub fn has(self, subtype: u8) -> bool {
        self.subtypes & 1 << subtype != 0
    }
}

impl TcpOptions {
    /// The blocks of all selective acknowledgments.
    pub fn sack_blocks(&self) -> &[(u32, u32)] {
        &self.sack[..usize::from(self.sack_count).min(self.sack.len())]
    }

    /// What the first three blocks of the last selective acknowledgment cover, in bytes; Wireshark keeps no more.
    pub fn sacked(&self) -> u32 {
        let blocks = self.sack_blocks().iter();
        blocks
            .skip(self.last_sack.into())
            .take(3)
            .fold(0, |sum: u32, (left, right)| {
                sum.wrapping_add(right.wrapping_sub(*left))
            })
    }
}

/// The first of two numbers, of which the capture does not have the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutOption {
    /// `tcp.options.timestamp.tsval`.
    Tsval(u32),
    /// `tcp.options.sack_le` of the last block, raw.
    LeftEdge(u32),
}

/// The UDP destination ports of VXLAN and Geneve, whose datagrams carry frames.
pub const TUNNEL_PORTS: [u16; 2] = [4789, 6081];

/// A UDP header (RFC 768).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp {
    /// `udp.srcport`.
    pub srcport: u16,
    /// `udp.dstport`.
    pub dstport: u16,
    /// `udp.length`: header and payload, as the header says.
    pub length: u16,
    /// `udp.checksum` as carried.
    pub checksum: u16,
    /// The eight header bytes.
    pub header: Span,
}

impl Udp {
    /// True when its length can be one; over IPv6 (`six`) that includes 0, in a jumbogram (RFC 2675 section 4).
    pub fn has_possible_length(&self, six: bool) -> bool {
        self.length >= 8 || (self.length == 0 && six)
    }
}

/// An ICMP or ICMPv6 header (RFC 792, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp {
    /// `icmp.type` or `icmpv6.type`.
    pub kind: u8,
    /// `icmp.code` or `icmpv6.code`.
    pub code: u8,
    /// Checksum as carried.
    pub checksum: u16,
    /// Identifier and sequence number of an echo.
    pub echo: Option<(u16, u16)>,
    /// The packet an error message quotes.
    pub quoted: Option<Quoted>,
}

/// The five-tuple of the packet quoted in an ICMP error: enough to find the conversation it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Source of the quoted packet: the one who is told.
    pub src: IpAddr,
    /// Destination of the quoted packet.
    pub dst: IpAddr,
    /// Its IP protocol.
    pub proto: u8,
    /// Its ports, when the quote is long enough.
    pub ports: Option<(u16, u16)>,
    /// Of a quoted TCP segment what a conversation learns from it, when the quote reaches as far as the window.
    pub segment: Option<Outline>,
    /// True for a UDP datagram of which the whole header is quoted.
    pub datagram: bool,
    /// Where the quoted packet lies in the frame.
    pub span: Span,
}

/// What a TCP segment tells of its conversation when it is not known how long it is: one that an error quotes, the first fragment of
/// a datagram that is not put together, one whose header claims more bytes than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// `tcp.seq_raw`.
    pub seq: u32,
    /// `tcp.flags`.
    pub flags: u16,
    /// `tcp.options.wscale.shift`.
    pub wscale: Option<u8>,
    /// Bytes that its selective acknowledgments cover.
    pub sacked: u32,
    /// True when the bytes end before the header does.
    pub cut: bool,
}

/// The layer at which decoding stopped, and the reason in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Protocol name as Wireshark abbreviates it: `ip`, `tcp` …
    pub layer: &'static str,
    /// What was wrong, e.g. "header length 12 is less than 20".
    pub reason: &'static str,
    /// Offset of the byte at which it was noticed.
    pub offset: u32,
}

impl Headers {
    /// Both ends of a packet with ports.
    pub fn endpoints(&self) -> Option<(SocketAddr, SocketAddr)> {
        let ((source, destination), (from, to)) = self.addresses().zip(self.ports())?;
        Some((
            SocketAddr::new(source, from),
            SocketAddr::new(destination, to),
        ))
    }

    /// Source and destination addresses of the IP header, if there is one.
    pub fn addresses(&self) -> Option<(IpAddr, IpAddr)> {
        match self.net {
            Net::Ipv4(ip) => Some((ip.src.into(), ip.dst.into())),
            Net::Ipv6(ip) => Some((ip.src.into(), ip.dst.into())),
            Net::Arp(_) | Net::None => None,
        }
    }

    /// True when the payload may be a frame of its own: generic routing encapsulation (RFC 2784), VXLAN (RFC 7348), Geneve (RFC 8926).
    pub fn may_tunnel(&self) -> bool {
        const GRE: u8 = 47;
        match (&self.transport, &self.net) {
            (Transport::Udp(udp), _) => TUNNEL_PORTS.contains(&udp.dstport),
            (Transport::None, Net::Ipv4(ip)) => ip.proto == GRE,
            (Transport::None, Net::Ipv6(ip)) => ip.upper == GRE,
            _ => false,
        }
    }

    /// Source and destination ports, if the transport has them.
    pub fn ports(&self) -> Option<(u16, u16)> {
        match self.transport {
            Transport::Tcp(tcp) => Some((tcp.srcport, tcp.dstport)),
            Transport::Udp(udp) => Some((udp.srcport, udp.dstport)),
            _ => None,
        }
    }

    /// The TCP header, if this is a TCP segment.
    pub fn tcp(&self) -> Option<&Tcp> {
        match &self.transport {
            Transport::Tcp(tcp) => Some(tcp),
            _ => None,
        }
    }
}
