//! Programs run in the lab, as the session sees them: started, heard, ended, and found by the sockets they hold.

use super::Session;
use super::program::{Pipes as Standard, Program, inode};
use crate::command::reach::Granted;
use crate::event::{Ended, Event, OutputEvent, ProcessEvent};
use crate::lab::handle::{LabError, Spawned};
use crate::process::channel::Joint;
use crate::process::message;
use crate::process::program::Watched;
use crate::sys::{clock, pass, spawn, threads};
use std::collections::HashMap;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

/// How long a program may take that answers a question.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a program's standard input comes from.
#[derive(Debug)]
pub enum Input {
    /// It ends at once.
    Nothing,
    /// From this descriptor.
    Given(OwnedFd),
    /// From lines that are given to it one by one ([`Session::type_to`]).
    Typed,
}

/// How a program is to run.
#[derive(Debug)]
pub struct Running {
    /// What it is called; its file's name where nothing is given, with a number when that is taken.
    pub name: Option<String>,
    /// Its standard input.
    pub input: Input,
    /// Report its calls.
    pub calls: bool,
    /// Find the line of its source that makes each call.
    pub lines: bool,
    /// Stop it before each call.
    pub stepping: bool,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            name: None,
            input: Input::Nothing,
            calls: true,
            lines: true,
            stepping: false,
        }
    }
}

impl Session {
    /// How the last program of this name ended, once it has.
    pub fn last_end(&self, name: &str) -> Option<Ended> {
        self.program_ends.get(name).copied()
    }

    /// When the newest program of this name began, in nanoseconds since the epoch: calls and output of an earlier one are not its own.
    /// Processes that it has made are of its name (`server/12`).
    pub fn program_start(&self, process: &str) -> Option<i64> {
        let program = process.split('/').next().unwrap_or(process);
        self.program_starts.get(program).copied()
    }

    /// True when this program is over and nobody waits for what its tracer has still to say; processes that it has made may live on.
    pub fn is_over(&self, name: &str) -> bool {
        let mut watched = self.watched.iter().filter(|program| program.name == name);
        !self.programs.iter().any(|program| program.name == name)
            && watched.all(|program| program.processes().any(|process| process != name))
    }

    /// How programs have ended, each by its name.
    pub fn program_ends(&self) -> impl Iterator<Item = (&str, Ended)> {
        let ends = self.program_ends.iter();
        ends.map(|(name, ended)| (name.as_str(), *ended))
    }

    /// Allows a confined session more.
    pub fn grant(&mut self, granted: Granted) {
        self.settings.granted = granted;
    }

    /// Runs a program on a host.
    pub fn run(&mut self, host: &str, words: &[String], how: Running) -> Result<String, LabError> {
        self.turns.end();
        let pipes = Standard::new()?;
        let (input, lines) = match how.input {
            Input::Given(input) => (input, None),
            Input::Nothing => (std::fs::File::open("/dev/null")?.into(), None),
            Input::Typed => {
                let (read, write) = io::pipe()?;
                (OwnedFd::from(read), Some(write))
            }
        };
        let standard = [
            input.as_fd(),
            pipes.program_output.as_fd(),
            pipes.program_error.as_fd(),
        ];
        let name = self.free_name(how.name, words);
        let began_ns = clock::now_ns();
        let spawned = if how.calls {
            self.run_watched(&name, (host, words), standard, (how.lines, how.stepping))?
        } else {
            self.lab.run(host, words, standard, None)?
        };
        let hosts = self.hosts.all().iter();
        let place = hosts.enumerate().find(|(_, machine)| machine.name == host);
        self.program_starts.insert(name.clone(), began_ns);
        self.packets
            .program_begins(&name, place.map_or(0, |(place, _)| place), began_ns);
        self.jobs += 1;
        let pid = spawned.pid;
        self.programs_ran = true;
        let mut program = Program::new(
            (name.clone(), host.to_owned()),
            words.join(" "),
            self.jobs,
            spawned,
            pipes.output,
            pipes.error,
        );
        program.lines = lines;
        self.programs.push(program);
        self.out.push(Event::Process(ProcessEvent {
            process: name.clone(),
            host: host.to_owned(),
            pid,
            ended: None,
        }));
        Ok(name)
    }

    /// What a program is called: as it was asked for, or as its file, with a number where that is taken.
    fn free_name(&self, asked: Option<String>, words: &[String]) -> String {
        let of_file = || {
            let file = words.first().and_then(|word| Path::new(word).file_name());
            file.unwrap_or_default().to_string_lossy().into_owned()
        };
        let base = asked.unwrap_or_else(of_file);
        let numbered = (2..=u32::MAX).map(|count| format!("{base}_{count}"));
        let mut names = std::iter::once(base.clone()).chain(numbered);
        names.find(|name| !self.is_taken(name)).unwrap_or(base)
    }

    /// True when a process or a program has this name.
    pub fn is_taken(&self, name: &str) -> bool {
        let mut programs = self.programs.iter();
        self.process(name).is_some()
            || self.watched_process(name).is_some()
            || programs.any(|program| program.name == name)
    }

