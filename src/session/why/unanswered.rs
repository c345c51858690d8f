//! A receive on a datagram socket found nothing, and nothing went astray on the way to it: what became of what it sent itself, and whether
//! all that came was read.

use super::astray::{last_read_ns, own};
use super::cause::{Cause, Finding, said};
use super::datagram::{Told, icmp, is_from, meaning};
use super::scene::{Scene, place, title};
use crate::event::packet::PacketEvent;
use crate::packet::headers::Transport;
use crate::value::Address;
use std::net::SocketAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("recv", "EAGAIN timeout", "UDP", refused_unheard),
    Cause::new("recv", "EAGAIN timeout", "UDP", waits_for_neighbour),
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

/// What the socket sent was answered by an ICMP error that was lost, or of which such a socket is not told (udp(7)).
fn refused_unheard(scene: &Scene<'_>) -> Option<Finding> {
    let since = last_read_ns(scene);
    let (error, quoted) = scene.own_packets().rev().find_map(|packet| {
        let quoted = icmp(packet)?
            .quoted
            .filter(|quoted| is_from(scene, quoted))?;
        let due = packet.frame.time_ns >= since && packet.frame.time_ns <= scene.call.end_ns;
        due.then_some((packet, quoted))
    })?;
    let (means, told) = meaning(scene, error)?;
    let sent = scene
        .own_packets()
        .rev()
        .find(|packet| packet.number < error.number && packet.headers.ports() == quoted.ports);
    let (option, set) = if quoted.src.is_ipv4() {
        ("IP_RECVERR", scene.is_set("IP_RECVERR"))
    } else {
        ("IPV6_RECVERR", scene.is_set("IPV6_RECVERR"))
    };
    let connected = scene.connected().is_some();
    let hears = set || connected && told.connected;
    let about = sent.map_or("what it sent".to_owned(), |sent| {
        format!("#{}", sent.number)
    });
    let answered = format!("The ICMP error #{} answered {about}", error.number);
    // A kernel that finds no neighbour tells its own sender.
    let searches = super::route::searches(scene, quoted.dst).filter(|_| {
        error
            .headers
            .addresses()
            .is_some_and(|(_, to)| to == quoted.src)
            && told.errno == "EHOSTUNREACH"
    });
    let unheard = unheard(scene, told, option);
    let sentence = match (error.lost(), searches) {
        (Some(rule), _) if hears => format!(
            "{answered} ({means}) and was lost by rule {rule} of the wire, so {} waits for what cannot come.",
            scene.label
        ),
        (Some(rule), _) => {
            format!("{answered} ({means}) and was lost by rule {rule} of the wire. {unheard}")
        }
        _ if hears => return None,
        (None, Some(searches)) => {
            return Some(
                said(format!(
                    "{}. The kernel reported it to the sender by the ICMP error #{}; {unheard}",
                    searches.sentence, error.number
                ))?
                .seen(searches.shown)
                .seen([error]),
            );
        }
        (None, None) => format!("{answered}: {means}. {unheard}"),
    };
    Some(said(sentence)?.seen(sent).seen([error]))
}

/// Why the error is not reported to the socket, and with what it would be: `option` is that of its family.
fn unheard(scene: &Scene<'_>, told: Told, option: &str) -> String {
    let connected = scene.connected().is_some();
    let helps = if told.connected && !connected {
        format!("after connect, or with {option},")
    } else {
        format!("with {option}")
    };
    let whose = if connected {
        format!("{} has not set {option}", scene.label)
    } else {
        format!("{} is not connected", scene.label)
    };
    format!(
        "{whose}, so such an error is not reported to it (udp(7)): {helps} a call would fail with {}.",
        told.errno
    )
}

/// What the socket sent last still waits for the Ethernet address of its neighbour.
fn waits_for_neighbour(scene: &Scene<'_>) -> Option<Finding> {
    let since = last_read_ns(scene);
    let send = scene.newest(|call| {
        call.errno.is_none() && call.end_ns >= since && call.name.starts_with("send")
    })?;
    let named = send.peer.as_ref().and_then(Address::socket_address);
    let to = named.or_else(|| scene.connected())?.ip().to_canonical();
    let left = scene.own_packets().any(|packet| {
        packet.frame.time_ns >= send.start_ns
            && matches!(packet.headers.transport, Transport::Udp(_))
            && packet
                .headers
                .addresses()
                .is_some_and(|(_, seen)| seen == to)
    });
    (!left).then_some(())?;
    let searches = super::route::searches(scene, to)?;
    Some(
        said(format!(
            "What {} sent in {} has not left {}: it waits for the Ethernet address of {to}. {}.",
            scene.label,
            place(send),
            scene.host(),
            searches.sentence
        ))?
        .seen(searches.shown),
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
