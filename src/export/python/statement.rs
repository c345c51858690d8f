//! One call in Python.

use crate::export::literal::{hex_bytes, names};
use crate::export::plan::{Data, Op, Place, Plan, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// The lines of a step: a call that failed in the session has to fail here too.
pub(super) fn statement(plan: &Plan, step: &Step) -> Result<Vec<String>, &'static str> {
    let lines = statements(plan, step)?;
    Ok(match &step.errno {
        Some(errno) => vec![
            format!("with fails(\"{}\", \"{errno}\"):", step.name),
            format!("    {}", lines[0]),
        ],
        None => lines,
    })
}

/// The lines of a step; the first is the call itself.
fn statements(plan: &Plan, step: &Step) -> Result<Vec<String>, &'static str> {
    let held = |variable: &usize| plan.variables[*variable].name.as_str();
    let place = |place: &Place| match place {
        Place::Literal(address) => address_text(address),
        Place::Captured(number) => plan.captured[*number].clone(),
    };
    let name = step.name.as_str();
    let made = |made: &Option<usize>| {
        made.as_ref()
            .map_or(String::new(), |made| format!("{} = ", held(made)))
    };
    Ok(vec![match &step.op {
        Op::LeftOut(reason) => return Err(reason),
        Op::Close { .. } if step.errno.is_some() => {
            return Err("Python closes a socket once and says nothing about a second time");
        }
        Op::Socket {
            family,
            kind,
            protocol,
            made: socket,
        } => format!(
            "{}socket.socket({}, {}, {})",
            made(socket),
            constants("socket", family),
            constants("socket", kind),
            constants("socket", protocol)
        ),
        Op::Socketpair {
            family,
            kind,
            protocol,
            made,
        } => {
            let made = made.map_or(String::new(), |(one, other)| {
                format!("{}, {} = ", held(&one), held(&other))
            });
            format!(
                "{made}socket.socketpair({}, {}, {})",
                constants("socket", family),
                constants("socket", kind),
                constants("socket", protocol)
            )
        }
        Op::Bind { fd, to } => format!("{}.bind({})", held(fd), place(to)),
        Op::Connect { fd, to } => format!("{}.connect({})", held(fd), place(to)),
        Op::Listen { fd, backlog } => format!("{}.listen({backlog})", held(fd)),
        Op::Accept {
            fd,
            flags,
            made,
            from,
        } => {
            let (into, from) = (
                made.as_ref().map_or("_", held),
                from.map_or("_", |number| plan.captured[number].as_str()),
            );
            let mut lines = vec![format!("{into}, {from} = {}.accept()", held(fd))];
            if flags.contains("SOCK_NONBLOCK") && made.is_some() {
                lines.push(format!("{into}.setblocking(False)"));
            }
            return Ok(lines);
        }
        Op::Send {
            fd,
            data,
            flags,
            to,
        } => {
            let flags = constants("socket", flags);
            match to {
                Some(to) => format!(
                    "{}.sendto({}, {flags}, {})",
                    held(fd),
                    data_text(data),
                    place(to)
                ),
                None => format!("{}.send({}, {flags})", held(fd), data_text(data)),
            }
        }
        Op::Receive {
            fd,
            size,
            flags,
            from,
            with_address,
        } => {
            let flags = constants("socket", flags);
            let from = from.map_or("_", |number| plan.captured[number].as_str());
            let call = if *with_address {
                format!("data, {from} = {}.recvfrom({size}, {flags})", held(fd))
            } else {
                format!("data = {}.recv({size}, {flags})", held(fd))
            };
            return Ok(vec![call, format!("show(\"{name}\", data)")]);
        }
        Op::SendDescriptors { fd, data, sent } if sent.is_empty() => {
            format!("{}.sendmsg([{}])", held(fd), data_text(data))
        }
        Op::SendDescriptors { fd, data, sent } => {
            let sent: Vec<String> = sent
                .iter()
                .map(|sent| format!("{}.fileno()", held(sent)))
                .collect();
            format!(
                "socket.send_fds({}, [{}], [{}])",
                held(fd),
                data_text(data),
                sent.join(", ")
            )
        }
        Op::ReceiveDescriptors { fd, size, made } => {
            let mut lines = vec![
                format!(
                    "data, fds, _, _ = socket.recv_fds({}, {size}, {})",
                    held(fd),
                    made.len().max(1)
                ),
                format!("show(\"{name}\", data)"),
            ];
            lines.extend(
                made.iter()
                    .enumerate()
                    .map(|(at, made)| format!("{} = socket.socket(fileno=fds[{at}])", held(made))),
            );
            return Ok(lines);
        }
        Op::Shutdown { fd, how } => format!("{}.shutdown({})", held(fd), constants("socket", how)),
        Op::Close { fd } => format!("{}.close()", held(fd)),
        Op::Duplicate { fd, made: copy } => format!("{}{}.dup()", made(copy), held(fd)),
        Op::OwnName { fd, into } => format!(
            "{}{}.getsockname()",
            into.map_or(String::new(), |number| format!(
                "{} = ",
                plan.captured[number]
            )),
            held(fd)
        ),
        Op::PeerName { fd, into } => format!(
            "{}{}.getpeername()",
            into.map_or(String::new(), |number| format!(
                "{} = ",
                plan.captured[number]
            )),
            held(fd)
        ),
        Op::SetOption {
            fd,
            level,
            name,
            value,
        } => format!(
            "{}.setsockopt({}, {}, {})",
            held(fd),
            constants("socket", level),
            constants("socket", name),
            option_text(value)
        ),
        Op::GetOption { fd, level, name } => format!(
            "print(\"getsockopt:\", {}.getsockopt({}, {}))",
            held(fd),
            constants("socket", level),
            constants("socket", name)
        ),
        Op::Blocking { fd, on } => format!(
            "{}.setblocking({})",
            held(fd),
            if *on { "True" } else { "False" }
        ),
        Op::Poll {
            entries,
            milliseconds,
        } => {
            let mut lines = vec!["poller = select.poll()".to_owned()];
            lines.extend(entries.iter().map(|(fd, events)| {
                format!(
                    "poller.register({}, {})",
                    held(fd),
                    constants("select", events)
                )
            }));
            lines.push(format!(
                "print(\"poll:\", len(poller.poll({milliseconds})))"
            ));
            return Ok(lines);
        }
        Op::Select { sets, microseconds } => {
            let list = |set: &Vec<usize>| {
                format!("[{}]", set.iter().map(held).collect::<Vec<_>>().join(", "))
            };
            let time =
                microseconds.map_or("None".to_owned(), |time| format!("{}", time as f64 / 1e6));
            format!(
                "print(\"select:\", sum(map(len, select.select({}, {}, {}, {time}))))",
                list(&sets[0]),
                list(&sets[1]),
                list(&sets[2])
            )
        }
        Op::Epoll { made: epoll } => format!("{}select.epoll()", made(epoll)),
        Op::EpollControl {
            epoll,
            what,
            fd,
            events,
        } => match what.as_str() {
            "EPOLL_CTL_DEL" => format!("{}.unregister({})", held(epoll), held(fd)),
            "EPOLL_CTL_MOD" => format!(
                "{}.modify({}, {})",
                held(epoll),
                held(fd),
                constants("select", events)
            ),
            _ => format!(
                "{}.register({}, {})",
                held(epoll),
                held(fd),
                constants("select", events)
            ),
        },
        Op::EpollWait {
            epoll,
            most,
            milliseconds,
        } => {
            let time = if *milliseconds < 0 {
                "None".to_owned()
            } else {
                format!("{}", *milliseconds as f64 / 1e3)
            };
            format!(
                "print(\"epoll_wait:\", len({}.poll({time}, {most})))",
                held(epoll)
            )
        }
    }])
}

