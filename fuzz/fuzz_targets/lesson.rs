//! Any text as a lesson's file: it is read, or every complaint about it has its place in the text. Run with
//! `cargo +nightly fuzz run lesson`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::lesson::beat::beats;
use socklab::lesson::document::Lesson;
use socklab::lesson::progress::Progress;

fuzz_target!(|text: &str| {
    match Lesson::read("104-any.md", text) {
        Ok(lesson) => {
            let _ = beats(&lesson);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            }
        }
    }
    let progress = Progress::parse(text);
    assert_eq!(Progress::parse(&progress.text()), progress);
});
