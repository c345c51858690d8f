//! What operators do with values, as in Python: arithmetic, comparison, `in`, index and slice. Pure.

use crate::command::ast::Operator;
use crate::value::{Address, LARGEST, Value};
use std::cmp::Ordering;

/// What a value is, in words, with its article: `a socket`.
pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::None => "None",
        Value::Bool(_) => "a bool",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Constant { .. } => "a constant",
        Value::Str(_) => "a string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Tuple(_) => "a tuple",
        Value::Socket(_) => "a socket",
        Value::Epoll(_) => "an epoll instance",
        Value::Poller(_) => "a poll object",
        Value::File(_) => "a file",
        Value::Address(_) => "an address",
    }
}

/// The integer a value is or stands for.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) | Value::Constant { value: number, .. } => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        _ => None,
    }
}

/// The number a value is, with a fraction perhaps.
pub(super) fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => integer(other).map(|number| number as f64),
    }
}

/// The parts of a sequence: elements, characters, bytes as numbers, the fields of an address.
pub(super) fn parts(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::List(values) | Value::Tuple(values) => Some(values.clone()),
        Value::Str(text) => Some(
            text.chars()
                .map(|character| Value::Str(character.into()))
                .collect(),
        ),
        Value::Bytes(bytes) => Some(bytes.iter().map(|byte| of_byte(*byte)).collect()),
        Value::Address(address) => address_parts(address),
        _ => None,
    }
}

/// A byte as an element of bytes is a number, as in Python.
fn of_byte(byte: u8) -> Value {
    Value::Int(i64::from(byte))
}

/// How many parts a sequence has. Nothing is taken apart for it.
pub(super) fn length(value: &Value) -> Option<usize> {
    match value {
        Value::List(values) | Value::Tuple(values) => Some(values.len()),
        Value::Str(text) => Some(text.chars().count()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::Address(address) => address_parts(address).map(|parts| parts.len()),
        _ => None,
    }
}

/// One part of a sequence, by its place from 0.
fn part(value: &Value, place: usize) -> Option<Value> {
    match value {
        Value::List(values) | Value::Tuple(values) => values.get(place).cloned(),
        Value::Str(text) => text.chars().nth(place).map(|one| Value::Str(one.into())),
        Value::Bytes(bytes) => bytes.get(place).copied().map(of_byte),
        other => parts(other)?.get(place).cloned(),
    }
}

/// The fields of an address in the order of Python's tuple; `None` where Python has no tuple.
pub(super) fn address_parts(address: &Address) -> Option<Vec<Value>> {
    let int = |number: i64| Value::Int(number);
    match address {
        Address::Inet(inet) => Some(vec![
            Value::Str(inet.ip().to_string()),
            int(inet.port().into()),
        ]),
        Address::Inet6(inet6) => Some(vec![
            Value::Str(inet6.ip().to_string()),
            int(inet6.port().into()),
            int(inet6.flowinfo().into()),
            int(inet6.scope_id().into()),
        ]),
        Address::Netlink { pid, groups } => Some(vec![int((*pid).into()), int((*groups).into())]),
        Address::Vsock { cid, port } => Some(vec![int((*cid).into()), int((*port).into())]),
        Address::Packet {
            interface,
            protocol,
            packet_type,
            hardware_type,
            hardware_address,
            ..
        } => Some(vec![
            Value::Str(interface.clone()),
            int((*protocol).into()),
            int((*packet_type).into()),
            int((*hardware_type).into()),
            Value::Bytes(hardware_address.clone()),
        ]),
        _ => None,
    }
}

/// `left operator right`; the error says what does not fit.
pub(super) fn apply(operator: Operator, left: &Value, right: &Value) -> Result<Value, String> {
    match operator {
        Operator::Equal => Ok(Value::Bool(equal(left, right))),
        Operator::NotEqual => Ok(Value::Bool(!equal(left, right))),
        Operator::Less => ordered(left, right, Ordering::is_lt),
        Operator::LessEqual => ordered(left, right, Ordering::is_le),
        Operator::Greater => ordered(left, right, Ordering::is_gt),
        Operator::GreaterEqual => ordered(left, right, Ordering::is_ge),
        Operator::In => contains(right, left),
        Operator::Or => bits(left, right, "|", |one, other| one | other),
        Operator::And => bits(left, right, "&", |one, other| one & other),
        Operator::Plus => plus(left, right),
        Operator::Minus => numbers(left, right, "-", i64::checked_sub, |one, other| one - other),
        Operator::Times => times(left, right),
        Operator::Over => over(left, right),
    }
}

/// `-value`.
pub(super) fn negative(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(number) => Ok(Value::Float(-number)),
        other => integer(other)
            .and_then(i64::checked_neg)
            .map(Value::Int)
            .ok_or_else(|| format!("there is no negative of {}", describe(other))),
    }
}

