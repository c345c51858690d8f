//! The programs whose calls are reported: their reports become events as those of prompts' processes do.

use super::Session;
use super::program::inode;
use crate::engine::report::Report;
use crate::event::{CallEvent, Ended, Event, ProcessEvent};
use crate::process::handle::Process;
use crate::process::program::Watched;
use crate::sys::clock;
use std::io;

impl Session {
    /// Takes in what programs have reported up to this time, in the order in which it happened. A packet can be put to the call of any
    /// program, then: that a call begins is reported before the kernel makes it.
    pub(super) fn hear_watched(&mut self, until_ns: i64) {
        for program in &mut self.watched {
            program.fetch();
        }
        while let Some((_, place)) = self
            .watched
            .iter()
            .enumerate()
            .filter_map(|(place, program)| Some((program.next_ns()?, place)))
            .filter(|(time_ns, _)| *time_ns <= until_ns)
            .min()
        {
            if let Some(report) = self.watched[place].next_report() {
                self.report_of_program(place, report);
            }
        }
        for place in 0..self.watched.len() {
            if self.watched[place].is_gone() {
                self.tracer_gone(place);
            }
        }
        self.watched.retain(|program| !program.name.is_empty());
    }

    /// True when programs have reported what was not taken in yet, because it is newer than what was asked for.
    pub(super) fn watched_wait(&self) -> bool {
        let mut programs = self.watched.iter();
        programs.any(|program| program.next_ns().is_some())
    }

    fn report_of_program(&mut self, place: usize, report: Report) {
        match report {
            Report::Starting(call) => {
                if self.watched[place].is_new(&call.process) {
                    self.process_of_program(place, call.process.clone(), None);
                }
                let host = &self.watched[place].host;
                self.packets.starting(&call, host, &self.inventory);
            }
            Report::Called(call) => {
                self.injections.called(&call);
                let pid = self.watched[place].pid_of(&call.process).unwrap_or(0);
                self.called(pid, call);
            }
            Report::Stopped(call) => {
                if self.watched[place].is_new(&call.process) {
                    self.process_of_program(place, call.process.clone(), None);
                }
                self.tell_all_packets(call.start_ns);
                self.out.push(Event::Stopped(call));
            }
            Report::Awaiting => self.watched[place].go_on(),
            Report::Forked { parent, child } => {
                // That it is there is told with its first call: a shell makes many that make none.
                self.forked(&parent, &child);
            }
            Report::Executed { process } => {
                let pid = self.watched[place].pid_of(&process).unwrap_or(0);
                self.inventory.keep_open(&process, |known| {
                    known.fd.is_some_and(|fd| inode(pid, fd) == known.inode)
                });
                self.refresh();
            }
            Report::Ended { process, ended } => {
                self.process_ended(place, process.clone(), ended);
                self.watched[place].bury(&process);
            }
            Report::Counted(counted) => self.out.push(Event::Counted(counted)),
            Report::Note(text) => self.out.push(Event::Note(text)),
            Report::Untraced(reason) => {
                let name = std::mem::take(&mut self.watched[place].name);
                self.out.push(Event::Note(format!(
                    "the calls of {name} cannot be shown, only its packets: {reason}"
                )));
            }
            // Of prompts' processes only; what the thread does has been noted.
            Report::SentText
            | Report::ThreadEnded { .. }
            | Report::Idle { .. }
            | Report::Reaped { .. }
            | Report::Output(_)
            | Report::Refused(_)
            | Report::Result(_)
            | Report::Done { .. } => {}
        }
    }

    fn process_of_program(&mut self, place: usize, process: String, ended: Option<Ended>) {
        let program = &self.watched[place];
        self.out.push(Event::Process(ProcessEvent {
            host: program.host.clone(),
            pid: program.pid_of(&process).unwrap_or(0),
            process,
            ended,
        }));
    }

    /// A process of a program has ended: the kernel closed what it held. When it was the first the program is over; those it has made may
    /// live on.
    fn process_ended(&mut self, place: usize, process: String, ended: Ended) {
        self.child_ended(&process);
        if self.watched[place].name != process {
            if self.watched[place].is_new(&process) {
                return;
            }
            return self.process_of_program(place, process, Some(ended));
        }
        let now_ns = clock::now_ns();
        let program = self.programs.iter_mut().find(|one| one.name == process);
        if let Some(program) = program {
            program.ended.get_or_insert((ended, now_ns));
        }
    }

    /// A tracer is gone. The kernel has ended what was left of its program with it (PTRACE_O_EXITKILL).
    fn tracer_gone(&mut self, place: usize) {
        let left: Vec<String> = self.watched[place].processes().cloned().collect();
        let name = std::mem::take(&mut self.watched[place].name);
        if left.contains(&name) {
            self.out.push(Event::Note(format!(
                "the tracer of {name} was killed, and the kernel has ended {name} with it"
            )));
        }
        for process in left {
            self.child_ended(&process);
        }
    }

    /// The program, or one of those it has made, that has this name.
    pub(super) fn watched_process(&self, process: &str) -> Option<&Watched> {
        self.watched.iter().find(|program| program.has(process))
    }

    /// The process id of a process whose calls are reported, as this machine sees it.
    pub(super) fn pid_of(&self, process: &str) -> Option<i32> {
        let prompts = self.processes.iter().find(|known| {
            known.name == process || known.children().any(|(child, _)| child == process)
        });
        let program = || self.watched_process(process)?.pid_of(process);
        prompts.map(|known| known.pid_of(process)).or_else(program)
    }

    /// The calls that the threads of a process have begun and not ended.
    pub(super) fn calls_of(&self, process: &str) -> Vec<crate::event::BlockedEvent> {
        let prompts = self.processes.iter().find(|one| one.name == process);
        let prompts = prompts.into_iter().flat_map(Process::calls_under_way);
        let programs = self.watched_process(process).into_iter();
        let programs = programs.flat_map(Watched::calls_under_way);
        prompts
            .chain(programs.filter(|call| call.process == process))
            .cloned()
            .collect()
    }

    /// True when another thread than the one that made this call may be making calls.
    pub(super) fn others_run(&self, call: &CallEvent) -> bool {
        let mut processes = self.processes.iter();
        // A program does not wait with each call until it was taken in.
        !self.watched.is_empty() || processes.any(|process| process.is_running_beside(call))
    }

    /// True when every program whose calls are reported does nothing but wait in a call.
    pub fn programs_rest(&self) -> bool {
        self.watched.iter().all(Watched::rests)
    }

    /// True when a thread of this process of a program sleeps in a call.
    pub fn program_sleeps(&self, process: &str) -> bool {
        let mut calls = self.watched.iter().flat_map(Watched::asleep);
        calls.any(|call| call.process == process)
    }

    /// Sends a program a signal; false when there is none of this name.
    pub fn signal_program(&mut self, name: &str, signal: i32) -> io::Result<bool> {
        let reported = self.watched_process(name);
        if let Some(sent) = reported.and_then(|program| program.signal(name, signal)) {
            return sent.map(|()| true);
        }
        match self.programs.iter().find(|program| program.name == name) {
            Some(program) => program.signal(signal).map(|()| true),
            None => Ok(false),
        }
    }
}
