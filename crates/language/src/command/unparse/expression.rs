//! Expressions as text, with brackets only where they are needed.

use super::Form;
use super::call::call;
use super::literal::{bytes, duration, endpoint, string};
use crate::catalog::constant::constant;
use crate::catalog::errno;
use crate::catalog::parameter::Group;
use crate::command::ast::{Expr, Operator};
use crate::command::function::{MODULES, Style, any_named};
use crate::command::parse::level;

/// How tightly a sign and what stands in front of a dot bind, above the operators' own levels.
const SIGN: u8 = 7;
const OPERAND: u8 = 8;

/// The text of an expression.
pub(super) fn expression(value: &Expr, form: Form) -> String {
    at_level(value, 0, form)
}

/// The text of what stands in front of a dot or a subscript.
pub(super) fn operand(value: &Expr, form: Form) -> String {
    let bare = match value {
        Expr::Name(name) => !MODULES.contains(&name.as_str()) && name != "int" && name != "bytes",
        Expr::Int(_)
        | Expr::Float(_)
        | Expr::Duration(_)
        | Expr::Address(_)
        | Expr::HostPort(..) => false,
        _ => true,
    };
    if bare {
        at_level(value, OPERAND, form)
    } else {
        format!("({})", expression(value, form))
    }
}

fn at_level(value: &Expr, least: u8, form: Form) -> String {
    let text = plain(value, form);
    if binds(value) < least {
        format!("({text})")
    } else {
        text
    }
}

fn binds(value: &Expr) -> u8 {
    match value {
        Expr::Not(_) => 0,
        Expr::Binary(operator, ..) => level(*operator),
        Expr::Negative(_) => SIGN,
        Expr::Int(number) if *number < 0 => SIGN,
        Expr::Float(number) if number.is_sign_negative() => SIGN,
        _ => OPERAND,
    }
}

fn plain(value: &Expr, form: Form) -> String {
    match value {
        Expr::None => "None".to_owned(),
        Expr::Bool(true) => "True".to_owned(),
        Expr::Bool(false) => "False".to_owned(),
        Expr::Int(number) => number.to_string(),
        Expr::Float(number) => format!("{number:?}"),
        Expr::Duration(nanoseconds) => duration(*nanoseconds),
        Expr::Str(text) => string(text),
        Expr::Bytes(content) => bytes(content),
        Expr::Constant(name) => named_constant(name, form),
        Expr::Name(name) => name.clone(),
        Expr::Last => "_".to_owned(),
        Expr::List(items) => match items.as_slice() {
            // `[::1]` is an address; with a comma it is a list.
            [one @ Expr::HostPort(_, None)] => format!("[{},]", expression(one, form)),
            _ => format!("[{}]", separated(items, form)),
        },
        Expr::Tuple(items) => match items.as_slice() {
            [one] => format!("({},)", expression(one, form)),
            _ => format!("({})", separated(items, form)),
        },
        Expr::Address(_) | Expr::HostPort(..) => endpoint(value),
        Expr::Binary(operator, left, right) => binary(*operator, left, right, form),
        Expr::Negative(inner) => {
            let text = at_level(inner, SIGN, form);
            // A sign in front of digits would become part of the number, and two signs the name of an option.
            let is_number = text.starts_with(|first: char| first.is_ascii_digit());
            if text.starts_with('-') || is_number && !matches!(**inner, Expr::Duration(_)) {
                format!("-({text})")
            } else {
                format!("-{text}")
            }
        }
        Expr::Not(inner) => format!("not {}", expression(inner, form)),
        Expr::Index(inner, index) => {
            format!("{}[{}]", operand(inner, form), subscript(index, form))
        }
        Expr::Slice(inner, start, end) => {
            let side = |side: &Option<Box<Expr>>| {
                side.as_ref()
                    .map_or(String::new(), |side| subscript(side, form))
            };
            format!("{}[{}:{}]", operand(inner, form), side(start), side(end))
        }
        Expr::Attribute(inner, name) => format!("{}.{name}", operand(inner, form)),
        Expr::Call(inner) => call(inner),
        Expr::Function(name, arguments) => function(name, arguments, form),
        Expr::Layer(layer) => {
            let positional = layer.positional.iter().map(|value| expression(value, form));
            let named = layer
                .named
                .iter()
                .map(|(name, value)| format!("{name}={}", expression(value, form)));
            let arguments: Vec<String> = positional.chain(named).collect();
            format!("{}({})", layer.name, arguments.join(", "))
        }
    }
}

fn separated(items: &[Expr], form: Form) -> String {
    let items: Vec<String> = items.iter().map(|item| expression(item, form)).collect();
    items.join(", ")
}

fn binary(operator: Operator, left: &Expr, right: &Expr, form: Form) -> String {
    let own = level(operator);
    // Comparisons stand alone; all others group from the left.
    let left_text = at_level(left, if own == 1 { own + 1 } else { own }, form);
    let right_text = at_level(right, own + 1, form);
    let symbol = operator.symbol();
    let tight = match operator {
        Operator::Or => is_flag(left) && is_flag(right),
        Operator::Over => is_layer(left) && is_layer(right),
        _ => false,
    };
    if tight {
        format!("{left_text}{symbol}{right_text}")
    } else {
        format!("{left_text} {symbol} {right_text}")
    }
}

fn is_flag(value: &Expr) -> bool {
    match value {
        Expr::Constant(_) => true,
        Expr::Binary(Operator::Or, left, right) => is_flag(left) && is_flag(right),
        _ => false,
    }
}

fn is_layer(value: &Expr) -> bool {
    match value {
        Expr::Layer(_) | Expr::Str(_) | Expr::Bytes(_) => true,
        Expr::Binary(Operator::Over, left, right) => is_layer(left) && is_layer(right),
        _ => false,
    }
}

/// Between the brackets of a subscript `:` separates, so an address needs brackets of its own.
fn subscript(value: &Expr, form: Form) -> String {
    if has_address(value) {
        format!("({})", expression(value, form))
    } else {
        expression(value, form)
    }
}

/// True when an address stands in the expression outside all brackets of its text.
fn has_address(value: &Expr) -> bool {
    match value {
        Expr::Address(_) | Expr::HostPort(..) => true,
        Expr::Binary(_, left, right) => has_address(left) || has_address(right),
        Expr::Negative(inner) | Expr::Not(inner) => has_address(inner),
        _ => false,
    }
}

fn function(name: &str, arguments: &[Expr], form: Form) -> String {
    match (any_named(name).map(|entry| entry.style), arguments) {
        (Some(Style::Method), [receiver, rest @ ..]) => {
            format!(
                "{}.{name}({})",
                operand(receiver, form),
                separated(rest, form)
            )
        }
        (Some(Style::Of(owner)), _) => format!("{owner}.{name}({})", separated(arguments, form)),
        _ => format!("{name}({})", separated(arguments, form)),
    }
}

/// A constant as Python spells it, with the module it lives in.
fn named_constant(name: &str, form: Form) -> String {
    if form == Form::Command {
        return name.to_owned();
    }
    let groups = constant(name).map_or(&[][..], |constant| constant.groups);
    let module = if errno::by_name(name).is_some() {
        "errno"
    } else if groups.contains(&Group::EpollOperation) {
        // Python has a method for each instead.
        return name.to_owned();
    } else if groups.contains(&Group::PollEvent)
        || groups.contains(&Group::EpollEvent)
        || name.starts_with("EPOLL")
    {
        "select"
    } else if groups.contains(&Group::Ioctl) {
        "termios"
    } else {
        "socket"
    };
    format!("{module}.{name}")
}
