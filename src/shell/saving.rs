//! `save`: the session as a file, by the ending of its name.

use super::journal::Entry;
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::Event;
use crate::export::{self, Language, Material};
use crate::inspector::pcapng;
use crate::render::stream::counted;
use std::fmt::Write as _;
use std::io::Write as _;

impl Shell {
    pub(super) fn save(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let path = word(call, 0).unwrap_or_default();
        let ending = std::path::Path::new(&path)
            .extension()
            .and_then(std::ffi::OsStr::to_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(text) = self.pasted_text(&path).map(str::to_owned) {
            return self.write(&path, &text, "the program as it was typed", screen);
        }
        if let Some(language) = Language::of_ending(&ending) {
            return self.save_programs(&path, language, screen);
        }
        match ending.as_str() {
            "lab" => self.save_lines(&path, screen),
            "md" => {
                let (draft, count) = self.draft();
                self.write(
                    &path,
                    &draft,
                    &format!("{} as a lesson to be explained", counted(count, "line")),
                    screen,
                );
            }
            "svg" => {
                let what = word(call, 1).unwrap_or_default();
                match self.drawing(process, &what) {
                    Ok(drawing) => self.write(&path, &drawing, "drawn", screen),
                    Err(reason) => self.refuse(process, reason, screen),
                }
            }
            "pcapng" | "json" | "html" => {
                let Some(filter) = self.filter(call, 1, screen) else {
                    return;
                };
                match ending.as_str() {
                    "pcapng" => self.save_packets(&path, &filter, screen),
                    "json" => {
                        let mut lines = self.json_lines(&filter);
                        let count = lines.len();
                        lines.push(String::new());
                        let what = counted(count, "event");
                        self.write(&path, &lines.join("\n"), &what, screen);
                    }
                    _ => {
                        let page = self.page(&filter);
                        self.write(&path, &page, "the session", screen);
                    }
                }
            }
            "pcap" | "cap" | "dump" => {
                let name = path.strip_suffix(&ending).unwrap_or(&path).escape_debug();
                let reason = format!(
                    "packets are saved in the format pcapng: `save {name}pcapng`; Wireshark, tshark and tcpdump read it, and `editcap -F pcap` makes the older format of it"
                );
                self.refuse("", reason, screen);
            }
            _ => {
                let reason = format!(
                    "the name says what is saved: {} has no ending that is known; .py, .c, .rs (the calls as a program that runs), .lab (the lines typed), .md (a lesson to be explained), .pcapng (the packets), .json (the events), .html (the session as a page) and .svg (a drawing: {}) are",
                    path.escape_debug(),
                    Self::drawable()
                );
                self.refuse("", reason, screen);
            }
        }
    }

    /// What was typed as programs, one for each process, to be run without the lab.
    fn save_programs(&mut self, path: &str, language: Language, screen: &mut dyn Screen) {
        let hosts = self.session.hosts().all();
        let hosts = hosts
            .iter()
            .flat_map(|host| {
                let addresses = host.addresses();
                addresses.into_iter().map(|ip| (ip, host.name.clone()))
            })
            .collect();
        let results = self.journal.entries().filter_map(|entry| match entry {
            Entry::Event(event) => match &**event {
                Event::Result(result) => Some(result),
                _ => None,
            },
            _ => None,
        });
        let results = results.collect();
        let (log, ..) = self.session.records();
        let material = Material {
            transcript: &self.transcript,
            calls: log.calls().collect(),
            results,
            hosts,
        };
        let (stem, ending) = path.rsplit_once('.').unwrap_or((path, ""));
        let programs = export::programs(language, stem, ending, &material);
        if programs.is_empty() {
            let reason = "nothing has been typed that a program could carry out".to_owned();
            return self.refuse("", reason, screen);
        }
        for program in programs {
            let mut what = format!("a program in {}", language.name());
            if program.left_out > 0 {
                let _ = write!(
                    what,
                    " (commands left out: {}; it says which and why)",
                    program.left_out
                );
            }
            self.write(&program.file, &program.text, &what, screen);
        }
    }

    /// The number of the process of this name, as this machine counts; `None` when several had the name.
    fn pid_of(&self, name: &str) -> Option<i32> {
        let alive = self.session.process(name).map(|process| process.pid);
        let mut known: Vec<i32> = self.journal.pids_of(name).chain(alive).collect();
        known.dedup();
        match known[..] {
            [pid] => Some(pid),
            _ => None,
        }
    }

    fn save_packets(&mut self, path: &str, filter: &Filter, screen: &mut dyn Screen) {
        let mut count = 0_usize;
        let mut bytes = Vec::new();
        let packets = self
            .session
            .log()
            .packets()
            .filter(|packet| filter.matches(packet))
            .inspect(|_| count += 1);
        let made = pcapng::write(&mut bytes, packets, |name| self.pid_of(name));
        let saved =
            made.and_then(|()| self.write_file(path, |file| file.write_all(&bytes), screen));
        self.saved(
            path,
            saved,
            &format!("{} (pcapng)", counted(count, "packet")),
            screen,
        );
    }

    /// The lines typed, to load again.
    fn save_lines(&mut self, path: &str, screen: &mut dyn Screen) {
        let (script, count) = (self.typed.script(), self.typed.count());
        self.write(path, &script, &counted(count, "line"), screen);
    }

    fn write(&mut self, path: &str, text: &str, what: &str, screen: &mut dyn Screen) {
        let saved = self.write_file(path, |file| file.write_all(text.as_bytes()), screen);
        self.saved(path, saved, what, screen);
    }

    /// Says that a file was written, or why not.
    fn saved(
        &mut self,
        path: &str,
        outcome: std::io::Result<()>,
        what: &str,
        screen: &mut dyn Screen,
    ) {
        let path = path.escape_debug();
        match outcome {
            Ok(()) => self.session.tell(Event::Note(format!("{what} in {path}"))),
            Err(error) => self.refuse("", format!("{path}: {error}"), screen),
        }
    }
}
