//! Socket.IO, protocol version 5: the packets in the messages of Engine.IO.

use serde_json::Value;
use std::fmt::{self, Write};

/// At most this many binary attachments belong to a packet.
pub const ATTACHMENTS: usize = 64;

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A namespace is joined, or the server says that it was.
    Connect,
    /// A namespace is left.
    Disconnect,
    /// An event with a name and arguments.
    Event,
    /// The answer to an event that asked for one.
    Ack,
    /// A namespace was refused.
    ConnectError,
    /// An event with attachments.
    BinaryEvent,
    /// An answer with attachments.
    BinaryAck,
}

const KINDS: [Kind; 7] = [
    Kind::Connect,
    Kind::Disconnect,
    Kind::Event,
    Kind::Ack,
    Kind::ConnectError,
    Kind::BinaryEvent,
    Kind::BinaryAck,
];

impl Kind {
    /// Its name in small letters: `connect error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Event => "event",
            Self::Ack => "ack",
            Self::ConnectError => "connect error",
            Self::BinaryEvent => "binary event",
            Self::BinaryAck => "binary ack",
        }
    }

    fn is_binary(self) -> bool {
        matches!(self, Self::BinaryEvent | Self::BinaryAck)
    }
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What it is.
    pub kind: Kind,
    /// How many binary messages follow that belong to it.
    pub attachments: usize,
    /// The namespace: `/` unless it is named.
    pub namespace: String,
    /// The number that an answer has to bear.
    pub id: Option<u64>,
    /// The data as JSON, as it was written; empty when there is none.
    pub data: String,
}

/// Why a text is no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not begin with a kind.
    Kind,
    /// The number of attachments is missing or too large.
    Attachments,
    /// What should be JSON is none; what the JSON reader said.
    Json(String),
    /// The JSON is not what this kind carries: an event an array that begins with a name, a connect an object or nothing.
    Shape,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => out.write_str("no kind of packet"),
            Self::Attachments => {
                write!(out, "the number of attachments must be 0 to {ATTACHMENTS}")
            }
            Self::Json(why) => write!(out, "the data is not JSON: {why}"),
            Self::Shape => out.write_str("the data is not what this kind of packet carries"),
        }
    }
}

impl std::error::Error for Fault {}

impl Packet {
    /// A packet in a namespace.
    pub fn new(kind: Kind, namespace: &str, id: Option<u64>, data: impl Into<String>) -> Self {
        Self {
            kind,
            attachments: 0,
            namespace: namespace.to_owned(),
            id,
            data: data.into(),
        }
    }

    /// Reads a packet: `<kind>[<attachments>-][<namespace>,][<id>][JSON]`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digit = text.chars().next().and_then(|first| first.to_digit(10));
        let kind = digit.and_then(|digit| KINDS.get(digit as usize));
        let kind = *kind.ok_or(Fault::Kind)?;
        let mut rest = &text[1..];
        let mut attachments = 0;
        if kind.is_binary() {
            let (number, behind) = rest.split_once('-').ok_or(Fault::Attachments)?;
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            attachments = number
                .parse()
                .ok()
                .filter(|count| digits && *count <= ATTACHMENTS)
                .ok_or(Fault::Attachments)?;
            rest = behind;
        }
        let mut namespace = "/";
        if rest.starts_with('/') {
            (namespace, rest) = rest.split_once(',').unwrap_or((rest, ""));
            // A query behind the name was how version 4 passed data.
            namespace = namespace.split('?').next().unwrap_or(namespace);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let id = rest[..digits].parse().ok();
        if digits > 0 && id.is_none() {
            return Err(Fault::Shape);
        }
        let data = &rest[digits..];
        check(kind, id, data)?;
        Ok(Self {
            kind,
            attachments,
            namespace: namespace.to_owned(),
            id,
            data: data.to_owned(),
        })
    }

    /// The packet as text.
    pub fn encoded(&self) -> String {
        let place = KINDS.iter().position(|kind| *kind == self.kind);
        let mut out = place.unwrap_or_default().to_string();
        if self.kind.is_binary() {
            let _ = write!(out, "{}-", self.attachments);
        }
        if self.namespace != "/" {
            out.push_str(&self.namespace);
            // The name of the namespace ends with a comma, but where nothing follows many leave it out; with it all read it.
            out.push(',');
        }
        if let Some(id) = self.id {
            out.push_str(&id.to_string());
        }
        out.push_str(&self.data);
        out
    }

    /// The name of an event, and its arguments as JSON, `"hi", 3`.
    pub fn event(&self) -> Option<(String, String)> {
        if !matches!(self.kind, Kind::Event | Kind::BinaryEvent) {
            return None;
        }
        let Ok(Value::Array(items)) = serde_json::from_str(&self.data) else {
            return None;
        };
        let (name, arguments) = items.split_first()?;
        let name = match name {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        };
        let arguments: Vec<String> = arguments.iter().map(Value::to_string).collect();
        Some((name, arguments.join(", ")))
    }

    /// The arguments of an event as a JSON array, as an acknowledgement carries them.
    pub fn arguments(&self) -> String {
        match serde_json::from_str(&self.data) {
            Ok(Value::Array(items)) => {
                Value::Array(items.into_iter().skip(1).collect()).to_string()
            }
            _ => "[]".to_owned(),
        }
    }
}

fn check(kind: Kind, id: Option<u64>, data: &str) -> Result<(), Fault> {
    let value: Option<Value> = match data {
        "" => None,
        data => Some(serde_json::from_str(data).map_err(|error| Fault::Json(error.to_string()))?),
    };
    let fits = match (kind, value) {
        (Kind::Connect, value) => matches!(value, None | Some(Value::Object(_))),
        (Kind::Disconnect, value) => value.is_none(),
        (Kind::ConnectError, value) => matches!(value, Some(Value::Object(_) | Value::String(_))),
        (Kind::Event | Kind::BinaryEvent, Some(Value::Array(items))) => {
            matches!(items.first(), Some(Value::String(_) | Value::Number(_)))
        }
        (Kind::Ack | Kind::BinaryAck, Some(Value::Array(_))) => id.is_some(),
        _ => false,
    };
    fits.then_some(()).ok_or(Fault::Shape)
}
