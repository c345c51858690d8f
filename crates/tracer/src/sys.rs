//! The only room with `unsafe`: one safe function for each system call the tracer makes. Nothing here decides or retries.

pub(crate) mod affinity;
pub(crate) mod children;
pub(crate) mod clock;
pub(crate) mod memory;
pub(crate) mod process;
pub(crate) mod ptrace;
pub(crate) mod registers;
pub(crate) mod seccomp;

use std::io;

/// The result of a call in C's manner, -1 and errno being the error.
fn checked(result: libc::c_long) -> io::Result<libc::c_long> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
