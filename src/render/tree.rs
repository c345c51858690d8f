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
/// So many bytes are shown beside or below the tree, more than any IP packet has: what is drawn takes two hundred times their memory.
const BYTES: usize = 128 << 10;

/// Draws a frame with its layers, and with its bytes when `with_bytes`.
pub fn draw(packet: &PacketEvent, layers: &[Layer], with_bytes: bool, look: &Look) -> Styled {
    let mut painted = Painted {
        tree: Vec::new(),
        bytes: vec![Style::Dim; packet.frame.bytes.len()],
    };
    let beside = with_bytes && look.width >= BESIDE;
    let room = Look {
        width: if beside {
            look.width - hex::width(16) - 2
        } else {
            look.width
        },
        ..*look
    };
    let mut next = 0;
    for layer in layers {
        let bytes = bytes_of(layer.span);
        painted.tree.push(
            Line::wrapping(2)
                .with(Style::Heading, &layer.title)
                .with(Style::Dim, &bytes),
        );
        for field in &layer.fields {
            branch(field, 1, Style::field(next), &mut painted, &room);
            next += 1;
        }
    }
    let Painted { tree, bytes } = painted;
    let style = |index: usize| bytes.get(index).copied().unwrap_or(Style::Dim);
    let mut text = Styled::new();
    text.push(packet_line::headline(packet, look));
    about(&mut text, packet);
    text.gap();
    let count = if look.width >= hex::width(16) { 16 } else { 8 };
    let bytes = &packet.frame.bytes;
    let shown = &bytes[..bytes.len().min(BYTES)];
    let dump = hex::rows(shown, 0, count, style);
    if beside {
        side_by_side(&mut text, &tree, dump, [&room, look]);
    } else {
        text.lines.extend(tree);
        if with_bytes {
            text.gap();
            text.lines.extend(dump);
        }
    }
    if with_bytes && shown.len() < bytes.len() {
        let more = words::bytes(bytes.len() - shown.len());
        let note = format!("{more} behind them are not shown beside the fields");
        text.say(Style::Warning, 2, &note);
    }
    text
}

/// The layer or the fields of this name, with what belongs to them; empty where the frame has none.
pub fn part(layers: &[Layer], name: &str, look: &Look) -> Styled {
    let mut painted = Painted {
        tree: Vec::new(),
        bytes: Vec::new(),
    };
    let mut next = 0;
    for layer in layers {
        let whole = layer.name == name;
        if whole {
            let title = Line::wrapping(2).with(Style::Heading, &layer.title);
            painted.tree.push(title);
        }
        for field in &layer.fields {
            if whole {
                branch(field, 1, Style::field(next), &mut painted, look);
            } else {
                twigs(field, name, Style::field(next), &mut painted, look);
            }
            next += 1;
        }
    }
    Styled {
        lines: painted.tree,
    }
}

/// The fields of this name at and below one.
fn twigs(field: &Field, name: &str, style: Style, painted: &mut Painted, look: &Look) {
    if field.name == name {
        return branch(field, 1, style, painted, look);
    }
    for child in &field.children {
        twigs(child, name, style, painted, look);
    }
}

/// The tree as lines, and the style of each byte of the frame.
struct Painted {
    tree: Vec<Line>,
    bytes: Vec<Style>,
}

/// What is known of the frame besides its bytes.
fn about(text: &mut Styled, packet: &PacketEvent) {
    let frame = &packet.frame;
    let place = match (&*packet.interface, &*packet.host) {
        ("", "") => String::new(),
        (interface, "") => format!(" on {interface}"),
        ("", host) => format!(" by {host}"),
        (interface, host) => format!(" on {interface} of {host}"),
    };
    let mut facts = format!(
        "seen{place} at {}.{:09} s since 1970, {} on the wire",
        frame.time_ns.div_euclid(1_000_000_000),
        frame.time_ns.rem_euclid(1_000_000_000),
        words::bytes(frame.len as usize)
    );
    if frame.bytes.len() < frame.len as usize {
        facts.extend([", ", &words::bytes(frame.bytes.len()), " captured"]);
    }
    text.say(Style::Dim, 2, &facts);
    if let Some(cause) = &packet.cause {
        text.say(Style::Note, 2, &words::cause(cause, &[], ""));
    }
    let track = &packet.track;
    if let Some((round_trip, number)) = track.acks {
        let after = words::since(round_trip);
        text.say(
            Style::Note,
            2,
            &format!("acknowledges #{number}, {after} after it"),
        );
    }
    if let Some(bytes) = track.bytes_in_flight {
        let flying = words::bytes(bytes as usize);
        text.say(
            Style::Note,
            2,
            &format!("{flying} in flight: sent, not yet acknowledged"),
        );
    }
    if let Some((sender, receiver)) = track.states {
        text.say(
            Style::State,
            2,
            &format!("the sender is now {sender}, the receiver {receiver}"),
        );
    }
}

