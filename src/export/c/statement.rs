//! One call in C.

use crate::export::literal::c_bytes;
use crate::export::plan::{Data, Op, Place, Plan, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// The lines of a step, or why it has none.
pub(super) fn statement(plan: &Plan, step: &Step) -> Result<Vec<String>, &'static str> {
    let held = |variable: &usize| plan.variables[*variable].name.as_str();
    let place = |place: &Place| match place {
        Place::Literal(address) => (
            format!("struct place to = {};", address_text(address)),
            "to".to_owned(),
        ),
        Place::Captured(number) => (String::new(), plan.captured[*number].clone()),
    };
    let name = step.name.as_str();
    // A call in the way its outcome in the session wants it.
    let outcome = |call: &str| match &step.errno {
        Some(errno) => format!("fails(\"{name}\", {call}, {errno}, \"{errno}\");"),
        None => format!("check(\"{name}\", {call});"),
    };
    let making = |made: &Option<usize>, call: &str| match made {
        Some(made) if step.errno.is_none() => format!("{} = {}", held(made), outcome(call)),
        _ => outcome(call),
    };
    let to_place = |to: &Place, call: &dyn Fn(&str) -> String| {
        let (before, variable) = place(to);
        let line = outcome(&call(&variable));
        if before.is_empty() {
            vec![line]
        } else {
            vec![
                "{".to_owned(),
                format!("    {before}"),
                format!("    {line}"),
                "}".to_owned(),
            ]
        }
    };
    let captures = |into: &Option<usize>, call: &dyn Fn(&str, &str) -> String| match into {
        Some(number) => {
            let name = &plan.captured[*number];
            vec![
                format!("{name}.length = sizeof {name}.address;"),
                call(
                    &format!("(struct sockaddr *)&{name}.address"),
                    &format!("&{name}.length"),
                ),
            ]
        }
        None => vec![call("NULL", "NULL")],
    };
    let shows = |call: &str| match &step.errno {
        Some(_) => outcome(call),
        None => format!("show(\"{name}\", received, {call});"),
    };
    Ok(vec![match &step.op {
        Op::LeftOut(reason) => return Err(reason),
        Op::Socket {
            family,
            kind,
            protocol,
            made,
        } => making(made, &format!("socket({family}, {kind}, {protocol})")),
        Op::Socketpair {
            family,
            kind,
            protocol,
            made,
        } => {
            let call = outcome(&format!("socketpair({family}, {kind}, {protocol}, pair)"));
            let mut lines = vec![
                "{".to_owned(),
                "    int pair[2];".to_owned(),
                format!("    {call}"),
            ];
            if let Some((one, other)) = made {
                lines.push(format!("    {} = pair[0];", held(one)));
                lines.push(format!("    {} = pair[1];", held(other)));
            }
            lines.push("}".to_owned());
            return Ok(lines);
        }
        Op::Bind { fd, to } => {
            return Ok(to_place(to, &|to| {
                format!(
                    "bind({}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd)
                )
            }));
        }
        Op::Connect { fd, to } => {
            return Ok(to_place(to, &|to| {
                format!(
                    "connect({}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd)
                )
            }));
        }
        Op::Listen { fd, backlog } => outcome(&format!("listen({}, {backlog})", held(fd))),
        Op::Accept {
            fd,
            flags,
            made,
            from,
        } => {
            return Ok(captures(from, &|address, length| {
                let call = if flags.is_empty() {
                    format!("accept({}, {address}, {length})", held(fd))
                } else {
                    format!("accept4({}, {address}, {length}, {flags})", held(fd))
                };
                making(made, &call)
            }));
        }
        Op::Send {
            fd,
            data,
            flags,
            to: None,
        } => outcome(&format!(
            "send({}, {}, {}, {flags})",
            held(fd),
            data_text(data),
            data.length
        )),
        Op::Send {
            fd,
            data,
            flags,
            to: Some(to),
        } => {
            return Ok(to_place(to, &|to| {
                format!(
                    "sendto({}, {}, {}, {flags}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd),
                    data_text(data),
                    data.length
                )
            }));
        }
        Op::Receive {
            fd,
            size,
            flags,
            with_address: false,
            ..
        } => shows(&format!("recv({}, received, {size}, {flags})", held(fd))),
        Op::Receive {
            fd,
            size,
            flags,
            from,
            ..
        } => {
            return Ok(captures(from, &|address, length| {
                shows(&format!(
                    "recvfrom({}, received, {size}, {flags}, {address}, {length})",
                    held(fd)
                ))
            }));
        }
        Op::SendDescriptors { fd, data, sent } => {
            let list = if sent.is_empty() {
                "NULL".to_owned()
            } else {
                format!(
                    "(int[]){{{}}}",
                    sent.iter().map(held).collect::<Vec<_>>().join(", ")
                )
            };
            outcome(&format!(
                "send_fds({}, {}, {}, {list}, {})",
                held(fd),
                data_text(data),
                data.length,
                sent.len()
            ))
        }
        Op::ReceiveDescriptors { fd, size, made } => {
            let mut lines = vec![
                "{".to_owned(),
                format!("    int fds[{}];", made.len().max(1)),
                format!(
                    "    {}",
                    shows(&format!(
                        "recv_fds({}, received, {size}, fds, {})",
                        held(fd),
                        made.len()
                    ))
                ),
            ];
            lines.extend(
                made.iter()
                    .enumerate()
                    .map(|(at, made)| format!("    {} = fds[{at}];", held(made))),
            );
            lines.push("}".to_owned());
            return Ok(lines);
        }
        Op::Shutdown { fd, how } => outcome(&format!("shutdown({}, {how})", held(fd))),
        Op::Close { fd } => outcome(&format!("close({})", held(fd))),
        Op::Duplicate { fd, made } => making(made, &format!("dup({})", held(fd))),
        Op::OwnName { fd, into } | Op::PeerName { fd, into } => {
            let own = || {
                vec![
                    "{".to_owned(),
                    "    struct place here = {.length = sizeof here.address};".to_owned(),
                    format!(
                        "    {}",
                        outcome(&format!(
                            "{name}({}, (struct sockaddr *)&here.address, &here.length)",
                            held(fd)
                        ))
                    ),
                    "}".to_owned(),
                ]
            };
            return Ok(if into.is_some() {
                captures(into, &|address, length| {
                    outcome(&format!("{name}({}, {address}, {length})", held(fd)))
                })
            } else {
                own()
            });
        }
        Op::SetOption {
            fd,
            level,
            name: option,
            value,
        } => {
            let (declared, what) = option_text(value);
            let call = outcome(&format!(
                "setsockopt({}, {level}, {option}, {what})",
                held(fd)
            ));
            return Ok(vec![
                "{".to_owned(),
                format!("    {declared}"),
                format!("    {call}"),
                "}".to_owned(),
            ]);
        }
        Op::GetOption {
            fd,
            level,
            name: option,
        } => {
            let call = outcome(&format!(
                "getsockopt({}, {level}, {option}, &value, &length)",
                held(fd)
            ));
            let mut lines = vec![
                "{".to_owned(),
                "    int value = 0;".to_owned(),
                "    socklen_t length = sizeof value;".to_owned(),
                format!("    {call}"),
            ];
            if step.errno.is_none() {
                lines.push("    printf(\"getsockopt: %d\\n\", value);".to_owned());
            }
            lines.push("}".to_owned());
            return Ok(lines);
        }
        Op::Blocking { fd, on } => {
            outcome(&format!("set_blocking({}, {})", held(fd), i32::from(*on)))
        }
        Op::Poll {
            entries,
            milliseconds,
        } => {
            let list: Vec<String> = entries
                .iter()
                .map(|(fd, events)| format!("{{.fd = {}, .events = {events}}}", held(fd)))
                .collect();
            return Ok(vec![
                "{".to_owned(),
                format!("    struct pollfd fds[] = {{{}}};", list.join(", ")),
                format!(
                    "    printf(\"poll: %d\\n\", check(\"poll\", poll(fds, {}, {milliseconds})));",
                    entries.len()
                ),
                "}".to_owned(),
            ]);
        }
        Op::Select { sets, microseconds } => return Ok(select_lines(plan, sets, *microseconds)),
        Op::Epoll { made } => making(made, "epoll_create1(0)"),
        Op::EpollControl {
            epoll,
            what,
            fd,
            events,
        } => {
            let call = outcome(&format!(
                "epoll_ctl({}, {what}, {fd}, &event)",
                held(epoll),
                fd = held(fd)
            ));
            return Ok(vec![
                "{".to_owned(),
                format!(
                    "    struct epoll_event event = {{.events = {events}, .data.fd = {}}};",
                    held(fd)
                ),
                format!("    {call}"),
                "}".to_owned(),
            ]);
        }
        Op::EpollWait {
            epoll,
            most,
            milliseconds,
        } => {
            return Ok(vec![
                "{".to_owned(),
                format!("    static struct epoll_event events[{most}];"),
                format!(
                    "    printf(\"epoll_wait: %d\\n\", check(\"epoll_wait\", epoll_wait({}, events, {most}, {milliseconds})));",
                    held(epoll)
                ),
                "}".to_owned(),
            ]);
        }
    }])
}

