//! Data and FINs that a call had left with the kernel: what held them back, and what let them go after the call had returned. Not what is
//! sent a second time (`timer`).

use super::flow::{Segment, Side};
use super::scene::{Scene, kernel, waited};
use crate::conversation::before;
use crate::evidence::{Sample, Timer};
use socklab_packets::headers::flag;
use socklab_packets::record::{Cause, Certainty};

/// What waits at rest is not sent by a timer before this time: the shortest retransmission timer, less what clocks may differ.
const LONGEST_REST: i64 = 150_000_000;
/// A timer fires when it is due, less the coarseness of its clock.
const COARSE: i64 = 12_000_000;

/// The call that wrote what is sent now, after it had returned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer<'a> {
    pub(super) command: u64,
    pub(super) process: &'a str,
    pub(super) short: &'a str,
    /// When it returned; `None` while it runs.
    pub(super) end_ns: Option<i64>,
}

/// Data or a FIN that a call had left with the kernel.
pub(super) fn let_go(scene: &Scene<'_>, writer: Option<Writer<'_>>) -> Option<Cause> {
    let writer = writer?;
    let cause = |certainty, words: String| Cause {
        certainty,
        command: Some(writer.command).filter(|command| *command != 0),
        process: writer.process.to_owned(),
        call: writer.short.to_owned(),
        kernel: words,
    };
    if scene.tcp.len == 0
        && let Some(opened) = opened_after(scene, writer)
    {
        return Some(cause(Certainty::Follows, opened));
    }
    let what = if scene.tcp.len > 0 {
        "the rest"
    } else {
        "the FIN"
    };
    let paced = scene.known().any(|sample| sample.paced);
    let Some(trigger) = trigger(scene) else {
        return Some(if let Some(timer) = by_timer(scene, writer) {
            timer
        } else if paced && scene.tcp.len > 0 && is_flowing(scene) {
            cause(Certainty::Follows, paced_words(what))
        } else {
            cause(
                Certainty::Probably,
                format!("{what} of it had waited in the send buffer"),
            )
        });
    };
    let number = trigger.number;
    let mss = scene.known().find_map(|sample| sample.mss);
    let window_was_full = window_was_full(scene, trigger, mss.unwrap_or(1));
    let everything_acked = !before(trigger.ack, scene.tcp.seq);
    let short = mss.is_some_and(|mss| scene.tcp.len < mss);
    let words = if window_was_full {
        format!("{what}; the receiver's window was full until #{number}")
    } else if short && everything_acked && scene.tcp.len > 0 {
        format!(
            "held back while data was on its way (Nagle's algorithm); #{number} acknowledged that and let it go"
        )
    } else if short && everything_acked {
        format!("{what}, behind the data; #{number} let it go")
    } else if paced && scene.tcp.len > 0 {
        paced_words(what)
    } else {
        format!("{what}; #{number} made room for it (congestion window)")
    };
    Some(cause(Certainty::Follows, words))
}

/// A shutdown on a socket without a connection fails with ENOTCONN, and its FIN is sent when a connection is made after all.
fn opened_after(scene: &Scene<'_>, writer: Writer<'_>) -> Option<String> {
    let mut segments = scene.own.segments();
    let syn = segments.find(|segment| segment.has(flag::SYN))?;
    (writer.end_ns? <= syn.time_ns).then(|| {
        format!(
            "that had been called before there was a connection: it failed, but the kernel keeps it, and sends the FIN as soon as the handshake that #{} began is over",
            syn.number
        )
    })
}

/// True when this end has sent something a moment ago.
fn is_flowing(scene: &Scene<'_>) -> bool {
    let last = scene.own.segments().next_back();
    last.is_some_and(|last| scene.time - last.time_ns < LONGEST_REST)
}

fn paced_words(what: &str) -> String {
    format!(
        "{what}; bbr, the congestion control, lets segments out at the pace it has measured, as ACKs make room"
    )
}

