//! Display filters in Wireshark's language, over the fields the inspector knows: text to [`Filter`], and a verdict for each packet.
//! Not capture filters (BPF), and not the decoding of packets, which is `packet/`.

mod evaluate;
mod expression;
pub mod field;
mod gather;
mod lexer;
mod operand;
mod parse;
mod readers;
mod value;

use crate::event::packet::PacketEvent;
use crate::packet::text::escape;
use expression::Test;
use field::FieldEntry;
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
pub fn fields() -> &'static [FieldEntry] {
    &field::FIELDS
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
