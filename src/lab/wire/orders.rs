//! What is asked of the wire: rules made, replaced and dropped, cuts mended, the seed set. Not what rules do to frames.

use super::rule::{End, Rule};
use super::{Host, Port, Wire};
use crate::command::diagnostic::nearest;
use crate::command::wire::{WireAction, WireOrder, WireRule};
use crate::event::wire::RuleRow;
use crate::packet::text::escape;
use std::net::IpAddr;

/// At most this many rules stand at a time.
const MOST_RULES: usize = 200;

/// Why the wire did not take an order. The messages are safe to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub enum WireError {
    /// A rule names a host that is not there.
    #[error("no host on the wire is called {name}{hint}")]
    NoSuchHost {
        /// The name, escaped.
        name: String,
        /// What there is instead, with its punctuation.
        hint: String,
    },
    /// `from` and `to` are the same host.
    #[error("{0} does not send to itself over the wire")]
    SameHost(String),
    /// There is no rule of that number.
    #[error("there is no rule {number}{hint}")]
    NoSuchRule {
        /// The number.
        number: u32,
        /// What there is instead, with its punctuation.
        hint: String,
    },
    /// Nothing is cut, or not in that direction.
    #[error("{0}")]
    NotCut(&'static str),
    /// Nothing is held in the air.
    #[error("{0}")]
    NothingHeld(&'static str),
    /// That frame is not held in the air.
    #[error("the wire does not hold that frame")]
    NotHeld,
    /// The filter is none.
    #[error("the filter cannot be read: {0}")]
    Filter(String),
    /// There are too many rules.
    #[error("the wire has {MOST_RULES} rules, which is all it takes; `wire clear` drops them")]
    TooMany,
}

impl Wire {
    /// Takes an order; all rules as they then are. What an order lets go is due at `now_ns`: `release` delivers it.
    pub fn order(&mut self, order: &WireOrder, now_ns: u64) -> Result<Vec<RuleRow>, WireError> {
        match order {
            WireOrder::List => {}
            WireOrder::Add(rule) => {
                self.add(rule)?;
                if rule.action == WireAction::Cut {
                    let (from, to) = self.ends(rule);
                    let is = |end: End, port| end == End::Any || end == End::Host(port);
                    self.cut_stopped(|source, target| is(from, source) && is(to, target));
                }
            }
            WireOrder::Step(count) => self.step(*count, now_ns)?,
            WireOrder::StepFrame(ticket) => self.step_frame(*ticket, now_ns)?,
            WireOrder::Lose(ticket) => self.lose(*ticket)?,
            WireOrder::Release => {
                let before = self.rules.len();
                self.rules.retain(|rule| !rule.holds());
                if before == self.rules.len() && self.stopped() == 0 {
                    return Err(WireError::NothingHeld(
                        "the wire holds no frames; `wire hold` or `wire hold where FILTER` begins it",
                    ));
                }
                self.let_stopped_go(None, now_ns);
            }
            WireOrder::Join { from, to } => self.join(from.as_deref(), to.as_deref())?,
            WireOrder::Clear(None) => {
                self.rules.clear();
                self.next_number = 1;
                self.let_all_go(None, now_ns);
            }
            WireOrder::Clear(Some(number)) => {
                self.remove(*number)?;
                self.let_all_go(Some(*number), now_ns);
            }
            WireOrder::Seed(seed) => {
                self.seed = *seed;
                for rule in &mut self.rules {
                    rule.dice = crate::sys::dice::Dice::new(*seed, rule.number);
                }
            }
        }
        self.live = self.rules.iter().any(Rule::is_live);
        Ok(self.rules())
    }

    /// The rules as they are.
    pub fn rules(&self) -> Vec<RuleRow> {
        self.rules.iter().map(Rule::row).collect()
    }

    /// The seed of chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn add(&mut self, order: &WireRule) -> Result<(), WireError> {
        for name in [&order.from, &order.to].into_iter().flatten() {
            self.named(name).ok_or_else(|| self.no_such_host(name))?;
        }
        if let (Some(from), Some(to)) = (&order.from, &order.to)
            && self.named(from) == self.named(to)
        {
            return Err(WireError::SameHost(escape(from.as_bytes(), 40)));
        }
        let mut rule = Rule::new(self.next_number, self.seed, order.clone())
            .map_err(|error| WireError::Filter(error.message))?;
        let ends = self.ends(order);
        let replaced = self.rules.iter().position(|old| {
            order.is_setting()
                && old.order.is_setting()
                && std::mem::discriminant(&old.order.action)
                    == std::mem::discriminant(&order.action)
                && (old.from, old.to) == ends
                && old.order.filter == order.filter
        });
        if let Some(place) = replaced {
            let old = self.rules.remove(place);
            // What is on its way stays in front of what comes.
            rule.lanes = old.lanes;
            self.held.rename(old.number, rule.number);
        } else if self.rules.len() >= MOST_RULES {
            return Err(WireError::TooMany);
        }
        self.next_number += 1;
        self.rules.push(rule);
        self.bind();
        Ok(())
    }

    fn join(&mut self, from: Option<&str>, to: Option<&str>) -> Result<(), WireError> {
        for name in [from, to].into_iter().flatten() {
            self.named(name).ok_or_else(|| self.no_such_host(name))?;
        }
        let port = |name: Option<&str>| name.and_then(|name| self.named(name));
        let (from, to) = (port(from), port(to));
        let ends =
            |wanted: Option<Port>, end: End| wanted.is_none_or(|port| end == End::Host(port));
        let is_cut = |rule: &Rule| rule.order.action == WireAction::Cut;
        let is_meant = |rule: &Rule| is_cut(rule) && ends(from, rule.from) && ends(to, rule.to);
        if !self.rules.iter().any(is_meant) {
            return Err(WireError::NotCut(if self.rules.iter().any(is_cut) {
                "it is not cut in that direction; `wire` lists the rules"
            } else {
                "the wire is not cut"
            }));
        }
        self.rules.retain(|rule| !is_meant(rule));
        Ok(())
    }

    fn remove(&mut self, number: u32) -> Result<(), WireError> {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.number != number);
        if self.rules.len() < before {
            return Ok(());
        }
        let numbers: Vec<String> = self
            .rules
            .iter()
            .map(|rule| rule.number.to_string())
            .collect();
        let hint = match numbers.as_slice() {
            [] => "; the wire has no rules".to_owned(),
            numbers => format!("; there are {}", numbers.join(", ")),
        };
        Err(WireError::NoSuchRule { number, hint })
    }

    /// What a rule holds is due; `None`: what any rule holds.
    fn let_all_go(&mut self, rule: Option<u32>, now_ns: u64) {
        let (free, still): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| {
                let holder = one.parcels.first().map(|parcel| parcel.rule);
                rule.is_none() || holder == rule
            });
        self.waiting = still;
        self.let_stopped_go(rule, now_ns);
        self.held.hurry(rule, now_ns);
        for mut one in free {
            one.earliest_ns = now_ns;
            self.let_go(one, now_ns);
        }
    }

    /// The port of a host, by its name or one of its addresses.
    fn named(&self, name: &str) -> Option<Port> {
        let address: Option<IpAddr> = name.parse().ok();
        let is_named = |host: &Host| {
            host.name == name || address.is_some_and(|address| host.addresses.contains(&address))
        };
        let place = self
            .hosts
            .iter()
            .position(|host| host.as_ref().is_some_and(is_named))?;
        u16::try_from(place).ok().map(Port)
    }

    fn no_such_host(&self, name: &str) -> WireError {
        let names = || self.hosts.iter().flatten().map(|host| host.name.as_str());
        let hint = match nearest(name, names()) {
            Some(near) => format!("; did you mean {near}?"),
            None if names().next().is_none() => "; `host NAME` makes one".to_owned(),
            None => format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        WireError::NoSuchHost {
            name: escape(name.as_bytes(), 40),
            hint,
        }
    }

    /// The hosts a rule is about.
    fn ends(&self, order: &WireRule) -> (End, End) {
        let end = |name: &Option<String>| match name {
            None => End::Any,
            Some(name) => self.named(name).map_or(End::Gone, End::Host),
        };
        (end(&order.from), end(&order.to))
    }

    /// Finds anew which ports the rules are about.
    pub(super) fn bind(&mut self) {
        let mut rules = std::mem::take(&mut self.rules);
        for rule in &mut rules {
            (rule.from, rule.to) = self.ends(&rule.order);
        }
        self.rules = rules;
    }
}
