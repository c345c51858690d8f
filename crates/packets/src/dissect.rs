//! A frame to its field tree: the same walk as `decode.rs`, with every field and its bytes. What cannot be decoded is shown as bytes.

mod upper;

use super::checksum::Covered;
use super::decode::link_header;
use super::fields::{Fields, malformed_field};
use super::headers::{Headers, LinkType, Malformed, Span, Transport};
use super::lower::{self, Announced, Network};
use super::part::{CUT, Part};
use super::schema::capture::data;
use super::tree::{Field, FieldValue, Layer};
use super::{arp, cooked, ethernet, fragment, ipv4, ipv6, ipv6_layers, loopback, netlink, partial};
use upper::Upper;

/// How the titles of layers begin that were put together from fragments.
pub const TOGETHER: &str = "Reassembled: ";
/// How many IP headers may lie in each other (tunnels, quotes); what is deeper is shown as bytes.
const DEEPEST: u8 = 8;

/// The layers of a frame of `len` bytes on the wire, of which `bytes` were captured, outermost first. The layers of a packet that
/// an ICMP error quotes follow the ICMP layer, with titles that say so. With `checksum_not_ready` the checksums of TCP and UDP are
/// not judged.
pub fn tree(link: LinkType, bytes: &[u8], len: u32, checksum_not_ready: bool) -> Vec<Layer> {
    walk(link, bytes, len, checksum_not_ready, (false, false))
}

fn walk(
    link: LinkType,
    bytes: &[u8],
    len: u32,
    not_ready: bool,
    (waits, websocket): (bool, bool),
) -> Vec<Layer> {
    let whole = Part::whole(bytes, len);
    let mut walk = Walk {
        layers: Vec::new(),
        not_ready,
        quoted: false,
        waits,
        websocket,
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
    let known = (waits, headers.tcp().is_some_and(|tcp| tcp.websocket));
    let mut layers = walk(headers.link, bytes, headers.len, checksum_not_ready, known);
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
        websocket: headers.tcp().is_some_and(|tcp| tcp.websocket),
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
    /// The conversation of the outermost segment was upgraded to WebSocket.
    websocket: bool,
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
        fields.bytes(0..len, data::DATA);
        fields.computed(data::LEN, FieldValue::Number(len as u64));
        let unit = if len == 1 { "byte" } else { "bytes" };
        self.push(fields.layer(data::LAYER, format!("{what} ({len} {unit})")));
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
                if let Ok(decoded) = loopback::decode(link, whole) {
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
        let (layers, more) = ipv6_layers::layers(part, &decoded);
        for layer in layers {
            self.push(layer);
        }
        if !more.bytes().is_empty() {
            self.data_layer(more, "More extension headers");
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
}
