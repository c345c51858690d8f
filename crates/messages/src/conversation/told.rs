//! A message as it is told: which way, which bytes of the stream, what each protocol says of it.

use crate::http::{self, Framing, Start};
use socklab_packets::text::{escape, quote};
use std::fmt::Write;
use std::ops::Range;

/// So many bytes of a message are given with it.
pub const DATA: usize = 1024;
/// So many of its characters stand in words.
pub(super) const SHOWN: usize = 60;
/// A first line is cut after so many characters.
const LINE: usize = 200;

/// A protocol above TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 9112.
    Http,
    /// RFC 6455.
    WebSocket,
    /// Engine.IO 4.
    EngineIo,
    /// Socket.IO 5.
    SocketIo,
}

impl Protocol {
    /// Its name: `http`, `websocket`, `engine.io`, `socket.io`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::WebSocket => "websocket",
            Self::EngineIo => "engine.io",
            Self::SocketIo => "socket.io",
        }
    }
}

/// What a protocol says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The protocol.
    pub protocol: Protocol,
    /// The message in a line: `socket.io event "chat" "hi"`. Safe to show.
    pub words: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// It was sent by whoever opened the connection.
    pub forward: bool,
    /// Which bytes of its direction it is, from 0.
    pub bytes: Range<u64>,
    /// The protocols, the lowest first; at least one.
    pub layers: Vec<Layer>,
    /// The first bytes of what it carries, at most [`DATA`].
    pub data: Vec<u8>,
    /// Bytes of what it carries.
    pub length: u64,
    /// Why it is no message, for bytes that are none.
    pub fault: bool,
}

impl Told {
    /// What the highest protocol says.
    pub fn words(&self) -> &str {
        self.layers.last().map_or("", |layer| &layer.words)
    }

    /// The highest protocol.
    pub fn protocol(&self) -> Protocol {
        let last = self.layers.last();
        last.map_or(Protocol::Http, |layer| layer.protocol)
    }

    pub(super) fn new(
        forward: bool,
        bytes: Range<u64>,
        data: &[u8],
        length: u64,
        layers: Vec<(Protocol, String)>,
    ) -> Self {
        let layers = layers
            .into_iter()
            .map(|(protocol, words)| Layer { protocol, words });
        Self {
            forward,
            bytes,
            layers: layers.collect(),
            data: data[..data.len().min(DATA)].to_vec(),
            length,
            fault: false,
        }
    }

    pub(super) fn fault(forward: bool, bytes: Range<u64>, protocol: Protocol, words: &str) -> Self {
        let layers = vec![(protocol, words.to_owned())];
        Self {
            fault: true,
            ..Self::new(forward, bytes, &[], 0, layers)
        }
    }

    pub(super) fn http(forward: bool, bytes: Range<u64>, message: &http::Message) -> Self {
        let mut words = escape(message.head.start.to_string().as_bytes(), LINE);
        if message.head.upgrades_to_websocket() {
            words.push_str(match message.head.start {
                Start::Request { .. } => ", upgrade to WebSocket",
                Start::Response { .. } => ", from here on WebSocket",
            });
        }
        if message.framing != Framing::None {
            let s = if message.length == 1 { "" } else { "s" };
            let chunked = match message.framing {
                Framing::Chunked => " in chunks",
                Framing::UntilClose => " until the end",
                _ => "",
            };
            let _ = write!(words, ", {} byte{s}{chunked}", message.length);
            if !message.body.is_empty() {
                words.push(' ');
                words.push_str(&quote(&message.body, SHOWN));
            }
        }
        let layers = vec![(Protocol::Http, words)];
        Self::new(forward, bytes, &message.body, message.length, layers)
    }
}
