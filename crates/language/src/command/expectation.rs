//! What an `expect` line or a line of a lesson demands, read from its text. Not how it is judged (`lesson`, `shell`).

pub mod pattern;
pub mod timing;
mod word;

use super::ast::Expr;
use super::diagnostic::{Diagnostic, quoted};
use super::inject::calls as known_calls;
use super::lexer::in_word;
use super::parse::parse_expression;
use crate::catalog::errno::errnos;
use pattern::{Asked, Pattern, asked};
use std::ops::Range;
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
    /// So many calls of this name succeeded, or more: `calls 2 accept`.
    Calls {
        /// The system call, as strace names it.
        call: String,
        /// How many.
        times: usize,
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

/// Reads an expectation that names no process in front. Spans count from the start of `text`.
fn parse_expectation(text: &str) -> Result<Expectation, Diagnostic> {
    let leading = text.len() - text.trim_start().len();
    let body = text.trim();
    let word_end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (word, rest) = (&body[..word_end], body[word_end..].trim_start());
    let rest_start = leading + body.len() - rest.len();
    let at_rest = rest_start..rest_start + rest.len();
    let wrong = |message: &str| Diagnostic::new(at_rest.clone(), message);
    if pattern::is_pattern(body) {
        return pattern::parse(body)
            .map(|pattern| Expectation::Seen(Box::new(pattern)))
            .map_err(|error| error.shifted(leading));
    }
    match word {
        "" => Err(Diagnostic::new(0..text.len(), "expect what?").expecting(
            "ok, errno NAME, = VALUE, SOCKET: STATE, c -> s [SYN], packet FILTER, blocked, output TEXT or a condition",
        )),
        "ok" if rest.is_empty() => Ok(Expectation::Ok),
        "errno" => errno(rest).map_err(|error| error.shifted(rest_start)),
        "call" if !rest.is_empty() && rest.chars().all(in_word) => {
            Ok(Expectation::Called(rest.to_owned()))
        }
        "calls" => calls(rest)
            .ok_or_else(|| wrong("how many calls of which name?").expecting("calls 2 accept")),
        "state" => state(rest).map_err(|error| error.shifted(rest_start)),
        "packet" => one_packet(None, rest).map_err(|error| error.shifted(rest_start)),
        "packets" => packets(rest).map_err(|error| error.shifted(rest_start)),
        "no" => match rest.strip_prefix("packet").map(|rest| rest.strip_prefix('s').unwrap_or(rest)) {
            Some(filter) if !filter.trim().is_empty() => {
                let start = rest_start + rest.len() - filter.trim_start().len();
                one_packet(Some(0), filter.trim()).map_err(|error| error.shifted(start))
            }
            _ => Err(wrong("no what?").expecting("no packet FILTER")),
        },
        "blocked" => match rest {
            "" => Ok(Expectation::Blocked(None)),
            name if !name.contains(char::is_whitespace) => {
                Ok(Expectation::Blocked(Some(name.to_owned())))
            }
            _ => Err(wrong("which process is blocked?")
                .expecting("the name of one process: blocked server")),
        },
        "stopped" if !rest.starts_with(['=', '!', '.', '[', '<', '>']) => {
            let mut words = rest.split_whitespace().map(str::to_owned);
            let (who, call) = (words.next(), words.next());
            match (words.next(), &call) {
                (None, Some(name)) if !known_calls().any(|known| known == name) => {
                    Err(wrong("unknown call").expecting("the name of one: stopped server send"))
                }
                (None, _) => Ok(Expectation::Stopped { who, call }),
                (Some(_), _) => Err(wrong("which program is stopped?")
                    .expecting("a program and a call: stopped server send")),
            }
        }
        "held" if !rest.starts_with(['=', '!', '.', '[', '<', '>']) => rest
            .parse()
            .map(Expectation::Held)
            .map_err(|_| wrong("how many frames are held?").expecting("a number: held 1")),
        "timeout" if rest.is_empty() => Ok(Expectation::TimedOut),
        "output" => match parse_expression(rest) {
            Ok(Expr::Str(text)) => Ok(Expectation::Output(text)),
            Ok(_) => Err(wrong("output is text").expecting("text in quotes: output \"hello\"")),
            Err(error) => Err(error.shifted(rest_start)),
        },
        "why" => {
            let quote = rest.find(['"', '\'']).unwrap_or(rest.len());
            let (about, text) = rest.split_at(quote);
            let about = Some(about.trim()).filter(|about| !about.is_empty());
            match parse_expression(text) {
                Ok(Expr::Str(text)) => Ok(Expectation::Why {
                    about: about.map(str::to_owned),
                    text,
                }),
                Ok(_) => Err(wrong("what why says is text")
                    .expecting("text in quotes: why \"no route\", why c \"no route\"")),
                Err(error) => Err(error.shifted(rest_start + quote)),
            }
        }
        "message" if rest.contains(['"', '\'']) => {
            let quote = rest.find(['"', '\'']).unwrap_or(rest.len());
            let (about, text) = rest.split_at(quote);
            let about = Some(about.trim()).filter(|about| !about.is_empty());
            match parse_expression(text) {
                Ok(Expr::Str(text)) => Ok(Expectation::Message {
                    about: about.map(str::to_owned),
                    text,
                }),
                Ok(_) => Err(wrong("what a message says is text")
                    .expecting("text in quotes: message \"GET /\", message c \"ws text\"")),
                Err(error) => Err(error.shifted(rest_start + quote)),
            }
        }
        "received" if rest.starts_with(['"', '\'', 'b', 'x']) => match parse_expression(rest) {
            Ok(Expr::Str(text)) => Ok(Expectation::Received(text.into_bytes())),
            Ok(Expr::Bytes(bytes)) => Ok(Expectation::Received(bytes)),
            Ok(_) => Err(wrong("what is received is text or bytes")
                .expecting("text in quotes: received \"hello\"")),
            Err(error) => Err(error.shifted(rest_start)),
        },
        "took" if !rest.starts_with(['=', '!', '.', '[']) => {
            let mut at = rest_start;
            let mut words: Vec<(&str, Range<usize>)> = Vec::new();
            for word in rest.split_whitespace() {
                let start = at + text[at..].find(word).unwrap_or(0);
                at = start + word.len();
                words.push((word, start..at));
            }
            Timing::parse(&words, rest_start).map(Expectation::Took)
        }
        _ => by_shape(body).map_err(|error| error.shifted(leading)),
    }
}

/// The forms that no first word tells: a lone errno, `socket: STATE`, `call = result`, `= value`, a condition.
fn by_shape(body: &str) -> Result<Expectation, Diagnostic> {
    if errnos().any(|errno| errno.name == body) {
        return Ok(Expectation::Errno(body.to_owned()));
    }
    if let Some(found) = returned(body) {
        return Ok(found);
    }
    if let Some((socket, written)) = body.split_once(':') {
        let named =
            !socket.is_empty() && socket.chars().all(|c| in_word(c) || matches!(c, '-' | '.'));
        let state = written.trim();
        let capitals = state.starts_with(|c: char| c.is_ascii_uppercase())
            && state
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
        if named && capitals && written.starts_with(' ') {
            let start = body.len() - written.trim_start().len();
            return state_named(state)
                .map(|state| Expectation::State {
                    socket: socket.to_owned(),
                    state,
                })
                .map_err(|error| error.shifted(start));
        }
    }
    equals_or_condition(body)
}

/// `accept(3, …) = 4`, `recv = -1 EAGAIN`, `= -1 EAGAIN`.
fn returned(body: &str) -> Option<Expectation> {
    let (left, right) = match body.strip_prefix("= ") {
        Some(right) => ("", right),
        None => body.rsplit_once(" = ")?,
    };
    let (number, errno) = right
        .trim()
        .split_once(' ')
        .map_or((right.trim(), None), |(number, errno)| {
            (number, Some(errno.trim()))
        });
    let result: i64 = number.parse().ok()?;
    let errno = match errno {
        // strace(1) and the screen write the error's message behind it.
        Some(errno) => {
            let name = errno.split(' ').next().unwrap_or_default();
            Some(errnos().find(|known| known.name == name)?.name.to_owned())
        }
        None => None,
    };
    let left = left.trim();
    let (call, arguments) = match left.split_once('(') {
        Some((call, arguments)) => (call, Some(arguments.strip_suffix(')')?.to_owned())),
        None => (left, None),
    };
    // A plain `= 4` asks for the value.
    if call.is_empty() && (errno.is_none() || arguments.is_some()) || !call.chars().all(in_word) {
        return None;
    }
    Some(Expectation::Returned {
        call: call.to_owned(),
        arguments,
        result,
        errno,
    })
}

/// `2 accept`: so many calls of this name.
fn calls(rest: &str) -> Option<Expectation> {
    let (times, call) = rest.split_once(char::is_whitespace)?;
    let call = call.trim();
    let is_name = !call.is_empty() && call.chars().all(in_word);
    let times = times.parse().ok().filter(|_| is_name)?;
    Some(Expectation::Calls {
        call: call.to_owned(),
        times,
    })
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
        _ => format!("{} is not an errno", quoted(rest)),
    };
    Err(Diagnostic::new(0..rest.len(), message)
        .expecting("a name such as ECONNREFUSED")
        .suggesting(&name, errnos().map(|errno| errno.name)))
}

