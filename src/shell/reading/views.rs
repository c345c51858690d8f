//! The views of `socklab read` beside its lines: fields, bytes, ladder, conversations, what was said. What shows
//! many packets at once keeps the newest of them, and says so.

use super::passing::{Kept, conversation, each, flow};
use super::{Reading, View};
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::event::plot::Plot;
use crate::inspector;
use crate::inspector::follow::said;
use crate::inspector::messages::Messages;
use crate::inspector::pcap::CaptureError;
use crate::inspector::plot::{Course, Subject};
use crate::inspector::read::Told;
use crate::packet::headers::flag;
use crate::render::conversations::Totals;
use crate::render::endpoint;
use crate::render::follow::{self, Conversation, Form};
use crate::render::ladder::{self, Ladder};
use crate::render::styled::{Line, Look, Style, Styled};
use crate::render::{application, hex, json, packet_line, plot};
use crate::shell::{Screen, tell};
use std::io::Read;
use std::ops::ControlFlow;

/// Shows the packets that pass in the view that was asked for. What was read before damage is shown before the error is given.
pub(super) fn show(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    let look = screen.look();
    match reading.view {
        View::Lines | View::Fields { .. } | View::Bytes => each(reading, filter, input, |told| {
            match reading.view {
                View::Fields { bytes } => screen.show(&fields(told, bytes, look)),
                _ => show_bytes(told, reading, look, screen),
            }
            flow(screen)
        }),
        View::Conversations => {
            let mut totals = Totals::default();
            let result = each(reading, filter, input, |told| {
                totals.add(told.packet);
                ControlFlow::Continue(())
            });
            screen.show(&totals.draw(&look));
            result
        }
        View::Messages => show_messages(reading, filter, input, screen),
        View::Ladder => show_ladder(reading, filter, input, screen),
        View::Plot { number, subject } => {
            let wanted = conversation(number, |_| true);
            let (kept, result) = Kept::of(reading, filter, input, screen, wanted);
            screen.show(&match plot_of(&kept, number, subject) {
                Ok(plot) => plot::draw(&plot, &look),
                Err(why) => nothing(&why),
            });
            result
        }
        View::Follow { number, bytes } => {
            let wanted = conversation(number, carries);
            let (kept, result) = Kept::of(reading, filter, input, screen, wanted);
            let form = if bytes { Form::Hex } else { Form::Text };
            show_followed(&kept, number, form, screen);
            result
        }
    }
}

/// The messages above TCP, a line each.
fn show_messages(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    let mut messages = Messages::default();
    let mut none = true;
    let result = each(reading, filter, input, |told| {
        for message in messages.packet(told.packet) {
            if reading.as_json {
                screen.show_json(&json::application(&message));
            } else {
                screen.show(&application::row(&message));
            }
            none = false;
        }
        flow(screen)
    });
    if none && !reading.as_json {
        screen.show(&nothing(
            "no message of HTTP, WebSocket, Engine.IO or Socket.IO",
        ));
    }
    result
}

/// The packets as arrows between their ends.
fn show_ladder(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    let (kept, result) = Kept::of(reading, filter, input, screen, |_, _| true);
    let packets: Vec<&PacketEvent> = kept.packets.iter().collect();
    let text = if packets.is_empty() {
        nothing("no packet passes")
    } else {
        let ladder = Ladder {
            packets: &packets,
            calls: &[],
            messages: &[],
        };
        ladder::draw(&ladder, &screen.look())
    };
    screen.show(&text);
    result
}

/// The plot of the direction that carried more; an error says why there is none.
pub(super) fn plot_of(kept: &Kept, number: u32, subject: Subject) -> Result<Plot, String> {
    let segments: Vec<&PacketEvent> = kept
        .packets
        .iter()
        .filter(|packet| packet.headers.tcp().is_some())
        .collect();
    let Some(first) = segments.first() else {
        return Err(if kept.packets.is_empty() {
            no_conversation(number)
        } else {
            format!(
                "conversation {number} is not a TCP connection: only those have sequence numbers and windows"
            )
        });
    };
    let carried = |forward: bool| -> u64 {
        segments
            .iter()
            .filter(|packet| packet.track.forward == forward)
            .filter_map(|packet| Some(u64::from(packet.headers.tcp()?.len)))
            .sum()
    };
    let forward = carried(true) >= carried(false);
    let (mut from, mut to) = endpoint::ends(first);
    if first.track.forward != forward {
        std::mem::swap(&mut from, &mut to);
    }
    let course = Course {
        from: from.title(),
        to: to.title(),
        packets: segments
            .iter()
            .map(|packet| (*packet, packet.track.forward == forward))
            .collect(),
        samples: Vec::new(),
    };
    Ok(inspector::plot::plot(subject, &course))
}

fn no_conversation(number: u32) -> String {
    format!("there is no conversation {number}; --conversations lists them")
}

/// True for a packet with something for a program, and for a SYN, from which sequence numbers count.
fn carries(packet: &PacketEvent) -> bool {
    packet
        .headers
        .tcp()
        .is_none_or(|tcp| tcp.len > 0 || tcp.flags & flag::SYN != 0)
}

/// Words in place of a view.
pub(super) fn nothing(why: &str) -> Styled {
    let mut text = Styled::new();
    text.say(Style::Dim, 0, why);
    text
}

/// The fields of a packet.
fn fields(told: &Told<'_>, bytes: bool, look: Look) -> Styled {
    let mut text = tell::fields(told.packet, bytes, look);
    text.push(Line::new());
    text
}

/// A line and the bytes below it, shown in portions: what is drawn takes a hundred times the memory of its bytes.
fn show_bytes(told: &Told<'_>, reading: &Reading, look: Look, screen: &mut dyn Screen) {
    const PORTION: usize = 1000;
    let packet = told.packet;
    let time = reading.clock.text(packet.frame.time_ns, told.times_ns);
    let mut text = Styled::new();
    text.push(packet_line::at(packet, &time, &look));
    let count = if look.width >= hex::width(16) { 16 } else { 8 };
    for row in hex::rows(&packet.frame.bytes, 0, count, |_| Style::Plain) {
        if text.lines.len() >= PORTION {
            screen.show(&text);
            text.lines.clear();
        }
        text.push(row);
    }
    text.push(Line::new());
    screen.show(&text);
}

fn show_followed(kept: &Kept, number: u32, form: Form, screen: &mut dyn Screen) {
    let Some(first) = kept.packets.front() else {
        return screen.show(&nothing(&no_conversation(number)));
    };
    let (from, to) = endpoint::ends(first);
    let (left, right) = if first.track.forward {
        (from, to)
    } else {
        (to, from)
    };
    let packets: Vec<(&PacketEvent, bool)> = kept
        .packets
        .iter()
        .map(|packet| (packet, packet.track.forward))
        .collect();
    let conversation = Conversation {
        left: &left.title(),
        right: &right.title(),
        parts: &said(&packets),
    };
    follow::draw_each(&conversation, form, &screen.look(), |sheet| {
        screen.show(&sheet);
    });
}
