//! What a call that runs can have made its kernel send, and what the kernel did beyond the call's own part. Which call runs is `cause`'s
//! to say.

use super::flow::{Segment, carries};
use super::scene::Scene;
use crate::call_window::{CallWindow, is_sending};
use crate::conversation::before;
use socklab_packets::headers::flag;
use socklab_packets::record::Label;

/// Whether a running call can have made its kernel send such a segment now.
pub(super) fn can_cause(window: &CallWindow, scene: &Scene<'_>) -> bool {
    let carries = carries(scene.tcp);
    match window.name.as_str() {
        "connect" => {
            let first_ack = || scene.acked_before().is_none();
            scene.tcp.flags & flag::SYN != 0
                || (scene.tcp.len == 0 && scene.tcp.flags & flag::FIN == 0 && first_ack())
        }
        // Closing sends a FIN or an RST; an acknowledgment that leaves meanwhile is the kernel's own.
        "close" | "shutdown" | "exit" => carries,
        // TCP_NODELAY and TCP_CORK let data go, TCP_QUICKACK an acknowledgment that was held back.
        "setsockopt" => carries || before_it(window, scene),
        name if is_sending(name) => carries,
        // Reading makes room: the kernel may tell so, or send the acknowledgment it was holding back. What answers data that
        // came while the call slept is the kernel's own.
        name if name.starts_with("recv") || name == "read" => {
            !carries && before_it(window, scene) && reads(scene)
        }
        _ => false,
    }
}

/// True when reading can have sent an acknowledgment: there were data that wait for theirs, or there is more room than was told. The
/// acknowledgment of a bare FIN is not hastened by reading (tcp_cleanup_rbuf).
fn reads(scene: &Scene) -> bool {
    let told = scene.own.segments().next_back();
    let more_room = told.is_some_and(|told| told.window < scene.packet.track.window);
    let acked = scene.acked_before();
    let waits = |segment: &&Segment| {
        segment.len > 0 && acked.is_none_or(|acked| before(acked, segment.end))
    };
    more_room || scene.arrived.iter().any(waits)
}

/// True when what came last had come before the call began: it is not what this answers.
fn before_it(window: &CallWindow, scene: &Scene) -> bool {
    let arrived = scene.newest().and_then(Segment::arrives);
    arrived.is_none_or(|time| time < window.start_ns)
}

/// What the kernel did beyond the call's own part, worth saying beside it.
pub(super) fn in_call(window: &CallWindow, scene: &Scene<'_>) -> String {
    // The first ACK of a connection that was opened from both ends has a scaled window after an unscaled one: nothing was read.
    let connects = window.name == "connect";
    let offered = scene.packet.track.window;
    let last = scene.own.segments().next_back();
    let opened = last.is_some_and(|last| last.window < offered);
    if opened && !connects && scene.packet.track.labels.contains(Label::WindowUpdate) {
        return format!("reading made room, so the kernel opens the window to {offered} bytes");
    }
    String::new()
}
