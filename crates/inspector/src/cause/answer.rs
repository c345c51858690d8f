//! What a kernel sends because of what it received: acknowledgments with the reason for their moment, and data that an acknowledgment let
//! go. No process is asked, though its calls may have begun it all. Not resets (`reset`).

use super::flow::{Segment, Side};
use super::scene::{AT_ONCE, Scene, follows, kernel, waited};
use crate::conversation::before;
use socklab_packets::headers::flag;
use socklab_packets::record::{Cause, Certainty};

/// The kernel holds an acknowledgment of data back for at least 40 ms (TCP_DELACK_MIN), less the coarseness of its timers: 10 ms where
/// the kernel's clock ticks 100 times a second.
const SHORTEST_DELAY: i64 = 30_000_000;
/// The kernel does not hold an acknowledgment back for longer (TCP_DELACK_MAX), and a busy machine adds to it.
const LONGEST_DELAY: i64 = 400_000_000;

/// The second step of a handshake, or of a simultaneous open.
pub(super) fn syn_ack(scene: &Scene<'_>) -> Option<Cause> {
    let trigger = scene.newest()?;
    let sent: Vec<&Segment> = scene
        .own
        .with(scene.tcp.seq)
        .filter(|segment| segment.has(flag::ACK))
        .collect();
    if let Some(last) = sent.last() {
        let repeated = scene.arrived.iter().find(|segment| {
            segment.has(flag::SYN)
                && !segment.has(flag::ACK)
                && segment.arrives().is_some_and(|time| time >= last.time_ns)
                && scene.since(segment) < AT_ONCE
        });
        if let Some(repeated) = repeated {
            let words = format!(
                "the SYN came again in #{}, so it is answered again",
                repeated.number
            );
            return Some(follows(repeated.number, repeated.cause.as_ref(), &words));
        }
        let words = format!(
            "the SYN-ACK timer, try {}: {} without the ACK that ends the handshake; {}",
            sent.len(),
            waited(scene.time - last.time_ns),
            scene.silence(&sent)
        );
        return Some(kernel(Certainty::Caused, words));
    }
    if scene.own.with(scene.tcp.seq).next().is_some() {
        let words = if scene.is_loop() {
            format!(
                "the socket is connected to itself: #{} came back to the socket that had sent it, and its kernel acknowledges it (simultaneous open)",
                trigger.number
            )
        } else {
            format!(
                "the SYNs crossed (simultaneous open): the kernel had asked for the connection itself, and acknowledges #{}",
                trigger.number
            )
        };
        return Some(follows(trigger.number, trigger.cause.as_ref(), &words));
    }
    let listener = if scene.packet.from.is_empty() {
        "the listener"
    } else {
        &scene.packet.from
    };
    let early = if trigger.len > 0 && before(trigger.seq.wrapping_add(1), scene.tcp.ack) {
        "; the data in the SYN was taken (TCP Fast Open)"
    } else {
        ""
    };
    let words = format!("the kernel answered for {listener}: no accept() was needed{early}");
    Some(follows(trigger.number, trigger.cause.as_ref(), &words))
}

/// An acknowledgment without data.
pub(super) fn acknowledgment(scene: &Scene<'_>) -> Option<Cause> {
    let newest = scene.answered()?;
    let from = newest.cause.as_ref();
    let number = newest.number;
    let say = |words: &str| Some(follows(number, from, words));
    let acked_before = scene.acked_before();
    if newest.has(flag::FIN) && acknowledges_first(acked_before, scene, newest) {
        if closes_too(scene) {
            return say(
                "the receiving kernel acknowledged the FIN at once; no process was involved",
            );
        }
        if waits_for_company(scene, acked_before.unwrap_or(newest.seq)) {
            return Some(late(scene, newest));
        }
    }
    if scene.since(newest) >= SHORTEST_DELAY {
        return Some(late(scene, newest));
    }
    if newest.probe {
        return say(&probe_answer(scene));
    }
    if newest.has(flag::SYN | flag::ACK) {
        return say(&completes(scene, number));
    }
    if newest.has(flag::RST) || newest.has(flag::SYN) {
        return say(&format!(
            "a challenge ACK (RFC 5961): #{number} does not fit the connection, and a true peer will answer"
        ));
    }
    if !newest.carries() {
        return Some(answer_to_nothing(scene, newest));
    }
    if before(scene.tcp.ack, newest.seq) {
        return say(&out_of_order(scene, newest));
    }
    if before(scene.tcp.ack, newest.end) {
        return Some(not_taken(scene, newest));
    }
    if acked_before.is_some_and(|acked| !before(acked, newest.end)) {
        return say(&repeated(scene, newest));
    }
    if before(newest.end, scene.tcp.ack) {
        return say(&format!(
            "#{number} filled the hole: all that had come behind it is acknowledged with it"
        ));
    }
    if newest.has(flag::FIN) {
        return say("the receiving kernel acknowledged the FIN at once; no process was involved");
    }
    say(&at_once(scene))
}

