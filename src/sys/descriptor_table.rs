//! Descriptor numbers (fcntl(2), close_range(2), getrlimit(2)): keeping the laboratory's own out of the student's way.
#![expect(
    unsafe_code,
    reason = "close_range has no safe wrapper, and a duplicated number becomes an owner"
)]

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::OnceLock;

/// Soft and hard limit as this process was started with them.
static ORIGINAL: OnceLock<(u64, u64)> = OnceLock::new();

/// Lets this process have as many descriptors as its hard limit allows, at most 65,536. What it starts has the old limit again
/// ([`original_limit`]).
pub fn raise_limit() -> io::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    ORIGINAL.get_or_init(|| (soft, hard));
    Ok(setrlimit(
        Resource::RLIMIT_NOFILE,
        hard.min(65_536).max(soft),
        hard,
    )?)
}

/// The limits that hold for what this process starts, once its own was raised.
pub fn original_limit() -> Option<(u64, u64)> {
    ORIGINAL.get().copied()
}

/// The limits where they cannot be asked for: what Linux begins with.
const UNKNOWN: (u64, u64) = (1024, 1024);

/// Moves a descriptor as high as the hard limit allows (at most 65,535), above the soft limit where that is lower, so that no
/// socket made later meets its number. The soft limit stays as it was: open descriptors may lie above it.
pub fn move_high(descriptor: OwnedFd) -> io::Result<OwnedFd> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or(UNKNOWN);
    let highest = hard.min(65_536).max(soft);
    let raised = setrlimit(Resource::RLIMIT_NOFILE, highest, hard).is_ok();
    // Where the limit cannot be changed the numbers below it have to do.
    let top = if raised { hard.min(65_536) } else { soft };
    let moved = move_from(descriptor, (top as i32 - 64).max(3));
    if raised {
        setrlimit(Resource::RLIMIT_NOFILE, soft, hard)?;
    }
    moved
}

/// Moves a descriptor to the first free number from `first` on.
pub fn move_from(descriptor: OwnedFd, first: i32) -> io::Result<OwnedFd> {
    // SAFETY: fcntl takes integers; the number it gives has no other owner. The old descriptor is closed when it is dropped.
    let moved = unsafe {
        let number = libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, first);
        if number == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(OwnedFd::from_raw_fd(number))
        }
    };
    drop(descriptor);
    moved
}

/// Closes every descriptor from 3 on but these (close_range(2); one after the other where a kernel or a filter does not allow that).
pub fn close_all_but(kept: &[&OwnedFd]) -> io::Result<()> {
    let mut kept: Vec<u32> = kept.iter().map(|fd| fd.as_raw_fd() as u32).collect();
    kept.sort_unstable();
    let mut first = 3;
    for last in kept.iter().copied().map(Some).chain([None]) {
        let end = last.map_or(u32::MAX, |kept| kept - 1);
        if first <= end && close_range(first, end, 0).is_err() {
            for number in open_numbers()? {
                if number >= 3 && !kept.contains(&(number as u32)) {
                    // SAFETY: the caller has just been forked and owns every descriptor; those it goes on using are spared.
                    unsafe { libc::close(number) };
                }
            }
            return Ok(());
        }
        first = last.map_or(first, |kept| kept + 1);
    }
    Ok(())
}

/// Marks every descriptor from 3 on to be closed by execve (close_range(2) with CLOSE_RANGE_CLOEXEC, or one after the other).
pub fn close_on_exec_from_three() -> io::Result<()> {
    if close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC).is_err() {
        for number in open_numbers()?.into_iter().filter(|number| *number >= 3) {
            // SAFETY: takes integers; a number that is not open gives EBADF.
            unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
    Ok(())
}

fn close_range(first: u32, last: u32, flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: takes integers; who calls owns the descriptors of the range.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// The numbers of the open descriptors of this process (proc_pid_fd(5)); that of the list itself is among them, and closed by now.
fn open_numbers() -> io::Result<Vec<RawFd>> {
    let entries = std::fs::read_dir("/proc/self/fd")?;
    let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    Ok(entries.flatten().filter_map(number).collect())
}

/// Makes standard input, output and error the given descriptors (dup2(2)).
pub fn set_standard(input: &OwnedFd, output: &OwnedFd, error: &OwnedFd) -> io::Result<()> {
    for (from, to) in [(input, 0), (output, 1), (error, 2)] {
        // SAFETY: dup2 takes integers; 0, 1 and 2 are owned by nobody in particular.
        if unsafe { libc::dup2(from.as_raw_fd(), to) } == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
