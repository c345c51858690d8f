//! Any bytes as a capture file: read, decoded, tracked and written as JSON. Run with `cargo +nightly fuzz run capture`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::inspector::read::read;
use socklab::render::json_packet::packet_json;
use std::ops::ControlFlow;

fuzz_target!(|data: &[u8]| {
    let _ = read(data, |packet| {
        let _ = packet_json(packet);
        ControlFlow::Continue(())
    });
});
