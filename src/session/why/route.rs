//! Addresses without a way there: no route, nobody on the link, a source address that is another's.

use super::binding::mapped;
use super::cause::{Cause, Finding, said};
use super::multicast::list;
use super::scene::{Scene, is_group, numbers, place};
use crate::event::packet::PacketEvent;
use crate::lab::address;
use crate::packet::headers::{Net, Transport};
use std::net::IpAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("connect send", "ENETUNREACH", "IPv6", mapped),
    Cause::new(
        "send",
        "ENETUNREACH EINVAL EADDRNOTAVAIL",
        "IP",
        foreign_source,
    ),
    Cause::new(
        "connect send",
        "ENETUNREACH EINVAL EADDRNOTAVAIL",
        "IP",
        bound_elsewhere,
    ),
    Cause::new("connect", "ENETUNREACH", "TCP", one_receiver),
    Cause::new(
        "connect send",
        "ENETUNREACH EADDRNOTAVAIL",
        "IP",
        bound_to_loopback,
    ),
    Cause::new("", "EHOSTUNREACH ETIMEDOUT", "IP", nobody_answers),
    Cause::new("", "EHOSTUNREACH ENETUNREACH", "IP", told_by_router),
    Cause::new("connect send", "ENETUNREACH EADDRNOTAVAIL", "IP", no_route),
    Cause::new("send", "EPERM EACCES", "IP", |scene| {
        said(format!(
            "{} does not let the packet out: a firewall rule (EPERM) or a prohibit route (EACCES) forbids it.",
            scene.host()
        ))
    }),
];

/// The source that IP_PKTINFO asks for (ipi_spec_dst of ip(7), ipi6_addr of ipv6(7)), or that the socket is bound to.
fn foreign_source(scene: &Scene<'_>) -> Option<Finding> {
    let control = scene.call.args.join(", ");
    let field = |name: &str| {
        let value = control.split(name).nth(1)?;
        value.split([',', '}', ' ']).next()?.parse::<IpAddr>().ok()
    };
    let (name, ip) = [
        ("ipi_spec_dst", field("ipi_spec_dst=")),
        ("ipi6_addr", field("ipi6_addr=")),
    ]
    .into_iter()
    .find_map(|(name, ip)| Some((name, ip.filter(|ip| !ip.is_unspecified())?)))?;
    (!scene.is_own(ip)).then_some(())?;
    said(format!(
        "{name} asks for {ip} as the source, and {ip} is not an address of {}, which has {}.",
        scene.host(),
        list(scene.own_addresses())
    ))
}

/// IP_FREEBIND lets a socket have an address that no interface has, but nothing is sent from such a one.
fn bound_elsewhere(scene: &Scene<'_>) -> Option<Finding> {
    let bind = scene.done("bind")?;
    let ip = bind.local.as_ref()?.ip()?.to_canonical();
    if ip.is_unspecified() || is_group(ip) || scene.is_own(ip) {
        return None;
    }
    said(format!(
        "{} is bound to {ip} ({}), which is not an address of {} ({}): IP_FREEBIND allows the bind, but sending from there takes IP_TRANSPARENT, or an interface with that address.",
        scene.label,
        place(bind),
        scene.host(),
        list(scene.own_addresses())
    ))
}

fn one_receiver(scene: &Scene<'_>) -> Option<Finding> {
    let ip = scene.destination()?.ip();
    is_group(ip).then_some(())?;
    let what = if ip.is_multicast() {
        "a group"
    } else {
        "a broadcast address"
    };
    said(format!(
        "{ip} is {what}, and a connection has two ends: TCP goes to the address of one host."
    ))
}

fn bound_to_loopback(scene: &Scene<'_>) -> Option<Finding> {
    let own = scene.bound()?.ip().to_canonical();
    let to = scene.destination()?.ip();
    (own.is_loopback() && !to.is_loopback() && !scene.is_own(to)).then_some(())?;
    said(format!(
        "{} is bound to {own}, a loopback address: what it sends cannot leave this host for {to}.",
        scene.label
    ))
}

