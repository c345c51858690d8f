//! `socketio`: Socket.IO 5 over Engine.IO 4, by long-polling and by WebSocket. An event comes back under its own name, or goes to
//! everybody in its namespace.

mod link;
mod session;

use super::Settings;
use super::http::{Visitor, asked, is_hostless, refuse};
use super::upgrade::{Frames, upgrade};
use crate::engine::serve::talk::{Answers, Client, Talk};
use crate::messages::engineio::{self, Data, Kind, Packet};
use crate::messages::http::{Message as Request, Start, response};
use crate::messages::websocket::Kind as Opcode;
use link::{Asked, Link, Transport};
use session::{Session, TIMEOUT_NS, Wire};
use std::collections::{BTreeMap, HashMap};

/// The longest payload of long-polling, in bytes, as the handshake says it.
const PAYLOAD: usize = 1_000_000;
/// At most so many sessions are open.
const SESSIONS: usize = 10_000;

pub(super) struct SocketIo {
    broadcast: bool,
    heartbeat_ns: i64,
    clients: HashMap<Client, Link>,
    sessions: BTreeMap<String, Session>,
    /// Sessions and sockets are numbered, so that two runs look the same.
    opened: u64,
    joined: u64,
}

impl SocketIo {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            broadcast: settings.broadcast,
            heartbeat_ns: settings.heartbeat_ns,
            clients: HashMap::new(),
            sessions: BTreeMap::new(),
            opened: 0,
            joined: 0,
        }
    }

    /// Answers a request of HTTP; true when the connection is one of HTTP no more.
    fn request(
        &mut self,
        client: Client,
        request: &Request,
        now_ns: i64,
        out: &mut Answers,
    ) -> bool {
        let Start::Request { target, .. } = &request.head.start else {
            return true;
        };
        if is_hostless(&request.head) {
            refuse(client, 400, "exactly one Host field, please", out);
            return true;
        }
        let (method, path) = asked(&request.head);
        if path.trim_end_matches('/') != "/socket.io" {
            let body = b"404 Not Found: there is nothing but /socket.io/\n";
            out.send(client, response(404, &[link::PLAIN], body));
            return false;
        }
        let asked = match Asked::of(target) {
            Ok(asked) => asked,
            Err((code, message)) => return link::error(client, code, message, out),
        };
        let known = asked
            .sid
            .as_ref()
            .map(|sid| self.sessions.contains_key(sid));
        match (asked.transport, method, known) {
            (_, _, Some(false)) => link::error(client, 1, "Session ID unknown", out),
            (Transport::WebSocket, ..) => self.websocket(client, request, asked.sid, now_ns, out),
            (_, "GET", None) => {
                let Some(sid) = self.open(now_ns) else {
                    return link::error(client, 3, "Bad request", out);
                };
                link::payload(client, &[self.handshake(&sid, true)], out);
                false
            }
            (_, "GET", Some(true)) => self.poll(client, &asked.sid.unwrap_or_default(), out),
            (_, "POST", Some(true)) => {
                let sid = asked.sid.unwrap_or_default();
                self.post(client, &sid, &request.body, now_ns, out)
            }
            _ => link::error(client, 2, "Bad handshake method", out),
        }
    }

    fn open(&mut self, now_ns: i64) -> Option<String> {
        if self.sessions.len() >= SESSIONS {
            return None;
        }
        self.opened += 1;
        let sid = format!("session-{}", self.opened);
        let session = Session::new(now_ns + self.heartbeat_ns);
        self.sessions.insert(sid.clone(), session);
        Some(sid)
    }

    fn handshake(&self, sid: &str, by_polling: bool) -> Packet {
        let upgrades = if by_polling { "[\"websocket\"]" } else { "[]" };
        let text = format!(
            "{{\"sid\":\"{sid}\",\"upgrades\":{upgrades},\"pingInterval\":{},\"pingTimeout\":{},\"maxPayload\":{PAYLOAD}}}",
            self.heartbeat_ns / 1_000_000,
            TIMEOUT_NS / 1_000_000
        );
        Packet::text(Kind::Open, text)
    }

    /// A poll: it is answered at once, or when there is something.
    fn poll(&mut self, client: Client, sid: &str, out: &mut Answers) -> bool {
        let Some(session) = self.sessions.get_mut(sid) else {
            return false;
        };
        if session.poll.is_some() || matches!(session.wire, Wire::WebSocket(_)) {
            // Two polls at once could be answered in either order.
            link::error(client, 3, "Bad request", out);
            self.end(sid, out);
            return false;
        }
        session.poll = Some(client);
        self.flush(sid, out);
        false
    }

    fn post(
        &mut self,
        client: Client,
        sid: &str,
        body: &[u8],
        now_ns: i64,
        out: &mut Answers,
    ) -> bool {
        if body.len() > PAYLOAD {
            refuse(client, 413, "the payload is too long", out);
            self.end(sid, out);
            return true;
        }
        let over = self
            .sessions
            .get(sid)
            .is_none_or(|session| matches!(session.wire, Wire::WebSocket(_)));
        let packets: Result<Vec<Packet>, String> = engineio::packets(body).into_iter().collect();
        let taken = match packets {
            Ok(packets) if !over => packets
                .into_iter()
                .all(|packet| self.packet(sid, packet, now_ns, out)),
            _ => false,
        };
        if taken {
            out.send(client, response(200, &[link::PLAIN], b"ok"));
        } else {
            link::error(client, 3, "Bad request", out);
            self.end(sid, out);
        }
        false
    }

    fn websocket(
        &mut self,
        client: Client,
        request: &Request,
        sid: Option<String>,
        now_ns: i64,
        out: &mut Answers,
    ) -> bool {
        let is_taken = |session: &Session| matches!(session.wire, Wire::WebSocket(_));
        if sid
            .as_ref()
            .and_then(|sid| self.sessions.get(sid))
            .is_some_and(is_taken)
        {
            return link::error(client, 3, "Bad request", out);
        }
        let Some(link) = self.clients.get_mut(&client) else {
            return true;
        };
        let behind = link.rest();
        let Some(frames) = upgrade(client, request, &behind, out) else {
            return true;
        };
        let (sid, new) = match sid {
            Some(sid) => (sid, false),
            None => match self.open(now_ns) {
                Some(sid) => (sid, true),
                None => return true,
            },
        };
        self.clients.insert(client, Link::frames(frames, &sid));
        if new {
            let hello = self.handshake(&sid, false);
            if let Some(session) = self.sessions.get_mut(&sid) {
                session.wire = Wire::WebSocket(client);
                session.queue.push(hello);
            }
            self.flush(&sid, out);
        } else if let Some(session) = self.sessions.get_mut(&sid) {
            session.probe = Some(client);
        }
        self.frames(client, now_ns, out);
        true
    }

    /// Reads what has come in frames.
    fn frames(&mut self, client: Client, now_ns: i64, out: &mut Answers) {
        while let Some((frames, sid)) = self.clients.get_mut(&client).and_then(Link::of_frames) {
            let sid = sid.to_owned();
            let Some(message) = frames.message(client, out) else {
                return;
            };
            let packet = match message.kind {
                Opcode::Text => String::from_utf8(message.payload)
                    .ok()
                    .and_then(|text| Packet::parse(&text)),
                _ => Some(Packet::binary(message.payload)),
            };
            let taken = match packet {
                Some(packet) if self.is_probing(client, &sid) => {
                    self.probed(client, &sid, &packet, out)
                }
                Some(packet) => self.packet(&sid, packet, now_ns, out),
                None => false,
            };
            if !taken {
                self.refuse_frames(client, out);
                self.end(&sid, out);
            }
        }
    }

    fn is_probing(&self, client: Client, sid: &str) -> bool {
        let session = self.sessions.get(sid);
        session.is_some_and(|session| session.probe == Some(client))
    }

    /// What comes over a WebSocket that a session tries: `2probe`, then `5`.
    fn probed(&mut self, client: Client, sid: &str, packet: &Packet, out: &mut Answers) -> bool {
        let Some(session) = self.sessions.get_mut(sid) else {
            return false;
        };
        let Data::Text(text) = &packet.data else {
            return false;
        };
        match (packet.kind, text.as_str()) {
            (Kind::Ping, "probe") => {
                link::frame(
                    &self.clients,
                    client,
                    &Packet::text(Kind::Pong, "probe"),
                    out,
                );
                // The poll that waits has to end, or the client could not change over.
                if let Some(poll) = session.poll.take() {
                    link::payload(poll, &[Packet::text(Kind::Noop, "")], out);
                }
                true
            }
            (Kind::Upgrade, _) => {
                session.probe = None;
                session.wire = Wire::WebSocket(client);
                if let Some(poll) = session.poll.take() {
                    link::payload(poll, &[Packet::text(Kind::Noop, "")], out);
                }
                self.flush(sid, out);
                true
            }
            _ => false,
        }
    }

    /// Takes a packet of a session; false when it is none that may come.
    fn packet(&mut self, sid: &str, packet: Packet, now_ns: i64, out: &mut Answers) -> bool {
        let Some(session) = self.sessions.get_mut(sid) else {
            return false;
        };
        match (packet.kind, packet.data) {
            (Kind::Pong, _) => session.pong(now_ns + self.heartbeat_ns),
            (Kind::Ping, Data::Text(text)) => session.queue.push(Packet::text(Kind::Pong, text)),
            (Kind::Close, _) => {
                self.end(sid, out);
                return true;
            }
            (Kind::Message, data) => {
                let Ok(deeds) = session.message(data, &mut self.joined) else {
                    return false;
                };
                for deed in deeds {
                    self.deliver(sid, &deed);
                }
            }
            (Kind::Noop, _) => {}
            _ => return false,
        }
        self.flush_all(out);
        true
    }

    /// Puts what is to be sent into the queues.
    fn deliver(&mut self, sid: &str, deed: &session::Deed) {
        let everybody = self.broadcast && deed.event;
        for (known, session) in &mut self.sessions {
            let own = known == sid;
            if own || everybody && session.namespaces.contains_key(&deed.namespace) {
                session.queue.extend(deed.packets.iter().cloned());
            }
        }
    }

    fn flush_all(&mut self, out: &mut Answers) {
        let full: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, session)| !session.queue.is_empty())
            .map(|(sid, _)| sid.clone())
            .collect();
        for sid in full {
            self.flush(&sid, out);
        }
    }

    /// Sends what waits, by the way that the session has.
    fn flush(&mut self, sid: &str, out: &mut Answers) {
        let Some(session) = self.sessions.get_mut(sid) else {
            return;
        };
        match session.wire {
            Wire::WebSocket(client) => {
                for packet in session.queue.drain(..) {
                    link::frame(&self.clients, client, &packet, out);
                }
            }
            Wire::Polling if session.queue.is_empty() => {
                // While a WebSocket is tried, a poll is not kept waiting.
                if session.probe.is_some()
                    && let Some(client) = session.poll.take()
                {
                    link::payload(client, &[Packet::text(Kind::Noop, "")], out);
                }
            }
            Wire::Polling => {
                if let Some(client) = session.poll.take() {
                    link::payload(client, &session.queue, out);
                    session.queue.clear();
                }
            }
        }
        if session.is_flooded() {
            self.end(sid, out);
        }
    }

    fn refuse_frames(&mut self, client: Client, out: &mut Answers) {
        if let Some((frames, _)) = self.clients.get_mut(&client).and_then(Link::of_frames) {
            frames.close(client, 1002, "not a packet of this protocol", out);
        }
    }

    /// Ends a session, and the connections it holds.
    fn end(&mut self, sid: &str, out: &mut Answers) {
        let Some(session) = self.sessions.remove(sid) else {
            return;
        };
        if let Some(poll) = session.poll {
            link::payload(poll, &[Packet::text(Kind::Close, "")], out);
        }
        let wire = match session.wire {
            Wire::WebSocket(client) => Some(client),
            Wire::Polling => None,
        };
        for client in wire.into_iter().chain(session.probe) {
            if let Some((frames, _)) = self.clients.get_mut(&client).and_then(Link::of_frames) {
                frames.close(client, 1000, "", out);
            }
        }
    }
}

