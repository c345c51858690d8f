//! What the wire did with a frame, and the rules it holds: plain data. The wire itself is in `lab`.

use serde::{Deserialize, Serialize};

/// One rule's effect on one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The rule's number, from 1, as `wire` lists it.
    pub rule: u32,
    /// What it did.
    pub effect: Effect,
}

/// What a rule does to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Nobody receives it.
    Lost,
    /// It leaves the wire this many nanoseconds later than it would have.
    Delayed(u64),
    /// It is delivered twice.
    Duplicated,
    /// It is in the air: the wire holds it until `wire step` or `wire release`.
    Held,
    /// It is held back until another frame of its direction has passed it.
    Reordered,
    /// The byte at this offset of the frame is not what was sent.
    Corrupted(u16),
    /// It is longer than the wire's MTU (bytes of the network layer) and was answered as a router would: with an ICMP error.
    TooBig(u16),
    /// It is longer than the wire's MTU and was carried in this many IPv4 fragments.
    Fragmented(u16),
}

impl Effect {
    /// True when nobody receives the frame.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Lost | Self::TooBig(_))
    }

    /// True when the receiver's kernel cannot take the frame for what was sent: it does not come, or its checksum is wrong.
    pub fn moves_nobody(self) -> bool {
        self.is_loss() || matches!(self, Self::Corrupted(_))
    }
}

/// When a frame was handed to the host it was for: between these two moments, nanoseconds since the epoch. An idle kernel has worked on
/// it, and has answered it where it answers at once, by the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Not before this.
    pub from_ns: i64,
    /// Not after this.
    pub until_ns: i64,
}

impl Delivered {
    /// The time of all the copies or pieces of a frame, when another one has been delivered.
    #[must_use]
    pub fn and(self, later: Option<Self>) -> Self {
        Self {
            until_ns: later.map_or(self.until_ns, |later| later.until_ns),
            ..self
        }
    }
}

/// A rule as `wire` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// The rule's number, from 1; never given twice until `wire clear`.
    pub number: u32,
    /// The rule as it would be typed: `drop next 1 from client where tcp.flags.syn == 1`.
    pub text: String,
    /// How many frames it acted on.
    pub fired: u64,
    /// How many more it will act on; `None`: no end.
    pub left: Option<u64>,
}
