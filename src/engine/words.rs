//! Methods of text and of bytes, as in Python: strip, split, join, find and their kin. Pure.

use super::arguments::wrong;
use super::execution::{Outcome, Stop};
use super::operator::{self, integer};
use crate::value::{LARGEST, Value};
use std::fmt::Write as _;

/// A method of text.
pub(super) fn of_text(name: &str, text: &str, rest: &[Value]) -> Outcome {
    let out = |text: &str| Ok(Value::Str(text.to_owned()));
    match (name, rest) {
        ("strip", []) => out(text.trim()),
        ("lstrip", []) => out(text.trim_start()),
        ("rstrip", []) => out(text.trim_end()),
        ("strip", [Value::Str(set)]) => out(text.trim_matches(|one| set.contains(one))),
        ("lstrip", [Value::Str(set)]) => out(text.trim_start_matches(|one| set.contains(one))),
        ("rstrip", [Value::Str(set)]) => out(text.trim_end_matches(|one| set.contains(one))),
        ("upper", []) => out(&text.to_uppercase()),
        ("lower", []) => out(&text.to_lowercase()),
        ("title", []) => {
            let mut inside = false;
            let titled: String = text
                .chars()
                .flat_map(|one| {
                    let first = one.is_alphabetic() && !inside;
                    inside = one.is_alphabetic();
                    if first {
                        one.to_uppercase().collect::<Vec<char>>()
                    } else {
                        one.to_lowercase().collect()
                    }
                })
                .collect();
            out(&titled)
        }
        ("split", []) => Ok(Value::List(
            text.split_whitespace()
                .map(|word| Value::Str(word.to_owned()))
                .collect(),
        )),
        ("find" | "index", _) => {
            // Places count characters, not bytes.
            let rest: Vec<Value> = rest.iter().map(as_bytes).collect();
            let place = of_bytes(name, text.as_bytes(), &rest)?;
            let bytes = integer(&place).and_then(|place| usize::try_from(place).ok());
            Ok(bytes.map_or(Value::Int(-1), |bytes| {
                Value::Int(text[..bytes].chars().count() as i64)
            }))
        }
        ("join", [Value::List(items) | Value::Tuple(items)])
            if !items.iter().all(|item| matches!(item, Value::Str(_))) =>
        {
            Err(Stop::because("a string joins strings only"))
        }
        (
            "join" | "startswith" | "endswith" | "replace" | "count" | "split" | "splitlines"
            | "partition",
            _,
        ) if !rest.iter().any(|value| matches!(value, Value::Bytes(_))) => {
            // These mean the same for text as for its UTF-8.
            let rest: Vec<Value> = rest.iter().map(as_bytes).collect();
            of_bytes(name, text.as_bytes(), &rest).map(|value| as_text(&value))
        }
        _ => Err(wrong(name, rest)),
    }
}

fn as_bytes(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::Bytes(text.clone().into_bytes()),
        Value::List(items) | Value::Tuple(items) => {
            Value::List(items.iter().map(as_bytes).collect())
        }
        other => other.clone(),
    }
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Bytes(bytes) => Value::Str(String::from_utf8_lossy(bytes).into_owned()),
        Value::List(items) => Value::List(items.iter().map(as_text).collect()),
        Value::Tuple(items) => Value::Tuple(items.iter().map(as_text).collect()),
        other => other.clone(),
    }
}

