//! Any bytes as a capture file: read, decoded, tracked, written as JSON and as lines; several threads say what one says.
//! Run with `cargo +nightly fuzz run capture`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::inspector::read::read_told;
use socklab::inspector::relay::{Crew, relay};
use socklab::render::clock::Clock;
use socklab::render::fast::json_packet::packet_json;
use socklab::render::fast::packet_text;
use std::ops::ControlFlow;

fuzz_target!(|data: &[u8]| {
    let mut alone = Vec::new();
    let mut lines = packet_text::Writer::new(Clock::Date, false);
    let one = read_told(data, |told| {
        let _ = packet_json(told.packet);
        let _ = told.comments().count();
        lines.write(&mut alone, told.packet, told.times_ns);
        ControlFlow::Continue(())
    });
    let mut together = Vec::new();
    let several = relay(
        data,
        Crew {
            workers: 2,
            patient: false,
        },
        &|| {
            let mut lines = packet_text::Writer::new(Clock::Date, false);
            Box::new(move |told, out| lines.write(out, told.packet, told.times_ns))
        },
        |lines| {
            together.extend_from_slice(lines);
            ControlFlow::Continue(())
        },
    );
    assert_eq!(alone, together);
    assert_eq!(one.is_ok(), several.is_ok());
});
