//! One event that is no packet, as the lines under the prompt: calls, blocked calls, states, processes, output, verdicts.
//! Not packets (`exchange`, `packet_line`).

use super::message;
use super::output::output;
use super::packet_line;
use super::styled::{INDENT, Line, Look, Style, Styled};
use super::value::{assignments, show_cut};
use super::words::{bytes, took};
use crate::catalog::errno;
use crate::event::{
    BlockedEvent, CallEvent, CountedEvent, Ended, Event, ExpectEvent, ProcessEvent, RefusedEvent,
    ResultEvent, SourceLine, StateEvent,
};
use crate::packet::text::{escape, quote};
use crate::value::Value;

/// The widest line a state change is pushed to the right of.
const WIDEST: usize = 100;
/// Received data longer than this many characters is cut.
const DATA: usize = 60;
/// A call took long enough to be worth saying from here on, in nanoseconds.
const WORTH_SAYING: i64 = 1_000_000;

/// A call, with what else is known when it is shown.
#[derive(Clone, Copy, Debug)]
pub struct CallLine<'a> {
    /// The call.
    pub call: &'a CallEvent,
    /// State changes it brought about.
    pub states: &'a [StateEvent],
    /// The names its values were given to.
    pub assigned: &'a [(String, Value)],
    /// The prompt's process: calls of others, and of background jobs, begin with whose they are.
    pub here: &'a str,
}

/// Any event by itself. `here` is the prompt's process.
pub fn event(event: &Event, here: &str, look: &Look) -> Styled {
    match event {
        Event::Call(made) => call(
            &CallLine {
                call: made,
                states: &[],
                assigned: &[],
                here,
            },
            look,
        ),
        Event::Blocked(event) => blocked(event, here),
        Event::Stopped(event) => stopped(event, here),
        Event::Counted(event) => counted(event, here),
        Event::Packet(packet) => Styled {
            lines: vec![packet_line::line(packet, packet.frame.time_ns, look)],
        },
        Event::State(event) => state(event, here),
        Event::Message(event) => message::told(event),
        // The packets before it have said it.
        Event::Application(_) => Styled::new(),
        Event::Result(event) => result(event),
        Event::Output(event) => output(event),
        Event::Process(event) => process(event),
        Event::Refused(event) => refused(event, here),
        Event::Note(text) => note(text),
        Event::Expect(event) => expect(event),
    }
}

/// A call with its outcome. State changes stand at the right margin when they fit, else below.
pub fn call(shown: &CallLine<'_>, look: &Look) -> Styled {
    let call = shown.call;
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    line.append(&owner(&call.process, (call.job, call.thread), shown.here));
    line.push(
        Style::Call,
        &look.cut(&call.invocation(), look.width.saturating_mul(4)),
    );
    line.push(Style::Dim, " = ");
    match &call.errno {
        Some(name) => {
            line.push(Style::Error, &format!("{} {name}", call.result));
            if let Some(known) = errno::by_name(name) {
                line.push(Style::Error, &format!(" ({})", known.message));
            }
        }
        None => line.push(Style::Result, &call.result.to_string()),
    }
    if !call.out.is_empty() {
        line.push(Style::Plain, &format!(" {}", call.out));
    }
    if call.times > 1 {
        line.push(Style::Warning, &format!("   × {}", call.times));
    }
    if let Some(data) = received(call) {
        line.push(Style::Plain, "   ");
        line.push(Style::Data, &data);
    }
    if let Some((number, effect)) = &call.injected {
        line.push(
            Style::Warning,
            &format!("   injected: {effect} (rule {number})"),
        );
    }
    let nanoseconds = call.end_ns - call.start_ns;
    if nanoseconds >= WORTH_SAYING || call.blocked {
        line.push(Style::Dim, &format!("   {}", took(nanoseconds)));
    }
    if let Some(source) = &call.source {
        line.push(Style::Dim, &format!("   {}", shown_source(source)));
    }
    if !shown.assigned.is_empty() {
        line.push(Style::Plain, "   ");
        line.push(Style::Result, &assignments(shown.assigned));
    }
    if let Some(waker) = &call.woken_by {
        let from = match waker.from.as_str() {
            "" => String::new(),
            from => format!(" from {from}"),
        };
        line.push(Style::Dim, &format!("   woken by #{}{from}", waker.packet));
    }
    with_states(line, shown.states, look)
}

/// Calls that were counted: how many, and what came of those that were looked at.
pub fn counted(event: &CountedEvent, here: &str) -> Styled {
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    line.append(&owner(&event.process, (0, 0), here));
    let on = event.fd.map_or_else(String::new, |fd| fd.to_string());
    line.push(Style::Call, &format!("{}({on})", event.name));
    line.push(Style::Warning, &format!(" × {}", event.calls));
    line.push(
        Style::Plain,
        &format!(
            " in {}, counted because they came too fast",
            took(event.end_ns - event.start_ns)
        ),
    );
    if event.failed > 0 {
        let errno = event.errno.as_deref().unwrap_or("an error");
        let share = format!(
            "; {} of the {} looked at gave {errno}",
            event.failed, event.seen
        );
        line.push(Style::Error, &share);
    }
    Styled { lines: vec![line] }
}

