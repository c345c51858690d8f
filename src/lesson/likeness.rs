//! Whether a call that was made is the one a line of a lesson means, however it was spelled, and how it differs. Only what the line
//! says outright is compared; what cannot be known (a value computed, a name without a socket) does not count against a student.

use super::done::Done;
use crate::catalog::verb::Verb;
use crate::command::ast::{Call, Command, Expr, Operator};
use crate::command::unparse::command_form;
use crate::event::CallEvent;
use crate::value::Address;

/// How a call of the right name differs from the one that is meant; nothing when it does not.
pub fn differs(call: &Call, made: &CallEvent, done: &Done<'_>) -> Option<String> {
    other_socket(call, made, done)
        .or_else(|| other_kind(call, made))
        .or_else(|| other_address(call, made))
        .or_else(|| other_data(call, made))
        .or_else(|| other_number(call, made))
}

/// True when two commands do the same, but for names that stand for the same: the lesson's `s` for a socket that is called `srv`.
pub fn same_action(lesson: &Command, typed: &Command, process: &str, done: &Done<'_>) -> bool {
    if lesson.action == typed.action {
        return true;
    }
    let bare = |command: &Command| {
        command_form(&Command {
            process: None,
            targets: Vec::new(),
            background: false,
            ..command.clone()
        })
    };
    let (one, other) = (bare(lesson), bare(typed));
    let (one, other) = (tokens(&one), tokens(&other));
    let same = |(one, other): (&&str, &&str)| one == other || same_name(one, other, process, done);
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

/// The words of a line, and the characters between them.
fn tokens(line: &str) -> Vec<&str> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = if in_word(first) {
            rest.find(|c| !in_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

/// True when the lesson's name and the student's are names of one socket, or were found to stand for one value.
fn same_name(lesson: &str, student: &str, process: &str, done: &Done<'_>) -> bool {
    let called = done.called.iter().any(|renamed| {
        let mut pairs = renamed.lesson.iter().zip(&renamed.student);
        renamed.process == process && pairs.any(|(one, other)| one == lesson && other == student)
    });
    let descriptors = |wanted: &str| {
        let of = |(whose, name, _): &&(String, String, i32)| whose == process && name == wanted;
        let found = done.sockets.iter().filter(of).map(|(.., fd)| *fd);
        found.collect::<Vec<i32>>()
    };
    called || {
        let of_student = descriptors(student);
        descriptors(lesson).iter().any(|fd| of_student.contains(fd))
    }
}

/// True when the first arguments of two calls are one socket, by whatever names.
pub fn same_subject(lesson: &Call, typed: &Call, process: &str, done: &Done<'_>) -> bool {
    match (lesson.args.first(), typed.args.first()) {
        (Some(Some(Expr::Name(one))), Some(Some(Expr::Name(other)))) => {
            one == other || same_name(one, other, process, done)
        }
        (one, other) => one == other,
    }
}

/// True when the arguments of two commands of one verb do not contradict each other. Numbers may be spelled `1`, `1.0` or `1s`.
pub fn same_arguments(one: &Call, other: &Call) -> bool {
    one.args.iter().zip(&other.args).all(|pair| match pair {
        (Some(one), Some(other)) => !contradicts(one, other),
        _ => true,
    })
}

fn contradicts(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::Name(one), Expr::Name(other)) | (Expr::Constant(one), Expr::Constant(other)) => {
            one != other
        }
        (Expr::Str(one), Expr::Str(other)) => one != other,
        (Expr::Bytes(one), Expr::Bytes(other)) => one != other,
        (Expr::Bool(one), Expr::Bool(other)) => one != other,
        _ => match (seconds(one), seconds(other)) {
            (Some(one), Some(other)) => (one - other).abs() > 1e-9,
            _ => false,
        },
    }
}

fn seconds(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Int(number) => Some(*number as f64),
        Expr::Float(number) => Some(*number),
        Expr::Duration(nanoseconds) => Some(*nanoseconds as f64 / 1e9),
        _ => None,
    }
}

/// The first argument names a socket: the call has to be made on it.
fn other_socket(call: &Call, made: &CallEvent, done: &Done<'_>) -> Option<String> {
    let Some(Expr::Name(name)) = call.args.first()? else {
        return None;
    };
    let fd = made.fd?;
    let mut held = done
        .sockets
        .iter()
        .filter(|(process, held, _)| *process == made.process && held == name)
        .peekable();
    held.peek()?;
    if held.any(|(_, _, number)| *number == fd) {
        return None;
    }
    let called = done
        .sockets
        .iter()
        .find(|(process, _, number)| *process == made.process && *number == fd)
        .map_or_else(|| format!("descriptor {fd}"), |(_, name, _)| name.clone());
    Some(format!("that was on {called}; this step is on {name}"))
}

