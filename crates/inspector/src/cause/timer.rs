//! What is sent without a call and without an answer being due: retransmissions with the reason for each, probes of a closed window,
//! keepalives. The kernel's counters decide where timing alone would be a guess.

use super::flow::Segment;
use super::scene::{AT_ONCE, Scene, kernel, waited};
use crate::conversation::before;
use crate::evidence::{CWR, LOSS, OPEN, RECOVERY, Sample, Timer};
use socklab_packets::headers::flag;
use socklab_packets::record::{Cause, Certainty, Label};

/// Why something was sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The retransmission timer fired.
    Timeout,
    /// The retransmission timer, as far as timing tells: the kernel's counter of timeouts is not known.
    LikelyTimeout,
    /// Anything else.
    Other,
}

/// No retransmission timer of Linux is shorter (`tcp_rto_min_us`, 200 ms unless set), less what clocks may differ.
const SHORTEST_RTO: i64 = 150_000_000;

/// What an acknowledgment marks as lost leaves while it is worked on; RACK's timer waits for two ticks of the kernel's clock.
const WITH_IT: i64 = 1_000_000;

/// The cause of a segment whose bytes had been sent before.
pub(super) fn again(scene: &Scene<'_>) -> (Again, Cause) {
    let (again, mut cause) = why_again(scene);
    if scene.packet.track.labels.contains(Label::KeepAlive) {
        cause
            .kernel
            .push_str(" (Wireshark calls a single byte that is sent again Keep-Alive)");
    }
    (again, cause)
}

fn why_again(scene: &Scene<'_>) -> (Again, Cause) {
    let sent: Vec<&Segment> = scene.own.with(scene.tcp.seq).collect();
    let (Some(first), Some(last)) = (sent.first(), sent.last()) else {
        let words = "a retransmission: its first transmission is no longer remembered";
        return (Again::Other, kernel(Certainty::Probably, words.to_owned()));
    };
    if scene.tcp.flags & flag::SYN != 0 {
        return (Again::Timeout, timeout(scene, &sent, true));
    }
    if let Some(cause) = smaller_pieces(scene, first) {
        return (Again::Other, cause);
    }
    let elapsed = scene.time - last.time_ns;
    let fired = timeout_counted(scene);
    if fired == Some(true) && elapsed >= SHORTEST_RTO && !is_probe_before_timeout(scene, &sent) {
        return (Again::Timeout, timeout(scene, &sent, true));
    }
    if let Some(cause) = asked_for(scene, &sent) {
        return (Again::Other, cause);
    }
    by_timer(scene, &sent, fired)
}

/// The retransmission timer.
fn timeout(scene: &Scene<'_>, sent: &[&Segment], certain: bool) -> Cause {
    let last = sent.last().expect("the caller has found one");
    let elapsed = scene.time - last.time_ns;
    let certainty = if certain {
        Certainty::Caused
    } else {
        Certainty::Probably
    };
    let words = format!(
        "the retransmission timer (RTO), try {}, backoff ×{}: {} without an acknowledgment; {}",
        1 + sent.iter().filter(|segment| segment.timed_out).count(),
        backoff(scene, sent),
        waited(elapsed),
        scene.silence(sent)
    );
    kernel(certainty, words)
}

/// By how much the wait that has just ended was longer than the first one: what the kernel counted, else what the waits were.
fn backoff(scene: &Scene<'_>, sent: &[&Segment]) -> u64 {
    let last = sent.last().map_or(0, |last| last.time_ns);
    let counted = |sample: &Sample| sample.backoff.map(|count| 1_u64 << count.min(32));
    if let Some(factor) = scene
        .evidence
        .before
        .filter(|sample| sample.time_ns >= last)
        .and_then(counted)
    {
        return factor;
    }
    // Taken after the timer fired: it has been doubled by that already, but for the first SYNs (tcp_syn_linear_timeouts).
    let linear = scene.tcp.flags & flag::SYN != 0;
    if let Some(factor) = scene.evidence.after.and_then(counted)
        && !linear
        && factor > 1
    {
        return factor / 2;
    }
    let waits: Vec<i64> = sent
        .windows(2)
        .map(|pair| pair[1].time_ns - pair[0].time_ns)
        .collect();
    let now = scene.time - last;
    let shortest = waits
        .iter()
        .copied()
        .filter(|wait| *wait >= SHORTEST_RTO)
        .min();
    let ratio = shortest.map_or(1.0, |shortest| now as f64 / shortest as f64);
    2_u64.pow(ratio.log2().round().clamp(0.0, 32.0) as u32)
}

/// Whether the kernel has counted a timeout that no packet has been put to yet; `None` when it has not told.
fn timeout_counted(scene: &Scene<'_>) -> Option<bool> {
    let after = scene
        .evidence
        .after
        .filter(|sample| sample.state != "CLOSED")?;
    match (after.timeouts, after.congestion, after.retransmits) {
        (Some(timeouts), ..) => {
            let told = scene
                .evidence
                .before
                .and_then(|sample| sample.timeouts)
                .map_or(scene.own.timeouts, |before| before.max(scene.own.timeouts));
            Some(timeouts > told)
        }
        (None, Some(LOSS), Some(retransmits)) => Some(retransmits > 0),
        (None, Some(_), Some(_)) => Some(false),
        _ => None,
    }
}

