//! Any bytes as frames in a row, cut where a byte says so: fragments are put together or forgotten, and nothing may panic.
//! Run with `cargo +nightly fuzz run reassembly`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::event::packet::Track;
use socklab::inspector::reassembly::Reassembly;
use socklab::inspector::tracker::Tracker;
use socklab::packet::decode::decode;
use socklab::packet::dissect::whole_tree;
use socklab::packet::headers::LinkType;

// Each frame begins with its length.
fuzz_target!(|data: &[u8]| {
    let mut tracker = Tracker::new();
    let mut reassembly = Reassembly::default();
    let mut rest = data;
    let mut number = 0;
    while let [length, behind @ ..] = rest {
        let (frame, left) = behind.split_at(behind.len().min(usize::from(*length)));
        rest = left;
        number += 1;
        let mut headers = decode(LinkType::RAW, frame, frame.len() as u32);
        let mut track = Track::default();
        reassembly.packet(&mut tracker, (number, 0), &mut headers, frame, &mut track);
        whole_tree(&headers, frame, false, track.reassembled.as_deref());
    }
});
