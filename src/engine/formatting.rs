//! `"{} of {:02x}".format(a, b)`: the replacement fields of Python's str.format that lessons need. Pure.

use super::execution::{Outcome, Stop};
use super::operator::{integer, real};
use crate::value::Value;

/// More than so many characters of padding are refused.
const WIDEST: usize = 10_000;

/// The template with the values put in. `shown` gives a value as text, its repr when the flag is set.
pub(super) fn format(
    template: &str,
    values: &[Value],
    shown: &dyn Fn(&Value, bool) -> String,
) -> Outcome<String> {
    let mut text = String::new();
    let mut rest = template;
    let mut next = 0;
    while let Some(place) = rest.find(['{', '}']) {
        text.push_str(&rest[..place]);
        let brace = &rest[place..=place];
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
            continue;
        }
        let Some((field, after)) = (brace == "{").then(|| rest.split_once('}')).flatten() else {
            return Err(Stop::because(
                "a brace stands alone in the format; write {{ or }} for a brace itself",
            ));
        };
        rest = after;
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, repr) = match name.split_once('!') {
            Some((name, conversion)) => (name, conversion == "r"),
            None => (name, false),
        };
        let index = if name.is_empty() {
            next += 1;
            next - 1
        } else {
            name.parse()
                .map_err(|_| Stop::because("a format's fields are {} or numbered, as in {0}"))?
        };
        let Some(value) = values.get(index) else {
            return Err(Stop::because(format!(
                "the format asks for value {index}, and there are {}",
                values.len()
            )));
        };
        text.push_str(&one(value, spec, repr, shown)?);
    }
    text.push_str(rest);
    Ok(text)
}

/// A specification that was read: `[[fill]align][0][width][.precision][type]`.
struct Layout {
    fill: char,
    /// `<`, `>` or `^`; `None` where numbers stand to the right and all else to the left.
    align: Option<char>,
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    /// What follows, which is to be the type.
    kind: Vec<char>,
}

impl Layout {
    /// `None` when a point has no digits behind it.
    fn read(spec: &str) -> Option<Self> {
        let characters: Vec<char> = spec.chars().collect();
        let (fill, align, mut rest) = match &characters[..] {
            [fill, align @ ('<' | '>' | '^'), rest @ ..] => (*fill, Some(*align), rest),
            [align @ ('<' | '>' | '^'), rest @ ..] => (' ', Some(*align), rest),
            rest => (' ', None, rest),
        };
        let mut zeros = false;
        if let ['0', more @ ..] = rest {
            zeros = true;
            rest = more;
        }
        let width = digits(&mut rest).unwrap_or(0);
        let mut precision = None;
        if let ['.', more @ ..] = rest {
            rest = more;
            precision = Some(digits(&mut rest)?);
        }
        Some(Self {
            fill,
            align,
            zeros,
            width,
            precision,
            kind: rest.to_vec(),
        })
    }

    /// The text in its width; `number` says whether the value is one.
    fn padded(&self, text: &str, number: bool) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        let pad = |count: usize| self.fill.to_string().repeat(count);
        match self.align {
            None if self.zeros && number => {
                let zeros = "0".repeat(missing);
                match text.strip_prefix('-') {
                    Some(text) => format!("-{zeros}{text}"),
                    None => format!("{zeros}{text}"),
                }
            }
            Some('^') => format!("{}{text}{}", pad(missing / 2), pad(missing - missing / 2)),
            Some('>') => format!("{}{text}", pad(missing)),
            None if number => format!("{}{text}", pad(missing)),
            _ => format!("{text}{}", pad(missing)),
        }
    }
}

/// Takes the digits at the beginning; `None` when there are none, or too many.
fn digits(rest: &mut &[char]) -> Option<usize> {
    let count = rest.iter().take_while(|one| one.is_ascii_digit()).count();
    let (number, more) = rest.split_at(count);
    *rest = more;
    number.iter().collect::<String>().parse().ok()
}

fn unknown(spec: &str) -> Stop {
    Stop::because(format!(
        "`{}` is not a format known here; there are [fill][<>^][0][width][.digits][d x X b o f s]",
        spec.escape_debug()
    ))
}

/// One value after its specification.
fn one(
    value: &Value,
    spec: &str,
    repr: bool,
    shown: &dyn Fn(&Value, bool) -> String,
) -> Outcome<String> {
    let unknown = || unknown(spec);
    let layout = Layout::read(spec).ok_or_else(unknown)?;
    let precision = layout.precision;
    if layout.width > WIDEST || precision.is_some_and(|precision| precision > WIDEST) {
        return Err(Stop::because("that width is too large"));
    }
    let whole = || integer(value).ok_or_else(unknown);
    let signed = |digits: fn(u64) -> String| -> Outcome<String> {
        let number = whole()?;
        let sign = if number < 0 { "-" } else { "" };
        Ok(format!("{sign}{}", digits(number.unsigned_abs())))
    };
    let text = match layout.kind.as_slice() {
        [] if precision.is_some() && matches!(value, Value::Float(_)) => {
            format!(
                "{:.*}",
                precision.unwrap_or(6),
                real(value).unwrap_or_default()
            )
        }
        [] | ['s'] => {
            let text = shown(value, repr);
            match precision {
                Some(precision) => text.chars().take(precision).collect(),
                None => text,
            }
        }
        ['d'] => whole()?.to_string(),
        ['x'] => signed(|number| format!("{number:x}"))?,
        ['X'] => signed(|number| format!("{number:X}"))?,
        ['b'] => signed(|number| format!("{number:b}"))?,
        ['o'] => signed(|number| format!("{number:o}"))?,
        ['f'] => format!(
            "{:.*}",
            precision.unwrap_or(6),
            real(value).ok_or_else(unknown)?
        ),
        _ => return Err(unknown()),
    };
    Ok(layout.padded(&text, real(value).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacement_fields_are_filled_as_python_fills_them() {
        let values = [Value::Int(255), Value::Str("ab".into()), Value::Float(0.5)];
        let cases = [
            ("{} {} {}", Some("255 ab 0.5")),
            (
                "{0:04x}|{0:>5}|{1:>4}|{1:<4}|{1:*^6}",
                Some("00ff|  255|  ab|ab  |**ab**"),
            ),
            ("{2:.2f} {{x}} {1!r}", Some("0.50 {x} 'ab'")),
            ("{0:b}", Some("11111111")),
            ("{3}", None),
            ("{", None),
            ("{1:d}", None),
        ];
        for (template, expected) in cases {
            let shown = |value: &Value, repr: bool| match (value, repr) {
                (Value::Str(text), true) => format!("'{text}'"),
                (Value::Str(text), false) => text.clone(),
                (other, _) => crate::engine::repr::repr(other, &|_| None),
            };
            let text = format(template, &values, &shown).ok();
            assert_eq!(text.as_deref(), expected, "{template}");
        }
    }
}
