//! The measures of rules: times, chances, rates, sizes and counts, each from one word. Not where they stand in a rule.

use crate::command::ast::Expr;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::parse::parse_expression;
use crate::command::wire::{CERTAIN, LEAST_MTU, LONGEST_DELAY, LONGEST_QUEUE};
use std::ops::Range;

/// Units of a rate, with their bits a second; longer names before those they end with.
const RATES: [(&str, f64); 4] = [("gbit", 1e9), ("mbit", 1e6), ("kbit", 1e3), ("bit", 1.0)];
/// The slowest and the fastest rate in bits a second.
const RATE_RANGE: std::ops::RangeInclusive<f64> = 1e3..=1e11;

/// A word with its place.
#[derive(Clone, Debug)]
pub(in crate::command) struct Word<'a> {
    pub(in crate::command) text: &'a str,
    pub(in crate::command) span: Range<usize>,
}

impl Word<'_> {
    fn wrong(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.span.clone(), message)
    }

    /// True when it can only be meant as a number.
    pub(in crate::command) fn is_numeric(&self) -> bool {
        let digits = self.text.trim_start_matches(['-', '+', '−']);
        digits.starts_with(|next: char| next.is_ascii_digit() || next == '.')
    }

    /// A time in nanoseconds; `what` is what it is for: `delay`.
    pub(in crate::command) fn time(&self, what: &str) -> Result<u64, Diagnostic> {
        let example = format!("a time with its unit: {what} 50ms");
        let value = parse_expression(self.text)
            .map_err(|error| error.shifted(self.span.start))
            .map_err(|error| error.expecting(example.clone()))?;
        match value {
            Expr::Duration(time) if time <= LONGEST_DELAY => Ok(time),
            Expr::Duration(_) => Err(self
                .wrong(format!("a {what} of {} is too long", self.text))
                .expecting("at most 60s")),
            Expr::Negative(_) => Err(self
                .wrong(format!(
                    "a {what} cannot be negative: nothing arrives before it was sent"
                ))
                .expecting(example)),
            Expr::Int(_) | Expr::Float(_) => Err(self
                .wrong(format!("{} of what?", quoted(self.text)))
                .expecting(example)
                .helping(format!("did you mean `{0}ms` or `{0}s`?", self.text))),
            _ => Err(self
                .wrong(format!("{} is not a time", quoted(self.text)))
                .expecting(example)),
        }
    }

    /// A chance in millionths.
    pub(in crate::command) fn chance(&self) -> Result<u32, Diagnostic> {
        const EXPECTED: &str = "a chance from 0% to 100%, as in 10%";
        let Some(digits) = self.text.strip_suffix('%') else {
            let error = self
                .wrong(format!("{} of what?", quoted(self.text)))
                .expecting(EXPECTED);
            return Err(match self.text.parse::<f64>() {
                Ok(number) if (0.0..=100.0).contains(&number) => {
                    error.helping(format!("did you mean `{}%`?", self.text))
                }
                _ => error,
            });
        };
        let number: f64 = digits
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| {
                self.wrong(format!("{} is not a chance", quoted(self.text)))
                    .expecting(EXPECTED)
            })?;
        if (0.0..=100.0).contains(&number) {
            Ok((number * f64::from(CERTAIN) / 100.0).round() as u32)
        } else {
            let what = if number < 0.0 {
                "less than never"
            } else {
                "more than always"
            };
            Err(self
                .wrong(format!("{} is {what}", quoted(self.text)))
                .expecting(EXPECTED))
        }
    }

    /// A rate in bits a second.
    pub(in crate::command) fn rate(&self) -> Result<u64, Diagnostic> {
        const EXPECTED: &str = "a rate in bits a second: 500kbit, 1mbit, 1.5mbit, 1gbit";
        let lower = self.text.to_lowercase();
        let end = lower
            .find(|next: char| next.is_ascii_alphabetic())
            .unwrap_or(lower.len());
        let (digits, unit) = lower.split_at(end);
        let wrong = |message: String| self.wrong(message).expecting(EXPECTED);
        let Ok(number) = digits.parse::<f64>() else {
            return Err(wrong(format!("{} is not a rate", quoted(self.text))));
        };
        if number < 0.0 {
            return Err(wrong("a rate cannot be negative".to_owned()));
        }
        let unit_name = unit.strip_suffix("/s").unwrap_or(unit);
        let Some((_, bits)) = RATES.iter().find(|(name, _)| *name == unit_name) else {
            let error = wrong(format!("{} of what?", quoted(self.text)));
            return Err(match unit {
                "" => error.helping(format!("did you mean `{digits}mbit` or `{digits}kbit`?")),
                "k" | "m" | "g" => error.helping(format!("did you mean `{digits}{unit}bit`?")),
                "kbps" | "mbps" | "gbps" | "bps" | "kb" | "mb" | "gb" => error.helping(format!(
                    "bits a second are written `{digits}{}bit`; a byte has eight of them",
                    &unit[..usize::from(!unit.starts_with('b'))]
                )),
                _ => error,
            });
        };
        let rate = number * bits;
        if RATE_RANGE.contains(&rate) {
            Ok(rate.round() as u64)
        } else {
            Err(wrong(format!("{} is out of range", quoted(self.text)))
                .expecting("a rate from 1kbit to 100gbit"))
        }
    }

    /// An MTU in bytes.
    pub(in crate::command) fn mtu(&self) -> Result<u16, Diagnostic> {
        let expected = format!("a number of bytes from {LEAST_MTU} to 65535, as in mtu 576");
        match self.text.parse::<u16>() {
            Ok(mtu) if mtu >= LEAST_MTU => Ok(mtu),
            Ok(_) => Err(self
                .wrong(format!("no network has an MTU of {}", self.text))
                .expecting(expected)
                .helping("every network carries IPv4 packets of 68 bytes in one piece (RFC 791)")),
            Err(_) => Err(self
                .wrong(format!("{} is not an MTU", quoted(self.text)))
                .expecting(expected)),
        }
    }

    /// A whole number; `what` is in front of it: `next`.
    pub(in crate::command) fn count(&self, what: &str, least: u64) -> Result<u64, Diagnostic> {
        match self.text.parse::<u64>() {
            Ok(count) if count >= least => Ok(count),
            Ok(_) => Err(self
                .wrong(format!("{what} {} would be nothing", self.text))
                .expecting(format!("a whole number from {least}"))),
            Err(_) => Err(self
                .wrong(format!("{} is not a count", quoted(self.text)))
                .expecting(format!("a whole number: {what} 3"))),
        }
    }

    /// How many frames may wait.
    pub(in crate::command) fn queue(&self) -> Result<u32, Diagnostic> {
        match self.count("queue", 1)?.try_into() {
            Ok(queue) if queue <= LONGEST_QUEUE => Ok(queue),
            _ => Err(self
                .wrong("the queue is too long")
                .expecting(format!("at most {LONGEST_QUEUE} frames"))),
        }
    }

    /// `2nd`: which one, from 1; `None` when it is no such word.
    pub(in crate::command) fn ordinal(&self) -> Option<Result<u64, Diagnostic>> {
        let end = self.text.len().checked_sub(2)?;
        let (digits, ending) = (self.text.get(..end)?, self.text.get(end..)?);
        let is_ordinal = matches!(ending, "st" | "nd" | "rd" | "th")
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_ordinal.then(|| match digits.parse() {
            Ok(place @ 1..) => Ok(place),
            Ok(_) => Err(self
                .wrong("the count begins with 1")
                .expecting("1st, 2nd, 3rd …")),
            Err(_) => Err(self
                .wrong("this number is too large")
                .expecting("1st, 2nd, 3rd …")),
        })
    }
}
