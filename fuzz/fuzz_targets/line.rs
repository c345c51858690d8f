//! Any text as a line of the language: the parser, the editor's functions and the way back may not panic, and what parses is the same tree
//! in both spellings. Run with `cargo +nightly fuzz run line`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::command::complete::{Known, PathLister, complete};
use socklab::command::highlight::highlight;
use socklab::command::hint::hint;
use socklab::command::line::needs_more;
use socklab::command::parse::parse_line;
use socklab::command::unparse::{call_form, command_form};

struct Nowhere;

impl PathLister for Nowhere {
    fn list(&self, _: &str) -> Vec<(String, bool)> {
        Vec::new()
    }
}

fuzz_target!(|text: &str| {
    let _ = needs_more(text);
    let _ = highlight(text);
    let _ = hint(text, text.len());
    let _ = complete(text, text.len(), &Known::default(), &Nowhere);
    match parse_line(text) {
        Ok(commands) => {
            for command in commands {
                for form in [command_form(&command), call_form(&command)] {
                    assert!(parse_line(&form).is_ok(), "{form:?} from {text:?}");
                }
            }
        }
        Err(diagnostic) => assert!(diagnostic.span.end <= text.len(), "{diagnostic:?}"),
    }
});
