//! The frame that most frames are, read in one go: Ethernet, IPv4 without options and in one piece, then UDP or TCP, with nothing
//! wrong and nothing missing. Every other frame is left to the walk in `decode.rs`, which reads these the same: a test compares.

use super::ethernet::{HEADER as ETHERNET, IPV4 as ETHERTYPE};
use super::headers::{Ethernet, Headers, Ipv4, LinkType, Net, Span, Tcp, Transport, Udp};
use super::icmp::proto;
use super::ipv4::HEADER as IPV4;
use super::part::{be16, be32, mac};
use super::tcp::HEADER as TCP;
use super::tcp_options;
use super::udp::HEADER as UDP;
use std::net::Ipv4Addr;

/// What lies below the transport.
const BELOW: usize = ETHERNET + IPV4;
/// Version 4 and five words.
const PLAIN: u8 = 0x45;
const DONT_FRAGMENT: u16 = 0x4000;
const RESERVED: u16 = 0x8000;

/// Reads such a frame, all of whose bytes were captured; `None` for any other.
#[inline]
pub(super) fn decode(frame: &[u8]) -> Option<Headers> {
    let head: &[u8; BELOW] = frame.first_chunk()?;
    let ip = &head[ETHERNET..];
    let fragment = be16(ip, 6);
    if be16(head, 12) != ETHERTYPE || ip[0] != PLAIN || fragment & !(DONT_FRAGMENT | RESERVED) != 0
    {
        return None;
    }
    let end = ETHERNET + usize::from(be16(ip, 2));
    let above = frame.get(BELOW..end)?;
    let (transport, header) = match ip[9] {
        proto::UDP => (Transport::Udp(udp(above)?), UDP),
        proto::TCP => {
            let tcp = tcp(above)?;
            let header = usize::from(tcp.hdr_len);
            (Transport::Tcp(tcp), header)
        }
        _ => return None,
    };
    Some(Headers {
        link: LinkType::ETHERNET,
        captured: frame.len() as u32,
        len: frame.len() as u32,
        ethernet: Some(Ethernet {
            dst: mac(head, 0),
            src: mac(head, 6),
        }),
        vlan: None,
        ethertype: Some(ETHERTYPE),
        net: Net::Ipv4(ipv4(ip)),
        transport,
        payload: span(BELOW + header, end),
        malformed: None,
    })
}

/// The header of IPv4, which has no options and is of no fragment.
#[inline]
fn ipv4(ip: &[u8]) -> Ipv4 {
    Ipv4 {
        src: Ipv4Addr::from_bits(be32(ip, 12)),
        dst: Ipv4Addr::from_bits(be32(ip, 16)),
        proto: ip[9],
        ttl: ip[8],
        dsfield: ip[1],
        id: be16(ip, 4),
        len: be16(ip, 2).into(),
        hdr_len: IPV4 as u8,
        df: be16(ip, 6) & DONT_FRAGMENT != 0,
        mf: false,
        frag_offset: 0,
        checksum: be16(ip, 10),
        header: span(ETHERNET, BELOW),
    }
}

/// The header of UDP, where its length is that of what IP carries.
#[inline]
fn udp(above: &[u8]) -> Option<Udp> {
    let (header, _) = above.split_first_chunk::<UDP>()?;
    let length = be16(header, 4);
    (usize::from(length) == above.len()).then(|| Udp {
        srcport: be16(header, 0),
        dstport: be16(header, 2),
        length,
        checksum: be16(header, 6),
        header: span(BELOW, BELOW + UDP),
    })
}

/// The header of TCP, where its options are whole.
#[inline]
fn tcp(above: &[u8]) -> Option<Tcp> {
    let (fixed, _) = above.split_first_chunk::<TCP>()?;
    let hdr_len = (fixed[12] >> 4) * 4;
    let header = usize::from(hdr_len);
    let (options, None) = tcp_options::decode(above.get(TCP..header)?, header - TCP) else {
        return None;
    };
    Some(Tcp {
        srcport: be16(fixed, 0),
        dstport: be16(fixed, 2),
        seq: be32(fixed, 4),
        ack: be32(fixed, 8),
        hdr_len,
        flags: be16(fixed, 12) & 0xfff,
        window: be16(fixed, 14),
        checksum: be16(fixed, 16),
        urgent: be16(fixed, 18),
        len: (above.len() - header) as u32,
        options,
        websocket: false,
        header: span(BELOW, BELOW + header),
    })
}

fn span(start: usize, end: usize) -> Span {
    Span {
        start: start as u32,
        end: end as u32,
    }
}
