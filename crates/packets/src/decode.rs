//! A frame to its flat record, without allocation: from the link header up, as far as the bytes and the length fields agree.
//! Not the field tree (`dissect.rs`): both read the same headers with the same functions.

use super::ethernet::Link;
use super::headers::{Headers, Ipv4, Ipv6, LinkType, Malformed, Net, Transport};
use super::icmp::{self, Version, proto};
use super::lower::{self, Announced, Kind, Network};
use super::part::{Decoded, Part};
use super::{arp, cooked, ethernet, igmp, ipv4, ipv6, loopback, quick, tcp, udp};

/// Decodes a frame of `len` bytes on the wire, of which `bytes` were captured. What cannot be decoded is `payload`.
pub fn decode(link: LinkType, bytes: &[u8], len: u32) -> Headers {
    let mut headers = undecoded(link, bytes, len);
    decode_into(&mut headers, link, bytes, len);
    headers
}

/// The same in the place of older headers, without a copy of the new ones.
pub fn decode_into(headers: &mut Headers, link: LinkType, bytes: &[u8], len: u32) {
    if link == LinkType::ETHERNET
        && len as usize == bytes.len()
        && let Some(read) = quick::decode(bytes)
    {
        *headers = read;
    } else {
        walk_into(headers, link, bytes, len);
    }
}

/// The walk over the headers, one after the other.
fn walk_into(headers: &mut Headers, link: LinkType, bytes: &[u8], len: u32) {
    *headers = undecoded(link, bytes, len);
    headers.outermost(link, Part::whole(bytes, len), 0);
    if link == SUNATM {
        // Its four bytes are no part of the cell, and Wireshark does not count them.
        headers.len = len.saturating_sub(4);
    }
}

#[inline]
fn undecoded(link: LinkType, bytes: &[u8], len: u32) -> Headers {
    Headers {
        link,
        captured: bytes.len() as u32,
        len,
        ethernet: None,
        vlan: None,
        ethertype: None,
        net: Net::None,
        transport: Transport::None,
        payload: Part::whole(bytes, len).span(),
        malformed: None,
    }
}

/// The transport of a datagram that was put together: `datagram` is what the IP header of `headers` carries, of protocol `proto`.
pub(super) fn carried(headers: &Headers, proto: u8, datagram: &[u8]) -> Transport {
    let mut part = Part::whole(datagram, datagram.len() as u32);
    let mut upper = proto;
    if matches!(headers.net, Net::Ipv6(_)) {
        while let Ok(Some(found)) = ipv6::extension(upper, part) {
            upper = found.nxt;
            part = part.skip(found.part.wire_len());
        }
    }
    let mut whole = Headers {
        transport: Transport::None,
        ..*headers
    };
    whole.transport(upper, false, part);
    whole.transport
}

/// What a tunnel in the packet of `outer` carries: its own headers, as if they were those of a frame.
pub(super) fn inner(outer: &Headers, next: Announced, part: Part<'_>) -> Headers {
    let mut headers = Headers {
        ethernet: None,
        vlan: None,
        ethertype: None,
        net: Net::None,
        transport: Transport::None,
        payload: part.span(),
        malformed: None,
        ..*outer
    };
    headers.announced(next, part, 0);
    headers
}

/// `LINKTYPE_SUNATM`.
const SUNATM: LinkType = LinkType(123);

/// Reads the link header, whichever it is, and says what follows. In place for Ethernet, which most frames are.
#[inline]
pub(super) fn link_header(
    link: LinkType,
    whole: Part<'_>,
) -> Result<(Decoded<'_, Link>, Announced), Malformed> {
    if link != LinkType::ETHERNET {
        return other_link_header(link, whole);
    }
    let decoded = ethernet::decode(whole)?;
    let next = match decoded.header.ethertype {
        Some(ethertype) => by_ethertype(ethertype),
        None => Announced::Header(Kind::Llc),
    };
    Ok((decoded, next))
}

#[inline]
fn by_ethertype(ethertype: u16) -> Announced {
    match ethertype {
        ethernet::IPV4 => Announced::Network(Network::Ipv4),
        ethernet::IPV6 => Announced::Network(Network::Ipv6),
        other => lower::by_type(other),
    }
}

