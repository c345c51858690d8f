//! What WebSocket messages and payloads of long-polling say in Engine.IO and Socket.IO.

use super::told::{Protocol, SHOWN, Told};
use crate::engineio::{self, Data};
use crate::socketio::{self, Packet};
use crate::websocket::{Kind, Message, close_name};
use socklab_packets::text::{escape, quote};
use std::fmt::Write;
use std::ops::Range;

/// What a direction remembers of the protocols above WebSocket.
#[derive(Clone, Debug, Default)]
pub(super) struct Upper {
    /// Its WebSocket carries Engine.IO.
    pub(super) engine: bool,
    /// The event whose attachments are still to come: how many have come, how many there are, its words.
    attachments: Option<(usize, usize, String)>,
}

/// True for the target of a request that belongs to a session of Engine.IO, version 4.
pub(super) fn is_engine(target: &str) -> bool {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|item| item == "EIO=4")
}

impl Upper {
    /// A message of a WebSocket.
    pub(super) fn websocket(
        &mut self,
        forward: bool,
        bytes: &Range<u64>,
        message: &Message,
        told: &mut Vec<Told>,
    ) {
        let mut layers = vec![(Protocol::WebSocket, words(message))];
        let whole = message.length == message.payload.len() as u64 && !message.compressed;
        if self.engine && whole {
            match (message.kind, std::str::from_utf8(&message.payload)) {
                (Kind::Text, Ok(text)) => match engineio::Packet::parse(text) {
                    Some(packet) => self.packet(&packet, &mut layers),
                    None => layers.push((Protocol::EngineIo, "engine.io, malformed".to_owned())),
                },
                (Kind::Binary, _) => self.attachment(message.payload.len(), &mut layers),
                _ => {}
            }
        }
        told.push(Told::new(
            forward,
            bytes.clone(),
            &message.payload,
            message.length,
            layers,
        ));
    }

    /// The packets in a body of long-polling.
    pub(super) fn payload(
        &mut self,
        forward: bool,
        bytes: &Range<u64>,
        body: &[u8],
        told: &mut Vec<Told>,
    ) {
        for packet in engineio::packets(body) {
            let mut layers = Vec::new();
            let mut data = Vec::new();
            match packet {
                Ok(packet) => {
                    data = match &packet.data {
                        Data::Text(text) => text.clone().into_bytes(),
                        Data::Binary(bytes) => bytes.clone(),
                    };
                    self.packet(&packet, &mut layers);
                }
                Err(text) => layers.push((
                    Protocol::EngineIo,
                    format!("engine.io, malformed: {}", quote(text.as_bytes(), SHOWN)),
                )),
            }
            let length = data.len() as u64;
            told.push(Told::new(forward, bytes.clone(), &data, length, layers));
        }
    }

    fn packet(&mut self, packet: &engineio::Packet, layers: &mut Vec<(Protocol, String)>) {
        let mut words = format!("engine.io {}", packet.kind.name());
        let text = match &packet.data {
            Data::Binary(bytes) => {
                layers.push((Protocol::EngineIo, format!("{words}, binary")));
                return self.attachment(bytes.len(), layers);
            }
            Data::Text(text) => text,
        };
        if packet.kind != engineio::Kind::Message {
            if !text.is_empty() {
                words.push(' ');
                words.push_str(&shortened(text));
            }
            layers.push((Protocol::EngineIo, words));
            return;
        }
        layers.push((Protocol::EngineIo, words));
        let words = match Packet::parse(text) {
            Ok(packet) => {
                let words = of_socketio(&packet);
                self.attachments =
                    (packet.attachments > 0).then(|| (0, packet.attachments, words.clone()));
                words
            }
            Err(fault) => {
                self.attachments = None;
                format!("socket.io, malformed: {fault}")
            }
        };
        layers.push((Protocol::SocketIo, words));
    }

    fn attachment(&mut self, length: usize, layers: &mut Vec<(Protocol, String)>) {
        let words = match self.attachments.take() {
            Some((come, all, of)) => {
                let words = format!(
                    "socket.io attachment {} of {all}, {length} bytes, of {of}",
                    come + 1
                );
                if come + 1 < all {
                    self.attachments = Some((come + 1, all, of));
                }
                words
            }
            None => format!("socket.io attachment of nothing, {length} bytes"),
        };
        layers.push((Protocol::SocketIo, words));
    }
}

fn of_socketio(packet: &Packet) -> String {
    let mut words = if let Some((name, arguments)) = packet.event() {
        let gap = if arguments.is_empty() { "" } else { " " };
        format!(
            "socket.io event {}{gap}{}",
            quote(name.as_bytes(), SHOWN),
            shortened(&arguments)
        )
    } else {
        let gap = if packet.data.is_empty() { "" } else { " " };
        let number = match (packet.id, packet.kind) {
            (Some(id), socketio::Kind::Ack | socketio::Kind::BinaryAck) => format!(" {id}"),
            _ => String::new(),
        };
        format!(
            "socket.io {}{number}{gap}{}",
            packet.kind.name().trim_start_matches("binary "),
            shortened(&packet.data)
        )
    };
    if packet.namespace != "/" {
        let _ = write!(words, ", namespace {}", shortened(&packet.namespace));
    }
    if let (Some(id), Some(_)) = (packet.id, packet.event()) {
        let _ = write!(words, ", wants ack {id}");
    }
    if packet.attachments > 0 {
        let s = if packet.attachments == 1 { "" } else { "s" };
        let _ = write!(words, ", {} attachment{s}", packet.attachments);
    }
    words
}

/// A WebSocket message in a line: `ws text "hi", masked`.
fn words(message: &Message) -> String {
    let mut words = format!("ws {}", message.kind.name());
    let bytes = |length: u64| format!("{length} byte{}", if length == 1 { "" } else { "s" });
    match message.close().filter(|_| message.kind == Kind::Close) {
        Some((code, reason)) => {
            let _ = write!(words, " {code}");
            if !reason.is_empty() {
                words.push(' ');
                words.push_str(&quote(reason.as_bytes(), SHOWN));
            } else if !close_name(code).is_empty() {
                let _ = write!(words, " ({})", close_name(code));
            }
        }
        None if message.compressed => {
            let _ = write!(words, ", compressed, {}", bytes(message.length));
        }
        None if message.kind == Kind::Binary => {
            let _ = write!(words, " {}", bytes(message.length));
        }
        None if message.length > 0 => {
            words.push(' ');
            words.push_str(&quote(&message.payload, SHOWN));
        }
        None if message.kind == Kind::Text => words.push_str(" \"\""),
        None => {}
    }
    if message.frames > 1 {
        let _ = write!(words, ", {} frames", message.frames);
    }
    if message.masked {
        words.push_str(", masked");
    }
    words
}

/// At most 120 characters of a text, safe to show.
fn shortened(text: &str) -> String {
    escape(text.as_bytes(), 120)
}
