//! The packet lines of a command, put to the packets that came: which of them answer to which, and where the two part. Pure.

use super::difference::{Difference, Seen, answers, compare};
use crate::command::expectation::pattern::Pattern;
use crate::event::packet::{Label, PacketEvent};
use crate::packet::headers::{Net, Transport, flag};
use std::collections::BTreeMap;

/// Packets in the order in which they are expected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequence {
    /// What is expected.
    pub items: Vec<Item>,
    /// These and no others.
    pub exactly: bool,
}

/// One line of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it says.
    pub kind: Kind,
}

/// What a line of a sequence says.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// This packet.
    Packet(Pattern),
    /// This packet, or not.
    Maybe(Pattern),
    /// These, in any order.
    Unordered(Vec<Pattern>),
    /// Any packets, or none.
    Anything,
}

/// How packets stand to a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are as expected.
    Held,
    /// So far they are; this line still waits for its packet. `nearest` is what was most like it.
    Waiting {
        /// The line in the file.
        line: usize,
        /// What is expected.
        expected: String,
        /// The packet that was most like it among those that did not matter.
        nearest: Option<Difference>,
    },
    /// Another packet came in its place, and nothing that may still come mends it.
    Mismatch {
        /// The line in the file; that of the last item when a packet too many came.
        line: usize,
        /// How it differs.
        difference: Difference,
    },
}

/// Places in the list of packets that can have been reached, each with the time of the packet matched last.
type Places = BTreeMap<usize, i64>;