fn other_link_header(
    link: LinkType,
    whole: Part<'_>,
) -> Result<(Decoded<'_, Link>, Announced), Malformed> {
    let decoded = match link {
        LinkType::LINUX_SLL => cooked::decode(whole)?,
        LinkType::LINUX_SLL2 => cooked::decode_2(whole)?,
        LinkType::NULL | LinkType::LOOP => {
            let decoded = loopback::decode(link, whole)?;
            let network = match loopback::family_name(decoded.header) {
                Some("IPv4") => Network::Ipv4,
                Some(_) => Network::Ipv6,
                None => Network::Other,
            };
            return Ok((no_link(decoded.rest), Announced::Network(network)));
        }
        LinkType::IPV4 => return Ok((no_link(whole), Announced::Network(Network::Ipv4))),
        LinkType::IPV6 => return Ok((no_link(whole), Announced::Network(Network::Ipv6))),
        // The numbers 12 and 14 are those that BSD systems give to bare IP.
        LinkType::RAW | LinkType(12 | 14) => {
            return Ok((no_link(whole), lower::by_version(whole)));
        }
        _ => {
            let next = lower::by_link(link).map_or(Announced::BYTES, Announced::Header);
            return Ok((no_link(whole), next));
        }
    };
    let next = match decoded.header.ethertype {
        Some(ethertype) => by_ethertype(ethertype),
        None => cooked::pseudo_protocol(link, whole),
    };
    Ok((decoded, next))
}

