//! `save`: the session as a file, by the ending of its name.

use super::journal::Entry;
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::{CallEvent, Event, is_of};
use crate::export::transcript::Transcript;
use crate::export::{self, Language, Material, replay};
use crate::inspector::pcapng;
use crate::render::stream::counted;
use crate::session::log::Log;
use std::fmt::Write as _;
use std::io::Write as _;

impl Shell {
    /// What passes a filter, in the format that the ending names.
    fn save_filtered(
        &mut self,
        path: &str,
        ending: &str,
        filter: &Filter,
        screen: &mut dyn Screen,
    ) {
        match ending {
            "pcapng" => self.save_packets(path, filter, screen),
            "json" => {
                let mut lines = self.json_lines(filter);
                let count = lines.len();
                lines.push(String::new());
                let what = counted(count, "event");
                self.write(path, &lines.join("\n"), &what, screen);
            }
            _ => {
                let page = self.page(filter);
                self.write(path, &page, "the session", screen);
            }
        }
    }

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
            return self.save_programs((&path, word(call, 1)), language, screen);
        }
        match ending.as_str() {
            "lab" => match word(call, 1) {
                Some(name) => self.save_replay(&path, &name, screen),
                None => self.save_lines(&path, screen),
            },
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
                if let Some(filter) = self.filter(call, 1, screen) {
                    self.save_filtered(&path, &ending, &filter, screen);
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

    /// What was typed, and what programs did, as programs, one for each process, to be run without the lab; or one program's part alone.
    fn save_programs(
        &mut self,
        (path, only): (&str, Option<String>),
        language: Language,
        screen: &mut dyn Screen,
    ) {
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
        let mut transcript = match &only {
            None => self.transcript.clone(),
            Some(_) => Transcript::default(),
        };
        let lines = replay::lines(of_programs(log, only.as_deref()));
        let replayed = replay::typed(&lines, &mut transcript);
        if !replayed.is_empty() {
            // What is left of a prompt that only ran them is nothing that a program could do.
            transcript.keep_callers();
        }
        let material = Material {
            transcript: &transcript,
            calls: log.calls().chain(&replayed).collect(),
            results,
            hosts,
        };
        let (stem, ending) = path.rsplit_once('.').unwrap_or((path, ""));
        let programs = export::programs(language, stem, ending, &material);
        if programs.is_empty() {
            let reason = match only {
                None => "nothing has been typed that a program could carry out".to_owned(),
                Some(name) => no_calls(&name),
            };
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

    /// The calls that a program made, as lines to load.
    fn save_replay(&mut self, path: &str, name: &str, screen: &mut dyn Screen) {
        let (log, ..) = self.session.records();
        let lines = replay::lines(of_programs(log, Some(name)));
        if lines.is_empty() {
            return self.refuse("", no_calls(name), screen);
        }
        let what = format!("{} of {name}", counted(lines.len(), "call"));
        let script = replay::script(&lines);
        self.write(path, &script, &what, screen);
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

/// The calls that programs made, or the program of this name with the processes it made.
fn of_programs<'a>(log: &'a Log, only: Option<&'a str>) -> impl Iterator<Item = &'a CallEvent> {
    log.calls().filter(move |call| {
        call.is_of_program() && only.is_none_or(|name| is_of(&call.process, name))
    })
}

fn no_calls(name: &str) -> String {
    format!("no program {name} has made a call that was shown: `calls {name}` lists them")
}
