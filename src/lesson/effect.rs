//! Whether a student has done what a line of a lesson does, however it was spelled: by the calls that were made and the names that were given.

use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::{Action, Call, Command, Expr};
use crate::event::CallEvent;
use crate::value::Address;

/// What the student has done since the step began.
#[derive(Clone, Debug, Default)]
pub struct Done<'a> {
    /// The commands that were typed, each with the process it went to.
    pub typed: &'a [(String, Command)],
    /// The calls that were made.
    pub calls: Vec<&'a CallEvent>,
    /// The names that have values: process and name.
    pub names: Vec<(String, String)>,
    /// The process of the prompt.
    pub here: &'a str,
}

/// The first thing a line does that was not done; `None` when all of it was. `process` is where the line goes.
pub fn missing(commands: &[Command], process: &str, done: &Done<'_>) -> Option<String> {
    commands
        .iter()
        .find_map(|command| missing_of(command, process, done))
}

fn missing_of(command: &Command, process: &str, done: &Done<'_>) -> Option<String> {
    let process = command.process.as_deref().unwrap_or(process);
    let typed_so = done.typed.iter().any(|(whose, typed)| {
        whose == process && typed.action == command.action && typed.targets == command.targets
    });
    if typed_so {
        return None;
    }
    let unnamed = command.targets.iter().find(|target| {
        !done
            .names
            .iter()
            .any(|(whose, name)| whose == process && name == *target)
    });
    match &command.action {
        Action::Switch => (done.here != process).then(|| format!("`{process}>` goes there")),
        Action::Repeat(_, body) => missing(body, process, done),
        Action::Evaluate(_) => match unnamed {
            Some(name) => Some(format!("nothing is called {name} in {process}")),
            None if command.targets.is_empty() => Some(format!("`{}`", command.text)),
            None => None,
        },
        Action::Call(call) => {
            if !is_made(call, process, done) {
                return Some(format!("no {} in {process} yet", call.verb.name()));
            }
            unnamed.map(|name| format!("nothing is called {name} in {process}"))
        }
    }
}

fn is_made(call: &Call, process: &str, done: &Done<'_>) -> bool {
    if call.verb.entry().answered_by == AnsweredBy::Session {
        let looks = matches!(
            call.verb,
            Verb::Sockets
                | Verb::Info
                | Verb::States
                | Verb::Packets
                | Verb::Packet
                | Verb::Ladder
                | Verb::Follow
                | Verb::Conversations
                | Verb::Why
                | Verb::Help
                | Verb::Explain
                | Verb::Lab
                | Verb::Jobs
                | Verb::Sleep
                | Verb::Wait
        );
        return done.typed.iter().any(|(_, typed)| {
            matches!(&typed.action, Action::Call(other)
                if other.verb == call.verb && (looks || other.args == call.args))
        });
    }
    let names = call_names(call.verb);
    if names.is_empty() {
        return done.typed.iter().any(|(whose, typed)| {
            whose == process
                && matches!(&typed.action, Action::Call(other) if other.verb == call.verb)
        });
    }
    let port = port(call);
    done.calls.iter().any(|made| {
        let name = made.name.strip_suffix('4').unwrap_or(&made.name);
        let same_port = match (port, made.local.as_ref().or(made.peer.as_ref())) {
            (Some(port), Some(address)) if matches!(call.verb, Verb::Bind | Verb::Connect) => {
                address.port().is_none_or(|made| made == port)
            }
            _ => true,
        };
        made.process == process && same_port && names.contains(&name)
    })
}

