//! One call in C. What moves data stands in `transfer`, what waits for several descriptors in `waiting`.

use super::print::print;
use crate::export::literal::c_bytes;
use crate::export::plan::{Op, Place, Plan, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// The lines of a step.
pub(super) fn statement(plan: &Plan, step: &Step) -> Vec<String> {
    let writer = Writer { plan, step };
    match &step.op {
        Op::LeftOut(reason) => vec![format!("/* left out: {} */", super::inside(reason))],
        Op::Print(shown) => print(plan, shown),
        Op::Sleep(nanoseconds) => vec![format!("usleep({});", nanoseconds / 1000)],
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
        Op::Send { .. } | Op::SendDescriptors { .. } => writer.sends(),
        Op::Receive { .. } | Op::ReceiveDescriptors { .. } => writer.receives(),
        Op::SetOption { .. } | Op::GetOption { .. } | Op::Blocking { .. } => writer.option(),
        Op::Timer { .. }
        | Op::Poll { .. }
        | Op::Select { .. }
        | Op::EpollControl { .. }
        | Op::EpollWait { .. } => writer.waits(),
    }
}

/// A step and the plan it belongs to.
pub(super) struct Writer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) step: &'a Step,
}

impl Writer<'_> {
    /// A variable's name.
    pub(super) fn held(&self, variable: usize) -> &str {
        self.plan.name(variable)
    }

    /// A call in the way its outcome in the session wants it.
    pub(super) fn outcome(&self, call: &str) -> String {
        self.step.outcome(call)
    }

    /// A call that gives a descriptor.
    fn making(&self, made: Option<usize>, call: &str) -> String {
        match made {
            Some(made) if self.step.errno.is_none() => {
                format!("{} = {}", self.held(made), self.outcome(call))
            }
            _ => self.outcome(call),
        }
    }

    /// A call that names an address: `call` is given the variable that holds it.
    pub(super) fn to_place(&self, to: &Place, call: impl Fn(&str) -> String) -> Vec<String> {
        match to {
            Place::Given(variable) => vec![self.outcome(&call(self.held(*variable)))],
            Place::Literal(address) => vec![
                "{".to_owned(),
                format!("    struct place to = {};", address_text(address)),
                format!("    {}", self.outcome(&call("to"))),
                "}".to_owned(),
            ],
        }
    }

    /// A call that gives an address: `call` is given where the kernel puts it and its length.
    pub(super) fn captures(
        &self,
        into: Option<usize>,
        call: impl Fn(&str, &str) -> String,
    ) -> Vec<String> {
        let Some(variable) = into else {
            return vec![call("NULL", "NULL")];
        };
        let name = self.held(variable);
        vec![
            format!("{name}.length = sizeof {name}.address;"),
            call(
                &format!("(struct sockaddr *)&{name}.address"),
                &format!("&{name}.length"),
            ),
        ]
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
            } => return self.pair(&format!("{family}, {kind}, {protocol}"), *made),
            Op::Accept {
                fd,
                flags,
                made,
                from,
            } => {
                let fd = self.held(*fd);
                return self.captures(*from, |address, length| {
                    let call = if flags.is_empty() {
                        format!("accept({fd}, {address}, {length})")
                    } else {
                        format!("accept4({fd}, {address}, {length}, {flags})")
                    };
                    self.making(*made, &call)
                });
            }
            Op::Duplicate { fd, made } => self.making(*made, &format!("dup({})", self.held(*fd))),
            Op::Epoll { flags, made } => self.making(*made, &format!("epoll_create1({flags})")),
            _ => return Vec::new(),
        }]
    }

    fn pair(&self, what: &str, made: Option<(usize, usize)>) -> Vec<String> {
        let call = self.outcome(&format!("socketpair({what}, pair)"));
        let mut lines = vec![
            "{".to_owned(),
            "    int pair[2];".to_owned(),
            format!("    {call}"),
        ];
        if let Some((one, other)) = made {
            lines.push(format!("    {} = pair[0];", self.held(one)));
            lines.push(format!("    {} = pair[1];", self.held(other)));
        }
        lines.push("}".to_owned());
        lines
    }

    fn endpoint(&self) -> Vec<String> {
        let name = self.step.name.as_str();
        vec![match &self.step.op {
            Op::Bind { fd, to } => return self.named("bind", *fd, to),
            Op::Connect { fd, to } => return self.named("connect", *fd, to),
            Op::OwnName { fd, into } | Op::PeerName { fd, into } => {
                let fd = self.held(*fd);
                return self.captures(Some(*into), |address, length| {
                    self.outcome(&format!("{name}({fd}, {address}, {length})"))
                });
            }
            Op::Listen { fd, backlog } => {
                self.outcome(&format!("listen({}, {backlog})", self.held(*fd)))
            }
            Op::Shutdown { fd, how } => {
                self.outcome(&format!("shutdown({}, {how})", self.held(*fd)))
            }
            Op::Close { fd } => self.outcome(&format!("close({})", self.held(*fd))),
            _ => return Vec::new(),
        }]
    }

    /// bind(2) or connect(2).
    fn named(&self, function: &str, fd: usize, to: &Place) -> Vec<String> {
        let fd = self.held(fd);
        self.to_place(to, |to| {
            format!("{function}({fd}, (struct sockaddr *)&{to}.address, {to}.length)")
        })
    }

    fn option(&self) -> Vec<String> {
        vec![match &self.step.op {
            Op::SetOption {
                fd,
                level,
                name,
                value,
            } => {
                let (declared, what) = option_text(value);
                let fd = self.held(*fd);
                let call = self.outcome(&format!("setsockopt({fd}, {level}, {name}, {what})"));
                return vec![
                    "{".to_owned(),
                    format!("    {declared}"),
                    format!("    {call}"),
                    "}".to_owned(),
                ];
            }
            Op::GetOption {
                fd,
                level,
                name,
                into,
            } => self.outcome(&format!(
                "getsockopt({}, {level}, {name}, &{}, &(socklen_t){{sizeof(int)}})",
                self.held(*fd),
                self.held(*into)
            )),
            Op::Blocking { fd, on } => self.outcome(&format!(
                "set_blocking({}, {})",
                self.held(*fd),
                i32::from(*on)
            )),
            _ => return Vec::new(),
        }]
    }
}

