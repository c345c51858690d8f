//! The words of a pattern, one after the other: its ends, then flags, bytes, labels, fields, in any order.

use super::flags::flags;
use super::{End, FieldTest, Pattern, SHORT, asked};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::expectation::timing::Timing;
use crate::command::expectation::word::Word;
use crate::command::filter;
use socklab_events::packet::Label;
use socklab_packets::schema::{FieldEntry, FieldKind};
use std::ops::Range;

/// What stands between a field and its value.
const OPERATORS: [&str; 7] = ["==", "!=", "<=", ">=", "=", "<", ">"];

/// A pattern while it is read.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) words: &'a [Word<'a>],
    /// The next word, by its place.
    pub(super) place: usize,
    pub(super) pattern: Pattern,
}

impl<'a> Reader<'a> {
    /// Reads to the end of the words. Spans count from the start of the text.
    pub(super) fn read(&mut self) -> Result<(), Diagnostic> {
        if self.next_is("packet") {
            self.place += 1;
        } else {
            self.pattern.from = self.end("who sends it")?;
            self.place += 1; // The arrow: `is_pattern` has seen it.
            self.pattern.to = self.end("who receives it")?;
        }
        while let Some(word) = self.words.get(self.place).cloned() {
            self.place += 1;
            match word {
                Word::Bracketed { inner, span } => {
                    self.pattern.flags = Some(flags(inner, span.start + 1)?);
                }
                Word::Quoted { bytes, .. } => self.pattern.data.push(bytes),
                Word::Bare { text, span } => self.word(text, span)?,
            }
        }
        Ok(())
    }

    fn next_is(&self, wanted: &str) -> bool {
        matches!(self.words.get(self.place), Some(Word::Bare { text, .. }) if *text == wanted)
    }

    /// The end of the text, as a place for a complaint.
    fn here(&self) -> Range<usize> {
        self.words
            .get(self.place)
            .map_or(self.text.len()..self.text.len(), Word::span)
    }

    fn bare(&mut self, what: &str) -> Result<(&'a str, Range<usize>), Diagnostic> {
        match self.words.get(self.place) {
            Some(Word::Bare { text, span }) => {
                self.place += 1;
                Ok((text, span.clone()))
            }
            _ => Err(Diagnostic::new(self.here(), format!("{what}?"))
                .expecting("a socket, a process, a host, an address, :PORT or *")),
        }
    }

    fn end(&mut self, what: &str) -> Result<End, Diagnostic> {
        let (text, span) = self.bare(what)?;
        if text == "*" {
            return Ok(End::Any);
        }
        if let Some(port) = text.strip_prefix(':') {
            return port.parse().map(End::Port).map_err(|_| {
                Diagnostic::new(span, format!("{} is not a port: 0 to 65535", quoted(port)))
            });
        }
        if let Ok(address) = text.parse() {
            return Ok(End::Socket(address));
        }
        if let Ok(address) = text.parse() {
            return Ok(End::Address(address));
        }
        let fit = text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !fit {
            return Err(Diagnostic::new(
                span,
                format!("{} names no end of a packet", quoted(text)),
            )
            .expecting("a socket, a process, a host, an address, :PORT or *"));
        }
        Ok(End::Name(text.to_owned()))
    }

    fn word(&mut self, word: &'a str, span: Range<usize>) -> Result<(), Diagnostic> {
        match word {
            "from" => self.pattern.from = self.end("from whom")?,
            "to" => self.pattern.to = self.end("to whom")?,
            "lost" => self.pattern.lost = true,
            "after" => {
                let mut parts: Vec<(&str, Range<usize>)> = Vec::new();
                while let Some(Word::Bare { text, span }) = self.words.get(self.place) {
                    if !Timing::is_part(text) {
                        break;
                    }
                    parts.push((text, span.clone()));
                    self.place += 1;
                }
                self.pattern.after = Some(Timing::parse(&parts, span.end)?);
            }
            "cause" => match self.words.get(self.place) {
                Some(Word::Quoted { bytes, .. }) => {
                    self.pattern
                        .cause
                        .push(String::from_utf8_lossy(bytes).into_owned());
                    self.place += 1;
                }
                _ => {
                    return Err(Diagnostic::new(self.here(), "which cause?")
                        .expecting("words of it in quotes: cause \"delayed ACK\""));
                }
            },
            "where" => {
                let rest = &self.text[span.end..];
                let filter = rest.trim();
                let start = span.end + (rest.len() - rest.trim_start().len());
                self.pattern.filter = Some(asked(filter, start)?);
                self.place = self.words.len();
            }
            _ => return self.property(word, span),
        }
        Ok(())
    }

