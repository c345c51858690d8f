//! The language of `step` and `go`: which program, and how far. The text behind the verb, read to plain data.
//!
//! `step` alone, `step server`, `step server 3`, `step server/14`, `step server until send`, `step server.4 until recv 2`,
//! `step server until ECONNRESET`.

use super::diagnostic::{Diagnostic, quoted};
use super::inject::{check_call, subject};
use super::wire::measure::Word;
use super::wire::reader::{Parsed, Reader, unexpected};
use crate::catalog::errno;

/// What `step` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOrder {
    /// Whose thread; `None`: that of the program that was stepped last.
    pub whose: Option<Whose>,
    /// How far.
    pub goal: Goal,
}

/// A program, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The program, or one of its processes or threads: `server`, `server/14`.
    pub name: String,
    /// Calls on this descriptor alone: `server.4`.
    pub fd: Option<i32>,
}

/// Where stepping ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// After so many calls.
    Count(u64),
    /// Before a call of this name, the one of this place; `None` is any call, on the descriptor that was named.
    Call(Option<String>, u64),
    /// When a call has failed with this error.
    Errno(String),
}

/// What a line looks like, for whoever wrote another thing.
const EXAMPLE: &str = "step server, step server 3, step server until send";

impl StepOrder {
    /// Reads the text after `step`. Spans count from the start of `text`.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        order(text).map_err(|error| error.located(text))
    }
}

/// Reads the text after `go`: a program's name, or nothing. Spans count from the start of `text`.
pub fn parse_go(text: &str) -> Result<Option<String>, Diagnostic> {
    let mut reader = Reader { text, at: 0 };
    let Some(name) = reader.next() else {
        return Ok(None);
    };
    if let Some(more) = reader.next() {
        return Err(unexpected(&more, "a program's name alone: go server").located(text));
    }
    Ok(Some(name.text.to_owned()))
}

fn order(text: &str) -> Parsed<StepOrder> {
    let mut reader = Reader { text, at: 0 };
    let named = reader
        .peek()
        .filter(|word| word.text != "until" && !word.is_numeric());
    let whose = named.map(|word| {
        reader.at = word.span.end;
        let (name, fd) = subject(&word);
        Whose { name, fd }
    });
    let on_socket = whose.as_ref().is_some_and(|whose| whose.fd.is_some());
    let goal = match reader.next() {
        None if on_socket => Goal::Call(None, 1),
        None => Goal::Count(1),
        Some(word) if word.text == "until" => until(&mut reader)?,
        Some(word) if word.is_numeric() && !on_socket => Goal::Count(word.count("step", 1)?),
        Some(word) if word.is_numeric() => Goal::Call(None, word.count("step", 1)?),
        Some(word) => return Err(unexpected(&word, EXAMPLE)),
    };
    match reader.next() {
        Some(more) => Err(unexpected(&more, EXAMPLE)),
        None => Ok(StepOrder { whose, goal }),
    }
}

/// What stands behind `until`.
fn until(reader: &mut Reader<'_>) -> Parsed<Goal> {
    let word = reader.demand(
        "until which call?",
        "a call or an error: until send, until recv 3, until ECONNRESET",
    )?;
    if word
        .text
        .starts_with(|first: char| first.is_ascii_uppercase())
    {
        return errno_named(&word);
    }
    check_call(&word)?;
    let place = match reader.next() {
        Some(number) => number.count("until", 1)?,
        None => 1,
    };
    Ok(Goal::Call(Some(word.text.to_owned()), place))
}

fn errno_named(word: &Word<'_>) -> Parsed<Goal> {
    match errno::by_name(word.text) {
        Some(known) => Ok(Goal::Errno(known.name.to_owned())),
        None => Err(Diagnostic::new(
            word.span.clone(),
            format!("unknown errno {}", quoted(word.text)),
        )
        .expecting("its name in capitals: EINTR, EAGAIN, ECONNRESET, EMFILE …")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> StepOrder {
        StepOrder::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn every_form_is_read() {
        let call = |name: &str, place| Goal::Call(Some(name.to_owned()), place);
        for (text, whose, goal) in [
            ("", None, Goal::Count(1)),
            ("3", None, Goal::Count(3)),
            ("server", Some(("server", None)), Goal::Count(1)),
            (" server  12 ", Some(("server", None)), Goal::Count(12)),
            ("server/14", Some(("server/14", None)), Goal::Count(1)),
            ("server.4", Some(("server", Some(4))), Goal::Call(None, 1)),
            ("server.4 2", Some(("server", Some(4))), Goal::Call(None, 2)),
            ("until send", None, call("send", 1)),
            (
                "server until recv 3",
                Some(("server", None)),
                call("recv", 3),
            ),
            (
                "server.4 until recv",
                Some(("server", Some(4))),
                call("recv", 1),
            ),
            (
                "server until ECONNRESET",
                Some(("server", None)),
                Goal::Errno("ECONNRESET".to_owned()),
            ),
        ] {
            let order = read(text);
            let named = order.whose.as_ref();
            let named = named.map(|whose| (whose.name.as_str(), whose.fd));
            assert_eq!((named, order.goal), (whose, goal), "{text}");
        }
        assert_eq!(parse_go(" "), Ok(None));
        assert_eq!(parse_go("server"), Ok(Some("server".to_owned())));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        for (text, at) in [
            ("server 0", 7),
            ("server -1", 7),
            ("server 99999999999999999999", 7),
            ("server until", 12),
            ("server until sned", 13),
            ("server until EWHAT", 13),
            ("server until send 0", 18),
            ("server until send 1 more", 20),
            ("server often", 7),
        ] {
            let error = StepOrder::parse(text).expect_err(text);
            assert_eq!(error.span.start, at, "{text}: {error:?}");
        }
        assert!(parse_go("server client").is_err());
    }
}
