//! What the terminal and a prompt's process say to each other: postcard behind a length of four bytes, on a stream.

use crate::command::ast::Command;
use crate::command::inject::Held;
use crate::value::LARGEST;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

/// What the terminal says to a process. The answers are [`Report`](crate::engine::report::Report)s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Keep the paths of all calls to this folder; said before the first command.
    KeepTo(PathBuf, Vec<Vec<u8>>),
    /// Carry a command out.
    Execute(Execute),
    /// The call that the main thread reported has been taken in: go on. Between two calls of one command the kernel is asked what the
    /// first changed, so that the change is not taken for the second's.
    Continue,
    /// To a tracer: these rules of `inject` hold from now on.
    Inject(Vec<Held>),
    /// To a tracer: whether the program stops before each of its calls from now on. If not, whatever is stopped goes on.
    Stepping(bool),
    /// To a tracer: the thread of this number (gettid(2)) makes the call it is stopped before.
    Step(i32),
}

/// A command for a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execute {
    /// The command's number in the session.
    pub number: u64,
    /// The job it runs in: 0 is the process's main thread, any other number a thread of its own.
    pub job: u32,
    /// The command.
    pub command: Command,
}

/// What a tracer is told of the program it is to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tracee {
    /// The program's name in the session.
    pub name: String,
    /// Its host.
    pub host: String,
    /// The number of the command that runs it.
    pub command: u64,
    /// The rules of `inject`.
    pub rules: Vec<Held>,
    /// Find the line of its source that makes each call.
    pub lines: bool,
    /// It stops before each call.
    pub stepping: bool,
}

/// No message is longer: the largest value, once as a result and once for the name it is given to, and what is said of it.
pub const LIMIT: usize = 2 * LARGEST + (4 << 20);

/// The message with its length in front. One that is too long is an error.
pub fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = bytes.len() - 4;
    if length > LIMIT {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let length = length as u32;
    bytes[..4].copy_from_slice(&length.to_ne_bytes());
    Ok(bytes)
}

/// Takes the first whole message off the front of `bytes` and says how many bytes it took; `None` when more must come.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<Option<(T, usize)>> {
    let Some(length) = bytes.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_ne_bytes(*length) as usize;
    if length > LIMIT {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    }
    let Some(body) = bytes.get(4..4 + length) else {
        return Ok(None);
    };
    Ok(Some((
        postcard::from_bytes(body).map_err(io::Error::other)?,
        4 + length,
    )))
}