/// The system calls by which the effect of a verb comes about; none when it makes none.
fn call_names(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::Socket => &["socket"],
        Verb::Socketpair => &["socketpair"],
        Verb::Bind => &["bind"],
        Verb::Listen | Verb::CreateServer => &["listen"],
        Verb::Accept => &["accept"],
        Verb::Connect | Verb::ConnectEx | Verb::CreateConnection => &["connect"],
        Verb::Send | Verb::Sendall | Verb::Sendto | Verb::Sendmsg | Verb::SendFds => {
            &["send", "sendto", "sendmsg", "write"]
        }
        Verb::Recv | Verb::Recvfrom | Verb::Recvmsg | Verb::RecvFds | Verb::RecvInto => {
            &["recv", "recvfrom", "recvmsg", "read"]
        }
        Verb::Shutdown => &["shutdown"],
        Verb::Close => &["close"],
        Verb::Getsockname => &["getsockname"],
        Verb::Getpeername => &["getpeername"],
        Verb::Getsockopt => &["getsockopt"],
        Verb::Setsockopt => &["setsockopt"],
        Verb::Select | Verb::Poll | Verb::EpollWait => {
            &["select", "poll", "epoll_wait", "pselect6", "ppoll"]
        }
        _ => &[],
    }
}

/// The port of a literal address among the arguments.
fn port(call: &Call) -> Option<u16> {
    call.args
        .iter()
        .flatten()
        .find_map(|argument| match argument {
            Expr::Address(address) => Address::port(address),
            Expr::HostPort(_, port) => *port,
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::parse::parse_line;

    fn made(name: &str, port: u16) -> CallEvent {
        let address: std::net::SocketAddr = ([127, 0, 0, 1], port).into();
        CallEvent {
            process: "lab".to_owned(),
            host: "lab".to_owned(),
            command: 1,
            job: 0,
            thread: 0,
            name: name.to_owned(),
            args: Vec::new(),
            fd: None,
            result: 0,
            errno: None,
            data: None,
            peer: Some(address.into()),
            local: None,
            out: String::new(),
            made: Vec::new(),
            times: 1,
            blocked: false,
            start_ns: 0,
            end_ns: 0,
        }
    }

    #[test]
    fn a_line_is_done_by_its_effect_however_it_was_spelled() {
        for (line, typed, calls, names, expected) in [
            ("c = socket", "", &["socket"][..], &["c"][..], None),
            (
                "c = socket",
                "",
                &["socket"],
                &["d"],
                Some("nothing is called c"),
            ),
            ("c = socket", "", &[], &[], Some("no socket in lab")),
            (
                "s = create_server :5000",
                "",
                &["socket", "bind", "listen"],
                &["s"],
                None,
            ),
            ("connect c :5000", "", &["connect"], &[], None),
            ("connect c :5001", "", &["connect"], &[], Some("no connect")),
            ("sendall c \"x\"", "", &["send"], &[], None),
            (
                "conn, addr = accept s",
                "",
                &["accept4"],
                &["conn", "addr"],
                None,
            ),
            ("fileno c", "c.fileno()", &[], &[], None),
            ("fileno c", "", &[], &[], Some("no fileno")),
            ("sockets", "sockets lab", &[], &[], None),
            (
                "process server",
                "process other",
                &[],
                &[],
                Some("no process"),
            ),
            ("n = 5", "", &[], &["n"], None),
            ("1 + 1", "1 + 1", &[], &[], None),
            ("1 + 1", "2", &[], &[], Some("1 + 1")),
            ("server>", "", &[], &[], Some("goes there")),
        ] {
            let commands = parse_line(line).expect("it is a line");
            let typed: Vec<(String, Command)> = parse_line(typed)
                .unwrap_or_default()
                .into_iter()
                .map(|command| ("lab".to_owned(), command))
                .collect();
            let calls: Vec<CallEvent> = calls.iter().map(|name| made(name, 5000)).collect();
            let done = Done {
                typed: &typed,
                calls: calls.iter().collect(),
                names: names
                    .iter()
                    .map(|name| ("lab".to_owned(), (*name).to_owned()))
                    .collect(),
                here: "lab",
            };
            let found = missing(&commands, "lab", &done);
            match expected {
                None => assert_eq!(found, None, "{line}"),
                Some(words) => assert!(
                    found.as_ref().is_some_and(|found| found.contains(words)),
                    "{line}: {found:?}"
                ),
            }
        }
    }
}
