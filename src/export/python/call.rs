//! Calls in Python: nearly all are spelled as in the lab's call form; here is what is not.

use super::expression::{Known, Reason, seconds};
use crate::catalog::parameter::{Kind, Need, Parameter};
use crate::catalog::verb::{Spelling, Verb};
use crate::command::ast::{Call, Expr};
use crate::event::CallEvent;
use crate::export::literal::text;
use crate::export::reading::{OptionValue, is_number, option_value};
use crate::value::Address;
use std::fmt::Write as _;

/// A call as an expression.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) text: String,
    /// Its value is what one asked for: alone on a line it is printed, as at Python's own prompt.
    pub(super) answers: bool,
}

impl Known {
    /// A call with what the kernel was really asked, where that is known.
    pub(super) fn call(&mut self, call: &Call, made: &[&CallEvent]) -> Result<Written, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let text = match call.verb {
            Verb::Poller => "select.poll()".to_owned(),
            Verb::Print => {
                let mut items = vec![self.items(arg(0))?];
                items.retain(|items| !items.is_empty());
                for (name, value) in [("sep", arg(1)), ("end", arg(2))] {
                    if let Some(value) = value {
                        items.push(format!("{name}={}", self.expression(value)?));
                    }
                }
                format!("print({})", items.join(", "))
            }
            Verb::Sleep => {
                let time = self.time(arg(0), 1.0)?;
                format!("time.sleep({time})")
            }
            Verb::Poll => self.poll(call)?,
            Verb::EpollWait => {
                let most = arg(1).map_or(Ok("64".to_owned()), |most| self.expression(most))?;
                let time = self.time(arg(2), 1.0)?;
                format!("{}.poll({time}, {most})", self.socket(arg(0))?)
            }
            Verb::EpollCtl => self.epoll_ctl(call)?,
            Verb::Epoll => match arg(1) {
                Some(flags) => format!("select.epoll(flags={})", self.expression(flags)?),
                None => "select.epoll()".to_owned(),
            },
            Verb::Setsockopt => {
                let value = self.option(call, made)?;
                let (level, name) = (self.needed(arg(1))?, self.needed(arg(2))?);
                format!(
                    "{}.setsockopt({level}, {name}, {value})",
                    self.socket(arg(0))?
                )
            }
            Verb::Getsockopt => self.getsockopt(call, made)?,
            Verb::Sendmsg => self.sendmsg(call)?,
            Verb::Sendto => self.sendto(call, made)?,
            Verb::Sendfile => format!(
                "{}.sendfile(open({}, \"rb\"))",
                self.socket(arg(0))?,
                self.needed(arg(1))?
            ),
            Verb::Ioctl => match arg(1) {
                Some(Expr::Constant(name)) if name == "FIONREAD" || name == "SIOCATMARK" => {
                    let request = self.constant(name);
                    let socket = self.socket(arg(0))?;
                    format!("struct.unpack(\"i\", fcntl.ioctl({socket}, {request}, bytes(4)))[0]")
                }
                _ => return Err("this ioctl takes a structure".to_owned()),
            },
            Verb::Close => format!("{}.close()", self.socket(arg(0))?),
            _ => self.plain_call(call, made)?,
        };
        Ok(Written {
            text,
            answers: answers(call.verb),
        })
    }

    /// A call whose arguments are Python's in Python's order.
    fn plain_call(&mut self, call: &Call, made: &[&CallEvent]) -> Result<String, Reason> {
        let entry = call.verb.entry();
        let mut given = entry.parameters.iter().zip(&call.args).collect::<Vec<_>>();
        let head = match entry.spelling {
            Spelling::Module(module) => format!("{module}.{}", entry.name),
            Spelling::Method => {
                let receiver = given.remove(0).1.as_ref();
                let receiver = match entry.parameters[0].kind {
                    Kind::Socket | Kind::Any | Kind::Waitable => self.socket(receiver)?,
                    _ => self.needed(receiver)?,
                };
                format!("{receiver}.{}", entry.name)
            }
            Spelling::Plain | Spelling::Command => return Err("the lab's own command".to_owned()),
        };
        let mut written = Vec::new();
        let mut gap = false;
        for (parameter, value) in given {
            let Some(value) = value else {
                // Python has no default size for these.
                if parameter.name == "bufsize" {
                    written.push("4096".to_owned());
                } else {
                    gap = true;
                }
                continue;
            };
            // Python's accept takes no flags, and sets SOCK_CLOEXEC by itself.
            if call.verb == Verb::Accept {
                continue;
            }
            let text = self.argument(parameter, value, made)?;
            let by_name = gap || matches!(parameter.need, Need::Keyword(_));
            written.push(if by_name {
                format!("{}={text}", parameter.name)
            } else {
                text
            });
        }
        Ok(format!("{head}({})", written.join(", ")))
    }

    fn argument(
        &mut self,
        parameter: &Parameter,
        value: &Expr,
        made: &[&CallEvent],
    ) -> Result<String, Reason> {
        match parameter.kind {
            Kind::Address => self.place(value, made),
            Kind::Data => self.data(value),
            Kind::Seconds => self.time(Some(value), 1.0),
            Kind::Socket => self.socket(Some(value)),
            Kind::Sockets => match value {
                Expr::List(items) | Expr::Tuple(items) => {
                    let items: Result<Vec<String>, Reason> =
                        items.iter().map(|item| self.socket(Some(item))).collect();
                    Ok(format!("[{}]", items?.join(", ")))
                }
                one => self.expression(one),
            },
            Kind::Buffers => self.buffers(value),
            _ => self.expression(value),
        }
    }

    /// An address: the variable that holds it, or as it was typed; where the lab resolved it, what that gave.
    fn place(&mut self, value: &Expr, made: &[&CallEvent]) -> Result<String, Reason> {
        let used = made.iter().rev().find_map(|call| {
            let own = call.name == "bind";
            if own {
                call.local.as_ref()
            } else {
                call.peer.as_ref()
            }
        });
        let is_host = |name: &str| {
            let ip = name.parse::<std::net::IpAddr>().ok();
            let hosts = &self.hosts;
            hosts
                .iter()
                .any(|(known, host)| host == name || Some(*known) == ip)
        };
        match (value, used) {
            (Expr::HostPort(host, Some(_)), Some(used)) if is_host(host) => self.address(used),
            (Expr::Address(_), Some(used)) => self.address(used),
            (Expr::HostPort(host, Some(port)), Some(Address::Inet6(_)))
                if host.is_empty() || host == "*" =>
            {
                Ok(format!("(\"::\", {port})"))
            }
            (Expr::Tuple(items), Some(used))
                if matches!(items.first(), Some(Expr::Str(host)) if is_host(host))
                    && items[1..].iter().all(|item| matches!(item, Expr::Int(_))) =>
            {
                self.address(used)
            }
            _ => self.expression(value),
        }
    }

    /// A socket: its variable, or the one that holds the descriptor typed.
    fn socket(&mut self, value: Option<&Expr>) -> Result<String, Reason> {
        match value {
            Some(Expr::Int(number)) => {
                let fd = i32::try_from(*number).unwrap_or(-1);
                let known = self.descriptors.get(&fd).cloned();
                known.ok_or_else(|| format!("descriptor {number} is none of this program's"))
            }
            Some(value) => self.operand(value),
            None => Err("no socket was named".to_owned()),
        }
    }

    fn needed(&mut self, value: Option<&Expr>) -> Result<String, Reason> {
        value.map_or_else(
            || Err("an argument is missing".to_owned()),
            |value| self.expression(value),
        )
    }

    fn items(&mut self, value: Option<&Expr>) -> Result<String, Reason> {
        match value {
            Some(Expr::List(items)) => {
                let items: Result<Vec<String>, Reason> =
                    items.iter().map(|item| self.expression(item)).collect();
                Ok(items?.join(", "))
            }
            Some(one) => self.expression(one),
            None => Ok(String::new()),
        }
    }

    /// A time, in units of so many seconds.
    fn time(&mut self, value: Option<&Expr>, unit: f64) -> Result<String, Reason> {
        Ok(match value {
            None => "None".to_owned(),
            Some(Expr::Duration(nanoseconds)) if (unit - 1.0).abs() > 0.5 => {
                format!("{}", *nanoseconds as f64 / 1e9 / unit)
            }
            Some(Expr::Duration(nanoseconds)) => seconds(*nanoseconds),
            Some(value) => self.expression(value)?,
        })
    }

    fn poll(&mut self, call: &Call) -> Result<String, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let mut items = match arg(0) {
            Some(Expr::List(items) | Expr::Tuple(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let mut timeout = arg(1).cloned();
        if timeout.is_none()
            && items.len() > 1
            && matches!(
                items.last(),
                Some(Expr::Int(_) | Expr::Float(_) | Expr::Duration(_) | Expr::None)
            )
        {
            timeout = items.pop();
        }
        if let [Expr::List(inner) | Expr::Tuple(inner)] = &items[..] {
            items = inner.clone();
        }
        if let [Expr::Name(name)] = &items[..] {
            let value = self
                .variables
                .get(name)
                .and_then(|(_, value)| value.clone());
            let unit = match value {
                Some(crate::value::Value::Poller(_)) => Some(0.001),
                Some(crate::value::Value::Epoll(_)) => Some(1.0),
                _ => None,
            };
            if let Some(unit) = unit {
                let time = self.time(timeout.as_ref(), unit)?;
                return Ok(format!("{}.poll({time})", self.operand(&items[0])?));
            }
        }
        let sockets: Result<Vec<String>, Reason> =
            items.iter().map(|item| self.socket(Some(item))).collect();
        let time = self.time(timeout.as_ref(), 1.0)?;
        let events = match arg(2) {
            Some(events) => format!(", {}", self.expression(events)?),
            None => String::new(),
        };
        Ok(format!("poll([{}], {time}{events})", sockets?.join(", ")))
    }

    fn epoll_ctl(&mut self, call: &Call) -> Result<String, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let method = match arg(1) {
            Some(Expr::Constant(name)) if name == "EPOLL_CTL_ADD" => "register",
            Some(Expr::Constant(name)) if name == "EPOLL_CTL_MOD" => "modify",
            Some(Expr::Constant(name)) if name == "EPOLL_CTL_DEL" => "unregister",
            _ => return Err("Python has a method for each operation".to_owned()),
        };
        let (epoll, socket) = (self.socket(arg(0))?, self.socket(arg(2))?);
        Ok(match arg(3) {
            Some(events) => format!("{epoll}.{method}({socket}, {})", self.expression(events)?),
            None => format!("{epoll}.{method}({socket})"),
        })
    }

    /// The value of an option: a structure is packed.
    fn option(&mut self, call: &Call, made: &[&CallEvent]) -> Result<String, Reason> {
        let value = call.args.get(3).and_then(Option::as_ref);
        let kernel = made.last().and_then(|call| option_value(call.args.get(3)?));
        if let Some(
            Expr::Int(_) | Expr::Bool(_) | Expr::Constant(_) | Expr::Bytes(_) | Expr::Binary(..),
        ) = value
            && matches!(kernel, Some(OptionValue::Int(_)) | None)
        {
            return self.needed(value);
        }
        Ok(match kernel {
            Some(OptionValue::Int(_)) if matches!(value, Some(Expr::Name(_))) => {
                self.needed(value)?
            }
            Some(OptionValue::Int(number)) => number.to_string(),
            Some(OptionValue::Linger(on, seconds)) => {
                format!("struct.pack(\"ii\", {on}, {seconds})")
            }
            Some(OptionValue::Time(seconds, microseconds)) => {
                format!("struct.pack(\"ll\", {seconds}, {microseconds})")
            }
            Some(OptionValue::Text(name)) => format!("b\"{}\"", text(&name)),
            Some(OptionValue::Membership(group, own, interface)) => {
                let addresses =
                    format!("socket.inet_aton(\"{group}\") + socket.inet_aton(\"{own}\")");
                if interface == 0 {
                    addresses
                } else {
                    format!("{addresses} + struct.pack(\"i\", {interface})")
                }
            }
            None => return Err("the value is a structure that Python has no form for".to_owned()),
        })
    }

    fn getsockopt(&mut self, call: &Call, made: &[&CallEvent]) -> Result<String, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let (level, name) = (self.needed(arg(1))?, self.needed(arg(2))?);
        let head = format!("{}.getsockopt({level}, {name}", self.socket(arg(0))?);
        if made.is_empty() {
            // A call inside an expression.
            return match arg(2) {
                Some(Expr::Constant(name)) if STRUCTURES.contains(&name.as_str()) => {
                    Err("inside an expression this option's structure has no form".to_owned())
                }
                _ => Ok(format!("{head})")),
            };
        }
        if let Some(room) = arg(3) {
            return Ok(format!("{head}, {})", self.expression(room)?));
        }
        Ok(
            match made.last().and_then(|call| option_value(call.args.get(3)?)) {
                Some(OptionValue::Linger(..)) => format!("struct.unpack(\"ii\", {head}, 8))"),
                Some(OptionValue::Time(..)) => format!("struct.unpack(\"ll\", {head}, 16))"),
                Some(OptionValue::Text(_)) => format!("{head}, 64).rstrip(b\"\\0\").decode()"),
                _ if made
                    .last()
                    .and_then(|call| call.args.get(3))
                    .is_some_and(|value| is_number(value)) =>
                {
                    format!("{head})")
                }
                _ if made.last().is_some_and(|call| call.errno.is_some()) => format!("{head})"),
                _ => {
                    self.remarks.push("the structure's bytes".to_owned());
                    format!("{head}, 256)")
                }
            },
        )
    }

    fn sendto(&mut self, call: &Call, made: &[&CallEvent]) -> Result<String, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let head = format!("{}.sendto(", self.socket(arg(0))?);
        let data = match arg(1) {
            Some(data) => self
                .data(data)
                .or_else(|reason| self.packet(made).ok_or(reason))?,
            None => return Err("nothing to send".to_owned()),
        };
        let to = match arg(2) {
            Some(to) => self.place(to, made)?,
            None => return Err("no address".to_owned()),
        };
        Ok(match arg(3) {
            Some(flags) => format!("{head}{data}, {}, {to})", self.expression(flags)?),
            None => format!("{head}{data}, {to})"),
        })
    }

    /// A packet that the lab built, as its bytes.
    fn packet(&mut self, made: &[&CallEvent]) -> Option<String> {
        let call = made.last()?;
        let bytes = call.data.as_ref()?;
        // A longer one is not known to its end.
        if i64::try_from(bytes.len()).ok()? != call.result {
            return None;
        }
        self.remarks
            .push("the bytes of the packet that was typed".to_owned());
        Some(format!("b\"{}\"", crate::export::literal::hex_bytes(bytes)))
    }

    fn buffers(&mut self, value: &Expr) -> Result<String, Reason> {
        match value {
            Expr::List(items) => {
                let items: Result<Vec<String>, Reason> =
                    items.iter().map(|item| self.data(item)).collect();
                Ok(format!("[{}]", items?.join(", ")))
            }
            Expr::Name(_) => self.expression(value).map(|name| format!("[{name}]")),
            one => Ok(format!("[{}]", self.data(one)?)),
        }
    }

    fn sendmsg(&mut self, call: &Call) -> Result<String, Reason> {
        let arg = |place: usize| call.args.get(place).and_then(Option::as_ref);
        let mut text = format!(
            "{}.sendmsg({}",
            self.socket(arg(0))?,
            self.buffers(arg(1).unwrap_or(&Expr::None))?
        );
        let mut messages = Vec::new();
        if let Some(Expr::List(items)) = arg(2) {
            for item in items {
                let Expr::Tuple(parts) = item else {
                    return Err("ancillary data are tuples of level, type and data".to_owned());
                };
                let [level, kind, data] = &parts[..] else {
                    return Err("ancillary data are tuples of level, type and data".to_owned());
                };
                messages.push(format!(
                    "({}, {}, {})",
                    self.expression(level)?,
                    self.expression(kind)?,
                    self.control(data)?
                ));
            }
        }
        if let Some(sockets) = arg(5) {
            messages.push(format!(
                "(socket.SOL_SOCKET, socket.SCM_RIGHTS, {})",
                self.control(sockets)?
            ));
        }
        if let Some(ids) = arg(6) {
            let ids = self.expression(ids)?;
            self.remarks.push(format!(
                "the ids of this process; in the session they were {ids}"
            ));
            messages.push(
                "(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, struct.pack(\"3i\", os.getpid(), os.getuid(), os.getgid()))"
                    .to_owned(),
            );
        }
        if !messages.is_empty() || arg(3).is_some() || arg(4).is_some() {
            let _ = write!(text, ", [{}]", messages.join(", "));
        }
        if arg(3).is_some() || arg(4).is_some() {
            let flags = arg(3).map_or(Ok("0".to_owned()), |flags| self.expression(flags))?;
            let _ = write!(text, ", {flags}");
        }
        if let Some(to) = arg(4) {
            let _ = write!(text, ", {}", self.place(to, &[])?);
        }
        text.push(')');
        Ok(text)
    }

    /// The data of a control message.
    fn control(&mut self, data: &Expr) -> Result<String, Reason> {
        match data {
            Expr::List(items) => {
                let items: Result<Vec<String>, Reason> = items
                    .iter()
                    .map(|item| match item {
                        Expr::Call(call) if call.verb == Verb::Fileno => self.expression(item),
                        Expr::Int(fd) => Ok(fd.to_string()),
                        _ => Ok(format!("{}.fileno()", self.socket(Some(item))?)),
                    })
                    .collect();
                Ok(format!("array.array(\"i\", [{}])", items?.join(", ")))
            }
            Expr::Int(_) | Expr::Constant(_) => {
                Ok(format!("struct.pack(\"i\", {})", self.expression(data)?))
            }
            Expr::Tuple(_) => {
                Err("the control message is a structure that Python has no form for".to_owned())
            }
            other => self.data(other),
        }
    }
}

/// Options whose value is no number.
const STRUCTURES: &[&str] = &[
    "SO_BINDTODEVICE",
    "SO_LINGER",
    "SO_PEERCRED",
    "SO_RCVTIMEO",
    "SO_SNDTIMEO",
    "TCP_CONGESTION",
    "TCP_INFO",
];

/// True for what is called for its value.
fn answers(verb: Verb) -> bool {
    !matches!(
        verb,
        Verb::Socket
            | Verb::Socketpair
            | Verb::Bind
            | Verb::Listen
            | Verb::Accept
            | Verb::Connect
            | Verb::Send
            | Verb::Sendall
            | Verb::Sendto
            | Verb::Sendmsg
            | Verb::SendFds
            | Verb::Sendfile
            | Verb::Shutdown
            | Verb::Close
            | Verb::Dup
            | Verb::Setsockopt
            | Verb::Setblocking
            | Verb::Settimeout
            | Verb::Makefile
            | Verb::Write
            | Verb::Flush
            | Verb::Poller
            | Verb::Epoll
            | Verb::Register
            | Verb::Modify
            | Verb::Unregister
            | Verb::EpollCtl
            | Verb::CreateServer
            | Verb::CreateConnection
            | Verb::Print
            | Verb::Sleep
    )
}
