//! The words after `wire` to an order: the kind, then its clauses in any order. Single measures are in `measure`.

use super::clause::{Draft, Takes};
use super::measure::Word;
use super::reader::{Parsed, Reader, unexpected};
use super::suggest::{CLAUSES, KINDS};
use super::{WireOrder, WireRule};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::filter;

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
        "step" => match reader.next() {
            None => WireOrder::Step(1),
            Some(word) => match frame_number(&word) {
                Some(number) => WireOrder::StepFrame(number?),
                None => WireOrder::Step(word.count("step", 1)?),
            },
        },
        "lose" => match reader.next() {
            None => WireOrder::Lose(None),
            Some(word) => match frame_number(&word) {
                Some(number) => WireOrder::Lose(Some(number?)),
                None if word.text.ends_with('%') => {
                    let error = unexpected(&word, "the number of a packet: lose #12");
                    return Err(error.helping(format!("`loss {}` loses by chance", word.text)));
                }
                None => WireOrder::Lose(Some(word.count("lose", 1)?)),
            },
        },
        "release" => WireOrder::Release,
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
                format!("{} is not a rule number", quoted(word.text)),
            )
            .expecting("a number that `wire` lists, or nothing to clear all")
        })
}

/// `#12`; `None` for any other word.
fn frame_number(word: &Word<'_>) -> Option<Parsed<u64>> {
    let digits = word.text.strip_prefix('#')?;
    let number = digits.parse().ok().filter(|number| *number > 0);
    Some(number.ok_or_else(|| {
        Diagnostic::new(
            word.span.clone(),
            format!("{} is not the number of a packet", quoted(word.text)),
        )
        .expecting("a number as `packets` shows it: #12")
    }))
}

fn rule(kind: &Word<'_>, reader: &mut Reader<'_>) -> Parsed<WireRule> {
    let takes = match kind.text {
        "drop" | "duplicate" | "reorder" | "corrupt" => Takes::Pick,
        "loss" => Takes::Chance,
        "delay" => Takes::Delay,
        "rate" => Takes::Rate,
        "mtu" => Takes::Mtu,
        "cut" | "hold" => Takes::Nothing,
        _ => {
            return Err(Diagnostic::new(
                kind.span.clone(),
                format!("the wire has no rule {}", quoted(kind.text)),
            )
            .expecting("delay, loss, rate, mtu, drop, duplicate, reorder, corrupt, cut, join, hold, step, lose, release, clear or seed")
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
