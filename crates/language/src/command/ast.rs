//! A line of the command language after parsing: what is to be done, with no trace of which spelling was typed.

use crate::catalog::verb::Verb;
use serde::{Deserialize, Serialize};
use socklab_events::value::Address;

/// One command of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The process named in front (`server> …`); `None` for the prompt's own.
    pub process: Option<String>,
    /// Names the result is given to: `conn, addr = …`.
    pub targets: Vec<String>,
    /// What is to be done.
    pub action: Action,
    /// True when a trailing `&` asks for a thread of its own.
    pub background: bool,
    /// The text it was parsed from, without the process prefix.
    pub text: String,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// A verb with its arguments.
    Call(Call),
    /// An expression to evaluate (and to assign, or to show).
    Evaluate(Expr),
    /// `repeat N { … }`.
    Repeat(Expr, Vec<Command>),
    /// `name>` alone: make it the prompt's process.
    Switch,
}

/// A verb and its arguments, bound to the parameters of its catalog entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The verb.
    pub verb: Verb,
    /// One entry for each parameter of the catalog entry, in its order; `None` where it was left out.
    /// A variadic parameter holds an `Expr::List`. A parameter that takes words, a filter or the rest of the line holds `Expr::Str`.
    pub args: Vec<Option<Expr>>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// `5000`, `0x1f`, `64k`.
    Int(i64),
    /// `1.5`.
    Float(f64),
    /// `200ms`, `1.5s`: nanoseconds.
    Duration(u64),
    /// `"…"`.
    Str(String),
    /// `b"…"`, `x"de ad"`.
    Bytes(Vec<u8>),
    /// A constant of the catalog by its C name: `AF_INET`.
    Constant(String),
    /// A variable.
    Name(String),
    /// `_`: the last result.
    Last,
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `(a, b)`.
    Tuple(Vec<Expr>),
    /// A literal socket address that needs no look-up: `127.0.0.1:5000`, `[::1]:5000`, `./x.sock`, `@name`.
    Address(Address),
    /// `localhost:5000`, `:5000`, `*:5000`, `10.0.0.2`: host (empty or `*` is any) and port, to be resolved for the socket's family.
    HostPort(String, Option<u16>),
    /// `a | b`, `b"x" * 3`, `a + b`, `icmp(…)/"ping"`.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `-x`.
    Negative(Box<Expr>),
    /// `not x`.
    Not(Box<Expr>),
    /// `x[0]`.
    Index(Box<Expr>, Box<Expr>),
    /// `x[1:5]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `s.family`.
    Attribute(Box<Expr>, String),
    /// A verb used as a value: `socket.gethostname()` inside an argument.
    Call(Box<Call>),
    /// A built-in function or a method of a value: `len(x)`, `repr(x)`, `data.decode()` (the value is the first argument).
    Function(String, Vec<Expr>),
    /// A packet layer: `tcp(dport=5000, flags=S)`.
    Layer(Layer),
}

impl Action {
    /// The names it uses as variables, in the order they stand; of a `repeat` only its count.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        match self {
            Self::Call(call) => call.names(&mut names),
            Self::Evaluate(expr) | Self::Repeat(expr, _) => expr.names(&mut names),
            Self::Switch => {}
        }
        names
    }
}

impl Call {
    fn names<'a>(&'a self, names: &mut Vec<&'a str>) {
        for arg in self.args.iter().flatten() {
            arg.names(names);
        }
    }
}

impl Expr {
    fn names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Name(name) => names.push(name),
            Self::List(items) | Self::Tuple(items) | Self::Function(_, items) => {
                for item in items {
                    item.names(names);
                }
            }
            Self::Binary(_, one, other) | Self::Index(one, other) => {
                one.names(names);
                other.names(names);
            }
            Self::Negative(inner) | Self::Not(inner) | Self::Attribute(inner, _) => {
                inner.names(names);
            }
            Self::Slice(of, start, end) => {
                of.names(names);
                for end in [start, end].into_iter().flatten() {
                    end.names(names);
                }
            }
            Self::Call(call) => call.names(names),
            // Words of a layer are the layer's own.
            _ => {}
        }
    }
}

/// A packet layer as it was written; `packet::build` gives the names their meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// `eth`, `arp`, `ip`, `ip6`, `icmp`, `icmp6`, `tcp`, `udp`, `dns`, `igmp`.
    pub name: String,
    /// Arguments without a name (`echo` in `icmp(echo, id=1)`); bare words stay `Expr::Name`.
    pub positional: Vec<Expr>,
    /// `id=1`: fields by name; bare words (`flags=S`) stay `Expr::Name`.
    pub named: Vec<(String, Expr)>,
}

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `|`
    Or,
    /// `&` (only where it cannot be the background mark)
    And,
    /// `*`
    Times,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `/`: puts one packet layer on another.
    Over,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
}

impl Operator {
    /// How it is written, in this language and in Python.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "|",
            Self::And => "&",
            Self::Times => "*",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Over => "/",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
        }
    }
}
