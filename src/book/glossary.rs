//! The glossary as a page: every word that `explain` knows and no other table of the reference holds, by kind.

use super::markdown::{prose, sentence};
use super::sheet::Sheet;
use crate::catalog::glossary::{Explanation, Kind, explain, topics};
use crate::lesson::document::{Block, Lesson};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The kinds in their order, each with its heading.
const KINDS: [(Kind, &str); 11] = [
    (Kind::Term, "Words of the trade"),
    (Kind::Protocol, "Protocols"),
    (Kind::Short, "Short names in a packet's line"),
    (Kind::Phase, "Steps of an exchange"),
    (Kind::Column, "Columns and what stands in them"),
    (Kind::Syntax, "The language"),
    (Kind::State, "TCP states"),
    (Kind::Flag, "TCP flags"),
    (Kind::Timer, "TCP timers"),
    (Kind::Label, "Wireshark's labels"),
    (Kind::Field, "Packet fields"),
];

/// The page. `lessons` are all there are, in their order, each with its file's name without the ending.
pub fn sheet(lessons: &[(&str, Lesson)]) -> Sheet {
    let mut explained: Vec<Explanation> = topics().filter_map(explain).collect();
    explained.sort_by_key(|entry| {
        // The states have their order in a connection's life.
        let word = entry.kind == Kind::Term;
        if word {
            entry.topic.to_lowercase()
        } else {
            String::new()
        }
    });
    let taught = taught(lessons);
    let mut text = String::from(
        "# Glossary\n\n`explain TIME-WAIT` at the prompt shows an entry; so does the name of an error, an option or a command. The lesson \
         that is named with a word is the one that explains it, or the first that uses it.\n",
    );
    for (kind, heading) in KINDS {
        // Writing into a String cannot fail.
        let _ = write!(text, "\n## {heading}\n");
        let mut seen = Vec::new();
        for entry in explained.iter().filter(|entry| entry.kind == kind) {
            if seen.contains(&entry.topic) {
                continue;
            }
            seen.push(entry.topic);
            text.push_str(&explanation(entry));
            let mut where_to = Vec::new();
            let found = taught.get(entry.topic).copied().or_else(|| {
                lessons
                    .iter()
                    .position(|(_, lesson)| uses(lesson, entry.topic))
            });
            if let Some((stem, lesson)) = found.and_then(|place| lessons.get(place)) {
                let place = lesson.place().unwrap_or_default();
                let title = prose(&lesson.front.title);
                where_to.push(format!("Lesson [{place} {title}](../lessons/{stem}.md)"));
            }
            if !entry.see.is_empty() {
                where_to.push(format!("Read on: {}", prose(entry.see)));
            }
            if !where_to.is_empty() {
                let _ = write!(text, "\n{}\n", where_to.join(" · "));
            }
        }
    }
    Sheet::new("reference/glossary.md", text)
}

/// Which lesson introduces a topic: the first that sets it in bold.
fn taught(lessons: &[(&str, Lesson)]) -> BTreeMap<&'static str, usize> {
    let mut taught = BTreeMap::new();
    for (place, (_, lesson)) in lessons.iter().enumerate() {
        for entry in introduced(lesson) {
            taught.entry(entry.topic).or_insert(place);
        }
    }
    taught
}

/// What a lesson sets in bold and `explain` knows, in its order.
pub(super) fn introduced(lesson: &Lesson) -> impl Iterator<Item = Explanation> {
    words(lesson).flat_map(|text| {
        let bold = text.split("**").skip(1).step_by(2);
        bold.filter_map(|bold| explain(&bold.split_whitespace().collect::<Vec<_>>().join(" ")))
    })
}

/// True when this page has an entry of this kind.
pub(super) fn holds(kind: Kind) -> bool {
    KINDS.iter().any(|(held, _)| *held == kind)
}

/// True when the text of a lesson has this word in it.
pub(super) fn uses(lesson: &Lesson, topic: &str) -> bool {
    let has_capitals = topic.chars().any(char::is_uppercase);
    words(lesson).any(|text| {
        let text = if has_capitals {
            text.to_owned()
        } else {
            text.to_lowercase()
        };
        text.match_indices(topic).any(|(at, _)| {
            let is_part = |next: Option<char>| {
                next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
            };
            let plural = text[at + topic.len()..].strip_prefix('s');
            !is_part(text[..at].chars().next_back())
                && !is_part(plural.unwrap_or(&text[at + topic.len()..]).chars().next())
        })
    })
}

/// The prose of a lesson.
fn words(lesson: &Lesson) -> impl Iterator<Item = &str> {
    lesson
        .blocks
        .iter()
        .filter_map(|placed| match &placed.block {
            Block::Prose(text) => Some(text.as_str()),
            _ => None,
        })
}

fn explanation(entry: &Explanation) -> String {
    let mut text = format!(
        "\n### {}\n\n{}\n",
        prose(entry.topic),
        sentence(entry.summary)
    );
    for (heading, body) in &entry.sections {
        text.push('\n');
        if !heading.is_empty() && *heading != "more" {
            let _ = write!(text, "**{}:** ", prose(heading));
        }
        let _ = writeln!(text, "{}", prose(body.trim()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_these_kinds_is_explained_once() {
        let text = sheet(&[]).text;
        for topic in topics() {
            let Some(entry) = explain(topic) else {
                continue;
            };
            if KINDS.iter().any(|(kind, _)| *kind == entry.kind) {
                let heading = format!("\n### {}\n", prose(entry.topic));
                assert_eq!(text.matches(&heading).count(), 1, "{topic}");
            }
        }
    }

    #[test]
    fn a_word_names_the_lesson_that_sets_it_in_bold_or_else_the_first_that_uses_it() {
        let lesson = |file: &str, text: &str| Lesson::read(file, text).expect("it is right");
        let lessons = [
            (
                "101-one",
                lesson(
                    "101-one.md",
                    "# One\n\nA socket in FIN-WAIT-2. No reports, a backlog.\n",
                ),
            ),
            (
                "102-two",
                lesson(
                    "102-two.md",
                    "# Two\n\nThe **backlog**, and some segments.\n",
                ),
            ),
        ];
        let text = sheet(&lessons).text;
        let below = |topic: &str| {
            let entry = text.split(&format!("\n### {topic}\n")).nth(1);
            let entry = entry.and_then(|rest| rest.split("\n### ").next());
            let line =
                entry.and_then(|entry| entry.lines().find(|line| line.starts_with("Lesson ")));
            line.and_then(|line| line.split(" · ").next())
                .map(str::to_owned)
        };
        for (topic, found) in [
            ("backlog", Some("Lesson [1.2 Two](../lessons/102-two.md)")),
            ("segment", Some("Lesson [1.2 Two](../lessons/102-two.md)")),
            (
                "FIN-WAIT-2",
                Some("Lesson [1.1 One](../lessons/101-one.md)"),
            ),
            ("FIN-WAIT-1", None),
            ("port", None),
        ] {
            assert_eq!(below(topic).as_deref(), found, "{topic}");
        }
    }
}
