//! Numbers to bytes and back: Python's `struct`, and `to_bytes` and `from_bytes` of integers. Pure.

use super::execution::{Outcome, Stop};
use super::operator::{describe, integer, real};
use crate::value::{LARGEST, Value};

/// A format: the order of its bytes, whether it aligns as C does, and its codes with their counts.
struct Format {
    little: bool,
    aligned: bool,
    codes: Vec<(usize, u8)>,
}

impl Format {
    fn read(text: &str) -> Outcome<Self> {
        let native = cfg!(target_endian = "little");
        let bytes = text.as_bytes();
        let (little, aligned, rest) = match bytes.split_first() {
            Some((b'@', rest)) => (native, true, rest),
            Some((b'=', rest)) => (native, false, rest),
            Some((b'<', rest)) => (true, false, rest),
            Some((b'>' | b'!', rest)) => (false, false, rest),
            _ => (native, true, bytes),
        };
        let mut codes = Vec::new();
        let mut count: Option<usize> = None;
        for byte in rest {
            match byte {
                b'0'..=b'9' => {
                    let digit = usize::from(byte - b'0');
                    count = Some(count.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                }
                b' ' => {}
                code if width(*code, aligned).is_some() => {
                    codes.push((count.take().unwrap_or(1), *code));
                }
                other => {
                    return Err(Stop::because(format!(
                        "a struct format has no code `{}`; it has x c b B ? h H i I l L q Q f d s, after one of @ = < > !",
                        other.escape_ascii()
                    )));
                }
            }
        }
        let format = Self {
            little,
            aligned,
            codes,
        };
        if format.size() > LARGEST {
            return Err(Stop::because("that would be more than 256 MiB: take less"));
        }
        Ok(format)
    }

    fn size(&self) -> usize {
        let mut size = 0;
        for (count, code) in &self.codes {
            let width = width(*code, self.aligned).unwrap_or(1);
            size = self
                .place(size, *code)
                .saturating_add(width.saturating_mul(*count));
        }
        size
    }

    /// Where a code's bytes begin when so many lie before.
    fn place(&self, before: usize, code: u8) -> usize {
        let width = width(code, self.aligned).unwrap_or(1);
        if self.aligned {
            before.next_multiple_of(width)
        } else {
            before
        }
    }

    fn ordered(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if !self.little {
            bytes.reverse();
        }
        bytes
    }
}

/// How many bytes a code takes; `l` and `L` are C's `long` where C's alignment holds.
fn width(code: u8, native: bool) -> Option<usize> {
    match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' => Some(1),
        b'h' | b'H' => Some(2),
        b'l' | b'L' if native => Some(size_of::<std::ffi::c_long>()),
        b'i' | b'I' | b'l' | b'L' | b'f' => Some(4),
        b'q' | b'Q' | b'd' => Some(8),
        _ => None,
    }
}

/// `struct.calcsize(format)`
pub(super) fn size(format: &str) -> Outcome<usize> {
    Ok(Format::read(format)?.size())
}

/// `struct.pack(format, values…)`
pub(super) fn pack(format: &str, values: &[Value]) -> Outcome {
    let format = Format::read(format)?;
    let mut values = values.iter();
    let mut bytes = Vec::new();
    let missing = || Stop::because("the struct format asks for more values than were given");
    for (count, code) in &format.codes {
        bytes.resize(format.place(bytes.len(), *code), 0);
        match code {
            b'x' => bytes.resize(bytes.len() + count, 0),
            b's' => {
                let Value::Bytes(text) = values.next().ok_or_else(missing)? else {
                    return Err(Stop::because("the code s takes bytes"));
                };
                let mut text = text.clone();
                text.resize(*count, 0);
                bytes.extend(text);
            }
            _ => {
                for _ in 0..*count {
                    let value = values.next().ok_or_else(missing)?;
                    bytes.extend(format.ordered(pack_one(*code, format.aligned, value)?));
                }
            }
        }
    }
    match values.next() {
        None => Ok(Value::Bytes(bytes)),
        Some(_) => Err(Stop::because(
            "the struct format asks for fewer values than were given",
        )),
    }
}

