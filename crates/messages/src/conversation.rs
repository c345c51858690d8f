//! Both directions of a connection: which protocol each speaks, what a response answers, and what the connection was upgraded to.
//! Nothing is taken for WebSocket that was not upgraded to it, nor for Engine.IO unless its session was opened so.

mod told;
mod upper;

pub use told::{DATA, Layer, Protocol, Told};

use crate::http::{self, Limits, Start};
use crate::websocket::{self, Assembly, Sender};
use std::collections::VecDeque;
use upper::{Upper, is_engine};

/// What of a message is kept to be looked into: a payload of long-polling that is longer is not taken apart.
const KEPT: usize = 256 * 1024;
/// So much is read of an HTTP message; bodies are counted beyond.
const LIMITS: Limits = Limits {
    head: 256 * 1024,
    body: u64::MAX,
    kept: KEPT,
};
/// A first line that is longer is none of HTTP.
const FIRST_LINE: usize = 16 * 1024;
/// At most so many requests wait for their responses.
const ASKED: usize = 1024;

/// A connection.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// By direction: that of whoever opened the connection is 1.
    sides: [Side; 2],
    asked: VecDeque<Asked>,
}

/// A request that has not been answered.
#[derive(Clone, Debug)]
struct Asked {
    method: String,
    upgrade: bool,
    engine: bool,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Side {
    reading: Reading,
    /// Bytes of the stream that were read before `reading` began.
    before: u64,
    /// Where the message begins that is being read.
    start: u64,
    /// Where the frame begins that is being read.
    next: u64,
    upper: Upper,
}

#[derive(Clone, Debug)]
enum Reading {
    /// Its first line is not whole.
    Undecided(Vec<u8>),
    Http(http::Reader),
    /// A request to upgrade was sent: what follows depends on the answer.
    Waiting(Vec<u8>),
    WebSocket(websocket::Reader, Assembly),
    /// Nothing that is known here, or something that cannot be read on.
    Other,
}

impl Default for Reading {
    fn default() -> Self {
        Self::Undecided(Vec::new())
    }
}

impl Conversation {
    /// Takes the next bytes of a direction, `forward` being that of whoever opened the connection; gives the messages that are whole.
    pub fn feed(&mut self, forward: bool, bytes: &[u8]) -> Vec<Told> {
        let mut told = Vec::new();
        self.side(forward).take(bytes);
        self.read(forward, &mut told);
        // What this direction said may let the other be read on.
        self.read(!forward, &mut told);
        told
    }

    /// What a direction speaks, as far as it is known.
    pub fn protocol(&self, forward: bool) -> Option<Protocol> {
        match self.sides[usize::from(forward)].reading {
            Reading::Http(_) => Some(Protocol::Http),
            Reading::WebSocket(..) => Some(Protocol::WebSocket),
            _ => None,
        }
    }

    /// Bytes of a direction are missing: nothing of it can be read any more.
    pub fn gap(&mut self, forward: bool) {
        self.side(forward).reading = Reading::Other;
    }

    /// A direction has ended (FIN).
    pub fn end(&mut self, forward: bool) -> Vec<Told> {
        let mut told = Vec::new();
        let side = self.side(forward);
        if let Reading::Http(reader) = &mut side.reading {
            let last = reader.end();
            if let Some(message) = last {
                let end = side.before + reader.position();
                self.http(forward, message, end, &mut told);
            }
            self.side(forward).reading = Reading::Other;
        }
        told
    }

    fn side(&mut self, forward: bool) -> &mut Side {
        &mut self.sides[usize::from(forward)]
    }