/// The words of a C argument: `SOCK_STREAM|SOCK_NONBLOCK` has two.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// The constants an expression is put together from; nothing when it is anything else.
fn constants(expr: &Expr) -> Option<Vec<&str>> {
    match expr {
        Expr::Constant(name) => Some(vec![name]),
        Expr::Binary(Operator::Or, left, right) => {
            let mut names = constants(left)?;
            names.extend(constants(right)?);
            Some(names)
        }
        _ => None,
    }
}

/// Families, types, options, flags and ways to shut down.
fn other_kind(call: &Call, made: &CallEvent) -> Option<String> {
    if call.verb == Verb::Socket {
        let defaults = ["AF_INET", "SOCK_STREAM"];
        return defaults.iter().enumerate().find_map(|(place, default)| {
            let wanted = match call.args.get(place)? {
                Some(expr) => constants(expr)?,
                None => vec![*default],
            };
            other_words(&wanted, made.args.get(place)?)
        });
    }
    if call.verb == Verb::Shutdown {
        let wanted = match call.args.get(1)? {
            Some(expr) => constants(expr)?,
            None => vec!["SHUT_RDWR"],
        };
        return other_words(&wanted, made.args.get(1)?);
    }
    let told = ["SO_", "TCP_", "IP_", "IPV6_", "UDP_", "MSG_"];
    let missing = call
        .args
        .iter()
        .flatten()
        .filter_map(constants)
        .flatten()
        .filter(|name| told.iter().any(|prefix| name.starts_with(prefix)))
        .find(|name| {
            !made
                .args
                .iter()
                .any(|argument| words(argument).any(|word| word == *name))
        })?;
    Some(format!("this step says {missing}"))
}

fn other_words(wanted: &[&str], found: &str) -> Option<String> {
    // Python sets it on every socket; it says nothing of the conversation.
    let found: Vec<&str> = words(found)
        .filter(|word| *word != "SOCK_CLOEXEC")
        .collect();
    let same = wanted
        .iter()
        .all(|word| *word == "SOCK_CLOEXEC" || found.contains(word))
        && found.iter().all(|word| wanted.contains(word));
    (!same).then(|| {
        format!(
            "that was {}; this step says {}",
            found.join("|"),
            wanted.join("|")
        )
    })
}

/// Literal addresses: where it was bound, connected or sent to.
fn other_address(call: &Call, made: &CallEvent) -> Option<String> {
    let found = match call.verb {
        Verb::Bind | Verb::CreateServer => made.local.as_ref().or(made.peer.as_ref())?,
        Verb::Connect | Verb::ConnectEx | Verb::CreateConnection | Verb::Sendto => {
            made.peer.as_ref()?
        }
        _ => return None,
    };
    let wanted = call
        .args
        .iter()
        .flatten()
        .find(|expr| matches!(expr, Expr::Address(_) | Expr::HostPort(..) | Expr::Tuple(_)))?;
    let same = match wanted {
        Expr::Address(wanted) => is_at(wanted, found),
        Expr::HostPort(_, Some(port)) => found.port().is_none_or(|found| found == *port),
        Expr::Tuple(items) => match items.as_slice() {
            [_, Expr::Int(port), ..] => found.port().is_none_or(|found| i64::from(found) == *port),
            _ => true,
        },
        _ => true,
    };
    let shown = match wanted {
        Expr::Address(wanted) => wanted.to_string(),
        Expr::HostPort(host, Some(port)) => format!("{host}:{port}"),
        _ => "another port".to_owned(),
    };
    (!same).then(|| format!("that was {found}; this step says {shown}"))
}

/// True when an address is the one that was wanted. Port 0 is any port, and the any-address (`("", 5000)` in Python) takes in the
/// wanted one.
fn is_at(wanted: &Address, found: &Address) -> bool {
    match (wanted.port(), found.port()) {
        (Some(0), Some(_)) => true,
        (Some(wanted), Some(port)) if found.ip().is_some_and(|ip| ip.is_unspecified()) => {
            wanted == port
        }
        (Some(port), Some(other)) => port == other && wanted.ip() == found.ip(),
        _ => wanted == found,
    }
}

