//! The fields and bytes of packets as JSON: a tree of rows, each with the bytes it was read from. Texts stand once, however many packets
//! have them: most fields of most packets are alike.

use crate::event::packet::PacketEvent;
use crate::packet::dissect::whole_tree;
use crate::packet::headers::Span;
use crate::packet::tree::Field;
use crate::render::json::quoted;
use crate::render::tree::value;
use std::collections::HashMap;
use std::fmt::Write;

/// At most this many bytes of a frame are shown.
const BYTES: usize = 8 << 10;
/// At most this many rows of a tree.
const ROWS: usize = 2000;

/// Packets with their fields and bytes.
#[derive(Debug, Default)]
pub(super) struct Details {
    texts: Vec<String>,
    places: HashMap<String, usize>,
    packets: Vec<String>,
}

impl Details {
    /// Adds a packet.
    pub(super) fn add(&mut self, packet: &PacketEvent) {
        let frame = &packet.frame;
        let layers = whole_tree(
            &packet.headers,
            &frame.bytes,
            frame.checksum_not_ready,
            packet.track.reassembled.as_deref(),
        );
        let mut rows = Vec::new();
        for layer in &layers {
            self.row(&mut rows, 0, &layer.title, layer.name, layer.span);
            for field in &layer.fields {
                self.field(&mut rows, 1, field);
            }
        }
        let bytes = &frame.bytes[..frame.bytes.len().min(BYTES)];
        let mut hex = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        let rows: Vec<String> = rows.iter().map(usize::to_string).collect();
        self.packets.push(format!(
            "\"{}\":{{\"length\":{},\"bytes\":\"{hex}\",\"tree\":[{}]}}",
            packet.number,
            frame.bytes.len(),
            rows.join(",")
        ));
    }

    /// All of them: `{"event":"details","texts":[…],"packets":{"3":{"length","bytes","tree"}}}`. A tree is a list of numbers, five to a
    /// row: its depth, its text, the name of its field (both by their place among the texts), the first byte and the one behind the last.
    pub(super) fn json(&self) -> String {
        let texts: Vec<String> = self.texts.iter().map(|text| quoted(text)).collect();
        format!(
            "{{\"event\":\"details\",\"texts\":[{}],\"packets\":{{{}}}}}",
            texts.join(","),
            self.packets.join(",")
        )
    }

    fn field(&mut self, rows: &mut Vec<usize>, depth: usize, field: &Field) {
        let mut text = field.label.to_owned();
        let value = value(&field.value);
        if !value.is_empty() {
            text.extend([": ", &value]);
        }
        if !field.meaning.is_empty() {
            text.extend([" (", &field.meaning, ")"]);
        }
        self.row(rows, depth, &text, field.name, field.span);
        for child in &field.children {
            self.field(rows, depth + 1, child);
        }
    }

    fn row(&mut self, rows: &mut Vec<usize>, depth: usize, text: &str, name: &str, span: Span) {
        if rows.len() < ROWS * 5 {
            let (text, name) = (self.place(text), self.place(name));
            let range = span.range();
            rows.extend([depth, text, name, range.start, range.end]);
        }
    }

    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.texts.len();
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}
