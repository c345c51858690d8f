//! The state diagram drawn in text, with where a socket is and how it came there. Not the diagram itself (`state_diagram`).

use super::canvas::Canvas;
use super::state_diagram::{CHANGES, PLACES, Place};
use super::styled::{Line, Look, Style, Styled};
use crate::event::path::Step;

/// Narrower than this the diagram becomes a list.
const DRAWING: usize = 76;
/// The rows of the drawing.
const ROWS: usize = 39;

/// Draws the diagram.
pub fn draw(path: &Path<'_>, look: &Look) -> Styled {
    let mut text = if look.width < DRAWING {
        list(path)
    } else {
        drawing(path, look)
    };
    text.gap();
    text.append(path.legend());
    text
}

/// Where a socket is and has been.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<'a> {
    /// The state now, as the kernel said; empty for no socket.
    pub current: &'a str,
    /// The states so far, oldest first.
    pub steps: &'a [Step],
}

impl Path<'_> {
    /// The states in one line, with those that only the packets tell of marked.
    pub fn line(&self, name: &str) -> Line {
        let mut line = Line::wrapping(2).with(Style::Heading, name);
        line.push(Style::Plain, ": ");
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                line.push(Style::Dim, " → ");
            }
            if step.by_kernel {
                line.push(Style::State, step.state);
            } else {
                line.push(Style::Note, &format!("○ {}", step.state));
            }
        }
        line
    }

    /// What the marks mean, and below it the step that has no arrow.
    fn legend(&self) -> Styled {
        let mut marks = Line::wrapping(2);
        if self.current.is_empty() {
            marks.push(
                Style::Dim,
                "`states c` marks where a socket is and has been.",
            );
        } else {
            marks.push(Style::State, "▶ ");
            marks.push(Style::Plain, "now   ");
            marks.push(Style::Result, "● ");
            marks.push(Style::Plain, "said by the kernel");
            if self.steps.iter().any(|step| !step.by_kernel) {
                marks.push(Style::Note, "   ○ ");
                marks.push(
                    Style::Plain,
                    "seen by the packets: it passed before the kernel was asked",
                );
            }
        }
        let reset = "An RST, or too many retransmissions, leads from any state to CLOSED.";
        Styled {
            lines: vec![marks, Line::wrapping(2).with(Style::Dim, reset)],
        }
    }

    /// The step that was in a state; the kernel's word before the packets'.
    fn step(&self, state: &str) -> Option<&Step> {
        let of = |kernel: bool| {
            self.steps
                .iter()
                .find(|step| step.state == state && step.by_kernel == kernel)
        };
        of(true).or_else(|| of(false))
    }

    /// True when the socket went this way.
    fn went(&self, from: &str, to: &str) -> bool {
        let last = self.steps.last().map(|step| step.state);
        let steps = self
            .steps
            .windows(2)
            .any(|pair| pair[0].state == from && pair[1].state == to);
        steps || (last == Some(from) && last != Some(self.current) && self.current == to)
    }

    /// The style of an arrow of the diagram.
    fn way_style(&self, from: &str, to: &str) -> Style {
        if self.went(from, to) {
            Style::Result
        } else {
            Style::Dim
        }
    }

    /// True when CLOSED is the end of the story, not its beginning.
    fn over(&self) -> bool {
        self.current == "CLOSED" && self.steps.iter().any(|step| step.state != "CLOSED")
    }

    /// The mark before a state's name, and its style.
    fn mark(&self, state: &str, begins: bool) -> (&'static str, Style) {
        let here = if state == "CLOSED" {
            begins != self.over()
        } else {
            true
        };
        match self.step(state) {
            _ if state == self.current && here => ("▶ ", Style::State),
            Some(step) if state != "CLOSED" || begins => {
                if step.by_kernel {
                    ("● ", Style::Result)
                } else {
                    ("○ ", Style::Note)
                }
            }
            _ => ("", Style::Dim),
        }
    }
}

