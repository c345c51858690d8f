//! One call in C.

use crate::export::literal::c_bytes;
use crate::export::plan::{Bytes, Op, Place, Plan, Shown, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// The lines of a step.
pub(super) fn statement(plan: &Plan, step: &Step) -> Vec<String> {
    let held = |variable: &usize| plan.name(*variable);
    let data_text = |data: &Bytes| bytes(plan, data);
    let place = |place: &Place| match place {
        Place::Literal(address) => (
            format!("struct place to = {};", address_text(address)),
            "to".to_owned(),
        ),
        Place::Given(variable) => (String::new(), held(variable).to_owned()),
    };
    let name = step.name.as_str();
    // A call in the way its outcome in the session wants it.
    let outcome = |call: &str| match &step.errno {
        Some(errno) if step.inner => format!("begins(\"{name}\", {call}, {errno});"),
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
        Some(variable) => {
            let name = held(variable);
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
    let receives = |into: &usize, call: &str| match &step.errno {
        Some(_) => outcome(call),
        None => format!("{}_size = {}", held(into), outcome(call)),
    };
    vec![match &step.op {
        Op::LeftOut(reason) => format!("/* left out: {} */", super::inside(reason)),
        Op::Print(shown) => return print(plan, shown),
        Op::Sleep(nanoseconds) => format!("usleep({});", nanoseconds / 1000),
        Op::Timer {
            fd,
            events,
            milliseconds,
            otherwise,
        } => {
            return vec![
                format!(
                    "if (check(\"poll\", poll(&(struct pollfd){{.fd = {}, .events = {events}}}, 1, {milliseconds})) == 0)",
                    held(fd)
                ),
                format!("    printf(\"{otherwise}\\n\");"),
            ];
        }
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
            return lines;
        }
        Op::Bind { fd, to } => {
            return to_place(to, &|to| {
                format!(
                    "bind({}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd)
                )
            });
        }
        Op::Connect { fd, to } => {
            return to_place(to, &|to| {
                format!(
                    "connect({}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd)
                )
            });
        }
        Op::Listen { fd, backlog } => outcome(&format!("listen({}, {backlog})", held(fd))),
        Op::Accept {
            fd,
            flags,
            made,
            from,
        } => {
            return captures(from, &|address, length| {
                let call = if flags.is_empty() {
                    format!("accept({}, {address}, {length})", held(fd))
                } else {
                    format!("accept4({}, {address}, {length}, {flags})", held(fd))
                };
                making(made, &call)
            });
        }
        Op::Send {
            fd,
            data,
            flags,
            to: None,
        } => outcome(&format!(
            "send({}, {}, {}, {flags})",
            held(fd),
            data_text(data).0,
            data_text(data).1
        )),
        Op::Send {
            fd,
            data,
            flags,
            to: Some(to),
        } => {
            return to_place(to, &|to| {
                format!(
                    "sendto({}, {}, {}, {flags}, (struct sockaddr *)&{to}.address, {to}.length)",
                    held(fd),
                    data_text(data).0,
                    data_text(data).1
                )
            });
        }
        Op::Receive {
            fd,
            size,
            flags,
            into,
            from: None,
            ..
        } => receives(
            into,
            &format!("recv({}, {}, {size}, {flags})", held(fd), held(into)),
        ),
        Op::Receive {
            fd,
            size,
            flags,
            from,
            into,
            ..
        } => {
            return captures(from, &|address, length| {
                receives(
                    into,
                    &format!(
                        "recvfrom({}, {}, {size}, {flags}, {address}, {length})",
                        held(fd),
                        held(into)
                    ),
                )
            });
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
                data_text(data).0,
                data_text(data).1,
                sent.len()
            ))
        }
        Op::ReceiveDescriptors {
            fd,
            size,
            into,
            made,
        } => {
            let mut lines = vec![
                "{".to_owned(),
                format!("    int fds[{}];", made.len().max(1)),
                format!(
                    "    {}",
                    receives(
                        into,
                        &format!(
                            "recv_fds({}, {}, {size}, fds, {})",
                            held(fd),
                            held(into),
                            made.len()
                        )
                    )
                ),
            ];
            lines.extend(
                made.iter()
                    .enumerate()
                    .map(|(at, made)| format!("    {} = fds[{at}];", held(made))),
            );
            lines.push("}".to_owned());
            return lines;
        }
        Op::Shutdown { fd, how } => outcome(&format!("shutdown({}, {how})", held(fd))),
        Op::Close { fd } => outcome(&format!("close({})", held(fd))),
        Op::Duplicate { fd, made } => making(made, &format!("dup({})", held(fd))),
        Op::OwnName { fd, into } | Op::PeerName { fd, into } => {
            return captures(&Some(*into), &|address, length| {
                outcome(&format!("{name}({}, {address}, {length})", held(fd)))
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
            name: option,
            into,
        } => outcome(&format!(
            "getsockopt({}, {level}, {option}, &{}, &(socklen_t){{sizeof(int)}})",
            held(fd),
            held(into)
        )),
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
            return vec![
                "{".to_owned(),
                format!("    struct pollfd fds[] = {{{}}};", list.join(", ")),
                counted(
                    step,
                    "poll",
                    &format!("poll(fds, {}, {milliseconds})", entries.len()),
                ),
                "}".to_owned(),
            ];
        }
        Op::Select { sets, microseconds } => return select_lines(plan, step, sets, *microseconds),
        Op::Epoll { flags, made } => making(made, &format!("epoll_create1({flags})")),
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
            return vec![
                "{".to_owned(),
                format!(
                    "    struct epoll_event event = {{.events = {events}, .data.fd = {}}};",
                    held(fd)
                ),
                format!("    {call}"),
                "}".to_owned(),
            ];
        }
        Op::EpollWait {
            epoll,
            most,
            milliseconds,
        } => {
            return vec![
                "{".to_owned(),
                format!("    static struct epoll_event events[{most}];"),
                counted(
                    step,
                    "epoll_wait",
                    &format!(
                        "epoll_wait({}, events, {most}, {milliseconds})",
                        held(epoll)
                    ),
                ),
                "}".to_owned(),
            ];
        }
    }]
}

