//! What an event means, in the words that every view shows: causes, phases, what the wire did. Not how they are laid out (`render`).

use crate::record::{Cause, Certainty, Phase, Track};
use crate::wire::{Effect, Ruling};

/// A cause in one sentence without a full stop: `caused by send(4, 5 bytes)`, `probably delayed ACK, 40 ms`.
pub fn cause(cause: &Cause) -> String {
    let certainty = certainty(cause.certainty);
    match (cause.call.is_empty(), cause.kernel.is_empty()) {
        (false, true) => format!("{certainty} {}", cause.call),
        (false, false) => format!("{certainty} {}: {}", cause.call, cause.kernel),
        (true, _) => format!("{certainty} {}", cause.kernel),
    }
}

/// How sure a cause is: the words it begins with.
pub fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Caused => "caused by",
        Certainty::Follows => "follows from",
        Certainty::Probably => "probably",
    }
}

/// A phase in a few words: `handshake 1 of 3`, `close 2 of 4`.
pub fn phase(phase: Phase) -> String {
    match phase {
        Phase::Handshake(step) => format!("handshake {step} of 3"),
        Phase::SimultaneousOpen(step) => format!("simultaneous open {step} of 4"),
        Phase::OpenWithItself(step) => format!("simultaneous open with itself {step} of 3"),
        Phase::Close(step, 0) => format!("close {step}"),
        Phase::Close(step, total) => format!("close {step} of {total}"),
        Phase::SimultaneousClose(step) => format!("simultaneous close {step} of 4"),
        Phase::CloseWithItself(step) => format!("simultaneous close with itself {step} of 2"),
        Phase::Data => "data".into(),
        Phase::HalfClosedData => "data while half closed".into(),
        Phase::Acknowledgment => "acknowledgment".into(),
        Phase::Refused => "refused".into(),
        Phase::Reset => "reset".into(),
        Phase::Request => "request".into(),
        Phase::Reply => "reply".into(),
        Phase::Datagram => "datagram".into(),
        Phase::ErrorReport => "error report".into(),
    }
}

/// Which step a packet is and how Wireshark labels it, in one line: `handshake 1 of 3; retransmission`; empty when neither is known.
pub fn step(track: &Track) -> String {
    let labels = track.labels.iter().map(|label| label.name().to_owned());
    let parts: Vec<String> = track.phase.map(phase).into_iter().chain(labels).collect();
    parts.join("; ")
}

/// What a rule of the wire did with a frame: `lost: wire rule 1`, `delayed 20 ms: wire rule 2`.
pub fn ruling(ruling: Ruling) -> String {
    let deed = match ruling.effect {
        Effect::Lost => "lost".to_owned(),
        Effect::Delayed(nanoseconds) => format!("delayed {} ms", nanoseconds as f64 / 1e6),
        Effect::Held => "held in the air".to_owned(),
        Effect::Duplicated => "delivered twice".to_owned(),
        Effect::Reordered => "held back until another passed".to_owned(),
        Effect::Corrupted(place) => format!("byte {place} changed"),
        Effect::TooBig(mtu) => format!("lost, longer than the MTU of {mtu}"),
        Effect::Fragmented(count) => format!("carried in {count} fragments"),
    };
    format!("{deed}: wire rule {}", ruling.rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_says_how_sure_it_is() {
        let table = [
            (
                Certainty::Caused,
                "send(4, 5 bytes)",
                "",
                "caused by send(4, 5 bytes)",
            ),
            (
                Certainty::Caused,
                "",
                "the delayed-ACK timer",
                "caused by the delayed-ACK timer",
            ),
            (Certainty::Probably, "", "keepalive", "probably keepalive"),
            (
                Certainty::Follows,
                "connect(4)",
                "the kernel answered",
                "follows from connect(4): the kernel answered",
            ),
        ];
        for (certainty, call, kernel, words) in table {
            let known = Cause {
                certainty,
                command: None,
                process: String::new(),
                call: call.into(),
                kernel: kernel.into(),
            };
            assert_eq!(cause(&known), words);
        }
    }

    #[test]
    fn a_close_of_unknown_length_does_not_invent_one() {
        assert_eq!(phase(Phase::Close(1, 0)), "close 1");
        assert_eq!(phase(Phase::Close(2, 4)), "close 2 of 4");
    }
}
