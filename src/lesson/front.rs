//! The front matter of a lesson: what it is called, where it stands, what it needs. Not its steps.

use super::toml_block;
use crate::command::ast::Expr;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::parse::parse_expression;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;

/// What stands between the lines `+++`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// False for a document that has no front matter.
    pub written: bool,
    /// The title.
    pub title: String,
    /// The part of the curriculum.
    pub part: Option<u32>,
    /// One line for the list.
    pub about: String,
    /// What its reader knows already, Markdown: earlier lessons, a language.
    pub assumes: String,
    /// How long it takes a student, in minutes.
    pub minutes: Option<u32>,
    /// Machines on the wire, each with a process of the same name.
    pub hosts: Vec<String>,
    /// Processes on the first host, beside its own.
    pub processes: Vec<String>,
    /// What the machine must allow.
    pub needs: Needs,
    /// Programs it runs, each with the Python module it needs, if any.
    pub programs: Vec<(String, Option<String>)>,
    /// Settings of every host's kernel.
    pub sysctls: BTreeMap<String, String>,
    /// How long an expectation may take to come true.
    pub deadline: Duration,
}

impl Front {
    /// How long the lesson takes, in words: `about 10 minutes`.
    pub fn time(&self) -> Option<String> {
        self.minutes.map(|minutes| match minutes {
            1 => "about 1 minute".to_owned(),
            minutes => format!("about {minutes} minutes"),
        })
    }
}

/// What a lesson asks of the machine it runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// A private network.
    #[default]
    Private,
    /// Any network whose packets can be seen.
    Packets,
    /// System calls, nothing else.
    Calls,
}

/// How long an expectation may take when the lesson does not say.
pub const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    title: String,
    part: Option<u32>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    assumes: String,
    minutes: Option<u32>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    processes: Vec<Spanned<String>>,
    #[serde(default)]
    needs: Needs,
    #[serde(default)]
    programs: Vec<Spanned<String>>,
    #[serde(default)]
    sysctls: BTreeMap<Spanned<String>, Spanned<Setting>>,
    deadline: Option<Spanned<String>>,
}

/// A number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Setting {
    Number(i64),
    Text(String),
}

impl Front {
    /// The front matter of a document that has none.
    pub fn titled(title: &str) -> Self {
        Self {
            written: false,
            title: title.to_owned(),
            part: None,
            about: String::new(),
            assumes: String::new(),
            minutes: None,
            hosts: Vec::new(),
            processes: Vec::new(),
            needs: Needs::default(),
            programs: Vec::new(),
            sysctls: BTreeMap::new(),
            deadline: DEADLINE,
        }
    }

    /// Reads the TOML that stands in this range of the document.
    pub fn read(text: &str, range: &Range<usize>) -> Result<Self, Diagnostic> {
        let table: Table = toml_block::read(text, range)?;
        let at = |string: &Spanned<String>| {
            let span = string.span();
            span.start + range.start..span.end + range.start
        };
        if let (Some(_), Some(process)) = (table.hosts.first(), table.processes.first()) {
            return Err(Diagnostic::new(
                at(process),
                "a lesson has hosts or processes, not both",
            )
            .helping("every host has a process of its own name; a `lab setup` block can make more: process NAME"));
        }
        for name in table.hosts.iter().chain(&table.processes) {
            let text = name.get_ref();
            let fit = text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.chars().all(|c| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')
                });
            if !fit {
                return Err(Diagnostic::new(
                    at(name),
                    format!("{} is not a name of a host or a process", quoted(text)),
                )
                .expecting("small letters, digits, _ and -, beginning with a letter"));
            }
        }
        let deadline = match &table.deadline {
            None => DEADLINE,
            Some(written) => match parse_expression(written.get_ref()) {
                Ok(Expr::Duration(nanoseconds)) => Duration::from_nanos(nanoseconds),
                _ => {
                    return Err(Diagnostic::new(
                        at(written),
                        format!("{} is not a time", quoted(written.get_ref())),
                    )
                    .expecting("a number with a unit: \"20s\""));
                }
            },
        };
        let mut programs = Vec::new();
        for written in &table.programs {
            programs.push(program(written.get_ref()).map_err(|error| Diagnostic {
                span: at(written),
                ..error
            })?);
        }
        let sysctls = settings(table.sysctls, range)?;
        Ok(Self {
            written: true,
            title: table.title,
            part: table.part,
            about: table.about,
            assumes: table.assumes,
            minutes: table.minutes,
            hosts: names(table.hosts),
            processes: names(table.processes),
            needs: table.needs,
            programs,
            sysctls,
            deadline,
        })
    }
}

