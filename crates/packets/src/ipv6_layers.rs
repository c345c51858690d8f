//! An IPv6 header and its extension headers as layers (RFC 8200 section 4). How they are read is in `ipv6.rs`.

use super::fields::Fields;
use super::headers::Ipv6;
use super::ipv6::{Extension, HEADER, extension, next};
use super::names;
use super::part::{Decoded, Part, be16};
use super::schema::FieldEntry;
use super::schema::internet::{ah, hip, ip, ipv6, mip6, mipv6, shim6};
use super::tree::{Field, FieldValue, Layer};

/// At most this many extension headers have layers, which are many times as long; a host may stop far earlier (RFC 8504 section 5.3).
const HEADERS: usize = 256;

/// The fixed header as a layer, then one layer for each extension header up to the end of `ip.header`; and the headers that have none,
/// because there are too many.
pub(super) fn layers<'a>(part: Part<'a>, decoded: &Decoded<'_, Ipv6>) -> (Vec<Layer>, Part<'a>) {
    let ip = &decoded.header;
    let mut layers = vec![fixed(part, ip)];
    let mut kind = ip.nxt;
    let mut rest = part.skip(HEADER);
    let mut more = part.first(0);
    while rest.span().start < ip.header.end {
        let Ok(Some(found)) = extension(kind, rest) else {
            break;
        };
        if layers.len() > HEADERS {
            more = rest.first((ip.header.end - rest.span().start) as usize);
            break;
        }
        layers.push(extension_layer(&found));
        kind = found.nxt;
        rest = rest.skip(found.part.wire_len());
    }
    if let (Some(malformed), Some(last)) = (&decoded.malformed, layers.last_mut()) {
        last.fields.push(super::fields::malformed_field(malformed));
    }
    (layers, more)
}

/// True when a routing header has segments left: the checksum was computed with another destination (RFC 8200 section 8.1).
pub(super) fn is_routed(part: Part<'_>, ip: &Ipv6) -> bool {
    let mut kind = ip.nxt;
    let mut rest = part.skip(HEADER);
    while let Ok(Some(found)) = extension(kind, rest) {
        if found.kind == next::ROUTING && found.part.bytes()[3] > 0 {
            return true;
        }
        kind = found.nxt;
        rest = rest.skip(found.part.wire_len());
    }
    false
}

fn fixed(part: Part<'_>, ip: &Ipv6) -> Layer {
    let mut fields = Fields::of(part.first(HEADER));
    let mut version = Fields::of(part);
    version
        .bits(0..1, 0xf0, ip::VERSION)
        .labelled("Version of IP");
    fields.bits(0..1, 0xf0, ipv6::VERSION).with(version.done());
    let class = ip.traffic_class;
    let mut parts = Fields::of(part);
    parts
        .bits(0..2, 0x0fc0, ipv6::TCLASS_DSCP)
        .mean(names::dscp(class >> 2));
    parts
        .bits(1..2, 0x30, ipv6::TCLASS_ECN)
        .mean(names::ecn(class));
    let dscp = names::with_number(names::dscp(class >> 2), class >> 2);
    fields
        .value(0..2, ipv6::TCLASS, FieldValue::Hex(class.into(), 2))
        .mean(format!("DSCP {dscp}; {}", names::ecn(class)))
        .with(parts.done());
    fields.value(1..4, ipv6::FLOW, FieldValue::Hex(ip.flow.into(), 5));
    fields.number(4..6, ipv6::PLEN);
    fields.number(6..7, ipv6::NXT).mean(names::protocol(ip.nxt));
    fields.number(7..8, ipv6::HLIM);
    fields.ipv6(8, ipv6::SRC);
    fields.ipv6(24, ipv6::DST);
    let title = format!(
        "Internet Protocol Version 6, Src: {}, Dst: {}",
        ip.src, ip.dst
    );
    fields.layer(ipv6::LAYER, title)
}

/// The layer of one kind of extension header, and its fields of what follows and of its length.
fn entries_of(kind: u8) -> [&'static FieldEntry; 3] {
    match kind {
        next::HOP_BY_HOP => [ipv6::HOPOPTS, ipv6::HOPOPTS_NXT, ipv6::HOPOPTS_LEN],
        next::DESTINATION => [ipv6::DSTOPTS, ipv6::DSTOPTS_NXT, ipv6::DSTOPTS_LEN],
        next::ROUTING => [ipv6::ROUTING, ipv6::ROUTING_NXT, ipv6::ROUTING_LEN],
        // Its second byte is reserved.
        next::FRAGMENT => [
            ipv6::FRAGHDR,
            ipv6::FRAGHDR_NXT,
            ipv6::FRAGHDR_RESERVED_OCTET,
        ],
        next::AUTHENTICATION => [ah::LAYER, ah::NEXT_HEADER, ah::LENGTH],
        next::MOBILITY => [mipv6::LAYER, mip6::NEXTHEADER, mip6::HLEN],
        next::HIP => [hip::LAYER, hip::PROTO, hip::HDR_LEN],
        _ => [shim6::LAYER, shim6::NXT, shim6::LEN],
    }
}

