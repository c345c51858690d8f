//! The clients of a server that serves all of them in one loop: what the service answers is put to the connections it is for.
//! How bytes are moved, and how readiness is asked for, is the matter of the model.

use super::connection::{Connection, Stage, Step};
use super::talk::{Answer, Answers, Client, Talk};
use crate::engine::execution::Outcome;
use crate::sys::clock::now_ns;
use nix::errno::Errno;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many bytes may wait for a client because others have spoken to it; then it reads too slowly, and is let go.
pub(super) const SLOW: usize = 256 * 1024;

/// What a model does for the crowd.
pub(super) trait Hands {
    /// send(2) on a socket that does not block.
    fn send(&mut self, fd: i32, data: &[u8]) -> Result<usize, Errno>;
    /// recv(2), likewise.
    fn recv(&mut self, fd: i32) -> Result<Vec<u8>, Errno>;
    /// shutdown(2) for writing.
    fn shutdown(&mut self, fd: i32);
    /// close(2).
    fn close(&mut self, fd: i32);
    /// From now on this is waited for: to write, or to read.
    fn wants(&mut self, fd: i32, writing: bool) -> Outcome<()>;
    /// Something the reader should know.
    fn note(&mut self, text: String);
    /// True when readiness is told once, so that what is watched for never changes.
    fn is_edge(&self) -> bool {
        false
    }
}

/// The clients.
pub(super) struct Crowd {
    talk: Box<dyn Talk>,
    connections: BTreeMap<i32, Connection>,
    fds: HashMap<Client, i32>,
    next: Client,
    /// Connections that have something new to be done.
    dirty: BTreeSet<i32>,
}

