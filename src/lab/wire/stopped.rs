//! Frames that a rule holds in the air until they are told to go on (`wire hold`): in the order in which they came. Not those that wait for
//! their time (`held`).

use super::held::{MOST_BYTES, Parcel};
use super::orders::WireError;
use super::{Port, Wire};
use std::collections::VecDeque;

/// At most this many frames are held in the air.
pub const MOST_STOPPED: usize = 4096;

/// A frame in the air, in all its pieces and copies.
#[derive(Debug)]
struct Stopped {
    /// Which of the frames that were accepted it is.
    ticket: u64,
    from: Port,
    /// It is not delivered before, whenever it is told to go on.
    earliest_ns: u64,
    parcels: Vec<Parcel>,
}

/// The frames in the air.
#[derive(Debug, Default)]
pub(super) struct InTheAir {
    frames: VecDeque<Stopped>,
    bytes: usize,
}

impl InTheAir {
    /// True when another frame can be held.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.frames.len() < MOST_STOPPED && self.bytes + bytes <= MOST_BYTES
    }

    /// Holds a frame; a later fate of the same frame is held with it.
    pub(super) fn push(&mut self, ticket: u64, from: Port, earliest_ns: u64, parcels: Vec<Parcel>) {
        self.bytes += size(&parcels);
        match self.frames.back_mut() {
            Some(last) if last.ticket == ticket => last.parcels.extend(parcels),
            _ => self.frames.push_back(Stopped {
                ticket,
                from,
                earliest_ns,
                parcels,
            }),
        }
    }

    /// How many frames are held.
    pub(super) fn count(&self) -> usize {
        self.frames.len()
    }

    /// Takes the frames that are meant, oldest first.
    fn take(&mut self, is_meant: impl Fn(&Stopped) -> bool) -> Vec<Stopped> {
        let (taken, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.frames)
            .into_iter()
            .partition(is_meant);
        self.frames = left.into();
        self.bytes -= taken.iter().map(|one| size(&one.parcels)).sum::<usize>();
        taken
    }
}

fn size(parcels: &[Parcel]) -> usize {
    parcels.iter().map(|parcel| parcel.frame.len()).sum()
}

impl Wire {
    /// How many frames the wire holds in the air.
    pub fn stopped(&self) -> usize {
        self.in_the_air.count()
    }

    /// Takes the tickets of the frames that were held and are lost now.
    pub fn take_lost(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.lost)
    }

    /// The oldest frames go on, so many; an error when none is held.
    pub(super) fn step(&mut self, count: u64, now_ns: u64) -> Result<(), WireError> {
        if self.stopped() == 0 {
            return Err(self.nothing_held());
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let frames = self.in_the_air.frames.iter().take(count);
        let tickets: Vec<u64> = frames.map(|one| one.ticket).collect();
        let meant = self.in_the_air.take(|one| tickets.contains(&one.ticket));
        self.go_on(meant, now_ns);
        Ok(())
    }

    /// The frame of this ticket goes on.
    pub(super) fn step_frame(&mut self, ticket: u64, now_ns: u64) -> Result<(), WireError> {
        let meant = self.in_the_air.take(|one| one.ticket == ticket);
        if meant.is_empty() {
            return Err(WireError::NotHeld);
        }
        self.go_on(meant, now_ns);
        Ok(())
    }

    /// The frame of this ticket is lost; without one, the oldest.
    pub(super) fn lose(&mut self, ticket: Option<u64>) -> Result<(), WireError> {
        let oldest = self.in_the_air.frames.front().map(|one| one.ticket);
        let Some(ticket) = ticket.or(oldest) else {
            return Err(self.nothing_held());
        };
        let meant = self.in_the_air.take(|one| one.ticket == ticket);
        if meant.is_empty() {
            return Err(WireError::NotHeld);
        }
        self.lost.push(ticket);
        Ok(())
    }

    /// What a rule holds goes on; `None`: what any rule holds.
    pub(super) fn let_stopped_go(&mut self, rule: Option<u32>, now_ns: u64) {
        let is_of = |one: &Stopped| one.parcels.first().map(|parcel| parcel.rule) == rule;
        let meant = self.in_the_air.take(|one| rule.is_none() || is_of(one));
        self.go_on(meant, now_ns);
    }

    /// A cut takes what is in the air its way: it is lost.
    pub(super) fn cut_stopped(&mut self, is_cut: impl Fn(Port, Port) -> bool) {
        let cut = |one: &Stopped| one.parcels.iter().all(|parcel| is_cut(one.from, parcel.to));
        let meant = self.in_the_air.take(cut);
        self.lost.extend(meant.iter().map(|one| one.ticket));
    }

    /// A host has left: what was in the air to it or from it is lost.
    pub(super) fn drop_stopped(&mut self, port: Port) {
        let gone =
            |one: &Stopped| one.from == port || one.parcels.iter().all(|parcel| parcel.to == port);
        let meant = self.in_the_air.take(gone);
        self.lost.extend(meant.iter().map(|one| one.ticket));
    }

    fn go_on(&mut self, frames: Vec<Stopped>, now_ns: u64) {
        for one in frames {
            for parcel in one.parcels {
                self.held.push(one.earliest_ns.max(now_ns), parcel);
            }
        }
    }

    fn nothing_held(&self) -> WireError {
        let holds = self.rules.iter().any(super::rule::Rule::holds);
        WireError::NothingHeld(if holds {
            "the wire holds no frame now; send something, or `wire release` ends the hold"
        } else {
            "the wire holds no frames; `wire hold` or `wire hold where FILTER` begins it"
        })
    }
}
