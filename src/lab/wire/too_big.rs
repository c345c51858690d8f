//! What a router does with a packet that is longer than the MTU behind it: says so by ICMP, or carries it in IPv4 fragments.
//! Not whether a rule asks for it.

use crate::packet::build::{FieldInput, LayerSpec, build};
use crate::packet::checksum;
use crate::packet::headers::{Headers, Icmp, Ipv4, Net, Transport};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The hardware address of the router that the wire is when it must answer.
pub const ROUTER_MAC: [u8; 6] = [2, 0, 0, 0, 0xff, 0xfe];
/// Its IPv4 address: the last one of the hosts' network.
pub const ROUTER_IPV4: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);
/// Its IPv6 address.
pub const ROUTER_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0xfffe);
/// No IPv6 network has a smaller MTU (RFC 8200 section 5).
pub const LEAST_IPV6: u16 = 1280;
/// The longest ICMP error over IPv4, with its IP header (RFC 1812 section 4.3.2.3).
const LONGEST_ERROR: usize = 576;
const ETHERNET: usize = 14;
const IPV6: usize = 40;

/// What becomes of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// It is short enough, or no IP packet.
    Fits,
    /// It is too long for this MTU; the frame that says so to its sender, where one may be sent.
    TooBig(u16, Option<Vec<u8>>),
    /// It is carried in this many fragments.
    Fragments(u16),
}

/// What becomes of a packet at an MTU.
pub(super) fn passage(frame: &[u8], headers: &Headers, mtu: u16) -> Passage {
    match &headers.net {
        Net::Ipv4(ip) if is_whole(frame, ip) && ip.len > u32::from(mtu) => {
            if ip.df {
                Passage::TooBig(mtu, needs_fragmentation(frame, headers, ip, mtu))
            } else {
                Passage::Fragments(fragment_count(ip, mtu))
            }
        }
        Net::Ipv6(ip) => {
            let mtu = mtu.max(LEAST_IPV6);
            let length = IPV6 + usize::from(ip.plen);
            if length > usize::from(mtu) {
                let answer = packet_too_big(frame, headers, length, mtu);
                Passage::TooBig(mtu, answer)
            } else {
                Passage::Fits
            }
        }
        _ => Passage::Fits,
    }
}

/// True when the frame has all the bytes that the header speaks of, and no tag before them.
fn is_whole(frame: &[u8], ip: &Ipv4) -> bool {
    ip.header.start as usize == ETHERNET
        && ip.len >= u32::from(ip.hdr_len)
        && ip.hdr_len >= 20
        && frame.len() >= ETHERNET + ip.len as usize
}

/// How many bytes of data a fragment carries: a multiple of eight (RFC 791 section 3.1).
fn fragment_data(header: usize, mtu: u16) -> usize {
    (usize::from(mtu).saturating_sub(header) / 8 * 8).max(8)
}

fn fragment_count(ip: &Ipv4, mtu: u16) -> u16 {
    let header = usize::from(ip.hdr_len);
    let data = ip.len as usize - header;
    data.div_ceil(fragment_data(header, mtu)) as u16
}

/// The fragments of an IPv4 packet in frames of their own, in order; the frame alone when it is none.
pub(super) fn fragments(frame: &[u8], headers: &Headers, mtu: u16) -> Vec<Vec<u8>> {
    const MORE: u16 = 0x2000;
    let Net::Ipv4(ip) = &headers.net else {
        return vec![frame.to_vec()];
    };
    if !is_whole(frame, ip) {
        return vec![frame.to_vec()];
    }
    let header_end = ETHERNET + usize::from(ip.hdr_len);
    let first_header = &frame[ETHERNET..header_end];
    let later_header = copied_header(first_header);
    let data = &frame[header_end..ETHERNET + ip.len as usize];
    let step = fragment_data(usize::from(ip.hdr_len), mtu);
    let count = data.len().div_ceil(step);
    data.chunks(step)
        .enumerate()
        .map(|(place, piece)| {
            let mut header = if place == 0 {
                first_header.to_vec()
            } else {
                later_header.clone()
            };
            let more = place + 1 < count || ip.mf;
            let offset = (usize::from(ip.frag_offset) + place * step) / 8;
            let word = (offset as u16 & 0x1fff) | if more { MORE } else { 0 };
            let length = (header.len() + piece.len()) as u16;
            header[2..4].copy_from_slice(&length.to_be_bytes());
            header[6..8].copy_from_slice(&word.to_be_bytes());
            let sum = checksum::plain(&header, 10);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            [&frame[..ETHERNET], &header, piece].concat()
        })
        .collect()
}

