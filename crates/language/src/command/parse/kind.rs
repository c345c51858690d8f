//! Whether a literal can stand where a parameter of some kind is. What is known only when the line runs (variables,
//! results of calls) passes: the engine has the last word.

use super::{Argument, Parsed};
use crate::catalog::constant::constant;
use crate::catalog::option::by_name;
use crate::catalog::parameter::{Group, Kind, Need, Parameter};
use crate::catalog::verb::VerbEntry;
use crate::command::ast::{Action, Command, Expr, Operator};
use crate::command::diagnostic::{Diagnostic, nearest, quoted};
use crate::command::signature::{group_words, kind_words};
use crate::command::unparse::command_form;
use std::ops::Range;

/// Refuses a value that can never be what the parameter takes.
pub(super) fn check(parameter: &Parameter, value: &Expr, span: &Range<usize>) -> Parsed<()> {
    // What a variadic parameter has gathered is checked one by one.
    let value = match (parameter.need, value) {
        (Need::Variadic, Expr::List(items)) => {
            match items.iter().find(|item| !fits(parameter.kind, item)) {
                Some(item) => item,
                None => return Ok(()),
            }
        }
        _ if fits(parameter.kind, value) => return Ok(()),
        _ => value,
    };
    let message = format!("{} cannot be {}", parameter.name, found_words(value));
    let error = Diagnostic::new(span.clone(), message).expecting(kind_words(parameter.kind));
    Err(match (parameter.kind, value) {
        (Kind::Constant(Group::Level), Expr::Constant(name)) => match by_name(name) {
            Some(option) => {
                error.helping(format!("the level comes first: {} {name}", option.level))
            }
            None => error,
        },
        (Kind::Address, Expr::Int(port)) => match u16::try_from(*port) {
            Ok(port) => error.helping(format!(
                "a port alone is written :{port}, with a host localhost:{port}"
            )),
            Err(_) => error.helping("a port is a number from 0 to 65535, written :5000"),
        },
        (Kind::Address, Expr::Binary(Operator::Over, one, other)) => match path_of(one, other) {
            Some(path) => error.helping(format!("a path of AF_UNIX begins with / or ./: ./{path}")),
            None => error,
        },
        (Kind::Data, Expr::Int(_) | Expr::Float(_)) => {
            error.helping("to send digits put them in quotes: \"5\"")
        }
        (Kind::Seconds, Expr::Str(_)) => error.helping("a time stands without quotes: 200ms"),
        (Kind::Choice(choices), Expr::Str(word)) => match nearest(word, choices.iter().copied()) {
            Some(choice) => error.helping(format!("did you mean `{choice}`?")),
            None => error,
        },
        _ => error,
    })
}

/// Refuses a call whose first argument should be a socket and is an address or data, with the line as it should be.
pub(super) fn check_subject(entry: &VerbEntry, positional: &[Argument]) -> Parsed<()> {
    let (Some(parameter), Some(first)) = (entry.parameters.first(), positional.first()) else {
        return Ok(());
    };
    let is_other = matches!(
        first.value,
        Expr::Address(_) | Expr::HostPort(..) | Expr::Str(_) | Expr::Bytes(_) | Expr::Tuple(_)
    );
    if parameter.kind != Kind::Socket || parameter.need != Need::Required || !is_other {
        return Ok(());
    }
    let message = format!(
        "the {} comes first, and this is {}",
        parameter.name,
        found_words(&first.value)
    );
    let line = example(entry, positional);
    Err(Diagnostic::new(first.span.clone(), message)
        .expecting(kind_words(parameter.kind))
        .helping(format!("as in `{line}`")))
}

/// A line with this verb, a socket in front, what was typed behind it, and all else that it must be given.
fn example(entry: &VerbEntry, positional: &[Argument]) -> String {
    let mut line = format!("{} s", entry.name);
    let mut typed = positional.iter().map(|argument| &argument.value).peekable();
    for parameter in &entry.parameters[1..] {
        let value = match (typed.next(), parameter.need) {
            (Some(value), _) => value,
            (None, Need::Required) => {
                line.push_str(match parameter.kind {
                    Kind::Address => " 127.0.0.1:5000",
                    Kind::Data | Kind::Buffers => " \"hello\"",
                    _ => " …",
                });
                continue;
            }
            (None, _) => break,
        };
        // A host and a port that a comma separated, or a tuple of both, are one word.
        let host_port = match (parameter.kind, value, typed.peek()) {
            (Kind::Address, Expr::Tuple(items), _) => match items.as_slice() {
                [Expr::Str(host), Expr::Int(port)] => Some(joined(host, *port)),
                _ => None,
            },
            (Kind::Address, Expr::Str(host), Some(Expr::Int(port))) => Some(joined(host, *port)),
            (Kind::Address, host, Some(Expr::Int(port))) => Some(joined(&typed_as(host), *port)),
            _ => None,
        };
        if host_port.is_some() && !matches!(value, Expr::Tuple(_)) {
            typed.next();
        }
        line.push(' ');
        line.push_str(&host_port.unwrap_or_else(|| typed_as(value)));
    }
    line
}

fn joined(host: &str, port: i64) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn typed_as(value: &Expr) -> String {
    command_form(&Command {
        process: None,
        targets: Vec::new(),
        background: false,
        action: Action::Evaluate(value.clone()),
        text: String::new(),
    })
}

/// True for a written address, for text and tuples that may be one, and for what dissolves a connection.
fn fits_address(value: &Expr) -> bool {
    match value {
        Expr::Address(_)
        | Expr::HostPort(..)
        | Expr::Tuple(_)
        | Expr::Str(_)
        | Expr::Bytes(_)
        | Expr::None => true,
        Expr::Constant(name) => matches!(name.as_str(), "AF_UNSPEC" | "PF_UNSPEC"),
        _ => false,
    }
}

