//! Built-in functions of values, as in Python: conversions, numbers, sequences. Methods of text and bytes are in `words.rs`,
//! struct and to_bytes in `packing.rs`, format in `formatting.rs`.

use super::arguments::wrong;
use super::clock;
use super::encoding::{decode, encode, encoding_name};
use super::execution::{Execution, Outcome, Stop};
use super::operator::{self, integer, parts, real};
use super::{formatting, packing, words};
use crate::catalog::errno;
use crate::command::ast::Operator;
use crate::sys::clock::now_ns;
use crate::value::{LARGEST, Value};

impl Execution<'_> {
    /// `name(values…)`.
    pub(super) fn function(&mut self, name: &str, values: &[Value]) -> Outcome {
        match (name, values) {
            ("repr", [value]) => Ok(Value::Str(self.repr(value))),
            ("str", [value]) => Ok(Value::Str(self.str(value))),
            ("str", [Value::Bytes(_), Value::Str(_), ..]) => decode(values),
            ("format", [Value::Str(template), rest @ ..]) => {
                let shown = |value: &Value, repr: bool| {
                    if repr {
                        self.repr(value)
                    } else {
                        self.str(value)
                    }
                };
                formatting::format(template, rest, &shown).map(Value::Str)
            }
            _ => pure(name, values),
        }
    }
}

/// Functions that need nothing but their values.
fn pure(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("str", []) => Ok(Value::Str(String::new())),
        ("len", [value]) => operator::length(value)
            .map(|length| Value::Int(length as i64))
            .ok_or_else(|| wrong(name, values)),
        ("type", [value]) => Ok(Value::Str(type_name(value).to_owned())),
        ("bytes" | "bytearray", _) | ("encode", [Value::Str(_), ..]) => bytes(name, values),
        ("decode", [Value::Bytes(_), ..]) => decode(values),
        ("int", _) => int(values),
        ("float", _) => float(values),
        ("bool", []) => Ok(Value::Bool(false)),
        ("bool", [value]) => Ok(Value::Bool(value.is_true())),
        ("hex", [value]) if integer(value).is_some() => {
            Ok(based(value, |number| format!("{number:#x}")))
        }
        ("bin", [value]) if integer(value).is_some() => {
            Ok(based(value, |number| format!("{number:#b}")))
        }
        ("fromhex", [Value::Str(text)]) => from_hex(text),
        ("ord", [Value::Str(text)]) if text.chars().count() == 1 => {
            let first = text.chars().next().map_or(0, u32::from);
            Ok(Value::Int(i64::from(first)))
        }
        ("ord", [Value::Bytes(bytes)]) if bytes.len() == 1 => Ok(Value::Int(i64::from(bytes[0]))),
        ("chr", [value]) => integer(value)
            .and_then(|number| u32::try_from(number).ok())
            .and_then(char::from_u32)
            .map(|character| Value::Str(character.into()))
            .ok_or_else(|| Stop::because("no character has that number")),
        _ => of_sequence(name, values),
    }
}

/// Functions of sequences, and methods of lists and tuples.
fn of_sequence(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("list", []) => Ok(Value::List(Vec::new())),
        ("tuple", []) => Ok(Value::Tuple(Vec::new())),
        ("list", [value]) => sequence(name, value).map(Value::List),
        ("tuple", [value]) => sequence(name, value).map(Value::Tuple),
        ("range", _) => range(values),
        ("sum", [value]) => sequence(name, value)?
            .iter()
            .try_fold(Value::Int(0), |sum, item| {
                operator::apply(Operator::Plus, &sum, item).map_err(Stop::Refused)
            }),
        ("sorted", [value]) => sorted(sequence(name, value)?).map(Value::List),
        ("min" | "max", [one]) => extreme(name, &sequence(name, one)?),
        ("min" | "max", [_, _, ..]) => extreme(name, values),
        ("abs", [value]) => absolute(value),
        ("index", [value @ (Value::List(_) | Value::Tuple(_)), item]) => parts(value)
            .unwrap_or_default()
            .iter()
            .position(|held| held == item)
            .map(|place| Value::Int(place as i64))
            .ok_or_else(|| Stop::because("it is not in the sequence (Python: ValueError)")),
        ("count", [value @ (Value::List(_) | Value::Tuple(_)), item]) => {
            let items = parts(value).unwrap_or_default();
            let count = items.iter().filter(|held| *held == item).count();
            Ok(Value::Int(count as i64))
        }
        _ => of_module(name, values),
    }
}

/// Functions of the modules struct, socket, time and os, and methods of numbers, text and bytes.
fn of_module(name: &str, values: &[Value]) -> Outcome {
    match (name, values) {
        ("pack", [Value::Str(format), rest @ ..]) => packing::pack(format, rest),
        ("unpack", [Value::Str(format), Value::Bytes(bytes)]) => packing::unpack(format, bytes),
        ("calcsize", [Value::Str(format)]) => {
            packing::size(format).map(|size| Value::Int(size as i64))
        }
        ("CMSG_LEN", [length]) => control_length(length, 1),
        ("CMSG_SPACE", [length]) => control_length(length, 8),
        ("has_dualstack_ipv6", []) => Ok(Value::Bool(true)),
        ("to_bytes", [number, rest @ ..]) => packing::to_bytes(number, rest),
        ("from_bytes", [Value::Bytes(bytes), order]) => packing::from_bytes(bytes, order),
        ("time", []) => Ok(Value::Float(now_ns() as f64 / 1e9)),
        ("monotonic", []) => Ok(Value::Float(clock::monotonic())),
        ("getpid", []) => Ok(Value::Int(i64::from(std::process::id()))),
        ("strerror", [value]) => strerror(value),
        (_, [Value::Str(text), rest @ ..]) => words::of_text(name, text, rest),
        (_, [Value::Bytes(bytes), rest @ ..]) => words::of_bytes(name, bytes, rest),
        _ => Err(wrong(name, values)),
    }
}

