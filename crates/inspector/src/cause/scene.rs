//! A TCP segment in its surroundings: what its sender had sent and received when it sent it, and what its kernel said then.

use super::flow::{Fate, Segment, Side};
use super::options::Options;
use crate::conversation::before;
use crate::evidence::{Evidence, Listener, Sample};
use socklab_packets::headers::{Tcp, flag};
use socklab_packets::record::{Cause, Certainty, PacketEvent};

/// What is sent so soon after something arrived is its answer, in nanoseconds. The kernel answers within the same interrupt; the rest
/// is the time in which a busy machine carries a frame over the wire. No timer of TCP's that starts at an arrival fires as early
/// but the loss probe's, which the kernel counts.
pub(super) const AT_ONCE: i64 = 25_000_000;

/// A router's word that a packet of this direction was too big.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooBig {
    pub(super) number: u64,
    pub(super) time_ns: i64,
    /// `None` when the message does not say it.
    pub(super) mtu: Option<u32>,
}

pub(super) struct Scene<'a> {
    pub(super) packet: &'a PacketEvent,
    pub(super) tcp: &'a Tcp,
    pub(super) time: i64,
    pub(super) own: &'a Side,
    /// What had arrived at the sender, newest first.
    pub(super) arrived: Vec<&'a Segment>,
    /// All that the other end has sent.
    pub(super) other: &'a Side,
    pub(super) evidence: Evidence<'a>,
    pub(super) too_big: Option<TooBig>,
    /// The sender's listener, if it takes no further connection.
    pub(super) full_listener: Option<Listener>,
    /// True when a program, whose calls are not seen, holds the sender's socket.
    pub(super) foreign: bool,
    /// What calls have set on the sender's socket.
    pub(super) options: Options,
}

impl<'a> Scene<'a> {
    /// True when the sender is connected to itself.
    pub(super) fn is_loop(&self) -> bool {
        std::ptr::eq(self.own, self.other)
    }

    /// What the kernel said of the sender's socket, the newest first.
    pub(super) fn known(&self) -> impl Iterator<Item = &'a Sample> {
        self.evidence.after.into_iter().chain(self.evidence.before)
    }

    /// What arrived last before this was sent.
    pub(super) fn newest(&self) -> Option<&'a Segment> {
        self.arrived.first().copied()
    }

    /// What this may be an answer to: it arrived just before.
    pub(super) fn trigger(&self) -> Option<&'a Segment> {
        self.newest()
            .filter(|segment| self.since(segment) < AT_ONCE)
    }

    /// What a bare acknowledgment answers. Of several segments that came in one burst each has its own: those that were answered are
    /// passed over, and the acknowledgment number tells the rest.
    pub(super) fn answered(&self) -> Option<&'a Segment> {
        let ack = self.tcp.ack;
        let last = self.own.answered;
        let fresh = || {
            self.arrived
                .iter()
                .rev()
                .copied()
                .filter(move |segment| last.is_none_or(|last| segment.place() > last))
        };
        let acked = self.acked_before();
        let found = if acked.is_some_and(|acked| before(acked, ack)) {
            fresh()
                .rfind(|segment| segment.carries() && segment.end == ack)
                .or_else(|| {
                    fresh().find(|segment| {
                        acked.is_some_and(|acked| {
                            !before(acked, segment.seq) && before(acked, segment.end)
                        })
                    })
                })
        } else {
            fresh()
                .find(|segment| segment.carries() && before(ack, segment.seq))
                .or_else(|| fresh().find(|segment| segment.carries()))
                // Not every probe is answered: answers to what tells nothing new are limited (tcp_invalid_ratelimit).
                .or_else(|| fresh().rfind(|segment| segment.probe))
                .or_else(|| fresh().find(|segment| segment.has(flag::RST)))
                // The copy of a segment that was answered.
                .or_else(|| {
                    self.arrived
                        .iter()
                        .copied()
                        .find(|segment| segment.doubled.is_some() && self.since(segment) < AT_ONCE)
                })
        };
        found.or_else(|| self.newest())
    }

    /// The acknowledgment number this end sent last.
    pub(super) fn acked_before(&self) -> Option<u32> {
        self.own
            .segments()
            .rev()
            .find(|segment| segment.has(flag::ACK))
            .map(|segment| segment.ack)
    }

    /// Nanoseconds since a segment arrived, at least; a long time for one that never did.
    pub(super) fn since(&self, segment: &Segment) -> i64 {
        match segment.fate {
            Fate::Arrives(time) if self.time < time.from_ns => self.time - time.from_ns,
            Fate::Arrives(time) => self.time.saturating_sub(time.until_ns).max(0),
            Fate::Held | Fate::Lost(_) | Fate::Spoiled(_) => i64::MAX,
        }
    }

    /// Why segments were not acknowledged, in words: `#1 was lost by wire rule 1`. `sent` are transmissions of one byte, oldest first.
    pub(super) fn silence(&self, sent: &[&Segment]) -> String {
        let Some(last) = sent.last() else {
            return String::new();
        };
        match last.fate {
            Fate::Lost(rule) => {
                let lost = sent
                    .iter()
                    .rev()
                    .take_while(|segment| segment.fate == Fate::Lost(rule));
                let mut numbers: Vec<u64> = lost.map(|segment| segment.number).collect();
                numbers.reverse();
                lost_by(&numbers, rule)
            }
            Fate::Spoiled(rule) => format!(
                "#{} was corrupted by wire rule {rule} and dropped because of its checksum",
                last.number
            ),
            Fate::Arrives(_) | Fate::Held if last.is_on_its_way(self.time) => {
                format!("#{} is still on its way", last.number)
            }
            Fate::Arrives(_) | Fate::Held => self.lost_answer(last),
        }
    }

    fn lost_answer(&self, sent: &Segment) -> String {
        let newest = self.other.segments().rev().find(|answer| {
            answer.time_ns >= sent.time_ns && answer.has(flag::ACK) && !before(answer.ack, sent.end)
        });
        let Some(answer) = newest else {
            return match sent.dropped_by {
                Some(listener) => format!("#{} was dropped, {}", sent.number, full(listener)),
                None => format!("#{} was never answered", sent.number),
            };
        };
        let fate = match answer.fate {
            Fate::Lost(rule) => format!("was lost by wire rule {rule}"),
            Fate::Spoiled(rule) => format!("was corrupted by wire rule {rule}"),
            _ if answer.is_on_its_way(self.time) => "is still on its way".to_owned(),
            _ if self.since(answer) < AT_ONCE => "came too late".to_owned(),
            _ if self.options.defers && answer.len == 0 => {
                "was put aside: TCP_DEFER_ACCEPT waits for data".to_owned()
            }
            Fate::Arrives(_) | Fate::Held => match answer.dropped_by {
                Some(listener) => format!("was dropped, {}", full(listener)),
                None => "arrived, but its receiver's kernel did not accept it".to_owned(),
            },
        };
        format!("#{}, which acknowledges it, {fate}", answer.number)
    }
}

