//! Which calls of a program a rule of `inject` acts on, and how. Pure: the chance is the rule's own.

use crate::catalog::errno;
use crate::command::inject::{Effect, Held};
use crate::command::wire::{CERTAIN, Pick};
use crate::event::is_of;
use crate::sys::dice::Dice;
use socklab_tracer::call::Decision;
use std::cmp::Reverse;

/// The rules, with how far each has counted.
#[derive(Debug, Default)]
pub struct Injector {
    rules: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    held: Held,
    /// How many calls it has matched.
    matched: u64,
    /// How many of them it has acted on.
    acted: u64,
    dice: Dice,
}

impl Injector {
    /// Takes these rules in place of those before; one that stays goes on counting.
    pub fn take(&mut self, rules: Vec<Held>) {
        let mut before = std::mem::take(&mut self.rules);
        self.rules = rules
            .into_iter()
            .map(|held| {
                let same = before
                    .iter()
                    .position(|armed| armed.held.number == held.number);
                same.map_or_else(
                    || Armed {
                        matched: 0,
                        acted: 0,
                        dice: Dice::new(held.seed, held.number),
                        held,
                    },
                    |place| before.swap_remove(place),
                )
            })
            .collect();
        let picks_all = |armed: &Armed| matches!(armed.held.rule.pick, Pick::All);
        self.rules
            .sort_by_key(|armed| (picks_all(armed), Reverse(armed.held.number)));
    }

    /// What becomes of a call that a process is about to make, and the number of the rule that says so: of those that act
    /// on it one that picks its calls before one for all, and then the newest.
    pub fn decide(
        &mut self,
        process: &str,
        call: &str,
        fd: Option<i32>,
    ) -> Option<(u32, Effect, Decision)> {
        let mut chosen = None;
        for armed in &mut self.rules {
            let rule = &armed.held.rule;
            if !is_of(process, &rule.process)
                || rule.call != call
                || rule.fd.is_some_and(|wanted| fd != Some(wanted))
            {
                continue;
            }
            let place = armed.matched;
            armed.matched += 1;
            let acts = match rule.pick {
                Pick::All => true,
                Pick::Chance(chance) => armed.dice.below(u64::from(CERTAIN)) < u64::from(chance),
                // The next ones are the next that no other rule has taken.
                Pick::Counted { skip: 0, count } => count.is_none_or(|count| armed.acted < count),
                Pick::Counted { skip, count } => {
                    place >= skip && count.is_none_or(|count| place - skip < count)
                }
            };
            if acts && chosen.is_none() {
                armed.acted += 1;
                let decision = match &rule.effect {
                    Effect::Bytes(count) => Decision::Length(*count),
                    Effect::Delay(time) => Decision::Delay(*time),
                    Effect::Errno(name) => errno::by_name(name)
                        .map_or(Decision::Go, |errno| Decision::Errno(errno.number)),
                };
                chosen = Some((armed.held.number, rule.effect.clone(), decision));
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::inject::InjectOrder;

    fn held(seed: u64, texts: &[&str]) -> Vec<Held> {
        let rules = (1..)
            .zip(texts)
            .map(|(number, text)| match InjectOrder::parse(text) {
                Ok(InjectOrder::Add(rule)) => Held { number, seed, rule },
                other => panic!("{text}: {other:?}"),
            });
        rules.collect()
    }

    fn injector(texts: &[&str]) -> Injector {
        let mut injector = Injector::default();
        injector.take(held(1, texts));
        injector
    }

    #[test]
    fn a_rule_acts_on_the_calls_it_names() {
        let mut injector = injector(&["server.4 recv bytes 1", "server accept errno EMFILE 2nd"]);
        let mut decide =
            |process, call, fd| injector.decide(process, call, fd).map(|found| found.2);
        assert_eq!(decide("server", "recv", Some(4)), Some(Decision::Length(1)));
        assert_eq!(
            decide("server/7", "recv", Some(4)),
            Some(Decision::Length(1))
        );
        assert_eq!(decide("server2", "recv", Some(4)), None);
        assert_eq!(decide("server", "recv", Some(5)), None);
        assert_eq!(decide("server", "accept", Some(3)), None);
        assert_eq!(
            decide("server", "accept", Some(3)),
            Some(Decision::Errno(libc::EMFILE))
        );
        assert_eq!(decide("server", "accept", Some(3)), None);
    }

    #[test]
    fn of_rules_that_act_on_a_call_the_one_that_picks_it_decides_and_next_waits_for_its_turn() {
        let mut injector = injector(&[
            "s recv delay 1s next 2",
            "s recv errno EINTR 2nd",
            "s recv bytes 1",
        ]);
        let mut number = || injector.decide("s", "recv", None).map(|found| found.0);
        let numbers: Vec<Option<u32>> = (0..5).map(|_| number()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(1), Some(3), Some(3)]);
    }

    #[test]
    fn chance_is_the_same_for_a_seed_and_near_what_was_asked() {
        let acts = |seed: u64| -> Vec<bool> {
            let mut injector = Injector::default();
            injector.take(held(seed, &["s send errno EAGAIN 10%"]));
            (0..10_000)
                .map(|_| injector.decide("s", "send", None).is_some())
                .collect()
        };
        let first = acts(1);
        assert_eq!(first, acts(1));
        assert_ne!(first, acts(2));
        let count = first.into_iter().filter(|acts| *acts).count();
        assert!((900..1100).contains(&count), "{count}");
    }

    #[test]
    fn a_rule_that_stays_goes_on_counting() {
        let mut injector = Injector::default();
        injector.take(held(1, &["s recv errno EINTR 2nd"]));
        assert!(injector.decide("s", "recv", None).is_none());
        injector.take(held(1, &["s recv errno EINTR 2nd", "s send bytes 1"]));
        assert!(injector.decide("s", "recv", None).is_some());
        injector.take(Vec::new());
        assert!(injector.decide("s", "send", None).is_none());
    }
}
