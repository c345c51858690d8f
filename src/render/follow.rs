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

/// So many lines are drawn before they are handed over.
const SHEET: usize = 1000;
/// A line of more bytes than this goes on in a line of its own.
const LONGEST: usize = 64 << 10;

/// Draws it: a title with the totals, then each part behind an arrow that says which way it went.
pub fn draw(conversation: &Conversation<'_>, form: Form, look: &Look) -> Styled {
    let mut text = Styled::new();
    draw_each(conversation, form, look, |sheet| text.append(sheet));
    text
}

/// The same, handed over a sheet at a time, because what is drawn takes a hundred times the memory of its bytes.
pub fn draw_each(
    conversation: &Conversation<'_>,
    form: Form,
    look: &Look,
    show: impl FnMut(Styled),
) {
    let mut sheets = Sheets {
        text: Styled::new(),
        show,
    };
    title(&mut sheets, conversation);
    let mut offsets = [0, 0];
    for part in conversation.parts {
        let style = side(part.forward);
        let offset = &mut offsets[usize::from(part.forward)];
        if part.missing > 0 {
            let missing = usize::try_from(part.missing).unwrap_or(usize::MAX);
            let words = format!("({} missing here)", words::bytes(missing));
            sheets.push(
                Line::wrapping(2)
                    .with(style, arrow(part.forward))
                    .with(Style::Warning, &words),
            );
            *offset += missing;
        }
        match form {
            Form::Text => lines(&mut sheets, part.forward, style, &part.bytes),
            Form::Hex => {
                bytes(&mut sheets, part, *offset, look);
                *offset += part.bytes.len();
            }
        }
    }
    (sheets.show)(sheets.text);
}

/// Lines on their way to whoever shows them.
struct Sheets<F> {
    text: Styled,
    show: F,
}

impl<F: FnMut(Styled)> Sheets<F> {
    fn push(&mut self, line: Line) {
        self.text.push(line);
        if self.text.lines.len() >= SHEET {
            (self.show)(std::mem::take(&mut self.text));
        }
    }
}

fn title(sheets: &mut Sheets<impl FnMut(Styled)>, conversation: &Conversation<'_>) {
    let sent = |forward| -> usize {
        let parts = conversation.parts.iter();
        parts
            .filter(|part| part.forward == forward)
            .map(|part| part.bytes.len())
            .sum()
    };
    sheets.push(
        Line::wrapping(2)
            .with(Style::Client, conversation.left)
            .with(Style::Dim, &format!(" → {}   ", words::bytes(sent(true))))
            .with(Style::Server, conversation.right)
            .with(Style::Dim, &format!(" → {}", words::bytes(sent(false)))),
    );
    if conversation.parts.is_empty() {
        sheets.push(
            Line::wrapping(2)
                .with(Style::Plain, "  ")
                .with(Style::Dim, "nothing was sent"),
        );
    }
}

fn side(forward: bool) -> Style {
    if forward {
        Style::Client
    } else {
        Style::Server
    }
}

/// Rows of digits; the other side's stand to the right, as far as there is room.
fn bytes(sheets: &mut Sheets<impl FnMut(Styled)>, part: &Said, offset: usize, look: &Look) {
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
        sheets.push(line);
    }
}

fn arrow(forward: bool) -> &'static str {
    if forward { "▶ " } else { "◀ " }
}

fn lines(sheets: &mut Sheets<impl FnMut(Styled)>, forward: bool, style: Style, bytes: &[u8]) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        for piece in pieces(line) {
            let shown = Line::wrapping(2)
                .with(style, arrow(forward))
                .with(style, &escape(piece, usize::MAX));
            sheets.push(shown);
        }
    }
}

/// The line in pieces of at most [`LONGEST`] bytes, none of which ends within a character of UTF-8.
fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let starts = |place: &usize| rest.get(*place).is_none_or(|byte| byte & 0xc0 != 0x80);
        let end = rest.len().min(LONGEST);
        let end = (end.saturating_sub(3)..=end)
            .rev()
            .find(starts)
            .unwrap_or(end);
        let (piece, more) = rest.split_at(end);
        rest = more;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{look, screens};

    #[test]
    fn what_is_long_is_handed_over_in_sheets() {
        let table: [(&[u8], usize); 3] = [
            (b"x\n", 100_000),
            (b"x", 1 << 20),
            ("世".as_bytes(), 1 << 18),
        ];
        for (bytes, times) in table {
            let parts = [Said {
                forward: true,
                bytes: bytes.repeat(times),
                missing: 0,
            }];
            let conversation = Conversation {
                left: "c",
                right: "s",
                parts: &parts,
            };
            let look = look(80, false);
            for form in [Form::Text, Form::Hex] {
                let mut together = Styled::new();
                draw_each(&conversation, form, &look, |sheet| {
                    assert!(sheet.lines.len() <= SHEET);
                    let longest = sheet.lines.iter().map(|line| line.text().len()).max();
                    assert!(longest <= Some(LONGEST + 4));
                    together.append(sheet);
                });
                assert!(together == draw(&conversation, form, &look));
                let text: String = together.lines[1..].iter().map(Line::text).collect();
                let shown = text
                    .matches(if form == Form::Hex { "▶" } else { "世" })
                    .count();
                let expected = match form {
                    Form::Hex => bytes.len() * times / 16,
                    Form::Text if bytes.len() == 3 => times,
                    Form::Text => 0,
                };
                assert_eq!(shown, expected);
            }
        }
    }

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
