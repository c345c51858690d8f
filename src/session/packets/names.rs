//! What the ends of a packet are called: the session's sockets, and the programs that run in the lab.

use super::{Ends, Packets};
use crate::event::packet::{PacketEvent, Track};
use crate::packet::headers::{Headers, Transport};
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
        time_ns: i64,
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
        let Some(conversation) = track.conversation else {
            return look_up();
        };
        let place = (conversation, track.forward);
        if let Some(known) = self.names.get(&place) {
            return known.clone();
        }
        let mut found = look_up();
        let listener = |host: Option<usize>, here: SocketAddr, there: SocketAddr| {
            let known = inventory.listener_at(taps.host(host?), (here, there), time_ns)?;
            Some(inventory.shown(known))
        };
        let is_tcp = matches!(headers.transport, Transport::Tcp(_));
        let [sends, receives] = [(ends.sender, from, to), (ends.receiver, to, from)]
            .map(|(host, here, there)| listener(host, here, there).filter(|_| is_tcp));
        if sends.is_none() && receives.is_none() {
            self.names.insert(place, found.clone());
        }
        // Who accepted it is known already, and had not accepted it then: it goes by that name from the next packet on.
        found.from = sends.map_or(found.from, Into::into);
        found.to = receives.map_or(found.to, Into::into);
        found
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
