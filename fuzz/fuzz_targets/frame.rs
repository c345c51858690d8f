//! Any bytes as a frame of any link type: neither the record nor the tree may panic, and no span may lie outside the frame.
//! Run with `cargo +nightly fuzz run frame`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::packet::decode::decode;
use socklab::packet::dissect::tree;
use socklab::packet::headers::LinkType;
use socklab::packet::tree::Field;

fn check(field: &Field, len: usize) {
    assert!(field.span.start <= field.span.end && field.span.end as usize <= len);
    for child in &field.children {
        check(child, len);
    }
}

// The first byte chooses the link type, the second how much longer than captured the frame was.
fuzz_target!(|data: &[u8]| {
    let [link, more, frame @ ..] = data else {
        return;
    };
    let links = [
        0, 1, 6, 7, 9, 10, 11, 12, 50, 51, 101, 104, 105, 106, 107, 108, 109, 113, 117, 119, 122,
        123, 127, 129, 149, 163, 166, 178, 192, 204, 205, 206, 219, 226, 228, 229, 239, 242, 253,
        258, 276,
    ];
    let link = LinkType(links[usize::from(*link) % links.len()]);
    let len = frame.len() as u32 + u32::from(*more) * 16;
    let headers = decode(link, frame, len);
    assert!(headers.payload.end as usize <= frame.len());
    for layer in tree(link, frame, len, *more == 1) {
        assert!(layer.span.end as usize <= frame.len());
        for field in &layer.fields {
            check(field, frame.len());
        }
    }
});
