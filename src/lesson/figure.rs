//! A `figure` block: a view of what has happened so far, drawn for a page. Not how it is drawn.

use super::toml_block;
use crate::command::diagnostic::Diagnostic;
use crate::command::parse::parse_line;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// Commands whose answer can be drawn.
pub const VIEWS: [&str; 9] = [
    "ladder",
    "states",
    "plot",
    "stream",
    "sockets",
    "conversations",
    "packets",
    "messages",
    "follow",
];

/// A drawing to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The command that shows the same on the screen, with a prompt or without: `client> plot c cwnd`.
    pub show: String,
    /// What is to be seen, Markdown.
    pub caption: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    show: Spanned<String>,
    caption: String,
}

impl Figure {
    /// Reads the TOML of a block.
    pub fn read(text: &str, range: &Range<usize>) -> Result<Self, Diagnostic> {
        let table: Table = toml_block::read(text, range)?;
        let inner = toml_block::inner(text, range, &table.show);
        let show = table.show.into_inner();
        parse_line(&show).map_err(|error| inner.place(error))?;
        if view(&show).is_none() {
            let words = behind_prompt(&show);
            let verb = words.split_whitespace().next().unwrap_or_default();
            let complaint = Diagnostic::new(0..show.len(), "this cannot be drawn")
                .expecting(VIEWS.join(", "))
                .suggesting(verb, VIEWS.into_iter());
            return Err(inner.place(complaint));
        }
        Ok(Self {
            show,
            caption: table.caption,
        })
    }
}

/// The view that a line of a lesson shows, without its prompt; `None` when it is another command.
pub fn view(line: &str) -> Option<&str> {
    let words = behind_prompt(line);
    let verb = words.split_whitespace().next()?;
    (VIEWS.contains(&verb) && !words.contains(';')).then_some(words)
}

fn behind_prompt(line: &str) -> &str {
    let line = line.trim();
    match line.split_once("> ") {
        Some((name, words))
            if name
                .chars()
                .all(|next| next.is_alphanumeric() || matches!(next, '_' | '-')) =>
        {
            words.trim()
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_known_behind_any_prompt_and_nothing_else_is_one() {
        for (line, found) in [
            ("client> plot c cwnd", Some("plot c cwnd")),
            ("states c", Some("states c")),
            ("ladder tcp.len > 0", Some("ladder tcp.len > 0")),
            ("c = socket", None),
            ("send c \"ladder\"", None),
        ] {
            assert_eq!(view(line), found, "{line}");
        }
    }

    #[test]
    fn a_block_names_a_view_and_its_caption_and_what_cannot_be_drawn_is_said() {
        let good = "show = \"ladder c\"\ncaption = \"Three segments.\"\n";
        let figure = Figure::read(good, &(0..good.len())).expect("it is right");
        assert_eq!(figure.show, "ladder c");
        assert_eq!(figure.caption, "Three segments.");
        let bad = "show = \"laddr c\"\ncaption = \"\"\n";
        let error = Figure::read(bad, &(0..bad.len())).expect_err("no such view");
        assert_eq!(&bad[error.span.clone()], "laddr", "{error:?}");
        let other = "show = \"close c\"\ncaption = \"\"\n";
        let error = Figure::read(other, &(0..other.len())).expect_err("it shows nothing");
        assert_eq!(error.message, "this cannot be drawn");
    }
}
