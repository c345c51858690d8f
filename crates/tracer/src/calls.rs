//! A call's entry and its return: whether it concerns a socket, what it says, and what it changes.

use crate::call::{Argument, Call, Decision, Descriptor, Entering, Note};
use crate::decode::{self, Frame};
use crate::descriptors::{self, Shared};
use crate::keeping::Beginning;
use crate::memory::ProcessMemory;
use crate::rate::Treatment;
use crate::stops::{Pending, Purpose, Thread, Tracer};
use crate::sys;
use crate::sys::ptrace::{CallEntry, CallStop};
use crate::table::{Architecture, CALLS, Concern, Effect, Level};

/// ERESTARTSYS to ERESTART_RESTARTBLOCK: the kernel's own errnos for a call that may begin anew; no program ever sees them.
const RESTARTS: std::ops::RangeInclusive<i64> = -516..=-512;

impl Tracer<'_> {
    pub(crate) fn at_entry(&mut self, tid: i32) {
        if let Ok(CallStop::Entry(entry)) = sys::ptrace::call_stop(tid) {
            self.entered(tid, entry);
        }
        self.resume_unless_held(tid);
    }

    fn entered(&mut self, tid: i32, entry: CallEntry) {
        let place = entry.data as usize;
        let (Some(row), Some(files)) = (CALLS.get(place), self.files(tid)) else {
            return;
        };
        let pid = self.threads.get(&tid).map_or(tid, |thread| thread.pid);
        if self.goes_on(tid, place, &entry) || !self.begun(pid) {
            return;
        }
        match row.effect {
            Effect::IoUring => {
                self.sink.note(pid, &Note::IoUring);
                let decision = Decision::Errno(libc::ENOSYS);
                self.await_return(tid, place, entry, Purpose::Effect, decision);
                return;
            }
            Effect::Traces => {
                self.sink.note(pid, &Note::Traces);
                return;
            }
            Effect::Filters if self.widen_before_call(tid, pid, &entry) => return,
            _ => {}
        }
        if row.concern == Concern::Never {
            if !matches!(row.effect, Effect::Filters | Effect::Restart) {
                self.await_return(tid, place, entry, Purpose::Effect, Decision::Go);
            }
            return;
        }
        let Some(subject) = self.concern(tid, &files, row.concern, &entry) else {
            return;
        };
        let purpose = match subject {
            Some(subject) if is_plain(row.effect, &files, subject.fd) => {
                match self.treatment(tid, pid, subject, place) {
                    Treatment::Tell => Purpose::Tell,
                    Treatment::Sample => Purpose::Count,
                    Treatment::Count => return,
                }
            }
            _ => Purpose::Tell,
        };
        if purpose == Purpose::Count {
            self.await_return(tid, place, entry, purpose, Decision::Go);
            self.set_subject(tid, subject);
        } else {
            self.begin(
                Beginning {
                    tid,
                    pid,
                    place,
                    entry,
                    subject,
                },
                true,
            );
        }
    }

    /// A call that is told begins, unless the sink keeps its thread before it; with `may_keep` it is asked.
    pub(crate) fn begin(&mut self, call: Beginning, may_keep: bool) {
        let Beginning {
            tid, place, entry, ..
        } = call;
        if !self.tell_entry(call, may_keep) {
            self.keeping.keep(call);
            return;
        }
        let Some(files) = self.files(tid) else {
            return;
        };
        // At once, for another thread may get the number before this call is seen to return.
        let refused = |thread: &Thread| {
            let decision = thread.call.as_ref().map(|call| call.decision);
            matches!(decision, Some(Decision::Errno(_)))
        };
        match CALLS[place].effect {
            _ if self.threads.get(&tid).is_some_and(refused) => {}
            Effect::Close => files.borrow_mut().close(entry.arguments[0] as i32),
            Effect::CloseRange => self.close_range(tid, &entry),
            _ => {}
        }
    }

    /// Tells the sink; false where it keeps the thread.
    fn tell_entry(&mut self, call: Beginning, may_keep: bool) -> bool {
        let Beginning {
            tid,
            pid,
            place,
            entry,
            subject,
        } = call;
        let row = &CALLS[place];
        let arguments = decode::at_entry(row, &self.frame(&ProcessMemory(tid), &entry, None));
        let entering = Entering {
            pid,
            tid,
            syscall: row,
            arguments,
            subject,
            start_ns: sys::clock::realtime_ns(),
        };
        if may_keep && self.sink.keeps(&entering) {
            return false;
        }
        let decision = self.sink.entering(&entering);
        self.await_return(tid, place, entry, Purpose::Tell, decision);
        if let Some(call) = self.threads.get_mut(&tid).and_then(|t| t.call.as_mut()) {
            // What the sink took is no part of the call.
            call.start_ns = sys::clock::realtime_ns();
            call.arguments = entering.arguments;
        }
        self.set_subject(tid, subject);
        true
    }

    fn set_subject(&mut self, tid: i32, subject: Option<Descriptor>) {
        if let Some(call) = self.threads.get_mut(&tid).and_then(|t| t.call.as_mut()) {
            call.subject = subject;
        }
    }

    fn frame<'f>(
        &self,
        memory: &'f ProcessMemory,
        entry: &CallEntry,
        result: Option<Result<i64, i32>>,
    ) -> Frame<'f> {
        Frame {
            memory,
            architecture: Architecture::NATIVE,
            numbers: entry.arguments,
            result,
            limit: self.options.data_limit,
        }
    }

    fn begun(&self, pid: i32) -> bool {
        self.processes
            .get(&pid)
            .is_some_and(|process| process.begun)
    }

    /// Asks for the exit stop, and does what the sink has decided.
    fn await_return(
        &mut self,
        tid: i32,
        place: usize,
        entry: CallEntry,
        purpose: Purpose,
        decision: Decision,
    ) {
        let (decision, lent) = Self::impose(tid, place, &entry, decision);
        if let Decision::Delay(nanoseconds) = decision {
            let when = sys::clock::realtime_ns().saturating_add(nanoseconds);
            self.held.push((tid, when));
            self.set_timer();
        }
        if let Some(thread) = self.threads.get_mut(&tid) {
            thread.call = Some(Pending {
                place,
                entry,
                arguments: Vec::new(),
                subject: None,
                start_ns: 0,
                restarts: 0,
                settled: false,
                decision,
                lent,
                purpose,
            });
        }
    }

    /// Is this the call that a signal or a stop has interrupted, begun anew by the kernel?
    fn goes_on(&mut self, tid: i32, place: usize, entry: &CallEntry) -> bool {
        let Some(thread) = self.threads.get_mut(&tid) else {
            return false;
        };
        let Some(last) = thread.interrupted.last() else {
            return false;
        };
        let restart = CALLS[place].effect == Effect::Restart;
        let same = last.place == place
            && last.entry.stack == entry.stack
            && last.entry.instruction == entry.instruction;
        if !restart && !same {
            return false;
        }
        if let Some(mut pending) = thread.interrupted.pop() {
            pending.restarts += 1;
            let decision = pending.decision;
            let (place, first) = (pending.place, pending.entry);
            if !matches!(decision, Decision::Delay(_)) {
                pending.lent = Self::impose(tid, place, &first, decision).1;
            }
            thread.call = Some(pending);
        }
        true
    }

    /// What a call is about: `None` where it concerns no socket, `Some(None)` where it is told, but about none that is known.
    #[expect(clippy::option_option, reason = "two questions, each with its own no")]
    fn concern(
        &self,
        tid: i32,
        files: &Shared,
        concern: Concern,
        entry: &CallEntry,
    ) -> Option<Option<Descriptor>> {
        let numbers = &entry.arguments;
        let known = |fd: i32| {
            let mut files = files.borrow_mut();
            if files.concerns(fd) {
                return Some(files.descriptor(fd));
            }
            if files.was_socket(fd) {
                if !descriptors::exists(tid, fd) {
                    return Some(None);
                }
                files.forget(fd);
            }
            None
        };
        let argument = |index: usize| known(numbers[index] as i32);
        match concern {
            Concern::Never => None,
            Concern::Always => Some(files.borrow().descriptor(numbers[0] as i32)),
            Concern::Fd(index) => argument(index),
            Concern::Known(index) => {
                let set = files.borrow().descriptor(numbers[index] as i32);
                set.map(Some).or_else(|| argument(index))
            }
            Concern::Either(one, other) => argument(one).or_else(|| argument(other)),
            Concern::Range => files
                .borrow()
                .in_range(numbers[0] as u32, numbers[1] as u32)
                .first()
                .map(|fd| files.borrow().descriptor(*fd)),
            Concern::Poll | Concern::Select => {
                let memory = ProcessMemory(tid);
                let row = CALLS.get(entry.data as usize)?;
                let arguments = decode::at_entry(row, &self.frame(&memory, entry, None));
                let bad = |argument: &Argument| matches!(argument, Argument::BadPointer(_));
                if arguments.iter().any(bad) {
                    return Some(None);
                }
                arguments
                    .iter()
                    .flat_map(|argument| match argument {
                        Argument::PollFds(fds) => fds.iter().map(|entry| entry.fd).collect(),
                        Argument::FdSet { asked, .. } => asked.clone(),
                        _ => Vec::new(),
                    })
                    .find_map(known)
            }
        }
    }

    fn close_range(&mut self, tid: i32, entry: &CallEntry) {
        let [first, last, flags, ..] = entry.arguments.map(|number| number as u32);
        if flags & libc::CLOSE_RANGE_UNSHARE != 0 {
            self.unshare_files(tid);
        }
        if let Some(files) = self.files(tid) {
            let on_exec_only = flags & libc::CLOSE_RANGE_CLOEXEC != 0;
            files.borrow_mut().close_range(first, last, on_exec_only);
        }
    }

    pub(crate) fn at_exit(&mut self, tid: i32, pending: Pending, value: i64) {
        let value = Self::lift(tid, &pending, value);
        let Some(thread) = self.threads.get_mut(&tid) else {
            return;
        };
        if RESTARTS.contains(&value) {
            thread.interrupted.push(pending);
            if thread.interrupted.len() > 16 {
                thread.interrupted.remove(0);
            }
            return;
        }
        self.complete(tid, pending, value);
    }

    /// Tells a call that has returned, and does what it does.
    pub(crate) fn complete(&mut self, tid: i32, mut pending: Pending, value: i64) {
        let Some(thread) = self.threads.get(&tid) else {
            return;
        };
        let pid = thread.pid;
        let row = &CALLS[pending.place];
        let result = if (-4095..0).contains(&value) {
            Err(-value as i32)
        } else {
            Ok(value)
        };
        match pending.purpose {
            Purpose::Count => {
                let fd = pending.subject.map_or(-1, |subject| subject.fd);
                self.rates.returned(pid, fd, pending.place, result);
            }
            Purpose::Effect => {
                let made = self.effect(tid, &pending, result);
                self.widen_if_due(tid, pid, &made);
            }
            Purpose::Tell => {
                let memory = ProcessMemory(tid);
                let frame = self.frame(&memory, &pending.entry, Some(result));
                decode::at_exit(row, &frame, &mut pending.arguments);
                let made = self.effect(tid, &pending, result);
                let call = Call {
                    pid,
                    tid,
                    syscall: row,
                    arguments: pending.arguments,
                    subject: pending.subject,
                    result,
                    made,
                    start_ns: pending.start_ns,
                    end_ns: sys::clock::realtime_ns(),
                    restarts: pending.restarts,
                    decision: pending.decision,
                };
                self.sink.returned(&call);
                self.widen_if_due(tid, pid, &call.made);
            }
        }
    }

    /// From the first epoll set on, what is closed is seen; from the first socket on, what is read and written; from a socket at 0 to
    /// 2 on, there too.
    fn widen_if_due(&mut self, tid: i32, pid: i32, made: &[Descriptor]) {
        let is_socket = |descriptor: &Descriptor| descriptor.inode != 0;
        let level = if made.is_empty() {
            Level::First
        } else if !made.iter().any(is_socket) {
            Level::Sets
        } else if made.iter().any(|descriptor| descriptor.fd <= 2) {
            Level::All
        } else {
            Level::Sockets
        };
        self.widen(tid, pid, level);
    }
}

/// Can calls of this kind be counted only? Not where descriptors may be made, which must be seen.
fn is_plain(effect: Effect, files: &Shared, fd: i32) -> bool {
    match effect {
        Effect::None => true,
        Effect::Rights => files.borrow().carries_no_rights(fd),
        _ => false,
    }
}
