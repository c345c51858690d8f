//! The packets that a command caused, printed under it: two lifelines, an arrow a packet, remarks beside it, causes below.
//! Not the whole session's ladder (`ladder`).

use super::arrow::{self, Way};
use super::endpoint::{self, Lanes};
use super::info::{self, Brevity};
use super::packet_line::remarks;
use super::styled::{Line, Look, Style, Styled};
use super::words;
use crate::event::packet::{Cause, Certainty, PacketEvent, Phase};
use crate::event::wire::Effect;
use std::collections::HashMap;

/// Narrower than this there is no room for two lifelines.
const DRAWING_WIDTH: usize = 64;
/// Wider than this the remarks would stand too far from the packets.
const WIDEST: usize = 132;
/// An arrow is at least this long.
const SHORTEST: usize = 24;
/// A lost packet's arrow ends this many columns before the lifeline.
const GAP: usize = 6;

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The packets, in their order.
    pub packets: &'a [&'a PacketEvent],
    /// From when the times of a conversation count, by the number of its first packet here; from the first packet of all where it is not
    /// named. Nanoseconds since the epoch.
    pub since_ns: &'a HashMap<u64, i64>,
    /// The prompt's process: calls of others are shown with their process.
    pub here: &'a str,
}

/// A packet with all that is written of it.
struct Row<'a> {
    packet: &'a PacketEvent,
    forward: bool,
    number: String,
    time: String,
    remarks: Vec<(Style, String)>,
}

/// Draws a block for each conversation, an empty line before each but the first.
pub fn draw(exchange: &Exchange<'_>, look: &Look) -> Styled {
    let first = exchange.packets.first();
    let first = first.map_or(0, |first| first.frame.time_ns);
    let mut text = Styled::new();
    for lanes in endpoint::conversations(exchange.packets) {
        text.gap();
        let begun = exchange.since_ns.get(&lanes.packets[0].0.number);
        let rows = rows(&lanes, begun.copied().unwrap_or(first));
        if look.width < DRAWING_WIDTH {
            compact(&mut text, &lanes, &rows, exchange.here, look);
        } else {
            Block::new(&rows, &lanes, look).draw(&mut text, &lanes, &rows, exchange.here);
        }
    }
    text
}

fn rows<'a>(lanes: &Lanes<'a>, since: i64) -> Vec<Row<'a>> {
    let mut states = States::default();
    let mut delays = [None, None];
    lanes
        .packets
        .iter()
        .enumerate()
        .map(|(index, &(packet, forward))| {
            let mut remarks = remarks(packet);
            // A wire that delays everything is told once in each direction.
            let delay = packet
                .rulings
                .iter()
                .find(|ruling| matches!(ruling.effect, Effect::Delayed(_)))
                .map(|ruling| words::ruling(*ruling));
            let before = &mut delays[usize::from(forward)];
            if delay.is_some() && *before == delay {
                remarks.retain(|(_, words)| Some(words) != delay.as_ref());
            }
            *before = delay;
            let change = states.news(lanes, index);
            if !change.is_empty() {
                // Before the payload, which may be long, and after everything else.
                let place = remarks
                    .iter()
                    .position(|(style, _)| *style == Style::Data)
                    .unwrap_or(remarks.len());
                remarks.insert(place, (Style::State, change));
            }
            Row {
                packet,
                forward,
                number: format!("#{}", packet.number),
                time: words::since(packet.frame.time_ns - since),
                remarks,
            }
        })
        .collect()
}

/// What each side was last said to be in.
#[derive(Default)]
struct States {
    left: Option<&'static str>,
    right: Option<&'static str>,
}

