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
