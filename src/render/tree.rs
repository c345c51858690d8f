//! `packet N`: the fields of a frame as a tree, beside or above its bytes; each field and its bytes in one colour.
//! Reads no bytes itself: `packet` made the layers.

use super::hex;
use super::packet_line;
use super::styled::{Line, Look, Style, Styled};
use super::words;
use crate::event::packet::PacketEvent;
use crate::packet::headers::Span;
use crate::packet::text;
use crate::packet::tree::{Field, FieldValue, Layer};

/// From this width on the bytes stand beside the tree.
const BESIDE: usize = 110;
/// Long values are cut to this many characters.
const VALUE: usize = 200;

/// Draws a frame with its layers. `since_ns`: from when its time counts, nanoseconds since the epoch.
pub fn draw(packet: &PacketEvent, layers: &[Layer], since_ns: i64, look: &Look) -> Styled {
    let mut styles = vec![Style::Dim; packet.frame.bytes.len()];
    let mut tree = Vec::new();
    let mut next = 0;
    for layer in layers {
        let bytes = bytes_of(layer.span);
        tree.push(
            Line::wrapping(2)
                .with(Style::Heading, &layer.title)
                .with(Style::Dim, &bytes),
        );
        for field in &layer.fields {
            branch(field, 1, Style::field(next), &mut tree, &mut styles);
            next += 1;
        }
    }
    let style = |index: usize| styles.get(index).copied().unwrap_or(Style::Dim);
    let mut text = Styled::new();
    text.push(packet_line::line(packet, since_ns, look));
    about(&mut text, packet);
    text.gap();
    let count = if look.width >= hex::width(16) { 16 } else { 8 };
    let dump = hex::rows(&packet.frame.bytes, 0, count, style);
    if look.width >= BESIDE {
        beside(&mut text, &tree, &dump, look);
    } else {
        tree.into_iter().for_each(|line| text.push(line));
        text.gap();
        dump.into_iter().for_each(|line| text.push(line));
    }
    text
}

/// What is known of the frame besides its bytes.
fn about(text: &mut Styled, packet: &PacketEvent) {
    let frame = &packet.frame;
    let mut facts = format!(
        "seen on {} of {}, {} on the wire",
        packet.interface,
        packet.host,
        words::bytes(frame.len as usize)
    );
    if frame.bytes.len() < frame.len as usize {
        facts.push_str(&format!(", {} captured", frame.bytes.len()));
    }
    text.say(Style::Dim, 2, &facts);
    if let Some(cause) = &packet.cause {
        let kernel: Vec<&str> = [cause.kernel.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        text.say(Style::Note, 2, &words::cause(cause, &kernel, ""));
    }
}

/// A field, its parts below it in the same colour, and its bytes painted. A part covers what its whole had painted.
fn branch(field: &Field, depth: usize, style: Style, tree: &mut Vec<Line>, styles: &mut [Style]) {
    let range = field.span.range();
    if let Some(bytes) = styles.get_mut(range) {
        bytes.fill(style);
    }
    let indent = 2 * depth;
    let value = value(&field.value);
    let mut line = Line::wrapping(indent + 4)
        .with(Style::Plain, &" ".repeat(indent))
        .with(style, field.label);
    if !value.is_empty() {
        line.push(Style::Plain, ": ");
        line.push(Style::Bold, &value);
    }
    if !field.meaning.is_empty() {
        line.push(Style::Plain, &format!(" ({})", field.meaning));
    }
    line.push(Style::Dim, &format!("  {}{}", field.name, bytes_of(field.span)));
    tree.push(line);
    for child in &field.children {
        branch(child, depth + 1, style, tree, styles);
    }
}

/// Where a field lies: ` [34]`, ` [34-35]`; empty for one that was computed.
fn bytes_of(span: Span) -> String {
    match span.len() {
        0 => String::new(),
        1 => format!(" [{}]", span.start),
        _ => format!(" [{}-{}]", span.start, span.end - 1),
    }
}

fn value(value: &FieldValue) -> String {
    match value {
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Hex(number, digits) => format!("0x{number:0digits$x}", digits = usize::from(*digits)),
        FieldValue::Flag(set) => if *set { "1" } else { "0" }.to_owned(),
        FieldValue::Mac(address) => super::endpoint::mac(*address),
        FieldValue::Ipv4(address) => address.to_string(),
        FieldValue::Ipv6(address) => address.to_string(),
        FieldValue::Text(shown) => text::quote(shown.as_bytes(), VALUE),
        FieldValue::Bytes(bytes) => {
            let cut = &bytes[..bytes.len().min(32)];
            let more = if cut.len() < bytes.len() { " …" } else { "" };
            format!("{}{more}", text::hex(cut))
        }
        FieldValue::Present => String::new(),
    }
}

fn beside(text: &mut Styled, tree: &[Line], dump: &[Line], look: &Look) {
    let right = hex::width(16);
    let left = Look {
        width: look.width - right - 2,
        ..*look
    };
    let tree: Vec<Line> = tree
        .iter()
        .flat_map(|line| super::wrap::rows(line, &left))
        .collect();
    for index in 0..tree.len().max(dump.len()) {
        let mut line = tree.get(index).cloned().unwrap_or_default();
        if let Some(bytes) = dump.get(index) {
            line.pad(left.width + 2, look);
            line.append(bytes);
        }
        text.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::dissect;
    use crate::render::sample::{ACK, C, Capture, PSH, S, cause, screens};

    fn layers(packet: &PacketEvent) -> Vec<Layer> {
        let frame = &packet.frame;
        dissect::tree(frame.link, &frame.bytes, frame.len, frame.checksum_not_ready)
    }

    #[test]
    fn a_segment_as_a_tree_with_its_bytes() {
        let mut capture = Capture::new();
        let start = capture.now_ns;
        let mut packet = capture.tcp(C, S, PSH | ACK, (1001, 5001), "hi 你\n".as_bytes());
        packet.cause = Some(cause(crate::event::packet::Certainty::Caused, "send(4, 7 bytes)", ""));
        let layers = layers(&packet);
        insta::assert_snapshot!(screens(|look| draw(&packet, &layers, start, look)));
    }

    #[test]
    fn the_bytes_of_a_field_have_its_colour() {
        let packet = Capture::new().tcp(C, S, ACK, (1, 1), b"");
        let layers = layers(&packet);
        let look = crate::render::sample::look(120, false);
        let text = draw(&packet, &layers, 0, &look);
        let pieces = || text.lines.iter().flat_map(|line| line.pieces());
        let label = pieces().find(|piece| piece.text() == "Source Port").unwrap();
        assert!(
            pieces().any(|piece| piece.text().starts_with("9d") && piece.style() == label.style()),
            "0x9d78 is port 40312"
        );
    }
}
