//! Any text as a lesson: it is read, or what is wrong with it lies within it. Run with `cargo +nightly fuzz run lesson`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::lesson::document::Lesson;

fuzz_target!(|text: &str| match Lesson::read("104-handshake.md", text) {
    Ok(lesson) => {
        let _ = lesson.commands().count();
    }
    Err(wrong) => {
        assert!(!wrong.is_empty());
        for diagnostic in wrong {
            assert!(diagnostic.span.end <= text.len(), "{diagnostic:?}");
        }
    }
});
