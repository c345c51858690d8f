//! A session as the draft of a lesson: the lines that were typed, what came of each as expectations, and places for the prose.

/// A line that was typed, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftLine {
    /// The line with its prompt.
    pub text: String,
    /// Expectations, as they stand in a lesson.
    pub expected: Vec<String>,
    /// True when packets came of it: a good place to say something.
    pub telling: bool,
}

const HEAD: &str = "+++
title = \"A session to be explained\"
about = \"one line for the list of lessons\"
minutes = 10
+++

Say here what the reader is going to see, and what to watch for.
";

const BETWEEN: &str = "
Say here what these packets were for, and what comes next.
";

const END: &str = "
Say here what the reader knows now. Strike out every expectation above that your text does not need: what is left is what the
lesson claims.
";

/// How the places begin that a draft leaves to its author.
const PLACE: &str = "Say here what ";

/// The first place of a text that is still to be written, by its line from 0.
pub fn unwritten(text: &str) -> Option<(usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .map(|(place, line)| (place, line.trim()))
        .find(|(_, line)| line.starts_with(PLACE))
}

/// True for a title or a line for the list that the draft put there.
pub fn is_untitled(title: &str, about: &str) -> bool {
    HEAD.contains(&format!("title = \"{title}\"")) || HEAD.contains(&format!("about = \"{about}\""))
}

/// Writes the draft.
pub fn draft(lines: &[DraftLine]) -> String {
    let mut text = HEAD.to_owned();
    let longest = lines.iter().map(|line| fence_in(&line.text)).max();
    // A fence is longer than any that stands in what it holds.
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    let mut rest = lines;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|line| line.telling)
            .map_or(rest.len(), |place| place + 1);
        let (block, behind) = rest.split_at(end);
        for part in ["\n", &fence, "lab\n"] {
            text.push_str(part);
        }
        for line in block {
            text.push_str(&line.text);
            text.push('\n');
            for expected in &line.expected {
                for part in ["  ", expected, "\n"] {
                    text.push_str(part);
                }
            }
        }
        text.push_str(&fence);
        text.push('\n');
        if !behind.is_empty() {
            text.push_str(BETWEEN);
        }
        rest = behind;
    }
    text.push_str(END);
    text
}

/// The longest run of backquotes.
fn fence_in(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::document::{Block, Lesson};
    use proptest::prelude::*;

    fn line(text: &str, expected: &[&str], telling: bool) -> DraftLine {
        DraftLine {
            text: text.to_owned(),
            expected: expected.iter().map(|one| (*one).to_owned()).collect(),
            telling,
        }
    }

    #[test]
    fn a_draft_is_a_lesson_with_a_block_up_to_each_telling_line() {
        let text = draft(&[
            line("lab> s = socket", &["socket = 3"], false),
            line(
                "lab> connect c :5000",
                &["c -> s [SYN]", "c: ESTABLISHED"],
                true,
            ),
            line("lab> print \"```\"", &[], false),
        ]);
        let lesson =
            Lesson::read("draft.md", &text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
        let labs: Vec<usize> = lesson
            .blocks
            .iter()
            .filter_map(|placed| match &placed.block {
                Block::Lab(lab) => Some(lab.lines.len()),
                _ => None,
            })
            .collect();
        assert_eq!(labs, [2, 1], "{text}");
    }

    #[test]
    fn a_session_without_lines_is_a_draft_too() {
        assert!(Lesson::read("draft.md", &draft(&[])).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_a_line_holds_its_block_ends_where_it_should(text in "[a-z`~ ]{0,20}") {
            let one = line(&format!("print \"{text}\""), &["ok"], true);
            let lesson = Lesson::read("x.md", &draft(&[one.clone(), one])).expect("it is right");
            let labs = lesson.blocks.iter().filter(|placed| matches!(placed.block, Block::Lab(_)));
            prop_assert_eq!(labs.count(), 2);
        }
    }
}