/// True for a value that an argument of this kind may be, as far as it can be seen before it runs.
fn fits(kind: Kind, value: &Expr) -> bool {
    if runs_first(value) {
        return true;
    }
    let is_text = matches!(value, Expr::Str(_));
    match kind {
        Kind::Socket | Kind::File | Kind::Waitable | Kind::Job => matches!(value, Expr::Int(_)),
        Kind::Sockets => match value {
            Expr::List(items) | Expr::Tuple(items) => {
                items.iter().all(|item| fits(Kind::Waitable, item))
            }
            _ => false,
        },
        Kind::Address => fits_address(value),
        Kind::Data => match value {
            Expr::Binary(Operator::Over, ..) | Expr::Layer(_) => true,
            _ => is_text || matches!(value, Expr::Bytes(_)),
        },
        Kind::Buffers => matches!(
            value,
            Expr::List(_) | Expr::Tuple(_) | Expr::Bytes(_) | Expr::Str(_)
        ),
        Kind::Ancillary => matches!(value, Expr::List(_) | Expr::Tuple(_)),
        Kind::Int => matches!(
            value,
            Expr::Int(_)
                | Expr::Constant(_)
                | Expr::Bool(_)
                | Expr::None
                | Expr::Binary(Operator::Or | Operator::And, ..)
        ),
        Kind::Bool => matches!(value, Expr::Bool(_) | Expr::Int(_) | Expr::Not(_)),
        Kind::Seconds => matches!(
            value,
            Expr::Int(_) | Expr::Float(_) | Expr::Duration(_) | Expr::None
        ),
        Kind::Constant(group) => fits_group(group, value),
        Kind::Text => is_text || matches!(value, Expr::Bytes(_) | Expr::None),
        Kind::Choice(choices) => {
            matches!(value, Expr::Str(word) if choices.contains(&word.as_str()))
        }
        Kind::Word
        | Kind::Process
        | Kind::Host
        | Kind::Path
        | Kind::Filter
        | Kind::Rest
        | Kind::Topic
        | Kind::Fields => is_text,
        Kind::Conversation => matches!(value, Expr::Int(_) | Expr::Address(_) | Expr::HostPort(..)),
        Kind::OptionValue | Kind::Any => true,
    }
}

/// True for what only running the line can tell.
fn runs_first(value: &Expr) -> bool {
    match value {
        Expr::Name(_)
        | Expr::Last
        | Expr::Index(..)
        | Expr::Slice(..)
        | Expr::Attribute(..)
        | Expr::Call(_)
        | Expr::Function(..) => true,
        Expr::Negative(inner) => runs_first(inner),
        // Flags and layers are checked part by part.
        Expr::Binary(operator, ..) => {
            !matches!(operator, Operator::Or | Operator::And | Operator::Over)
        }
        _ => false,
    }
}

fn fits_group(group: Group, value: &Expr) -> bool {
    match value {
        Expr::Constant(name) => constant(name).is_some_and(|constant| {
            constant.groups.contains(&group)
                // The errnos and plain numbers of the table are in no group of their own: a number is always allowed.
                || group == Group::Other
                || (group == Group::Protocol && constant.groups.contains(&Group::Level) && name.starts_with("IPPROTO_"))
        }),
        Expr::Binary(Operator::Or | Operator::And, left, right) => fits_part(group, left) && fits_part(group, right),
        Expr::Int(_) | Expr::None | Expr::Negative(_) => true,
        Expr::Bool(_) => group == Group::Other,
        _ => false,
    }
}

fn fits_part(group: Group, value: &Expr) -> bool {
    runs_first(value) || fits_group(group, value)
}

/// What a value is, in words, with its article.
/// The path that names with `/` between them spell: it was read as layers of a packet.
fn path_of(one: &Expr, other: &Expr) -> Option<String> {
    let part = |expr: &Expr| match expr {
        Expr::Binary(Operator::Over, one, other) => path_of(one, other),
        Expr::Name(name) | Expr::HostPort(name, None) => Some(name.clone()),
        Expr::Attribute(of, name) => match &**of {
            Expr::Name(first) => Some(format!("{first}.{name}")),
            _ => None,
        },
        _ => None,
    };
    Some(format!("{}/{}", part(one)?, part(other)?))
}

fn found_words(value: &Expr) -> String {
    match value {
        Expr::None => "None".to_owned(),
        Expr::Bool(_) | Expr::Not(_) => "True or False".to_owned(),
        Expr::Int(number) => format!("the number {number}"),
        Expr::Float(number) => format!("the number {number}"),
        Expr::Duration(_) => "a time".to_owned(),
        Expr::Str(text) => format!("the text {}", quoted(text)),
        Expr::Bytes(_) => "bytes".to_owned(),
        Expr::Constant(name) => match constant(name).and_then(|constant| constant.groups.first()) {
            Some(group) => format!("{name}, {}", group_words(*group)),
            None => name.clone(),
        },
        Expr::List(_) => "a list".to_owned(),
        Expr::Tuple(_) => "a tuple".to_owned(),
        Expr::Address(address) => format!("the address {}", quoted(&address.to_string())),
        Expr::HostPort(..) => "an address".to_owned(),
        Expr::Binary(Operator::Or | Operator::And, left, right) => {
            // The part that does not fit is what the reader wants to hear of.
            match (&**left, &**right) {
                (_, Expr::Constant(_)) => found_words(right),
                _ => found_words(left),
            }
        }
        Expr::Layer(layer) => format!("the packet layer {}", quoted(&layer.name)),
        Expr::Binary(Operator::Over, ..) => "a packet".to_owned(),
        _ => "this value".to_owned(),
    }
}
