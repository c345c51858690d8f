//! Reports of the groups that a host is a member of: IGMP (RFC 3376) and multicast listener discovery (RFC 3810). The kernel sends them when
//! a call joins or leaves a group, again in case one was lost, and in answer to a router's query.

use super::scene::{follows, kernel};
use super::{ADDRESSES, CauseFinder, Found, Seen, caused};
use socklab_packets::headers::Transport;
use socklab_packets::record::{Certainty, PacketEvent};

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

impl CauseFinder {
    /// The cause of a report of groups.
    pub(super) fn of_membership(&mut self, packet: &PacketEvent) -> Option<Found> {
        let (Message::Report, six) = message(packet)? else {
            return None;
        };
        let time = packet.frame.time_ns;
        let key = (packet.network, packet.host.to_string(), six);
        let running = self.windows.iter().rev().find(|window| {
            let member = |fd: i32| {
                let options = self.options.get(&(window.process.clone(), fd));
                options.is_some_and(|options| options.member)
            };
            *window.host == *packet.host
                && window.start_ns <= time
                && window.end_ns.is_none_or(|end| time - end < SOON)
                && matches!(window.name.as_str(), "setsockopt" | "close" | "exit")
                && window.fd.map_or(window.name == "exit", member)
        });
        let found = match (running, self.reports.get(&key)) {
            (Some(window), _) => {
                let words = if window.name == "setsockopt" {
                    "the kernel reports the groups that the host joins or leaves"
                } else {
                    "the socket was a member of a group: the kernel reports that the host leaves it"
                };
                caused(window, words.to_owned())
            }
            (None, Some((last, when))) if time - when < REPEATED => {
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
        let seen = Seen {
            number: packet.number,
            cause: Some(found.cause.clone()),
        };
        self.reports.insert(key, (seen, time));
        Some(found)
    }
}