impl Crowd {
    pub(super) fn new(talk: Box<dyn Talk>) -> Self {
        Self {
            talk,
            connections: BTreeMap::new(),
            fds: HashMap::new(),
            next: 1,
            dirty: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    /// The descriptors of all connections.
    pub(super) fn fds(&self) -> Vec<i32> {
        self.connections.keys().copied().collect()
    }

    /// When the service has to be asked at the latest: nanoseconds since the epoch.
    pub(super) fn deadline(&self) -> Option<i64> {
        self.talk.deadline()
    }

    /// A time may have come.
    pub(super) fn due(&mut self, hands: &mut dyn Hands) -> Outcome<()> {
        let now = now_ns();
        if self.talk.deadline().is_none_or(|deadline| deadline > now) {
            return Ok(());
        }
        let mut out = Answers::default();
        self.talk.due(now, &mut out);
        self.apply(out, None, hands);
        self.settle(hands)
    }

    /// Takes in a client.
    pub(super) fn admit(&mut self, fd: i32, hands: &mut dyn Hands) -> Outcome<()> {
        let client = self.next;
        self.next += 1;
        self.fds.insert(client, fd);
        self.connections.insert(fd, Connection::new(client));
        let mut out = Answers::default();
        self.talk.joined(client, now_ns(), &mut out);
        self.apply(out, Some(client), hands);
        self.dirty.insert(fd);
        self.settle(hands)
    }

    /// One step with a client: sends what is pending, or else reads and answers.
    pub(super) fn step(&mut self, fd: i32, hands: &mut dyn Hands) -> Outcome<Step> {
        let Some(connection) = self.connections.get_mut(&fd) else {
            return Ok(Step::Close);
        };
        let step = if connection.is_writing() {
            let sent = hands.send(fd, connection.pending());
            connection.sent(sent)
        } else {
            match hands.recv(fd) {
                Ok(data) => self.heard(fd, &data, hands),
                Err(Errno::EAGAIN | Errno::EINTR) => Step::Wait,
                Err(_) => Step::Close,
            }
        };
        match step {
            Step::Wait => return Ok(Step::Wait),
            Step::Close => self.remove(fd, hands),
            Step::Progress => self.refill(fd, hands),
        }
        self.settle(hands)?;
        Ok(if self.connections.contains_key(&fd) {
            step
        } else {
            Step::Close
        })
    }

    /// Closes what is left.
    pub(super) fn end(&mut self, hands: &mut dyn Hands) {
        self.dirty.clear();
        self.fds.clear();
        for fd in std::mem::take(&mut self.connections).into_keys() {
            hands.close(fd);
        }
    }

    /// Bytes of a client, or none: its FIN.
    fn heard(&mut self, fd: i32, data: &[u8], hands: &mut dyn Hands) -> Step {
        let Some(connection) = self.connections.get(&fd) else {
            return Step::Close;
        };
        let (client, stage) = (connection.client, connection.stage);
        let mut out = Answers::default();
        match (stage, data.is_empty()) {
            (Stage::Parted, true) => return Step::Close,
            (Stage::Parted, false) => return Step::Progress,
            (_, true) => self.talk.finished(client, now_ns(), &mut out),
            (_, false) => self.talk.received(client, data, now_ns(), &mut out),
        }
        self.apply(out, Some(client), hands);
        Step::Progress
    }

    /// When all is sent, the service may have more of a long answer.
    fn refill(&mut self, fd: i32, hands: &mut dyn Hands) {
        let Some(connection) = self.connections.get(&fd) else {
            return;
        };
        self.dirty.insert(fd);
        if connection.is_writing() || connection.stage != Stage::Open {
            return;
        }
        let client = connection.client;
        let mut out = Answers::default();
        self.talk.drained(client, &mut out);
        self.apply(out, Some(client), hands);
    }

    /// Puts answers to the connections they are for. `own` is the client whose words they answer: it is not read before it has taken
    /// them, so that it cannot make them many.
    fn apply(&mut self, out: Answers, own: Option<Client>, hands: &mut dyn Hands) {
        for answer in out.0 {
            let (Answer::Send(client, _) | Answer::Close(client) | Answer::Part(client)) = &answer;
            let Some(fd) = self.fds.get(client).copied() else {
                continue;
            };
            let Some(connection) = self.connections.get_mut(&fd) else {
                continue;
            };
            // What has something pending is waited for already.
            if !connection.is_writing() {
                self.dirty.insert(fd);
            }
            let slow = connection.pending().len() > SLOW && own != Some(*client);
            match answer {
                Answer::Send(..) if connection.stage != Stage::Open => {}
                Answer::Send(..) if slow => {
                    hands.note(format!(
                        "the client of descriptor {fd} does not read: {} bytes wait for it, and its connection is closed",
                        connection.pending().len()
                    ));
                    self.remove(fd, hands);
                }
                Answer::Send(_, bytes) => connection.push(bytes),
                Answer::Close(_) => connection.stage = Stage::Closing,
                Answer::Part(_) => connection.stage = Stage::Parting,
            }
        }
    }

    /// Does what is new to be done, once for each connection: one send, and what is watched for.
    fn settle(&mut self, hands: &mut dyn Hands) -> Outcome<()> {
        while let Some(fd) = self.dirty.pop_first() {
            let Some(connection) = self.connections.get_mut(&fd) else {
                continue;
            };
            if connection.is_writing() && connection.watched != Some(true) {
                let sent = hands.send(fd, connection.pending());
                if connection.sent(sent) == Step::Close {
                    self.remove(fd, hands);
                    continue;
                }
                if !connection.is_writing() && connection.stage == Stage::Open {
                    self.more(fd, hands);
                }
            }
            self.conclude(fd, hands)?;
        }
        Ok(())
    }

    /// Fetches the next part of a long answer; it is sent when the client is found writable.
    fn more(&mut self, fd: i32, hands: &mut dyn Hands) {
        let Some(connection) = self.connections.get(&fd) else {
            return;
        };
        let client = connection.client;
        let mut out = Answers::default();
        self.talk.drained(client, &mut out);
        self.apply(out, Some(client), hands);
        self.dirty.remove(&fd);
    }

    /// Ends what is to end, and watches for what is waited for.
    fn conclude(&mut self, fd: i32, hands: &mut dyn Hands) -> Outcome<()> {
        let Some(connection) = self.connections.get_mut(&fd) else {
            return Ok(());
        };
        let writing = connection.is_writing();
        match (connection.stage, writing) {
            (Stage::Closing, false) => {
                self.remove(fd, hands);
                return Ok(());
            }
            (Stage::Parting, false) => {
                hands.shutdown(fd);
                connection.stage = Stage::Parted;
            }
            _ => {}
        }
        let known = connection.watched;
        connection.watched = Some(writing);
        if known == Some(writing) || known.is_some() && hands.is_edge() {
            return Ok(());
        }
        let watched = hands.wants(fd, writing);
        if watched.is_err() {
            self.remove(fd, hands);
        }
        watched
    }

    /// Closes a connection, and tells the service.
    fn remove(&mut self, fd: i32, hands: &mut dyn Hands) {
        let Some(connection) = self.connections.remove(&fd) else {
            return;
        };
        self.fds.remove(&connection.client);
        self.dirty.remove(&fd);
        hands.close(fd);
        let mut out = Answers::default();
        self.talk.left(connection.client, now_ns(), &mut out);
        self.apply(out, None, hands);
    }
}
