//! The processors that a process's main thread may run on (sched_setaffinity(2)).

use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;

/// Processors that a thread may run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processors(CpuSet);

/// The calling thread, for the functions here.
pub const SELF: i32 = 0;

/// Those that a thread may run on.
pub fn of(thread: i32) -> nix::Result<Processors> {
    sched_getaffinity(Pid::from_raw(thread)).map(Processors)
}

/// The one that this thread runs on now.
pub fn current() -> nix::Result<Processors> {
    let mut one = CpuSet::new();
    one.set(sched_getcpu()?)?;
    Ok(Processors(one))
}

/// Lets a thread run on these only. Threads and processes that it makes from then on begin with the same.
pub fn set(thread: i32, processors: Processors) -> nix::Result<()> {
    sched_setaffinity(Pid::from_raw(thread), &processors.0)
}