impl States {
    /// The states that this packet is the moment to tell, in words; empty when there is nothing new. A side's state is told
    /// with what it sends; with what it receives only when it does not speak `next`, for then it would not be told at all.
    fn news(&mut self, lanes: &Lanes<'_>, index: usize) -> String {
        let (packet, forward) = lanes.packets[index];
        let Some((sender, receiver)) = packet.track.states else {
            return String::new();
        };
        let receiver_speaks_next = lanes
            .packets
            .get(index + 1)
            .is_some_and(|next| next.1 != forward);
        let (left, right) = if forward {
            (sender, receiver)
        } else {
            (receiver, sender)
        };
        // A side not heard of before was in its state already, unless this packet is a step that moves it.
        let quiet = matches!(
            packet.track.phase,
            None | Some(Phase::Data | Phase::Acknowledgment | Phase::HalfClosedData)
        );
        let mut tell = |side_left: bool, state: &'static str| {
            let told = if side_left {
                &mut self.left
            } else {
                &mut self.right
            };
            let news = told.map_or(!quiet, |known| known != state);
            *told = Some(state);
            news
        };
        let sender_news = tell(forward, sender);
        let arrived = packet.lost().is_none();
        // The socket that answers a SYN is new and has no name yet: the listener itself stays in LISTEN.
        let opens = packet.track.phase == Some(Phase::Handshake(1));
        let receiver_news = arrived && !opens && !receiver_speaks_next && tell(!forward, receiver);
        match (sender_news, receiver_news) {
            (true, true) if sender == receiver => {
                let opens = packet.track.phase == Some(Phase::Handshake(3));
                format!("{}{sender}", if opens { "" } else { "both " })
            }
            (true, true) => format!(
                "{}, {}",
                named(&lanes.left.name, "client", left),
                named(&lanes.right.name, "server", right)
            ),
            (true, false) if packet.track.phase == Some(Phase::Handshake(2)) => sender.to_owned(),
            (true, false) if forward => named(&lanes.left.name, "client", left),
            (true, false) => named(&lanes.right.name, "server", right),
            (false, true) if forward => named(&lanes.right.name, "server", right),
            (false, true) => named(&lanes.left.name, "client", left),
            (false, false) => String::new(),
        }
    }
}

fn named(name: &str, role: &str, state: &str) -> String {
    let who = if name.is_empty() { role } else { name };
    format!("{who} {state}")
}

/// What the packets of one cause share.
fn cause_line(rows: &[Row<'_>], here: &str) -> Option<String> {
    let first = rows.first()?.packet.cause.as_ref()?;
    let mut kernel: Vec<&str> = Vec::new();
    for cause in rows.iter().filter_map(|row| row.packet.cause.as_ref()) {
        if !cause.kernel.is_empty() && !kernel.contains(&cause.kernel.as_str()) {
            kernel.push(&cause.kernel);
        }
    }
    let sentence = words::cause(first, &kernel, here);
    (!sentence.is_empty()).then_some(sentence)
}

/// True when two packets can share a line that says their cause.
fn same_cause(one: &Row<'_>, other: &Row<'_>) -> bool {
    let key = |cause: &Cause| {
        let kernel = if cause.call.is_empty() {
            cause.kernel.clone()
        } else {
            String::new()
        };
        let unsure = cause.certainty == Certainty::Probably;
        (
            cause.command,
            cause.process.clone(),
            cause.call.clone(),
            kernel,
            unsure,
        )
    };
    one.packet.cause.as_ref().map(key) == other.packet.cause.as_ref().map(key)
}

/// Where everything stands in one block.
struct Block<'a> {
    look: &'a Look,
    number: usize,
    time: usize,
    arrow: usize,
    remarks: usize,
    brevity: Brevity,
}

/// The text on an arrow.
fn on_arrow(packet: &PacketEvent, brevity: Brevity) -> String {
    let info = info::brief(packet, brevity);
    if packet.headers.tcp().is_some() {
        info
    } else {
        format!("{} {info}", info::protocol(packet))
    }
}

