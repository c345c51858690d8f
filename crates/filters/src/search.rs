//! `contains` and `matches`: a search in the bytes of a field, read from pieces. The search itself is in `value.rs` and `pattern.rs`.

use super::expression::{Expression, Quantity, Test};
use super::lexer::Sign;
use super::literal::{Written, needle};
use super::parse::Parser;
use super::pattern::Pattern;
use super::phrase::{Phrase, What};
use super::typing::Typed;
use super::value::Literal;
use super::{FilterError, shown};
use socklab_packets::schema::FieldKind;
use std::ops::Range;

impl<'a> Parser<'a> {
    /// What stands after `contains`.
    pub(super) fn contains(
        &mut self,
        phrase: &Phrase<'a>,
        quantity: Quantity,
    ) -> Result<Test, FilterError> {
        let (searched, kind) = self.searchable(phrase, "contains")?;
        let right = self.side()?;
        let wanted = if let What::Written(written) = &right.what {
            let found = if kind == FieldKind::Text {
                match Literal::read(written.clone(), kind) {
                    Ok(Literal::Text(text)) => Some(text.into_bytes()),
                    _ => None,
                }
            } else {
                needle(written.clone())
            };
            let text = self.text(right.span.clone());
            let bytes = found.ok_or_else(|| not_bytes(text, &right.span))?;
            Expression::Constant(Literal::Bytes(bytes))
        } else {
            let (wanted, kind) = self.typed(&right, None)?;
            if !kind.has_bytes() {
                let text = shown(self.text(right.span.clone()));
                let message = format!("{text} is {}, no bytes to search for", kind.what());
                return Err(FilterError::new(right.span, message)
                    .help("search for a string, for bytes or for what a field of bytes holds"));
            }
            wanted
        };
        Ok(Test::Contains(Box::new((searched, wanted)), quantity))
    }

    /// What stands after `matches` or `~`.
    pub(super) fn matches(
        &mut self,
        phrase: &Phrase<'a>,
        quantity: Quantity,
    ) -> Result<Test, FilterError> {
        let (searched, _) = self.searchable(phrase, "matches")?;
        let Some(Sign::Quoted(_)) = self.peek() else {
            return Err(
                self.unexpected("a regular expression between double quotes, as in \"^GET \"")
            );
        };
        let Some((Written::Quoted(text), place)) = self.written() else {
            return Err(self.unexpected("a regular expression"));
        };
        let pattern = Pattern::read(&text).map_err(|why| {
            FilterError::new(place, format!("not a regular expression: {why}"))
                .help("letters stand for themselves, . for any, \\x41 for a byte; r\"…\" leaves backslashes as they are")
        })?;
        Ok(Test::Matches(searched, quantity, pattern))
    }

    /// What has bytes to search, with its kind; the word before is the one that searches.
    fn searchable(&self, phrase: &Phrase<'a>, word: &str) -> Result<Typed, FilterError> {
        let (expression, kind) = self.typed(phrase, None)?;
        if kind.has_bytes() && !matches!(kind, FieldKind::Ipv4 | FieldKind::Ipv6) {
            return Ok((expression, kind));
        }
        let text = shown(self.text(phrase.span.clone()));
        let message = format!("{text} is {}; {word} searches bytes", kind.what());
        let error = FilterError::new(self.last(), message);
        Err(match kind {
            FieldKind::Label => error.help(format!("write {text} alone, or !{text}")),
            FieldKind::Number(_) | FieldKind::Ipv4 | FieldKind::Ipv6 => error.help(format!(
                "compare it: {text} == {}; or search in it as text: string({text}) {word} \"1\"",
                kind.example()
            )),
            _ => error.help(format!("compare it: {text} == {}", kind.example())),
        })
    }
}

fn not_bytes(text: &str, place: &Range<usize>) -> FilterError {
    let text = shown(text);
    FilterError::new(
        place.clone(),
        format!("{text} is neither a string nor bytes"),
    )
    .help(format!("write \"{text}\" for text, 68:65:6c for bytes"))
}
