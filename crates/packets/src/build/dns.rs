//! Builds a DNS query with one question (RFC 1035 section 4.1). Answers are for servers.

use super::input::Input;
use super::kind::{FieldKind, LayerField, Protocol, field};
use super::network::check_len;
use super::{BuildError, Place};

/// Recursion desired.
const RD: u16 = 0x0100;
/// The Internet class.
const IN: u16 = 1;

/// A query; over TCP its length comes first (RFC 1035 section 4.2.2).
pub(super) fn query(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let name = input
        .domain_name("name")?
        .ok_or_else(|| input.missing("name"))?;
    let flags = if input.number("rd")? == Some(0) {
        0
    } else {
        RD
    };
    let mut bytes = Vec::new();
    for word in [input.number_or("id", 1)?, flags, 1, 0, 0, 0] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(name);
    bytes.extend(input.dns_type("type")?.unwrap_or(1).to_be_bytes());
    bytes.extend(IN.to_be_bytes());
    bytes.extend_from_slice(payload);
    if place.beneath() == Some(Protocol::Tcp) {
        check_len("dns", "the message", bytes.len(), usize::from(u16::MAX))?;
        let mut framed = (bytes.len() as u16).to_be_bytes().to_vec();
        framed.extend(bytes);
        return Ok(framed);
    }
    Ok(bytes)
}

/// The fields of `dns`.
pub(super) static DNS: [LayerField; 4] = [
    field("name", FieldKind::DomainName, "the name that is asked for"),
    field(
        "type",
        FieldKind::DnsType,
        "the type that is asked for; A unless given",
    ),
    field(
        "id",
        FieldKind::Number(16),
        "identifier of the query; 1 unless given",
    ),
    field(
        "rd",
        FieldKind::Bool,
        "recursion desired; True unless given",
    ),
];
