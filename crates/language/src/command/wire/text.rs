//! Orders back to text, so that `parse` gives the same again. Not the reading.

use super::{CERTAIN, DEFAULT_QUEUE, Pick, WireAction, WireOrder, WireRule};
use std::fmt::Write as _;

/// An order as it would be typed after `wire`.
pub(super) fn order(order: &WireOrder) -> String {
    match order {
        WireOrder::List => String::new(),
        WireOrder::Add(one) => rule(one),
        WireOrder::Join { from, to } => {
            let mut text = "join".to_owned();
            ends(&mut text, from.as_deref(), to.as_deref());
            text
        }
        WireOrder::Clear(None) => "clear".to_owned(),
        WireOrder::Clear(Some(number)) => format!("clear {number}"),
        WireOrder::Seed(seed) => format!("seed {seed}"),
        WireOrder::Step(1) => "step".to_owned(),
        WireOrder::Step(count) => format!("step {count}"),
        WireOrder::StepFrame(number) => format!("step #{number}"),
        WireOrder::Lose(None) => "lose".to_owned(),
        WireOrder::Lose(Some(number)) => format!("lose #{number}"),
        WireOrder::Release => "release".to_owned(),
    }
}

/// A rule as it would be typed after `wire`.
pub(super) fn rule(rule: &WireRule) -> String {
    let is_loss = matches!(rule.pick, Pick::Chance(_));
    let mut text = match rule.action {
        WireAction::Drop if is_loss => "loss".to_owned(),
        WireAction::Drop => "drop".to_owned(),
        WireAction::Duplicate => "duplicate".to_owned(),
        WireAction::Reorder => "reorder".to_owned(),
        WireAction::Corrupt => "corrupt".to_owned(),
        WireAction::Cut => "cut".to_owned(),
        WireAction::Hold => "hold".to_owned(),
        WireAction::Mtu(bytes) => format!("mtu {bytes}"),
        WireAction::Delay {
            delay_ns,
            jitter_ns: 0,
        } => format!("delay {}", time(delay_ns)),
        WireAction::Delay {
            delay_ns,
            jitter_ns,
        } => format!("delay {} jitter {}", time(delay_ns), time(jitter_ns)),
        WireAction::Rate {
            bits,
            queue: DEFAULT_QUEUE,
        } => format!("rate {}", rate(bits)),
        WireAction::Rate { bits, queue } => format!("rate {} queue {queue}", rate(bits)),
    };
    let picked = pick(rule.pick);
    if !picked.is_empty() {
        text.push(' ');
        text.push_str(&picked);
    }
    ends(&mut text, rule.from.as_deref(), rule.to.as_deref());
    if !rule.filter.is_empty() {
        text.push_str(" where ");
        text.push_str(&rule.filter);
    }
    text
}

/// Which of what it matches a rule acts on; nothing for all.
pub(in crate::command) fn pick(pick: Pick) -> String {
    match pick {
        Pick::All => String::new(),
        Pick::Chance(chance) => percent(chance),
        Pick::Counted {
            skip: 0,
            count: Some(count),
        } => format!("next {count}"),
        Pick::Counted {
            skip,
            count: Some(1),
        } => ordinal(skip.saturating_add(1)),
        Pick::Counted {
            skip,
            count: Some(count),
        } => format!("next {count} after {skip}"),
        Pick::Counted { skip, count: None } => format!("after {skip}"),
    }
}

fn ends(text: &mut String, from: Option<&str>, to: Option<&str>) {
    for (word, host) in [("from", from), ("to", to)] {
        if let Some(host) = host {
            // Writing to a String cannot fail.
            let _ = write!(text, " {word} {host}");
        }
    }
}

/// A time with the unit in which it is a whole number.
pub(in crate::command) fn time(nanoseconds: u64) -> String {
    let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    units
        .iter()
        .find(|(unit, _)| nanoseconds.is_multiple_of(*unit) && nanoseconds > 0)
        .map_or_else(
            || format!("{nanoseconds}ns"),
            |(unit, name)| format!("{}{name}", nanoseconds / unit),
        )
}

fn rate(bits: u64) -> String {
    let units = [
        (1_000_000_000, "gbit"),
        (1_000_000, "mbit"),
        (1_000, "kbit"),
    ];
    units
        .iter()
        .find(|(unit, _)| bits.is_multiple_of(*unit))
        .map_or_else(
            || format!("{bits}bit"),
            |(unit, name)| format!("{}{name}", bits / unit),
        )
}

fn percent(chance: u32) -> String {
    let hundredth = CERTAIN / 100;
    let fraction = format!("{:04}", chance % hundredth);
    match fraction.trim_end_matches('0') {
        "" => format!("{}%", chance / hundredth),
        fraction => format!("{}.{fraction}%", chance / hundredth),
    }
}

fn ordinal(place: u64) -> String {
    let ending = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}
