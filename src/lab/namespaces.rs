//! A host's own namespaces: made, entered for a moment, entered for good. The thread that does this must be its process's only one.

use super::small_tables;
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// A network and, where it could be had, a host name of one's own.
#[derive(Debug)]
pub struct Namespaces {
    /// The network namespace.
    pub network: OwnedFd,
    /// The UTS namespace, which holds the host name; `None` where the lab has only one.
    pub uts: Option<OwnedFd>,
}

impl Namespaces {
    /// Those this process is in now. A host name that belongs to the machine cannot be come back to, so it is not one of them.
    pub fn current() -> io::Result<Self> {
        Ok(Self {
            network: File::open("/proc/self/ns/net")?.into(),
            uts: File::open("/proc/self/ns/uts")
                .ok()
                .filter(|uts| setns(uts, CloneFlags::CLONE_NEWUTS).is_ok())
                .map(Into::into),
        })
    }

    /// Those a keeper holds under these descriptors of its own.
    pub fn of_keeper(pid: i32, network: i32, uts: Option<i32>) -> io::Result<Self> {
        let open = |number: i32| File::open(format!("/proc/{pid}/fd/{number}"));
        Ok(Self {
            network: open(network)?.into(),
            uts: uts.and_then(|number| open(number).ok()).map(Into::into),
        })
    }

    /// New ones, which this process is in when this returns (unshare(2)); a host name of its own only where the way home is open.
    pub fn make(home: &Self) -> io::Result<Self> {
        small_tables::enter_network()?;
        let uts = home.uts.is_some() && unshare(CloneFlags::CLONE_NEWUTS).is_ok();
        let mut made = Self::current()?;
        made.uts = made.uts.filter(|_| uts);
        Ok(made)
    }

    /// Moves this process into them (setns(2)).
    pub fn enter(&self) -> io::Result<()> {
        setns(&self.network, CloneFlags::CLONE_NEWNET)?;
        if let Some(uts) = &self.uts {
            setns(uts, CloneFlags::CLONE_NEWUTS)?;
        }
        Ok(())
    }

    /// Does something in them and comes back to `home`, whatever came of it.
    pub fn within<T>(&self, home: &Self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.enter()?;
        let result = work();
        home.enter()?;
        result
    }

    /// The numbers of the descriptors: the network's, and the host name's.
    pub fn numbers(&self) -> (i32, Option<i32>) {
        (
            self.network.as_raw_fd(),
            self.uts.as_ref().map(AsRawFd::as_raw_fd),
        )
    }
}