/// A field, its parts below it in the same colour, and its bytes painted. A part covers what its whole had painted.
fn branch(field: &Field, depth: usize, style: Style, painted: &mut Painted, look: &Look) {
    let range = field.span.range();
    if let Some(bytes) = painted.bytes.get_mut(range) {
        bytes.fill(style);
    }
    let indent = 2 * depth;
    let value = value(&field.value);
    // Bits that are not set are there to be counted, not to be read.
    let unset = field.value == FieldValue::Flag(false);
    let (label, weight) = if unset {
        (Style::Dim, Style::Dim)
    } else {
        (style, Style::Bold)
    };
    let mut line = Line::wrapping(indent + 4)
        .with(Style::Plain, &" ".repeat(indent))
        .with(label, field.label);
    if !value.is_empty() {
        line.push(Style::Plain, ": ");
        line.push(weight, &value);
    }
    if !field.meaning.is_empty() {
        line.push(Style::Plain, &format!(" ({})", field.meaning));
    }
    // The name to filter by, and where the bytes are, as far as they fit beside the value.
    for place in [
        format!("  {}{}", field.name, bytes_of(field.span)),
        format!("  {}", field.name),
    ] {
        if line.width(look) + look.measure(&place) <= look.width {
            line.push(Style::Dim, &place);
            break;
        }
    }
    painted.tree.push(line);
    for child in &field.children {
        branch(child, depth + 1, style, painted, look);
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

/// The value of a field as it is shown; empty where its presence says it all.
pub fn value(value: &FieldValue) -> String {
    match value {
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Hex(number, digits) => {
            format!("0x{number:0digits$x}", digits = usize::from(*digits))
        }
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

fn side_by_side(
    text: &mut Styled,
    tree: &[Line],
    mut dump: impl Iterator<Item = Line>,
    [room, look]: [&Look; 2],
) {
    let mut tree = tree.iter().flat_map(|line| super::wrap::rows(line, room));
    loop {
        let (left, right) = (tree.next(), dump.next());
        if left.is_none() && right.is_none() {
            return;
        }
        let mut line = left.unwrap_or_default();
        if let Some(bytes) = right {
            line.pad(room.width + 2, look);
            line.append(&bytes);
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
        dissect::tree(
            frame.link,
            &frame.bytes,
            frame.len,
            frame.checksum_not_ready,
        )
    }

    #[test]
    fn a_segment_as_a_tree_with_its_bytes() {
        let mut capture = Capture::new();
        let mut packet = capture.tcp(C, S, PSH | ACK, (1001, 5001), "hi 你\n".as_bytes());
        packet.cause = Some(cause(
            crate::event::packet::Certainty::Caused,
            "send(4, 7 bytes)",
            "",
        ));
        let layers = layers(&packet);
        insta::assert_snapshot!(screens(|look| draw(&packet, &layers, true, look)));
    }

    #[test]
    fn of_a_frame_longer_than_any_packet_the_first_bytes_are_shown() {
        let mut packet = Capture::new().tcp(C, S, ACK, (1, 1), b"");
        packet.frame.bytes = vec![0; BYTES + 3].into();
        for width in [80, 120] {
            let look = crate::render::sample::look(width, false);
            let rows = |with_bytes| draw(&packet, &[], with_bytes, &look).lines.len();
            assert!(rows(false) < 10, "{width}");
            assert!(
                rows(true) > BYTES / 16 && rows(true) < BYTES / 16 + 10,
                "{width}"
            );
            let text = draw(&packet, &[], true, &look).to_text(&look);
            assert!(text.ends_with("3 bytes behind them are not shown beside the fields\n"));
        }
    }

    #[test]
    fn the_bytes_of_a_field_have_its_colour() {
        let packet = Capture::new().tcp(C, S, ACK, (1, 1), b"");
        let layers = layers(&packet);
        let look = crate::render::sample::look(120, false);
        let text = draw(&packet, &layers, true, &look);
        let pieces = || text.lines.iter().flat_map(Line::pieces);
        let label = pieces()
            .find(|piece| piece.text() == "Source Port")
            .expect("the tree has it");
        assert!(
            pieces().any(|piece| piece.text().starts_with("9d") && piece.style() == label.style()),
            "0x9d78 is port 40312"
        );
    }
}
