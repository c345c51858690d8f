//! One call in Rust. What moves data stands in `transfer`, what waits for several descriptors in `waiting`.

use super::data::borrowed;
use super::print::print;
use crate::export::literal::hex_bytes;
use crate::export::plan::{Bytes, Kind, Op, Place, Plan, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// What the lines of a step are written with.
pub(super) struct Style<'a> {
    pub(super) plan: &'a Plan,
    /// True for a variable that is declared where it gets its value.
    pub(super) fresh: &'a dyn Fn(usize) -> bool,
}

/// The lines of a step.
pub(super) fn statement(style: &Style<'_>, step: &Step) -> Vec<String> {
    let writer = Writer { style, step };
    match &step.op {
        Op::LeftOut(reason) => vec![format!("// left out: {reason}")],
        Op::Print(shown) => vec![print(style.plan, shown)],
        Op::Sleep(nanoseconds) => vec![format!("sleep({nanoseconds});")],
        Op::Socket { .. }
        | Op::Socketpair { .. }
        | Op::Accept { .. }
        | Op::Duplicate { .. }
        | Op::Epoll { .. } => writer.makes_descriptors(),
        Op::Bind { .. }
        | Op::Connect { .. }
        | Op::Listen { .. }
        | Op::Shutdown { .. }
        | Op::Close { .. }
        | Op::OwnName { .. }
        | Op::PeerName { .. } => writer.endpoint(),
        Op::Send { .. } | Op::SendDescriptors { .. } => vec![writer.sends()],
        Op::Receive { .. } | Op::ReceiveDescriptors { .. } => writer.receives(),
        Op::SetOption { .. } | Op::GetOption { .. } | Op::Blocking { .. } => writer.option(),
        Op::Timer { .. }
        | Op::Poll { .. }
        | Op::Select { .. }
        | Op::EpollControl { .. }
        | Op::EpollWait { .. } => writer.waits(),
    }
}

/// A step, and what it is written with.
pub(super) struct Writer<'a> {
    style: &'a Style<'a>,
    pub(super) step: &'a Step,
}

