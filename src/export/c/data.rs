//! Bytes that a session sent or received, in C.

use crate::export::literal::c_bytes;
use crate::export::plan::{Bytes, Plan};

/// Where bytes begin, and how many they are.
pub(super) fn bytes(plan: &Plan, data: &Bytes) -> (String, String) {
    match data {
        Bytes::Literal(bytes) => (format!("\"{}\"", c_bytes(bytes)), bytes.len().to_string()),
        Bytes::Repeated(bytes, length) => (
            format!(
                "repeated(\"{}\", {}, {length})",
                c_bytes(bytes),
                bytes.len().max(1)
            ),
            length.to_string(),
        ),
        Bytes::Held(variable) => {
            let name = plan.name(*variable);
            (name.to_owned(), format!("{name}_size"))
        }
        Bytes::Upper(inner) | Bytes::Lower(inner) => {
            let (begin, length) = bytes(plan, inner);
            let function = if matches!(data, Bytes::Upper(_)) {
                "upper"
            } else {
                "lower"
            };
            (format!("{function}({begin}, {length})"), length)
        }
        Bytes::Joined(one, other) => {
            let (one, one_length) = bytes(plan, one);
            let (other, other_length) = bytes(plan, other);
            (
                format!("joined({one}, {one_length}, {other}, {other_length})"),
                format!("{one_length} + {other_length}"),
            )
        }
    }
}
