//! The lifeline each call belongs to: by the packets it caused, by the addresses it names, by its descriptor.

use super::end;
use crate::event::CallEvent;
use crate::event::message::{Act, MessageEvent};
use crate::render::endpoint::Endpoint;
use crate::render::ladder::Ladder;
use crate::value::Address;
use std::collections::HashMap;

/// The lifelines of a ladder with what is known to stand on them.
pub(super) struct Lifelines<'a, 'b> {
    pub(super) ladder: &'b Ladder<'a>,
    pub(super) ends: &'b [Endpoint],
    /// From which lifeline to which each packet goes, by its number.
    pub(super) places: &'b HashMap<u64, (usize, usize)>,
    /// The messages that were written, each with its lifelines.
    pub(super) written: &'b [(&'a MessageEvent, (usize, usize))],
}

impl Lifelines<'_, '_> {
    /// The lifeline of each call, in their order.
    pub(super) fn of_calls(&self) -> Vec<Option<usize>> {
        let calls = self.ladder.calls;
        let lives = lives(calls);
        let direct: Vec<Option<usize>> = calls.iter().map(|call| self.direct(call)).collect();
        let mut by_descriptor = HashMap::new();
        for (lane, lives) in direct.iter().zip(&lives) {
            if let Some(lane) = lane {
                by_descriptor.extend(lives.iter().map(|life| (*life, *lane)));
            }
        }
        let of_descriptor = |lives: &Vec<_>| lives.first().and_then(|life| by_descriptor.get(life));
        direct
            .into_iter()
            .zip(&lives)
            .map(|(lane, lives)| lane.or_else(|| of_descriptor(lives).copied()))
            .collect()
    }

    /// The lifeline that a call itself names, or what it caused, wrote or read.
    fn direct(&self, call: &CallEvent) -> Option<usize> {
        let at = |address: Option<&Address>| self.at(&address?.to_string());
        self.caused(call)
            .or_else(|| self.wrote(call))
            .or_else(|| self.read(call))
            .or_else(|| at(call.local.as_ref()))
            .or_else(|| {
                // The one who accepts stands at the other end of the one who was accepted; at an address of its own it would have
                // been found by that.
                let local = call.local.as_ref().and_then(Address::ip);
                if local.is_some_and(|ip| !ip.is_unspecified()) {
                    return None;
                }
                let peer = at(call.peer.as_ref())?;
                let mut ways = self.places.values();
                ways.find(|way| way.0 == peer).map(|way| way.1)
            })
    }

    fn at(&self, address: &str) -> Option<usize> {
        self.ends.iter().position(|end| end.address == address)
    }

    fn caused(&self, call: &CallEvent) -> Option<usize> {
        let caused = self.ladder.packets.iter().find(|packet| {
            packet.cause.as_ref().is_some_and(|cause| {
                cause.command == Some(call.command) && cause.call.starts_with(&call.name)
            })
        })?;
        self.places.get(&caused.number).map(|way| way.0)
    }

    fn wrote(&self, call: &CallEvent) -> Option<usize> {
        let mut written = self.written.iter();
        let (message, way) = written.find(|(message, _)| is_of(message, call))?;
        // What the kernel wrote has no call of its own: the one that read it is the other end's.
        Some(match message.act {
            Act::Brought { .. } => way.1,
            _ => way.0,
        })
    }

    fn read(&self, call: &CallEvent) -> Option<usize> {
        let mut messages = self.ladder.messages.iter();
        let read = messages.find(|message| message.wrote().is_none() && is_of(message, call))?;
        let to = end(&read.to);
        self.ends
            .iter()
            .position(|known| known.address == to.address && known.name == to.name)
    }
}

/// True for a message that this call wrote or read.
fn is_of(message: &MessageEvent, call: &CallEvent) -> bool {
    message.command == call.command && message.call.starts_with(&call.name)
}

/// The descriptors each call was made on or made, each with how often its number was closed before: a number that is used again
/// is another descriptor.
fn lives<'a>(calls: &[&'a CallEvent]) -> Vec<Vec<(&'a str, i32, u32)>> {
    let mut closed: HashMap<(&str, i32), u32> = HashMap::new();
    calls
        .iter()
        .map(|call| {
            let process = call.process.as_str();
            let fds = call.fd.iter().chain(&call.made);
            let lives = fds
                .map(|fd| {
                    let before = closed.get(&(process, *fd)).copied().unwrap_or_default();
                    (process, *fd, before)
                })
                .collect();
            if let Some(fd) = call.fd.filter(|_| call.name == "close") {
                *closed.entry((process, fd)).or_default() += 1;
            }
            lives
        })
        .collect()
}
