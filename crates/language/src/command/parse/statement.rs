//! One command after another: prefixes, targets, `repeat`, the end of a command. Not the calls themselves.

use super::advice::{advice_alone, foreign};
use super::{Parsed, Parser};
use crate::catalog::constant::constant;
use crate::catalog::parameter::Kind;
use crate::catalog::verb::{VERBS, Verb};
use crate::command::ast::{Action, Command, Expr, Operator};
use crate::command::brackets::closing_bracket;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::function::KEYWORDS;
use crate::command::lexer::{Lexeme, Place, in_word};
use std::ops::Range;

/// The names in front of `=`, and the operator of `+=` and its like.
struct Targets {
    names: Vec<String>,
    operator: Option<Operator>,
}

impl<'a> Parser<'a> {
    /// All commands up to the end of the text, or up to the brace that closes the block that opened at `block`.
    pub(super) fn commands(&mut self, block: Option<Range<usize>>) -> Parsed<Vec<Command>> {
        let mut commands = Vec::new();
        let mut process: Option<String> = None;
        let mut line_start = block.is_none();
        loop {
            self.lexer.skip_blanks();
            if line_start {
                self.skip_python_prompt();
            }
            let rest = self.lexer.rest();
            match rest.as_bytes().first() {
                Some(b'\n') => {
                    self.lexer.position += 1;
                    (line_start, process) = (true, None);
                    continue;
                }
                Some(b';') => {
                    self.lexer.position += 1;
                    line_start = false;
                    continue;
                }
                Some(b'}') if block.is_some() => {
                    self.lexer.position += 1;
                    return Ok(commands);
                }
                Some(_) => {}
                None => {
                    return match block {
                        None => Ok(commands),
                        Some(opening) => {
                            Err(Diagnostic::new(opening, "this brace is never closed")
                                .helping("close it with }"))
                        }
                    };
                }
            }
            line_start = false;
            if let Some(name) = self.prefix() {
                process = Some(name.to_owned());
                if self.at_end_of_command() {
                    commands.push(Command {
                        process: process.clone(),
                        targets: Vec::new(),
                        action: Action::Switch,
                        background: false,
                        text: String::new(),
                    });
                    continue;
                }
            }
            self.links = 0;
            let first = commands.len();
            self.statement(&mut commands)?;
            for command in &mut commands[first..] {
                command.process.clone_from(&process);
            }
            self.end_of_command(block.is_some())?;
        }
    }

    /// Reads over the prompt of Python's own shell.
    fn skip_python_prompt(&mut self) {
        for prompt in [">>>", "..."] {
            if let Some(after) = self.lexer.rest().strip_prefix(prompt)
                && (after.is_empty() || after.starts_with([' ', '\n', '\r']))
            {
                self.lexer.position += prompt.len();
                self.lexer.skip_blanks();
            }
        }
    }

