//! What the tracker and the session found, in words: phases, labels as Wireshark says them, causes, times.
//! Decides nothing: what is to be said was decided before.

use crate::event::packet::{Cause, Label, Labels, Phase, Track};
use crate::event::wire::Ruling;
use crate::event::words;

/// A label as Wireshark's info column says it, without `TCP`; a duplicate ACK with its count.
pub fn label(label: Label, track: &Track) -> String {
    match (label, track.duplicate_of) {
        (Label::DuplicateAck, Some((count, frame))) => format!("Dup ACK #{count} of #{frame}"),
        _ => label_name(label).to_owned(),
    }
}

/// A label as Wireshark's info column names it.
pub fn label_name(label: Label) -> &'static str {
    match label {
        Label::ZeroWindowProbe => "ZeroWindowProbe",
        Label::ZeroWindow => "ZeroWindow",
        Label::LostSegment => "Previous segment not captured",
        Label::KeepAlive => "Keep-Alive",
        Label::WindowUpdate => "Window Update",
        Label::WindowFull => "Window Full",
        Label::KeepAliveAck => "Keep-Alive ACK",
        Label::ZeroWindowProbeAck => "ZeroWindowProbeAck",
        Label::DuplicateAck => "Dup ACK",
        Label::AckLostSegment => "ACKed unseen segment",
        Label::SpuriousRetransmission => "Spurious Retransmission",
        Label::FastRetransmission => "Fast Retransmission",
        Label::OutOfOrder => "Out-Of-Order",
        Label::Retransmission => "Retransmission",
        Label::ReusedPorts => "Port numbers reused",
    }
}

/// All labels of a packet.
pub fn labels(track: &Track) -> Vec<String> {
    track.labels.iter().map(|each| label(each, track)).collect()
}

/// True for the labels that say a segment carries what was sent before: its phase would repeat the first one's.
pub fn repeats(labels: Labels) -> bool {
    [
        Label::Retransmission,
        Label::FastRetransmission,
        Label::SpuriousRetransmission,
        Label::KeepAlive,
        Label::KeepAliveAck,
        Label::ZeroWindowProbe,
        Label::ZeroWindowProbeAck,
        Label::DuplicateAck,
        Label::WindowUpdate,
    ]
    .into_iter()
    .any(|label| labels.contains(label))
}

/// The step of an exchange, with more said where the drawing has room for it.
pub fn phase(phase: Phase) -> String {
    match phase {
        Phase::Close(2, 3) => "close 2 of 3: ACK and FIN in one".to_owned(),
        Phase::Refused => "connection refused".to_owned(),
        Phase::Reset => "reset: the connection is torn down".to_owned(),
        other => words::phase(other),
    }
}

/// Why packets were sent, in one sentence; `kernel` holds the kernel's parts of all of them; the
/// cause's own when it is empty. `here` is the prompt's process:
/// the others are named.
pub fn cause(cause: &Cause, kernel: &[&str], here: &str) -> String {
    let kernel = if kernel.is_empty() {
        cause.kernel.clone()
    } else {
        kernel.join("; ")
    };
    if cause.call.is_empty() {
        return words::cause(&Cause {
            kernel,
            ..cause.clone()
        });
    }
    let mut sentence = words::cause(&Cause {
        kernel: String::new(),
        ..cause.clone()
    });
    if !cause.process.is_empty() && cause.process != here {
        sentence.push_str(" in ");
        sentence.push_str(&cause.process);
    }
    if !kernel.is_empty() {
        sentence.push_str("; ");
        sentence.push_str(&kernel);
    }
    sentence
}

/// What a rule of the wire did with a frame.
pub fn ruling(ruling: Ruling) -> String {
    words::ruling(ruling)
}

/// A time since another, in the unit of a packet block: three decimals below 10 ms, one above, seconds from 100 s on.
pub fn since(nanoseconds: i64) -> String {
    let ms = nanoseconds as f64 / 1e6;
    if ms.abs() < 9.9995 {
        format!("{ms:.3} ms")
    } else if ms.abs() < 99_999.95 {
        format!("{ms:.1} ms")
    } else {
        format!("{:.1} s", ms / 1e3)
    }
}

/// How long something took: `0.3 ms`, `40.1 ms`, `1.013 s`.
pub fn took(nanoseconds: i64) -> String {
    if nanoseconds < 1_000_000_000 {
        format!("{:.1} ms", nanoseconds as f64 / 1e6)
    } else {
        format!("{:.3} s", nanoseconds as f64 / 1e9)
    }
}

/// A number of bytes: `1 byte`, `5 bytes`.
pub fn bytes(count: usize) -> String {
    if count == 1 {
        "1 byte".to_owned()
    } else {
        format!("{count} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::packet::Certainty;

    #[test]
    fn times_have_three_decimals_below_ten_milliseconds() {
        for (nanoseconds, text) in [
            (0, "0.000 ms"),
            (12_345, "0.012 ms"),
            (9_999_900, "10.0 ms"),
            (1_012_400_000, "1012.4 ms"),
            (125_000_000_000, "125.0 s"),
        ] {
            assert_eq!(since(nanoseconds), text);
        }
        assert_eq!(took(1_013_200_000), "1.013 s");
        assert_eq!(took(40_060_000), "40.1 ms");
    }

    #[test]
    fn a_cause_says_how_sure_it_is_and_whose_call_it_was() {
        let call = |certainty, process: &str, call: &str| Cause {
            certainty,
            command: None,
            process: process.to_owned(),
            call: call.to_owned(),
            kernel: String::new(),
        };
        for (found, kernel, text) in [
            (
                call(Certainty::Caused, "lab", "connect(4)"),
                vec![],
                "caused by connect(4)",
            ),
            (
                call(Certainty::Follows, "server", "send(4)"),
                vec!["delayed ACK, 40 ms"],
                "follows from send(4) in server; delayed ACK, 40 ms",
            ),
            (
                call(Certainty::Probably, "", ""),
                vec!["TLP"],
                "probably TLP",
            ),
        ] {
            assert_eq!(cause(&found, &kernel, "lab"), text);
        }
    }
}
