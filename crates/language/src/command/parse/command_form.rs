//! The command form's arguments: separated by blanks, each read as its parameter's kind wants. Not their check (`binding`).

use super::{Argument, Parsed, Parser, binding};
use crate::catalog::parameter::{Kind, Need, Parameter};
use crate::catalog::verb::Verb;
use crate::command::ast::{Call, Expr};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::lexer::{Lexeme, Place, begins_word, in_word, is_name};
use crate::command::signature::kind_words;
use std::ops::Range;

/// A word of the command form as it was typed.
enum Bare {
    /// As it stands.
    Word(String),
    /// In quotes.
    Quoted(String),
}

impl Parser<'_> {
    /// The arguments after a verb, which was read from `span`.
    pub(super) fn command_form(&mut self, verb: Verb, span: Range<usize>) -> Parsed<Call> {
        let parameters = verb.entry().parameters;
        let positional: Vec<&Parameter> = parameters
            .iter()
            .filter(|parameter| !matches!(parameter.need, Need::Keyword(_)))
            .collect();
        let mut arguments: Vec<Argument> = Vec::new();
        let mut place = 0;
        if let Some(argument) = self.packet_number(verb) {
            arguments.push(argument);
            place = 1;
        }
        while !self.at_end_of_command() && !self.background_follows() {
            let kind = positional
                .get(place)
                .map_or(Kind::Any, |parameter| parameter.kind);
            // `packet tcp.seq`: the number is left out.
            if verb == Verb::Packet && arguments.is_empty() && self.names_a_field() {
                let (fields, span) = self.lexer.raw_rest();
                arguments.push(Argument {
                    name: Some(("fields".to_owned(), span.clone())),
                    value: Expr::Str(fields),
                    span,
                });
                continue;
            }
            let argument = self.next_argument(verb, kind)?;
            let is_variadic = positional
                .get(place)
                .is_some_and(|parameter| parameter.need == Need::Variadic);
            place += usize::from(argument.name.is_none() && !is_variadic);
            arguments.push(argument);
            self.lexer.skip_blanks();
            if self.lexer.rest().starts_with(',') {
                self.lexer.position += 1;
                self.lexer.skip_blanks();
            }
        }
        // `?` stands where no name does.
        let typed = self.lexer.text.get(span.clone()).unwrap_or_default();
        let arguments = binding::as_named(typed, arguments);
        binding::bind(verb, arguments, &span)
    }

    /// An argument, with its name where one stands before it; without one it is of this kind.
    fn next_argument(&mut self, verb: Verb, kind: Kind) -> Parsed<Argument> {
        let takes_names = !matches!(kind, Kind::Rest | Kind::Filter | Kind::Topic | Kind::Fields);
        if takes_names && let Some((name, span)) = self.option_name() {
            return self.option_value(verb, name, span);
        }
        let name = if takes_names {
            self.argument_name(false)
        } else {
            None
        };
        let start = self.lexer.position;
        let value = match name {
            Some(_) => self.argument_value()?,
            None => self.argument(kind)?,
        };
        Ok(Argument {
            name,
            value,
            span: self.span_from(start),
        })
    }

    /// Reads `#4` behind a verb that is about a packet or a topic.
    fn packet_number(&mut self, verb: Verb) -> Option<Argument> {
        if !verb.takes_packet_number() {
            return None;
        }
        let (number, span) = self.lexer.packet_number()?;
        let value = if verb == Verb::Packet {
            Expr::Int(number)
        } else {
            Expr::Str(format!("#{number}"))
        };
        Some(Argument {
            name: None,
            value,
            span,
        })
    }

    /// True before a name with a dot in it: a field of a packet, since no variable is called so.
    fn names_a_field(&self) -> bool {
        let rest = self.lexer.rest();
        let end = rest.find(|next: char| !(in_word(next) || next == '.'));
        let word = &rest[..end.unwrap_or(rest.len())];
        word.starts_with(begins_word) && word.contains('.')
    }

    /// Reads `--name`, as a shell's commands have it: the parameter `name`, with hyphens for its underscores.
    fn option_name(&mut self) -> Option<(String, Range<usize>)> {
        let rest = self.lexer.rest().strip_prefix("--")?;
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return None;
        }
        let length = rest
            .find(|next: char| !(in_word(next) || next == '-'))
            .unwrap_or(rest.len());
        let start = self.lexer.position;
        self.lexer.position += 2 + length;
        Some((rest[..length].replace('-', "_"), start..self.lexer.position))
    }

    /// What follows `--name`, behind a blank or `=`; where True or False is taken, nothing means True.
    fn option_value(&mut self, verb: Verb, name: String, span: Range<usize>) -> Parsed<Argument> {
        let kind = verb
            .entry()
            .parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .map_or(Kind::Any, |parameter| parameter.kind);
        self.lexer.skip_blanks();
        let equals = self.lexer.rest().starts_with('=');
        if equals {
            self.lexer.position += 1;
            self.lexer.skip_blanks();
        }
        let rest = self.lexer.rest();
        let says = ["True", "False", "0", "1"].iter().any(|word| {
            rest.strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(in_word))
        });
        if kind == Kind::Bool && !equals && !says {
            return Ok(Argument {
                name: Some((name, span.clone())),
                value: Expr::Bool(true),
                span,
            });
        }
        if self.at_end_of_command() {
            return Err(Diagnostic::new(
                span,
                format!("{} needs a value", quoted(&name.replace('_', "-"))),
            )
            .expecting(kind_words(kind)));
        }
        let start = self.lexer.position;
        let value = self.argument(kind)?;
        Ok(Argument {
            name: Some((name, span)),
            value,
            span: self.span_from(start),
        })
    }

    fn argument(&mut self, kind: Kind) -> Parsed<Expr> {
        match kind {
            Kind::Rest | Kind::Topic | Kind::Fields => Ok(Expr::Str(self.lexer.raw_rest().0)),
            Kind::Filter => self.filter(),
            Kind::Host => {
                // `process server on client`
                let before = self.lexer.position;
                let is_on = matches!(self.lexer.bare_word(), Some(("on", _)));
                if !is_on || self.at_end_of_command() {
                    self.lexer.position = before;
                }
                self.bare_text()
            }
            Kind::Path => Ok(match self.bare_argument()? {
                Bare::Word(word) if is_name(&word) => Expr::Name(word),
                Bare::Word(word) | Bare::Quoted(word) => Expr::Str(word),
            }),
            Kind::Word | Kind::Process | Kind::Choice(_) => self.bare_text(),
            Kind::Text => match self.host_name() {
                Some(host) => Ok(Expr::Str(host)),
                None => self.argument_value(),
            },
            _ => self.argument_value(),
        }
    }

    /// A value as one argument of the command form: a blank ends it unless an operator follows.
    pub(super) fn argument_value(&mut self) -> Parsed<Expr> {
        let outer = self.blanks_separate;
        self.blanks_separate = true;
        let value = self.expression();
        self.blanks_separate = outer;
        value
    }

    /// A word as it stands, or text in quotes.
    fn bare_text(&mut self) -> Parsed<Expr> {
        Ok(match self.bare_argument()? {
            Bare::Word(word) | Bare::Quoted(word) => Expr::Str(word),
        })
    }

    fn bare_argument(&mut self) -> Parsed<Bare> {
        if self.lexer.string_follows() {
            // Only the literal: what follows may be text that is taken as it stands.
            let token = self.peek(Place::Value)?;
            self.lexer.take(&token);
            return match token.lexeme {
                Lexeme::Str(text) => Ok(Bare::Quoted(text)),
                _ => Err(self.unexpected(&token, "text")),
            };
        }
        if let Some((word, _)) = self.lexer.bare_word() {
            return Ok(Bare::Word(word.to_owned()));
        }
        let token = self.peek(Place::Operator)?;
        Err(self.unexpected(&token, "a name"))
    }

    /// The rest of the command; the quotes round a whole filter are not part of it.
    fn filter(&mut self) -> Parsed<Expr> {
        let before = self.lexer.position;
        let (raw, span) = self.lexer.raw_rest();
        if raw.len() > 1 && raw.starts_with(['"', '\'']) {
            self.lexer.position = before;
            let token = self.peek(Place::Value)?;
            if token.span.end == span.end
                && let Lexeme::Str(text) = token.lexeme
            {
                self.lexer.position = span.end;
                return Ok(Expr::Str(text));
            }
            self.lexer.position = span.end;
        }
        Ok(Expr::Str(raw))
    }

    /// A host's name with dots or hyphens in it, which as an expression would be something else.
    fn host_name(&mut self) -> Option<String> {
        let rest = self.lexer.rest();
        if !rest.starts_with(begins_word) {
            return None;
        }
        let end = rest
            .find(|next| !(in_word(next) || matches!(next, '.' | '-')))
            .unwrap_or(rest.len());
        let ends = rest[end..].is_empty()
            || rest[end..].starts_with([' ', '\t', '\n', '\r', ',', ';', '}']);
        if !ends || !rest[..end].contains(['.', '-']) {
            return None;
        }
        self.lexer.position += end;
        Some(rest[..end].to_owned())
    }
}
