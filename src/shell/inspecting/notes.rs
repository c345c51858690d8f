//! What is said beside the packets of a live capture, on standard error. Not the packets.

use crate::render::styled::{Look, Style, Styled};
use std::io::Write;

/// What is said beside the packets.
pub(super) struct Notes<'a> {
    /// Standard error.
    pub(super) out: &'a mut dyn Write,
    /// How it looks.
    pub(super) look: Look,
}

impl Notes<'_> {
    /// Standard error may be closed; then nobody is to be told.
    pub(super) fn show(&mut self, text: &Styled) {
        let _ = self.out.write_all(text.to_text(&self.look).as_bytes());
        let _ = self.out.flush();
    }

    /// Ends a line that somebody else began.
    pub(super) fn end_line(&mut self) {
        let _ = self.out.write_all(b"\n");
    }

    /// Something to know.
    pub(super) fn note(&mut self, text: &str) {
        self.say(Style::Note, text);
    }

    /// Something that went wrong.
    pub(super) fn error(&mut self, text: &str) {
        self.say(Style::Error, text);
    }

    /// A line is not broken here: a command in it is to be copied whole.
    fn say(&mut self, style: Style, text: &str) {
        let look = Look {
            width: usize::from(u16::MAX),
            ..self.look
        };
        let mut styled = Styled::new();
        for (place, line) in text.split('\n').enumerate() {
            let lead = if place == 0 { "socklab: " } else { "  " };
            styled.say(style, 0, &format!("{lead}{line}"));
        }
        let _ = self.out.write_all(styled.to_text(&look).as_bytes());
        let _ = self.out.flush();
    }
}

/// A number with commas between its thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
