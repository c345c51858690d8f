//! The monotonic clock, for patience: when a wait is over. Times of calls and packets are the kernel's, not these.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment after which no more waiting is done.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now; a time too far to express never comes.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads this clock"
    )]
    pub fn after(patience: Duration) -> Self {
        Self(Instant::now().checked_add(patience))
    }

    /// What is left of it; zero once it is over.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads this clock"
    )]
    pub fn remaining(&self) -> Duration {
        self.0.map_or(Duration::MAX, |end| {
            end.saturating_duration_since(Instant::now())
        })
    }

    /// True once it is over.
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }
}

/// Now, in nanoseconds since the epoch (CLOCK_REALTIME), the clock of calls and packets.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads this clock for the session"
)]
pub fn now_ns() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as i64)
}

/// Nanoseconds of CLOCK_MONOTONIC, for intervals that no change of the date may stretch.
pub fn monotonic_ns() -> u64 {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).map_or(0, |now| {
        now.tv_sec() as u64 * 1_000_000_000 + now.tv_nsec() as u64
    })
}