impl<'a> Block<'a> {
    fn new(rows: &[Row<'_>], lanes: &Lanes<'_>, look: &'a Look) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let number = widest(&mut rows.iter().map(|row| row.number.len()));
        let time = widest(&mut rows.iter().map(|row| row.time.len())).max(8);
        let mut block = Self {
            look,
            number,
            time,
            arrow: 0,
            remarks: 0,
            brevity: Brevity::Flags,
        };
        // Two lifelines, and two columns between the right one and the remarks.
        let room = look.width.min(WIDEST).saturating_sub(block.lifeline() + 4);
        let wanted = widest(&mut rows.iter().map(|row| remark_line(row).width(look)));
        let titles = look.measure(&lanes.left.title()) + look.measure(&lanes.right.title());
        let shortest = SHORTEST.max(titles / 2 + 3).min(room);
        let needs = |brevity| {
            let texts = &mut rows.iter().map(|row| {
                let gap = if row.packet.lost().is_some() { GAP } else { 0 };
                look.measure(&on_arrow(row.packet, brevity)) + gap
            });
            (widest(texts) + arrow::DRAWN).max(shortest)
        };
        let beside = Brevity::ALL
            .into_iter()
            .filter(|brevity| *brevity < Brevity::Flags)
            .find(|brevity| needs(*brevity) + wanted <= room);
        // Where the remarks must wrap, they get the room that sequence numbers leave.
        let narrow = wanted.min(20.max(room / 3));
        let wrapped = [Brevity::NoZeroLength, Brevity::OneNumber]
            .into_iter()
            .find(|brevity| needs(*brevity) + narrow <= room);
        block.brevity = beside.or(wrapped).unwrap_or(Brevity::Flags);
        block.arrow = needs(block.brevity).min(room - narrow);
        block.remarks = room - block.arrow;
        block
    }

    /// The column of the left lifeline.
    fn lifeline(&self) -> usize {
        2 + self.number + 2 + self.time + 1
    }

    fn draw(&self, text: &mut Styled, lanes: &Lanes<'_>, rows: &[Row<'_>], here: &str) {
        text.push(self.header(lanes));
        for group in rows.chunk_by(same_cause) {
            for row in group {
                self.row(text, row);
            }
            if let Some(cause) = cause_line(group, here) {
                let width = self.look.measure(&cause);
                let fits = self.lifeline() + width <= self.look.width;
                text.say(Style::Dim, if fits { self.lifeline() } else { 5 }, &cause);
            }
        }
    }

    /// The names of both ends, each centred over its lifeline as far as there is room.
    fn header(&self, lanes: &Lanes<'_>) -> Line {
        let (left, right) = (lanes.left.title(), lanes.right.title());
        let start = self
            .lifeline()
            .saturating_sub(self.look.measure(&left) / 2)
            .max(2);
        let other = self.lifeline() + self.arrow + 1;
        let mut line = Line::new();
        line.pad(start, self.look);
        line.push(Style::Client, &left);
        let width = self.look.measure(&right);
        let centred = other.saturating_sub(width / 2);
        let last = self.look.width.saturating_sub(width);
        let column = centred.min(last).max(line.width(self.look) + 3);
        line.pad(column, self.look);
        line.push(Style::Server, &right);
        line
    }

    fn row(&self, text: &mut Styled, row: &Row<'_>) {
        let look = self.look;
        let packet = row.packet;
        let way = Way::of_packet(row.forward, packet);
        let drawn = arrow::draw(&on_arrow(packet, self.brevity), self.arrow, way, look);
        let style = match (packet.lost(), row.forward) {
            (Some(_), _) => Style::Lost,
            _ if packet.is_neighbour_search() => Style::Dim,
            (None, true) => Style::Client,
            (None, false) => Style::Server,
        };
        let mut line = Line::new()
            .with(
                Style::Bold,
                &format!("  {}", look.right(&row.number, self.number)),
            )
            .with(
                Style::Dim,
                &format!("  {} ", look.right(&row.time, self.time)),
            )
            .with(Style::Dim, "│")
            .with(style, &drawn)
            .with(Style::Dim, "│");
        let remarks = wrap_remarks(row, self.remarks, look);
        for (index, remark) in remarks.iter().enumerate() {
            if index > 0 {
                line = Line::new();
                line.pad(self.lifeline(), look);
                line.push(Style::Dim, "│");
                line.pad(self.lifeline() + 1 + self.arrow, look);
                line.push(Style::Dim, "│");
            }
            if !remark.is_empty() {
                line.push(Style::Plain, "  ");
                line.append(remark);
            }
            text.push(line.clone());
        }
    }
}

