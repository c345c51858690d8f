//! The words after `wire` to an order: the kind, then its clauses in any order. Single measures are in `measure`.

use super::measure::Word;
use super::suggest::{CLAUSES, KINDS};
use super::{CERTAIN, DEFAULT_QUEUE, Pick, WireAction, WireOrder, WireRule, unknown_field};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::filter::{self, Filter};
use std::ops::Range;

type Parsed<T> = Result<T, Diagnostic>;

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
struct Reader<'a> {
    text: &'a str,
    at: usize,
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

    fn peek(&mut self) -> Option<Word<'a>> {
        let before = self.at;
        let word = self.next();
        self.at = before;
        word
    }

    fn demand(&mut self, question: &str, expected: &str) -> Parsed<Word<'a>> {
        let end = self.text.trim_end().len();
        self.next()
            .ok_or_else(|| Diagnostic::new(end..end, question).expecting(expected))
    }

    /// What stands from here to the next clause outside quotes.
    fn filter(&mut self) -> Range<usize> {
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

/// The clauses of a rule as far as they were read.
#[derive(Default)]
struct Draft {
    from: Option<String>,
    to: Option<String>,
    filter: Option<String>,
    /// `next 3`.
    count: Option<u64>,
    /// `after 5`.
    skip: Option<u64>,
    /// `2nd`.
    place: Option<u64>,
    chance: Option<u32>,
    delay: Option<u64>,
    jitter: Option<u64>,
    rate: Option<u64>,
    queue: Option<u32>,
    mtu: Option<u16>,
}

/// What a kind of rule takes besides a direction and a filter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Pick,
    Chance,
    Delay,
    Rate,
    Mtu,
    Nothing,
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

impl Draft {
    /// `from HOST`, `to HOST`.
    fn direction(&mut self, reader: &mut Reader<'_>, word: &Word<'_>) -> Parsed<bool> {
        let slot = match word.text {
            "from" => &mut self.from,
            "to" => &mut self.to,
            _ => return Ok(false),
        };
        let host = reader.demand(
            &format!("{} which host?", word.text),
            &format!("the name of a host: {} client", word.text),
        )?;
        let is_name = host
            .text
            .chars()
            .all(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | ':'));
        if !is_name || CLAUSES.iter().any(|(clause, _)| *clause == host.text) {
            return Err(unexpected(&host, "the name of a host"));
        }
        put(slot, host.text.to_owned(), word)
    }

    /// `where FILTER`.
    fn filter(&mut self, reader: &mut Reader<'_>, word: &Word<'_>) -> Parsed<bool> {
        if word.text != "where" {
            return Ok(false);
        }
        let span = reader.filter();
        let text = &reader.text[span.clone()];
        if text.is_empty() {
            return Err(Diagnostic::new(span, "where what?")
                .expecting("a display filter: where tcp.flags.syn == 1"));
        }
        check_filter(text).map_err(|error| error.shifted(span.start))?;
        put(&mut self.filter, text.to_owned(), word)
    }

    /// `next 3`, `2nd`, `after 5`, `10%`.
    fn pick(&mut self, reader: &mut Reader<'_>, word: &Word<'_>, takes: Takes) -> Parsed<bool> {
        let counts = matches!(takes, Takes::Pick | Takes::Delay);
        if (counts || takes == Takes::Chance) && word.text.ends_with('%') {
            return put(&mut self.chance, word.chance()?, word);
        }
        let refuse = || {
            let error = Diagnostic::new(
                word.span.clone(),
                format!("{} has no place here", quoted(word.text)),
            );
            Err(match takes {
                Takes::Chance => error
                    .helping("to lose frames that are counted write `drop`, as in `drop next 2`"),
                Takes::Nothing => error.helping(
                    "a cut holds until `join`; to lose frames that are counted write `drop`",
                ),
                _ => error.helping(
                    "it holds for all frames, or for those that `from`, `to` and `where` name",
                ),
            })
        };
        if word.text == "next" {
            if !counts {
                return refuse();
            }
            let count = match reader.peek() {
                Some(number) if number.text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    reader.at = number.span.end;
                    number.count("next", 1)?
                }
                _ => 1,
            };
            return put(&mut self.count, count, word);
        }
        if word.text == "after" {
            if !counts {
                return refuse();
            }
            let number = reader.demand("after how many?", "a whole number: after 2")?;
            return put(&mut self.skip, number.count("after", 1)?, word);
        }
        match word.ordinal() {
            Some(_) if !counts => refuse(),
            Some(place) => put(&mut self.place, place?, word),
            None => Ok(false),
        }
    }

    /// What only one kind of rule takes.
    fn measure(&mut self, reader: &mut Reader<'_>, word: &Word<'_>, takes: Takes) -> Parsed<bool> {
        match (takes, word.text) {
            (Takes::Delay, "jitter") => {
                let time = reader.demand("a jitter of what?", "a time: jitter 10ms")?;
                put(&mut self.jitter, time.time("jitter")?, word)
            }
            (Takes::Delay, "by") => {
                let time = reader.demand("by how much?", "a time: by 200ms")?;
                put(&mut self.delay, time.time("delay")?, &time)
            }
            (Takes::Delay, _) if word.is_numeric() => {
                put(&mut self.delay, word.time("delay")?, word)
            }
            (Takes::Rate, "queue") => {
                let frames =
                    reader.demand("a queue of how many frames?", "a whole number: queue 100")?;
                put(&mut self.queue, frames.queue()?, word)
            }
            (Takes::Rate, _) if word.is_numeric() => put(&mut self.rate, word.rate()?, word),
            (Takes::Mtu, _) if word.is_numeric() => put(&mut self.mtu, word.mtu()?, word),
            (Takes::Chance, _) if word.is_numeric() => put(&mut self.chance, word.chance()?, word),
            _ => Ok(false),
        }
    }

    fn picked(&self, kind: &Word<'_>) -> Parsed<Pick> {
        let wrong = |message: &str, help: &str| {
            Err(Diagnostic::new(kind.span.clone(), message).helping(help))
        };
        let counted = self.count.is_some() || self.skip.is_some() || self.place.is_some();
        match (self.chance, self.place) {
            (Some(_), _) if counted => wrong(
                "a rule counts or leaves it to chance, not both",
                "write two rules, or one of `next`, `2nd`, `after` and a chance",
            ),
            (Some(chance), _) => Ok(Pick::Chance(chance)),
            (None, Some(_)) if self.count.is_some() || self.skip.is_some() => wrong(
                "the frames are picked in two ways",
                "`3rd` is the third and no other; `next 2 after 5` is the sixth and the seventh",
            ),
            (None, Some(place)) => Ok(Pick::Counted {
                skip: place - 1,
                count: Some(1),
            }),
            (None, None) if counted => Ok(Pick::Counted {
                skip: self.skip.unwrap_or(0),
                count: self.count,
            }),
            (None, None) => Ok(Pick::All),
        }
    }

    fn finish(self, kind: &Word<'_>, takes: Takes, end: usize) -> Parsed<WireRule> {
        let missing =
            |message: &str, expected: &str| Diagnostic::new(end..end, message).expecting(expected);
        let pick = self.picked(kind)?;
        let action = match takes {
            Takes::Nothing => WireAction::Cut,
            Takes::Mtu => WireAction::Mtu(
                self.mtu
                    .ok_or_else(|| missing("an MTU of what?", "a number of bytes: mtu 576"))?,
            ),
            Takes::Rate => WireAction::Rate {
                bits: self
                    .rate
                    .ok_or_else(|| missing("a rate of what?", "bits a second: rate 1mbit"))?,
                queue: self.queue.unwrap_or(DEFAULT_QUEUE),
            },
            Takes::Delay => {
                let delay_ns = self
                    .delay
                    .ok_or_else(|| missing("a delay of what?", "a time: delay 50ms"))?;
                let jitter_ns = self.jitter.unwrap_or(0);
                if jitter_ns > delay_ns {
                    let message = "the jitter is larger than the delay: frames would arrive before they were sent";
                    return Err(Diagnostic::new(kind.span.start..end, message)
                        .expecting("a jitter of at most the delay"));
                }
                WireAction::Delay {
                    delay_ns,
                    jitter_ns,
                }
            }
            Takes::Chance if self.chance.is_none() => {
                return Err(missing("a loss of what?", "a chance: loss 10%"));
            }
            Takes::Chance => WireAction::Drop,
            Takes::Pick => {
                let all = pick == Pick::All
                    && self.filter.is_none()
                    && self.from.is_none()
                    && self.to.is_none();
                if all {
                    let (name, chance) = match kind.text {
                        "drop" => ("drop", "loss 10%".to_owned()),
                        other => (other, format!("{other} 10%")),
                    };
                    return Err(missing(
                        &format!("{name} which frames?"),
                        &format!(
                            "`next`, `next 3`, `2nd`, `where FILTER`, `from HOST` or a chance: {chance}"
                        ),
                    ));
                }
                match kind.text {
                    "drop" => WireAction::Drop,
                    "duplicate" => WireAction::Duplicate,
                    "reorder" => WireAction::Reorder,
                    _ => WireAction::Corrupt,
                }
            }
        };
        debug_assert!(!matches!(pick, Pick::Chance(chance) if chance > CERTAIN));
        Ok(WireRule {
            action,
            pick,
            from: self.from,
            to: self.to,
            filter: self.filter.unwrap_or_default(),
        })
    }
}

/// Fills a slot; an error when it is filled already.
fn put<T>(slot: &mut Option<T>, value: T, word: &Word<'_>) -> Parsed<bool> {
    if slot.is_some() {
        let message = format!("{} says again what was said", quoted(word.text));
        return Err(Diagnostic::new(word.span.clone(), message).expecting("each once"));
    }
    *slot = Some(value);
    Ok(true)
}

/// Refuses a text that is no filter, and fields that the wire cannot know.
fn check_filter(text: &str) -> Parsed<()> {
    Filter::parse(text).map_err(|error| {
        let found = Diagnostic::new(error.span, error.message);
        match error.help {
            Some(help) => found.helping(help),
            None => found,
        }
    })?;
    for (span, entry) in filter::named_fields(text) {
        if let Some(help) = unknown_field(entry.name) {
            let message = format!(
                "{} is not known on the wire, which sees one frame at a time",
                entry.name
            );
            return Err(Diagnostic::new(span, message).helping(help));
        }
    }
    Ok(())
}

fn unexpected(word: &Word<'_>, expected: &str) -> Diagnostic {
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
