//! Arguments to the parameters of the catalog: how many, by which name, in which order. What each may be is in `kind`.

use super::{Argument, Parsed, kind, normal};
use crate::catalog::parameter::{Kind, Need, Parameter};
use crate::catalog::verb::{Verb, VerbEntry};
use crate::command::ast::{Call, Expr};
use crate::command::diagnostic::{Diagnostic, is_safe, quoted};
use crate::command::expectation::parse_claim;
use crate::command::signature::{kind_words, signature};
use crate::command::stepping::{StepOrder, parse_go};
use crate::command::wire::WireOrder;
use std::ops::Range;

/// The call form's order to the table's. `receivers` is 1 when the first argument stood in front of the dot.
pub(super) fn in_table_order(
    verb: Verb,
    mut arguments: Vec<Argument>,
    receivers: usize,
) -> Vec<Argument> {
    let positional = arguments
        .iter()
        .filter(|argument| argument.name.is_none())
        .count();
    match verb {
        // sendto(socket, data, flags, address), as in C and Python.
        Verb::Sendto if positional == 4 => arguments.swap(2, 3),
        // e.poll(timeout, maxevents): in front of the dot stands all that is waited for.
        Verb::Poll if receivers == 1 => {
            for (argument, name) in arguments[1..].iter_mut().zip(["timeout", "maxevents"]) {
                if argument.name.is_none() {
                    argument.name = Some((name.to_owned(), argument.span.clone()));
                }
            }
        }
        _ => {}
    }
    arguments
}

/// The arguments of a call under another of its names, whose order or default is its own: accept4(2) always has flags,
/// epoll_create1(2) takes flags first, epoll_create(2) a size.
pub(super) fn as_named(name: &str, mut arguments: Vec<Argument>) -> Vec<Argument> {
    let first = match name {
        "epoll_create1" => "flags",
        "epoll_create" => "size",
        "accept4" => {
            let flags = arguments.len() > 1 || arguments.iter().any(|one| is_named(one, "flags"));
            if let (false, Some(socket)) = (flags, arguments.last()) {
                let span = socket.span.clone();
                arguments.push(Argument {
                    name: Some(("flags".to_owned(), span.clone())),
                    value: Expr::Int(0),
                    span,
                });
            }
            return arguments;
        }
        _ => return arguments,
    };
    for argument in arguments.iter_mut().filter(|one| one.name.is_none()) {
        argument.name = Some((first.to_owned(), argument.span.clone()));
    }
    arguments
}

/// Gives each argument its parameter, checks and normalises it. `span` is where the verb stands.
pub(super) fn bind(verb: Verb, arguments: Vec<Argument>, span: &Range<usize>) -> Parsed<Call> {
    let entry = verb.entry();
    let mut slots: Vec<Option<(Expr, Range<usize>)>> = vec![None; entry.parameters.len()];
    let (named, positional): (Vec<Argument>, Vec<Argument>) = arguments
        .into_iter()
        .partition(|argument| argument.name.is_some());
    kind::check_subject(entry, &positional)?;
    place_positional(entry, positional, &named, &mut slots)?;
    for argument in named {
        place_named(entry, argument, &mut slots)?;
    }
    let mut args = Vec::with_capacity(slots.len());
    for (parameter, slot) in entry.parameters.iter().zip(slots) {
        let Some((value, value_span)) = slot else {
            if parameter.need == Need::Required {
                return Err(missing(entry, parameter, span));
            }
            args.push(None);
            continue;
        };
        let value = normal::normalise(verb, parameter.kind, value, &value_span)?;
        kind::check(parameter, &value, &value_span)?;
        if let Expr::Str(text) = &value {
            let read = match verb {
                Verb::Expect => parse_claim(text).err(),
                Verb::Wire => WireOrder::parse(text).err(),
                Verb::Step => StepOrder::parse(text).err(),
                Verb::Go => parse_go(text).err(),
                _ => None,
            };
            if let Some(error) = read {
                return Err(error.shifted(value_span.start));
            }
        }
        args.push(Some(value));
    }
    normal::across(verb, &mut args);
    Ok(Call { verb, args })
}