impl<'a> Writer<'a> {
    /// A variable's name.
    pub(super) fn held(&self, variable: usize) -> &'a str {
        self.style.plan.name(variable)
    }

    /// Bytes as a slice.
    pub(super) fn borrowed(&self, data: &Bytes) -> String {
        borrowed(self.style.plan, data)
    }

    /// The line that gives a variable its value.
    pub(super) fn becomes(&self, variable: usize, made: &str) -> String {
        let word = match self.style.plan.variables[variable].kind {
            _ if !(self.style.fresh)(variable) => "",
            Kind::Descriptor => "let ",
            _ => "let mut ",
        };
        format!("{word}{} = {made};", self.held(variable))
    }

    pub(super) fn place(&self, place: &Place) -> String {
        match place {
            Place::Literal(address) => address_text(address),
            Place::Given(variable) => format!("&{}", self.held(*variable)),
        }
    }

    /// A call in the way its outcome in the session wants it.
    pub(super) fn outcome(&self, call: &str) -> String {
        self.step.outcome(call)
    }

    /// A call that gives a descriptor.
    fn making(&self, made: Option<usize>, call: &str) -> String {
        match made {
            Some(made) if self.step.errno.is_none() => {
                self.becomes(made, &format!("check(\"{}\", {call})", self.step.name))
            }
            _ => self.outcome(call),
        }
    }

    fn makes_descriptors(&self) -> Vec<String> {
        vec![match &self.step.op {
            Op::Socket {
                family,
                kind,
                protocol,
                made,
            } => self.making(*made, &format!("socket({family}, {kind}, {protocol})")),
            Op::Socketpair {
                family,
                kind,
                protocol,
                made,
            } => {
                let call = format!("socketpair({family}, {kind}, {protocol}, &mut pair)");
                let mut lines = vec!["let mut pair = [-1; 2];".to_owned(), self.outcome(&call)];
                if let Some((one, other)) = made {
                    lines.push(self.becomes(*one, "pair[0]"));
                    lines.push(self.becomes(*other, "pair[1]"));
                }
                return lines;
            }
            Op::Accept {
                fd,
                flags,
                made,
                from,
            } => {
                let flags = if flags.is_empty() { "0" } else { flags };
                let mut lines = Vec::new();
                let address = match from.filter(|_| self.step.errno.is_none()) {
                    Some(from) => {
                        lines.push(self.becomes(from, "Place::new()"));
                        format!("&mut {}", self.held(from))
                    }
                    None => "&mut Place::new()".to_owned(),
                };
                let call = format!("accept({}, {address}, {flags})", self.held(*fd));
                lines.push(self.making(*made, &call));
                return lines;
            }
            Op::Duplicate { fd, made } => self.making(*made, &format!("dup({})", self.held(*fd))),
            Op::Epoll { flags, made } => self.making(*made, &format!("epoll_create1({flags})")),
            _ => return Vec::new(),
        }]
    }

    fn endpoint(&self) -> Vec<String> {
        let call = match &self.step.op {
            Op::Bind { fd, to } => format!("bind({}, {})", self.held(*fd), self.place(to)),
            Op::Connect { fd, to } => format!("connect({}, {})", self.held(*fd), self.place(to)),
            Op::Listen { fd, backlog } => format!("listen({}, {backlog})", self.held(*fd)),
            Op::Shutdown { fd, how } => format!("shutdown({}, {how})", self.held(*fd)),
            Op::Close { fd } => format!("close({})", self.held(*fd)),
            Op::OwnName { fd, into } | Op::PeerName { fd, into } => {
                let (name, fd) = (self.step.name.as_str(), self.held(*fd));
                let call = self.outcome(&format!("{name}({fd}, &mut {})", self.held(*into)));
                return vec![self.becomes(*into, "Place::new()"), call];
            }
            _ => return Vec::new(),
        };
        vec![self.outcome(&call)]
    }

    fn option(&self) -> Vec<String> {
        let call = match &self.step.op {
            Op::SetOption {
                fd,
                level,
                name,
                value,
            } => format!(
                "setsockopt({}, {level}, {name}, &{})",
                self.held(*fd),
                option_text(value)
            ),
            Op::GetOption {
                fd,
                level,
                name,
                into,
            } => {
                let (fd, held) = (self.held(*fd), self.held(*into));
                let call = self.outcome(&format!("getsockopt({fd}, {level}, {name}, &mut {held})"));
                return vec![self.becomes(*into, "0"), call];
            }
            Op::Blocking { fd, on } => format!("set_blocking({}, {on})", self.held(*fd)),
            _ => return Vec::new(),
        };
        vec![self.outcome(&call)]
    }
}

fn address_text(address: &Address) -> String {
    match address {
        Address::Inet(inet) => format!("&Place::inet(\"{}\", {})", inet.ip(), inet.port()),
        Address::Inet6(inet6) => format!(
            "&Place::inet6(\"{}\", {}, {}, {})",
            inet6.ip(),
            inet6.port(),
            inet6.flowinfo(),
            inet6.scope_id()
        ),
        Address::UnixAbstract(name) => format!("&Place::unix(b\"\\x00{}\")", hex_bytes(name)),
        // The zero byte that ends a path is part of the address, as the C library counts it.
        Address::UnixPath(path) => format!("&Place::unix(b\"{}\\x00\")", hex_bytes(path)),
        _ => "&Place::new()".to_owned(),
    }
}

fn option_text(value: &OptionValue) -> String {
    match value {
        OptionValue::Int(number) => format!("ints(&[{number}])"),
        OptionValue::Linger(on, seconds) => format!("ints(&[{on}, {seconds}])"),
        OptionValue::Time(seconds, microseconds) => format!("longs(&[{seconds}, {microseconds}])"),
        OptionValue::Text(text) => format!("b\"{text}\"[..]"),
        OptionValue::Membership(group, own, interface) => {
            let word = |address: &std::net::Ipv4Addr| i32::from_ne_bytes(address.octets());
            format!("ints(&[{}, {}, {interface}])", word(group), word(own))
        }
    }
}
