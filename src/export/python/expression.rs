//! Expressions in Python: as they were typed, but for what is spelled otherwise there.

use super::names::module;
use crate::command::ast::{Expr, Operator};
use crate::command::function::{Style, any_named};
use crate::export::at_home;
use crate::export::literal::{hex_bytes, text};
use crate::value::{Address, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// Why something has no place in the program.
pub(super) type Reason = String;

/// What is known while a program is written.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The variables by the names they were typed with: their names here, and the last value.
    pub(super) variables: BTreeMap<String, (String, Option<Value>)>,
    /// The variable that holds a descriptor.
    pub(super) descriptors: BTreeMap<i32, String>,
    /// Constants that stand in the program with their numbers.
    pub(super) numbers: BTreeSet<String>,
    /// The addresses of the lab's hosts, with their names.
    pub(super) hosts: Vec<(IpAddr, String)>,
    /// What to say about the line that is being written.
    pub(super) remarks: Vec<String>,
}

impl Known {
    /// An expression.
    pub(super) fn expression(&mut self, value: &Expr) -> Result<String, Reason> {
        self.at_level(value, 0)
    }

    /// What stands in front of a dot or a subscript.
    pub(super) fn operand(&mut self, value: &Expr) -> Result<String, Reason> {
        let written = self.at_level(value, 8)?;
        Ok(match value {
            Expr::Int(_) | Expr::Float(_) | Expr::Duration(_) => format!("({written})"),
            _ => written,
        })
    }

    fn at_level(&mut self, value: &Expr, least: u8) -> Result<String, Reason> {
        let binds = match value {
            Expr::Not(_) => 0,
            Expr::Binary(operator, ..) => crate::command::parse::level(*operator),
            Expr::Negative(_) => 7,
            Expr::Int(number) if *number < 0 => 7,
            _ => 8,
        };
        let written = self.plain(value)?;
        Ok(if binds < least {
            format!("({written})")
        } else {
            written
        })
    }