fn place_positional(
    entry: &VerbEntry,
    mut positional: Vec<Argument>,
    named: &[Argument],
    slots: &mut [Option<(Expr, Range<usize>)>],
) -> Parsed<()> {
    let variadic = entry
        .parameters
        .iter()
        .position(|parameter| parameter.need == Need::Variadic);
    if let Some(place) = variadic {
        // `poll s conn 1.0`: a number at the end is the parameter that follows.
        let follows = entry
            .parameters
            .get(place + 1)
            .is_some_and(|next| matches!(next.need, Need::Optional(_)));
        if follows
            && !named
                .iter()
                .any(|argument| is_named(argument, entry.parameters[place + 1].name))
            && positional.len() > 1
            && positional.last().is_some_and(|last| is_time(&last.value))
        {
            slots[place + 1] = positional.pop().map(|last| (last.value, last.span));
        }
        let (Some(first), Some(last)) = (positional.first(), positional.last()) else {
            return Ok(());
        };
        let span = first.span.start..last.span.end;
        let alone = positional.len() == 1 && entry.parameters[place].kind == Kind::Waitable;
        let mut values: Vec<Expr> = positional
            .into_iter()
            .map(|argument| argument.value)
            .collect();
        let list = match values.pop() {
            // The list of what is waited for may be written as one.
            Some(list @ Expr::List(_)) if alone => list,
            last => {
                values.extend(last);
                Expr::List(values)
            }
        };
        slots[place] = Some((list, span));
        return Ok(());
    }
    let places: Vec<usize> = (0..entry.parameters.len())
        .filter(|place| !matches!(entry.parameters[*place].need, Need::Keyword(_)))
        .collect();
    let mut before: Option<Expr> = None;
    for (count, argument) in positional.into_iter().enumerate() {
        let Some(place) = places.get(count) else {
            return Err(too_many(entry, places.len(), &argument, before.as_ref()));
        };
        before = Some(argument.value.clone());
        slots[*place] = Some((argument.value, argument.span));
    }
    Ok(())
}

fn is_named(argument: &Argument, name: &str) -> bool {
    argument
        .name
        .as_ref()
        .is_some_and(|(given, _)| given == name)
}

fn is_time(value: &Expr) -> bool {
    matches!(
        value,
        Expr::Int(_) | Expr::Float(_) | Expr::Duration(_) | Expr::None
    )
}

fn place_named(
    entry: &VerbEntry,
    argument: Argument,
    slots: &mut [Option<(Expr, Range<usize>)>],
) -> Parsed<()> {
    let Some((name, name_span)) = argument.name else {
        return Ok(());
    };
    let Some(place) = entry
        .parameters
        .iter()
        .position(|parameter| parameter.name == name)
    else {
        return Err(Diagnostic::new(
            name_span,
            format!("{} takes no argument {}", entry.name, quoted(&name)),
        )
        .expecting(signature(entry))
        .suggesting(
            &name,
            entry.parameters.iter().map(|parameter| parameter.name),
        ));
    };
    if slots[place].is_some() {
        return Err(
            Diagnostic::new(name_span, format!("{} is given twice", quoted(&name)))
                .expecting(signature(entry)),
        );
    }
    let value = match (entry.parameters[place].need, argument.value) {
        (Need::Variadic, list @ Expr::List(_)) => list,
        (Need::Variadic, value) => Expr::List(vec![value]),
        (_, value) => value,
    };
    slots[place] = Some((value, argument.span));
    Ok(())
}

fn missing(entry: &VerbEntry, parameter: &Parameter, span: &Range<usize>) -> Diagnostic {
    let message = format!("{} needs {}", entry.name, kind_words(parameter.kind));
    Diagnostic::new(span.clone(), message).expecting(signature(entry))
}

fn too_many(
    entry: &VerbEntry,
    most: usize,
    argument: &Argument,
    before: Option<&Expr>,
) -> Diagnostic {
    let message = match most {
        0 => format!("{} takes no argument", entry.name),
        1 => format!("{} takes one argument, this is a second", entry.name),
        _ => format!(
            "{} takes at most {most} arguments, this is one too many",
            entry.name
        ),
    };
    let error = Diagnostic::new(argument.span.clone(), message).expecting(signature(entry));
    let takes_address = entry
        .parameters
        .iter()
        .any(|parameter| parameter.kind == Kind::Address);
    match (before.and_then(host_text), &argument.value) {
        (Some(host), Expr::Int(port)) if takes_address => {
            error.helping(format!("host and port are one word: {host}:{port}"))
        }
        _ if takes_address => match (before, &argument.value) {
            (Some(Expr::Str(host)), Expr::Int(port)) if host.chars().all(is_safe) => error.helping(
                format!("host and port are one argument, a tuple: (\"{host}\", {port})"),
            ),
            _ => error,
        },
        _ => error,
    }
}

/// The host a reader meant by a word, a dotted name or text.
fn host_text(value: &Expr) -> Option<String> {
    match value {
        Expr::Name(name) => Some(name.clone()),
        Expr::Attribute(inner, name) => host_text(inner).map(|host| format!("{host}.{name}")),
        Expr::HostPort(host, None) if host.contains(':') => Some(format!("[{host}]")),
        Expr::HostPort(host, None) => Some(host.clone()),
        _ => None,
    }
}
