//! A new process of the lab, from fork(2) to what it becomes: a prompt's process or a program. Who asked, and what it is told, is the keeper's.

use super::host::Failure;
use super::namespaces::Namespaces;
use super::{pump, seal, shield};
use crate::sys::{descriptor_table, signal, spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, setsid};
use std::cell::RefCell;
use std::convert::Infallible;
use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;

/// What a prompt's process does: takes where it reads requests and writes reports, the socket its forked children report on, its name and its host's, and gives its
/// exit status.
pub type ProcessMain = fn([OwnedFd; 4], &str, &str) -> i32;

/// What a program's tracer does: takes where it reads requests and writes to wake the terminal, the memory of its reports, the socket by
/// which it hands over what stands for new processes, what it is to know of the program as it was sent, what starts the program, and what is to be called once that has begun.
/// It gives its exit status, or why the program could not be executed.
pub type TracerMain = for<'a> fn(
    [OwnedFd; 4],
    &[u8],
    &'a dyn Fn() -> io::Error,
    Box<dyn FnOnce() + 'a>,
) -> io::Result<i32>;

/// What the children become that are not the keeper's own.
#[derive(Clone, Copy, Debug)]
pub struct Roles {
    /// A prompt's process.
    pub process: ProcessMain,
    /// A program's tracer.
    pub tracer: TracerMain,
}

/// A process that was born: its id, and what stands for it.
pub type Born = (Pid, OwnedFd);

/// What a child does before it is what it is to be: it tells of the step that failed by its place here.
const STEPS: [&str; 10] = [
    "setns(2)",
    "capset(2)",
    "execvp(3)",
    "open(2) of /dev/null",
    "dup2(2)",
    "fcntl(F_DUPFD_CLOEXEC)",
    "close_range(2) and /proc/self/fd",
    "prctl(2) and sigaction(2)",
    "PACKET_RX_RING of the wire",
    "ppoll(2)",
];

/// Where a child tells what failed; closed without a word, also by execve(2), when nothing did.
struct Tell(OwnedFd);

impl Tell {
    /// Gives the exit status of a child that could not begin.
    fn failed(&self, (step, error): &Failure) -> i32 {
        let place = STEPS.iter().position(|one| one == step).unwrap_or(0);
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        let _ = nix::unistd::write(&self.0, &[place as u8, errno as u8]);
        126
    }
}

/// Forks, and waits in the parent until the child has settled or says what failed. `work` is the child, and gives its exit status.
#[expect(
    clippy::disallowed_methods,
    reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
)]
fn born(work: impl FnOnce(Tell) -> i32) -> Result<Born, Failure> {
    let (told, tell) = nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC)
        .map_err(|errno| ("pipe2(2)", errno.into()))?;
    let Some(pid) = spawn::fork().map_err(|error| ("fork(2)", error))? else {
        drop(told);
        std::process::exit(work(Tell(tell)))
    };
    drop(tell);
    let mut words = [0_u8; 2];
    let failure = match nix::unistd::read(&told, &mut words) {
        Ok(2) => {
            let step = usize::from(words[0]).min(STEPS.len() - 1);
            let error = io::Error::from_raw_os_error(i32::from(words[1]));
            (STEPS[step], error)
        }
        _ => match spawn::pidfd_open(pid) {
            Ok(pidfd) => return Ok((pid, pidfd)),
            Err(error) => {
                let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
                ("pidfd_open(2)", error)
            }
        },
    };
    let _ = waitpid(pid, None);
    Err(failure)
}

/// Forks a prompt's process onto a host. The descriptors are its channel and the one its forked children report on.
pub fn process(
    name: &str,
    (host, namespaces): (&str, Option<&Namespaces>),
    descriptors: Vec<OwnedFd>,
    process_main: ProcessMain,
) -> Result<Born, Failure> {
    let channels: [OwnedFd; 4] = descriptors
        .try_into()
        .map_err(|_| ("spawn", io::Error::from_raw_os_error(libc::EBADF)))?;
    born(
        |tell| match move_to(namespaces).and_then(|()| settle_as_process(channels, name, &tell)) {
            Ok(channels) => {
                drop(tell);
                process_main(channels, name, host)
            }
            Err(failure) => tell.failed(&failure),
        },
    )
}

/// Forks the wire's process. It keeps its three descriptors and no other of the keeper's.
pub fn wire(channel: OwnedFd, ring: OwnedFd, out: OwnedFd) -> Result<(), Failure> {
    let wire = born(|tell| {
        let started = descriptor_table::close_all_but(&[&channel, &ring, &out, &tell.0])
            .map_err(|error| (STEPS[6], error))
            .and_then(|()| pump::start(channel, ring, out));
        match started {
            Ok(pump) => {
                drop(tell);
                pump.run()
            }
            Err(failure) => tell.failed(&failure),
        }
    });
    wire.map(drop)
}

/// Forks and becomes the program in the child.
pub fn program(
    arguments: &[Vec<u8>],
    namespaces: Option<&Namespaces>,
    descriptors: Vec<OwnedFd>,
) -> Result<Born, Failure> {
    let standard: [OwnedFd; 3] = descriptors
        .try_into()
        .map_err(|_| ("run", io::Error::from_raw_os_error(libc::EBADF)))?;
    let arguments = c_arguments(arguments);
    born(
        |tell| match move_to(namespaces).and_then(|()| become_program(&arguments, &standard)) {
            Err(failure) => {
                tell.failed(&failure);
                127
            }
            Ok(never) => match never {},
        },
    )
}