/// A method of bytes.
pub(super) fn of_bytes(name: &str, bytes: &[u8], rest: &[Value]) -> Outcome {
    let out = |bytes: &[u8]| Ok(Value::Bytes(bytes.to_vec()));
    match (name, rest) {
        ("strip", []) => out(bytes.trim_ascii()),
        ("lstrip", []) => out(bytes.trim_ascii_start()),
        ("rstrip", []) => out(bytes.trim_ascii_end()),
        ("strip", [Value::Bytes(set)]) => out(trim(bytes, set, true, true)),
        ("lstrip", [Value::Bytes(set)]) => out(trim(bytes, set, true, false)),
        ("rstrip", [Value::Bytes(set)]) => out(trim(bytes, set, false, true)),
        ("upper", []) => out(&bytes.to_ascii_uppercase()),
        ("lower", []) => out(&bytes.to_ascii_lowercase()),
        ("startswith", [Value::Bytes(start)]) => Ok(Value::Bool(bytes.starts_with(start))),
        ("endswith", [Value::Bytes(end)]) => Ok(Value::Bool(bytes.ends_with(end))),
        ("hex", []) => Ok(Value::Str(hex(bytes, ""))),
        ("hex", [Value::Str(between)]) => Ok(Value::Str(hex(bytes, between))),
        ("find" | "index", [Value::Bytes(part), bounds @ ..]) => find(name, bytes, part, bounds),
        ("count", [Value::Bytes(part)]) if !part.is_empty() => {
            Ok(Value::Int(pieces(bytes, part, None).len() as i64 - 1))
        }
        ("split", []) => Ok(list(
            bytes
                .split(u8::is_ascii_whitespace)
                .filter(|part| !part.is_empty()),
        )),
        ("split", [Value::Bytes(at), most @ ..]) if !at.is_empty() => {
            let most = most.first().and_then(integer).unwrap_or(-1);
            Ok(list(pieces(bytes, at, usize::try_from(most).ok())))
        }
        ("splitlines", keep) => Ok(lines(bytes, keep.first().is_some_and(Value::is_true))),
        ("partition", [Value::Bytes(at)]) if !at.is_empty() => {
            let parts: [&[u8]; 3] = match operator::find(bytes, at) {
                Some(place) => [&bytes[..place], at, &bytes[place + at.len()..]],
                None => [bytes, b"", b""],
            };
            Ok(Value::Tuple(
                parts.map(|part| Value::Bytes(part.to_vec())).to_vec(),
            ))
        }
        ("join", [Value::List(items) | Value::Tuple(items)]) => join(bytes, items),
        ("replace", [Value::Bytes(old), Value::Bytes(new), most @ ..]) if !old.is_empty() => {
            let most = most.first().and_then(integer).unwrap_or(-1);
            let parts = pieces(bytes, old, usize::try_from(most).ok());
            small_enough(parts.len().saturating_mul(new.len()))?;
            Ok(Value::Bytes(parts.join(&new[..])))
        }
        _ => Err(wrong(name, rest)),
    }
}

/// The lines of bytes, with their ends where these are to be kept.
fn lines(bytes: &[u8], keep: bool) -> Value {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    list(lines.map(|line| match line.strip_suffix(b"\n") {
        Some(line) if !keep => line.strip_suffix(b"\r").unwrap_or(line),
        _ => line,
    }))
}

/// Items of bytes with `between` between them.
fn join(between: &[u8], items: &[Value]) -> Outcome {
    let parts: Option<Vec<&[u8]>> = items
        .iter()
        .map(|item| match item {
            Value::Bytes(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
        .collect();
    let parts = parts.ok_or_else(|| Stop::because("bytes join bytes only"))?;
    small_enough(parts.len().saturating_mul(between.len()))?;
    Ok(Value::Bytes(parts.join(between)))
}

fn list<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Value {
    let parts = parts.into_iter().map(|part| Value::Bytes(part.to_vec()));
    Value::List(parts.collect())
}

fn small_enough(bytes: usize) -> Outcome<()> {
    if bytes > LARGEST {
        return Err(Stop::because("that would be more than 256 MiB: take less"));
    }
    Ok(())
}

fn trim<'a>(mut bytes: &'a [u8], set: &[u8], front: bool, back: bool) -> &'a [u8] {
    while let [first, rest @ ..] = bytes
        && front
        && set.contains(first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && back
        && set.contains(last)
    {
        bytes = rest;
    }
    bytes
}

fn find(name: &str, bytes: &[u8], part: &[u8], bounds: &[Value]) -> Outcome {
    let bound = |place: usize, usual: usize| {
        bounds
            .get(place)
            .and_then(integer)
            .and_then(|bound| usize::try_from(bound).ok())
            .map_or(usual, |bound| bound.min(bytes.len()))
    };
    let start = bound(0, 0);
    let end = bound(1, bytes.len()).max(start);
    match operator::find(&bytes[start..end], part) {
        Some(place) => Ok(Value::Int((start + place) as i64)),
        None if name == "find" => Ok(Value::Int(-1)),
        None => Err(Stop::because("it is not in there (Python: ValueError)")),
    }
}

/// The parts between each `at`, cut at most so many times.
fn pieces<'a>(mut bytes: &'a [u8], at: &[u8], most: Option<usize>) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while most.is_none_or(|most| parts.len() < most) {
        let Some(place) = operator::find(bytes, at) else {
            break;
        };
        parts.push(&bytes[..place]);
        bytes = &bytes[place + at.len()..];
    }
    parts.push(bytes);
    parts
}

fn hex(bytes: &[u8], between: &str) -> String {
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            text.push_str(between);
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
