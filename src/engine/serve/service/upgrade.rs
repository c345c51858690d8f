//! From HTTP to WebSocket (RFC 6455 section 4.2), and the frames of a client after it.

use super::http::{asked, bare, is_hostless, refuse};
use crate::engine::serve::talk::{Answers, Client};
use crate::messages::http::{Message as Request, response};
use crate::messages::websocket::{
    Assembly, Fault, Frame, Kind, Message, Reader, Sender, accept, is_key,
};

/// The longest message, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// The frames of a client.
pub(super) struct Frames {
    reader: Reader,
    assembly: Assembly,
    /// A close frame was sent: nothing else is.
    closing: bool,
}

/// Grants the upgrade, or refuses it. What has come behind the request is frames already.
pub(super) fn upgrade(
    client: Client,
    request: &Request,
    behind: &[u8],
    out: &mut Answers,
) -> Option<Frames> {
    let head = &request.head;
    let why = if is_hostless(head) {
        "exactly one Host field, please"
    } else if asked(head).0 != "GET" {
        "a WebSocket begins with GET"
    } else if !head.upgrades_to_websocket() {
        let fields = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade, close"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ];
        let body = b"426 Upgrade Required: this is a WebSocket\n";
        out.send(client, response(426, &fields, body));
        out.part(client);
        return None;
    } else if head.get("Sec-WebSocket-Version") != Some("13") {
        let fields = [("Sec-WebSocket-Version", "13"), ("Connection", "close")];
        out.send(client, response(426, &fields, b""));
        out.part(client);
        return None;
    } else if !head.get("Sec-WebSocket-Key").is_some_and(is_key) {
        "Sec-WebSocket-Key has to be 16 bytes in base64"
    } else {
        let key = head.get("Sec-WebSocket-Key").unwrap_or_default();
        let fields = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", &accept(key)),
        ];
        out.send(client, bare(101, &fields));
        let mut frames = Frames {
            reader: Reader::new(Sender::Client, LONGEST, LONGEST as usize),
            assembly: Assembly::new(LONGEST, LONGEST as usize),
            closing: false,
        };
        frames.reader.feed(behind);
        return Some(frames);
    };
    refuse(client, 400, why, out);
    None
}

impl Frames {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if !self.closing {
            self.reader.feed(bytes);
        }
    }

    /// The next text or binary message. Pings and closes are answered here.
    pub(super) fn message(&mut self, client: Client, out: &mut Answers) -> Option<Message> {
        while !self.closing {
            let frame = self.reader.frame()?;
            match frame.and_then(|frame| self.assembly.take(frame)) {
                Ok(None) => {}
                Ok(Some(message)) => match message.kind {
                    Kind::Text | Kind::Binary => return Some(message),
                    Kind::Ping => out.send(client, Frame::new(10, &message.payload).bytes()),
                    Kind::Pong => {}
                    Kind::Close => {
                        let code = &message.payload[..message.payload.len().min(2)];
                        out.send(client, Frame::new(8, code).bytes());
                        out.close(client);
                        self.closing = true;
                    }
                },
                Err(fault) => self.fail(client, &fault, out),
            }
        }
        None
    }

    fn fail(&mut self, client: Client, fault: &Fault, out: &mut Answers) {
        self.close(client, fault.close_code(), &fault.to_string(), out);
    }

    /// Ends the connection with a close frame; what the client still sends is thrown away.
    pub(super) fn close(&mut self, client: Client, code: u16, reason: &str, out: &mut Answers) {
        if !self.closing {
            out.send(client, Frame::close(code, reason).bytes());
            out.part(client);
            self.closing = true;
        }
    }

    /// Sends a message in one frame.
    pub(super) fn send(&self, client: Client, opcode: u8, payload: &[u8], out: &mut Answers) {
        if !self.closing {
            out.send(client, Frame::new(opcode, payload).bytes());
        }
    }
}
