//! Times as the engine needs them: milliseconds for poll(2), seconds for `time.monotonic()`.

use std::time::Duration;

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