/// A call that says how many are ready; the number is printed where it got no name.
fn counted(step: &Step, name: &str, call: &str) -> String {
    if let Some(errno) = &step.errno {
        format!("    fails(\"{name}\", {call}, {errno}, \"{errno}\");")
    } else if step.alone {
        format!("    printf(\"{name}: %d\\n\", check(\"{name}\", {call}));")
    } else {
        format!("    check(\"{name}\", {call});")
    }
}

fn select_lines(
    plan: &Plan,
    step: &Step,
    sets: &[Vec<usize>; 3],
    microseconds: Option<i64>,
) -> Vec<String> {
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
    lines.push(counted(
        step,
        "select",
        &format!("select(most + 1, &sets[0], &sets[1], &sets[2], {time})"),
    ));
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

/// Where bytes begin, and how many they are.
fn bytes(plan: &Plan, data: &Bytes) -> (String, String) {
    match data {
        Bytes::Literal(bytes) => (format!("\"{}\"", c_bytes(bytes)), bytes.len().to_string()),
        Bytes::Repeated(bytes, length) => (
            format!(
                "repeated(\"{}\", {}, {length})",
                c_bytes(bytes),
                bytes.len().max(1)
            ),
            length.to_string(),
        ),
        Bytes::Held(variable) => {
            let name = plan.name(*variable);
            (name.to_owned(), format!("{name}_size"))
        }
        Bytes::Upper(inner) | Bytes::Lower(inner) => {
            let (begin, length) = bytes(plan, inner);
            let function = if matches!(data, Bytes::Upper(_)) {
                "upper"
            } else {
                "lower"
            };
            (format!("{function}({begin}, {length})"), length)
        }
        Bytes::Joined(one, other) => {
            let (one, one_length) = bytes(plan, one);
            let (other, other_length) = bytes(plan, other);
            (
                format!("joined({one}, {one_length}, {other}, {other_length})"),
                format!("{one_length} + {other_length}"),
            )
        }
    }
}

/// What prints these, and an end of line.
fn print(plan: &Plan, shown: &[Shown]) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut format, mut values) = (String::new(), String::new());
    for piece in shown {
        let (word, value) = match piece {
            Shown::Text(words) => {
                format.push_str(&c_bytes(words.as_bytes()).replace('%', "%%"));
                continue;
            }
            Shown::Decoded(data) => {
                let (begin, length) = bytes(plan, data);
                ("%.*s", format!("(int){length}, {begin}"))
            }
            Shown::Length(data) => ("%ld", format!("(long){}", bytes(plan, data).1)),
            Shown::Number(variable) => ("%d", plan.name(*variable).to_owned()),
            Shown::Literally(_) | Shown::Address(_) => {
                if !format.is_empty() {
                    lines.push(format!("printf(\"{format}\"{values});"));
                    (format, values) = (String::new(), String::new());
                }
                lines.push(match piece {
                    Shown::Literally(data) => {
                        let (begin, length) = bytes(plan, data);
                        format!("put_bytes({begin}, {length});")
                    }
                    Shown::Address(variable) => format!("put_address(&{});", plan.name(*variable)),
                    _ => continue,
                });
                continue;
            }
        };
        format.push_str(word);
        values.push_str(", ");
        values.push_str(&value);
    }
    lines.push(format!("printf(\"{format}\\n\"{values});"));
    lines
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
