//! `follow c`: what both sides of a conversation sent, in the order in which it was sent, as text or as bytes.

use super::hex;
use super::styled::{Line, Look, Style, Styled};
use super::words;
use crate::event::stream::Said;
use crate::packet::text::escape;

/// How the bytes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As text, line ends as lines, everything else that is not printable as escapes.
    Text,
    /// As hexadecimal digits with their characters.
    Hex,
}

/// A conversation to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Conversation<'a> {
    /// The name of the side that opened it, as lanes are titled.
    pub left: &'a str,
    /// The name of the other side.
    pub right: &'a str,
    /// What was sent, in order; forward is what the left side sent.
    pub parts: &'a [Said],
}

/// Draws it: a title with the totals, then each part behind an arrow that says which way it went.
pub fn draw(conversation: &Conversation<'_>, form: Form, look: &Look) -> Styled {
    let sent = |forward| -> usize {
        let parts = conversation.parts.iter();
        parts
            .filter(|part| part.forward == forward)
            .map(|part| part.bytes.len())
            .sum()
    };
    let mut text = Styled::new();
    text.push(
        Line::wrapping(2)
            .with(Style::Client, conversation.left)
            .with(Style::Dim, &format!(" → {}   ", words::bytes(sent(true))))
            .with(Style::Server, conversation.right)
            .with(Style::Dim, &format!(" → {}", words::bytes(sent(false)))),
    );
    if conversation.parts.is_empty() {
        text.say(Style::Dim, 2, "nothing was sent");
    }
    let mut offsets = [0, 0];
    for part in conversation.parts {
        let style = side(part.forward);
        let offset = &mut offsets[usize::from(part.forward)];
        if part.missing > 0 {
            let missing = usize::try_from(part.missing).unwrap_or(usize::MAX);
            let words = format!("({} missing here)", words::bytes(missing));
            text.push(
                Line::wrapping(2)
                    .with(style, arrow(part.forward))
                    .with(Style::Warning, &words),
            );
            *offset += missing;
        }
        match form {
            Form::Text => lines(&mut text, part.forward, style, &part.bytes),
            Form::Hex => {
                bytes(&mut text, part, *offset, look);
                *offset += part.bytes.len();
            }
        }
    }
    text
}

fn side(forward: bool) -> Style {
    if forward {
        Style::Client
    } else {
        Style::Server
    }
}

/// Rows of digits; the other side's stand to the right, as far as there is room.
fn bytes(text: &mut Styled, part: &Said, offset: usize, look: &Look) {
    let style = side(part.forward);
    let count = if look.width >= hex::width(16) + 6 {
        16
    } else {
        8
    };
    for row in hex::rows(&part.bytes, offset, count, |_| style) {
        let shift = look.width.saturating_sub(hex::width(count) + 2).min(4);
        let mut line = Line::new();
        line.push(style, arrow(part.forward));
        if !part.forward {
            line.push(Style::Plain, &" ".repeat(shift));
        }
        line.append(&row);
        text.push(line);
    }
}

fn arrow(forward: bool) -> &'static str {
    if forward { "▶ " } else { "◀ " }
}

fn lines(text: &mut Styled, forward: bool, style: Style, bytes: &[u8]) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let shown = Line::wrapping(2)
            .with(style, arrow(forward))
            .with(style, &escape(line, usize::MAX));
        text.push(shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::screens;

    #[test]
    fn both_directions_in_order_as_text_and_as_bytes() {
        let part = |forward, bytes: &[u8], missing| Said {
            forward,
            bytes: bytes.to_vec(),
            missing,
        };
        let answer = "HTTP/1.1 200 OK\r\n\r\n你好\x1b[2J\u{202e}";
        let parts = [
            part(true, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0),
            part(false, answer.as_bytes(), 0),
            part(true, &[0xff, 0], 1460),
        ];
        let conversation = Conversation {
            left: "c 127.0.0.1:40312",
            right: "s 127.0.0.1:5000",
            parts: &parts,
        };
        insta::assert_snapshot!(screens(|look| draw(&conversation, Form::Text, look)));
        insta::assert_snapshot!(screens(|look| draw(&conversation, Form::Hex, look)));
    }
}
