//! Programs that stop before each of their calls (`run --step`): which of their threads are stopped, and what lets them go on.

use super::Session;
use crate::event::{BlockedEvent, is_of};
use crate::process::handle::Process;
use crate::process::program::Watched;
use crate::session::program::Program;
use std::collections::BTreeSet;

impl Session {
    /// The calls before which threads of a program are stopped, or of one of its processes or threads (`server/14`); the one that stopped
    /// first is the first.
    pub fn stopped(&self, name: &str) -> Vec<&BlockedEvent> {
        let mut calls: Vec<&BlockedEvent> = self
            .watched
            .iter()
            .flat_map(|program| {
                let own = format!("{}/", program.name);
                let thread = name.strip_prefix(&own).and_then(|tid| tid.parse().ok());
                let calls = program.stopped();
                calls.filter(move |call| is_of(&call.process, name) || thread == Some(call.tid))
            })
            .collect();
        calls.sort_by_key(|call| (call.start_ns, call.tid));
        calls
    }

    /// The calls before which threads of any program are stopped, by program.
    pub fn all_stopped(&self) -> Vec<&BlockedEvent> {
        let programs = self.stepped();
        programs.flat_map(|name| self.stopped(name)).collect()
    }

    /// The programs that stop before each of their calls, in the order in which they began.
    pub fn stepped(&self) -> impl Iterator<Item = &str> {
        let stepped = self.watched.iter().filter(|program| program.is_stepping());
        stepped.map(|program| program.name.as_str())
    }

    /// True for a program that stops before each of its calls.
    pub fn is_stepped(&self, program: &str) -> bool {
        self.stepped().any(|name| name == program)
    }

    /// True when nothing is under way, or nothing but this job, but programs that are stopped before a call.
    pub fn stands(&self, job: Option<i64>) -> bool {
        let works = |process: &Process| {
            process
                .works()
                .any(|(own, _)| job.is_none_or(|job| job == i64::from(own)))
        };
        let wanted = |program: &&Program| job.is_none_or(|job| job == i64::from(program.job));
        let mut programs = self.programs.iter().filter(wanted).peekable();
        programs.peek().is_some()
            && !self.processes.iter().any(works)
            && programs.all(|program| self.stands_still(&program.name))
    }

    /// True for a program that does nothing by itself: some of its threads are stopped before a call, and the others sleep in one.
    pub(super) fn stands_still(&self, program: &str) -> bool {
        let program = self.watched.iter().find(|one| one.name == program);
        program.is_some_and(|one| one.rests() && one.stopped().next().is_some())
    }

    /// True when a program may stop without anything being done: nothing of it is stopped, and it runs, or sleeps in no socket call.
    pub fn may_stop(&self, program: &str) -> bool {
        let program = self.watched.iter().find(|one| one.name == program);
        program.is_some_and(|one| {
            let runs = one.is_expected() || one.is_running() || one.asleep().next().is_none();
            runs && one.stopped().next().is_none()
        })
    }

    /// What the processes and threads of a program are called that are stopped or blocked, and its processes.
    pub fn parts_of(&self, program: &str) -> BTreeSet<String> {
        let program = self.watched.iter().filter(|one| one.name == program);
        program
            .flat_map(|one| {
                let calls = one.stopped().chain(one.asleep());
                let threads = calls.map(BlockedEvent::thread_name);
                threads.chain(one.processes().cloned())
            })
            .collect()
    }

    /// What a program is, and what it is stopped before.
    pub fn doing(&self, program: &Program) -> String {
        let stopped: Vec<String> = self
            .stopped(&program.name)
            .into_iter()
            .map(|call| match call.thread_name() {
                name if name == program.name => format!("stopped before {}", call.invocation),
                name => format!("{name} stopped before {}", call.invocation),
            })
            .collect();
        match stopped.as_slice() {
            [] => program.command_line.clone(),
            stopped => format!("{} · {}", program.command_line, stopped.join(", ")),
        }
    }

    /// The program whose calls are seen that has this name, or one of whose processes or threads is called so.
    pub fn program_of(&self, name: &str) -> Option<&str> {
        let mut programs = self.watched.iter();
        let found = programs.find(|program| is_of(name, &program.name));
        found.map(|program| program.name.as_str())
    }

    /// Has a program stop before each of its calls from now on, or lets it run.
    pub fn step_through(&mut self, program: &str, stepping: bool) {
        if let Some(program) = self.watched_named(program) {
            program.step_through(stepping);
        }
    }

    /// Lets a thread make the call that it is stopped before.
    pub fn step(&mut self, call: &BlockedEvent) {
        let mut programs = self.watched.iter_mut();
        if let Some(program) = programs.find(|program| program.has(&call.process)) {
            program.step(call);
        }
    }

    /// True while a thread that was let go is neither stopped again, nor blocked, nor found asleep in something else.
    pub fn is_under_way(&self, call: &BlockedEvent) -> bool {
        let program = self.watched_process(&call.process);
        program.is_some_and(|program| program.is_under_way(call))
    }

    /// The calls that threads of a program sleep in.
    pub fn blocked_calls(&self, program: &str) -> Vec<&BlockedEvent> {
        let calls = self.watched.iter().flat_map(Watched::asleep);
        calls.filter(|call| is_of(&call.process, program)).collect()
    }

    /// True when a program that was let go, or whose call has returned, is to stop again before long.
    pub(super) fn awaits_stop(&self) -> bool {
        self.watched.iter().any(Watched::is_expected)
    }

    fn watched_named(&mut self, program: &str) -> Option<&mut Watched> {
        self.watched.iter_mut().find(|one| one.name == program)
    }
}
