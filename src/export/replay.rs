//! The calls that a program made as commands of this language: what `save` writes of a program, as lines or by way of them in any language.

use super::transcript::Transcript;
use crate::command::parse::parse_line;
use crate::event::CallEvent;
use crate::value::Address;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// The commands of programs are numbered from here on: every call is its own.
const NUMBERS: u64 = 1 << 48;

/// A call as a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The process that made it.
    pub process: String,
    /// The command; empty for a call that has none.
    pub command: String,
    /// What stands in its place, or beside it.
    pub comment: String,
}

/// The sockets that a process has, as they are called in its lines.
type Names = HashMap<i32, String>;

/// The calls as lines, in the order in which they began.
pub fn lines<'a>(calls: impl Iterator<Item = &'a CallEvent>) -> Vec<(Line, &'a CallEvent)> {
    let mut calls: Vec<&CallEvent> = calls.filter(|call| is_worth_repeating(call)).collect();
    calls.sort_by_key(|call| call.start_ns);
    let mut processes: BTreeMap<&str, Names> = BTreeMap::new();
    let line = |call: &'a CallEvent| {
        let names = processes.entry(&call.process).or_default();
        let command = command(call, names);
        let comment = match (&command, &call.errno) {
            (None, _) => {
                let invocation = call.invocation().replace(char::is_control, "");
                format!("{invocation} has no command here")
            }
            (Some(_), Some(errno)) => format!("it failed: {errno}"),
            (Some(_), None) => String::new(),
        };
        let line = Line {
            process: call.process.clone(),
            command: command.unwrap_or_default(),
            comment,
        };
        (line, call)
    };
    calls.into_iter().map(line).collect()
}

/// The lines as a script. The processes are made first.
pub fn script(lines: &[(Line, &CallEvent)]) -> String {
    let mut script = String::new();
    let mut hosts: BTreeMap<&str, &str> = BTreeMap::new();
    for (line, call) in lines {
        if hosts.insert(&line.process, &call.host).is_none() {
            let _ = writeln!(script, "process {} {}", name(&line.process), call.host);
        }
    }
    for (line, _) in lines {
        let comment = match line.comment.as_str() {
            "" => String::new(),
            comment if line.command.is_empty() => format!("# {comment}"),
            comment => format!("  # {comment}"),
        };
        let (process, command) = (name(&line.process), &line.command);
        let _ = writeln!(script, "{process}> {command}{comment}");
    }
    script
}

/// The lines as if they had been typed, and the calls with the numbers they have there.
pub fn typed(lines: &[(Line, &CallEvent)], transcript: &mut Transcript) -> Vec<CallEvent> {
    let mut calls = Vec::new();
    for (place, (line, call)) in lines.iter().enumerate() {
        let process = name(&line.process);
        let number = NUMBERS + place as u64;
        match parse_line(&line.command).as_deref() {
            Ok([command]) => transcript.command(&process, command, number, call.start_ns),
            _ => transcript.comment(&process, &line.comment),
        }
        calls.push(CallEvent {
            process,
            command: number,
            ..(*call).clone()
        });
    }
    calls
}

/// A process's name as one that a prompt can have: `server/12` is a child of a program.
fn name(process: &str) -> String {
    process.replace(['/', '.'], "-")
}

/// False for what came of the moment alone: a call that was to be made again, or that was made to fail.
fn is_worth_repeating(call: &CallEvent) -> bool {
    call.injected.is_none() && !matches!(call.errno.as_deref(), Some("EAGAIN" | "EINTR"))
}

/// The command that makes this call; `None` where there is none, or where a socket was not made before the eyes of the tracer.
fn command(call: &CallEvent, names: &mut Names) -> Option<String> {
    let argument = |place: usize| call.args.get(place).map(String::as_str);
    let made = |prefix: &str, names: &mut Names| {
        let fd = *call.made.first()?;
        let name = format!("{prefix}{fd}");
        names.insert(fd, name.clone());
        Some(name)
    };
    let on = |names: &Names| call.fd.and_then(|fd| names.get(&fd).cloned());
    Some(match call.name.as_str() {
        "socket" => {
            let [family, kind, protocol] = [argument(0)?, argument(1)?, argument(2)?];
            let name = made("s", names)?;
            format!("{name} = socket {family} {kind} {protocol}")
        }
        "socketpair" => {
            let [family, kind, protocol] = [argument(0)?, argument(1)?, argument(2)?];
            let [one, other] = call.made[..] else {
                return None;
            };
            names.insert(one, format!("s{one}"));
            names.insert(other, format!("s{other}"));
            format!("s{one}, s{other} = socketpair {family} {kind} {protocol}")
        }
        "accept" | "accept4" => {
            let listener = on(names)?;
            match made("c", names) {
                Some(name) => format!("{name}, {name}_peer = accept {listener}"),
                None => format!("accept {listener}"),
            }
        }
        "dup" | "dup2" | "dup3" => {
            let name = on(names)?;
            let copy = made("d", names)?;
            format!("{copy} = dup {name}")
        }
        "bind" => format!("bind {} {}", on(names)?, place(call.local.as_ref()?)?),
        "connect" => format!("connect {} {}", on(names)?, place(call.peer.as_ref()?)?),
        "listen" => format!("listen {} {}", on(names)?, argument(1)?),
        "send" | "write" => format!("send {} {}", on(names)?, sent(call)?),
        "sendto" => {
            let to = place(call.peer.as_ref()?)?;
            format!("sendto {} {} {to}", on(names)?, sent(call)?)
        }
        "recv" | "read" => format!("recv {} {}", on(names)?, argument(2)?),
        "recvfrom" => format!("recvfrom {} {}", on(names)?, argument(2)?),
        "shutdown" => format!("shutdown {} {}", on(names)?, argument(1)?),
        "close" => {
            let name = names.remove(&call.fd?)?;
            format!("close {name}")
        }
        "getsockname" | "getpeername" => format!("{} {}", call.name, on(names)?),
        "setsockopt" => {
            let value = argument(3)?.trim_matches(['[', ']']);
            value.parse::<i64>().ok()?;
            let [level, option] = [argument(1)?, argument(2)?];
            format!("setsockopt {} {level} {option} {value}", on(names)?)
        }
        "getsockopt" => {
            let [level, option] = [argument(1)?, argument(2)?];
            format!("getsockopt {} {level} {option}", on(names)?)
        }
        "ioctl" if argument(1)? == "FIONBIO" => {
            let flag = if argument(2)? == "[0]" {
                "True"
            } else {
                "False"
            };
            format!("setblocking {} {flag}", on(names)?)
        }
        _ => return None,
    })
}

