//! What the lab of root may not touch. Without a user namespace its processes are root on this machine too, so what belongs to the whole
//! machine is laid out of their reach: settings of the kernel can be read but not written, and capabilities that no call and no capture needs
//! are given up. Files are not part of this: the lab's programs have the user's files.

use crate::sys::spawn;
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use std::io;
use std::path::Path;

const NONE: Option<&str> = None;

/// Files of the kernel by which root changes the machine, of which the lab's own network is not a part.
const READ_ONLY: [&str; 6] = [
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/sys",
];

/// The settings of the network, of which each namespace has its own.
const NETWORK: &str = "/proc/sys/net";

/// What is kept of root's capabilities (capabilities(7)): those of the network, those over files and users that programs expect which give
/// their privileges up after the start, and those over the lab's own processes.
const KEPT: [u32; 13] = [
    0,  // CAP_CHOWN
    1,  // CAP_DAC_OVERRIDE
    3,  // CAP_FOWNER
    4,  // CAP_FSETID
    5,  // CAP_KILL
    6,  // CAP_SETGID
    7,  // CAP_SETUID
    8,  // CAP_SETPCAP
    10, // CAP_NET_BIND_SERVICE
    11, // CAP_NET_BROADCAST
    12, // CAP_NET_ADMIN
    13, // CAP_NET_RAW
    14, // CAP_IPC_LOCK
];

/// True where the lab's processes are root by their user id.
pub fn is_needed() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Lays read-only mounts over the kernel's files in this mount namespace, which must be cut off from the machine's.
pub fn cover() -> io::Result<()> {
    for path in READ_ONLY {
        if Path::new(path).exists() {
            // Not recursive: what is mounted below (debugfs, cgroups) is hidden with it.
            bind(path, MsFlags::MS_RDONLY)?;
        }
    }
    bind(NETWORK, MsFlags::empty())
}

fn bind(path: &str, flags: MsFlags) -> io::Result<()> {
    let over = |flags| mount(Some(path), path, NONE, flags, NONE);
    // In a container's user namespace what is mounted below may not be uncovered (EINVAL): it comes along.
    over(MsFlags::MS_BIND).or_else(|errno| match errno {
        Errno::EINVAL => over(MsFlags::MS_BIND | MsFlags::MS_REC),
        other => Err(other),
    })?;
    let again = MsFlags::MS_REMOUNT
        | MsFlags::MS_BIND
        | MsFlags::MS_NOSUID
        | MsFlags::MS_NODEV
        | MsFlags::MS_NOEXEC;
    Ok(mount(NONE, path, NONE, again | flags, NONE)?)
}

/// Gives up what a process of the lab does not need, for itself and whatever it executes; in the lab of an ordinary user nothing, because
/// there no capability reaches beyond the lab.
pub fn give_up() -> io::Result<()> {
    if !is_needed() {
        return Ok(());
    }
    let kept = KEPT.iter().fold(0_u64, |kept, number| kept | 1 << number);
    spawn::limit_capabilities(kept)
}
