//! Tunnels: headers that carry a frame or a packet above the network layer (GRE, ERSPAN, VXLAN, Geneve). IP in IP
//! needs no header and is in `dissect.rs`.

use super::decode;
use super::fields::Fields;
use super::headers::{Headers, LinkType, Malformed, Net, TUNNEL_PORTS, Transport};
use super::icmp::proto;
use super::lower::{Announced, Network, by_type};
use super::part::{Part, be16};
use super::rows::{self, Form, Row, row};
use super::schema::FieldEntry;
use super::schema::lower::{erspan, geneve, gre, vxlan};
use super::tree::Layer;

/// UDP port of VXLAN (RFC 7348 section 5).
pub(super) const VXLAN: u16 = 4789;
/// UDP port of Geneve (RFC 8926 section 3.3).
pub(super) const GENEVE: u16 = 6081;
const SHORT: &str = "shorter than its header";

const GRE_ROWS: &[Row] = &[
    row(0..2, gre::FLAGS_CHECKSUM, Form::Flag(0x8000)),
    row(0..2, gre::FLAGS_ROUTING, Form::Flag(0x4000)),
    row(0..2, gre::FLAGS_KEY, Form::Flag(0x2000)),
    row(0..2, gre::FLAGS_SEQUENCE_NUMBER, Form::Flag(0x1000)),
    row(0..2, gre::FLAGS_VERSION, Form::Bits(0x0007)),
    row(2..4, gre::PROTO, Form::Hex),
];

const ERSPAN_ROWS: &[Row] = &[
    row(0..1, erspan::VERSION, Form::Bits(0xf0)),
    row(0..2, erspan::VLAN, Form::Bits(0x0fff)),
    row(2..4, erspan::SPANID, Form::Bits(0x03ff)),
];

const VXLAN_ROWS: &[Row] = &[
    row(0..2, vxlan::FLAGS, Form::Hex),
    row(2..4, vxlan::GBP, Form::Number),
    row(4..7, vxlan::VNI, Form::Number),
];

const GENEVE_ROWS: &[Row] = &[
    row(0..1, geneve::VERSION, Form::Bits(0xc0)),
    row(0..1, geneve::OPTION_LENGTH, Form::Bits(0x3f)),
    row(2..4, geneve::PROTO_TYPE, Form::Hex),
    row(4..7, geneve::VNI, Form::Number),
];

/// A tunnel's headers, what they carry, and what that begins with.
pub(super) struct Tunnel<'a> {
    pub(super) layers: Vec<Layer>,
    pub(super) rest: Part<'a>,
    pub(super) next: Announced,
}

/// GRE and, inside it, ERSPAN.
pub(super) fn gre(part: Part<'_>) -> Result<Tunnel<'_>, Malformed> {
    let bytes = part.at_least(4, "gre", SHORT)?;
    let (flags, protocol) = (be16(bytes, 0), be16(bytes, 2));
    // Version 1 (PPTP, RFC 2637) has a key always and may have an acknowledgment number.
    let mut header = 4;
    for bit in [0xc000, 0x2000, 0x1000] {
        if flags & bit != 0 {
            header += 4;
        }
    }
    if flags & 7 == 1 && flags & 0x0080 != 0 {
        header += 4;
    }
    part.at_least(header, "gre", SHORT)?;
    let layer = one(part.first(header), GRE_ROWS, gre::LAYER);
    let rest = part.skip(header);
    let sequenced = flags & 0x1000 != 0;
    match protocol {
        // ERSPAN type I has no header of its own; type II is told by GRE's sequence number.
        0x88be if sequenced => erspan(layer, rest, 8),
        0x88be => Ok(Tunnel {
            layers: vec![layer],
            rest,
            next: Announced::Frame(LinkType::ETHERNET),
        }),
        0x22eb => {
            let optional = rest.bytes().get(11).is_some_and(|byte| byte & 1 != 0);
            erspan(layer, rest, if optional { 20 } else { 12 })
        }
        0x880b => Ok(Tunnel {
            layers: vec![layer],
            rest,
            next: Announced::Header(super::lower::Kind::Ppp),
        }),
        _ => Ok(Tunnel {
            layers: vec![layer],
            rest,
            next: by_type(protocol),
        }),
    }
}

fn erspan(gre: Layer, part: Part<'_>, header: usize) -> Result<Tunnel<'_>, Malformed> {
    part.at_least(header, "erspan", SHORT)?;
    let layer = one(part.first(header), ERSPAN_ROWS, erspan::LAYER);
    Ok(Tunnel {
        layers: vec![gre, layer],
        rest: part.skip(header),
        next: Announced::Frame(LinkType::ETHERNET),
    })
}

/// VXLAN: an Ethernet frame.
pub(super) fn vxlan(part: Part<'_>) -> Result<Tunnel<'_>, Malformed> {
    part.at_least(8, "vxlan", SHORT)?;
    Ok(Tunnel {
        layers: vec![one(part.first(8), VXLAN_ROWS, vxlan::LAYER)],
        rest: part.skip(8),
        next: Announced::Frame(LinkType::ETHERNET),
    })
}

/// Geneve: options, then what its protocol says.
pub(super) fn geneve(part: Part<'_>) -> Result<Tunnel<'_>, Malformed> {
    let bytes = part.at_least(8, "geneve", SHORT)?;
    let header = 8 + usize::from(bytes[0] & 0x3f) * 4;
    part.at_least(
        header,
        "geneve",
        "the options reach past the end of the datagram",
    )?;
    Ok(Tunnel {
        layers: vec![one(part.first(header), GENEVE_ROWS, geneve::LAYER)],
        rest: part.skip(header),
        next: by_type(be16(bytes, 2)),
    })
}

/// The headers of the packet that this one carries in a tunnel, if it is one and they can be read. `frame` is the captured frame.
pub fn carried(headers: &Headers, frame: &[u8]) -> Option<Headers> {
    // Every frame of a capture is asked: most are answered here.
    match &headers.transport {
        Transport::None => {}
        Transport::Udp(udp) if TUNNEL_PORTS.contains(&udp.dstport) => {}
        _ => return None,
    }
    let (start, end) = (headers.payload.start as usize, headers.payload.end as usize);
    let mut part = Part::whole(frame, headers.len).skip(start);
    if end < frame.len() {
        part = part.first(end.checked_sub(start)?);
    }
    let upper = match headers.net {
        Net::Ipv4(ip) if ip.frag_offset == 0 && !ip.mf => ip.proto,
        Net::Ipv6(ip) if ip.fragment.is_none() => ip.upper,
        _ => return None,
    };
    let (next, rest) = match (&headers.transport, upper) {
        (Transport::None, proto::IN_IPV4) => (Announced::Network(Network::Ipv4), part),
        (Transport::None, proto::IN_IPV6) => (Announced::Network(Network::Ipv6), part),
        (Transport::None, proto::GRE) => open(gre(part))?,
        (Transport::Udp(udp), _) if udp.dstport == VXLAN => open(vxlan(part))?,
        (Transport::Udp(udp), _) if udp.dstport == GENEVE => open(geneve(part))?,
        _ => return None,
    };
    Some(decode::inner(headers, next, rest))
}

fn open(tunnel: Result<Tunnel<'_>, Malformed>) -> Option<(Announced, Part<'_>)> {
    tunnel.ok().map(|tunnel| (tunnel.next, tunnel.rest))
}

fn one(part: Part<'_>, rows: &[Row], protocol: &'static FieldEntry) -> Layer {
    let mut fields = Fields::of(part);
    rows::add(&mut fields, rows);
    fields.layer(protocol, protocol.label.to_owned())
}
