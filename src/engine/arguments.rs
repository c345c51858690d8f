//! Arguments of a verb as the numbers, bytes and descriptors its call takes; a wrong kind is refused with what was expected.

use super::execution::{Execution, Outcome, Stop};
use super::operator::{self, describe, integer};
use crate::command::ast::{Call, Expr};
use crate::value::{LARGEST, Value};
use std::ffi::CString;
use std::time::Duration;

/// The longest time that is taken for a number of seconds: about 136 years.
const LONGEST_SECONDS: f64 = u32::MAX as f64;

impl Execution<'_> {
    /// The value of a parameter, if it was given.
    pub(super) fn value(&mut self, call: &Call, place: usize) -> Outcome<Option<Value>> {
        given(call, place)
            .map(|expr| self.evaluate(expr))
            .transpose()
    }

    /// The value of a parameter that must be there.
    pub(super) fn needed(&mut self, call: &Call, place: usize) -> Outcome {
        self.value(call, place)?.ok_or_else(|| {
            Stop::because(format!(
                "`{}` needs `{}`",
                call.verb.name(),
                parameter(call, place)
            ))
        })
    }

    /// A descriptor: a socket, an epoll instance, or a number.
    pub(super) fn fd(&mut self, call: &Call, place: usize) -> Outcome<i32> {
        let value = self.needed(call, place)?;
        let fd = descriptor_of(&value).ok_or_else(|| {
            if let Value::Tuple(parts) = &value
                && let [Value::Socket(_), Value::Address(_)] = parts.as_slice()
            {
                return Stop::because(
                    "accept gave two things in one, a socket and the peer's address: take them apart with `conn, addr = accept s`",
                );
            }
            expected(
                call,
                place,
                "a socket or a descriptor number, as in `close s` or `close 4`",
                &value,
            )
        })?;
        self.unreserved(fd)
    }

    /// The descriptor, unless it is the one that socklab itself uses in this process.
    pub(super) fn unreserved(&self, fd: i32) -> Outcome<i32> {
        if self.engine.reserved.contains(&fd) {
            return Err(Stop::because(format!(
                "descriptor {fd} is socklab's own, by which this process gets its commands; `kill` ends the process"
            )));
        }
        Ok(fd)
    }

    /// A number that fits in C's `int`.
    pub(super) fn int(&mut self, call: &Call, place: usize, usual: i32) -> Outcome<i32> {
        let Some(value) = self
            .value(call, place)?
            .filter(|value| *value != Value::None)
        else {
            return Ok(usual);
        };
        let Some(number) = integer(&value) else {
            return Err(expected(call, place, "a number", &value));
        };
        // C's `int`, or the same 32 bits written as an unsigned number (0x80000000).
        i32::try_from(number)
            .ok()
            .or_else(|| u32::try_from(number).ok().map(|number| number as i32))
            .ok_or_else(|| {
                Stop::because(format!(
                    "`{}` of `{}` must fit in 32 bits, and {number} does not",
                    parameter(call, place),
                    call.verb.name()
                ))
            })
    }

    /// A number of bytes to make room for.
    pub(super) fn size(&mut self, call: &Call, place: usize, usual: usize) -> Outcome<usize> {
        let Some(value) = self
            .value(call, place)?
            .filter(|value| *value != Value::None)
        else {
            return Ok(usual);
        };
        let Some(number) = integer(&value) else {
            return Err(expected(call, place, "a number of bytes", &value));
        };
        usize::try_from(number)
            .ok()
            .filter(|size| *size <= LARGEST)
            .ok_or_else(|| {
                Stop::because(format!(
                    "`{}` of `{}` is a number of bytes from 0 to 256 MiB, and {number} is not",
                    parameter(call, place),
                    call.verb.name()
                ))
            })
    }

    /// True or False.
    pub(super) fn truth(&mut self, call: &Call, place: usize, usual: bool) -> Outcome<bool> {
        let value = self.value(call, place)?;
        Ok(value.map_or(usual, |value| value.is_true()))
    }

    /// Bytes to send; text is sent as UTF-8.
    pub(super) fn data(&mut self, call: &Call, place: usize) -> Outcome<Vec<u8>> {
        let value = self.needed(call, place)?;
        self.given_text |= matches!(value, Value::Str(_));
        data_of(&value).ok_or_else(|| {
            expected(
                call,
                place,
                "bytes or text, as in `\"hello\\n\"` or `x\"de ad\"`",
                &value,
            )
        })
    }

    /// Text; a bare word that is no variable stands for itself (`getservbyname http`).
    pub(super) fn text(&mut self, call: &Call, place: usize) -> Outcome<String> {
        if let Some(word) = self.bare_word(call, place) {
            return Ok(word);
        }
        let value = self.needed(call, place)?;
        text_of(&value).ok_or_else(|| expected(call, place, "text", &value))
    }

    /// Text that may be left out.
    pub(super) fn text_or_none(&mut self, call: &Call, place: usize) -> Outcome<Option<String>> {
        if let Some(word) = self.bare_word(call, place) {
            return Ok(Some(word));
        }
        match self.value(call, place)? {
            None | Some(Value::None) => Ok(None),
            Some(value) => text_of(&value)
                .map(Some)
                .ok_or_else(|| expected(call, place, "text or None", &value)),
        }
    }

    fn bare_word(&self, call: &Call, place: usize) -> Option<String> {
        let Some(Expr::Name(word)) = given(call, place) else {
            return None;
        };
        let known = self
            .engine
            .memory
            .with(|contents| contents.variables.contains_key(word));
        // C's NULL is no name of anything.
        (!known && word != "NULL").then(|| word.clone())
    }

    /// A time: a number of seconds, a duration, or None.
    pub(super) fn seconds(&mut self, call: &Call, place: usize) -> Outcome<Option<Duration>> {
        match self.value(call, place)? {
            None | Some(Value::None) => Ok(None),
            Some(value) => match operator::real(&value) {
                Some(number) => duration(number).map(Some),
                None => Err(expected(
                    call,
                    place,
                    "a time, as in `1.5`, `200ms` or `None`",
                    &value,
                )),
            },
        }
    }

    /// A list of values; a single value is a list of one.
    pub(super) fn list(&mut self, call: &Call, place: usize) -> Outcome<Vec<Value>> {
        match self.value(call, place)? {
            None | Some(Value::None) => Ok(Vec::new()),
            Some(Value::List(values) | Value::Tuple(values)) => Ok(values),
            Some(value) => Ok(vec![value]),
        }
    }

    /// A list of descriptors.
    pub(super) fn fds(&mut self, call: &Call, place: usize) -> Outcome<Vec<i32>> {
        let values = self.list(call, place)?;
        values
            .iter()
            .map(|value| {
                descriptor_of(value).ok_or_else(|| {
                    expected(call, place, "a list of sockets, as in `[s, conn]`", value)
                })
            })
            .collect()
    }
}

