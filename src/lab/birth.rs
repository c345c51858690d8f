//! A new process of the lab, from fork(2) to what it becomes: a prompt's process or a program. Who asked, and what it is told, is the keeper's.

use super::host::Failure;
use super::namespaces::Namespaces;
use super::{pump, shield};
use crate::sys::{descriptor_table, signal, spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, setsid};
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;

/// What a prompt's process does: takes where it reads requests and writes reports, the socket its forked children report on, its name and its host's, and gives its
/// exit status.
pub type ProcessMain = fn([OwnedFd; 4], &str, &str) -> i32;

/// A process that was born: its id, and what stands for it.
pub type Born = (Pid, OwnedFd);

/// Forks a prompt's process onto a host. The descriptors are its channel and the one its forked children report on.
#[expect(
    clippy::disallowed_methods,
    reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
)]
pub fn process(
    name: &str,
    (host, namespaces): (&str, Option<&Namespaces>),
    descriptors: Vec<OwnedFd>,
    process_main: ProcessMain,
) -> Result<Born, Failure> {
    let channels: [OwnedFd; 4] = descriptors
        .try_into()
        .map_err(|_| ("spawn", io::Error::from_raw_os_error(libc::EBADF)))?;
    if let Some(pid) = spawn::fork().map_err(|error| ("fork(2)", error))? {
        let pidfd = spawn::pidfd_open(pid).map_err(|error| ("pidfd_open(2)", error))?;
        return Ok((pid, pidfd));
    }
    let moved = namespaces
        .map_or(Ok(()), Namespaces::enter)
        .and_then(|()| shield::give_up());
    std::process::exit(moved.map_or(126, |()| become_process(channels, name, host, process_main)))
}

/// Forks the wire's process. It keeps its three descriptors and no other of the keeper's.
#[expect(
    clippy::disallowed_methods,
    reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
)]
pub fn wire(channel: OwnedFd, ring: OwnedFd, out: OwnedFd) -> Result<(), Failure> {
    if spawn::fork().map_err(|error| ("fork(2)", error))?.is_some() {
        return Ok(());
    }
    let alone = descriptor_table::close_all_but(&[&channel, &ring, &out]);
    std::process::exit(alone.map_or(126, |()| pump::run(channel, ring, out)))
}

/// Forks and becomes the program in the child; the parent waits until execve has succeeded or failed.
#[expect(
    clippy::disallowed_methods,
    reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
)]
pub fn program(
    arguments: &[Vec<u8>],
    namespaces: Option<&Namespaces>,
    descriptors: Vec<OwnedFd>,
) -> Result<Born, Failure> {
    let [input, output, error]: [OwnedFd; 3] = descriptors
        .try_into()
        .map_err(|_| ("run", io::Error::from_raw_os_error(libc::EBADF)))?;
    let arguments: Vec<CString> = arguments
        .iter()
        .filter_map(|argument| CString::new(argument.as_slice()).ok())
        .collect();
    let (told, tell) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC)
        .map_err(|errno| ("pipe(2)", errno.into()))?;
    let Some(pid) = spawn::fork().map_err(|error| ("fork(2)", error))? else {
        let moved = namespaces
            .map_or(Ok(()), Namespaces::enter)
            .and_then(|()| shield::give_up());
        let failed = match moved {
            Ok(()) => become_program(&arguments, &input, &output, &error),
            Err(error) => error.raw_os_error().unwrap_or(libc::EIO),
        };
        let _ = nix::unistd::write(&tell, &[failed as u8]);
        std::process::exit(127)
    };
    drop(tell);
    let mut errno = [0_u8; 1];
    // End of file means that execve closed the other end: the program runs.
    if nix::unistd::read(&told, &mut errno) == Ok(1) {
        let _ = waitpid(pid, None);
        return Err((
            "execvp(3)",
            io::Error::from_raw_os_error(i32::from(errno[0])),
        ));
    }
    Ok((
        pid,
        spawn::pidfd_open(pid).map_err(|error| ("pidfd_open(2)", error))?,
    ))
}

/// Runs in the forked child: leaves it with standard descriptors to nowhere, its channels out of the way, and 3 free.
fn become_process(
    channels: [OwnedFd; 4],
    name: &str,
    host: &str,
    process_main: ProcessMain,
) -> i32 {
    let nowhere = nix::fcntl::open(
        "/dev/null",
        nix::fcntl::OFlag::O_RDWR,
        nix::sys::stat::Mode::empty(),
    );
    let settled = nowhere.map_err(io::Error::from).and_then(|nowhere| {
        descriptor_table::set_standard(&nowhere, &nowhere, &nowhere)?;
        let [requests, starts, reports, family] = channels;
        let channels = [
            descriptor_table::move_high(requests)?,
            descriptor_table::move_high(starts)?,
            descriptor_table::move_high(reports)?,
            descriptor_table::move_high(family)?,
        ];
        descriptor_table::close_all_but(&channels.each_ref())?;
        // The number was closed just now with the rest; its owner must not close it a second time.
        std::mem::forget(nowhere);
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        SigSet::empty().thread_set_mask()?;
        signal::settle_as_child()?;
        if let Ok(name) = CString::new(name) {
            nix::sys::prctl::set_name(&name)?;
        }
        Ok(channels)
    });
    settled.map_or(126, |channels| process_main(channels, name, host))
}

/// Runs in the forked child: becomes the program, or gives the errno.
fn become_program(
    arguments: &[CString],
    input: &OwnedFd,
    output: &OwnedFd,
    error: &OwnedFd,
) -> i32 {
    let started = || -> io::Result<()> {
        let program = arguments
            .first()
            .ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))?;
        descriptor_table::set_standard(input, output, error)?;
        signal::restore_defaults();
        let _ = setsid();
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        descriptor_table::close_on_exec_from_three()?;
        nix::unistd::execvp(program, arguments)?;
        Ok(())
    };
    started()
        .err()
        .and_then(|error| error.raw_os_error())
        .unwrap_or(libc::EIO)
}
