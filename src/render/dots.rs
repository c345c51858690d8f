//! A field of dots, eight to a character (Unicode's braille patterns), or one to a character in ASCII. Not what is plotted.

use super::canvas::Canvas;
use super::styled::{Look, Style};

/// Dots across and down one character.
const ACROSS: usize = 2;
const DOWN: usize = 4;
/// The bits of a braille pattern by row and column (Unicode block 2800).
const BITS: [[u8; ACROSS]; DOWN] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A field of characters made of dots.
#[derive(Clone, Debug)]
pub struct Dots {
    columns: usize,
    rows: usize,
    ascii: bool,
    cells: Vec<(u8, Style, char)>,
}

impl Dots {
    /// A blank field.
    pub fn new(columns: usize, rows: usize, look: &Look) -> Self {
        Self {
            columns,
            rows,
            ascii: look.ascii,
            cells: vec![(0, Style::Plain, ' '); columns * rows],
        }
    }

    /// How many dots there are across and down.
    pub fn size(&self) -> (usize, usize) {
        if self.ascii {
            (self.columns, self.rows)
        } else {
            (self.columns * ACROSS, self.rows * DOWN)
        }
    }

    /// Sets the dot at places between 0 and 1, from the left and from below. `sign` stands for it in ASCII.
    pub fn set(&mut self, x: f64, y: f64, style: Style, sign: char) {
        let (x, y) = self.dot(x, y);
        self.put(x, y, style, sign);
    }

    /// Draws a line along one of the axes, from one place to another.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), style: Style, signs: (char, char)) {
        let (from, to) = (self.dot(from.0, from.1), self.dot(to.0, to.1));
        let sign = if from.1 == to.1 { signs.0 } else { signs.1 };
        for x in from.0.min(to.0)..=from.0.max(to.0) {
            for y in from.1.min(to.1)..=from.1.max(to.1) {
                self.put(x, y, style, sign);
            }
        }
    }

    /// Writes a character over whatever is there.
    pub fn mark(&mut self, x: f64, y: f64, style: Style, sign: char) {
        let (x, y) = self.dot(x, y);
        let place = self.cell(x, y);
        self.cells[place] = (0, style, sign);
    }

    /// The row of characters in which a place lies.
    pub fn row_of(&self, y: f64) -> usize {
        let (_, down) = self.dot(0.0, y);
        if self.ascii { down } else { down / DOWN }
    }

    /// Writes the characters of a row into a canvas, from a column on.
    pub fn draw(&self, row: usize, canvas: &mut Canvas, column: usize, look: &Look) {
        for (index, (bits, style, sign)) in self.cells[row * self.columns..][..self.columns]
            .iter()
            .enumerate()
        {
            let shown = if *sign != ' ' {
                *sign
            } else if *bits != 0 {
                char::from_u32(0x2800 + u32::from(*bits)).unwrap_or('*')
            } else {
                continue;
            };
            canvas.put(column + index, *style, shown.encode_utf8(&mut [0; 4]), look);
        }
    }

    fn dot(&self, x: f64, y: f64) -> (usize, usize) {
        let (across, down) = self.size();
        let place = |part: f64, count: usize| {
            (part.clamp(0.0, 1.0) * (count.saturating_sub(1)) as f64).round() as usize
        };
        (place(x, across), place(1.0 - y, down))
    }

    fn cell(&self, x: usize, y: usize) -> usize {
        if self.ascii {
            y * self.columns + x
        } else {
            y / DOWN * self.columns + x / ACROSS
        }
    }

    fn put(&mut self, x: usize, y: usize, style: Style, sign: char) {
        let place = self.cell(x, y);
        let cell = &mut self.cells[place];
        cell.1 = style;
        if self.ascii {
            cell.2 = sign;
        } else {
            cell.0 |= BITS[y % DOWN][x % ACROSS];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::look;

    fn shown(dots: &Dots, look: &Look) -> Vec<String> {
        (0..dots.rows)
            .map(|row| {
                let mut canvas = Canvas::new(dots.columns);
                dots.draw(row, &mut canvas, 0, look);
                canvas.line().text()
            })
            .collect()
    }

    #[test]
    fn lines_are_made_of_dots_and_in_ascii_of_signs() {
        for (ascii, expected) in [(false, ["⡇⠀", "⣇⣀"]), (true, ["|", "+--"])] {
            let look = look(3, ascii);
            let mut dots = Dots::new(3, 2, &look);
            dots.line((0.0, 0.0), (0.0, 1.0), Style::Plain, ('-', '|'));
            dots.line((0.0, 0.0), (1.0, 0.0), Style::Plain, ('-', '|'));
            dots.mark(0.0, 0.0, Style::Plain, if ascii { '+' } else { '⣇' });
            let rows = shown(&dots, &look);
            assert_eq!(rows[0].chars().next(), expected[0].chars().next());
            assert!(rows[1].starts_with(expected[1]), "{rows:?}");
        }
    }
}
