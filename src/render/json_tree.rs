//! The fields of the JSON contract that are in a frame's tree alone: of a header that is not whole, of ARP about other addresses,
//! of ARP in a tunnel. Not the fields of the flat record, which most frames are written from.

use crate::event::packet::PacketEvent;
use crate::packet::dissect::whole_tree;
use crate::packet::headers::{Net, Transport};
use crate::packet::tree::{Field, FieldValue};
use std::io::Write;

const NETWORK: &[&str] = &[
    "arp.opcode",
    "ip.version",
    "ip.src",
    "ip.dst",
    "ip.proto",
    "ip.ttl",
    "ip.id",
    "ip.flags.df",
    "ip.flags.mf",
    "ip.frag_offset",
    "ip.len",
    "ip.hdr_len",
    "ipv6.src",
    "ipv6.dst",
    "ipv6.nxt",
    "ipv6.hlim",
    "ipv6.plen",
];
const TRANSPORT: &[&str] = &[
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.flags",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "icmp.type",
    "icmp.code",
    "icmpv6.type",
    "icmpv6.code",
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
        for name in *list {
            let mut fields = layers.iter().flat_map(|layer| &layer.fields);
            if let Some(field) = fields.find_map(|field| named(field, name)) {
                write_field(line, field);
            }
        }
    }
}

/// The names that the flat record cannot tell of this packet.
fn wanted(packet: &PacketEvent) -> &'static [&'static [&'static str]] {
    let headers = &packet.headers;
    match (&headers.net, &headers.transport) {
        (Net::None, _) => &[NETWORK, TRANSPORT],
        (_, Transport::None) if headers.malformed.is_some() => &[TRANSPORT],
        _ if headers.may_tunnel() => &[&["arp.opcode"]],
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
