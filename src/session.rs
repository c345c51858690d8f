//! Command in, Events out: sends each command to the process it is for, puts packets to the calls that caused them, keeps the one log.

mod adrift;
mod ancillary;
pub mod applications;
pub mod children;
mod ends;
pub mod evidence;
pub mod hearing;
mod holding;
pub mod hosts;
pub mod injections;
pub mod inventory;
pub mod known;
pub mod ledger;
pub mod log;
pub mod messages;
mod netlink;
pub mod packets;
pub mod program;
mod returned;
pub mod rows;
pub mod running;
pub mod sampling;
mod stepping;
pub mod taps;
mod telling;
mod turns;
mod waking;
mod watched;
pub mod why;
mod working_folder;

use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Command, Expr};
use crate::command::reach::Granted;
use crate::engine::HIDDEN;
use crate::event::{Ended, Event, ProcessEvent, RefusedEvent, ResultEvent};
use crate::lab::handle::{FIRST_HOST, Lab, LabError, Plan};
use crate::process::channel::Channel;
use crate::process::handle::{Birth, Process};
use crate::process::program::Watched;
use crate::sys::clock::Deadline;
use crate::sys::{clock, descriptor_table, memory, pass};
use crate::value::Value;
use applications::Applications;
use evidence::Sampling;
use hosts::Hosts;
use injections::Injections;
use inventory::Inventory;
use known::Known;
use ledger::Ledger;
use log::Log;
use messages::Messages;
use nix::poll::PollTimeout;
use packets::Packets;
use program::Program;
use sampling::Samples;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::time::Duration;
use turns::Turns;

/// How long the session waits between two looks at a call that has not returned, in milliseconds: two looks that find its thread
/// in the same sleep make it blocked.
const LOOK_MS: u16 = 3;

/// A program may make calls for ever: what a command has woken in it is waited for so long.
const PROGRAMS: Duration = Duration::from_millis(100);

/// At most this many commands of one process are under way: each has a thread, and after every command each is asked whether it woke.
const JOBS: usize = 1000;

/// How a session is to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The socklab binary; the keeper is an execution of it.
    pub program: PathBuf,
    /// Use the machine's own network.
    pub host_network: bool,
    /// A folder made for this session, to be removed with all in it should the terminal be killed.
    pub folder: Option<PathBuf>,
    /// The calls of its processes may reach files and socket paths in the folder alone, and what was granted.
    pub confined: bool,
    /// What a confined session may do outside its folder all the same.
    pub granted: Granted,
    /// Its programs reach no file outside the folder, as far as this machine can do that.
    pub sealed: bool,
    /// Files that a sealed session hides beside all that its programs may not see.
    pub hidden: Vec<PathBuf>,
}

impl Settings {
    /// The settings of a session whose processes reach whatever its user does.
    pub fn new(program: PathBuf, host_network: bool) -> Self {
        Self {
            program,
            host_network,
            folder: None,
            confined: false,
            granted: Granted::default(),
            sealed: false,
            hidden: Vec::new(),
        }
    }
}

/// A session: one lab, its processes, its capture, its log.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    lab: Lab,
    lab_is_gone: bool,
    processes: Vec<Process>,
    programs: Vec<Program>,
    /// The programs whose calls are reported, also those that have ended and left others behind.
    watched: Vec<Watched>,
    injections: Injections,
    /// True once a program has been started.
    programs_ran: bool,
    hosts: Hosts,
    packets: Packets,
    sampling: Sampling,
    inventory: Inventory,
    ledger: Ledger,
    messages: Messages,
    applications: Applications,
    samples: Samples,
    log: Log,
    commands: u64,
    jobs: u32,
    turns: Turns,
    /// When calls that have not returned were last looked at, in nanoseconds of CLOCK_MONOTONIC.
    looked_ns: u64,
    out: Vec<Event>,
    latest: BTreeMap<String, ResultEvent>,
    /// Why the last command of a process was not carried out to its end, where no call of it failed.
    refusals: BTreeMap<String, String>,
    /// Text was sent where Python takes bytes alone, since that was last asked.
    sent_text: bool,
    variables: BTreeMap<String, BTreeSet<String>>,
    /// How programs have ended, by their names.
    program_ends: BTreeMap<String, Ended>,
    /// When the newest program of each name began, in nanoseconds since the epoch.
    program_starts: HashMap<String, i64>,
    /// The process that `kill` ends now.
    killing: Option<String>,
    /// A process that ended though nothing in the lab can have ended it.
    lost_unasked: Option<String>,
    /// How processes ended whose channel was not yet found closed, by their ids as the keeper sees them.
    early_ends: BTreeMap<i32, Ended>,
    /// Programs by the inodes of their sockets, as far as they were looked up.
    program_inodes: HashMap<u64, String>,
    /// Sockets without a descriptor that were found to have ended, the last time the kernel was asked.
    ended: Vec<Known>,
    /// True when states may have changed since the kernel was last asked.
    stale: bool,
    /// The process, the command and the name of the socket that the command under way makes and connects in one step.
    newborn: Option<(String, u64, String)>,
}

