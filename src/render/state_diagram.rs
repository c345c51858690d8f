//! The state diagram of RFC 9293, section 3.3.2, as data: where each state's box stands, the arrows between them, and what takes each.
//! Not the drawing (`states`).

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

/// A change of state.
pub(super) struct Change {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// What takes this step, in one line.
    pub(super) why: &'static str,
    /// The strokes of its arrow: row, column, text.
    pub(super) strokes: &'static [(usize, usize, &'static str)],
    /// Where the words stand, a line below each other.
    pub(super) words: (usize, usize, &'static [&'static str]),
}

/// The arrows of the diagram, and the one that has none.
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
