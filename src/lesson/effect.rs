//! Whether a student has done what a line of a lesson does, however it was spelled: by the calls that were made and the names that were given.

use super::done::{Done, Renamed};
use super::likeness::{differs, same_action, same_arguments, same_subject};
use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::{Action, Call, Command};
use crate::event::CallEvent;

/// Errors that only say that a call would wait or was interrupted: what it was to do may come yet.
const WAITS: &[&str] = &["EAGAIN", "EINPROGRESS", "EALREADY", "EINTR"];

/// How much of what was done a line accounts for: what comes behind it may be the next line's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// So many of the commands that were typed.
    pub typed: usize,
    /// So many of the calls that were made.
    pub calls: usize,
    /// The values that were given other names than the lesson's.
    pub renamed: Vec<Renamed>,
}

/// Whether all that a line does was done. An error is the first thing that was not; of a line of one command it is empty where there
/// is no more to be said. `process` is where the line goes.
pub fn account(commands: &[Command], process: &str, done: &Done<'_>) -> Result<Used, String> {
    let mut used = Used::default();
    let mut done = done.clone();
    for command in commands {
        let known = used.renamed.len();
        account_for(command, process, &done, &mut used).map_err(|reason| match reason {
            Some(reason) => reason,
            None if commands.len() > 1 => {
                let process = command.process.as_deref().unwrap_or(process);
                format!("no `{}` in {process} yet", command.text)
            }
            None => String::new(),
        })?;
        for renamed in &used.renamed[known..] {
            know(renamed, &mut done);
        }
    }
    Ok(used)
}

/// From here on the lesson's names stand for what the student's do.
fn know(renamed: &Renamed, done: &mut Done<'_>) {
    for (place, lesson) in renamed.lesson.iter().enumerate() {
        done.names.push((renamed.process.clone(), lesson.clone()));
        let student = renamed.student.get(place);
        let descriptors: Vec<i32> = done
            .sockets
            .iter()
            .filter(|(process, name, _)| *process == renamed.process && Some(name) == student)
            .map(|(.., fd)| *fd)
            .collect();
        for fd in descriptors {
            done.sockets
                .push((renamed.process.clone(), lesson.clone(), fd));
        }
    }
}

fn account_for(
    command: &Command,
    process: &str,
    done: &Done<'_>,
    used: &mut Used,
) -> Result<(), Option<String>> {
    let process = command.process.as_deref().unwrap_or(process);
    let typed = typed_so(process, done, used, |typed| {
        same_action(command, typed, process, done) && typed.targets == command.targets
    });
    let made = match &command.action {
        Action::Call(call) => made_so(call, process, done, used, |made| {
            is_named(command, made, done)
        }),
        _ => None,
    };
    if let (Action::Call(call), None, Some(_)) = (&command.action, made, typed)
        && let Some(reason) = refused(call, process, done, used)
    {
        return Err(Some(reason));
    }
    used.calls = made.unwrap_or(used.calls);
    if let Some(typed) = typed {
        used.typed = typed;
        return Ok(());
    }
    match &command.action {
        Action::Switch if done.here == process => Ok(()),
        Action::Switch => Err(Some(format!("`{process}>` goes there"))),
        Action::Repeat(_, body) => {
            for command in body {
                account_for(command, process, done, used)?;
            }
            Ok(())
        }
        Action::Evaluate(_) => account_for_value(command, process, done, used),
        Action::Call(_) if made.is_some() => account_for_names(command, process, done, used),
        Action::Call(call) => account_for_call(command, call, process, done, used),
    }
}

/// The place behind the first command, of those that are left for a process, which is so; those of the lab are for any.
fn typed_so(
    process: &str,
    done: &Done<'_>,
    used: &Used,
    is_so: impl Fn(&Command) -> bool,
) -> Option<usize> {
    let left = done.typed.iter().enumerate().skip(used.typed);
    let mut for_it = left.filter(|(_, (whose, typed))| whose == process || is_of_the_lab(typed));
    let (place, _) = for_it.find(|(_, (_, typed))| is_so(typed))?;
    Some(place + 1)
}

/// The place behind the first call, of those that are left, which is the one meant, succeeded as it should, and is so.
fn made_so(
    call: &Call,
    process: &str,
    done: &Done<'_>,
    used: &Used,
    is_so: impl Fn(&CallEvent) -> bool,
) -> Option<usize> {
    let mut left = done.calls.iter().enumerate().skip(used.calls);
    let (place, _) = left.find(|(_, made)| {
        is_made_by(call, made, process)
            && differs(call, made, done).is_none()
            && failed(call, made, done).is_none()
            && is_so(made)
    })?;
    Some(place + 1)
}