/// Puts packets, oldest first, to a sequence. `began_ns` is when the command began.
pub fn judge(sequence: &Sequence, packets: &[Seen<'_>], began_ns: i64) -> Outcome {
    walk(sequence, packets, began_ns).0
}

/// How many of the packets, from the oldest on, a sequence that holds has used up; `None` for one that does not hold.
pub fn used(sequence: &Sequence, packets: &[Seen<'_>], began_ns: i64) -> Option<usize> {
    let (outcome, places) = walk(sequence, packets, began_ns);
    let first = places.keys().next().copied();
    first.filter(|_| outcome == Outcome::Held)
}

/// How it goes, and the places that are reached behind the packet of the last line.
fn walk(sequence: &Sequence, packets: &[Seen<'_>], began_ns: i64) -> (Outcome, Places) {
    let mut places: Places = [(0, began_ns)].into();
    for item in &sequence.items {
        let open = skipped(places.clone(), packets, sequence.exactly);
        let next = match &item.kind {
            Kind::Anything => {
                let first = open
                    .iter()
                    .next()
                    .map_or((0, began_ns), |(at, ns)| (*at, *ns));
                (first.0..=packets.len()).map(|at| (at, first.1)).collect()
            }
            Kind::Packet(pattern) => matched(pattern, &open, packets),
            Kind::Maybe(pattern) => {
                let mut next = open.clone();
                next.extend(matched(pattern, &open, packets));
                next
            }
            Kind::Unordered(patterns) => {
                unordered(patterns, places.clone(), packets, sequence.exactly)
            }
        };
        if next.is_empty() {
            let patterns: Vec<&Pattern> = match &item.kind {
                Kind::Packet(pattern) | Kind::Maybe(pattern) => vec![pattern],
                Kind::Unordered(patterns) => patterns.iter().collect(),
                Kind::Anything => Vec::new(),
            };
            let outcome = parted(item, &patterns, &open, packets, sequence.exactly);
            return (outcome, next);
        }
        places = next;
    }
    let open = skipped(places.clone(), packets, sequence.exactly);
    let last = open.keys().next_back().copied().unwrap_or(0);
    let outcome = match packets.get(last).filter(|_| sequence.exactly) {
        Some(extra) => Outcome::Mismatch {
            line: sequence.items.last().map_or(0, |item| item.line),
            difference: too_many(extra),
        },
        None => Outcome::Held,
    };
    (outcome, places)
}

/// The places from which only packets that do not matter are passed over.
fn skipped(mut places: Places, packets: &[Seen<'_>], exactly: bool) -> Places {
    let Some(first) = places.keys().next().copied() else {
        return places;
    };
    for (at, seen) in packets.iter().enumerate().skip(first) {
        if let Some(since) = places.get(&at).copied()
            && does_not_matter(seen.packet, exactly)
        {
            places.entry(at + 1).or_insert(since);
        }
    }
    places
}

fn matched(pattern: &Pattern, open: &Places, packets: &[Seen<'_>]) -> Places {
    open.iter()
        .filter_map(|(at, since)| {
            let seen = packets.get(*at)?;
            answers(pattern, seen, *since).then_some((at + 1, seen.packet.frame.time_ns))
        })
        .collect()
}

/// The places after all patterns have found a packet, in whatever order.
fn unordered(patterns: &[Pattern], places: Places, packets: &[Seen<'_>], exactly: bool) -> Places {
    let full = (1_u32 << patterns.len().min(MOST_UNORDERED)) - 1;
    let mut by_found: BTreeMap<u32, Places> = [(0, places)].into();
    // A set is only reached from smaller ones, so going up visits each once.
    for found in 0..=full {
        let Some(places) = by_found.remove(&found) else {
            continue;
        };
        if found == full {
            return places;
        }
        let open = skipped(places, packets, exactly);
        for (place, pattern) in patterns.iter().enumerate().take(MOST_UNORDERED) {
            let bit = 1 << place;
            if found & bit == 0 {
                by_found
                    .entry(found | bit)
                    .or_default()
                    .extend(matched(pattern, &open, packets));
            }
        }
        by_found.retain(|_, places| !places.is_empty());
    }
    Places::new()
}

/// At most so many packets stand in one `unordered`: each doubles the ways to try.
pub const MOST_UNORDERED: usize = 10;

/// Says where packets and sequence part.
fn parted(
    item: &Item,
    patterns: &[&Pattern],
    open: &Places,
    packets: &[Seen<'_>],
    exactly: bool,
) -> Outcome {
    let (first, since) = open.iter().next().map_or((0, 0), |(at, ns)| (*at, *ns));
    let last = open.keys().next_back().copied().unwrap_or(first);
    // What stands in the way, and else what was passed over: the one that is most like what was expected.
    let wrong = packets
        .get(last)
        .filter(|seen| !does_not_matter(seen.packet, exactly));
    let nearest = (first..packets.len().min(last + 1))
        .flat_map(|at| patterns.iter().map(move |pattern| (at, pattern)))
        .map(|(at, pattern)| {
            let since = open.get(&at).copied().unwrap_or(since);
            let (difference, right) = compare(pattern, &packets[at], since);
            (right, at, difference)
        })
        .max_by_key(|(right, at, _)| (*right, *at));
    match (wrong, nearest) {
        (Some(_), Some((_, _, Some(difference)))) => Outcome::Mismatch {
            line: item.line,
            difference,
        },
        (_, nearest) => Outcome::Waiting {
            line: item.line,
            expected: patterns
                .iter()
                .map(|pattern| pattern.text.as_str())
                .collect::<Vec<_>>()
                .join(", or "),
            nearest: nearest
                .filter(|(right, ..)| *right > 0)
                .and_then(|(_, _, difference)| difference),
        },
    }
}

fn too_many(extra: &Seen<'_>) -> Difference {
    let (shown, _) = compare(&impossible(), extra, 0);
    let actual = shown.map_or_else(String::new, |difference| difference.actual);
    Difference {
        expected: "nothing more".to_owned(),
        actual,
        number: extra.packet.number,
        field: "number of packets".to_owned(),
        wanted: "no more of them".to_owned(),
        found: "one more".to_owned(),
    }
}

/// A pattern no packet answers to, to have a packet put into words.
fn impossible() -> Pattern {
    Pattern {
        cause: vec!["\0".to_owned()],
        ..Pattern::default()
    }
}

/// What goes unmentioned: what the link does for itself, and, unless all are counted, pure acknowledgments and what was sent again.
fn does_not_matter(packet: &PacketEvent, exactly: bool) -> bool {
    if is_of_the_link(packet) {
        return true;
    }
    let labels = packet.track.labels.as_fields();
    let again = labels.contains(Label::Retransmission) && packet.lost().is_none();
    !exactly && (is_pure_acknowledgment(packet) || again)
}

/// A segment that only acknowledges: no data, no SYN, FIN or RST.
pub fn is_pure_acknowledgment(packet: &PacketEvent) -> bool {
    const OTHERS: u16 = flag::SYN | flag::FIN | flag::RST;
    packet
        .headers
        .tcp()
        .is_some_and(|tcp| tcp.len == 0 && tcp.flags & OTHERS == 0)
}

/// ARP (RFC 826), neighbour and router discovery (RFC 4861), multicast listeners (RFC 3810), IGMP.
pub fn is_of_the_link(packet: &PacketEvent) -> bool {
    match packet.headers.transport {
        Transport::Icmpv6(icmp) => matches!(icmp.kind, 130..=137 | 143),
        Transport::Igmp(_) => true,
        _ => matches!(packet.headers.net, Net::Arp(_)),
    }
}

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod tests;
