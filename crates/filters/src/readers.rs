//! The fields that are read from the flat record of a packet, without its tree. A field that is also in the tree has the same
//! values here: a test compares the two.

pub(super) mod derived;
mod lower;
mod record;
mod upper;

use super::gather::{Reader, bytes};
use super::value::Datum;
use socklab_packets::headers::{
    Arp, CutOption, Ethernet, Icmp, Ipv4, Ipv6, LinkType, Net, Span, Tcp, Transport, Udp,
};
use socklab_packets::record::PacketEvent;
use socklab_packets::schema::FieldEntry;

/// A field with what reads it.
type FieldReader = (&'static FieldEntry, Reader);

/// Fields of a header, `row => values;`, which a packet has when it has that header: the function of its name gives it.
macro_rules! of_header {
    (|$packet:ident, $header:ident| $($row:path => $($value:expr),+;)*) => {
        &[$(($row, |$packet, give| {
            if let Some($header) = $header($packet) {
                $(give($value);)+
            }
        })),*]
    };
}
use of_header;

/// Reads a field of the frame or of the tracker, which is in no tree.
pub(super) fn record(name: &str) -> Option<Reader> {
    find(record::RECORD.iter(), name)
}

/// Reads a field from the flat headers, when they are all that the packet has.
pub(super) fn headers(name: &str) -> Option<Reader> {
    let tables = lower::HEADERS.iter().chain(upper::HEADERS);
    find(tables.copied().flatten(), name)
}

/// What the field of this name is made of, when it is made of another.
pub(super) fn derived(name: &str) -> Option<&'static derived::Derived> {
    derived::DERIVED
        .iter()
        .find(|derived| derived.field.name == name)
}

fn find<'a>(mut table: impl Iterator<Item = &'a FieldReader>, name: &str) -> Option<Reader> {
    table
        .find(|(field, _)| field.name == name)
        .map(|(_, read)| *read)
}

fn number<'a>(value: impl Into<u64>) -> Datum<'a> {
    Datum::Number(value.into().into())
}

/// The Ethernet header; a cooked capture has addresses too, but not under these names.
fn ethernet(packet: &PacketEvent) -> Option<&Ethernet> {
    packet
        .headers
        .ethernet
        .as_ref()
        .filter(|_| packet.headers.link == LinkType::ETHERNET)
}

fn arp(packet: &PacketEvent) -> Option<&Arp> {
    match &packet.headers.net {
        Net::Arp(arp) => Some(arp),
        _ => None,
    }
}

fn ip(packet: &PacketEvent) -> Option<&Ipv4> {
    match &packet.headers.net {
        Net::Ipv4(ip) => Some(ip),
        _ => None,
    }
}

fn ipv6(packet: &PacketEvent) -> Option<&Ipv6> {
    match &packet.headers.net {
        Net::Ipv6(ip) => Some(ip),
        _ => None,
    }
}

fn tcp(packet: &PacketEvent) -> Option<&Tcp> {
    packet.headers.tcp()
}

fn udp(packet: &PacketEvent) -> Option<&Udp> {
    match &packet.headers.transport {
        Transport::Udp(udp) => Some(udp),
        _ => None,
    }
}

fn icmp(packet: &PacketEvent) -> Option<&Icmp> {
    match &packet.headers.transport {
        Transport::Icmp(icmp) => Some(icmp),
        _ => None,
    }
}

fn icmpv6(packet: &PacketEvent) -> Option<&Icmp> {
    match &packet.headers.transport {
        Transport::Icmpv6(icmp) => Some(icmp),
        _ => None,
    }
}

/// The blocks of a SACK option, relative like `tcp.ack`. The last one may have lost its right edge to the capture.
fn sack(packet: &PacketEvent, mut give: impl FnMut((u32, Option<u32>))) {
    let Some(tcp) = tcp(packet) else {
        return;
    };
    let base = tcp.ack.wrapping_sub(packet.track.ack);
    let count = usize::from(tcp.options.sack_count);
    for (left, right) in tcp.options.sack.iter().take(count) {
        give((left.wrapping_sub(base), Some(right.wrapping_sub(base))));
    }
    if let Some(CutOption::LeftEdge(left)) = tcp.options.cut {
        give((left.wrapping_sub(base), None));
    }
}

/// A header, and it with all that it carries.
fn protocol(packet: &PacketEvent, header: Span) -> Datum<'_> {
    let end = packet.headers.payload.end.max(header.end);
    Datum::Protocol(bytes(packet, header), bytes(packet, Span { end, ..header }))
}

fn first(packet: &PacketEvent, count: usize) -> &[u8] {
    packet.frame.bytes.get(..count).unwrap_or_default()
}

/// The bytes above the transport header, when there are any.
fn payload<'a>(packet: &'a PacketEvent, give: &mut dyn FnMut(Datum<'a>)) {
    if !packet.headers.payload.is_empty() {
        give(Datum::Bytes(bytes(packet, packet.headers.payload)));
    }
}
