//! One fragment of an IP datagram, and the datagram once all of them are there. Not the keeping of fragments, which takes a memory.

use super::decode;
use super::headers::{Headers, Ipv4, Net, Span, Transport};
use super::ipv6::{self, extension, next};
use super::part::{Part, be32};
use std::net::{IpAddr, Ipv4Addr};

/// What a fragment says of itself (RFC 791 section 3.2, RFC 8200 section 4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Which datagram it is of.
    pub of: Datagram,
    /// Where its bytes belong, from the start of the datagram's payload.
    pub offset: u16,
    /// True when others follow it.
    pub more: bool,
    /// Where its bytes lie in the frame.
    pub data: Span,
    /// True when all of its bytes were captured; without them it can be no part of a datagram.
    pub whole: bool,
}

/// What tells the fragments of one datagram from those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Datagram {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// Protocol; for IPv6 what the fragment header announces.
    pub proto: u8,
    /// Identification.
    pub id: u32,
    /// The VLAN, 0 for none or where it does not count.
    pub vlan: u16,
}

/// The fragment a frame holds at its outermost IP header, if it is one; a datagram in a single fragment is none.
pub fn of(headers: &Headers, frame: &[u8]) -> Option<Fragment> {
    match &headers.net {
        Net::Ipv4(ip) if ip.mf || ip.frag_offset > 0 => {
            let start = ip.header.end as usize;
            let len = (ip.len as usize).checked_sub(usize::from(ip.hdr_len))?;
            let of = Datagram {
                src: ip.src.into(),
                dst: ip.dst.into(),
                proto: ip.proto,
                id: ip.id.into(),
                vlan: vlan_of(headers.vlan, ip),
            };
            Some(cut(of, ip.frag_offset, ip.mf, start, len, frame))
        }
        Net::Ipv6(ip) => {
            let (offset, more) = ip.fragment.filter(|(offset, more)| *offset > 0 || *more)?;
            let whole = Part::whole(frame, headers.len).skip(ip.header.start as usize);
            let mut kind = ip.nxt;
            let mut rest = whole.skip(ipv6::HEADER);
            let end = ip.header.start as usize + ipv6::HEADER + usize::from(ip.plen);
            while let Ok(Some(found)) = extension(kind, rest) {
                kind = found.nxt;
                rest = rest.skip(found.part.wire_len());
                if found.kind == next::FRAGMENT {
                    let of = Datagram {
                        src: ip.src.into(),
                        dst: ip.dst.into(),
                        proto: found.nxt,
                        id: be32(found.part.bytes(), 4),
                        vlan: 0,
                    };
                    let start = rest.span().start as usize;
                    let len = end.checked_sub(start)?;
                    return Some(cut(of, offset, more, start, len, frame));
                }
            }
            None
        }
        _ => None,
    }
}

/// Private addresses may be in use in several VLANs at once: then a fragment of another VLAN is of another datagram. So Wireshark has
/// it, for IPv4 alone.
fn vlan_of(vlan: Option<u16>, ip: &Ipv4) -> u16 {
    let own = |address: Ipv4Addr| address.is_private() || address.is_link_local();
    let counts = own(ip.src) || own(ip.dst);
    vlan.filter(|_| counts).unwrap_or(0)
}

fn cut(of: Datagram, offset: u16, more: bool, start: usize, len: usize, frame: &[u8]) -> Fragment {
    let captured = frame.len().saturating_sub(start).min(len);
    Fragment {
        of,
        offset,
        more,
        data: Span {
            start: start.min(frame.len()) as u32,
            end: (start + captured).min(frame.len()) as u32,
        },
        whole: captured == len,
    }
}

/// Gives the headers of the frame that completes a datagram the transport of that datagram, whose payload is `datagram`. Its spans are
/// empty: they are of no bytes of the frame.
pub fn complete(headers: &mut Headers, of: &Datagram, datagram: &[u8]) {
    let mut whole = decode::carried(headers, of.proto, datagram);
    match &mut whole {
        Transport::Tcp(tcp) => tcp.header = Span::default(),
        Transport::Udp(udp) => udp.header = Span::default(),
        Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => {
            if let Some(quoted) = &mut icmp.quoted {
                quoted.span = Span::default();
            }
        }
        Transport::Igmp(_) | Transport::None => {}
    }
    headers.transport = whole;
}
