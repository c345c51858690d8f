//! From when the times of a block of packets count: each command that sends begins anew, and what a timer, a late answer or a closed window
//! brings later counts on from there. Not how a time is written (`render`).

use crate::event::packet::PacketEvent;
use std::collections::{BTreeMap, HashMap};

/// At most so many conversations and commands are remembered.
const KEPT: usize = 32_768;

/// Where the counts of the conversations began.
#[derive(Debug, Default)]
pub struct Origins {
    /// By network and number: the newest command that sent something, 0 for none, and when its count began.
    conversations: HashMap<(u16, u32), (u64, i64)>,
    /// When the first packet of each command was seen, whatever its conversation.
    commands: BTreeMap<u64, i64>,
    /// From when the time of each packet counts that was told, by its number.
    told: BTreeMap<u64, i64>,
}

impl Origins {
    /// Takes the packets of a block; gives for each by its number from when it counts, nanoseconds since the epoch.
    pub fn take(&mut self, packets: &[&PacketEvent]) -> HashMap<u64, i64> {
        if self.conversations.len() > KEPT {
            self.conversations.clear();
        }
        while self.commands.len() > KEPT {
            self.commands.pop_first();
        }
        let found: HashMap<u64, i64> = packets
            .iter()
            .map(|packet| (packet.number, self.origin(packet)))
            .collect();
        self.told.extend(&found);
        while self.told.len() > KEPT {
            self.told.pop_first();
        }
        found
    }

    /// From when the time of a packet counted when it was told; `None` for one that was not.
    pub fn of(&self, number: u64) -> Option<i64> {
        self.told.get(&number).copied()
    }

    fn origin(&mut self, packet: &PacketEvent) -> i64 {
        let seen = packet.frame.time_ns;
        let command = packet.cause.as_ref().and_then(|cause| cause.command);
        let begun = command.map(|command| *self.commands.entry(command).or_insert(seen));
        let Some(conversation) = packet.track.conversation else {
            return begun.unwrap_or(seen);
        };
        let key = (packet.network, conversation);
        let (newest, from) = self
            .conversations
            .entry(key)
            .or_insert((0, begun.unwrap_or(seen)));
        if let (Some(command), Some(begun)) = (command, begun)
            && command > *newest
        {
            (*newest, *from) = (command, begun);
        }
        *from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::packet::{Cause, Certainty};
    use crate::inspector::read::blank;

    #[test]
    fn a_command_begins_a_count_and_what_comes_later_counts_on() {
        let packet = |number: u64, conversation: Option<u32>, command: Option<u64>| {
            let mut packet = blank();
            packet.number = number;
            packet.frame.time_ns = number as i64 * 10;
            packet.track.conversation = conversation;
            packet.cause = Some(Cause {
                certainty: Certainty::Caused,
                command,
                process: String::new(),
                call: String::new(),
                kernel: String::new(),
            });
            packet
        };
        let mut origins = Origins::default();
        for (number, conversation, command, from) in [
            // connect: the search for the neighbour, then the SYN.
            (1, None, Some(5), 10),
            (2, Some(0), Some(5), 10),
            // The retransmission timer.
            (3, Some(0), None, 10),
            // send, and what its full window lets through only after a later recv.
            (4, Some(0), Some(6), 40),
            (5, Some(0), Some(9), 50),
            (6, Some(0), Some(6), 50),
            // Another connection counts by itself.
            (7, Some(1), None, 70),
            (8, Some(1), None, 70),
            // The neighbour's late answer belongs to the command that asked.
            (9, None, Some(5), 10),
        ] {
            let packet = packet(number, conversation, command);
            let found = origins.take(&[&packet]);
            assert_eq!(found[&number], from, "#{number}");
            assert_eq!(origins.of(number), Some(from), "#{number}");
        }
    }
}
