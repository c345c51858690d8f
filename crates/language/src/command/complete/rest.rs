//! The candidates in what a verb reads by itself: filters, `expect`, rules of the wire, lessons, settings, paths.

use super::PathLister;
use super::candidates::Candidates;
use crate::catalog::errno::errnos;
use crate::catalog::sysctl::SYSCTLS;
use crate::catalog::tcp_info;
use crate::catalog::verb::Verb;
use crate::command::expectation::{FORMS, STATES};
use crate::command::inject::calls;
use crate::command::wire::suggest::{CLAUSES, KINDS, Next, next};

/// Words of a display filter that are no fields.
const FILTER_WORDS: &[&str] = &[
    "contains", "matches", "in", "not", "and", "or", "any", "all",
];

/// The functions of display filters, as they are begun.
const FILTER_FUNCTIONS: &[&str] = &[
    "len(", "count(", "upper(", "lower(", "string(", "abs(", "max(", "min(",
];

/// What `inspect` takes besides a filter.
const INSPECT_WORDS: &[&str] = &["on", "off", "line", "tree", "hex"];

/// What `lesson` does with a lesson.
const LESSON_WORDS: &[&str] = &["list", "show", "learn", "play", "check"];

/// The endings of the files that `save` writes.
const ENDINGS: &[(&str, &str)] = &[
    ("lab", "the lines typed"),
    ("md", "a draft of a lesson"),
    ("pcapng", "the packets"),
    ("json", "the events"),
    ("html", "the session as a page"),
    ("svg", "a drawing"),
    ("py", "a program in Python"),
    ("c", "a program in C"),
    ("rs", "a program in Rust"),
];

/// The views that `save x.svg` draws.
const SAVED_VIEWS: &[&str] = &[
    "ladder",
    "plot",
    "stream",
    "states",
    "follow",
    "conversations",
    "packets",
    "messages",
    "sockets",
];

