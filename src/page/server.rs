//! The server's loop: one thread, no waiting but in poll(2), everything bounded. A viewer that reads slowly is sent less, never later than
//! the others; the lab is not aware of any of them.

use super::Shared;
use super::connection::{Connection, Stage};
use super::detail::Details;
use super::document;
use super::history::History;
use super::reply;
use super::request::{self, Refusal, Wish};
use crate::sys::clock::monotonic_ns;
use crate::sys::net;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::HashMap;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// At most this many connections are open, so that the terminal's process keeps its descriptors below 1,024.
const CONNECTIONS: usize = 420;
/// At most this many of them watch.
const VIEWERS: usize = 300;
/// Milliseconds between two rounds of sending, and how many more for each viewer: many viewers are served in larger pieces.
const ROUND_MS: f64 = 20.0;
const ROUND_MS_EACH: f64 = 0.35;
/// At most about this many bytes are sent in a second to all viewers together.
const RATE: f64 = 12e6;
/// A viewer is sent at least and at most this many bytes in a round.
const LEAST: usize = 4 << 10;
const MOST: usize = 256 << 10;
/// A viewer that is so many rounds behind is sent the newest instead.
const BEHIND: usize = 16;
/// Seconds until a request must be whole, an answer be read, and until a viewer that takes nothing is given up.
const PATIENCE: u64 = 10;
const STALLED: u64 = 60;
/// Seconds after which a connection on which nothing happens is sent a byte.
const HEARTBEAT: u64 = 15;
const SECOND: u64 = 1_000_000_000;

/// Serves until the page ends.
pub(super) fn run(listener: &TcpListener, shared: &Shared, token: &str) {
    // The lab comes first.
    net::be_modest();
    let mut server = Server {
        connections: Vec::new(),
        shared,
        token,
        round_ns: 0,
        news: false,
        paused: false,
    };
    while !shared.ends.load(Ordering::Acquire) {
        server.turn(listener);
    }
    server.end();
}

struct Server<'a> {
    connections: Vec<Connection>,
    shared: &'a Shared,
    token: &'a str,
    /// When the last round was.
    round_ns: u64,
    /// Something was told since.
    news: bool,
    /// No connection can be taken now.
    paused: bool,
}

