//! WebSocket frames (RFC 6455) that lie whole in one segment, and Engine.IO and Socket.IO packets inside their text. That a conversation
//! was upgraded to WebSocket is known to who follows it: nothing about the bytes alone tells it.

use super::fields::Fields;
use super::part::{Part, be16};
use super::schema::application::{engineio, socketio, websocket};
use super::text::escape;
use super::tree::{FieldValue, Layer};
use std::fmt::Write;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;

/// At most this many frames of a segment have layers, which are many times as long; the rest stays bytes.
const FRAMES: usize = 1024;

/// One frame.
struct Frame {
    fin: bool,
    opcode: u8,
    mask: Option<[u8; 4]>,
    /// Bytes before the payload.
    header: usize,
    /// Bytes of the payload.
    len: usize,
}

/// The frame at the start of `bytes`, when it is whole and sound.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (reserved, opcode) = (first >> 4 & 7, first & 0x0f);
    let fin = first & 0x80 != 0;
    let control = opcode >= CLOSE;
    if reserved != 0 || !matches!(opcode, 0..=2 | 8..=10) || control && !fin {
        return None;
    }
    let (len, mut header) = match second & 0x7f {
        126 if bytes.len() >= 4 => (usize::from(be16(bytes, 2)), 4),
        127 if bytes.len() >= 10 => {
            let long = bytes[2..10]
                .iter()
                .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            (usize::try_from(long).ok()?, 10)
        }
        126 | 127 => return None,
        len => (usize::from(len), 2),
    };
    // The shortest form has to be used (section 5.2), and control frames are short (section 5.5).
    if header == 4 && len < 126 || header == 10 && len <= 0xffff || control && len > 125 {
        return None;
    }
    let mask = if second & 0x80 != 0 {
        let key = bytes.get(header..header + 4)?.try_into().ok()?;
        header += 4;
        Some(key)
    } else {
        None
    };
    bytes.get(header..header.checked_add(len)?)?;
    Some(Frame {
        fin,
        opcode,
        mask,
        header,
        len,
    })
}

impl Frame {
    fn payload(&self, bytes: &[u8]) -> Vec<u8> {
        let masked = bytes
            .get(self.header..self.header + self.len)
            .unwrap_or_default();
        match self.mask {
            Some(key) => masked
                .iter()
                .zip(key.iter().cycle())
                .map(|(byte, key)| byte ^ key)
                .collect(),
            None => masked.to_vec(),
        }
    }
}

/// True when the bytes are whole frames and nothing else: in a segment that begins or ends within a frame nobody knows where it is.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(frame) = frame(rest) {
        rest = &rest[frame.header + frame.len..];
        if rest.is_empty() {
            return true;
        }
    }
    false
}

fn opcode_name(opcode: u8) -> &'static str {
    match opcode {
        0 => "Continuation",
        1 => "Text",
        2 => "Binary",
        8 => "Connection Close",
        9 => "Ping",
        10 => "Pong",
        _ => "Unknown",
    }
}

/// The frames in a line: `WebSocket Text [FIN] [MASKED]`, and what they say in Socket.IO.
pub(super) fn summary(bytes: &[u8]) -> String {
    let mut line = String::new();
    let mut rest = bytes;
    while let Some(frame) = frame(rest) {
        if !line.is_empty() {
            line.push(' ');
        }
        // Writing into a String cannot fail.
        let _ = write!(line, "WebSocket {}", opcode_name(frame.opcode));
        if frame.fin {
            line.push_str(" [FIN]");
        }
        if frame.mask.is_some() {
            line.push_str(" [MASKED]");
        }
        if frame.opcode == TEXT
            && frame.fin
            && let Some(packet) = Packet::of(&frame.payload(rest))
        {
            let _ = write!(line, " {}", packet.words());
        }
        rest = &rest[frame.header + frame.len..];
        if line.len() > 500 {
            break;
        }
    }
    line
}

/// A layer for each frame, and behind one with text what Engine.IO and Socket.IO make of it; and how many bytes they are.
pub(super) fn layers(part: Part<'_>) -> (Vec<Layer>, usize) {
    let mut layers = Vec::new();
    let mut rest = part;
    for _ in 0..FRAMES {
        let Some(frame) = frame(rest.bytes()) else {
            break;
        };
        let own = rest.first(frame.header + frame.len);
        layers.push(frame_layer(own, &frame));
        if frame.opcode == TEXT && frame.fin {
            let payload = frame.payload(own.bytes());
            if let Some(packet) = Packet::of(&payload) {
                packet.add(own.skip(frame.header), &mut layers);
            }
        }
        rest = rest.skip(frame.header + frame.len);
    }
    (layers, part.bytes().len() - rest.bytes().len())
}

fn frame_layer(part: Part<'_>, frame: &Frame) -> Layer {
    let mut fields = Fields::of(part);
    fields.flag(0..1, 0x80, websocket::FIN);
    fields.bits(0..1, 0x70, websocket::RSV);
    fields
        .bits(0..1, 0x0f, websocket::OPCODE)
        .mean(opcode_name(frame.opcode));
    fields.flag(1..2, 0x80, websocket::MASK);
    fields.bits(1..2, 0x7f, websocket::PAYLOAD_LENGTH);
    let key = if frame.mask.is_some() { 4 } else { 0 };
    match frame.header - key {
        4 => {
            fields.number(2..4, websocket::PAYLOAD_LENGTH_EXT_16);
        }
        10 => {
            fields.number(2..10, websocket::PAYLOAD_LENGTH_EXT_64);
        }
        _ => {}
    }
    if key > 0 {
        let place = frame.header - 4..frame.header;
        fields.bytes(place, websocket::MASKING_KEY);
    }
    let payload = frame.payload(part.bytes());
    if !payload.is_empty() {
        add_payload(&mut fields, frame, payload);
    }
    fields.layer(
        websocket::LAYER,
        format!("WebSocket, {}", opcode_name(frame.opcode)),
    )
}