fn no_route(scene: &Scene<'_>) -> Option<Finding> {
    let to = scene.destination()?.ip();
    if scene.is_shared_network() {
        return None;
    }
    let host = scene.host();
    let link_local = matches!(to, IpAddr::V6(six) if six.is_unicast_link_local());
    said(if scene.is_on_wire() && link_local {
        format!("{host} has no interface that leads to {to}: the scope id names another one.")
    } else if scene.is_on_wire() && address::number(to).is_some() {
        format!(
            "{to} is an address of the wire, but {host} has no route to the wire now: its interface is down, or has lost its address."
        )
    } else if scene.is_on_wire() {
        format!(
            "{host} reaches itself and the wire, 10.0.0.0/24 and fd00::/64, and has no route to anywhere else: {to} lies outside."
        )
    } else if let Some(other) = scene.owner(to) {
        format!(
            "{host} is not on the wire, where {other} has {to}: it has no route but the one to itself. A process on the wire is made with `process NAME HOST`."
        )
    } else {
        format!(
            "{host} has no route but the one to itself (lo: 127.0.0.0/8 and ::1); `host NAME` puts a machine on a wire."
        )
    })
}

/// The unanswered searches for a neighbour.
fn nobody_answers(scene: &Scene<'_>) -> Option<Finding> {
    let pending = scene.destination()?.ip();
    let searches = searches(scene, pending)?;
    // Of a handshake that came to nothing the search is the reason only if no SYN went out.
    let went_out = scene.own_packets().any(|packet| {
        &*packet.host == scene.host()
            && packet
                .headers
                .addresses()
                .is_some_and(|(_, to)| to == pending)
    });
    (!went_out || scene.errno == "EHOSTUNREACH").then_some(())?;
    Some(said(format!("{}.", searches.sentence))?.seen(searches.shown))
}

/// The searches for the Ethernet address of a neighbour that nobody answered.
pub(super) struct Searches<'a> {
    /// `Nobody answered the ARP requests for 10.0.0.9 (#1 and #2): no host of this lab has 10.0.0.9`.
    pub(super) sentence: String,
    /// The first and the last of them.
    pub(super) shown: Vec<&'a PacketEvent>,
}

/// What this host asked for an address since the socket was made, if it did and nobody has told.
pub(super) fn searches<'a>(scene: &'a Scene<'_>, pending: IpAddr) -> Option<Searches<'a>> {
    let asks = |packet: &&PacketEvent| {
        let target: Option<IpAddr> = match (&packet.headers.net, &packet.headers.transport) {
            (Net::Arp(arp), _) if arp.opcode == 1 => Some(arp.target_ip.into()),
            (Net::Ipv6(_), Transport::Icmpv6(icmp)) if icmp.kind == 135 => {
                let payload = packet.headers.payload.range();
                let start = payload.start;
                let bytes = packet.frame.bytes.get(start..).unwrap_or_default();
                target_of(bytes).or(Some(pending))
            }
            _ => None,
        };
        target == Some(pending) && &*packet.host == scene.host()
    };
    let asked: Vec<&PacketEvent> = scene
        .own_packets()
        .filter(asks)
        .filter(|packet| packet.frame.time_ns <= scene.call.end_ns)
        .collect();
    let last = asked.last()?;
    let lost = asked
        .iter()
        .filter(|packet| packet.lost().is_some())
        .count();
    let protocol = match (pending.is_ipv4(), asked.len()) {
        (true, 1) => "ARP request",
        (true, _) => "ARP requests",
        (false, 1) => "neighbour solicitation",
        (false, _) => "neighbour solicitations",
    };
    let why = match (scene.owner(pending), lost) {
        (_, lost) if lost == asked.len() => format!(
            "the wire lost {}",
            if lost == 1 { "it" } else { "all of them" }
        ),
        (None, _) => format!("no host of this lab has {pending}"),
        (Some(host), 0) => {
            format!("{host}, which has that address, did not answer, or its answers were lost")
        }
        (Some(_), lost) => format!("the wire lost {lost} of them, and the answers to the others"),
    };
    let first = *asked.first()?;
    let mut shown = vec![first];
    if last.number != first.number {
        shown.push(last);
    }
    Some(Searches {
        sentence: format!(
            "Nobody answered the {protocol} for {pending} ({}): {why}",
            numbers(&asked)
        ),
        shown,
    })
}

fn target_of(bytes: &[u8]) -> Option<IpAddr> {
    let target: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
    Some(IpAddr::from(target))
}

/// An ICMP error that came for what the socket sent.
fn told_by_router(scene: &Scene<'_>) -> Option<Finding> {
    let to = scene.destination()?.ip();
    let packet = scene.own_packets().rev().find(|packet| {
        let icmp = super::datagram::icmp(packet);
        icmp.and_then(|icmp| icmp.quoted)
            .is_some_and(|quoted| quoted.dst == to)
            && packet.frame.time_ns <= scene.call.end_ns
    })?;
    let (from, _) = packet.headers.addresses()?;
    Some(said(format!("{from} reported it in #{}.", packet.number))?.seen([packet]))
}
