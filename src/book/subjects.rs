//! The index: words, commands, errors and options in the order of the alphabet, each with its place in the reference and the lessons that
//! speak of it.

use super::chapters::Chapter;
use super::glossary::{holds, introduced, uses};
use super::links::typed;
use super::markdown::{anchor, prose};
use super::reference;
use super::sheet::Sheet;
use crate::catalog::errno::errnos;
use crate::catalog::glossary::{Kind, explain, topics};
use crate::catalog::verb::VERBS;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A word that stands in more lessons than this is shown with the first of them.
const LESSONS: usize = 6;

/// What stands behind a word of the index.
struct Subject {
    /// The word, with what it is where that is not plain: `bind (command)`.
    heading: String,
    /// Its place below `book/src/reference`.
    page: String,
    /// The lessons that speak of it, as places in the list of all; the one that introduces it first.
    lessons: Vec<usize>,
}

/// The page.
pub fn sheet(lessons: &[Chapter<'_>]) -> Sheet {
    let mut subjects = words(lessons);
    subjects.extend(commands(lessons));
    subjects.extend(errors(lessons));
    let mut by_letter: BTreeMap<char, Vec<Subject>> = BTreeMap::new();
    for subject in subjects {
        let first = subject.heading.chars().find(|c| c.is_alphanumeric());
        let letter = first.map_or('#', |c| c.to_ascii_uppercase());
        let letter = if letter.is_ascii_alphabetic() {
            letter
        } else {
            '#'
        };
        by_letter.entry(letter).or_default().push(subject);
    }
    let mut text = String::from(
        "# Index\n\nA word leads to its entry in the reference, a number to a lesson that speaks of it. In bold stands the lesson that introduces \
         the word.\n",
    );
    for (letter, mut subjects) in by_letter {
        subjects.sort_by_key(|subject| subject.heading.replace('`', "").to_lowercase());
        let heading = if letter == '#' {
            "Signs and numbers".to_owned()
        } else {
            letter.to_string()
        };
        // Writing into a String cannot fail.
        let _ = write!(text, "\n## {heading}\n\n");
        for subject in subjects {
            text.push_str(&line(&subject, lessons));
        }
    }
    Sheet::new("reference/subjects.md", text)
}

fn line(subject: &Subject, lessons: &[Chapter<'_>]) -> String {
    let mut line = format!("- [{}]({})", subject.heading, subject.page);
    for place in subject.lessons.iter().take(LESSONS) {
        let Chapter { stem, lesson } = &lessons[*place];
        let number = lesson.place().unwrap_or_default();
        let number = if introduced(lesson).any(|entry| prose(entry.topic) == subject.heading) {
            format!("**{number}**")
        } else {
            number
        };
        let _ = write!(line, ", [{number}](../lessons/{stem}.md)");
    }
    if subject.lessons.len() > LESSONS {
        line.push_str(", …");
    }
    line.push('\n');
    line
}

/// The lessons for which something holds.
fn those(lessons: &[Chapter<'_>], holds: impl Fn(&Chapter<'_>) -> bool) -> Vec<usize> {
    (0..lessons.len())
        .filter(|place| holds(&lessons[*place]))
        .collect()
}

fn words(lessons: &[Chapter<'_>]) -> Vec<Subject> {
    let kept = |kind| holds(kind) && !matches!(kind, Kind::Field | Kind::Syntax | Kind::Column);
    let mut subjects: BTreeMap<&str, Subject> = BTreeMap::new();
    for entry in topics()
        .filter_map(explain)
        .filter(|entry| kept(entry.kind))
    {
        let topic = entry.topic;
        subjects.entry(topic).or_insert_with(|| {
            let introduces =
                |chapter: &Chapter<'_>| introduced(chapter.lesson).any(|word| word.topic == topic);
            let mut speak = those(lessons, |chapter| {
                uses(chapter.lesson, topic) || introduces(chapter)
            });
            speak.sort_by_key(|place| !introduces(&lessons[*place]));
            Subject {
                heading: prose(topic),
                page: format!("glossary.md#{}", anchor(topic)),
                lessons: speak,
            }
        });
    }
    subjects.into_values().collect()
}

fn commands(lessons: &[Chapter<'_>]) -> Vec<Subject> {
    let of_lessons: Vec<_> = lessons
        .iter()
        .map(|chapter| typed(chapter.lesson))
        .collect();
    let subject = |entry: &crate::catalog::verb::VerbEntry| {
        let (name, page) = reference::page_of(entry.verb);
        Subject {
            heading: format!("`{name}`, command"),
            page: page.trim_start_matches("reference/").to_owned(),
            lessons: (0..lessons.len())
                .filter(|place| of_lessons[*place].contains(&entry.verb))
                .collect(),
        }
    };
    VERBS.iter().map(subject).collect()
}

fn errors(lessons: &[Chapter<'_>]) -> Vec<Subject> {
    let known = errnos().filter(|errno| !errno.meaning.is_empty());
    known
        .map(|errno| Subject {
            heading: errno.name.to_owned(),
            page: format!("errors.md#{}", anchor(errno.name)),
            lessons: those(lessons, |chapter| uses(chapter.lesson, errno.name)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::document::Lesson;

    #[test]
    fn words_commands_and_errors_stand_with_their_lessons() {
        let read = |file: &str, text: &str| Lesson::read(file, text).expect("it is right");
        let one = read(
            "101-one.md",
            "# One\n\nA backlog, and EADDRINUSE.\n\n```lab\nlisten s\n```\n",
        );
        let two = read("102-two.md", "# Two\n\nThe **backlog**.\n");
        let chapters = [
            Chapter {
                stem: "101-one",
                lesson: &one,
            },
            Chapter {
                stem: "102-two",
                lesson: &two,
            },
        ];
        let text = sheet(&chapters).text;
        for line in [
            "- [backlog](glossary.md#backlog), [**1.2**](../lessons/102-two.md), [1.1](../lessons/101-one.md)\n",
            "- [`listen`, command](socket-calls.md#listen), [1.1](../lessons/101-one.md)\n",
            "- [EADDRINUSE](errors.md#eaddrinuse), [1.1](../lessons/101-one.md)\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
