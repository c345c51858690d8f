//! The engine's clock: the one place in this room that asks what time it is. Deadlines are `sys::clock`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now: nanoseconds since the epoch, CLOCK_REALTIME, the clock of captured packets.
#[expect(
    clippy::disallowed_methods,
    reason = "the engine is an edge: calls are put beside packets by their times"
)]
pub(super) fn now_ns() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// A time in whole milliseconds as poll(2) takes them, rounded up.
pub(super) fn milliseconds(time: Duration) -> i32 {
    i32::try_from(time.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}

/// Seconds of CLOCK_MONOTONIC, which is never set: Python's `time.monotonic()`.
pub(super) fn monotonic() -> f64 {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).map_or(0.0, |time| {
        time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
    })
}
