//! Text to commands: statements, prefixes, targets, `repeat`. The two spellings of a call are in `command_form` and
//! `expression`; what the catalog says of them is enforced in `binding`.

mod absent;
mod advice;
mod binding;
mod c;
mod call;
mod command_form;
mod elsewhere;
mod expression;
mod kind;
mod normal;
mod python;
mod statement;

use super::ast::{Command, Expr, Operator};
use super::diagnostic::{Diagnostic, quoted};
use super::lexer::{Lexeme, Lexer, Place, Token};
use std::ops::Range;

/// The commands of a line, or of several lines that belong together (see `line::lines`). Spans count in bytes of `text`.
pub fn parse_line(text: &str) -> Result<Vec<Command>, Diagnostic> {
    parse(text, None)
}

/// Like [`parse_line`], and a name alone that is none of `variables` is a mistake, with the nearest verb or variable as help.
pub fn parse_line_knowing(text: &str, variables: &[String]) -> Result<Vec<Command>, Diagnostic> {
    parse(text, Some(variables))
}

fn parse(text: &str, variables: Option<&[String]>) -> Result<Vec<Command>, Diagnostic> {
    let mut parser = Parser::new(text);
    parser.variables = variables;
    parser.commands(None).map_err(|error| {
        let error = error.located(text);
        let line = text.lines().nth(error.line - 1).unwrap_or_default();
        match elsewhere::meant(line) {
            Some(help) if error.further == 0 => error.helping(help),
            _ => error,
        }
    })
}

/// How tightly an operator binds, from 1: what the writer of expressions needs to know.
pub fn level(operator: Operator) -> u8 {
    expression::level(operator)
}

/// A text that is one expression, as in `expect data == b"x"`.
pub fn parse_expression(text: &str) -> Result<Expr, Diagnostic> {
    let mut parser = Parser::new(text);
    let parsed = parser.expression().and_then(|value| {
        let token = parser.peek(Place::Operator)?;
        match token.lexeme {
            Lexeme::End => Ok(value),
            _ => Err(parser.unexpected(&token, "an operator or the end")),
        }
    });
    parsed.map_err(|error| error.located(text))
}

/// Brackets, blocks and prefixes inside one another: more is no line a person wrote, and the stack is finite.
const DEEPEST: usize = 40;

/// Operators and subscripts in one command: each makes the tree one level deeper.
const MOST_LINKS: usize = 500;

/// A name or keyword argument and its value, before the catalog gives it a place.
#[derive(Debug)]
struct Argument {
    name: Option<(String, Range<usize>)>,
    value: Expr,
    span: Range<usize>,
}

/// The state of a parse.
struct Parser<'a> {
    lexer: Lexer<'a>,
    variables: Option<&'a [String]>,
    /// Names that got a value earlier in this text.
    assigned: Vec<String>,
    depth: usize,
    links: usize,
    /// True between the arguments of the command form, where a blank separates.
    blanks_separate: bool,
    /// Where the place now is: inside a subscript `:` separates.
    in_subscript: bool,
}

type Parsed<T> = Result<T, Diagnostic>;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lexer: Lexer::new(text),
            variables: None,
            assigned: Vec::new(),
            depth: 0,
            links: 0,
            blanks_separate: false,
            in_subscript: false,
        }
    }

    fn value_place(&self) -> Place {
        if self.in_subscript {
            Place::Subscript
        } else {
            Place::Value
        }
    }

    fn peek(&mut self, place: Place) -> Parsed<Token<'a>> {
        self.lexer.peek(place)
    }

    /// Reads over `symbol` if it comes next; an operator place.
    fn take_symbol(&mut self, symbol: &str) -> Parsed<bool> {
        let token = self.peek(Place::Operator)?;
        let found = matches!(token.lexeme, Lexeme::Symbol(found) if found == symbol);
        if found {
            self.lexer.take(&token);
        }
        Ok(found)
    }

    /// One level further in, for as long as `inner` runs.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            let at = self.lexer.position;
            return Err(Diagnostic::new(at..at, "this is nested too deeply")
                .expecting(format!("at most {DEEPEST} levels of brackets and blocks")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Reads what stands between an opening bracket, which was read, and `closing`. In it blanks and line ends only separate words.
    fn bracketed<T>(
        &mut self,
        opening: Range<usize>,
        closing: &'static str,
        subscript: bool,
        inner: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let outer = (self.blanks_separate, self.in_subscript);
        (self.blanks_separate, self.in_subscript) = (false, subscript);
        self.lexer.brackets += 1;
        let result = self.deeper(inner).and_then(|value| {
            let token = self.peek(Place::Operator)?;
            self.lexer.brackets -= 1;
            match token.lexeme {
                Lexeme::Symbol(symbol) if symbol == closing => {
                    self.lexer.take(&token);
                    Ok(value)
                }
                Lexeme::End => Err(Diagnostic::new(opening, "this bracket is never closed")
                    .helping(format!("close it with {closing}"))),
                _ => {
                    let error = self.unexpected(&token, &format!("`,` or `{closing}`"));
                    // What is wrong then is seldom the line where it shows.
                    let later = self.lexer.text[opening.start..token.span.start].contains('\n');
                    Err(if later && error.help.is_none() {
                        let end = self.lexer.text[opening.start..].find('\n').unwrap_or(0);
                        let before = &self.lexer.text[..opening.start + end];
                        let line = before.lines().last().unwrap_or_default();
                        error.helping(format!(
                            "a bracket of {} is not closed",
                            quoted(line.trim())
                        ))
                    } else {
                        error
                    })
                }
            }
        });
        (self.blanks_separate, self.in_subscript) = outer;
        result
    }

    /// What was read since `start`, without the blanks after it.
    fn span_from(&self, start: usize) -> Range<usize> {
        start..start + self.lexer.text[start..self.lexer.position].trim_end().len()
    }

    /// Counts an operator or subscript.
    fn link(&mut self, span: &Range<usize>) -> Parsed<()> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Diagnostic::new(span.clone(), "this command is too long")
                .expecting(format!("at most {MOST_LINKS} operators")));
        }
        Ok(())
    }

    /// The diagnostic for a token that cannot stand where it does.
    fn unexpected(&self, token: &Token<'_>, expected: &str) -> Diagnostic {
        let found = &self.lexer.text[token.span.clone()];
        let message = match token.lexeme {
            Lexeme::End | Lexeme::Newline => "the line ends too soon".to_owned(),
            _ => format!("unexpected {}", quoted(found)),
        };
        let error = Diagnostic::new(token.span.clone(), message).expecting(expected);
        match token.lexeme {
            Lexeme::Symbol("=") => error.helping("`=` gives a name a value; to compare write `==`"),
            Lexeme::Symbol("&&") | Lexeme::Word("and") => {
                error.helping("one condition at a time: write two lines")
            }
            Lexeme::Symbol("||") | Lexeme::Word("or") => {
                error.helping("one condition at a time; `|` joins flags")
            }
            Lexeme::Symbol(":")
                if self.lexer.text[token.span.end..]
                    .starts_with(|next: char| next.is_alphabetic()) =>
            {
                error.helping("a port is a number: getservbyname(\"http\") says which")
            }
            Lexeme::Symbol("!") => error.helping("to negate write `not`"),
            Lexeme::Symbol("{" | "}") if token.span.start == 0 => {
                error.helping("braces belong to `repeat 3 { … }`: leave the others out")
            }
            Lexeme::Symbol("%") => {
                error.helping("to join text use +, or give `print` several values")
            }
            Lexeme::Word("if" | "for" | "else") => {
                error.helping("socklab runs lines, not programs: `help run`")
            }
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests;
