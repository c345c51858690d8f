//! Display filters in Wireshark's language, over the fields the inspector knows: text to [`Filter`], and a verdict for each packet.
//! Not capture filters (BPF), and not the decoding of packets, which is `packet/`.
//!
//! The language is that of Wireshark 4: `!=` asks for all values of a field, `~=` for any. `tests/filters.rs` compares with tshark.
//! What is different, and why:
//!
//! - Not understood, and said so: names of hosts, services and values, and references to a selected packet (`${tcp.port}`).
//! - What is calculated is exact: Wireshark's numbers have 32 bits and wrap around, and there a field is never less, nor greater, than
//!   a negative number. A bound on the result may exceed the bits of the field: `ip.ttl + 200 > 255`.
//! - Regular expressions (`matches`) do not look around or back: in return their work is linear in the bytes of the packet.
//! - Understood although 4.0 does not: `xor`, a constant on the left (`5 == tcp.len`), `true` in small letters, the bytes of a field
//!   (`@tcp.port`), sets and searches of what was calculated, functions of functions and of slices, `max` of numbers of several sizes.
//! - Dates without a zone are of UTC.
//! - Fields are those that `packet/` decodes. Above TCP and UDP that is DNS, HTTP, TLS and WebSocket, each within its segment:
//!   segments are not put together, fragments of IP are.
//! - Relative numbers, streams and `tcp.analysis` are those of the outermost headers; the packet that an ICMP error quotes, or a
//!   tunnel carries, counts for all other fields.
//! - `tcp.analysis.bytes_in_flight` is absent while a segment is missing, because the tracker then does not count. Data that was sent
//!   again is `data` like any other; Wireshark shows most of it only as `tcp.payload`.
//! - A few fields have no counterpart of the same name in Wireshark, or are in other packets; the test lists them.

pub mod bpf;
mod calculate;
mod date;
mod evaluate;
mod expression;
mod field;
mod gather;
mod lexer;
mod literal;
mod parse;
mod pattern;
mod phrase;
mod readers;
mod search;
mod show;
mod typing;
mod value;

use expression::Test;
use socklab_packets::record::PacketEvent;
use socklab_packets::schema::FieldEntry;
use socklab_packets::text::escape;
use std::ops::Range;

/// A filter that was understood.
#[derive(Clone, Debug)]
pub struct Filter {
    test: Test,
}

/// Why a text is no filter. All of it is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The bytes of the text that are at fault; empty, at its end, when something is missing there.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Filter {
    /// Reads a filter; the empty text is the filter that lets every packet through.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let test = parse::parse(text)?;
        Ok(Self { test })
    }

    /// Whether the filter lets this packet through. The field tree is built only for what the flat headers and the record of the
    /// conversation do not tell.
    pub fn matches(&self, packet: &PacketEvent) -> bool {
        evaluate::matches(&self.test, packet)
    }
}

/// Every field and protocol a filter can name, sorted by name.
pub fn fields() -> &'static [&'static FieldEntry] {
    &field::FIELDS
}

/// The values that a field of this name has in a packet, as text; none when the packet does not have it, or there is no such field.
pub fn values(name: &str, packet: &PacketEvent) -> Vec<String> {
    fields()
        .iter()
        .find(|entry| entry.name == name)
        .map(|entry| show::values(entry, packet))
        .unwrap_or_default()
}

/// The fields and protocols that a text names, each with its place; of a text that cannot be split into words, none.
pub fn named_fields(text: &str) -> Vec<(Range<usize>, &'static FieldEntry)> {
    let tokens = lexer::tokens(text).unwrap_or_default();
    tokens
        .into_iter()
        .filter(|token| token.sign == lexer::Sign::Word)
        .filter_map(|token| {
            let entry = field::find(&text[token.span.clone()])?;
            Some((token.span, entry))
        })
        .collect()
}

impl FilterError {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A piece of the filter's text as an error may show it.
fn shown(text: &str) -> String {
    escape(text.as_bytes(), 40)
}

#[cfg(test)]
mod tests;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