/// True when of several retransmissions that were told together this one, the first, came before the timeout: the loss probe.
fn is_probe_before_timeout(scene: &Scene<'_>, sent: &[&Segment]) -> bool {
    let Some(after) = scene.evidence.after else {
        return false;
    };
    let (Some(timeouts), Some(resent)) = (after.timeouts, after.resent) else {
        return false;
    };
    let later = resent.saturating_sub(scene.own.resent + 1);
    let to_tell = timeouts.saturating_sub(scene.own.timeouts);
    sent.len() == 1 && later >= to_tell
}

/// An acknowledgment asked for it: duplicate ACKs, SACK, or what follows a timeout.
fn asked_for(scene: &Scene<'_>, sent: &[&Segment]) -> Option<Cause> {
    let last = sent.last()?;
    let trigger = scene
        .trigger()
        .filter(|segment| segment.arrives().is_some_and(|time| time >= last.time_ns))
        .filter(|segment| segment.has(flag::ACK))?;
    let number = trigger.number;
    if let Some(opening) = sent
        .iter()
        .find(|segment| segment.has(flag::SYN) && segment.len > 0)
        && trigger.has(flag::SYN)
    {
        let words = format!(
            "#{number}: it acknowledges the SYN and not the data that came with it in #{}, so they are sent again in a segment of their own (TCP Fast Open)",
            opening.number
        );
        return Some(kernel(Certainty::Follows, words));
    }
    let after_timeout = scene
        .own
        .goes_back_to
        .is_some_and(|highest| before(scene.tcp.seq, highest));
    let words = if after_timeout && !recovers(scene) {
        format!(
            "#{number}: after the timeout the kernel sends again what followed, as the ACKs make room (slow start)"
        )
    } else {
        fast_retransmit(scene, trigger, sent.first().map_or(0, |first| first.number))?
    };
    let words = format!("{words}; {}", scene.silence(sent));
    Some(kernel(Certainty::Follows, words))
}

/// True when the kernel said that it recovers from a loss.
fn recovers(scene: &Scene<'_>) -> bool {
    let after = scene.evidence.after;
    after.and_then(|sample| sample.congestion) == Some(RECOVERY)
}

/// What an acknowledgment told of a loss, so that packet `first` is sent again without waiting; `None` where it told of none.
fn fast_retransmit(scene: &Scene<'_>, trigger: &Segment, first: u64) -> Option<String> {
    let number = trigger.number;
    let reported = trigger
        .blocks()
        .iter()
        .any(|(left, _)| before(scene.tcp.seq, *left));
    if let Some(third) = third_duplicate(scene, trigger) {
        let hole = if reported {
            " (and SACK shows what came behind it)"
        } else {
            ""
        };
        Some(format!(
            "#{third}: the third duplicate ACK{hole}, so #{first} is sent again at once, fast retransmit"
        ))
    } else if reported {
        (scene.since(trigger) < WITH_IT).then(|| format!(
            "#{number}: its SACK reports data beyond #{first}, which counts as lost and is sent again at once, fast retransmit"
        ))
    } else if !recovers(scene) {
        None
    } else if trigger.ack == scene.tcp.seq {
        Some(format!(
            "#{number}: it acknowledges only up to #{first}, so that is missing too and is sent again (fast recovery)"
        ))
    } else {
        Some(format!(
            "#{number}: the kernel recovers from a loss and sends #{first} again (fast recovery)"
        ))
    }
}

/// The third of the duplicate ACKs that end with this one, when nothing has been sent again since: the one that the kernel acts on
/// (`tcp_reordering`), though more may have been on the wire by then.
fn third_duplicate(scene: &Scene<'_>, newest: &Segment) -> Option<u64> {
    const THRESHOLD: usize = 3;
    let alike: Vec<&Segment> = scene
        .arrived
        .iter()
        .copied()
        .take_while(|segment| segment.ack == newest.ack && segment.len == 0)
        .collect();
    // The first one of the row was no duplicate: it acknowledged something. A row that began with data has none such.
    let begun = scene
        .arrived
        .get(alike.len())
        .is_some_and(|segment| segment.len > 0 && segment.ack == newest.ack);
    let third = alike
        .iter()
        .rev()
        .nth(THRESHOLD - usize::from(begun))
        .filter(|_| scene.tcp.seq == newest.ack)?;
    let acted_on = scene
        .own
        .segments()
        .any(|segment| segment.again && segment.time_ns > third.arrives().unwrap_or(0));
    (!acted_on).then_some(third.number)
}

