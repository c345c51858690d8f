//! The glossary as a page: every word that `explain` knows and no other table of the reference holds, by kind.

use super::markdown::prose;
use super::sheet::Sheet;
use crate::catalog::glossary::{Explanation, Kind, explain, topics};
use std::fmt::Write;

/// The kinds in their order, each with its heading.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Term, "Words of the trade"),
    (Kind::State, "TCP states"),
    (Kind::Flag, "TCP flags"),
    (Kind::Timer, "TCP timers"),
    (Kind::Label, "Wireshark's labels"),
    (Kind::Field, "Packet fields"),
];

/// The page.
pub fn sheet() -> Sheet {
    let explained: Vec<Explanation> = topics().filter_map(explain).collect();
    let mut text = String::from(
        "# Glossary\n\n`explain TIME-WAIT` at the prompt shows an entry; so does the name of an error, an option or a command.\n",
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
        }
    }
    Sheet::new("reference/glossary.md", text)
}

fn explanation(entry: &Explanation) -> String {
    let mut text = format!("\n### {}\n\n{}\n", prose(entry.topic), prose(entry.summary));
    for (heading, body) in &entry.sections {
        text.push('\n');
        if !heading.is_empty() {
            let _ = write!(text, "**{}:** ", prose(heading));
        }
        let _ = writeln!(text, "{}", prose(body.trim()));
    }
    if !entry.see.is_empty() {
        let _ = write!(text, "\nRead on: {}\n", prose(entry.see));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_these_kinds_is_explained_once() {
        let text = sheet().text;
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
}
