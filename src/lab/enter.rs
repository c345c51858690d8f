//! `socklab enter`: the user's own shell in a running lab, found through /proc, so that no file need be left behind for it.

use super::handle::KEEPER_ROLE;
use super::namespaces::Namespaces;
use super::roster;
use crate::sys::spawn;
use nix::sched::{CloneFlags, setns};
use nix::unistd::Pid;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;

/// Why no lab could be entered.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// No keeper of this user runs.
    #[error("no lab is running; start `socklab` in another terminal")]
    NoLab,
    /// More than one runs.
    #[error("several labs are running: choose one with --lab {0}")]
    Several(String),
    /// The host does not exist.
    #[error("the lab has no host called {0}; it has: {1}")]
    NoHost(String, String),
    /// The lab uses the machine's own network.
    #[error("that lab uses this machine's own network; your shell is already in it")]
    Shared,
    /// A step failed.
    #[error("{0}: {1}")]
    Step(&'static str, std::io::Error),
}

/// A running lab, as /proc shows its keeper.
#[derive(Clone, Debug)]
struct Keeper {
    pid: i32,
    host: String,
    private: bool,
}

/// Runs $SHELL in the lab and gives its exit status.
pub fn enter(host: Option<&str>, lab: Option<i32>) -> Result<u8, EnterError> {
    let keepers = keepers();
    let keeper = match (lab, keepers.as_slice()) {
        (Some(pid), keepers) => keepers
            .iter()
            .find(|keeper| keeper.pid == pid)
            .ok_or(EnterError::NoLab)?,
        (None, []) => return Err(EnterError::NoLab),
        (None, [keeper]) => keeper,
        (None, several) => {
            let pids: Vec<String> = several
                .iter()
                .map(|keeper| keeper.pid.to_string())
                .collect();
            return Err(EnterError::Several(pids.join(" or ")));
        }
    };
    let wire = roster::read(keeper.pid);
    let entry = match host.filter(|host| *host != keeper.host) {
        None => None,
        Some(name) => {
            let found = wire.iter().find(|entry| entry.name == name);
            let names = || {
                let wire = wire.iter().map(|entry| entry.name.as_str());
                let all: Vec<&str> = std::iter::once(keeper.host.as_str()).chain(wire).collect();
                EnterError::NoHost(name.to_owned(), all.join(", "))
            };
            Some(found.ok_or_else(names)?)
        }
    };
    if !keeper.private {
        return Err(EnterError::Shared);
    }
    // The descriptors are opened before /proc changes with the mount namespace.
    let machine = entry
        .map(|entry| Namespaces::of_keeper(keeper.pid, entry.network, entry.uts))
        .transpose()
        .map_err(|error| EnterError::Step("/proc/PID/fd", error))?;
    join(keeper.pid)?;
    if let Some(machine) = machine {
        machine
            .enter()
            .map_err(|error| EnterError::Step("setns(2)", error))?;
    }
    let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into());
    let status = std::process::Command::new(shell)
        .env(
            "SOCKLAB_HOST",
            entry.map_or(&keeper.host, |entry| &entry.name),
        )
        .status();
    let status = status.map_err(|error| EnterError::Step("execve(2) of $SHELL", error))?;
    Ok(status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(1) as u8)
}

/// Joins all namespaces of the keeper that differ from this process's (setns(2) with a pidfd).
fn join(pid: i32) -> Result<(), EnterError> {
    let pidfd = spawn::pidfd_open(Pid::from_raw(pid))
        .map_err(|error| EnterError::Step("pidfd_open(2)", error))?;
    let differs = |name: &str| {
        let of = |process: &str| {
            std::fs::metadata(format!("/proc/{process}/ns/{name}"))
                .map(|found| found.ino())
                .ok()
        };
        of("self") != of(&pid.to_string())
    };
    let mut flags = CloneFlags::empty();
    for (name, flag) in [
        ("user", CloneFlags::CLONE_NEWUSER),
        ("net", CloneFlags::CLONE_NEWNET),
        ("pid", CloneFlags::CLONE_NEWPID),
        ("mnt", CloneFlags::CLONE_NEWNS),
        ("uts", CloneFlags::CLONE_NEWUTS),
        ("ipc", CloneFlags::CLONE_NEWIPC),
    ] {
        if differs(name) {
            flags |= flag;
        }
    }
    let folder = std::env::current_dir();
    setns(&pidfd, flags).map_err(|errno| EnterError::Step("setns(2)", errno.into()))?;
    // Joining a mount namespace moves to its root.
    if let Ok(folder) = folder {
        let _ = std::env::set_current_dir(folder);
    }
    if flags.contains(CloneFlags::CLONE_NEWUSER) {
        spawn::keep_capabilities().map_err(|error| EnterError::Step("capset(2)", error))?;
    }
    Ok(())
}

fn keepers() -> Vec<Keeper> {
    let uid = nix::unistd::geteuid().as_raw();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut found: Vec<Keeper> = entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let mine = entry.metadata().ok()?.uid() == uid;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            // A prompt's process shows the same line: it is the keeper's child, and has not become another program.
            let comm = std::fs::read_to_string(entry.path().join("comm")).ok()?;
            let mut words = line
                .split(|byte| *byte == 0)
                .map(|word| String::from_utf8_lossy(word).into_owned());
            let role = words.nth(1)?;
            let (host, private) = (words.next()?, words.next()?);
            (mine && role == KEEPER_ROLE && comm.trim_end() == super::keeper::COMM).then(|| {
                Keeper {
                    pid,
                    host,
                    private: private == "private",
                }
            })
        })
        .collect();
    found.sort_by_key(|keeper| keeper.pid);
    found
}
