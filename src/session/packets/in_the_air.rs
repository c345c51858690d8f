//! The packets that the wire holds in the air (`wire hold`): which they are, and what became of each.

use super::{Ends, Packets};
use crate::event::packet::PacketEvent;
use crate::event::wire::Delivered;
use crate::packet::headers::Transport;
use std::net::SocketAddr;

/// A packet in the air.
#[derive(Clone, Debug)]
pub struct InTheAir {
    /// The number by which the wire knows the frame.
    pub ticket: u64,
    /// The packet's number.
    pub number: u64,
    /// When it was sent, in nanoseconds since the epoch.
    pub sent_ns: i64,
    /// The host it is for; empty when no host has the address.
    pub receiver: String,
    /// Both ends of a TCP segment, the sender's first, each with its host and what its socket is called.
    pub ends: Option<[(String, SocketAddr, String); 2]>,
}

/// What became of a packet that was in the air.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The packet.
    pub packet: InTheAir,
    /// When it arrived; `None` when it was lost.
    pub delivered: Option<Delivered>,
}

impl Packets {
    /// The packets that the wire holds in the air, oldest first.
    pub fn in_the_air(&self) -> &[InTheAir] {
        &self.in_the_air
    }

    /// Takes the packets that have landed since, in that order.
    pub fn take_landed(&mut self) -> Vec<Landed> {
        self.take_deliveries();
        for ticket in self.taps.take_dropped() {
            self.land(ticket, None);
        }
        std::mem::take(&mut self.landed)
    }

    /// A frame has gone on, or is lost.
    pub(super) fn land(&mut self, ticket: u64, delivered: Option<Delivered>) {
        let place = self.in_the_air.iter().position(|one| one.ticket == ticket);
        if let Some(place) = place {
            let packet = self.in_the_air.remove(place);
            self.landed.push(Landed { packet, delivered });
        }
    }

    /// Remembers a packet if the wire holds it.
    pub(super) fn hold(&mut self, packet: &PacketEvent, ticket: u64, ends: Ends) {
        if !packet.is_held() {
            return;
        }
        let name = |place: Option<usize>| {
            let host = place.map(|place| self.taps.host(place).to_owned());
            host.unwrap_or_default()
        };
        let (sender, receiver) = (name(ends.sender), name(ends.receiver));
        let tcp = matches!(packet.headers.transport, Transport::Tcp(_));
        let called = |label: &str, address: SocketAddr| match label {
            "" => address.to_string(),
            label => label.to_owned(),
        };
        let ends = packet
            .headers
            .endpoints()
            .filter(|_| tcp)
            .map(|(from, to)| {
                [
                    (sender, from, called(&packet.from, from)),
                    (receiver.clone(), to, called(&packet.to, to)),
                ]
            });
        self.in_the_air.push(InTheAir {
            ticket,
            number: packet.number,
            sent_ns: packet.frame.time_ns,
            receiver,
            ends,
        });
    }

    /// The state of a host's end of a connection as its kernel told it last.
    pub fn state_now(&self, host: &str, own: SocketAddr, peer: SocketAddr) -> &'static str {
        let evidence = self.finder.evidence(host, own, peer, i64::MAX);
        match evidence.before {
            Some(sample) => sample.state,
            None if self.finder.listens(host, own) => "LISTEN",
            None => "CLOSED",
        }
    }
}