fn address_text(address: &Address) -> String {
    match address {
        Address::Inet(inet) => format!("inet4(\"{}\", {})", inet.ip(), inet.port()),
        Address::Inet6(inet6) => format!(
            "inet6(\"{}\", {}, {}, {})",
            inet6.ip(),
            inet6.port(),
            inet6.flowinfo(),
            inet6.scope_id()
        ),
        Address::UnixAbstract(name) => {
            format!("unix_path(\"\\000{}\", {})", c_bytes(name), name.len() + 1)
        }
        // The zero byte that ends a path is part of the address, as the C library counts it.
        Address::UnixPath(path) => format!("unix_path(\"{}\", {})", c_bytes(path), path.len() + 1),
        _ => "{.length = 0}".to_owned(),
    }
}

/// A declaration of the value, and the last two arguments.
fn option_text(value: &OptionValue) -> (String, &'static str) {
    match value {
        OptionValue::Int(number) => (format!("int value = {number};"), "&value, sizeof value"),
        OptionValue::Linger(on, seconds) => (
            format!("struct linger value = {{.l_onoff = {on}, .l_linger = {seconds}}};"),
            "&value, sizeof value",
        ),
        OptionValue::Time(seconds, microseconds) => (
            format!("struct timeval value = {{.tv_sec = {seconds}, .tv_usec = {microseconds}}};"),
            "&value, sizeof value",
        ),
        OptionValue::Text(text) => (
            format!("char value[] = \"{text}\";"),
            "value, sizeof value - 1",
        ),
        OptionValue::Membership(group, own, interface) => (
            format!(
                "struct ip_mreqn value = {{.imr_multiaddr.s_addr = inet_addr(\"{group}\"), .imr_address.s_addr = inet_addr(\"{own}\"), .imr_ifindex = {interface}}};"
            ),
            "&value, sizeof value",
        ),
    }
}
