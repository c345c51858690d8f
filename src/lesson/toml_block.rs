//! TOML in a document: read into a structure, with what is wrong put to its place in the document. Not what the keys mean.

use crate::command::diagnostic::Diagnostic;
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;

/// Reads `text[range]` as TOML. Spans of what is read count from the start of the range.
pub fn read<T: DeserializeOwned>(text: &str, range: &Range<usize>) -> Result<T, Diagnostic> {
    toml::from_str(&text[range.clone()]).map_err(|error| {
        let span = error.span().map_or(range.clone(), |span| {
            span.start + range.start..span.end + range.start
        });
        // The library's message may take several lines; the first says it.
        let mut lines = error.message().lines();
        let message = lines.next().unwrap_or("this is not TOML").to_owned();
        let more: Vec<&str> = lines.collect();
        Diagnostic::new(span, message).expecting(more.join("; ").trim_start_matches("expected "))
    })
}

/// Where in the document the text of a string stands: behind its opening quotes where it is written out as it is, else all of it.
/// `range` is that of the TOML.
pub fn inner(text: &str, range: &Range<usize>, string: &Spanned<String>) -> Inner {
    let span = string.span();
    let whole = span.start + range.start..span.end + range.start;
    let literal = text.get(whole.clone()).unwrap_or_default();
    let value = string.get_ref();
    let plain = ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|opening| {
            literal
                .strip_prefix(opening)
                .is_some_and(|rest| rest.starts_with(value.as_str()))
        })
        .map(|opening| whole.start + opening.len());
    Inner { whole, plain }
}

/// The place of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    whole: Range<usize>,
    plain: Option<usize>,
}

impl Inner {
    /// A complaint about a part of the string, put to its place in the document.
    pub fn place(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if let Some(start) = self.plain {
            diagnostic.shifted(start)
        } else {
            diagnostic.span = self.whole.clone();
            diagnostic
        }
    }

    /// Where it begins in the document.
    pub fn start(&self) -> usize {
        self.plain.unwrap_or(self.whole.start)
    }
}
