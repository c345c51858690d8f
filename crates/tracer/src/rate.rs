//! When much happens: calls of one kind on one descriptor are counted, once they come too fast to be told each. Pure.

use crate::call::{Descriptor, Summary};
use crate::table::CALLS;
use std::collections::HashMap;

/// One in so many calls is still watched until it returns, while the others are only counted.
const SAMPLE: u64 = 16;
/// How long a window is, in nanoseconds: a rate is judged after each.
const WINDOW_NS: u64 = 100_000_000;
/// How many kinds are kept apart at most; older ones are forgotten.
const KINDS: usize = 4096;

/// Which calls are counted together: of a process, on a descriptor, of a row.
type Key = (i32, i32, usize);

struct Window {
    began_ns: u64,
    calls: u64,
    /// Present while calls are counted.
    summary: Option<Summary>,
}

impl Window {
    /// Begins anew when its time is over; gives the summary where the calls have become slow enough.
    fn turn(&mut self, limit: u64, now_ns: u64) -> Option<Summary> {
        if now_ns.saturating_sub(self.began_ns) < WINDOW_NS {
            return None;
        }
        let slow = self.calls <= limit;
        self.began_ns = now_ns;
        self.calls = 0;
        self.summary.take_if(|_| slow)
    }

    /// How a call is treated, which is counted where calls are.
    fn treatment(&mut self, tid: i32, now_ns: u64) -> Treatment {
        let Some(summary) = &mut self.summary else {
            return Treatment::Tell;
        };
        summary.calls += 1;
        summary.tid = tid;
        summary.end_ns = now_ns;
        if summary.calls % SAMPLE == 1 {
            Treatment::Sample
        } else {
            Treatment::Count
        }
    }
}

/// How a call is to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Told in full.
    Tell,
    /// Its result is added up.
    Sample,
    /// Counted.
    Count,
}

/// The rates of all calls.
pub(crate) struct Rates {
    limit: Option<u64>,
    /// So many calls are told whatever their rate.
    free: u64,
    windows: HashMap<Key, Window>,
}

impl Rates {
    /// `calls_a_second`: above it calls are counted.
    pub(crate) fn new(calls_a_second: Option<u32>, free: u64) -> Self {
        let per_window = |limit: u32| (u64::from(limit) * WINDOW_NS / 1_000_000_000).max(1);
        Self {
            limit: calls_a_second.map(per_window),
            free,
            windows: HashMap::new(),
        }
    }

    /// A call begins: how it is treated, and the summary that has ended with the last window, if one has.
    pub(crate) fn call(
        &mut self,
        (pid, tid): (i32, i32),
        subject: Descriptor,
        place: usize,
        now_ns: u64,
    ) -> (Treatment, Option<Summary>) {
        let Some(limit) = self.limit else {
            return (Treatment::Tell, None);
        };
        if self.free > 0 {
            self.free -= 1;
            return (Treatment::Tell, None);
        }
        if self.windows.len() > KINDS {
            self.windows.retain(|_, window| window.summary.is_some());
        }
        let window = self
            .windows
            .entry((pid, subject.fd, place))
            .or_insert(Window {
                began_ns: now_ns,
                calls: 0,
                summary: None,
            });
        let ended = window.turn(limit, now_ns);
        window.calls += 1;
        if window.calls > limit && window.summary.is_none() {
            window.summary = Some(Summary::of((pid, tid), subject, &CALLS[place], now_ns));
        }
        (window.treatment(tid, now_ns), ended)
    }

    /// A sampled call has returned.
    pub(crate) fn returned(&mut self, pid: i32, fd: i32, place: usize, result: Result<i64, i32>) {
        let window = self.windows.get_mut(&(pid, fd, place));
        if let Some(summary) = window.and_then(|window| window.summary.as_mut()) {
            summary.seen += 1;
            match result {
                Ok(value) => summary.sum += u64::try_from(value).unwrap_or(0),
                Err(errno) => {
                    summary.failed += 1;
                    summary.errno = Some(errno);
                }
            }
        }
    }

    /// Takes the summaries of these processes.
    pub(crate) fn take(&mut self, which: impl Fn(i32) -> bool) -> Vec<Summary> {
        let mut taken = Vec::new();
        self.windows.retain(|key, window| {
            let this = which(key.0);
            if this {
                taken.extend(window.summary.take());
            }
            !this
        });
        taken
    }

    /// Takes the summaries of calls that have not come for a window, and what others have counted for a second.
    pub(crate) fn due(&mut self, now_ns: u64) -> Vec<Summary> {
        let mut taken = Vec::new();
        for window in self.windows.values_mut() {
            let Some(summary) = &mut window.summary else {
                continue;
            };
            if now_ns.saturating_sub(summary.end_ns) >= WINDOW_NS {
                taken.extend(window.summary.take());
            } else if now_ns.saturating_sub(summary.start_ns) >= 10 * WINDOW_NS {
                taken.push(summary.clone());
                summary.calls = 0;
                summary.seen = 0;
                summary.sum = 0;
                summary.failed = 0;
                summary.errno = None;
                summary.start_ns = now_ns;
            }
        }
        taken
    }

    /// Is anything being counted?
    pub(crate) fn counting(&self) -> bool {
        self.windows.values().any(|window| window.summary.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Descriptor = Descriptor { fd: 3, inode: 7 };

    fn call(rates: &mut Rates, at_ns: u64) -> (Treatment, Option<Summary>) {
        rates.call((1, 2), SUBJECT, 5, at_ns)
    }

    #[test]
    fn what_is_slow_is_told_each() {
        let mut rates = Rates::new(Some(1000), 0);
        for number in 0..5000 {
            let (treatment, ended) = call(&mut rates, number * 1_000_000);
            assert!(treatment == Treatment::Tell && ended.is_none(), "{number}");
        }
        assert!(!rates.counting());
    }

    #[test]
    fn what_is_fast_is_counted_until_it_slows_down() {
        let mut rates = Rates::new(Some(1000), 0);
        let mut told = 0;
        for number in 0..10_000 {
            let (treatment, _) = call(&mut rates, number * 10_000);
            told += u64::from(treatment == Treatment::Tell);
            if treatment == Treatment::Sample {
                rates.returned(1, 3, 5, Ok(10));
            }
        }
        assert_eq!(told, 100, "a tenth of a second's worth");
        let (_, ended) = call(&mut rates, 250_000_000);
        assert!(ended.is_none(), "the window that has just ended was fast");
        let (treatment, ended) = call(&mut rates, 400_000_000);
        let ended = ended.expect("it has slowed down");
        assert_eq!(treatment, Treatment::Tell);
        assert_eq!(told + ended.calls, 10_001, "none is lost");
        assert_eq!((ended.sum, ended.failed), (ended.seen * 10, 0));
        assert!(!rates.counting());
    }

    #[test]
    fn what_goes_on_is_told_each_second_and_what_stops_at_once() {
        let mut rates = Rates::new(Some(1000), 0);
        for number in 0..110_000 {
            call(&mut rates, number * 10_000);
        }
        let due = rates.due(1_100_000_000);
        assert_eq!((due.len(), rates.counting()), (1, true));
        assert_eq!(rates.due(1_150_000_000).len(), 0);
        call(&mut rates, 1_160_000_000);
        let last = rates.due(1_300_000_000);
        assert_eq!((last.len(), last[0].calls), (1, 1));
        assert!(!rates.counting());
    }
}
