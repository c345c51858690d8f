//! Command in, Events out: sends each command to the process it is for, puts packets to the calls that caused them, keeps the one log.

pub mod inventory;
pub mod log;
pub mod packets;
pub mod program;
pub mod rows;
pub mod why;

use crate::command::ast::{Action, Command, Expr};
use crate::engine::HIDDEN;
use crate::engine::report::Report;
use crate::event::{Ended, Event, OutputEvent, ProcessEvent, RefusedEvent, ResultEvent};
use crate::lab::handle::{FIRST_HOST, Lab, LabError};
use crate::lab::message::SocketPath;
use crate::process::handle::{Birth, Process};
use crate::sys::clock::{self, Deadline};
use crate::sys::diag::{self, Answer, Question};
use crate::value::{Address, Value};
use inventory::{Inventory, Protocol};
use log::Log;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use packets::Packets;
use program::{Pipes, Program};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// How long the session waits between two looks at a call that has not returned, in milliseconds: two looks that find its thread
/// in the same sleep make it blocked.
const LOOK_MS: u16 = 3;

/// How a session is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The socklab binary; the keeper is an execution of it.
    pub program: PathBuf,
    /// Use the machine's own network.
    pub host_network: bool,
}

/// A session: one lab, its processes, its capture, its log.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    lab: Lab,
    lab_is_gone: bool,
    processes: Vec<Process>,
    programs: Vec<Program>,
    packets: Packets,
    inventory: Inventory,
    log: Log,
    commands: u64,
    jobs: u32,
    out: Vec<Event>,
    latest: BTreeMap<String, ResultEvent>,
    variables: BTreeMap<String, BTreeSet<String>>,
    last_end: Option<(String, Ended)>,
}

/// What became of a command that was performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is done.
    Done,
    /// It sleeps in the kernel, or runs in the background.
    UnderWay,
}

impl Session {
    /// Starts a lab with one host and one process of the same name.
    pub fn start(settings: Settings) -> Result<Self, LabError> {
        let mut lab = Lab::start(&settings.program, settings.host_network)?;
        let packets = Packets::new(lab.capture.take(), !lab.tier().is_private())?;
        let mut session = Self {
            settings,
            lab,
            lab_is_gone: false,
            processes: Vec::new(),
            programs: Vec::new(),
            packets,
            inventory: Inventory::default(),
            log: Log::default(),
            commands: 0,
            jobs: 0,
            out: Vec::new(),
            latest: BTreeMap::new(),
            variables: BTreeMap::new(),
            last_end: None,
        };
        session.make_process(FIRST_HOST)?;
        session.out.clear();
        Ok(session)
    }

    /// Ends everything and begins anew: a new lab, no sockets, an empty log.
    pub fn reset(&mut self) -> Result<(), LabError> {
        let fresh = Self::start(self.settings.clone())?;
        *self = fresh;
        Ok(())
    }

    /// The lab.
    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The sockets of the session.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The prompts' processes, oldest first.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// The programs that run.
    pub fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// The process of this name.
    pub fn process(&self, name: &str) -> Option<&Process> {
        self.processes.iter().find(|process| process.name == name)
    }

