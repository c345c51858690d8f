//! What a session printed, in C.

use super::data::bytes;
use crate::export::literal::c_bytes;
use crate::export::plan::{Plan, Shown};

/// What prints these, and an end of line.
pub(super) fn print(plan: &Plan, shown: &[Shown]) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut format, mut values) = (String::new(), String::new());
    for piece in shown {
        let (word, value) = match piece {
            Shown::Text(words) => {
                format.push_str(&c_bytes(words.as_bytes()).replace('%', "%%"));
                continue;
            }
            Shown::Decoded(data) => {
                let (begin, length) = bytes(plan, data);
                ("%.*s", format!("(int){length}, {begin}"))
            }
            Shown::Length(data) => ("%ld", format!("(long){}", bytes(plan, data).1)),
            Shown::Number(variable) => ("%d", plan.name(*variable).to_owned()),
            Shown::Literally(_) | Shown::Address(_) => {
                if !format.is_empty() {
                    lines.push(format!("printf(\"{format}\"{values});"));
                    (format, values) = (String::new(), String::new());
                }
                lines.push(match piece {
                    Shown::Literally(data) => {
                        let (begin, length) = bytes(plan, data);
                        format!("put_bytes({begin}, {length});")
                    }
                    Shown::Address(variable) => format!("put_address(&{});", plan.name(*variable)),
                    _ => continue,
                });
                continue;
            }
        };
        format.push_str(word);
        values.push_str(", ");
        values.push_str(&value);
    }
    lines.push(format!("printf(\"{format}\\n\"{values});"));
    lines
}
