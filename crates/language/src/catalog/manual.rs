//! The manual: a page for every verb. Texts only; which verb a page is for, and what that takes, stands in `verb.rs`, and how a page
//! is set in `render`.

pub(super) mod lab;
pub(super) mod lesson;
pub(super) mod lifecycle;
pub(super) mod looking;
pub(super) mod name;
pub(super) mod option;
pub(super) mod script;
pub(super) mod serve;
pub(super) mod stepping;
pub(super) mod transfer;

/// What `help VERB` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it does, in one line.
    pub summary: &'static str,
    /// The C prototype, as the man page gives it; empty where C has none.
    pub prototype: &'static str,
    /// The form in Python; empty where Python has none.
    pub python: &'static str,
    /// Where to read on: `connect(2)`, an RFC section; empty for the lab's own commands.
    pub man: &'static str,
    /// A paragraph or two, with an empty line between.
    pub details: &'static str,
    /// When it blocks and until what; begins with `never` when it does not.
    pub blocks: &'static str,
    /// The errors to know, and when each comes.
    pub errors: &'static [(&'static str, &'static str)],
    /// Lines that run in a fresh lab and end with an expectation; tests run them against the kernel.
    pub example: &'static str,
}

#[cfg(test)]
mod tests {
    use crate::catalog::errno;
    use crate::catalog::parameter::Need;
    use crate::catalog::verb::{AnsweredBy, VERBS, Verb};

    /// What an `expect` line expects; a process may stand in front of it.
    fn expectation(line: &str) -> Option<&str> {
        let command = line
            .split_once("> ")
            .filter(|(process, _)| !process.contains(' '));
        command
            .map_or(line, |(_, command)| command)
            .strip_prefix("expect ")
    }

    #[test]
    fn every_verb_has_a_page_that_says_what_it_does_and_when_it_blocks() {
        for entry in VERBS {
            let page = entry.page;
            assert!(!page.summary.is_empty(), "{}", entry.name);
            assert!(
                !page.summary.ends_with('.') && !page.summary.contains('\n'),
                "{}",
                entry.name
            );
            assert!(
                !page.details.is_empty() && !page.blocks.is_empty(),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn every_example_uses_its_verb_and_ends_with_an_expectation() {
        for entry in VERBS {
            let example = entry.page.example;
            let lines: Vec<&str> = example.lines().collect();
            let names = entry.aliases.iter().chain([&entry.name]);
            let used = names.into_iter().any(|name| {
                example
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .any(|word| word == *name)
            });
            assert!(used, "{}", entry.name);
            let last = lines.iter().rev().find(|line| **line != "quit");
            assert!(
                last.is_some_and(|line| expectation(line).is_some()),
                "{}: {last:?}",
                entry.name
            );
            assert!(
                lines
                    .iter()
                    .all(|line| line.trim() == *line && !line.is_empty())
            );
        }
    }

    #[test]
    fn every_expectation_has_a_known_form_and_every_errno_named_exists() {
        for entry in VERBS {
            let page = entry.page;
            for line in page.example.lines() {
                let Some(rest) = expectation(line) else {
                    continue;
                };
                let words: Vec<&str> = rest.split_whitespace().collect();
                match words.as_slice() {
                    ["ok"]
                    | ["=" | "packet", _, ..]
                    | ["no", "packet", _, ..]
                    | ["state" | "stopped", _, _]
                    | ["blocked", _]
                    | ["why", ..] => {}
                    ["call" | "output", process, what, ..] => {
                        assert!(!process.is_empty() && !what.is_empty(), "{}", entry.name);
                    }
                    ["errno", name] => {
                        assert!(errno::by_name(name).is_some(), "{}: {name}", entry.name);
                    }
                    other => panic!("{}: {other:?}", entry.name),
                }
            }
            for (name, when) in page.errors {
                assert!(errno::by_name(name).is_some(), "{}: {name}", entry.name);
                assert!(!when.is_empty(), "{}: {name}", entry.name);
            }
        }
    }

    #[test]
    fn a_call_of_the_kernel_names_its_man_page() {
        for entry in VERBS {
            let page = entry.page;
            let made_by_the_engine =
                entry.answered_by == AnsweredBy::Engine && entry.verb != Verb::Print;
            assert!(
                !made_by_the_engine || page.man.ends_with(')'),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn an_example_never_puts_more_words_behind_a_verb_than_it_takes() {
        for entry in VERBS {
            let takes_the_rest = entry
                .parameters
                .iter()
                .any(|parameter| parameter.need == Need::Variadic);
            if takes_the_rest || entry.answered_by == AnsweredBy::Session {
                continue;
            }
            for line in VERBS.iter().flat_map(|other| other.page.example.lines()) {
                let words: Vec<&str> = line.split_whitespace().collect();
                let quoted = line.contains('"') || line.contains('[') || line.contains('*');
                if words.first() == Some(&entry.name) && !quoted && !line.contains(['&', ';', '|'])
                {
                    assert!(words.len() <= entry.parameters.len() + 1, "{line}");
                }
            }
        }
    }
}
