//! A line to rows that fit a width: folding to ASCII, wrapping at words, cutting. Not what the line says.

use super::styled::{Fit, Line, Look, Style, columns};

/// One character with its style; of no width when it combines with the one before.
pub type Cell = (char, Style);

/// The line's characters as the look shows them.
pub fn cells(line: &Line, look: &Look) -> Vec<Cell> {
    line.pieces()
        .iter()
        .flat_map(|piece| {
            look.fold(piece.text())
                .chars()
                .map(|character| (character, piece.style()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The columns that cells take.
pub fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| columns(cell.0)).sum()
}

/// How many of the cells fit into `room` columns.
pub fn fitting(cells: &[Cell], room: usize) -> usize {
    let mut used = 0;
    cells
        .iter()
        .take_while(|cell| {
            used += columns(cell.0);
            used <= room
        })
        .count()
}

/// Cells as a line again, equal styles joined.
pub fn pieces(cells: &[Cell]) -> Line {
    let mut line = Line::new();
    for run in cells.chunk_by(|left, right| left.1 == right.1) {
        let text: String = run.iter().map(|cell| cell.0).collect();
        line.push(run[0].1, &text);
    }
    line
}

/// The rows of a line, each at most as wide as the look, without blanks at the end. At least one.
pub fn rows(line: &Line, look: &Look) -> Vec<Line> {
    if line.width(look) <= look.width {
        return vec![row(line, look)];
    }
    let cells = cells(line, look);
    let Fit::Wrap(hang) = line.fit() else {
        let mut row = line.clone();
        row.cut_to(look.width, look);
        return vec![pieces(trimmed(&self::cells(&row, look)))];
    };
    let hang = hang.min(look.width / 2);
    let held = held_together(&cells, look.width.saturating_sub(hang));
    // A slice that gets shorter, so that a line of any length takes time in proportion.
    let mut rest = &cells[..];
    let mut rows = Vec::new();
    let mut indent = 0;
    loop {
        // A character wider than the whole row still takes a row: otherwise this would never end.
        let room = look.width.saturating_sub(indent);
        let fits = fitting(rest, room).max(usize::from(!rest.is_empty()));
        let margin = vec![(' ', Style::Plain); indent];
        let margin = margin.as_slice();
        if fits == rest.len() {
            rows.push(pieces(trimmed(&[margin, rest].concat())));
            return rows;
        }
        let held = &held[cells.len() - rest.len()..];
        let (row, tail) = rest.split_at(break_before(rest, held, fits));
        rows.push(pieces(trimmed(&[margin, row].concat())));
        let blanks = tail.iter().take_while(|cell| cell.0 == ' ').count();
        rest = &tail[blanks..];
        if rest.is_empty() {
            return rows;
        }
        indent = hang;
    }
}

/// A line that fits, as the look shows it, without blanks at the end.
fn row(line: &Line, look: &Look) -> Line {
    let mut row = Line::new();
    for piece in line.pieces() {
        row.push(piece.style(), &look.fold(piece.text()));
    }
    row.trim_end();
    row
}

/// Which blanks stand in a string between quotes that fits on a row of its own: bytes are not torn apart where they need not be, nor is a
/// number from its unit. Prose between quotes may be.
fn held_together(cells: &[Cell], room: usize) -> Vec<bool> {
    let mut held = vec![false; cells.len()];
    let mut opened: Option<usize> = None;
    for (place, &(character, style)) in cells.iter().enumerate() {
        let prose = matches!(
            style,
            Style::Plain | Style::Dim | Style::Bold | Style::Note | Style::Heading
        );
        held[place] = character == ' ' && is_before_unit(cells, place);
        if prose {
            opened = None;
            continue;
        }
        let escaped = place > 0 && cells[place - 1].0 == '\\';
        if character != '"' || escaped {
            continue;
        }
        match opened.take() {
            None => opened = Some(place),
            Some(start) if width(&cells[start..=place]) <= room => held[start..place].fill(true),
            Some(_) => {}
        }
    }
    held
}

/// True for the blank between a number and its unit of time.
fn is_before_unit(cells: &[Cell], place: usize) -> bool {
    let number = place > 0 && cells[place - 1].0.is_ascii_digit();
    let word: String = cells[place + 1..]
        .iter()
        .map(|cell| cell.0)
        .take_while(char::is_ascii_alphanumeric)
        .take(3)
        .collect();
    number && matches!(word.as_str(), "ms" | "s" | "us")
}

/// Where the row ends: after the last blank that fits, unless only indentation stands before it. A blank in a string is the last choice.
fn break_before(cells: &[Cell], held: &[bool], fits: usize) -> usize {
    let first = cells
        .iter()
        .position(|cell| cell.0 != ' ')
        .unwrap_or(cells.len());
    let blank = |place: usize| cells[place].0 == ' ';
    if fits < cells.len() && blank(fits) && !held[fits] {
        return fits;
    }
    let last = |free: bool| {
        (first + 1..fits)
            .rev()
            .find(|&place| blank(place) && !(free && held[place]))
            .map(|place| place + 1)
    };
    let inside = (fits < cells.len() && blank(fits)).then_some(fits);
    last(true)
        .or(inside)
        .or_else(|| last(false))
        .unwrap_or(fits)
}

fn trimmed(cells: &[Cell]) -> &[Cell] {
    let end = cells
        .iter()
        .rposition(|cell| cell.0 != ' ')
        .map_or(0, |last| last + 1);
    &cells[..end]
}
