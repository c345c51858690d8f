//! Expressions: operators by precedence, subscripts, attributes, brackets. Words and calls are in `call`.

use super::{Argument, Parsed, Parser};
use crate::catalog::verb::{Spelling, Verb};
use crate::command::ast::{Expr, Operator};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::lexer::Place;
use crate::command::lexer::{Lexeme, Token, begins_word};
use std::ops::Range;

/// How tightly an operator binds: Python's order, except that `/` (one layer on another) binds looser than `+` and `*`,
/// so that `icmp(echo)/b"x" * 100` repeats the payload.
pub(super) fn level(operator: Operator) -> u8 {
    match operator {
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessEqual
        | Operator::Greater
        | Operator::GreaterEqual
        | Operator::In => 1,
        Operator::Or => 2,
        Operator::And => 3,
        Operator::Over => 4,
        Operator::Plus | Operator::Minus => 5,
        Operator::Times => 6,
    }
}

/// An operator that comes next.
struct Next {
    operator: Operator,
    /// `not in`.
    negated: bool,
    span: Range<usize>,
}

impl<'a> Parser<'a> {
    /// One expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        let token = self.peek(self.value_place())?;
        if token.lexeme == Lexeme::Word("not") {
            self.lexer.take(&token);
            self.link(&token.span)?;
            let inner = self.deeper(Self::expression)?;
            return Ok(Expr::Not(Box::new(inner)));
        }
        self.binary(1)
    }

    /// An expression, or several with commas between them: a tuple without its brackets.
    pub(super) fn expression_or_tuple(&mut self) -> Parsed<Expr> {
        let first = self.expression()?;
        if !self.take_symbol(",")? {
            return Ok(first);
        }
        let mut items = vec![first];
        while !self.at_end_of_command() {
            items.push(self.expression()?);
            if !self.take_symbol(",")? {
                break;
            }
        }
        Ok(Expr::Tuple(items))
    }

    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        let mut compared = false;
        while let Some(next) = self.operator()? {
            let level = level(next.operator);
            if level < least {
                break;
            }
            if level == 1 && compared {
                return Err(Diagnostic::new(next.span, "two comparisons in one")
                    .helping("one comparison at a time, or brackets round the first"));
            }
            compared = level == 1;
            self.link(&next.span)?;
            self.lexer.position = next.span.end;
            let right = self.deeper(|parser| parser.binary(level + 1))?;
            left = Expr::Binary(next.operator, Box::new(left), Box::new(right));
            if next.negated {
                left = Expr::Not(Box::new(left));
            }
        }
        Ok(left)
    }

    /// The operator that comes next, if one does and it belongs to this value.
    fn operator(&mut self) -> Parsed<Option<Next>> {
        let token = self.peek(Place::Operator)?;
        let (operator, negated) = match token.lexeme {
            Lexeme::Symbol(symbol) => match symbol {
                "|" => (Operator::Or, false),
                "&" if !self.background_follows() => (Operator::And, false),
                "*" => (Operator::Times, false),
                "+" => (Operator::Plus, false),
                "-" => (Operator::Minus, false),
                "/" => (Operator::Over, false),
                "==" => (Operator::Equal, false),
                "!=" => (Operator::NotEqual, false),
                "<" => (Operator::Less, false),
                "<=" => (Operator::LessEqual, false),
                ">" => (Operator::Greater, false),
                ">=" => (Operator::GreaterEqual, false),
                _ => return Ok(None),
            },
            Lexeme::Word("in") => (Operator::In, false),
            Lexeme::Word("is") => (Operator::Equal, false),
            Lexeme::Word("not") => (Operator::In, true),
            _ => return Ok(None),
        };
        if self.begins_an_argument(&token) {
            return Ok(None);
        }
        let mut span = token.span;
        let mut next = (operator, negated);
        // `not in` and `is not` are two words.
        let second = match (operator, negated) {
            (Operator::In, true) => Some("in"),
            (Operator::Equal, _) if self.lexer.text[span.clone()] == *"is" => Some("not"),
            _ => None,
        };
        if let Some(second) = second {
            let before = self.lexer.position;
            self.lexer.position = span.end;
            self.lexer.skip_blanks();
            let found = self.lexer.word() == Some(second);
            let end = self.lexer.position + second.len();
            self.lexer.position = before;
            match (found, second) {
                (true, "in") => span.end = end,
                (true, _) => {
                    span.end = end;
                    next.0 = Operator::NotEqual;
                }
                (false, "in") => return Ok(None),
                (false, _) => {}
            }
        }
        Ok(Some(Next {
            operator: next.0,
            negated: next.1,
            span,
        }))
    }

    /// Between arguments of the command form a sign or slash with a blank before it and none after it begins the next one.
    fn begins_an_argument(&self, token: &Token<'_>) -> bool {
        if !self.blanks_separate || !token.blank_before {
            return false;
        }
        let after = &self.lexer.text[token.span.end..];
        match token.lexeme {
            Lexeme::Symbol("-" | "/") => {
                !after.starts_with([' ', '\t', '\n', '\r']) && !after.is_empty()
            }
            // A host may be called `in`.
            Lexeme::Word(_) => after.starts_with([':', '.', '-']),
            Lexeme::Symbol("*") => {
                after.starts_with(':') && after[1..].starts_with(|next: char| next.is_ascii_digit())
            }
            _ => false,
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let token = self.peek(self.value_place())?;
        if token.lexeme != Lexeme::Symbol("-") {
            return self.postfix(token);
        }
        self.lexer.take(&token);
        if self
            .lexer
            .next_char()
            .is_some_and(|next| next.is_ascii_digit() || next == '.')
        {
            let number = self.peek(Place::Subscript)?;
            let literal = match number.lexeme {
                Lexeme::Int(magnitude) => Some(Expr::Int(negative(magnitude, &number.span)?)),
                Lexeme::Float(magnitude) => Some(Expr::Float(-magnitude)),
                _ => None,
            };
            if let Some(literal) = literal {
                self.lexer.take(&number);
                return Ok(literal);
            }
        }
        self.link(&token.span)?;
        // A sign behind a sign is written in brackets again (`-(-x)`), so it counts as if they stood here.
        let inner = if self.lexer.rest().trim_start().starts_with('-') {
            self.deeper(|parser| parser.deeper(Self::unary))?
        } else {
            self.deeper(Self::unary)?
        };
        Ok(Expr::Negative(Box::new(inner)))
    }

    fn postfix(&mut self, token: Token<'a>) -> Parsed<Expr> {
        let start = token.span.start;
        let mut value = self.primary(token)?;
        loop {
            let rest = self.lexer.rest();
            let here = self.lexer.position;
            if rest.starts_with('[') {
                self.link(&(here..here + 1))?;
                value = self.subscript(value)?;
            } else if rest.starts_with('.') && rest[1..].starts_with(begins_word) {
                self.link(&(here..here + 1))?;
                value = self.member(value, start)?;
            } else if rest.starts_with('(') {
                let what = quoted(&self.lexer.text[start..here]);
                return Err(
                    Diagnostic::new(start..here, format!("{what} cannot be called"))
                        .expecting("the name of a function, or of a method after a dot"),
                );
            } else if self.lexer.brackets > 0 && self.dot_follows() {
                // Within brackets a chain of methods may go on in the next line.
            } else {
                return Ok(value);
            }
        }
    }

    /// True when after blanks a dot and a name follow; reads over the blanks only then.
    fn dot_follows(&mut self) -> bool {
        let before = self.lexer.position;
        let blanks = self.lexer.skip_blanks();
        let rest = self.lexer.rest();
        let found = blanks && rest.starts_with('.') && rest[1..].starts_with(begins_word);
        if !found {
            self.lexer.position = before;
        }
        found
    }

    fn primary(&mut self, token: Token<'a>) -> Parsed<Expr> {
        let span = token.span.clone();
        self.lexer.take(&token);
        Ok(match token.lexeme {
            Lexeme::Int(number) => Expr::Int(positive(number, &span)?),
            Lexeme::Float(number) => Expr::Float(number),
            Lexeme::Duration(nanoseconds) => Expr::Duration(nanoseconds),
            Lexeme::Str(mut text) => {
                while let Some(Lexeme::Str(more)) = self.adjacent_string()? {
                    text.push_str(&more);
                }
                Expr::Str(text)
            }
            Lexeme::Bytes(mut bytes) => {
                while let Some(Lexeme::Bytes(more)) = self.adjacent_string()? {
                    bytes.extend(more);
                }
                Expr::Bytes(bytes)
            }
            Lexeme::Address(address) => Expr::Address(address),
            Lexeme::HostPort(host, port) => Expr::HostPort(host, port),
            Lexeme::Word(word) => self.word(word, span)?,
            Lexeme::Symbol("(") => self.bracketed(span, ")", false, Self::tuple)?,
            Lexeme::Symbol("[") => {
                Expr::List(self.bracketed(span, "]", false, |parser| parser.items("]"))?)
            }
            Lexeme::Symbol("{") => self.braced(span)?,
            _ => {
                self.lexer.position = span.start;
                return Err(self.unexpected(&token, "a value"));
            }
        })
    }

    /// An address as the line of a call shows it: `{AF_INET 127.0.0.1:5000}`. Nothing else stands in braces.
    fn braced(&mut self, span: Range<usize>) -> Parsed<Expr> {
        self.lexer.skip_blanks();
        let word = self.lexer.word().unwrap_or_default();
        if matches!(word, "AF_INET" | "AF_INET6" | "AF_UNIX") {
            self.lexer.position += word.len();
            return self.bracketed(span, "}", false, Self::expression);
        }
        let help = if word.starts_with("sa_family") || word.starts_with("sin") {
            "an address is written 127.0.0.1:5000, [::1]:5000, ./x.sock or @name"
        } else {
            "a list is [a, b]; a block belongs to `repeat N { … }`"
        };
        Err(
            Diagnostic::new(span, "there are no dictionaries or sets here")
                .expecting("a value")
                .helping(help),
        )
    }

    /// Within brackets, literals side by side are one, as in Python.
    fn adjacent_string(&mut self) -> Parsed<Option<Lexeme<'a>>> {
        if self.lexer.brackets == 0 || !self.lexer.string_follows() {
            return Ok(None);
        }
        let token = self.peek(Place::Subscript)?;
        self.lexer.take(&token);
        match token.lexeme {
            Lexeme::Str(_) | Lexeme::Bytes(_) => Ok(Some(token.lexeme)),
            _ => Ok(None),
        }
    }

    fn tuple(&mut self) -> Parsed<Expr> {
        if self.peek(Place::Operator)?.lexeme == Lexeme::Symbol(")") {
            return Ok(Expr::Tuple(Vec::new()));
        }
        let first = self.expression()?;
        if !self.take_symbol(",")? {
            return Ok(first);
        }
        let mut items = vec![first];
        items.extend(self.items(")")?);
        Ok(Expr::Tuple(items))
    }

    /// Values with commas between them, up to the closing bracket.
    fn items(&mut self, closing: &str) -> Parsed<Vec<Expr>> {
        let mut items = Vec::new();
        loop {
            if matches!(self.peek(Place::Operator)?.lexeme, Lexeme::Symbol(symbol) if symbol == closing)
            {
                return Ok(items);
            }
            items.push(self.expression()?);
            if !self.take_symbol(",")? {
                return Ok(items);
            }
        }
    }

    /// `[0]`, `[1:5]` after a value.
    fn subscript(&mut self, value: Expr) -> Parsed<Expr> {
        let opening = self.lexer.position..self.lexer.position + 1;
        self.lexer.position += 1;
        let value = Box::new(value);
        self.bracketed(opening, "]", true, |parser| {
            let start = parser.slice_end()?;
            if !parser.take_symbol(":")? {
                let Some(index) = start else {
                    let token = parser.peek(Place::Operator)?;
                    return Err(parser.unexpected(&token, "an index: [0], or a range: [1:5]"));
                };
                return Ok(Expr::Index(value, index));
            }
            let end = parser.slice_end()?;
            let token = parser.peek(Place::Operator)?;
            if token.lexeme == Lexeme::Symbol(":") {
                return Err(Diagnostic::new(
                    token.span,
                    "a range has a start and an end, no step",
                ));
            }
            Ok(Expr::Slice(value, start, end))
        })
    }

    fn slice_end(&mut self) -> Parsed<Option<Box<Expr>>> {
        match self.peek(Place::Operator)?.lexeme {
            Lexeme::Symbol(":" | "]") => Ok(None),
            _ => Ok(Some(Box::new(self.expression()?))),
        }
    }

    /// `.name` or `.name(…)` after a value.
    fn member(&mut self, value: Expr, start: usize) -> Parsed<Expr> {
        self.lexer.position += 1;
        let name = self.lexer.word().unwrap_or_default();
        let span = self.lexer.position..self.lexer.position + name.len();
        self.lexer.position += name.len();
        if Verb::named(name).is_some() {
            self.skip_to_bracket();
        }
        if self.lexer.rest().starts_with('(') {
            let receiver = Argument {
                name: None,
                value,
                span: start..span.start - 1,
            };
            return self.method(receiver, name, &span);
        }
        if let Some(verb) = Verb::named(name)
            && verb.entry().spelling == Spelling::Method
        {
            let receiver = &self.lexer.text[start..span.start - 1];
            return Err(Diagnostic::new(
                start..span.end,
                format!("{} is a method: it needs brackets", quoted(name)),
            )
            .helping(format!("write {receiver}.{name}()")));
        }
        Ok(Expr::Attribute(Box::new(value), name.to_owned()))
    }
}

fn positive(magnitude: u64, span: &Range<usize>) -> Parsed<i64> {
    i64::try_from(magnitude).map_err(|_| too_large(span))
}

fn negative(magnitude: u64, span: &Range<usize>) -> Parsed<i64> {
    0_i64
        .checked_sub_unsigned(magnitude)
        .ok_or_else(|| too_large(span))
}

fn too_large(span: &Range<usize>) -> Diagnostic {
    Diagnostic::new(span.clone(), "this number is too large")
        .expecting("what fits in 64 bits with its sign")
}