/// The acknowledgment of a SYN-ACK, that of packet `number`.
fn completes(scene: &Scene<'_>, number: u64) -> String {
    let crossed = |side: &Side| {
        side.segments()
            .any(|segment| segment.has(flag::SYN) && !segment.has(flag::ACK))
    };
    if crossed(scene.own) && crossed(scene.other) {
        "the SYN-ACK ends the simultaneous open: the kernel acknowledged it".to_owned()
    } else if scene.acked_before().is_some() {
        format!("the SYN-ACK came again in #{number}, so its ACK is sent again")
    } else {
        "the connecting kernel completed the handshake".to_owned()
    }
}

/// The acknowledgment of all that has come, without delay.
fn at_once(scene: &Scene<'_>) -> String {
    let acked_before = scene.acked_before();
    let waiting = scene
        .arrived
        .iter()
        .filter(|segment| {
            segment.len > 0
                && !segment.again
                && acked_before.is_some_and(|acked| before(acked, segment.end))
                && !before(scene.tcp.ack, segment.end)
        })
        .count();
    let words = match waiting {
        0 | 1 => "the receiving kernel acknowledged at once",
        2 => "the second segment since the last ACK: the receiving kernel acknowledged at once",
        _ => {
            return format!(
                "{waiting} segments had come since the last ACK: the receiving kernel acknowledged them at once; no process was involved"
            );
        }
    };
    format!("{words}; no process was involved")
}

/// True when this is the first acknowledgment of all that a segment carried.
fn acknowledges_first(acked_before: Option<u32>, scene: &Scene<'_>, segment: &Segment) -> bool {
    acked_before.is_none_or(|acked| before(acked, segment.end)) && scene.tcp.ack == segment.end
}

/// True when this end has sent its own FIN. In FIN-WAIT-1 and FIN-WAIT-2 the kernel never holds the acknowledgment of a FIN back
/// (tcp_fin): what comes late then comes from a busy machine.
pub(super) fn closes_too(scene: &Scene<'_>) -> bool {
    scene.own.segments().any(|segment| segment.has(flag::FIN))
}

/// True when the kernel of an end that has not closed schedules the acknowledgment of a FIN (tcp_fin turns quick acknowledgments off)
/// in the hope of something that can carry it. Only more than a segment that waits for its acknowledgment has it sent at once.
fn waits_for_company(scene: &Scene<'_>, acked: u32) -> bool {
    /// TCP_MSS_DEFAULT: what the kernel reckons with before it has seen a larger segment.
    const UNKNOWN: u32 = 536;
    let segment = scene.known().find_map(|sample| sample.received_mss);
    scene.tcp.ack.wrapping_sub(acked) <= segment.unwrap_or(UNKNOWN)
}

fn probe_answer(scene: &Scene<'_>) -> String {
    let asked_for_window = scene
        .own
        .segments()
        .rev()
        .find(|segment| segment.has(flag::ACK))
        .is_some_and(|segment| segment.window == 0);
    match (asked_for_window, scene.packet.track.window) {
        (_, 0) => {
            "the kernel answers the probe: its window is still closed; no process was involved"
                .to_owned()
        }
        (true, window) => {
            format!("the kernel answers the probe: its window is open again, {window} bytes")
        }
        (false, _) => {
            "the kernel answers the keepalive: it is still there; no process was involved"
                .to_owned()
        }
    }
}

