//! Lines out of bytes that come in any pieces.

/// What has come of a client and is no whole line yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
}

/// A line is longer than the limit, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong(pub(super) usize);

impl Lines {
    /// Takes bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole line with its end, at most `limit` bytes long.
    pub(super) fn line(&mut self, limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
        match self.held.iter().position(|byte| *byte == b'\n') {
            Some(end) if end < limit => Ok(Some(self.held.drain(..=end).collect())),
            None if self.held.len() < limit => Ok(None),
            _ => Err(TooLong(limit)),
        }
    }

    /// All that has come and is not taken as a line.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

/// A line without its end.
pub(super) fn text(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
