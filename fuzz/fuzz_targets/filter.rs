//! Any text as a display filter: an error lies within the text, and nothing panics. Run with `cargo +nightly fuzz run filter`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::command::filter::Filter;

fuzz_target!(|text: &str| {
    if let Err(error) = Filter::parse(text) {
        assert!(error.span.end <= text.len(), "{error:?}");
    }
});
