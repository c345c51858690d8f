//! `socklab doctor`: what this machine allows, found by trying it, and the one command that would lift a limit.

use crate::lab::handle::{FIRST_HOST, Lab, LabError, Plan};
use crate::lab::tier::{Attempt, Tier, refused_namespaces, remedy, withheld};
use crate::render::styled::{Line, Style, Styled};
use crate::session::{Session, Settings};
use crate::shell::lesson::folder::Folder;
use crate::sys::threads;

/// Tries every way to have a lab and says how each ended; false when none can be had that works.
pub fn examine(settings: &Settings) -> (Styled, bool) {
    let mut text = Styled::new();
    let plan = Plan {
        program: &settings.program,
        host_network: settings.host_network,
        folder: None,
        seal: None,
    };
    let (remedy, works) = match Lab::start(&plan) {
        Ok(lab) => examine_lab(settings, lab, &mut text),
        Err(error) => {
            text.say(
                Style::Error,
                0,
                &format!("no lab can be made on this machine: {error}"),
            );
            let remedy = (!matches!(error, LabError::NoProc)).then(refused_namespaces);
            (remedy, false)
        }
    };
    if let Some(remedy) = remedy {
        text.say(Style::Plain, 0, "To lift the limit:");
        text.say(Style::Bold, 2, &remedy);
    }
    (text, works)
}

/// What a lab is like here: what would lift its limits, and whether it works.
fn examine_lab(settings: &Settings, lab: Lab, text: &mut Styled) -> (Option<String>, bool) {
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
        text.push(attempted(attempt));
    }
    let tier = lab.tier();
    let namespaces = lab
        .attempts()
        .last()
        .map(|attempt| attempt.namespaces.clone());
    let namespaces = namespaces.unwrap_or_default();
    for note in lab.notes() {
        text.say(Style::Dim, 2, &format!("not set up: {note}"));
    }
    let is_shielded = lab.is_shielded();
    let withheld = withheld(lab.attempts());
    let remedy = remedy(lab.attempts()).filter(|_| !settings.host_network);
    drop(lab);
    if let Err((what, error)) = work(settings, tier) {
        text.say(Style::Error, 0, &format!("{what}: {error}"));
        return (Some(refused_namespaces()), false);
    }
    text.say(Style::Plain, 0, capabilities(tier));
    text.say(Style::Plain, 0, &privacy(tier, &namespaces));
    if let Some(kind) = withheld {
        text.say(Style::Error, 0, &format!("user.max_{kind}_namespaces is 0 on this machine: the lab works without that namespace, and what it would keep apart is shared."));
    }
    if tier.is_private() && !is_shielded {
        text.say(Style::Error, 0, NOT_SHIELDED);
    }
    (remedy, true)
}

/// The line of a way to make a lab: whether it can be had.
fn attempted(attempt: &Attempt) -> Line {
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
    line
}

/// Does what every session does first, and what a lab is for: a process, a host on the wire, a program. An error says which it was.
fn work(settings: &Settings, tier: Tier) -> Result<(), (&'static str, String)> {
    threads::can_begin().map_err(|error| {
        let what = "no thread can be made, so `&` does not work, nor do lessons and the prompt";
        (what, error.to_string())
    })?;
    Folder::new().map_err(|error| ("lessons do not work", error.to_string()))?;
    let mut session = Session::start(settings.clone())
        .map_err(|error| ("no session can be started", error.to_string()))?;
    if tier.is_private() {
        session
            .make_host("doctor", None)
            .map_err(|error| ("`host` does not work", error.to_string()))?;
    }
    match session.succeeds(FIRST_HOST, &["true"]) {
        Ok(true) => Ok(()),
        Ok(false) => Err(("`run true` does not work", "it failed".to_owned())),
        Err(error) => Err(("`run true` does not work", error.to_string())),
    }
}

/// Said of root's lab where no mounts of its own could be made.
const NOT_SHIELDED: &str = "Programs that `run` starts can change this machine's kernel settings (/proc/sys), because this lab runs as root and could not make them read-only: run it as an ordinary user.";

/// What a program of the lab can reach, and what not. The namespaces are those the lab was made with.
fn privacy(tier: Tier, namespaces: &str) -> String {
    if !tier.is_private() {
        return "Nothing is private here: calls and programs use this machine's network, processes and files.".to_owned();
    }
    let others = [
        ("host name", "host names"),
        ("process", "processes"),
        ("IPC", "IPC"),
    ];
    let (private, shared): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|(namespace, _)| namespaces.contains(namespace));
    let words = |list: Vec<(&'static str, &'static str)>| -> Vec<&'static str> {
        list.into_iter().map(|(_, what)| what).collect()
    };
    let private = [vec!["network"], words(private)].concat().join(", ");
    let shared = [words(shared), vec!["files"]].concat().join(", ");
    format!(
        "Private to the lab: {private}; nothing in it reaches those of this machine. Shared with this machine: {shared}; programs that `run` starts have your files and your rights to them."
    )
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
