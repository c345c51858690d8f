//! A session of Engine.IO, and the namespaces of Socket.IO that were joined in it.

use crate::engine::serve::talk::Client;
use crate::messages::engineio::{self, Data};
use crate::messages::socketio::{Kind, Packet};
use std::collections::BTreeMap;

/// A client that does not answer a heartbeat for so long is gone.
pub(super) const TIMEOUT_NS: i64 = 20_000_000_000;
/// At most so many namespaces are joined by one session.
const NAMESPACES: usize = 16;
/// At most so many packets, or bytes of them, wait for a client that does not fetch them.
const WAITING: usize = 10_000;
const WAITING_BYTES: usize = 4 << 20;
/// At most so many bytes of attachments belong to a packet.
const ATTACHED: usize = 4 << 20;

/// How a session reaches its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Polling,
    WebSocket(Client),
}

pub(super) struct Session {
    pub(super) wire: Wire,
    /// The connection of a poll that waits for something to say.
    pub(super) poll: Option<Client>,
    /// A WebSocket that is tried.
    pub(super) probe: Option<Client>,
    /// What is to be sent.
    pub(super) queue: Vec<engineio::Packet>,
    /// The namespaces that were joined, each with the socket's id.
    pub(super) namespaces: BTreeMap<String, String>,
    /// A packet whose attachments are still to come, and those that have.
    incomplete: Option<(Packet, Vec<Vec<u8>>)>,
    /// When the next heartbeat is due, or has to be answered.
    next_ns: i64,
    /// A heartbeat has not been answered.
    asked: bool,
}

/// Packets to be sent in a namespace.
pub(super) struct Deed {
    pub(super) namespace: String,
    pub(super) packets: Vec<engineio::Packet>,
    /// It is an event, which may go to others as well.
    pub(super) event: bool,
}

impl Session {
    pub(super) fn new(ping_ns: i64) -> Self {
        Self {
            wire: Wire::Polling,
            poll: None,
            probe: None,
            queue: Vec::new(),
            namespaces: BTreeMap::new(),
            incomplete: None,
            next_ns: ping_ns,
            asked: false,
        }
    }

    pub(super) fn deadline(&self) -> i64 {
        self.next_ns
    }

    /// A heartbeat was answered; the next one is due then.
    pub(super) fn pong(&mut self, next_ns: i64) {
        if self.asked {
            self.asked = false;
            self.next_ns = next_ns;
        }
    }

    /// Asks for a sign of life; false when the last one was not answered.
    pub(super) fn ping(&mut self, now_ns: i64) -> bool {
        if self.asked {
            return false;
        }
        self.asked = true;
        self.next_ns = now_ns + TIMEOUT_NS;
        self.queue
            .push(engineio::Packet::text(engineio::Kind::Ping, ""));
        true
    }

    /// True when more waits than a client may leave unfetched.
    pub(super) fn is_flooded(&self) -> bool {
        let size = |packet: &engineio::Packet| match &packet.data {
            Data::Text(text) => text.len(),
            Data::Binary(bytes) => bytes.len(),
        };
        self.queue.len() > WAITING || self.queue.iter().map(size).sum::<usize>() > WAITING_BYTES
    }

    /// Takes a message, and says what is to be sent. An error ends the session.
    pub(super) fn message(&mut self, data: Data, joined: &mut u64) -> Result<Vec<Deed>, ()> {
        match (data, self.incomplete.take()) {
            (Data::Binary(bytes), Some((packet, mut attached))) => {
                attached.push(bytes);
                if attached.iter().map(Vec::len).sum::<usize>() > ATTACHED {
                    return Err(());
                }
                if attached.len() < packet.attachments {
                    self.incomplete = Some((packet, attached));
                    return Ok(Vec::new());
                }
                Ok(self.event(&packet, attached))
            }
            (Data::Text(text), None) => {
                let packet = Packet::parse(&text).map_err(drop)?;
                self.packet(packet, joined)
            }
            _ => Err(()),
        }
    }

    fn packet(&mut self, packet: Packet, joined: &mut u64) -> Result<Vec<Deed>, ()> {
        if packet.attachments > 0 {
            self.incomplete = Some((packet, Vec::new()));
            return Ok(Vec::new());
        }
        match packet.kind {
            Kind::Connect => Ok(vec![self.connect(packet.namespace, joined)]),
            Kind::Disconnect => {
                self.namespaces.remove(&packet.namespace);
                Ok(Vec::new())
            }
            Kind::Event | Kind::BinaryEvent => Ok(self.event(&packet, Vec::new())),
            Kind::Ack | Kind::BinaryAck => Ok(Vec::new()),
            // Only a server refuses.
            Kind::ConnectError => Err(()),
        }
    }

    fn connect(&mut self, namespace: String, joined: &mut u64) -> Deed {
        let packet = if self.namespaces.len() >= NAMESPACES {
            let why = "{\"message\":\"too many namespaces\"}";
            Packet::new(Kind::ConnectError, &namespace, None, why)
        } else {
            *joined += 1;
            let id = self
                .namespaces
                .entry(namespace.clone())
                .or_insert_with(|| format!("socket-{joined}"));
            Packet::new(
                Kind::Connect,
                &namespace,
                None,
                format!("{{\"sid\":\"{id}\"}}"),
            )
        };
        Deed {
            packets: vec![message(packet.encoded())],
            namespace,
            event: false,
        }
    }

    /// An event goes back as it came; one that asks for an answer is answered with its own arguments.
    fn event(&self, packet: &Packet, attached: Vec<Vec<u8>>) -> Vec<Deed> {
        let is_event = matches!(packet.kind, Kind::Event | Kind::BinaryEvent);
        if !is_event || !self.namespaces.contains_key(&packet.namespace) {
            return Vec::new();
        }
        let attachments: Vec<engineio::Packet> =
            attached.into_iter().map(engineio::Packet::binary).collect();
        let with = |packet: &Packet| {
            let mut packets = vec![message(packet.encoded())];
            packets.extend(attachments.iter().cloned());
            packets
        };
        let mut deeds = Vec::new();
        if packet.id.is_some() {
            let kind = if packet.kind == Kind::Event {
                Kind::Ack
            } else {
                Kind::BinaryAck
            };
            let answer = Packet {
                kind,
                data: packet.arguments(),
                ..packet.clone()
            };
            deeds.push(Deed {
                namespace: packet.namespace.clone(),
                packets: with(&answer),
                event: false,
            });
        }
        let event = Packet {
            id: None,
            ..packet.clone()
        };
        deeds.push(Deed {
            namespace: packet.namespace.clone(),
            packets: with(&event),
            event: true,
        });
        deeds
    }
}

fn message(text: String) -> engineio::Packet {
    engineio::Packet::text(engineio::Kind::Message, text)
}
