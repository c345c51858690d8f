//! A frame to its field tree: the same walk as `decode.rs`, with every field and its bytes. What cannot be decoded is shown as bytes.

use super::checksum::{Covered, Pseudo};
use super::decode::{Network, link_header};
use super::fields::{Fields, malformed_field};
use super::headers::{Headers, LinkType, Malformed, Span, Transport};
use super::icmp::{self, HEADER as ICMP_HEADER, Version, proto};
use super::lower::{self, Announced};
use super::part::{CUT, Part};
use super::tree::{Field, FieldValue, Layer};
use super::tunnel::{self, Tunnel};
use super::{
    application, arp, cooked, ethernet, fragment, icmp_layers, igmp, ipv4, ipv6, ipv6_layers,
    loopback, netlink, partial, tcp, udp,
};
use std::net::IpAddr;

/// How the titles of layers begin that were put together from fragments.
pub const TOGETHER: &str = "Reassembled: ";
/// How many IP headers may lie in each other (tunnels, quotes); what is deeper is shown as bytes.
const DEEPEST: u8 = 8;

/// The layers of a frame of `len` bytes on the wire, of which `bytes` were captured, outermost first. The layers of a packet that
/// an ICMP error quotes follow the ICMP layer, with titles that say so. With `checksum_not_ready` the checksums of TCP and UDP are
/// not judged.
pub fn tree(link: LinkType, bytes: &[u8], len: u32, checksum_not_ready: bool) -> Vec<Layer> {
    walk(link, bytes, len, checksum_not_ready, false)
}

fn walk(link: LinkType, bytes: &[u8], len: u32, not_ready: bool, waits: bool) -> Vec<Layer> {
    let whole = Part::whole(bytes, len);
    let mut walk = Walk {
        layers: Vec::new(),
        not_ready,
        quoted: false,
        waits,
        depth: 0,
    };
    if link == LinkType::NETLINK && bytes.len() >= 16 {
        return netlink::frame(whole);
    }
    let end = walk.frame(link, whole, 0);
    walk.trailer(link, whole.skip(end));
    walk.layers
}

/// The layers of a frame whose record is `headers`. The first fragment of a datagram is bytes when the record says that it has no
/// transport, because it waits for the others. Behind the layers of the frame that completes the datagram follow those of
/// `datagram`, its payload; their fields have no bytes in the frame, so their spans are empty.
pub fn whole_tree(
    headers: &Headers,
    bytes: &[u8],
    checksum_not_ready: bool,
    datagram: Option<&[u8]>,
) -> Vec<Layer> {
    // One that the capture cut waits for nothing: it is read as far as it goes.
    let cut = headers
        .malformed
        .is_some_and(|fault| !matches!(fault.layer, "ip" | "ipv6"));
    let waits = headers.transport == Transport::None && !cut || datagram.is_some();
    let mut layers = walk(headers.link, bytes, headers.len, checksum_not_ready, waits);
    if let Some(datagram) = datagram {
        layers.extend(reassembled(headers, bytes, datagram));
    }
    layers
}

fn reassembled(headers: &Headers, frame: &[u8], datagram: &[u8]) -> Vec<Layer> {
    let (Some(fragment), Some((src, dst))) = (fragment::of(headers, frame), headers.addresses())
    else {
        return Vec::new();
    };
    let mut walk = Walk {
        layers: Vec::new(),
        not_ready: false,
        quoted: false,
        waits: false,
        depth: 0,
    };
    let mut part = Part::whole(datagram, datagram.len() as u32);
    let mut upper = Upper {
        src,
        dst,
        protocol: fragment.of.proto,
        first_fragment: false,
        routed: false,
    };
    if dst.is_ipv6() {
        while let Ok(Some(found)) = ipv6::extension(upper.protocol, part) {
            upper.protocol = found.nxt;
            part = part.skip(found.part.wire_len());
        }
    }
    walk.upper(&upper, part);
    for layer in &mut walk.layers {
        layer.title.insert_str(0, TOGETHER);
        layer.span = Span::default();
        layer.fields.iter_mut().for_each(forget_place);
    }
    walk.layers
}

fn forget_place(field: &mut Field) {
    field.span = Span::default();
    field.children.iter_mut().for_each(forget_place);
}

/// The layers so far, and what is known of the packet they belong to.
struct Walk {
    layers: Vec<Layer>,
    not_ready: bool,
    quoted: bool,
    /// The first fragment of a datagram is kept until the others come, so it is no transport.
    waits: bool,
    depth: u8,
}

impl Walk {
    fn push(&mut self, mut layer: Layer) {
        if self.quoted {
            layer.title.insert_str(0, "Quoted: ");
        }
        self.layers.push(layer);
    }

