//! `help`: the index of the verbs, and a page for each. The texts stand in the catalog.

use super::styled::{Line, Look, Style, Styled};
use crate::catalog::filter;
use crate::catalog::parameter::{Need, Parameter};
use crate::catalog::verb::{VERBS, VerbEntry, VerbGroup};
use crate::command::signature;

const GROUPS: [(VerbGroup, &str); 5] = [
    (VerbGroup::Primitive, "Socket calls"),
    (VerbGroup::Looking, "Looking"),
    (VerbGroup::Lab, "The lab"),
    (VerbGroup::Script, "Scripts"),
    (VerbGroup::Lesson, "Lessons"),
];

/// The index: every verb with its summary, by group.
pub fn index(look: &Look) -> Styled {
    let mut text = Styled::new();
    let names = VERBS.iter().map(|entry| look.measure(entry.name));
    let column = names.max().unwrap_or(0) + 4;
    for (group, title) in GROUPS {
        text.gap();
        text.push(Line::new().with(Style::Heading, title));
        for entry in VERBS.iter().filter(|entry| entry.group == group) {
            let mut line = Line::wrapping(if look.width < 60 { 6 } else { column });
            line.push(Style::Plain, "  ");
            line.push(Style::Call, entry.name);
            if look.width < 60 {
                line.push(Style::Plain, "  ");
            } else {
                line.pad(column, look);
            }
            line.push(Style::Plain, entry.page.summary);
            text.push(line);
        }
    }
    text.gap();
    text.push(
        Line::wrapping(0)
            .with(Style::Call, "help connect")
            .with(Style::Plain, " shows a page, ")
            .with(Style::Call, "explain ECONNREFUSED")
            .with(
                Style::Plain,
                " an errno, a state, a flag, an option or a field.",
            ),
    );
    text
}

/// The page of a verb: how it is written in both forms, what it takes, when it blocks, its errors, an example.
pub fn page(entry: &VerbEntry) -> Styled {
    let page = entry.page;
    let mut text = Styled::new();
    text.push(
        Line::wrapping(4)
            .with(Style::Heading, entry.name)
            .with(Style::Plain, "  ")
            .with(Style::Plain, page.summary),
    );
    forms(&mut text, entry);
    for paragraph in page
        .details
        .split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
    {
        text.gap();
        text.say(Style::Plain, 2, paragraph);
    }
    if !page.blocks.is_empty() {
        title(&mut text, "It blocks");
        text.say(Style::Plain, 2, page.blocks);
    }
    if !page.errors.is_empty() {
        title(&mut text, "Errors");
        for (errno, when) in page.errors {
            text.push(
                Line::wrapping(6)
                    .with(Style::Error, &format!("  {errno}"))
                    .with(Style::Plain, &format!("  {when}")),
            );
        }
    }
    if !page.example.is_empty() {
        title(&mut text, "Example");
        for line in page.example.lines() {
            text.say(Style::Call, 4, line);
        }
    }
    if !page.man.is_empty() {
        text.gap();
        text.push(row("read on", Style::Note, page.man));
    }
    text
}

/// How a verb is written in each form, and what it takes.
fn forms(text: &mut Styled, entry: &VerbEntry) {
    let page = entry.page;
    text.gap();
    text.push(row("command", Style::Call, &signature::signature(entry)));
    for (label, form) in [("Python", page.python), ("C", page.prototype)] {
        if !form.is_empty() {
            text.push(row(label, Style::Plain, form));
        }
    }
    let form = signature::call_form(entry);
    if page.python.is_empty() && !form.is_empty() {
        text.push(row("call form", Style::Plain, &form));
    }
    if !entry.aliases.is_empty() {
        text.push(row("also", Style::Plain, &entry.aliases.join(", ")));
    }
    if !entry.parameters.is_empty() {
        title(text, "It takes");
        for parameter in entry.parameters {
            text.push(parameter_line(parameter));
        }
    }
}

/// The language of display filters: what can be asked, and how values are written.
pub fn filters() -> Styled {
    let mut text = Styled::new();
    text.push(Line::wrapping(4).with(Style::Heading, "filter").with(
        Style::Plain,
        "  which packets are meant, in Wireshark's language",
    ));
    title(&mut text, "What can be asked");
    for (form, meaning) in filter::FORMS {
        text.push(Line::wrapping(6).with(Style::Call, &format!("  {form}")));
        text.push(Line::wrapping(6).with(Style::Plain, &format!("      {}", unmarked(meaning))));
    }
    title(&mut text, "Values");
    for (kind, written) in filter::VALUES {
        text.push(
            Line::wrapping(6)
                .with(Style::Plain, &format!("  {kind}: "))
                .with(Style::Call, &unmarked(written)),
        );
    }
    text.gap();
    for rule in filter::RULES {
        text.say(Style::Plain, 2, &unmarked(rule));
    }
    text.gap();
    text.push(
        Line::wrapping(4)
            .with(Style::Plain, "  The fields: ")
            .with(Style::Call, "explain tcp.port")
            .with(Style::Plain, " says what one is, and after ")
            .with(Style::Call, "packets tcp.")
            .with(Style::Plain, " the Tab key lists them."),
    );
    text.gap();
    text.push(row("read on", Style::Note, "wireshark-filter(4)"));
    text
}

/// Text of the catalog without the marks of Markdown.
fn unmarked(words: &str) -> String {
    words.replace('`', "")
}

fn title(text: &mut Styled, words: &str) {
    text.gap();
    text.push(Line::new().with(Style::Bold, words));
}

fn row(label: &str, style: Style, words: &str) -> Line {
    Line::wrapping(13)
        .with(Style::Dim, &format!("  {label:<11}"))
        .with(style, words)
}

fn parameter_line(parameter: &Parameter) -> Line {
    let words = signature::kind_words(parameter.kind);
    let need = match parameter.need {
        Need::Required => String::new(),
        Need::Optional(default) => format!("; {default} when left out"),
        Need::Variadic => "; any number".to_owned(),
        Need::Keyword(default) => {
            format!("; only as {}=…, {default} when left out", parameter.name)
        }
    };
    Line::wrapping(6)
        .with(Style::Call, &format!("  {}", parameter.name))
        .with(Style::Plain, &format!("  {words}"))
        .with(Style::Dim, &need)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::verb::Verb;
    use crate::render::sample::{look, screens};

    #[test]
    fn the_page_on_filters_has_every_form_and_fits() {
        screens(|_| filters());
        let look = look(120, false);
        let shown = filters().to_text(&look);
        for (form, _) in filter::FORMS {
            assert!(shown.contains(form), "{form}");
        }
    }

    #[test]
    fn a_page_at_every_width() {
        insta::assert_snapshot!(screens(|_| page(Verb::Accept.entry())));
    }

    #[test]
    fn the_index_names_every_verb_once_and_every_page_fits() {
        let look = look(80, true);
        let shown = index(&look).to_text(&look);
        for entry in VERBS {
            let row = format!("  {} ", entry.name);
            assert_eq!(
                shown.lines().filter(|line| line.starts_with(&row)).count(),
                1,
                "{row}"
            );
            let text = page(entry).to_text(&look);
            assert!(text.lines().all(|line| line.len() <= 80), "{text}");
            assert!(text.starts_with(entry.name));
        }
    }
}
