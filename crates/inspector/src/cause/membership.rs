//! Reports of the groups that a host is a member of: IGMP (RFC 3376) and multicast listener discovery (RFC 3810). The kernel sends them when
//! a call joins or leaves a group, again in case one was lost, and in answer to a router's query.

use super::scene::{follows, kernel};
use super::{ADDRESSES, CONVERSATIONS, CauseFinder, Found, Seen, caused};
use crate::call_window::CallWindow;
use socklab_packets::headers::{Net, Transport};
use socklab_packets::record::{Certainty, PacketEvent};
use std::net::IpAddr;

/// A report that follows another within this time repeats it; both protocols wait for at most 1 s between two of the same.
const REPEATED: i64 = 10_000_000_000;

/// The kernel sends the first report of a change by a timer of one tick, not in the call: so soon after the call it is the call's.
const SOON: i64 = 150_000_000;

/// What a message about groups does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Query,
    Report,
}

/// The message, and whether it is IPv6's.
fn message(packet: &PacketEvent) -> Option<(Message, bool)> {
    match &packet.headers.transport {
        Transport::Igmp(igmp) => match igmp {
            0x11 => Some((Message::Query, false)),
            0x12 | 0x16 | 0x17 | 0x22 => Some((Message::Report, false)),
            _ => None,
        },
        Transport::Icmpv6(icmp) => match icmp.kind {
            130 => Some((Message::Query, true)),
            131 | 132 | 143 => Some((Message::Report, true)),
            _ => None,
        },
        _ => None,
    }
}

/// True when a report names a group: both protocols write its address as it is.
fn tells_of(packet: &PacketEvent, group: IpAddr) -> bool {
    let bytes = &packet.frame.bytes;
    match group {
        IpAddr::V4(four) => bytes.windows(4).any(|part| part == four.octets()),
        IpAddr::V6(six) => bytes.windows(16).any(|part| part == six.octets()),
    }
}

/// What IP carries: two equal reports may differ in the headers before it.
fn carried(packet: &PacketEvent) -> &[u8] {
    let header = match packet.headers.net {
        Net::Ipv4(ip) => ip.header,
        Net::Ipv6(ip) => ip.header,
        _ => return &[],
    };
    let bytes = packet.frame.bytes.get(header.end as usize..);
    bytes.unwrap_or_default()
}

/// The newest report of a host.
#[derive(Debug)]
pub(super) struct Report {
    seen: Seen,
    time_ns: i64,
    /// What it says.
    message: Box<[u8]>,
}

impl Report {
    /// True when a report that follows, at a time and with these words, only repeats it.
    fn is_repeated(&self, time_ns: i64, message: &[u8]) -> bool {
        time_ns - self.time_ns < REPEATED && *self.message == *message
    }
}

impl CauseFinder {
    /// A call joined or left a group; `value` as its arguments show it: `{imr_multiaddr=239.1.2.3, …}`.
    pub(super) fn remember_groups(&mut self, process: &str, fd: i32, value: &str) {
        if self.groups.len() > CONVERSATIONS {
            self.groups.clear();
        }
        let words = value.split(|next: char| " ,={}[]\"".contains(next));
        let named = words.filter_map(|word| word.parse::<IpAddr>().ok());
        let known = self.groups.entry((process.to_owned(), fd)).or_default();
        for group in named.filter(IpAddr::is_multicast) {
            if !known.contains(&group) {
                known.push(group);
            }
        }
    }

    /// The cause of a report of groups.
    pub(super) fn of_membership(&mut self, packet: &PacketEvent) -> Option<Found> {
        let (Message::Report, six) = message(packet)? else {
            return None;
        };
        let time = packet.frame.time_ns;
        let key = (packet.network, packet.host.to_string(), six);
        let message = carried(packet);
        let last = self.reports.get(&key);
        // A call that changed nothing, a join that failed for one, has no report of its own: this is the last one again.
        let repeated = last.is_some_and(|last| last.is_repeated(time, message));
        let running = (!repeated).then(|| self.changes_groups(packet)).flatten();
        let found = match (running, last) {
            (Some(window), _) => {
                let words = if window.name == "setsockopt" {
                    "the kernel reports the groups that the host joins or leaves"
                } else {
                    "the socket was a member of a group: the kernel reports that the host leaves it"
                };
                caused(window, words.to_owned())
            }
            (None, Some(last)) if time - last.time_ns < REPEATED => {
                let last = &last.seen;
                let words = format!(
                    "the kernel reports its groups again, in case #{} was lost",
                    last.number
                );
                Found::alone(follows(last.number, last.cause.as_ref(), &words))
            }
            _ => {
                let words = if six {
                    "the kernel: its interface has addresses, and each is in a group for the search for neighbours (RFC 4861)"
                } else {
                    "the kernel reports the groups that the host is a member of"
                };
                Found::alone(kernel(Certainty::Caused, words.to_owned()))
            }
        };
        if self.reports.len() > ADDRESSES {
            self.reports.clear();
        }
        let report = Report {
            seen: Seen {
                number: packet.number,
                cause: Some(found.cause.clone()),
            },
            time_ns: time,
            message: message.into(),
        };
        self.reports.insert(key, report);
        Some(found)
    }

    /// The call that joins or leaves a group of which a report tells: it runs, or has just returned.
    fn changes_groups(&self, packet: &PacketEvent) -> Option<&CallWindow> {
        let time = packet.frame.time_ns;
        self.windows.iter().rev().find(|window| {
            let member = |fd: i32| {
                let groups = self.groups.get(&(window.process.clone(), fd));
                groups.is_some_and(|groups| groups.iter().any(|group| tells_of(packet, *group)))
            };
            *window.host == *packet.host
                && window.start_ns <= time
                && window.end_ns.is_none_or(|end| time - end < SOON)
                && matches!(window.name.as_str(), "setsockopt" | "close" | "exit")
                && window.fd.map_or(window.name == "exit", member)
        })
    }
}
