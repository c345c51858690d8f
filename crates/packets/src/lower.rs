//! The headers below the network layer other than those of Ethernet and of Linux's cooked captures: other links, and what lies
//! between a link and its packet. Each is peeled off for the flat record and shown as a layer for the tree. Not the walk over them.

mod label;
mod llc;
mod ppp;
mod wlan;
mod wrapped;

use super::ethernet;
use super::fields::Fields;
use super::headers::{Ethernet, LinkType, Malformed};
use super::part::Part;
use super::rows::{self, Row};
use super::schema::FieldEntry;
use super::schema::link::vlan;
use super::schema::lower as schema;
use super::tree::Layer;

/// How many headers below the network layer are followed; what is deeper is bytes.
pub(super) const DEEPEST: usize = 32;

/// What a link header announces: a packet of the network layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// RFC 826.
    Arp,
    /// RFC 791.
    Ipv4,
    /// RFC 8200.
    Ipv6,
    /// Anything else.
    Other,
}

impl Network {
    /// What is announced as IPv4 but says that it is version 6 is taken at its word.
    pub(super) fn of_version(self, part: Part<'_>) -> Self {
        match (self, part.bytes().first()) {
            (Self::Ipv4, Some(0x60..=0x6f)) => Self::Ipv6,
            _ => self,
        }
    }
}

/// What a header says that its bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// A packet of the network layer, or bytes that nobody here knows.
    Network(Network),
    /// One more header below it.
    Header(Kind),
    /// A whole frame of a link.
    Frame(LinkType),
}

impl Announced {
    /// Bytes that nobody here knows.
    pub(super) const BYTES: Self = Self::Network(Network::Other);
}

/// A header of this file's rooms, named after the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// IEEE 802.2 logical link control, with SNAP (RFC 1042).
    Llc,
    /// IEEE 802.5.
    TokenRing,
    /// ANSI X3T9.5.
    Fddi,
    /// ARCNET as BSD (RFC 1201, 1051) captures it.
    Arcnet,
    /// ARCNET as Linux captures it, with an offset.
    ArcnetLinux,
    /// IP over Fibre Channel (RFC 2625).
    FibreChannel,
    /// SunATM's four bytes.
    Atm,
    /// PPP, with or without address and control (RFC 1661, 1662).
    Ppp,
    /// PPP or Cisco HDLC, told apart by the first byte.
    Serial,
    /// A byte for the direction, then PPP.
    PppDirected,
    /// Cisco HDLC.
    Chdlc,
    /// A byte for the direction, then Cisco HDLC.
    ChdlcDirected,
    /// Frame relay (RFC 2427).
    FrameRelay,
    /// A byte for the direction, then frame relay.
    FrameRelayDirected,
    /// A PPPoE session (RFC 2516).
    Pppoe,
    /// MPLS label stack entry (RFC 3032).
    Mpls,
    /// An 802.1Q tag inside another header.
    Vlan,
    /// IEEE 802.1AE.
    Macsec,
    /// Network service header (RFC 8300).
    Nsh,
    /// Arista's time stamp.
    Avsp,
    /// IEEE 802.11.
    Wlan,
    /// IEEE 802.11 with a check sequence of four bytes at its end.
    WlanChecked,
    /// Radiotap, then 802.11.
    Radiotap,
    /// Prism, then 802.11.
    Prism,
    /// AVS, then 802.11.
    WlanCap,
    /// Per-packet information.
    Ppi,
    /// Apple's PKTAP.
    Pktap,
    /// Juniper's wrapping of Ethernet.
    Juniper,
    /// Linux netfilter's NFLOG.
    Nflog,
    /// Solaris IPNET.
    Ipnet,
    /// IP over InfiniBand.
    Ipoib,
    /// OpenBSD's packet filter log.
    Pflog,
    /// OpenBSD's encapsulating interface.
    Enc,
}

/// A header that was peeled off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peeled<'a> {
    /// Bytes of the header.
    pub(super) header: usize,
    /// What it carries.
    pub(super) rest: Part<'a>,
    /// What that begins with.
    pub(super) next: Announced,
    /// Hardware addresses, where it has them.
    pub(super) ethernet: Option<Ethernet>,
    /// A VLAN identifier.
    pub(super) vlan: Option<u16>,
}

