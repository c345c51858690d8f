//! What functions and signs make of values. Numbers are exact: nothing wraps around, and what cannot be (a division by zero) has no
//! value. Not which values there are.

use super::expression::{Function, Operator};
use super::value::{Datum, Literal};
use std::cmp::Ordering;

/// Two values with a sign between; `None` when that has no value.
pub(super) fn calculated(operator: Operator, left: Datum<'_>, right: Datum<'_>) -> Option<Literal> {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => number(operator, left, right),
        (Datum::Time(left), Datum::Time(right)) => match operator {
            Operator::Plus => left.checked_add(right),
            Operator::Minus => left.checked_sub(right),
            _ => None,
        }
        .map(Literal::Time),
        (Datum::Ipv4(left), Datum::Ipv4(right)) if operator == Operator::And => {
            Some(Literal::Ipv4(left.to_bits() & right.to_bits(), u32::MAX))
        }
        (Datum::Ipv6(left), Datum::Ipv6(right)) if operator == Operator::And => {
            Some(Literal::Ipv6(left.to_bits() & right.to_bits(), u128::MAX))
        }
        _ if operator == Operator::And => left.with_bytes(|left| {
            right.with_bytes(|right| {
                let both = left.iter().zip(right).map(|(left, right)| left & right);
                let both: Vec<u8> = both.collect();
                (!both.is_empty()).then_some(Literal::Bytes(both))
            })
        }),
        _ => None,
    }
}

fn number(operator: Operator, left: i128, right: i128) -> Option<Literal> {
    match operator {
        Operator::Plus => left.checked_add(right),
        Operator::Minus => left.checked_sub(right),
        Operator::Times => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        Operator::Modulo => left.checked_rem(right),
        Operator::And => Some(left & right),
    }
    .map(Literal::Number)
}

/// The value with the other sign.
pub(super) fn negative(datum: Datum<'_>) -> Option<Literal> {
    match datum {
        Datum::Number(number) => number.checked_neg().map(Literal::Number),
        Datum::Time(time) => time.checked_neg().map(Literal::Time),
        _ => None,
    }
}

/// What a function of one value makes of it; `None` for those of many.
pub(super) fn made(function: Function, datum: Datum<'_>) -> Option<Literal> {
    match (function, datum) {
        (Function::Upper, Datum::Text(text)) => Some(Literal::Text(text.to_ascii_uppercase())),
        (Function::Lower, Datum::Text(text)) => Some(Literal::Text(text.to_ascii_lowercase())),
        (Function::Abs, Datum::Number(number)) => number.checked_abs().map(Literal::Number),
        (Function::Abs, Datum::Time(time)) => time.checked_abs().map(Literal::Time),
        (Function::Text, datum) => written(datum).map(Literal::Text),
        _ => None,
    }
}

/// A number or an address as text.
fn written(datum: Datum<'_>) -> Option<String> {
    Some(match datum {
        Datum::Number(number) => number.to_string(),
        Datum::Ipv4(address) => address.to_string(),
        Datum::Ipv6(address) => address.to_string(),
        Datum::Mac(octets) => octets.map(|octet| format!("{octet:02x}")).join(":"),
        _ => return None,
    })
}

/// Keeps the greater, or the lesser, of what was found so far and one more.
pub(super) fn keep(function: Function, best: &mut Option<Literal>, datum: Datum<'_>) {
    let wanted = if function == Function::Max {
        Ordering::Greater
    } else {
        Ordering::Less
    };
    let better = match best {
        Some(best) => datum.compare_with(best.datum()) == Some(wanted),
        None => true,
    };
    if better {
        *best = datum.kept();
    }
}
