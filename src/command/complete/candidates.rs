//! The candidates for each place, gathered from the catalog and from what exists.

use super::{Candidate, Known, PathLister};
use crate::catalog::constant::{Constant, constants};
use crate::catalog::errno::errnos;
use crate::catalog::manual::page;
use crate::catalog::option::options;
use crate::catalog::parameter::{Group, Kind, Need};
use crate::catalog::sysctl::SYSCTLS;
use crate::catalog::verb::{Spelling, VERBS, Verb};
use crate::command::diagnostic::is_safe;
use crate::command::expectation::{FORMS, STATES};
use crate::command::function::{FUNCTIONS, LAYERS, MODULES, Style};
use crate::command::scan::is_method;
use crate::command::wire::suggest::{CLAUSES, KINDS, Next, next};
use crate::packet::build::table;

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

/// The attributes of a socket.
const ATTRIBUTES: &[&str] = &["family", "type", "proto", "timeout"];

/// A growing list of candidates.
pub(super) struct Candidates<'a> {
    known: &'a Known,
    found: Vec<Candidate>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(known: &'a Known) -> Self {
        Self {
            known,
            found: Vec::new(),
        }
    }

    /// Those that begin with what is typed; if none does in its very case, those that do in another. Sorted, each once.
    pub(super) fn matching(mut self, typed: &str) -> Vec<Candidate> {
        let exact = self
            .found
            .iter()
            .any(|candidate| candidate.text.starts_with(typed));
        let lower = typed.to_lowercase();
        self.found.retain(|candidate| {
            let begins = candidate.text.starts_with(typed)
                || (!exact && candidate.text.to_lowercase().starts_with(&lower));
            begins && candidate.text.chars().all(is_safe)
        });
        self.found.sort();
        self.found
            .dedup_by(|later, earlier| later.text == earlier.text);
        self.found
    }

    fn add(&mut self, text: impl Into<String>, note: impl Into<String>) {
        self.found.push(Candidate {
            text: text.into(),
            note: note.into(),
        });
    }

    fn add_all<T: AsRef<str>>(&mut self, texts: &[T], note: &str) {
        for text in texts {
            self.add(text.as_ref(), note);
        }
    }

    fn variables(&mut self) {
        let known = self.known;
        self.add_all(&known.sockets, "socket");
        self.add_all(&known.variables, "variable");
    }

    fn sockets(&mut self) {
        let known = self.known;
        if known.sockets.is_empty() {
            self.variables();
        } else {
            self.add_all(&known.sockets, "socket");
        }
    }

    fn constants(&mut self, fits: impl Fn(&Constant) -> bool) {
        for constant in constants().filter(|constant| fits(constant)) {
            self.add(constant.name, constant.meaning);
        }
    }

    fn verbs(&mut self, fits: impl Fn(Verb) -> bool) {
        for entry in VERBS.iter().filter(|entry| fits(entry.verb)) {
            self.add(entry.name, page(entry.verb).summary);
        }
    }

    /// Where a command begins.
    pub(super) fn start(&mut self) {
        self.verbs(|verb| !matches!(verb.entry().name, "import"));
        self.add("repeat", "a block again and again");
        self.variables();
        let known = self.known;
        for process in &known.processes {
            self.add(format!("{process}>"), "process");
        }
        for module in MODULES {
            if has_functions(module) {
                self.add(format!("{module}."), "module");
            }
        }
    }

    /// In an expression: a word in capitals is a constant's.
    pub(super) fn values(&mut self, typed: &str) {
        self.variables();
        for entry in FUNCTIONS
            .iter()
            .filter(|entry| entry.style == Style::Function)
        {
            self.add(format!("{}(", entry.name), entry.meaning);
        }
        self.add_all(&["True", "False", "None"], "");
        if typed.len() > 1 {
            self.constants(|_| true);
        }
    }

    /// In the brackets of a packet layer: its words and fields, or behind `=` a value.
    pub(super) fn of_layer(&mut self, layer: &str, typed: &str, begins: bool) {
        if begins {
            for field in table::layer_fields(layer) {
                self.add(format!("{}=", field.name), field.meaning);
            }
            for word in table::layer_words(layer) {
                self.add(word.name, word.meaning);
            }
        } else if typed.len() > 1 {
            self.variables();
            self.constants(|_| true);
        } else {
            self.variables();
            self.constants(|constant| constant.groups.contains(&Group::Netlink));
        }
    }

    /// Behind `s.`, where `s` is known to be a socket.
    fn methods_of_a_socket(&mut self) {
        for entry in VERBS.iter().filter(|entry| is_method(entry.verb)) {
            let first = entry.parameters.first().map(|parameter| parameter.kind);
            if matches!(first, Some(Kind::Socket)) || entry.verb == Verb::Close {
                self.add(format!("{}(", entry.name), page(entry.verb).summary);
            }
        }
        self.add_all(ATTRIBUTES, "attribute");
    }

    /// Behind a name and a dot.
    pub(super) fn methods(&mut self, of: &str) {
        if self.known.sockets.iter().any(|socket| socket == of) {
            return self.methods_of_a_socket();
        }
        for entry in VERBS.iter().filter(|entry| is_method(entry.verb)) {
            self.add(format!("{}(", entry.name), page(entry.verb).summary);
        }
        for entry in FUNCTIONS
            .iter()
            .filter(|entry| entry.style == Style::Method)
        {
            self.add(format!("{}(", entry.name), entry.meaning);
        }
        self.add_all(ATTRIBUTES, "attribute");
    }

    /// Behind `socket.`: its functions, and the constants that fit the parameter.
    pub(super) fn of_module(&mut self, module: &str, kind: Option<Kind>) {
        for entry in VERBS {
            if matches!(entry.spelling, Spelling::Module(of) if of == module) {
                let name = if entry.verb == Verb::Poller {
                    "poll"
                } else {
                    entry.name
                };
                self.add(format!("{name}("), page(entry.verb).summary);
            }
        }
        for entry in FUNCTIONS {
            if matches!(entry.style, Style::Of(of) if of == module) {
                self.add(format!("{}(", entry.name), entry.meaning);
            }
        }
        if module == "socket" {
            self.methods_of_a_variable_named_socket();
        }
        let fits = |constant: &Constant| match kind {
            Some(Kind::Constant(group)) => constant.groups.contains(&group),
            _ => true,
        };
        self.constants(|constant| home(constant) == module && fits(constant));
    }

    /// A variable may well be called `socket`.
    fn methods_of_a_variable_named_socket(&mut self) {
        if self.known.variables.iter().any(|name| name == "socket") {
            self.methods("socket");
        }
    }

    /// What an argument of this kind can be.
    pub(super) fn of_kind(&mut self, kind: Kind, typed: &str, level: Option<&str>) {
        let known = self.known;
        match kind {
            Kind::Socket | Kind::Conversation => self.sockets(),
            Kind::Sockets
            | Kind::Waitable
            | Kind::File
            | Kind::Int
            | Kind::Data
            | Kind::Buffers
            | Kind::Ancillary => {
                self.variables();
                if kind == Kind::Data {
                    for layer in LAYERS {
                        self.add(format!("{layer}("), table::layer_summary(layer));
                    }
                }
            }
            Kind::Address => {
                self.variables();
                self.add("localhost:", "the loopback address");
                for host in &known.hosts {
                    self.add(format!("{host}:"), "host");
                }
            }
            Kind::Bool => self.add_all(&["True", "False"], ""),
            Kind::Seconds => self.add_all(&["None"], "for ever"),
            Kind::Constant(Group::OptionName) if level.is_some() => {
                let level = level.unwrap_or_default();
                for option in options().filter(|option| option.level == level) {
                    self.add(option.name, option.meaning);
                }
                if self.found.is_empty() {
                    self.constants(|constant| constant.groups.contains(&Group::OptionName));
                }
            }
            Kind::Constant(group) => self.constants(|constant| constant.groups.contains(&group)),
            Kind::Choice(choices) => self.add_all(choices, ""),
            Kind::Process => self.add_all(&known.processes, "process"),
            Kind::Host => self.add_all(&known.hosts, "host"),
            Kind::Job => self.add_all(&known.jobs, "job"),
            Kind::Topic => {
                self.add_all(&known.topics, "");
                for layer in LAYERS {
                    self.add(*layer, table::layer_summary(layer));
                }
                self.verbs(|_| true);
                self.constants(|_| typed.len() > 1);
            }
            Kind::OptionValue | Kind::Any | Kind::Text => self.values(typed),
            Kind::Word | Kind::Path | Kind::Filter | Kind::Rest => {}
        }
    }

    /// The names of the parameters that are given by name only.
    pub(super) fn argument_names(&mut self, verb: Verb) {
        for parameter in verb.entry().parameters {
            if let Need::Keyword(default) = parameter.need {
                self.add(format!("{}=", parameter.name), format!("else {default}"));
            }
        }
    }

    /// The same as a shell's commands have them: `--name`.
    pub(super) fn options(&mut self, verb: Verb) {
        for parameter in verb.entry().parameters {
            if let Need::Keyword(default) = parameter.need {
                let name = parameter.name.replace('_', "-");
                self.add(format!("--{name}"), format!("else {default}"));
            }
        }
    }

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
            (Some("blocked"), 0) => self.add_all(&known.processes, "process"),
            (Some("packet" | "packets" | "no"), _) if awaits_value(said) => {}
            (Some("packet" | "packets" | "no"), _) => {
                self.fields(typed);
                self.add_all(FILTER_WORDS, "");
            }
            _ => self.values(typed),
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

fn has_functions(module: &str) -> bool {
    VERBS
        .iter()
        .any(|entry| matches!(entry.spelling, Spelling::Module(of) if of == module))
        || FUNCTIONS
            .iter()
            .any(|entry| matches!(entry.style, Style::Of(of) if of == module))
}

/// The module of Python in which a constant lives.
fn home(constant: &Constant) -> &'static str {
    let of = |group: Group| constant.groups.contains(&group);
    if of(Group::PollEvent) || of(Group::EpollEvent) || constant.name.starts_with("EPOLL") {
        "select"
    } else if of(Group::Ioctl) {
        "termios"
    } else if errnos().any(|errno| errno.name == constant.name) {
        "errno"
    } else {
        "socket"
    }
}
