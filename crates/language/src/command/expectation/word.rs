//! The words of a packet's line: bare ones, flags in brackets, data in quotes. Not what they mean.

use crate::command::ast::Expr;
use crate::command::diagnostic::Diagnostic;
use crate::command::parse::parse_expression;
use std::ops::Range;

/// One word, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// Anything between blanks.
    Bare {
        /// The word.
        text: &'a str,
        /// Where it stands.
        span: Range<usize>,
    },
    /// What stands in `[…]`.
    Bracketed {
        /// Without the brackets.
        inner: &'a str,
        /// With them.
        span: Range<usize>,
    },
    /// A literal: `"…"`, `b"…"`, `x"…"`.
    Quoted {
        /// What it means.
        bytes: Vec<u8>,
        /// With its quotes.
        span: Range<usize>,
    },
}

impl Word<'_> {
    /// Where it stands.
    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Self::Bare { span, .. } | Self::Bracketed { span, .. } | Self::Quoted { span, .. } => {
                span.clone()
            }
        }
    }
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Result<Vec<Word<'_>>, Diagnostic> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(blank) = text[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + blank;
        let rest = &text[start..];
        let unclosed = |what: &str| {
            Diagnostic::new(start..text.len(), format!("{what} is not closed")).located(text)
        };
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').ok_or_else(|| unclosed("a bracket"))?;
            at = start + end + 2;
            words.push(Word::Bracketed {
                inner: &inner[..end],
                span: start..at,
            });
        } else if let Some(quote) = opening(rest) {
            let length = closing(rest, quote).ok_or_else(|| unclosed("a quote"))?;
            at = start + length;
            let bytes = match parse_expression(&rest[..length]) {
                Ok(Expr::Str(text)) => text.into_bytes(),
                Ok(Expr::Bytes(bytes)) => bytes,
                Ok(_) => {
                    return Err(
                        Diagnostic::new(start..at, "this is neither text nor bytes").located(text)
                    );
                }
                Err(error) => return Err(error.shifted(start).located(text)),
            };
            words.push(Word::Quoted {
                bytes,
                span: start..at,
            });
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            at = start + end;
            words.push(Word::Bare {
                text: &rest[..end],
                span: start..at,
            });
        }
    }
    Ok(words)
}

/// Where the opening quote of a literal stands that begins here.
fn opening(rest: &str) -> Option<usize> {
    match rest.as_bytes() {
        [b'"' | b'\'', ..] => Some(0),
        [b'b' | b'x', b'"' | b'\'', ..] => Some(1),
        _ => None,
    }
}

/// How long the literal is.
fn closing(rest: &str, quote: usize) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = quote + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == bytes[quote] => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}
