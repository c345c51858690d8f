//! What comes in while the session waits: reports of processes, output of programs, the keeper's word, frames; each put in its place.

use super::program::{Program, inode};
use super::{LOOK_MS, Session};
use crate::engine::report::Report;
use crate::event::{CallEvent, Ended, Event, ProcessEvent, RefusedEvent};
use crate::lab::message::SocketPath;
use crate::process::handle::{Heard, Process};
use crate::sys::clock::{self, Deadline};
use crate::sys::diag::{Answer, Question};
use crate::value::{Address, Value};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// With more open sockets than this the kernel is asked for their states when all calls have returned, not after each.
const MANY: usize = 64;

/// When so many packets wait, they are told without another look for more.
const FLOOD: usize = 200;

/// Of the packets that were left behind so many portions are told with a call; the rest is told later.
const PORTIONS: usize = 4;

impl Session {
    /// Looks whether calls under way have fallen asleep.
    pub fn look(&mut self) {
        if self.is_busy() {
            // Two looks that find a call in the same sleep make it blocked: what the wire still carries may be what it waits for.
            self.packets.taps_mut().settle();
        }
        for process in &mut self.processes {
            self.out
                .extend(process.look().into_iter().map(Event::Blocked));
        }
    }

    /// Looks at calls that have not returned, for a front that waits at its prompt.
    pub fn watch(&mut self) {
        self.pump(PollTimeout::ZERO);
        self.look();
        self.tell_zombies();
    }

    /// Waits for something to happen, at most so long, and takes it in. Gives how much was heard.
    pub fn pump(&mut self, patience: PollTimeout) -> usize {
        wait(&self.descriptors(), patience);
        let mut heard = 0;
        for place in 0..self.processes.len() {
            heard += self.hear_process(place);
        }
        self.processes.retain(|process| !process.name.is_empty());
        self.hear_the_rest();
        heard
    }

