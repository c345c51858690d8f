//! The program in Rust: the system calls themselves, because the standard library makes several in one.

use super::literal::{comment, hex_bytes, names, value};
use super::plan::{Data, Op, Place, Plan, Step};
use super::reading::OptionValue;
use super::step::{Words, write_step};
use crate::catalog::errno::by_name;
use crate::value::Address;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What every program has: the C library's functions behind safe ones.
const SYSTEM: &str = include_str!("system.rs.txt");

/// Writes the program.
pub(super) fn write(plan: &Plan) -> String {
    let many = plan.actors.len() > 1;
    let mut text = "//! A session of socklab as a program: the same calls in the same order. rustc FILE.rs\n\n#![allow(dead_code)] // Not every program makes every call.\n\n".to_owned();
    if plan.has_wire {
        text.push_str("// The hosts of the session's wire are addresses of this machine here: 10.0.0.2 is 127.0.0.2, fd00::2 is ::1.\n\n");
    }
    for name in used_constants(plan) {
        let _ = writeln!(text, "const {name}: i32 = {};", value(&name));
    }
    text.push('\n');
    for held in plan.variables.iter().filter(|held| held.shared) {
        let _ = writeln!(
            text,
            "static {}: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(-1);",
            held.name.to_ascii_uppercase()
        );
    }
    for name in &plan.captured {
        let _ = writeln!(
            text,
            "static {}: std::sync::Mutex<Place> = std::sync::Mutex::new(Place::new());",
            name.to_ascii_uppercase()
        );
    }
    if many {
        let turns = vec!["Turn::new()"; plan.turns];
        let _ = write!(
            text,
            "\n// Each process of the session is a thread; they take turns as they did there.\nstatic TURNS: [Turn; {}] = [{}];\n",
            turns.len(),
            turns.join(", ")
        );
    }
    for actor in 0..plan.actors.len().max(1) {
        let _ = match plan.actors.get(actor).filter(|_| many) {
            Some(name) => write!(text, "\n/// {}\nfn actor{actor}() {{\n", comment(name)),
            None => write!(text, "\nfn main() {{\n"),
        };
        let mut body = String::new();
        for step in plan.steps.iter().filter(|step| step.actor == actor) {
            write_step(&mut body, step, &WORDS, statement(plan, step));
        }
        if body.contains("&mut received") {
            let most = plan.steps.iter().map(|step| match step.op {
                Op::Receive { size, .. } | Op::ReceiveDescriptors { size, .. } => size,
                _ => 0,
            });
            let _ = writeln!(
                text,
                "    let mut received = vec![0_u8; {}];",
                most.max().unwrap_or_default()
            );
        }
        text.push_str(&body);
        for (at, held) in plan.variables.iter().enumerate() {
            if !held.shared && plan.makes(actor, at) {
                let _ = writeln!(text, "    let _ = {};", held.name);
            }
        }
        if !many {
            unlink(&mut text, plan);
        }
        text.push_str("}\n");
    }
    if many {
        let actors: Vec<String> = (0..plan.actors.len())
            .map(|actor| format!("actor{actor}"))
            .collect();
        let _ = write!(
            text,
            "\nfn main() {{\n    let actors: [fn(); {}] = [{}];\n    let threads: Vec<_> = actors.iter().map(|actor| std::thread::spawn(*actor)).collect();\n    for thread in threads {{\n        thread.join().expect(\"it ended well\");\n    }}\n",
            actors.len(),
            actors.join(", ")
        );
        unlink(&mut text, plan);
        text.push_str("}\n");
    }
    text.push('\n');
    text.push_str(SYSTEM);
    text
}

fn unlink(text: &mut String, plan: &Plan) {
    for path in &plan.paths {
        let _ = writeln!(
            text,
            "    let _ = std::fs::remove_file(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b\"{}\"));",
            hex_bytes(path)
        );
    }
}

/// The constants that the steps name.
fn used_constants(plan: &Plan) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut all = |flags: &str| used.extend(names(flags).map(str::to_owned));
    for step in &plan.steps {
        match &step.op {
            Op::Socket {
                family,
                kind,
                protocol,
                ..
            }
            | Op::Socketpair {
                family,
                kind,
                protocol,
                ..
            } => {
                for flags in [family, kind, protocol] {
                    all(flags);
                }
            }
            Op::Accept { flags, .. }
            | Op::Send { flags, .. }
            | Op::Receive { flags, .. }
            | Op::Shutdown { how: flags, .. } => all(flags),
            Op::SetOption { level, name, .. } | Op::GetOption { level, name, .. } => {
                all(level);
                all(name);
            }
            Op::Poll { entries, .. } => entries.iter().for_each(|(_, events)| all(events)),
            Op::EpollControl { what, events, .. } => {
                all(what);
                all(events);
            }
            _ => {}
        }
    }
    used
}

/// What stands around a call.
const WORDS: Words = Words {
    comment: "//",
    take: |turn| format!("TURNS[{turn}].take();"),
    give: |turn| format!("TURNS[{turn}].give();"),
};

fn statement(plan: &Plan, step: &Step) -> Result<Vec<String>, &'static str> {
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
