//! The language of the wire's rules: the text after `wire`, read to plain data and written back. What a rule does to a frame is in
//! `lab`; which frames a filter means is in `filter`.
//!
//! A rule is a kind with its measure (`delay 50ms`, `loss 10%`, `drop`), then in any order:
//!
//! - which of the frames it matches it acts on: nothing is all of them, `next` the next one, `next 3` three, `2nd` the second and no
//!   other, `after 5` all but the first five, `next 2 after 5` the sixth and the seventh, `10%` one in ten by chance;
//! - which frames it matches: `from HOST`, `to HOST`, `where FILTER`. A filter ends where one of the other words begins.

mod clause;
pub(in crate::command) mod measure;
mod parse;
pub(in crate::command) mod reader;
pub mod suggest;
pub(in crate::command) mod text;

use super::filter;
use serde::{Deserialize, Serialize};
use socklab_packets::schema::capture::frame;
use socklab_packets::schema::link::eth;
use socklab_packets::schema::transport::{tcp, udp};

/// What is asked of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireOrder {
    /// Nothing: the rules are to be listed.
    List,
    /// A new rule.
    Add(WireRule),
    /// The cuts are mended: all, or those with this direction.
    Join {
        /// The host the cut names behind `from`.
        from: Option<String>,
        /// The host it names behind `to`.
        to: Option<String>,
    },
    /// All rules are dropped, or the one of this number.
    Clear(Option<u32>),
    /// The seed of chance.
    Seed(u64),
    /// So many of the frames that the wire holds go on, one after the other, the oldest first.
    Step(u64),
    /// The frame of this number that the wire holds goes on: a packet's number as it is typed, the frame's ticket as the wire gets it.
    StepFrame(u64),
    /// The frame of this number that the wire holds is lost, the number as in [`WireOrder::StepFrame`]; without one, the oldest.
    Lose(Option<u64>),
    /// All frames that the wire holds go on, and it holds none any more.
    Release,
}

/// A rule as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRule {
    /// What happens to the frames.
    pub action: WireAction,
    /// Which of the frames it matches it acts on.
    pub pick: Pick,
    /// Only frames of this host, a name or an address.
    pub from: Option<String>,
    /// Only frames for this host, a name or an address.
    pub to: Option<String>,
    /// Only frames that pass this display filter; empty: all.
    pub filter: String,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireAction {
    /// Loses them; with [`Pick::Chance`] it is written `loss 10%`.
    Drop,
    /// Delivers them twice.
    Duplicate,
    /// Lets another frame of their direction pass first.
    Reorder,
    /// Changes a byte.
    Corrupt,
    /// Delivers them later.
    Delay {
        /// Nanoseconds.
        delay_ns: u64,
        /// At most so many nanoseconds more or less, with even chances; not more than the delay.
        jitter_ns: u64,
    },
    /// Carries so many bits a second.
    Rate {
        /// Bits a second.
        bits: u64,
        /// How many frames of a direction may wait.
        queue: u32,
    },
    /// Carries packets of at most so many bytes, counted from the IP header.
    Mtu(u16),
    /// Loses everything until `join`.
    Cut,
    /// Holds frames until `step` or `release`.
    Hold,
}

/// Which of the frames that a rule matches it acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pick {
    /// All.
    All,
    /// Those that the dice choose, so many in a million.
    Chance(u32),
    /// It lets some pass, then acts on some.
    Counted {
        /// How many pass.
        skip: u64,
        /// How many it acts on; `None`: all that follow.
        count: Option<u64>,
    },
}

/// A million: the certain [`Pick::Chance`].
pub const CERTAIN: u32 = 1_000_000;
/// The smallest MTU: what every IPv4 network must carry in one piece (RFC 791 section 3.2).
pub const LEAST_MTU: u16 = 68;
/// The longest delay in nanoseconds: a minute.
pub const LONGEST_DELAY: u64 = 60_000_000_000;
/// How many frames wait for a slow wire unless told.
pub const DEFAULT_QUEUE: u32 = 100;
/// The most frames that can be told to wait.
pub const LONGEST_QUEUE: u32 = 10_000;

impl WireOrder {
    /// Reads the text after `wire`. Spans count from the start of `text`.
    pub fn parse(text: &str) -> Result<Self, super::diagnostic::Diagnostic> {
        parse::order(text).map_err(|error| error.located(text))
    }

    /// The order as it would be typed after `wire`; `parse` reads the same from it. Empty for the list.
    pub fn text(&self) -> String {
        text::order(self)
    }
}

impl WireRule {
    /// The rule as it would be typed after `wire`: `drop next 1 from client where tcp.flags.syn == 1`.
    pub fn text(&self) -> String {
        text::rule(self)
    }

    /// True for a setting, of which the wire has one for the same frames: the next one takes its place.
    pub fn is_setting(&self) -> bool {
        match self.action {
            WireAction::Rate { .. } | WireAction::Mtu(_) | WireAction::Cut | WireAction::Hold => {
                true
            }
            WireAction::Delay { .. } => self.pick == Pick::All,
            WireAction::Drop => matches!(self.pick, Pick::Chance(_)),
            _ => false,
        }
    }
}

/// Why the wire cannot know a field, with what to write instead; `None` when one frame and the SYNs before it tell the field.
pub fn unknown_field(name: &str) -> Option<&'static str> {
    match name {
        _ if name == tcp::STREAM.name => Some("name its ports: tcp.port == 5000"),
        _ if name == udp::STREAM.name => Some("name its ports: udp.port == 5000"),
        _ if name == frame::NUMBER.name => Some("count: `2nd`, `next 3`, `after 5`"),
        _ if name.contains(".time_") => Some("count: `2nd`, `next 3`, `after 5`"),
        _ if name == tcp::COMPLETENESS.name => Some("name the flags: tcp.flags.syn == 1"),
        _ if name.starts_with("socklab.") => {
            Some("the wire acts before anything is known of a frame: name its fields")
        }
        _ if name.starts_with("tcp.analysis.") => {
            Some("count what is sent again: `2nd where tcp.seq == 1 && tcp.len > 0`")
        }
        _ => None,
    }
}

/// Whether a filter speaks of ARP, and whether of neighbour discovery: else rules that pick leave these alone.
pub fn speaks_of_neighbours(filter: &str) -> (bool, bool) {
    let named = filter::named_fields(filter);
    let names = |protocol: &str| {
        named
            .iter()
            .any(|(_, entry)| *entry == eth::TYPE || entry.name.split('.').next() == Some(protocol))
    };
    (names("arp"), names("icmpv6"))
}

#[cfg(test)]
mod tests;