impl Candidates<'_> {
    /// The fields of display filters: as long as nothing is typed only the protocols, of which there are few.
    fn fields(&mut self, typed: &str) {
        if !typed.is_empty() {
            self.add_all(FILTER_FUNCTIONS, "function");
        }
        let known = self.known;
        for field in &known.fields {
            if !typed.is_empty() || !field.contains('.') {
                self.add(field, "field");
            }
        }
    }

    /// The fields that `packet` and `info` show alone.
    pub(super) fn shown_fields(&mut self, verb: Verb, typed: &str) {
        if verb == Verb::Info {
            for field in tcp_info::FIELDS {
                // The table writes the names of linux/tcp.h.
                if typed.starts_with("tcpi_") {
                    self.add(format!("tcpi_{}", field.name), field.meaning);
                } else {
                    self.add(field.name, field.meaning);
                }
            }
            return;
        }
        let known = self.known;
        for field in &known.fields {
            self.add(field, "field");
        }
    }

    /// In a display filter, of which `said` was typed before.
    pub(super) fn filter(&mut self, verb: Verb, said: &str, typed: &str) {
        if awaits_value(said) && !begins_field(typed) {
            return;
        }
        let first = said.is_empty();
        self.fields(typed);
        if !first {
            self.add_all(FILTER_WORDS, "");
        } else if verb == Verb::Inspect {
            self.add_all(INSPECT_WORDS, "");
        } else if verb == Verb::Save {
            self.add_all(SAVED_VIEWS, "view, for .svg");
        }
    }

    /// After `lesson`: what to do, then which one.
    fn lesson(&mut self, said: &str, typed: &str) {
        let known = self.known;
        if said.is_empty() {
            self.add_all(LESSON_WORDS, "");
        }
        if said.is_empty() && typed.is_empty() || said == "list" {
            return;
        }
        for (number, name) in &known.lessons {
            if typed.starts_with(|first: char| first.is_ascii_digit()) {
                self.add(number, name);
            } else {
                self.add(name, number);
            }
        }
    }

    /// In the rest of a line: after `expect`, `run`.
    pub(super) fn rest(&mut self, verb: Verb, said: &str, typed: &str, paths: &impl PathLister) {
        let known = self.known;
        match verb {
            Verb::Run => self.paths(typed, paths),
            Verb::Wire => self.wire(said, typed),
            Verb::Step | Verb::Go => self.stepping(verb, said),
            Verb::Lesson => self.lesson(said, typed),
            _ => {}
        }
        if verb != Verb::Expect {
            return;
        }
        let mut words = said.split_whitespace();
        match (words.next(), words.count()) {
            (None, _) => {
                self.add_all(FORMS, "");
                self.variables();
            }
            (Some("errno"), 0) => {
                for errno in errnos() {
                    self.add(errno.name, errno.message);
                }
            }
            (Some("state"), 0) => self.sockets(),
            (Some("state"), _) => self.add_all(STATES, ""),
            (Some("stopped"), 0) => self.add_all(&known.programs, "program"),
            (Some("stopped"), 1) => {
                for call in calls() {
                    self.add(call, "call");
                }
            }
            (Some("blocked"), 0) => self.add_all(&known.processes, "process"),
            (Some("packet" | "packets" | "no"), _) if awaits_value(said) => {}
            (Some("packet" | "packets" | "no"), _) => {
                self.fields(typed);
                self.add_all(FILTER_WORDS, "");
            }
            _ => self.values(typed),
        }
    }

    /// After `step` and `go`: a program, then how far.
    fn stepping(&mut self, verb: Verb, said: &str) {
        let known = self.known;
        let mut words = said.split_whitespace();
        let last = words.next_back();
        match last {
            None => {
                self.add_all(&known.programs, "program");
                if verb == Verb::Step {
                    self.add("until", "up to a call or an error");
                }
            }
            _ if verb == Verb::Go => {}
            Some("until") => {
                for call in calls() {
                    self.add(call, "call");
                }
                for errno in errnos() {
                    self.add(errno.name, errno.message);
                }
            }
            Some(_) if words.next().is_none() => self.add("until", "up to a call or an error"),
            Some(_) => {}
        }
    }

    /// Settings of a host: by the last word, or by the whole name once it begins so.
    pub(super) fn settings(&mut self, typed: &str) {
        for (name, meaning) in SYSCTLS {
            let short = name.rsplit('.').next().unwrap_or(name);
            if typed.starts_with("net.") || name.contains("conf.") {
                self.add(format!("net.{name}"), *meaning);
            } else {
                self.add(short, *meaning);
            }
        }
    }

    /// In a rule of the wire.
    fn wire(&mut self, said: &str, typed: &str) {
        let known = self.known;
        match next(said) {
            Next::Kind => {
                for (kind, meaning) in KINDS {
                    self.add(*kind, *meaning);
                }
            }
            Next::Clause(words) => {
                for (clause, meaning) in CLAUSES {
                    if words.contains(clause) {
                        self.add(*clause, *meaning);
                    }
                }
            }
            Next::Host => self.add_all(&known.hosts, "host"),
            Next::Filter(_) if awaits_value(said) && !begins_field(typed) => {}
            Next::Filter(begins) => {
                self.fields(typed);
                if !begins {
                    self.add_all(FILTER_WORDS, "");
                    self.add_all(&["from", "to"], "direction");
                }
            }
            Next::Nothing => {}
        }
    }

    /// The endings that say as what `save` writes.
    pub(super) fn endings(&mut self, typed: &str) {
        let Some((stem, _)) = typed.rsplit_once('.') else {
            return;
        };
        if !stem.is_empty() && !stem.ends_with(['/', '.']) {
            for (ending, meaning) in ENDINGS {
                self.add(format!("{stem}.{ending}"), *meaning);
            }
        }
    }

    /// Files and folders that begin with what is typed.
    pub(super) fn paths(&mut self, typed: &str, paths: &impl PathLister) {
        let folder = &typed[..typed.rfind('/').map_or(0, |slash| slash + 1)];
        for (name, is_folder) in paths.list(folder) {
            // A name that would be read as something else is not offered; hidden ones only when asked for.
            let plain = name.chars().all(|next| {
                next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '+' | '~' | '@')
            });
            let hidden = name.starts_with('.') && !typed[folder.len()..].starts_with('.');
            if plain && !hidden {
                let end = if is_folder { "/" } else { "" };
                self.add(
                    format!("{folder}{name}{end}"),
                    if is_folder { "folder" } else { "" },
                );
            }
        }
    }
}

/// True when a word that stands where a value may stand is the beginning of a field.
fn begins_field(typed: &str) -> bool {
    typed.contains('.') && typed.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// True behind an operator of a display filter that has a value on its right.
fn awaits_value(said: &str) -> bool {
    [
        "==", "!=", "~=", ">", "<", ">=", "<=", "contains", "matches", " eq", " ne", " gt", " lt",
        " ge", " le", "_eq", "_ne",
    ]
    .iter()
    .any(|operator| said.ends_with(operator))
}
