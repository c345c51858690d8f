//! The language of `inject`: which call of a program gets what it would get on a bad day. The text after `inject`, read to plain data and
//! written back. How it is done is the tracer's.
//!
//! A rule is a process or one of its sockets (`server`, `server.4`), a call, what happens to it (`bytes 1`, `errno EINTR`, `delay 2s`), and
//! then, as for the wire, to which of the calls: nothing is all of them, `next` the next one, `next 3` three, `3rd` the third and no other,
//! `10%` one in ten by chance.

use super::diagnostic::{Diagnostic, quoted};
use super::wire::Pick;
use super::wire::measure::Word;
use super::wire::reader::{Parsed, Reader, unexpected};
use super::wire::text;
use crate::catalog::errno;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InjectOrder {
    /// The rules are to be listed.
    List,
    /// A new rule.
    Add(InjectRule),
    /// All rules are dropped, or the one of this number.
    Clear(Option<u32>),
}

/// A rule as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InjectRule {
    /// The process.
    pub process: String,
    /// One of its sockets; `None`: all of them.
    pub fd: Option<i32>,
    /// The function, as a program's author writes it.
    pub call: String,
    /// What happens to it.
    pub effect: Effect,
    /// To which of them.
    pub pick: Pick,
}

/// A rule that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its number, from 1.
    pub number: u32,
    /// What its chance is drawn from, with its number (`wire seed`).
    pub seed: u64,
    /// As it was typed.
    pub rule: InjectRule,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It moves at most so many bytes.
    Bytes(u64),
    /// It is not made, and fails with this error.
    Errno(String),
    /// It is made so many nanoseconds later.
    Delay(u64),
}

/// The calls that can be injected into; of the first ones also the bytes.
const MOVING: &[&str] = &[
    "send", "sendto", "sendmsg", "recv", "recvfrom", "recvmsg", "read", "write", "readv", "writev",
];
const OTHERS: &[&str] = &[
    "socket",
    "socketpair",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "shutdown",
    "close",
    "close_range",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "sendmmsg",
    "recvmmsg",
    "sendfile",
    "splice",
    "select",
    "pselect",
    "poll",
    "ppoll",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "fcntl",
    "ioctl",
    "dup",
    "dup2",
    "dup3",
];

/// What a rule looks like, for whoever wrote another thing.
const EXAMPLE: &str = "inject server recv bytes 1, inject client send errno EINTR next, inject server accept delay 2s 3rd";

impl InjectOrder {
    /// Reads the text after `inject`. Spans count from the start of `text`.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        order(text).map_err(|error| error.located(text))
    }
}

fn order(text: &str) -> Parsed<InjectOrder> {
    let mut reader = Reader { text, at: 0 };
    let Some(first) = reader.next() else {
        return Ok(InjectOrder::List);
    };
    if first.text == "clear" {
        let number = reader.next().map(|word| {
            let number = word.text.parse::<u32>();
            number.map_err(|_| unexpected(&word, "the number of a rule; `inject` lists them"))
        });
        return Ok(InjectOrder::Clear(number.transpose()?));
    }
    let (process, fd) = subject(&first);
    let call = reader.demand("into which call?", EXAMPLE)?;
    check_call(&call)?;
    let effect = effect(&mut reader, &call)?;
    let pick = pick(&mut reader)?;
    if let Some(more) = reader.next() {
        return Err(unexpected(
            &more,
            "the end, or one of next, next 3, 3rd, 10%",
        ));
    }
    Ok(InjectOrder::Add(InjectRule {
        process,
        fd,
        call: call.text.to_owned(),
        effect,
        pick,
    }))
}

/// The calls of programs that can be named.
pub fn calls() -> impl Iterator<Item = &'static str> {
    MOVING.iter().chain(OTHERS).copied()
}

/// That a word is such a call; an error says which is near.
pub(super) fn check_call(call: &Word<'_>) -> Parsed<()> {
    if calls().any(|known| known == call.text) {
        return Ok(());
    }
    let near = calls().min_by_key(|name| strsim::damerau_levenshtein(name, call.text));
    Err(Diagnostic::new(
        call.span.clone(),
        format!("unknown call {}", quoted(call.text)),
    )
    .helping(format!("did you mean `{}`?", near.unwrap_or("recv"))))
}

/// `server` or `server.4`.
pub(super) fn subject(word: &Word<'_>) -> (String, Option<i32>) {
    let socket = word.text.rsplit_once('.').and_then(|(process, fd)| {
        let fd = fd.parse().ok()?;
        Some((process.to_owned(), Some(fd)))
    });
    socket.unwrap_or_else(|| (word.text.to_owned(), None))
}