impl Session {
    /// Starts a lab with one host and one process of the same name.
    pub fn start(settings: Settings) -> Result<Self, LabError> {
        memory::give_back_large_pieces();
        // Each process takes three: more of them than the usual limit of 1,024 allows.
        let _ = descriptor_table::raise_limit();
        let mut lab = Lab::start(&Plan {
            program: &settings.program,
            host_network: settings.host_network,
            folder: settings.folder.as_deref(),
            seal: settings.sealed.then_some(&settings.hidden),
        })?;
        let packets = Packets::new(lab.capture.take(), !lab.tier().is_private())?;
        let mut session = Self {
            settings,
            lab,
            lab_is_gone: false,
            processes: Vec::new(),
            programs: Vec::new(),
            watched: Vec::new(),
            injections: Injections::default(),
            programs_ran: false,
            hosts: Hosts::default(),
            packets,
            sampling: Sampling::default(),
            inventory: Inventory::default(),
            ledger: Ledger::default(),
            messages: Messages::default(),
            applications: Applications::default(),
            samples: Samples::default(),
            log: Log::default(),
            commands: 0,
            jobs: 0,
            turns: Turns::default(),
            looked_ns: 0,
            out: Vec::new(),
            latest: BTreeMap::new(),
            refusals: BTreeMap::new(),
            sent_text: false,
            variables: BTreeMap::new(),
            program_ends: BTreeMap::new(),
            program_starts: HashMap::new(),
            killing: None,
            lost_unasked: None,
            early_ends: BTreeMap::new(),
            program_inodes: HashMap::new(),
            ended: Vec::new(),
            stale: false,
            newborn: None,
        };
        session.make_process_on(FIRST_HOST, FIRST_HOST)?;
        session.out.clear();
        Ok(session)
    }

    /// Ends everything and begins anew: a new lab, no sockets, an empty log.
    pub fn reset(&mut self) -> Result<(), LabError> {
        let fresh = Self::start(self.settings.clone())?;
        *self = fresh;
        Ok(())
    }

    /// How it was asked to be.
    pub fn settings(&self) -> &Settings {
        &self.settings
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

    /// Whether text was sent where Python takes bytes alone since this was last asked.
    pub fn take_sent_text(&mut self) -> bool {
        std::mem::take(&mut self.sent_text)
    }

    /// The names that a process has given values to.
    pub fn variables(&self, process: &str) -> Vec<String> {
        self.variables
            .get(process)
            .map(|names| names.iter().cloned().collect())
            .unwrap_or_default()
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
        let programs = self
            .programs
            .iter()
            .map(|program| (program.name.clone(), program.job, self.doing(program)));
        calls.chain(programs).collect()
    }

    /// How many packets have been told so far; the newest has this number.
    pub fn packets_told(&self) -> u64 {
        self.packets.told()
    }

    /// Why the last command of a process was not carried out to its end, though no call of it failed: it timed out (`settimeout`), or
    /// could not be begun.
    pub fn refusal(&self, process: &str) -> Option<&str> {
        self.refusals.get(process).map(String::as_str)
    }

    /// True when the wire's process has ended: nothing carries frames between hosts any more.
    pub fn wire_is_gone(&self) -> bool {
        self.packets.taps().wire_is_gone()
    }

    /// What of the lab has ended by itself, so that what is expected of it cannot come any more.
    pub fn broken(&self) -> Option<String> {
        if self.lab_is_gone {
            Some("the lab's keeper process has ended".to_owned())
        } else if self.wire_is_gone() {
            Some("the wire's process has ended and nothing carries frames any more".to_owned())
        } else {
            let lost = self.lost_unasked.as_ref();
            lost.map(|name| format!("process {name} was ended by something outside the lab"))
        }
    }

    /// True when the lab has ended by itself: no command can be carried out any more.
    pub fn is_gone(&self) -> bool {
        self.lab_is_gone
    }

    /// The value the last command of a process gave.
    pub fn latest(&self, process: &str) -> Option<&ResultEvent> {
        self.latest.get(process)
    }

    /// Frames the kernel dropped because the ring was full.
    pub fn dropped_frames(&self) -> u64 {
        self.packets.taps().dropped()
    }

    /// True when packets can be seen at all.
    pub fn sees_packets(&self) -> bool {
        self.packets.taps().capturing()
    }

    /// The number the next command will have.
    pub fn next_command(&self) -> u64 {
        self.commands + 1
    }

    /// True when something happened since the last time.
    pub fn has_news(&self) -> bool {
        !self.out.is_empty()
    }

    /// What happened since the last time, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.out)
    }