/// Adds what a frame carries, unmasked, after what its opcode says it is (RFC 6455 sections 5.5 and 5.6).
fn add_payload(fields: &mut Fields<'_>, frame: &Frame, payload: Vec<u8>) {
    let range = frame.header..frame.header + frame.len;
    let text = |bytes: &[u8]| FieldValue::Text(String::from_utf8_lossy(bytes).into_owned());
    let name = match frame.opcode {
        TEXT => {
            fields.value(range, websocket::PAYLOAD_TEXT, text(&payload));
            return;
        }
        CLOSE => {
            let reason = range.start + 2..range.end;
            let code = FieldValue::Number(be16(&payload, 0).into());
            let name = websocket::PAYLOAD_CLOSE_STATUS_CODE;
            fields.value(range.start..reason.start, name, code);
            if payload.len() > 2 {
                let name = websocket::PAYLOAD_CLOSE_REASON;
                fields.value(reason, name, text(&payload[2..]));
            }
            return;
        }
        PING => websocket::PAYLOAD_PING,
        10 => websocket::PAYLOAD_PONG,
        CONTINUATION => websocket::PAYLOAD_CONTINUE,
        _ => websocket::PAYLOAD_UNKNOWN,
    };
    fields.value(range, name, FieldValue::Bytes(payload));
}

/// An Engine.IO packet (protocol version 4), and the Socket.IO packet (version 5) in its message.
struct Packet<'a> {
    engine: u8,
    socket: Option<u8>,
    /// Where the payload of the inner packet begins, and it.
    at: usize,
    rest: &'a str,
}

impl<'a> Packet<'a> {
    /// Recognizes a packet; text that only begins with a digit is none.
    fn of(payload: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?;
        let engine = *payload.first()?;
        let rest = text.get(1..)?;
        let fits = match engine {
            b'0' => rest.starts_with("{\"sid\":"),
            b'1' | b'5' | b'6' => rest.is_empty(),
            b'2' | b'3' => rest.is_empty() || rest == "probe",
            b'4' => true,
            _ => false,
        };
        if !fits {
            return None;
        }
        let plain = Self {
            engine,
            socket: None,
            at: 1,
            rest,
        };
        if engine != b'4' {
            return Some(plain);
        }
        let socket = *payload.get(1).filter(|kind| matches!(kind, b'0'..=b'6'))?;
        let rest = text.get(2..)?;
        let begins = rest.chars().next();
        let fits = match socket {
            b'0' | b'1' => matches!(begins, None | Some('{' | '/')),
            b'4' => matches!(begins, Some('{' | '"' | '/')),
            _ => matches!(begins, Some('[' | '/' | '0'..='9')),
        };
        fits.then_some(Self {
            socket: Some(socket),
            at: 2,
            rest,
            ..plain
        })
    }

    fn words(&self) -> String {
        let rest = escape(self.rest.as_bytes(), 80);
        let gap = if rest.is_empty() { "" } else { " " };
        match self.socket {
            Some(kind) => format!("Socket.IO {}{gap}{rest}", socket_name(kind)),
            None => format!("Engine.IO {}{gap}{rest}", engine_name(self.engine)),
        }
    }

    /// Adds the layers; `part` is the payload of the frame, masked or not.
    fn add(&self, part: Part<'_>, layers: &mut Vec<Layer>) {
        let mut fields = Fields::of(part);
        let kind = FieldValue::Number(u64::from(self.engine - b'0'));
        fields
            .value(0..1, engineio::TYPE, kind)
            .mean(engine_name(self.engine));
        let end = part.bytes().len();
        if self.socket.is_none() && !self.rest.is_empty() {
            let data = FieldValue::Text(self.rest.to_owned());
            fields.value(1..end, engineio::DATA, data);
        }
        let title = format!("Engine.IO, {}", engine_name(self.engine));
        layers.push(fields.layer(engineio::LAYER, title));
        let Some(socket) = self.socket else {
            return;
        };
        let mut fields = Fields::of(part.skip(1));
        let kind = FieldValue::Number(u64::from(socket - b'0'));
        fields
            .value(0..1, socketio::TYPE, kind)
            .mean(socket_name(socket));
        if !self.rest.is_empty() {
            let data = FieldValue::Text(self.rest.to_owned());
            fields.value(self.at - 1..end - 1, socketio::DATA, data);
        }
        let title = format!("Socket.IO, {}", socket_name(socket));
        layers.push(fields.layer(socketio::LAYER, title));
    }
}

fn engine_name(kind: u8) -> &'static str {
    match kind {
        b'0' => "open",
        b'1' => "close",
        b'2' => "ping",
        b'3' => "pong",
        b'4' => "message",
        b'5' => "upgrade",
        _ => "noop",
    }
}

fn socket_name(kind: u8) -> &'static str {
    match kind {
        b'0' => "CONNECT",
        b'1' => "DISCONNECT",
        b'2' => "EVENT",
        b'3' => "ACK",
        b'4' => "CONNECT_ERROR",
        b'5' => "BINARY_EVENT",
        _ => "BINARY_ACK",
    }
}