    /// Like [`Session::pump`], and of the processes only one is heard: what a command did is told before what it woke elsewhere.
    pub(super) fn pump_one(&mut self, process: &str, patience: PollTimeout) -> usize {
        let Some(place) = self.place(process) else {
            return 0;
        };
        {
            let mut descriptors: Vec<_> = self.processes[place].descriptors().collect();
            descriptors.extend(self.common_descriptors());
            wait(&descriptors, patience);
        }
        let heard = self.hear_process(place);
        self.processes.retain(|process| !process.name.is_empty());
        self.hear_the_rest();
        heard
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
    pub(super) fn hear_the_rest(&mut self) {
        // The keeper first: a program whose end it tells has written all it will, and is heard to its end below.
        self.hear_keeper();
        self.hear_programs();
        // While a call is on its way its packets wait for it, so that they stand under it.
        self.packets.taps_mut().drain();
        if !self.is_busy() {
            if self.stale {
                self.refresh_if_calm();
            }
            self.tell_packets(i64::MAX);
            self.sample_if_due();
        } else if self.packets.taps().left_behind() {
            // In a flood they cannot wait for the call.
            self.tell_packets(i64::MAX);
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
            let longest = if self.is_busy() {
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
        descriptors.extend(self.packets.taps().descriptors());
        if !self.lab_is_gone {
            descriptors.push(self.lab.as_fd());
        }
        descriptors
    }

    pub(super) fn report(&mut self, place: usize, report: Report) {
        let process = self.processes[place].name.clone();
        match report {
            Report::Starting(call) => {
                let host = &self.processes[place].host;
                self.packets.starting(&call, host, &self.inventory);
            }
            Report::Called(call) => {
                let pid = self.processes[place].pid_of(&call.process);
                if call.name == "fork" && call.result > 0 {
                    self.forked(&call.process, &format!("{}/{}", call.process, call.result));
                }
                let made = (*call).clone();
                self.called(pid, call);
                self.processes[place].go_on(&made);
            }
            Report::Note(text) => self.out.push(Event::Note(text)),
            Report::Idle { spinning } => self.out.push(Event::Blocked(spinning)),
            Report::Reaped { pid, ended } => self.reaped(place, pid, ended),
            Report::ThreadEnded { .. } => {}
            Report::Output(output) => self.out.push(Event::Output(output)),
            Report::Refused(refused) => {
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

    pub(super) fn called(&mut self, pid: i32, call: Box<CallEvent>) {
        let calls = self.calls_on_closed(&call);
        let closed = self.closing(&call);
        self.ledger.before(&call, &calls, &self.inventory);
        self.inventory.called(&call, calls, |fd| inode(pid, fd));
        self.name_newborn(&call);
        let transfer = self.ledger.after(&call, &self.inventory).cloned();
        let message = self.message(&call, transfer);
        self.packets.taps_mut().settle();
        self.packets.called(&call, &self.inventory);
        if let Some(closed) = &closed
            && self.inventory.is_open_or_in_flight(closed.inode)
        {
            self.packets.held_on(&call);
        }
        self.ended.clear();
        let ending = (*call).clone();
        // What was sent after the call ended may be another thread's, whose report is still to come.
        let until_ns = if self.others_run(&call) {
            call.end_ns
        } else {
            i64::MAX
        };
        if call.name == "bind" && call.errno.is_none() {
            self.remember_path(call.local.as_ref());
        }
        let changes_states = matches!(
            call.name.as_str(),
            "bind"
                | "listen"
                | "accept"
                | "accept4"
                | "connect"
                | "shutdown"
                | "close"
                | "setsockopt"
        );
        self.log.call((*call).clone());
        self.out.push(Event::Call(call));
        let lives_on = closed.as_ref().and_then(|closed| self.lives_on(closed));
        self.out.extend(lives_on.map(Event::Note));
        self.out
            .extend(message.map(|message| Event::Message(Box::new(message))));
        if self.inventory.open().nth(MANY).is_some() {
            // To ask for thousands of states after each of thousands of calls would be the lab's own C10k problem.
            self.stale |= changes_states;
        } else if changes_states
            || self.inventory.adrift().next().is_some()
            || self.packets.change_states(&self.inventory)
        {
            self.refresh();
        } else {
            self.sampling.disturb();
        }
        // What a message or a call held ended with this call: the receiver's close, the return of the call.
        for known in std::mem::take(&mut self.ended) {
            if closed
                .as_ref()
                .is_none_or(|closed| closed.inode != known.inode)
            {
                self.packets.released(&ending, &known, &self.inventory);
            }
        }
        self.tell_all_packets(until_ns);
    }

    /// A socket that is used before its command gives it back has its name from the beginning, unless another one still has it.
    fn name_newborn(&mut self, call: &CallEvent) {
        let Some((process, command, name)) = &self.newborn else {
            return;
        };
        if call.name == "socket"
            && call.process == *process
            && call.command == *command
            && let [fd] = call.made[..]
            && self.inventory.by_name(process, name).is_none()
        {
            self.inventory.assigned(process, name, &Value::Socket(fd));
        }
    }

    /// The same, but in a flood of packets no oftener than the time it takes allows.
    fn refresh_if_calm(&mut self) {
        self.stale = true;
        if !self.packets.taps().left_behind() || self.sampling.is_due(clock::now_ns()) {
            self.refresh();
        }
    }

    /// Asks the kernel for the state of every TCP and UDP socket and tells what changed.
    pub fn refresh(&mut self) {
        self.stale = false;
        let mut questions = vec![
            Question::Tcp(libc::AF_INET),
            Question::Tcp(libc::AF_INET6),
            Question::Udp(libc::AF_INET),
            Question::Udp(libc::AF_INET6),
        ];
        if self.inventory.asks_for_more() {
            questions.extend(&Question::ALL[questions.len()..]);
        }
        let asked_ns = clock::now_ns();
        let answers = self.ask(&questions);
        self.take_samples(asked_ns, &answers);
        if !self.programs.is_empty() {
            let foreign: Vec<(usize, u64, SocketAddr)> = answers
                .iter()
                .filter(|(_, answer)| answer.inode != 0)
                .filter_map(|(host, answer)| {
                    let local = answer.local.as_ref()?;
                    let local = SocketAddr::new(local.ip()?, local.port()?);
                    Some((*host, u64::from(answer.inode), local))
                })
                .filter(|(_, inode, _)| self.inventory.by_inode(*inode).is_none())
                .collect();
            let owners = self.owners_of(foreign.iter().map(|(_, inode, _)| *inode));
            for (host, inode, local) in foreign {
                if let Some(owner) = owners.get(&inode) {
                    self.packets.owned_by_program((host, local), owner);
                }
            }
        }
        for (place, machine) in self.hosts.all().iter().enumerate() {
            let of_host: Vec<&Answer> = answers
                .iter()
                .filter(|(host, _)| *host == place)
                .map(|(_, answer)| answer)
                .collect();
            let changes = self.inventory.refresh(&machine.name, &of_host);
            self.out.extend(changes.into_iter().map(Event::State));
        }
        let now_ns = clock::now_ns();
        for known in self.inventory.take_gone() {
            self.ledger.gone(known.inode, now_ns);
            self.ended.push(known);
        }
    }

    /// Tells the packets that were seen up to this time, also those that were left behind because there were so many.
    pub(super) fn tell_all_packets(&mut self, until_ns: i64) {
        // In a flood there would be no end of those that come meanwhile, nor of the memory they take before they are shown.
        let now_ns = clock::now_ns();
        for _ in 0..PORTIONS {
            let newest = self.tell_packets(until_ns);
            if newest.is_none_or(|newest| newest >= now_ns) || !self.packets.taps().left_behind() {
                return;
            }
            self.packets.taps_mut().drain();
        }
    }

    /// Tells the packets that wait and were seen up to this time; when the newest of them was seen.
    pub(super) fn tell_packets(&mut self, until_ns: i64) -> Option<i64> {
        if self.packets.taps().waiting().is_empty() {
            return None;
        }
        self.sampling.disturb();
        if self.packets.change_states(&self.inventory) {
            if self.is_busy() && self.inventory.open().nth(MANY).is_some() {
                self.stale = true;
            } else {
                self.refresh_if_calm();
            }
        } else {
            self.sample_if_due();
        }
        // What came while the kernels were asked is told with the rest, and their answer does not count for it.
        if self.packets.taps().waiting().len() < FLOOD {
            self.packets.taps_mut().settle();
            self.sampling.disturb();
        }
        let mut newest = None;
        for packet in self.packets.tell(&self.inventory, until_ns) {
            newest = Some(packet.frame.time_ns);
            self.log.packet(packet.clone());
            self.out.push(Event::Packet(Box::new(packet)));
        }
        newest
    }

    /// A path that bind made goes when the session ends.
    pub(super) fn remember_path(&mut self, local: Option<&Address>) {
        let Some(Address::UnixPath(path)) = local else {
            return;
        };
        let path = Path::new(std::ffi::OsStr::from_bytes(path));
        let Ok(path) = std::path::absolute(path) else {
            return;
        };
        if let Ok(found) = std::fs::symlink_metadata(&path) {
            let made = SocketPath {
                path: path.as_os_str().as_bytes().to_vec(),
                device: found.dev(),
                inode: found.ino(),
            };
            let _ = self.lab.remember(made);
        }
    }

    /// True when another thread than the one that made this call may be making calls.
    fn others_run(&self, call: &CallEvent) -> bool {
        self.processes
            .iter()
            .any(|process| process.is_running_beside(call))
    }

    /// A process's channel closed: it is gone. How it ended is told by the keeper.
    pub(super) fn lost(&mut self, place: usize) {
        let process = &mut self.processes[place];
        let (name, host, pid, keeper_pid) = (
            std::mem::take(&mut process.name),
            process.host.clone(),
            process.pid,
            process.keeper_pid,
        );
        self.lost_children(place);
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

    pub(super) fn end_of(&mut self, keeper_pid: i32) -> Ended {
        const UNKNOWN: Ended = Ended::Signalled(libc::SIGKILL);
        for _ in 0..200 {
            match self.lab.ends() {
                Ok(ends) => {
                    let mut found = None;
                    for (pid, how) in ends {
                        if pid == keeper_pid {
                            found = Some(how);
                        } else {
                            self.program_ended(pid, how);
                        }
                    }
                    if let Some(how) = found {
                        return how;
                    }
                    let mut watched = [PollFd::new(self.lab.as_fd(), PollFlags::POLLIN)];
                    let _ = poll(&mut watched, PollTimeout::from(10_u16));
                }
                Err(_) => return UNKNOWN,
            }
        }
        UNKNOWN
    }

    pub(super) fn hear_keeper(&mut self) {
        if self.lab_is_gone {
            return;
        }
        match self.lab.ends() {
            Ok(ends) => {
                for (pid, how) in ends {
                    self.program_ended(pid, how);
                }
            }
            Err(error) => {
                self.lab_is_gone = true;
                self.out.push(Event::Refused(RefusedEvent {
                    process: String::new(),
                    job: 0,
                    reason: error.to_string(),
                }));
            }
        }
    }

    pub(super) fn program_ended(&mut self, keeper_pid: i32, how: Ended) {
        if let Some(program) = self
            .programs
            .iter_mut()
            .find(|program| program.keeper_pid == keeper_pid)
        {
            program.ended = Some((how, clock::now_ns()));
        }
    }
}

/// poll(2) for something to read. An interrupted wait is a short one.
fn wait(descriptors: &[BorrowedFd<'_>], patience: PollTimeout) {
    let mut watched: Vec<PollFd<'_>> = descriptors
        .iter()
        .map(|fd| PollFd::new(*fd, PollFlags::POLLIN))
        .collect();
    let _ = poll(&mut watched, patience);
}