/// The expression of a parameter, if it was given.
pub(super) fn given(call: &Call, place: usize) -> Option<&Expr> {
    call.args.get(place).and_then(Option::as_ref)
}

/// The descriptor a value stands for.
pub(super) fn descriptor_of(value: &Value) -> Option<i32> {
    match value {
        Value::Socket(fd) | Value::Epoll(fd) => Some(*fd),
        Value::Int(number) => i32::try_from(*number).ok(),
        _ => None,
    }
}

/// The bytes a value stands for.
pub(super) fn data_of(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.clone()),
        Value::Str(text) => Some(text.clone().into_bytes()),
        _ => None,
    }
}

/// The text a value stands for.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.clone()),
        Value::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    }
}

/// A number of seconds as a time.
pub(super) fn duration(seconds: f64) -> Outcome<Duration> {
    if seconds < 0.0 {
        return Err(Stop::because(
            "a timeout is not negative (Python: ValueError); None waits for ever",
        ));
    }
    Duration::try_from_secs_f64(seconds.min(LONGEST_SECONDS))
        .map_err(|_| Stop::because("that is not a time: give seconds, as in `1.5`"))
}

/// Text for the C library.
pub(super) fn c_text(text: &str) -> Outcome<CString> {
    CString::new(text).map_err(|_| {
        Stop::because("a zero byte cannot stand inside a name: C ends its texts there")
    })
}

/// The refusal of a value of the wrong kind.
pub(super) fn expected(call: &Call, place: usize, what: &str, found: &Value) -> Stop {
    Stop::because(format!(
        "`{}` of `{}` is {what}; this is {}",
        parameter(call, place),
        call.verb.name(),
        describe(found)
    ))
}

fn parameter(call: &Call, place: usize) -> &'static str {
    call.verb
        .entry()
        .parameters
        .get(place)
        .map_or("argument", |parameter| parameter.name)
}

/// The refusal of values a function does not take.
pub(super) fn wrong(name: &str, values: &[Value]) -> Stop {
    let kinds: Vec<&str> = values.iter().map(describe).collect();
    let kinds = if kinds.is_empty() {
        "nothing".to_owned()
    } else {
        kinds.join(" and ")
    };
    Stop::because(format!("`{name}` does not go with {kinds}"))
}
