//! What the ends of a packet are called: the session's sockets, and the programs that run in the lab.

use super::{Ends, Packets};
use crate::event::packet::{PacketEvent, Track};
use crate::packet::headers::Headers;
use crate::session::inventory::Inventory;
use crate::session::known::protocol_of;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

impl Packets {
    /// Both directions of a conversation call the sender what its call called it.
    pub(super) fn name_sender(&mut self, packet: &PacketEvent, label: &str) {
        let Some(conversation) = packet.track.conversation else {
            return;
        };
        let (label, forward): (Arc<str>, _) = (label.into(), packet.track.forward);
        let own = self.names.entry((conversation, forward)).or_default();
        own.from = Arc::clone(&label);
        let other = self.names.entry((conversation, !forward)).or_default();
        other.to = label;
    }

    /// What both ends of a packet are called; looked up once a conversation, until the inventory changes.
    pub(super) fn names(
        &mut self,
        headers: &Headers,
        track: &Track,
        ends: Ends,
        inventory: &Inventory,
    ) -> Names {
        let Some((from, to)) = headers.endpoints() else {
            return Names::default();
        };
        let (owners, taps) = (&self.owners, &self.taps);
        let look_up = || {
            let protocol = protocol_of(headers);
            let name = |host: Option<usize>, here: SocketAddr, there: SocketAddr| {
                let host = host?;
                let program = || owner(owners, host, here).map(str::to_owned);
                inventory
                    .endpoint_name(taps.host(host), protocol, here, there)
                    .or_else(program)
            };
            Names {
                from: name(ends.sender, from, to).unwrap_or_default().into(),
                to: name(ends.receiver, to, from).unwrap_or_default().into(),
            }
        };
        match track.conversation {
            Some(conversation) => self
                .names
                .entry((conversation, track.forward))
                .or_insert_with(look_up)
                .clone(),
            None => look_up(),
        }
    }
}

/// What both ends of one direction are called.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) from: Arc<str>,
    pub(super) to: Arc<str>,
}

/// The program that has the socket at an address of a host, or one bound to any address with its port.
pub(super) fn owner(
    owners: &HashMap<(usize, SocketAddr), String>,
    host: usize,
    address: SocketAddr,
) -> Option<&str> {
    let any = |ip: IpAddr| SocketAddr::new(ip, address.port());
    let places = [
        address,
        any(Ipv4Addr::UNSPECIFIED.into()),
        any(Ipv6Addr::UNSPECIFIED.into()),
    ];
    places
        .iter()
        .find_map(|place| owners.get(&(host, *place)))
        .map(String::as_str)
}
