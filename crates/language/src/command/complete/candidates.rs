//! The candidates for each place, gathered from the catalog and from what exists.

use super::{Candidate, Known};
use crate::catalog::constant::{Constant, constants};
use crate::catalog::errno::errnos;
use crate::catalog::option::options;
use crate::catalog::parameter::{Group, Kind, Need};
use crate::catalog::verb::{Spelling, VERBS, Verb};
use crate::command::diagnostic::is_safe;
use crate::command::function::{FUNCTIONS, LAYERS, MODULES, Style};
use crate::command::scan::is_method;
use socklab_packets::build::table;

/// The attributes of a socket.
const ATTRIBUTES: &[&str] = &["family", "type", "proto", "timeout"];

/// A growing list of candidates.
pub(super) struct Candidates<'a> {
    pub(super) known: &'a Known,
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

    pub(super) fn add(&mut self, text: impl Into<String>, note: impl Into<String>) {
        self.found.push(Candidate {
            text: text.into(),
            note: note.into(),
        });
    }

    pub(super) fn add_all<T: AsRef<str>>(&mut self, texts: &[T], note: &str) {
        for text in texts {
            self.add(text.as_ref(), note);
        }
    }

    pub(super) fn variables(&mut self) {
        let known = self.known;
        self.add_all(&known.sockets, "socket");
        self.add_all(&known.variables, "variable");
    }

    pub(super) fn sockets(&mut self) {
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
            self.add(entry.name, entry.page.summary);
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
                self.add(format!("{}(", entry.name), entry.page.summary);
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
            self.add(format!("{}(", entry.name), entry.page.summary);
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
                self.add(format!("{name}("), entry.page.summary);
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
            Kind::Word | Kind::Path | Kind::Filter | Kind::Rest | Kind::Fields => {}
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
