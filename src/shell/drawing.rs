//! `save x.svg`, `save x.html`, `save x.json`: what the session knows as a drawing, a page or a list of events.

use super::journal::Entry;
use super::{Shell, views};
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::page::document;
use crate::render::states::Path;
use crate::render::styled::{Line, Look, Style, Styled};
use crate::render::svg::Svg;
use crate::render::{application, conversations, json, message, svg_ladder, svg_plot, svg_stream};

/// The views that can be drawn, as `save` takes them.
const VIEWS: &str = "ladder [FILTER], plot SOCKET seq|cwnd|rtt|window, stream SOCKET, states SOCKET, follow SOCKET, conversations, packets [FILTER], messages, sockets";

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

    /// The session as a page of its own.
    pub(super) fn page(&mut self, filter: &Filter) -> String {
        document::whole("A socklab session", &self.all_news(filter))
    }

    /// What `save` says of a name or a view it does not know.
    pub(super) fn drawable() -> &'static str {
        VIEWS
    }
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