/// The header of the later fragments: only options whose first bit says so are copied (RFC 791 section 3.1).
fn copied_header(header: &[u8]) -> Vec<u8> {
    const COPIED: u8 = 0x80;
    const FIXED: usize = 20;
    let mut copied = header[..FIXED].to_vec();
    let mut options = &header[FIXED..];
    while let [kind, rest @ ..] = options {
        let length = match (kind, rest) {
            (0, _) => break,
            (1, _) => 1,
            (_, [length, ..]) => usize::from(*length).max(2),
            _ => break,
        };
        let Some(option) = options.get(..length) else {
            break;
        };
        if kind & COPIED != 0 {
            copied.extend_from_slice(option);
        }
        options = &options[length..];
    }
    copied.resize(copied.len().next_multiple_of(4), 0);
    copied[0] = 0x40 | (copied.len() / 4) as u8;
    copied
}

/// Destination unreachable, fragmentation needed (RFC 1191 section 4), if the packet may be answered at all (RFC 1122 section
/// 3.2.2).
fn needs_fragmentation(frame: &[u8], headers: &Headers, ip: &Ipv4, mtu: u16) -> Option<Vec<u8>> {
    const HEADERS: usize = 20 + 8;
    let is_error = matches!(headers.transport, Transport::Icmp(Icmp { kind, .. }) if !matches!(kind, 0 | 8 | 9 | 10 | 13..=18));
    let answered = ip.frag_offset == 0
        && !is_error
        && is_answerable(ip.src.into())
        && is_answerable(ip.dst.into())
        && !ip.src.is_broadcast()
        && !ip.dst.is_broadcast()
        && frame[0] & 1 == 0;
    let whole = frame.get(ETHERNET..ETHERNET + ip.len as usize)?;
    let quoted = &whole[..whole.len().min(LONGEST_ERROR - HEADERS)];
    let message = LayerSpec::new("icmp")
        .field("type", FieldInput::Number(3))
        .field("code", FieldInput::Number(4))
        .field("mtu", FieldInput::Number(mtu.into()));
    answered.then(|| {
        answer(
            frame,
            "ip",
            ROUTER_IPV4.into(),
            ip.src.into(),
            message,
            quoted,
        )
    })?
}

/// Packet too big (RFC 4443 section 3.2); multicast is answered too (section 2.4).
fn packet_too_big(frame: &[u8], headers: &Headers, length: usize, mtu: u16) -> Option<Vec<u8>> {
    const HEADERS: usize = IPV6 + 8;
    let Net::Ipv6(ip) = &headers.net else {
        return None;
    };
    let is_error = matches!(headers.transport, Transport::Icmpv6(Icmp { kind, .. }) if kind < 128);
    let start = ip.header.start as usize;
    let end = frame.len().min(start + length);
    let whole = frame.get(start..end)?;
    let quoted = &whole[..whole.len().min(usize::from(LEAST_IPV6) - HEADERS)];
    let message = LayerSpec::new("icmp6")
        .field("type", FieldInput::Number(2))
        .field("code", FieldInput::Number(0))
        .field("mtu", FieldInput::Number(mtu.into()));
    (start == ETHERNET && !is_error && is_answerable(ip.src.into())).then(|| {
        answer(
            frame,
            "ip6",
            ROUTER_IPV6.into(),
            ip.src.into(),
            message,
            quoted,
        )
    })?
}

fn is_answerable(address: IpAddr) -> bool {
    !address.is_unspecified() && !address.is_multicast() && !address.is_loopback()
}

/// An ICMP message from the router to the sender of a frame.
fn answer(
    frame: &[u8],
    ip: &str,
    from: IpAddr,
    to: IpAddr,
    message: LayerSpec,
    quoted: &[u8],
) -> Option<Vec<u8>> {
    let link = LayerSpec::new("eth")
        .field("src", FieldInput::Text(mac(&ROUTER_MAC)))
        .field("dst", FieldInput::Text(mac(frame.get(6..12)?)));
    let network = LayerSpec::new(ip)
        .field("src", FieldInput::Text(from.to_string()))
        .field("dst", FieldInput::Text(to.to_string()));
    // Every value is of its field's kind, so there is nothing that could not be built.
    build(&[link, network, message, LayerSpec::raw(quoted)]).ok()
}

fn mac(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    pairs.join(":")
}
