//! The clock of the calls, and the timer that wakes a waiting tracer.
#![expect(
    unsafe_code,
    reason = "clock_gettime and setitimer have no wrapper in std"
)]

use super::checked;
use std::io;

/// The time now, in nanoseconds since 1970 (CLOCK_REALTIME, as packets have it).
pub(crate) fn realtime_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

extern "C" fn nothing(_signal: libc::c_int) {}

/// Interrupts whatever this process waits in, every so many milliseconds (SIGALRM); 0 ends that.
pub(crate) fn interrupt_every(milliseconds: i64) -> io::Result<()> {
    let period = libc::timeval {
        tv_sec: milliseconds / 1000,
        tv_usec: milliseconds % 1000 * 1000,
    };
    let timer = libc::itimerval {
        it_interval: period,
        it_value: period,
    };
    // SAFETY: the handler does nothing; both structures outlive the calls, zero being a valid sigaction.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
        checked(libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut()).into())?;
        checked(libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()).into())?;
    }
    Ok(())
}
