//! A row of columns that can be written at any place: for drawings whose parts cross. Wide characters keep their two columns.

use super::styled::{Line, Look, Style, columns};

/// A row of fixed width; what is written later covers what was there.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// A character and the columns it takes; `None` for the second column of a wide one.
    cells: Vec<Option<(char, Style)>>,
}

impl Canvas {
    /// A blank row of `width` columns.
    pub fn new(width: usize) -> Self {
        Self {
            cells: vec![Some((' ', Style::Plain)); width],
        }
    }

    /// Writes text from `column` on; what does not fit is cut.
    pub fn put(&mut self, column: usize, style: Style, text: &str, look: &Look) {
        let mut line = Line::new();
        line.push(style, text);
        let mut at = column;
        for character in look.fold(&line.text()).chars() {
            let width = columns(character);
            if width == 0 || at + width > self.cells.len() {
                continue;
            }
            self.clear(at);
            self.cells[at] = Some((character, style));
            for covered in at + 1..at + width {
                self.clear(covered);
                self.cells[covered] = None;
            }
            at += width;
        }
    }

    /// Blanks the other half of a wide character that is about to be covered.
    fn clear(&mut self, column: usize) {
        if self.cells[column].is_none() {
            self.cells[column - 1] = Some((' ', Style::Plain));
        }
        if self.cells.get(column + 1).is_some_and(Option::is_none) {
            self.cells[column + 1] = Some((' ', Style::Plain));
        }
    }

    /// The row as a line, without blanks at its end.
    pub fn line(&self) -> Line {
        let last = self
            .cells
            .iter()
            .rposition(|cell| !matches!(cell, Some((' ', _))))
            .map_or(0, |last| last + 1);
        let mut line = Line::new();
        for (character, style) in self.cells[..last].iter().flatten() {
            line.push(*style, character.encode_utf8(&mut [0; 4]));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::look;

    #[test]
    fn later_writing_covers_earlier_and_wide_characters_stay_whole() {
        let look = look(10, false);
        for (column, over, shown) in [
            (0, "x", "x 好c"),
            (1, "x", " x好c"),
            (2, "xy", "你xyc"),
            (4, "你", "你好你"),
            (9, "你", "你好c"),
        ] {
            let mut row = Canvas::new(10);
            row.put(0, Style::Plain, "你好c", &look);
            row.put(column, Style::Bold, over, &look);
            assert_eq!(row.line().text(), shown);
        }
    }
}