    /// The names that a process has given values to.
    pub fn variables(&self, process: &str) -> Vec<String> {
        self.variables
            .get(process)
            .map(|names| names.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// How the program that ended last did, if it has this name.
    pub fn last_end(&self, name: &str) -> Option<Ended> {
        self.last_end
            .as_ref()
            .filter(|(program, _)| program == name)
            .map(|(_, ended)| *ended)
    }

    /// What is under way: who, the job's number (0 for a main thread), and what was typed.
    pub fn jobs(&self) -> Vec<(String, u32, String)> {
        let calls = self.processes.iter().flat_map(|process| {
            process.works().map(|(job, work)| {
                let doing = work
                    .call
                    .as_ref()
                    .map_or(work.text.as_str(), |call| call.invocation.as_str());
                (process.name.clone(), job, doing.to_owned())
            })
        });
        let programs = self.programs.iter().map(|program| {
            (
                program.name.clone(),
                program.job,
                program.command_line.clone(),
            )
        });
        calls.chain(programs).collect()
    }

    /// How many packets have been told so far; the newest has this number.
    pub fn packets_told(&self) -> u64 {
        self.packets.told()
    }

    /// The value the last command of a process gave.
    pub fn latest(&self, process: &str) -> Option<&ResultEvent> {
        self.latest.get(process)
    }

    /// Frames the kernel dropped because the ring was full.
    pub fn dropped_frames(&self) -> u64 {
        self.packets.dropped()
    }

    /// True when packets can be seen at all.
    pub fn sees_packets(&self) -> bool {
        self.packets.capturing()
    }

    /// The number the next command will have.
    pub fn next_command(&self) -> u64 {
        self.commands + 1
    }

    /// What happened since the last time, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.out)
    }

    /// Tells an event of the front's own (an expectation, a note) in its place among the others.
    pub fn tell(&mut self, event: Event) {
        self.out.push(event);
    }

    /// Makes a process on the first host. Its name must be new.
    pub fn make_process(&mut self, name: &str) -> Result<(), LabError> {
        let (ours, theirs) = UnixStream::pair()?;
        let spawned = self.lab.spawn(name, theirs.as_fd())?;
        let birth = Birth {
            pid: spawned.pid,
            keeper_pid: spawned.keeper_pid,
            pidfd: spawned.pidfd,
        };
        let process = Process::new(name, FIRST_HOST, birth, ours)?;
        self.out.push(Event::Process(ProcessEvent {
            process: name.to_owned(),
            host: FIRST_HOST.to_owned(),
            pid: process.pid,
            ended: None,
        }));
        self.processes.push(process);
        Ok(())
    }

    /// Kills a process or a program, and waits until the kernel has closed what it held.
    pub fn kill(&mut self, name: &str) -> io::Result<bool> {
        if let Some(process) = self.process(name) {
            process.kill()?;
        } else if let Some(program) = self.programs.iter().find(|program| program.name == name) {
            program.signal(libc::SIGKILL)?;
        } else {
            return Ok(false);
        }
        while self.process(name).is_some()
            || self.programs.iter().any(|program| program.name == name)
        {
            self.pump(PollTimeout::from(100_u16));
            if self.lab_is_gone {
                break;
            }
        }
        Ok(true)
    }

    /// Sends a command to a process and goes on until it is done or sleeps in the kernel. In the background it gets a job's number.
    pub fn perform(&mut self, process: &str, command: &Command) -> io::Result<Settled> {
        self.commands += 1;
        let number = self.commands;
        let job = if command.background {
            self.jobs += 1;
            self.jobs
        } else {
            0
        };
        self.latest.remove(process);
        let Some(place) = self.place(process) else {
            return Ok(Settled::Done);
        };
        self.processes[place].execute(number, job, command)?;
        if job != 0 {
            self.out.push(Event::Note(format!(
                "job {job} in {process}: {}",
                command.text
            )));
        }
        self.settle(process, job);
        let settled = if self
            .process(process)
            .is_some_and(|process| process.work(job).is_some())
        {
            Settled::UnderWay
        } else {
            Settled::Done
        };
        self.quiesce();
        Ok(settled)
    }

    /// Has a process evaluate an expression of which nothing is shown or remembered. An error is what the process refused, in words.
    pub fn evaluate(&mut self, process: &str, expr: Expr) -> Result<Option<Value>, String> {
        let before = self.latest.remove(process);
        let mark = self.out.len();
        let command = Command {
            process: None,
            targets: vec![HIDDEN.to_owned()],
            action: Action::Evaluate(expr),
            background: false,
            text: "expect".to_owned(),
        };
        self.perform(process, &command)
            .map_err(|error| format!("{process} cannot be reached: {error}"))?;
        let value = self.latest.remove(process).map(|result| result.value);
        if let Some(before) = before {
            self.latest.insert(process.to_owned(), before);
        }
        let number = self.commands;
        let mut refused = None;
        let told = self.out.split_off(mark);
        self.out
            .extend(told.into_iter().filter(|event| match event {
                Event::Refused(event) if event.process == process => {
                    refused = Some(event.reason.clone());
                    false
                }
                Event::Result(event) => event.command != number,
                _ => true,
            }));
        refused.map_or(Ok(value), Err)
    }

    /// Goes on until the job is done or asleep.
    fn settle(&mut self, process: &str, job: u32) {
        loop {
            let Some(place) = self.place(process) else {
                return;
            };
            match self.processes[place].work(job) {
                None => return,
                Some(work) if work.blocked => return,
                Some(_) => {}
            }
            if self.pump_one(process, PollTimeout::from(LOOK_MS)) == 0 {
                self.look();
            }
        }
    }

    /// Waits for every call that what just happened has woken: a thread that the kernel has made runnable again will report by itself.
    /// What is still asleep after this was not touched.
    pub fn quiesce(&mut self) {
        loop {
            let waking = self.processes.iter().any(Process::is_waking);
            let heard = self.pump(if waking {
                PollTimeout::from(LOOK_MS)
            } else {
                PollTimeout::ZERO
            });
            let running = self.processes.iter().any(Process::is_running);
            if running && heard == 0 && !waking {
                // A woken call went on to the next one of its command; see it to its end or its sleep.
                self.pump(PollTimeout::from(LOOK_MS));
                self.look();
            } else if !waking && !running && heard == 0 {
                return;
            }
            if self.lab_is_gone {
                return;
            }
        }
    }

    /// Looks whether calls under way have fallen asleep.
    pub fn look(&mut self) {
        for process in &mut self.processes {
            self.out
                .extend(process.look().into_iter().map(Event::Blocked));
        }
    }

    /// Looks at calls that have not returned, for a front that waits at its prompt.
    pub fn watch(&mut self) {
        self.pump(PollTimeout::ZERO);
        self.look();
    }

    /// True while some call has neither returned nor been seen asleep.
    pub fn is_busy(&self) -> bool {
        self.processes.iter().any(Process::is_running)
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
    fn pump_one(&mut self, process: &str, patience: PollTimeout) -> usize {
        let Some(place) = self.place(process) else {
            return 0;
        };
        {
            let mut descriptors = vec![self.processes[place].as_fd()];
            descriptors.extend(self.common_descriptors());
            wait(&descriptors, patience);
        }
        let heard = self.hear_process(place);
        self.processes.retain(|process| !process.name.is_empty());
        self.hear_the_rest();
        heard
    }

    fn hear_process(&mut self, place: usize) -> usize {
        let (reports, gone) = self.processes[place].receive();
        let heard = reports.len();
        for report in reports {
            self.report(place, report);
        }
        if gone {
            self.lost(place);
        }
        heard
    }

    /// Programs and packets. They are not counted as heard: a program that never stops writing would keep a command from its end.
    fn hear_the_rest(&mut self) {
        // The keeper tells of a program's end; told first, the end is taken in now and not with whatever happens next.
        self.hear_keeper();
        self.hear_programs();
        // While a call is on its way its packets wait for it, so that they stand under it.
        self.packets.drain();
        if !self.is_busy() {
            self.tell_packets();
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
        let mut descriptors: Vec<BorrowedFd<'_>> = self.processes.iter().map(AsFd::as_fd).collect();
        descriptors.extend(self.common_descriptors());
        descriptors
    }

    fn common_descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let mut descriptors: Vec<BorrowedFd<'_>> = self
            .programs
            .iter()
            .flat_map(Program::descriptors)
            .collect();
        descriptors.extend(self.packets.descriptor());
        if !self.lab_is_gone {
            descriptors.push(self.lab.as_fd());
        }
        descriptors
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.processes
            .iter()
            .position(|process| process.name == name)
    }

    fn report(&mut self, place: usize, report: Report) {
        let process = self.processes[place].name.clone();
        match report {
            Report::Starting(call) => self.packets.starting(&call, &self.inventory),
            Report::Called(call) => {
                let (pid, job) = (self.processes[place].pid, call.job);
                self.called(pid, call);
                if job == 0 {
                    self.processes[place].go_on();
                }
            }
            Report::Output(output) => self.out.push(Event::Output(output)),
            Report::Refused(refused) => self.out.push(Event::Refused(refused)),
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

    fn called(&mut self, pid: i32, call: Box<crate::event::CallEvent>) {
        self.inventory.called(&call, |fd| inode(pid, fd));
        self.packets.drain();
        self.packets.called(&call, &self.inventory);
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
        if changes_states || self.packets.change_states(&self.inventory) {
            self.refresh();
        }
        self.tell_packets();
    }

    /// Asks the kernel for the state of every TCP and UDP socket and tells what changed.
    pub fn refresh(&mut self) {
        let questions = [
            Question::Tcp(libc::AF_INET),
            Question::Tcp(libc::AF_INET6),
            Question::Udp(libc::AF_INET),
            Question::Udp(libc::AF_INET6),
        ];
        let answers = self.ask(&questions);
        if !self.programs.is_empty() {
            for answer in &answers {
                let local = answer
                    .local
                    .as_ref()
                    .and_then(|local| Some(SocketAddr::new(local.ip()?, local.port()?)));
                let foreign =
                    answer.inode != 0 && self.inventory.by_inode(u64::from(answer.inode)).is_none();
                let owner = if foreign {
                    self.program_with_inode(u64::from(answer.inode))
                        .map(|program| program.name.clone())
                } else {
                    None
                };
                if let (Some(local), Some(owner)) = (local, owner) {
                    self.packets.owned_by_program(local, &owner);
                }
            }
        }
        self.out.extend(
            self.inventory
                .refresh(&answers)
                .into_iter()
                .map(Event::State),
        );
    }

    fn ask(&self, questions: &[Question]) -> Vec<Answer> {
        questions
            .iter()
            .flat_map(|question| diag::ask(self.lab.diag.as_fd(), *question).unwrap_or_default())
            .collect()
    }

    fn tell_packets(&mut self) {
        if self.packets.is_empty() {
            return;
        }
        if self.packets.change_states(&self.inventory) {
            self.refresh();
        }
        for packet in self.packets.tell(&self.inventory) {
            self.log.packet(packet.clone());
            self.out.push(Event::Packet(Box::new(packet)));
        }
    }

    /// A path that bind made goes when the session ends.
    fn remember_path(&mut self, local: Option<&Address>) {
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

    /// A process's channel closed: it is gone. How it ended is told by the keeper.
    fn lost(&mut self, place: usize) {
        let process = &mut self.processes[place];
        let (name, host, pid, keeper_pid) = (
            std::mem::take(&mut process.name),
            process.host.clone(),
            process.pid,
            process.keeper_pid,
        );
        // The channel closes before the keeper has reaped the process; its word comes on the other channel.
        let ended = self.end_of(keeper_pid);
        self.packets.drain();
        self.packets.ended(&name, &self.inventory, clock::now_ns());
        self.inventory.ended(&name);
        self.out.push(Event::Process(ProcessEvent {
            process: name.clone(),
            host,
            pid,
            ended: Some(ended),
        }));
        self.latest.remove(&name);
        self.refresh();
        self.packets.drain();
        self.tell_packets();
    }

    fn end_of(&mut self, keeper_pid: i32) -> Ended {
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

    fn hear_keeper(&mut self) {
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
                    reason: error.to_string(),
                }));
            }
        }
    }

    fn program_ended(&mut self, keeper_pid: i32, how: Ended) {
        if let Some(program) = self
            .programs
            .iter_mut()
            .find(|program| program.keeper_pid == keeper_pid)
        {
            program.ended = Some(how);
        }
    }

    /// Runs a program in the lab. Its standard input is empty unless one is given.
    pub fn run(&mut self, words: &[String], input: Option<OwnedFd>) -> Result<String, LabError> {
        let pipes = Pipes::new()?;
        let input = match input {
            Some(input) => input,
            None => std::fs::File::open("/dev/null")?.into(),
        };
        let standard = [
            input.as_fd(),
            pipes.program_output.as_fd(),
            pipes.program_error.as_fd(),
        ];
        let spawned = self.lab.run(words, standard)?;
        let base = words.first().map(|word| {
            Path::new(word)
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        });
        let base = base.unwrap_or_default();
        let taken = |name: &str| {
            self.programs.iter().any(|program| program.name == name) || self.process(name).is_some()
        };
        let name = (1..=u32::MAX)
            .map(|count| {
                if count == 1 {
                    base.clone()
                } else {
                    format!("{base}-{count}")
                }
            })
            .find(|name| !taken(name));
        let name = name.unwrap_or(base);
        self.jobs += 1;
        let (pid, host) = (spawned.pid, FIRST_HOST.to_owned());
        self.programs.push(Program::new(
            name.clone(),
            words.join(" "),
            self.jobs,
            spawned,
            pipes.output,
            pipes.error,
        ));
        self.out.push(Event::Process(ProcessEvent {
            process: name.clone(),
            host,
            pid,
            ended: None,
        }));
        Ok(name)
    }

    fn hear_programs(&mut self) {
        for program in &mut self.programs {
            for (error, text) in program.lines() {
                self.out.push(Event::Output(OutputEvent {
                    process: program.name.clone(),
                    text,
                    error,
                }));
            }
        }
        let (over, running): (Vec<Program>, Vec<Program>) = std::mem::take(&mut self.programs)
            .into_iter()
            .partition(Program::is_over);
        self.programs = running;
        for mut program in over {
            // What it wrote last is in the pipe: the end was told after the write.
            for (error, text) in program.lines() {
                self.out.push(Event::Output(OutputEvent {
                    process: program.name.clone(),
                    text,
                    error,
                }));
            }
            self.packets.drain();
            self.tell_packets();
            let (process, pid) = (program.name.clone(), program.pid);
            self.last_end = program.ended.map(|ended| (process.clone(), ended));
            self.out.push(Event::Process(ProcessEvent {
                process,
                host: FIRST_HOST.to_owned(),
                pid,
                ended: program.ended,
            }));
        }
    }

    /// Interrupts the call of a job (EINTR), or a program (SIGINT).
    pub fn interrupt(&mut self, process: &str, job: u32) -> bool {
        let Some(place) = self.place(process) else {
            return false;
        };
        let found = self.processes[place].interrupt(job);
        if found {
            self.settle_interrupt(process, job);
        }
        found
    }

    fn settle_interrupt(&mut self, process: &str, job: u32) {
        // The signal has been sent to a sleeping thread, so the call returns; a call that restarts by itself stays asleep.
        for _ in 0..50 {
            let blocked = self
                .process(process)
                .and_then(|process| process.work(job))
                .is_some_and(|work| work.blocked);
            if !blocked {
                break;
            }
            self.pump(PollTimeout::from(LOOK_MS));
            self.look();
        }
        self.quiesce();
    }

    /// Who owns a socket that no prompt's process has: a program, by its descriptors under /proc.
    pub fn program_with_inode(&self, inode: u64) -> Option<&Program> {
        self.programs
            .iter()
            .find(|program| holds(program.pid, inode))
    }

    /// Whether this tier shows only the session's own conversations.
    pub fn is_shared_network(&self) -> bool {
        !self.lab.tier().is_private()
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

/// The inode behind a socket descriptor of a process; 0 when it is none, or gone.
fn inode(pid: i32, fd: i32) -> u64 {
    let link = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok();
    let text = link
        .as_deref()
        .and_then(Path::to_str)
        .and_then(|text| text.strip_prefix("socket:["));
    text.and_then(|text| text.strip_suffix(']'))
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// True when the process or a child of its process group holds the socket.
fn holds(pid: i32, wanted: u64) -> bool {
    std::fs::read_dir(format!("/proc/{pid}/fd")).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            entry
                .file_name()
                .to_str()
                .and_then(|fd| fd.parse().ok())
                .is_some_and(|fd| inode(pid, fd) == wanted)
        })
    })
}

/// The protocol of a packet's transport, as the inventory names it.
pub fn protocol_of(headers: &crate::packet::headers::Headers) -> Protocol {
    match headers.transport {
        crate::packet::headers::Transport::Tcp(_) => Protocol::Tcp,
        crate::packet::headers::Transport::Udp(_) => Protocol::Udp,
        _ => Protocol::Other,
    }
}
