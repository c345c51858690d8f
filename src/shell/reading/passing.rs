//! The packets of a capture that pass: each in turn, or the newest of them kept together.

use super::Reading;
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::inspector::pcap::CaptureError;
use crate::inspector::read::{Told, read_told};
use crate::render::styled::{Style, Styled};
use crate::shell::Screen;
use std::collections::VecDeque;
use std::io::Read;
use std::ops::ControlFlow;

/// So many packets, and so many bytes of their frames, are kept for a view of many.
const PACKETS: usize = 10_000;
const BYTES: usize = 16 << 20;

/// Hands over each packet that passes, as many as were asked for.
pub(super) fn each(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    mut take: impl FnMut(&Told<'_>) -> ControlFlow<()>,
) -> Result<(), CaptureError> {
    let mut left = reading.count.unwrap_or(u64::MAX);
    let result = read_told(input, |told| {
        if left == 0 {
            return ControlFlow::Break(());
        }
        if filter.is_some_and(|filter| !filter.matches(told.packet)) {
            return ControlFlow::Continue(());
        }
        left -= 1;
        take(told)?;
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    result.map(|_| ())
}

/// Goes on as long as somebody reads.
pub(super) fn flow(screen: &dyn Screen) -> ControlFlow<()> {
    if screen.is_gone() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// The newest packets that passed.
#[derive(Default)]
pub(super) struct Kept {
    /// Them, in their order.
    pub(super) packets: VecDeque<PacketEvent>,
    bytes: usize,
    forgotten: u64,
}

impl Kept {
    /// Keeps the packets that pass and matter, and says how many older ones were let go. The result is that of the reading. `matters`
    /// is told whether a packet would be the first.
    pub(super) fn of(
        reading: &Reading,
        filter: Option<&Filter>,
        input: impl Read,
        screen: &mut dyn Screen,
        matters: impl Fn(&PacketEvent, bool) -> bool,
    ) -> (Self, Result<(), CaptureError>) {
        let mut kept = Self::default();
        let result = each(reading, filter, input, |told| {
            if matters(told.packet, kept.packets.is_empty()) {
                kept.add(told.packet);
            }
            ControlFlow::Continue(())
        });
        kept.warn(screen);
        (kept, result)
    }

    /// Takes one more.
    fn add(&mut self, packet: &PacketEvent) {
        self.bytes += packet.held();
        self.packets.push_back(packet.clone());
        while self.packets.len() > PACKETS || self.bytes > BYTES {
            let Some(oldest) = self.packets.pop_front() else {
                break;
            };
            self.bytes -= oldest.held();
            self.forgotten += 1;
        }
    }

    /// Says how many were let go.
    fn warn(&self, screen: &mut dyn Screen) {
        if self.forgotten > 0 {
            let mut text = Styled::new();
            let words = format!(
                "{} older packets are not shown: a view of many keeps the newest",
                self.forgotten
            );
            text.say(Style::Warning, 0, &words);
            screen.show(&text);
        }
    }
}

/// The packets of a conversation: the first one, and of the others those that matter.
pub(super) fn conversation(
    number: u32,
    matters: impl Fn(&PacketEvent) -> bool,
) -> impl Fn(&PacketEvent, bool) -> bool {
    move |packet, first| packet.track.conversation == Some(number) && (first || matters(packet))
}