/// `echo.py:4`. The name comes from the program.
pub(super) fn shown_source(source: &SourceLine) -> String {
    escape(source.short().as_bytes(), 40)
}

/// Whose call it is, when it is not the prompt's: `server: `, `lab job 2: `.
fn owner(process: &str, (job, thread): (u32, u32), here: &str) -> Line {
    // What concerns no process in particular has no owner to name.
    let mut words = Vec::new();
    if process != here && !process.is_empty() {
        words.push(process.to_owned());
    }
    if job != 0 {
        words.push(format!("job {job}"));
    }
    if thread != 0 {
        words.push(format!("thread {thread}"));
    }
    let text = if words.is_empty() {
        String::new()
    } else {
        format!("{}: ", words.join(" "))
    };
    Line::new().with(Style::Prompt, &text)
}

/// What a receiving call received, unless its arguments or out parameters already show it.
fn received(call: &CallEvent) -> Option<String> {
    let receives = call.name.starts_with("recv") || call.name.starts_with("read");
    let data = call
        .data
        .as_ref()
        .filter(|data| receives && !data.is_empty())?;
    let text = quote(data, DATA);
    if call.out.contains(&text) || call.args.contains(&text) {
        return None;
    }
    let whole = quote(data, usize::MAX).len() == text.len();
    Some(if whole {
        text
    } else {
        format!("{text} ({})", bytes(data.len()))
    })
}

/// The changes of each socket as one chain: `c: CLOSED → SYN-SENT → ESTABLISHED`.
fn chains(states: &[StateEvent]) -> Vec<String> {
    states
        .chunk_by(|one, next| {
            (&one.process, &one.socket, one.to) == (&next.process, &next.socket, next.from)
        })
        .map(|chain| {
            let mut text = format!("{}: {}", chain[0].socket, chain[0].from);
            for change in chain {
                text.push_str(" → ");
                text.push_str(change.to);
            }
            text
        })
        .collect()
}

fn with_states(mut line: Line, states: &[StateEvent], look: &Look) -> Styled {
    let chains = chains(states);
    let margin = look.width.min(WIDEST);
    let mut below = chains.as_slice();
    if let [first, rest @ ..] = chains.as_slice()
        && line.width(look) + 3 + look.measure(first) <= margin
    {
        line.pad(margin - look.measure(first), look);
        line.push(Style::State, first);
        below = rest;
    }
    let mut text = Styled::new();
    text.push(line);
    for chain in below {
        let width = look.measure(chain);
        let column = margin.saturating_sub(width).max(INDENT);
        let mut line = Line::wrapping(INDENT + 2);
        line.pad(
            if column + width <= margin {
                column
            } else {
                INDENT
            },
            look,
        );
        line.push(Style::State, chain);
        text.push(line);
    }
    text
}

/// What a sleeping call waits for: who would have to do what.
fn waits_for(name: &str) -> &'static str {
    match name {
        "accept" | "accept4" => "nobody has connected",
        "recv" | "recvfrom" | "recvmsg" | "recv_into" | "recvmmsg" | "read" | "readv" => {
            "no data has arrived"
        }
        "send" | "sendto" | "sendmsg" | "sendall" | "sendfile" | "sendmmsg" | "write"
        | "writev" => "the send buffer is full",
        "connect" => "no answer yet",
        "poll" | "ppoll" | "select" | "pselect" | "pselect6" | "epoll_wait" | "epoll_pwait" => {
            "nothing is ready"
        }
        "waitpid" => "no child has ended",
        "sem_wait" => "no thread has ended",
        "close" | "shutdown" => "SO_LINGER waits for the data to be acknowledged",
        "getaddrinfo" | "getnameinfo" | "gethostbyname" | "gethostbyaddr" => {
            "no name server has answered"
        }
        _ => "the kernel has not answered",
    }
}

/// A call that sleeps: what it waits for, and how to end it.
pub fn blocked(event: &BlockedEvent, here: &str) -> Styled {
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    line.append(&owner(&event.process, (event.job, event.thread), here));
    line.push(Style::Call, &event.invocation);
    line.push(Style::Plain, " … ");
    let spins = event.serving == "nonblocking" && event.thread == 0;
    line.push(Style::Warning, if spins { "spinning" } else { "blocked" });
    let why = if spins {
        "every socket is asked again and again, and answers EAGAIN"
    } else {
        waits_for(&event.name)
    };
    line.push(Style::Plain, &format!(": {why}."));
    if let Some(source) = &event.source {
        line.push(Style::Dim, &format!("   {}", shown_source(source)));
    }
    let process = escape(event.process.as_bytes(), usize::MAX);
    let advice = match (event.serving.as_str(), event.job) {
        // A thread or a child of a server: the others go on. What a program waits for is its own affair.
        (_, _) if event.thread != 0 || process.contains('/') || event.tid != 0 => String::new(),
        ("", 0) => {
            format!(" {process} can do nothing else until it returns. Ctrl-C interrupts it.")
        }
        (model, 0) => format!(" {process} is serving ({model}); Ctrl-C stops it."),
        (_, job) => format!(" The prompt stays free; `cancel {job}` ends it."),
    };
    line.push(Style::Dim, &advice);
    Styled { lines: vec![line] }
}

