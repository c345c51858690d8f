//! The keeper: the process that owns the lab's namespaces, makes its processes and cleans up after them.
//! It is process 1 of the lab, so when it ends, however it ends, the kernel ends every process in the lab. It never starts a thread.

use super::hosts_file;
use super::message::{LIMIT, Reply, Request, SocketPath};
use crate::event::Ended;
use crate::sys::{descriptor_table, diag, link, pass, ring, signal, spawn};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid, sethostname, setsid};
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::process::ExitCode;

/// What a prompt's process does: takes its channel, the one its forked children report on, and its name, and gives its exit status.
pub type ProcessMain = fn(OwnedFd, OwnedFd, &str) -> i32;

/// The name the keeper goes by in `ps` and /proc; at most 15 bytes.
pub const COMM: &str = "socklab-keeper";

/// Runs the keeper on the descriptor the terminal left at number 3. `host` names the machine; `private` says that it has a network of its own.
pub fn run(host: &str, private: bool, process_main: ProcessMain) -> ExitCode {
    let channel = pass::inherited(3);
    let prepared = prepare(host, private);
    let outcome = match prepared {
        Ok((reply, descriptors)) => {
            let borrowed: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
            tell(&channel, &reply, &borrowed)
                .and_then(|()| Keeper::new(channel, process_main)?.serve())
        }
        Err((step, error)) => {
            let errno = error.raw_os_error().unwrap_or(0);
            tell(
                &channel,
                &Reply::Failed {
                    step: step.to_owned(),
                    errno,
                },
                &[],
            )
        }
    };
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

type Prepared = (Reply, Vec<OwnedFd>);

fn prepare(host: &str, private: bool) -> Result<Prepared, (&'static str, io::Error)> {
    signal::ignore_terminal().map_err(|errno| ("sigaction(2)", errno.into()))?;
    let _ = setsid();
    let _ = CString::new(COMM).map(|name| nix::sys::prctl::set_name(&name));
    nix::sys::prctl::set_child_subreaper(true)
        .map_err(|errno| ("prctl(PR_SET_CHILD_SUBREAPER)", errno.into()))?;
    let mut notes = Vec::new();
    if private {
        link::bring_up("lo").map_err(|error| ("SIOCSIFFLAGS on lo", error))?;
        let mut attempt = |what: &str, result: io::Result<()>| {
            if let Err(error) = result {
                notes.push(format!("{what}: {error}"));
            }
        };
        match hosts_file::make_private() {
            Ok(()) => {
                attempt(
                    "names of the lab (/etc/hosts)",
                    hosts_file::cover(&hosts_file::lines(host)),
                );
                if getpid() == Pid::from_raw(1) {
                    attempt(
                        "process ids of the lab (/proc)",
                        hosts_file::mount_proc().map_err(Into::into),
                    );
                }
                attempt(
                    "host name of the lab",
                    sethostname(host).map_err(Into::into),
                );
            }
            Err(errno) => attempt("mount namespace", Err(errno.into())),
        }
    }
    let mut descriptors = vec![diag::open().map_err(|error| ("socket(AF_NETLINK)", error))?];
    let capture = match ring::open() {
        Ok(socket) => {
            descriptors.push(socket);
            Ok(())
        }
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    };
    Ok((Reply::Ready { capture, notes }, descriptors))
}

fn tell(
    channel: &OwnedFd,
    reply: &Reply,
    descriptors: &[std::os::fd::BorrowedFd<'_>],
) -> io::Result<()> {
    let bytes = postcard::to_stdvec(reply).map_err(io::Error::other)?;
    pass::send(channel.as_fd(), &bytes, descriptors)
}

struct Keeper {
    channel: OwnedFd,
    children: SignalFd,
    process_main: ProcessMain,
    alive: Vec<Pid>,
    paths: Vec<SocketPath>,
}

impl Keeper {
    fn new(channel: OwnedFd, process_main: ProcessMain) -> io::Result<Self> {
        let mut mask = SigSet::empty();
        mask.add(Signal::SIGCHLD);
        mask.thread_block()?;
        let children = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        Ok(Self {
            channel,
            children,
            process_main,
            alive: Vec::new(),
            paths: Vec::new(),
        })
    }

    /// Serves until the terminal's end of the channel closes, which it does however the terminal ends.
    fn serve(mut self) -> io::Result<()> {
        loop {
            let mut watched = [
                PollFd::new(self.channel.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut watched, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            let (asked, ended) = (ready(&watched[0]), ready(&watched[1]));
            if ended {
                while let Ok(Some(_)) = self.children.read_signal() {}
                self.reap();
            }
            if asked {
                match pass::receive(self.channel.as_fd(), LIMIT) {
                    Ok(Some((bytes, descriptors))) => self.answer(&bytes, descriptors),
                    Ok(None) | Err(_) => break,
                }
            }
        }
        self.clean_up();
        Ok(())
    }

    fn answer(&mut self, bytes: &[u8], descriptors: Vec<OwnedFd>) {
        let made = match postcard::from_bytes(bytes) {
            Ok(Request::Spawn { name }) => self.spawn(&name, descriptors),
            Ok(Request::Run { arguments }) => run_program(&arguments, descriptors),
            Ok(Request::Remember(path)) => {
                self.paths.push(path);
                return;
            }
            Err(_) => return,
        };
        let told = match made {
            Ok((pid, pidfd)) => {
                self.alive.push(pid);
                tell(
                    &self.channel,
                    &Reply::Spawned { pid: pid.as_raw() },
                    &[pidfd.as_fd()],
                )
            }
            Err((step, error)) => {
                let errno = error.raw_os_error().unwrap_or(0);
                tell(
                    &self.channel,
                    &Reply::Failed {
                        step: step.to_owned(),
                        errno,
                    },
                    &[],
                )
            }
        };
        // A terminal that is gone is noticed by the next poll.
        let _ = told;
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
    )]
    fn spawn(
        &self,
        name: &str,
        descriptors: Vec<OwnedFd>,
    ) -> Result<(Pid, OwnedFd), (&'static str, io::Error)> {
        let channels: [OwnedFd; 2] = descriptors
            .try_into()
            .map_err(|_| ("spawn", io::Error::from_raw_os_error(libc::EBADF)))?;
        match spawn::fork().map_err(|error| ("fork(2)", error))? {
            Some(pid) => Ok((
                pid,
                spawn::pidfd_open(pid).map_err(|error| ("pidfd_open(2)", error))?,
            )),
            None => std::process::exit(become_process(channels, name, self.process_main)),
        }
    }

    fn reap(&mut self) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            let (pid, how) = match status {
                WaitStatus::Exited(pid, status) => (pid, Ended::Exited(status)),
                WaitStatus::Signaled(pid, signal, _) => (pid, Ended::Signalled(signal as i32)),
                WaitStatus::StillAlive => return,
                _ => continue,
            };
            // Others are grandchildren that were left behind; nobody asks after them.
            if let Some(place) = self.alive.iter().position(|alive| *alive == pid) {
                self.alive.swap_remove(place);
                let _ = tell(
                    &self.channel,
                    &Reply::Ended {
                        pid: pid.as_raw(),
                        how,
                    },
                    &[],
                );
            }
        }
    }

    /// Ends every process of the lab, then removes the socket paths the session made.
    fn clean_up(&mut self) {
        if getpid() == Pid::from_raw(1) {
            // Process 1 of a namespace reaches all of its processes, and only those, with -1.
            let _ = nix::sys::signal::kill(Pid::from_raw(-1), Signal::SIGKILL);
        } else {
            // Without a process namespace, orphans come to this process (it is a subreaper), so their children are found in turn.
            loop {
                let children = children_of_this_process();
                if children.is_empty() {
                    break;
                }
                for child in children {
                    let _ = nix::sys::signal::kill(child, Signal::SIGKILL);
                }
                if waitpid(None, None).is_err() {
                    break;
                }
            }
        }
        for made in &self.paths {
            remove(made);
        }
    }
}

/// Forks and becomes the program in the child; the parent waits until execve has succeeded or failed.
#[expect(
    clippy::disallowed_methods,
    reason = "the forked child leaves here: nothing of the keeper's is to be unwound"
)]
fn run_program(
    arguments: &[Vec<u8>],
    descriptors: Vec<OwnedFd>,
) -> Result<(Pid, OwnedFd), (&'static str, io::Error)> {
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
        let failed = become_program(&arguments, &input, &output, &error);
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

fn ready(watched: &PollFd<'_>) -> bool {
    watched.revents().is_some_and(|events| !events.is_empty())
}

fn children_of_this_process() -> Vec<Pid> {
    let text = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    text.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .map(Pid::from_raw)
        .collect()
}

/// Removes a socket path if it is still the socket that was remembered.
pub fn remove(made: &SocketPath) {
    let path = std::path::Path::new(OsStr::from_bytes(&made.path));
    if std::fs::symlink_metadata(path)
        .is_ok_and(|found| (found.dev(), found.ino()) == (made.device, made.inode))
    {
        let _ = std::fs::remove_file(path);
    }
}

/// Runs in the forked child: leaves it with standard descriptors to nowhere, its channels out of the way, and 3 free.
fn become_process(channels: [OwnedFd; 2], name: &str, process_main: ProcessMain) -> i32 {
    let nowhere = nix::fcntl::open(
        "/dev/null",
        nix::fcntl::OFlag::O_RDWR,
        nix::sys::stat::Mode::empty(),
    );
    let settled = nowhere.map_err(io::Error::from).and_then(|nowhere| {
        descriptor_table::set_standard(&nowhere, &nowhere, &nowhere)?;
        let [channel, family] = channels;
        let channel = descriptor_table::move_high(channel)?;
        let family = descriptor_table::move_high(family)?;
        descriptor_table::close_all_but(&channel, &family)?;
        // The number was closed just now with the rest; its owner must not close it a second time.
        std::mem::forget(nowhere);
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
        SigSet::empty().thread_set_mask()?;
        signal::settle_as_child()?;
        if let Ok(name) = CString::new(name) {
            nix::sys::prctl::set_name(&name)?;
        }
        Ok((channel, family))
    });
    settled.map_or(126, |(channel, family)| process_main(channel, family, name))
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
