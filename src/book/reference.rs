//! The reference of every command: a page for each group of verbs, from the catalog. What an example printed is given by who ran it.

use super::markdown::{anchor, block, cell, code, console, prose, sentence};
use super::sheet::Sheet;
use crate::catalog::manual::Page;
use crate::catalog::parameter::{Need, Parameter};
use crate::catalog::verb::{VERBS, Verb, VerbEntry, VerbGroup};
use crate::command::signature;
use std::fmt::Write;

/// Each group with its title, its page and what it is.
const GROUPS: [(VerbGroup, &str, &str, &str); 5] = [
    (
        VerbGroup::Primitive,
        "Socket calls",
        "socket-calls",
        "The calls of a program: each is a system call, or a function of Python's `socket` and `select` modules made of them.",
    ),
    (
        VerbGroup::Looking,
        "Looking",
        "looking",
        "What shows: sockets, packets, states, streams. None of these changes what it looks at.",
    ),
    (
        VerbGroup::Lab,
        "The lab",
        "lab",
        "Hosts, the wire between them, processes and programs.",
    ),
    (
        VerbGroup::Script,
        "Scripts",
        "scripts",
        "What drives a script, and what ends one.",
    ),
    (
        VerbGroup::Lesson,
        "Lessons",
        "lessons",
        "What drives a lesson.",
    ),
];

/// The pages of the reference for the contents: title, path below `book/src`, depth.
pub fn contents() -> Vec<(&'static str, String, usize)> {
    let mut pages = vec![("Commands", "reference/commands.md".to_owned(), 0)];
    for (_, title, name, _) in GROUPS {
        pages.push((title, format!("reference/{name}.md"), 1));
    }
    for (title, name) in [
        ("Errors", "errors"),
        ("Socket options", "options"),
        ("TCP_INFO", "tcp-info"),
        ("Settings of a host", "sysctls"),
        ("Constants", "constants"),
        ("Display filters", "filters"),
        ("Glossary", "glossary"),
        ("Solutions", "solutions"),
        ("Index", "subjects"),
    ] {
        pages.push((title, format!("reference/{name}.md"), 0));
    }
    pages
}

/// The pages of all verbs. `printed` gives what the example of a verb printed.
pub fn sheets(printed: &dyn Fn(&VerbEntry) -> Option<Vec<String>>) -> Vec<Sheet> {
    let mut sheets = vec![Sheet::new("reference/commands.md", index())];
    for (group, title, name, about) in GROUPS {
        let mut text = format!("# {title}\n\n{about}\n");
        for entry in of(group) {
            text.push('\n');
            text.push_str(&verb(entry, printed(entry).as_deref()));
        }
        sheets.push(Sheet::new(format!("reference/{name}.md"), text));
    }
    sheets
}

/// A command's name, and its place below `book/src`: `reference/socket-calls.md#bind`.
pub(super) fn page_of(verb: Verb) -> (&'static str, String) {
    let entry = VERBS.iter().find(|entry| entry.verb == verb);
    let name = entry.map_or("", |entry| entry.name);
    let group = entry.and_then(|entry| GROUPS.iter().find(|(group, ..)| *group == entry.group));
    let page = group.map_or("commands", |(_, _, page, _)| page);
    (name, format!("reference/{page}.md#{}", anchor(name)))
}

fn of(group: VerbGroup) -> impl Iterator<Item = &'static VerbEntry> {
    VERBS.iter().filter(move |entry| entry.group == group)
}

fn index() -> String {
    let mut text = String::from(
        "# Commands\n\nEvery command with what it does. `help` at the prompt shows the same, and `help connect` one page of it. Each can be \
         written as a command, `bind s 127.0.0.1:5000`, or as a call of Python, `s.bind((\"127.0.0.1\", 5000))`.\n",
    );
    for (group, title, name, _) in GROUPS {
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n## {title}\n\n| command | what it does |\n|---|---|\n"
        );
        for entry in of(group) {
            let _ = writeln!(
                text,
                "| [`{}`]({name}.md#{}) | {} |",
                entry.name,
                anchor(entry.name),
                cell(entry.page.summary)
            );
        }
    }
    text
}

/// A verb: both spellings, what it takes, the text of its manual page, its errors, and its example.
fn verb(entry: &VerbEntry, printed: Option<&[String]>) -> String {
    let page = entry.page;
    let mut text = format!("## {}\n\n{}\n\n", entry.name, sentence(page.summary));
    text.push_str("| | |\n|---|---|\n");
    let call = if page.python.is_empty() {
        signature::call_form(entry)
    } else {
        page.python.to_owned()
    };
    let command = signature::signature(entry);
    for (label, form) in [
        ("command", command.as_str()),
        ("call", call.as_str()),
        ("C", page.prototype),
    ] {
        for line in form.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(text, "| {label} | {} |", code(line.trim()));
        }
    }
    if !entry.aliases.is_empty() {
        let _ = writeln!(text, "| also | {} |", code(&entry.aliases.join(", ")));
    }
    if !entry.parameters.is_empty() {
        text.push_str("\n| it takes | what | left out |\n|---|---|---|\n");
        for parameter in entry.parameters {
            text.push_str(&parameter_row(parameter));
        }
    }
    for paragraph in page.details.split("\n\n") {
        let _ = write!(text, "\n{}\n", prose(paragraph.trim()));
    }
    text.push_str(&rest(page, printed));
    text
}

fn rest(page: &Page, printed: Option<&[String]>) -> String {
    let mut text = String::new();
    if !page.blocks.is_empty() {
        let _ = write!(text, "\n**It blocks:** {}\n", prose(page.blocks));
    }
    if !page.errors.is_empty() {
        text.push_str("\n**Errors:**\n\n");
        for (errno, when) in page.errors {
            let _ = writeln!(
                text,
                "- [`{errno}`](errors.md#{}): {}",
                anchor(errno),
                prose(when)
            );
        }
    }
    let example = printed.map_or_else(|| block("text", page.example), console);
    let _ = write!(text, "\n**Example:**\n\n{example}");
    if !page.man.is_empty() {
        let _ = write!(text, "\nRead on: {}\n", prose(page.man));
    }
    text
}

fn parameter_row(parameter: &Parameter) -> String {
    let left_out = match parameter.need {
        Need::Required => String::new(),
        Need::Optional(default) => code(default),
        Need::Variadic => "any number of them".to_owned(),
        Need::Keyword(default) => {
            format!("{}; only by name", code(default))
        }
    };
    format!(
        "| {} | {} | {left_out} |\n",
        code(parameter.name),
        cell(&signature::kind_words(parameter.kind))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_verb_has_its_place_once_with_both_spellings() {
        let sheets = sheets(&|_| None);
        for entry in VERBS {
            let heading = format!("\n## {}\n", entry.name);
            let count: usize = sheets
                .iter()
                .map(|sheet| sheet.text.matches(&heading).count())
                .sum();
            assert_eq!(count, 1, "{}", entry.name);
            assert!(sheets[0].text.contains(&format!("[`{}`]", entry.name)));
        }
        let calls = &sheets[1].text;
        assert!(calls.contains("| command | `connect socket address` |"));
        assert!(calls.contains("| call | `"));
    }

    #[test]
    fn the_contents_name_every_page_once() {
        let paths: Vec<String> = contents().into_iter().map(|(_, path, _)| path).collect();
        let once: BTreeSet<&String> = paths.iter().collect();
        assert_eq!(once.len(), paths.len());
        for sheet in sheets(&|_| None) {
            assert!(paths.contains(&sheet.path), "{}", sheet.path);
        }
    }
}
