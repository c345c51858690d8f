//! Threads that the sink keeps before a call: they stay in the stop of its entry until it lets them go on.

use crate::call::Descriptor;
use crate::stops::Tracer;
use crate::sys;
use crate::sys::children::Changes;
use crate::sys::ptrace::CallEntry;
use crate::trace::LetGo;
use std::io;

/// A call that is told, before it begins.
#[derive(Clone, Copy)]
pub(crate) struct Beginning {
    pub(crate) tid: i32,
    pub(crate) pid: i32,
    /// Its row of the table.
    pub(crate) place: usize,
    pub(crate) entry: CallEntry,
    pub(crate) subject: Option<Descriptor>,
}

/// The threads that are kept, by their calls, and how a change of any other is waited for meanwhile.
#[derive(Default)]
pub(crate) struct Keeping {
    kept: Vec<Beginning>,
    changes: Option<Changes>,
}

impl Keeping {
    pub(crate) fn keep(&mut self, call: Beginning) {
        self.kept.push(call);
    }

    /// Forgets those of other threads than these.
    pub(crate) fn retain(&mut self, stays: impl Fn(i32) -> bool) {
        self.kept.retain(|call| stays(call.tid));
    }

    fn holds(&self, tid: i32) -> bool {
        self.kept.iter().any(|call| call.tid == tid)
    }
}

impl Tracer<'_> {
    /// The next change of a thread; `None` when the sink is to be asked whom it lets go.
    pub(crate) fn next_change(&mut self) -> io::Result<Option<(i32, i32)>> {
        let Some(wakes) = self.sink.wakes().filter(|_| !self.keeping.kept.is_empty()) else {
            return sys::process::wait_any().map(Some);
        };
        let changes = match &self.keeping.changes {
            Some(changes) => changes,
            None => self.keeping.changes.insert(Changes::new()?),
        };
        match sys::process::changed_already()? {
            Some(change) => Ok(Some(change)),
            None => changes.wait_beside(wakes).map(|()| None),
        }
    }

    /// Has those threads make their calls that the sink lets go.
    pub(crate) fn let_go(&mut self) {
        if self.keeping.kept.is_empty() {
            return;
        }
        let named = self.sink.let_go();
        let goes = |call: &Beginning| match &named {
            LetGo::All => true,
            LetGo::Threads(named) => named.contains(&call.tid),
        };
        let kept = std::mem::take(&mut self.keeping.kept);
        let (going, kept): (Vec<Beginning>, Vec<Beginning>) = kept.into_iter().partition(goes);
        self.keeping.kept = kept;
        for call in going {
            self.begin(call, false);
            self.resume_unless_held(call.tid);
        }
    }

    /// Lets a thread go on that is neither delayed nor kept.
    pub(crate) fn resume_unless_held(&mut self, tid: i32) {
        let delayed = self.held.iter().any(|(held, _)| *held == tid);
        if !delayed && !self.keeping.holds(tid) {
            self.resume(tid, 0);
        }
    }
}