    /// Tells an event of the front's own (an expectation, a note) in its place among the others.
    pub fn tell(&mut self, event: Event) {
        self.out.push(event);
    }

    /// Makes a process on a host. Its name must be new, and the host there.
    pub fn make_process_on(&mut self, name: &str, host: &str) -> Result<(), LabError> {
        let channel = Channel::new()?;
        let (family, of_children) = pass::pair()?;
        let spawned = self.lab.spawn(
            name,
            host,
            [
                channel.theirs.requests.as_fd(),
                channel.theirs.starts.as_fd(),
                channel.theirs.reports.as_fd(),
                of_children.as_fd(),
            ],
        )?;
        let birth = Birth {
            pid: spawned.pid,
            keeper_pid: spawned.keeper_pid,
            pidfd: spawned.pidfd,
        };
        let mut process = Process::new(name, host, birth, channel.ours, family);
        if let (true, Some(folder)) = (self.settings.confined, &self.settings.folder) {
            process.keep_to(folder, &self.settings.granted.paths)?;
        }
        self.out.push(Event::Process(ProcessEvent {
            process: name.to_owned(),
            host: host.to_owned(),
            pid: process.pid,
            ended: None,
        }));
        self.processes.push(process);
        Ok(())
    }

    /// Kills a process or a program, and waits until the kernel has closed what it held.
    pub fn kill(&mut self, name: &str) -> io::Result<bool> {
        let child = |session: &Self| {
            let mut children = session.processes.iter().flat_map(Process::children);
            children.any(|(child, at)| child == name && !at.is_zombie)
        };
        if let Some(process) = self.process(name) {
            process.kill()?;
            self.killing = Some(name.to_owned());
        } else if child(self) {
            for process in &self.processes {
                process.kill_child(name).transpose()?;
            }
        } else if !self.signal_program(name, libc::SIGKILL)? {
            return Ok(false);
        }
        while self.process(name).is_some()
            || child(self)
            || self.programs.iter().any(|program| program.name == name)
            || self.pid_of(name).is_some()
        {
            self.pump(PollTimeout::from(100_u16));
            if self.lab_is_gone {
                break;
            }
        }
        self.killing = None;
        self.quiesce();
        Ok(true)
    }

    /// Sends a command to a process and goes on until it is done or sleeps in the kernel. In the background it gets a job's number.
    pub fn perform(&mut self, process: &str, command: &Command) -> io::Result<()> {
        if command.background && self.works_of(process) >= JOBS {
            self.out.push(Event::Refused(RefusedEvent {
                process: process.to_owned(),
                job: 0,
                reason: format!(
                    "{JOBS} calls are under way in {process}, which is the most at a time; `cancel N` ends one, `jobs` lists them"
                ),
                fruitless: false,
            }));
            return Ok(());
        }
        self.commands += 1;
        let number = self.commands;
        let job = if command.background {
            self.jobs += 1;
            self.jobs
        } else {
            0
        };
        self.latest.remove(process);
        if job == 0 {
            self.refusals.remove(process);
        }
        self.newborn = newborn(command).map(|name| (process.to_owned(), number, name));
        self.sample_before_command();
        if job != 0 || begins_threads(command) {
            self.turns.end();
        }
        let Some(place) = self.place(process) else {
            return Ok(());
        };
        self.processes[place].execute(number, job, command)?;
        if job != 0 {
            self.out.push(Event::Note(format!(
                "job {job} in {process}: {}",
                command.text
            )));
        }
        self.looked_ns = clock::monotonic_ns();
        self.settle(process, job);
        self.quiesce();
        Ok(())
    }