impl<'a> Peeled<'a> {
    /// A header of `header` bytes at the start of `part`, and what it says is next.
    fn new(part: Part<'a>, header: usize, next: Announced) -> Self {
        Self {
            header,
            rest: part.skip(header),
            next,
            ethernet: None,
            vlan: None,
        }
    }

    /// The same for a header that ends with an ethertype.
    fn typed(part: Part<'a>, header: usize, ethertype: u16) -> Self {
        Self::new(part, header, by_type(ethertype))
    }
}

/// The links of this room's kinds; `None` for a link that is not known here.
pub(super) fn by_link(link: LinkType) -> Option<Kind> {
    Some(match link.0 {
        6 => Kind::TokenRing,
        7 => Kind::Arcnet,
        9 => Kind::Ppp,
        10 => Kind::Fddi,
        11 | 100 | 106 => Kind::Llc,
        50 => Kind::Serial,
        51 => Kind::Pppoe,
        104 => Kind::Chdlc,
        105 => Kind::Wlan,
        107 => Kind::FrameRelay,
        109 => Kind::Enc,
        117 => Kind::Pflog,
        119 => Kind::Prism,
        122 => Kind::FibreChannel,
        123 => Kind::Atm,
        127 => Kind::Radiotap,
        129 => Kind::ArcnetLinux,
        149 | 258 => Kind::Pktap,
        163 => Kind::WlanCap,
        166 | 204 => Kind::PppDirected,
        178 => Kind::Juniper,
        192 => Kind::Ppi,
        205 => Kind::ChdlcDirected,
        206 => Kind::FrameRelayDirected,
        219 => Kind::Mpls,
        226 => Kind::Ipnet,
        239 => Kind::Nflog,
        242 => Kind::Ipoib,
        _ => return None,
    })
}

/// What an ethertype announces, a tag among it.
pub(super) fn by_type(ethertype: u16) -> Announced {
    Announced::Header(match ethertype {
        ethernet::IPV4 => return Announced::Network(Network::Ipv4),
        ethernet::IPV6 => return Announced::Network(Network::Ipv6),
        ethernet::ARP | ethernet::RARP => return Announced::Network(Network::Arp),
        0x6558 => return Announced::Frame(LinkType::ETHERNET),
        0x8847 | 0x8848 => Kind::Mpls,
        0x8864 => Kind::Pppoe,
        0x88e5 => Kind::Macsec,
        0x894f => Kind::Nsh,
        0xd28b => Kind::Avsp,
        number if ethernet::is_tag(number) => Kind::Vlan,
        number if number < ethernet::SMALLEST_TYPE => Kind::Llc,
        _ => return Announced::BYTES,
    })
}

/// An IP packet whose first byte says of which version it is.
pub(super) fn by_version(part: Part<'_>) -> Announced {
    Announced::Network(match part.bytes().first().map(|byte| byte >> 4) {
        Some(4) => Network::Ipv4,
        Some(6) => Network::Ipv6,
        _ => Network::Other,
    })
}