/// `value[index]`.
pub(super) fn index(value: &Value, index: &Value) -> Result<Value, String> {
    let Some(length) = length(value) else {
        return Err(format!("{} has no parts to index", describe(value)));
    };
    if let Value::Str(name) = index {
        return named(value, name);
    }
    let Some(number) = integer(index) else {
        return Err(format!("an index is an integer, not {}", describe(index)));
    };
    let place = if number < 0 {
        number + length as i64
    } else {
        number
    };
    usize::try_from(place)
        .ok()
        .and_then(|place| part(value, place))
        .ok_or_else(|| format!("there is no [{number}]: it has {length} parts"))
}

/// A field by its name, of what is a list of names with values: `info["tcpi_rtt"]` of TCP_INFO, with its prefix as C has it or without.
pub(super) fn named(value: &Value, name: &str) -> Result<Value, String> {
    let Value::List(items) = value else {
        return Err("an index is an integer, not a string".to_owned());
    };
    let mut names = Vec::new();
    for item in items {
        let Value::Tuple(pair) = item else { continue };
        let [Value::Str(own), found] = pair.as_slice() else {
            continue;
        };
        if own == name || name.strip_prefix("tcpi_") == Some(own) {
            return Ok(found.clone());
        }
        names.push(own.as_str());
    }
    if names.is_empty() {
        return Err("an index is an integer, not a string".to_owned());
    }
    let near = names
        .iter()
        .min_by_key(|known| strsim::damerau_levenshtein(known, name.trim_start_matches("tcpi_")))
        .map_or_else(String::new, |near| format!("; the nearest is {near}"));
    Err(format!("there is no field {name:?} in it{near}"))
}

/// `value[start:end]`, of the same kind as the value.
pub(super) fn slice(
    value: &Value,
    start: Option<&Value>,
    end: Option<&Value>,
) -> Result<Value, String> {
    let Some(length) = length(value) else {
        return Err(format!("{} has no parts to slice", describe(value)));
    };
    let length = length as i64;
    let bound = |bound: Option<&Value>, usual: i64| match bound {
        None | Some(Value::None) => Ok(usual),
        Some(value) => {
            let number = integer(value).ok_or("the bounds of a slice are integers")?;
            let number = if number < 0 { number + length } else { number };
            Ok::<i64, String>(number.clamp(0, length))
        }
    };
    let start = bound(start, 0)? as usize;
    let end = (bound(end, length)? as usize).max(start);
    Ok(match value {
        Value::Str(text) => Value::Str(text.chars().skip(start).take(end - start).collect()),
        Value::Bytes(bytes) => Value::Bytes(bytes[start..end].to_vec()),
        Value::List(values) => Value::List(values[start..end].to_vec()),
        Value::Tuple(values) => Value::Tuple(values[start..end].to_vec()),
        other => {
            let parts = parts(other).unwrap_or_default();
            Value::Tuple(parts.into_iter().skip(start).take(end - start).collect())
        }
    })
}

fn equal(left: &Value, right: &Value) -> bool {
    if let (Some(one), Some(other)) = (integer(left), integer(right)) {
        return one == other;
    }
    if let (Some(one), Some(other)) = (real(left), real(right)) {
        return one.partial_cmp(&other) == Some(Ordering::Equal);
    }
    match (left, right) {
        (Value::List(one), Value::List(other)) | (Value::Tuple(one), Value::Tuple(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Address(address), Value::Tuple(fields))
        | (Value::Tuple(fields), Value::Address(address)) => address_parts(address)
            .is_some_and(|parts| equal(&Value::Tuple(parts), &Value::Tuple(fields.clone()))),
        (Value::Address(Address::UnixPath(path)), Value::Str(text))
        | (Value::Str(text), Value::Address(Address::UnixPath(path))) => path == text.as_bytes(),
        (Value::Address(Address::UnixUnnamed), Value::Str(text))
        | (Value::Str(text), Value::Address(Address::UnixUnnamed)) => text.is_empty(),
        _ => left == right,
    }
}

fn ordered(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Result<Value, String> {
    let order = match (left, right) {
        (Value::Str(one), Value::Str(other)) => Some(one.cmp(other)),
        (Value::Bytes(one), Value::Bytes(other)) => Some(one.cmp(other)),
        _ => match (integer(left), integer(right)) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => real(left)
                .zip(real(right))
                .and_then(|(one, other)| one.partial_cmp(&other)),
        },
    };
    order
        .map(|order| Value::Bool(holds(order)))
        .ok_or_else(|| format!("{} and {} have no order", describe(left), describe(right)))
}

fn contains(whole: &Value, part: &Value) -> Result<Value, String> {
    let found = match (whole, part) {
        (Value::Str(whole), Value::Str(part)) => whole.contains(part.as_str()),
        (Value::Bytes(whole), Value::Bytes(part)) => find(whole, part).is_some(),
        // Not taken apart: they may be many megabytes.
        (Value::Bytes(whole), part) => whole.iter().any(|byte| equal(&of_byte(*byte), part)),
        _ => parts(whole)
            .ok_or_else(|| format!("{} has no parts to look in", describe(whole)))?
            .iter()
            .any(|element| equal(element, part)),
    };
    Ok(Value::Bool(found))
}

/// Where `part` first begins in `whole`.
pub(super) fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    whole.windows(part.len()).position(|window| window == part)
}

