//! The box-drawing characters of a text as strokes of a drawing: they join, whatever font there is and however far lines are apart.
//! Not the other characters.

/// A place of a drawing.
type Place = (f64, f64);

/// Half of the distance between the two strokes of a double line.
const HALF: f64 = 1.5;

/// The text in pieces: one box-drawing character or several of the same, or characters that are none.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if sides(first).is_some() {
            rest.find(|next| next != first)
        } else {
            rest.find(|next| sides(next).is_some())
        };
        let (run, left) = rest.split_at(end.unwrap_or(rest.len()));
        rest = left;
        Some(run)
    })
}

/// The strokes of a run of box-drawing characters in cells of this size, the first at `at`; `None` when it is of others.
pub(super) fn strokes(run: &str, at: Place, size: (f64, f64)) -> Option<Vec<(Place, Place)>> {
    let (sides, double) = sides(run.chars().next()?)?;
    let count = run.chars().count() as f64;
    let (middle, end) = (at.0 + size.0 / 2.0, at.0 + count * size.0);
    let (center, bottom) = (at.1 + size.1 / 2.0, at.1 + size.1);
    let [up, right, down, left] = ['u', 'r', 'd', 'l'].map(|side| sides.contains(side));
    let mut strokes = Vec::new();
    let offsets: &[f64] = if double { &[-HALF, HALF] } else { &[0.0] };
    for offset in offsets {
        // In the corners at the upper right and the lower left the upper stroke is on the other side.
        let turned = up && right || down && left;
        let column = middle + if turned { -offset } else { *offset };
        let row = center + offset;
        let ends = |one: bool, other: bool, from: f64, middle: f64, to: f64| {
            let reach = (
                if one { from } else { middle },
                if other { to } else { middle },
            );
            (one || other).then_some(reach)
        };
        if let Some((from, to)) = ends(left, right, at.0, column, end) {
            strokes.push(((from, row), (to, row)));
        }
        if let Some((from, to)) = ends(up, down, at.1, row, bottom) {
            strokes.push(((column, from), (column, to)));
        }
    }
    Some(strokes)
}

/// The sides of its cell that a character joins (up, right, down, left), and whether its strokes are double.
fn sides(character: char) -> Option<(&'static str, bool)> {
    Some(match character {
        '─' => ("lr", false),
        '│' => ("ud", false),
        '┌' => ("rd", false),
        '┐' => ("ld", false),
        '└' => ("ur", false),
        '┘' => ("ul", false),
        '├' => ("udr", false),
        '┤' => ("udl", false),
        '┬' => ("lrd", false),
        '┴' => ("lru", false),
        '┼' => ("lrud", false),
        '═' => ("lr", true),
        '║' => ("ud", true),
        '╔' => ("rd", true),
        '╗' => ("ld", true),
        '╚' => ("ur", true),
        '╝' => ("ul", true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: (f64, f64) = (8.0, 18.0);

    #[test]
    fn boxes_are_strokes_and_what_is_in_them_is_text() {
        for (text, expected) in [
            ("no box", &[("no box", 0)][..]),
            ("────", &[("────", 1)]),
            ("┌──┐", &[("┌", 2), ("──", 1), ("┐", 2)]),
            (
                "│ LISTEN │  listen()",
                &[("│", 1), (" LISTEN ", 0), ("│", 1), ("  listen()", 0)],
            ),
            ("╔══╗", &[("╔", 4), ("══", 2), ("╗", 4)]),
            ("a├b", &[("a", 0), ("├", 2), ("b", 0)]),
            ("", &[]),
        ] {
            let found: Vec<(&str, usize)> = runs(text)
                .map(|run| {
                    (
                        run,
                        strokes(run, (0.0, 0.0), CELL).map_or(0, |all| all.len()),
                    )
                })
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn the_strokes_of_neighbours_meet() {
        let meet = |one: &str, two: &str, at: Place| {
            let of = |run: &str, at: Place| strokes(run, at, CELL).expect("it is a box");
            let mut ends: Vec<Place> = Vec::new();
            for (from, to) in of(one, (0.0, 0.0)) {
                ends.extend([from, to]);
            }
            let others = of(two, at);
            let met = others
                .iter()
                .filter(|(from, to)| ends.contains(from) || ends.contains(to));
            assert_eq!(
                met.count(),
                if "═║".contains(two) { 2 } else { 1 },
                "{one} {two}"
            );
        };
        for corner in ["┌", "└", "├", "┬", "┴", "┼"] {
            meet(corner, "─", (CELL.0, 0.0));
        }
        for corner in ["┌", "┐", "├", "┤", "┬", "┼"] {
            meet(corner, "│", (0.0, CELL.1));
        }
        meet("╔", "═", (CELL.0, 0.0));
        meet("╚", "═", (CELL.0, 0.0));
        meet("╔", "║", (0.0, CELL.1));
        meet("╗", "║", (0.0, CELL.1));
    }
}
