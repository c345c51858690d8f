//! A receive on a datagram socket found nothing, and nothing went astray on the way to it: what became of what it sent itself, and whether
//! all that came was read.

use super::astray::{last_read_ns, own};
use super::cause::{Cause, Finding, said};
use super::datagram::{icmp, is_from};
use super::scene::{Scene, place, title};
use crate::event::packet::PacketEvent;
use crate::packet::headers::Transport;
use crate::value::Address;
use std::net::SocketAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("recv", "EAGAIN timeout", "UDP", refused_unheard),
    Cause::new("recv", "EAGAIN timeout", "UDP", own_was_lost),
    Cause::new("recv", "EAGAIN timeout", "UDP", read_already),
    Cause::new("recv", "EAGAIN timeout", "UDP", not_answered),
    Cause::new("recv", "EAGAIN timeout", "UDP", nothing_was_sent),
    Cause::new("recv", "EAGAIN timeout", "raw, ping, packet", |scene| {
        said(format!(
            "Nothing that {} takes has come since the last read.",
            scene.label
        ))
    }),
];

/// What the socket sent was answered by an ICMP error, of which an unconnected socket is not told (udp(7)).
fn refused_unheard(scene: &Scene<'_>) -> Option<Finding> {
    if scene.connected().is_some() || scene.is_set("IP_RECVERR") || scene.is_set("IPV6_RECVERR") {
        return None;
    }
    let since = last_read_ns(scene);
    let (error, quoted) = scene.own_packets().rev().find_map(|packet| {
        let quoted = icmp(packet)?
            .quoted
            .filter(|quoted| is_from(scene, quoted))?;
        let due = packet.frame.time_ns >= since && packet.frame.time_ns <= scene.call.end_ns;
        due.then_some((packet, quoted))
    })?;
    let sent = scene
        .own_packets()
        .rev()
        .find(|packet| packet.number < error.number && packet.headers.ports() == quoted.ports);
    let about = sent.map_or("what it sent".to_owned(), |sent| {
        format!("#{}", sent.number)
    });
    let option = if quoted.src.is_ipv4() {
        "IP_RECVERR"
    } else {
        "IPV6_RECVERR"
    };
    Some(
        said(format!(
            "The ICMP error #{} answered {about}: no socket is bound to that port. {} is not connected, so the error is not reported to it (udp(7)): after connect, or with {option}, a call would fail with ECONNREFUSED.",
            error.number, scene.label
        ))?
        .seen(sent)
        .seen([error]),
    )
}

/// The datagrams that the socket sent since the last read, newest first.
fn own_sent<'a>(scene: &'a Scene<'_>, own: SocketAddr) -> impl Iterator<Item = &'a PacketEvent> {
    let since = last_read_ns(scene);
    scene.own_packets().rev().filter(move |packet| {
        packet.frame.time_ns >= since
            && packet.frame.time_ns <= scene.call.end_ns
            && matches!(packet.headers.transport, Transport::Udp(_))
            && packet
                .headers
                .endpoints()
                .is_some_and(|(from, _)| from.port() == own.port() && scene.is_own(from.ip()))
    })
}

/// Nothing can be answered that did not arrive.
fn own_was_lost(scene: &Scene<'_>) -> Option<Finding> {
    let own = own(scene)?;
    let newest = own_sent(scene, own).next()?;
    let rule = newest.lost()?;
    let (_, to) = newest.headers.endpoints()?;
    Some(
        said(format!(
            "What {} sent to {to} (#{}) was lost by rule {rule} of the wire: there is nothing to be answered.",
            scene.label, newest.number
        ))?
        .seen([newest]),
    )
}

fn read_already(scene: &Scene<'_>) -> Option<Finding> {
    let read = scene.newest(|call| call.name.starts_with("recv") && call.errno.is_none())?;
    let count = scene
        .past
        .iter()
        .filter(|call| call.name.starts_with("recv") && call.errno.is_none())
        .map(|call| call.times.max(1))
        .sum::<u64>();
    // What it asked since then, and nobody answered, is another matter.
    let own = own(scene)?;
    if own_sent(scene, own).next().is_some() {
        return None;
    }
    let what = match count {
        1 => "The one datagram that came has".to_owned(),
        count => format!("The {count} datagrams that came have"),
    };
    said(format!(
        "{what} been read, the last by {}, and nothing has come for {} since.",
        place(read),
        scene.label
    ))
}

fn not_answered(scene: &Scene<'_>) -> Option<Finding> {
    let own = own(scene)?;
    let newest = own_sent(scene, own).next()?;
    let (_, to) = newest.headers.endpoints()?;
    let receiver = scene.rows().iter().find(|row| {
        row.protocol == "udp"
            && row.recv_q > 0
            && row.local.as_ref().and_then(Address::port) == Some(to.port())
    });
    let became = match receiver {
        Some(row) => format!("{} has it, and has not read it yet", title(row)),
        None => "nothing has come back".to_owned(),
    };
    Some(
        said(format!(
            "What {} sent to {to} (#{}) arrived; {became}.",
            scene.label, newest.number
        ))?
        .held(receiver.cloned())
        .seen([newest]),
    )
}

fn nothing_was_sent(scene: &Scene<'_>) -> Option<Finding> {
    said(match own(scene) {
        Some(own) => format!(
            "No datagram has been sent to {own}, where {} receives.",
            scene.label
        ),
        None => format!(
            "{} has no address: it is not bound and has sent nothing, so nobody can send to it.",
            scene.label
        ),
    })
}