impl Server<'_> {
    fn turn(&mut self, listener: &TcpListener) {
        let (ready, woken, takes) = self.wait(listener);
        let now_ns = monotonic_ns();
        if woken {
            let _ = self.shared.wake.read();
            self.news = true;
        }
        for (connection, ready) in self.connections.iter_mut().zip(ready) {
            if ready.intersects(PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR) {
                connection.read();
            }
            if ready.contains(PollFlags::POLLOUT) {
                connection.write(now_ns);
            }
        }
        self.paused = false;
        if takes {
            self.accept(listener, now_ns);
        }
        self.answer(now_ns);
        if self.news && now_ns >= self.round_ns + self.round_length() {
            self.round(now_ns);
        }
        self.give_up(now_ns);
        self.connections
            .retain(|connection| connection.stage != Stage::Over);
    }

    /// Waits for something to do: what each connection is ready for, whether there are news, whether somebody comes.
    fn wait(&self, listener: &TcpListener) -> (Vec<PollFlags>, bool, bool) {
        let now_ns = monotonic_ns();
        let until_ns = if self.news || self.paused {
            (self.round_ns + self.round_length()).saturating_sub(now_ns)
        } else {
            SECOND
        };
        let wait = PollTimeout::try_from(until_ns.div_ceil(1_000_000).max(u64::from(self.paused)));
        let mut watched = vec![PollFd::new(self.shared.wake.as_fd(), PollFlags::POLLIN)];
        if !self.paused {
            watched.push(PollFd::new(listener.as_fd(), PollFlags::POLLIN));
        }
        let first = watched.len();
        watched.extend(self.connections.iter().map(|connection| {
            let mut wanted = PollFlags::POLLIN;
            wanted.set(PollFlags::POLLOUT, connection.is_full());
            PollFd::new(connection.as_fd(), wanted)
        }));
        match poll(&mut watched, wait.unwrap_or(PollTimeout::ZERO)) {
            Ok(_) | Err(Errno::EINTR) => {}
            // Nothing here can be done about it but to ask less often.
            Err(_) => net::nap(),
        }
        let mut ready = watched
            .iter()
            .map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        let woken = ready.next().is_some_and(|flags| !flags.is_empty());
        let takes = first == 2 && ready.next().is_some_and(|flags| !flags.is_empty());
        (ready.collect(), woken, takes)
    }

    fn accept(&mut self, listener: &TcpListener, now_ns: u64) {
        loop {
            let stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // No descriptors, no memory: whoever waits to be taken would wake this loop at once.
                    self.paused = error.kind() != std::io::ErrorKind::WouldBlock;
                    return;
                }
            };
            if self.connections.len() >= CONNECTIONS {
                // Whoever has asked for nothing yet, the longest, makes room.
                let silent = self.connections.iter().position(|connection| {
                    matches!(connection.stage, Stage::Asking | Stage::Draining)
                });
                match silent {
                    Some(place) => drop(self.connections.remove(place)),
                    None => continue,
                }
            }
            self.connections.extend(Connection::new(stream, now_ns));
        }
    }

    /// Answers the requests that are whole.
    fn answer(&mut self, now_ns: u64) {
        let mut viewers = self.viewers();
        let share = self.share();
        for connection in &mut self.connections {
            if connection.stage != Stage::Asking || connection.input.is_empty() {
                continue;
            }
            let read = request::read(&connection.input, connection.local, self.token);
            let Some(read) = read else { continue };
            connection.input = Vec::new();
            connection.moved_ns = now_ns;
            connection.stage = Stage::Answered;
            let answer = match read {
                Ok(Wish::Events(_)) if viewers >= VIEWERS => {
                    reply::refusal(Refusal(503, "As many as can be served watch already."))
                }
                Ok(Wish::Events(after)) => {
                    viewers += 1;
                    let history = self.shared.history();
                    let start = history.start(share * 40);
                    connection.stage = Stage::Watching {
                        cursor: after.unwrap_or(start),
                        late: history.end(),
                    };
                    self.news = true;
                    reply::events()
                }
                Ok(wish) => answer(wish, self.shared),
                Err(refusal) => reply::refusal(refusal),
            };
            connection.put(answer.into());
            connection.write(now_ns);
        }
    }

    /// Sends each viewer that has taken all it was sent what came since.
    fn round(&mut self, now_ns: u64) {
        let share = self.share();
        // From here on what is told wakes this thread again.
        self.shared.woken.store(false, Ordering::Release);
        self.news = false;
        self.round_ns = now_ns;
        let history = self.shared.history();
        let mut messages: HashMap<u64, (Arc<[u8]>, u64)> = HashMap::new();
        for connection in &mut self.connections {
            let Stage::Watching { cursor, late } = connection.stage else {
                continue;
            };
            if connection.is_full() {
                // What it has not been sent is still there in the next round, or is missing then.
                self.news |= cursor < history.end();
                continue;
            }
            if cursor == history.end() {
                continue;
            }
            let skips = cursor >= late && history.waiting(cursor, share * BEHIND) >= share * BEHIND;
            let (message, next) = messages
                .entry(cursor)
                .or_insert_with(|| message(&history, cursor, skips, share));
            connection.put(Arc::clone(message));
            connection.stage = Stage::Watching {
                cursor: *next,
                late,
            };
            self.news |= *next < history.end();
        }
        drop(history);
        for connection in &mut self.connections {
            connection.write(now_ns);
        }
    }

    fn give_up(&mut self, now_ns: u64) {
        for connection in &mut self.connections {
            let idle = now_ns.saturating_sub(connection.moved_ns) / SECOND;
            match connection.stage {
                Stage::Watching { .. } if connection.is_full() && idle >= STALLED => {
                    connection.stage = Stage::Over;
                }
                Stage::Watching { .. } if idle >= HEARTBEAT => {
                    connection.put(reply::HEARTBEAT.into());
                    connection.write(now_ns);
                }
                Stage::Watching { .. } => {}
                _ if idle >= PATIENCE => connection.stage = Stage::Over,
                _ => {}
            }
        }
    }

    /// The last round: viewers are told that the lab has ended.
    fn end(&mut self) {
        self.round(monotonic_ns());
        for connection in &mut self.connections {
            if matches!(connection.stage, Stage::Watching { .. }) {
                connection.put(reply::END.into());
                connection.write(monotonic_ns());
            }
        }
    }

    fn viewers(&self) -> usize {
        let watches = |one: &&Connection| matches!(one.stage, Stage::Watching { .. });
        self.connections.iter().filter(watches).count()
    }

    /// How long a round is, in nanoseconds.
    fn round_length(&self) -> u64 {
        ((ROUND_MS + ROUND_MS_EACH * self.viewers() as f64) * 1e6) as u64
    }

    /// How many bytes a viewer may be sent in a round.
    fn share(&self) -> usize {
        let seconds = self.round_length() as f64 / 1e9;
        let share = RATE * seconds / self.viewers().max(1) as f64;
        (share as usize).clamp(LEAST, MOST)
    }
}

/// What a viewer at a number is sent next, and the number it is at then.
fn message(history: &History, cursor: u64, skips: bool, share: usize) -> (Arc<[u8]>, u64) {
    let from = if skips {
        history.before_end(share / 2)
    } else {
        cursor
    };
    let piece = history.piece(from, share);
    let mut events = Vec::new();
    if piece.anew {
        events.push("{\"event\":\"anew\"}".to_owned());
    }
    let missing = piece.missing + (from - cursor.min(from));
    if missing > 0 && !piece.anew {
        events.push(format!("{{\"event\":\"gap\",\"missing\":{missing}}}"));
        events.extend(history.standing().map(str::to_owned));
    }
    events.extend(piece.events);
    (reply::message(&events, piece.next).into(), piece.next)
}

fn answer(wish: Wish, shared: &Shared) -> Vec<u8> {
    match wish {
        Wish::Style => reply::whole(200, "text/css", document::STYLE),
        Wish::Script => reply::whole(200, "text/javascript", document::SCRIPT),
        Wish::Packet(number) => {
            let packet = shared.history().packet(number);
            match packet {
                Some(packet) => {
                    let mut details = Details::default();
                    details.add(&packet);
                    reply::whole(200, "application/json", &details.json())
                }
                None => reply::refusal(Refusal(404, "This packet is not kept any more.")),
            }
        }
        Wish::Page | Wish::Events(_) => reply::whole(200, "text/html", &document::live()),
    }
}
