//! A plot in the terminal: a field of dots with axes, units, and the name of each line beside its end. Not what is plotted.

use super::canvas::Canvas;
use super::dots::Dots;
use super::scale::Scale;
use super::styled::{Line, Look, Style, Styled};
use crate::event::plot::{Mark, Plot, Role, Series, Shape};

/// Narrower than this there is no room for the names beside the lines.
const NAMES_BESIDE: usize = 56;
/// A plot is at most this wide.
const WIDEST: usize = 140;

/// How a role is drawn: its style, and its signs in ASCII for a level line, an upright one and a point.
pub fn paint(role: Role) -> (Style, char, char, char) {
    match role {
        Role::Main => (Style::Client, '-', '|', '*'),
        Role::Second => (Style::Server, '.', ':', 'o'),
        Role::Limit => (Style::State, '=', '!', '='),
        Role::Again => (Style::Warning, 'R', 'R', 'R'),
        Role::Lost => (Style::Lost, 'X', 'X', 'X'),
        Role::Beyond => (Style::Result, 's', 's', 's'),
    }
}

/// The sign that marks what must not be overlooked, also without colour; `None` for the others.
fn sign(role: Role, look: &Look) -> Option<char> {
    match role {
        Role::Again => Some('R'),
        Role::Lost => Some(if look.ascii { 'X' } else { '✗' }),
        _ => None,
    }
}

/// Draws it.
pub fn draw(plot: &Plot, look: &Look) -> Styled {
    let mut text = Styled::new();
    text.push(Line::wrapping(2).with(Style::Heading, &plot.title));
    let (Some(x), Some(y)) = (plot.x_range(), plot.y_range()) else {
        text.say(Style::Dim, 2, "nothing to be plotted has been seen yet");
        for note in &plot.notes {
            text.say(Style::Dim, 2, note);
        }
        return text;
    };
    Field::new(plot, (Scale::new(x, &plot.x), Scale::new(y, &plot.y)), look).draw(&mut text);
    legend(&mut text, plot, look);
    for note in &plot.notes {
        text.say(Style::Dim, 2, note);
    }
    text
}

struct Field<'a> {
    plot: &'a Plot,
    look: &'a Look,
    x: Scale,
    y: Scale,
    /// Columns before the field, and of it.
    gutter: usize,
    columns: usize,
    rows: usize,
    names: bool,
}

impl<'a> Field<'a> {
    fn new(plot: &'a Plot, (x, y): (Scale, Scale), look: &'a Look) -> Self {
        let width = look.width.min(WIDEST);
        let rows = (width / 5).clamp(8, 20);
        let widest = y.ticks(rows / 3).iter().map(|tick| tick.1.len()).max();
        let gutter = widest.unwrap_or(0).max(4) + 2;
        let names = look.width >= NAMES_BESIDE;
        let beside = plot
            .series
            .iter()
            .map(|series| look.measure(&series.name) + 2)
            .max()
            .filter(|_| names)
            .unwrap_or(1);
        Self {
            plot,
            look,
            x,
            y,
            gutter,
            columns: width.saturating_sub(gutter + beside + 1).max(10),
            rows,
            names,
        }
    }

    fn draw(&self, text: &mut Styled) {
        let mut dots = Dots::new(self.columns, self.rows, self.look);
        for series in &self.plot.series {
            self.series(&mut dots, series);
        }
        text.push(Line::new().with(Style::Dim, &format!("  {}", self.plot.y.title())));
        let ticks = self.y.ticks(self.rows / 3);
        let names = self.names(&dots);
        for (row, beside) in names.iter().enumerate() {
            let mut canvas = Canvas::new(self.look.width.min(WIDEST));
            let tick = ticks
                .iter()
                .find(|(value, _)| dots.row_of(self.y.at(*value)) == row);
            if let Some((_, words)) = tick {
                let words = self.look.right(words, self.gutter - 2);
                canvas.put(0, Style::Dim, &words, self.look);
            }
            let axis = if tick.is_some() { "┤" } else { "│" };
            canvas.put(self.gutter - 1, Style::Dim, axis, self.look);
            dots.draw(row, &mut canvas, self.gutter, self.look);
            if let Some((style, name)) = beside {
                canvas.put(self.gutter + self.columns + 1, *style, name, self.look);
            }
            text.push(canvas.line());
        }
        self.below(text);
    }

