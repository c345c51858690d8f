//! What comes in while the session waits: reports of processes, output of programs, the keeper's word, frames; each handed to its place.

use super::program::Program;
use super::{LOOK_MS, Session};
use crate::engine::report::Report;
use crate::event::{CallEvent, Event};
use crate::process::handle::{Heard, Process};
use crate::process::program::Watched;
use crate::sys::clock::{self, Deadline};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};

/// While programs report calls, what has come meanwhile is looked at so often before anything else is done.
const ROUNDS: usize = 3;

/// So long a call that was just begun is waited for alone, in milliseconds.
const SOON_MS: u16 = 1;

impl Session {
    /// Looks whether calls under way have fallen asleep.
    pub fn look(&mut self) {
        self.looked_ns = clock::monotonic_ns();
        if self.is_busy() {
            // Two looks that find a call in the same sleep make it blocked: what the wire still carries may be what it waits for.
            self.packets.taps_mut().settle();
        }
        let processes = self.processes.iter_mut().map(Process::look);
        let programs = self.watched.iter_mut().map(Watched::look);
        let asleep = processes.chain(programs).flatten();
        self.out.extend(asleep.map(Event::Blocked));
    }

    /// True when the last look is long enough ago for another to say something new.
    pub(super) fn look_is_due(&self) -> bool {
        clock::monotonic_ns() - self.looked_ns >= u64::from(LOOK_MS) * 1_000_000
    }

    /// Looks at calls that have not returned, for a front that waits at its prompt.
    pub fn watch(&mut self) {
        self.pump(PollTimeout::ZERO);
        self.look();
        self.tell_zombies();
    }

    /// Somebody else begins to work beside the processes of prompts.
    pub fn end_turns(&mut self) {
        self.turns.end();
    }

    /// Waits for something to happen, at most so long, and takes it in. Gives how much was heard.
    pub fn pump(&mut self, patience: PollTimeout) -> usize {
        if patience != PollTimeout::ZERO {
            self.turns.end();
        }
        let ready = self.wait_for(0..self.processes.len(), patience);
        let mut heard = 0;
        for place in &ready.processes {
            heard += self.hear_process(*place);
        }
        self.processes.retain(|process| !process.name.is_empty());
        self.hear_the_rest(ready.keeper);
        heard
    }

    /// Like [`Session::pump`], and of the processes only one is heard: what a command did is told before what it woke elsewhere.
    pub(super) fn pump_one(&mut self, process: &str, patience: PollTimeout) -> usize {
        let Some(place) = self.place(process) else {
            return 0;
        };
        // Most calls return at once, and their packets are fetched then: each packet need not wake the session.
        let soon = self.wait_for_process(place, PollTimeout::from(SOON_MS));
        let ready = if soon.processes.is_empty() {
            self.turns.end();
            self.wait_for(place..place + 1, patience)
        } else {
            self.turns.taken(self.processes[place].pid);
            soon
        };
        let mut heard = 0;
        for place in &ready.processes {
            heard += self.hear_process(*place);
        }
        self.processes.retain(|process| !process.name.is_empty());
        self.hear_the_rest(ready.keeper);
        heard
    }

    /// Waits until a call of this process has returned, at most so long (poll(2)).
    fn wait_for_process(&self, place: usize, patience: PollTimeout) -> Ready {
        let mut watched: Vec<PollFd<'_>> = self.processes[place]
            .answers()
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
            .collect();
        let ready = poll(&mut watched, patience) != Ok(0);
        Ready {
            processes: ready.then_some(place).into_iter().collect(),
            keeper: false,
        }
    }

