//! What holds for any bytes: nothing panics, nothing is read past the frame, every byte is shown, and record and tree agree.

use super::SAMPLES;
use crate::application::summary;
use crate::decode::decode;
use crate::dissect::tree;
use crate::headers::{Headers, LinkType, Net, Span, Transport};
use crate::netlink;
use crate::tree::{Field, FieldValue, Layer};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

const LINKS: [u16; 42] = [
    0, 1, 101, 108, 113, 228, 229, 276, 147, 6, 7, 9, 10, 11, 12, 50, 51, 104, 105, 106, 107, 109,
    117, 119, 122, 123, 127, 129, 149, 163, 166, 178, 192, 204, 205, 206, 219, 226, 239, 242, 253,
    258,
];

/// Checks a frame of `len` bytes on the wire.
fn check(link: LinkType, bytes: &[u8], len: u32) {
    let headers = decode(link, bytes, len);
    for span in spans(&headers) {
        inside(span, bytes);
    }
    if let Some(malformed) = headers.malformed {
        assert!(malformed.offset as usize <= bytes.len(), "{malformed:?}");
    }
    if let Transport::Tcp(tcp) = headers.transport {
        assert!(tcp.len as usize >= headers.payload.len(), "{headers:?}");
    }
    let layers = tree(link, bytes, len, false);
    let mut shown = vec![false; bytes.len()];
    for layer in &layers {
        inside(layer.span, bytes);
        shown[layer.span.range()].fill(true);
        for field in &layer.fields {
            check_field(field, bytes);
            shown[field.span.range()].fill(true);
        }
    }
    let hidden = shown.iter().position(|shown| !shown);
    assert_eq!(hidden, None, "a byte that no layer shows: {layers:#?}");
    agree(&headers, &layers);
}

fn spans(headers: &Headers) -> Vec<Span> {
    let mut spans = vec![headers.payload];
    match headers.net {
        Net::Arp(arp) => spans.push(arp.span),
        Net::Ipv4(ip) => spans.push(ip.header),
        Net::Ipv6(ip) => spans.push(ip.header),
        Net::None => {}
    }
    match headers.transport {
        Transport::Tcp(tcp) => spans.push(tcp.header),
        Transport::Udp(udp) => spans.push(udp.header),
        Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => {
            spans.extend(icmp.quoted.map(|quoted| quoted.span));
        }
        Transport::Igmp(_) | Transport::None => {}
    }
    spans
}

fn inside(span: Span, bytes: &[u8]) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(span.end as usize <= bytes.len(), "{span:?}");
}

fn check_field(field: &Field, bytes: &[u8]) {
    inside(field.span, bytes);
    // What a WebSocket frame says stands masked in the segment, and any bytes may happen to be such a frame.
    let masked = field.name.starts_with("websocket.payload.");
    if let FieldValue::Bytes(value) = &field.value
        && !masked
    {
        assert_eq!(value, &bytes[field.span.range()], "{field:?}");
    }
    for child in &field.children {
        check_field(child, bytes);
    }
}

/// The record and the tree tell the same transport and the same fault.
fn agree(headers: &Headers, layers: &[Layer]) {
    let first = |name: &str| {
        layers
            .iter()
            .flat_map(|layer| &layer.fields)
            .find(|field| field.name == name)
            .map(|field| field.value.clone())
    };
    match headers.transport {
        Transport::Tcp(tcp) => {
            assert_eq!(first("tcp.len"), Some(FieldValue::Number(tcp.len.into())));
            assert_eq!(
                first("tcp.seq_raw"),
                Some(FieldValue::Number(tcp.seq.into()))
            );
        }
        Transport::Udp(udp) => {
            assert_eq!(
                first("udp.length"),
                Some(FieldValue::Number(udp.length.into()))
            );
        }
        Transport::Icmp(icmp) => {
            assert_eq!(
                first("icmp.type"),
                Some(FieldValue::Number(icmp.kind.into()))
            );
        }
        _ => {}
    }
    if headers.malformed.is_some() {
        let marked = first("_ws.malformed").is_some() || first("_ws.short").is_some();
        assert!(marked, "{headers:?}\n{layers:#?}");
    }
}

