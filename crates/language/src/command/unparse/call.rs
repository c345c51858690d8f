//! A verb with its arguments, in either spelling.

use super::Form;
use super::expression::{expression, operand};
use super::literal::{address, string};
use crate::catalog::parameter::{Kind, Need, Parameter};
use crate::catalog::verb::{Spelling, Verb};
use crate::command::ast::{Call, Expr, Operator};
use crate::command::lexer::{Lexer, is_name};
use crate::command::signature::may_be_variable;

/// The command form, or the call form where a word would be read as something else.
pub(super) fn command(call: &Call) -> String {
    let mut text = call.verb.name().to_owned();
    for (parameter, value, by_name) in arguments(call) {
        let written = match raw(call.verb, parameter.kind, value) {
            Raw::Word(word) if !by_name => word,
            Raw::Impossible => return self::call(call),
            _ => argument(call.verb, parameter, value, Form::Command),
        };
        if written.is_empty() {
            continue;
        }
        text.push(' ');
        if by_name {
            text.push_str(parameter.name);
            text.push('=');
        }
        text.push_str(&written);
    }
    // A bracket behind the verb is read as the call form's.
    let is_called = call.verb.entry().spelling != Spelling::Command;
    if is_called && text[call.verb.name().len()..].starts_with(" (") {
        return self::call(call);
    }
    text
}

/// The call form.
pub(super) fn call(call: &Call) -> String {
    let entry = call.verb.entry();
    if entry.spelling == Spelling::Command {
        return command(call);
    }
    if call.verb == Verb::Poller {
        return "select.poll()".to_owned();
    }
    let mut given = arguments(call);
    let mut head = match entry.spelling {
        Spelling::Module(module) => format!("{module}.{}", entry.name),
        Spelling::Plain | Spelling::Method | Spelling::Command => entry.name.to_owned(),
    };
    if entry.spelling == Spelling::Method
        && call.args.first().is_some_and(Option::is_some)
        && let Some(receiver) = receiver(&given)
    {
        head = format!("{}.{}", operand(receiver, Form::Call), entry.name);
        given.remove(0);
        // In front of the dot stands all that is waited for, so a timeout of any kind is told apart from it.
        if call.verb == Verb::Poll
            && let Some((parameter, _, by_name)) = given.first_mut()
        {
            *by_name &= parameter.name != "timeout";
        }
    }
    if call.verb == Verb::Sendto
        && let [.., (data, ..), (target, ..)] = given.as_slice()
        && (data.name, target.name) == ("address", "flags")
    {
        // sendto(data, flags, address), as in C and Python.
        let last = given.len() - 1;
        if !given[last].2 {
            given.swap(last - 1, last);
        }
    }
    let written: Vec<String> = given
        .into_iter()
        .map(|(parameter, value, by_name)| {
            if call.verb == Verb::Sendmsg
                && parameter.name == "SCM_RIGHTS"
                && call.args[2].is_none()
            {
                let descriptors = expression(value, Form::Call);
                return format!("ancdata=[(socket.SOL_SOCKET, socket.SCM_RIGHTS, {descriptors})]");
            }
            let text = argument(call.verb, parameter, value, Form::Call);
            if by_name {
                format!("{}={text}", parameter.name)
            } else {
                text
            }
        })
        .filter(|text| !text.is_empty())
        .collect();
    format!("{head}({})", written.join(", "))
}

/// The arguments that are given, in the table's order, and whether each has to be given by its name.
fn arguments(call: &Call) -> Vec<(&'static Parameter, &Expr, bool)> {
    let mut gap = false;
    let mut given = Vec::new();
    for (parameter, value) in call.verb.entry().parameters.iter().zip(&call.args) {
        let Some(value) = value else {
            // Nothing gathered is no gap: what follows is told apart by what it is.
            gap = true;
            continue;
        };
        let after_list =
            call.verb == Verb::Poll && parameter.name == "timeout" && !plain_time(value);
        let by_name = gap || after_list || matches!(parameter.need, Need::Keyword(_));
        gap |= after_list;
        given.push((parameter, value, by_name));
    }
    given
}

/// True for what the parser takes for the timeout at the end of a `poll`.
fn plain_time(value: &Expr) -> bool {
    matches!(
        value,
        Expr::Int(_) | Expr::Float(_) | Expr::Duration(_) | Expr::None
    )
}

