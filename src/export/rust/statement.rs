//! One call in Rust.

use crate::export::literal::hex_bytes;
use crate::export::plan::{Bytes, Kind, Op, Place, Plan, Shown, Step};
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
    let plan = style.plan;
    let held = |variable: &usize| plan.name(*variable).to_owned();
    let data_text = |data: &Bytes| borrowed(plan, data);
    let becomes = |variable: &usize, made: &str| {
        let word = match plan.variables[*variable].kind {
            _ if !(style.fresh)(*variable) => "",
            Kind::Descriptor => "let ",
            _ => "let mut ",
        };
        format!("{word}{} = {made};", plan.name(*variable))
    };
    let place = |place: &Place| match place {
        Place::Literal(address) => address_text(address),
        Place::Given(variable) => format!("&{}", plan.name(*variable)),
    };
    let name = step.name.as_str();
    let outcome = |call: &str| match &step.errno {
        Some(errno) if step.inner => format!("begins(\"{name}\", {call}, {errno});"),
        Some(errno) => format!("fails(\"{name}\", {call}, {errno}, \"{errno}\");"),
        None => format!("check(\"{name}\", {call});"),
    };
    let making = |made: &Option<usize>, call: &str| match made {
        Some(made) if step.errno.is_none() => becomes(made, &format!("check(\"{name}\", {call})")),
        _ => outcome(call),
    };
    // How many are ready is printed where it got no name.
    let counted = |name: &str, call: String| match &step.errno {
        None if step.alone => format!("println!(\"{name}: {{}}\", check(\"{name}\", {call}));"),
        _ => outcome(&call),
    };
    // Room for the bytes, the call, and only what came.
    let receives = |into: &usize, size: &usize, call: &dyn Fn(&str) -> String| {
        if step.errno.is_some() {
            return vec![outcome(&call(&format!("&mut [0; {size}]")))];
        }
        let name = held(into);
        vec![
            becomes(into, &format!("vec![0; {size}]")),
            format!("let size = {}", outcome(&call(&format!("&mut {name}")))),
            format!("{name}.truncate(size as usize);"),
        ]
    };
    vec![match &step.op {
        Op::LeftOut(reason) => format!("// left out: {reason}"),
        Op::Print(shown) => return vec![print(plan, shown)],
        Op::Sleep(nanoseconds) => format!("sleep({nanoseconds});"),
        Op::Timer {
            fd,
            events,
            milliseconds,
            otherwise,
        } => {
            return vec![
                format!(
                    "if check(\"poll\", poll(&mut [PollFd::new({}, {events})], {milliseconds})) == 0 {{",
                    held(fd)
                ),
                format!("    println!(\"{otherwise}\");"),
                "}".to_owned(),
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
            let mut lines = vec![
                "let mut pair = [-1; 2];".to_owned(),
                outcome(&format!(
                    "socketpair({family}, {kind}, {protocol}, &mut pair)"
                )),
            ];
            if let Some((one, other)) = made {
                lines.push(becomes(one, "pair[0]"));
                lines.push(becomes(other, "pair[1]"));
            }
            return lines;
        }
        Op::Bind { fd, to } => outcome(&format!("bind({}, {})", held(fd), place(to))),
        Op::Connect { fd, to } => outcome(&format!("connect({}, {})", held(fd), place(to))),
        Op::Listen { fd, backlog } => outcome(&format!("listen({}, {backlog})", held(fd))),
        Op::Accept {
            fd,
            flags,
            made,
            from,
        } => {
            let flags = if flags.is_empty() { "0" } else { flags };
            let mut lines = Vec::new();
            let address = match from.filter(|_| step.errno.is_none()) {
                Some(from) => {
                    lines.push(becomes(&from, "Place::new()"));
                    format!("&mut {}", held(&from))
                }
                None => "&mut Place::new()".to_owned(),
            };
            lines.push(making(
                made,
                &format!("accept({}, {address}, {flags})", held(fd)),
            ));
            return lines;
        }
        Op::Send {
            fd,
            data,
            flags,
            to: None,
        } => outcome(&format!("send({}, {}, {flags})", held(fd), data_text(data))),
        Op::Send {
            fd,
            data,
            flags,
            to: Some(to),
        } => outcome(&format!(
            "sendto({}, {}, {flags}, {})",
            held(fd),
            data_text(data),
            place(to)
        )),
        Op::Receive {
            fd,
            size,
            flags,
            into,
            from: None,
            ..
        } => {
            return receives(into, size, &|room| {
                format!("recv({}, {room}, {flags})", held(fd))
            });
        }
        Op::Receive {
            fd,
            size,
            flags,
            into,
            from: Some(from),
            ..
        } => {
            let mut lines = vec![becomes(from, "Place::new()")];
            lines.extend(receives(into, size, &|room| {
                format!(
                    "recvfrom({}, {room}, {flags}, &mut {})",
                    held(fd),
                    held(from)
                )
            }));
            return lines;
        }
        Op::SendDescriptors { fd, data, sent } => {
            let sent: Vec<String> = sent.iter().map(held).collect();
            outcome(&format!(
                "send_fds({}, {}, &[{}])",
                held(fd),
                data_text(data),
                sent.join(", ")
            ))
        }
        Op::ReceiveDescriptors {
            fd,
            size,
            into,
            made,
        } => {
            let mut lines = vec![format!("let mut fds = [-1; {}];", made.len())];
            lines.extend(receives(into, size, &|room| {
                format!("recv_fds({}, {room}, &mut fds)", held(fd))
            }));
            lines.extend(
                made.iter()
                    .enumerate()
                    .map(|(at, made)| becomes(made, &format!("fds[{at}]"))),
            );
            return lines;
        }
        Op::Shutdown { fd, how } => outcome(&format!("shutdown({}, {how})", held(fd))),
        Op::Close { fd } => outcome(&format!("close({})", held(fd))),
        Op::Duplicate { fd, made } => making(made, &format!("dup({})", held(fd))),
        Op::OwnName { fd, into } | Op::PeerName { fd, into } => {
            let call = outcome(&format!("{name}({}, &mut {})", held(fd), held(into)));
            return vec![becomes(into, "Place::new()"), call];
        }
        Op::SetOption {
            fd,
            level,
            name: option,
            value,
        } => outcome(&format!(
            "setsockopt({}, {level}, {option}, &{})",
            held(fd),
            option_text(value)
        )),
        Op::GetOption {
            fd,
            level,
            name: option,
            into,
        } => {
            let call = outcome(&format!(
                "getsockopt({}, {level}, {option}, &mut {})",
                held(fd),
                held(into)
            ));
            return vec![becomes(into, "0"), call];
        }
        Op::Blocking { fd, on } => outcome(&format!("set_blocking({}, {on})", held(fd))),
        Op::Poll {
            entries,
            milliseconds,
        } => {
            let list: Vec<String> = entries
                .iter()
                .map(|(fd, events)| format!("PollFd::new({}, {events})", held(fd)))
                .collect();
            counted(
                "poll",
                format!("poll(&mut [{}], {milliseconds})", list.join(", ")),
            )
        }
        Op::Select { sets, microseconds } => {
            let list = |set: &Vec<usize>| {
                format!("&[{}]", set.iter().map(held).collect::<Vec<_>>().join(", "))
            };
            let time = microseconds.map_or("None".to_owned(), |time| format!("Some({time})"));
            counted(
                "select",
                format!(
                    "select({}, {}, {}, {time})",
                    list(&sets[0]),
                    list(&sets[1]),
                    list(&sets[2])
                ),
            )
        }
        Op::Epoll { flags, made } => making(made, &format!("epoll_create1({flags})")),
        Op::EpollControl {
            epoll,
            what,
            fd,
            events,
        } => outcome(&format!(
            "epoll_ctl({}, {what}, {}, {events})",
            held(epoll),
            held(fd)
        )),
        Op::EpollWait {
            epoll,
            most,
            milliseconds,
        } => counted(
            "epoll_wait",
            format!("epoll_wait({}, {most}, {milliseconds})", held(epoll)),
        ),
    }]
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

/// Bytes as a slice.
fn borrowed(plan: &Plan, data: &Bytes) -> String {
    match data {
        Bytes::Literal(bytes) => format!("b\"{}\"", hex_bytes(bytes)),
        Bytes::Repeated(bytes, length) => {
            let known = bytes.len().max(1);
            let whole = format!(
                "&b\"{}\".repeat({})",
                hex_bytes(bytes),
                length.div_ceil(known)
            );
            if length % known == 0 {
                whole
            } else {
                format!("{whole}[..{length}]")
            }
        }
        Bytes::Held(variable) => format!("&{}", plan.name(*variable)),
        Bytes::Upper(inner) => format!("&{}.to_ascii_uppercase()", receiver(plan, inner)),
        Bytes::Lower(inner) => format!("&{}.to_ascii_lowercase()", receiver(plan, inner)),
        Bytes::Joined(one, other) => {
            let part = |part: &Bytes| format!("&{}[..]", receiver(plan, part));
            format!("&[{}, {}].concat()", part(one), part(other))
        }
    }
}

/// Bytes in front of a dot.
fn receiver(plan: &Plan, data: &Bytes) -> String {
    let text = borrowed(plan, data);
    text.strip_prefix('&').map_or(text.clone(), str::to_owned)
}

/// What prints these, and an end of line.
fn print(plan: &Plan, shown: &[Shown]) -> String {
    let mut text = String::new();
    let mut values = String::new();
    for piece in shown {
        let value = match piece {
            Shown::Text(words) => {
                let words = hex_bytes(words.as_bytes());
                // Only ASCII stands as it is; the escapes of other bytes are no text of Rust.
                if words.contains("\\x") {
                    format!("String::from_utf8_lossy(b\"{words}\")")
                } else {
                    text.push_str(&words.replace('{', "{{").replace('}', "}}"));
                    continue;
                }
            }
            Shown::Literally(data) => format!("literal({})", borrowed(plan, data)),
            Shown::Decoded(data) => format!("String::from_utf8_lossy({})", borrowed(plan, data)),
            Shown::Length(data) => format!("{}.len()", receiver(plan, data)),
            Shown::Number(variable) => plan.name(*variable).to_owned(),
            Shown::Address(variable) => format!("{}.text()", plan.name(*variable)),
        };
        text.push_str("{}");
        values.push_str(", ");
        values.push_str(&value);
    }
    format!("println!(\"{text}\"{values});")
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
