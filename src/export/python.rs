//! The programs in Python: what was typed, in Python's spelling.

mod call;
mod expression;
pub(super) mod names;
mod serve;

use super::literal::comment;
use super::script::{End, LEFT_OUT, Line, PATIENCE_S, Script, Step, the_call};
use super::{Material, Written};
use crate::catalog::constant::constant;
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Call, Expr};
use crate::value::{Address, Value};
use expression::{Known, Reason};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What the program may import.
const MODULES: &[&str] = &[
    "array",
    "errno",
    "fcntl",
    "os",
    "select",
    "signal",
    "socket",
    "struct",
    "termios",
    "threading",
    "time",
];

/// Words of Python and names that the program needs for itself: no variable is called so.
const TAKEN: &str = "False None True and as assert async await break class continue def del elif else except finally for from
    global if import in is lambda nonlocal not or pass raise return try while with yield array errno fcntl os select signal socket
    struct termios threading time print len repr str int float bool bytes bytearray list tuple type ord chr hex bin abs round ascii
    min max sum sorted range open poll error";

const POLL: &str = r#"
def poll(sockets, timeout=None, events=select.POLLIN):
    """Waits until one of the sockets is ready, at most so many seconds."""
    waiting = select.poll()
    for each in sockets:
        waiting.register(each, events)
    return waiting.poll(None if timeout is None else timeout * 1000)

"#;

/// Writes one process's program; `around` is said of it at its top.
pub(super) fn write(script: &Script<'_>, around: &str, material: &Material<'_>) -> Written {
    let mut writer = Writer {
        known: Known {
            hosts: material.hosts.clone(),
            ..Known::default()
        },
        taken: TAKEN.split_whitespace().map(str::to_owned).collect(),
        ..Writer::default()
    };
    writer.lines(&script.lines);
    writer.finish();
    let Writer {
        known,
        text,
        left_out,
        missing,
        calls,
        ..
    } = writer;
    let mut head = String::new();
    for name in &known.numbers {
        let value = constant(name).map_or(0, |constant| constant.value);
        let header = names::header(name);
        let _ = writeln!(
            head,
            "{name} = {value}  # {header}; not in every Python's modules"
        );
    }
    if text.contains("PAUSE)  # first") {
        head.push_str("PAUSE = 0.5  # seconds for another program to do its part\n");
    }
    if missing {
        head.push_str(
            "signal.alarm(30)  # something is left out below: nothing waits for it forever\n",
        );
    }
    if text
        .lines()
        .any(|line| line.contains("poll([") && !line.trim_start().starts_with('#'))
    {
        head.push_str(POLL);
    }
    let used = |module: &&&str| {
        [&head, &text].iter().any(|part| {
            part.lines().any(|line| {
                let line = line.split("  # ").next().unwrap_or(line);
                !line.trim_start().starts_with('#') && line.contains(&format!("{module}."))
            })
        })
    };
    let imports: Vec<&str> = MODULES.iter().filter(used).copied().collect();
    let mut whole = format!("#!/usr/bin/env python3\n\"\"\"{around}\"\"\"\n\n");
    for module in imports {
        let _ = writeln!(whole, "import {module}");
    }
    if !head.is_empty() {
        whole.push('\n');
        whole.push_str(head.trim_start_matches('\n'));
    }
    whole.push('\n');
    whole.push_str(&text);
    Written {
        text: whole,
        calls,
        left_out,
    }
}

#[derive(Debug, Default)]
struct Writer {
    known: Known,
    taken: BTreeSet<String>,
    text: String,
    depth: usize,
    calls: usize,
    left_out: usize,
    /// Something is left out that a later call may wait for.
    missing: bool,
    /// Paths that a `bind` made.
    paths: Vec<String>,
    /// Threads under way, with the names that they give values to.
    threads: Vec<(u32, Vec<String>)>,
    /// The next step uses `_`.
    keeps: bool,
}

