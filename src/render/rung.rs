//! What stands in a ladder, in the order of time: packets with their lifelines, and calls with theirs. Not the drawing, of which
//! there are two (`ladder`, `svg_ladder`).

mod lane;

use super::endpoint::{self, Endpoint};
use super::info::{self, Brevity};
use super::ladder::Ladder;
use super::styled::{Look, Style};
use super::words;
use crate::event::message::{End, MessageEvent};
use crate::event::packet::PacketEvent;
use crate::value::Address;
use lane::Lifelines;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

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
    /// What was written without a packet.
    Message {
        message: &'a MessageEvent,
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
    all_names(ladder.packets, &places, &mut ends);
    let mut written = Vec::new();
    for message in ladder
        .messages
        .iter()
        .filter(|message| message.wrote().is_some())
    {
        let from = place(&mut ends, &end(&message.from));
        let to = place(&mut ends, &end(&message.to));
        written.push((*message, (from, to)));
    }
    let mut steps = steps(ladder, &ends, &places, &written);
    steps.extend(
        written
            .into_iter()
            .map(|(message, (from, to))| (message.time_ns, Step::Message { message, from, to })),
    );
    // What a call wrote was there before it returned.
    steps.sort_by_key(|step| (step.0, !matches!(step.1, Step::Message { .. })));
    Rungs { ends, steps }
}

/// More names than this are not said of one lifeline.
const NAMES: usize = 3;

/// At a server's address stand the listener and each socket it gave: their names, in the order in which they are met.
fn all_names(
    packets: &[&PacketEvent],
    places: &HashMap<u64, (usize, usize)>,
    ends: &mut [Endpoint],
) {
    let mut names: Vec<Vec<&str>> = vec![Vec::new(); ends.len()];
    for packet in packets {
        let Some(&(from, to)) = places.get(&packet.number) else {
            continue;
        };
        for (lane, name) in [(from, &*packet.from), (to, &*packet.to)] {
            if !name.is_empty() && !names[lane].contains(&name) {
                names[lane].push(name);
            }
        }
    }
    for (end, mut names) in ends.iter_mut().zip(names) {
        // A socket that has a name by now was only a number before.
        if names.iter().any(|name| !name.starts_with("fd ")) {
            names.retain(|name| !name.starts_with("fd "));
            end.name = names[0].to_owned();
        }
        if names.len() > 1 {
            end.name = names[..names.len().min(NAMES)].join(", ");
            if names.len() > NAMES {
                end.name.push_str(", …");
            }
        }
    }
}

/// The same in parts that have nothing to do with each other, where messages are among it: a socket of AF_UNIX next to a
/// connection would only take room from it. Calls that belong to no lifeline are left out then.
pub(super) fn parts<'a>(ladder: &Ladder<'a>) -> Vec<Rungs<'a>> {
    let all = rungs(ladder);
    if ladder.messages.is_empty() {
        return vec![all];
    }
    let mut groups: Vec<usize> = (0..all.ends.len()).collect();
    for (_, step) in &all.steps {
        if let Some((from, to)) = step.ends() {
            let (one, other) = (groups[from], groups[to]);
            groups
                .iter_mut()
                .filter(|group| **group == other)
                .for_each(|group| *group = one);
        }
    }
    let mut order: Vec<usize> = Vec::new();
    for (_, step) in &all.steps {
        let group = step.ends().map(|(from, _)| groups[from]);
        order.extend(group.filter(|group| !order.contains(group)));
    }
    let mut parts: Vec<Rungs<'a>> = Vec::new();
    let mut places = vec![(0, 0); all.ends.len()];
    for group in &order {
        let mut part = Rungs {
            ends: Vec::new(),
            steps: Vec::new(),
        };
        for (end, place) in all
            .ends
            .iter()
            .zip(&mut places)
            .enumerate()
            .filter_map(|(index, pair)| (groups[index] == *group).then_some(pair))
        {
            *place = (parts.len(), part.ends.len());
            part.ends.push(end.clone());
        }
        parts.push(part);
    }
    for (time, mut step) in all.steps {
        if let Some(part) = step.move_to(&places) {
            parts[part].steps.push((time, step));
        }
    }
    parts
}

impl Step<'_> {
    /// The lifelines at its ends; `None` for a call.
    pub(super) fn ends(&self) -> Option<(usize, usize)> {
        match self {
            Step::Packet { from, to, .. } | Step::Message { from, to, .. } => Some((*from, *to)),
            Step::Call { .. } => None,
        }
    }

    /// Counts its lifelines as its part does, and gives the part; `None` for what belongs to none.
    pub(super) fn move_to(&mut self, places: &[(usize, usize)]) -> Option<usize> {
        match self {
            Step::Packet { from, to, .. } | Step::Message { from, to, .. } => {
                let part = places[*from].0;
                (*from, *to) = (places[*from].1, places[*to].1);
                Some(part)
            }
            Step::Call { lane, .. } => {
                let (part, place) = places[(*lane)?];
                *lane = Some(place);
                Some(part)
            }
        }
    }
}

/// An end of a message as the ladder titles it.
fn end(end: &End) -> Endpoint {
    let address = match &end.address {
        Some(Address::UnixUnnamed) | None => String::new(),
        Some(address) => address.to_string(),
    };
    let name = if address.is_empty() && end.name.is_empty() {
        end.title()
    } else {
        end.name.clone()
    };
    Endpoint { name, address }
}

/// The lifeline of an endpoint; two conversations with the same address share it, and so do two ends without one and the same name.
fn place(ends: &mut Vec<Endpoint>, end: &Endpoint) -> usize {
    let is_same = |known: &Endpoint| {
        known.address == end.address && (!end.address.is_empty() || known.name == end.name)
            || is_host_of(&known.address, &end.address)
            || is_host_of(&end.address, &known.address)
    };
    if let Some(known) = ends.iter().position(is_same) {
        let known_end = &mut ends[known];
        if known_end.name.is_empty() {
            known_end.name.clone_from(&end.name);
        }
        if is_host_of(&known_end.address, &end.address) {
            known_end.address.clone_from(&end.address);
        }
        return known;
    }
    ends.push(end.clone());
    ends.len() - 1
}

/// True when one is the bare address of the host at which the other, with a port, is: who asks by ARP then connects.
fn is_host_of(bare: &str, full: &str) -> bool {
    let bare: Option<IpAddr> = bare.parse().ok();
    let full: Option<SocketAddr> = full.parse().ok();
    // At the loopback address both ends are, and whoever speaks there without a port is neither of them.
    bare.is_some_and(|bare| !bare.is_loopback() && Some(bare) == full.map(|full| full.ip()))
}

/// Everything that is drawn, with its time, in the order of time.
fn steps<'a>(
    ladder: &Ladder<'a>,
    ends: &[Endpoint],
    places: &HashMap<u64, (usize, usize)>,
    written: &[(&'a MessageEvent, (usize, usize))],
) -> Vec<(i64, Step<'a>)> {
    let mut steps = Vec::new();
    for packet in ladder.packets {
        if let Some(&(from, to)) = places.get(&packet.number) {
            steps.push((packet.frame.time_ns, Step::Packet { packet, from, to }));
        }
    }
    let lanes = Lifelines {
        ladder,
        ends,
        places,
        written,
    };
    for (call, lane) in ladder.calls.iter().zip(lanes.of_calls()) {
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
    [Brevity::NoZeroLength, Brevity::OneNumber, Brevity::Flags]
        .into_iter()
        .map(|brevity| whole(brevity, &preview))
        .find(|text| look.measure(text) <= room)
        .unwrap_or_else(|| whole(Brevity::Flags, ""))
}
