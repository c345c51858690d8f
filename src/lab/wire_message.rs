//! What the terminal and the wire's process say to each other. Orders go as one postcard message a datagram; what passed comes
//! back in datagrams that hold as many records as fit, each followed by its frame's bytes.

use crate::command::wire::WireOrder;
use crate::event::wire::{Delivered, RuleRow, Ruling};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A datagram in either direction is at most this long.
pub const LIMIT: usize = 64 * 1024;

/// The port of what no host sent: the wire's own ICMP errors.
pub const ITSELF: u16 = u16::MAX;

/// What the terminal asks of the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WireRequest {
    /// A host's cable was plugged in.
    Attach {
        /// The host's name, by which rules know it.
        name: String,
        /// The interface index of the wire's end of the cable.
        ifindex: u32,
        /// The host's Ethernet address.
        mac: [u8; 6],
        /// Its addresses.
        addresses: Vec<IpAddr>,
    },
    /// A `wire` command.
    Order(WireOrder),
    /// Say so when everything that came before this has been carried and told.
    Sync(u64),
}

/// What the wire tells, one record after another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// A frame came from a host; `captured` bytes of it follow.
    Frame {
        /// When the kernel saw it: nanoseconds since the epoch.
        time_ns: i64,
        /// The sending host's port, in the order of attachment, or [`ITSELF`].
        port: u16,
        /// Its length.
        len: u32,
        /// How many of its bytes follow.
        captured: u32,
        /// What the rules did with it.
        rulings: Vec<Ruling>,
        /// Which of the frames that came from hosts it is, from 1; 0 for the wire's own.
        ticket: u64,
        /// When it was delivered, if it has been.
        delivered: Option<Delivered>,
    },
    /// A frame that was held has been delivered.
    Delivered {
        /// Which of the frames.
        ticket: u64,
        /// When.
        delivered: Delivered,
    },
    /// A frame that was held in the air is lost: which of the frames.
    Dropped(u64),
    /// The answer to an order: all rules, or why it could not be carried out.
    Rules(Result<Vec<RuleRow>, String>),
    /// Everything before the [`WireRequest::Sync`] of this number has been told.
    Synced {
        /// That number.
        number: u64,
        /// True when a rule holds a frame that is still to be delivered.
        holds: bool,
    },
    /// So many frames in all were not carried because the wire's process was not fast enough, and so many were carried but not told
    /// because the terminal did not fetch them.
    Missed {
        /// Not carried.
        carried: u64,
        /// Not told.
        told: u64,
    },
}