/// `socket.A | socket.B`; numbers as they are.
fn constants(module: &str, flags: &str) -> String {
    let named: Vec<&str> = names(flags).collect();
    let parts = flags.split('|').map(|part| {
        if named.contains(&part) {
            format!("{module}.{part}")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join(" | ")
}

fn address_text(address: &Address) -> String {
    match address {
        Address::Inet(inet) => format!("(\"{}\", {})", inet.ip(), inet.port()),
        Address::Inet6(inet6) if inet6.scope_id() == 0 && inet6.flowinfo() == 0 => {
            format!("(\"{}\", {})", inet6.ip(), inet6.port())
        }
        Address::Inet6(inet6) => format!(
            "(\"{}\", {}, {}, {})",
            inet6.ip(),
            inet6.port(),
            inet6.flowinfo(),
            inet6.scope_id()
        ),
        Address::UnixAbstract(name) => format!("b\"\\x00{}\"", hex_bytes(name)),
        Address::UnixPath(path) => format!("b\"{}\"", hex_bytes(path)),
        _ => "b\"\"".to_owned(),
    }
}

fn data_text(data: &Data) -> String {
    let literal = format!("b\"{}\"", hex_bytes(&data.bytes));
    match data.bytes.len() {
        known if known == data.length => literal,
        1 => format!("{literal} * {}", data.length),
        _ => format!("({literal} * {length})[:{length}]", length = data.length),
    }
}

fn option_text(value: &OptionValue) -> String {
    match value {
        OptionValue::Int(number) => number.to_string(),
        OptionValue::Linger(on, seconds) => format!("struct.pack(\"ii\", {on}, {seconds})"),
        OptionValue::Time(seconds, microseconds) => {
            format!("struct.pack(\"ll\", {seconds}, {microseconds})")
        }
        OptionValue::Text(text) => format!("b\"{text}\""),
        OptionValue::Membership(group, own, interface) => format!(
            "struct.pack(\"=4s4si\", socket.inet_aton(\"{group}\"), socket.inet_aton(\"{own}\"), {interface})"
        ),
    }
}
