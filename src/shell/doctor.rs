//! `socklab doctor`: what this machine allows, found by trying it, and the one command that would lift a limit.

use crate::lab::handle::Lab;
use crate::lab::tier::{Tier, remedy};
use crate::render::styled::{Line, Style, Styled};
use crate::session::Settings;

/// Tries every way to have a lab and says how each ended.
pub fn examine(settings: &Settings) -> Styled {
    let mut text = Styled::new();
    match Lab::start(&settings.program, settings.host_network, None) {
        Ok(lab) => {
            text.say(
                Style::Heading,
                0,
                &format!(
                    "socklab {}: {}",
                    env!("CARGO_PKG_VERSION"),
                    lab.tier().words()
                ),
            );
            for attempt in lab.attempts() {
                let (mark, style) = if attempt.failure.is_none() {
                    ("✓", Style::Note)
                } else {
                    ("✗", Style::Error)
                };
                let mut line = Line::wrapping(4);
                line.push(style, &format!("  {mark} "));
                line.push(Style::Plain, what(attempt.tier));
                if !attempt.namespaces.is_empty() {
                    line.push(Style::Dim, &format!(" ({} namespaces)", attempt.namespaces));
                }
                if let Some(failure) = &attempt.failure {
                    line.push(Style::Plain, &format!(": {failure}"));
                }
                text.push(line);
            }
            text.say(Style::Plain, 0, capabilities(lab.tier()));
            for note in lab.notes() {
                text.say(Style::Dim, 2, &format!("not set up: {note}"));
            }
            if !settings.host_network
                && let Some(remedy) = remedy(lab.attempts())
            {
                text.say(Style::Plain, 0, "To lift the limit:");
                text.say(Style::Bold, 2, &remedy);
            }
        }
        Err(error) => {
            text.say(
                Style::Error,
                0,
                &format!("no lab can be had on this machine: {error}"),
            );
        }
    }
    text
}

fn what(tier: Tier) -> &'static str {
    match tier {
        Tier::Private => "a private network as an ordinary user",
        Tier::PrivateAsRoot => "a private network as root",
        Tier::Loopback => "capture on this machine's own loopback (CAP_NET_RAW)",
        Tier::CallsOnly => "calls on this machine's own network, without packets",
    }
}

fn capabilities(tier: Tier) -> &'static str {
    match tier {
        Tier::Private | Tier::PrivateAsRoot => {
            "Everything works: every port is free, raw and packet sockets are allowed, packets are shown."
        }
        Tier::Loopback => {
            "Calls and packets work on the real loopback; ports may be taken by other programs, and those below 1024 may need root."
        }
        Tier::CallsOnly => {
            "Calls work and states are shown; packets, raw sockets and packet sockets need CAP_NET_RAW."
        }
    }
}