fn extension_layer(found: &Extension<'_>) -> Layer {
    let part = found.part;
    let bytes = part.bytes();
    let [layer, nxt, len] = entries_of(found.kind);
    let mut fields = Fields::of(part);
    fields.number(0..1, nxt).mean(names::protocol(found.nxt));
    if found.kind != next::FRAGMENT {
        fields
            .number(1..2, len)
            .mean(format!("{} bytes", part.wire_len()));
    }
    match found.kind {
        next::FRAGMENT => fragment(&mut fields),
        next::HOP_BY_HOP | next::DESTINATION => options(&mut fields),
        next::ROUTING => {
            fields
                .number(2..3, ipv6::ROUTING_TYPE)
                .mean(match bytes[2] {
                    0 => "source route (deprecated)",
                    2 => "mobile IPv6",
                    3 => "RPL source route",
                    4 => "segment routing",
                    _ => "",
                });
            fields.number(3..4, ipv6::ROUTING_SEGLEFT);
            fields.bytes(4..bytes.len(), ipv6::ROUTING_UNKNOWN_DATA);
        }
        next::AUTHENTICATION => {
            fields.bytes(2..4, ah::RESERVED);
            fields.hex(4..8, ah::SPI);
            if bytes.len() >= 12 {
                fields.number(8..12, ah::SEQUENCE);
                fields.bytes(12..bytes.len(), ah::ICV);
            }
        }
        _ => {
            fields.bytes(2..bytes.len(), ipv6::UNKNOWN_HDR);
        }
    }
    fields.layer(layer, layer.label.to_owned())
}

fn fragment(fields: &mut Fields<'_>) {
    fields.hex(1..2, ipv6::FRAGHDR_RESERVED_OCTET);
    let offset = be16(fields.part().bytes(), 2) & 0xfff8;
    fields
        .value(
            2..4,
            ipv6::FRAGHDR_OFFSET,
            FieldValue::Number(u64::from(offset / 8)),
        )
        .mean(format!("{offset} bytes"));
    fields.bits(2..4, 0x0006, ipv6::FRAGHDR_RESERVED_BITS);
    fields.flag(2..4, 0x0001, ipv6::FRAGHDR_MORE);
    fields.hex(4..8, ipv6::FRAGHDR_IDENT);
}

/// The options of a hop-by-hop or destination options header: type, length, data.
fn options(fields: &mut Fields<'_>) {
    let part = fields.part();
    let bytes = part.bytes();
    let mut at = 2;
    while at < bytes.len() {
        let kind = bytes[at];
        let len = match (kind, bytes.get(at + 1)) {
            (0, _) => 1,
            (_, Some(len)) => 2 + usize::from(*len),
            (_, None) => 0,
        };
        if len == 0 || at + len > bytes.len() {
            if !part.is_cut() {
                let reason = "an option reaches past the end of its header";
                fields.malformed(Some(part.malformed("ipv6", reason, at)));
            }
            return;
        }
        let (label, parts) = option(part, at, len);
        fields
            .value(at..at + len, ipv6::OPT, FieldValue::Present)
            .labelled(label)
            .with(parts);
        at += len;
    }
}

fn option(part: Part<'_>, at: usize, len: usize) -> (&'static str, Vec<Field>) {
    let kind = part.bytes()[at];
    let label = match kind {
        0 => "Pad1",
        1 => "PadN",
        0x05 => "Router Alert",
        0xc2 => "Jumbo Payload",
        0x04 => "Tunnel Encapsulation Limit",
        0xc9 => "Home Address",
        _ => "Option",
    };
    let mut parts = Fields::of(part);
    parts.hex(at..at + 1, ipv6::OPT_TYPE).mean(label);
    if len > 1 {
        parts.number(at + 1..at + 2, ipv6::OPT_LENGTH);
    }
    match (kind, len) {
        (_, 0..=2) => {}
        (0x05, 4) => {
            let meaning = match be16(part.bytes(), at + 2) {
                0 => "MLD",
                1 => "RSVP",
                2 => "active networks",
                _ => "",
            };
            parts
                .number(at + 2..at + 4, ipv6::OPT_ROUTER_ALERT)
                .mean(meaning);
        }
        (0xc2, 6) => {
            parts.number(at + 2..at + 6, ipv6::OPT_JUMBO);
        }
        (1, _) => {
            parts.bytes(at + 2..at + len, ipv6::OPT_PADN);
        }
        _ => {
            parts.bytes(at + 2..at + len, ipv6::OPT_UNKNOWN_DATA);
        }
    }
    (label, parts.done())
}
