//! The start of a lab: its keeper on the best tier that this machine allows, found by trying.

use super::{FIRST_HOST, KEEPER_ROLE, Lab, LabError, Plan, SEALED, own, receive};
use crate::lab::message::Reply;
use crate::lab::tier::{Attempt, Tier};
use crate::sys::{named, spawn};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use std::collections::VecDeque;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The namespaces of a private lab.
const EVERYTHING: i32 = libc::CLONE_NEWNET
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC;

impl Lab {
    /// Starts a lab with one host.
    pub fn start(plan: &Plan<'_>) -> Result<Self, LabError> {
        if !Path::new("/proc/self/ns").exists() {
            return Err(LabError::NoProc);
        }
        let mut attempts = Vec::new();
        let mut last = LabError::KeeperGone;
        for (tier, namespaces) in ways(plan) {
            match Self::attempt(plan, tier, namespaces) {
                Ok(mut lab) => {
                    let failure = (lab.tier != tier)
                        .then(|| "socket(AF_PACKET): permission denied".to_owned());
                    attempts.push(Attempt {
                        tier,
                        namespaces: flag_names(namespaces),
                        failure,
                    });
                    lab.attempts = attempts;
                    return Ok(lab);
                }
                Err(error) => {
                    attempts.push(Attempt {
                        tier,
                        namespaces: flag_names(namespaces),
                        failure: Some(error.to_string()),
                    });
                    last = error;
                }
            }
        }
        Err(last)
    }

    fn attempt(plan: &Plan<'_>, tier: Tier, namespaces: i32) -> Result<Self, LabError> {
        let (ours, theirs) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )
        .map_err(named("socketpair(2)"))?;
        if let Some(folder) = plan.folder {
            // Before there is a keeper: it finds this in its channel whenever this process is killed.
            let _ = own(&ours, folder);
        }
        let keeper = start_keeper(plan, tier, namespaces, &theirs)?;
        drop(theirs);
        let failed = |error| {
            let _ = waitpid(keeper, None);
            Err(error)
        };
        let (capture, shielded, unsealed, notes, descriptors) = match receive(&ours) {
            Ok((
                Reply::Ready {
                    capture,
                    shielded,
                    unsealed,
                    notes,
                },
                descriptors,
            )) => (capture, shielded, unsealed, notes, descriptors),
            Ok((Reply::Failed { step, errno }, _)) => {
                return failed(LabError::refused(step, errno));
            }
            Ok(_) => return failed(LabError::KeeperGone),
            Err(error) => return failed(error),
        };
        let mut descriptors = descriptors.into_iter();
        let Some(diag) = descriptors.next() else {
            return failed(LabError::KeeperGone);
        };
        Ok(Self {
            tier: match capture {
                Ok(()) => tier,
                Err(_) => Tier::CallsOnly,
            },
            attempts: Vec::new(),
            notes,
            shielded,
            unsealed,
            keeper,
            channel: ours,
            ended: VecDeque::new(),
            has_ended: false,
            paths: Vec::new(),
            diag,
            capture: descriptors.collect::<Vec<_>>().try_into().ok(),
        })
    }
}

/// The ways to have a lab, the best first. A sealed one has a private network and process ids of its own, or is none; root's is better in a
/// user namespace, where the kernel counts its processes.
fn ways(plan: &Plan<'_>) -> Vec<(Tier, i32)> {
    let root = nix::unistd::geteuid().is_root();
    let private = (Tier::Private, libc::CLONE_NEWUSER | EVERYTHING);
    let as_root = root.then_some((Tier::PrivateAsRoot, EVERYTHING));
    if plan.seal.is_some() {
        return std::iter::once(private).chain(as_root).collect();
    }
    let mut ways: Vec<(Tier, i32)> = Vec::new();
    if !plan.host_network {
        ways.extend(as_root);
        ways.push(private);
        ways.push((
            Tier::Private,
            libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWNS,
        ));
    }
    ways.push((Tier::Loopback, 0));
    ways
}

/// Starts the keeper, which finds its end of the channel at number 3.
fn start_keeper(
    plan: &Plan<'_>,
    tier: Tier,
    namespaces: i32,
    channel: &OwnedFd,
) -> Result<Pid, LabError> {
    let private = if tier.is_private() {
        "private"
    } else {
        "shared"
    };
    let program = CString::new(plan.program.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let mut words = vec![
        program.as_bytes(),
        KEEPER_ROLE.as_bytes(),
        FIRST_HOST.as_bytes(),
        private.as_bytes(),
    ];
    let home = std::env::var_os("HOME");
    if let Some(hidden) = plan.seal {
        words.push(SEALED.as_bytes());
        words.extend(home.iter().map(|home| home.as_bytes()));
        words.extend(hidden.iter().map(|path| path.as_os_str().as_bytes()));
    }
    let words = words.into_iter();
    let arguments: Vec<CString> = words
        .map(|argument| CString::new(argument).unwrap_or_default())
        .collect();
    let birth = spawn::Birth {
        program: &program,
        arguments: &arguments,
        namespaces,
        home: plan.seal.and(plan.folder),
        channel: channel.as_fd(),
    };
    spawn::clone_and_exec(&birth).map_err(|failure| LabError::Refused {
        step: failure.step.to_owned(),
        error: failure.error,
    })
}

fn flag_names(namespaces: i32) -> String {
    let names: Vec<&str> = [
        (libc::CLONE_NEWUSER, "user"),
        (libc::CLONE_NEWNET, "network"),
        (libc::CLONE_NEWPID, "process"),
        (libc::CLONE_NEWNS, "mount"),
        (libc::CLONE_NEWUTS, "host name"),
        (libc::CLONE_NEWIPC, "IPC"),
    ]
    .into_iter()
    .filter(|(flag, _)| namespaces & flag != 0)
    .map(|(_, name)| name)
    .collect();
    names.join(", ")
}
