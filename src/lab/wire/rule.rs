//! A rule of the wire with what it has counted so far: which frames it matches, and whether it acts on them. What an action does to
//! a frame is in `wire`; how a rule is written is in `command::wire`.

use super::Port;
use crate::command::filter::{Filter, FilterError};
use crate::command::wire::{CERTAIN, Pick, WireAction, WireRule, speaks_of_neighbours};
use crate::event::wire::RuleRow;
use crate::sys::dice::Dice;
use std::collections::VecDeque;

/// A rule that stands.
#[derive(Debug)]
pub(super) struct Rule {
    /// Its number, from 1.
    pub(super) number: u32,
    /// What was typed.
    pub(super) order: WireRule,
    /// The senders it is about.
    pub(super) from: End,
    /// The receivers it is about.
    pub(super) to: End,
    /// Its chance.
    pub(super) dice: Dice,
    /// What it remembers of each sender, by port.
    pub(super) lanes: Vec<Lane>,
    /// How many frames it acted on.
    pub(super) fired: u64,
    filter: Option<Filter>,
    /// Whether it is about ARP and about neighbour discovery.
    neighbours: (bool, bool),
    /// How many frames it matched.
    seen: u64,
}

/// Which hosts one end of a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All.
    Any,
    /// One.
    Host(Port),
    /// One that is not on the wire now.
    Gone,
}

/// Frames of one sender behind one another, in a rule that delays.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    /// When the last of them leaves: the next does not leave before.
    pub(super) last_ns: u64,
    /// When those leave that have not left yet; for a rate only.
    pub(super) leaving: VecDeque<u64>,
}

/// What a frame is besides its bytes, as far as rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ARP.
    Arp,
    /// IPv6 neighbour discovery (RFC 4861).
    NeighbourDiscovery,
    /// Anything else.
    Other,
}

impl Kind {
    /// Of a frame with an Ethernet header.
    pub(super) fn of(frame: &[u8]) -> Self {
        const ETHERTYPE: usize = 12;
        const NEXT_HEADER: usize = 14 + 6;
        const MESSAGE: usize = 14 + 40;
        const ICMPV6: u8 = 58;
        match frame.get(ETHERTYPE..ETHERTYPE + 2) {
            Some([0x08, 0x06]) => Self::Arp,
            Some([0x86, 0xdd])
                if frame.get(NEXT_HEADER) == Some(&ICMPV6)
                    && frame
                        .get(MESSAGE)
                        .is_some_and(|kind| (133..=137).contains(kind)) =>
            {
                Self::NeighbourDiscovery
            }
            _ => Self::Other,
        }
    }
}

impl Rule {
    /// A rule that has seen nothing yet; its ends are still to be set.
    pub(super) fn new(number: u32, seed: u64, order: WireRule) -> Result<Self, FilterError> {
        let filter = match order.filter.as_str() {
            "" => None,
            text => Some(Filter::parse(text)?),
        };
        Ok(Self {
            number,
            dice: Dice::new(seed, number),
            neighbours: speaks_of_neighbours(&order.filter),
            filter,
            order,
            from: End::Any,
            to: End::Any,
            lanes: Vec::new(),
            seen: 0,
            fired: 0,
        })
    }

    /// True while it can still act.
    pub(super) fn is_live(&self) -> bool {
        match self.order.pick {
            Pick::Counted {
                skip,
                count: Some(count),
            } => self.seen < skip.saturating_add(count),
            _ => true,
        }
    }

    /// True when frames of this kind and sender can be among those it matches; the filter and the receiver are still to be asked.
    pub(super) fn concerns(&self, from: Port, kind: Kind) -> bool {
        let picks = match self.order.action {
            WireAction::Cut | WireAction::Rate { .. } | WireAction::Mtu(_) => false,
            WireAction::Delay { .. } => self.order.pick != Pick::All,
            _ => true,
        };
        let kind_matches = match kind {
            Kind::Arp => !picks || self.neighbours.0,
            Kind::NeighbourDiscovery => !picks || self.neighbours.1,
            Kind::Other => true,
        };
        let sender_matches = match self.from {
            End::Any => true,
            End::Host(port) => port == from,
            End::Gone => false,
        };
        self.is_live() && kind_matches && sender_matches
    }

    /// True for a rule that holds frames in the air.
    pub(super) fn holds(&self) -> bool {
        self.order.action == WireAction::Hold
    }

    /// The filter, if it has one.
    pub(super) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// Counts a frame that it matches; true when it acts on it.
    pub(super) fn takes(&mut self) -> bool {
        self.seen = self.seen.saturating_add(1);
        match self.order.pick {
            Pick::All => true,
            Pick::Chance(chance) => self.dice.below(CERTAIN.into()) < u64::from(chance),
            Pick::Counted { skip, count } => {
                self.seen > skip
                    && count.is_none_or(|count| self.seen <= skip.saturating_add(count))
            }
        }
    }

    /// What it remembers of a sender.
    pub(super) fn lane(&mut self, from: Port) -> &mut Lane {
        let place = usize::from(from.0);
        if self.lanes.len() <= place {
            self.lanes.resize_with(place + 1, Lane::default);
        }
        &mut self.lanes[place]
    }

    /// As `wire` lists it.
    pub(super) fn row(&self) -> RuleRow {
        let left = match self.order.pick {
            Pick::Counted {
                skip,
                count: Some(count),
            } => Some(
                skip.saturating_add(count)
                    .saturating_sub(self.seen)
                    .min(count),
            ),
            _ => None,
        };
        RuleRow {
            number: self.number,
            text: self.order.text(),
            fired: self.fired,
            left,
        }
    }
}
