//! Engine.IO, protocol version 4: packets in the payloads of long-polling and in the messages of a WebSocket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Stands between the packets of a payload.
pub const SEPARATOR: u8 = 0x1e;

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The handshake: session id, transports it can be upgraded to, times of the heartbeat.
    Open,
    /// The session is over.
    Close,
    /// A heartbeat, from the server; `2probe` tries a transport.
    Ping,
    /// Its answer.
    Pong,
    /// Something of the protocol above.
    Message,
    /// The client changes to the transport it has tried.
    Upgrade,
    /// Nothing: it ends a poll that waits.
    Noop,
}

const KINDS: [Kind; 7] = [
    Kind::Open,
    Kind::Close,
    Kind::Ping,
    Kind::Pong,
    Kind::Message,
    Kind::Upgrade,
    Kind::Noop,
];

impl Kind {
    /// Its name: `open`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Close => "close",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Message => "message",
            Self::Upgrade => "upgrade",
            Self::Noop => "noop",
        }
    }

    fn digit(self) -> char {
        let place = KINDS.iter().position(|kind| *kind == self);
        (b'0' + place.unwrap_or_default() as u8) as char
    }
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What it is.
    pub kind: Kind,
    /// What it carries.
    pub data: Data,
}

/// What a packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Text, which may be empty.
    Text(String),
    /// Bytes; only a message has such.
    Binary(Vec<u8>),
}

impl Packet {
    /// A packet with text.
    pub fn text(kind: Kind, text: impl Into<String>) -> Self {
        let data = Data::Text(text.into());
        Self { kind, data }
    }

    /// A message of bytes.
    pub fn binary(bytes: Vec<u8>) -> Self {
        let data = Data::Binary(bytes);
        Self {
            kind: Kind::Message,
            data,
        }
    }

    /// Reads a packet from text: a digit, and what it carries. `None` when it begins with none of them.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = text.chars().next()?.to_digit(10)?;
        let kind = *KINDS.get(digit as usize)?;
        Some(Self::text(kind, &text[1..]))
    }

    /// The packet as text for a WebSocket; a binary one has none and goes as a binary message.
    pub fn encoded(&self) -> Option<String> {
        match &self.data {
            Data::Text(text) => Some(format!("{}{text}", self.kind.digit())),
            Data::Binary(_) => None,
        }
    }
}

/// Reads the packets of a payload of long-polling; what is no packet is given back as it is.
pub fn packets(payload: &[u8]) -> Vec<Result<Packet, String>> {
    if payload.is_empty() {
        return Vec::new();
    }
    payload
        .split(|byte| *byte == SEPARATOR)
        .map(|part| {
            let wrong = || String::from_utf8_lossy(part).into_owned();
            let text = std::str::from_utf8(part).map_err(|_| wrong())?;
            match text.strip_prefix('b') {
                Some(base64) => STANDARD
                    .decode(base64)
                    .map(Packet::binary)
                    .map_err(|_| wrong()),
                None => Packet::parse(text).ok_or_else(wrong),
            }
        })
        .collect()
}

/// Writes packets as a payload of long-polling.
pub fn payload(packets: &[Packet]) -> Vec<u8> {
    let parts: Vec<String> = packets
        .iter()
        .map(|packet| match &packet.data {
            Data::Binary(bytes) => format!("b{}", STANDARD.encode(bytes)),
            Data::Text(_) => packet.encoded().unwrap_or_default(),
        })
        .collect();
    parts.join("\u{1e}").into_bytes()
}
