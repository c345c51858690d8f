//! What is said of a packet beside its arrow in a ladder, drawn or in text. Not what stands on the arrow (`rung`).

use super::packet_line::remarks;
use super::styled::{Line, Style};
use super::words;
use crate::event::packet::PacketEvent;

/// Why a packet was sent, if that was not said of the one before from the same side.
pub(super) fn told(packet: &PacketEvent, before: &mut String) -> String {
    let words = packet.cause.as_ref().map_or_else(String::new, |cause| {
        words::cause(cause, &[], &cause.process)
    });
    if *before == words {
        return String::new();
    }
    before.clone_from(&words);
    words
}

/// What stands beside an arrow of a ladder: remarks, then the cause.
pub(super) fn beside(packet: &PacketEvent, cause: &str) -> Line {
    let mut line = Line::wrapping(0);
    // The data and the labels stand on the arrow already.
    let labels = words::labels(&packet.track);
    let told = remarks(packet)
        .into_iter()
        .filter(|(style, words)| *style != Style::Data && !labels.contains(words));
    for (style, words) in told {
        line.push(style, &words);
        line.push(Style::Plain, "  ");
    }
    line.push(Style::Dim, cause);
    line
}
