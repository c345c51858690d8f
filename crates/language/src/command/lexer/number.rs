//! Numbers: integers in Python's bases, floats, durations (`200ms`) and sizes (`64k`).

use super::{Lexeme, in_word};
use crate::command::diagnostic::{Diagnostic, quoted};

/// Units of time and how many nanoseconds they hold.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Suffixes of sizes and how many bytes they hold (powers of 1024).
const SIZES: &[(&str, u64)] = &[
    ("k", 1 << 10),
    ("K", 1 << 10),
    ("kB", 1 << 10),
    ("M", 1 << 20),
    ("MB", 1 << 20),
    ("G", 1 << 30),
    ("GB", 1 << 30),
];

/// The number that begins `rest`, which begins with a digit or a dot and a digit.
pub(super) fn number(rest: &str) -> Result<(Lexeme<'static>, usize), Diagnostic> {
    if let Some(found) = based(rest)? {
        return Ok(found);
    }
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'_')
            .count()
    };
    let mut end = digits(0);
    let mut float = false;
    let after_dot = rest[end..].strip_prefix('.');
    if after_dot.is_some_and(|after| {
        !after.starts_with(|next: char| next == '.' || (in_word(next) && !next.is_ascii_digit()))
    }) {
        float = true;
        end = digits(end + 1);
    }
    if let Some(exponent) = exponent(&rest[end..]) {
        float = true;
        end += exponent;
    }
    let suffix_length = rest[end..]
        .find(|next| !in_word(next))
        .unwrap_or(rest.len() - end);
    let (number, suffix) = (
        rest[..end].replace('_', ""),
        &rest[end..end + suffix_length],
    );
    let length = end + suffix_length;
    let span = 0..length;
    let lexeme = if suffix.is_empty() && !float {
        whole(&number, span)?
    } else if suffix.is_empty() {
        Lexeme::Float(number.parse().map_err(|_| not_a_number(&rest[..length]))?)
    } else if let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == suffix) {
        Lexeme::Duration(scaled(&number, *unit).ok_or_else(|| too_large(span, "time"))?)
    } else if let Some((_, unit)) = SIZES.iter().find(|(name, _)| *name == suffix) {
        let size = scaled(&number, *unit).filter(|size| i64::try_from(*size).is_ok());
        Lexeme::Int(size.ok_or_else(|| too_large(span, "size"))?)
    } else {
        return Err(not_a_number(&rest[..length]));
    };
    Ok((lexeme, length))
}

fn whole(number: &str, span: std::ops::Range<usize>) -> Result<Lexeme<'static>, Diagnostic> {
    if number.len() > 1 && number.starts_with('0') && number.bytes().any(|byte| byte != b'0') {
        return Err(
            Diagnostic::new(span, "a decimal number does not begin with 0")
                .helping("octal is 0o17, hexadecimal 0x1f"),
        );
    }
    number
        .parse()
        .map(Lexeme::Int)
        .map_err(|_| too_large(span, "number"))
}

/// `number` times `unit`; whole numbers exactly.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit);
    }
    let product = number.parse::<f64>().ok()? * unit as f64;
    (product.is_finite() && product < u64::MAX as f64).then(|| product.round() as u64)
}

/// `0x1f`, `0o17`, `0b101`.
fn based(rest: &str) -> Result<Option<(Lexeme<'static>, usize)>, Diagnostic> {
    let radix = match rest.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return Ok(None),
    };
    let length = rest.find(|next| !in_word(next)).unwrap_or(rest.len());
    let digits = rest[2..length].replace('_', "");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(not_a_number(&rest[..length]));
    }
    match u64::from_str_radix(&digits, radix) {
        Ok(number) => Ok(Some((Lexeme::Int(number), length))),
        Err(_) => Err(too_large(0..length, "number")),
    }
}

/// The length of `e3`, `e-3` where one begins `rest`.
fn exponent(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['e', 'E'])?;
    let sign = usize::from(after.starts_with(['+', '-']));
    let digits = after[sign..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then_some(1 + sign + digits)
}

fn not_a_number(text: &str) -> Diagnostic {
    Diagnostic::new(0..text.len(), format!("{} is not a number", quoted(text)))
        .expecting("digits, a time (200ms, 1.5s, 50us, 2m) or a size (64k, 1M)")
}

fn too_large(span: std::ops::Range<usize>, what: &str) -> Diagnostic {
    Diagnostic::new(span, format!("this {what} is too large")).expecting("what fits in 63 bits")
}
