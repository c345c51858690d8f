//! The options of a TCP header, walked by hand: no option is read past the header, and a wrong length ends the walk with its reason.

use super::headers::{CutOption, TcpOptions};
use super::mptcp;
use super::part::{be16, be32};

/// Option kinds (IANA "TCP Option Kind Numbers").
pub(super) mod kind {
    pub(crate) const END: u8 = 0;
    pub(crate) const NOP: u8 = 1;
    pub(crate) const MSS: u8 = 2;
    pub(crate) const WSCALE: u8 = 3;
    pub(crate) const SACK_PERM: u8 = 4;
    pub(crate) const SACK: u8 = 5;
    pub(crate) const TIMESTAMP: u8 = 8;
    pub(crate) const MD5: u8 = 19;
    pub(crate) const USER_TIMEOUT: u8 = 28;
    pub(crate) const AO: u8 = 29;
    pub(crate) const MPTCP: u8 = 30;
    pub(crate) const FAST_OPEN: u8 = 34;
    pub(crate) const ACC_ECN_0: u8 = 172;
    pub(crate) const ACC_ECN_1: u8 = 174;
    pub(crate) const EXPERIMENT_253: u8 = 253;
    pub(crate) const EXPERIMENT: u8 = 254;
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TcpOption<'a> {
    /// Its kind.
    pub(super) kind: u8,
    /// Where it begins, counted from the first option byte.
    pub(super) at: usize,
    /// All its bytes, with kind and length.
    pub(super) bytes: &'a [u8],
}

impl<'a> TcpOption<'a> {
    /// The bytes after kind and length.
    pub(super) fn data(self) -> &'a [u8] {
        self.bytes.get(2..).unwrap_or_default()
    }
}

/// The walk over the option bytes; ends after an END option or an error.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Walks option bytes. An error holds the offset and the reason.
pub(super) fn walk(bytes: &[u8]) -> Walk<'_> {
    Walk { bytes, at: 0 }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<TcpOption<'a>, (usize, &'static str)>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.bytes.get(at..)?;
        let kind = *rest.first()?;
        let len = match option_len(kind, rest) {
            Ok(len) => len,
            Err(reason) => {
                self.at = self.bytes.len();
                return Some(Err((at, reason)));
            }
        };
        self.at = if kind == kind::END {
            self.bytes.len()
        } else {
            at + len
        };
        Some(Ok(TcpOption {
            kind,
            at,
            bytes: &rest[..len],
        }))
    }
}

/// The length of the option at the start of `rest`: at least 1 and at most `rest.len()`.
fn option_len(kind: u8, rest: &[u8]) -> Result<usize, &'static str> {
    if matches!(kind, kind::END | kind::NOP) {
        return Ok(1);
    }
    match rest.get(1).map(|len| usize::from(*len)) {
        None => Err("an option has no length byte"),
        Some(0 | 1) => Err("the length of an option is less than 2"),
        Some(len) if len > rest.len() => Err("an option reaches past the end of the header"),
        Some(len) => Ok(len),
    }
}

/// The options the record has a place for, and the first thing that is wrong with them. An option whose length is not what
/// its kind demands is passed over. `len` is how long they are: when the capture ends before that, the numbers of the last option that are
/// there are as good as those of a whole one.
#[inline]
pub(super) fn decode(bytes: &[u8], len: usize) -> (TcpOptions, Option<(usize, &'static str)>) {
    const ALIGNED: [u8; 4] = [kind::NOP, kind::NOP, kind::TIMESTAMP, 10];
    match bytes {
        [] if len == 0 => (TcpOptions::default(), None),
        // As RFC 7323 appendix A recommends, and nearly every segment of a connection with timestamps has them.
        [a, b, c, d, times @ ..]
            if times.len() == 8 && len == 12 && [*a, *b, *c, *d] == ALIGNED =>
        {
            let timestamp = Some((be32(times, 0), be32(times, 4)));
            let options = TcpOptions {
                timestamp,
                ..TcpOptions::default()
            };
            (options, None)
        }
        _ => decode_each(bytes, len),
    }
}

fn decode_each(bytes: &[u8], len: usize) -> (TcpOptions, Option<(usize, &'static str)>) {
    let mut options = TcpOptions::default();
    let cut = bytes.len() < len;
    options.unread = cut;
    for step in walk(bytes) {
        let option = match step {
            Ok(option) => option,
            Err(error) => {
                let rest = bytes.get(error.0..).unwrap_or_default();
                if cut {
                    last(&mut options, rest);
                }
                // With a wrong length the walk would have ended here, had all been captured; tshark notices when two bytes lack at most.
                if let Some(told) = rest.get(1).map(|told| usize::from(*told)) {
                    let right = told >= 2 && error.0 + told <= len;
                    options.unread &= right || bytes.len() + 2 < len;
                }
                return (options, Some(error));
            }
        };
        let data = option.data();
        match (option.kind, data.len()) {
            (kind::MSS, 2) => options.mss = Some(be16(data, 0)),
            (kind::WSCALE, 1) => options.wscale = Some(data[0]),
            (kind::SACK_PERM, 0) => options.sack_perm = true,
            (kind::TIMESTAMP, 8) => options.timestamp = Some((be32(data, 0), be32(data, 4))),
            (kind::SACK, len) if len == 0 || len % 8 > 0 => {
                options.last_sack = options.sack_count;
                options.empty_sack |= len == 0;
            }
            (kind::SACK, _) => sack(&mut options, data),
            (kind::MPTCP, _) => mptcp::note(&mut options.mptcp, data),
            _ => {}
        }
    }
    (options, None)
}

/// Reads what was captured of the last option.
fn last(options: &mut TcpOptions, bytes: &[u8]) {
    match bytes {
        [kind::SACK, length, data @ ..] if length % 8 == 2 => {
            sack(options, data);
            let rest = &data[data.len() / 8 * 8..];
            options.cut = (rest.len() >= 4).then(|| CutOption::LeftEdge(be32(rest, 0)));
        }
        [kind::TIMESTAMP, 10, data @ ..] if data.len() >= 4 => {
            options.cut = Some(CutOption::Tsval(be32(data, 0)));
        }
        _ => {}
    }
}

/// Adds the blocks behind those of options before this one. There is room for all that 40 bytes of options can hold.
fn sack(options: &mut TcpOptions, data: &[u8]) {
    options.last_sack = options.sack_count;
    for block in data.chunks_exact(8) {
        if let Some(place) = options.sack.get_mut(usize::from(options.sack_count)) {
            *place = (be32(block, 0), be32(block, 4));
            options.sack_count += 1;
        }
    }
}
