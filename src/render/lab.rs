//! The picture of the lab: its hosts as boxes on one wire, who lives on them, and the rules the wire holds.

use super::styled::{Line, Look, Style, Styled};
use crate::event::wire::RuleRow;
use std::net::IpAddr;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    /// How the lab was had, in words.
    pub tier: &'a str,
    /// The keeper's process id.
    pub keeper_pid: i32,
    /// True when the network is the lab's own.
    pub private: bool,
    /// The hosts, the first one first.
    pub hosts: Vec<HostBox<'a>>,
    /// The rules; `None` when there is no wire.
    pub rules: Option<&'a [RuleRow]>,
    /// What has become of a wire that is no more.
    pub lost: Option<&'a str>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct HostBox<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its addresses on the wire; empty for one that is not on it.
    pub addresses: Vec<IpAddr>,
    /// Processes and programs.
    pub residents: Vec<Resident>,
}

/// A process of a host.
#[derive(Clone, Debug)]
pub struct Resident {
    /// Its name.
    pub name: String,
    /// Its process id as this machine numbers it, and as the lab does: what SO_PEERCRED tells there.
    pub pid: (i32, i32),
    /// What it is in, or `free`.
    pub doing: String,
}

const INDENT: &str = "     ";
/// From the box to the wire.
const CABLE: usize = 6;

/// The whole picture.
pub fn draw(picture: &Picture<'_>, look: &Look) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(9)
            .with(Style::Heading, INDENT)
            .with(Style::Heading, picture.tier)
            .with(Style::Dim, &format!("  keeper pid {}", picture.keeper_pid)),
    );
    let rows: Vec<Vec<Line>> = picture.hosts.iter().map(contents).collect();
    let widest = rows
        .iter()
        .flatten()
        .map(|line| line.width(look))
        .max()
        .unwrap_or(0);
    let room = look.width.saturating_sub(INDENT.len() + 4 + CABLE + 2);
    let inner = widest.clamp(20, room.max(20));
    let mut drawn: Vec<(Line, bool)> = Vec::new();
    for (host, lines) in picture.hosts.iter().zip(rows) {
        drawn.push((edge(('┌', '┐'), inner), false));
        for (row, mut line) in lines.into_iter().enumerate() {
            let plug = row == 0 && !host.addresses.is_empty();
            line.cut_to(inner, look);
            let mut boxed = Line::new().with(Style::Dim, INDENT).with(Style::Dim, "│ ");
            boxed.append(&line);
            boxed.pad(INDENT.len() + 2 + inner, look);
            boxed.push(Style::Dim, if plug { " ├" } else { " │" });
            drawn.push((boxed, plug));
        }
        drawn.push((edge(('└', '┘'), inner), false));
    }
    with_wire(drawn, &mut text);
    match picture.rules {
        _ if picture.lost.is_some() => {
            text.say(Style::Error, INDENT.len(), picture.lost.unwrap_or_default());
        }
        Some(rules) => text.append(self::rules(rules)),
        None if picture.private => text.say(
            Style::Dim,
            INDENT.len(),
            "no wire yet: `host client`, `host server` put machines on one",
        ),
        None => {}
    }
    text
}

/// Draws the wire down the right side of the rows, from the first plug to the last.
fn with_wire(drawn: Vec<(Line, bool)>, text: &mut Styled) {
    let first = drawn.iter().position(|(_, plug)| *plug);
    let last = drawn.iter().rposition(|(_, plug)| *plug);
    for (row, (mut line, plug)) in drawn.into_iter().enumerate() {
        let (above, below) = (first < Some(row), last > Some(row));
        let passes = first.is_some() && above && below;
        line.push(
            Style::State,
            match (plug, above, below) {
                (true, false, true) => "────╖",
                (true, true, true) => "────╢",
                (true, true, false) => "────╜",
                (true, false, false) => "─────",
                _ if passes => "    ║",
                _ => "",
            },
        );
        text.push(line);
    }
}

fn edge((left, right): (char, char), inner: usize) -> Line {
    Line::new().with(
        Style::Dim,
        &format!("{INDENT}{left}{}{right}", "─".repeat(inner + 2)),
    )
}

fn contents(host: &HostBox<'_>) -> Vec<Line> {
    let mut head = Line::new().with(Style::Bold, host.name);
    if host.addresses.is_empty() {
        head.push(Style::Dim, "  lo only: 127.0.0.1  ::1");
    } else {
        head.push(Style::Dim, "  eth0 ");
        let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
        head.push(Style::Plain, &addresses.join("  "));
    }
    let residents = host.residents.iter().map(|one| {
        Line::new()
            .with(Style::Prompt, &one.name)
            .with(Style::Dim, &format!("  {}  ", pids(one.pid)))
            .with(Style::Plain, &one.doing)
    });
    std::iter::once(head).chain(residents).collect()
}

/// A process by the numbers that this machine and the lab have for it.
pub fn pids((outside, inside): (i32, i32)) -> String {
    if outside == inside {
        format!("pid {outside}")
    } else {
        format!("pid {inside} in the lab, {outside} outside")
    }
}

/// The rules with how often each fired.
pub fn rules(rules: &[RuleRow]) -> Styled {
    let mut text = Styled::new();
    if rules.is_empty() {
        text.say(
            Style::Dim,
            INDENT.len(),
            "the wire carries everything at once: it has no rule",
        );
    }
    let widest = rules
        .iter()
        .map(|rule| rule.text.chars().count())
        .max()
        .unwrap_or(0)
        .min(60);
    for rule in rules {
        let done = rule.left == Some(0);
        let style = if done { Style::Dim } else { Style::Plain };
        let mut line = Line::wrapping(16);
        line.push(
            Style::State,
            &format!("{INDENT}wire rule {}  ", rule.number),
        );
        line.push(style, &format!("{:<widest$}", rule.text));
        let times = match (rule.fired, rule.left) {
            (0, _) => "  has not fired".to_owned(),
            (fired, Some(0)) => format!("  fired {fired}×, done"),
            (fired, _) => format!("  fired {fired}×"),
        };
        line.push(Style::Dim, &times);
        text.push(line);
    }
    text
}

/// A network setting of a host and its value.
pub fn setting(host: &str, name: &str, value: &str) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(9)
            .with(Style::Dim, &format!("{INDENT}{host}: "))
            .with(Style::Bold, name)
            .with(Style::Plain, &format!(" = {}", value.replace('\t', " "))),
    );
    text
}