/// Why the kernel would not make a call that was typed as it stands, where the lines that follow need what it was to do.
fn refused(call: &Call, process: &str, done: &Done<'_>, used: &Used) -> Option<String> {
    let mut left = done.calls.iter().skip(used.calls).rev();
    let tried = left.find(|made| is_made_by(call, made, process))?;
    let waits = |errno: &str| WAITS.contains(&errno);
    if tried.errno.as_deref().is_some_and(waits) {
        return None;
    }
    failed(call, tried, done)
}

/// The first of a command's names that nothing has in the process.
fn unnamed<'c>(command: &'c Command, process: &str, done: &Done<'_>) -> Option<&'c String> {
    let is_known = |target: &str| {
        let mut names = done.names.iter();
        names.any(|(whose, name)| whose == process && name == target)
    };
    command.targets.iter().find(|target| !is_known(target))
}

/// A value that is given names, or asked for: a name that is there already must have been given again.
fn account_for_value(
    command: &Command,
    process: &str,
    done: &Done<'_>,
    used: &mut Used,
) -> Result<(), Option<String>> {
    if command.targets.is_empty() {
        return Err(elsewhere(command, process, done));
    }
    let again = typed_so(process, done, used, |typed| {
        typed.targets == command.targets
    });
    if let Some(again) = again {
        used.typed = again;
        return Ok(());
    }
    if let Some(renamed) = otherwise(command, process, done) {
        used.renamed.push(renamed);
        return Ok(());
    }
    Err(unnamed(command, process, done)
        .map(|name| format!("nothing is called {name} in {process}")))
}

/// A call that was not made under the lesson's name: it may be there under another.
fn account_for_call(
    command: &Command,
    call: &Call,
    process: &str,
    done: &Done<'_>,
    used: &mut Used,
) -> Result<(), Option<String>> {
    let nameless = made_so(call, process, done, used, |_| true);
    if let (Some(place), Some(target)) = (nameless, command.targets.first()) {
        if let Some(renamed) = otherwise(command, process, done) {
            used.calls = place;
            used.renamed.push(renamed);
            return Ok(());
        }
        return Err(another(call, process, done, used)
            .or_else(|| Some(format!("{target} is not what this step makes"))));
    }
    let alike = typed_so(process, done, used, |typed| is_alike(call, typed));
    let alike = alike.filter(|_| call_names(call.verb).is_empty());
    used.typed = alike.ok_or_else(|| {
        another(call, process, done, used).or_else(|| elsewhere(command, process, done))
    })?;
    account_for_names(command, process, done, used)
}

/// The call is there: what it gave has the lesson's names, or others.
fn account_for_names(
    command: &Command,
    process: &str,
    done: &Done<'_>,
    used: &mut Used,
) -> Result<(), Option<String>> {
    let Some(name) = unnamed(command, process, done) else {
        // The lesson's name is there from before; what this call gave has another.
        used.renamed.extend(named_anew(command, process, done));
        return Ok(());
    };
    let renamed = otherwise(command, process, done);
    let renamed = renamed.ok_or_else(|| Some(format!("nothing is called {name} in {process}")))?;
    used.renamed.push(renamed);
    Ok(())
}

/// How a student named what a command gives, where nothing that was typed gives it the lesson's name.
fn named_anew(command: &Command, process: &str, done: &Done<'_>) -> Option<Renamed> {
    let gives = |(whose, typed): &(String, Command)| {
        whose == process
            && typed
                .targets
                .iter()
                .any(|name| command.targets.contains(name))
    };
    if done.typed.iter().any(gives) {
        return None;
    }
    otherwise(command, process, done)
}

/// How a student named what a command gives, where the command names it otherwise; of several lines that do the same, in the newest.
pub fn otherwise(command: &Command, process: &str, done: &Done<'_>) -> Option<Renamed> {
    let does = |typed: &Command| match (&command.action, &typed.action) {
        (Action::Call(one), Action::Call(other)) => {
            let names = call_names(one.verb);
            makes_socket(one.verb) && makes_socket(other.verb)
                || one.verb == other.verb && (!names.is_empty() || is_alike(one, typed))
                || same_action(command, typed, process, done)
                || !names.is_empty() && names == call_names(other.verb)
        }
        _ => same_action(command, typed, process, done),
    };
    let of_this = || done.typed.iter().filter(|(whose, _)| whose == process);
    let (_, typed) = of_this().rfind(|(_, typed)| does(typed))?;
    let newest = of_this().next_back().is_some_and(|(_, last)| last == typed);
    let student = match typed.targets.len() {
        0 if newest => vec!["_".to_owned()],
        0 => return None,
        1 => typed.targets.clone(),
        count if count == command.targets.len() => typed.targets.clone(),
        _ => return None,
    };
    (!command.targets.is_empty() && student != command.targets).then(|| Renamed {
        process: process.to_owned(),
        lesson: command.targets.clone(),
        student,
    })
}

