//! What a session printed, in Rust.

use super::data::{borrowed, receiver};
use crate::export::literal::hex_bytes;
use crate::export::plan::{Plan, Shown};

/// What prints these, and an end of line.
pub(super) fn print(plan: &Plan, shown: &[Shown]) -> String {
    let mut text = String::new();
    let mut values = String::new();
    for piece in shown {
        let value = match piece {
            Shown::Text(words) => {
                let words = hex_bytes(words.as_bytes());
                // Only ASCII stands as it is; the escapes of other bytes are no text of Rust.
                if words.contains("\\x") {
                    format!("String::from_utf8_lossy(b\"{words}\")")
                } else {
                    text.push_str(&words.replace('{', "{{").replace('}', "}}"));
                    continue;
                }
            }
            Shown::Literally(data) => format!("literal({})", borrowed(plan, data)),
            Shown::Decoded(data) => format!("String::from_utf8_lossy({})", borrowed(plan, data)),
            Shown::Length(data) => format!("{}.len()", receiver(plan, data)),
            Shown::Number(variable) => plan.name(*variable).to_owned(),
            Shown::Address(variable) => format!("{}.text()", plan.name(*variable)),
        };
        text.push_str("{}");
        values.push_str(", ");
        values.push_str(&value);
    }
    format!("println!(\"{text}\"{values});")
}
