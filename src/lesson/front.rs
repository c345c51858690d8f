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
    /// The title.
    pub title: String,
    /// The part of the curriculum.
    pub part: Option<u32>,
    /// One line for the list.
    pub about: String,
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
    minutes: Option<u32>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    processes: Vec<Spanned<String>>,
    #[serde(default)]
    needs: Needs,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    sysctls: BTreeMap<String, Setting>,
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
            title: title.to_owned(),
            part: None,
            about: String::new(),
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
                    format!("{} is no name of a host or a process", quoted(text)),
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
                        format!("{} is no time", quoted(written.get_ref())),
                    )
                    .expecting("a number with a unit: \"20s\""));
                }
            },
        };
        let programs = table.programs.iter().map(|program| {
            program.split_once(':').map_or_else(
                || (program.clone(), None),
                |(program, module)| (program.to_owned(), Some(module.to_owned())),
            )
        });
        Ok(Self {
            title: table.title,
            part: table.part,
            about: table.about,
            minutes: table.minutes,
            hosts: names(table.hosts),
            processes: names(table.processes),
            needs: table.needs,
            programs: programs.collect(),
            sysctls: table
                .sysctls
                .into_iter()
                .map(|(name, value)| {
                    let value = match value {
                        Setting::Number(number) => number.to_string(),
                        Setting::Text(text) => text,
                    };
                    (name, value)
                })
                .collect(),
            deadline,
        })
    }
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
