//! What is to become of a frame, as the rules decide it one after another; and what each action decides. Not the delivery.

use super::rule::{End, Rule};
use super::switch::Target;
use super::too_big::{Passage, fragments, passage};
use super::{Port, corrupt};
use crate::command::wire::{Pick, WireAction};
use crate::event::packet::PacketEvent;
use crate::event::wire::Effect;
use crate::packet::decode::decode;
use crate::packet::headers::LinkType;
use std::borrow::Cow;
use std::ops::Range;

/// At most this many copies besides the original, however many rules duplicate.
const MOST_COPIES: u8 = 15;

/// What is to become of a frame, or of the copy of a broadcast for one host.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    /// The host whose copy it is about; `None`: all others.
    pub(super) to: Option<Port>,
    /// Nobody receives it.
    pub(super) lost: bool,
    /// When it leaves, as far as it is in order.
    pub(super) at_ns: u64,
    /// By how much it is late, out of order.
    pub(super) late_ns: u64,
    /// It waits for another one to pass.
    pub(super) waits: bool,
    /// It stays in the air until it is told to go on.
    pub(super) held: bool,
    /// How many copies follow it.
    pub(super) copies: u8,
    /// Its bytes, when they are no longer those that were sent.
    pub(super) changed: Option<Vec<u8>>,
    /// The MTU for which it is taken apart.
    pub(super) mtu: Option<u16>,
    /// What the wire answers.
    pub(super) answer: Option<Vec<u8>>,
    /// The rule that holds it.
    pub(super) rule: u32,
}

impl Fate {
    /// To be delivered at once.
    pub(super) fn new(now_ns: u64) -> Self {
        Self {
            to: None,
            lost: false,
            at_ns: now_ns,
            late_ns: 0,
            waits: false,
            held: false,
            copies: 0,
            changed: None,
            mtu: None,
            answer: None,
            rule: 0,
        }
    }

    /// True when nothing but its time is to change.
    pub(super) fn is_whole(&self) -> bool {
        !self.waits
            && !self.held
            && self.copies == 0
            && self.changed.is_none()
            && self.mtu.is_none()
    }

    /// When it leaves the wire.
    pub(super) fn due_ns(&self) -> u64 {
        self.at_ns.saturating_add(self.late_ns)
    }

    /// The frames it travels in.
    pub(super) fn pieces<'a>(&self, frame: &'a [u8]) -> Vec<Cow<'a, [u8]>> {
        let Some(mtu) = self.mtu else {
            return vec![frame.into()];
        };
        let headers = decode(LinkType::ETHERNET, frame, frame.len() as u32);
        let pieces = fragments(frame, &headers, mtu);
        pieces.into_iter().map(Cow::Owned).collect()
    }
}

/// The fates that a rule with this receiver decides: a broadcast's copy for one host gets a fate of its own. `None` when there is
/// none that is not lost yet.
pub(super) fn concerned(
    to: End,
    from: Port,
    target: Target,
    fates: &mut Vec<Fate>,
) -> Option<Range<usize>> {
    let range = match (to, target) {
        (End::Gone, _) | (_, Target::Nobody) => return None,
        (End::Any, _) => 0..fates.len(),
        (End::Host(host), Target::One(port)) if host == port => 0..fates.len(),
        (End::Host(_), Target::One(_)) => return None,
        (End::Host(host), Target::Everyone) if host == from => return None,
        (End::Host(host), Target::Everyone) => {
            let own = fates.iter().position(|fate| fate.to == Some(host));
            let place = own.unwrap_or(fates.len());
            if own.is_none() {
                let mut fate = fates[0].clone();
                // The answer to a sender is given once.
                (fate.to, fate.answer) = (Some(host), None);
                fates.push(fate);
            }
            place..place + 1
        }
    };
    fates[range.clone()]
        .iter()
        .any(|fate| !fate.lost)
        .then_some(range)
}

