//! From packets to the messages above TCP, each with the packets that carried it. Pure, and bounded: the conversation that was silent
//! longest is forgotten first.

use super::ordered::{Piece, Side};
use socklab_events::application::{ApplicationEvent, Layer};
use socklab_messages::conversation::{Conversation, Protocol, Told};
use socklab_packets::headers::{Transport, flag};
use socklab_packets::record::PacketEvent;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;

/// At most this many conversations are followed.
const CONVERSATIONS: usize = 4096;
/// At most this many packets are named as the carriers of a message.
const CARRIERS: usize = 256;

/// Follows the conversations of a capture.
#[derive(Debug, Default)]
pub struct Messages {
    heard: HashMap<u32, Heard>,
    /// By the number of the packet that was heard last.
    order: BTreeMap<u64, u32>,
    count: u64,
}

/// A conversation.
#[derive(Debug, Default)]
struct Heard {
    both: Conversation,
    ends: [End; 2],
    last: u64,
}

/// One direction.
#[derive(Debug, Default)]
struct End {
    side: Side,
    /// Bytes that were read.
    read: u64,
    /// Which packets carried which bytes; the oldest are let go as messages are whole.
    carriers: VecDeque<(Range<u64>, u64)>,
    over: bool,
}

impl Messages {
    /// Takes a packet, in the order of the capture; gives the messages that it completes.
    pub fn packet(&mut self, packet: &PacketEvent) -> Vec<ApplicationEvent> {
        let (Transport::Tcp(tcp), Some(number)) =
            (packet.headers.transport, packet.track.conversation)
        else {
            return Vec::new();
        };
        let goes_on = tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN) != 0;
        if !goes_on || packet.lost().is_some() || tcp.flags & flag::RST != 0 {
            return Vec::new();
        }
        let heard = self.find(number, packet.number);
        let forward = packet.track.forward;
        let end = &mut heard.ends[usize::from(forward)];
        end.side
            .take(packet.number, packet.track.seq, &tcp, packet.payload());
        let mut told = Vec::new();
        while let Some(piece) = heard.ends[usize::from(forward)].side.give(false) {
            told.extend(heard.take(forward, &piece));
        }
        let end = &mut heard.ends[usize::from(forward)];
        if end.side.is_at_end() && !end.over {
            end.over = true;
            let last = heard.both.end(forward);
            told.extend(last.into_iter().map(|told| heard.carried(told)));
        }
        told.into_iter()
            .map(|(told, packets)| {
                self.count += 1;
                event(self.count, packet, told, packets)
            })
            .collect()
    }

    /// The protocol that a conversation's direction speaks, as far as it is known.
    pub fn protocol(&self, conversation: u32, forward: bool) -> Option<Protocol> {
        self.heard.get(&conversation)?.both.protocol(forward)
    }

    fn find(&mut self, number: u32, packet: u64) -> &mut Heard {
        if !self.heard.contains_key(&number)
            && self.heard.len() >= CONVERSATIONS
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.heard.remove(&oldest);
        }
        let heard = self.heard.entry(number).or_default();
        self.order.remove(&heard.last);
        self.order.insert(packet, number);
        heard.last = packet;
        heard
    }
}

impl Heard {
    fn take(&mut self, forward: bool, piece: &Piece) -> Vec<(Told, Vec<u64>)> {
        if piece.missing > 0 {
            self.both.gap(forward);
        }
        let end = &mut self.ends[usize::from(forward)];
        let bytes = end.read..end.read + piece.bytes.len() as u64;
        end.read = bytes.end;
        end.carriers.push_back((bytes, piece.packet));
        if end.carriers.len() > CARRIERS {
            end.carriers.pop_front();
        }
        let told = self.both.feed(forward, &piece.bytes);
        if piece.cut > 0 {
            self.both.gap(forward);
        }
        told.into_iter().map(|told| self.carried(told)).collect()
    }

    /// A message with the packets that carried it.
    fn carried(&mut self, told: Told) -> (Told, Vec<u64>) {
        let carriers = &mut self.ends[usize::from(told.forward)].carriers;
        while carriers
            .front()
            .is_some_and(|(bytes, _)| bytes.end <= told.bytes.start)
        {
            carriers.pop_front();
        }
        let mut packets: Vec<u64> = carriers
            .iter()
            .filter(|(bytes, _)| bytes.start < told.bytes.end && bytes.end > told.bytes.start)
            .map(|(_, packet)| *packet)
            .collect();
        packets.sort_unstable();
        packets.dedup();
        (told, packets)
    }
}

fn event(number: u64, packet: &PacketEvent, told: Told, packets: Vec<u64>) -> ApplicationEvent {
    let title = |name: &str, address: Option<std::net::SocketAddr>| match address {
        Some(address) if name.is_empty() => address.to_string(),
        _ => name.to_owned(),
    };
    let ends = packet.headers.endpoints();
    let from = title(&packet.from, ends.map(|ends| ends.0));
    let to = title(&packet.to, ends.map(|ends| ends.1));
    // A message that waited for the other direction is told with a packet of that.
    let (from, to) = if told.forward == packet.track.forward {
        (from, to)
    } else {
        (to, from)
    };
    let layers = told.layers.iter().map(|layer| Layer {
        protocol: layer.protocol.name(),
        words: layer.words.clone(),
    });
    ApplicationEvent {
        number,
        time_ns: packet.frame.time_ns,
        conversation: packet.track.conversation.unwrap_or_default(),
        stream: packet.track.stream,
        forward: told.forward,
        from,
        to,
        layers: layers.collect(),
        malformed: told.fault,
        length: told.length,
        data: told.data,
        packets,
    }
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