fn remark_line(row: &Row<'_>) -> Line {
    let mut line = Line::new();
    for (style, remark) in &row.remarks {
        if !line.is_empty() {
            line.push(Style::Plain, "   ");
        }
        line.push(*style, remark);
    }
    line
}

/// The remarks in rows of this width: side by side as far as they fit, else one below the other. At least one row.
fn wrap_remarks(row: &Row<'_>, width: usize, look: &Look) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    for (style, remark) in &row.remarks {
        let used = lines.last().map_or(0, |line| line.width(look));
        let fits = used + 3 + look.measure(remark) <= width;
        if used > 0 && fits {
            if let Some(line) = lines.last_mut() {
                line.push(Style::Plain, "   ");
                line.push(*style, remark);
            }
            continue;
        }
        if used == 0 {
            lines.pop();
        }
        let narrow = Look { width, ..*look };
        // How data begins is an excerpt anyway: it is made shorter, not wrapped.
        let excerpt = (*style == Style::Data && look.measure(remark) > width)
            .then(|| info::data(row.packet, width.saturating_sub(QUOTED)));
        let alone = Line::wrapping(0).with(*style, excerpt.as_deref().unwrap_or(remark));
        lines.extend(super::wrap::rows(&alone, &narrow));
    }
    lines
}

/// The quotes round an excerpt and the dots at its end.
const QUOTED: usize = 3;

/// Without lifelines: a line for what was sent, and one for the remarks.
fn compact(text: &mut Styled, lanes: &Lanes<'_>, rows: &[Row<'_>], here: &str, look: &Look) {
    text.push(
        Line::wrapping(2)
            .with(Style::Client, &lanes.left.title())
            .with(Style::Dim, " ↔ ")
            .with(Style::Server, &lanes.right.title()),
    );
    for group in rows.chunk_by(same_cause) {
        for row in group {
            let head = format!("{} {} ", row.number, row.time);
            let room = look.width.saturating_sub(look.measure(&head) + 3);
            let brevity = Brevity::ALL
                .into_iter()
                .find(|brevity| look.measure(&on_arrow(row.packet, *brevity)) <= room)
                .unwrap_or(Brevity::Flags)
                .max(Brevity::NoOptions);
            let (way, style) = match (row.forward, row.packet.lost()) {
                (true, None) if row.packet.is_held() => ("─●", Style::Client),
                (false, None) if row.packet.is_held() => ("●─", Style::Server),
                (true, None) => ("─▶", Style::Client),
                (false, None) => ("◀─", Style::Server),
                (true, Some(_)) => ("─✗", Style::Lost),
                (false, Some(_)) => ("✗─", Style::Lost),
            };
            let style = if row.packet.is_neighbour_search() {
                Style::Dim
            } else {
                style
            };
            text.push(
                Line::wrapping(6)
                    .with(Style::Bold, &row.number)
                    .with(Style::Dim, &format!(" {} ", row.time))
                    .with(style, way)
                    .with(style, " ")
                    .with(style, &on_arrow(row.packet, brevity)),
            );
            for remark in wrap_remarks(row, look.width.saturating_sub(6), look) {
                if !remark.is_empty() {
                    let mut line = Line::new().with(Style::Plain, "      ");
                    line.append(&remark);
                    text.push(line);
                }
            }
        }
        if let Some(cause) = cause_line(group, here) {
            text.say(Style::Dim, 2, &cause);
        }
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
