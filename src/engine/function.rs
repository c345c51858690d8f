//! Built-in functions and methods of values, as in Python; of a method, the value is the first argument.

use super::execution::{Execution, Outcome, Stop};
use super::operator::{self, LARGEST, describe, integer, real};
use crate::value::Value;

/// True for methods that change the variable they are called on.
pub(super) fn changes(name: &str) -> bool {
    matches!(name, "append" | "extend" | "remove" | "clear")
}

impl Execution<'_> {
    /// `name(values…)`.
    pub(super) fn function(&mut self, name: &str, values: &[Value]) -> Outcome {
        match (name, values) {
            ("repr", [value]) => Ok(Value::Str(self.repr(value))),
            ("str", [value]) => Ok(Value::Str(self.str(value))),
            ("str", [Value::Bytes(_), Value::Str(_), ..]) => decode(values),
            _ => pure(name, values),
        }
    }

    /// `variable.name(values…)` for a method that changes the list a variable holds.
    pub(super) fn change(&mut self, variable: &str, name: &str, values: &[Value]) -> Outcome {
        let rest = values.get(1..).unwrap_or_default();
        self.engine.memory.with(|contents| {
            let Some(Value::List(list)) = contents.variables.get_mut(variable) else {
                return Err(Stop::because(format!(
                    "`{name}` changes a list, and `{variable}` is {}",
                    values.first().map_or("nothing", describe)
                )));
            };
            match (name, rest) {
                ("append", [value]) => list.push(value.clone()),
                ("extend", [Value::List(more) | Value::Tuple(more)]) => list.extend(more.clone()),
                ("clear", []) => list.clear(),
                ("remove", [value]) => match list.iter().position(|held| held == value) {
                    Some(place) => {
                        list.remove(place);
                    }
                    None => return Err(Stop::because(format!("it is not in `{variable}`"))),
                },
                _ => return Err(wrong(name, rest)),
            }
            Ok(Value::None)
        })
    }
}

/// Functions that need nothing but their values.
fn pure(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("len", [value]) => length(value),
        ("bytes" | "bytearray", _) => bytes(name, values),
        ("encode", [Value::Str(_), ..]) => bytes(name, values),
        ("decode", [Value::Bytes(_), ..]) => decode(values),
        ("int", _) => int(values),
        ("float", [Value::Str(text)]) => text
            .trim()
            .parse()
            .map(Value::Float)
            .map_err(|_| Stop::because("that text is no number")),
        ("float", [value]) if real(value).is_some() => {
            Ok(Value::Float(real(value).unwrap_or_default()))
        }
        ("bool", [value]) => Ok(Value::Bool(operator::truth(value))),
        ("hex", [Value::Bytes(bytes)]) => Ok(Value::Str(hex(bytes))),
        ("hex", [value]) => number(name, value).map(|number| {
            let sign = if number < 0 { "-" } else { "" };
            Value::Str(format!("{sign}{:#x}", number.unsigned_abs()))
        }),
        ("bin", [value]) => number(name, value).map(|number| {
            let sign = if number < 0 { "-" } else { "" };
            Value::Str(format!("{sign}{:#b}", number.unsigned_abs()))
        }),
        ("fromhex", [Value::Str(text)]) => from_hex(text),
        ("ord", [Value::Str(text)]) if text.chars().count() == 1 => Ok(Value::Int(
            text.chars()
                .next()
                .map_or(0, |first| i64::from(u32::from(first))),
        )),
        ("chr", [value]) => u32::try_from(number(name, value)?)
            .ok()
            .and_then(char::from_u32)
            .map(|character| Value::Str(character.into()))
            .ok_or_else(|| Stop::because("no character has that number")),
        ("list", [value]) if operator::parts(value).is_some() => {
            Ok(Value::List(operator::parts(value).unwrap_or_default()))
        }
        ("list", []) => Ok(Value::List(Vec::new())),
        ("tuple", [value]) if operator::parts(value).is_some() => {
            Ok(Value::Tuple(operator::parts(value).unwrap_or_default()))
        }
        ("sum", [Value::List(items) | Value::Tuple(items)]) => {
            items.iter().try_fold(Value::Int(0), |sum, item| {
                operator::apply(crate::command::ast::Operator::Plus, &sum, item)
                    .map_err(Stop::Refused)
            })
        }
        ("abs", [value]) if integer(value).is_some() => Ok(Value::Int(
            integer(value).unwrap_or_default().saturating_abs(),
        )),
        ("round", [value]) if real(value).is_some() => {
            Ok(Value::Int(real(value).unwrap_or_default().round() as i64))
        }
        (_, [Value::Str(text), rest @ ..]) => of_text(name, text, rest),
        (_, [Value::Bytes(bytes), rest @ ..]) => of_bytes(name, bytes, rest),
        _ => Err(wrong(name, values)),
    }
}