/// No acknowledgment let it go, and no timeout was counted for it: the loss probe or RACK's timer.
fn by_timer(scene: &Scene<'_>, sent: &[&Segment], fired: Option<bool>) -> (Again, Cause) {
    let last = sent.last().expect("the caller has found one");
    let elapsed = scene.time - last.time_ns;
    let silence = scene.silence(sent);
    let congestion = scene.evidence.after.and_then(|sample| sample.congestion);
    let reported = scene.arrived.iter().any(|segment| {
        let mut blocks = segment.blocks().iter();
        blocks.any(|(left, _)| before(scene.tcp.seq, *left))
    });
    let certainty = match fired {
        Some(false) => Certainty::Caused,
        _ => Certainty::Probably,
    };
    if reported && congestion.is_none_or(|state| state == RECOVERY) {
        let words = format!(
            "RACK's reordering timer: SACK reported data beyond it {} ago, and it is still missing; {silence}",
            waited(elapsed)
        );
        return (Again::Other, kernel(certainty, words));
    }
    // With SACK the probe's timer is set first, and not later than the retransmission timer would fire.
    let probes_first = scene.evidence.before.is_some_and(|sample| {
        sample.sack
            && sample.time_ns >= last.time_ns
            && matches!(sample.congestion, Some(OPEN | CWR))
            && sample.retransmits == Some(0)
    });
    let is_probe = fired == Some(false)
        || (sent.len() == 1 && (elapsed < SHORTEST_RTO || (fired.is_none() && probes_first)));
    if is_probe {
        let words = format!(
            "the tail loss probe timer (TLP): {} without an acknowledgment, so the last segment is sent again to provoke one; {silence}",
            waited(elapsed)
        );
        return (Again::Other, kernel(certainty, words));
    }
    (Again::LikelyTimeout, timeout(scene, sent, false))
}

/// A router said that the path takes less: what was sent is cut anew.
fn smaller_pieces(scene: &Scene<'_>, first: &Segment) -> Option<Cause> {
    let report = scene.too_big?;
    // The report and what it brings about may be seen in the same moment.
    let recent = (scene.time - report.time_ns).abs();
    let shorter = scene.tcp.len < first.len || first.seq != scene.tcp.seq;
    if recent > AT_ONCE * 2 || !shorter {
        return None;
    }
    let path = report.mtu.map_or_else(
        || "the path takes less than that".to_owned(),
        |mtu| format!("the path takes only {mtu} bytes"),
    );
    let words = format!(
        "#{}: {path}, so what #{} carried is sent again in smaller pieces",
        report.number, first.number
    );
    Some(kernel(Certainty::Follows, words))
}

/// A segment before what was acknowledged, which only provokes an answer: a probe of a closed window or a keepalive.
pub(super) fn probe(scene: &Scene<'_>) -> Cause {
    let timer = scene
        .evidence
        .before
        .and_then(|sample| sample.timer)
        .map(|(timer, _)| timer);
    let closed = scene.newest().map(|segment| segment.window) == Some(0);
    match timer {
        Some(Timer::Persist) => kernel(Certainty::Caused, window_probe(scene)),
        Some(Timer::Keepalive) => kernel(Certainty::Caused, keepalive(scene)),
        _ if closed => kernel(Certainty::Caused, window_probe(scene)),
        _ => kernel(Certainty::Probably, keepalive(scene)),
    }
}

/// The probes since data was sent, the newest first.
fn probes<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a Segment> {
    scene
        .own
        .segments()
        .rev()
        .take_while(|segment| !segment.carries())
        .filter(|segment| segment.probe)
}

/// A probe of a closed window, in words.
fn window_probe(scene: &Scene<'_>) -> String {
    let before_this = scene
        .own
        .segments()
        .rev()
        .find(|segment| segment.probe || segment.carries())
        .map_or(scene.time, |segment| segment.time_ns);
    let number = probes(scene).count() + 1;
    let factor = scene
        .evidence
        .before
        .filter(|sample| sample.time_ns >= before_this)
        .and_then(|sample| sample.backoff)
        .unwrap_or(number as u32 - 1)
        .min(32);
    format!(
        "the persist timer, probe {number}, backoff ×{}: is the window still closed? (Wireshark calls such a probe Keep-Alive)",
        1_u64 << factor
    )
}

/// A probe of a connection on which nothing comes, in words.
fn keepalive(scene: &Scene<'_>) -> String {
    let heard = scene.newest().and_then(Segment::arrives);
    let unanswered = probes(scene)
        .filter(|segment| heard.is_none_or(|heard| segment.time_ns > heard))
        .count();
    let of = scene
        .options
        .keepalive_probes
        .map_or_else(String::new, |count| format!(" of {count}"));
    let quiet = heard.map_or_else(
        || "nothing has come yet".to_owned(),
        |heard| format!("nothing came for {}", waited(scene.time - heard)),
    );
    format!(
        "the keepalive timer, probe {}{of}: {quiet}; is the other end still there?",
        unanswered + 1
    )
}
