//! An arrow between two lifelines, with what is sent written on it. Not the lifelines.

use super::styled::Look;
use crate::event::packet::PacketEvent;

/// The columns that an arrow needs besides its text.
pub const DRAWN: usize = 6;

/// How far a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the end on the right.
    Right,
    /// To the end on the left.
    Left,
    /// Lost on the way to the right.
    LostRight,
    /// Lost on the way to the left.
    LostLeft,
    /// In the air on the way to the right.
    HeldRight,
    /// In the air on the way to the left.
    HeldLeft,
}

impl Way {
    /// The way of a packet that goes `forward`.
    pub fn of_packet(forward: bool, packet: &PacketEvent) -> Self {
        match (forward, packet.is_held()) {
            (true, true) => Self::HeldRight,
            (false, true) => Self::HeldLeft,
            (_, false) => Self::of(forward, packet.lost().is_some()),
        }
    }

    /// The way of a packet that goes `forward`, `lost` or not.
    pub fn of(forward: bool, lost: bool) -> Self {
        match (forward, lost) {
            (true, false) => Self::Right,
            (false, false) => Self::Left,
            (true, true) => Self::LostRight,
            (false, true) => Self::LostLeft,
        }
    }
}

/// An arrow of exactly `width` columns with `text` on it, cut when it is too long. A lost one ends in ✗ before the lifeline,
/// one that the wire holds in ●.
pub fn draw(text: &str, width: usize, way: Way, look: &Look) -> String {
    let short = !matches!(way, Way::Right | Way::Left);
    let needed = look.measure(text) + DRAWN;
    // The gap after ✗ or ● shows that the packet did not arrive; it shrinks before the text does.
    let gap = if short {
        width.saturating_sub(needed).min(width / 4)
    } else {
        0
    };
    let shaft = width.saturating_sub(gap);
    let text = look.cut(text, shaft.saturating_sub(DRAWN));
    let rest = shaft.saturating_sub(look.measure(&text) + DRAWN - 1);
    let line = "─".repeat(rest);
    let gap = " ".repeat(gap);
    match way {
        Way::Right => format!("── {text} {line}▶"),
        Way::Left => format!("◀─ {text} {line}─"),
        Way::LostRight => format!("── {text} {line}✗{gap}"),
        Way::LostLeft => format!("{gap}✗─ {text} {line}─"),
        Way::HeldRight => format!("── {text} {line}●{gap}"),
        Way::HeldLeft => format!("{gap}●─ {text} {line}─"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_has_the_width_it_was_given() {
        let look = Look {
            width: 80,
            ascii: false,
            color: false,
        };
        for (way, drawn) in [
            (Way::Right, "── [SYN] ──────▶"),
            (Way::Left, "◀─ [SYN] ───────"),
            (Way::LostRight, "── [SYN] ──✗    "),
            (Way::LostLeft, "    ✗─ [SYN] ───"),
            (Way::HeldRight, "── [SYN] ──●    "),
            (Way::HeldLeft, "    ●─ [SYN] ───"),
        ] {
            assert_eq!(draw("[SYN]", 16, way, &look), drawn);
            assert_eq!(
                look.measure(&draw("[PSH, ACK] Seq=1 Ack=1", 16, way, &look)),
                16
            );
            assert_eq!(look.measure(&draw("你好你好你好", 16, way, &look)), 16);
        }
    }
}
