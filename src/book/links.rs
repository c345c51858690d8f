//! From a lesson's page to others: the lessons it names, the words it introduces, the commands it types.

use super::glossary::{holds, introduced};
use super::markdown::{anchor, prose};
use super::reference;
use crate::catalog::verb::Verb;
use crate::command::ast::Action;
use crate::command::parse::parse_line;
use crate::lesson::document::{Block, Lesson};
use regex::{Captures, Regex};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A lesson or several, as prose names them: `lesson 1.4`, `lessons 1.4, 1.6 and 5.2`, `Lessons 3.2 to 3.6`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)[Ll]essons?[ \n][1-9]\.[0-9]+(?:(?:,| and| or| to|, and)[ \n][1-9]\.[0-9]+)*",
    )
    .ok()
});
static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)[1-9]\.[0-9]+(?-u:\b)").ok());

/// Where each lesson's page is.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The page of a lesson, by its place: `1.4`.
    pages: BTreeMap<String, String>,
}

impl Links {
    /// Of all lessons, each with its file's name without the ending.
    pub fn new<'a>(lessons: impl IntoIterator<Item = (&'a str, &'a Lesson)>) -> Self {
        let placed = |(stem, lesson): (&str, &Lesson)| {
            let place = lesson.place()?;
            Some((place, format!("lessons/{stem}.md")))
        };
        Self {
            pages: lessons.into_iter().filter_map(placed).collect(),
        }
    }

    /// Prose with a link at each lesson that it names. `up` leads from its page to the folder of all.
    pub fn lessons(&self, up: &str, markdown: &str) -> String {
        let (Some(named), Some(number)) = (NAMED.as_ref(), NUMBER.as_ref()) else {
            return markdown.to_owned();
        };
        let mut text = String::with_capacity(markdown.len());
        let mut at = 0;
        for found in named.find_iter(markdown) {
            text.push_str(&markdown[at..found.start()]);
            at = found.end();
            // In a link's words or in code it stays what it is.
            let line = markdown[..found.start()]
                .rsplit('\n')
                .next()
                .unwrap_or_default();
            let inside = line.matches('`').count() % 2 == 1
                || line.matches('[').count() > line.matches(']').count();
            if inside {
                text.push_str(found.as_str());
                continue;
            }
            let linked = number.replace_all(found.as_str(), |place: &Captures<'_>| {
                self.pages.get(&place[0]).map_or_else(
                    || place[0].to_owned(),
                    |page| format!("[{}]({up}{page})", &place[0]),
                )
            });
            text.push_str(&linked);
        }
        text.push_str(&markdown[at..]);
        text
    }

    /// What a lesson's page leads to at its end: its words in the glossary, its commands in the reference. Nothing for nothing.
    pub fn read_on(&self, up: &str, lesson: &Lesson) -> String {
        let mut words: Vec<String> = Vec::new();
        for entry in introduced(lesson).filter(|entry| holds(entry.kind)) {
            let word = format!(
                "[{}]({up}reference/glossary.md#{})",
                prose(entry.topic),
                anchor(entry.topic)
            );
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let commands: Vec<String> = typed(lesson)
            .into_iter()
            .map(|verb| {
                let (name, page) = reference::page_of(verb);
                format!("[`{name}`]({up}{page})")
            })
            .collect();
        let lines: Vec<String> = [("In the glossary", words), ("In the reference", commands)]
            .into_iter()
            .filter(|(_, links)| !links.is_empty())
            .map(|(what, links)| format!("**{what}:** {}\n", links.join(" · ")))
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!("\n{}", lines.join("\n"))
    }
}

/// The commands that a lesson's lines type, each once, in their order.
pub(super) fn typed(lesson: &Lesson) -> Vec<Verb> {
    let mut verbs = Vec::new();
    for placed in &lesson.blocks {
        let lines = match &placed.block {
            Block::Lab(lab) => &lab.lines,
            Block::Task(task) => &task.solution,
            _ => continue,
        };
        for line in lines.iter().filter(|line| !line.is_comment()) {
            let commands = parse_line(&line.text).unwrap_or_default();
            for command in commands {
                if let Action::Call(call) = &command.action
                    && !verbs.contains(&call.verb)
                {
                    verbs.push(call.verb);
                }
            }
        }
    }
    verbs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(file: &str, text: &str) -> Lesson {
        Lesson::read(file, text).expect("it is right")
    }

    #[test]
    fn the_lessons_that_prose_names_are_links_and_numbers_are_not() {
        let lessons = [
            (
                "104-handshake",
                lesson("104-handshake.md", "# One\n\nWords.\n"),
            ),
            ("106-closing", lesson("106-closing.md", "# Two\n\nWords.\n")),
        ];
        let links = Links::new(lessons.iter().map(|(stem, lesson)| (*stem, lesson)));
        for (text, linked) in [
            (
                "As lesson 1.4 says.",
                "As lesson [1.4](../lessons/104-handshake.md) says.",
            ),
            (
                "Lessons 1.4 and\n1.6, and Linux 1.6",
                "Lessons [1.4](../lessons/104-handshake.md) and\n[1.6](../lessons/106-closing.md), and Linux 1.6",
            ),
            ("lesson 9.9", "lesson 9.9"),
            ("`socklab lesson 1.4`", "`socklab lesson 1.4`"),
            ("[lesson 1.4](x)", "[lesson 1.4](x)"),
        ] {
            assert_eq!(links.lessons("../", text), linked);
        }
    }

    #[test]
    fn a_page_leads_to_its_words_and_its_commands() {
        let one = lesson(
            "104-one.md",
            "# One\n\nThe **backlog**.\n\n```lab\nserver> s = socket; listen s\nlisten s\n```\n",
        );
        assert_eq!(
            Links::default().read_on("../", &one),
            "\n**In the glossary:** [backlog](../reference/glossary.md#backlog)\n\n**In the reference:** \
             [`socket`](../reference/socket-calls.md#socket) · [`listen`](../reference/socket-calls.md#listen)\n"
        );
        assert_eq!(
            Links::default().read_on("", &lesson("104-x.md", "# X\n\nWords.\n")),
            ""
        );
    }
}
