//! What is left of a header that ends before its fixed part does: the fields that are there. Not whole headers.

use super::fields::{Fields, malformed_field};
use super::headers::Malformed;
use super::part::Part;
use super::rows::{self, Form, Row, row};
use super::schema::internet::{ip, ipv6};
use super::schema::link::arp;
use super::schema::message::{icmp, icmpv6};
use super::schema::transport::{tcp, udp};
use super::tree::{FieldValue, Layer};

const IPV4: &[Row] = &[
    row(0..1, ip::VERSION, Form::Bits(0xf0)),
    row(1..2, ip::DSFIELD, Form::Hex),
    row(2..4, ip::LEN, Form::Number),
    row(4..6, ip::ID, Form::Hex),
    row(6..7, ip::FLAGS, Form::Bits(0xe0)),
    row(6..7, ip::FLAGS_DF, Form::Bits(0x40)),
    row(6..7, ip::FLAGS_MF, Form::Bits(0x20)),
    row(6..8, ip::FRAG_OFFSET, Form::Bits(0x1fff)),
    row(8..9, ip::TTL, Form::Number),
    row(9..10, ip::PROTO, Form::Number),
    row(10..12, ip::CHECKSUM, Form::Hex),
    row(12..16, ip::SRC, Form::Ipv4),
    row(16..20, ip::DST, Form::Ipv4),
];

const IPV6: &[Row] = &[
    row(0..1, ipv6::VERSION, Form::Bits(0xf0)),
    row(0..1, ip::VERSION, Form::Bits(0xf0)),
    row(0..2, ipv6::TCLASS, Form::Bits(0x0ff0)),
    row(1..4, ipv6::FLOW, Form::Bits(0x000f_ffff)),
    row(4..6, ipv6::PLEN, Form::Number),
    row(6..7, ipv6::NXT, Form::Number),
    row(7..8, ipv6::HLIM, Form::Number),
    row(8..24, ipv6::SRC, Form::Ipv6),
    row(24..40, ipv6::DST, Form::Ipv6),
];

const TCP: &[Row] = &[
    row(0..2, tcp::SRCPORT, Form::Number),
    row(2..4, tcp::DSTPORT, Form::Number),
    row(4..8, tcp::SEQ_RAW, Form::Number),
    row(8..12, tcp::ACK_RAW, Form::Number),
    row(12..14, tcp::FLAGS, Form::Bits(0x0fff)),
    row(14..16, tcp::WINDOW_SIZE_VALUE, Form::Number),
    row(16..18, tcp::CHECKSUM, Form::Hex),
];

const UDP: &[Row] = &[
    row(0..2, udp::SRCPORT, Form::Number),
    row(2..4, udp::DSTPORT, Form::Number),
    row(4..6, udp::LENGTH, Form::Number),
];

const ARP: &[Row] = &[
    row(0..2, arp::HW_TYPE, Form::Number),
    row(2..4, arp::PROTO_TYPE, Form::Hex),
    row(4..5, arp::HW_SIZE, Form::Number),
    row(5..6, arp::PROTO_SIZE, Form::Number),
    row(6..8, arp::OPCODE, Form::Number),
];

const ICMP: &[Row] = &[
    row(0..1, icmp::TYPE, Form::Number),
    row(1..2, icmp::CODE, Form::Number),
];

const ICMPV6: &[Row] = &[
    row(0..1, icmpv6::TYPE, Form::Number),
    row(1..2, icmpv6::CODE, Form::Number),
];

/// The fields of a header of the layer that `malformed` names which are there, with the mark of what is wrong; `None` when not one
/// field is, or when the layer has none of a fixed place.
pub(super) fn layer(malformed: &Malformed, part: Part<'_>) -> Option<Layer> {
    let (protocol, rows, len) = match malformed.layer {
        "ip" => (ip::LAYER, IPV4, 20),
        "ipv6" => (ipv6::LAYER, IPV6, 40),
        "tcp" => (tcp::LAYER, TCP, 20),
        "udp" => (udp::LAYER, UDP, 8),
        "arp" => (arp::LAYER, ARP, 8),
        "icmp" => (icmp::LAYER, ICMP, 4),
        "icmpv6" => (icmpv6::LAYER, ICMPV6, 4),
        _ => return None,
    };
    let mut fields = Fields::of(part.first(len));
    rows::add(&mut fields, rows);
    if let ("ip", Some(first)) = (malformed.layer, part.bytes().first()) {
        let words = FieldValue::Number(u64::from(first & 0x0f) * 4);
        fields.value(0..1, ip::HDR_LEN, words);
    }
    let mut layer = fields.layer(protocol, format!("{}, not whole", protocol.label));
    if layer.fields.is_empty() {
        return None;
    }
    if malformed.layer == "ipv6" {
        let versions = layer.fields.iter_mut();
        versions
            .filter(|field| field.name == ip::VERSION.name)
            .for_each(|field| field.label = "Version of IP");
    }
    layer.fields.push(malformed_field(malformed));
    Some(layer)
}
