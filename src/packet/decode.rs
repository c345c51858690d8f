//! A frame to its flat record, without allocation: from the link header up, as far as the bytes and the length fields agree.
//! Not the field tree (`dissect.rs`): both read the same headers with the same functions.

use super::ethernet::Link;
use super::headers::{Headers, Ipv4, Ipv6, LinkType, Malformed, Net, Transport};
use super::icmp::{self, Version, proto};
use super::part::{Decoded, Part};
use super::{arp, cooked, ethernet, igmp, ipv4, ipv6, loopback, tcp, udp};

/// What a link header announces.
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

/// Decodes a frame of `len` bytes on the wire, of which `bytes` were captured. What cannot be decoded is `payload`.
pub fn decode(link: LinkType, bytes: &[u8], len: u32) -> Headers {
    let whole = Part::whole(bytes, len);
    let mut headers = Headers {
        link,
        captured: bytes.len() as u32,
        len,
        ethernet: None,
        vlan: None,
        ethertype: None,
        net: Net::None,
        transport: Transport::None,
        payload: whole.span(),
        malformed: None,
    };
    match link_header(link, whole) {
        Ok((decoded, network)) => {
            headers.ethernet = decoded.header.ethernet;
            headers.vlan = decoded.header.vlan;
            headers.ethertype = decoded.header.ethertype;
            if let Some(rest) = headers.take(&decoded) {
                headers.network(network, rest);
            }
        }
        Err(malformed) => headers.stop(malformed),
    }
    headers
}

/// Reads the link header, whichever it is, and says what follows.
pub(super) fn link_header(
    link: LinkType,
    whole: Part<'_>,
) -> Result<(Decoded<'_, Link>, Network), Malformed> {
    let decoded = match link {
        LinkType::ETHERNET => ethernet::decode(whole)?,
        LinkType::LINUX_SLL => cooked::decode(whole)?,
        LinkType::LINUX_SLL2 => cooked::decode_2(whole)?,
        LinkType::NULL | LinkType::LOOP => {
            let decoded = loopback::decode(whole)?;
            let network = match loopback::family_name(decoded.header) {
                Some("IPv4") => Network::Ipv4,
                Some(_) => Network::Ipv6,
                None => Network::Other,
            };
            return Ok((no_link(decoded.rest), network));
        }
        LinkType::IPV4 => return Ok((no_link(whole), Network::Ipv4)),
        LinkType::IPV6 => return Ok((no_link(whole), Network::Ipv6)),
        LinkType::RAW => {
            let network = match whole.bytes().first().map(|byte| byte >> 4) {
                Some(4) => Network::Ipv4,
                Some(6) => Network::Ipv6,
                _ => Network::Other,
            };
            return Ok((no_link(whole), network));
        }
        _ => return Ok((no_link(whole), Network::Other)),
    };
    let network = match decoded.header.ethertype {
        Some(ethernet::IPV4) => Network::Ipv4,
        Some(ethernet::IPV6) => Network::Ipv6,
        Some(ethernet::ARP) => Network::Arp,
        _ => Network::Other,
    };
    Ok((decoded, network))
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
    fn take<'a, H>(&mut self, decoded: &Decoded<'a, H>) -> Option<Part<'a>> {
        self.payload = decoded.rest.span();
        if let Some(malformed) = decoded.malformed {
            self.stop(malformed);
        }
        (!decoded.stop).then_some(decoded.rest)
    }

    fn network(&mut self, network: Network, part: Part<'_>) {
        match network {
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