/// The acknowledgment that let it go.
fn trigger<'a>(scene: &Scene<'a>) -> Option<&'a Segment> {
    // What waited while nothing was on its way any more waited for the acknowledgment that said so, however busy the machine was:
    // the timers of what is on its way are not set then.
    let at_rest = |segment: &&Segment| {
        !before(segment.ack, scene.tcp.seq) && scene.since(segment) < LONGEST_REST
    };
    let asked = |segment: &&Segment| segment.has(flag::ACK) && segment.window > 0;
    scene
        .trigger()
        .or_else(|| scene.newest().filter(at_rest))
        .filter(asked)
}

/// A timer that sends what is new: no acknowledgment let it go.
fn by_timer(scene: &Scene<'_>, writer: Writer<'_>) -> Option<Cause> {
    let call = writer.short;
    let acked = Side::acknowledged(&scene.arrived);
    let last = scene.own.segments().next_back()?;
    let elapsed = scene.time - last.time_ns;
    let in_flight = acked.is_some_and(|acked| before(acked, scene.tcp.seq));
    let timer = scene.evidence.before.and_then(Sample::running);
    if in_flight {
        // A sample from after the last transmission tells when its timer fires.
        let set = scene
            .evidence
            .before
            .filter(|sample| sample.time_ns >= last.time_ns && sample.sack)
            .and_then(Sample::fires_ns)
            .filter(|_| timer == Some(Timer::Retransmit));
        let certainty = if set.is_some_and(|fires| scene.time + COARSE >= fires) {
            Certainty::Caused
        } else if elapsed >= LONGEST_REST {
            Certainty::Probably
        } else {
            return None;
        };
        let unacked: Vec<&Segment> = acked
            .map(|acked| scene.own.with(acked).collect())
            .unwrap_or_default();
        let words = format!(
            "the tail loss probe timer (TLP): {} without an acknowledgment, so what waited is sent to provoke one; {call} had written it; {}",
            waited(elapsed),
            scene.silence(&unacked)
        );
        return Some(kernel(certainty, words));
    }
    let room = scene.newest()?.window;
    let persists = timer == Some(Timer::Persist);
    let kept = scene.time - writer.end_ns.unwrap_or(scene.time);
    if scene.tcp.len == 0 || !persists && (room <= scene.tcp.len || kept < LONGEST_REST) {
        return None;
    }
    // tcp_write_wakeup sends as much as the window takes; what is shorter than that was kept back by the program.
    let words = if room > scene.tcp.len {
        format!(
            "the persist timer: TCP_CORK or MSG_MORE kept back what does not fill a segment, but the kernel does so no longer than this, {} after {call} had written it",
            waited(kept)
        )
    } else {
        format!(
            "the persist timer: the window has room for only a part of a segment, and after a wait that part is sent; {call} had written it"
        )
    };
    let certainty = if persists || scene.options.corked {
        Certainty::Caused
    } else {
        Certainty::Probably
    };
    Some(kernel(certainty, words))
}

/// True when the sender had used up the receiver's window before an acknowledgment came. Less than a segment of room is not used.
fn window_was_full(scene: &Scene<'_>, trigger: &Segment, mss: u32) -> bool {
    let earlier: Vec<&Segment> = scene
        .arrived
        .iter()
        .skip_while(|segment| segment.place() >= trigger.place())
        .copied()
        .collect();
    let before_it =
        |segment: &&Segment| trigger.arrives().is_some_and(|time| segment.time_ns < time);
    let sent = scene
        .own
        .segments()
        .filter(before_it)
        .map(|segment| segment.end)
        .reduce(|one, other| if before(one, other) { other } else { one });
    let (Some(acked), Some(newest), Some(sent)) =
        (Side::acknowledged(&earlier), earlier.first(), sent)
    else {
        return false;
    };
    let limit = acked.wrapping_add(newest.window);
    !before(sent.wrapping_add(mss.saturating_sub(1)), limit)
}