fn bits(
    left: &Value,
    right: &Value,
    sign: &str,
    join: fn(i64, i64) -> i64,
) -> Result<Value, String> {
    let (Some(one), Some(other)) = (integer(left), integer(right)) else {
        return Err(unfit(left, sign, right));
    };
    let value = join(one, other);
    // Names joined by `|` stay names: SOCK_STREAM|SOCK_NONBLOCK.
    match (left, right) {
        (Value::Constant { name: one, .. }, Value::Constant { name: other, .. }) if sign == "|" => {
            let name = format!("{one}|{other}");
            Ok(Value::Constant { value, name })
        }
        _ => Ok(Value::Int(value)),
    }
}

fn plus(left: &Value, right: &Value) -> Result<Value, String> {
    match (left, right) {
        (Value::Str(one), Value::Str(other)) => Ok(Value::Str(format!("{one}{other}"))),
        (Value::Bytes(one), Value::Bytes(other)) => Ok(Value::Bytes([&one[..], other].concat())),
        (Value::List(one), Value::List(other)) => Ok(Value::List([&one[..], other].concat())),
        (Value::Tuple(one), Value::Tuple(other)) => Ok(Value::Tuple([&one[..], other].concat())),
        _ => numbers(left, right, "+", i64::checked_add, |one, other| one + other),
    }
}

fn times(left: &Value, right: &Value) -> Result<Value, String> {
    let (sequence, count) = match (left, right) {
        (Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_), count)
            if integer(count).is_some() =>
        {
            (left, count)
        }
        (count, Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_))
            if integer(count).is_some() =>
        {
            (right, count)
        }
        _ => {
            return numbers(left, right, "*", i64::checked_mul, |one, other| one * other);
        }
    };
    let count = usize::try_from(integer(count).unwrap_or(0)).unwrap_or(0);
    let length = match sequence {
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(values) | Value::Tuple(values) => values.len() * size_of::<Value>(),
        _ => 0,
    };
    if length.saturating_mul(count) > LARGEST {
        return Err("that would be more than 256 MiB: take less".to_owned());
    }
    Ok(match sequence {
        Value::Str(text) => Value::Str(text.repeat(count)),
        Value::Bytes(bytes) => Value::Bytes(bytes.repeat(count)),
        Value::List(values) => Value::List(repeated(values, count)),
        Value::Tuple(values) => Value::Tuple(repeated(values, count)),
        other => other.clone(),
    })
}

fn repeated(values: &[Value], count: usize) -> Vec<Value> {
    std::iter::repeat_n(values, count)
        .flatten()
        .cloned()
        .collect()
}

fn over(left: &Value, right: &Value) -> Result<Value, String> {
    match (real(left), real(right)) {
        (Some(_), Some(0.0)) => Err("division by zero".to_owned()),
        (Some(one), Some(other)) => Ok(Value::Float(one / other)),
        _ => Err(unfit(left, "/", right)),
    }
}

fn numbers(
    left: &Value,
    right: &Value,
    sign: &str,
    whole: fn(i64, i64) -> Option<i64>,
    broken: fn(f64, f64) -> f64,
) -> Result<Value, String> {
    if let (Some(one), Some(other)) = (integer(left), integer(right)) {
        return whole(one, other)
            .map(Value::Int)
            .ok_or_else(|| "the result does not fit in 64 bits".to_owned());
    }
    match (real(left), real(right)) {
        (Some(one), Some(other)) => Ok(Value::Float(broken(one, other))),
        _ => Err(unfit(left, sign, right)),
    }
}

fn unfit(left: &Value, sign: &str, right: &Value) -> String {
    let mut reason = format!(
        "`{sign}` does not go between {} and {}",
        describe(left),
        describe(right)
    );
    if let (Value::Str(_), Value::Bytes(_)) | (Value::Bytes(_), Value::Str(_)) = (left, right) {
        reason.push_str(": make both bytes (`text.encode()`) or both text (`data.decode()`)");
    }
    reason
}
#[cfg(test)]
mod tests;