fn out_of_order(scene: &Scene<'_>, newest: &Segment) -> String {
    let missing = scene
        .other
        .with(scene.tcp.ack)
        .next()
        .map_or_else(String::new, |segment| format!(" (#{})", segment.number));
    format!(
        "#{} arrived out of order: the receiving kernel repeats what it expects next, byte {}{missing}",
        newest.number, scene.packet.track.ack
    )
}

/// An acknowledgment that does not cover what came, though nothing before it is missing.
fn not_taken(scene: &Scene<'_>, newest: &Segment) -> Cause {
    let why = if scene.packet.track.window == 0 {
        "there is no room for it"
    } else {
        "it does not fit into the window, or its timestamp is older than one that has come (PAWS, RFC 7323)"
    };
    let words = format!(
        "the kernel: it did not take all of #{}, {why}, and repeats what it expects next, byte {}",
        newest.number, scene.packet.track.ack
    );
    kernel(Certainty::Probably, words)
}

/// An acknowledgment of what had been acknowledged already.
fn repeated(scene: &Scene<'_>, newest: &Segment) -> String {
    let number = newest.number;
    let says_so = scene
        .tcp
        .options
        .sack
        .first()
        .filter(|_| scene.tcp.options.sack_count > 0)
        .is_some_and(|(_, right)| !before(scene.tcp.ack, *right));
    let report = if says_so {
        ", and says so (D-SACK)"
    } else {
        ""
    };
    let state = scene
        .evidence
        .after
        .or(scene.evidence.before)
        .map(|sample| sample.state);
    if newest.has(flag::FIN) && state == Some("TIME-WAIT") {
        return format!(
            "the FIN came again in #{number}: TIME-WAIT answers it, no process has the socket any more"
        );
    }
    if let Some(rule) = newest.doubled.filter(|_| !newest.again) {
        return format!(
            "wire rule {rule} delivered #{number} twice: the receiving kernel acknowledges the copy again{report}"
        );
    }
    let what = if newest.has(flag::FIN) && newest.len == 0 {
        "the FIN"
    } else {
        "its data"
    };
    format!(
        "#{number} was not needed, {what} had arrived before: the receiving kernel acknowledges again{report}"
    )
}

/// An acknowledgment behind a bare acknowledgment.
fn answer_to_nothing(scene: &Scene<'_>, newest: &Segment) -> Cause {
    if unacknowledged(scene).is_some() {
        return late(scene, newest);
    }
    let words = format!(
        "the kernel: it answers #{}, which does not fit what this end has sent or expects",
        newest.number
    );
    kernel(Certainty::Probably, words)
}

/// The oldest data that had arrived and was not acknowledged yet.
fn unacknowledged<'a>(scene: &Scene<'a>) -> Option<&'a Segment> {
    let covered = |segment: &&&Segment| segment.carries() && !before(scene.tcp.ack, segment.end);
    let Some(acked) = scene.acked_before() else {
        return scene.arrived.iter().find(covered).copied();
    };
    let mut oldest_first = scene.arrived.iter().rev().filter(covered);
    oldest_first
        .find(|segment| before(acked, segment.end))
        .copied()
}

/// An acknowledgment some time after what it answers.
fn late(scene: &Scene<'_>, newest: &Segment) -> Cause {
    let Some(oldest) = unacknowledged(scene) else {
        let words = format!(
            "the kernel of this end, on its own: nothing has come since #{}",
            newest.number
        );
        return kernel(Certainty::Probably, words);
    };
    let elapsed = scene.since(oldest);
    // The calls on the socket are known and none of them sent it; what a program does is not known.
    // Whatever acknowledges a FIN alone, and does it first, is the timer, however soon (see `waits_for_company`).
    let certainty = if newest.has(flag::FIN) && elapsed < LONGEST_DELAY
        || (SHORTEST_DELAY..LONGEST_DELAY).contains(&elapsed) && !scene.foreign
    {
        Certainty::Caused
    } else {
        Certainty::Probably
    };
    let words = format!(
        "the delayed-ACK timer: {} after #{} nothing had been sent that could carry the ACK",
        waited(elapsed),
        oldest.number
    );
    kernel(certainty, words)
}