/// A program that has stopped before a call: what it is about to do, and where in its source.
pub fn stopped(event: &BlockedEvent, here: &str) -> Styled {
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    let thread = event.thread_name();
    if event.process != here || event.thread != 0 {
        line.push(Style::Prompt, &escape(event.process.as_bytes(), usize::MAX));
    }
    if event.thread != 0 {
        let number = format!(" thread {} ({thread})", event.thread);
        line.push(Style::Prompt, &number);
    }
    line.push(Style::Warning, " is about to call ");
    line.push(Style::Call, &event.invocation);
    if let Some(source) = &event.source {
        line.push(Style::Dim, &format!("   {}", shown_source(source)));
    }
    Styled { lines: vec![line] }
}

/// A socket's state, before and after.
pub fn state(event: &StateEvent, here: &str) -> Styled {
    let mut line = Line::wrapping(INDENT + 2).with(Style::Plain, &" ".repeat(INDENT));
    let process = if event.process.is_empty() {
        here
    } else {
        &event.process
    };
    line.append(&owner(process, (0, 0), here));
    line.push(
        Style::State,
        &format!("{}: {} → {}", event.socket, event.from, event.to),
    );
    Styled { lines: vec![line] }
}

/// The value of a command, and the names it was given to; empty when the call's own line has said it all.
pub fn result(event: &ResultEvent) -> Styled {
    /// What is longer is shown with its bytes cut; `print _` shows it all.
    const LONG: usize = 1000;
    let text = if event.assigned.is_empty() && event.shown.len() > LONG {
        show_cut(&event.value).unwrap_or_else(|| event.shown.clone())
    } else if event.assigned.is_empty() {
        event.shown.clone()
    } else {
        assignments(&event.assigned)
    };
    let mut shown = Styled::new();
    if event.show || event.assigned.len() > 1 {
        let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
        line.push(Style::Result, &text);
        shown.push(line);
    }
    shown
}

/// A process began or ended.
pub fn process(event: &ProcessEvent) -> Styled {
    let how = match event.ended {
        // A program may be gone before its number could be asked for.
        None if event.pid <= 0 => format!("began on {}", event.host),
        None => format!("began on {} (pid {})", event.host, event.pid),
        Some(Ended::Unseen) => {
            "ended, and nobody saw how: the kernel closed its sockets".to_owned()
        }
        Some(Ended::Exited(0)) => "ended (exit status 0)".to_owned(),
        Some(Ended::Exited(status)) => format!("failed (exit status {status})"),
        Some(Ended::Signalled(signal)) => format!(
            "was killed by {}: the kernel closed its sockets",
            signal_name(signal)
        ),
    };
    let line = Line::wrapping(INDENT + 2)
        .with(Style::Plain, &" ".repeat(INDENT))
        .with(Style::Dim, "process ")
        .with(Style::Prompt, &event.process)
        .with(Style::Plain, &format!(" {how}"));
    Styled { lines: vec![line] }
}

/// The name of a signal (signal(7), the numbers of x86 and ARM).
fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        31 => "SIGSYS",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// A command that could not be carried out.
pub fn refused(event: &RefusedEvent, here: &str) -> Styled {
    let mut line = Line::wrapping(INDENT + 4).with(Style::Plain, &" ".repeat(INDENT));
    line.append(&owner(&event.process, (0, 0), here));
    if event.fruitless {
        line.push(Style::Error, &event.reason);
    } else {
        line.push(Style::Error, "not done: ");
        line.push(Style::Plain, &event.reason);
    }
    Styled { lines: vec![line] }
}

/// Something the reader should know; its lines stay lines.
pub fn note(text: &str) -> Styled {
    let mut styled = Styled::new();
    for line in text.split('\n') {
        styled.say(Style::Note, INDENT, line);
    }
    styled
}

/// The verdict on an `expect` line.
pub fn expect(event: &ExpectEvent) -> Styled {
    let place = if event.line == 0 {
        String::new()
    } else {
        format!("line {}: ", event.line)
    };
    let (style, mark, word) = if event.held {
        (Style::Result, "✓ ", "held: ")
    } else {
        (Style::Error, "✗ ", "did not hold: ")
    };
    let line = Line::wrapping(INDENT + 2)
        .with(Style::Plain, &" ".repeat(INDENT))
        .with(style, mark)
        .with(Style::Plain, &place)
        .with(style, word)
        .with(Style::Plain, &event.text);
    Styled { lines: vec![line] }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