/// Forks a program's tracer, and waits until the program has begun. The descriptors are the program's standard ones and the tracer's channel.
pub fn traced_program(
    arguments: &[Vec<u8>],
    watched: &[u8],
    namespaces: Option<&Namespaces>,
    descriptors: Vec<OwnedFd>,
    tracer_main: TracerMain,
) -> Result<Born, Failure> {
    let [input, output, error, requests, wakes, memory, births]: [OwnedFd; 7] = descriptors
        .try_into()
        .map_err(|_| ("run", io::Error::from_raw_os_error(libc::EBADF)))?;
    let standard = [input, output, error];
    let channels = [requests, wakes, memory, births];
    let arguments = c_arguments(arguments);
    born(|tell| {
        let kept: Vec<&OwnedFd> = standard.iter().chain(&channels).chain([&tell.0]).collect();
        let settled = move_to(namespaces).and_then(|()| settle_as_tracer(&kept));
        if let Err(failure) = settled {
            return tell.failed(&failure);
        }
        let begun = RefCell::new(Some((standard, tell)));
        let become_program = || match &*begun.borrow() {
            Some((standard, _)) => match become_program(&arguments, standard) {
                Err((_, error)) => error,
                Ok(never) => match never {},
            },
            None => io::Error::from_raw_os_error(libc::EBADF),
        };
        // What the program writes to is its own from now on, and whoever waits for its start is told.
        let forget = Box::new(|| drop(begun.borrow_mut().take()));
        let ended = tracer_main(channels, watched, &become_program, forget);
        ended.unwrap_or_else(|error| {
            if let Some((_, tell)) = begun.borrow_mut().take() {
                tell.failed(&("execvp(3)", error));
            }
            127
        })
    })
}

/// Runs in the forked child: leaves it with its own descriptors and no signals of the keeper's.
fn settle_as_tracer(kept: &[&OwnedFd]) -> Result<(), Failure> {
    descriptor_table::close_all_but(kept).map_err(|error| (STEPS[6], error))?;
    let settled = || -> io::Result<()> {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        SigSet::empty().thread_set_mask()?;
        nix::sys::prctl::set_name(c"socklab-tracer")?;
        Ok(())
    };
    settled().map_err(|error| (STEPS[7], error))
}

/// Runs in the forked child: goes to a host, and gives up what a process of the lab does not need.
fn move_to(namespaces: Option<&Namespaces>) -> Result<(), Failure> {
    namespaces
        .map_or(Ok(()), Namespaces::enter)
        .map_err(|error| ("setns(2)", error))?;
    shield::give_up().map_err(|error| ("capset(2)", error))
}

/// Runs in the forked child: leaves it with standard descriptors to nowhere, its channels out of the way, and 3 free.
fn settle_as_process(
    [requests, starts, reports, family]: [OwnedFd; 4],
    name: &str,
    tell: &Tell,
) -> Result<[OwnedFd; 4], Failure> {
    let nowhere = nix::fcntl::open(
        "/dev/null",
        nix::fcntl::OFlag::O_RDWR,
        nix::sys::stat::Mode::empty(),
    );
    let nowhere = nowhere.map_err(|errno| ("open(2) of /dev/null", errno.into()))?;
    descriptor_table::set_standard(&nowhere, &nowhere, &nowhere)
        .map_err(|error| ("dup2(2)", error))?;
    let high = |descriptor| {
        descriptor_table::move_high(descriptor).map_err(|error| ("fcntl(F_DUPFD_CLOEXEC)", error))
    };
    let channels = [
        high(requests)?,
        high(starts)?,
        high(reports)?,
        high(family)?,
    ];
    let [requests, starts, reports, family] = &channels;
    descriptor_table::close_all_but(&[requests, starts, reports, family, &tell.0])
        .map_err(|error| (STEPS[6], error))?;
    // The number was closed just now with the rest; its owner must not close it a second time.
    std::mem::forget(nowhere);
    let settled = || -> io::Result<()> {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        SigSet::empty().thread_set_mask()?;
        signal::settle_as_child()?;
        if let Ok(name) = CString::new(name) {
            nix::sys::prctl::set_name(&name)?;
        }
        Ok(())
    };
    settled().map_err(|error| ("prctl(2) and sigaction(2)", error))?;
    Ok(channels)
}

/// The arguments as execvp(3) takes them.
fn c_arguments(arguments: &[Vec<u8>]) -> Vec<CString> {
    let arguments = arguments.iter();
    arguments
        .filter_map(|argument| CString::new(argument.as_slice()).ok())
        .collect()
}

/// Runs in the forked child: becomes the program.
fn become_program(
    arguments: &[CString],
    [input, output, error]: &[OwnedFd; 3],
) -> Result<Infallible, Failure> {
    let program = arguments
        .first()
        .ok_or_else(|| ("execvp(3)", io::Error::from_raw_os_error(libc::ENOENT)))?;
    descriptor_table::set_standard(input, output, error).map_err(|error| ("dup2(2)", error))?;
    signal::restore_defaults();
    seal::bound().map_err(|error| ("capset(2)", error))?;
    let _ = setsid();
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)
        .map_err(|errno| ("prctl(2) and sigaction(2)", errno.into()))?;
    descriptor_table::close_on_exec_from_three().map_err(|error| (STEPS[6], error))?;
    nix::unistd::execvp(program, arguments).map_err(|errno| ("execvp(3)", errno.into()))
}
