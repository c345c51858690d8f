//! The state diagram of RFC 9293, section 3.3.2, drawn in text, with where a socket is and how it came there.

use super::canvas::Canvas;
use super::styled::{Line, Look, Style, Styled};
use crate::event::path::Step;

/// Narrower than this the diagram becomes a list.
const DRAWING: usize = 76;
/// The rows of the drawing.
const ROWS: usize = 39;

/// Where a state's box stands: row and column of its upper left corner, and its width. A box is three rows high.
pub(super) struct Place {
    pub(super) state: &'static str,
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) width: usize,
}

const fn place(state: &'static str, row: usize, column: usize, width: usize) -> Place {
    Place {
        state,
        row,
        column,
        width,
    }
}

/// CLOSED stands twice: at the beginning and at the end.
pub(super) const PLACES: [Place; 12] = [
    place("CLOSED", 0, 24, 36),
    place("LISTEN", 5, 24, 16),
    place("SYN-SENT", 5, 44, 16),
    place("SYN-RECEIVED", 11, 24, 16),
    place("ESTABLISHED", 17, 24, 36),
    place("FIN-WAIT-1", 22, 24, 16),
    place("CLOSE-WAIT", 22, 52, 16),
    place("FIN-WAIT-2", 28, 20, 14),
    place("CLOSING", 28, 36, 13),
    place("LAST-ACK", 28, 52, 16),
    place("TIME-WAIT", 33, 20, 29),
    place("CLOSED", 36, 20, 48),
];

/// A change of state: why it happens, and the strokes of its arrow as (row, column, text).
pub(super) struct Change {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    why: &'static str,
    pub(super) strokes: &'static [(usize, usize, &'static str)],
    /// Where the words stand, a line below each other.
    pub(super) words: (usize, usize, &'static [&'static str]),
}

