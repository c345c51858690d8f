//! What is wrong with a line, where, and how to mend it. Plain data: `render` draws the caret.

use std::fmt;
use std::ops::Range;

/// Why a text is no command. Every text in it is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The bytes of the text it is about; may be empty at the end of the text.
    pub span: Range<usize>,
    /// What could have stood there; empty when the message says it all.
    pub expected: String,
    /// The nearest name, or how to mend it.
    pub help: Option<String>,
    /// How many lines below that of the span belong to what is wrong.
    pub further: usize,
    /// The line of `span.start` within the text, from 1.
    pub line: usize,
    /// The column of `span.start` within its line, in characters, from 1.
    pub column: usize,
}

impl Diagnostic {
    /// A diagnostic that does not yet know its line and column.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
            expected: String::new(),
            help: None,
            further: 0,
            line: 1,
            column: 1,
        }
    }

    /// The same with what could have stood there.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// The same with a way to mend it.
    #[must_use]
    pub fn helping(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the nearest name as help, if one is near.
    #[must_use]
    pub fn suggesting<'a>(self, word: &str, names: impl Iterator<Item = &'a str>) -> Self {
        match nearest(word, names) {
            Some(name) => {
                let help = format!("did you mean `{name}`?");
                self.helping(help)
            }
            None => self,
        }
    }

    /// The same with line and column in `text`, and a span that lies in it.
    #[must_use]
    pub fn located(mut self, text: &str) -> Self {
        let start = floor(text, self.span.start);
        self.span = start..floor(text, self.span.end).max(start);
        let before = &text[..start];
        self.line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.column = before[line_start..].chars().count() + 1;
        self
    }

    /// The same for a text that begins `offset` bytes further on.
    #[must_use]
    pub fn shifted(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", self.expected)?;
        }
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// The largest character boundary of `text` that is not above `index`.
pub(super) fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Longer words are not compared: the distance costs the product of the lengths.
const LONGEST_COMPARED: usize = 40;

/// The name that a mistyped `word` most likely means: at most a third of its letters differ.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if !(2..=LONGEST_COMPARED).contains(&length) {
        return None;
    }
    let lower = word.to_lowercase();
    names
        .filter(|name| name.len() <= LONGEST_COMPARED)
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&lower, &name.to_lowercase());
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A piece of the user's text as a message quotes it: short, in backquotes, nothing in it that a terminal obeys.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 32;
    let mut shown = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if is_safe(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
    }
    shown.push('`');
    shown
}

/// False for what a terminal obeys or what reorders a line: controls, line separators, bidirectional marks.
pub(super) fn is_safe(character: char) -> bool {
    !(character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_count_lines_and_characters() {
        let text = "é = 1\nä = $";
        let at = text
            .find('$')
            .map(|at| Diagnostic::new(at..at + 1, "x").located(text));
        assert_eq!(at.map(|found| (found.line, found.column)), Some((2, 5)));
    }

    #[test]
    fn a_span_inside_a_character_is_moved_to_its_start() {
        let found = Diagnostic::new(1..9, "x").located("é");
        assert_eq!(found.span, 0..2);
    }

    #[test]
    fn the_nearest_name_is_close_or_there_is_none() {
        let names = || ["bind", "listen", "accept"].into_iter();
        assert_eq!(nearest("bnid", names()), Some("bind"));
        assert_eq!(nearest("lsiten", names()), Some("listen"));
        assert_eq!(nearest("quux", names()), None);
        assert_eq!(nearest(&"b".repeat(100_000), names()), None);
    }

    #[test]
    fn quoting_hides_controls_and_bidirectional_marks() {
        assert_eq!(quoted("a\u{1b}[31m\u{202e}"), "`a\\u{1b}[31m\\u{202e}`");
        assert!(quoted(&"x".repeat(1000)).chars().count() < 40);
    }
}
