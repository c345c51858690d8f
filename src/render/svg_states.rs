//! The state diagram as a drawing: the same places and ways as in the terminal (`states`), with strokes for the characters.

use super::state_diagram::{CHANGES, PLACES};
use super::states::Path;
use super::styled::{Line, Look, Style};
use super::svg::{Anchor, CHARACTER, LINE, Svg};

const LEFT: f64 = 12.0;
const TOP: f64 = 44.0;

/// Draws it, with where a socket is and has been.
pub fn draw(title: &Line, path: &Path<'_>) -> Svg {
    let mut svg = Svg::new();
    svg.line_of_text((LEFT, 24.0), title);
    for change in &CHANGES {
        let style = path.way_style(change.from, change.to);
        for (row, column, stroke) in change.strokes {
            for (index, character) in stroke.chars().enumerate() {
                cell(&mut svg, (*row, column + index), character, style);
            }
        }
        let (row, column, words) = change.words;
        for (below, word) in words.iter().enumerate() {
            let style = if style == Style::Dim {
                Style::Plain
            } else {
                style
            };
            let (x, y) = corner((row + below, column));
            // In text these words stand on the arrow; here there is room beside it.
            let x = if column == 1 { x - 8.0 } else { x };
            svg.text((x, y + 13.0), style, Anchor::Start, word);
        }
    }
    for (index, place) in PLACES.iter().enumerate() {
        let (mark, style) = path.mark(place.state, index == 0);
        let (x, y) = corner((place.row, place.column));
        let size = (place.width as f64 * CHARACTER, 3.0 * LINE - 14.0);
        svg.blank((x, y + 7.0), size);
        svg.rectangle((x, y + 7.0), size, style, style != Style::Dim);
        if mark.starts_with('▶') {
            svg.rectangle(
                (x - 3.0, y + 4.0),
                (size.0 + 6.0, size.1 + 6.0),
                style,
                false,
            );
        }
        let middle = (x + size.0 / 2.0, y + 1.5 * LINE + 4.0);
        let name = format!("{mark}{}", place.state);
        svg.text(middle, style, Anchor::Middle, &name);
    }
    let below = corner((40, 0)).1;
    let look = Look {
        width: 90,
        ascii: false,
        color: false,
    };
    let legend = path.legend();
    svg.styled((LEFT, below), &legend, &look);
    svg
}

fn corner((row, column): (usize, usize)) -> (f64, f64) {
    (LEFT + column as f64 * CHARACTER, TOP + row as f64 * LINE)
}

/// One character of an arrow as strokes from the middle of its cell to the sides it touches.
fn cell(svg: &mut Svg, place: (usize, usize), character: char, style: Style) {
    let (x, y) = corner(place);
    let (width, height) = (CHARACTER, LINE);
    let middle = (x + width / 2.0, y + height / 2.0);
    let (left, right) = ((x, middle.1), (x + width, middle.1));
    let (above, below) = ((middle.0, y), (middle.0, y + height));
    let mut to = |sides: &[(f64, f64)]| {
        for side in sides {
            svg.line(middle, *side, style, false);
        }
    };
    match character {
        '│' => to(&[above, below]),
        '─' => to(&[left, right]),
        '┌' => to(&[right, below]),
        '└' => to(&[above, right]),
        '┘' => to(&[above, left]),
        '▼' => svg.arrow(above, (middle.0, y + height + 6.0), style, false),
        '▶' => svg.arrow(left, (x + width + 2.0, middle.1), style, false),
        '◀' => svg.arrow(right, (x - 2.0, middle.1), style, false),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::path::merge;
    use crate::render::svg::assert_well_formed;

    #[test]
    fn every_state_has_its_box_and_the_present_one_two() {
        let steps = merge(
            &["CLOSED", "ESTABLISHED", "FIN-WAIT-2"],
            &[
                "CLOSED",
                "SYN-SENT",
                "ESTABLISHED",
                "FIN-WAIT-1",
                "FIN-WAIT-2",
            ],
        );
        let path = Path {
            current: "FIN-WAIT-2",
            steps: &steps,
        };
        let file = draw(&Line::new().with(Style::Heading, "c"), &path).file("states");
        assert_well_formed(&file);
        assert_eq!(file.matches("<rect").count(), 1 + 2 * PLACES.len() + 1);
        for change in &CHANGES {
            for (_, _, stroke) in change.strokes {
                assert!(
                    stroke.chars().all(|next| "│─┌└┘▼▶◀ ".contains(next)),
                    "{stroke}"
                );
            }
        }
    }
}
