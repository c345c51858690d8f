//! `save x.svg`, `save x.html`, `save x.json`: what the session knows as a drawing, a page or a list of events.

use super::journal::Entry;
use super::{Shell, tell, views};
use crate::command::filter::Filter;
use crate::event::Event;
use crate::event::packet::PacketEvent;
use crate::render::html::{self, Part};
use crate::render::ladder::Ladder;
use crate::render::states::Path;
use crate::render::styled::{Line, Look, Style, Styled};
use crate::render::svg::Svg;
use crate::render::{
    application, conversations, json, message, packet_line, svg_ladder, svg_plot, svg_stream,
};
use std::sync::Arc;

/// The views that can be drawn, as `save` takes them.
const VIEWS: &str = "ladder [FILTER], plot SOCKET seq|cwnd|rtt|window, stream SOCKET, states SOCKET, follow SOCKET, conversations, packets [FILTER], messages, sockets";

/// Packets whose fields and bytes are in a page, and how many bytes they may have together: a page is fifty times as long as they are.
/// Packets beyond have a line each.
const UNFOLDED: usize = 2000;
const UNFOLDED_BYTES: usize = 1 << 20;

/// How text is laid out in a drawing.
const SHEET: Look = Look {
    width: 118,
    ascii: false,
    color: true,
};

impl Shell {
    /// The drawing of a view; an error says why there is none.
    pub(super) fn drawing(&mut self, process: &str, what: &str) -> Result<String, String> {
        let what = what.trim();
        let (view, rest) = what.split_once(' ').unwrap_or((what, ""));
        let rest = rest.trim();
        let title = format!("socklab: {}", if what.is_empty() { "ladder" } else { what });
        let svg = match view {
            "plot" => {
                let (socket, topic) = rest.split_once(' ').unwrap_or((rest, "seq"));
                svg_plot::draw(&self.plot_of(process, socket, topic.trim())?)
            }
            "stream" => svg_stream::draw(&self.stream_of(process, rest)?, process),
            "states" => self.states_drawing(process, rest)?,
            "follow" => text_drawing(&self.follow_of(process, rest, SHEET)?),
            "conversations" => {
                let packets: Vec<&PacketEvent> = self.session.log().packets().collect();
                text_drawing(&conversations::draw(&packets, &SHEET))
            }
            "sockets" => {
                let rows = self.session.socket_rows(None);
                text_drawing(&views::table(&rows, SHEET))
            }
            "packets" => {
                let filter = parse(rest)?;
                let log = self.session.log();
                let packets: Vec<&PacketEvent> = log
                    .packets()
                    .filter(|packet| filter.matches(packet))
                    .collect();
                let dropped = self.session.dropped_frames();
                text_drawing(&views::packets(&packets, log, dropped, process, SHEET))
            }
            "messages" => {
                let messages: Vec<_> = self.session.messages().kept().collect();
                let mut shown = message::table(&messages, &SHEET);
                let above: Vec<_> = self.session.applications().kept().cloned().collect();
                shown.append(application::table(&above, &SHEET));
                text_drawing(&shown)
            }
            "ladder" => self.ladder_drawing(process, rest)?,
            _ => self.ladder_drawing(process, what)?,
        };
        Ok(svg.file(&title))
    }

    fn states_drawing(&mut self, process: &str, text: &str) -> Result<Svg, String> {
        if text.is_empty() {
            let mut drawn = Styled::new();
            let title = "The states of a connection (RFC 9293)";
            drawn.push(Line::new().with(Style::Heading, title));
            drawn.gap();
            drawn.append(views::states(None, SHEET));
            return Ok(text_drawing(&drawn));
        }
        // The table is asked anew, as for the diagram in the terminal.
        let _ = self.session.socket_rows(None);
        let (name, current, steps) = self.path_of(process, text)?;
        let path = Path {
            current,
            steps: &steps,
        };
        Ok(text_drawing(&views::states(Some((&name, &path)), SHEET)))
    }

    fn ladder_drawing(&mut self, process: &str, what: &str) -> Result<Svg, String> {
        let filter = if self.names_conversation(process, what)? {
            Filter::parse("").ok()
        } else {
            Some(parse(what)?)
        };
        let Some(filter) = filter else {
            return Err("this is not a filter".to_owned());
        };
        let picked = self.pick(process, what, &filter);
        if picked.packets.is_empty() && picked.messages.is_empty() {
            return Err("no packet matches: there is nothing to draw".to_owned());
        }
        Ok(svg_ladder::draw(&picked.ladder()))
    }

