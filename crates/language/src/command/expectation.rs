//! What an `expect` line or a line of a lesson demands, read from its text. Not how it is judged (`lesson`, `shell`).

mod form;
pub mod pattern;
pub mod timing;
mod word;

use super::ast::Expr;
use super::diagnostic::Diagnostic;
use super::lexer::in_word;
use super::parse::parse_expression;
use form::{parse_expectation, returned};
use pattern::{Asked, Pattern};
use timing::Timing;

/// What is to hold, and of whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The process it is asked of (`server> ok`, `ok in server`); `None` for the one the line goes to.
    pub process: Option<String>,
    /// What is to hold.
    pub expectation: Expectation,
}

/// What is to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// `ok`: the last call succeeded.
    Ok,
    /// `errno ECONNREFUSED`: the last call failed so.
    Errno(String),
    /// `= 4`: the last result equals this, or the last call returned it.
    Equals(Expr),
    /// `accept = 4`, `= -1 EAGAIN`: a call returned this.
    Returned {
        /// The call's name; empty for the last one, whatever its name.
        call: String,
        /// Its arguments as the screen shows them, `…` for any; `None` when none were written.
        arguments: Option<String>,
        /// What it returned.
        result: i64,
        /// Its error, which matters only when it is written.
        errno: Option<String>,
    },
    /// `call accept`: such a call succeeded.
    Called(String),
    /// So many calls of this name succeeded, or more: `calls 2 accept`; or just so many: `calls exactly 2 accept`.
    Calls {
        /// The system call, as strace names it.
        call: String,
        /// How many.
        times: usize,
        /// No more than that.
        exactly: bool,
    },
    /// `data == b"x"`: this is true.
    Condition(Expr),
    /// `state s LISTEN`, `s: LISTEN`: the socket is in this state.
    State {
        /// The socket's name.
        socket: String,
        /// The state in capitals with hyphens: `SYN-SENT`.
        state: String,
    },
    /// `state LISTEN port 5000`: some socket is in this state.
    AnyState {
        /// The state.
        state: String,
        /// Its own port.
        port: Option<u16>,
        /// The port at the other end.
        peer: Option<u16>,
    },
    /// `packet FILTER`, `packets 3 FILTER`, `no packet FILTER`: of the packets of the last command so many match.
    Packet {
        /// How many; `None` is at least one.
        count: Option<u64>,
        /// Which.
        filter: Asked,
    },
    /// `c -> s [SYN]`, `packet [RST] from s`: such a packet was seen.
    Seen(Box<Pattern>),
    /// `blocked server`: this process sleeps in a call; `None` for the one the line goes to.
    Blocked(Option<String>),
    /// `stopped`, `stopped server`, `stopped server send`: a program is stopped before a call (`run --step`).
    Stopped {
        /// The program, or one of its processes or threads; `None` for any.
        who: Option<String>,
        /// The call's name; `None` for any.
        call: Option<String>,
    },
    /// `held 1`: the wire holds so many frames (`wire hold`).
    Held(usize),
    /// `timeout`: the last command ran into the timeout that `settimeout` set (Python's TimeoutError).
    TimedOut,
    /// `output "text"`: this was printed; `output server "text"` by that process.
    Output(String),
    /// `why [NAME] "text"`: the first sentence of what `why` says of the last failure, or of that of a process or socket, has this.
    Why {
        /// The process or the socket.
        about: Option<String>,
        /// What the sentence has.
        text: String,
    },
    /// `message [SOCKET] "text"`: a message above TCP that has this in its line was whole (HTTP, WebSocket, Engine.IO, Socket.IO).
    Message {
        /// The socket whose conversation it is of.
        about: Option<String>,
        /// What the line has.
        text: String,
    },
    /// `received "text"`: the process has received these bytes.
    Received(Vec<u8>),
    /// `took 1s ±20%`: the last call took this long.
    Took(Timing),
}

/// The states of a socket: RFC 9293's, and those of sockets that have no connection.
pub const STATES: &[&str] = &[
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
    "BOUND",
    "CONNECTED",
    "LISTENING",
    "UNCONNECTED",
];

/// The first words of the forms, for completion.
pub const FORMS: &[&str] = &[
    "ok",
    "errno",
    "call",
    "calls",
    "state",
    "packet",
    "packets",
    "no packet",
    "blocked",
    "stopped",
    "timeout",
    "held",
    "output",
    "why",
    "message",
    "received",
    "took",
];

/// Reads what stands behind `expect`, or on a line of a lesson. Spans count from the start of `text`.
pub fn parse_claim(text: &str) -> Result<Claim, Diagnostic> {
    let found = match prompt(text) {
        Some((process, start)) => parse_expectation(&text[start..])
            .map(|expectation| Claim {
                process: Some(process.to_owned()),
                expectation,
            })
            .map_err(|error| error.shifted(start)),
        None => of_process(text).or_else(|| scoped(text)).map_or_else(
            || {
                parse_expectation(text).map(|expectation| Claim {
                    process: None,
                    expectation,
                })
            },
            Ok,
        ),
    };
    found.map_err(|error| error.located(text))
}

/// The process in `server> ok`, and where what follows begins.
fn prompt(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    let name_end = start + text[start..].find(|c| !(in_word(c) || c == '-'))?;
    let behind = text[name_end..].strip_prefix("> ")?;
    (name_end > start).then(|| (&text[start..name_end], text.len() - behind.len()))
}

/// `call server recv = 0`, `call server recv`, `output server "hello"`: a claim about what a process does or prints.
fn of_process(text: &str) -> Option<Claim> {
    let (form, rest) = text.trim().split_once(char::is_whitespace)?;
    let (process, claim) = rest.trim_start().split_once(char::is_whitespace)?;
    let fit = process.starts_with(|c: char| c.is_alphabetic())
        && process
            .chars()
            .all(|c| in_word(c) || matches!(c, '-' | '/' | '.'));
    let claim = claim.trim();
    let expectation = match form {
        _ if !fit => None,
        "call" if claim.chars().all(in_word) => Some(Expectation::Called(claim.to_owned())),
        "call" => returned(claim),
        "output" => match parse_expression(claim) {
            Ok(Expr::Str(text)) => Some(Expectation::Output(text)),
            _ => None,
        },
        _ => None,
    };
    Some(Claim {
        process: Some(process.to_owned()),
        expectation: expectation?,
    })
}

/// `errno ECONNREFUSED in client`: a claim about a process, of any form but those in which `in` means something else.
fn scoped(text: &str) -> Option<Claim> {
    let (shorter, process) = text.trim_end().rsplit_once(" in ")?;
    let fit = !process.is_empty() && process.chars().all(|c| in_word(c) || c == '-');
    let expectation = parse_expectation(shorter).ok().filter(|_| fit)?;
    let means_itself = match &expectation {
        Expectation::Condition(_) | Expectation::Equals(_) | Expectation::Packet { .. } => true,
        Expectation::Seen(pattern) => pattern.filter.is_some(),
        _ => false,
    };
    (!means_itself).then(|| Claim {
        process: Some(process.to_owned()),
        expectation,
    })
}

#[cfg(test)]
mod tests;
