//! Any bytes as what a segment or datagram carries: recognized or not, nothing may panic, and no span may lie outside the frame.
//! Run with `cargo +nightly fuzz run application`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::packet::application::summary;
use socklab::packet::decode::decode;
use socklab::packet::dissect::tree;
use socklab::packet::headers::LinkType;

// The first byte chooses the transport, the second the port.
fuzz_target!(|data: &[u8]| {
    let [transport, port, payload @ ..] = data else {
        return;
    };
    let tcp = transport & 1 == 1;
    let ports = [53_u16, 5353, 5355, 80, 443, 4789, 6081];
    let port = ports[usize::from(*port) % ports.len()].to_be_bytes();
    let mut bytes = vec![
        0x45,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        64,
        if tcp { 6 } else { 17 },
        0,
        0,
        10,
        0,
        0,
        1,
        10,
        0,
        0,
        2,
    ];
    bytes.extend([0x9c, 0x40, port[0], port[1]]);
    if tcp {
        bytes.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0]);
    } else {
        bytes.extend((8 + payload.len().min(60_000) as u16).to_be_bytes());
        bytes.extend([0, 0]);
    }
    bytes.extend(payload);
    let headers = decode(LinkType::RAW, &bytes, bytes.len() as u32);
    let _ = summary(&headers, &bytes[headers.payload.range()]);
    for layer in tree(LinkType::RAW, &bytes, bytes.len() as u32, false) {
        assert!(layer.span.start <= layer.span.end && layer.span.end as usize <= bytes.len());
    }
});