/// A link header without addresses and without a type.
fn no_link(rest: Part<'_>) -> Decoded<'_, Link> {
    Decoded {
        header: Link::default(),
        rest,
        malformed: None,
        stop: false,
    }
}

impl Headers {
    /// Notes that decoding stopped; the first reason stays.
    fn stop(&mut self, malformed: Malformed) {
        self.malformed = self.malformed.or(Some(malformed));
    }

    /// Takes over a header's rest and its fault; the rest is handed back unless decoding has to stop there.
    #[inline]
    fn take<'a, H>(&mut self, decoded: &Decoded<'a, H>) -> Option<Part<'a>> {
        self.payload = decoded.rest.span();
        if let Some(malformed) = decoded.malformed {
            self.stop(malformed);
        }
        (!decoded.stop).then_some(decoded.rest)
    }

    /// Decodes a frame inside another; `depth` counts the headers before it.
    fn frame(&mut self, link: LinkType, part: Part<'_>, depth: usize) {
        self.outermost(link, part, depth);
    }

    /// Decodes a frame of this link, in place: every frame passes here, few hold another one.
    #[inline]
    fn outermost(&mut self, link: LinkType, part: Part<'_>, depth: usize) {
        match link_header(link, part) {
            Ok((decoded, next)) => {
                self.ethernet = decoded.header.ethernet;
                self.vlan = decoded.header.vlan;
                self.ethertype = decoded.header.ethertype;
                if let Some(rest) = self.take(&decoded) {
                    self.announced(next, rest, depth);
                }
            }
            Err(malformed) => self.stop(malformed),
        }
    }

    /// Goes on with what a header announced.
    #[inline]
    fn announced(&mut self, next: Announced, part: Part<'_>, depth: usize) {
        match next {
            Announced::Network(network) => self.network(network, part),
            other => self.peel(other, part, depth),
        }
    }

    /// Peels off what lies below the network layer.
    fn peel(&mut self, mut next: Announced, mut part: Part<'_>, depth: usize) {
        for depth in depth..lower::DEEPEST {
            match next {
                Announced::Network(network) => return self.network(network, part),
                Announced::Frame(link) => return self.frame(link, part, depth + 1),
                Announced::Header(kind) => match lower::peel(kind, part) {
                    Ok(peeled) => {
                        self.ethernet = self.ethernet.or(peeled.ethernet);
                        self.vlan = self.vlan.or(peeled.vlan);
                        self.payload = peeled.rest.span();
                        (next, part) = (peeled.next, peeled.rest);
                    }
                    Err(malformed) => return self.stop(malformed),
                },
            }
        }
    }

    #[inline]
    fn network(&mut self, network: Network, part: Part<'_>) {
        match network.of_version(part) {
            Network::Other => {}
            Network::Arp => match arp::decode(part) {
                Ok(Some(decoded)) => {
                    self.net = Net::Arp(decoded.header);
                    self.take(&decoded);
                }
                Ok(None) => {}
                Err(malformed) => self.stop(malformed),
            },
            Network::Ipv4 => match ipv4::decode(part) {
                Ok(decoded) => {
                    self.net = Net::Ipv4(decoded.header);
                    if let Some(rest) = self.take(&decoded) {
                        self.above_ipv4(&decoded.header, rest);
                    }
                }
                Err(malformed) => self.stop(malformed),
            },
            Network::Ipv6 => match ipv6::decode(part) {
                Ok(decoded) => {
                    self.net = Net::Ipv6(decoded.header);
                    if let Some(rest) = self.take(&decoded) {
                        self.above_ipv6(&decoded.header, rest);
                    }
                }
                Err(malformed) => self.stop(malformed),
            },
        }
    }

    #[inline]
    fn above_ipv4(&mut self, ip: &Ipv4, part: Part<'_>) {
        if ip.frag_offset == 0 {
            self.transport(ip.proto, ip.mf, part);
        }
    }

    fn above_ipv6(&mut self, ip: &Ipv6, part: Part<'_>) {
        let (offset, more) = ip.fragment.unwrap_or_default();
        if offset == 0 {
            self.transport(ip.upper, more, part);
        }
    }

    /// Decodes what an IP header carries; `fragment` when it is only the first piece of it.
    fn transport(&mut self, protocol: u8, fragment: bool, part: Part<'_>) {
        let result = match (protocol, self.net) {
            (proto::TCP, _) => tcp::decode(part).map(|decoded| {
                self.take(&decoded);
                if !decoded.stop {
                    self.transport = Transport::Tcp(decoded.header);
                }
            }),
            (proto::UDP, _) => udp::decode(part, fragment).map(|decoded| {
                self.take(&decoded);
                self.transport = Transport::Udp(decoded.header);
            }),
            (proto::ICMP, Net::Ipv4(_)) => icmp::decode(part, Version::V4).map(|decoded| {
                self.take(&decoded);
                self.transport = Transport::Icmp(decoded.header);
            }),
            (proto::ICMPV6, Net::Ipv6(_)) => icmp::decode(part, Version::V6).map(|decoded| {
                self.take(&decoded);
                self.transport = Transport::Icmpv6(decoded.header);
            }),
            (proto::IGMP, Net::Ipv4(_)) => igmp::decode(part).map(|decoded| {
                self.take(&decoded);
                self.transport = Transport::Igmp(decoded.header);
            }),
            _ => Ok(()),
        };
        if let Err(malformed) = result {
            self.stop(malformed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, quick, undecoded, walk_into};
    use crate::headers::LinkType;
    use proptest::collection::vec;
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    /// Frames of Ethernet and IPv4 with UDP or TCP: most of them sound, some with a byte changed anywhere, some cut.
    fn frames() -> impl Strategy<Value = Vec<u8>> {
        let options = prop_oneof![
            Just(vec![]),
            Just(vec![1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]),
            Just(vec![
                2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7
            ]),
            vec(any::<u8>(), 8),
        ];
        let ports = any::<[u8; 4]>();
        let udp = (ports, vec(any::<u8>(), 0..40)).prop_map(|(ports, data)| {
            let length = (8 + data.len() as u16).to_be_bytes();
            (17, [&ports[..], &length, &[0, 0], &data].concat())
        });
        let tcp = (any::<[u8; 20]>(), options, vec(any::<u8>(), 0..40)).prop_map(
            |(mut head, options, data)| {
                head[12] = head[12] & 0x0f | (5 + options.len() as u8 / 4) << 4;
                (6, [&head[..], &options, &data].concat())
            },
        );
        let trailer = prop_oneof![Just(0), 0..20_usize];
        let change = prop_oneof![
            3 => Just(None),
            1 => (0..90_usize, any::<u8>()).prop_map(Some),
        ];
        let cut = prop_oneof![5 => Just(0), 1 => 1..60_usize];
        (prop_oneof![udp, tcp], any::<u16>(), trailer, change, cut).prop_map(
            |((proto, above), id, trailer, change, cut)| {
                let mut frame = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0].to_vec();
                frame.extend((20 + above.len() as u16).to_be_bytes());
                frame.extend(id.to_be_bytes());
                frame.extend([
                    (id & 0xc0) as u8,
                    0,
                    64,
                    proto,
                    0,
                    0,
                    10,
                    0,
                    0,
                    1,
                    10,
                    0,
                    0,
                    2,
                ]);
                frame.extend(above);
                frame.resize(frame.len() + trailer, 0);
                if let Some((place, byte)) = change
                    && let Some(at) = frame.get_mut(place)
                {
                    *at = byte;
                }
                frame.truncate(frame.len() - cut.min(frame.len()));
                frame
            },
        )
    }

    #[test]
    fn a_plain_frame_is_read_in_one_go() {
        let mut frame = vec![0; 12];
        frame.extend([8, 0, 0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0]);
        frame.extend([127, 0, 0, 1, 127, 0, 0, 1, 0, 7, 0, 8, 0, 9, 0, 0, b'x']);
        assert!(quick::decode(&frame).is_some_and(|headers| headers.payload.len() == 1));
    }

    proptest! {
        #[test]
        fn what_is_read_in_one_go_is_what_the_walk_reads(frame in frames()) {
            let link = LinkType::ETHERNET;
            let len = frame.len() as u32;
            let mut walked = undecoded(link, &frame, len);
            walk_into(&mut walked, link, &frame, len);
            prop_assert_eq!(decode(link, &frame, len), walked);
        }
    }
}
