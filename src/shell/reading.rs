//! `socklab read`: a capture file, decoded, tracked and told a line a packet.

use super::{Screen, tell};
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::inspector::read;
use crate::render::json_packet::packet_json;
use crate::render::packet_line;
use crate::render::styled::{Style, Styled};
use std::ops::ControlFlow;
use std::path::Path;

/// Reads a file, or standard input for `-`. Gives the exit status: 1 when the file is damaged or the filter is wrong.
pub fn read(file: &Path, filter: &str, as_json: bool, screen: &mut dyn Screen) -> u8 {
    let filter = match Some(filter)
        .filter(|filter| !filter.trim().is_empty())
        .map(Filter::parse)
        .transpose()
    {
        Ok(filter) => filter,
        Err(error) => {
            screen.show(&tell::filter_error(filter, &error, screen.look()));
            return 2;
        }
    };
    let mut first = None;
    let each = |packet: &PacketEvent| {
        let since = *first.get_or_insert(packet.frame.time_ns);
        if filter.as_ref().is_none_or(|filter| filter.matches(packet)) {
            if as_json {
                screen.show_json(&packet_json(packet));
            } else {
                let line = packet_line::line(packet, since, &screen.look());
                screen.show(&Styled { lines: vec![line] });
            }
        }
        if screen.is_gone() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let result = if file == Path::new("-") {
        read::read(std::io::stdin().lock(), each)
    } else {
        read::read_file(file, each)
    };
    match result {
        Ok(_) => 0,
        Err(error) => {
            let mut text = Styled::new();
            text.say(Style::Error, 0, &format!("{}: {error}", file.display()));
            screen.show(&text);
            1
        }
    }
}
