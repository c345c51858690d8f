//! Where the values of a field are in a packet: in the flat headers, in what the tracker says, or in the field tree. Not what is
//! asked of them.

use super::expression::{Cut, FieldUse, Reach};
use super::readers;
use super::readers::derived::{Base, Make};
use super::value::Datum;
use socklab_packets::application;
use socklab_packets::dissect::{self, TOGETHER};
use socklab_packets::headers::{LinkType, Net, Span, Transport};
use socklab_packets::record::{Label, Labels, PacketEvent};
use socklab_packets::schema::internet::{ip, ipv6};
use socklab_packets::schema::link::eth;
use socklab_packets::schema::transport::{mptcp, tcp, udp};
use socklab_packets::schema::{FieldEntry, FieldKind};
use socklab_packets::tree::{Field, FieldValue, Layer};
use std::cell::OnceCell;

/// Where the values of a field come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// Any of these labels of the tracker.
    Labels(Labels),
    /// The frame and the record of its conversation; they are of the outermost headers alone.
    Record(Reader),
    /// The flat headers, when they tell all; else the tree.
    Headers(Reader, &'static [&'static str]),
    /// The tree: the fields and layers of these names.
    Tree(&'static [&'static str]),
    /// What is made of the values of another source, which are of this kind.
    Derived(Make, Inner, FieldKind),
}

/// A source that nothing is made of but other fields.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inner {
    /// As in [`Source::Record`].
    Record(Reader),
    /// As in [`Source::Headers`].
    Headers(Reader, &'static [&'static str]),
    /// As in [`Source::Tree`].
    Tree(&'static [&'static str]),
}

/// Reads the values of one field from the flat record.
pub(super) type Reader = for<'a> fn(&'a PacketEvent, &mut dyn FnMut(Datum<'a>));

/// A packet under test, with its tree once somebody asked for it.
pub(super) struct Scene<'a> {
    packet: &'a PacketEvent,
    tree: OnceCell<Vec<Layer>>,
    plain: bool,
}

impl<'a> Scene<'a> {
    /// The packet, without a tree.
    pub(super) fn of(packet: &'a PacketEvent) -> Self {
        Self {
            packet,
            tree: OnceCell::new(),
            plain: is_plain(packet),
        }
    }

    /// The packet, to be read from its tree alone.
    #[cfg(test)]
    pub(super) fn thorough(packet: &'a PacketEvent) -> Self {
        Self {
            plain: false,
            ..Self::of(packet)
        }
    }

