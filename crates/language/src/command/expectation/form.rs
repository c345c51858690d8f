//! Each form of an expectation, read from its words. Not the process that stands before or behind it (`expectation`).

use super::pattern::{self, asked};
use super::timing::Timing;
use super::{Expectation, STATES};
use crate::catalog::errno::errnos;
use crate::command::ast::Expr;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::inject::calls as known_calls;
use crate::command::lexer::in_word;
use crate::command::parse::parse_expression;
use std::ops::Range;

type Read = Result<Expectation, Diagnostic>;

/// What a form begins with, where it needs a word behind it: the word may be a variable's name too, in a condition.
const OPERATORS: [char; 6] = ['=', '!', '.', '[', '<', '>'];

/// Reads an expectation that names no process in front. Spans count from the start of `text`.
pub(super) fn parse_expectation(text: &str) -> Read {
    let leading = text.len() - text.trim_start().len();
    let body = text.trim();
    let word_end = body.find(char::is_whitespace).unwrap_or(body.len());
    let (word, rest) = (&body[..word_end], body[word_end..].trim_start());
    let rest_start = leading + body.len() - rest.len();
    if body.is_empty() {
        return Err(Diagnostic::new(0..text.len(), "expect what?").expecting(
            "ok, errno NAME, = VALUE, SOCKET: STATE, c -> s [SYN], packet FILTER, blocked, output TEXT or a condition",
        ));
    }
    if pattern::is_pattern(body) {
        return pattern::parse(body)
            .map(|pattern| Expectation::Seen(Box::new(pattern)))
            .map_err(|error| error.shifted(leading));
    }
    let read = match word {
        "ok" if rest.is_empty() => Ok(Expectation::Ok),
        "errno" => errno(rest),
        "call" if !rest.is_empty() && rest.chars().all(in_word) => {
            Ok(Expectation::Called(rest.to_owned()))
        }
        "calls" => calls(rest),
        "state" => state(rest),
        "packet" => one_packet(None, rest),
        "packets" => packets(rest),
        "no" => no_packet(rest),
        "blocked" => blocked(rest),
        "stopped" if !rest.starts_with(OPERATORS) => stopped(rest),
        "held" if !rest.starts_with(OPERATORS) => held(rest),
        "timeout" if rest.is_empty() => Ok(Expectation::TimedOut),
        "output" => output(rest),
        "why" => why(rest),
        "message" if rest.contains(QUOTES) => message(rest),
        "received" if rest.starts_with(['"', '\'', 'b', 'x']) => received(rest),
        "took" if !rest.starts_with(['=', '!', '.', '[']) => took(rest),
        _ => return by_shape(body).map_err(|error| error.shifted(leading)),
    };
    read.map_err(|error| error.shifted(rest_start))
}

/// What begins text.
const QUOTES: [char; 2] = ['"', '\''];

/// A complaint about all that stands behind the form's word.
fn wrong(rest: &str, message: &str) -> Diagnostic {
    Diagnostic::new(0..rest.len(), message)
}

fn no_packet(rest: &str) -> Read {
    let filter = rest
        .strip_prefix("packet")
        .map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    match filter {
        Some(filter) if !filter.trim().is_empty() => {
            let start = rest.len() - filter.trim_start().len();
            one_packet(Some(0), filter.trim()).map_err(|error| error.shifted(start))
        }
        _ => Err(wrong(rest, "no what?").expecting("no packet FILTER")),
    }
}

fn blocked(rest: &str) -> Read {
    match rest {
        "" => Ok(Expectation::Blocked(None)),
        name if !name.contains(char::is_whitespace) => {
            Ok(Expectation::Blocked(Some(name.to_owned())))
        }
        _ => Err(wrong(rest, "which process is blocked?")
            .expecting("the name of one process: blocked server")),
    }
}

fn stopped(rest: &str) -> Read {
    let mut words = rest.split_whitespace().map(str::to_owned);
    let (who, call) = (words.next(), words.next());
    match (words.next(), &call) {
        (None, Some(name)) if !known_calls().any(|known| known == name) => {
            Err(wrong(rest, "unknown call").expecting("the name of one: stopped server send"))
        }
        (None, _) => Ok(Expectation::Stopped { who, call }),
        (Some(_), _) => Err(wrong(rest, "which program is stopped?")
            .expecting("a program and a call: stopped server send")),
    }
}

