//! Calls that come too fast are counted, and told as sums by the timer, which also lets held threads go on.

use crate::call::{Descriptor, Summary};
use crate::rate::Treatment;
use crate::stops::Tracer;
use crate::sys;
use crate::table::Architecture;

impl Tracer<'_> {
    pub(crate) fn treatment(
        &mut self,
        tid: i32,
        pid: i32,
        subject: Descriptor,
        place: usize,
    ) -> Treatment {
        if self.options.calls_a_second.is_none() || self.sink.wants_each() {
            return Treatment::Tell;
        }
        let now = sys::clock::realtime_ns();
        let (treatment, ended) = self.rates.call((pid, tid), subject, place, now);
        if let Some(summary) = ended {
            self.sink.summed(&summary);
        }
        if treatment != Treatment::Tell {
            self.set_timer();
        }
        treatment
    }

    /// The timer: what has been counted is told, and who has been held long enough goes on.
    pub(crate) fn tick(&mut self) {
        self.release();
        let mut due = self.rates.due(sys::clock::realtime_ns());
        for summary in &mut due {
            let number = summary.syscall.number(Architecture::NATIVE);
            summary.open = number.is_some_and(|number| is_in(summary.tid, number));
        }
        self.tell_summaries(&due);
        self.set_timer();
    }

    /// Sets the timer to what there is to wait for.
    pub(crate) fn set_timer(&mut self) {
        let milliseconds = if !self.held.is_empty() {
            5
        } else if self.rates.counting() {
            100
        } else {
            0
        };
        if self.timer != milliseconds {
            self.timer = milliseconds;
            let _ = sys::clock::interrupt_every(milliseconds);
        }
    }

    pub(crate) fn sum_up(&mut self, which: impl Fn(i32) -> bool) {
        let taken = self.rates.take(which);
        self.tell_summaries(&taken);
    }

    fn tell_summaries(&mut self, summaries: &[Summary]) {
        for summary in summaries.iter().filter(|summary| summary.calls > 0) {
            self.sink.summed(summary);
        }
    }
}

/// Is a thread in a call of that number?
fn is_in(tid: i32, number: u32) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{tid}/syscall")).unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|word| word.parse().ok()) == Some(number)
}
