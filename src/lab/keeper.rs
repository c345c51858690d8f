//! The keeper: the process that owns the lab's namespaces, makes its processes and cleans up after them.
//! It is process 1 of the lab, so when it ends, however it ends, the kernel ends every process in the lab. It never starts a thread.

use super::birth::{self, Born, Roles};
use super::host::Failure;
use super::hosts_file;
use super::machines::Machines;
use super::message::{LIMIT, Reply, Request, SocketPath};
use super::small_tables;
use super::{seal, shield};
use crate::event::Ended;
use crate::sys::{diag, link, pass, ring, signal};
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
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The name the keeper goes by in `ps` and /proc; at most 15 bytes.
pub const COMM: &str = "socklab-keeper";

/// Runs the keeper on the descriptor the terminal left at number 3. `host` names the machine; `private` says that it has a network of its
/// own; a sealed lab's programs reach the current folder alone, and none of these files.
pub fn run(host: &str, private: bool, seal: Option<&[PathBuf]>, roles: Roles) -> ExitCode {
    let channel = pass::inherited(3);
    let prepared = prepare(host, private, seal);
    let outcome = match prepared {
        Ok(prepared) => {
            let machines = Machines::new(host, prepared.names);
            let borrowed: Vec<_> = prepared.descriptors.iter().map(AsFd::as_fd).collect();
            // A terminal that is gone may have said what is to be removed: it is heard all the same.
            let _ = tell(&channel, &prepared.reply, &borrowed);
            drop(borrowed);
            Keeper::new(channel, prepared.children, roles, machines).serve()
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

/// What stands when the first host is up.
struct Prepared {
    reply: Reply,
    descriptors: Vec<OwnedFd>,
    /// Says when children have ended.
    children: SignalFd,
    /// True when /etc/hosts is the lab's own.
    names: bool,
}

fn prepare(host: &str, private: bool, seal: Option<&[PathBuf]>) -> Result<Prepared, Failure> {
    signal::ignore_terminal().map_err(|errno| ("sigaction(2)", errno.into()))?;
    let _ = setsid();
    let _ = CString::new(COMM).map(|name| nix::sys::prctl::set_name(&name));
    nix::sys::prctl::set_child_subreaper(true)
        .map_err(|errno| ("prctl(PR_SET_CHILD_SUBREAPER)", errno.into()))?;
    let children = watch_children().map_err(|errno| ("signalfd4(2)", errno.into()))?;
    let mut own = Own {
        names: false,
        shielded: !shield::is_needed(),
        unsealed: Vec::new(),
        notes: Vec::new(),
    };
    if private {
        // The network this process was made in has the machine's tables; the first host's is made from it. Where the limit of network
        // namespaces is reached the lab does with the first.
        small_tables::request();
        let _ = small_tables::enter_network();
        link::bring_up("lo").map_err(|error| ("SIOCSIFFLAGS on lo", error))?;
        own.cover(host, seal)?;
    }
    let mut descriptors = vec![diag::open().map_err(|error| ("socket(AF_NETLINK)", error))?];
    let capture = match ring::open_all() {
        Ok(sockets) => {
            descriptors.extend(sockets);
            Ok(())
        }
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    };
    Ok(Prepared {
        reply: Reply::Ready {
            capture,
            shielded: own.shielded,
            unsealed: own.unsealed,
            notes: own.notes,
        },
        descriptors,
        children,
        names: own.names,
    })
}

/// What the lab has of its own where the machine has it too.
struct Own {
    /// True when /etc/hosts is the lab's own.
    names: bool,
    /// True when the settings of the kernel cannot be written.
    shielded: bool,
    /// What of a sealed lab could not be closed, in words.
    unsealed: Vec<String>,
    /// What could not be made, in words.
    notes: Vec<String>,
}

impl Own {
    /// Makes a mount namespace with files of the lab's own, closed where that is asked for, and names the host.
    fn cover(&mut self, host: &str, seal: Option<&[PathBuf]>) -> Result<(), Failure> {
        match hosts_file::make_private() {
            Ok(()) => {}
            Err(errno) if seal.is_some() => return Err(("mount(2)", errno.into())),
            Err(errno) => {
                self.attempt("mount namespace", Err(errno.into()));
                return Ok(());
            }
        }
        if seal.is_some() {
            seal::close_mounts().map_err(|error| ("mount_setattr(2)", error))?;
        }
        let covered = hosts_file::cover(&hosts_file::lines(host, &[]));
        self.names = covered.is_ok();
        self.attempt("names of the lab (/etc/hosts)", covered);
        if getpid() == Pid::from_raw(1) {
            let mounted = hosts_file::mount_proc().map_err(Into::into);
            self.attempt("process ids of the lab (/proc)", mounted);
        }
        if shield::is_needed() {
            let covered = shield::cover();
            self.shielded = covered.is_ok();
            self.attempt(
                "read-only settings of the kernel (/proc/sys, /sys)",
                covered,
            );
        }
        if let Some(hidden) = seal {
            self.unsealed = seal::close(hidden);
        }
        let named = sethostname(host).map_err(Into::into);
        self.attempt("host name of the lab", named);
        Ok(())
    }

    fn attempt(&mut self, what: &str, result: io::Result<()>) {
        if let Err(error) = result {
            self.notes.push(format!("{what}: {error}"));
        }
    }
}

fn watch_children() -> nix::Result<SignalFd> {
    let mut mask = SigSet::empty();
    mask.add(Signal::SIGCHLD);
    mask.thread_block()?;
    SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
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
    roles: Roles,
    alive: Vec<Pid>,
    paths: Vec<SocketPath>,
    folder: Option<SocketPath>,
    machines: Machines,
}

impl Keeper {
    fn new(channel: OwnedFd, children: SignalFd, roles: Roles, machines: Machines) -> Self {
        Self {
            channel,
            children,
            roles,
            alive: Vec::new(),
            paths: Vec::new(),
            folder: None,
            machines,
        }
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
                    // The terminal ended and left a reply unread. What it said before is behind this error.
                    Err(error) if error.raw_os_error() == Some(libc::ECONNRESET) => {}
                    Ok(None) | Err(_) => break,
                }
            }
        }
        self.clean_up();
        Ok(())
    }

    fn answer(&mut self, bytes: &[u8], descriptors: Vec<OwnedFd>) {
        let answered = match postcard::from_bytes(bytes) {
            Ok(Request::Spawn { name, host }) => {
                let there = (host.as_str(), self.machines.namespaces(&host));
                birth::process(&name, there, descriptors, self.roles.process)
                    .map(|born| self.alive(born))
            }
            Ok(Request::Run {
                host,
                arguments,
                watched,
            }) => {
                let there = self.machines.namespaces(&host);
                let born = match watched {
                    None => birth::program(&arguments, there, descriptors),
                    Some(watched) => {
                        let tracer = self.roles.tracer;
                        birth::traced_program(&arguments, &watched, there, descriptors, tracer)
                    }
                };
                born.map(|born| self.alive(born))
            }
            Ok(Request::Host { name, number }) => self.machines.add(&name, number).map(|host| {
                let reply = Reply::Host {
                    port: host.port,
                    notes: host.notes,
                };
                (reply, host.descriptors)
            }),
            Ok(Request::Sysctl { host, path, value }) => self
                .machines
                .sysctl(&host, &path, value.as_deref())
                .map(|text| (Reply::Sysctl(text), Vec::new())),
            Ok(Request::Remember(path)) => {
                self.paths.push(path);
                return;
            }
            Ok(Request::Folder(folder)) => {
                self.folder = folder;
                return;
            }
            Err(_) => return,
        };
        let (reply, descriptors) = answered.unwrap_or_else(|(step, error)| {
            let failed = Reply::Failed {
                step: step.to_owned(),
                errno: error.raw_os_error().unwrap_or(0),
            };
            (failed, Vec::new())
        });
        let borrowed: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
        // A terminal that is gone is noticed by the next poll.
        let _ = tell(&self.channel, &reply, &borrowed);
    }

    fn alive(&mut self, (pid, pidfd): Born) -> (Reply, Vec<OwnedFd>) {
        self.alive.push(pid);
        (Reply::Spawned { pid: pid.as_raw() }, vec![pidfd])
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
        if let Some(folder) = &self.folder {
            // Nobody may write into it any more.
            while matches!(waitpid(None, None), Ok(_) | Err(Errno::EINTR)) {}
            if let Some(path) = same(folder) {
                let _ = std::fs::remove_dir_all(path);
            }
        }
    }
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
    if let Some(path) = same(made) {
        let _ = std::fs::remove_file(path);
    }
}

/// The path, if what was remembered is still there.
fn same(made: &SocketPath) -> Option<&Path> {
    let path = Path::new(OsStr::from_bytes(&made.path));
    let found = std::fs::symlink_metadata(path).ok()?;
    ((found.dev(), found.ino()) == (made.device, made.inode)).then_some(path)
}
