//! Threads, where they can be had: limits (RLIMIT_NPROC, pids.max of a cgroup) and filters that refuse clone3(2) leave a process with one.

use super::named;
use nix::errno::Errno;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// Does some work on each item, each on a thread of its own; those for which no thread can be had, here. The results stand in the items'
/// order.
pub fn side_by_side<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = items.len().saturating_sub(1);
    let waiting = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    let take = || {
        loop {
            let next = lock(&waiting).next();
            let Some((place, item)) = next else { return };
            let result = work(item);
            lock(&done).push((place, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            // Without this thread the others do its part.
            let _ = Builder::new().spawn_scoped(scope, take);
        }
        take();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Whether this process can have one more thread.
pub fn can_begin() -> io::Result<()> {
    let thread = Builder::new().spawn(|| {}).map_err(|error| plain(&error))?;
    thread
        .join()
        .map_err(|_| io::Error::other("a thread that did nothing has panicked"))
}

/// Why no thread could be had, as errno(3) names it.
pub fn plain(error: &io::Error) -> io::Error {
    named("clone3(2)")(Errno::from_raw(error.raw_os_error().unwrap_or(0)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let squares = side_by_side((0..50).collect(), |number: u32| number * number);
        assert_eq!(squares, (0..50).map(|n| n * n).collect::<Vec<u32>>());
        assert!(side_by_side(Vec::new(), |(): ()| ()).is_empty());
    }
}