fn drawing(path: &Path<'_>, look: &Look) -> Styled {
    let mut rows = vec![Canvas::new(DRAWING); ROWS];
    for change in &CHANGES {
        let style = path.way_style(change.from, change.to);
        for (row, column, stroke) in change.strokes {
            rows[*row].put(*column, style, stroke, look);
        }
        let (row, column, words) = change.words;
        for (below, word) in words.iter().enumerate() {
            let style = if style == Style::Dim {
                Style::Plain
            } else {
                style
            };
            rows[row + below].put(column, style, word, look);
        }
    }
    for (index, place) in PLACES.iter().enumerate() {
        state_box(&mut rows, place, path.mark(place.state, index == 0), look);
    }
    Styled {
        lines: rows.iter().map(Canvas::line).collect(),
    }
}

/// The box of the current state has a double border.
fn state_box(rows: &mut [Canvas], place: &Place, (mark, style): (&str, Style), look: &Look) {
    let corners = if mark.starts_with('▶') {
        ["╔", "═", "╗", "║", "╚", "╝"]
    } else {
        ["┌", "─", "┐", "│", "└", "┘"]
    };
    let [top_left, bar, top_right, side, bottom_left, bottom_right] = corners;
    let inner = place.width - 2;
    let bars = bar.repeat(inner);
    let name = format!("{mark}{}", place.state);
    let before = inner.saturating_sub(look.measure(&name)) / 2;
    let after = inner.saturating_sub(look.measure(&name) + before);
    let middle = format!(
        "{side}{}{name}{}{side}",
        " ".repeat(before),
        " ".repeat(after)
    );
    let lines = [
        format!("{top_left}{bars}{top_right}"),
        middle,
        format!("{bottom_left}{bars}{bottom_right}"),
    ];
    for (below, line) in lines.iter().enumerate() {
        rows[place.row + below].put(place.column, style, line, look);
    }
}

/// Each state with the ways out of it.
fn list(path: &Path<'_>) -> Styled {
    let mut text = Styled::new();
    for (index, place) in PLACES[..PLACES.len() - 1].iter().enumerate() {
        let begins = index == 0 && !path.over();
        let (mark, style) = path.mark(place.state, begins || place.state != "CLOSED");
        let (mark, style) = if index == 0 && path.over() {
            ("▶ ", Style::State)
        } else {
            (mark, style)
        };
        let mark = if mark.is_empty() { "  " } else { mark };
        let style = if style == Style::Dim {
            Style::Bold
        } else {
            style
        };
        text.push(Line::new().with(style, mark).with(style, place.state));
        for change in CHANGES.iter().filter(|change| change.from == place.state) {
            let style = path.way_style(change.from, change.to);
            text.push(
                Line::wrapping(6)
                    .with(style, &format!("    → {}  ", change.to))
                    .with(Style::Plain, change.why),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::path::merge;
    use crate::render::sample::{look, screens};

    #[test]
    fn the_diagram_without_a_socket_and_with_one_in_the_middle_of_its_close() {
        insta::assert_snapshot!(screens(|look| draw(&Path::default(), look)));
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
        let line = path.line("c");
        assert_eq!(
            line.text(),
            "c: CLOSED → ○ SYN-SENT → ESTABLISHED → ○ FIN-WAIT-1 → FIN-WAIT-2"
        );
        insta::assert_snapshot!(screens(|look| draw(&path, look)));
    }

    #[test]
    fn every_state_can_be_marked_once_in_both_forms() {
        for place in &PLACES {
            for width in [40, 80] {
                let look = look(width, false);
                let steps = merge(&["CLOSED", "LISTEN", place.state], &[]);
                let path = Path {
                    current: place.state,
                    steps: &steps,
                };
                let text = draw(&path, &look).to_text(&look);
                let marks = text.matches('▶').count();
                // The arrowheads to the right and the legend.
                let others = if width == 40 { 1 } else { 2 };
                assert_eq!(marks, 1 + others, "{}\n{text}", place.state);
            }
        }
    }
}
