//! Expressions to values. A verb inside an expression is carried out on the way.

use super::execution::{Execution, Outcome, Stop};
use super::layer::is_layer;
use super::operator;
use super::waiting::seconds_of;
use crate::catalog::constant;
use crate::command::ast::{Expr, Operator};
use crate::command::diagnostic::nearest;
use crate::value::Value;
use std::time::Duration;

impl Execution<'_> {
    /// The value of an expression. An address that is still to be resolved becomes Python's tuple (host, port).
    pub(super) fn evaluate(&mut self, expr: &Expr) -> Outcome {
        match expr {
            Expr::None => Ok(Value::None),
            Expr::Bool(truth) => Ok(Value::Bool(*truth)),
            Expr::Int(number) => Ok(Value::Int(*number)),
            Expr::Float(number) => Ok(Value::Float(*number)),
            Expr::Duration(nanoseconds) => Ok(Value::Float(
                Duration::from_nanos(*nanoseconds).as_secs_f64(),
            )),
            Expr::Str(text) => Ok(Value::Str(text.clone())),
            Expr::Bytes(bytes) => Ok(Value::Bytes(bytes.clone())),
            Expr::Constant(name) => constant_value(name),
            Expr::Name(name) => self.variable(name),
            Expr::Last => self.last(),
            Expr::List(items) => self.all(items).map(Value::List),
            Expr::Tuple(items) => self.all(items).map(Value::Tuple),
            Expr::Address(address) => Ok(Value::Address(address.clone())),
            Expr::HostPort(host, port) => Ok(host_port(host, *port)),
            Expr::Layer(_) => self.packet(expr).map(Value::Bytes),
            Expr::Binary(Operator::Over, ..) if is_layer(expr) => {
                self.packet(expr).map(Value::Bytes)
            }
            Expr::Binary(operator, left, right) => {
                let left = self.evaluate(left)?;
                let right = self.evaluate(right)?;
                operator::apply(*operator, &left, &right).map_err(Stop::Refused)
            }
            Expr::Negative(inner) => {
                let value = self.evaluate(inner)?;
                operator::negative(&value).map_err(Stop::Refused)
            }
            Expr::Not(inner) => Ok(Value::Bool(!self.evaluate(inner)?.is_true())),
            Expr::Index(whole, index) => {
                let whole = self.evaluate(whole)?;
                let index = self.evaluate(index)?;
                operator::index(&whole, &index).map_err(Stop::Refused)
            }
            Expr::Slice(whole, start, end) => {
                let whole = self.evaluate(whole)?;
                let start = self.perhaps(start.as_deref())?;
                let end = self.perhaps(end.as_deref())?;
                operator::slice(&whole, start.as_ref(), end.as_ref()).map_err(Stop::Refused)
            }
            Expr::Attribute(of, name) => {
                self.refuse_exception(of, name)?;
                let value = self.evaluate(of)?;
                self.attribute(&value, name)
            }
            Expr::Call(call) => self.perform(call),
            Expr::Function(name, args) => {
                let values = self.all(args)?;
                self.function(name, &values)
            }
        }
    }

    /// `_`: what the last command gave.
    fn last(&self) -> Outcome {
        self.engine
            .memory
            .with(|contents| contents.last.clone())
            .ok_or_else(|| Stop::because("`_` is the last result, and there is none yet"))
    }

    /// Refuses `socket.timeout` where no variable is called `socket`: it is an exception of Python.
    fn refuse_exception(&mut self, of: &Expr, name: &str) -> Result<(), Stop> {
        let named = matches!(of, Expr::Name(of) if of == "socket") && name == "timeout";
        if named && self.variable("socket").is_err() {
            return Err(Stop::because(
                "`socket.timeout` is an exception of Python, and there are none here: a call that timed out says so and the next line runs; `s.timeout` is the timeout of a socket",
            ));
        }
        Ok(())
    }

    /// The values of several expressions, from left to right.
    pub(super) fn all(&mut self, items: &[Expr]) -> Outcome<Vec<Value>> {
        items.iter().map(|item| self.evaluate(item)).collect()
    }

    fn perhaps(&mut self, expr: Option<&Expr>) -> Outcome<Option<Value>> {
        expr.map(|expr| self.evaluate(expr)).transpose()
    }

    fn variable(&self, name: &str) -> Outcome {
        let (found, near) = self.engine.memory.with(|contents| {
            let found = contents.variables.get(name).cloned();
            let near = contents
                .variables
                .keys()
                .filter(|known| strsim::damerau_levenshtein(known, name) <= 1)
                .min()
                .cloned();
            (found, near)
        });
        found.ok_or_else(|| {
            let hint = match near {
                Some(near) => format!("; there is `{near}`"),
                None => meant(name),
            };
            Stop::because(format!(
                "there is no variable `{name}` in this process{hint}"
            ))
        })
    }

    /// `value.name`: what Python's socket objects tell of themselves.
    fn attribute(&mut self, value: &Value, name: &str) -> Outcome {
        let Value::Socket(fd) = value else {
            if let Ok(found) = operator::named(value, name) {
                return Ok(found);
            }
            return Err(Stop::because(format!(
                "{} has no attribute `{name}`",
                operator::describe(value)
            )));
        };
        let Some(known) = self.descriptor(*fd) else {
            return Err(Stop::because(format!(
                "descriptor {fd} is not an open socket, so it has no `{name}`"
            )));
        };
        let constant = |number: i32, shown: String| Value::Constant {
            value: i64::from(number),
            name: shown,
        };
        match name {
            "family" => Ok(constant(known.family, super::text::family(known.family))),
            "type" => Ok(constant(known.kind, super::text::kind(known.kind))),
            "proto" => Ok(Value::Int(i64::from(known.protocol))),
            "timeout" => Ok(seconds_of(known.timeout)),
            _ => Err(Stop::because(format!(
                "a socket has no attribute `{name}`; it has family, type, proto and timeout"
            ))),
        }
    }
}

