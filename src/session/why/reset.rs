//! Connections that a segment ended: ECONNRESET and EPIPE. Not those that nobody answered (`silence`).

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::event::packet::PacketEvent;
use crate::packet::headers::{Tcp, flag};
use std::net::SocketAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("send", "EPIPE", "TCP", shut_by_itself),
    Cause::new("", "ECONNRESET EPIPE", "TCP", reset),
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

fn shut_by_itself(scene: &Scene<'_>) -> Option<Finding> {
    let shut = scene.newest(|call| {
        call.name == "shutdown"
            && call.errno.is_none()
            && call.args.get(1).is_some_and(|how| how != "SHUT_RD")
    })?;
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
