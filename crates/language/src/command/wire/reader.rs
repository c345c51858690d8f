//! The text of an order, word by word, and a filter in it up to the next clause. Not what the words mean (`parse`, `clause`).

use super::measure::Word;
use crate::command::diagnostic::{Diagnostic, quoted};
use std::ops::Range;

/// What is read, or what is wrong with it.
pub(in crate::command) type Parsed<T> = Result<T, Diagnostic>;

/// The words that begin a clause and so end a filter.
const AFTER_FILTER: &[&str] = &["from", "to", "next", "after"];

/// Reads the text word by word.
pub(in crate::command) struct Reader<'a> {
    pub(in crate::command) text: &'a str,
    /// How far it is read, in bytes.
    pub(in crate::command) at: usize,
}

impl<'a> Reader<'a> {
    /// The next word, and behind it.
    pub(in crate::command) fn next(&mut self) -> Option<Word<'a>> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.at = end;
        (start < end).then(|| Word {
            text: &self.text[start..end],
            span: start..end,
        })
    }

    /// The next word, and before it still.
    pub(in crate::command) fn peek(&mut self) -> Option<Word<'a>> {
        let before = self.at;
        let word = self.next();
        self.at = before;
        word
    }

    /// The next word; without one the question is asked.
    pub(in crate::command) fn demand(
        &mut self,
        question: &str,
        expected: &str,
    ) -> Parsed<Word<'a>> {
        let end = self.text.trim_end().len();
        self.next()
            .ok_or_else(|| Diagnostic::new(end..end, question).expecting(expected))
    }

    /// What stands from here to the next clause outside quotes.
    pub(in crate::command) fn filter(&mut self) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let (mut at, mut quote) = (self.at, None);
        while at < bytes.len() {
            match (quote, bytes[at]) {
                (Some(_), b'\\') => at += 1,
                (Some(open), byte) if byte == open => quote = None,
                (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
                (None, byte) if byte.is_ascii_whitespace() => {
                    let rest = &self.text[at + 1..];
                    let word = rest.split(|next: char| next.is_whitespace()).next();
                    if word.is_some_and(|word| AFTER_FILTER.contains(&word)) {
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let end = at.min(bytes.len());
        let text = &self.text[self.at..end];
        let start = self.at + (text.len() - text.trim_start().len());
        self.at = end;
        start..start + text.trim().len()
    }
}

/// That a word cannot stand where it does.
pub(in crate::command) fn unexpected(word: &Word<'_>, expected: &str) -> Diagnostic {
    Diagnostic::new(
        word.span.clone(),
        format!("unexpected {}", quoted(word.text)),
    )
    .expecting(expected)
}