/// Peels the header of this kind off `part`.
pub(super) fn peel(kind: Kind, part: Part<'_>) -> Result<Peeled<'_>, Malformed> {
    match kind {
        Kind::Llc => llc::llc(part),
        Kind::TokenRing => llc::token_ring(part),
        Kind::Fddi => llc::fddi(part),
        Kind::Arcnet => llc::arcnet(part, 2),
        Kind::ArcnetLinux => llc::arcnet(part, 4),
        Kind::FibreChannel => llc::fibre_channel(part),
        Kind::Atm => llc::atm(part),
        Kind::Ppp => ppp::ppp(part),
        Kind::Serial => ppp::serial(part),
        Kind::PppDirected => ppp::directed(part, Kind::Ppp),
        Kind::Chdlc => ppp::chdlc(part),
        Kind::ChdlcDirected => ppp::directed(part, Kind::Chdlc),
        Kind::FrameRelay => ppp::frame_relay(part),
        Kind::FrameRelayDirected => ppp::directed(part, Kind::FrameRelay),
        Kind::Pppoe => ppp::pppoe(part),
        Kind::Mpls => label::mpls(part),
        Kind::Vlan => label::vlan(part),
        Kind::Macsec => label::macsec(part),
        Kind::Nsh => label::nsh(part),
        Kind::Avsp => label::avsp(part),
        Kind::Wlan => wlan::wlan(part, 0),
        Kind::WlanChecked => wlan::wlan(part, wlan::CHECK_SEQUENCE),
        Kind::Radiotap => wlan::radiotap(part),
        Kind::Prism => wlan::prism(part),
        Kind::WlanCap => wlan::wlan_cap(part),
        Kind::Ppi => wlan::ppi(part),
        Kind::Pktap => wrapped::pktap(part),
        Kind::Juniper => wrapped::juniper(part),
        Kind::Nflog => wrapped::nflog(part),
        Kind::Ipnet => wrapped::ipnet(part),
        Kind::Ipoib => wrapped::ipoib(part),
        Kind::Pflog => wrapped::pflog(part),
        Kind::Enc => wrapped::enc(part),
    }
}

/// The header of this kind as a layer; `part` begins with it. Nothing for a header without a byte.
pub(super) fn layer(kind: Kind, part: Part<'_>, peeled: &Peeled<'_>) -> Option<Layer> {
    let (protocol, fixed): (&FieldEntry, &[Row]) = match kind {
        Kind::Llc => (schema::llc::LAYER, llc::LLC),
        Kind::TokenRing => (schema::tr::LAYER, llc::TOKEN_RING),
        Kind::Fddi => (schema::fddi::LAYER, llc::FDDI),
        Kind::Arcnet => (schema::arcnet::LAYER, llc::ARCNET),
        Kind::ArcnetLinux => (schema::arcnet::LAYER, llc::ARCNET_LINUX),
        Kind::FibreChannel => (schema::ipfc::LAYER, &[]),
        Kind::Atm => (schema::atm::LAYER, llc::ATM),
        Kind::Ppp => (schema::ppp::LAYER, &[]),
        Kind::Serial => return None,
        Kind::PppDirected | Kind::ChdlcDirected | Kind::FrameRelayDirected => {
            (schema::ppp::LAYER, ppp::DIRECTED)
        }
        Kind::Chdlc => (schema::chdlc::LAYER, ppp::CHDLC),
        Kind::FrameRelay => (schema::fr::LAYER, &[]),
        Kind::Pppoe => (schema::pppoes::LAYER, ppp::PPPOE),
        Kind::Mpls => (schema::mpls::LAYER, label::MPLS),
        Kind::Vlan => (vlan::LAYER, label::VLAN),
        Kind::Macsec => (schema::macsec::LAYER, label::MACSEC),
        Kind::Nsh => (schema::nsh::LAYER, label::NSH),
        Kind::Avsp => (schema::avsp::LAYER, label::AVSP),
        Kind::Wlan | Kind::WlanChecked => (schema::wlan::LAYER, wlan::WLAN),
        Kind::Radiotap => (schema::radiotap::LAYER, wlan::RADIOTAP),
        Kind::Prism => (schema::prism::LAYER, wlan::PRISM),
        Kind::WlanCap => (schema::wlancap::LAYER, wlan::WLAN_CAP),
        Kind::Ppi => (schema::ppi::LAYER, wlan::PPI),
        Kind::Pktap => (schema::pktap::LAYER, wrapped::PKTAP),
        Kind::Juniper => (schema::juniper::LAYER, wrapped::JUNIPER),
        Kind::Nflog => (schema::nflog::LAYER, wrapped::NFLOG),
        Kind::Ipnet => (schema::ipnet::LAYER, wrapped::IPNET),
        Kind::Ipoib => (schema::ipoib::LAYER, wrapped::IPOIB),
        Kind::Pflog => (schema::pflog::LAYER, wrapped::PFLOG),
        Kind::Enc => (schema::enc::LAYER, wrapped::ENC),
    };
    if peeled.header == 0 {
        return None;
    }
    let own = part.first(peeled.header);
    let mut fields = Fields::of(own);
    rows::add(&mut fields, fixed);
    let mut title = protocol.label.to_owned();
    match kind {
        Kind::PppDirected | Kind::ChdlcDirected | Kind::FrameRelayDirected => {
            "Direction".clone_into(&mut title);
        }
        Kind::Ppp => ppp::protocol(&mut fields),
        Kind::FrameRelay => ppp::address(&mut fields),
        Kind::Llc => llc::snap(&mut fields),
        Kind::Mpls | Kind::Vlan => label::name(kind, own, &mut title),
        _ => {}
    }
    Some(fields.layer(protocol, title))
}
