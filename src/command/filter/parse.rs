//! Pieces of a filter to the questions they ask, each value read as its field's kind demands. Not the splitting into pieces, and
//! not single operands, which `operand.rs` reads.

use super::expression::{Member, Operand, Quantity, Relation, Test};
use super::field::{self, FieldKind};
use super::lexer::{Sign, Token, tokens};
use super::operand::Side;
use super::value::{Literal, Written};
use super::{FilterError, shown};
use std::ops::Range;

/// How deep parentheses may nest.
const DEEPEST: usize = 100;
/// How long a filter may be, in bytes.
const LONGEST: usize = 1 << 16;

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Test, FilterError> {
    if text.len() > LONGEST {
        let message = format!("a filter has at most {LONGEST} bytes");
        return Err(FilterError::new(text.len()..text.len(), message));
    }
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    if parser.tokens.is_empty() {
        return Ok(Test::Everything);
    }
    let test = parser.either()?;
    match parser.peek() {
        None => Ok(test),
        Some(_) => Err(parser.unexpected("`and`, `or` or the end of the filter")),
    }
}

/// The pieces and how far they were read.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// The next piece.
    pub(super) fn peek(&self) -> Option<&Sign> {
        self.tokens.get(self.next).map(|token| &token.sign)
    }

    /// The next piece with its place.
    pub(super) fn token(&self) -> Option<Token> {
        self.tokens.get(self.next).cloned()
    }

    /// True when the next two pieces are a word and an opening parenthesis.
    pub(super) fn opens_function(&self) -> bool {
        let signs = |at: usize| self.tokens.get(self.next + at).map(|token| &token.sign);
        signs(0) == Some(&Sign::Word) && signs(1) == Some(&Sign::Open)
    }

    /// Passes the next piece.
    pub(super) fn take(&mut self) {
        self.next += 1;
    }

    /// Passes the next piece when it is this one.
    pub(super) fn pass(&mut self, sign: &Sign) -> bool {
        let is = self.peek() == Some(sign);
        self.next += usize::from(is);
        is
    }

    /// Passes this piece, or says that it was expected.
    pub(super) fn demand(&mut self, sign: &Sign, what: &str) -> Result<(), FilterError> {
        if self.pass(sign) {
            Ok(())
        } else {
            Err(self.unexpected(what))
        }
    }

    /// The text of a place.
    pub(super) fn text(&self, span: Range<usize>) -> &'a str {
        &self.text[span]
    }

    /// Where the next piece begins.
    pub(super) fn start(&self) -> usize {
        self.tokens
            .get(self.next)
            .map_or(self.text.trim_end().len(), |token| token.span.start)
    }

    /// Where the last piece that was passed ended.
    pub(super) fn end(&self) -> usize {
        self.next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(0, |token| token.span.end)
    }

    /// Where it began.
    pub(super) fn last_start(&self) -> usize {
        self.next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(0, |token| token.span.start)
    }

    /// That the next piece, or the end, is not what should be there.
    pub(super) fn unexpected(&self, what: &str) -> FilterError {
        let Some(token) = self.tokens.get(self.next) else {
            let end = self.start();
            return FilterError::new(end..end, "the filter ends too early")
                .help(format!("expected {what}"));
        };
        let text = shown(&self.text[token.span.clone()]);
        let lower = text.to_ascii_lowercase();
        let help = if matches!(&*lower, "and" | "or" | "not" | "in" | "contains") {
            format!("write it in small letters: {lower}")
        } else {
            format!("expected {what}")
        };
        FilterError::new(token.span.clone(), format!("{text} is unexpected here")).help(help)
    }

    fn either(&mut self) -> Result<Test, FilterError> {
        self.chain(&Sign::Or, Self::one_of, Test::Or)
    }

    fn one_of(&mut self) -> Result<Test, FilterError> {
        self.chain(&Sign::Xor, Self::both, Test::Xor)
    }

    fn both(&mut self) -> Result<Test, FilterError> {
        self.chain(&Sign::And, Self::negated, Test::And)
    }

    /// One or more of `part` with `sign` between.
    fn chain(
        &mut self,
        sign: &Sign,
        part: fn(&mut Self) -> Result<Test, FilterError>,
        join: fn(Vec<Test>) -> Test,
    ) -> Result<Test, FilterError> {
        let first = part(self)?;
        if self.peek() != Some(sign) {
            return Ok(first);
        }
        let mut tests = vec![first];
        while self.pass(sign) {
            tests.push(part(self)?);
        }
        Ok(join(tests))
    }

    fn negated(&mut self) -> Result<Test, FilterError> {
        let mut odd = false;
        while self.pass(&Sign::Not) {
            odd = !odd;
        }
        let test = self.single()?;
        Ok(if odd { Test::Not(Box::new(test)) } else { test })
    }

    fn single(&mut self) -> Result<Test, FilterError> {
        let start = self.start();
        if !self.pass(&Sign::Open) {
            return self.question();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("parentheses nest at most {DEEPEST} deep");
            return Err(FilterError::new(start..start + 1, message));
        }
        let test = self.either()?;
        self.demand(&Sign::Close, "`and`, `or` or a closing parenthesis")?;
        self.depth -= 1;
        Ok(test)
    }

    /// A field alone, or what is asked of it.
    fn question(&mut self) -> Result<Test, FilterError> {
        let quantifier = match self.peek() {
            Some(Sign::Quantifier(quantity)) => {
                let quantity = *quantity;
                self.next += 1;
                Some(quantity)
            }
            _ => None,
        };
        let left = self.side()?;
        match self.peek() {
            Some(Sign::Relation(..)) => self.relations(left, quantifier),
            Some(Sign::Contains) => {
                self.next += 1;
                let operand = self.operand(left)?;
                self.contains(operand, quantifier.unwrap_or(Quantity::Any))
            }
            Some(Sign::Matches) => {
                self.next += 1;
                let operand = self.operand(left)?;
                self.matches(operand, quantifier.unwrap_or(Quantity::Any))
            }
            Some(Sign::In) => {
                self.next += 1;
                let operand = self.operand(left)?;
                self.set(operand, quantifier.unwrap_or(Quantity::Any))
            }
            Some(Sign::Not)
                if self.tokens.get(self.next + 1).map(|token| &token.sign) == Some(&Sign::In) =>
            {
                self.next += 2;
                let operand = self.operand(left)?;
                let test = self.set(operand, quantifier.unwrap_or(Quantity::Any))?;
                Ok(Test::Not(Box::new(test)))
            }
            _ if quantifier.is_some() => Err(self.unexpected("a comparison after any or all")),
            _ => {
                let operand = self.operand(left)?;
                if operand.function.is_some() {
                    return Err(self.unexpected("a comparison of that number"));
                }
                Ok(Test::Present(operand))
            }
        }
    }

    /// `a == b`, and chains such as `10 < tcp.len < 100`.
    fn relations(
        &mut self,
        mut left: Side<'a>,
        quantifier: Option<Quantity>,
    ) -> Result<Test, FilterError> {
        let mut tests = Vec::new();
        while let Some(Sign::Relation(relation, quantity)) = self.peek() {
            let (relation, quantity) = (*relation, quantifier.unwrap_or(*quantity));
            self.next += 1;
            let right = self.side()?;
            tests.push(self.relation(&left, relation, quantity, &right)?);
            left = right;
        }
        Ok(match tests.len() {
            1 => tests.remove(0),
            _ => Test::And(tests),
        })
    }

    fn relation(
        &self,
        left: &Side<'a>,
        relation: Relation,
        quantity: Quantity,
        right: &Side<'a>,
    ) -> Result<Test, FilterError> {
        match (left, right) {
            (Side::Operand(operand, span), Side::Written(written, place)) => {
                let kind = comparable(operand, span)?;
                let literal = literal(operand, kind, written.clone(), place)?;
                Ok(Test::Constant(operand.clone(), relation, quantity, literal))
            }
            (Side::Written(written, place), Side::Operand(operand, span)) => {
                let kind = comparable(operand, span)?;
                let literal = literal(operand, kind, written.clone(), place)?;
                let relation = relation.mirrored();
                Ok(Test::Constant(operand.clone(), relation, quantity, literal))
            }
            (Side::Operand(left, left_span), Side::Operand(right, right_span)) => {
                let kind = comparable(left, left_span)?;
                let other = comparable(right, right_span)?;
                if !kind.compares_with(other) {
                    let message = format!(
                        "{} is {}, {} is {}",
                        left.field.name,
                        kind.what(),
                        right.field.name,
                        other.what()
                    );
                    return Err(FilterError::new(left_span.start..right_span.end, message)
                        .help("only fields of the same kind can be compared"));
                }
                let sides = Box::new((left.clone(), right.clone()));
                Ok(Test::Fields(sides, relation, quantity))
            }
            (Side::Written(_, place), Side::Written(..)) => Err(self.not_a_field(place)),
        }
    }

    /// The operand that a side is; an error when it is a value.
    fn operand(&self, side: Side<'a>) -> Result<Operand, FilterError> {
        match side {
            Side::Operand(operand, _) => Ok(operand),
            Side::Written(_, place) => Err(self.not_a_field(&place)),
        }
    }

    /// `{1..5, 80}`
    fn set(&mut self, operand: Operand, quantity: Quantity) -> Result<Test, FilterError> {
        let span = self.end()..self.end();
        let kind = comparable(&operand, &span)?;
        self.demand(&Sign::OpenSet, "a set, as in {80, 5000..5010}")?;
        let mut members = Vec::new();
        loop {
            let first = self.value(&operand, kind)?;
            members.push(if self.pass(&Sign::Through) {
                Member::Through(first, self.value(&operand, kind)?)
            } else {
                Member::One(first)
            });
            if self.pass(&Sign::CloseSet) {
                return Ok(Test::In(operand, quantity, members));
            }
            self.demand(&Sign::Comma, "a comma or a closing brace")?;
        }
    }

    fn value(&mut self, operand: &Operand, kind: FieldKind) -> Result<Literal, FilterError> {
        match self.written() {
            Some((written, place)) => literal(operand, kind, written, &place),
            None => Err(self.unexpected(&format!("{}, as in {}", kind.what(), kind.example()))),
        }
    }
}

/// The kind of an operand's values, when they can be compared.
fn comparable(operand: &Operand, span: &Range<usize>) -> Result<FieldKind, FilterError> {
    let kind = operand.kind();
    if kind == FieldKind::Label {
        let name = operand.field.name;
        let message = format!("{name} has no value: it is there or it is not");
        return Err(
            FilterError::new(span.clone(), message).help(format!("write {name} alone, or !{name}"))
        );
    }
    Ok(kind)
}

/// Reads a value for an operand.
fn literal(
    operand: &Operand,
    kind: FieldKind,
    written: Written<'_>,
    place: &Range<usize>,
) -> Result<Literal, FilterError> {
    // A word with a dot in it may have been meant as a field.
    let name = match written {
        Written::Word(word) if word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            word.contains('.').then(|| field::nearest(word)).flatten()
        }
        _ => None,
    };
    Literal::read(written, kind).map_err(|why| {
        let message = why.unwrap_or_else(|| format!("not {}", kind.what()));
        let help = match name {
            Some(name) => format!("did you mean {name}?"),
            None => format!("for example {} == {}", operand.shown(), kind.example()),
        };
        FilterError::new(place.clone(), message).help(help)
    })
}
