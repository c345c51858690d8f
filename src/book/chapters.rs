//! The table of contents, and a plain page for a part that has no introduction of its own. Not the pages themselves.

use super::markdown::prose;
use super::reference;
use crate::lesson::document::Lesson;
use std::fmt::Write;

/// A page somebody wrote: its path below `book/src`, and its first heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path: `part-1.md`.
    pub path: String,
    /// Its heading.
    pub title: String,
}

/// A lesson's place in the contents.
#[derive(Clone, Debug)]
pub struct Chapter<'a> {
    /// Its file's name without the ending: `104-handshake`.
    pub stem: &'a str,
    /// The lesson.
    pub lesson: &'a Lesson,
}

/// A part of the curriculum.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Its number.
    pub number: u32,
    /// Its title, as in the list of lessons.
    pub title: &'a str,
    /// Its lessons, in their order.
    pub chapters: Vec<Chapter<'a>>,
}

/// The page that opens the book.
const FIRST: &str = "first-connection.md";

impl Part<'_> {
    /// The page somebody wrote for it, if there is one.
    fn written<'w>(&self, written: &'w [Written]) -> Option<&'w Written> {
        let path = format!("part-{}.md", self.number);
        written.iter().find(|page| page.path == path)
    }

    /// True when there is nothing of it yet.
    pub fn is_empty(&self, written: &[Written]) -> bool {
        self.chapters.is_empty() && self.written(written).is_none()
    }

    /// Where its page is, relative to `book/src`.
    pub fn path(&self, written: &[Written]) -> String {
        self.written(written).map_or_else(
            || format!("parts/part-{}.md", self.number),
            |page| page.path.clone(),
        )
    }

    /// A plain page with its lessons, for a part that nobody wrote one for.
    pub fn list(&self) -> String {
        let mut text = format!("# Part {}: {}\n\n", self.number, self.title);
        for Chapter { stem, lesson } in &self.chapters {
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "- [{} {}](../lessons/{stem}.md): {}",
                lesson.place().unwrap_or_default(),
                prose(&lesson.front.title),
                prose(&lesson.front.about)
            );
        }
        text
    }
}

/// The contents: the opening, each part with its lessons, the lessons without a part, the reference, and what else was written.
pub fn summary(parts: &[Part<'_>], others: &[Chapter<'_>], written: &[Written]) -> String {
    let mut text = String::from("# Summary\n\n");
    if let Some(first) = written.iter().find(|page| page.path == FIRST) {
        let _ = writeln!(text, "[{}]({})", prose(&first.title), first.path);
    }
    text.push_str("\n# Lessons\n\n");
    let mut placed: Vec<&str> = vec![FIRST];
    for part in parts.iter().filter(|part| !part.is_empty(written)) {
        let own = part.written(written);
        placed.extend(own.map(|page| page.path.as_str()));
        let title = own.map_or_else(
            || format!("Part {}: {}", part.number, part.title),
            |page| page.title.clone(),
        );
        let _ = writeln!(text, "- [{}]({})", prose(&title), part.path(written));
        for chapter in &part.chapters {
            text.push_str("  ");
            text.push_str(&entry(chapter));
        }
    }
    for chapter in others {
        text.push_str(&entry(chapter));
    }
    text.push_str("\n# Reference\n\n");
    for (title, path, depth) in reference::contents() {
        let _ = writeln!(text, "{}- [{title}]({path})", "  ".repeat(depth));
    }
    text.push_str("\n# About\n\n");
    for page in written
        .iter()
        .filter(|page| !placed.contains(&page.path.as_str()))
    {
        let _ = writeln!(text, "- [{}]({})", prose(&page.title), page.path);
    }
    text
}

fn entry(chapter: &Chapter<'_>) -> String {
    let place = chapter.lesson.place();
    format!(
        "- [{}{}](lessons/{}.md)\n",
        place.map(|place| format!("{place} ")).unwrap_or_default(),
        prose(&chapter.lesson.front.title),
        chapter.stem
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, title: &str) -> Written {
        Written {
            path: path.to_owned(),
            title: title.to_owned(),
        }
    }

    #[test]
    fn a_part_has_its_written_page_or_a_list_and_an_empty_one_is_left_out() {
        let lesson = Lesson::read("201-unix.md", "# Local_sockets\n").expect("it is right");
        let part = |number, chapters| Part {
            number,
            title: "a title",
            chapters,
        };
        let chapter = Chapter {
            stem: "201-unix",
            lesson: &lesson,
        };
        let parts = [
            part(1, Vec::new()),
            part(2, vec![chapter]),
            part(3, Vec::new()),
        ];
        let written = [
            page("first-connection.md", "A first connection"),
            page("part-1.md", "Part 1: ends"),
            page("agreement.md", "Agreement"),
        ];
        let text = summary(&parts, &[], &written);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("](")).collect();
        assert_eq!(lines[0], "[A first connection](first-connection.md)");
        assert_eq!(lines[1], "- [Part 1: ends](part-1.md)");
        assert_eq!(lines[2], "- [Part 2: a title](parts/part-2.md)");
        assert_eq!(lines[3], "  - [2.1 Local\\_sockets](lessons/201-unix.md)");
        assert_eq!(lines.last(), Some(&"- [Agreement](agreement.md)"));
        assert!(!text.contains("Part 3"));
        assert!(parts[1].list().contains("(../lessons/201-unix.md)"));
    }
}
