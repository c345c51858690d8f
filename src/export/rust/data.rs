//! Bytes that a session sent or received, in Rust.

use crate::export::literal::hex_bytes;
use crate::export::plan::{Bytes, Plan};

/// Bytes as a slice.
pub(super) fn borrowed(plan: &Plan, data: &Bytes) -> String {
    match data {
        Bytes::Literal(bytes) => format!("b\"{}\"", hex_bytes(bytes)),
        Bytes::Repeated(bytes, length) => {
            let known = bytes.len().max(1);
            let whole = format!(
                "&b\"{}\".repeat({})",
                hex_bytes(bytes),
                length.div_ceil(known)
            );
            if length % known == 0 {
                whole
            } else {
                format!("{whole}[..{length}]")
            }
        }
        Bytes::Held(variable) => format!("&{}", plan.name(*variable)),
        Bytes::Upper(inner) => format!("&{}.to_ascii_uppercase()", receiver(plan, inner)),
        Bytes::Lower(inner) => format!("&{}.to_ascii_lowercase()", receiver(plan, inner)),
        Bytes::Joined(one, other) => {
            let part = |part: &Bytes| format!("&{}[..]", receiver(plan, part));
            format!("&[{}, {}].concat()", part(one), part(other))
        }
    }
}

/// Bytes in front of a dot.
pub(super) fn receiver(plan: &Plan, data: &Bytes) -> String {
    let text = borrowed(plan, data);
    text.strip_prefix('&').map_or(text.clone(), str::to_owned)
}
