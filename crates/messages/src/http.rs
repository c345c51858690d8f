//! HTTP/1.1 messages (RFC 9112) out of one direction of a stream, however its bytes are cut; and responses written.

mod head;
mod reader;

pub use head::{Head, Start};
pub use reader::{Limits, Reader};

use std::fmt;

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The first line and the header fields.
    pub head: Head,
    /// How the body's end is known.
    pub framing: Framing,
    /// The body without chunk sizes, as far as [`Limits::kept`] reaches.
    pub body: Vec<u8>,
    /// Bytes of the whole body, chunk sizes not counted.
    pub length: u64,
    /// The fields behind a chunked body.
    pub trailers: Vec<(String, String)>,
}

/// How the length of a body is known (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// Content-Length says it.
    Length,
    /// In chunks, the last of which is empty.
    Chunked,
    /// It ends with the connection.
    UntilClose,
}

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The first line is neither a request nor a status line; the line.
    FirstLine(String),
    /// The version is none of HTTP/1; the version.
    Version(String),
    /// A header field that is none: no colon, or characters that are not allowed; the line.
    Field(String),
    /// Content-Length is no number, or there are several that differ; the value.
    Length(String),
    /// Content-Length and Transfer-Encoding contradict each other, so that two readers could see two messages (RFC 9112 section 6.1).
    LengthAndChunks,
    /// A transfer coding other than chunked; its name.
    Coding(String),
    /// A chunk's size is no hexadecimal number, or its end is not where it should be; the line.
    Chunk(String),
    /// First line and header fields are longer than the limit, in bytes.
    HeadTooLarge(usize),
    /// The body is longer than the limit, in bytes.
    BodyTooLarge(u64),
    /// The stream ended within a message.
    Cut,
}

impl Fault {
    /// The status a server answers with (RFC 9110 section 15.5).
    pub fn status(&self) -> u16 {
        match self {
            Self::Version(_) => 505,
            Self::Coding(_) => 501,
            Self::HeadTooLarge(_) => 431,
            Self::BodyTooLarge(_) => 413,
            _ => 400,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstLine(line) => write!(out, "not a line of HTTP: {}", line.escape_debug()),
            Self::Version(version) => {
                write!(out, "the version {} is not HTTP/1", version.escape_debug())
            }
            Self::Field(line) => write!(out, "not a header field: {}", line.escape_debug()),
            Self::Length(value) => {
                write!(out, "not a Content-Length: {}", value.escape_debug())
            }
            Self::LengthAndChunks => {
                out.write_str("both Content-Length and Transfer-Encoding: the end is ambiguous")
            }
            Self::Coding(name) => {
                write!(out, "unknown transfer coding {}", name.escape_debug())
            }
            Self::Chunk(line) => write!(out, "not a chunk: {}", line.escape_debug()),
            Self::HeadTooLarge(limit) => {
                write!(out, "the header fields are longer than {limit} bytes")
            }
            Self::BodyTooLarge(limit) => write!(out, "the body is longer than {limit} bytes"),
            Self::Cut => out.write_str("the stream ended within a message"),
        }
    }
}

impl std::error::Error for Fault {}

/// The reason phrase of a status (RFC 9110 section 15); empty for one that is not in use here.
pub fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

/// A response with a body of known length. `fields` are written as they are; Content-Length is added.
pub fn response(status: u16, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut out = head_of(status, fields);
    out.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
    out.extend(body);
    out
}

/// A response in chunks of at most `size` bytes.
pub fn chunked_response(status: u16, fields: &[(&str, &str)], body: &[u8], size: usize) -> Vec<u8> {
    let mut out = head_of(status, fields);
    out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
    for chunk in body.chunks(size.max(1)) {
        out.extend(format!("{:x}\r\n", chunk.len()).bytes());
        out.extend(chunk);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n\r\n");
    out
}

/// A response's first line and fields, without the empty line.
pub fn head_of(status: u16, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} {}\r\n", phrase(status)).into_bytes();
    for (name, value) in fields {
        out.extend(format!("{name}: {value}\r\n").bytes());
    }
    out
}