fn of_text(name: &str, text: &str, rest: &[Value]) -> Outcome {
    let words: Option<Vec<&str>> = rest
        .iter()
        .map(|value| match value {
            Value::Str(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let out = |text: &str| Ok(Value::Str(text.to_owned()));
    match (name, words.as_deref()) {
        ("strip", Some([])) => return out(text.trim()),
        ("lstrip", Some([])) => return out(text.trim_start()),
        ("rstrip", Some([])) => return out(text.trim_end()),
        ("strip", Some([set])) => return out(text.trim_matches(|one| set.contains(one))),
        ("lstrip", Some([set])) => return out(text.trim_start_matches(|one| set.contains(one))),
        ("rstrip", Some([set])) => return out(text.trim_end_matches(|one| set.contains(one))),
        ("upper", Some([])) => return out(&text.to_uppercase()),
        ("lower", Some([])) => return out(&text.to_lowercase()),
        ("replace", Some([old, new])) => {
            let larger = text.len().saturating_mul(new.len().max(1));
            if larger > LARGEST && text.matches(old).count() * new.len() > LARGEST {
                return Err(Stop::because("that would be more than 256 MiB: take less"));
            }
            return out(&text.replace(old, new));
        }
        ("startswith", Some([start])) => return Ok(Value::Bool(text.starts_with(start))),
        ("endswith", Some([end])) => return Ok(Value::Bool(text.ends_with(end))),
        ("split", Some([])) => {
            let words = text.split_whitespace();
            return Ok(Value::List(
                words.map(|word| Value::Str(word.into())).collect(),
            ));
        }
        _ => {}
    }
    match (name, rest) {
        ("join", [Value::List(items) | Value::Tuple(items)]) => {
            let words: Option<Vec<&str>> = items
                .iter()
                .map(|item| match item {
                    Value::Str(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            match words {
                Some(words) => out(&words.join(text)),
                None => Err(Stop::because("a string joins strings only")),
            }
        }
        _ => {
            // What is left means the same for text and for its bytes.
            let rest: Vec<Value> = rest.iter().map(as_bytes).collect();
            of_bytes(name, text.as_bytes(), &rest).map(|value| as_text(&value))
        }
    }
}

fn as_bytes(value: &Value) -> Value {
    match value {
        Value::Str(text) => Value::Bytes(text.clone().into_bytes()),
        other => other.clone(),
    }
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Bytes(bytes) => Value::Str(String::from_utf8_lossy(bytes).into_owned()),
        Value::List(items) => Value::List(items.iter().map(as_text).collect()),
        other => other.clone(),
    }
}

fn of_bytes(name: &str, bytes: &[u8], rest: &[Value]) -> Outcome {
    let out = |bytes: &[u8]| Ok(Value::Bytes(bytes.to_vec()));
    let list = |parts: Vec<&[u8]>| {
        Ok(Value::List(
            parts
                .into_iter()
                .map(|part| Value::Bytes(part.to_vec()))
                .collect(),
        ))
    };
    match (name, rest) {
        ("strip", []) => out(bytes.trim_ascii()),
        ("lstrip", []) => out(bytes.trim_ascii_start()),
        ("rstrip", []) => out(bytes.trim_ascii_end()),
        ("upper", []) => out(&bytes.to_ascii_uppercase()),
        ("lower", []) => out(&bytes.to_ascii_lowercase()),
        ("startswith", [Value::Bytes(start)]) => Ok(Value::Bool(bytes.starts_with(start))),
        ("endswith", [Value::Bytes(end)]) => Ok(Value::Bool(bytes.ends_with(end))),
        ("find", [Value::Bytes(part)]) => Ok(Value::Int(
            operator::find(bytes, part).map_or(-1, |place| place as i64),
        )),
        ("count", [Value::Bytes(part)]) if !part.is_empty() => {
            Ok(Value::Int(pieces(bytes, part, usize::MAX).len() as i64 - 1))
        }
        ("split", []) => list(
            bytes
                .split(u8::is_ascii_whitespace)
                .filter(|part| !part.is_empty())
                .collect(),
        ),
        ("split", [Value::Bytes(at)]) if !at.is_empty() => list(pieces(bytes, at, usize::MAX)),
        ("split", [Value::Bytes(at), most]) if !at.is_empty() && integer(most).is_some() => {
            let most = integer(most).unwrap_or(-1);
            list(pieces(
                bytes,
                at,
                usize::try_from(most).unwrap_or(usize::MAX),
            ))
        }
        ("splitlines", []) => {
            let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            if text.is_empty() {
                return list(Vec::new());
            }
            list(
                text.split(|byte| *byte == b'\n')
                    .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                    .collect(),
            )
        }
        ("join", [Value::List(items) | Value::Tuple(items)]) => {
            let parts: Option<Vec<&[u8]>> = items
                .iter()
                .map(|item| match item {
                    Value::Bytes(bytes) => Some(bytes.as_slice()),
                    _ => None,
                })
                .collect();
            match parts {
                Some(parts) => Ok(Value::Bytes(parts.join(bytes))),
                None => Err(Stop::because("bytes join bytes only")),
            }
        }
        ("replace", [Value::Bytes(old), Value::Bytes(new)]) if !old.is_empty() => {
            let parts = pieces(bytes, old, usize::MAX);
            if parts.len().saturating_mul(new.len()) > LARGEST {
                return Err(Stop::because("that would be more than 256 MiB: take less"));
            }
            Ok(Value::Bytes(parts.join(&new[..])))
        }
        _ => Err(wrong(name, rest)),
    }
}

/// The parts between each `at`, cut at most so many times.
fn pieces<'a>(mut bytes: &'a [u8], at: &[u8], most: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while parts.len() < most {
        let Some(place) = operator::find(bytes, at) else {
            break;
        };
        parts.push(&bytes[..place]);
        bytes = &bytes[place + at.len()..];
    }
    parts.push(bytes);
    parts
}

fn length(value: &Value) -> Outcome {
    let length = match value {
        Value::Bytes(bytes) => bytes.len(),
        other => match operator::parts(other) {
            Some(parts) => parts.len(),
            None => {
                return Err(Stop::because(format!("{} has no length", describe(other))));
            }
        },
    };
    Ok(Value::Int(length as i64))
}

/// `bytes(5)`, `bytes([1, 2])`, `bytes("text", "utf-8")`, `"text".encode()`.
fn bytes(name: &str, values: &[Value]) -> Outcome {
    match values {
        [] => Ok(Value::Bytes(Vec::new())),
        [Value::Bytes(bytes)] => Ok(Value::Bytes(bytes.clone())),
        [Value::Str(text), encoding @ ..] => {
            encode(text, &encoding_name(encoding)?).map(Value::Bytes)
        }
        [Value::List(items) | Value::Tuple(items)] => items
            .iter()
            .map(|item| integer(item).and_then(|number| u8::try_from(number).ok()))
            .collect::<Option<Vec<u8>>>()
            .map(Value::Bytes)
            .ok_or_else(|| Stop::because("bytes are made of numbers from 0 to 255")),
        [value] if integer(value).is_some() => {
            let count = usize::try_from(number(name, value)?).unwrap_or(0);
            if count > LARGEST {
                return Err(Stop::because("that would be more than 256 MiB: take less"));
            }
            Ok(Value::Bytes(vec![0; count]))
        }
        _ => Err(wrong(name, values)),
    }
}

/// Text as bytes, in an encoding as `encoding_name` spells it.
pub(super) fn encode(text: &str, encoding: &str) -> Outcome<Vec<u8>> {
    let bytes: Option<Vec<u8>> = match encoding {
        "ascii" => text.is_ascii().then(|| text.as_bytes().to_vec()),
        "latin1" => text
            .chars()
            .map(|one| u8::try_from(u32::from(one)).ok())
            .collect(),
        _ => Some(text.as_bytes().to_vec()),
    };
    bytes.ok_or_else(|| Stop::because("the text has characters that this encoding does not have"))
}

/// `data.decode()`, `data.decode("ascii", "replace")`.
fn decode(values: &[Value]) -> Outcome {
    let [Value::Bytes(bytes), rest @ ..] = values else {
        return Err(wrong("decode", values));
    };
    let errors = match rest.get(1) {
        Some(Value::Str(errors)) => errors.as_str(),
        _ => "strict",
    };
    decode_bytes(bytes, &encoding_name(rest)?, errors).map(Value::Str)
}

/// Bytes as text; `errors` is Python's: strict, replace or ignore.
pub(super) fn decode_bytes(bytes: &[u8], encoding: &str, errors: &str) -> Outcome<String> {
    if encoding == "latin1" {
        return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    let ascii = encoding == "ascii";
    let sound = if ascii {
        bytes.iter().take_while(|byte| byte.is_ascii()).count()
    } else {
        match str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(error) => error.valid_up_to(),
        }
    };
    if sound < bytes.len() && errors == "strict" {
        return Err(Stop::because(format!(
            "byte {:#04x} at {sound} is no {} (Python: UnicodeDecodeError); bytes stay bytes without decode()",
            bytes[sound],
            if ascii { "ASCII" } else { "UTF-8" },
        )));
    }
    let mut text = if ascii {
        bytes
            .iter()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(*byte)
                } else {
                    '\u{fffd}'
                }
            })
            .collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    if errors == "ignore" {
        text.retain(|one| one != '\u{fffd}');
    }
    Ok(text)
}

/// The encoding's name in the one spelling the code knows.
pub(super) fn encoding_name(values: &[Value]) -> Outcome<String> {
    let name = match values.first() {
        None => return Ok("utf8".to_owned()),
        Some(Value::Str(name)) => name.to_ascii_lowercase().replace(['-', '_'], ""),
        Some(other) => {
            return Err(Stop::because(format!(
                "an encoding is named by a string, not {}",
                describe(other)
            )));
        }
    };
    match name.as_str() {
        "utf8" | "ascii" | "latin1" => Ok(name),
        "usascii" => Ok("ascii".to_owned()),
        "iso88591" => Ok("latin1".to_owned()),
        _ => Err(Stop::because(
            "encodings known here are utf-8, ascii and latin-1",
        )),
    }
}

fn int(values: &[Value]) -> Outcome {
    let (text, base) = match values {
        [Value::Float(number)] => return Ok(Value::Int(number.trunc() as i64)),
        [value] if integer(value).is_some() => {
            return Ok(Value::Int(integer(value).unwrap_or_default()));
        }
        [Value::Str(text)] => (text.clone(), 10),
        [Value::Bytes(bytes)] => (String::from_utf8_lossy(bytes).into_owned(), 10),
        [Value::Str(text), base] => (text.clone(), integer(base).unwrap_or(10)),
        _ => return Err(wrong("int", values)),
    };
    let digits = text.trim().to_ascii_lowercase();
    let digits = match base {
        16 => digits.strip_prefix("0x").unwrap_or(&digits),
        2 => digits.strip_prefix("0b").unwrap_or(&digits),
        8 => digits.strip_prefix("0o").unwrap_or(&digits),
        _ => &digits,
    };
    u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .and_then(|base| i64::from_str_radix(digits, base).ok())
        .map(Value::Int)
        .ok_or_else(|| Stop::because("that text is no integer"))
}

fn number(name: &str, value: &Value) -> Outcome<i64> {
    integer(value).ok_or_else(|| wrong(name, std::slice::from_ref(value)))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Outcome {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = (pair.len() == 2).then_some(pair)?;
            u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()
        })
        .collect::<Option<Vec<u8>>>()
        .map(Value::Bytes)
        .ok_or_else(|| Stop::because("hexadecimal digits come in pairs: `fromhex(\"de ad\")`"))
}

fn wrong(name: &str, values: &[Value]) -> Stop {
    let kinds: Vec<&str> = values.iter().map(describe).collect();
    let kinds = if kinds.is_empty() {
        "nothing".to_owned()
    } else {
        kinds.join(" and ")
    };
    Stop::because(format!("`{name}` does not go with {kinds}"))
}
