//! Calls that would have had to wait, on sockets that have packets but datagrams (`astray`): what there was to wait for, and why they did not.

use super::cause::{Cause, Finding, said};
use super::reset::arrivals;
use super::scene::{Scene, numbers, place, told};
use crate::event::packet::PacketEvent;
use crate::packet::headers::flag;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("accept", "EAGAIN timeout", "TCP", handshake_lost),
    Cause::new("accept", "EAGAIN timeout", "TCP", nobody_waits),
    Cause::new("recv", "EAGAIN timeout", "TCP", lost_on_the_way),
    Cause::new("recv", "EAGAIN timeout", "TCP", nothing_came),
    Cause::new("send", "EAGAIN timeout", "TCP", buffer_full),
    Cause::new("connect", "timeout", "TCP", no_answer_yet),
];

pub(super) const CIRCUMSTANCES: &[Cause] = &[Cause::new(
    "",
    "EAGAIN EINPROGRESS EALREADY",
    "",
    does_not_wait,
)];

/// What the wire lost since the socket was made, as far as it is of this kind.
fn lost_packets<'a>(
    scene: &'a Scene<'_>,
    is_meant: impl Fn(&PacketEvent) -> bool,
) -> Vec<&'a PacketEvent> {
    let packets = scene.packets().iter().map(AsRef::as_ref);
    packets
        .filter(|packet: &&PacketEvent| {
            packet.frame.time_ns >= scene.born_ns() && packet.lost().is_some() && is_meant(packet)
        })
        .collect()
}

/// A SYN for the listener that never came.
fn handshake_lost(scene: &Scene<'_>) -> Option<Finding> {
    let own = scene.bound()?;
    let lost = lost_packets(scene, |packet| {
        let headers = &packet.headers;
        headers.tcp().is_some_and(|tcp| tcp.dstport == own.port())
            && headers.addresses().is_some_and(|(_, to)| scene.is_own(to))
    });
    let rule = lost.last()?.lost()?;
    Some(
        said(format!(
            "No connection waits in the queue of {}: {} on the way to it was lost by rule {rule} of the wire.",
            scene.label,
            numbers(&lost)
        ))?
        .seen(lost),
    )
}

fn nobody_waits(scene: &Scene<'_>) -> Option<Finding> {
    let own = scene.bound()?;
    let accepted = scene
        .past
        .iter()
        .filter(|call| call.name.starts_with("accept") && call.errno.is_none())
        .count();
    let so_far = match accepted {
        0 => "nobody has connected".to_owned(),
        1 => "the one that came was accepted".to_owned(),
        count => format!("the {count} that came were accepted"),
    };
    said(format!(
        "No connection waits in the queue of {}, which listens on {own}: {so_far}.",
        scene.label
    ))
}

fn lost_on_the_way(scene: &Scene<'_>) -> Option<Finding> {
    let lost = lost_packets(scene, |packet| {
        let headers = &packet.headers;
        let ends = headers.endpoints();
        headers.tcp().is_some_and(|tcp| tcp.len > 0)
            && ends.is_some_and(|(from, to)| super::reset::is_between(scene, from, to))
    });
    let last = lost.last()?;
    let arrived = arrivals(scene).any(|packet| {
        packet.number > last.number && packet.headers.tcp().is_some_and(|tcp| tcp.len > 0)
    });
    (!arrived).then_some(())?;
    let rule = last.lost()?;
    Some(
        said(format!(
            "Nothing to read has come: {} was lost by rule {rule} of the wire, and the other end will send it again when its timer runs out.",
            numbers(&lost)
        ))?
        .seen(lost),
    )
}

fn nothing_came(scene: &Scene<'_>) -> Option<Finding> {
    let moved = scene.party.as_ref()?.moved.1;
    let ended = arrivals(scene).any(|packet| {
        packet
            .headers
            .tcp()
            .is_some_and(|tcp| tcp.flags & flag::FIN != 0)
    });
    if ended {
        return None;
    }
    said(match moved {
        0 => format!(
            "Nothing to read has come: the other end of {} has sent no data.",
            scene.label
        ),
        1 => format!(
            "The one byte that came for {} has been read, and nothing has come since.",
            scene.label
        ),
        count => format!(
            "The {count} bytes that came for {} have been read, and nothing has come since.",
            scene.label
        ),
    })
}

fn buffer_full(scene: &Scene<'_>) -> Option<Finding> {
    let row = scene.own_row()?;
    let peer = scene.connected()?;
    let other = scene.rows().iter().find(|other| {
        other.protocol == "tcp"
            && other
                .local
                .as_ref()
                .and_then(crate::value::Address::socket_address)
                == Some(peer)
            && other.peer.is_some()
            && other.peer == row.local
    });
    let unread = other.map_or(String::new(), |other| {
        format!(
            ", and {} bytes wait at the other end, {}, to be read",
            other.recv_q,
            super::scene::title(other)
        )
    });
    Some(
        said(format!(
            "The send buffer of {} is full: {} bytes in it are not acknowledged{unread}.",
            scene.label, row.send_q
        ))?
        .held(other.cloned()),
    )
}

fn no_answer_yet(scene: &Scene<'_>) -> Option<Finding> {
    let to = scene.destination()?;
    let syns: Vec<&PacketEvent> = scene
        .own_packets()
        .filter(|packet| {
            packet
                .headers
                .tcp()
                .is_some_and(|tcp| tcp.flags & (flag::SYN | flag::ACK) == flag::SYN)
                && packet
                    .headers
                    .endpoints()
                    .is_some_and(|(_, peer)| peer == to)
        })
        .collect();
    let lost = syns.iter().filter(|packet| packet.lost().is_some()).count();
    let lost = match lost {
        0 => String::new(),
        1 if syns.len() == 1 => ": the wire lost it".to_owned(),
        all if all == syns.len() => ": the wire lost all of them".to_owned(),
        some => format!(": the wire lost {some} of them"),
    };
    if syns.is_empty() {
        return None;
    }
    Some(
        said(format!(
            "Nothing has answered {} to {to} in that time{lost}.",
            numbers(&syns)
        ))?
        .seen(syns)
        .and_maybe(super::silence::full_queue(scene)),
    )
}

fn does_not_wait(scene: &Scene<'_>) -> Option<Finding> {
    if scene.has_flag("MSG_DONTWAIT") {
        return said("MSG_DONTWAIT was passed, so the call does not wait.");
    }
    let label = &scene.label;
    let because = |call: &crate::event::CallEvent| {
        said(format!(
            "{label} does not wait, since {}, {}.",
            told(call),
            place(call)
        ))
    };
    let set = scene.newest(|call| {
        call.name == "ioctl" && call.args.get(1).is_some_and(|request| request == "FIONBIO")
    });
    match (set, &scene.maker) {
        (Some(ioctl), _) if ioctl.args.get(2).is_some_and(|value| value == "[1]") => {
            return because(ioctl);
        }
        (None, Some(maker))
            if maker
                .args
                .iter()
                .any(|arg| arg.split('|').any(|word| word == "SOCK_NONBLOCK")) =>
        {
            return because(maker);
        }
        _ => {}
    }
    let timeout = if matches!(scene.class(), "send" | "connect") {
        "SO_SNDTIMEO"
    } else {
        "SO_RCVTIMEO"
    };
    let (set, _) = scene.set(timeout)?;
    said(format!(
        "{timeout} ends the waiting on {label}: {}, {}.",
        told(set),
        place(set)
    ))
}
