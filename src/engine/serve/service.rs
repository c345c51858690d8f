//! The services by name, and how each is begun.

mod bytes;
mod chat;
mod file;
mod http;
mod line;
mod lines;
mod socketio;
mod upgrade;
mod websocket;

use super::talk::Talk;
use std::path::PathBuf;

/// What a server does with the bytes of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Service {
    /// Sends back what came (RFC 862).
    Echo,
    /// Sends back what came, ASCII letters as capitals.
    Upper,
    /// Says the time and closes, without waiting for a word of the client (as the daytime service of RFC 867).
    Time,
    /// Sends back each line once it is whole.
    Line,
    /// Sends what one client says to all others.
    Chat,
    /// Gives and takes files of one folder.
    File,
    /// HTTP/1.1: a page, and `/echo`.
    Http,
    /// Sends back each message of a WebSocket.
    WebSocket,
    /// Sends back each event of Socket.IO.
    SocketIo,
}

/// What a service is told as it begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// The folder of `file`.
    pub(super) folder: PathBuf,
    /// Events of `socketio` go to all clients.
    pub(super) broadcast: bool,
    /// Between two heartbeats of `socketio`, in nanoseconds.
    pub(super) heartbeat_ns: i64,
}

impl Service {
    /// The service of this name in `catalog::verb::SERVICES`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "echo" => Self::Echo,
            "upper" => Self::Upper,
            "time" => Self::Time,
            "line" => Self::Line,
            "chat" => Self::Chat,
            "file" => Self::File,
            "http" => Self::Http,
            "websocket" => Self::WebSocket,
            "socketio" => Self::SocketIo,
            _ => return None,
        })
    }

    /// Begins it: for one client, or for all of them where they are to know of each other.
    pub(super) fn begin(self, settings: &Settings) -> Box<dyn Talk> {
        match self {
            Self::Echo | Self::Upper | Self::Time => Box::new(bytes::Bytes(self)),
            Self::Line => Box::new(line::Line::default()),
            Self::Chat => Box::new(chat::Chat::default()),
            Self::File => Box::new(file::Files::new(settings.folder.clone())),
            Self::Http => Box::new(http::Http::default()),
            Self::WebSocket => Box::new(websocket::Echo::default()),
            Self::SocketIo => Box::new(socketio::SocketIo::new(settings)),
        }
    }

    /// True when what one client says reaches others: all of them have to be served with the same memory, and at the same time.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::Chat | Self::SocketIo)
    }

    /// What a datagram is answered with; `None` for a service that needs a connection.
    pub(super) fn answer(self, data: &[u8], now_ns: i64) -> Option<Vec<u8>> {
        matches!(self, Self::Echo | Self::Upper | Self::Time)
            .then(|| bytes::answer(self, data, now_ns))
    }
}

#[cfg(test)]
mod tests;
