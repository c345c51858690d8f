//! When a frame really reached the host it was for: what the wire says of it, in place of what its rules let expect. A wire that is late
//! because the machine is busy makes nobody else late.

use super::flow::{self, Fate};
use super::neighbour::{self, Neighbour};
use super::{CONVERSATIONS, CauseFinder};
use socklab_packets::record::PacketEvent;
use socklab_packets::wire::Delivered;
use std::net::IpAddr;

/// What the wire holds, and where its delivery is noted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parcel {
    /// A segment of TCP: its conversation, its direction, its number.
    Segment(u32, bool, u64),
    /// The Ethernet address of a neighbour, told on a network in the packet of this number.
    Neighbour(u16, IpAddr, u64),
}

impl CauseFinder {
    /// The packet that was found last went by the wire, which gave it this number (0: it did not come from a host by the wire) and has
    /// delivered it then; `None` when it has not, or not yet.
    pub fn carried(&mut self, packet: &PacketEvent, ticket: u64, delivered: Option<Delivered>) {
        let arrives = matches!(flow::fate(packet), Fate::Arrives(_));
        let Some(parcel) = parcel(packet).filter(|_| ticket > 0 && arrives) else {
            return;
        };
        match delivered {
            Some(delivered) => self.note(parcel, Fate::Arrives(delivered)),
            // A frame that no rule holds and that nobody took went nowhere.
            None if packet.rulings.is_empty() => {}
            None => {
                self.note(parcel, Fate::Held);
                if self.held.len() > CONVERSATIONS {
                    self.held.clear();
                }
                self.held.insert(ticket, parcel);
            }
        }
    }

    /// The wire has delivered what it held; the last piece or copy of it, when that is told several times.
    pub fn delivered(&mut self, ticket: u64, delivered: Delivered) {
        let Some(parcel) = self.held.get(&ticket).copied() else {
            return;
        };
        if let Some(place) = self.place(parcel) {
            *place = match *place {
                Fate::Arrives(first) => Fate::Arrives(first.and(Some(delivered))),
                _ => Fate::Arrives(delivered),
            };
        }
    }

    fn note(&mut self, parcel: Parcel, fate: Fate) {
        if let Some(place) = self.place(parcel) {
            *place = fate;
        }
    }

    fn place(&mut self, parcel: Parcel) -> Option<&mut Fate> {
        match parcel {
            Parcel::Segment(conversation, forward, number) => {
                let flow = self.flows.get_mut(&conversation)?;
                let segment = flow.sides[usize::from(!forward)].numbered(number)?;
                Some(&mut segment.fate)
            }
            Parcel::Neighbour(network, target, number) => {
                let key = (network, target);
                let places = [self.told.get_mut(&key), self.asking.get_mut(&key)];
                let mut places = places.into_iter().flatten();
                places.find(|told| told.0 == number).map(|told| &mut told.1)
            }
        }
    }
}

fn parcel(packet: &PacketEvent) -> Option<Parcel> {
    if let Some(neighbour) = neighbour::neighbour(packet) {
        return match neighbour {
            Neighbour::Tells(target) => {
                Some(Parcel::Neighbour(packet.network, target, packet.number))
            }
            Neighbour::Asks(_) => neighbour::sender(packet)
                .map(|sender| Parcel::Neighbour(packet.network, sender, packet.number)),
        };
    }
    packet.headers.tcp()?;
    let conversation = packet.track.conversation?;
    Some(Parcel::Segment(
        conversation,
        packet.track.forward,
        packet.number,
    ))
}
