//! `contains` and `matches`: a search in the bytes of a field, read from pieces. The search itself is in `value.rs` and `pattern.rs`.

use super::expression::{Operand, Quantity, Test};
use super::field::FieldKind;
use super::lexer::Sign;
use super::operand::Side;
use super::parse::Parser;
use super::pattern::Pattern;
use super::value::{Literal, Written, needle};
use super::{FilterError, shown};
use std::ops::Range;

impl Parser<'_> {
    /// What stands after `contains`.
    pub(super) fn contains(
        &mut self,
        operand: Operand,
        quantity: Quantity,
    ) -> Result<Test, FilterError> {
        let kind = self.searchable(&operand, "contains")?;
        match self.side()? {
            Side::Operand(other, _) if other.kind().has_bytes() => {
                Ok(Test::ContainsField(Box::new((operand, other)), quantity))
            }
            Side::Operand(other, span) => Err(FilterError::new(
                span,
                format!("{} has no bytes to search for", other.field.name),
            )),
            Side::Written(written, place) => {
                let found = if kind == FieldKind::Text {
                    match Literal::read(written, kind) {
                        Ok(Literal::Text(text)) => Some(text.into_bytes()),
                        _ => None,
                    }
                } else {
                    needle(written)
                };
                let needle = found.ok_or_else(|| not_bytes(self.text(place.clone()), &place))?;
                Ok(Test::Contains(operand, quantity, needle))
            }
        }
    }

    /// What stands after `matches` or `~`.
    pub(super) fn matches(
        &mut self,
        operand: Operand,
        quantity: Quantity,
    ) -> Result<Test, FilterError> {
        self.searchable(&operand, "matches")?;
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
        Ok(Test::Matches(operand, quantity, pattern))
    }

    /// The kind of an operand that has bytes to search; the word before is the one that searches.
    fn searchable(&self, operand: &Operand, word: &str) -> Result<FieldKind, FilterError> {
        let kind = operand.kind();
        if kind.has_bytes() && !matches!(kind, FieldKind::Ipv4 | FieldKind::Ipv6) {
            return Ok(kind);
        }
        let end = self.end();
        let span = self.last_start()..end;
        let message = format!(
            "{} is {}; {word} searches bytes",
            operand.field.name,
            kind.what()
        );
        Err(FilterError::new(span, message).help(format!(
            "compare it: {} == {}",
            operand.field.name,
            kind.example()
        )))
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