    fn series(&self, dots: &mut Dots, series: &Series) {
        let (style, level, upright, point) = paint(series.role);
        let place = |x: f64, y: f64| (self.x.at(x), self.y.at(y));
        match series.shape {
            Shape::Points => {
                for mark in &series.marks {
                    let (x, y) = place(mark.x, mark.y);
                    dots.set(x, y, style, point);
                }
            }
            Shape::Bars => {
                for mark in &series.marks {
                    let (from, to) = (place(mark.x, mark.y), place(mark.x, mark.top));
                    dots.line(from, to, style, (upright, upright));
                    if let Some(sign) = sign(series.role, self.look) {
                        dots.mark(to.0, to.1, style, sign);
                    }
                }
            }
            Shape::Steps => {
                let mut last: Option<Mark> = None;
                for mark in &series.marks {
                    let to = place(mark.x, mark.y);
                    if let Some(last) = last {
                        let from = place(last.x, last.y);
                        dots.line(from, (to.0, from.1), style, (level, level));
                        dots.line((to.0, from.1), to, style, (level, upright));
                    }
                    dots.set(to.0, to.1, style, level);
                    last = Some(*mark);
                }
                if let (Some(last), Some((_, end))) = (last, self.plot.x_range()) {
                    let from = place(last.x, last.y);
                    dots.line(from, (self.x.at(end), from.1), style, (level, level));
                }
            }
        }
    }

    /// The names of the series, each in the row where its line ends or as near as there is room.
    fn names(&self, dots: &Dots) -> Vec<Option<(Style, String)>> {
        let mut names: Vec<Option<(Style, String)>> = vec![None; self.rows];
        if !self.names {
            return names;
        }
        for series in self.plot.series.iter().rev() {
            let Some(last) = series.marks.last() else {
                continue;
            };
            let wanted = dots.row_of(self.y.at(last.top));
            let free = (0..self.rows)
                .filter(|row| names[*row].is_none())
                .min_by_key(|row| row.abs_diff(wanted));
            if let Some(row) = free {
                names[row] = Some((paint(series.role).0, series.name.clone()));
            }
        }
        names
    }

    /// The horizontal axis with its numbers.
    fn below(&self, text: &mut Styled) {
        let mut axis = Canvas::new(self.look.width.min(WIDEST));
        let mut numbers = axis.clone();
        axis.put(self.gutter - 1, Style::Dim, "└", self.look);
        axis.put(
            self.gutter,
            Style::Dim,
            &"─".repeat(self.columns),
            self.look,
        );
        let mut free = 0;
        for (value, words) in self.x.ticks(self.columns / 12) {
            let column = (self.x.at(value) * (self.columns - 1) as f64).round() as usize;
            axis.put(self.gutter + column, Style::Dim, "┬", self.look);
            let start = (self.gutter + column).saturating_sub(words.len() / 2);
            if start >= free && start + words.len() <= self.gutter + self.columns {
                numbers.put(start, Style::Dim, &words, self.look);
                free = start + words.len() + 2;
            }
        }
        let unit = self.plot.x.title();
        let beside = self.gutter + self.columns + 1;
        text.push(axis.line());
        if beside + self.look.measure(&unit) <= self.look.width {
            numbers.put(beside, Style::Dim, &unit, self.look);
            text.push(numbers.line());
        } else {
            text.push(numbers.line());
            let indent = (self.gutter + self.columns).saturating_sub(unit.len());
            text.push(Line::new().with(Style::Dim, &format!("{}{unit}", " ".repeat(indent))));
        }
    }
}

/// What each colour, or sign, is.
fn legend(text: &mut Styled, plot: &Plot, look: &Look) {
    let mut line = Line::wrapping(2);
    for series in &plot.series {
        let (style, level, upright, point) = paint(series.role);
        let ascii = match series.shape {
            Shape::Steps => level,
            Shape::Bars => upright,
            Shape::Points => point,
        };
        let drawn = match (sign(series.role, look), series.shape) {
            (Some(sign), _) => sign,
            (None, _) if look.ascii => ascii,
            (None, Shape::Steps) => '─',
            (None, Shape::Bars) => '│',
            (None, Shape::Points) => '·',
        };
        line.push(Style::Plain, "  ");
        line.push(style, drawn.encode_utf8(&mut [0; 4]));
        line.push(style, &format!(" {}", series.name));
    }
    text.push(line);
}

#[cfg(test)]
#[path = "plot_tests.rs"]
mod tests;
