//! A WebSocket frame as bytes (RFC 6455 section 5.2). Not how frames are read out of a stream.

/// What stands in front of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// It is the last of its message.
    pub fin: bool,
    /// The three reserved bits.
    pub rsv: u8,
    /// The opcode.
    pub opcode: u8,
    /// The masking key.
    pub mask: Option<[u8; 4]>,
    /// The length of the payload, which may be a lie.
    pub length: u64,
}

impl Header {
    /// The frame with this payload, which is masked here.
    pub fn frame(&self, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![u8::from(self.fin) << 7 | (self.rsv & 7) << 4 | self.opcode & 0x0f];
        let masked = u8::from(self.mask.is_some()) << 7;
        match self.length {
            length @ 0..126 => out.push(masked | length as u8),
            length @ 126..=0xffff => {
                out.push(masked | 0x7e);
                out.extend((length as u16).to_be_bytes());
            }
            length => {
                out.push(masked | 0x7f);
                out.extend(length.to_be_bytes());
            }
        }
        match self.mask {
            Some(key) => {
                out.extend(key);
                out.extend(unmasked(payload, key, 0));
            }
            None => out.extend(payload),
        }
        out
    }
}

/// Bytes masked, or unmasked: the first of them is the payload's byte `from`.
pub fn unmasked(bytes: &[u8], key: [u8; 4], from: u64) -> impl Iterator<Item = u8> {
    let keys = key.into_iter().cycle().skip((from % 4) as usize);
    bytes.iter().zip(keys).map(|(byte, key)| byte ^ key)
}
