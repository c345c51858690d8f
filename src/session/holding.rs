//! Frames in the air, one step after another: `wire step`, `wire lose`, `wire release`, and what became of each frame that was held.

use super::Session;
use super::packets::in_the_air::{InTheAir, Landed};
use crate::command::wire::WireOrder;
use crate::event::Event;
use crate::event::wire::{Effect, RuleRow};
use crate::sys::clock;
use crate::sys::diag::Listed;

impl Session {
    /// How many frames the wire holds in the air.
    pub fn held(&self) -> usize {
        self.packets.in_the_air().len()
    }

    /// Lets frames in the air go on or loses one, and tells what came of each; the rules that hold then.
    pub fn move_held(&mut self, order: &WireOrder) -> Result<Vec<RuleRow>, String> {
        self.see_the_air();
        match order {
            WireOrder::Step(count) => {
                let mut rules = self.give(&WireOrder::Step(1), true)?;
                for _ in 1..*count {
                    // The answer to what went on may be the next.
                    self.see_the_air();
                    if self.held() == 0 {
                        break;
                    }
                    rules = self.give(&WireOrder::Step(1), true)?;
                }
                Ok(rules)
            }
            WireOrder::StepFrame(number) => {
                let ticket = self.ticket_of(*number)?;
                self.give(&WireOrder::StepFrame(ticket), true)
            }
            WireOrder::Lose(number) => {
                let ticket = number.map(|number| self.ticket_of(number)).transpose()?;
                self.give(&WireOrder::Lose(ticket), true)
            }
            other => self.give(other, false),
        }
    }

    /// Gives the wire an order and tells what became of frames in the air, before what followed from it; `states`: and after that the
    /// states that both ends are in.
    fn give(&mut self, order: &WireOrder, states: bool) -> Result<Vec<RuleRow>, String> {
        let place = self.out.len();
        let rules = self.wire(order)?;
        self.tell_all_packets(clock::now_ns());
        self.tell_landed(place, states);
        Ok(rules)
    }

    /// Fetches and tells what lies at the ports, so that what is held is known by its number.
    fn see_the_air(&mut self) {
        self.packets.taps_mut().settle();
        self.tell_all_packets(clock::now_ns());
        let place = self.out.len();
        self.tell_landed(place, false);
    }

    /// The numbers of the packets that the wire holds in the air, oldest first.
    pub fn in_the_air(&self) -> Vec<u64> {
        let held = self.packets.in_the_air().iter();
        held.map(|packet| packet.number).collect()
    }

    fn ticket_of(&self, number: u64) -> Result<u64, String> {
        let held = self.packets.in_the_air();
        if let Some(packet) = held.iter().find(|packet| packet.number == number) {
            return Ok(packet.ticket);
        }
        let numbers: Vec<String> = held.iter().map(|one| format!("#{}", one.number)).collect();
        Err(match numbers.as_slice() {
            [] => format!("the wire does not hold #{number}: it holds no frame now"),
            _ => format!(
                "the wire does not hold #{number}; it holds {}",
                numbers.join(", ")
            ),
        })
    }

    /// Tells of each frame that was in the air whether it arrived or is lost, at a place among the events; with `states` also what both
    /// ends are in now.
    fn tell_landed(&mut self, place: usize, states: bool) {
        let landed = self.packets.take_landed();
        if landed.is_empty() {
            return;
        }
        self.sampling.disturb(Listed::Active);
        self.refresh();
        let mut fates = Vec::new();
        let mut ends = Vec::new();
        for Landed { packet, delivered } in landed {
            let effect = delivered.map_or(Effect::Lost, |delivered| {
                let waited = delivered.from_ns - packet.sent_ns;
                Effect::Delayed(u64::try_from(waited).unwrap_or(0))
            });
            self.log.amend(packet.number, |kept| {
                for ruling in &mut kept.rulings {
                    if ruling.effect == Effect::Held {
                        ruling.effect = effect;
                    }
                }
            });
            fates.push(Event::Note(fate(&packet, effect)));
            if let Some([from, to]) = packet.ends.filter(|_| states) {
                let own = self.packets.state_now(&from.0, from.1, to.1);
                let other = self.packets.state_now(&to.0, to.1, from.1);
                ends.push(Event::Note(format!(
                    "now: {} {own}, {} {other}",
                    from.2, to.2
                )));
            }
        }
        let place = place.min(self.out.len());
        self.out.splice(place..place, fates);
        self.out.extend(ends);
    }
}

fn fate(packet: &InTheAir, effect: Effect) -> String {
    let number = packet.number;
    match effect {
        Effect::Delayed(nanoseconds) => {
            let held = nanoseconds / 1_000_000;
            let at = match packet.receiver.as_str() {
                "" => String::new(),
                host => format!(" at {host}"),
            };
            format!("#{number} arrived{at}; it was held for {held} ms")
        }
        _ => format!("#{number} is lost: it will not arrive"),
    }
}
