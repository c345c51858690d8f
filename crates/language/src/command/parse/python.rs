//! Lines of Python that are no calls: what can be taken over (`import`, `with`), and a word of advice for what cannot.

use super::{Parsed, Parser};
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Call, Command, Expr};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::lexer::{Lexeme, Place};
use crate::command::program;
use std::ops::Range;

impl Parser<'_> {
    /// Reads a statement of Python that has a keyword of its own; false when none stands here.
    pub(super) fn python(&mut self, start: usize, commands: &mut Vec<Command>) -> Parsed<bool> {
        if let Some(error) = program::refused(self.lexer.text, start) {
            return Err(error);
        }
        let Some(word) = self.lexer.word() else {
            return Ok(false);
        };
        let span = start..start + word.len();
        let after = &self.lexer.rest()[word.len()..];
        if matches!(word, "import" | "from") {
            self.import(start, word, commands)?;
            return Ok(true);
        }
        if !after.is_empty() && !after.starts_with([' ', '\t', ':', ';', '\n', '\r', '(', '#']) {
            return Ok(false);
        }
        match word {
            "with" => self.with(start, commands)?,
            "while" | "if" | "for" | "def" | "class" | "try" | "except" | "finally" | "else"
            | "elif" | "break" | "continue" | "return" | "raise" | "async" | "lambda"
            | "global" | "nonlocal" | "yield" | "await" | "assert" | "del" | "pass" => {
                return Err(program(word, span));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `import socket, select`, `from socket import *`.
    fn import(&mut self, start: usize, word: &str, commands: &mut Vec<Command>) -> Parsed<()> {
        self.lexer.position += word.len();
        let (rest, span) = self.lexer.raw_rest();
        let modules = if word == "from" {
            rest.split_once(" import")
                .map_or("", |(module, _)| module.trim())
        } else {
            rest.as_str()
        };
        if modules.is_empty() {
            return Err(
                Diagnostic::new(start..span.end, "an import without a module")
                    .expecting("import socket"),
            );
        }
        if word == "import" && modules.split_whitespace().any(|piece| piece == "as") {
            return Err(
                Diagnostic::new(span, "a module has its own name here and no other")
                    .helping("write `import socket`, and `socket.socket()` for the calls"),
            );
        }
        if let Some(odd) = modules
            .split(',')
            .map(str::trim)
            .find(|name| !is_module(name))
        {
            let message = if odd.is_empty() {
                "a comma without a module beside it".to_owned()
            } else {
                format!("{} is not the name of a module", quoted(odd))
            };
            return Err(Diagnostic::new(span, message).expecting("import socket"));
        }
        let modules = Expr::Str(modules.to_owned());
        let action = Action::Call(Call {
            verb: Verb::Import,
            args: vec![Some(modules)],
        });
        self.push(start, Vec::new(), action, commands);
        Ok(())
    }

    /// `with socket.socket() as s:` gives `s` its value; the lines of the block come after, as they are.
    fn with(&mut self, start: usize, commands: &mut Vec<Command>) -> Parsed<()> {
        self.lexer.position = start + "with".len();
        let first = commands.len();
        self.with_items(commands)?;
        // `with …: body` on one line; of a body below it the shell knows where it ends.
        if self.at_end_of_command() {
            return Ok(());
        }
        let opened: Vec<String> = commands[first..].iter().filter_map(held).collect();
        let body = commands.len();
        loop {
            self.deeper(|parser| parser.statement(commands))?;
            self.lexer.skip_blanks();
            if !self.lexer.rest().starts_with(';') {
                break;
            }
            self.lexer.position += 1;
            if self.at_end_of_command() {
                break;
            }
        }
        for name in opened.into_iter().rev() {
            if !commands[body..]
                .iter()
                .any(|command| closes(command, &name))
            {
                commands.push(close(name));
            }
        }
        Ok(())
    }

    /// The values of a `with` and their names, up to the colon.
    fn with_items(&mut self, commands: &mut Vec<Command>) -> Parsed<()> {
        loop {
            self.lexer.skip_blanks();
            let here = self.lexer.position;
            let value = self.expression()?;
            let mut targets = Vec::new();
            let mut token = self.peek(Place::Operator)?;
            if token.lexeme == Lexeme::Word("as") {
                self.lexer.take(&token);
                token = self.peek(Place::Subscript)?;
                let Lexeme::Word(name) = token.lexeme else {
                    return Err(self.unexpected(&token, "a name after `as`"));
                };
                self.lexer.take(&token);
                targets.push(name.to_owned());
                token = self.peek(Place::Operator)?;
            }
            let action = match value {
                Expr::Call(call) => Action::Call(*call),
                value => Action::Evaluate(value),
            };
            self.assigned.extend(targets.iter().cloned());
            self.push(here, targets, action, commands);
            match token.lexeme {
                Lexeme::Symbol(",") => self.lexer.take(&token),
                Lexeme::Symbol(":") => {
                    self.lexer.take(&token);
                    return Ok(());
                }
                _ => return Err(self.unexpected(&token, "`as NAME` or `:`")),
            }
        }
    }

    fn push(
        &mut self,
        start: usize,
        targets: Vec<String>,
        action: Action,
        commands: &mut Vec<Command>,
    ) {
        commands.push(Command {
            process: None,
            targets,
            action,
            background: false,
            text: self.lexer.text[start..self.lexer.position]
                .trim()
                .to_owned(),
        });
    }
}

/// The name that a `with` closes in the end.
fn held(command: &Command) -> Option<String> {
    match (&command.action, command.targets.as_slice()) {
        (_, [name]) | (Action::Evaluate(Expr::Name(name)), []) => Some(name.clone()),
        _ => None,
    }
}

/// True for a command that closes what has this name.
fn closes(command: &Command, name: &str) -> bool {
    matches!(&command.action, Action::Call(call) if call.verb == Verb::Close)
        && command.action.names().contains(&name)
}

/// `close NAME`, which a `with` on one line ends with.
fn close(name: String) -> Command {
    let text = format!("close {name}");
    Command {
        process: None,
        targets: Vec::new(),
        action: Action::Call(Call {
            verb: Verb::Close,
            args: vec![Some(Expr::Name(name))],
        }),
        background: false,
        text,
    }
}

/// `socket`, `os.path`.
fn is_module(name: &str) -> bool {
    name.split('.').all(|part| {
        let mut characters = part.chars();
        characters
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|character| character.is_alphanumeric() || character == '_')
    })
}

fn program(word: &str, span: Range<usize>) -> Diagnostic {
    let help = match word {
        "while" | "for" => {
            "to do something again write `repeat 3 { … }`; a whole program runs with `run python3 FILE`"
        }
        "pass" | "break" | "continue" | "return" => {
            "leave this line out; a whole program runs with `run python3 FILE`"
        }
        "try" | "except" | "finally" | "raise" | "assert" => {
            "a failed call shows its errno and the next line runs; to check a result write `expect …`"
        }
        "del" => "to close a socket write `close s`",
        _ => "type the lines one by one, or run the whole program: `run python3 FILE`",
    };
    Diagnostic::new(
        span,
        format!(
            "{} belongs to a program; socklab runs lines, and did not run this one",
            quoted(word)
        ),
    )
    .helping(help)
}
