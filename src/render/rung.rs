//! What stands in a ladder, in the order of time: packets with their lifelines, and calls with theirs. Not the drawing, of which
//! there are two (`ladder`, `svg_ladder`).

use super::endpoint::{self, Endpoint};
use super::info::{self, Brevity};
use super::ladder::Ladder;
use super::styled::{Look, Style};
use super::words;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use std::collections::HashMap;

/// A ladder before it is drawn.
pub(super) struct Rungs<'a> {
    /// The lifelines from left to right.
    pub(super) ends: Vec<Endpoint>,
    /// Everything that happened, with its time.
    pub(super) steps: Vec<(i64, Step<'a>)>,
}

/// One row, before it is drawn.
pub(super) enum Step<'a> {
    Packet {
        packet: &'a PacketEvent,
        from: usize,
        to: usize,
    },
    /// A call by its lane; `None` for one that belongs to no endpoint of the drawing.
    Call {
        text: String,
        process: &'a str,
        failed: bool,
        lane: Option<usize>,
    },
}

/// Puts packets and calls to lifelines.
pub(super) fn rungs<'a>(ladder: &Ladder<'a>) -> Rungs<'a> {
    let conversations = endpoint::conversations(ladder.packets);
    let mut ends: Vec<Endpoint> = Vec::new();
    let mut places = HashMap::new();
    for lanes in &conversations {
        let left = place(&mut ends, &lanes.left);
        let right = place(&mut ends, &lanes.right);
        for (packet, forward) in &lanes.packets {
            let way = if *forward {
                (left, right)
            } else {
                (right, left)
            };
            places.insert(packet.number, way);
        }
    }
    let steps = steps(ladder, &ends, &places);
    Rungs { ends, steps }
}

/// The lifeline of an endpoint; two conversations with the same address share it.
fn place(ends: &mut Vec<Endpoint>, end: &Endpoint) -> usize {
    if let Some(known) = ends.iter().position(|known| known.address == end.address) {
        if ends[known].name.is_empty() {
            ends[known].name.clone_from(&end.name);
        }
        return known;
    }
    ends.push(end.clone());
    ends.len() - 1
}

/// Everything that is drawn, with its time, in the order of time.
fn steps<'a>(
    ladder: &Ladder<'a>,
    ends: &[Endpoint],
    places: &HashMap<u64, (usize, usize)>,
) -> Vec<(i64, Step<'a>)> {
    let mut steps = Vec::new();
    for packet in ladder.packets {
        if let Some(&(from, to)) = places.get(&packet.number) {
            steps.push((packet.frame.time_ns, Step::Packet { packet, from, to }));
        }
    }
    let lanes = call_lanes(ladder, ends, places);
    for (call, lane) in ladder.calls.iter().zip(lanes) {
        let on = call.fd.map_or_else(String::new, |fd| fd.to_string());
        let brief = format!("{}({on})", call.name);
        let outcome = call
            .errno
            .clone()
            .unwrap_or_else(|| call.result.to_string());
        let during = ladder
            .packets
            .iter()
            .any(|packet| (call.start_ns..call.end_ns).contains(&packet.frame.time_ns));
        let step = |text| Step::Call {
            text,
            process: &call.process,
            failed: call.errno.is_some(),
            lane,
        };
        if call.blocked || during {
            steps.push((call.start_ns, step(format!("{brief} …"))));
        }
        steps.push((call.end_ns, step(format!("{brief} = {outcome}"))));
    }
    steps.sort_by_key(|step| step.0);
    steps
}

/// The lifeline each call belongs to: by the packets it caused, by the addresses it names, by its descriptor.
fn call_lanes(
    ladder: &Ladder<'_>,
    ends: &[Endpoint],
    places: &HashMap<u64, (usize, usize)>,
) -> Vec<Option<usize>> {
    let at = |address: Option<String>| {
        address.and_then(|address| ends.iter().position(|end| end.address == address))
    };
    let direct = |call: &CallEvent| {
        let caused = ladder.packets.iter().find(|packet| {
            packet.cause.as_ref().is_some_and(|cause| {
                cause.command == Some(call.command) && cause.call.starts_with(&call.name)
            })
        });
        caused
            .and_then(|packet| places.get(&packet.number))
            .map(|way| way.0)
            .or_else(|| at(call.local.as_ref().map(ToString::to_string)))
            .or_else(|| {
                // The one who accepts stands at the other end of the one who was accepted.
                let peer = at(call.peer.as_ref().map(ToString::to_string))?;
                places.values().find(|way| way.0 == peer).map(|way| way.1)
            })
    };
    let mut by_descriptor = HashMap::new();
    for call in ladder.calls {
        if let Some(lane) = direct(call) {
            for fd in call.fd.iter().chain(&call.made) {
                by_descriptor.insert((call.process.as_str(), *fd), lane);
            }
        }
    }
    ladder
        .calls
        .iter()
        .map(|call| {
            let fd = call.fd.or_else(|| call.made.first().copied());
            direct(call).or_else(|| by_descriptor.get(&(call.process.as_str(), fd?)).copied())
        })
        .collect()
}

/// The style of a lifeline and of what leaves it.
pub(super) fn lane_style(lane: usize) -> Style {
    match lane {
        0 => Style::Client,
        1 => Style::Server,
        other => Style::field(other),
    }
}

/// What stands on an arrow of this room: labels first, then the info as long as it fits, then the data.
pub(super) fn on_arrow(packet: &PacketEvent, room: usize, look: &Look) -> String {
    let mut labels = words::labels(&packet.track).join(", ");
    if !labels.is_empty() {
        labels.push(' ');
    }
    let protocol = if packet.headers.tcp().is_some() {
        String::new()
    } else {
        format!("{} ", info::protocol(packet))
    };
    let whole =
        |brevity, data: &str| format!("{labels}{protocol}{}{data}", info::brief(packet, brevity));
    let mut preview = info::data(packet, 16);
    if !preview.is_empty() {
        preview.insert(0, ' ');
    }
    [Brevity::NoZeroLength, Brevity::Flags]
        .into_iter()
        .map(|brevity| whole(brevity, &preview))
        .find(|text| look.measure(text) <= room)
        .unwrap_or_else(|| whole(Brevity::Flags, ""))
}
