//! Text with meaning attached, as plain data: lines of pieces, each with a style that says what it is, not what colour.
//! A piece never holds a control character, so whatever is made of it is safe to print. Not the layout of any view.

use super::sgr::Sgr;
use super::{ascii, wrap};
use crate::packet::text::{escape, is_printable};
use colored::Color;
use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// What a piece of text is. The colours are chosen in one place, `Style::paint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// Nothing special.
    #[default]
    Plain,
    /// Of less weight: times, rules, repeated words.
    Dim,
    /// Of more weight.
    Bold,
    /// A system call as it was made.
    Call,
    /// What a call or command gave.
    Result,
    /// A failure.
    Error,
    /// A state of a socket.
    State,
    /// An explanation.
    Note,
    /// The side that opened a conversation, and what it sent.
    Client,
    /// The other side, and what it sent.
    Server,
    /// A prompt, and the name of a process.
    Prompt,
    /// A packet that the wire lost.
    Lost,
    /// A title.
    Heading,
    /// A warning: a label of the analysis, a broken header.
    Warning,
    /// Text a program wrote or a packet carried.
    Data,
    /// Text of a program that chose its own colours.
    Sgr(Sgr),
    /// One of several things that are told apart, such as the fields of a packet; neighbours differ.
    Field(u8),
}

/// The column at which everything under a prompt begins: that of what was typed after `lab> `.
pub const INDENT: usize = 5;

/// How a style looks on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paint {
    color: Option<Color>,
    bold: bool,
    dim: bool,
    underline: bool,
}

const FIELD_COLORS: [Color; 8] = [
    Color::Cyan,
    Color::Yellow,
    Color::Green,
    Color::Magenta,
    Color::BrightBlue,
    Color::BrightRed,
    Color::BrightGreen,
    Color::BrightMagenta,
];

impl Style {
    /// Every style in an order of its own, with each field colour once and without those a program makes: a style is known by its place.
    pub const ALL: [Self; 23] = [
        Self::Plain,
        Self::Dim,
        Self::Bold,
        Self::Call,
        Self::Result,
        Self::Error,
        Self::State,
        Self::Note,
        Self::Client,
        Self::Server,
        Self::Prompt,
        Self::Lost,
        Self::Heading,
        Self::Warning,
        Self::Data,
        Self::Field(0),
        Self::Field(1),
        Self::Field(2),
        Self::Field(3),
        Self::Field(4),
        Self::Field(5),
        Self::Field(6),
        Self::Field(7),
    ];

    /// The style of the `index`-th of several things that are told apart by colour.
    pub fn field(index: usize) -> Self {
        Self::Field((index % FIELD_COLORS.len()) as u8)
    }

    fn paint(self) -> Paint {
        let color = |color| Paint {
            color: Some(color),
            ..Paint::default()
        };
        let bold = |color| Paint {
            color: Some(color),
            bold: true,
            ..Paint::default()
        };
        match self {
            Self::Plain | Self::Sgr(_) => Paint::default(),
            Self::Dim => Paint {
                dim: true,
                ..Paint::default()
            },
            Self::Bold => Paint {
                bold: true,
                ..Paint::default()
            },
            Self::Heading => Paint {
                bold: true,
                underline: true,
                ..Paint::default()
            },
            Self::Call | Self::Client => color(Color::Cyan),
            Self::Server => color(Color::Magenta),
            Self::Result | Self::Data => color(Color::Green),
            Self::State | Self::Warning => color(Color::Yellow),
            Self::Note => color(Color::Blue),
            Self::Error | Self::Lost => bold(Color::Red),
            Self::Prompt => bold(Color::Green),
            Self::Field(index) => color(FIELD_COLORS[usize::from(index) % FIELD_COLORS.len()]),
        }
    }

    /// The SGR sequence that turns the style on (ECMA-48 section 8.3.117); empty for plain text.
    pub fn ansi(self) -> String {
        if let Self::Sgr(sgr) = self {
            return sgr.ansi();
        }
        let paint = self.paint();
        let mut codes: Vec<Cow<'static, str>> = Vec::new();
        for (on, code) in [(paint.bold, "1"), (paint.dim, "2"), (paint.underline, "4")] {
            if on {
                codes.push(Cow::Borrowed(code));
            }
        }
        codes.extend(paint.color.map(|color| color.to_fg_str()));
        if codes.is_empty() {
            String::new()
        } else {
            format!("\u{1b}[{}m", codes.join(";"))
        }
    }
}

/// The terminal, or what stands for one: how wide, which characters, colour or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// True for ASCII only.
    pub ascii: bool,
    /// True for colour.
    pub color: bool,
}

