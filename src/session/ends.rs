//! How processes and programs of the session end: a channel that closes, and the keeper's word for it.

use super::Session;
use crate::event::{Ended, Event, ProcessEvent, RefusedEvent};
use crate::sys::clock;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::AsFd;

impl Session {
    /// A process's channel closed: it is gone. How it ended is told by the keeper.
    pub(super) fn lost(&mut self, place: usize) {
        let process = &mut self.processes[place];
        let (name, host, pid, keeper_pid) = (
            std::mem::take(&mut process.name),
            process.host.clone(),
            process.pid,
            process.keeper_pid,
        );
        // One that lives all the same cannot be spoken to any more.
        let _ = process.kill();
        self.lost_children(place);
        // A program may have sent the signal; the calls that are typed cannot.
        if self.killing.as_ref() != Some(&name) && !self.programs_ran {
            self.lost_unasked = Some(name.clone());
        }
        // The channel closes before the keeper has reaped the process; its word comes on the other channel.
        let ended = self.end_of(keeper_pid);
        self.packets.taps_mut().settle();
        self.packets.ended(&name, &self.inventory, clock::now_ns());
        self.ledger.ended(&name, clock::now_ns(), &self.inventory);
        self.inventory.ended(&name);
        self.out.push(Event::Process(ProcessEvent {
            process: name.clone(),
            host,
            pid,
            ended: Some(ended),
        }));
        self.latest.remove(&name);
        self.refresh();
        self.packets.taps_mut().settle();
        self.tell_all_packets(i64::MAX);
    }

    fn end_of(&mut self, keeper_pid: i32) -> Ended {
        if let Some(how) = self.early_ends.remove(&keeper_pid) {
            return how;
        }
        for _ in 0..200 {
            match self.lab.ends() {
                Ok(ends) => {
                    let mut found = None;
                    for (pid, how) in ends {
                        if pid == keeper_pid {
                            found = Some(how);
                        } else {
                            self.keeper_saw_end(pid, how);
                        }
                    }
                    if let Some(how) = found {
                        return how;
                    }
                    let mut watched = [PollFd::new(self.lab.as_fd(), PollFlags::POLLIN)];
                    let _ = poll(&mut watched, PollTimeout::from(10_u16));
                }
                Err(_) => break,
            }
        }
        Ended::Unseen
    }

    /// Takes in what the keeper tells of ends, its own among them.
    pub(super) fn hear_keeper(&mut self) {
        if self.lab_is_gone {
            return;
        }
        match self.lab.ends() {
            Ok(ends) => {
                for (pid, how) in ends {
                    self.keeper_saw_end(pid, how);
                }
            }
            Err(error) => {
                self.lab_is_gone = true;
                // Their keeper was process 1 of the lab: the kernel has ended them with it.
                let now = clock::now_ns();
                for program in &mut self.programs {
                    program.ended.get_or_insert((Ended::Unseen, now));
                }
                self.out.push(Event::Refused(RefusedEvent {
                    process: String::new(),
                    job: 0,
                    reason: error.to_string(),
                    fruitless: false,
                }));
            }
        }
    }

    /// The keeper has reaped a process or a program. That of a process is kept until its channel is found closed: while a command of another
    /// process is under way only that one is heard.
    fn keeper_saw_end(&mut self, keeper_pid: i32, how: Ended) {
        let mut processes = self.processes.iter();
        if processes.any(|process| process.keeper_pid == keeper_pid) {
            self.early_ends.insert(keeper_pid, how);
        } else if let Some(program) = self
            .programs
            .iter_mut()
            .find(|program| program.keeper_pid == keeper_pid)
        {
            program.ended = Some((how, clock::now_ns()));
        }
    }
}
