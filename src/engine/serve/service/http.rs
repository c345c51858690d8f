//! `http`: `/` is a small page, `/echo` gives back what was posted, and anything else is not found.

use crate::engine::serve::talk::{Answers, Client, Talk};
use crate::messages::http::{
    Fault, Framing, Head, Limits, Message, Reader, Start, chunked_response, head_of, phrase,
    response,
};
use std::collections::HashMap;

/// What a request may have.
pub(super) const LIMITS: Limits = Limits {
    head: 64 * 1024,
    body: 1 << 20,
    kept: 1 << 20,
};
/// A chunk of an answer in chunks, in bytes.
const CHUNK: usize = 4096;
const TEXT: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");
const PAGE: &str = "<!DOCTYPE html>\n<title>socklab</title>\n<h1>It works</h1>\n<p>This page came over the socket you are looking at.</p>\n";

#[derive(Default)]
pub(super) struct Http {
    clients: HashMap<Client, Visitor>,
}

/// What a client of HTTP has sent so far.
pub(super) struct Visitor {
    pub(super) reader: Reader,
    /// It was told to go on with the body it asked about.
    continued: bool,
}

impl Default for Visitor {
    fn default() -> Self {
        Self {
            reader: Reader::requests(LIMITS),
            continued: false,
        }
    }
}

impl Visitor {
    /// The next request, if it is whole. A client that waits for leave to send its body is given it (RFC 9110 section 10.1.1).
    pub(super) fn request(
        &mut self,
        client: Client,
        out: &mut Answers,
    ) -> Option<Result<Message, Fault>> {
        let request = self.reader.message();
        if request.is_some() {
            self.continued = false;
            return request;
        }
        let head = self.reader.awaiting_body()?;
        if head.lists("Expect", "100-continue") && !self.continued {
            self.continued = true;
            out.send(client, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        None
    }
}

impl Talk for Http {
    fn received(&mut self, client: Client, bytes: &[u8], _: i64, out: &mut Answers) {
        let visitor = self.clients.entry(client).or_default();
        visitor.reader.feed(bytes);
        while let Some(request) = visitor.request(client, out) {
            let last = match &request {
                Ok(request) => serve(client, request, out),
                Err(fault) => {
                    refuse(client, fault.status(), &fault.to_string(), out);
                    return;
                }
            };
            if last {
                return out.close(client);
            }
        }
    }

    fn finished(&mut self, client: Client, _: i64, out: &mut Answers) {
        let last = self.clients.get_mut(&client);
        match last.and_then(|visitor| visitor.reader.end()) {
            Some(Err(fault)) => refuse(client, fault.status(), &fault.to_string(), out),
            _ => out.close(client),
        }
    }

    fn left(&mut self, client: Client, _: i64, _: &mut Answers) {
        self.clients.remove(&client);
    }
}

/// Answers a request that cannot be read or served; nothing is read of the client any more.
pub(super) fn refuse(client: Client, status: u16, why: &str, out: &mut Answers) {
    let body = format!("{status} {}: {why}\n", phrase(status));
    out.send(
        client,
        response(status, &[TEXT, ("Connection", "close")], body.as_bytes()),
    );
    out.part(client);
}

/// The method, and the target without its query.
pub(super) fn asked(head: &Head) -> (&str, &str) {
    match &head.start {
        Start::Request { method, target, .. } => {
            let path = target.split('?').next().unwrap_or(target);
            (method, path)
        }
        Start::Response { .. } => ("", ""),
    }
}

/// True for a request of HTTP/1.1 that does not name its host, which is to be refused (RFC 9112 section 3.2).
pub(super) fn is_hostless(head: &Head) -> bool {
    let old = matches!(&head.start, Start::Request { version, .. } if version == "HTTP/1.0");
    let hosts = head.all("Host").count();
    hosts > 1 || hosts == 0 && !old
}

/// Answers a request; true when the connection ends with the answer.
fn serve(client: Client, request: &Message, out: &mut Answers) -> bool {
    let head = &request.head;
    if is_hostless(head) {
        let body = "400 Bad Request: exactly one Host field, please\n";
        let close = ("Connection", "close");
        out.send(client, response(400, &[TEXT, close], body.as_bytes()));
        return true;
    }
    let (method, path) = asked(head);
    let stays = head.keeps_alive();
    let old = matches!(&head.start, Start::Request { version, .. } if version == "HTTP/1.0");
    // A client of HTTP/1.0 has to be told that the connection stays, any other that it does not.
    let connection = match (stays, old) {
        (true, true) => Some(("Connection", "keep-alive")),
        (false, _) => Some(("Connection", "close")),
        (true, false) => None,
    };
    let with = |fields: &[(&'static str, &'static str)]| {
        let mut all = fields.to_vec();
        all.extend(connection);
        all
    };
    let mut answer = match (path, method) {
        ("/", "GET" | "HEAD") => {
            let fields = with(&[("Content-Type", "text/html; charset=utf-8")]);
            response(200, &fields, PAGE.as_bytes())
        }
        ("/echo", "POST") => echo(request, connection, old),
        ("/", _) => not_allowed(&with(&[TEXT, ("Allow", "GET, HEAD")]), method),
        ("/echo", _) => not_allowed(&with(&[TEXT, ("Allow", "POST")]), method),
        _ => {
            let body = format!("404 Not Found: there is / and /echo, but no {path}\n");
            response(404, &with(&[TEXT]), body.as_bytes())
        }
    };
    if method == "HEAD" {
        without_body(&mut answer);
    }
    out.send(client, answer);
    !stays
}

fn not_allowed(fields: &[(&str, &str)], method: &str) -> Vec<u8> {
    let body = format!("405 Method Not Allowed: not {method} here\n");
    response(405, fields, body.as_bytes())
}

/// What was posted, in the way it came: with its length, or in chunks.
fn echo(request: &Message, connection: Option<(&str, &str)>, old: bool) -> Vec<u8> {
    let kind = request.head.get("Content-Type");
    let kind = kind.unwrap_or("application/octet-stream");
    let mut fields = vec![("Content-Type", kind)];
    fields.extend(connection);
    if request.framing == Framing::Chunked && !old {
        chunked_response(200, &fields, &request.body, CHUNK)
    } else {
        response(200, &fields, &request.body)
    }
}

/// Keeps the head of an answer.
fn without_body(answer: &mut Vec<u8>) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    if let Some(end) = end {
        answer.truncate(end + 4);
    }
}

/// An answer without a body that leaves the connection open, as 101 does.
pub(super) fn bare(status: u16, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = head_of(status, fields);
    out.extend(b"\r\n");
    out
}
