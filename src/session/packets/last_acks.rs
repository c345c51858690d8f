//! The last ACK of a handshake that a rule of the wire held: whether the listener took it is known only after it has arrived.

use super::Packets;
use crate::event::packet::{PacketEvent, Phase};
use std::net::SocketAddr;

/// At most this many are remembered.
const MOST: usize = 4096;

/// A last ACK on its way.
#[derive(Debug)]
pub(super) struct LastAck {
    ticket: u64,
    number: u64,
    /// The name of its sender's socket, or its address.
    sender: String,
    receiver: String,
    ends: (SocketAddr, SocketAddr),
    /// When it arrived, in nanoseconds since the epoch, once it has.
    arrived_ns: Option<i64>,
}

impl Packets {
    /// Remembers a packet if it is the last ACK of a handshake and has not arrived yet.
    pub(super) fn await_last_ack(&mut self, packet: &PacketEvent, ticket: u64, receiver: &str) {
        let is_held = packet.track.phase == Some(Phase::Handshake(3))
            && !packet.rulings.is_empty()
            && packet.arrival_ns().is_some();
        let Some(ends) = packet.headers.endpoints().filter(|_| is_held) else {
            return;
        };
        if self.last_acks.len() >= MOST {
            self.last_acks.clear();
        }
        let sender = match packet.from.as_ref() {
            "" => ends.0.to_string(),
            name => name.to_owned(),
        };
        self.last_acks.push(LastAck {
            ticket,
            number: packet.number,
            sender,
            receiver: receiver.to_owned(),
            ends,
            arrived_ns: None,
        });
    }

    /// Takes in what the wire has delivered of the frames that were shown already.
    pub(super) fn take_deliveries(&mut self) {
        for (ticket, delivered) in self.taps.deliveries() {
            self.finder.delivered(ticket, delivered);
            self.land(ticket, Some(delivered));
            let mut awaited = self.last_acks.iter_mut();
            if let Some(last_ack) = awaited.find(|one| one.ticket == ticket) {
                last_ack.arrived_ns = Some(delivered.until_ns);
            }
        }
    }

    /// The last ACKs that have arrived since and were dropped, a sentence each. Those about which no kernel was asked yet wait.
    pub fn dropped_last_acks(&mut self) -> Vec<String> {
        self.take_deliveries();
        let mut notes = Vec::new();
        let finder = &self.finder;
        self.last_acks.retain(|last_ack| {
            let fate = last_ack.arrived_ns.and_then(|arrived_ns| {
                finder.dropped_last_ack(&last_ack.receiver, last_ack.ends, arrived_ns)
            });
            if let Some(why) = fate.as_ref().filter(|why| !why.is_empty()) {
                notes.push(format!(
                    "#{} arrived at {} and was dropped, {why}: only {} is ESTABLISHED",
                    last_ack.number, last_ack.receiver, last_ack.sender
                ));
            }
            fate.is_none()
        });
        notes
    }
}
