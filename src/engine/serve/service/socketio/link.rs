//! The connections of Socket.IO: what a request asks for, and how packets are sent by long-polling and by WebSocket.

use super::super::http::Visitor;
use super::super::upgrade::Frames;
use crate::engine::serve::talk::{Answers, Client};
use crate::messages::engineio::{self, Data, Packet};
use crate::messages::http::response;
use std::collections::HashMap;

pub(super) const PLAIN: (&str, &str) = ("Content-Type", "text/plain; charset=UTF-8");

/// A connection.
pub(super) enum Link {
    Http(Box<Visitor>),
    /// A WebSocket, and the session it belongs to.
    Frames(Frames, String),
    /// It was refused.
    Over,
}

impl Default for Link {
    fn default() -> Self {
        Self::Http(Box::default())
    }
}

impl Link {
    pub(super) fn frames(frames: Frames, sid: &str) -> Self {
        Self::Frames(frames, sid.to_owned())
    }

    pub(super) fn of_frames(&mut self) -> Option<(&mut Frames, &str)> {
        match self {
            Self::Frames(frames, sid) => Some((frames, sid)),
            _ => None,
        }
    }

    /// What has come behind a request that upgrades; the connection is one of HTTP no more.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        match std::mem::replace(self, Self::Over) {
            Self::Http(mut visitor) => visitor.reader.rest(),
            _ => Vec::new(),
        }
    }
}

/// How packets are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Polling,
    WebSocket,
}

/// What the query of a request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) transport: Transport,
    pub(super) sid: Option<String>,
}

impl Asked {
    /// Reads a target; an error is Engine.IO's code and message.
    pub(super) fn of(target: &str) -> Result<Self, (u8, &'static str)> {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let value = |name: &str| {
            let mut items = query.split('&').filter_map(|item| item.split_once('='));
            items.find(|(known, _)| *known == name).map(|item| item.1)
        };
        let transport = match value("transport") {
            Some("polling") => Transport::Polling,
            Some("websocket") => Transport::WebSocket,
            _ => return Err((0, "Transport unknown")),
        };
        if value("EIO") != Some("4") {
            return Err((5, "Unsupported protocol version"));
        }
        let sid = value("sid").map(str::to_owned);
        Ok(Self { transport, sid })
    }
}

/// Answers with one of Engine.IO's errors; false, as the connection goes on.
pub(super) fn error(client: Client, code: u8, message: &str, out: &mut Answers) -> bool {
    let body = format!("{{\"code\":{code},\"message\":\"{message}\"}}");
    let fields = [("Content-Type", "application/json")];
    out.send(client, response(400, &fields, body.as_bytes()));
    false
}

/// Answers a poll.
pub(super) fn payload(client: Client, packets: &[Packet], out: &mut Answers) {
    out.send(client, response(200, &[PLAIN], &engineio::payload(packets)));
}

/// Sends a packet over a WebSocket.
pub(super) fn frame(
    clients: &HashMap<Client, Link>,
    client: Client,
    packet: &Packet,
    out: &mut Answers,
) {
    let Some(Link::Frames(frames, _)) = clients.get(&client) else {
        return;
    };
    match &packet.data {
        Data::Binary(bytes) => frames.send(client, 2, bytes, out),
        Data::Text(_) => {
            let text = packet.encoded().unwrap_or_default();
            frames.send(client, 1, text.as_bytes(), out);
        }
    }
}
