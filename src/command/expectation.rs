//! What an `expect` line demands, read from its text. Not how it is judged (`session`).

use super::ast::Expr;
use super::diagnostic::{Diagnostic, quoted};
use super::parse::parse_expression;
use crate::catalog::errno::errnos;

/// What is to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// `ok`: the last call succeeded.
    Ok,
    /// `errno ECONNREFUSED`: the last call failed so.
    Errno(String),
    /// `= 4`: the last result equals this.
    Equals(Expr),
    /// `data == b"x"`: this is true.
    Condition(Expr),
    /// `state s LISTEN`: the socket is in this state.
    State {
        /// The socket's name.
        socket: String,
        /// The state in capitals with hyphens: `SYN-SENT`.
        state: String,
    },
    /// `packet FILTER`, `packets 3 FILTER`, `no packet FILTER`: of the packets of the last command so many match.
    Packet {
        /// How many; `None` is at least one.
        count: Option<u64>,
        /// A display filter, not yet parsed.
        filter: String,
    },
    /// `blocked server`: this process sleeps in a call.
    Blocked(String),
    /// `output "text"`: this was printed.
    Output(String),
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
    "state",
    "packet",
    "packets",
    "no packet",
    "blocked",
    "output",
];

/// Reads the text after `expect`. Spans count from the start of `text`.
pub fn parse_expectation(text: &str) -> Result<Expectation, Diagnostic> {
    let leading = text.len() - text.trim_start().len();
    let body = text.trim();
    let word_end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (word, rest) = (&body[..word_end], body[word_end..].trim_start());
    let rest_start = leading + body.len() - rest.len();
    let at_rest = rest_start..rest_start + rest.len();
    let wrong = |message: String| Diagnostic::new(at_rest.clone(), message);
    let found = match word {
        "" => Err(Diagnostic::new(0..text.len(), "expect what?")
            .expecting("ok, errno NAME, = VALUE, state SOCKET STATE, packet FILTER, blocked PROCESS, output TEXT or a condition")),
        "ok" if rest.is_empty() => Ok(Expectation::Ok),
        "errno" => errno(rest).map_err(|error| error.shifted(rest_start)),
        "state" => state(rest).map_err(|error| error.shifted(rest_start)),
        "packet" => match rest {
            "" => Err(wrong("expect which packet?".to_owned()).expecting("a display filter: packet tcp.flags.syn == 1")),
            filter => Ok(Expectation::Packet {
                count: None,
                filter: filter.to_owned(),
            }),
        },
        "packets" => packets(rest).ok_or_else(|| {
            wrong("how many packets?".to_owned()).expecting("a number and a display filter: packets 3 tcp.len > 0")
        }),
        "no" => match rest.strip_prefix("packet").map(|filter| filter.strip_prefix('s').unwrap_or(filter).trim()) {
            Some(filter) if !filter.is_empty() => Ok(Expectation::Packet {
                count: Some(0),
                filter: filter.to_owned(),
            }),
            _ => Err(wrong("no what?".to_owned()).expecting("no packet FILTER")),
        },
        "blocked" => match rest {
            name if !name.is_empty() && !name.contains(char::is_whitespace) => Ok(Expectation::Blocked(name.to_owned())),
            _ => Err(wrong("which process is blocked?".to_owned()).expecting("the name of one process: blocked server")),
        },
        "output" => match parse_expression(rest) {
            Ok(Expr::Str(text)) => Ok(Expectation::Output(text)),
            Ok(_) => Err(wrong("output is text".to_owned()).expecting("text in quotes: output \"hello\"")),
            Err(error) => Err(error.shifted(rest_start)),
        },
        _ => equals_or_condition(body).map_err(|error| error.shifted(leading)),
    };
    found.map_err(|error| error.located(text))
}

fn equals_or_condition(body: &str) -> Result<Expectation, Diagnostic> {
    match body
        .strip_prefix('=')
        .filter(|after| !after.starts_with('='))
    {
        Some(after) => parse_expression(after)
            .map(Expectation::Equals)
            .map_err(|error| error.shifted(1)),
        None => parse_expression(body).map(Expectation::Condition),
    }
}

fn errno(rest: &str) -> Result<Expectation, Diagnostic> {
    let name = rest.to_uppercase();
    if errnos().any(|errno| errno.name == name) {
        return Ok(Expectation::Errno(name));
    }
    let message = match rest {
        "" => "which errno?".to_owned(),
        _ => format!("{} is no errno", quoted(rest)),
    };
    Err(Diagnostic::new(0..rest.len(), message)
        .expecting("a name such as ECONNREFUSED")
        .suggesting(&name, errnos().map(|errno| errno.name)))
}

fn state(rest: &str) -> Result<Expectation, Diagnostic> {
    let Some((socket, state)) = rest.split_once(char::is_whitespace) else {
        return Err(
            Diagnostic::new(0..rest.len(), "which socket in which state?")
                .expecting("state s LISTEN"),
        );
    };
    let start = rest.len() - state.trim_start().len();
    let written = state.trim();
    let state = written.to_uppercase().replace('_', "-");
    // ss(8) and the kernel say SYN-RECV, FIN-WAIT1.
    let state = match state.as_str() {
        "SYN-RECV" | "SYN-RCVD" => "SYN-RECEIVED".to_owned(),
        "FIN-WAIT1" => "FIN-WAIT-1".to_owned(),
        "FIN-WAIT2" => "FIN-WAIT-2".to_owned(),
        "CLOSE" => "CLOSED".to_owned(),
        _ => state,
    };
    if STATES.contains(&state.as_str()) {
        return Ok(Expectation::State {
            socket: socket.to_owned(),
            state,
        });
    }
    Err(Diagnostic::new(
        start..start + written.len(),
        format!("{} is no state of a socket", quoted(written)),
    )
    .expecting("an RFC 9293 name: LISTEN, SYN-SENT, ESTABLISHED …")
    .suggesting(&state, STATES.iter().copied()))
}

fn packets(rest: &str) -> Option<Expectation> {
    let (count, filter) = rest.split_once(char::is_whitespace)?;
    let filter = filter.trim();
    (!filter.is_empty()).then_some(())?;
    Some(Expectation::Packet {
        count: Some(count.parse().ok()?),
        filter: filter.to_owned(),
    })
}