/// Python's tuple (host, port), in which `*` is every address; the host alone where no port was written.
fn host_port(host: &str, port: Option<u16>) -> Value {
    let Some(port) = port else {
        return Value::Str(host.to_owned());
    };
    let host = if host == "*" { "" } else { host };
    Value::Tuple(vec![
        Value::Str(host.to_owned()),
        Value::Int(i64::from(port)),
    ])
}

/// What a name that stands for nothing was meant to be: a constant misspelt, a host without its port, a kind of socket, text.
fn meant(name: &str) -> String {
    let is_constant = name.contains('_')
        && name
            .chars()
            .all(|next| next.is_ascii_uppercase() || next.is_ascii_digit() || next == '_');
    if is_constant {
        let names = constant::constants().map(|constant| constant.name);
        return match nearest(name, names) {
            Some(near) => format!(" and no such constant; did you mean `{near}`?"),
            None => " and no such constant".to_owned(),
        };
    }
    if let Some(constant) = constant::constant(&name.to_ascii_uppercase()) {
        return format!("; a constant is written in capitals: `{}`", constant.name);
    }
    match name {
        "NULL" | "nullptr" | "null" | "nil" => "; C's NULL is None here".to_owned(),
        "errno" => {
            "; the call that failed shows its errno, `why` says where it came from".to_owned()
        }
        "true" => "; it is written True".to_owned(),
        "false" => "; it is written False".to_owned(),
        "localhost" => "; an address needs a port: localhost:5000".to_owned(),
        "tcp" | "TCP" => "; a TCP socket is `socket AF_INET SOCK_STREAM`".to_owned(),
        "udp" | "UDP" => "; a UDP socket is `socket AF_INET SOCK_DGRAM`".to_owned(),
        _ => {
            format!("; give it a value first: `{name} = …`, or if it is text, quote it: \"{name}\"")
        }
    }
}

fn constant_value(name: &str) -> Outcome {
    match constant::constant(name) {
        Some(found) => Ok(Value::Constant {
            value: found.value,
            name: name.to_owned(),
        }),
        None => Err(Stop::because(format!("there is no constant `{name}`"))),
    }
}