impl Rule {
    /// Acts on a frame; what it did, or `None` when there was nothing to do.
    pub(super) fn act<'a>(
        &mut self,
        from: Port,
        frame: &[u8],
        packet: impl Fn() -> &'a PacketEvent,
        fates: &mut [Fate],
    ) -> Option<Effect> {
        let number = self.number;
        let mut living = fates.iter_mut().filter(|fate| !fate.lost);
        match self.order.action {
            WireAction::Drop | WireAction::Cut => {
                living.for_each(|fate| fate.lost = true);
                Some(Effect::Lost)
            }
            WireAction::Duplicate => {
                living.for_each(|fate| fate.copies = (fate.copies + 1).min(MOST_COPIES));
                Some(Effect::Duplicated)
            }
            WireAction::Reorder => {
                living.for_each(|fate| (fate.waits, fate.rule) = (true, number));
                Some(Effect::Reordered)
            }
            WireAction::Hold => {
                living.for_each(|fate| (fate.held, fate.rule) = (true, number));
                Some(Effect::Held)
            }
            WireAction::Corrupt => {
                let mut changed = frame.to_vec();
                let offset = corrupt::corrupt(&mut changed, &packet().headers, &mut self.dice)?;
                let at = usize::from(offset);
                let change = changed[at] ^ frame[at];
                living.for_each(|fate| {
                    fate.changed.get_or_insert_with(|| frame.to_vec())[at] ^= change;
                });
                Some(Effect::Corrupted(offset))
            }
            WireAction::Delay {
                delay_ns,
                jitter_ns,
            } => {
                let spread = self.dice.below(jitter_ns.saturating_mul(2) + 1);
                self.delay((delay_ns + spread).saturating_sub(jitter_ns), from, living)
            }
            WireAction::Rate { bits, queue } => {
                let first_ns = living.next()?.at_ns;
                let time_ns = frame.len() as u64 * 8 * 1_000_000_000 / bits.max(1);
                let living = fates.iter_mut().filter(|fate| !fate.lost);
                self.queue(from, (first_ns, time_ns), queue as usize, living)
            }
            WireAction::Mtu(mtu) => limit(mtu, passage(frame, &packet().headers, mtu), living),
        }
    }

    /// Lets frames leave later: all of a sender in their order, or single ones out of it.
    fn delay<'a>(
        &mut self,
        delay_ns: u64,
        from: Port,
        living: impl Iterator<Item = &'a mut Fate>,
    ) -> Option<Effect> {
        let number = self.number;
        if self.order.pick != Pick::All {
            living.for_each(|fate| {
                fate.late_ns = fate.late_ns.saturating_add(delay_ns);
                fate.rule = number;
            });
            return (delay_ns > 0).then_some(Effect::Delayed(delay_ns));
        }
        let last_ns = self.lane(from).last_ns;
        let held = later(living, number, |at_ns| {
            at_ns.saturating_add(delay_ns).max(last_ns)
        });
        self.keep(from, held)
    }

    /// Lets frames leave one after the other, each of which takes `time_ns`; those that come at `first_ns` and find the queue full are
    /// lost.
    fn queue<'a>(
        &mut self,
        from: Port,
        (first_ns, time_ns): (u64, u64),
        longest: usize,
        living: impl Iterator<Item = &'a mut Fate>,
    ) -> Option<Effect> {
        let number = self.number;
        let lane = self.lane(from);
        while lane.leaving.front().is_some_and(|left| *left <= first_ns) {
            lane.leaving.pop_front();
        }
        if lane.leaving.len() >= longest {
            living.for_each(|fate| fate.lost = true);
            return Some(Effect::Lost);
        }
        let last_ns = lane.last_ns;
        let held = later(living, number, |at_ns| {
            at_ns.max(last_ns).saturating_add(time_ns)
        });
        lane.leaving.push_back(held.0);
        self.keep(from, held)
    }

    /// The next frame of this sender does not leave before this one.
    fn keep(&mut self, from: Port, (last_ns, delay_ns): (u64, u64)) -> Option<Effect> {
        let lane = self.lane(from);
        lane.last_ns = lane.last_ns.max(last_ns);
        (delay_ns > 0).then_some(Effect::Delayed(delay_ns))
    }
}

/// What becomes of frames on a link of this MTU.
fn limit<'a>(
    mtu: u16,
    passage: Passage,
    living: impl Iterator<Item = &'a mut Fate>,
) -> Option<Effect> {
    match passage {
        Passage::Fits => None,
        Passage::TooBig(mtu, mut answer) => {
            living.for_each(|fate| {
                fate.lost = true;
                fate.answer = answer.take();
            });
            Some(Effect::TooBig(mtu))
        }
        Passage::Fragments(count) => {
            living.for_each(|fate| {
                fate.mtu = Some(fate.mtu.map_or(mtu, |other| other.min(mtu)));
            });
            Some(Effect::Fragmented(count))
        }
    }
}

/// Lets frames leave later; when the last of them leaves, and by how much it is later.
fn later<'a>(
    fates: impl Iterator<Item = &'a mut Fate>,
    rule: u32,
    leaves: impl Fn(u64) -> u64,
) -> (u64, u64) {
    let mut last = (0, 0);
    for fate in fates {
        let at_ns = leaves(fate.at_ns);
        last = last.max((at_ns, at_ns - fate.at_ns));
        if at_ns > fate.at_ns {
            fate.rule = rule;
        }
        fate.at_ns = at_ns;
    }
    last
}