/// One value, little-endian.
fn pack_one(code: u8, native: bool, value: &Value) -> Outcome<Vec<u8>> {
    let unfit = || {
        Stop::because(format!(
            "{} does not fit in the struct code `{}`",
            integer(value).map_or_else(|| describe(value).to_owned(), |number| number.to_string()),
            char::from(code)
        ))
    };
    match (code, value) {
        (b'c', Value::Bytes(one)) if one.len() == 1 => Ok(one.clone()),
        (b'?', value) => Ok(vec![u8::from(value.is_true())]),
        (b'f', value) => Ok((real(value).ok_or_else(unfit)? as f32)
            .to_le_bytes()
            .to_vec()),
        (b'd', value) => Ok(real(value).ok_or_else(unfit)?.to_le_bytes().to_vec()),
        (code, value) => {
            let width = width(code, native).unwrap_or(1);
            let number = i128::from(integer(value).ok_or_else(unfit)?);
            let bits = width * 8;
            let (least, most) = if code.is_ascii_uppercase() {
                (0, (1_i128 << bits) - 1)
            } else {
                (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
            };
            if code == b'c' || !(least..=most).contains(&number) {
                return Err(unfit());
            }
            Ok(number.to_le_bytes()[..width].to_vec())
        }
    }
}

/// `struct.unpack(format, bytes)`
pub(super) fn unpack(format: &str, bytes: &[u8]) -> Outcome {
    let format = Format::read(format)?;
    if bytes.len() != format.size() {
        return Err(Stop::because(format!(
            "the struct format takes {} bytes; these are {}",
            format.size(),
            bytes.len()
        )));
    }
    let mut values = Vec::new();
    let mut at = 0;
    for (count, code) in &format.codes {
        at = format.place(at, *code);
        let width = width(*code, format.aligned).unwrap_or(1);
        match code {
            b'x' => {}
            b's' => values.push(Value::Bytes(bytes[at..at + count].to_vec())),
            _ => {
                for step in 0..*count {
                    let from = at + step * width;
                    let one = format.ordered(bytes[from..from + width].to_vec());
                    values.push(unpack_one(*code, &one));
                }
            }
        }
        at += width * count;
    }
    Ok(Value::Tuple(values))
}

/// One value from its bytes, little-endian.
fn unpack_one(code: u8, bytes: &[u8]) -> Value {
    let unsigned = bytes
        .iter()
        .rev()
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    match code {
        b'c' => Value::Bytes(bytes.to_vec()),
        b'?' => Value::Bool(unsigned != 0),
        b'f' => Value::Float(f64::from(f32::from_bits(unsigned as u32))),
        b'd' => Value::Float(f64::from_bits(unsigned)),
        b'b' | b'h' | b'i' | b'l' | b'q' => {
            let shift = 64 - bytes.len() * 8;
            Value::Int(((unsigned << shift) as i64) >> shift)
        }
        _ => Value::Int(unsigned as i64),
    }
}

/// `number.to_bytes(length, byteorder)`
pub(super) fn to_bytes(number: &Value, rest: &[Value]) -> Outcome {
    let number =
        integer(number).ok_or_else(|| Stop::because("to_bytes is a method of integers"))?;
    let length = match rest.first() {
        None => Some(1),
        Some(length) => integer(length).and_then(|length| usize::try_from(length).ok()),
    };
    let Some(length) = length.filter(|length| *length <= 1 << 16) else {
        return Err(Stop::because("to_bytes takes a length from 0 to 65536"));
    };
    let mut bytes = u64::try_from(number)
        .map_err(|_| Stop::because("to_bytes takes a number that is not negative"))?
        .to_le_bytes()
        .to_vec();
    if bytes.iter().skip(length).any(|byte| *byte != 0) {
        return Err(Stop::because(format!(
            "{number} does not fit in {length} bytes (Python: OverflowError)"
        )));
    }
    bytes.resize(length, 0);
    if !little(rest.get(1))? {
        bytes.reverse();
    }
    Ok(Value::Bytes(bytes))
}

/// `int.from_bytes(bytes, byteorder)`
pub(super) fn from_bytes(bytes: &[u8], order: &Value) -> Outcome {
    let mut bytes = bytes.to_vec();
    if little(Some(order))? {
        bytes.reverse();
    }
    bytes
        .iter()
        .try_fold(0_i64, |number, byte| {
            number
                .checked_mul(256)
                .and_then(|number| number.checked_add(i64::from(*byte)))
        })
        .map(Value::Int)
        .ok_or_else(|| Stop::because("the number does not fit in 63 bits"))
}

fn little(order: Option<&Value>) -> Outcome<bool> {
    match order {
        None => Ok(false),
        Some(Value::Str(order)) if order == "big" => Ok(false),
        Some(Value::Str(order)) if order == "little" => Ok(true),
        Some(_) => Err(Stop::because(
            "a byte order is \"big\" (the network's) or \"little\"",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_packed_as_python_packs_it_and_unpacked_again() {
        let int = Value::Int;
        let cases: [(&str, Vec<Value>, &[u8]); 7] = [
            ("!I", vec![int(5)], b"\0\0\0\x05"),
            ("!HBx", vec![int(258), int(7)], b"\x01\x02\x07\0"),
            (
                "<hq",
                vec![int(-2), int(-1)],
                b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff",
            ),
            ("ii", vec![int(1), int(0)], b"\x01\0\0\0\0\0\0\0"),
            ("bi", vec![int(1), int(2)], b"\x01\0\0\0\x02\0\0\0"),
            (
                "!3s?",
                vec![Value::Bytes(b"ab\0".to_vec()), Value::Bool(true)],
                b"ab\0\x01",
            ),
            (">d", vec![Value::Float(1.5)], b"\x3f\xf8\0\0\0\0\0\0"),
        ];
        for (format, values, bytes) in cases {
            assert_eq!(
                pack(format, &values),
                Ok(Value::Bytes(bytes.to_vec())),
                "{format}"
            );
            assert_eq!(unpack(format, bytes), Ok(Value::Tuple(values)), "{format}");
            assert_eq!(size(format), Ok(bytes.len()), "{format}");
        }
        assert!(pack("!B", &[int(256)]).is_err());
        assert!(pack("!H", &[]).is_err());
        assert!(unpack("!I", b"abc").is_err());
    }
}
