//! The rules of `inject`: kept by number, given to every program that runs, and counted where they acted.

use super::Session;
use crate::command::inject::{Held, InjectOrder};
use crate::event::CallEvent;
use crate::lab::pump::SEED;

/// A rule that holds.
#[derive(Clone, Debug)]
pub struct Injection {
    /// The rule.
    pub held: Held,
    /// How many calls it has acted on.
    pub acted: u64,
}

/// All that hold.
#[derive(Debug, Default)]
pub(super) struct Injections {
    rules: Vec<Injection>,
    newest: u32,
    /// What `wire seed` said; the wire's own seed until then.
    seed: Option<u64>,
}

impl Injections {
    /// The rules as tracers take them.
    pub(super) fn rules(&self) -> Vec<Held> {
        let rules = self.rules.iter();
        rules.map(|one| one.held.clone()).collect()
    }

    /// What the chance of the rules to come is drawn from.
    pub(super) fn seed(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// A call has returned.
    pub(super) fn called(&mut self, call: &CallEvent) {
        let Some((number, _)) = &call.injected else {
            return;
        };
        if let Some(one) = self.rules.iter_mut().find(|one| one.held.number == *number) {
            one.acted += 1;
        }
    }
}

impl Session {
    /// Carries an order out and gives the rules that hold then. An error says why not.
    pub fn inject(&mut self, order: InjectOrder) -> Result<&[Injection], String> {
        let injections = &mut self.injections;
        match order {
            InjectOrder::List => return Ok(&self.injections.rules),
            InjectOrder::Add(rule) => {
                injections.newest += 1;
                injections.rules.push(Injection {
                    held: Held {
                        number: injections.newest,
                        seed: injections.seed.unwrap_or(SEED),
                        rule,
                    },
                    acted: 0,
                });
            }
            InjectOrder::Clear(None) => injections.rules.clear(),
            InjectOrder::Clear(Some(number)) => {
                let place = injections
                    .rules
                    .iter()
                    .position(|one| one.held.number == number);
                let place = place.ok_or_else(|| {
                    format!("there is no rule {number}; `inject` lists those that hold")
                })?;
                injections.rules.remove(place);
            }
        }
        let rules = self.injections.rules();
        for program in &mut self.watched {
            program.inject(rules.clone());
        }
        Ok(&self.injections.rules)
    }
}