    /// Marks the innermost layer so far.
    fn mark(&mut self, malformed: &Malformed) {
        if let Some(layer) = self.layers.last_mut() {
            layer.fields.push(malformed_field(malformed));
        }
    }

    /// Decoding stopped before a header could be read: a layer that says so, then the bytes.
    fn stop(&mut self, malformed: &Malformed, part: Part<'_>) {
        let what = if malformed.reason == CUT {
            "Cut short"
        } else {
            "Malformed Packet"
        };
        if let Some(layer) = partial::layer(malformed, part) {
            let rest = part.skip(layer.span.len());
            self.push(layer);
            return self.data(rest);
        }
        let mark = malformed_field(malformed);
        self.push(Layer {
            name: mark.name,
            title: format!("{what}: {}: {}", malformed.layer, malformed.reason),
            span: mark.span,
            fields: vec![mark],
        });
        self.data(part);
    }

    /// Bytes as they are; nothing when there are none.
    fn data(&mut self, part: Part<'_>) {
        let len = part.bytes().len();
        if len == 0 {
            return;
        }
        self.data_layer(part, "Data");
    }

    fn data_layer(&mut self, part: Part<'_>, what: &str) {
        let len = part.bytes().len();
        let mut fields = Fields::of(part);
        fields.bytes(0..len, "data.data", "Data");
        fields.computed("data.len", "Length", FieldValue::Number(len as u64));
        let unit = if len == 1 { "byte" } else { "bytes" };
        self.push(fields.layer("data", format!("{what} ({len} {unit})")));
    }

    /// The bytes behind the end of the packet: part of the link layer where it has a field for them.
    fn trailer(&mut self, link: LinkType, part: Part<'_>) {
        if part.bytes().is_empty() {
            return;
        }
        match (link, self.layers.first_mut()) {
            (LinkType::ETHERNET, Some(layer)) => ethernet::add_trailer(layer, part),
            (LinkType::LINUX_SLL | LinkType::LINUX_SLL2, Some(layer)) => {
                cooked::add_trailer(layer, part);
            }
            _ => self.data_layer(part, "Data behind the end of the packet"),
        }
    }

    /// Adds the layers of a frame of this link, and says how many bytes of `part` are its own; `depth` counts the headers before it.
    fn frame(&mut self, link: LinkType, part: Part<'_>, depth: usize) -> usize {
        match link_header(link, part) {
            Ok((decoded, next)) => {
                self.link(link, part);
                if let Some(malformed) = decoded.malformed {
                    self.mark(&malformed);
                }
                let end = if decoded.stop {
                    self.data(decoded.rest);
                    decoded.rest.wire_len()
                } else {
                    self.announced(next, decoded.rest, depth)
                };
                part.len_until_end_of(decoded.rest.first(end))
            }
            Err(malformed) => {
                self.stop(&malformed, part);
                part.wire_len()
            }
        }
    }

    fn link(&mut self, link: LinkType, whole: Part<'_>) {
        let bytes = whole.bytes();
        let (layer, announced, header) = match link {
            LinkType::ETHERNET => (ethernet::layer(whole), 12, ethernet::HEADER),
            LinkType::LINUX_SLL => (cooked::layer(whole), 14, cooked::HEADER),
            LinkType::LINUX_SLL2 => (cooked::layer_2(whole), 0, cooked::HEADER_2),
            LinkType::NULL | LinkType::LOOP => {
                if let Ok(decoded) = loopback::decode(whole) {
                    self.push(loopback::layer(whole, decoded.header));
                }
                return;
            }
            _ => return,
        };
        self.push(layer);
        let announced = super::part::be16(bytes, announced);
        for layer in ethernet::tag_layers(announced, whole.skip(header)) {
            self.push(layer);
        }
    }

    /// Adds the layers below the network layer, then the packet; says how many bytes of `part` are their own.
    fn announced(&mut self, mut next: Announced, whole: Part<'_>, depth: usize) -> usize {
        let mut part = whole;
        for depth in depth..lower::DEEPEST {
            match next {
                Announced::Network(network) => {
                    let end = self.network(network, part);
                    return whole.len_until_end_of(part.first(end));
                }
                Announced::Frame(link) => {
                    let end = self.frame(link, part, depth + 1);
                    return whole.len_until_end_of(part.first(end));
                }
                Announced::Header(kind) => match lower::peel(kind, part) {
                    Ok(peeled) => {
                        if let Some(layer) = lower::layer(kind, part, &peeled) {
                            self.push(layer);
                        }
                        (next, part) = (peeled.next, peeled.rest);
                    }
                    Err(malformed) => {
                        self.stop(&malformed, part);
                        return whole.len_until_end_of(part);
                    }
                },
            }
        }
        self.data(part);
        whole.len_until_end_of(part)
    }

