//! Why a connection was reset: because a call or a program closed it, because a timer gave it up, or in answer to a segment that no
//! socket takes. The two kinds differ on the wire: a socket that exists sends RST with ACK and its own numbers, while the answer to a
//! segment that finds none counts from that segment's acknowledgment and has no ACK (RFC 9293 section 3.10.7.1).

use super::answer::closes_too;
use super::flow::Segment;
use super::scene::{Scene, follows, full, kernel};
use super::{CauseFinder, Found, caused};
use crate::call_window::CallWindow;
use crate::evidence::Sample;
use socklab_packets::headers::flag;
use socklab_packets::record::{Cause, Certainty, Phase};
use std::net::SocketAddr;

impl CauseFinder {
    /// A segment with RST. `owner` is the program that has the sender's socket, if one has.
    pub(super) fn of_reset(
        &self,
        scene: &Scene<'_>,
        (from, to): (SocketAddr, SocketAddr),
        owner: Option<&str>,
    ) -> Option<Found> {
        let alone = Found::alone;
        if scene.packet.track.phase == Some(Phase::Refused) {
            return scene.trigger().map(|syn| alone(refused(scene, syn)));
        }
        if let Some(asked) = answered(scene) {
            let closed = self
                .on_socket(scene.packet, from, to)
                .find(|window| closes(window) || window.name == "shutdown");
            return Some(alone(answer(scene, asked, closed)));
        }
        let dissolves = |window: &&CallWindow| closes(window) || window.name == "connect";
        let mut running = self.running(scene.packet, from, to, false, scene.time);
        if let Some(window) = running.find(dissolves) {
            return Some(caused(window, reason(window, scene)));
        }
        if let Some(probes) = unanswered_probes(scene) {
            return Some(alone(given_up(probes)));
        }
        if let Some(program) = owner {
            let cause = kernel(
                Certainty::Caused,
                format!("{program}: {}", closed_by_program(scene)),
            );
            let process = program.to_owned();
            return Some(alone(Cause { process, ..cause }));
        }
        let closed = self.on_socket(scene.packet, from, to).any(closes);
        let words = if closed {
            "the kernel: it gave up a connection that no process holds any more"
        } else {
            "the end of the socket: only one that still has its connection resets it with an ACK, when it is closed with data unread or with SO_LINGER 0, or destroyed from outside (ss --kill)"
        };
        Some(alone(kernel(Certainty::Probably, words.to_owned())))
    }
}

fn closes(window: &CallWindow) -> bool {
    matches!(window.name.as_str(), "close" | "exit")
}

/// The segment that a reset answers; `None` for a reset that its sender's socket sent on its own.
fn answered<'a>(scene: &Scene<'a>) -> Option<&'a Segment> {
    let seq = scene.tcp.seq;
    if scene.tcp.flags & flag::ACK == 0 {
        let asked = |segment: &&Segment| segment.has(flag::ACK) && segment.ack == seq;
        let exact = scene.arrived.iter().copied().find(asked);
        return exact.or_else(|| scene.trigger());
    }
    scene.trigger().filter(|segment| !segment.has(flag::ACK))
}

fn refused(scene: &Scene<'_>, syn: &Segment) -> Cause {
    let port = scene.tcp.srcport;
    let ip = scene.packet.headers.addresses().map(|(source, _)| source);
    let of = ip.map_or_else(String::new, |ip| format!(" of {ip}"));
    let words = format!("no socket listens on port {port}{of}: the kernel refused");
    follows(syn.number, syn.cause.as_ref(), &words)
}

