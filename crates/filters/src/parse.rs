//! Pieces of a filter to the questions they ask. Not the splitting into pieces, and not the sides of a comparison: `phrase.rs` reads
//! them, `typing.rs` finds their kinds.

use super::expression::{Expression, Member, Quantity, Relation, Test};
use super::lexer::{Sign, Token, tokens};
use super::phrase::{Phrase, example};
use super::{FilterError, shown};
use socklab_packets::schema::FieldKind;
use std::ops::Range;

/// How deep parentheses may nest.
const DEEPEST: usize = 100;
/// How long a filter may be, in bytes.
const LONGEST: usize = 1 << 16;

/// Words that are often written in capitals.
const CAPITALS: [&str; 11] = [
    "and", "or", "not", "in", "contains", "matches", "eq", "ne", "gt", "lt", "xor",
];

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
        signs: 0,
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
    pub(super) depth: usize,
    /// How many signs it calculates with.
    pub(super) signs: usize,
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

    /// The place of the last piece that was passed.
    pub(super) fn last(&self) -> Range<usize> {
        self.next
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map_or(0..0, |token| token.span.clone())
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
        let help = if text != lower && CAPITALS.contains(&&*lower) {
            format!("write it in small letters: {lower}")
        } else if matches!(&*text, "port" | "host" | "net" | "src" | "dst") {
            "that is the language of tcpdump; here it is tcp.port == 80 or ip.addr == 10.0.0.1"
                .to_owned()
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
        self.deeper(start)?;
        let test = self.either()?;
        self.demand(&Sign::Close, "`and`, `or` or a closing parenthesis")?;
        self.depth -= 1;
        if matches!(
            self.peek(),
            Some(
                Sign::Relation(..)
                    | Sign::Plus
                    | Sign::Minus
                    | Sign::Times
                    | Sign::Divide
                    | Sign::Mask
            )
        ) {
            let error = self.unexpected("");
            return Err(error.help("( ) groups questions; what is calculated is grouped with braces: {tcp.len + 1} == 4"));
        }
        Ok(test)
    }

    /// Counts one more of what nests; `start` is the place of its sign.
    pub(super) fn deeper(&mut self, start: usize) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("parentheses nest at most {DEEPEST} deep");
            return Err(FilterError::new(start..start + 1, message));
        }
        Ok(())
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
        let quantity = quantifier.unwrap_or(Quantity::Any);
        match self.peek() {
            Some(Sign::Relation(..)) => self.relations(left, quantifier),
            Some(Sign::Contains) => {
                self.next += 1;
                self.contains(&left, quantity)
            }
            Some(Sign::Matches) => {
                self.next += 1;
                self.matches(&left, quantity)
            }
            Some(Sign::In) => {
                self.next += 1;
                self.set(&left, quantity)
            }
            Some(Sign::Not) => match self.tokens.get(self.next + 1).map(|token| &token.sign) {
                Some(Sign::In) => {
                    self.next += 2;
                    Ok(Test::Not(Box::new(self.set(&left, quantity)?)))
                }
                Some(Sign::Contains | Sign::Matches) => {
                    let error = self.unexpected("");
                    Err(error
                        .help("not stands before the question: not (http.host contains \"a\")"))
                }
                _ => self.present(&left, quantifier),
            },
            _ => self.present(&left, quantifier),
        }
    }

    /// A field, a slice or a calculation alone.
    fn present(
        &self,
        phrase: &Phrase<'a>,
        quantifier: Option<Quantity>,
    ) -> Result<Test, FilterError> {
        if quantifier.is_some() {
            return Err(self.unexpected("a comparison after any or all"));
        }
        let (expression, _) = self.typed(phrase, None)?;
        if let Expression::Call(function, _) = &expression {
            let name = function.name();
            let message = format!("{name}() gives a value, and nothing is asked of it");
            return Err(FilterError::new(phrase.span.clone(), message)
                .help(format!("compare it, as in {}", example(*function))));
        }
        Ok(Test::Present(expression))
    }

    /// `a == b`, and chains such as `10 < tcp.len < 100`.
    fn relations(
        &mut self,
        mut left: Phrase<'a>,
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
        left: &Phrase<'a>,
        relation: Relation,
        quantity: Quantity,
        right: &Phrase<'a>,
    ) -> Result<Test, FilterError> {
        let (first, second) = self.pair(left, right)?;
        if let Expression::Constant(_) = first {
            let sides = Box::new((second, first));
            return Ok(Test::Compare(sides, relation.mirrored(), quantity));
        }
        Ok(Test::Compare(Box::new((first, second)), relation, quantity))
    }

    /// Two phrases that are to be compared, of kinds that can be.
    fn pair(
        &self,
        left: &Phrase<'a>,
        right: &Phrase<'a>,
    ) -> Result<(Expression, Expression), FilterError> {
        let (first, own) = self.typed(left, self.want(right))?;
        comparable(&first, own, &left.span)?;
        let (second, other) = self.typed(right, self.want(left))?;
        comparable(&second, other, &right.span)?;
        let cut = |expression: &Expression, kind: FieldKind| {
            matches!(expression, Expression::Slice(..)) && kind.has_bytes()
        };
        if own.compares_with(other) || cut(&first, other) || cut(&second, own) {
            Ok((first, second))
        } else {
            Err(self.unlike((left, own), (right, other)))
        }
    }

    /// `{1..5, 80}`
    fn set(&mut self, phrase: &Phrase<'a>, quantity: Quantity) -> Result<Test, FilterError> {
        let (expression, kind) = self.typed(phrase, None)?;
        comparable(&expression, kind, &phrase.span)?;
        self.demand(&Sign::OpenSet, "a set, as in {80, 5000..5010}")?;
        let mut members = Vec::new();
        loop {
            if self.peek() == Some(&Sign::CloseSet) {
                return Err(self.unexpected(&format!("{}, as in {}", kind.what(), kind.example())));
            }
            let first = self.side()?;
            let first = self.pair(phrase, &first)?.1;
            members.push(if self.pass(&Sign::Through) {
                let last = self.side()?;
                Member::Through(first, self.pair(phrase, &last)?.1)
            } else {
                Member::One(first)
            });
            if self.pass(&Sign::CloseSet) {
                return Ok(Test::In(expression, quantity, members));
            }
            self.demand(&Sign::Comma, "a comma or a closing brace")?;
        }
    }
}

/// That an expression has values to compare.
fn comparable(
    expression: &Expression,
    kind: FieldKind,
    span: &Range<usize>,
) -> Result<(), FilterError> {
    match expression {
        Expression::Field(used) if kind == FieldKind::Label => {
            let name = used.field.name;
            let message = format!("{name} has no value: it is there or it is not");
            Err(FilterError::new(span.clone(), message)
                .help(format!("write {name} alone, or !{name}")))
        }
        _ => Ok(()),
    }
}
