//! What holds for any bytes: nothing panics, nothing is read past the frame, every byte is shown, and record and tree agree.

use super::SAMPLES;
use crate::packet::decode::decode;
use crate::packet::dissect::tree;
use crate::packet::headers::{Headers, LinkType, Net, Span, Transport};
use crate::packet::tree::{Field, FieldValue, Layer};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

const LINKS: [LinkType; 9] = [
    LinkType::NULL,
    LinkType::ETHERNET,
    LinkType::RAW,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::IPV4,
    LinkType::IPV6,
    LinkType::LINUX_SLL2,
    LinkType(147),
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
    if let FieldValue::Bytes(value) = &field.value {
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
    prop::sample::select(LINKS.to_vec())
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
}