/// Why a listener takes no further connection.
pub(super) fn full(listener: Listener) -> String {
    let waits = match listener.waiting {
        1 => "1 connection waits".to_owned(),
        count => format!("{count} connections wait"),
    };
    format!(
        "because the accept queue is full: {waits} and the backlog is {}",
        listener.backlog
    )
}

fn lost_by(numbers: &[u64], rule: u32) -> String {
    let named = |numbers: &[u64]| {
        let names: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
        names.join(", ")
    };
    match numbers {
        [] => String::new(),
        [one] => format!("#{one} was lost by wire rule {rule}"),
        [first, .., last] if numbers.len() > 4 => {
            format!("#{first} … #{last} were lost by wire rule {rule}")
        }
        [first @ .., last] => {
            format!("{} and #{last} were lost by wire rule {rule}", named(first))
        }
    }
}

/// A cause that is the kernel's alone: `words` go on after the word of certainty.
pub(super) fn kernel(certainty: Certainty, words: String) -> Cause {
    Cause {
        certainty,
        command: None,
        process: String::new(),
        call: String::new(),
        kernel: words,
    }
}

/// What follows from a packet: from the call that caused that one, if one did, else from the packet itself.
pub(super) fn follows(number: u64, cause: Option<&Cause>, words: &str) -> Cause {
    let known = cause.filter(|cause| !cause.call.is_empty());
    Cause {
        certainty: Certainty::Follows,
        command: known.and_then(|cause| cause.command),
        process: known.map(|cause| cause.process.clone()).unwrap_or_default(),
        call: known.map(|cause| cause.call.clone()).unwrap_or_default(),
        kernel: if known.is_some() {
            words.to_owned()
        } else {
            // The packet is named already.
            let words = words
                .replace(&format!(" in #{number}"), "")
                .replace(&format!("#{number} "), "it ");
            format!("#{number}: {words}")
        },
    }
}

/// Nanoseconds in words: `402 ms`, `1.0 s`.
pub(super) fn waited(nanoseconds: i64) -> String {
    if nanoseconds < 500_000 {
        "less than 1 ms".to_owned()
    } else if nanoseconds < 10_000_000_000 {
        format!("{} ms", (nanoseconds + 500_000) / 1_000_000)
    } else {
        format!("{:.1} s", nanoseconds as f64 / 1e9)
    }
}
