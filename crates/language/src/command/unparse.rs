//! Commands back to text, in either spelling: `parse` gives the same tree again. Not how a command is shown in colour (`render`).

mod call;
mod expression;
mod literal;

use super::ast::{Action, Command, Expr};
use super::function::KEYWORDS;
use crate::catalog::verb::Verb;

/// Which spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `bind s :5000`
    Command,
    /// `s.bind(("", 5000))`
    Call,
}

/// The command form: `server> conn, addr = accept s &`. What it cannot say is written as a call.
pub fn command_form(command: &Command) -> String {
    text(command, Form::Command)
}

/// The call form, in Python's spelling: `conn, addr = s.accept()`.
pub fn call_form(command: &Command) -> String {
    text(command, Form::Call)
}

fn text(command: &Command, form: Form) -> String {
    let mut text = String::new();
    if let Some(process) = &command.process {
        text.push_str(process);
        text.push('>');
        if command.action == Action::Switch {
            return text;
        }
        text.push(' ');
    }
    if !command.targets.is_empty() {
        text.push_str(&command.targets.join(", "));
        text.push_str(" = ");
    }
    text.push_str(&action(&command.action, form));
    if command.background {
        text.push_str(" &");
    }
    text
}

fn action(action: &Action, form: Form) -> String {
    match action {
        Action::Call(call) if form == Form::Command || call.verb == Verb::Import => {
            call::command(call)
        }
        Action::Call(call) => call::call(call),
        Action::Evaluate(value) => {
            let written = expression::expression(value, form);
            // A variable that is named like a verb would be taken for it.
            match first_name(value) {
                Some(name)
                    if Verb::named(name).is_some()
                        || name == "repeat"
                        || KEYWORDS.contains(&name) =>
                {
                    format!("({written})")
                }
                _ => written,
            }
        }
        Action::Repeat(count, body) => {
            // A prefix holds to the end of its line.
            let separator = if body.iter().any(|command| command.process.is_some()) {
                "\n"
            } else {
                "; "
            };
            let body: Vec<String> = body.iter().map(|command| text(command, form)).collect();
            let count = expression::expression(count, form);
            format!("repeat {count} {{ {} }}", body.join(separator))
        }
        Action::Switch => String::new(),
    }
}

/// The name that an expression's text begins with, if it does.
fn first_name(value: &Expr) -> Option<&str> {
    match value {
        Expr::Name(name) => Some(name),
        Expr::Binary(_, left, _) => first_name(left),
        Expr::Index(inner, _) | Expr::Slice(inner, _, _) | Expr::Attribute(inner, _) => {
            first_name(inner)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
