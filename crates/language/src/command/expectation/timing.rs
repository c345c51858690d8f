//! A demand on time: `1s ±20%`, `>= 200ms`. Only read and compared here; nobody waits.

use crate::command::ast::Expr;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::parse::parse_expression;
use std::fmt;
use std::ops::Range;

/// How long something may have taken, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// This long, give or take so many percent.
    About(u64, u32),
    /// This long or longer.
    AtLeast(u64),
    /// This long or shorter.
    AtMost(u64),
}

/// The tolerance when none is written, in percent.
const TOLERANCE: u32 = 20;

impl Timing {
    /// True when a word can stand in a demand on time.
    pub(super) fn is_part(word: &str) -> bool {
        word.starts_with(['<', '>', '≥', '≤', '±', '+'])
            || word.starts_with(|first: char| first.is_ascii_digit())
    }

    /// Reads the words behind `after` or `took`, each with its place; `end` is where the word in front of them ends.
    pub(super) fn parse(words: &[(&str, Range<usize>)], end: usize) -> Result<Self, Diagnostic> {
        let missing = || {
            Diagnostic::new(end..end, "how long?").expecting("a time: 1s ±20%, >= 200ms, < 50ms")
        };
        let (first, rest) = words.split_first().ok_or_else(missing)?;
        let relation = ["<=", ">=", "<", ">", "≥", "≤"]
            .into_iter()
            .find(|relation| first.0.starts_with(relation));
        let after_relation = relation.map_or(first.0, |relation| &first.0[relation.len()..]);
        let (time, rest) = if after_relation.is_empty() {
            let (next, rest) = rest.split_first().ok_or_else(missing)?;
            (next.clone(), rest)
        } else {
            let start = first.1.end - after_relation.len();
            ((after_relation, start..first.1.end), rest)
        };
        let nanoseconds = nanoseconds(time.0).ok_or_else(|| {
            Diagnostic::new(time.1.clone(), format!("{} is not a time", quoted(time.0)))
                .expecting("a number with a unit: 200ms, 1.5s")
        })?;
        let timing = match relation {
            Some(">=" | ">" | "≥") => Self::AtLeast(nanoseconds),
            Some(_) => Self::AtMost(nanoseconds),
            None => Self::About(nanoseconds, TOLERANCE),
        };
        match (timing, rest) {
            (timing, []) => Ok(timing),
            (Self::About(nanoseconds, _), [(tolerance, span)]) => {
                let percent = tolerance
                    .strip_prefix('±')
                    .or_else(|| tolerance.strip_prefix("+-"))
                    .and_then(|number| number.strip_suffix('%'))
                    .and_then(|number| number.parse().ok());
                percent
                    .map(|percent| Self::About(nanoseconds, percent))
                    .ok_or_else(|| {
                        Diagnostic::new(
                            span.clone(),
                            format!("{} is not a tolerance", quoted(tolerance)),
                        )
                        .expecting("a percentage: ±20%, or +-20%")
                    })
            }
            (_, [(word, span), ..]) => Err(Diagnostic::new(
                span.clone(),
                format!("{} is one word too many for a time", quoted(word)),
            )),
        }
    }

    /// True when a duration is as demanded.
    pub fn holds(self, nanoseconds: i64) -> bool {
        let took = i128::from(nanoseconds);
        match self {
            Self::About(about, percent) => {
                let about = i128::from(about);
                (took - about).abs() * 100 <= about * i128::from(percent)
            }
            Self::AtLeast(least) => took >= i128::from(least),
            Self::AtMost(most) => took <= i128::from(most),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |nanoseconds: u64| nanoseconds as f64 / 1e9;
        match self {
            Self::About(about, percent) => write!(f, "{} s ±{percent}%", seconds(*about)),
            Self::AtLeast(least) => write!(f, "at least {} s", seconds(*least)),
            Self::AtMost(most) => write!(f, "at most {} s", seconds(*most)),
        }
    }
}

fn nanoseconds(text: &str) -> Option<u64> {
    match parse_expression(text).ok()? {
        Expr::Duration(nanoseconds) => Some(nanoseconds),
        Expr::Int(seconds) => u64::try_from(seconds).ok()?.checked_mul(1_000_000_000),
        Expr::Float(seconds) if (0.0..1e9).contains(&seconds) => Some((seconds * 1e9) as u64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Timing, Diagnostic> {
        let mut at = 0;
        let words: Vec<(&str, Range<usize>)> = text
            .split(' ')
            .map(|word| {
                let start = at;
                at += word.len() + 1;
                (word, start..start + word.len())
            })
            .filter(|(word, _)| !word.is_empty())
            .collect();
        Timing::parse(&words, 0)
    }

    #[test]
    fn a_demand_on_time_is_read_and_judged() {
        for (text, held, not_held) in [
            (
                "1s ±20%",
                &[800_000_000, 1_200_000_000][..],
                &[799_999_999, 1_200_000_001][..],
            ),
            ("1s +-10%", &[900_000_000], &[899_999_999]),
            ("200ms", &[160_000_000], &[159_999_999]),
            (">= 1s", &[1_000_000_000], &[999_999_999]),
            (">1s", &[1_000_000_000], &[999_999_999]),
            ("< 50ms", &[0, 50_000_000], &[50_000_001]),
            ("≥1.5", &[1_500_000_000], &[1_499_999_999]),
        ] {
            let timing = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(held.iter().all(|took| timing.holds(*took)), "{text}");
            assert!(!not_held.iter().any(|took| timing.holds(*took)), "{text}");
        }
        for text in ["", ">=", "soon", "1s 20%", "1s ±20% more", ">= 1s ±20%"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
