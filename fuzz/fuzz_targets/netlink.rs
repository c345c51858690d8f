//! Any bytes as netlink messages: nothing may panic, and no span may lie outside the bytes.
//! Run with `cargo +nightly fuzz run netlink`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::packet::netlink::tree;

// The first byte is the protocol.
fuzz_target!(|data: &[u8]| {
    let [protocol, bytes @ ..] = data else {
        return;
    };
    for layer in tree(u16::from(*protocol % 20), bytes) {
        assert!(layer.span.start <= layer.span.end && layer.span.end as usize <= bytes.len());
    }
});
