//! A call as it is made: said before it enters the kernel, told after it has returned, with its result and its times.

use super::draft::Draft;
use super::execution::Execution;
use super::failure::Failure;
use super::report::Report;
use crate::event::{BlockedEvent, CallEvent, DATA_LIMIT};
use crate::sys::clock::now_ns;
use nix::errno::Errno;

impl Execution<'_> {
    /// Makes a call: says that it begins, makes it, says how it ended. `tell` puts what it gave into the report, whose result is 0.
    pub(super) fn call<T, E: Failure>(
        &mut self,
        draft: Draft,
        action: impl FnOnce() -> Result<T, E>,
        tell: impl FnOnce(&T, &mut CallEvent),
    ) -> Result<T, E> {
        let mut event = self.begin(draft);
        let outcome = action();
        event.end_ns = now_ns();
        self.ended(event, &outcome, tell);
        outcome
    }

    /// Tells of a call that was made before it was known to be worth telling, between these two times.
    pub(super) fn tell_call<T>(
        &mut self,
        draft: Draft,
        outcome: &Result<T, Errno>,
        times: (i64, i64),
        tell: impl FnOnce(&T, &mut CallEvent),
    ) {
        let mut event = self.begin(draft);
        (event.start_ns, event.end_ns) = times;
        self.ended(event, outcome, tell);
    }

    /// Tells of a call that has failed so often in a row, the first at the one time, the last at the other.
    pub(super) fn tell_failures(
        &mut self,
        draft: Draft,
        errno: Errno,
        times: (i64, i64),
        count: u64,
    ) {
        let mut event = self.begin(draft);
        (event.start_ns, event.end_ns) = times;
        event.times = count;
        let outcome: Result<(), Errno> = Err(errno);
        self.ended(event, &outcome, |(), _| {});
    }

    /// What a server that spins goes on calling: accept4(2), on this listener.
    pub(super) fn spinning(&self, fd: i32) -> BlockedEvent {
        self.starting(&self.draft(Draft::on(fd, "accept4")))
    }

    fn ended<T, E: Failure>(
        &mut self,
        mut event: CallEvent,
        outcome: &Result<T, E>,
        tell: impl FnOnce(&T, &mut CallEvent),
    ) {
        match outcome {
            Ok(value) => tell(value, &mut event),
            Err(failure) => {
                event.result = failure.result();
                event.errno = Some(failure.name());
            }
        }
        self.finish(event);
    }

    /// Says that a call begins.
    pub(super) fn begin(&self, draft: Draft) -> CallEvent {
        let mut event = self.draft(draft);
        self.reports.send(Report::Starting(self.starting(&event)));
        event.start_ns = now_ns();
        event
    }

    fn starting(&self, event: &CallEvent) -> BlockedEvent {
        BlockedEvent {
            process: event.process.clone(),
            command: self.number,
            job: self.job,
            thread: self.thread,
            serving: self.serving.to_owned(),
            name: event.name.clone(),
            invocation: event.invocation(),
            fd: event.fd,
            peer: event.peer.clone(),
            start_ns: now_ns(),
            bytes: None,
            source: None,
            tid: 0,
        }
    }

    fn draft(&self, draft: Draft) -> CallEvent {
        CallEvent {
            process: self.process.clone(),
            host: self.engine.host.clone(),
            command: self.number,
            job: self.job,
            thread: self.thread,
            name: draft.name.to_owned(),
            args: draft.args,
            fd: draft.fd,
            result: 0,
            errno: None,
            data: None,
            peer: draft.peer,
            local: draft.local,
            out: String::new(),
            made: Vec::new(),
            times: 1,
            blocked: false,
            start_ns: 0,
            end_ns: 0,
            syscall: String::new(),
            injected: None,
            stack: Vec::new(),
            woken_by: None,
            source: None,
        }
    }

    /// Says that a call ended.
    pub(super) fn finish(&mut self, mut event: CallEvent) {
        if let Some(data) = &mut event.data {
            data.truncate(DATA_LIMIT);
        }
        if !event.made.is_empty() {
            // A descriptor that came with a message, or of a file, is a number: no object of the language goes with it.
            let objects = matches!(
                event.name.as_str(),
                "socket"
                    | "socketpair"
                    | "accept"
                    | "accept4"
                    | "dup"
                    | "epoll_create"
                    | "epoll_create1"
            );
            self.engine.memory.with(|contents| {
                for fd in &event.made {
                    contents.given_out(*fd);
                    if objects {
                        contents.objects.insert(*fd);
                    }
                }
            });
            self.made.extend(&event.made);
        }
        self.last_call = Some((event.result, event.data.clone()));
        self.reports.send(Report::Called(Box::new(event)));
    }
}