    /// A protocol, a label, or a field with what its value must be.
    fn property(&mut self, word: &'a str, span: Range<usize>) -> Result<(), Diagnostic> {
        let split = word.find(['=', '!', '<', '>']);
        let (name, mut demand) = split.map_or((word, String::new()), |at| {
            (&word[..at], word[at..].to_owned())
        });
        if demand.is_empty() && self.label_or_protocol(word) {
            return Ok(());
        }
        let whole = span.start..self.rest_of_demand(&mut demand).unwrap_or(span.end);
        let known = SHORT.iter().find(|(short, _)| *short == name);
        let is_field = known.is_some() || filter::fields().iter().any(|entry| entry.name == name);
        if !is_field {
            return Err(no_property(name, span.start));
        }
        let operator = OPERATORS
            .iter()
            .find(|operator| demand.starts_with(**operator))
            .ok_or_else(|| {
                Diagnostic::new(whole.clone(), format!("what of {}?", quoted(name)))
                    .expecting("a value: seq=0, len>0, tcp.options.mss_val=1460")
            })?;
        let value = demand[operator.len()..].trim();
        let relation = if *operator == "=" { "==" } else { operator };
        let field = known.map_or(name, |(_, field)| *field);
        let text = filter_text(name, field, relation, value).ok_or_else(|| {
            Diagnostic::new(whole.clone(), format!("{} takes a number", quoted(name)))
        })?;
        let mut asked = asked(&text, 0).map_err(|error| {
            let mut diagnostic = Diagnostic::new(whole.clone(), error.message);
            diagnostic.help = error.help;
            diagnostic
        })?;
        asked.text = format!("{name}{demand}");
        self.pattern.fields.push(FieldTest {
            name: name.to_owned(),
            field: field.to_owned(),
            demand,
            asked,
        });
        Ok(())
    }

    /// Takes a word that is a label of Wireshark's or a protocol; false for any other.
    fn label_or_protocol(&mut self, word: &str) -> bool {
        let label = word.strip_prefix("tcp.analysis.").unwrap_or(word);
        if let Some(label) = Label::ALL.into_iter().find(|known| known.name() == label) {
            self.pattern.labels.push(label);
            return true;
        }
        let protocol =
            |entry: &&FieldEntry| entry.kind == FieldKind::Protocol && entry.name == word;
        let found = filter::fields().iter().any(protocol);
        if found {
            self.pattern.protocol = Some(word.to_owned());
        }
        found
    }

    /// Takes the operator and the value behind a field, between which blanks may stand; where the last word that was taken ends.
    fn rest_of_demand(&mut self, demand: &mut String) -> Option<usize> {
        let mut end = None;
        while demand.is_empty() || OPERATORS.contains(&demand.as_str()) {
            let Some(Word::Bare { text, span }) = self.words.get(self.place) else {
                break;
            };
            if demand.is_empty() && !text.starts_with(['=', '!', '<', '>']) {
                break;
            }
            demand.push_str(text);
            end = Some(span.end);
            self.place += 1;
        }
        end
    }
}

/// The display filter that says the same; `None` when `len` or a port is compared with what is no number.
fn filter_text(name: &str, field: &str, relation: &str, value: &str) -> Option<String> {
    match name {
        "len" => {
            let bytes: u64 = value.parse().ok()?;
            // udp.length counts the header's eight bytes (RFC 768).
            Some(format!(
                "(tcp.len {relation} {bytes} || udp.length {relation} {} || (data.len {relation} {bytes} && !tcp && !udp))",
                bytes.checked_add(8)?
            ))
        }
        "sport" | "dport" => {
            let port: u16 = value.parse().ok()?;
            let side = if name == "sport" {
                "srcport"
            } else {
                "dstport"
            };
            Some(format!(
                "(tcp.{side} {relation} {port} || udp.{side} {relation} {port})"
            ))
        }
        _ => Some(format!("{field} {relation} {value}")),
    }
}

/// The complaint about a name, at `start`, that nothing of a packet has.
fn no_property(name: &str, start: usize) -> Diagnostic {
    let names = SHORT
        .iter()
        .map(|(short, _)| *short)
        .chain(Label::ALL.into_iter().map(Label::name))
        .chain(["from", "to", "lost", "after", "cause", "where"])
        .chain(filter::fields().iter().map(|entry| entry.name));
    let message = format!(
        "{} is not a field, label or protocol of a packet",
        quoted(name)
    );
    Diagnostic::new(start..start + name.len(), message)
        .expecting("[SYN], seq=0, \"data\", udp, retransmission, lost, after 1s, where FILTER")
        .suggesting(name, names)
}
