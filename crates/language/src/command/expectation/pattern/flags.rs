//! TCP flags as a pattern writes them in brackets: by their names, or by the letters of tcpdump(8).

use crate::command::diagnostic::{Diagnostic, quoted};
use socklab_packets::headers::flag;

/// TCP flags that a segment has, no fewer and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// The bits of `tcp.flags`.
    pub set: u16,
    /// Those of them that are compared: PSH only when it was written.
    pub mask: u16,
}

/// The letters of tcpdump(8) and packetdrill.
const LETTERS: &[(char, u16)] = &[
    ('F', flag::FIN),
    ('S', flag::SYN),
    ('R', flag::RST),
    ('P', flag::PSH),
    ('.', flag::ACK),
    ('U', flag::URG),
    ('E', flag::ECE),
    ('W', flag::CWR),
];

/// Reads what stands in brackets: `SYN, ACK` or `S.`. `start` is where it begins.
pub(super) fn flags(inner: &str, start: usize) -> Result<Flags, Diagnostic> {
    const EVERY: u16 = 0x1ff;
    let mut set = 0;
    let mut at = start;
    for part in inner.split(',') {
        let name = part.trim();
        let span_start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let whole = flag::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        if let Some((bit, _)) = whole {
            set |= bit;
            continue;
        }
        let bits = name.chars().map(|letter| {
            LETTERS
                .iter()
                .find(|(known, _)| *known == letter)
                .map(|(_, bit)| *bit)
        });
        if name != "none" {
            let bits: Option<Vec<u16>> = bits.collect();
            let Some(bits) = bits.filter(|bits| !bits.is_empty()) else {
                return Err(Diagnostic::new(
                    span_start..span_start + name.len(),
                    format!("{} is not a TCP flag", quoted(name)),
                )
                .expecting("names as in [SYN, ACK], or letters as in [S.]: S F R P . U E W")
                .suggesting(name, flag::ALL.iter().map(|(_, name)| *name)));
            };
            set |= bits.iter().fold(0, |all, bit| all | bit);
        }
    }
    Ok(Flags {
        set,
        mask: EVERY & !(flag::PSH & !set),
    })
}
