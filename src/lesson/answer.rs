//! `answer_from`: where the kernel's answer to a question is read. Only the form; reading it needs a session (`shell`).

use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::expectation::pattern::{self, Asked, Pattern};
use crate::command::filter::{self, Filter};
use crate::command::parse::parse_line;

/// Where an answer is read.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerFrom {
    /// `tcp.len of packet 4`.
    FieldOfNumber(String, u64),
    /// `tcp.window_size of packet [SYN, ACK] from server`.
    FieldOf(String, Box<Pattern>),
    /// `packets where tcp.len > 0`.
    Count(Asked),
    /// `result of recv in server`.
    Result(String, Option<String>),
    /// `errno of connect in client`.
    Errno(String, Option<String>),
    /// `state of server.conn`.
    State(String),
    /// `server> value of n`.
    Value(String, Option<String>),
}

impl AnswerFrom {
    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        Self::read(text).map_err(|error| error.located(text))
    }

    /// `packets where FILTER`, of which the filter stands there in the text.
    fn count(filter: &str, at: usize) -> Result<Self, Diagnostic> {
        match Filter::parse(filter) {
            Ok(parsed) => Ok(Self::Count(Asked {
                text: filter.to_owned(),
                filter: parsed,
            })),
            Err(error) => {
                let span = error.span.start + at..error.span.end + at;
                Err(Diagnostic::new(span, error.message))
            }
        }
    }

    /// `FIELD of packet 4`, or of a packet by its looks; nothing for any other text.
    fn field(field: &str, of: &str) -> Option<Result<Self, Diagnostic>> {
        let number = of
            .strip_prefix("packet ")
            .and_then(|rest| rest.trim().parse().ok());
        match number {
            Some(number) => Some(Ok(Self::FieldOfNumber(field.to_owned(), number))),
            None if pattern::is_pattern(of) => Some(
                pattern::parse(of)
                    .map(|pattern| Self::FieldOf(field.to_owned(), Box::new(pattern))),
            ),
            None => None,
        }
    }

    fn read(text: &str) -> Result<Self, Diagnostic> {
        let body = text.trim();
        let start = text.len() - text.trim_start().len();
        let name = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        let (process, body_at) = match body.split_once("> ") {
            Some((process, rest)) if name(process) => {
                (Some(process.to_owned()), start + body.len() - rest.len())
            }
            _ => (None, start),
        };
        let body = &text[body_at..].trim_end();
        if let Some(filter) = body.strip_prefix("packets where ") {
            return Self::count(filter, body_at + "packets where ".len());
        }
        let Some((what, of)) = body.split_once(" of ") else {
            return Err(Diagnostic::new(0..text.len(), "this is nothing that can be read from a run")
                .expecting("FIELD of packet …, packets where FILTER, result of CALL, errno of CALL, state of SOCKET or value of EXPRESSION"));
        };
        let of_at = body_at + body.len() - of.len();
        let called = || match of.split_once(" in ") {
            Some((call, process)) => (call.trim().to_owned(), Some(process.trim().to_owned())),
            None => (of.trim().to_owned(), process.clone()),
        };
        match what {
            "result" => {
                let (call, process) = called();
                Ok(Self::Result(call, process))
            }
            "errno" => {
                let (call, process) = called();
                Ok(Self::Errno(call, process))
            }
            "state" if name(of) => Ok(Self::State(of.to_owned())),
            "value" => parse_line(of)
                .map(|_| Self::Value(of.to_owned(), process))
                .map_err(|error| error.shifted(of_at)),
            field if filter::fields().iter().any(|entry| entry.name == field) => {
                match Self::field(field, of) {
                    Some(found) => found.map_err(|error| error.shifted(of_at)),
                    None => Err(Diagnostic::new(of_at..text.len(), "which packet?")
                        .expecting("packet 4, packet [SYN, ACK] from server, or c -> s [SYN]")),
                }
            }
            _ => Err(Diagnostic::new(
                body_at..body_at + what.len(),
                format!("{} is not a field of a packet", quoted(what)),
            )
            .suggesting(
                what,
                ["result", "errno", "state", "value"]
                    .into_iter()
                    .chain(filter::fields().iter().map(|entry| entry.name)),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        for (text, expected) in [
            (
                "tcp.len of packet 4",
                Some(AnswerFrom::FieldOfNumber("tcp.len".to_owned(), 4)),
            ),
            ("tcp.window_size of packet [SYN, ACK] from server", None),
            ("tcp.len of c -> s [P.]", None),
            ("packets where tcp.len > 0", None),
            (
                "result of recv in server",
                Some(AnswerFrom::Result(
                    "recv".to_owned(),
                    Some("server".to_owned()),
                )),
            ),
            (
                "errno of connect",
                Some(AnswerFrom::Errno("connect".to_owned(), None)),
            ),
            (
                "state of server.c",
                Some(AnswerFrom::State("server.c".to_owned())),
            ),
            (
                "server> value of len(data)",
                Some(AnswerFrom::Value(
                    "len(data)".to_owned(),
                    Some("server".to_owned()),
                )),
            ),
        ] {
            let read = AnswerFrom::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            if let Some(expected) = expected {
                assert_eq!(read, expected, "{text}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_marked() {
        for (text, marked) in [
            ("the moon", "the moon"),
            ("tcp.length of packet 1", "tcp.length"),
            ("tcp.len of it", "it"),
            ("tcp.len of packet [SNY]", "SNY"),
            ("packets where tcp.flgs", "tcp.flgs"),
        ] {
            let error = AnswerFrom::parse(text).expect_err(text);
            assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
        }
    }
}
