//! Rows and columns laid out by comfy-table: what must not be cut keeps its width, the rest wraps. Not what is in them.

use super::styled::{Line, Look, Style, Styled};
use comfy_table::{
    Cell as TableCell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width,
};

/// Blanks between two columns.
const GAP: usize = 2;
/// Prose narrower than this is not readable.
const NARROWEST: usize = 16;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// True for numbers: aligned on the right.
    pub right: bool,
    /// True when its words may go on in the next row.
    pub wraps: bool,
}

impl Column {
    /// Text that is kept whole as long as the width allows.
    pub const fn text(title: &'static str) -> Self {
        Self {
            title,
            right: false,
            wraps: false,
        }
    }

    /// Numbers.
    pub const fn number(title: &'static str) -> Self {
        Self {
            title,
            right: true,
            wraps: false,
        }
    }

    /// Prose.
    pub const fn prose(title: &'static str) -> Self {
        Self {
            title,
            right: false,
            wraps: true,
        }
    }
}

/// One cell: a text with its style.
pub type Cell = (Style, String);

/// Lays out a table, at most as wide as the look, with a title row.
pub fn draw(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> Styled {
    let whole = widths(columns, rows, look);
    let fixed: usize = (0..columns.len())
        .filter(|index| !columns[*index].wraps)
        .map(|index| whole[index] + GAP)
        .sum();
    let prose = columns.iter().filter(|column| column.wraps).count();
    if prose > 0 && fixed + NARROWEST * prose > look.width {
        return stacked(columns, rows);
    }
    let mut table = Table::new();
    table
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator(if look.ascii { "..." } else { "…" })
        .set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    table.load_style(comfy_table::presets::NOTHING);
    let heading = |column: &Column| encode(&(Style::Heading, column.title.to_owned()), look);
    table.set_header(Row::from(columns.iter().map(heading).collect::<Vec<_>>()));
    for cells in rows {
        let mut row = Row::new();
        for cell in cells {
            row.add_cell(encode(cell, look));
        }
        table.add_row(row);
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(laid) = table.column_mut(index) {
            let last = index + 1 == columns.len();
            laid.set_padding((0, if last { 0 } else { GAP as u16 }));
            if column.right {
                laid.set_cell_alignment(CellAlignment::Right);
            }
            if !column.wraps && fixed <= look.width {
                let padded = whole[index] + laid.padding_width() as usize;
                let width = u16::try_from(padded).unwrap_or(u16::MAX);
                laid.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
    }
    Styled {
        lines: table.lines().map(|row| decode(&row, look)).collect(),
    }
}

/// The columns each column would take if nothing wrapped.
fn widths(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> Vec<usize> {
    let cells = |index| {
        rows.iter()
            .filter_map(move |row: &Vec<Cell>| row.get(index))
    };
    columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let widest = cells(index)
                .map(|cell| look.measure(&cell.1))
                .max()
                .unwrap_or(0);
            widest.max(look.measure(column.title))
        })
        .collect()
}

/// Where the prose would be a column of single words, each row becomes a few lines: what is short, then the prose below it.
fn stacked(columns: &[Column], rows: &[Vec<Cell>]) -> Styled {
    let mut text = Styled::new();
    for row in rows {
        let mut line = Line::wrapping(4);
        for (column, (style, cell)) in columns.iter().zip(row) {
            if column.wraps || cell.is_empty() {
                continue;
            }
            if !line.is_empty() {
                line.push(Style::Plain, "  ");
            }
            line.push(*style, cell);
        }
        text.push(line);
        for (column, (style, cell)) in columns.iter().zip(row) {
            if column.wraps && !cell.is_empty() {
                text.say(*style, 4, cell);
            }
        }
    }
    text
}

/// The mark that begins a style inside a cell. Comfy-table keeps such marks right where it wraps, which is what they are for:
/// no terminal sees them, [`decode`] takes them out again.
fn encode(cell: &Cell, look: &Look) -> TableCell {
    let mut line = Line::new();
    line.push(cell.0, &cell.1);
    let place = Style::ALL.iter().position(|style| *style == cell.0);
    let folded = look.fold(&line.text()).into_owned();
    match place {
        Some(place) if place > 0 => {
            TableCell::new(format!("\u{1b}[38;5;{place}m{folded}\u{1b}[39m"))
        }
        _ => TableCell::new(folded),
    }
}

/// A laid out row as a line: marks become styles again.
fn decode(row: &str, look: &Look) -> Line {
    let mut line = Line::new();
    let mut style = Style::Plain;
    for (index, part) in row.split('\u{1b}').enumerate() {
        let text = match part.strip_prefix('[').and_then(|mark| mark.split_once('m')) {
            Some((mark, text)) if index > 0 => {
                let place = mark
                    .strip_prefix("38;5;")
                    .and_then(|place| place.parse::<usize>().ok());
                style = place
                    .and_then(|place| Style::ALL.get(place))
                    .copied()
                    .unwrap_or_default();
                text
            }
            _ => part,
        };
        line.push(style, text);
    }
    line.cut_to(look.width, look);
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::look;

    #[test]
    fn a_table_keeps_its_columns_straight_and_its_styles_where_prose_wraps() {
        let columns = [
            Column::text("name"),
            Column::number("size"),
            Column::prose("what it is"),
        ];
        let row = |name: &str, size: &str, prose: &str| {
            vec![
                (Style::Call, name.to_owned()),
                (Style::Plain, size.to_owned()),
                (Style::Note, prose.to_owned()),
            ]
        };
        let rows = [
            row("你好", "7", "two wide characters"),
            row("x", "12345", "narrow \u{1b}[31m text too"),
        ];
        let look = look(30, false);
        let text = draw(&columns, &rows, &look);
        let shown = text.to_text(&look);
        let expected = "name   size  what it is\n\
            你好      7  two wide\n             characters\n\
            x     12345  narrow \\x1b[31m\n             text too\n";
        assert_eq!(shown, expected);
        let styles: Vec<Style> = text
            .lines
            .iter()
            .flat_map(Line::pieces)
            .filter(|piece| piece.text().contains("characters"))
            .map(crate::render::styled::Piece::style)
            .collect();
        assert_eq!(styles, [Style::Note]);
    }
}