    /// Gives a program a line to read; `None` ends its standard input. An error says why it cannot be given.
    pub fn type_to(&mut self, name: &str, line: Option<&[u8]>) -> Result<(), String> {
        let program = self.programs.iter_mut().find(|one| one.name == name);
        let Some(program) = program else {
            return Err(format!(
                "no program is called {}; `jobs` lists those that run",
                name.escape_debug()
            ));
        };
        let Some(lines) = &mut program.lines else {
            return Err(format!(
                "nothing can be typed to {name}: its input is not the prompt's (`run … &` gives it one), or was ended"
            ));
        };
        match line {
            None => program.lines = None,
            Some(line) => lines.write_all(line).map_err(|error| {
                format!(
                    "{name} does not read what is typed: {}",
                    threads::plain(&error)
                )
            })?,
        }
        Ok(())
    }

    /// Starts a program under a tracer, which reports its calls.
    fn run_watched(
        &mut self,
        name: &str,
        (host, words): (&str, &[String]),
        standard: [BorrowedFd<'_>; 3],
        (lines, stepping): (bool, bool),
    ) -> Result<Spawned, LabError> {
        let (joint, [requests, wakes, memory]) = Joint::new()?;
        let (births, of_tracer) = pass::plain_pair()?;
        self.commands += 1;
        let watched = message::Tracee {
            name: name.to_owned(),
            host: host.to_owned(),
            command: self.commands,
            rules: self.injections.rules(),
            lines,
            stepping,
        };
        let watched = postcard::to_stdvec(&watched).map_err(io::Error::other)?;
        let channels = [requests, wakes, memory, of_tracer];
        let channels = channels.each_ref().map(AsFd::as_fd);
        let spawned = self
            .lab
            .run(host, words, standard, Some((&watched, channels)))?;
        let watched = Watched::new(name, host, joint, births, stepping)?;
        let pid = watched.pid_of(name).unwrap_or(spawned.pid);
        self.watched.push(watched);
        Ok(Spawned { pid, ..spawned })
    }

    /// Runs a program without a word and waits for it. True when it exits with 0 in time.
    pub fn succeeds(&mut self, host: &str, words: &[&str]) -> Result<bool, LabError> {
        let nowhere = std::fs::File::options()
            .read(true)
            .write(true)
            .open("/dev/null")?;
        let standard = [nowhere.as_fd(); 3];
        let spawned = self.lab.run(host, words, standard, None)?;
        let end = self.lab.end_of(spawned.keeper_pid, PATIENCE)?;
        if end.is_none() {
            spawn::pidfd_send_signal(spawned.pidfd.as_fd(), libc::SIGKILL)?;
        }
        Ok(end == Some(Ended::Exited(0)))
    }

    /// What programs have written since the last time.
    pub(super) fn read_output(&mut self) -> Vec<Event> {
        let programs = self.programs.iter_mut();
        programs.flat_map(output).collect()
    }

    pub(super) fn hear_programs(&mut self) {
        if self.programs.iter().any(Program::is_over) {
            self.packets.taps_mut().settle();
        }
        // Those whose packets were left behind end when these have been told.
        let told_ns = if self.packets.taps().left_behind() {
            self.packets.newest_ns()
        } else {
            i64::MAX
        };
        let (over, running): (Vec<Program>, Vec<Program>) = std::mem::take(&mut self.programs)
            .into_iter()
            .partition(|program| {
                program
                    .ended
                    .is_some_and(|(_, ended_ns)| ended_ns <= told_ns)
            });
        self.programs = running;
        for mut program in over {
            // What it wrote last is in the pipe: the end was told after the write.
            self.out.extend(output(&mut program));
            self.tell_packets(i64::MAX);
            let ended_ns = program.ended.map_or(i64::MAX, |(_, ended_ns)| ended_ns);
            self.packets.program_ended(&program.name, ended_ns);
            let (process, host, pid) = (program.name.clone(), program.host.clone(), program.pid);
            let ended = program.ended.map(|(ended, _)| ended);
            if let Some(ended) = ended {
                self.program_ends.insert(process.clone(), ended);
            }
            self.out.push(Event::Process(ProcessEvent {
                process,
                host,
                pid,
                ended,
            }));
        }
    }

    /// Which programs own the sockets with these inodes. What was found once holds as long as the socket is there.
    pub(super) fn owners_of(&mut self, inodes: impl Iterator<Item = u64>) -> HashMap<u64, String> {
        let mut found = HashMap::new();
        let mut unknown = false;
        for inode in inodes {
            match self.program_inodes.get(&inode) {
                Some(owner) => {
                    found.insert(inode, owner.clone());
                }
                None => unknown = true,
            }
        }
        if unknown {
            found = self
                .programs
                .iter()
                .flat_map(|program| {
                    let held = inodes_of(program.pid).into_iter();
                    held.map(|inode| (inode, program.name.clone()))
                })
                .collect();
        }
        self.program_inodes.clone_from(&found);
        found
    }

    /// Who owns a socket that no prompt's process has: a program, by its descriptors under /proc.
    pub fn program_with_inode(&self, inode: u64) -> Option<&Program> {
        self.programs
            .iter()
            .find(|program| inodes_of(program.pid).contains(&inode))
    }
}

/// What a program has written since the last time.
fn output(program: &mut Program) -> Vec<Event> {
    let written = program.written().into_iter();
    written
        .map(|(error, text)| {
            Event::Output(OutputEvent {
                process: program.name.clone(),
                text,
                error,
            })
        })
        .collect()
}

/// The sockets a process holds.
fn inodes_of(pid: i32) -> Vec<u64> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"));
    entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .map(|fd| inode(pid, fd))
        .filter(|inode| *inode != 0)
        .collect()
}
