//! Text and bytes: the encodings utf-8, ascii and latin-1.

use super::arguments::wrong;
use super::execution::{Outcome, Stop};
use super::operator::describe;
use crate::value::Value;

/// Text as bytes, in an encoding as [`encoding_name`] spells it.
pub(super) fn encode(text: &str, encoding: &str) -> Outcome<Vec<u8>> {
    let bytes: Option<Vec<u8>> = match encoding {
        "ascii" => text.is_ascii().then(|| text.as_bytes().to_vec()),
        "latin1" => text
            .chars()
            .map(|one| u8::try_from(u32::from(one)).ok())
            .collect(),
        _ => Some(text.as_bytes().to_vec()),
    };
    bytes.ok_or_else(|| {
        Stop::because(
            "the text has characters that this encoding does not have (Python: UnicodeEncodeError)",
        )
    })
}

/// `data.decode()`, `data.decode("ascii", "replace")`.
pub(super) fn decode(values: &[Value]) -> Outcome {
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
            "byte {:#04x} at {sound} is not {} (Python: UnicodeDecodeError); bytes stay bytes without decode()",
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
                    char::REPLACEMENT_CHARACTER
                }
            })
            .collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    if errors == "ignore" {
        text.retain(|one| one != char::REPLACEMENT_CHARACTER);
    }
    Ok(text)
}

/// The encoding the first value names, in the one spelling the code knows; utf8 when there is none.
pub(super) fn encoding_name(values: &[Value]) -> Outcome<String> {
    let name = match values.first() {
        None | Some(Value::None) => return Ok("utf8".to_owned()),
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
