//! `save`: the session as a file, by the ending of its name.

use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::event::Event;
use crate::inspector::pcapng;
use std::io::{BufWriter, Write};

impl Shell {
    pub(super) fn save(&mut self, call: &Call, screen: &mut dyn Screen) {
        let path = word(call, 0).unwrap_or_default();
        let Some(filter) = self.filter(call, 1, screen) else {
            return;
        };
        let ending = std::path::Path::new(&path)
            .extension()
            .and_then(std::ffi::OsStr::to_str)
            .unwrap_or_default();
        if ending == "lab" {
            return self.save_lines(&path, screen);
        }
        if ending != "pcapng" {
            let reason = format!(
                "the name says what is saved: {} ends in no form that is known; .pcapng (the packets) and .lab (the lines typed) are",
                path.escape_debug()
            );
            return self.refuse("", reason, screen);
        }
        let mut count = 0_u64;
        let saved = std::fs::File::create(&path).and_then(|file| {
            let mut file = BufWriter::new(file);
            let packets = self
                .session
                .log()
                .packets()
                .filter(|packet| filter.matches(packet))
                .inspect(|_| count += 1);
            pcapng::write(&mut file, packets)?;
            file.flush()
        });
        match saved {
            Ok(()) => self.session.tell(Event::Note(format!(
                "{count} packets in {}",
                path.escape_debug()
            ))),
            Err(error) => self.refuse("", format!("{}: {error}", path.escape_debug()), screen),
        }
    }

    /// The lines typed, to load again.
    fn save_lines(&mut self, path: &str, screen: &mut dyn Screen) {
        match std::fs::write(path, self.typed.script()) {
            Ok(()) => self.session.tell(Event::Note(format!(
                "{} lines in {}",
                self.typed.count(),
                path.escape_debug()
            ))),
            Err(error) => self.refuse("", format!("{}: {error}", path.escape_debug()), screen),
        }
    }
}