    /// Reads what can be read of a direction.
    fn read(&mut self, forward: bool, told: &mut Vec<Told>) {
        loop {
            let methods = self.asked.iter().map(|asked| asked.method.as_str());
            self.sides[usize::from(forward)].decide(methods);
            let side = self.side(forward);
            match &mut side.reading {
                Reading::Http(reader) => {
                    let Some(message) = reader.message() else {
                        return;
                    };
                    let end = side.before + reader.position();
                    self.http(forward, message, end, told);
                }
                Reading::WebSocket(..) => {
                    if !side.frame(forward, told) {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    fn http(
        &mut self,
        forward: bool,
        message: Result<http::Message, http::Fault>,
        end: u64,
        told: &mut Vec<Told>,
    ) {
        let side = self.side(forward);
        let bytes = side.start..end.max(side.start);
        side.start = bytes.end;
        let message = match message {
            Ok(message) => message,
            Err(fault) => {
                side.reading = Reading::Other;
                told.push(Told::fault(
                    forward,
                    bytes,
                    Protocol::Http,
                    &format!("HTTP, malformed: {fault}"),
                ));
                return;
            }
        };
        told.push(Told::http(forward, bytes.clone(), &message));
        let engine = match &message.head.start {
            Start::Request { method, target, .. } => {
                let asked = Asked {
                    method: method.clone(),
                    upgrade: message.head.upgrades_to_websocket(),
                    engine: is_engine(target),
                };
                let carries = asked.engine && method == "POST";
                self.request(forward, asked);
                carries
            }
            Start::Response { code, .. } => self.response(forward, *code, &message.head),
        };
        if engine && message.length == message.body.len() as u64 {
            let upper = &mut self.side(forward).upper;
            upper.payload(forward, &bytes, &message.body, told);
        }
    }

    fn request(&mut self, forward: bool, asked: Asked) {
        if let Reading::Http(reader) = &mut self.side(!forward).reading {
            reader.answers(&asked.method);
        }
        let side = self.side(forward);
        if asked.upgrade
            && let Reading::Http(reader) = &mut side.reading
        {
            side.before += reader.position();
            side.reading = Reading::Waiting(reader.rest());
        }
        if self.asked.len() < ASKED {
            self.asked.push_back(asked);
        }
    }

    /// True when the body of the response is a payload of Engine.IO.
    fn response(&mut self, forward: bool, code: u16, head: &http::Head) -> bool {
        if matches!(code, 100 | 102..=199) {
            return false;
        }
        let Some(asked) = self.asked.pop_front() else {
            return false;
        };
        let switched = code == 101 && asked.upgrade && head.upgrades_to_websocket();
        if switched {
            let deflate = head
                .all("Sec-WebSocket-Extensions")
                .any(|value| value.contains("permessage-deflate"));
            self.switch(forward, Sender::Server, deflate, asked.engine);
            self.switch(!forward, Sender::Client, deflate, asked.engine);
        } else if let Reading::Waiting(rest) = &mut self.side(!forward).reading {
            let rest = std::mem::take(rest);
            let mut reader = http::Reader::requests(LIMITS);
            reader.feed(&rest);
            self.side(!forward).reading = Reading::Http(reader);
        }
        asked.engine && asked.method == "GET" && code == 200
    }

    /// From here on a direction has frames.
    fn switch(&mut self, forward: bool, sender: Sender, deflate: bool, engine: bool) {
        let side = self.side(forward);
        let rest = match &mut side.reading {
            Reading::Http(reader) => {
                side.before += reader.position();
                reader.rest()
            }
            Reading::Waiting(rest) => std::mem::take(rest),
            _ => return,
        };
        let bits = if deflate { 4 } else { 0 };
        let mut reader = websocket::Reader::new(sender, u64::MAX, KEPT).extended(bits);
        reader.feed(&rest);
        side.upper.engine = engine;
        side.next = side.start;
        side.reading = Reading::WebSocket(reader, Assembly::new(u64::MAX, KEPT));
    }
}

impl Side {
    fn take(&mut self, bytes: &[u8]) {
        match &mut self.reading {
            Reading::Undecided(held) | Reading::Waiting(held) => {
                // A client that floods before it is answered cannot fill the memory.
                if held.len() + bytes.len() > KEPT {
                    self.reading = Reading::Other;
                } else {
                    held.extend_from_slice(bytes);
                }
            }
            Reading::Http(reader) => reader.feed(bytes),
            Reading::WebSocket(reader, _) => reader.feed(bytes),
            Reading::Other => {}
        }
    }

    /// Whether the first line is one of HTTP, once it is there.
    fn decide<'a>(&mut self, methods: impl Iterator<Item = &'a str>) {
        let Reading::Undecided(held) = &mut self.reading else {
            return;
        };
        let Some(is_request) = first_line(held) else {
            return;
        };
        let mut reader = match is_request {
            Ok(true) => http::Reader::requests(LIMITS),
            Ok(false) => http::Reader::responses(LIMITS),
            Err(()) => {
                self.reading = Reading::Other;
                return;
            }
        };
        methods.for_each(|method| reader.answers(method));
        reader.feed(held);
        self.reading = Reading::Http(reader);
    }

    /// Reads a frame; false when there is none.
    fn frame(&mut self, forward: bool, told: &mut Vec<Told>) -> bool {
        let Reading::WebSocket(reader, assembly) = &mut self.reading else {
            return false;
        };
        let Some(frame) = reader.frame() else {
            return false;
        };
        let control = frame.as_ref().is_ok_and(websocket::Frame::is_control);
        let message = frame.and_then(|frame| assembly.take(frame));
        let end = self.before + reader.position();
        // A message of several frames reaches from its first to its last; what came between is told by its own frame.
        let within = control && assembly.is_within();
        let start = if within { self.next } else { self.start };
        let bytes = start..end.max(start);
        self.next = bytes.end;
        match message {
            Ok(None) => {}
            Ok(Some(message)) => {
                self.upper.websocket(forward, &bytes, &message, told);
                if !within {
                    self.start = bytes.end;
                }
            }
            Err(fault) => {
                let words = format!("ws, malformed: {fault}");
                told.push(Told::fault(forward, bytes, Protocol::WebSocket, &words));
                self.reading = Reading::Other;
            }
        }
        true
    }
}

/// True for a request, false for a response, an error for neither; `None` while the line goes on.
fn first_line(bytes: &[u8]) -> Option<Result<bool, ()>> {
    let begin = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let bytes = &bytes[begin..];
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let line = &bytes[..end.unwrap_or(bytes.len())];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let status = b"HTTP/1.";
    let common = line.len().min(status.len());
    let response = line[..common] == status[..common];
    let method = line.iter().position(|byte| *byte == b' ');
    let method = &line[..method.unwrap_or(line.len())];
    let request = method.len() <= 20
        && method
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || *byte == b'-')
        && !line.iter().any(u8::is_ascii_control);
    match end {
        _ if !response && !request || line.len() > FIRST_LINE => Some(Err(())),
        None => None,
        Some(_) if response && common == status.len() => Some(Ok(false)),
        Some(_) => {
            let version = line.rsplit(|byte| *byte == b' ').next();
            let fits = version.is_some_and(|version| version.starts_with(status));
            Some(if fits { Ok(true) } else { Err(()) })
        }
    }
}
