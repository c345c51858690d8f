//! The clauses of a rule: which frames, which way, by how much. Read one by one in any order, then put together. Which kinds of rule
//! there are is in `parse`.

use super::measure::Word;
use super::reader::{Parsed, Reader, unexpected};
use super::suggest::CLAUSES;
use super::{DEFAULT_QUEUE, Pick, WireAction, WireRule, unknown_field};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::filter::{self, Filter};

/// The clauses of a rule as far as they were read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
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
pub(super) enum Takes {
    Pick,
    Chance,
    Delay,
    Rate,
    Mtu,
    Nothing,
}

impl Draft {
    /// `from HOST`, `to HOST`.
    pub(super) fn direction(&mut self, reader: &mut Reader<'_>, word: &Word<'_>) -> Parsed<bool> {
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
    pub(super) fn filter(&mut self, reader: &mut Reader<'_>, word: &Word<'_>) -> Parsed<bool> {
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
    pub(super) fn pick(
        &mut self,
        reader: &mut Reader<'_>,
        word: &Word<'_>,
        takes: Takes,
    ) -> Parsed<bool> {
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
                    "`cut` is for all frames until `join`, `hold` until `release`; to lose frames that are counted write `drop`",
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
    pub(super) fn measure(
        &mut self,
        reader: &mut Reader<'_>,
        word: &Word<'_>,
        takes: Takes,
    ) -> Parsed<bool> {
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

    /// The rule that the clauses make of this kind; `end` is where its text ends.
    pub(super) fn finish(self, kind: &Word<'_>, takes: Takes, end: usize) -> Parsed<WireRule> {
        let pick = self.picked(kind)?;
        let action = self.action(kind, takes, pick, end)?;
        Ok(WireRule {
            action,
            pick,
            from: self.from,
            to: self.to,
            filter: self.filter.unwrap_or_default(),
        })
    }

    fn action(&self, kind: &Word<'_>, takes: Takes, pick: Pick, end: usize) -> Parsed<WireAction> {
        let missing =
            |message: &str, expected: &str| Diagnostic::new(end..end, message).expecting(expected);
        Ok(match takes {
            Takes::Nothing if kind.text == "hold" => WireAction::Hold,
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
            Takes::Pick if pick == Pick::All && !self.selects() => {
                return Err(which_frames(kind.text, end));
            }
            Takes::Pick => match kind.text {
                "drop" => WireAction::Drop,
                "duplicate" => WireAction::Duplicate,
                "reorder" => WireAction::Reorder,
                _ => WireAction::Corrupt,
            },
        })
    }

    /// True when a filter or a direction says which frames are meant.
    fn selects(&self) -> bool {
        self.filter.is_some() || self.from.is_some() || self.to.is_some()
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

/// The complaint about a rule that would be for every frame.
fn which_frames(kind: &str, end: usize) -> Diagnostic {
    let chance = if kind == "drop" { "loss" } else { kind };
    Diagnostic::new(end..end, format!("{kind} which frames?")).expecting(format!(
        "`next`, `next 3`, `2nd`, `where FILTER`, `from HOST` or a chance: {chance} 10%"
    ))
}
