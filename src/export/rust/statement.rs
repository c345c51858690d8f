//! One call in Rust.

use crate::catalog::errno::by_name;
use crate::export::literal::hex_bytes;
use crate::export::plan::{Data, Op, Place, Plan, Step};
use crate::export::reading::OptionValue;
use crate::value::Address;

/// The lines of a step, or why it has none.
pub(super) fn statement(plan: &Plan, step: &Step) -> Result<Vec<String>, &'static str> {
    let held = |variable: &usize| {
        let held = &plan.variables[*variable];
        if held.shared {
            format!(
                "{}.load(std::sync::atomic::Ordering::SeqCst)",
                held.name.to_ascii_uppercase()
            )
        } else {
            held.name.clone()
        }
    };
    let becomes = |variable: &usize, made: &str| {
        let held = &plan.variables[*variable];
        if held.shared {
            format!(
                "{}.store({made}, std::sync::atomic::Ordering::SeqCst);",
                held.name.to_ascii_uppercase()
            )
        } else {
            format!("let {} = {made};", held.name)
        }
    };
    let place = |place: &Place| match place {
        Place::Literal(address) => address_text(address),
        Place::Captured(number) => format!(
            "&{}.lock().unwrap()",
            plan.captured[*number].to_ascii_uppercase()
        ),
    };
    let into = |number: &Option<usize>| match number {
        Some(number) => format!(
            "&mut {}.lock().unwrap()",
            plan.captured[*number].to_ascii_uppercase()
        ),
        None => "&mut Place::new()".to_owned(),
    };
    let name = step.name.as_str();
    let number = step
        .errno
        .as_deref()
        .and_then(by_name)
        .map_or(0, |errno| errno.number);
    let outcome = |call: &str| match &step.errno {
        Some(errno) => format!("fails(\"{name}\", {call}, {number}, \"{errno}\");"),
        None => format!("check(\"{name}\", {call});"),
    };
    let making = |made: &Option<usize>, call: &str| match made {
        Some(made) if step.errno.is_none() => becomes(made, &format!("check(\"{name}\", {call})")),
        _ => outcome(call),
    };
    let shows = |call: &str| match &step.errno {
        Some(_) => outcome(call),
        None => format!("show(\"{name}\", {call}, &received);"),
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
            return Ok(lines);
        }
        Op::Bind { fd, to } => outcome(&format!("bind({}, {})", held(fd), place(to))),
        Op::Connect { fd, to } => outcome(&format!("connect({}, {})", held(fd), place(to))),
        Op::Listen { fd, backlog } => outcome(&format!("listen({}, {backlog})", held(fd))),
        Op::Accept {
            fd,
            flags,
            made,
            from,
        } => making(
            made,
            &format!(
                "accept({}, {}, {})",
                held(fd),
                into(from),
                if flags.is_empty() { "0" } else { flags }
            ),
        ),
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
            with_address: false,
            ..
        } => shows(&format!(
            "recv({}, &mut received[..{size}], {flags})",
            held(fd)
        )),
        Op::Receive {
            fd,
            size,
            flags,
            from,
            ..
        } => shows(&format!(
            "recvfrom({}, &mut received[..{size}], {flags}, {})",
            held(fd),
            into(from)
        )),
        Op::SendDescriptors { fd, data, sent } => {
            let sent: Vec<String> = sent.iter().map(held).collect();
            outcome(&format!(
                "send_fds({}, {}, &[{}])",
                held(fd),
                data_text(data),
                sent.join(", ")
            ))
        }
        Op::ReceiveDescriptors { fd, size, made } => {
            let mut lines = vec![
                format!("let mut fds = [-1; {}];", made.len()),
                shows(&format!(
                    "recv_fds({}, &mut received[..{size}], &mut fds)",
                    held(fd)
                )),
            ];
            lines.extend(
                made.iter()
                    .enumerate()
                    .map(|(at, made)| becomes(made, &format!("fds[{at}]"))),
            );
            return Ok(lines);
        }
        Op::Shutdown { fd, how } => outcome(&format!("shutdown({}, {how})", held(fd))),
        Op::Close { fd } => outcome(&format!("close({})", held(fd))),
        Op::Duplicate { fd, made } => making(made, &format!("dup({})", held(fd))),
        Op::OwnName { fd, into: number } | Op::PeerName { fd, into: number } => {
            outcome(&format!("{name}({}, {})", held(fd), into(number)))
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
        } => {
            let mut lines = vec![
                "let mut value = 0;".to_owned(),
                outcome(&format!(
                    "getsockopt({}, {level}, {option}, &mut value)",
                    held(fd)
                )),
            ];
            if step.errno.is_none() {
                lines.push("println!(\"getsockopt: {}\", value);".to_owned());
            }
            return Ok(lines);
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
            format!(
                "println!(\"poll: {{}}\", check(\"poll\", poll(&mut [{}], {milliseconds})));",
                list.join(", ")
            )
        }
        Op::Select { sets, microseconds } => {
            let list = |set: &Vec<usize>| {
                format!("&[{}]", set.iter().map(held).collect::<Vec<_>>().join(", "))
            };
            let time = microseconds.map_or("None".to_owned(), |time| format!("Some({time})"));
            format!(
                "println!(\"select: {{}}\", check(\"select\", select({}, {}, {}, {time})));",
                list(&sets[0]),
                list(&sets[1]),
                list(&sets[2])
            )
        }
        Op::Epoll { made } => making(made, "epoll_create()"),
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
        } => format!(
            "println!(\"epoll_wait: {{}}\", check(\"epoll_wait\", epoll_wait({}, {most}, {milliseconds})));",
            held(epoll)
        ),
    }])
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

fn data_text(data: &Data) -> String {
    let literal = format!("b\"{}\"", hex_bytes(&data.bytes));
    match data.bytes.len() {
        known if known == data.length => literal,
        known => format!(
            "&{literal}.repeat({})[..{}]",
            data.length / known.max(1) + 1,
            data.length
        ),
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
