//! A `task` block: something to bring about, how it is known, hints, and a solution. Not how it is judged.

use super::lab::{Demand, LabLine, read_lines};
use super::toml_block;
use crate::command::diagnostic::Diagnostic;
use crate::command::expectation::parse_claim;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What is to be brought about, Markdown.
    pub goal: String,
    /// What must hold then.
    pub check: Vec<Demand>,
    /// From a nudge to nearly the answer, Markdown.
    pub hints: Vec<String>,
    /// Lines that bring it about.
    pub solution: Vec<LabLine>,
    /// Told after success, Markdown.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    goal: String,
    check: Vec<Spanned<String>>,
    #[serde(default)]
    hints: Vec<String>,
    solution: Spanned<String>,
    #[serde(default)]
    because: String,
}

impl Task {
    /// Reads the TOML of a block. What is wrong with it, all of it.
    pub fn read(text: &str, range: &Range<usize>) -> Result<Self, Vec<Diagnostic>> {
        let table: Table = toml_block::read(text, range).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut check = Vec::new();
        for written in &table.check {
            let inner = toml_block::inner(text, range, written);
            match parse_claim(written.get_ref()) {
                Ok(claim) => check.push(Demand {
                    line: text[..inner.start()].matches('\n').count() + 1,
                    text: written.get_ref().trim().to_owned(),
                    claim,
                }),
                Err(error) => errors.push(inner.place(error)),
            }
        }
        if table.check.is_empty() {
            errors.push(
                Diagnostic::new(range.clone(), "the task has nothing to be known by")
                    .expecting("check = [\"…\"] with at least one expectation"),
            );
        }
        let inner = toml_block::inner(text, range, &table.solution);
        let first = text[..inner.start()].matches('\n').count() + 1;
        let lines = read_lines(table.solution.get_ref(), first);
        errors.extend(lines.errors.into_iter().map(|error| inner.place(error)));
        let expecting = lines.lines.iter().find(|line| line.expects());
        if let Some(line) = expecting {
            errors.push(inner.place(Diagnostic::new(
                0..0,
                format!(
                    "the solution expects something at line {}; that belongs into check",
                    line.line
                ),
            )));
        }
        if lines.lines.is_empty() && errors.is_empty() {
            errors.push(Diagnostic::new(range.clone(), "the task has no solution"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            goal: table.goal,
            check,
            hints: table.hints,
            solution: lines.lines,
            because: table.because,
        })
    }
}
