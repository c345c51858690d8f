//! IGMP (RFC 1112, 2236, 3376): the type of a message. Not the groups' state.

use super::headers::Malformed;
use super::part::{Decoded, Part};

/// Bytes every message has.
pub(super) const HEADER: usize = 8;

/// Reads the type.
pub(super) fn decode(part: Part<'_>) -> Result<Decoded<'_, u8>, Malformed> {
    let bytes = part.at_least(HEADER, "igmp", "shorter than the 8 bytes of a header")?;
    Ok(Decoded {
        header: bytes[0],
        rest: part.skip(HEADER),
        malformed: None,
        stop: false,
    })
}