fn held(rest: &str) -> Read {
    rest.parse()
        .map(Expectation::Held)
        .map_err(|_| wrong(rest, "how many frames are held?").expecting("a number: held 1"))
}

fn output(rest: &str) -> Read {
    match parse_expression(rest)? {
        Expr::Str(text) => Ok(Expectation::Output(text)),
        _ => Err(wrong(rest, "output is text").expecting("text in quotes: output \"hello\"")),
    }
}

fn why(rest: &str) -> Read {
    let complaint = || {
        wrong(rest, "what why says is text")
            .expecting("text in quotes: why \"no route\", why c \"no route\"")
    };
    let (about, text) = about_and_text(rest, complaint)?;
    Ok(Expectation::Why { about, text })
}

fn message(rest: &str) -> Read {
    let complaint = || {
        wrong(rest, "what a message says is text")
            .expecting("text in quotes: message \"GET /\", message c \"ws text\"")
    };
    let (about, text) = about_and_text(rest, complaint)?;
    Ok(Expectation::Message { about, text })
}

/// `c "text"`: a name, which may be left out, and text.
fn about_and_text(
    rest: &str,
    complaint: impl Fn() -> Diagnostic,
) -> Result<(Option<String>, String), Diagnostic> {
    let quote = rest.find(QUOTES).unwrap_or(rest.len());
    let (about, text) = rest.split_at(quote);
    let about = Some(about.trim()).filter(|about| !about.is_empty());
    match parse_expression(text).map_err(|error| error.shifted(quote))? {
        Expr::Str(text) => Ok((about.map(str::to_owned), text)),
        _ => Err(complaint()),
    }
}

fn received(rest: &str) -> Read {
    match parse_expression(rest)? {
        Expr::Str(text) => Ok(Expectation::Received(text.into_bytes())),
        Expr::Bytes(bytes) => Ok(Expectation::Received(bytes)),
        _ => Err(wrong(rest, "what is received is text or bytes")
            .expecting("text in quotes: received \"hello\"")),
    }
}

fn took(rest: &str) -> Read {
    let mut at = 0;
    let mut words: Vec<(&str, Range<usize>)> = Vec::new();
    for word in rest.split_whitespace() {
        let start = at + rest[at..].find(word).unwrap_or(0);
        at = start + word.len();
        words.push((word, start..at));
    }
    Timing::parse(&words, 0).map(Expectation::Took)
}

/// The forms that no first word tells: a lone errno, `socket: STATE`, `call = result`, `= value`, a condition.
fn by_shape(body: &str) -> Read {
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
pub(super) fn returned(body: &str) -> Option<Expectation> {
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

/// `2 accept` or `exactly 2 accept`: so many calls of this name.
fn calls(rest: &str) -> Read {
    let number = rest.strip_prefix("exactly ").map(str::trim_start);
    let (exactly, rest) = (number.is_some(), number.unwrap_or(rest));
    let (times, call) = rest.split_once(char::is_whitespace).unwrap_or_default();
    let call = call.trim();
    let is_name = !call.is_empty() && call.chars().all(in_word);
    match times.parse() {
        Ok(times) if is_name => Ok(Expectation::Calls {
            call: call.to_owned(),
            times,
            exactly,
        }),
        _ => Err(wrong(rest, "how many calls of which name?")
            .expecting("calls 2 accept, or calls exactly 2 accept")),
    }
}

fn equals_or_condition(body: &str) -> Read {
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

fn errno(rest: &str) -> Read {
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
fn state(rest: &str) -> Read {
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

fn one_packet(count: Option<u64>, filter: &str) -> Read {
    if filter.is_empty() {
        return Err(Diagnostic::new(0..0, "expect which packet?")
            .expecting("flags or a display filter: packet [SYN], packet tcp.flags.syn == 1"));
    }
    asked(filter, 0).map(|filter| Expectation::Packet { count, filter })
}

fn packets(rest: &str) -> Read {
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