/// A reset that answers a segment. `closed` is the call that had closed the sender's socket or shut it, if one had.
fn answer(scene: &Scene<'_>, asked: &Segment, closed: Option<&CallWindow>) -> Cause {
    let own = |flags: u16| scene.own.segments().find(|segment| segment.has(flags));
    let only_answered = scene.own.segments().all(|own| own.has(flag::SYN));
    let words = if let Some(listener) = scene
        .full_listener
        .filter(|_| !asked.has(flag::SYN) && only_answered)
    {
        format!(
            "tcp_abort_on_overflow is set, and the connection is refused, {}",
            full(listener)
        )
    } else if scene.options.never_lingers && asked.len == 0 && closes_too(scene) {
        "TCP_LINGER2 is negative: the FIN is acknowledged, and the kernel resets instead of waiting in FIN-WAIT-2"
            .to_owned()
    } else if let Some(reset) = own(flag::RST) {
        let (number, asked) = (reset.number, asked.number);
        match closed.filter(|_| reset.has(flag::ACK)) {
            Some(call) => format!(
                "#{asked} finds no socket any more: {} had reset the connection (#{number})",
                call.short
            ),
            None => {
                format!("#{asked} finds no socket any more: #{number} had reset the connection")
            }
        }
    } else if let Some(call) = closed.filter(|_| asked.len > 0) {
        let what = if call.name == "shutdown" {
            "shut for reading"
        } else {
            "closed"
        };
        format!(
            "its data came for a socket that {} had {what}: nobody will read it, so the connection is torn down",
            call.short
        )
    } else if let Some(fin) = own(flag::FIN).filter(|_| asked.len > 0) {
        format!(
            "its data came for a socket that was closed with the FIN #{}: nobody will read it, so the connection is torn down",
            fin.number
        )
    } else if asked.has(flag::SYN | flag::ACK) {
        "this end had not asked for the connection, or has given it up: it is torn down".to_owned()
    } else if scene.own.segments().next().is_some() {
        "the connection has ended at this end, and its socket is gone: the kernel answered with a reset".to_owned()
    } else {
        "this end has no such connection: the kernel answered with a reset".to_owned()
    };
    follows(asked.number, asked.cause.as_ref(), &words)
}

/// Why the call that runs resets the connection.
fn reason(window: &CallWindow, scene: &Scene<'_>) -> String {
    let before = scene.evidence.before;
    let words = match (
        before.map_or(0, |sample| sample.unread),
        scene.options.resets,
    ) {
        _ if window.name == "connect" => {
            "connecting to AF_UNSPEC dissolves the connection (connect(2))"
        }
        (1, _) => "1 byte was unread, so closing resets the connection",
        (unread @ 2.., _) => {
            return format!("{unread} bytes were unread, so closing resets the connection");
        }
        (0, true) => "SO_LINGER is set to 0 seconds, so closing resets the connection",
        (0, false) if before.is_some_and(|sample| !sample.owned) => {
            "nobody had accepted the connection, and now nobody can: it is reset"
        }
        (0, false) => {
            "the connection was torn down: data was left unread, or SO_LINGER was set to 0"
        }
    };
    words.to_owned()
}

/// What a program did whose calls are not seen.
fn closed_by_program(scene: &Scene<'_>) -> String {
    let unread = scene
        .evidence
        .before
        .map_or(0, |sample: &Sample| sample.unread);
    let came = scene.arrived.iter().any(|segment| segment.len > 0);
    match (unread, came) {
        (1, _) => "it closed the socket with 1 byte unread (RFC 2525 section 2.17)".to_owned(),
        (2.., _) => format!(
            "it closed the socket with {unread} bytes unread (RFC 2525 section 2.17)"
        ),
        (0, true) => "it closed the socket with data unread (RFC 2525 section 2.17), or with SO_LINGER set to 0 seconds".to_owned(),
        (0, false) if scene.evidence.before.is_some_and(|sample| !sample.owned) => {
            "it closed the listener, or ended, before it had accepted the connection".to_owned()
        }
        (0, false) => "it closed the socket with SO_LINGER set to 0 seconds".to_owned(),
    }
}

/// How many keepalive probes have had no answer, if any was sent since the other end was heard last.
fn unanswered_probes(scene: &Scene<'_>) -> Option<usize> {
    let heard = scene.newest().and_then(Segment::arrives);
    let probes = scene
        .own
        .segments()
        .rev()
        .take_while(|segment| segment.probe && heard.is_none_or(|heard| segment.time_ns > heard))
        .count();
    Some(probes).filter(|probes| *probes > 0)
}

fn given_up(probes: usize) -> Cause {
    let unanswered = match probes {
        1 => "1 probe got".to_owned(),
        _ => format!("{probes} probes got"),
    };
    let words = format!(
        "the keepalive timer: {unanswered} no answer, so the kernel gives the connection up (ETIMEDOUT)"
    );
    kernel(Certainty::Caused, words)
}