fn select_lines(plan: &Plan, sets: &[Vec<usize>; 3], microseconds: Option<i64>) -> Vec<String> {
    let mut lines = vec![
        "{".to_owned(),
        "    fd_set sets[3];".to_owned(),
        "    int most = -1;".to_owned(),
    ];
    lines.extend((0..3).map(|set| format!("    FD_ZERO(&sets[{set}]);")));
    for (at, set) in sets.iter().enumerate() {
        for variable in set {
            let name = &plan.variables[*variable].name;
            lines.push(format!("    FD_SET({name}, &sets[{at}]);"));
            lines.push(format!("    most = {name} > most ? {name} : most;"));
        }
    }
    let time = match microseconds {
        Some(time) => {
            lines.push(format!(
                "    struct timeval time = {{.tv_sec = {}, .tv_usec = {}}};",
                time / 1_000_000,
                time % 1_000_000
            ));
            "&time"
        }
        None => "NULL",
    };
    lines.push(format!("    printf(\"select: %d\\n\", check(\"select\", select(most + 1, &sets[0], &sets[1], &sets[2], {time})));"));
    lines.push("}".to_owned());
    lines
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

fn data_text(data: &Data) -> String {
    let literal = format!("\"{}\"", c_bytes(&data.bytes));
    if data.bytes.len() == data.length {
        literal
    } else {
        format!(
            "repeated({literal}, {}, {})",
            data.bytes.len().max(1),
            data.length
        )
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
