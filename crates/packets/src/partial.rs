//! What is left of a header that ends before its fixed part does: the fields that are there. Not whole headers.

use super::fields::{Fields, malformed_field};
use super::headers::Malformed;
use super::part::Part;
use super::rows::{self, Form, Row, row};
use super::tree::{FieldValue, Layer};

const IPV4: &[Row] = &[
    row(0..1, "ip.version", "Version", Form::Bits(0xf0)),
    row(
        1..2,
        "ip.dsfield",
        "Differentiated Services Field",
        Form::Hex,
    ),
    row(2..4, "ip.len", "Total Length", Form::Number),
    row(4..6, "ip.id", "Identification", Form::Hex),
    row(6..7, "ip.flags", "Flags", Form::Bits(0xe0)),
    row(6..7, "ip.flags.df", "Don't fragment", Form::Bits(0x40)),
    row(6..7, "ip.flags.mf", "More fragments", Form::Bits(0x20)),
    row(
        6..8,
        "ip.frag_offset",
        "Fragment Offset",
        Form::Bits(0x1fff),
    ),
    row(8..9, "ip.ttl", "Time to Live", Form::Number),
    row(9..10, "ip.proto", "Protocol", Form::Number),
    row(10..12, "ip.checksum", "Header Checksum", Form::Hex),
    row(12..16, "ip.src", "Source Address", Form::Ipv4),
    row(16..20, "ip.dst", "Destination Address", Form::Ipv4),
];

const IPV6: &[Row] = &[
    row(0..1, "ipv6.version", "Version", Form::Bits(0xf0)),
    row(0..1, "ip.version", "Version of IP", Form::Bits(0xf0)),
    row(0..2, "ipv6.tclass", "Traffic Class", Form::Bits(0x0ff0)),
    row(1..4, "ipv6.flow", "Flow Label", Form::Bits(0x000f_ffff)),
    row(4..6, "ipv6.plen", "Payload Length", Form::Number),
    row(6..7, "ipv6.nxt", "Next Header", Form::Number),
    row(7..8, "ipv6.hlim", "Hop Limit", Form::Number),
    row(8..24, "ipv6.src", "Source Address", Form::Ipv6),
    row(24..40, "ipv6.dst", "Destination Address", Form::Ipv6),
];

const TCP: &[Row] = &[
    row(0..2, "tcp.srcport", "Source Port", Form::Number),
    row(2..4, "tcp.dstport", "Destination Port", Form::Number),
    row(4..8, "tcp.seq_raw", "Sequence Number (raw)", Form::Number),
    row(
        8..12,
        "tcp.ack_raw",
        "Acknowledgment Number (raw)",
        Form::Number,
    ),
    row(12..14, "tcp.flags", "Flags", Form::Bits(0x0fff)),
    row(14..16, "tcp.window_size_value", "Window", Form::Number),
    row(16..18, "tcp.checksum", "Checksum", Form::Hex),
];

const UDP: &[Row] = &[
    row(0..2, "udp.srcport", "Source Port", Form::Number),
    row(2..4, "udp.dstport", "Destination Port", Form::Number),
    row(4..6, "udp.length", "Length", Form::Number),
];

const ARP: &[Row] = &[
    row(0..2, "arp.hw.type", "Hardware type", Form::Number),
    row(2..4, "arp.proto.type", "Protocol type", Form::Hex),
    row(4..5, "arp.hw.size", "Hardware size", Form::Number),
    row(5..6, "arp.proto.size", "Protocol size", Form::Number),
    row(6..8, "arp.opcode", "Opcode", Form::Number),
];

const ICMP: &[Row] = &[
    row(0..1, "icmp.type", "Type", Form::Number),
    row(1..2, "icmp.code", "Code", Form::Number),
];

const ICMPV6: &[Row] = &[
    row(0..1, "icmpv6.type", "Type", Form::Number),
    row(1..2, "icmpv6.code", "Code", Form::Number),
];

/// The fields of a header of the layer that `malformed` names which are there, with the mark of what is wrong; `None` when not one
/// field is, or when the layer has none of a fixed place.
pub(super) fn layer(malformed: &Malformed, part: Part<'_>) -> Option<Layer> {
    let (rows, len, title) = match malformed.layer {
        "ip" => (IPV4, 20, "Internet Protocol Version 4"),
        "ipv6" => (IPV6, 40, "Internet Protocol Version 6"),
        "tcp" => (TCP, 20, "Transmission Control Protocol"),
        "udp" => (UDP, 8, "User Datagram Protocol"),
        "arp" => (ARP, 8, "Address Resolution Protocol"),
        "icmp" => (ICMP, 4, "Internet Control Message Protocol"),
        "icmpv6" => (ICMPV6, 4, "Internet Control Message Protocol v6"),
        _ => return None,
    };
    let mut fields = Fields::of(part.first(len));
    rows::add(&mut fields, rows);
    if let ("ip", Some(first)) = (malformed.layer, part.bytes().first()) {
        let words = FieldValue::Number(u64::from(first & 0x0f) * 4);
        fields.value(0..1, "ip.hdr_len", "Header Length", words);
    }
    let mut layer = fields.layer(malformed.layer, format!("{title}, not whole"));
    if layer.fields.is_empty() {
        return None;
    }
    layer.fields.push(malformed_field(malformed));
    Some(layer)
}