impl Look {
    /// The text in the characters this look has.
    pub fn fold<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.ascii {
            ascii::fold(text)
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The columns a text takes in this look.
    pub fn measure(&self, text: &str) -> usize {
        if is_plain(text) {
            return text.len();
        }
        self.fold(text).chars().map(columns).sum()
    }

    /// The text cut to at most `width` columns, with an ellipsis where something is missing.
    pub fn cut(&self, text: &str, width: usize) -> String {
        let mut line = Line::new();
        line.push(Style::Plain, text);
        line.cut_to(width, self);
        line.text()
    }

    /// The text padded with spaces on the right to `width` columns, cut when it is longer.
    pub fn left(&self, text: &str, width: usize) -> String {
        let mut text = self.cut(text, width);
        let missing = width.saturating_sub(self.measure(&text));
        text.extend(std::iter::repeat_n(' ', missing));
        text
    }

    /// The text padded with spaces on the left to `width` columns, cut when it is longer.
    pub fn right(&self, text: &str, width: usize) -> String {
        let text = self.cut(text, width);
        let missing = width.saturating_sub(self.measure(&text));
        format!("{}{text}", " ".repeat(missing))
    }
}

/// True for text of printable ASCII alone, of which each byte is a character and takes a column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The columns one character takes (Unicode Standard Annex 11).
pub fn columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Some text with one style. Its text is printable: control characters and the invisible ones were escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    style: Style,
    text: String,
}

impl Piece {
    /// What it is.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The text; without control characters, line ends and bidi controls.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What becomes of a line that is too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// It goes on in the next line, indented by this many columns.
    Wrap(usize),
    /// It ends in an ellipsis: drawings would be torn by wrapping.
    #[default]
    Cut,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<Piece>,
    fit: Fit,
}

impl Line {
    /// An empty line that is cut when it gets too long.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty line that wraps; its continuation is indented by `hang` columns.
    pub fn wrapping(hang: usize) -> Self {
        Self {
            pieces: Vec::new(),
            fit: Fit::Wrap(hang),
        }
    }

    /// Adds text at the end. Control characters in it become escapes.
    pub fn push(&mut self, style: Style, text: &str) {
        let text = printable(text);
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.style == style => last.text.push_str(&text),
            _ => self.pieces.push(Piece {
                style,
                text: text.into_owned(),
            }),
        }
    }

    /// The line with text added at the end.
    #[must_use]
    pub fn with(mut self, style: Style, text: &str) -> Self {
        self.push(style, text);
        self
    }

    /// Adds the pieces of another line at the end.
    pub fn append(&mut self, other: &Self) {
        for piece in &other.pieces {
            self.push(piece.style, &piece.text);
        }
    }

    /// Adds spaces until the line is `column` columns wide.
    pub fn pad(&mut self, column: usize, look: &Look) {
        let missing = column.saturating_sub(self.width(look));
        if missing > 0 {
            self.push(Style::Plain, &" ".repeat(missing));
        }
    }

    /// Shortens the line to at most `width` columns; the last ones become an ellipsis when something is missing.
    pub fn cut_to(&mut self, width: usize, look: &Look) {
        if self.width(look) <= width {
            return;
        }
        let mut cells = wrap::cells(self, look);
        let ellipsis = if width < 3 && look.ascii { "." } else { "…" };
        let mark = look.fold(ellipsis).into_owned();
        let room = width.saturating_sub(look.measure(&mark));
        cells.truncate(wrap::fitting(&cells, room));
        let style = cells.last().map_or(Style::Plain, |cell| cell.1);
        if width > 0 {
            cells.extend(mark.chars().map(|character| (character, style)));
        }
        self.pieces = wrap::pieces(&cells).pieces;
    }

    /// Removes the blanks at its end.
    pub fn trim_end(&mut self) {
        while let Some(last) = self.pieces.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if !last.text.is_empty() {
                return;
            }
            self.pieces.pop();
        }
    }

    /// The pieces in their order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What becomes of it when it is too long.
    pub fn fit(&self) -> Fit {
        self.fit
    }

    /// The columns it takes.
    pub fn width(&self, look: &Look) -> usize {
        self.pieces
            .iter()
            .map(|piece| look.measure(&piece.text))
            .sum()
    }

    /// True when nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text without its styles.
    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

/// Lines of styled text: what every view gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Styled {
    /// The lines in their order.
    pub lines: Vec<Line>,
}

impl Styled {
    /// No line yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Adds a line with one piece that wraps to the same indentation.
    pub fn say(&mut self, style: Style, indent: usize, text: &str) {
        let mut line = Line::wrapping(indent);
        line.push(Style::Plain, &" ".repeat(indent));
        line.push(style, text);
        self.push(line);
    }

    /// Adds an empty line, unless nothing stands above or the line above is empty.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.push(Line::new());
        }
    }

    /// Adds the lines of another text.
    pub fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// True when it has no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The text for this look: wrapped or cut to its width, with colour or without, each line ended by `\n`.
    pub fn to_text(&self, look: &Look) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for row in wrap::rows(line, look) {
                for piece in &row.pieces {
                    let on = if look.color {
                        piece.style.ansi()
                    } else {
                        String::new()
                    };
                    text.push_str(&on);
                    text.push_str(&piece.text);
                    if !on.is_empty() {
                        text.push_str("\u{1b}[0m");
                    }
                }
                text.push('\n');
            }
        }
        text
    }
}

/// The text with every hidden character as an escape: `\n`, `\x1b`, `\u202e`. Backslashes stay as they are, because
/// texts that were escaped where they came from pass here too.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text) || text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_printable(character) {
            shown.push(character);
        } else {
            let mut utf8 = [0; 4];
            let bytes = character.encode_utf8(&mut utf8).as_bytes();
            shown.push_str(&escape(bytes, usize::MAX));
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
#[path = "styled_tests.rs"]
mod tests;