    /// `server>` with a blank or the end after it.
    fn prefix(&mut self) -> Option<&'a str> {
        let word = self.lexer.word()?;
        let rest = self.lexer.rest();
        let end = word.len() + rest[word.len()..].find(|next| !(in_word(next) || next == '-'))?;
        let after = rest[end..].strip_prefix('>')?;
        if !(after.is_empty() || after.starts_with([' ', '\t', '\n', '\r'])) {
            return None;
        }
        self.lexer.position += end + 1;
        Some(&rest[..end])
    }

    pub(super) fn at_end_of_command(&mut self) -> bool {
        self.lexer.skip_blanks();
        self.lexer.rest().is_empty() || self.lexer.rest().starts_with([';', '\n', '}'])
    }

    fn end_of_command(&mut self, in_block: bool) -> Parsed<()> {
        let token = self.peek(Place::Operator)?;
        match token.lexeme {
            Lexeme::End | Lexeme::Newline | Lexeme::Symbol(";") => Ok(()),
            Lexeme::Symbol("}") if in_block => Ok(()),
            _ => Err(self.unexpected(&token, "the end of the command (`;` separates two)")),
        }
    }

    /// One statement; a line of Python may be several commands, or none.
    pub(super) fn statement(&mut self, commands: &mut Vec<Command>) -> Parsed<()> {
        let start = self.lexer.position;
        if self.python(start, commands)? {
            return Ok(());
        }
        let targets = self.targets()?;
        if let Some(error) = foreign(self.lexer.text, self.lexer.position) {
            return Err(error);
        }
        let after_targets = self.lexer.position;
        let action = if targets.names.is_empty()
            && self.lexer.word() == Some("repeat")
            && self.repeat_follows()
        {
            self.repeat()?
        } else {
            self.action(start)?
        };
        let action = match (targets.operator, action) {
            (None, action) => action,
            (Some(operator), action) => {
                let right = match action {
                    Action::Evaluate(expr) => expr,
                    Action::Call(call) => Expr::Call(Box::new(call)),
                    Action::Repeat(..) | Action::Switch => {
                        return Err(Diagnostic::new(
                            after_targets..self.lexer.position,
                            "expected a value",
                        ));
                    }
                };
                let left = Expr::Name(targets.names[0].clone());
                Action::Evaluate(Expr::Binary(operator, Box::new(left), Box::new(right)))
            }
        };
        let background = self.background();
        self.assigned.extend(targets.names.iter().cloned());
        commands.push(Command {
            process: None,
            targets: targets.names,
            action,
            background,
            text: self.lexer.text[start..self.lexer.position]
                .trim()
                .to_owned(),
        });
        Ok(())
    }

    /// Reads over a trailing `&`.
    fn background(&mut self) -> bool {
        let found = self.background_follows();
        self.lexer.position += usize::from(found);
        found
    }

    /// True at an `&` with nothing after it.
    pub(super) fn background_follows(&mut self) -> bool {
        self.lexer.skip_blanks();
        self.lexer.rest().strip_prefix('&').is_some_and(|after| {
            let after = after.trim_start_matches([' ', '\t', '\r']);
            after.is_empty() || after.starts_with([';', '\n', '}', '#'])
        })
    }

    /// `conn, addr =` in front of a command.
    fn targets(&mut self) -> Parsed<Targets> {
        let before = self.lexer.position;
        let mut names: Vec<(String, Range<usize>)> = Vec::new();
        let mut operator = None;
        let found = self.read_targets(&mut names, &mut operator);
        if !found || (names.len() > 1 && operator.is_some()) || names[0].0 == "expect" {
            self.lexer.position = before;
            return Ok(Targets {
                names: Vec::new(),
                operator: None,
            });
        }
        for (name, span) in &names {
            self.check_target(name, span)?;
        }
        self.lexer.skip_blanks();
        let names = names.into_iter().map(|(name, _)| name).collect();
        let (again, mut more) = (self.lexer.position, Vec::new());
        if self.read_targets(&mut more, &mut None) && more[0].0 != "expect" {
            return Err(
                Diagnostic::new(again..self.lexer.position, "two `=` in one command")
                    .helping("one assignment a line; to compare write `==`"),
            );
        }
        self.lexer.position = again;
        Ok(Targets { names, operator })
    }

    /// Reads names and `=`; false (with the place anywhere) when that is not what stands here.
    fn read_targets(
        &mut self,
        names: &mut Vec<(String, Range<usize>)>,
        operator: &mut Option<Operator>,
    ) -> bool {
        let closing = match self.lexer.next_char() {
            Some('(') => Some(')'),
            Some('[') => Some(']'),
            _ => None,
        };
        self.lexer.position += usize::from(closing.is_some());
        loop {
            self.lexer.skip_blanks();
            let Some(word) = self.lexer.word() else { break };
            let start = self.lexer.position;
            self.lexer.position += word.len();
            names.push((word.to_owned(), start..self.lexer.position));
            self.lexer.skip_blanks();
            if !self.lexer.rest().starts_with(',') {
                break;
            }
            self.lexer.position += 1;
        }
        if let Some(closing) = closing {
            if self.lexer.next_char() != Some(closing) {
                return false;
            }
            self.lexer.position += 1;
            self.lexer.skip_blanks();
        }
        let rest = self.lexer.rest();
        let augmented = [
            ("+=", Operator::Plus),
            ("-=", Operator::Minus),
            ("*=", Operator::Times),
            ("|=", Operator::Or),
            ("&=", Operator::And),
        ];
        if let Some((_, found)) = augmented
            .iter()
            .find(|(symbol, _)| rest.starts_with(symbol))
        {
            *operator = Some(*found);
            self.lexer.position += 2;
            return !names.is_empty();
        }
        self.lexer.position += 1.min(rest.len());
        !names.is_empty() && rest.starts_with('=') && !rest.starts_with("==")
    }

    fn check_target(&self, name: &str, span: &Range<usize>) -> Parsed<()> {
        if KEYWORDS.contains(&name) {
            return Err(Diagnostic::new(
                span.clone(),
                format!("{} cannot be given a value", quoted(name)),
            )
            .expecting("a name that is not a reserved word"));
        }
        if let Some(constant) = constant(name) {
            // Python examples define constants their module lacks; the same number again is no harm.
            let value = self.lexer.text[span.end..].trim_start_matches([' ', '=']);
            let end = value.find(|next| !in_word(next)).unwrap_or(value.len());
            let number = match value[..end].strip_prefix("0x") {
                Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok(),
                None => value[..end].parse().ok(),
            };
            if number != Some(constant.value) {
                return Err(Diagnostic::new(
                    span.clone(),
                    format!("{name} is a constant, {}", constant.value),
                )
                .helping("choose another name"));
            }
        }
        Ok(())
    }

    fn repeat_follows(&self) -> bool {
        let after = &self.lexer.rest()["repeat".len()..];
        after.starts_with([' ', '\t']) || after.is_empty()
    }

    /// `repeat N { … }`.
    fn repeat(&mut self) -> Parsed<Action> {
        self.lexer.position += "repeat".len();
        let expected = "a number and a block: repeat 3 { send s \"x\" }";
        if self.at_end_of_command() {
            let at = self.lexer.position;
            return Err(Diagnostic::new(at..at, "repeat what?").expecting(expected));
        }
        let count = self.argument_value()?;
        let token = self.peek(Place::Operator)?;
        if token.lexeme != Lexeme::Symbol("{") {
            return Err(self.unexpected(&token, expected));
        }
        self.lexer.take(&token);
        let body = self.deeper(|parser| parser.commands(Some(token.span)))?;
        Ok(Action::Repeat(count, body))
    }

    /// A verb in the command form, or an expression (a call in the call form is one).
    pub(super) fn action(&mut self, start: usize) -> Parsed<Action> {
        if self.lexer.rest().starts_with('?') {
            self.lexer.position += 1;
            return Ok(Action::Call(
                self.command_form(Verb::Help, start..start + 1)?,
            ));
        }
        let here = self.lexer.position;
        if let Some(word) = self.lexer.word()
            && let Some(verb) = Verb::named(word)
            && !self.lexer.rest()[word.len()..].starts_with(['.', '(', '['])
        {
            self.lexer.position += word.len();
            if let Some(call) = self.spaced_call(word, verb, here)? {
                return Ok(call);
            }
            if verb == Verb::Host && self.is_variable(word) && self.at_end_of_command() {
                return Ok(Action::Evaluate(Expr::Name(word.to_owned())));
            }
            return Ok(Action::Call(
                self.command_form(verb, here..here + word.len())?,
            ));
        }
        let value = self.expression_or_tuple()?;
        self.after_expression(&value, here)?;
        Ok(match value {
            Expr::Call(call) => Action::Call(*call),
            value => Action::Evaluate(value),
        })
    }

    /// `print ("a", b)`, `listen (s, 5)`: the call form with a blank in front of its brackets, as some write C and Python. Only where the
    /// brackets are the whole command: `print (1 + 2) * 3` has one argument, and so has `create_server ("", 5000)`, a tuple.
    fn spaced_call(&mut self, word: &'a str, verb: Verb, here: usize) -> Parsed<Option<Action>> {
        let first = verb.entry().parameters.first().map(|first| first.kind);
        let raw = matches!(
            first,
            None | Some(Kind::Rest | Kind::Filter | Kind::Topic | Kind::Address)
        );
        let before = self.lexer.position;
        self.lexer.skip_blanks();
        let rest = self.lexer.rest();
        let closes = if raw || !rest.starts_with('(') {
            None
        } else {
            closing_bracket(rest)
        };
        let whole = closes.is_some_and(|end| {
            let after = rest[end..].trim_start_matches([' ', '\t', '\r']);
            after.is_empty() || after.starts_with([';', '\n', '#', '}']) || after == "&"
        });
        if !whole {
            self.lexer.position = before;
            return Ok(None);
        }
        match self.word(word, here..here + word.len())? {
            Expr::Call(call) => Ok(Some(Action::Call(*call))),
            value => Ok(Some(Action::Evaluate(value))),
        }
    }

    /// True when a name can be a variable's: `host, port = getsockname s` is common, and a verb of that name cannot stand alone.
    fn is_variable(&self, name: &str) -> bool {
        self.variables
            .is_none_or(|known| known.iter().any(|variable| variable == name))
            || self.assigned.iter().any(|variable| variable == name)
    }

    /// Says what is wrong when a command that is no verb's goes on after its value.
    fn after_expression(&mut self, value: &Expr, start: usize) -> Parsed<()> {
        let span = self.span_from(start);
        if let Expr::Name(name) = value
            && self.lexer.text[span.clone()] == **name
        {
            let ends = self.at_end_of_command() || self.background_follows();
            let token = self.peek(Place::Value)?;
            let is_argument = match token.lexeme {
                Lexeme::Symbol(_) | Lexeme::Newline | Lexeme::End => false,
                Lexeme::Word(word) => !matches!(word, "and" | "or" | "if" | "else" | "for" | "as"),
                _ => true,
            };
            let unknown = self
                .variables
                .is_some_and(|known| !known.contains(name) && !self.assigned.contains(name));
            if (!ends && is_argument) || (ends && unknown) {
                return Err(self.unknown_verb(name, span, ends));
            }
        }
        let token = self.peek(Place::Operator)?;
        if token.lexeme == Lexeme::Symbol("=") {
            return Err(match value {
                Expr::Attribute(..) | Expr::Index(..) | Expr::Slice(..) | Expr::Tuple(_) => {
                    let field = match value {
                        Expr::Attribute(_, field) => field.as_str(),
                        _ => "",
                    };
                    let help = if field.starts_with("sin")
                        || field == "s_addr"
                        || field.starts_with("sun_")
                    {
                        "there are no structures to fill: an address is written 127.0.0.1:5000, [::1]:5000, ./x.sock or @name"
                    } else if field.starts_with("ai_") {
                        "hints are arguments: getaddrinfo(\"localhost\", 5000, type=SOCK_STREAM)"
                    } else {
                        "for example: conn, addr = accept s"
                    };
                    Diagnostic::new(span, "only plain names can be given a value").helping(help)
                }
                _ => self.unexpected(&token, "the end of the command"),
            });
        }
        Ok(())
    }

    fn unknown_verb(&self, name: &str, span: Range<usize>, alone: bool) -> Diagnostic {
        let variables = self
            .variables
            .unwrap_or_default()
            .iter()
            .chain(&self.assigned);
        let names = VERBS
            .iter()
            .flat_map(|entry| entry.aliases.iter().copied().chain([entry.name]))
            .chain(["repeat"])
            .chain(variables.filter(|_| alone).map(String::as_str));
        let (message, expected) = if alone {
            (
                format!("unknown command or variable {}", quoted(name)),
                "a command, a variable or a value",
            )
        } else {
            (
                format!("unknown command {}", quoted(name)),
                "a command: `help` lists them",
            )
        };
        if name == "repeat" {
            // Its name is right, and its place is not.
            return Diagnostic::new(span, "`repeat` gives no value")
                .helping("it stands at the beginning of a line: repeat 3 { print 1 }");
        }
        let error = Diagnostic::new(span, message).expecting(expected);
        match advice_alone(name) {
            Some(advice) => error.helping(advice),
            None => error.suggesting(name, names),
        }
    }
}
