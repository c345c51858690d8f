//! The start of a lab: its keeper on the best tier that this machine allows, found by trying.

use super::{FIRST_HOST, KEEPER_ROLE, Lab, LabError, own, receive};
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
    /// Starts a lab with one host. `program` is the socklab binary, which the keeper is an execution of.
    /// With `host_network` no private network is tried. A folder is removed, with all in it, should the terminal be killed; in an end
    /// in order it stays to whoever made it.
    pub fn start(
        program: &Path,
        host_network: bool,
        folder: Option<&Path>,
    ) -> Result<Self, LabError> {
        if !Path::new("/proc/self/ns").exists() {
            return Err(LabError::NoProc);
        }
        let root = nix::unistd::geteuid().is_root();
        let mut ways: Vec<(Tier, i32)> = Vec::new();
        if !host_network {
            if root {
                ways.push((Tier::PrivateAsRoot, EVERYTHING));
            }
            ways.push((Tier::Private, libc::CLONE_NEWUSER | EVERYTHING));
            ways.push((
                Tier::Private,
                libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWNS,
            ));
        }
        ways.push((Tier::Loopback, 0));
        let mut attempts = Vec::new();
        for (tier, namespaces) in ways {
            match Self::attempt(program, tier, namespaces, folder) {
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
                    if tier == Tier::Loopback {
                        return Err(error);
                    }
                }
            }
        }
        Err(LabError::KeeperGone)
    }

    fn attempt(
        program: &Path,
        tier: Tier,
        namespaces: i32,
        folder: Option<&Path>,
    ) -> Result<Self, LabError> {
        let (ours, theirs) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )
        .map_err(named("socketpair(2)"))?;
        if let Some(folder) = folder {
            // Before there is a keeper: it finds this in its channel whenever this process is killed.
            let _ = own(&ours, folder);
        }
        let keeper = start_keeper(program, tier, namespaces, &theirs)?;
        drop(theirs);
        let failed = |error| {
            let _ = waitpid(keeper, None);
            Err(error)
        };
        let (capture, shielded, notes, descriptors) = match receive(&ours) {
            Ok((
                Reply::Ready {
                    capture,
                    shielded,
                    notes,
                },
                descriptors,
            )) => (capture, shielded, notes, descriptors),
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

/// Starts the keeper, which finds its end of the channel at number 3.
fn start_keeper(
    program: &Path,
    tier: Tier,
    namespaces: i32,
    channel: &OwnedFd,
) -> Result<Pid, LabError> {
    let private = if tier.is_private() {
        "private"
    } else {
        "shared"
    };
    let program = CString::new(program.as_os_str().as_bytes()).map_err(io::Error::other)?;
    let arguments = [
        program.as_bytes(),
        KEEPER_ROLE.as_bytes(),
        FIRST_HOST.as_bytes(),
        private.as_bytes(),
    ]
    .map(|argument| CString::new(argument).unwrap_or_default());
    let birth = spawn::Birth {
        program: &program,
        arguments: &arguments,
        namespaces,
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
