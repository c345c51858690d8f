//! The words after `wire` to an order: the kind, then its clauses in any order. Single measures are in `measure`.

use super::clause::{Draft, Takes};
use super::measure::Word;
use super::suggest::{CLAUSES, KINDS};
use super::{WireOrder, WireRule};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::filter;
use std::ops::Range;

pub(super) type Parsed<T> = Result<T, Diagnostic>;

/// The words that begin a clause and so end a filter.
const AFTER_FILTER: &[&str] = &["from", "to", "next", "after"];

/// Reads an order.
pub(super) fn order(text: &str) -> Parsed<WireOrder> {
    let mut reader = Reader { text, at: 0 };
    let Some(kind) = reader.next() else {
        return Ok(WireOrder::List);
    };
    let order = match kind.text {
        "clear" => {
            let number = match reader.next() {
                None => None,
                Some(word) => Some(rule_number(&word)?),
            };
            WireOrder::Clear(number)
        }
        "seed" => {
            let word = reader.demand("seed what?", "a whole number: seed 7")?;
            WireOrder::Seed(word.count("seed", 0)?)
        }
        "join" => {
            let mut draft = Draft::default();
            while let Some(word) = reader.next() {
                if !draft.direction(&mut reader, &word)? {
                    let error = unexpected(&word, "`from HOST`, `to HOST` or the end");
                    return Err(error);
                }
            }
            WireOrder::Join {
                from: draft.from,
                to: draft.to,
            }
        }
        _ => WireOrder::Add(rule(&kind, &mut reader)?),
    };
    match reader.next() {
        None => Ok(order),
        Some(word) => Err(unexpected(&word, "the end of the line")),
    }
}

fn rule_number(word: &Word<'_>) -> Parsed<u32> {
    word.text
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| {
            Diagnostic::new(
                word.span.clone(),
                format!("{} is no rule's number", quoted(word.text)),
            )
            .expecting("a number that `wire` lists, or nothing to clear all")
        })
}

/// Reads the text word by word.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Word<'a>> {
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

    pub(super) fn peek(&mut self) -> Option<Word<'a>> {
        let before = self.at;
        let word = self.next();
        self.at = before;
        word
    }

    pub(super) fn demand(&mut self, question: &str, expected: &str) -> Parsed<Word<'a>> {
        let end = self.text.trim_end().len();
        self.next()
            .ok_or_else(|| Diagnostic::new(end..end, question).expecting(expected))
    }

    /// What stands from here to the next clause outside quotes.
    pub(super) fn filter(&mut self) -> Range<usize> {
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

fn rule(kind: &Word<'_>, reader: &mut Reader<'_>) -> Parsed<WireRule> {
    let takes = match kind.text {
        "drop" | "duplicate" | "reorder" | "corrupt" => Takes::Pick,
        "loss" => Takes::Chance,
        "delay" => Takes::Delay,
        "rate" => Takes::Rate,
        "mtu" => Takes::Mtu,
        "cut" => Takes::Nothing,
        _ => {
            return Err(Diagnostic::new(
                kind.span.clone(),
                format!("the wire has no rule {}", quoted(kind.text)),
            )
            .expecting("delay, loss, rate, mtu, drop, duplicate, reorder, corrupt, cut, join, clear or seed")
            .suggesting(kind.text, KINDS.iter().map(|(name, _)| *name)));
        }
    };
    let mut draft = Draft::default();
    while let Some(word) = reader.next() {
        if draft.direction(reader, &word)?
            || draft.filter(reader, &word)?
            || draft.pick(reader, &word, takes)?
            || draft.measure(reader, &word, takes)?
        {
            continue;
        }
        return Err(unknown_clause(&word, takes));
    }
    let end = reader.text.trim_end().len();
    draft.finish(kind, takes, end)
}

/// That a word cannot stand where it does.
pub(super) fn unexpected(word: &Word<'_>, expected: &str) -> Diagnostic {
    Diagnostic::new(
        word.span.clone(),
        format!("unexpected {}", quoted(word.text)),
    )
    .expecting(expected)
}

fn unknown_clause(word: &Word<'_>, takes: Takes) -> Diagnostic {
    let own = match takes {
        Takes::Pick => "`next 3`, `2nd`, `after 5`, `10%`, ",
        Takes::Chance => "a chance (10%), ",
        Takes::Delay => "a time (50ms), `jitter 10ms`, `next 3`, `2nd`, `after 5`, ",
        Takes::Rate => "a rate (1mbit), `queue 100`, ",
        Takes::Mtu => "a number of bytes, ",
        Takes::Nothing => "",
    };
    let error = unexpected(
        word,
        &format!("{own}`from HOST`, `to HOST` or `where FILTER`"),
    );
    let first = word.text.trim_start_matches(['!', '(']);
    let name = first
        .split(|next: char| !(next.is_alphanumeric() || matches!(next, '.' | '_')))
        .next()
        .unwrap_or_default();
    if name.contains('.') || filter::fields().iter().any(|entry| entry.name == name) {
        return error.helping(format!("a filter stands behind `where`: where {name} …"));
    }
    error.suggesting(word.text, CLAUSES.iter().map(|(name, _)| *name))
}