fn link() -> impl Strategy<Value = LinkType> {
    prop::sample::select(LINKS.map(LinkType).to_vec())
}

/// A good frame with some bytes changed, some cut off, and a length on the wire that may be wrong.
fn mutated() -> impl Strategy<Value = (LinkType, Vec<u8>, u32)> {
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let changes = prop::collection::vec(change, 0..6);
    let wire = prop_oneof![Just(0), 0..200_u32, any::<u32>()];
    (
        0..SAMPLES.len(),
        changes,
        any::<prop::sample::Index>(),
        any::<bool>(),
        wire,
    )
        .prop_map(|(index, changes, cut, is_cut, wire)| {
            let sample = &SAMPLES[index];
            let mut bytes = sample.bytes();
            for (place, value) in changes {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            (sample.link, bytes, wire)
        })
}

#[test]
fn every_sample_is_shown_whole() {
    for sample in &SAMPLES {
        let bytes = sample.bytes();
        for captured in 0..=bytes.len() {
            check(sample.link, &bytes[..captured], bytes.len() as u32);
            check(sample.link, &bytes[..captured], captured as u32);
        }
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_are_never_read_past_their_end(
        link in link(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        len in any::<u32>(),
    ) {
        check(link, &bytes, len);
    }

    #[test]
    fn damaged_frames_are_never_read_past_their_end((link, bytes, len) in mutated()) {
        check(link, &bytes, len);
    }

    #[test]
    fn what_a_program_sends_is_never_read_past_its_end(
        which in 0..BEGINNINGS.len(),
        tcp in any::<bool>(),
        port in prop::sample::select(vec![53_u16, 5353, 80, 5000, 4789, 6081]),
        noise in prop::collection::vec(any::<u8>(), 0..120),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut payload = [BEGINNINGS[which], &noise].concat();
        for (place, value) in changes {
            if !payload.is_empty() {
                let place = place.index(payload.len());
                payload[place] = value;
            }
        }
        let ports = [0x9c, 0x40, (port >> 8) as u8, port as u8];
        let rest: &[u8] = if tcp {
            &[0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0]
        } else {
            &[0, 0, 0, 0]
        };
        let mut upper = [&ports[..], rest, &payload].concat();
        if !tcp {
            upper[4..6].copy_from_slice(&(8 + payload.len() as u16).to_be_bytes());
        }
        let mut bytes = vec![0x45, 0];
        bytes.extend((20 + upper.len() as u16).to_be_bytes());
        bytes.extend([0, 1, 0, 0, 64, if tcp { 6 } else { 17 }, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        bytes.extend(upper);
        check(LinkType::RAW, &bytes, bytes.len() as u32);
        let headers = decode(LinkType::RAW, &bytes, bytes.len() as u32);
        // Told whatever it is; what it says is made safe where it is shown.
        let _ = summary(&headers, &bytes[headers.payload.range()]);
    }

    #[test]
    fn netlink_messages_are_never_read_past_their_end(
        protocol in prop::sample::select(vec![0_u16, 4, 12, 16]),
        kind in 0_u16..40,
        len in 0_u32..120,
        body in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut bytes = len.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([1, 0]);
        bytes.extend(body);
        for layer in netlink::tree(protocol, &bytes) {
            inside(layer.span, &bytes);
            for field in &layer.fields {
                check_field(field, &bytes);
            }
        }
    }
}

/// How payloads begin that somebody knows.
const BEGINNINGS: &[&[u8]] = &[
    b"",
    b"\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x01\x01a\x00\x00\x01\x00\x01\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x01\x00\x04\x03abc",
    b"\x00\x40\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01",
    b"GET / HTTP/1.1\r\nHost: a\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
    b"\x16\x03\x01\x00\x60\x01\x00\x00\x5c\x03\x03",
    b"\x16\x03\x03\x00\x40\x02\x00\x00\x3c\x03\x03",
    b"\x17\x03\x03\x00\x03abc\x15\x03\x03\x00\x02\x02\x28",
    b"\x81\x0d42[\"a\",\"bcde\"]",
    b"\x89\x00\x88\x02\x03\xe8",
    b"\x08\x00\x00\x00\x00\x00\x01\x00",
];