fn effect(reader: &mut Reader<'_>, call: &Word<'_>) -> Parsed<Effect> {
    let kind = reader.demand(
        "what is to happen to it?",
        "bytes N, errno NAME or delay TIME",
    )?;
    match kind.text {
        "bytes" => {
            if !MOVING.contains(&call.text) {
                return Err(Diagnostic::new(
                    kind.span.clone(),
                    format!("{} moves no bytes that could be fewer", quoted(call.text)),
                )
                .expecting(format!("bytes are for {}", MOVING.join(", "))));
            }
            let count = reader.demand("how many bytes?", "a whole number: bytes 1")?;
            Ok(Effect::Bytes(count.count("bytes", 1)?))
        }
        "errno" => {
            let name = reader.demand("which error?", "the name of an errno: errno EINTR")?;
            match errno::by_name(name.text) {
                Some(found) => Ok(Effect::Errno(found.name.to_owned())),
                None => Err(Diagnostic::new(
                    name.span.clone(),
                    format!("unknown errno {}", quoted(name.text)),
                )
                .expecting("its name in capitals: EINTR, EAGAIN, ECONNRESET, EMFILE …")),
            }
        }
        "delay" => {
            let time = reader.demand("a delay of what?", "a time: delay 200ms")?;
            Ok(Effect::Delay(time.time("delay")?))
        }
        _ => Err(unexpected(&kind, "bytes N, errno NAME or delay TIME")),
    }
}

fn pick(reader: &mut Reader<'_>) -> Parsed<Pick> {
    let Some(word) = reader.peek() else {
        return Ok(Pick::All);
    };
    reader.at = word.span.end;
    if word.text.ends_with('%') {
        return Ok(Pick::Chance(word.chance()?));
    }
    if word.text == "next" {
        let count = match reader.next() {
            Some(number) => number.count("next", 1)?,
            None => 1,
        };
        return Ok(Pick::Counted {
            skip: 0,
            count: Some(count),
        });
    }
    match word.ordinal() {
        Some(place) => Ok(Pick::Counted {
            skip: place? - 1,
            count: Some(1),
        }),
        None => Err(unexpected(&word, "next, next 3, 3rd or 10%")),
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(count) => write!(formatter, "bytes {count}"),
            Self::Errno(name) => write!(formatter, "errno {name}"),
            Self::Delay(time) => write!(formatter, "delay {}", text::time(*time)),
        }
    }
}

impl fmt::Display for InjectRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.process)?;
        if let Some(fd) = self.fd {
            write!(formatter, ".{fd}")?;
        }
        write!(formatter, " {} {}", self.call, self.effect)?;
        match text::pick(self.pick).as_str() {
            "" => Ok(()),
            picked => write!(formatter, " {picked}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_it_was_read() {
        for text in [
            "server recv bytes 1",
            "server.4 recv bytes 1",
            "client send errno EINTR next 1",
            "client send errno EINTR next 3",
            "server accept errno EMFILE 3rd",
            "server recv delay 2s",
            "server recv errno EAGAIN 10%",
        ] {
            let Ok(InjectOrder::Add(rule)) = InjectOrder::parse(text) else {
                panic!("{text}");
            };
            assert_eq!(rule.to_string(), text);
        }
        assert_eq!(InjectOrder::parse(" "), Ok(InjectOrder::List));
        assert_eq!(InjectOrder::parse("clear"), Ok(InjectOrder::Clear(None)));
        assert_eq!(
            InjectOrder::parse("clear 2"),
            Ok(InjectOrder::Clear(Some(2)))
        );
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        for (text, message, at) in [
            ("server", "into which call?", 6),
            ("server rcv bytes 1", "unknown call `rcv`", 7),
            ("server recv", "what is to happen to it?", 11),
            (
                "server accept bytes 1",
                "`accept` moves no bytes that could be fewer",
                14,
            ),
            ("server recv bytes", "how many bytes?", 17),
            ("server recv errno EWHAT", "unknown errno `EWHAT`", 18),
            ("server recv delay 2", "`2` of what?", 18),
            ("server recv bytes 1 often", "unexpected `often`", 20),
            ("clear x", "unexpected `x`", 6),
        ] {
            let error = InjectOrder::parse(text).expect_err(text);
            assert_eq!(
                (error.message.as_str(), error.span.start),
                (message, at),
                "{text}"
            );
        }
    }
}
