//! Why a TCP segment was sent: which of the rules for its kind applies. The rules are in the rooms beside.

use super::calls::{can_cause, in_call};
use super::flow::{Flow, Segment, carries, opens};
use super::release::Writer;
use super::scene::Scene;
use super::timer::Again;
use super::{CauseFinder, Found, Note, answer, caused, endpoints, program_sent, release, timer};
use crate::call_window::CallWindow;
use socklab_packets::headers::{Tcp, flag};
use socklab_packets::record::{Certainty, PacketEvent};
use std::net::SocketAddr;

impl CauseFinder {
    /// The cause of a TCP segment. `owner` is the program that has its sender's socket, if one has.
    pub(super) fn of_segment(
        &self,
        packet: &PacketEvent,
        tcp: &Tcp,
        owner: Option<&str>,
    ) -> (Option<Found>, Note) {
        let mut note = Note::default();
        let Some(ends) = endpoints(packet) else {
            return (None, note);
        };
        let none = Flow::default();
        let flow = packet
            .track
            .conversation
            .and_then(|conversation| self.flows.get(&conversation));
        let scene = Scene {
            foreign: owner.is_some(),
            ..self.scene(packet, tcp, ends, flow.unwrap_or(&none))
        };
        if tcp.flags & (flag::SYN | flag::ACK) == flag::SYN | flag::ACK {
            return syn_ack(&scene);
        }
        if tcp.flags & flag::RST != 0 {
            return (self.of_reset(&scene, ends, owner), note);
        }
        if scene.own.is_again(tcp) {
            let (again, cause) = timer::again(&scene);
            note.again = Some(again);
            return (Some(Found::alone(cause)), note);
        }
        if scene.own.is_probe(tcp) {
            return (Some(Found::alone(timer::probe(&scene))), note);
        }
        self.of_first_sending(&scene, ends, owner)
    }

    /// A segment and what is known of its sender's connection.
    fn scene<'a>(
        &'a self,
        packet: &'a PacketEvent,
        tcp: &'a Tcp,
        (from, to): (SocketAddr, SocketAddr),
        flow: &'a Flow,
    ) -> Scene<'a> {
        let time = packet.frame.time_ns;
        let [first, second] = &flow.sides;
        let (own, other) = if packet.track.forward {
            (first, second)
        } else {
            (second, first)
        };
        // What a socket that is connected to itself sends comes back to it.
        let other = if from == to { own } else { other };
        let options = self
            .on_socket(packet, from, to)
            .find_map(|window| Some((window.process.clone(), window.fd?)))
            .and_then(|key| self.options.get(&key));
        Scene {
            packet,
            tcp,
            time,
            own,
            arrived: other.arrived(time),
            other,
            evidence: self.samples.at(&packet.host, from, to, time),
            too_big: self.too_big.get(&(packet.network, from, to)).copied(),
            full_listener: Some(tcp.flags & flag::RST)
                .filter(|reset| *reset != 0)
                .and_then(|_| self.samples.full_listener(&packet.host, from)),
            foreign: false,
            options: options.copied().unwrap_or_default(),
        }
    }

    /// A segment that opens nothing anew and ends nothing, and was not sent before.
    fn of_first_sending(
        &self,
        scene: &Scene<'_>,
        (from, to): (SocketAddr, SocketAddr),
        owner: Option<&str>,
    ) -> (Option<Found>, Note) {
        let mut note = Note::default();
        let tcp = scene.tcp;
        if tcp.options.mptcp.subtypes != 0
            && let Some(found) = self.of_mptcp(scene, (from, to))
        {
            return (Some(found), note);
        }
        let opens = opens(tcp);
        let running = self
            .running(scene.packet, from, to, opens, scene.time)
            .find(|window| can_cause(window, scene));
        if let Some(window) = running {
            let connects = Some((window.process.clone(), window.fd))
                .filter(|_| opens && window.name == "connect")
                .and_then(|(process, fd)| Some((process, fd?)));
            let found = caused(window, in_call(window, scene));
            return (Some(Found { connects, ..found }), note);
        }
        let carries = carries(tcp);
        if let Some(program) = owner.filter(|_| carries) {
            // A program's calls are not seen, but its kernel sends data, SYN and FIN only when it has asked for that.
            return (Some(Found::alone(program_sent(program))), note);
        }
        if !carries && tcp.flags & flag::ACK == 0 {
            // No kernel sends that: nothing is asked and nothing is answered.
            return (None, note);
        }
        let cause = if carries {
            release::let_go(scene, self.writer(scene, (from, to)))
        } else {
            note.answers = scene.answered().map(Segment::place);
            answer::acknowledgment(scene)
        };
        (cause.map(Found::alone), note)
    }

    /// The call that wrote what a segment carries: by the place of its bytes among all that was written, else the last one.
    fn writer(
        &self,
        scene: &Scene<'_>,
        (from, to): (SocketAddr, SocketAddr),
    ) -> Option<Writer<'_>> {
        let writer = |window: &'_ CallWindow| -> bool {
            if scene.tcp.flags & flag::SYN != 0 {
                return false;
            }
            if scene.tcp.len == 0 {
                return matches!(window.name.as_str(), "close" | "shutdown" | "exit");
            }
            let offset = u64::from(scene.packet.track.seq).saturating_sub(1);
            window
                .wrote
                .is_some_and(|(start, end)| (start..end).contains(&offset))
        };
        let window = self
            .on_socket(scene.packet, from, to)
            .find(|window| writer(window))?;
        Some(Writer {
            command: window.command,
            process: &window.process,
            short: &window.short,
            end_ns: window.end_ns,
        })
    }
}

/// A SYN-ACK, and why it came again where it did.
fn syn_ack(scene: &Scene<'_>) -> (Option<Found>, Note) {
    let cause = answer::syn_ack(scene);
    let mut sent = scene.own.with(scene.tcp.seq);
    let again = cause
        .as_ref()
        .filter(|_| sent.any(|sent| sent.has(flag::ACK)))
        .map(|cause| match cause.certainty {
            Certainty::Caused => Again::Timeout,
            _ => Again::Other,
        });
    let note = Note {
        again,
        ..Note::default()
    };
    (cause.map(Found::alone), note)
}