/// The bytes that a call sent, if all of them are known.
fn sent(call: &CallEvent) -> Option<String> {
    let data = call.data.as_deref()?;
    let whole = call.errno.is_some() || i64::try_from(data.len()) == Ok(call.result);
    whole.then(|| format!("b\"{}\"", data.escape_ascii()))
}

/// An address as it is typed. A path is the program's choice: one that is more than a word might be read as another command.
fn place(address: &Address) -> Option<String> {
    let is_word = |text: &[u8]| {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
        !text.is_empty() && text.iter().all(plain)
    };
    match address {
        Address::Inet(_) | Address::Inet6(_) => Some(address.to_string()),
        Address::UnixPath(text) | Address::UnixAbstract(text) => {
            is_word(text).then(|| address.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sample;
    use std::net::SocketAddr;

    fn call(name: &str, fd: Option<i32>, args: &[&str], made: &[i32]) -> CallEvent {
        CallEvent {
            process: "server".to_owned(),
            fd,
            made: made.to_vec(),
            syscall: name.to_owned(),
            ..sample::call(name, args)
        }
    }

    #[test]
    fn what_a_program_chose_is_never_a_command_of_its_own() {
        for (path, command) in [
            ("/tmp/a.sock", "bind s3 /tmp/a.sock"),
            ("/tmp/a; run sh", ""),
            ("/tmp/a\nrun sh", ""),
            ("a b", ""),
            ("\"", ""),
        ] {
            let mut calls = [
                call("socket", None, &["AF_UNIX", "SOCK_STREAM", "0"], &[3]),
                call("bind", Some(3), &["3", path], &[]),
            ];
            calls[1].local = Some(Address::UnixPath(path.as_bytes().to_vec()));
            let lines = lines(calls.iter());
            assert_eq!(lines[1].0.command, command, "{path}");
            assert_eq!(script(&lines).lines().count(), 3, "{path}");
        }
    }

    #[test]
    fn a_server_becomes_lines_that_can_be_typed() {
        let here = Address::from(SocketAddr::from(([127, 0, 0, 1], 5000)));
        let mut calls = vec![
            call(
                "socket",
                None,
                &["AF_INET", "SOCK_STREAM|SOCK_CLOEXEC", "0"],
                &[3],
            ),
            call(
                "setsockopt",
                Some(3),
                &["3", "SOL_SOCKET", "SO_REUSEADDR", "[1]", "4"],
                &[],
            ),
            call("bind", Some(3), &["3", "…"], &[]),
            call("listen", Some(3), &["3", "5"], &[]),
            call("accept", Some(3), &["3", "…"], &[4]),
            call("recv", Some(4), &["4", "…", "1024", "0"], &[]),
            call("send", Some(4), &["4", "…", "5", "0"], &[]),
            call("epoll_wait", Some(9), &["9"], &[]),
            call("close", Some(4), &["4"], &[]),
            call("recv", Some(3), &["3", "…", "1", "0"], &[]),
        ];
        calls[2].local = Some(here);
        (calls[6].data, calls[6].result) = (Some(b"h\"\n\xff!".to_vec()), 5);
        (calls[9].errno, calls[9].result) = (Some("ENOTCONN".to_owned()), -1);
        let mut again = call("accept", Some(3), &["3"], &[]);
        again.errno = Some("EAGAIN".to_owned());
        calls.push(again);
        for (place, call) in calls.iter_mut().enumerate() {
            call.start_ns = place as i64;
        }
        let lines = lines(calls.iter());
        let script = script(&lines);
        assert_eq!(
            script,
            "process server lab
server> s3 = socket AF_INET SOCK_STREAM|SOCK_CLOEXEC 0
server> setsockopt s3 SOL_SOCKET SO_REUSEADDR 1
server> bind s3 127.0.0.1:5000
server> listen s3 5
server> c4, c4_peer = accept s3
server> recv c4 1024
server> send c4 b\"h\\\"\\n\\xff!\"
server> # epoll_wait(9) has no command here
server> close c4
server> recv s3 1  # it failed: ENOTCONN
"
        );
        let mut transcript = Transcript::default();
        let numbered = typed(&lines, &mut transcript);
        assert_eq!(numbered.len(), lines.len());
        assert_eq!(transcript.entries().count(), lines.len());
        for (line, _) in &lines {
            assert!(parse_line(&line.command).is_ok(), "{}", line.command);
        }
    }
}
