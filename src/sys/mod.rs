//! The only `unsafe` and libc: one safe function for each system call the other rooms need, named after it.

pub mod clock;
pub mod descriptors;
pub mod diag;
pub mod link;
pub mod pass;
pub mod ring;
pub mod signal;
pub mod spawn;
pub mod terminal;
