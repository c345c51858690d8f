//! The processors that a thread may run on (sched_setaffinity(2)).
#![expect(
    unsafe_code,
    reason = "the kernel's own call tells how long the set is; the wrapper of libc does not"
)]

use super::checked;
use std::io;

/// A set of processors, as the bytes the kernel keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Processors(pub(crate) Vec<u8>);

impl Processors {
    /// The set that has one processor only.
    pub(crate) fn one(number: usize) -> Self {
        let mut bytes = vec![0_u8; (number / 64 + 1) * 8];
        bytes[number / 8] |= 1 << (number % 8);
        Self(bytes)
    }
}

/// The processors that this thread may run on.
pub(crate) fn own() -> io::Result<Processors> {
    let mut bytes = vec![0_u8; 1024];
    // SAFETY: the buffer is as long as said.
    let length = checked(unsafe {
        libc::syscall(
            libc::SYS_sched_getaffinity,
            0,
            bytes.len(),
            bytes.as_mut_ptr(),
        )
    })?;
    bytes.truncate(length as usize);
    Ok(Processors(bytes))
}

/// Lets a thread run on these processors only; 0 is the calling thread.
pub(crate) fn set(tid: i32, processors: &Processors) -> io::Result<()> {
    // SAFETY: the buffer is as long as said.
    checked(unsafe {
        libc::syscall(
            libc::SYS_sched_setaffinity,
            tid,
            processors.0.len(),
            processors.0.as_ptr(),
        )
    })
    .map(|_| ())
}

/// The processor that this thread runs on now.
pub(crate) fn current() -> io::Result<usize> {
    // SAFETY: takes nothing.
    checked(unsafe { libc::sched_getcpu() }.into()).map(|number| number as usize)
}
