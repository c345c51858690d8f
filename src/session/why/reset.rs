//! Connections that a segment ended: ECONNRESET and EPIPE. Not those that nobody answered (`silence`).

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::packet::headers::{Tcp, flag};
use std::net::SocketAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("send", "EPIPE", "TCP", shut_by_itself),
    Cause::new("", "ECONNRESET EPIPE", "TCP", reset),
    Cause::new("connect", "ECONNABORTED", "TCP", shut_before),
    Cause::new("", "ECONNABORTED", "TCP", |scene| {
        said(format!(
            "The connection of {} was ended from outside (`ss --kill`, or the address went away).",
            scene.label
        ))
    }),
];

/// True for a packet between the two ends of the socket, as far as they are known.
pub(super) fn is_between(scene: &Scene<'_>, from: SocketAddr, to: SocketAddr) -> bool {
    let alike = |known: Option<SocketAddr>, seen: SocketAddr| {
        known.is_none_or(|known| {
            let (one, other) = (known.ip().to_canonical(), seen.ip().to_canonical());
            known.port() == seen.port() && (one == other || one.is_unspecified())
        })
    };
    let (local, peer) = (scene.bound(), scene.connected());
    (local.is_some() || peer.is_some()) && alike(local, to) && alike(peer, from)
}

/// The packets that came for the socket, from when its connection began to the end of the call. That of a socket which accept returned
/// began before it.
pub(super) fn arrivals<'a>(
    scene: &'a Scene<'_>,
) -> impl DoubleEndedIterator<Item = &'a PacketEvent> {
    let accepted = scene
        .maker
        .as_ref()
        .filter(|maker| maker.name.starts_with("accept"));
    let begun = accepted.and_then(|maker| {
        scene.packets().iter().rev().find(|packet| {
            let opens = |tcp: &Tcp| tcp.flags & (flag::SYN | flag::ACK) == flag::SYN;
            packet.frame.time_ns <= maker.end_ns
                && packet.headers.tcp().is_some_and(opens)
                && packet
                    .headers
                    .endpoints()
                    .is_some_and(|(from, to)| is_between(scene, from, to))
        })
    });
    let since = begun.map_or(scene.born_ns(), |syn| syn.frame.time_ns);
    scene.host_packets().filter(move |packet| {
        (since..=scene.call.end_ns).contains(&packet.frame.time_ns)
            && packet.lost().is_none()
            && packet
                .headers
                .endpoints()
                .is_some_and(|(from, to)| is_between(scene, from, to))
    })
}

/// True for a shutdown without a connection: Linux says ENOTCONN, and the socket counts as shut down all the same (`inet_shutdown`).
fn marked(shutdown: &CallEvent) -> bool {
    shutdown.errno.as_deref() == Some("ENOTCONN")
}

/// A shutdown before the connect ended the connection as soon as it was made.
fn shut_before(scene: &Scene<'_>) -> Option<Finding> {
    let shut = scene.newest(|call| call.name == "shutdown" && marked(call))?;
    let fin = scene.own_packets().find(|packet| {
        let tcp = packet.headers.tcp();
        packet.frame.time_ns >= scene.call.start_ns
            && packet.frame.time_ns <= scene.call.end_ns
            && tcp.is_some_and(|tcp| tcp.flags & flag::FIN != 0)
    });
    let sent = fin.map_or(String::new(), |fin| {
        format!(": its kernel sent the FIN #{} at once", fin.number)
    });
    Some(
        said(format!(
            "{} had been shut down before it was connected ({}, {}): Linux reports ENOTCONN and keeps the shutdown for the connection that is made later. That one ended as soon as it was made{sent}, so it was over before connect returned.",
            scene.label,
            told(shut),
            place(shut)
        ))?
        .seen(fin),
    )
}

fn shut_by_itself(scene: &Scene<'_>) -> Option<Finding> {
    let shut = scene.newest(|call| {
        call.name == "shutdown"
            && (call.errno.is_none() || marked(call))
            && call.args.get(1).is_some_and(|how| how != "SHUT_RD")
    })?;
    if marked(shut) {
        return said(format!(
            "{} shut the sending side of {} down before there was a connection: {}, {}. Linux reports that, and keeps it for the connection that is made later.",
            scene.call.process,
            scene.label,
            told(shut),
            place(shut)
        ));
    }
    said(format!(
        "{} shut the sending side of {} down itself: {}, {}.",
        scene.call.process,
        scene.label,
        told(shut),
        place(shut)
    ))
}

fn reset(scene: &Scene<'_>) -> Option<Finding> {
    let rst = arrivals(scene).rev().find(|packet| {
        packet
            .headers
            .tcp()
            .is_some_and(|tcp| tcp.flags & flag::RST != 0)
    })?;
    let earlier = scene.newest(|call| {
        call.errno.as_deref() == Some("ECONNRESET") && call.end_ns >= rst.frame.time_ns
    });
    let told_before = earlier.map_or(String::new(), |call| {
        format!(" {} of {} reported it already.", told(call), place(call))
    });
    Some(
        said(format!(
            "The reset #{} came from the other end{}.{told_before}",
            rst.number,
            reason(rst)
        ))?
        .seen([rst]),
    )
}

/// Why the reset was sent, where that was found.
fn reason(rst: &PacketEvent) -> String {
    let cause = rst.cause.as_ref();
    let kernel = cause.map_or("", |cause| cause.kernel.as_str());
    if kernel.is_empty() {
        String::new()
    } else {
        format!(": {kernel}")
    }
}