impl Talk for SocketIo {
    fn received(&mut self, client: Client, bytes: &[u8], now_ns: i64, out: &mut Answers) {
        let link = self.clients.entry(client).or_default();
        match link {
            Link::Http(visitor) => {
                visitor.reader.feed(bytes);
                while let Some(Link::Http(visitor)) = self.clients.get_mut(&client) {
                    let visitor: &mut Visitor = visitor;
                    match visitor.request(client, out) {
                        None => return,
                        Some(Ok(request)) => {
                            if self.request(client, &request, now_ns, out) {
                                return;
                            }
                            if !request.head.keeps_alive() && !self.is_polled_by(client) {
                                return out.close(client);
                            }
                        }
                        Some(Err(fault)) => {
                            self.clients.insert(client, Link::Over);
                            return refuse(client, fault.status(), &fault.to_string(), out);
                        }
                    }
                }
            }
            Link::Frames(frames, _) => {
                let frames: &mut Frames = frames;
                frames.feed(bytes);
                self.frames(client, now_ns, out);
            }
            Link::Over => {}
        }
    }

    fn left(&mut self, client: Client, _: i64, out: &mut Answers) {
        self.clients.remove(&client);
        let mut ended = Vec::new();
        for (sid, session) in &mut self.sessions {
            session.poll = session.poll.filter(|poll| *poll != client);
            session.probe = session.probe.filter(|probe| *probe != client);
            if matches!(session.wire, Wire::WebSocket(own) if own == client) {
                ended.push(sid.clone());
            }
        }
        for sid in ended {
            self.end(&sid, out);
        }
    }

    fn deadline(&self) -> Option<i64> {
        self.sessions.values().map(Session::deadline).min()
    }

    fn due(&mut self, now_ns: i64, out: &mut Answers) {
        let due: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.deadline() <= now_ns)
            .map(|(sid, _)| sid.clone())
            .collect();
        for sid in due {
            let alive = self
                .sessions
                .get_mut(&sid)
                .is_some_and(|session| session.ping(now_ns));
            if alive {
                self.flush(&sid, out);
            } else {
                self.end(&sid, out);
            }
        }
    }
}

impl SocketIo {
    fn is_polled_by(&self, client: Client) -> bool {
        let mut sessions = self.sessions.values();
        sessions.any(|session| session.poll == Some(client))
    }
}