/// True for a verb that gives one new socket, whatever else it does with it.
fn makes_socket(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Socket | Verb::CreateServer | Verb::CreateConnection
    )
}

/// True when two commands ask the kernel for the same: `recv conn` and `connection.recv(1024)`, where the lesson's `conn` is called
/// `connection`. What only one of them says outright, a size or flags, does not tell them apart.
pub fn same_request(lesson: &Command, typed: &Command, process: &str, done: &Done<'_>) -> bool {
    if same_action(lesson, typed, process, done) {
        return true;
    }
    let (Action::Call(one), Action::Call(other)) = (&lesson.action, &typed.action) else {
        return false;
    };
    let names = call_names(one.verb);
    !names.is_empty()
        && names == call_names(other.verb)
        && same_subject(one, other, process, done)
        && same_arguments(&without_subject(one), &without_subject(other))
}

/// A call without its first argument, the socket.
fn without_subject(call: &Call) -> Call {
    let mut call = call.clone();
    call.args = call.args.split_off(1.min(call.args.len()));
    call
}

/// True unless the socket that a call made is known to have another name than the line gives it.
fn is_named(command: &Command, made: &CallEvent, done: &Done<'_>) -> bool {
    let Some(target) = command.targets.first() else {
        return true;
    };
    let held = |name: Option<&str>, fd: Option<i32>| {
        done.sockets.iter().any(|(process, known, number)| {
            *process == made.process
                && name.is_none_or(|name| name == known)
                && fd.is_none_or(|fd| fd == *number)
        })
    };
    let makes = matches!(made.name.as_str(), "socket" | "accept" | "accept4");
    let fd = i32::try_from(made.result).ok();
    !makes || fd.is_none() || !held(Some(target), None) || held(Some(target), fd)
}

/// How the newest call of a name differs from the one that is meant.
fn another(call: &Call, process: &str, done: &Done<'_>, used: &Used) -> Option<String> {
    let calls = || done.calls.iter().skip(used.calls).rev();
    if let Some(made) = calls().find(|made| is_made_by(call, made, process)) {
        return differs(call, made, done).or_else(|| failed(call, made, done));
    }
    let elsewhere = calls().find(|made| is_made_by(call, made, &made.process))?;
    Some(in_another(&elsewhere.process, process))
}

/// Says that the command was typed at another prompt.
fn elsewhere(command: &Command, process: &str, done: &Done<'_>) -> Option<String> {
    let mut typed = done.typed.iter().rev();
    let (there, _) = typed.find(|(_, typed)| typed.action == command.action)?;
    (there != process).then(|| in_another(there, process))
}

fn in_another(there: &str, process: &str) -> String {
    format!(
        "that was in {there}; this step is in {process}: `{process}>` in front of the line takes it there"
    )
}

/// Says that a call failed where the line is not about failing.
fn failed(call: &Call, made: &CallEvent, done: &Done<'_>) -> Option<String> {
    let errno = made.errno.as_ref()?;
    let may = done.may_fail || call.verb == Verb::ConnectEx;
    (!may).then(|| format!("that {} failed: {errno}", call.verb.name()))
}

/// True for a typed command that does the same as one of a verb that makes no system call of its own.
fn is_alike(call: &Call, typed: &Command) -> bool {
    let looks = matches!(
        call.verb,
        Verb::Sockets
            | Verb::Info
            | Verb::States
            | Verb::Packets
            | Verb::Packet
            | Verb::Ladder
            | Verb::Follow
            | Verb::Stream
            | Verb::Plot
            | Verb::Conversations
            | Verb::Why
            | Verb::Help
            | Verb::Explain
            | Verb::Lab
            | Verb::Jobs
            | Verb::Sleep
            | Verb::Wait
    );
    let engine = call.verb.entry().answered_by == AnsweredBy::Engine;
    matches!(&typed.action, Action::Call(other)
        if other.verb == call.verb
            && (looks || other.args == call.args || engine && same_arguments(call, other)))
}