    /// How many commands of a process are under way.
    fn works_of(&self, process: &str) -> usize {
        self.process(process)
            .map_or(0, |process| process.works().count())
    }

    /// Has a process evaluate an expression of which nothing is shown or remembered. An error is what the process refused, in words.
    pub fn evaluate(&mut self, process: &str, expr: Expr) -> Result<Option<Value>, String> {
        let before = self.latest.remove(process);
        let refusal = self.refusals.get(process).cloned();
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
        self.refusals.remove(process);
        if let Some(refusal) = refusal {
            self.refusals.insert(process.to_owned(), refusal);
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
            if self.pump_one(process, PollTimeout::from(LOOK_MS)) == 0 && self.look_is_due() {
                self.look();
            }
        }
    }

    /// Waits for every call that what just happened has woken: a thread that the kernel has made runnable again will report by itself.
    /// What is still asleep after this was not touched.
    pub fn quiesce(&mut self) {
        // A thread that never sleeps is asked for a whole round, and again after whatever it or another did.
        let mut to_ask = true;
        let patience = Deadline::after(PROGRAMS);
        loop {
            let await_programs = !patience.remaining().is_zero();
            let programs = || self.watched.iter().filter(|_| await_programs);
            let waking =
                self.processes.iter().any(Process::is_waking) || programs().any(Watched::is_waking);
            let heard = self.pump(if waking {
                PollTimeout::from(LOOK_MS)
            } else {
                PollTimeout::ZERO
            });
            to_ask |= heard > 0;
            let programs = || self.watched.iter().filter(|_| await_programs);
            let running = self.processes.iter().any(Process::is_running)
                || programs().any(|program| program.is_running() || program.is_expected());
            if running && heard == 0 && !waking {
                // A woken call went on to the next one of its command; see it to its end or its sleep.
                self.pump(PollTimeout::from(LOOK_MS));
                self.look();
            } else if !waking && !running && heard == 0 {
                let mut asked = false;
                for process in self.processes.iter_mut().filter(|_| to_ask) {
                    asked |= process.ask();
                }
                to_ask = false;
                if !asked {
                    self.tell_zombies();
                    return;
                }
            }
            if self.lab_is_gone {
                return;
            }
        }
    }

    /// True while some call has neither returned nor been seen asleep.
    pub fn is_busy(&self) -> bool {
        self.processes.iter().any(Process::is_running)
            || self.watched.iter().any(Watched::is_running)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.processes
            .iter()
            .position(|process| process.name == name)
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

    /// Whether this tier shows only the session's own conversations.
    pub fn is_shared_network(&self) -> bool {
        !self.lab.tier().is_private()
    }
}

impl Drop for Session {
    /// Ends the lab and the captures side by side: both wait for the kernel.
    fn drop(&mut self) {
        let taps = self.packets.taps_mut().close();
        std::thread::scope(|scope| {
            for tap in taps {
                // Where no thread can be had the capture is closed here.
                let _ = std::thread::Builder::new().spawn_scoped(scope, move || drop(tap));
            }
            self.lab.end();
        });
    }
}

/// True for a command whose work others of its process go on with.
fn begins_threads(command: &Command) -> bool {
    matches!(&command.action, Action::Call(call) if call.verb == Verb::Serve)
}

/// The name that the socket will have which a command makes and uses before it gives it back: its packets are told under it.
fn newborn(command: &Command) -> Option<String> {
    let makes = matches!(
        &command.action,
        Action::Call(call) if matches!(call.verb, Verb::CreateConnection | Verb::CreateServer)
    );
    match &command.targets[..] {
        [name] if makes => Some(name.clone()),
        _ => None,
    }
}