/// Literal bytes. A send may have taken only the first of them.
fn other_data(call: &Call, made: &CallEvent) -> Option<String> {
    if !matches!(call.verb, Verb::Send | Verb::Sendall | Verb::Sendto) {
        return None;
    }
    let wanted = match call.args.get(1)?.as_ref()? {
        Expr::Str(text) => text.as_bytes(),
        Expr::Bytes(bytes) => bytes,
        _ => return None,
    };
    let found = made.data.as_deref()?;
    let first = !found.is_empty() && wanted.starts_with(found);
    (!first && wanted != found).then(|| "those were other bytes".to_owned())
}

/// From this backlog on a lesson's listener has room for all that come.
const LONG_ENOUGH: i64 = 5;

/// Literal numbers: a backlog, the size of a receive, the value of an option.
fn other_number(call: &Call, made: &CallEvent) -> Option<String> {
    let place = match call.verb {
        Verb::Listen | Verb::Recv | Verb::Recvfrom => 1,
        Verb::Setsockopt => 3,
        _ => return None,
    };
    let wanted = match call.args.get(place)?.as_ref()? {
        Expr::Int(number) => *number,
        Expr::Bool(value) => i64::from(*value),
        _ => return None,
    };
    // A queue that is long enough for the lesson may be longer; one that is short is meant to be.
    let longer = |argument: &String| argument.parse::<i64>().is_ok_and(|found| found >= wanted);
    if call.verb == Verb::Listen && wanted >= LONG_ENOUGH && made.args.get(1).is_some_and(longer) {
        return None;
    }
    let wanted = wanted.to_string();
    let there = made
        .args
        .iter()
        .skip(1)
        .any(|argument| words(argument).any(|word| word == wanted));
    (!there && !wanted.starts_with('-')).then(|| format!("this step says {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::ast::Action;
    use crate::command::parse::parse_line;
    use crate::lesson::done::Renamed;
    use std::net::SocketAddr;

    fn call(text: &str) -> Call {
        let commands = parse_line(text).expect("it is a line");
        match commands.into_iter().next().map(|command| command.action) {
            Some(Action::Call(call)) => call,
            other => panic!("no call: {other:?}"),
        }
    }

    fn made(name: &str, args: &[&str]) -> CallEvent {
        CallEvent {
            fd: args.first().and_then(|first| first.parse().ok()),
            ..crate::event::sample::call(name, args)
        }
    }

    #[test]
    fn a_call_differs_in_what_the_line_says_outright_and_in_nothing_else() {
        for (line, args, expected) in [
            ("socket", &["AF_INET", "SOCK_STREAM", "0"][..], None),
            (
                "socket",
                &["AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", "0"],
                None,
            ),
            (
                "socket AF_INET SOCK_STREAM",
                &["AF_INET", "SOCK_DGRAM", "0"],
                Some("that was SOCK_DGRAM; this step says SOCK_STREAM"),
            ),
            (
                "socket AF_INET6 SOCK_STREAM",
                &["AF_INET", "SOCK_STREAM", "0"],
                Some("AF_INET6"),
            ),
            (
                "socket AF_INET SOCK_STREAM|SOCK_NONBLOCK",
                &["AF_INET", "SOCK_STREAM", "0"],
                Some("SOCK_NONBLOCK"),
            ),
            ("close c", &["5"], None),
            ("close c", &["6"], Some("that was on d; this step is on c")),
            ("close c", &["9"], Some("descriptor 9")),
            ("close x", &["9"], None),
            ("shutdown c SHUT_WR", &["5", "SHUT_WR"], None),
            ("shutdown c SHUT_WR", &["5", "SHUT_RD"], Some("SHUT_WR")),
            ("listen c 1", &["5", "1"], None),
            ("listen c", &["5", "4096"], None),
            ("listen c 1", &["5", "5"], Some("this step says 1")),
            ("listen c 5", &["5", "4096"], None),
            ("listen c 5", &["5", "1"], Some("this step says 5")),
            (
                "setsockopt c SOL_SOCKET SO_REUSEADDR 1",
                &["5", "SOL_SOCKET", "SO_REUSEADDR", "[1]", "4"],
                None,
            ),
            (
                "setsockopt c SOL_SOCKET SO_REUSEADDR 1",
                &["5", "SOL_SOCKET", "SO_REUSEPORT", "[1]", "4"],
                Some("this step says SO_REUSEADDR"),
            ),
            (
                "setsockopt c SOL_SOCKET SO_RCVBUF 9000",
                &["5", "SOL_SOCKET", "SO_RCVBUF", "[4000]", "4"],
                Some("this step says 9000"),
            ),
            (
                "recv c 10 MSG_PEEK",
                &["5", "\"x\"", "10", "0"],
                Some("this step says MSG_PEEK"),
            ),
        ] {
            let name = line.split(' ').next().unwrap_or_default();
            let done = Done {
                sockets: [("c", 5), ("d", 6)]
                    .map(|(name, fd)| ("lab".to_owned(), name.to_owned(), fd))
                    .to_vec(),
                ..Done::default()
            };
            let found = differs(&call(line), &made(name, args), &done);
            match expected {
                None => assert_eq!(found, None, "{line} {args:?}"),
                Some(words) => assert!(
                    found.as_ref().is_some_and(|found| found.contains(words)),
                    "{line} {args:?}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn addresses_and_bytes_are_compared_where_they_stand_in_the_line() {
        let at = |address: &str| -> Option<Address> {
            address.parse::<SocketAddr>().ok().map(Into::into)
        };
        for (line, address, data, same) in [
            ("connect c 127.0.0.1:5000", "127.0.0.1:5000", "", true),
            ("connect c 127.0.0.1:5000", "127.0.0.1:5001", "", false),
            ("connect c 127.0.0.1:5000", "127.0.0.2:5000", "", false),
            ("connect c localhost:5000", "127.0.0.1:5000", "", true),
            (
                "connect c (\"localhost\", 5000)",
                "127.0.0.1:5001",
                "",
                false,
            ),
            ("bind c 127.0.0.1:5000", "0.0.0.0:5000", "", true),
            ("bind c 10.0.0.1:0", "10.0.0.1:40312", "", true),
            ("send c \"hello\"", "", "hello", true),
            ("send c \"hello\"", "", "hel", true),
            ("send c \"hello\"", "", "hi", false),
            ("send c b\"x\" * 5", "", "hi", true),
        ] {
            let mut made = made("call", &["5"]);
            made.peer = at(address);
            made.local = if line.starts_with("bind") {
                at(address)
            } else {
                None
            };
            made.data = (!data.is_empty()).then(|| data.as_bytes().to_vec());
            let found = differs(&call(line), &made, &Done::default());
            assert_eq!(found.is_none(), same, "{line}: {found:?}");
        }
    }

    #[test]
    fn arguments_contradict_each_other_only_where_both_are_literal() {
        for (one, other, same) in [
            ("settimeout c 1", "settimeout c 1.0", true),
            ("settimeout c 1", "settimeout c 1s", true),
            ("settimeout c 1", "settimeout c 2", false),
            ("settimeout c 1", "settimeout d 1", false),
            ("settimeout c 1", "settimeout c n", true),
            ("fileno c", "c.fileno()", true),
            (
                "inet_pton AF_INET \"10.0.0.2\"",
                "inet_pton AF_INET \"10.0.0.3\"",
                false,
            ),
        ] {
            assert_eq!(
                same_arguments(&call(one), &call(other)),
                same,
                "{one}, {other}"
            );
        }
    }

    #[test]
    fn names_that_stand_for_one_thing_make_no_other_command() {
        let command = |text: &str| -> Command {
            let commands = parse_line(text).expect("it is a line");
            commands.into_iter().next().expect("it has a command")
        };
        let called = [Renamed {
            process: "lab".to_owned(),
            lesson: vec!["data".to_owned()],
            student: vec!["what".to_owned()],
        }];
        let done = Done {
            sockets: [("s", 3), ("srv", 3), ("t", 4)]
                .map(|(name, fd)| ("lab".to_owned(), name.to_owned(), fd))
                .to_vec(),
            called: &called,
            ..Done::default()
        };
        for (lesson, typed, same) in [
            (
                "n = serve s upper --count 2",
                "serve srv upper --count 2",
                true,
            ),
            (
                "n = serve s upper --count 2",
                "serve srv upper --count 3",
                false,
            ),
            ("n = serve s upper", "serve t upper", false),
            ("len(data) == 5", "len(what) == 5", true),
            ("len(data) == 5", "len(that) == 5", false),
            ("settimeout s 1", "srv.settimeout(1)", true),
        ] {
            let (lesson, typed) = (command(lesson), command(typed));
            assert_eq!(
                same_action(&lesson, &typed, "lab", &done),
                same,
                "{}",
                typed.text
            );
        }
    }
}