/// `python3:websockets`: a program to be found by its bare name, and perhaps a module of Python's.
fn program(text: &str) -> Result<(String, Option<String>), Diagnostic> {
    let (program, module) = match text.split_once(':') {
        Some((program, module)) => (program, Some(module)),
        None => (text, None),
    };
    let is_bare = program.starts_with(|c: char| c.is_ascii_alphanumeric())
        && program
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-'));
    if !is_bare {
        return Err(Diagnostic::new(
            0..0,
            format!("{} is not the bare name of a program", quoted(program)),
        )
        .expecting("a name without folders: \"python3\", \"python3:websockets\""));
    }
    let Some(module) = module else {
        return Ok((program.to_owned(), None));
    };
    let version = program.strip_prefix("python").unwrap_or("?");
    if !version.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(Diagnostic::new(
            0..0,
            format!("{} has no modules to look for", quoted(program)),
        )
        .expecting("python3, before the colon"));
    }
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !module.split('.').all(is_identifier) {
        return Err(Diagnostic::new(
            0..0,
            format!("{} is not the name of a module", quoted(module)),
        )
        .expecting("identifiers with points between them: \"python3:xml.sax\""));
    }
    Ok((program.to_owned(), Some(module.to_owned())))
}

/// Names and values become words of `sysctl` lines, so they hold nothing that has a meaning there.
fn settings(
    written: BTreeMap<Spanned<String>, Spanned<Setting>>,
    range: &Range<usize>,
) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut settings = BTreeMap::new();
    for (name, value) in written {
        let text = match value.get_ref() {
            Setting::Number(number) => number.to_string(),
            Setting::Text(text) => text.clone(),
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let (span, complaint, expected) = if !name.get_ref().chars().all(|c| is_word(c) || c == '/')
        {
            let complaint = format!("{} is not the name of a setting", quoted(name.get_ref()));
            (name.span(), complaint, "a name as in \"net.ipv4.tcp_sack\"")
        } else if text.is_empty() || !text.chars().all(|c| is_word(c) || matches!(c, ' ' | '\t')) {
            let complaint = format!("{} is not the value of a setting", quoted(&text));
            (value.span(), complaint, "numbers or words")
        } else {
            settings.insert(name.into_inner(), text);
            continue;
        };
        let place = span.start + range.start..span.end + range.start;
        return Err(Diagnostic::new(place, complaint).expecting(expected));
    }
    Ok(settings)
}

fn names(written: Vec<Spanned<String>>) -> Vec<String> {
    written.into_iter().map(Spanned::into_inner).collect()
}

/// Where the TOML of the front matter stands, and where the document goes on behind it. `None` when there is none; an error when it
/// is not closed.
pub fn find(text: &str) -> Result<Option<(Range<usize>, usize)>, Diagnostic> {
    const FENCE: &str = "+++";
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if first.trim_end() != FENCE {
        return Ok(None);
    }
    let mut at = first.len();
    for line in text[at..].split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Ok(Some((first.len()..at, at + line.len())));
        }
        at += line.len();
    }
    Err(
        Diagnostic::new(0..FENCE.len(), "the front matter is not closed")
            .expecting("a second line +++ below the keys"),
    )
}