impl Writer {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", 4 * self.depth);
    }

    fn lines(&mut self, lines: &[Line<'_>]) {
        for (at, line) in lines.iter().enumerate() {
            self.keeps = lines[at + 1..].iter().find_map(|next| match next {
                Line::Step(step) => Some(uses_last(&step.command.action)),
                _ => None,
            }) == Some(true);
            match line {
                Line::Comment(text) => self.line(&format!("# {}", comment(text))),
                Line::Break => self.text.push('\n'),
                Line::Pause(count, words) => {
                    let time = match count {
                        1 => "PAUSE".to_owned(),
                        count => format!("{count} * PAUSE"),
                    };
                    self.line(&format!(
                        "time.sleep({time})  # first the other program: {}",
                        comment(words)
                    ));
                }
                Line::Step(step) => self.step(step),
                Line::Repeat(rounds, body) => {
                    self.line(&format!("for _ in range({rounds}):"));
                    self.depth += 1;
                    let before = self.text.len();
                    self.lines(body);
                    if !self.text[before..]
                        .lines()
                        .any(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty())
                    {
                        self.line("pass");
                    }
                    self.depth -= 1;
                }
            }
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        let verb = step.verb();
        if verb == Some(Verb::Kill) {
            return self.line("# the process was killed here: the kernel closes its sockets");
        }
        if verb == Some(Verb::Wait) {
            return self.join_all();
        }
        self.join_what_is_used(step);
        self.known.remarks.clear();
        if let (Action::Call(call), Some(Verb::Serve)) = (&step.command.action, verb) {
            return self.serve(call, step);
        }
        let written = if step.end == End::Refused {
            Err("the lab refused it".to_owned())
        } else if verb.is_some_and(|verb| LEFT_OUT.contains(&verb)) {
            Err("the lab's own".to_owned())
        } else {
            self.statement(step)
        };
        match written {
            Ok((line, bounded)) => {
                self.calls += step.calls.len().min(1);
                self.outcome(step, &line, bounded.as_deref());
            }
            Err(reason) => self.leave_out(step, &reason),
        }
    }

    /// Says what is not in the program, and why. What made calls, or is another program, may be what a later call waits for.
    fn leave_out(&mut self, step: &Step<'_>, reason: &str) {
        self.left_out += 1;
        self.missing |= !step.calls.is_empty() || step.verb() == Some(Verb::Run);
        self.line(&format!(
            "# left out: {} ({})",
            comment(&step.command.text),
            comment(reason)
        ));
    }

    /// A server of the lab's own, as a loop.
    fn serve(&mut self, call: &Call, step: &Step<'_>) {
        match self.served(call, step) {
            Ok(lines) => {
                self.calls += 1;
                self.line(&format!("# {}", comment(&step.command.text)));
                self.begin_thread(step);
                for line in lines {
                    if line.is_empty() {
                        self.text.push('\n');
                    } else {
                        self.line(&line);
                    }
                }
                self.end_thread(step);
            }
            Err(reason) => self.leave_out(step, &reason),
        }
    }

    /// What a trailing `&` carried out in the background is a thread here.
    fn begin_thread(&mut self, step: &Step<'_>) {
        if !step.command.background {
            return;
        }
        self.line(&format!("def job{}():", step.job));
        self.depth += 1;
        if !step.command.targets.is_empty() {
            let targets = step.command.targets.iter();
            let names: Vec<String> = targets.map(|name| self.name(name)).collect();
            self.line(&format!("global {}", names.join(", ")));
        }
    }

    fn end_thread(&mut self, step: &Step<'_>) {
        if !step.command.background {
            return;
        }
        self.depth -= 1;
        let job = step.job;
        self.text.push('\n');
        self.line(&format!("job{job} = threading.Thread(target=job{job})"));
        self.line(&format!("job{job}.start()"));
        self.threads.push((job, step.command.targets.clone()));
    }

    /// The statement, and the socket that a call which never returned waited on.
    fn statement(&mut self, step: &Step<'_>) -> Result<(String, Option<String>), Reason> {
        let socket = match the_call(&step.command.action).and_then(|call| call.args.first()) {
            Some(Some(socket)) => self.known.operand(socket).ok(),
            _ => None,
        };
        let (value, answers) = match &step.command.action {
            Action::Call(call) => {
                let written = self.known.call(call, &step.calls)?;
                (written.text, written.answers)
            }
            Action::Evaluate(value) => (
                self.known.expression(value)?,
                !matches!(value, Expr::Function(name, _) if matches!(name.as_str(), "append" | "extend" | "remove" | "clear")),
            ),
            Action::Repeat(..) | Action::Switch => return Err("the lab's own".to_owned()),
        };
        if step.end == End::Well && step.verb() == Some(Verb::Bind) {
            self.remember_path(step);
        }
        let targets = self.targets(step);
        let bounded = socket.filter(|_| step.end == End::Unreturned);
        let kept = if self.keeps && step.verb() != Some(Verb::Print) {
            "_ = "
        } else {
            ""
        };
        let line = if targets.is_empty() && answers && kept.is_empty() {
            format!("print({value})")
        } else if targets.is_empty() {
            format!("{kept}{value}")
        } else {
            format!("{kept}{} = {value}", targets.join(", "))
        };
        Ok((line, bounded))
    }

    /// The names that the value gets: a socket without one would be closed by Python at once.
    fn targets(&mut self, step: &Step<'_>) -> Vec<String> {
        let made = step.calls.last().map_or(&[][..], |call| &call.made[..]);
        let mut typed = step.command.targets.clone();
        if typed.is_empty()
            && !made.is_empty()
            && !matches!(step.verb(), Some(Verb::Recvmsg | Verb::RecvFds))
        {
            typed = made.iter().map(|fd| format!("fd{fd}")).collect();
            if step.verb() == Some(Verb::Accept) {
                typed.push("peer".to_owned());
            }
        }
        let names: Vec<String> = typed.iter().map(|name| self.name(name)).collect();
        let assigned = step.result.map_or(&[][..], |result| &result.assigned[..]);
        for (typed, name) in typed.iter().zip(&names) {
            let value = assigned
                .iter()
                .find(|(assigned, _)| assigned == typed)
                .map(|(_, value)| value.clone());
            if let Some(Value::Socket(fd) | Value::Epoll(fd)) = value {
                self.known.descriptors.insert(fd, name.clone());
            }
            self.known
                .variables
                .insert(typed.clone(), (name.clone(), value));
        }
        for (fd, name) in made.iter().zip(&names) {
            self.known.descriptors.insert(*fd, name.clone());
        }
        names
    }

    /// A variable's name here.
    fn name(&mut self, typed: &str) -> String {
        if let Some((known, _)) = self.known.variables.get(typed) {
            return known.clone();
        }
        let mut name: String = typed
            .chars()
            .filter(|next| next.is_ascii_alphanumeric() || *next == '_')
            .collect();
        while name.is_empty() || self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        name
    }

    /// The lines of a statement with what came of it.
    fn outcome(&mut self, step: &Step<'_>, line: &str, waits_on: Option<&str>) {
        let mut remarks = std::mem::take(&mut self.known.remarks);
        if step.end == End::Well
            && let Some(seen) = received(step)
        {
            remarks.push(seen);
        }
        if !step.comment.is_empty() {
            remarks.insert(0, step.comment.to_owned());
        }
        let remark = if remarks.is_empty() {
            String::new()
        } else {
            format!("  # {}", comment(&remarks.join("; ")))
        };
        let name = step.call_name();
        self.begin_thread(step);
        match &step.end {
            End::Well | End::Refused => self.line(&format!("{line}{remark}")),
            End::Failed(errno) => {
                self.line("try:");
                self.line(&format!("    {line}{remark}"));
                self.line(&format!(
                    "except {} as error:  # {errno}, as in the session",
                    exception(errno)
                ));
                self.line(&format!("    print(\"{name}:\", error.strerror)"));
            }
            End::TimedOut => {
                self.line("try:");
                self.line(&format!("    {line}{remark}"));
                self.line("except socket.timeout:  # as in the session");
                self.line(&format!("    print(\"{name}: timed out\")"));
            }
            End::Unreturned => {
                self.line(
                    "# In the session this call never returned; here it does not wait forever.",
                );
                match waits_on {
                    Some(socket) if !matches!(step.verb(), Some(Verb::Poll | Verb::EpollWait)) => {
                        self.line(&format!("{socket}.settimeout({PATIENCE_S})"));
                        self.line("try:");
                        self.line(&format!("    {line}{remark}"));
                        self.line("except socket.timeout:");
                        self.line(&format!(
                            "    print(\"{name}: nothing came within {PATIENCE_S} seconds\")"
                        ));
                    }
                    _ => self.line(&format!("# {}", comment(line))),
                }
            }
        }
        if step.verb() == Some(Verb::Accept)
            && step
                .calls
                .iter()
                .any(|call| call.args.iter().any(|arg| arg.contains("SOCK_NONBLOCK")))
        {
            let target = line.split([',', ' ']).next().unwrap_or_default().to_owned();
            self.line(&format!(
                "{target}.setblocking(False)  # Python's accept takes no SOCK_NONBLOCK"
            ));
        }
        self.end_thread(step);
    }

    fn join_all(&mut self) {
        for (job, _) in std::mem::take(&mut self.threads) {
            self.line(&format!("job{job}.join()"));
        }
    }

    /// A thread that gives a name its value is waited for before the name is used.
    fn join_what_is_used(&mut self, step: &Step<'_>) {
        let used = step.command.action.names();
        let (done, rest) = std::mem::take(&mut self.threads)
            .into_iter()
            .partition(|(_, names)| names.iter().any(|name| used.contains(&name.as_str())));
        self.threads = rest;
        for (job, _) in done {
            self.line(&format!("job{job}.join()"));
        }
    }

    fn remember_path(&mut self, step: &Step<'_>) {
        if let Some(Address::UnixPath(path)) =
            step.calls.last().and_then(|call| call.local.as_ref())
            && let Ok(path) = self.known.address(&Address::UnixPath(path.clone()))
        {
            self.paths.push(path);
        }
    }

    /// What a run leaves behind is taken away.
    fn finish(&mut self) {
        self.join_all();
        for path in std::mem::take(&mut self.paths) {
            self.line(&format!("os.unlink({path})  # bind made it"));
        }
    }
}

/// What was received in the session, for a remark.
fn received(step: &Step<'_>) -> Option<String> {
    if !matches!(step.verb()?, Verb::Recv | Verb::Recvfrom) || step.command.targets.is_empty() {
        return None;
    }
    let call = step.calls.last()?;
    let data = call.data.as_ref()?;
    let shown = super::literal::hex_bytes(&data[..data.len().min(24)]);
    Some(if data.len() > 24 || (data.len() as i64) < call.result {
        format!("b\"{shown}\" and more: {} bytes", call.result)
    } else {
        format!("b\"{shown}\"")
    })
}

fn uses_last(action: &Action) -> bool {
    // The tree's own words: nothing else in it is called so.
    let shown = format!("{action:?}");
    shown.contains("Last")
        && shown
            .split(|next: char| !next.is_alphanumeric())
            .any(|word| word == "Last")
}

/// Python's exception for an errno.
fn exception(errno: &str) -> &'static str {
    match errno {
        "EAGAIN" | "EWOULDBLOCK" | "EINPROGRESS" | "EALREADY" => "BlockingIOError",
        "EPIPE" | "ESHUTDOWN" => "BrokenPipeError",
        "ECONNABORTED" => "ConnectionAbortedError",
        "ECONNREFUSED" => "ConnectionRefusedError",
        "ECONNRESET" => "ConnectionResetError",
        "ENOENT" => "FileNotFoundError",
        "EACCES" | "EPERM" => "PermissionError",
        "ETIMEDOUT" => "TimeoutError",
        _ => "OSError",
    }
}