    /// Gives each value of a field that is meant, in the order of the bytes.
    pub(super) fn each(&self, used: &FieldUse, give: &mut dyn FnMut(Datum<'_>)) {
        let kind = used.field.kind;
        if !used.raw && used.layers.is_empty() {
            return self.all(used.source, kind, give);
        }
        if let Source::Derived(make, inner, kind) = used.source {
            return self.some(inner.source(), kind, used, &mut |datum| make(datum, give));
        }
        self.some(used.source, kind, used, give);
    }

    /// The values of a field that are of the layers, or of the form, that is meant.
    fn some(
        &self,
        source: Source,
        kind: FieldKind,
        used: &FieldUse,
        give: &mut dyn FnMut(Datum<'_>),
    ) {
        let flat = match source {
            Source::Headers(..) => self.plain && !used.raw,
            Source::Tree(_) => false,
            _ => true,
        };
        if flat {
            // What the flat record has is of the first layer, and of the only one.
            if used.layers.is_empty() || within(&used.layers, 1, 1) {
                self.all(source, kind, give);
            }
            return;
        }
        let kind = match kind {
            FieldKind::Protocol => kind,
            _ if used.raw => FieldKind::Bytes,
            _ => kind,
        };
        if let Source::Headers(_, names) | Source::Tree(names) = source {
            self.walk(names, kind, &used.layers, give);
        }
    }

    /// Gives each value of a field, in the order of the bytes.
    pub(super) fn all(&self, source: Source, kind: FieldKind, give: &mut dyn FnMut(Datum<'_>)) {
        match source {
            Source::Labels(Labels(wanted)) => {
                if self.packet.track.labels.0 & wanted != 0 {
                    give(Datum::Present);
                }
            }
            Source::Record(read) => read(self.packet, give),
            Source::Headers(read, _) if self.plain => read(self.packet, give),
            Source::Tree(names) if self.plain && !may_have(self.packet, names) => {}
            Source::Headers(_, names) | Source::Tree(names) => self.walk(names, kind, &[], give),
            Source::Derived(make, inner, kind) => {
                self.all(inner.source(), kind, &mut |datum| make(datum, give));
            }
        }
    }

    /// Gives each value of a field out of the tree, of the layers of its protocol that count.
    fn walk(
        &self,
        names: &[&str],
        kind: FieldKind,
        numbers: &[Cut],
        give: &mut dyn FnMut(Datum<'_>),
    ) {
        let layers = self.tree.get_or_init(|| {
            dissect::whole_tree(
                &self.packet.headers,
                &self.packet.frame.bytes,
                self.packet.frame.checksum_not_ready,
                self.packet.track.reassembled.as_deref(),
            )
        });
        for (index, layer) in layers.iter().enumerate() {
            let alike = |layers: &[Layer]| {
                layers
                    .iter()
                    .filter(|other| other.name == layer.name)
                    .count()
            };
            let counts =
                numbers.is_empty() || within(numbers, alike(&layers[..=index]), alike(layers));
            if !counts {
                continue;
            }
            if kind == FieldKind::Protocol && names.contains(&layer.name) {
                let (own, whole) = self.protocol(layers, index);
                give(Datum::Protocol(own, whole));
            }
            if payload(layer.name).is_some_and(|name| names.contains(&name)) && !resets(layer) {
                let carried = self.carried(layer, &layers[index + 1..]);
                if !carried.is_empty() {
                    give(Datum::Bytes(carried));
                }
            }
            for field in &layer.fields {
                self.walk_field(field, names, kind, give);
            }
        }
    }

    /// The bytes of a layer's header, and those with all that it carries.
    fn protocol(&self, layers: &[Layer], index: usize) -> (&[u8], &[u8]) {
        let layer = &layers[index];
        // What the link layer carries includes padding, which belongs to no other layer.
        let end = if index == 0 {
            Some(self.packet.frame.bytes.len() as u32)
        } else {
            layers[index..].iter().map(|layer| layer.span.end).max()
        };
        let whole = Span {
            start: layer.span.start,
            end: end.unwrap_or(layer.span.end),
        };
        // Of ICMP the message with all its data counts as header, as in Wireshark.
        let own = if matches!(layer.name, "icmp" | "icmpv6") {
            whole
        } else {
            layer.span
        };
        self.together(layer)
            .unwrap_or_else(|| (self.bytes(own), self.bytes(whole)))
    }

    /// The bytes behind a header of TCP or UDP that belong to it, whatever layers they were found to be.
    fn carried(&self, header: &Layer, above: &[Layer]) -> &[u8] {
        if let Some((own, whole)) = self.together(header) {
            return &whole[own.len()..];
        }
        let mut end = header.span.end;
        for layer in above {
            // Another header follows where this one's payload has ended: what an ICMP error quotes may be followed by more.
            if layer.span.start > end {
                break;
            }
            end = end.max(layer.span.end);
            if layer.title.starts_with(BEHIND) {
                end = layer.span.start;
                break;
            }
        }
        self.bytes(Span {
            start: header.span.end,
            end: end.max(header.span.end),
        })
    }

    /// Header and all of a segment or datagram that was put together from fragments: its bytes are not those of the frame.
    fn together(&self, layer: &Layer) -> Option<(&[u8], &[u8])> {
        let datagram = self.packet.track.reassembled.as_deref()?;
        if !layer.title.starts_with(TOGETHER) {
            return None;
        }
        let (header, len) = match (layer.name, &self.packet.headers.transport) {
            ("tcp", Transport::Tcp(tcp)) => (usize::from(tcp.hdr_len), tcp.len as usize),
            ("udp", Transport::Udp(udp)) => (8, usize::from(udp.length).saturating_sub(8)),
            _ => return None,
        };
        // Extension headers may lie before it.
        let whole = datagram.get(datagram.len().checked_sub(header + len)?..)?;
        Some((whole.get(..header)?, whole))
    }

    fn walk_field(
        &self,
        field: &Field,
        names: &[&str],
        kind: FieldKind,
        give: &mut dyn FnMut(Datum<'_>),
    ) {
        if names.contains(&field.name) {
            give(self.datum(field, kind));
        }
        for child in &field.children {
            self.walk_field(child, names, kind, give);
        }
    }

    fn datum<'b>(&'b self, field: &'b Field, kind: FieldKind) -> Datum<'b> {
        match (&field.value, kind) {
            (FieldValue::Bytes(bytes), _) => Datum::Bytes(bytes),
            (_, FieldKind::Bytes | FieldKind::Protocol) => Datum::Bytes(self.bytes(field.span)),
            (FieldValue::Number(number) | FieldValue::Hex(number, _), _) => {
                Datum::Number((*number).into())
            }
            (FieldValue::Flag(set), _) => Datum::Number((*set).into()),
            (FieldValue::Mac(octets), _) => Datum::Mac(*octets),
            (FieldValue::Ipv4(address), _) => Datum::Ipv4(*address),
            (FieldValue::Ipv6(address), _) => Datum::Ipv6(*address),
            (FieldValue::Text(text), _) => Datum::Text(text),
            (FieldValue::Present, _) => Datum::Present,
        }
    }

    fn bytes(&self, span: Span) -> &[u8] {
        bytes(self.packet, span)
    }
}

/// Whether a layer, of so many of its protocol, is one of those that count.
fn within(layers: &[Cut], number: usize, total: usize) -> bool {
    let (number, total) = (number as i64, total as i64);
    let place = |place: i64| if place < 0 { total + 1 + place } else { place };
    layers.iter().any(|cut| {
        let start = place(cut.start);
        let last = match cut.reach {
            Reach::Length(length) => start.saturating_add(length as i64).saturating_sub(1),
            Reach::Through(last) => place(last),
            Reach::End => i64::MAX,
        };
        (start..=last).contains(&number)
    })
}

/// The captured bytes of a span.
pub(super) fn bytes(packet: &PacketEvent, span: Span) -> &[u8] {
    packet.frame.bytes.get(span.range()).unwrap_or_default()
}

/// True when the flat record holds all headers of the frame: no tag, no tunnel, no quoted packet, nothing malformed.
fn is_plain(packet: &PacketEvent) -> bool {
    const IN_IPV4: u8 = 4;
    const IN_IPV6: u8 = 41;
    let headers = &packet.headers;
    let carried = match &headers.net {
        Net::Ipv4(ip) => ip.proto,
        Net::Ipv6(ip) => ip.upper,
        Net::Arp(_) | Net::None => 0,
    };
    let quotes = match &headers.transport {
        Transport::Icmp(icmp) => matches!(icmp.kind, 3 | 4 | 5 | 11 | 12),
        Transport::Icmpv6(icmp) => matches!(icmp.kind, 1..=4),
        _ => false,
    };
    // ARP about addresses that are not Ethernet's and IPv4's is in the tree alone, and so is what another link or label says.
    let other = headers.net == Net::None;
    headers.malformed.is_none()
        && headers.vlan.is_none()
        && !other
        && is_usual(headers.link)
        && !headers.may_tunnel()
        && !quotes
        && packet.track.reassembled.is_none()
        && !matches!(carried, IN_IPV4 | IN_IPV6)
}

/// True for a link that has no header below its packet but its own.
fn is_usual(link: LinkType) -> bool {
    matches!(
        link,
        LinkType::ETHERNET
            | LinkType::RAW
            | LinkType::IPV4
            | LinkType::IPV6
            | LinkType::NULL
            | LinkType::LOOP
            | LinkType::LINUX_SLL
            | LinkType::LINUX_SLL2
    )
}

/// True for a TCP header with RST: what follows it is the reason, no data (RFC 9293 section 3.5.3).
fn resets(layer: &Layer) -> bool {
    let mut flags = layer.fields.iter().flat_map(|field| &field.children);
    flags.any(|flag| flag.name == tcp::FLAGS_RESET.name && flag.value == FieldValue::Flag(true))
}

/// The field that a protocol's payload is, in a layer of its own.
fn payload(layer: &str) -> Option<&'static str> {
    match layer {
        "tcp" => Some(tcp::PAYLOAD.name),
        "udp" => Some(udp::PAYLOAD.name),
        _ => None,
    }
}

/// False when the flat record of a plain packet shows that its tree has no field of these names, which are of one protocol.
fn may_have(packet: &PacketEvent, names: &[&str]) -> bool {
    let headers = &packet.headers;
    let protocol = names
        .first()
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    match protocol {
        "tcp" | "mptcp" => matches!(headers.transport, Transport::Tcp(_)),
        "udp" => matches!(headers.transport, Transport::Udp(_)),
        "icmp" => matches!(headers.transport, Transport::Icmp(_)),
        "icmpv6" => matches!(headers.transport, Transport::Icmpv6(_)),
        "igmp" => matches!(headers.transport, Transport::Igmp(_)),
        "ip" => matches!(headers.net, Net::Ipv4(_) | Net::Ipv6(_)),
        "ipv6" | "ah" | "hip" | "mip6" | "mipv6" | "shim6" => {
            matches!(headers.net, Net::Ipv6(_))
        }
        "arp" => matches!(headers.net, Net::Arp(_)),
        "data" => !headers.payload.is_empty(),
        "dns" | "mdns" | "llmnr" => is_application(packet, &["DNS", "MDNS", "LLMNR"]),
        "http" => is_application(packet, &["HTTP"]),
        "websocket" | "engineio" | "socketio" => is_application(packet, &["WebSocket"]),
        "tls" => is_application(packet, &["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
        "eth" => headers.link == LinkType::ETHERNET,
        "sll" => matches!(headers.link, LinkType::LINUX_SLL | LinkType::LINUX_SLL2),
        "null" => matches!(headers.link, LinkType::NULL | LinkType::LOOP),
        "vlan" | "gre" | "erspan" | "vxlan" | "geneve" => false,
        // A label leaves its number behind as the type that was announced.
        name if LOWER.contains(&name) => {
            headers.net == Net::None || !matches!(headers.ethertype, Some(0x0800 | 0x0806 | 0x86dd))
        }
        _ => true,
    }
}

/// What `dissect` calls bytes that lie behind the end of a datagram.
const BEHIND: &str = "Data behind";

/// True when the payload of a plain packet is one of these protocols, by their names in Wireshark's protocol column.
fn is_application(packet: &PacketEvent, names: &[&str]) -> bool {
    let payload = bytes(packet, packet.headers.payload);
    application::name(&packet.headers, payload).is_some_and(|name| names.contains(&name))
}

/// Layers below the network layer that a usual link has only where no plain packet follows it.
const LOWER: &[&str] = &[
    "llc", "mpls", "ppp", "pppoe", "pppoes", "macsec", "nsh", "avsp",
];

impl Inner {
    fn source(self) -> Source {
        match self {
            Self::Record(read) => Source::Record(read),
            Self::Headers(read, names) => Source::Headers(read, names),
            Self::Tree(names) => Source::Tree(names),
        }
    }
}

/// Where the values of a field are found.
pub(super) fn source(entry: &'static FieldEntry) -> Source {
    let Some(derived) = readers::derived(entry.name) else {
        return carried(entry);
    };
    let (source, kind) = match derived.base {
        Base::Read(read, kind) => (Source::Record(read), kind),
        Base::Field(base) => (carried(base), base.kind),
    };
    let inner = match source {
        Source::Record(read) => Inner::Record(read),
        Source::Headers(read, names) => Inner::Headers(read, names),
        Source::Tree(names) => Inner::Tree(names),
        Source::Labels(_) | Source::Derived(..) => Inner::Tree(&[]),
    };
    Source::Derived(derived.make, inner, kind)
}

/// Where the values of a field are found that is made of no other.
fn carried(entry: &'static FieldEntry) -> Source {
    if let Some(labels) = labels(entry.name) {
        return Source::Labels(labels);
    }
    if let Some(read) = readers::record(entry.name) {
        return Source::Record(read);
    }
    let names: &[&str] = match entry {
        eth::ADDR => const { &[eth::DST.name, eth::SRC.name] },
        ip::ADDR => const { &[ip::SRC.name, ip::DST.name] },
        ipv6::ADDR => const { &[ipv6::SRC.name, ipv6::DST.name] },
        tcp::PORT => const { &[tcp::SRCPORT.name, tcp::DSTPORT.name] },
        udp::PORT => const { &[udp::SRCPORT.name, udp::DSTPORT.name] },
        // Wireshark knows the protocol by this name, its options by theirs.
        mptcp::LAYER => const { &[tcp::OPTIONS_MPTCP.name] },
        _ => std::slice::from_ref(&entry.name),
    };
    match readers::headers(entry.name) {
        Some(read) => Source::Headers(read, names),
        None => Source::Tree(names),
    }
}

/// The labels that a name of `tcp.analysis` stands for. What was sent again counts as a retransmission whatever else it is, as in
/// Wireshark.
fn labels(name: &str) -> Option<Labels> {
    let name = name.strip_prefix("tcp.analysis.")?;
    let mut labels = Labels::default();
    let all = name == "flags";
    for label in Label::ALL {
        let sent_again = matches!(
            label,
            Label::FastRetransmission | Label::SpuriousRetransmission
        );
        if all || label.name() == name || sent_again && name == "retransmission" {
            labels.insert(label);
        }
    }
    (labels.0 != 0).then_some(labels)
}