/// True for what concerns the whole lab, and is the same from every prompt.
fn is_of_the_lab(command: &Command) -> bool {
    matches!(&command.action, Action::Call(call) if matches!(
        call.verb,
        Verb::Sockets
            | Verb::Packets
            | Verb::Packet
            | Verb::Ladder
            | Verb::Conversations
            | Verb::Help
            | Verb::Explain
            | Verb::Lab
            | Verb::Jobs
            | Verb::Sleep
            | Verb::Wire
            | Verb::Step
            | Verb::Go
            | Verb::Calls
            | Verb::Messages
            | Verb::Inspect
            | Verb::Host
            | Verb::Process
            | Verb::Kill
    ))
}

/// True for a system call by which the effect of a verb comes about.
fn is_made_by(call: &Call, made: &CallEvent, process: &str) -> bool {
    let name = made.name.strip_suffix('4').unwrap_or(&made.name);
    made.process == process && call_names(call.verb).contains(&name)
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
        Verb::Recv
        | Verb::Recvfrom
        | Verb::Recvmsg
        | Verb::RecvFds
        | Verb::RecvInto
        | Verb::RecvfromInto => &["recv", "recvfrom", "recvmsg", "read"],
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::parse::parse_line;

    fn made(name: &str, port: u16) -> CallEvent {
        let address: std::net::SocketAddr = ([127, 0, 0, 1], port).into();
        CallEvent {
            peer: Some(address.into()),
            ..crate::event::sample::call(name, &[])
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
            ("c = socket", "", &[], &[], Some("")),
            ("n = 5", "", &[], &[], Some("nothing is called n")),
            ("n = 5", "n = 5", &[], &["n"], None),
            ("n = n + 1", "", &[], &["n"], Some("")),
            ("n = n + 1", "n = 7", &[], &["n"], None),
            (
                "s = create_server :5000",
                "",
                &["socket", "bind", "listen"],
                &["s"],
                None,
            ),
            ("connect c :5000", "", &["connect"], &[], None),
            (
                "connect c :5001",
                "",
                &["connect"],
                &[],
                Some("that was 127.0.0.1:5000"),
            ),
            ("sendall c \"x\"", "", &["send"], &[], None),
            (
                "conn, addr = accept s",
                "",
                &["accept4"],
                &["conn", "addr"],
                None,
            ),
            ("fileno c", "c.fileno()", &[], &[], None),
            ("fileno c", "", &[], &[], Some("")),
            ("sockets", "sockets lab", &[], &[], None),
            ("process server", "process other", &[], &[], Some("")),
            ("1 + 1", "1 + 1", &[], &[], None),
            ("1 + 1", "2", &[], &[], Some("")),
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
                sockets: Vec::new(),
                called: &[],
                may_fail: false,
                here: "lab",
            };
            let found = account(&commands, "lab", &done).err();
            match expected {
                None => assert_eq!(found, None, "{line}"),
                Some(words) => assert!(
                    found.as_ref().is_some_and(|found| found.contains(words)),
                    "{line}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn a_request_is_the_same_whatever_it_leaves_to_the_defaults() {
        let called = [Renamed {
            process: "lab".to_owned(),
            lesson: vec!["conn".to_owned(), "addr".to_owned()],
            student: vec!["connection".to_owned(), "address".to_owned()],
        }];
        let done = Done {
            called: &called,
            ..Done::default()
        };
        for (lesson, typed, same) in [
            ("data = recv conn", "msg = connection.recv(1024)", true),
            ("data = recv conn", "msg = conn.recv(1024)", true),
            (
                "data = recv conn",
                "data, addr = connection.recvfrom(1024)",
                true,
            ),
            ("data = recv conn", "msg = other.recv(1024)", false),
            ("data = recv conn 10", "msg = connection.recv(1024)", false),
            ("data = recv conn", "connection.send(b\"x\")", false),
            ("accept s", "c, a = s.accept()", true),
            ("n == 2", "n == 3", false),
        ] {
            let first = |line: &str| parse_line(line).expect("it is a line").remove(0);
            let found = same_request(&first(lesson), &first(typed), "lab", &done);
            assert_eq!(found, same, "{lesson} / {typed}");
        }
    }

    #[test]
    fn a_name_of_the_lesson_that_is_there_from_before_stands_for_what_is_new() {
        for (typed, student) in [
            ("k, a = s.accept()", Some("k a")),
            ("conn, addr = s.accept()", None),
            ("k, a = s.accept(); conn = k", None),
            ("accept s", Some("_")),
        ] {
            let commands = parse_line(typed).expect("it is a line");
            let typed_by = |command| ("lab".to_owned(), command);
            let said: Vec<(String, Command)> = commands.into_iter().map(typed_by).collect();
            let call = made("accept4", 5000);
            let done = Done {
                typed: &said,
                calls: vec![&call],
                names: ["conn", "addr"]
                    .map(|name| ("lab".to_owned(), name.to_owned()))
                    .to_vec(),
                here: "lab",
                ..Done::default()
            };
            let line = parse_line("conn, addr = accept s").expect("it is a line");
            let used = account(&line, "lab", &done).expect("it is done");
            let found = used
                .renamed
                .first()
                .map(|renamed| renamed.student.join(" "));
            assert_eq!(found.as_deref(), student, "{typed}");
        }
    }

    #[test]
    fn what_one_line_accounts_for_is_not_the_next_lines() {
        let calls: Vec<CallEvent> = ["bind", "listen", "send"]
            .iter()
            .map(|name| made(name, 5000))
            .collect();
        let used = |line: &str, from: usize| {
            let done = Done {
                calls: calls[from..].iter().collect(),
                sockets: Vec::new(),
                may_fail: false,
                here: "lab",
                ..Done::default()
            };
            account(&parse_line(line).expect("it is a line"), "lab", &done)
        };
        assert_eq!(used("bind s :5000", 0).map(|used| used.calls), Ok(1));
        assert_eq!(used("listen s", 1).map(|used| used.calls), Ok(1));
        assert_eq!(
            used("bind s :5000; listen s", 0).map(|used| used.calls),
            Ok(2)
        );
        assert!(used("send s \"x\"; send s \"y\"", 0).is_err());
        assert!(used("bind s :5000", 1).is_err());
    }

    #[test]
    fn what_a_student_named_otherwise_is_known_under_the_lessons_names() {
        let typed = |line: &str| -> Vec<(String, Command)> {
            let commands = parse_line(line).expect("it is a line");
            commands
                .into_iter()
                .map(|command| ("lab".to_owned(), command))
                .collect()
        };
        for (line, said, calls, student) in [
            (
                "conn, addr = accept s",
                "c2, a2 = accept s",
                &["accept4"][..],
                Some("c2 a2"),
            ),
            (
                "conn, addr = accept s",
                "both = s.accept()",
                &["accept4"],
                Some("both"),
            ),
            ("conn, addr = accept s", "accept s", &["accept4"], Some("_")),
            (
                "conn, addr = accept s",
                "accept s; print 1",
                &["accept4"],
                None,
            ),
            (
                "s = socket",
                "srv = socket AF_INET SOCK_STREAM",
                &["socket"],
                Some("srv"),
            ),
            (
                "s = socket; bind s :5000; listen s",
                "srv = socket; srv.bind((\"\", 5000)); srv.listen()",
                &["socket", "bind", "listen"],
                Some("srv"),
            ),
            (
                "a = socket; connect a 127.0.0.1:5000",
                "client = socket.create_connection((\"127.0.0.1\", 5000))",
                &["socket", "connect"],
                Some("client"),
            ),
            (
                "s = socket; bind s :5000; listen s",
                "srv = socket.create_server((\"\", 5000))",
                &["socket", "bind", "listen"],
                Some("srv"),
            ),
            ("data = recv c", "d = recv c", &["recv"], Some("d")),
            ("n = 5", "m = 5", &[], Some("m")),
            ("n = 5", "m = 6", &[], None),
        ] {
            let said = typed(said);
            let calls: Vec<CallEvent> = calls.iter().map(|name| made(name, 5000)).collect();
            let done = Done {
                typed: &said,
                calls: calls.iter().collect(),
                here: "lab",
                ..Done::default()
            };
            let commands = parse_line(line).expect("it is a line");
            let found = account(&commands, "lab", &done).ok();
            let found = found.and_then(|used| Some(used.renamed.first()?.student.join(" ")));
            assert_eq!(found.as_deref(), student, "{line}");
        }
    }

    #[test]
    fn what_concerns_the_whole_lab_is_done_from_any_prompt_and_the_rest_in_its_process() {
        for (line, done_there) in [
            ("wire drop next from left where tcp", true),
            ("kill server", true),
            ("calls server recv", true),
            ("c = socket", false),
        ] {
            let commands = parse_line(line).expect("it is a line");
            let typed = vec![("right".to_owned(), commands[0].clone())];
            let done = Done {
                typed: &typed,
                calls: Vec::new(),
                names: Vec::new(),
                sockets: Vec::new(),
                called: &[],
                may_fail: false,
                here: "right",
            };
            assert_eq!(
                account(&commands, "left", &done).is_ok(),
                done_there,
                "{line}"
            );
        }
    }
}