    /// The events of the session as `--json` prints them, a line each; packets only as far as the filter passes them.
    pub(super) fn json_lines(&self, filter: &Filter) -> Vec<String> {
        let log = self.session.log();
        let mut lines = Vec::new();
        if self.journal.forgotten > 0 {
            let words = format!("{} older events are no longer kept", self.journal.forgotten);
            lines.push(json::note(&words));
        }
        for entry in self.journal.entries() {
            match entry {
                Entry::Line(..) => {}
                Entry::Packet(number) => {
                    let packet = log.packet_numbered(*number);
                    lines.extend(
                        packet
                            .filter(|packet| filter.matches(packet))
                            .map(|packet| crate::render::fast::json_packet::packet_json(packet)),
                    );
                }
                Entry::Event(event) => lines.extend(json::event(event)),
            }
        }
        lines
    }

    /// The session as a page.
    pub(super) fn page(&self, filter: &Filter) -> String {
        let log = self.session.log();
        let mut parts = vec![Part::Prose(self.page_summary())];
        parts.push(Part::Title("The session".to_owned()));
        self.page_story(filter, &mut parts);
        let packets: Vec<&PacketEvent> = log
            .packets()
            .filter(|packet| filter.matches(packet))
            .collect();
        let calls: Vec<_> = log.calls().collect();
        let messages: Vec<_> = self.session.messages().kept().collect();
        let ladder = Ladder {
            packets: &packets,
            calls: &calls,
            messages: &messages,
        };
        let parts = parts.into_iter().chain(packet_parts(&ladder));
        html::page("A socklab session", parts)
    }

    fn page_summary(&self) -> String {
        let log = self.session.log();
        let mut words = format!(
            "{} calls, {} packets. Made by socklab {}: real system calls on a real kernel, {}.",
            log.calls().count(),
            log.packets().count(),
            env!("CARGO_PKG_VERSION"),
            self.session.lab().tier().words()
        );
        let gone = log.forgotten_packets + log.forgotten_calls + self.journal.forgotten;
        if gone > 0 {
            words.push_str(" The oldest were no longer kept.");
        }
        words
    }

    /// Each line that was typed, with what it brought.
    fn page_story(&self, filter: &Filter, parts: &mut Vec<Part>) {
        let mut events: Vec<Event> = Vec::new();
        let mut here = crate::lab::handle::FIRST_HOST.to_owned();
        let log = self.session.log();
        let mut teller = self.teller.afresh();
        let mut flush = |events: &mut Vec<Event>, here: &str, parts: &mut Vec<Part>| {
            if !events.is_empty() {
                let text = teller.text(events, here, html::LOOK, false);
                parts.push(Part::Screen(text));
                events.clear();
            }
        };
        for entry in self.journal.entries() {
            match entry {
                Entry::Line(prompt, line) => {
                    flush(&mut events, &here, parts);
                    prompt.trim_end_matches(['>', ' ']).clone_into(&mut here);
                    parts.push(Part::Screen(tell::echo(prompt, line)));
                }
                Entry::Packet(number) => events.extend(
                    log.packet_numbered(*number)
                        .filter(|packet| filter.matches(packet))
                        .map(|packet| Event::Packet(Arc::clone(packet))),
                ),
                Entry::Event(event) => events.push((**event).clone()),
            }
        }
        flush(&mut events, &here, parts);
    }

    /// What `save` says of a name or a view it does not know.
    pub(super) fn drawable() -> &'static str {
        VIEWS
    }
}

/// What a page shows of packets: the ladder, the conversations, and each packet with its fields. Nothing for none.
pub(super) fn packet_parts(ladder: &Ladder<'_>) -> impl Iterator<Item = Part> {
    let first = ladder.packets.first();
    let head = first.into_iter().flat_map(|_| {
        [
            Part::Title("The ladder".to_owned()),
            Part::Drawing(svg_ladder::draw(ladder).part("ladder")),
            Part::Title("Conversations".to_owned()),
            Part::Screen(conversations::draw(ladder.packets, &html::LOOK)),
            Part::Title("The packets".to_owned()),
        ]
    });
    let start = first.map_or(0, |first| first.frame.time_ns);
    let mut bytes = 0;
    let packets = ladder.packets.iter().enumerate();
    head.chain(packets.map(move |(index, packet)| {
        bytes += packet.held();
        let line = packet_line::line(packet, start, &html::LOOK);
        let head = Styled { lines: vec![line] };
        if index < UNFOLDED && bytes <= UNFOLDED_BYTES {
            Part::Folded(head, tell::fields(packet, true, html::LOOK))
        } else {
            Part::Screen(head)
        }
    }))
}

/// A display filter, or what is wrong with it.
fn parse(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| {
        format!(
            "{} is neither a view ({VIEWS}) nor a filter: {}",
            text.escape_debug(),
            error.message
        )
    })
}

/// Lines of text as a drawing.
fn text_drawing(text: &Styled) -> Svg {
    let mut svg = Svg::new();
    svg.styled((12.0, 24.0), text, &SHEET);
    svg
}