    /// Adds the layers of a network packet, and says how many bytes of `part` are its own.
    fn network(&mut self, network: Network, part: Part<'_>) -> usize {
        let result = match network.of_version(part) {
            _ if self.depth >= DEEPEST => Ok(None),
            Network::Other => Ok(None),
            Network::Arp => self.arp(part),
            Network::Ipv4 => self.ipv4(part).map(Some),
            Network::Ipv6 => self.ipv6(part).map(Some),
        };
        match result {
            Ok(Some(end)) => end,
            Ok(None) => {
                self.data(part);
                part.wire_len()
            }
            Err(malformed) => {
                self.stop(&malformed, part);
                part.wire_len()
            }
        }
    }

    fn arp(&mut self, part: Part<'_>) -> Result<Option<usize>, Malformed> {
        let Some(decoded) = arp::decode(part)? else {
            let (layer, len) = arp::other_layer(part);
            self.push(layer);
            return Ok(Some(len));
        };
        self.push(arp::layer(part, &decoded.header));
        Ok(Some(arp::MESSAGE))
    }

    fn ipv4(&mut self, part: Part<'_>) -> Result<usize, Malformed> {
        let mut decoded = ipv4::decode(part)?;
        if self.quoted && !decoded.stop {
            // That a quote is shorter than the packet it quotes is no fault.
            decoded.malformed = None;
        }
        let ip = &decoded.header;
        let covered = if self.quoted {
            Covered::Quoted
        } else {
            Covered::Whole
        };
        self.push(ipv4::layer(part, &decoded, covered));
        let upper = Upper {
            src: ip.src.into(),
            dst: ip.dst.into(),
            protocol: ip.proto,
            first_fragment: ip.mf,
            routed: false,
        };
        if decoded.stop || ip.frag_offset > 0 || self.keeps(ip.mf) {
            self.data(decoded.rest);
        } else {
            self.upper(&upper, decoded.rest);
        }
        Ok(part.len_until_end_of(decoded.rest))
    }

    fn ipv6(&mut self, part: Part<'_>) -> Result<usize, Malformed> {
        let mut decoded = ipv6::decode(part)?;
        if self.quoted && !decoded.stop {
            decoded.malformed = None;
        }
        let ip = &decoded.header;
        for layer in ipv6_layers::layers(part, &decoded) {
            self.push(layer);
        }
        let (offset, more) = ip.fragment.unwrap_or_default();
        let upper = Upper {
            src: ip.src.into(),
            dst: ip.dst.into(),
            protocol: ip.upper,
            first_fragment: more,
            routed: ipv6_layers::is_routed(part, ip),
        };
        if decoded.stop || offset > 0 || self.keeps(more) {
            self.data(decoded.rest);
        } else {
            self.upper(&upper, decoded.rest);
        }
        Ok(part.len_until_end_of(decoded.rest))
    }

    /// Adds the layers of what an IP header carries.
    fn upper(&mut self, upper: &Upper, part: Part<'_>) {
        let result = match upper.protocol {
            proto::TCP => self.tcp(upper, part),
            proto::UDP => self.udp(upper, part),
            proto::ICMP if upper.src.is_ipv4() => self.icmp(upper, part, Version::V4),
            proto::ICMPV6 if upper.src.is_ipv6() => self.icmp(upper, part, Version::V6),
            proto::IGMP if upper.src.is_ipv4() => self.igmp(upper, part),
            proto::IN_IPV4 => {
                self.deeper(Network::Ipv4, part);
                Ok(())
            }
            proto::IN_IPV6 => {
                self.deeper(Network::Ipv6, part);
                Ok(())
            }
            proto::GRE if !self.quoted => tunnel::gre(part).map(|tunnel| self.tunnel(tunnel)),
            _ => {
                self.data(part);
                Ok(())
            }
        };
        if let Err(malformed) = result {
            self.stop(&malformed, part);
        }
    }

    /// Adds the headers of a tunnel and what they carry.
    fn tunnel(&mut self, tunnel: Tunnel<'_>) {
        for layer in tunnel.layers {
            self.push(layer);
        }
        if self.depth >= DEEPEST {
            return self.data(tunnel.rest);
        }
        self.depth += 1;
        let end = self.announced(tunnel.next, tunnel.rest, 0);
        self.depth -= 1;
        self.data(tunnel.rest.skip(end));
    }

    fn deeper(&mut self, network: Network, part: Part<'_>) {
        self.depth += 1;
        let end = self.network(network, part);
        self.depth -= 1;
        self.data(part.skip(end));
    }

