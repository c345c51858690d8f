//! How a call that failed is told: what it returned, and its error by name.

use crate::sys::names::LookupError;
use crate::syscall::text::errno_name;
use nix::errno::Errno;

/// How a failed call is told.
pub(super) trait Failure {
    /// The return value.
    fn result(&self) -> i64;
    /// The error's name.
    fn name(&self) -> String;
}

impl Failure for Errno {
    fn result(&self) -> i64 {
        -1
    }

    fn name(&self) -> String {
        errno_name(*self)
    }
}

impl Failure for LookupError {
    fn result(&self) -> i64 {
        i64::from(self.code)
    }

    fn name(&self) -> String {
        match self.errno {
            Some(errno) => errno_name(errno),
            None => LookupError::name(*self),
        }
    }
}
