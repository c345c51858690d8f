//! The messages above TCP of the session's packets, kept within a bound, and what they add to the packets that carried them.

use crate::event::application::ApplicationEvent;
use crate::event::packet::PacketEvent;
use crate::inspector::messages::Messages;
use crate::packet::headers::Transport;
use std::collections::VecDeque;
use std::sync::Arc;

/// At most this many are kept.
const KEPT: usize = 20_000;

/// The messages so far.
#[derive(Debug, Default)]
pub struct Applications {
    messages: Messages,
    kept: VecDeque<Arc<ApplicationEvent>>,
}

impl Applications {
    /// The messages kept, oldest first.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = &Arc<ApplicationEvent>> {
        self.kept.iter()
    }

    /// Takes a packet, and gives the messages that it completes. Where a message says more than the segment alone, the packet is given
    /// its words.
    pub(super) fn packet(&mut self, packet: &mut PacketEvent) -> Vec<Arc<ApplicationEvent>> {
        let completed = self.messages.packet(packet);
        packet.track.message = self.beside(packet, &completed).map(Into::into);
        let completed: Vec<Arc<ApplicationEvent>> = completed.into_iter().map(Arc::new).collect();
        self.kept.extend(completed.iter().map(Arc::clone));
        let more = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..more);
        completed
    }

    /// What stands beside a packet: the messages that end in it, or that it is part of one.
    fn beside(&self, packet: &PacketEvent, completed: &[ApplicationEvent]) -> Option<String> {
        let Transport::Tcp(tcp) = packet.headers.transport else {
            return None;
        };
        let own = || {
            completed
                .iter()
                .filter(|message| message.forward == packet.track.forward)
        };
        // A message of HTTP in one segment is told by the segment.
        let plain = own().all(|message| message.protocol() == "http" && message.packets.len() < 2);
        if plain {
            let protocol = self
                .messages
                .protocol(packet.track.conversation?, packet.track.forward);
            let within = tcp.websocket && tcp.len > 0 && own().next().is_none();
            return (within && protocol.is_some()).then(|| "ws, part of a message".to_owned());
        }
        let words: Vec<String> = own()
            .map(|message| {
                let others: Vec<String> = message
                    .packets
                    .iter()
                    .filter(|number| **number != packet.number)
                    .map(|number| format!("#{number}"))
                    .collect();
                match others.as_slice() {
                    [] => message.words().to_owned(),
                    _ => format!("{} (begun in {})", message.words(), others.join(", ")),
                }
            })
            .collect();
        Some(words.join("; "))
    }
}
