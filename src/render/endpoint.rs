//! Who speaks to whom: the two ends of a packet and of a conversation, as names and addresses.

use crate::event::packet::PacketEvent;
use crate::packet::headers::{Net, Transport};
use std::net::{Ipv6Addr, SocketAddr};

/// One end of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The name of the socket or program; empty when unknown.
    pub name: String,
    /// Its address, as much as the packet says: `127.0.0.1:5000`, `10.0.0.1`, a hardware address.
    pub address: String,
}

impl Endpoint {
    /// Name and address, as far as they are known.
    pub fn title(&self) -> String {
        match (self.name.as_str(), self.address.as_str()) {
            ("", "") => "(unknown)".to_owned(),
            ("", address) => address.to_owned(),
            (name, "") => name.to_owned(),
            (name, address) => format!("{name} {address}"),
        }
    }

    /// The name, or the address of one without a name.
    pub fn short(&self) -> &str {
        if self.name.is_empty() {
            &self.address
        } else {
            &self.name
        }
    }
}

/// The sender and the receiver of a packet.
pub fn ends(packet: &PacketEvent) -> (Endpoint, Endpoint) {
    let (from, to) = addresses(packet);
    (
        Endpoint {
            name: packet.from.to_string(),
            address: from,
        },
        Endpoint {
            name: packet.to.to_string(),
            address: to,
        },
    )
}

/// Between whom a packet is in a drawing: its ends, but of a search for a neighbour by multicast the one who is searched for, as ARP
/// names it.
pub fn parties(packet: &PacketEvent) -> (Endpoint, Endpoint) {
    let (from, mut to) = ends(packet);
    if let Some(target) = sought(packet) {
        to.address = target.to_string();
    }
    (from, to)
}

/// The target of a neighbour solicitation: 16 bytes, 8 bytes into the message (RFC 4861 section 4.3).
fn sought(packet: &PacketEvent) -> Option<Ipv6Addr> {
    let (Net::Ipv6(ip), Transport::Icmpv6(icmp)) = (&packet.headers.net, &packet.headers.transport)
    else {
        return None;
    };
    if icmp.kind != 135 || !ip.dst.is_multicast() {
        return None;
    }
    let start = ip.header.end as usize + 8;
    let octets = packet.frame.bytes.get(start..start + 16)?;
    let octets: [u8; 16] = octets.try_into().ok()?;
    Some(octets.into())
}

/// The addresses of a packet, of the highest layer that has some; empty texts when none has.
pub fn addresses(packet: &PacketEvent) -> (String, String) {
    let headers = &packet.headers;
    match (headers.addresses(), headers.ports()) {
        (Some((from, to)), Some((from_port, to_port))) => (
            SocketAddr::new(from, from_port).to_string(),
            SocketAddr::new(to, to_port).to_string(),
        ),
        (Some((from, to)), None) => (from.to_string(), to.to_string()),
        (None, _) => match (headers.net, headers.ethernet) {
            (Net::Arp(arp), _) => (arp.sender_ip.to_string(), arp.target_ip.to_string()),
            (_, Some(ethernet)) => (mac(ethernet.src), mac(ethernet.dst)),
            (_, None) => (String::new(), String::new()),
        },
    }
}

/// A hardware address as Wireshark writes it.
pub fn mac(address: [u8; 6]) -> String {
    let digits: Vec<String> = address.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(":")
}

/// Packets of one conversation, with who stands where in the drawing.
#[derive(Clone, Debug)]
pub struct Lanes<'a> {
    /// The one who opened the conversation.
    pub left: Endpoint,
    /// The other.
    pub right: Endpoint,
    /// The packets in their order; true for those from left to right.
    pub packets: Vec<(&'a PacketEvent, bool)>,
}

/// The packets by conversation, in the order in which each speaks first. Packets without one (ARP) go by their two ends.
pub fn conversations<'a>(packets: &[&'a PacketEvent]) -> Vec<Lanes<'a>> {
    let mut found: Vec<Lanes<'a>> = Vec::new();
    for &packet in packets {
        let (from, to) = parties(packet);
        let known = found.iter_mut().find(|lanes| {
            let first = lanes.packets[0].0;
            match (first.track.conversation, packet.track.conversation) {
                (Some(one), Some(other)) => one == other,
                (None, None) => lanes.joins(&from.address, &to.address),
                _ => false,
            }
        });
        if let Some(lanes) = known {
            lanes.add(packet, from, to);
        } else {
            let forward = packet.track.forward || packet.track.conversation.is_none();
            let (left, right) = if forward { (from, to) } else { (to, from) };
            found.push(Lanes {
                left,
                right,
                packets: vec![(packet, forward)],
            });
        }
    }
    found
}

impl<'a> Lanes<'a> {
    fn joins(&self, from: &str, to: &str) -> bool {
        let (left, right) = (self.left.address.as_str(), self.right.address.as_str());
        (left, right) == (from, to) || (right, left) == (from, to)
    }

    fn add(&mut self, packet: &'a PacketEvent, from: Endpoint, to: Endpoint) {
        let forward = if packet.track.conversation.is_some() {
            packet.track.forward
        } else {
            from.address == self.left.address
        };
        let (left, right) = if forward { (from, to) } else { (to, from) };
        let reports = matches!(
            packet.headers.transport,
            Transport::Icmp(_) | Transport::Icmpv6(_)
        );
        self.left.learn(left, reports);
        self.right.learn(right, reports);
        self.packets.push((packet, forward));
    }
}

impl Endpoint {
    /// Takes what a later packet says: the first name and the first address with a port stay.
    pub fn learn(&mut self, later: Self, reports: bool) {
        if self.name.is_empty() {
            self.name = later.name;
        }
        // An ICMP error opens a conversation with bare addresses; the segment it is about knows the ports.
        if !reports
            && later.address.len() > self.address.len()
            && later
                .address
                .trim_start_matches('[')
                .starts_with(&self.address)
        {
            self.address = later.address;
        }
    }
}