    fn tcp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        if self.quoted && (tcp::QUOTE..tcp::HEADER).contains(&part.bytes().len()) {
            self.push(tcp::quoted_layer(part));
            return Ok(());
        }
        let decoded = tcp::decode(part)?;
        let covered = self.covered(upper, true);
        let mut layer = tcp::layer(part, &decoded, upper.pseudo(), covered);
        if self.quoted {
            // How much of a quoted segment there was tells nothing of this packet, and Wireshark leaves it out.
            layer.fields.retain(|field| field.name != "tcp.len");
        }
        self.push(layer);
        let ports = (decoded.header.srcport, decoded.header.dstport);
        let known = if decoded.stop {
            None
        } else {
            application::segment(ports, decoded.rest)
        };
        let Some((layers, read)) = known else {
            self.data(decoded.rest);
            return Ok(());
        };
        for layer in layers {
            self.push(layer);
        }
        self.data(decoded.rest.skip(read));
        Ok(())
    }

    /// Adds what a datagram carries.
    fn datagram(&mut self, ports: (u16, u16), part: Part<'_>) {
        match application::datagram(ports, part) {
            Some(layers) => {
                for layer in layers {
                    self.push(layer);
                }
            }
            None => self.data(part),
        }
    }

    fn udp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        let decoded = udp::decode(part, upper.first_fragment || self.quoted)?;
        let covered = self.covered(upper, true);
        self.push(udp::layer(part, &decoded, upper.pseudo(), covered));
        let tunnel = match decoded.header.dstport {
            _ if self.quoted || upper.first_fragment => None,
            tunnel::VXLAN => tunnel::vxlan(decoded.rest).ok(),
            tunnel::GENEVE => tunnel::geneve(decoded.rest).ok(),
            _ => None,
        };
        match tunnel {
            Some(tunnel) => self.tunnel(tunnel),
            None => self.datagram(
                (decoded.header.srcport, decoded.header.dstport),
                decoded.rest,
            ),
        }
        let surplus = part.skip(part.len_until_end_of(decoded.rest));
        if !surplus.bytes().is_empty() {
            self.data_layer(surplus, "Data behind the end of the datagram");
        }
        Ok(())
    }

    fn igmp(&mut self, upper: &Upper, part: Part<'_>) -> Result<(), Malformed> {
        let decoded = igmp::decode(part)?;
        let covered = self.covered(upper, false);
        self.push(igmp::layer(part, decoded.header, covered));
        Ok(())
    }

    fn icmp(&mut self, upper: &Upper, part: Part<'_>, version: Version) -> Result<(), Malformed> {
        let decoded = icmp::decode(part, version)?;
        let kind = decoded.header.kind;
        let covered = self.covered(upper, false);
        self.push(icmp_layers::layer(
            part,
            version,
            &decoded.header,
            decoded.malformed,
            upper.pseudo(),
            covered,
        ));
        if let Some(quote) = icmp::quote(part, version, kind) {
            let network = match quote.bytes().first().map(|byte| byte >> 4) {
                Some(4) => Network::Ipv4,
                Some(6) => Network::Ipv6,
                _ => Network::Other,
            };
            let was_quoted = std::mem::replace(&mut self.quoted, true);
            self.deeper(network, quote);
            self.quoted = was_quoted;
            // What follows a quote whose length was told are extensions (RFC 4884).
            self.data(part.skip(ICMP_HEADER + quote.wire_len()));
        } else if decoded.malformed.is_none() && icmp_layers::carries(version, kind) {
            self.data(decoded.rest);
        }
        Ok(())
    }

    /// True for a first fragment that is kept.
    fn keeps(&self, more: bool) -> bool {
        more && self.waits && !self.quoted && self.depth == 0
    }

    /// How far the checksum of a transport can be judged; `offloaded` when hardware may compute it.
    fn covered(&self, upper: &Upper, offloaded: bool) -> Covered {
        if self.quoted {
            Covered::Quoted
        } else if upper.first_fragment {
            Covered::Fragment
        } else if upper.routed {
            Covered::Routed
        } else if offloaded && self.not_ready {
            Covered::NotReady
        } else {
            Covered::Whole
        }
    }
}

/// What an IP header says of what it carries.
struct Upper {
    src: IpAddr,
    dst: IpAddr,
    protocol: u8,
    /// True when only the first fragment of it is here.
    first_fragment: bool,
    /// True when the packet has still to visit other addresses than the destination.
    routed: bool,
}

impl Upper {
    fn pseudo(&self) -> Pseudo {
        Pseudo {
            src: self.src,
            dst: self.dst,
            protocol: self.protocol,
        }
    }
}