    /// Waits until there is something to read from one of these processes, from a program, a tap or the keeper, at most so long (poll(2)).
    fn wait_for(&self, processes: Range<usize>, patience: PollTimeout) -> Ready {
        let of_processes = processes.flat_map(|index| {
            let descriptors = self.processes[index].descriptors();
            descriptors.map(move |fd| (Some(index), fd))
        });
        let common = self.common_descriptors();
        let (owners, mut watched): (Vec<Option<usize>>, Vec<PollFd<'_>>) = of_processes
            .chain(common.into_iter().map(|fd| (None, fd)))
            .map(|(owner, fd)| (owner, PollFd::new(fd, PollFlags::POLLIN)))
            .unzip();
        // After an interrupted wait anything may be ready.
        let interrupted = poll(&mut watched, patience).is_err();
        let is_ready = |watched: &PollFd<'_>| interrupted || watched.any().unwrap_or(true);
        let mut processes: Vec<usize> = std::iter::zip(&owners, &watched)
            .filter(|(_, watched)| is_ready(watched))
            .filter_map(|(owner, _)| *owner)
            .collect();
        processes.dedup();
        Ready {
            processes,
            keeper: !self.lab_is_gone && watched.last().is_some_and(is_ready),
        }
    }

    pub(super) fn hear_process(&mut self, place: usize) -> usize {
        let Heard {
            reports,
            born,
            of_children,
            ended,
            gone,
        } = self.processes[place].receive();
        let heard = reports.len() + of_children.len() + ended.len();
        for report in reports {
            self.report(place, report);
        }
        for child in born {
            self.born(place, &child);
        }
        for report in of_children {
            self.report(place, report);
        }
        for child in ended {
            self.child_ended(&child);
        }
        if gone {
            self.lost(place);
        }
        heard
    }

    /// Programs and packets. They are not counted as heard: a program that never stops writing would keep a command from its end.
    pub(super) fn hear_the_rest(&mut self, keeper: bool) {
        // The keeper first: a program whose end it tells has written all it will, and is heard to its end below.
        if keeper {
            self.hear_keeper();
        }
        for _ in 0..ROUNDS {
            // What was written by now comes after the calls that were made by now.
            let written = self.read_output();
            let now_ns = clock::now_ns();
            self.hear_watched(now_ns);
            self.out.extend(written);
            self.hear_programs();
            // While a call is on its way its packets wait for it, so that they stand under it.
            self.packets.taps_mut().drain();
            let told_ns = if self.watched.is_empty() {
                i64::MAX
            } else {
                now_ns
            };
            if !self.is_busy() {
                if self.stale {
                    self.refresh_if_calm();
                }
                self.tell_packets(told_ns);
                self.sample_if_due();
            } else if self.packets.taps().left_behind() {
                // In a flood they cannot wait for the call.
                self.tell_packets(i64::MAX);
            }
            // What has come meanwhile is newer than what programs were heard for.
            let packets = !self.is_busy() && !self.packets.taps().waiting().is_empty();
            if self.watched.is_empty() || !packets && !self.watched_wait() {
                return;
            }
        }
    }

    /// Waits until something happens, the deadline or Ctrl-C, takes it in, and looks at calls that have not returned.
    pub fn pump_until(&mut self, deadline: &Deadline, interrupts: Option<BorrowedFd<'_>>) {
        {
            let mut watched: Vec<PollFd<'_>> = self
                .descriptors()
                .into_iter()
                .chain(interrupts)
                .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
                .collect();
            let longest = if self.is_busy() || self.awaits_stop() {
                u128::from(LOOK_MS)
            } else {
                u128::from(u16::MAX)
            };
            // Rounded up: a wait that ends a moment too early would spin through the last millisecond.
            let patience = deadline
                .remaining()
                .as_nanos()
                .div_ceil(1_000_000)
                .min(longest);
            let _ = poll(
                &mut watched,
                PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX),
            );
        }
        self.watch();
    }

    /// What to wait for.
    pub fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let mut descriptors: Vec<BorrowedFd<'_>> = self
            .processes
            .iter()
            .flat_map(Process::descriptors)
            .collect();
        descriptors.extend(self.common_descriptors());
        descriptors
    }

    pub(super) fn common_descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let mut descriptors: Vec<BorrowedFd<'_>> = self
            .programs
            .iter()
            .flat_map(Program::descriptors)
            .collect();
        descriptors.extend(self.watched.iter().flat_map(Watched::descriptors));
        descriptors.extend(self.packets.taps().descriptors());
        // The keeper is the last: `wait_for` relies on it.
        if !self.lab_is_gone {
            descriptors.push(self.lab.as_fd());
        }
        descriptors
    }

    fn call_of_prompt(&mut self, place: usize, call: Box<CallEvent>) {
        // What programs did before it ended may have sent packets among its own.
        self.hear_watched(call.end_ns);
        let pid = self.processes[place].pid_of(&call.process);
        if call.name == "fork" && call.result > 0 {
            self.forked(&call.process, &format!("{}/{}", call.process, call.result));
        }
        self.called(pid, call);
        // The newest of the log is the one that was just taken in.
        if let Some(call) = self.log.calls().next_back() {
            self.processes[place].go_on(call);
        }
    }

    pub(super) fn report(&mut self, place: usize, report: Report) {
        let process = self.processes[place].name.clone();
        match report {
            Report::Starting(call) => {
                let host = &self.processes[place].host;
                self.packets.starting(&call, host, &self.inventory);
            }
            Report::Called(call) => self.call_of_prompt(place, call),
            Report::Note(text) => self.out.push(Event::Note(text)),
            Report::SentText => self.sent_text = true,
            Report::Idle { spinning } => self.out.push(Event::Blocked(spinning)),
            Report::Reaped { pid, ended } => self.reaped(place, pid, ended),
            // What the thread does has been noted; the others are of programs only.
            Report::ThreadEnded { .. }
            | Report::Awaiting
            | Report::Stopped(_)
            | Report::Forked { .. }
            | Report::Executed { .. }
            | Report::Ended { .. }
            | Report::Counted(_)
            | Report::Untraced(_) => {}
            Report::Output(output) => self.out.push(Event::Output(output)),
            Report::Refused(refused) => {
                if refused.fruitless {
                    self.log.gave_up(&refused.process, refused.job);
                }
                if refused.job == 0 && refused.process == process {
                    self.refusals.insert(process, refused.reason.clone());
                }
                self.out.push(Event::Refused(refused));
            }
            Report::Result(result) => {
                for (name, value) in &result.assigned {
                    self.inventory.assigned(&process, name, value);
                    self.variables
                        .entry(process.clone())
                        .or_default()
                        .insert(name.clone());
                }
                self.latest.insert(process, result.clone());
                self.out.push(Event::Result(result));
            }
            Report::Done { job, .. } => {
                if job != 0 {
                    self.out
                        .push(Event::Note(format!("job {job} in {process} is done")));
                }
            }
        }
    }
}

/// Who has something to say.
struct Ready {
    /// Processes, by their index.
    processes: Vec<usize>,
    /// The keeper.
    keeper: bool,
}