    fn plain(&mut self, value: &Expr) -> Result<String, Reason> {
        Ok(match value {
            Expr::None => "None".to_owned(),
            Expr::Bool(true) => "True".to_owned(),
            Expr::Bool(false) => "False".to_owned(),
            Expr::Int(number) => number.to_string(),
            Expr::Float(number) => format!("{number:?}"),
            Expr::Duration(nanoseconds) => seconds(*nanoseconds),
            Expr::Str(content) => format!("\"{}\"", text(&self.host_at_home(content))),
            Expr::Bytes(content) => format!("b\"{}\"", hex_bytes(content)),
            Expr::Constant(name) => self.constant(name),
            Expr::Name(name) => match self.variables.get(name) {
                Some((known, _)) => known.clone(),
                None => return Err(format!("`{name}` is not set in this program")),
            },
            Expr::Last => "_".to_owned(),
            Expr::List(items) => format!("[{}]", self.separated(items)?),
            Expr::Tuple(items) => match items.as_slice() {
                [one] => format!("({},)", self.expression(one)?),
                _ => format!("({})", self.separated(items)?),
            },
            Expr::Address(address) => self.address(address)?,
            Expr::HostPort(host, port) => {
                let host = text(if host == "*" { "" } else { host });
                match port {
                    Some(port) => format!("(\"{host}\", {port})"),
                    None => format!("\"{host}\""),
                }
            }
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right)?,
            Expr::Negative(inner) => format!("-{}", self.at_level(inner, 8)?),
            Expr::Not(inner) => format!("not {}", self.at_level(inner, 1)?),
            Expr::Index(inner, index) => {
                format!("{}[{}]", self.operand(inner)?, self.expression(index)?)
            }
            Expr::Slice(inner, start, end) => {
                let of = self.operand(inner)?;
                let mut side = |side: &Option<Box<Expr>>| match side {
                    Some(side) => self.expression(side),
                    None => Ok(String::new()),
                };
                format!("{of}[{}:{}]", side(start)?, side(end)?)
            }
            Expr::Attribute(inner, name) => format!("{}.{name}", self.operand(inner)?),
            Expr::Call(call) => self.call(call, &[])?.text,
            Expr::Function(name, arguments) => self.function(name, arguments)?,
            Expr::Layer(_) => return Err("Python's modules build no packets".to_owned()),
        })
    }

    fn separated(&mut self, items: &[Expr]) -> Result<String, Reason> {
        let items: Result<Vec<String>, Reason> =
            items.iter().map(|item| self.expression(item)).collect();
        Ok(items?.join(", "))
    }

    fn binary(&mut self, operator: Operator, left: &Expr, right: &Expr) -> Result<String, Reason> {
        let own = crate::command::parse::level(operator);
        let left = self.at_level(left, if own == 1 { own + 1 } else { own })?;
        let right = self.at_level(right, own + 1)?;
        if operator == Operator::Over {
            return Err("Python's modules build no packets".to_owned());
        }
        let symbol = operator.symbol();
        Ok(format!("{left} {symbol} {right}"))
    }

    fn function(&mut self, name: &str, arguments: &[Expr]) -> Result<String, Reason> {
        Ok(
            match (any_named(name).map(|entry| entry.style), arguments) {
                (Some(Style::Method), [receiver, rest @ ..]) => {
                    // A method of bytes takes bytes, though text was typed.
                    let of_bytes = !self.is_text(receiver) && name != "format";
                    let receiver = self.operand(receiver)?;
                    let rest: Result<Vec<String>, Reason> = rest
                        .iter()
                        .map(|item| match item {
                            Expr::Str(_)
                                if of_bytes
                                    && !matches!(
                                        name,
                                        "decode" | "append" | "index" | "count" | "remove"
                                    ) =>
                            {
                                self.data(item)
                            }
                            _ => self.expression(item),
                        })
                        .collect();
                    format!("{receiver}.{name}({})", rest?.join(", "))
                }
                (Some(Style::Of(owner)), _) => {
                    format!("{owner}.{name}({})", self.separated(arguments)?)
                }
                _ => format!("{name}({})", self.separated(arguments)?),
            },
        )
    }

    /// A constant with its module, or its bare name, for which the program then has a number.
    pub(super) fn constant(&mut self, name: &str) -> String {
        if let Some(module) = module(name) {
            format!("{module}.{name}")
        } else {
            self.numbers.insert(name.to_owned());
            name.to_owned()
        }
    }

    /// What is sent: bytes, where text was typed too.
    pub(super) fn data(&mut self, value: &Expr) -> Result<String, Reason> {
        match value {
            Expr::Str(content) => Ok(format!("b\"{}\"", hex_bytes(content.as_bytes()))),
            Expr::Binary(operator @ (Operator::Plus | Operator::Times), left, right) => {
                let symbol = if *operator == Operator::Plus {
                    '+'
                } else {
                    '*'
                };
                let side = |known: &mut Self, side: &Expr| {
                    let written = match (operator, side) {
                        (Operator::Times, Expr::Str(_)) | (Operator::Plus, _) => {
                            known.data(side)?
                        }
                        _ => known.at_level(side, 5)?,
                    };
                    Ok::<String, Reason>(match side {
                        Expr::Binary(inner, ..)
                            if inner != operator && !written.starts_with('(') =>
                        {
                            format!("({written})")
                        }
                        _ => written,
                    })
                };
                let left = side(self, left)?;
                Ok(format!("{left} {symbol} {}", side(self, right)?))
            }
            other if self.is_text(other) => Ok(format!("{}.encode()", self.operand(other)?)),
            other => self.expression(other),
        }
    }

    /// True for what is text in Python, as far as can be told.
    fn is_text(&self, value: &Expr) -> bool {
        match value {
            Expr::Str(_) => true,
            Expr::Name(name) => matches!(self.variables.get(name), Some((_, Some(Value::Str(_))))),
            Expr::Binary(Operator::Plus | Operator::Times, left, right) => {
                self.is_text(left) || self.is_text(right)
            }
            Expr::Slice(inner, ..) => self.is_text(inner),
            Expr::Function(name, arguments) => match name.as_str() {
                "decode" | "str" | "repr" | "chr" | "hex" | "bin" | "ascii" | "format"
                | "strerror" => true,
                "upper" | "lower" | "title" | "strip" | "lstrip" | "rstrip" | "replace"
                | "join" => arguments.first().is_some_and(|first| self.is_text(first)),
                _ => false,
            },
            _ => false,
        }
    }

    /// Text that is the address of a host of the lab, as it is here; any other as it stands.
    fn host_at_home(&mut self, content: &str) -> String {
        let Ok(ip) = content.parse::<IpAddr>() else {
            return content.to_owned();
        };
        let Some((_, name)) = self.hosts.iter().find(|(host, _)| *host == ip) else {
            return content.to_owned();
        };
        let remark = format!("{content} of host {name} in the lab");
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
        let wire: Vec<IpAddr> = self.hosts.iter().map(|(ip, _)| *ip).collect();
        let here = at_home(&Address::from(SocketAddr::new(ip, 0)), &wire);
        here.ip().unwrap_or(ip).to_string()
    }

    /// A socket address as Python's tuple or path.
    pub(super) fn address(&mut self, address: &Address) -> Result<String, Reason> {
        let wire: Vec<IpAddr> = self.hosts.iter().map(|(ip, _)| *ip).collect();
        let here = at_home(address, &wire);
        if here != *address {
            let host = self.hosts.iter().find(|(ip, _)| Some(*ip) == address.ip());
            let name = host.map_or("", |(_, name)| name.as_str());
            let remark = format!("{address} of host {name} in the lab");
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
        Ok(match &here {
            Address::Inet(inet) => format!("(\"{}\", {})", inet.ip(), inet.port()),
            Address::Inet6(inet6) => match (inet6.flowinfo(), inet6.scope_id()) {
                (0, 0) => format!("(\"{}\", {})", inet6.ip(), inet6.port()),
                (flow, scope) => {
                    format!("(\"{}\", {}, {flow}, {scope})", inet6.ip(), inet6.port())
                }
            },
            Address::UnixPath(path) => match std::str::from_utf8(path) {
                Ok(path) => format!("\"{}\"", text(path)),
                Err(_) => format!("b\"{}\"", hex_bytes(path)),
            },
            Address::UnixAbstract(name) => match std::str::from_utf8(name) {
                Ok(name) => format!("\"\\x00{}\"", text(name)),
                Err(_) => format!("b\"\\x00{}\"", hex_bytes(name)),
            },
            Address::UnixUnnamed => "\"\"".to_owned(),
            Address::Netlink { pid, groups } => format!("({pid}, {groups})"),
            Address::Packet {
                interface,
                protocol,
                ..
            } if !interface.is_empty() => format!("(\"{}\", {protocol:#06x})", text(interface)),
            _ => return Err("Python has no form for this address".to_owned()),
        })
    }
}

/// A time in seconds.
pub(super) fn seconds(nanoseconds: u64) -> String {
    let whole = nanoseconds as f64 / 1e9;
    format!("{whole:?}")
}
