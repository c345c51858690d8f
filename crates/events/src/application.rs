//! A message of a protocol above TCP, whichever segments carried it. Plain data, put together by the inspector.

/// HTTP, WebSocket, Engine.IO or Socket.IO: a whole message, or bytes that are none.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationEvent {
    /// Counts from 1 in the session, or in the file.
    pub number: u64,
    /// When the segment was seen that completed it: nanoseconds since the epoch.
    pub time_ns: i64,
    /// The conversation, as `conversations` numbers it.
    pub conversation: u32,
    /// `tcp.stream`.
    pub stream: Option<u32>,
    /// True when it was sent by the side that opened the connection.
    pub forward: bool,
    /// The sender's name, or its address where it has none.
    pub from: String,
    /// The receiver's.
    pub to: String,
    /// What each protocol says of it, the lowest first; at least one.
    pub layers: Vec<Layer>,
    /// The first bytes of what it carries, at most 1024.
    pub data: Vec<u8>,
    /// Bytes of what it carries.
    pub length: u64,
    /// True for bytes that are no message of their protocol.
    pub malformed: bool,
    /// The packets that carried it, by their numbers.
    pub packets: Vec<u64>,
}

/// What a protocol says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// `http`, `websocket`, `engine.io` or `socket.io`.
    pub protocol: &'static str,
    /// The message in a line: `ws text "hi"`. Safe to show.
    pub words: String,
}

impl ApplicationEvent {
    /// What the highest protocol says.
    pub fn words(&self) -> &str {
        self.layers.last().map_or("", |layer| &layer.words)
    }

    /// The highest protocol.
    pub fn protocol(&self) -> &'static str {
        self.layers.last().map_or("", |layer| layer.protocol)
    }

    /// True when some protocol says this of it: `GET /`, `ws text`, `event "chat"`.
    pub fn says(&self, text: &str) -> bool {
        self.layers.iter().any(|layer| layer.words.contains(text))
    }
}
