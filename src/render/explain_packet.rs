//! `explain #4`: one packet in words: its step and labels, why it was sent, and what each part of its line says. The texts stand in the
//! catalog.

use super::info;
use super::packet_line;
use super::styled::{Line, Look, Style, Styled};
use super::words;
use crate::catalog::glossary;
use crate::catalog::notes::{self, Note};
use crate::event::packet::{PacketEvent, Phase};
use crate::packet::headers::Transport;

/// Draws it. `here` is the prompt's process.
pub fn draw(packet: &PacketEvent, here: &str, look: &Look) -> Styled {
    let mut text = Styled::new();
    text.push(packet_line::headline(packet, look));
    let track = &packet.track;
    if let Some(phase) = track.phase {
        row(&mut text, &words::phase(phase), &noted(note(phase)));
    }
    for label in track.labels.iter() {
        row(
            &mut text,
            &words::label(label, track),
            &noted(notes::label(label.name())),
        );
    }
    terms(&mut text, packet);
    let cause = packet.cause.as_ref();
    let cause = cause.map_or_else(
        || "not known: no call and no timer that was seen sends such a packet here".to_owned(),
        |cause| words::cause(cause, &[], here),
    );
    row(&mut text, "why", &cause);
    if let Some((round_trip, number)) = track.acks {
        let after = words::since(round_trip);
        row(
            &mut text,
            "answers",
            &format!("#{number}, {after} after it"),
        );
    }
    for ruling in &packet.rulings {
        row(&mut text, "the wire", &words::ruling(*ruling));
    }
    if let Some((sender, receiver)) = track.states {
        let states = format!("the sender is {sender}, the receiver {receiver}");
        row(&mut text, "after it", &states);
    }
    text.gap();
    text.say(
        Style::Note,
        2,
        &format!(
            "`packet {0}` shows every field and byte, `packet {0} tcp` one layer, `explain WORD` any word of these",
            packet.number
        ),
    );
    text
}

/// The words of the packet's line that the glossary knows.
fn terms(text: &mut Styled, packet: &PacketEvent) {
    let protocol = info::protocol(packet);
    if let Some(known) = glossary::explain(protocol) {
        row(text, protocol, known.summary);
    }
    if let Transport::Tcp(tcp) = &packet.headers.transport {
        for flag in info::flags(tcp.flags).split(", ") {
            if let Some(known) = glossary::explain(flag) {
                row(text, flag, known.summary);
            }
        }
    }
    // `Win=64240`, `SACK_PERM`: each part of the line that the glossary knows.
    let line = info::info(packet);
    for word in line.split([' ', ',']).filter(|word| is_part(word)) {
        let known = glossary::all(word);
        if let Some(known) = known.first() {
            row(text, word, known.summary);
        }
    }
}

/// A name with its value, or an option's name in capitals.
fn is_part(word: &str) -> bool {
    word.contains('=') || word.contains('_')
}

fn row(text: &mut Styled, name: &str, words: &str) {
    text.push(
        Line::wrapping(6)
            .with(Style::Bold, &format!("  {name}: "))
            .with(Style::Plain, words),
    );
}

fn noted(note: Option<&Note>) -> String {
    note.map_or_else(String::new, |note| format!("{} ({})", note.text, note.see))
}

/// What is to be known of a step.
fn note(phase: Phase) -> Option<&'static Note> {
    match phase {
        Phase::Handshake(step) => notes::handshake(step),
        Phase::SimultaneousOpen(step) => notes::simultaneous_open(step),
        Phase::OpenWithItself(step) => notes::open_with_itself(step),
        Phase::Close(step, total) => notes::close(step, total),
        Phase::SimultaneousClose(step) => notes::simultaneous_close(step),
        Phase::CloseWithItself(step) => notes::close_with_itself(step),
        Phase::Data => notes::note("data"),
        Phase::HalfClosedData => notes::note("half-closed-data"),
        Phase::Acknowledgment => notes::note("acknowledgment"),
        Phase::Refused => notes::note("refused"),
        Phase::Reset => notes::note("reset"),
        Phase::Request => notes::note("request"),
        Phase::Reply => notes::note("reply"),
        Phase::Datagram => notes::note("datagram"),
        Phase::ErrorReport => notes::note("error-report"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::packet::Label;
    use crate::render::sample::{ACK, C, Capture, PSH, S, screens};

    /// Every step there is.
    fn phases() -> Vec<Phase> {
        let mut phases = vec![
            Phase::Data,
            Phase::HalfClosedData,
            Phase::Acknowledgment,
            Phase::Refused,
            Phase::Reset,
            Phase::Request,
            Phase::Reply,
            Phase::Datagram,
            Phase::ErrorReport,
        ];
        phases.extend((1..=3).map(Phase::Handshake));
        phases.extend((1..=4).map(Phase::SimultaneousOpen));
        phases.extend((1..=4).map(Phase::SimultaneousClose));
        phases.extend((1..=3).map(Phase::OpenWithItself));
        phases.extend((1..=2).map(Phase::CloseWithItself));
        for total in [0, 3, 4] {
            phases.extend((1..=total.max(2)).map(|step| Phase::Close(step, total)));
        }
        phases
    }

    #[test]
    fn every_step_and_every_label_that_is_shown_can_be_asked_for_and_has_a_note() {
        for phase in phases() {
            let shown = words::phase(phase);
            assert!(!glossary::all(&shown).is_empty(), "{shown}");
            let written = crate::event::words::phase(phase);
            assert!(!glossary::all(&written).is_empty(), "{written}");
            assert!(note(phase).is_some(), "{shown}");
        }
        let mut packet = Capture::new().tcp(C, S, PSH | ACK, (1001, 5001), b"x");
        packet.track.duplicate_of = Some((2, 7));
        for bit in 0..15 {
            packet.track.labels.0 = 1 << bit;
            for label in packet.track.labels.iter() {
                let shown = words::label(label, &packet.track);
                assert!(!glossary::all(&shown).is_empty(), "{shown}");
                let name = format!("tcp.analysis.{}", label.name());
                assert!(glossary::explain(&name).is_some(), "{name}");
                assert!(notes::label(label.name()).is_some(), "{name}");
            }
        }
        assert!(packet.track.labels.iter().eq([Label::ReusedPorts]));
    }

    #[test]
    fn a_segment_in_words_fits_every_screen() {
        let packet = Capture::new().tcp(C, S, PSH | ACK, (1001, 5001), b"hello");
        screens(|look| draw(&packet, "lab", look));
        let look = crate::render::sample::look(100, false);
        let text = draw(&packet, "lab", &look).to_text(&look);
        for part in ["PSH: ", "Win=", "Len=5: ", "TCP: ", "why: "] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