/// `s LISTEN`, or `LISTEN port 5000 peer 80`.
fn state(rest: &str) -> Result<Expectation, Diagnostic> {
    let (first, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let start = rest.len() - behind.trim_start().len();
    let is_state = first.starts_with(|c: char| c.is_ascii_uppercase());
    if let (true, Ok(state)) = (is_state, state_named(first)) {
        let (mut port, mut peer) = (None, None);
        let mut words = behind.split_whitespace();
        while let Some(word) = words.next() {
            let place = match word {
                "port" => &mut port,
                "peer" => &mut peer,
                _ => {
                    return Err(Diagnostic::new(
                        start..rest.len(),
                        format!("{} says nothing about a state", quoted(word)),
                    )
                    .expecting("port 5000, peer 5000, or both"));
                }
            };
            let number = words.next().and_then(|number| number.parse().ok());
            *place = Some(number.ok_or_else(|| {
                Diagnostic::new(start..rest.len(), format!("which {word}?"))
                    .expecting("a port's number")
            })?);
        }
        return Ok(Expectation::AnyState { state, port, peer });
    }
    if behind.trim().is_empty() {
        return Err(
            Diagnostic::new(0..rest.len(), "which socket in which state?")
                .expecting("state s LISTEN, or state LISTEN port 5000"),
        );
    }
    Ok(Expectation::State {
        socket: first.to_owned(),
        state: state_named(behind.trim()).map_err(|error| error.shifted(start))?,
    })
}

/// A state by the name that this program, RFC 9293, ss(8) or the kernel gives it.
fn state_named(written: &str) -> Result<String, Diagnostic> {
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
        return Ok(state);
    }
    Err(Diagnostic::new(
        0..written.len(),
        format!("{} is not a state of a socket", quoted(written)),
    )
    .expecting("an RFC 9293 name: LISTEN, SYN-SENT, ESTABLISHED …")
    .suggesting(&state, STATES.iter().copied()))
}

fn one_packet(count: Option<u64>, filter: &str) -> Result<Expectation, Diagnostic> {
    if filter.is_empty() {
        return Err(Diagnostic::new(0..0, "expect which packet?")
            .expecting("flags or a display filter: packet [SYN], packet tcp.flags.syn == 1"));
    }
    asked(filter, 0).map(|filter| Expectation::Packet { count, filter })
}

fn packets(rest: &str) -> Result<Expectation, Diagnostic> {
    let counted = rest
        .split_once(char::is_whitespace)
        .and_then(|(count, filter)| Some((count.parse().ok()?, filter.trim())))
        .filter(|(_, filter)| !filter.is_empty());
    let Some((count, filter)) = counted else {
        return Err(Diagnostic::new(0..rest.len(), "how many packets?")
            .expecting("a number and a display filter: packets 3 tcp.len > 0"));
    };
    one_packet(Some(count), filter).map_err(|error| error.shifted(rest.len() - filter.len()))
}

#[cfg(test)]
mod tests;
