//! What is sent and what is printed: the expressions typed, as far as C and Rust have them; else what they came to in the session.

use super::Builder;
use super::call::data;
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Expr, Operator};
use crate::event::CallEvent;
use crate::export::plan::{Bytes, Kind, Shown, Variable};

impl Builder<'_, '_> {
    /// What a call sends.
    pub(super) fn sent(&mut self, call: &CallEvent, length: usize) -> Bytes {
        let typed = match self.step.map(|step| &step.command.action) {
            Some(Action::Call(typed)) if typed.verb != Verb::Sendfile => {
                typed.args.get(1).and_then(Option::as_ref)
            }
            _ => None,
        };
        let typed = match typed {
            Some(Expr::List(items)) if items.len() == 1 => items.first(),
            other => other,
        };
        let Some(typed) = typed else {
            return data(call, length);
        };
        self.bytes(typed).unwrap_or_else(|| {
            let text = self.step.map_or("", |step| &step.command.text);
            self.remarks
                .push(format!("the bytes of the session: {text}"));
            data(call, length)
        })
    }

    /// The variable that a name or a call stands for.
    fn held_in(&self, value: &Expr) -> Option<Variable> {
        match value {
            Expr::Name(name) => self.typed.get(name).copied(),
            _ => self.inner_value(),
        }
    }

    /// An expression of bytes.
    fn bytes(&mut self, value: &Expr) -> Option<Bytes> {
        Some(match value {
            Expr::Str(text) => Bytes::Literal(text.as_bytes().to_vec()),
            Expr::Bytes(bytes) => Bytes::Literal(bytes.clone()),
            Expr::Name(_) | Expr::Call(_) => {
                let variable = self.held_in(value)?;
                if !matches!(self.plan.variables[variable].kind, Kind::Bytes(_)) {
                    return None;
                }
                self.plan.variables[variable].read = true;
                Bytes::Held(variable)
            }
            Expr::Binary(Operator::Times, what, count) => {
                let Expr::Int(count) = **count else {
                    return None;
                };
                let Bytes::Literal(bytes) = self.bytes(what)? else {
                    return None;
                };
                let count = usize::try_from(count).ok()?;
                Bytes::Repeated(bytes.clone(), bytes.len() * count)
            }
            Expr::Binary(Operator::Plus, one, other) => {
                Bytes::Joined(Box::new(self.bytes(one)?), Box::new(self.bytes(other)?))
            }
            Expr::Function(name, arguments) => {
                let first = arguments.first()?;
                match (name.as_str(), arguments.len()) {
                    ("upper", 1) => Bytes::Upper(Box::new(self.bytes(first)?)),
                    ("lower", 1) => Bytes::Lower(Box::new(self.bytes(first)?)),
                    ("encode" | "decode", 1) => self.bytes(first)?,
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// What `print` prints: the pieces with blanks between them.
    pub(super) fn printed(&mut self, items: &[Expr]) -> Result<Vec<Shown>, String> {
        let mut shown = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                shown.push(Shown::Text(" ".to_owned()));
            }
            shown.push(self.piece(item)?);
        }
        Ok(shown)
    }

    fn piece(&mut self, item: &Expr) -> Result<Shown, String> {
        let unknown = || "what it prints has no form here".to_owned();
        Ok(match item {
            Expr::Str(text) => Shown::Text(text.clone()),
            Expr::Int(number) => Shown::Text(number.to_string()),
            Expr::Name(_) | Expr::Call(_) => {
                let variable = self.held_in(item).ok_or_else(unknown)?;
                self.plan.variables[variable].read = true;
                match self.plan.variables[variable].kind {
                    Kind::Bytes(_) => Shown::Literally(Bytes::Held(variable)),
                    Kind::Place => Shown::Address(variable),
                    Kind::Number => Shown::Number(variable),
                    Kind::Descriptor => return Err(unknown()),
                }
            }
            Expr::Function(name, arguments) if arguments.len() == 1 => {
                let inner = self.bytes(&arguments[0]);
                match (name.as_str(), inner) {
                    ("len", Some(inner)) => Shown::Length(inner),
                    ("decode", Some(inner)) => Shown::Decoded(inner),
                    ("repr" | "str", Some(inner)) => Shown::Literally(inner),
                    ("upper" | "lower", Some(_)) => {
                        let whole = self.bytes(item).ok_or_else(unknown)?;
                        let is_text =
                            matches!(&arguments[0], Expr::Function(inner, _) if inner == "decode");
                        if is_text {
                            Shown::Decoded(whole)
                        } else {
                            Shown::Literally(whole)
                        }
                    }
                    _ => return Err(unknown()),
                }
            }
            other => Shown::Literally(self.bytes(other).ok_or_else(unknown)?),
        })
    }
}