pub(super) const CHANGES: [Change; 16] = [
    Change {
        from: "CLOSED",
        to: "LISTEN",
        why: "listen()",
        strokes: &[(3, 31, "│"), (4, 31, "▼")],
        words: (3, 21, &["listen()"]),
    },
    Change {
        from: "CLOSED",
        to: "SYN-SENT",
        why: "connect(): send SYN",
        strokes: &[(3, 51, "│"), (4, 51, "▼")],
        words: (3, 54, &["connect():", "send SYN"]),
    },
    Change {
        from: "LISTEN",
        to: "SYN-RECEIVED",
        why: "receive SYN: send SYN, ACK",
        strokes: &[(8, 31, "│"), (9, 31, "│"), (10, 31, "▼")],
        words: (8, 9, &["receive SYN:", "send SYN, ACK", "(a new socket)"]),
    },
    Change {
        from: "SYN-SENT",
        to: "SYN-RECEIVED",
        why: "receive SYN: send SYN, ACK (simultaneous open)",
        strokes: &[
            (8, 47, "│"),
            (9, 47, "│"),
            (10, 47, "│"),
            (11, 47, "│"),
            (12, 40, "◀──────┘"),
        ],
        words: (8, 34, &["receive SYN:", "send SYN,ACK"]),
    },
    Change {
        from: "SYN-RECEIVED",
        to: "ESTABLISHED",
        why: "receive ACK",
        strokes: &[(14, 31, "│"), (15, 31, "│"), (16, 31, "▼")],
        words: (15, 12, &["receive ACK"]),
    },
    Change {
        from: "SYN-SENT",
        to: "ESTABLISHED",
        why: "receive SYN, ACK: send ACK",
        strokes: &[
            (8, 55, "│"),
            (9, 55, "│"),
            (10, 55, "│"),
            (11, 55, "│"),
            (12, 55, "│"),
            (13, 55, "│"),
            (14, 55, "│"),
            (15, 55, "│"),
            (16, 55, "▼"),
        ],
        words: (11, 57, &["receive SYN, ACK:", "send ACK"]),
    },
    Change {
        from: "ESTABLISHED",
        to: "FIN-WAIT-1",
        why: "close() or shutdown(): send FIN",
        strokes: &[(20, 31, "│"), (21, 31, "▼")],
        words: (20, 9, &["close(), shutdown():", "send FIN"]),
    },
    Change {
        from: "ESTABLISHED",
        to: "CLOSE-WAIT",
        why: "receive FIN: send ACK",
        strokes: &[(20, 57, "│"), (21, 57, "▼")],
        words: (20, 60, &["receive FIN:", "send ACK"]),
    },
    Change {
        from: "FIN-WAIT-1",
        to: "FIN-WAIT-2",
        why: "receive ACK of FIN",
        strokes: &[(25, 27, "│"), (26, 27, "│"), (27, 27, "▼")],
        words: (26, 14, &["receive ACK"]),
    },
    Change {
        from: "FIN-WAIT-1",
        to: "CLOSING",
        why: "receive FIN: send ACK (simultaneous close)",
        strokes: &[(25, 38, "│"), (26, 38, "│"), (27, 38, "▼")],
        words: (25, 40, &["receive FIN:", "send ACK"]),
    },
    Change {
        from: "FIN-WAIT-1",
        to: "TIME-WAIT",
        why: "receive FIN, ACK: send ACK (close in three segments)",
        strokes: &[
            (23, 8, "┌───────────────"),
            (24, 8, "│"),
            (25, 8, "│"),
            (26, 8, "│"),
            (27, 8, "│"),
            (28, 8, "│"),
            (29, 8, "│"),
            (30, 8, "│"),
            (31, 8, "│"),
            (32, 8, "│"),
            (33, 8, "│"),
            (34, 8, "└──────────▶"),
        ],
        words: (28, 1, &["FIN,ACK", "send ACK"]),
    },
    Change {
        from: "FIN-WAIT-2",
        to: "TIME-WAIT",
        why: "receive FIN: send ACK",
        strokes: &[(31, 27, "│"), (32, 27, "▼")],
        words: (31, 12, &["receive FIN:", "send ACK"]),
    },
    Change {
        from: "CLOSING",
        to: "TIME-WAIT",
        why: "receive ACK of FIN",
        strokes: &[(31, 42, "│"), (32, 42, "▼")],
        words: (31, 30, &["receive ACK"]),
    },
    Change {
        from: "CLOSE-WAIT",
        to: "LAST-ACK",
        why: "close() or shutdown(): send FIN",
        strokes: &[(25, 59, "│"), (26, 59, "│"), (27, 59, "▼")],
        words: (26, 61, &["close(): FIN"]),
    },
    Change {
        from: "LAST-ACK",
        to: "CLOSED",
        why: "receive ACK of FIN",
        strokes: &[
            (31, 59, "│"),
            (32, 59, "│"),
            (33, 59, "│"),
            (34, 59, "│"),
            (35, 59, "▼"),
        ],
        words: (33, 61, &["receive ACK"]),
    },
    Change {
        from: "TIME-WAIT",
        to: "CLOSED",
        why: "after 2 MSL (Linux: 60 s)",
        strokes: &[],
        words: (0, 0, &[]),
    },
];

/// Draws the diagram.
pub fn draw(path: &Path<'_>, look: &Look) -> Styled {
    let mut text = if look.width < DRAWING {
        list(path)
    } else {
        drawing(path, look)
    };
    text.gap();
    text.push(path.legend());
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

    /// What the marks mean.
    pub(super) fn legend(&self) -> Line {
        let mut legend = Line::wrapping(2);
        if self.current.is_empty() {
            legend.push(
                Style::Dim,
                "`states c` marks where a socket is and has been. ",
            );
        } else {
            legend.push(Style::State, "▶ ");
            legend.push(Style::Plain, "now   ");
            legend.push(Style::Result, "● ");
            legend.push(Style::Plain, "said by the kernel   ");
            if self.steps.iter().any(|step| !step.by_kernel) {
                legend.push(Style::Note, "○ ");
                legend.push(
                    Style::Plain,
                    "seen by the packets: it passed before the kernel was asked   ",
                );
            }
        }
        legend.push(
            Style::Dim,
            "An RST, or too many retransmissions, leads from any state to CLOSED.",
        );
        legend
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
    pub(super) fn way_style(&self, from: &str, to: &str) -> Style {
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
    pub(super) fn mark(&self, state: &str, begins: bool) -> (&'static str, Style) {
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