/// CMSG_LEN and CMSG_SPACE of cmsg(3) on a 64-bit Linux: a header of 16 bytes, the data, and padding to a multiple.
fn control_length(length: &Value, multiple: i64) -> Outcome {
    match integer(length).filter(|length| (0..=1 << 20).contains(length)) {
        Some(length) => Ok(Value::Int(
            16 + (length + multiple - 1) / multiple * multiple,
        )),
        None => Err(Stop::because("a length is a number from 0 to 1048576")),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::None => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Constant { .. } => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Tuple(_) | Value::Address(_) => "tuple",
        Value::Socket(_) => "socket",
        Value::Epoll(_) => "epoll",
        Value::Poller(_) => "poll",
        Value::File(_) => "file",
    }
}

fn sequence(name: &str, value: &Value) -> Outcome<Vec<Value>> {
    parts(value).ok_or_else(|| wrong(name, std::slice::from_ref(value)))
}

fn based(value: &Value, show: fn(u64) -> String) -> Value {
    let number = integer(value).unwrap_or_default();
    let sign = if number < 0 { "-" } else { "" };
    Value::Str(format!("{sign}{}", show(number.unsigned_abs())))
}

fn absolute(value: &Value) -> Outcome {
    match (integer(value), real(value)) {
        (Some(number), _) => Ok(Value::Int(number.saturating_abs())),
        (None, Some(number)) => Ok(Value::Float(number.abs())),
        (None, None) => Err(wrong("abs", std::slice::from_ref(value))),
    }
}

fn strerror(value: &Value) -> Outcome {
    let found = integer(value)
        .and_then(|number| i32::try_from(number).ok())
        .and_then(errno::by_number);
    found
        .map(|errno| Value::Str(errno.message.to_owned()))
        .ok_or_else(|| Stop::because("no errno has that number"))
}

fn less(one: &Value, other: &Value) -> Outcome<bool> {
    operator::apply(Operator::Less, one, other)
        .map(|less| less == Value::Bool(true))
        .map_err(Stop::Refused)
}

fn sorted(items: Vec<Value>) -> Outcome<Vec<Value>> {
    let mut sorted: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        let mut place = sorted.len();
        while place > 0 && less(&item, &sorted[place - 1])? {
            place -= 1;
        }
        sorted.insert(place, item);
    }
    Ok(sorted)
}

fn extreme(name: &str, items: &[Value]) -> Outcome {
    let mut best = items
        .first()
        .ok_or_else(|| Stop::because(format!("`{name}` of nothing")))?;
    for item in items {
        let better = if name == "min" {
            less(item, best)?
        } else {
            less(best, item)?
        };
        if better {
            best = item;
        }
    }
    Ok(best.clone())
}

fn range(values: &[Value]) -> Outcome {
    let numbers: Option<Vec<i64>> = values.iter().map(integer).collect();
    let (start, end, step) = match numbers.as_deref() {
        Some([end]) => (0, *end, 1),
        Some([start, end]) => (*start, *end, 1),
        Some([start, end, step]) if *step != 0 => (*start, *end, *step),
        _ => return Err(wrong("range", values)),
    };
    let mut items = Vec::new();
    let mut number = start;
    while (step > 0 && number < end) || (step < 0 && number > end) {
        if items.len() >= LARGEST / size_of::<Value>() {
            return Err(Stop::because("that would be more than 256 MiB: take less"));
        }
        items.push(Value::Int(number));
        number = number.saturating_add(step);
    }
    Ok(Value::List(items))
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
        [value] if integer(value).is_some() => integer(value)
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| *count <= LARGEST)
            .map(|count| Value::Bytes(vec![0; count]))
            .ok_or_else(|| Stop::because("a number of bytes is from 0 to 256 MiB")),
        _ => Err(wrong(name, values)),
    }
}

fn int(values: &[Value]) -> Outcome {
    let (text, base) = match values {
        [] => return Ok(Value::Int(0)),
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
        .ok_or_else(|| Stop::because("that text is not an integer (Python: ValueError)"))
}

fn float(values: &[Value]) -> Outcome {
    match values {
        [] => Ok(Value::Float(0.0)),
        [Value::Str(text)] => text
            .trim()
            .parse()
            .map(Value::Float)
            .map_err(|_| Stop::because("that text is not a number (Python: ValueError)")),
        [value] => real(value)
            .map(Value::Float)
            .ok_or_else(|| wrong("float", values)),
        _ => Err(wrong("float", values)),
    }
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
        .ok_or_else(|| {
            Stop::because("hexadecimal digits come in pairs, as in `bytes.fromhex(\"de ad\")`")
        })
}