/// What stands in front of the dot; `None` where a plain function reads better.
fn receiver<'a>(given: &[(&'static Parameter, &'a Expr, bool)]) -> Option<&'a Expr> {
    let (parameter, value, _) = given.first()?;
    let value = match (parameter.need, value) {
        (Need::Variadic, Expr::List(items)) => match items.as_slice() {
            [one @ Expr::Name(_)] => one,
            _ => return None,
        },
        (_, value) => value,
    };
    let is_literal = matches!(
        value,
        Expr::None | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Duration(_)
    );
    (!is_literal).then_some(value)
}

fn argument(verb: Verb, parameter: &Parameter, value: &Expr, form: Form) -> String {
    if parameter.need == Need::Variadic
        && let Expr::List(items) = value
    {
        return variadic(parameter.kind, items, form);
    }
    match (parameter.kind, value) {
        (Kind::Address, Expr::Address(_) | Expr::HostPort(..)) => address(value, form),
        (Kind::Data, _) if form == Form::Command && verb != Verb::Write => {
            expression(&as_text(value), form)
        }
        (Kind::Buffers, Expr::List(items)) if form == Form::Command => match items.as_slice() {
            [bytes @ Expr::Bytes(_)] => expression(&as_text(bytes), form),
            _ => expression(value, form),
        },
        _ => expression(value, form),
    }
}

fn variadic(kind: Kind, items: &[Expr], form: Form) -> String {
    let separator = if form == Form::Command { " " } else { ", " };
    let plain = items.iter().all(|item| matches!(item, Expr::Name(_)));
    if kind == Kind::Waitable && (!plain || (form == Form::Call && items.len() > 1)) {
        return expression(&Expr::List(items.to_vec()), form);
    }
    let items: Vec<String> = items.iter().map(|item| expression(item, form)).collect();
    items.join(separator)
}

/// Bytes that are text as text: where data is sent the two are the same.
fn as_text(value: &Expr) -> Expr {
    match value {
        Expr::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text)
                if !text
                    .chars()
                    .any(|next| next.is_control() && !matches!(next, '\n' | '\r' | '\t')) =>
            {
                Expr::Str(text.to_owned())
            }
            _ => value.clone(),
        },
        Expr::Binary(
            operator @ (Operator::Plus | Operator::Times | Operator::Over),
            left,
            right,
        ) => Expr::Binary(*operator, Box::new(as_text(left)), Box::new(as_text(right))),
        value => value.clone(),
    }
}

/// How text that the command form takes as it stands can be written.
enum Raw {
    /// As this.
    Word(String),
    /// Not at all.
    Impossible,
    /// It is an expression.
    Expression,
}

fn raw(verb: Verb, kind: Kind, value: &Expr) -> Raw {
    let Expr::Str(text) = value else {
        return Raw::Expression;
    };
    match kind {
        Kind::Rest | Kind::Topic | Kind::Filter | Kind::Fields => {
            // Whatever follows on the line, a closing brace or a quote, must not change where the text ends.
            let followed = format!("{text} }} ' \"");
            let (read, span) = Lexer::new(&followed).raw_rest();
            let whole = read == *text && span == (0..text.len()) && !text.is_empty();
            // `packets = x` would give a name a value; quotes round a whole filter are taken off.
            let begins = text.starts_with([',', '+', '-', '*', '|', '&'])
                || (verb != Verb::Expect && text.starts_with('='))
                || (kind == Kind::Filter && text.starts_with(['"', '\'']));
            if whole && !begins {
                Raw::Word(text.clone())
            } else {
                Raw::Impossible
            }
        }
        Kind::Word | Kind::Process | Kind::Host | Kind::Path | Kind::Choice(_) => {
            let plain = |next: char| {
                next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '/' | '~' | ':' | '@')
            };
            // Alone, these are operators or part of the phrase `process NAME on HOST`.
            let taken = matches!(text.as_str(), "" | "/" | "on" | "in" | "is" | "not");
            // Digits of other scripts can stand in a word and not begin one.
            let begins = text.starts_with(|next: char| next.is_ascii() || next.is_alphabetic())
                && !text.starts_with('-');
            if !taken
                && begins
                && text.chars().all(plain)
                && !(may_be_variable(verb, kind) && is_name(text))
            {
                Raw::Word(text.clone())
            } else {
                Raw::Word(string(text))
            }
        }
        _ => Raw::Expression,
    }
}
