//! Installing a filter of system calls in this process (seccomp(2)).
#![expect(unsafe_code, reason = "prctl and seccomp take pointers")]

use super::checked;
use std::io;

/// Neither this process nor what it executes gains privilege from now on (PR_SET_NO_NEW_PRIVS), as a filter demands.
pub(crate) fn no_new_privileges() -> io::Result<()> {
    // SAFETY: five numbers.
    checked(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }.into()).map(|_| ())
}

/// Installs a filter for this thread and all that come after it.
pub(crate) fn install(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the kernel copies the program, whose length is as said.
    checked(unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW,
            &raw const program,
        )
    })
    .map(|_| ())
}
