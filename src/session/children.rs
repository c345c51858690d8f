//! The children that a server has forked, as the session sees them: what they hold, when they end, and those nobody waits for.
//! Who they are and what they report is `process::family`.

use super::Session;
use crate::event::{Ended, Event, ProcessEvent};
use crate::sys::clock;

impl Session {
    /// A process forked: its child holds what it holds.
    pub(super) fn forked(&mut self, parent: &str, child: &str) {
        self.inventory.forked(parent, child);
        self.ledger.forked(parent, child);
    }

    /// A forked child has reported for the first time.
    pub(super) fn born(&mut self, place: usize, child: &str) {
        let parent = &self.processes[place];
        self.out.push(Event::Process(ProcessEvent {
            process: child.to_owned(),
            host: parent.host.clone(),
            pid: parent.pid_of(child),
            ended: None,
        }));
    }

    /// A forked child has ended: the kernel closed what it held. How it ended its parent is told when it waits for it.
    pub(super) fn child_ended(&mut self, child: &str) {
        self.packets.taps_mut().settle();
        self.packets.ended(child, &self.inventory, clock::now_ns());
        self.ledger.ended(child, clock::now_ns(), &self.inventory);
        self.inventory.ended(child);
        self.refresh();
    }

    /// A process has waited for one of its children.
    pub(super) fn reaped(&mut self, place: usize, pid: i32, ended: Ended) {
        let process = format!("{}/{pid}", self.processes[place].name);
        let Some(child) = self.processes[place].bury(&process) else {
            return;
        };
        if !child.is_zombie {
            self.child_ended(&process);
        }
        self.out.push(Event::Process(ProcessEvent {
            process,
            host: self.processes[place].host.clone(),
            pid: child.pid,
            ended: Some(ended),
        }));
    }

    /// Says which children have ended without being waited for, when nobody is about to do so.
    pub(super) fn tell_zombies(&mut self) {
        for process in &mut self.processes {
            if process.is_running() || process.is_waking() {
                continue;
            }
            for child in process.new_zombies() {
                self.out.push(Event::Note(format!(
                    "{child} has ended and stays as a zombie: {} has not waited for it (waitpid)",
                    process.name
                )));
            }
        }
    }

    /// A process is gone, and its children with it: the kernel kills them (PR_SET_PDEATHSIG), the keeper waits for them.
    pub(super) fn lost_children(&mut self, place: usize) {
        let process = &self.processes[place];
        let host = process.host.clone();
        let children: Vec<String> = process.children().map(|(child, _)| child.clone()).collect();
        for child in children {
            let Some(at) = self.processes[place].bury(&child) else {
                continue;
            };
            if !at.is_zombie {
                self.child_ended(&child);
            }
            self.out.push(Event::Process(ProcessEvent {
                process: child,
                host: host.clone(),
                pid: at.pid,
                ended: Some(at.how.unwrap_or(Ended::Unseen)),
            }));
        }
    }
}
