//! The lines of `socklab read`, at full speed: in several threads, unless so many packets are asked for. Not the views of many packets.

use super::Reading;
use super::passing::flow;
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::inspector::pcap::CaptureError;
use crate::inspector::read::read_told;
use crate::inspector::relay::{Crew, Format, relay};
use crate::render::fast::{json_packet, packet_text};
use crate::render::packet_line;
use crate::render::styled::{Look, Styled};
use crate::shell::Screen;
use std::io::Read;
use std::ops::ControlFlow;
use std::thread;

/// More threads than this do not make it faster: tracking is done by one at a time.
const WORKERS: usize = 4;

/// Shows the packets of an input; lines are kept back until they are `buffer` bytes, 0 where the next packet may be long in coming.
pub(super) fn show(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read + Send,
    buffer: usize,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    let look = Look {
        width: if reading.endless {
            usize::MAX
        } else {
            screen.look().width
        },
        ..screen.look()
    };
    let passes = |packet: &PacketEvent| filter.is_none_or(|filter| filter.matches(packet));
    let plain = reading.as_json || look.width == usize::MAX && !look.color;
    // Each thread writes lines of its own.
    let formats = || -> Box<Format<'_>> {
        let mut lines = packet_text::Writer::new(reading.clock, look.ascii);
        Box::new(move |told, out| {
            if !passes(told.packet) {
            } else if reading.as_json {
                json_packet::write(out, told.packet);
                out.push(b'\n');
            } else if plain {
                lines.write(out, told.packet, told.times_ns);
            } else {
                let time = reading.clock.text(told.packet.frame.time_ns, told.times_ns);
                let line = packet_line::at(told.packet, &time, &look);
                let text = Styled { lines: vec![line] }.to_text(&look);
                out.extend_from_slice(text.as_bytes());
            }
        })
    };
    let Some(count) = reading.count else {
        let workers = thread::available_parallelism().map_or(1, |count| count.get().min(WORKERS));
        let crew = Crew {
            workers,
            patient: buffer == 0,
        };
        return relay(input, crew, &formats, |lines| on(lines, screen)).map(|_| ());
    };
    let mut format = formats();
    let mut left = count;
    let mut lines = Vec::new();
    let result = read_told(input, |told| {
        let before = lines.len();
        if left > 0 {
            format(told, &mut lines);
        }
        left -= u64::from(lines.len() > before);
        if lines.len() > buffer || left == 0 {
            let flow = on(&lines, screen);
            lines.clear();
            return if left == 0 {
                ControlFlow::Break(())
            } else {
                flow
            };
        }
        ControlFlow::Continue(())
    });
    let _ = on(&lines, screen);
    result.map(|_| ())
}

fn on(lines: &[u8], screen: &mut dyn Screen) -> ControlFlow<()> {
    if !lines.is_empty() {
        screen.show_lines(lines);
    }
    flow(screen)
}
