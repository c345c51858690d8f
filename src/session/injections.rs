//! The rules of `inject`: kept by number, given to every program that runs, and counted where they acted.

use super::Session;
use crate::command::inject::{InjectOrder, InjectRule};
use crate::event::CallEvent;

/// A rule that holds.
#[derive(Clone, Debug)]
pub struct Injection {
    /// Its number, from 1.
    pub number: u32,
    /// As it was typed.
    pub rule: InjectRule,
    /// How many calls it has acted on.
    pub acted: u64,
}

/// All that hold.
#[derive(Debug, Default)]
pub(super) struct Injections {
    rules: Vec<Injection>,
    newest: u32,
}

impl Injections {
    /// The rules with their numbers.
    pub(super) fn rules(&self) -> Vec<(u32, InjectRule)> {
        let rules = self.rules.iter();
        rules.map(|one| (one.number, one.rule.clone())).collect()
    }

    /// A call has returned.
    pub(super) fn called(&mut self, call: &CallEvent) {
        let Some((number, _)) = &call.injected else {
            return;
        };
        if let Some(one) = self.rules.iter_mut().find(|one| one.number == *number) {
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
                    number: injections.newest,
                    rule,
                    acted: 0,
                });
            }
            InjectOrder::Clear(None) => injections.rules.clear(),
            InjectOrder::Clear(Some(number)) => {
                let place = injections.rules.iter().position(|one| one.number == number);
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
