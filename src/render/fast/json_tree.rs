//! The fields of the JSON contract that are in a frame's tree alone: of a header that is not whole, of ARP about other addresses,
//! of ARP in a tunnel. Not the fields of the flat record, which most frames are written from.

use crate::event::packet::PacketEvent;
use crate::packet::dissect::whole_tree;
use crate::packet::headers::{Net, Transport};
use crate::packet::schema::FieldEntry;
use crate::packet::schema::internet::{ip, ipv6};
use crate::packet::schema::link::arp;
use crate::packet::schema::message::{icmp, icmpv6};
use crate::packet::schema::transport::{tcp, udp};
use crate::packet::tree::{Field, FieldValue};
use std::io::Write;

const NETWORK: &[&FieldEntry] = &[
    arp::OPCODE,
    ip::VERSION,
    ip::SRC,
    ip::DST,
    ip::PROTO,
    ip::TTL,
    ip::ID,
    ip::FLAGS_DF,
    ip::FLAGS_MF,
    ip::FRAG_OFFSET,
    ip::LEN,
    ip::HDR_LEN,
    ipv6::SRC,
    ipv6::DST,
    ipv6::NXT,
    ipv6::HLIM,
    ipv6::PLEN,
];
const TRANSPORT: &[&FieldEntry] = &[
    tcp::SRCPORT,
    tcp::DSTPORT,
    tcp::SEQ_RAW,
    tcp::ACK_RAW,
    tcp::FLAGS,
    udp::SRCPORT,
    udp::DSTPORT,
    udp::LENGTH,
    icmp::TYPE,
    icmp::CODE,
    icmpv6::TYPE,
    icmpv6::CODE,
];

/// Adds them behind the fields of the flat record, each the first of its name.
pub(super) fn add(line: &mut Vec<u8>, packet: &PacketEvent) {
    let wanted = wanted(packet);
    if wanted.is_empty() {
        return;
    }
    let frame = &packet.frame;
    let layers = whole_tree(
        &packet.headers,
        &frame.bytes,
        frame.checksum_not_ready,
        None,
    );
    for list in wanted {
        for entry in *list {
            let mut fields = layers.iter().flat_map(|layer| &layer.fields);
            if let Some(field) = fields.find_map(|field| named(field, entry.name)) {
                write_field(line, field);
            }
        }
    }
}

/// The fields that the flat record cannot tell of this packet.
fn wanted(packet: &PacketEvent) -> &'static [&'static [&'static FieldEntry]] {
    let headers = &packet.headers;
    match (&headers.net, &headers.transport) {
        (Net::None, _) => &[NETWORK, TRANSPORT],
        (_, Transport::None) if headers.malformed.is_some() => &[TRANSPORT],
        _ if headers.may_tunnel() => &[&[arp::OPCODE]],
        _ => &[],
    }
}

fn named<'a>(field: &'a Field, name: &str) -> Option<&'a Field> {
    if field.name == name {
        return Some(field);
    }
    field.children.iter().find_map(|child| named(child, name))
}

fn write_field(line: &mut Vec<u8>, field: &Field) {
    // Writing into memory cannot fail.
    let _ = match &field.value {
        FieldValue::Number(number) | FieldValue::Hex(number, _) => {
            write!(line, ",\"{}\":{number}", field.name)
        }
        FieldValue::Flag(set) => write!(line, ",\"{}\":{}", field.name, u8::from(*set)),
        FieldValue::Ipv4(address) => write!(line, ",\"{}\":\"{address}\"", field.name),
        FieldValue::Ipv6(address) => write!(line, ",\"{}\":\"{address}\"", field.name),
        _ => Ok(()),
    };
}
