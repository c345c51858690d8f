//! Builds a WebSocket frame (RFC 6455 section 5.2), as a client or a server sends it.

use super::BuildError;
use super::input::Input;
use super::kind::{FieldKind, LayerField, field};
use crate::frame;

/// The masking key where none is given: that of the examples in RFC 6455 section 5.7, so that two runs look the same.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// What says both the opcode and the payload, with the opcode.
const CONTENTS: [(&str, u8); 5] = [
    ("text", 1),
    ("binary", 2),
    ("close", 8),
    ("ping", 9),
    ("pong", 10),
];

/// A frame, with what lies above as the end of its payload.
pub(super) fn ws(input: &Input<'_>, above: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut opcode = None;
    let mut payload = Vec::new();
    for (name, number) in CONTENTS {
        let content = match name {
            "close" => input
                .number(name)?
                .map(|code| (code as u16).to_be_bytes().to_vec()),
            _ => input.bytes(name)?,
        };
        if let Some(content) = content {
            opcode.get_or_insert(number);
            payload.extend(content);
        }
    }
    for name in ["reason", "payload"] {
        payload.extend(input.bytes(name)?.unwrap_or_default());
    }
    payload.extend(above);
    let key = match input.bytes("key")? {
        None => None,
        Some(key) => match <[u8; 4]>::try_from(key) {
            Ok(key) => Some(key),
            Err(key) => {
                return Err(BuildError::WrongValue {
                    layer: "ws",
                    field: "key",
                    expected: "4 bytes, as x\"37 fa 21 3d\"".to_owned(),
                    given: format!("{} bytes", key.len()),
                });
            }
        },
    };
    let masked = input
        .number("mask")?
        .map_or(key.is_some(), |mask| mask != 0);
    let header = frame::Header {
        fin: input.number("fin")? != Some(0),
        rsv: input.number_or("rsv", 0)?,
        opcode: input.number_or("opcode", opcode.unwrap_or(1))?,
        mask: masked.then(|| key.unwrap_or(KEY)),
        length: input.number("length")?.unwrap_or(payload.len() as u64),
    };
    Ok(header.frame(&payload))
}

/// The fields of `ws`.
pub(super) static WS: [LayerField; 13] = [
    field("text", FieldKind::Bytes, "a text message (opcode 1)"),
    field("binary", FieldKind::Bytes, "a binary message (opcode 2)"),
    field("ping", FieldKind::Bytes, "a ping (opcode 9)"),
    field("pong", FieldKind::Bytes, "a pong (opcode 10)"),
    field(
        "close",
        FieldKind::Number(16),
        "a close frame (opcode 8) with this code",
    ),
    field("reason", FieldKind::Bytes, "text behind the close code"),
    field(
        "mask",
        FieldKind::Bool,
        "masked, as a client must; False unless given",
    ),
    field(
        "key",
        FieldKind::Bytes,
        "the masking key; that of RFC 6455's examples unless given",
    ),
    field(
        "fin",
        FieldKind::Bool,
        "the last frame of its message; True unless given",
    ),
    field(
        "opcode",
        FieldKind::Number(4),
        "the opcode: 0 continues a message; by what is carried unless given",
    ),
    field(
        "rsv",
        FieldKind::Number(3),
        "the reserved bits; 0 unless given",
    ),
    field(
        "length",
        FieldKind::Number(64),
        "the length that is claimed; that of the payload unless given",
    ),
    field(
        "payload",
        FieldKind::Bytes,
        "more of the payload; `ws(…)/\"bytes\"` does the same",
    ),
];
