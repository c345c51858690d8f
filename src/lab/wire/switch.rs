//! Which hosts a frame is for: ports by hardware address, learned from what was sent. Not the rules.

use super::Port;
use std::collections::HashMap;

/// At most this many hardware addresses are remembered; frames for others go to all hosts.
const MOST_ADDRESSES: usize = 4096;
/// The length of an Ethernet header.
const HEADER: usize = 14;

/// Where a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To nobody: it is for the side it came from.
    Nobody,
    /// To one host.
    One(Port),
    /// To all hosts but its sender.
    Everyone,
}

/// The table of addresses.
#[derive(Debug, Default)]
pub(super) struct Switch {
    ports: HashMap<[u8; 6], Port>,
    /// The sender that was seen last: it need not be looked up.
    last: Option<([u8; 6], Port)>,
}

impl Switch {
    /// A host's own address is known from the start.
    pub(super) fn attach(&mut self, mac: [u8; 6], port: Port) {
        self.last = None;
        self.ports.insert(mac, port);
    }

    /// Forgets the addresses of a host.
    pub(super) fn detach(&mut self, port: Port) {
        self.last = None;
        self.ports.retain(|_, known| *known != port);
    }

    /// Learns the sender, and says where the frame goes. What is shorter than a header goes to everyone.
    pub(super) fn target(&mut self, from: Port, frame: &[u8]) -> Target {
        let Some(header) = frame.first_chunk::<HEADER>() else {
            return Target::Everyone;
        };
        let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, ..] = *header;
        self.learn([s0, s1, s2, s3, s4, s5], from);
        if is_group(d0) {
            return Target::Everyone;
        }
        match self.ports.get(&[d0, d1, d2, d3, d4, d5]) {
            Some(port) if *port == from => Target::Nobody,
            Some(port) => Target::One(*port),
            None => Target::Everyone,
        }
    }

    fn learn(&mut self, mac: [u8; 6], from: Port) {
        if self.last == Some((mac, from)) || is_group(mac[0]) {
            return;
        }
        if self.ports.len() < MOST_ADDRESSES || self.ports.contains_key(&mac) {
            self.ports.insert(mac, from);
            self.last = Some((mac, from));
        }
    }
}

/// True for the first byte of a multicast or broadcast address.
fn is_group(first: u8) -> bool {
    first & 1 != 0
}
