//! Processes and jobs: making, killing, waiting. Programs: `programs`.

use super::verbs::{number, word};
use super::{Flow, Screen, Shell, views};
use crate::command::ast::{Call, Expr};
use crate::event::Event;
use crate::lab::handle::FIRST_HOST;
use crate::sys::file;
use std::path::Path;
use std::time::Duration;

/// How long `wait` and `run` go on when nothing else bounds them: Ctrl-C ends them.
pub(super) const FOR_EVER: Duration = Duration::MAX;

/// A process's name, which stands before every line, has at most this many characters.
const NAME: usize = 32;

/// At most so many scripts are loaded each by the one before.
const LOADS: usize = 16;

/// A script that is loaded has at most this many bytes.
const SCRIPT: u64 = 16 << 20;

impl Shell {
    pub(super) fn process_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(name) = word(call, 0) else {
            let text = views::processes(self.session());
            return screen.show(&text);
        };
        if self.session.process(&name).is_some() {
            // A script that names its processes at its head may be loaded twice.
            self.current = name;
            return;
        }
        if let Err(reason) = fits_as_name(&name) {
            return self.refuse("", reason, screen);
        }
        let host = word(call, 1).unwrap_or_else(|| self.host_here());
        if self.session.hosts().named(&host).is_none() {
            let reason = format!(
                "there is no host {}; `host {}` makes it, `lab` shows which there are",
                host.escape_debug(),
                host.escape_debug()
            );
            return self.refuse("", reason, screen);
        }
        self.process_on(&name, &host, screen);
    }

    pub(super) fn process_on(&mut self, name: &str, host: &str, screen: &mut dyn Screen) {
        match self.session.make_process_on(name, host) {
            Ok(()) => name.clone_into(&mut self.current),
            Err(error) => self.refuse(name, format!("no process could be made: {error}"), screen),
        }
    }

    /// The host of the prompt's process.
    pub(super) fn host_here(&self) -> String {
        self.session
            .process(&self.current)
            .map_or_else(|| FIRST_HOST.to_owned(), |process| process.host.clone())
    }

    pub(super) fn kill(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(name) = word(call, 0) else { return };
        match self.session.kill(&name) {
            Ok(true) => {
                if self.session.process(&self.current).is_none() {
                    let home = self
                        .session
                        .processes()
                        .first()
                        .map(|process| process.name.clone());
                    self.current = home.unwrap_or_else(|| FIRST_HOST.to_owned());
                }
            }
            Ok(false) => self.refuse(
                &name,
                format!(
                    "no process or program is called {}; `jobs` and `lab` show which there are",
                    name.escape_debug()
                ),
                screen,
            ),
            Err(error) => self.refuse(
                &name,
                format!("{} could not be killed: {error}", name.escape_debug()),
                screen,
            ),
        }
    }

    pub(super) fn sleep(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let duration = match call.args.first().and_then(Option::as_ref) {
            Some(Expr::Duration(nanoseconds)) => Some(Duration::from_nanos(*nanoseconds)),
            Some(Expr::Int(seconds)) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            Some(Expr::Float(seconds)) => Duration::try_from_secs_f64(*seconds).ok(),
            _ => None,
        };
        match duration {
            Some(duration) => {
                self.wait_for(duration, screen, |_| false);
            }
            None => self.refuse(
                process,
                "sleep takes a time: sleep 200ms, sleep 1.5".to_owned(),
                screen,
            ),
        }
    }

    pub(super) fn wait_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let patience = self.manner.deadline.unwrap_or(FOR_EVER);
        let wanted = number(call, 0);
        let under_way = move |shell: &Self| {
            shell
                .session
                .jobs()
                .into_iter()
                .any(|(_, job, _)| wanted.is_none_or(|wanted| i64::from(job) == wanted))
        };
        if wanted.is_some() && !under_way(self) {
            self.session.tell(Event::Note(
                "no such job is under way; it is done, or never was".to_owned(),
            ));
            return;
        }
        let stands = move |shell: &Self| shell.session.stands(wanted);
        if !self.wait_for(patience, screen, |shell| !under_way(shell) || stands(shell))
            || under_way(self)
        {
            let left: Vec<String> = self
                .session
                .jobs()
                .into_iter()
                .map(|(who, _, what)| format!("{who} in {what}"))
                .collect();
            let left = left.join(", ");
            if self.manner.deadline.is_some() {
                self.tally.stuck = Some(left.clone());
            }
            self.session
                .tell(Event::Note(format!("still under way: {left}")));
        }
    }

    pub(super) fn jobs(&mut self, screen: &mut dyn Screen) {
        let text = views::jobs(&self.session.jobs());
        screen.show(&text);
    }

    pub(super) fn cancel(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(wanted) = number(call, 0) else {
            return self.refuse(
                "",
                "cancel takes a job's number; `jobs` lists them".to_owned(),
                screen,
            );
        };
        let found = self
            .session
            .jobs()
            .into_iter()
            .find(|(_, job, _)| *job != 0 && i64::from(*job) == wanted);
        let Some((who, job, _)) = found else {
            return self.refuse(
                "",
                format!("no job {wanted} is under way; `jobs` lists them"),
                screen,
            );
        };
        let mut programs = self.session.programs().iter();
        if programs.any(|program| program.job == job) {
            let _ = self.session.signal_program(&who, libc::SIGINT);
            // The signal is there when the call that it was stopped before begins.
            self.session.step_through(&who, false);
            self.wait_for_program(&who, screen);
        } else {
            self.session.interrupt(&who, job);
        }
    }

    pub(super) fn reset(&mut self, screen: &mut dyn Screen) {
        if self.course.is_some() {
            return self.again(screen);
        }
        let lost: Vec<String> = self
            .session
            .in_the_air()
            .iter()
            .map(|number| format!("#{number}"))
            .collect();
        let ended: Vec<String> = self
            .session
            .all_stopped()
            .into_iter()
            .map(|call| format!("{} before {}", call.thread_name(), call.invocation))
            .collect();
        match self.session.reset() {
            Ok(()) => {
                self.forget();
                let mut note = "a new lab: no sockets, no packets, one process".to_owned();
                if !lost.is_empty() {
                    note.push_str("; with the one before, what was in the air is lost: ");
                    note.push_str(&lost.join(", "));
                }
                if !ended.is_empty() {
                    note.push_str("; what was stopped has ended: ");
                    note.push_str(&ended.join(", "));
                }
                self.session.tell(Event::Note(note));
            }
            Err(error) => self.refuse("", format!("no new lab could be made: {error}"), screen),
        }
    }

    pub(super) fn load(&mut self, call: &Call, screen: &mut dyn Screen) -> Flow {
        let path = word(call, 0).unwrap_or_default();
        if self.loading == LOADS {
            let reason = format!(
                "{} would be loaded by {LOADS} scripts, each by the one before; that is the most: does it load itself?",
                path.escape_debug()
            );
            self.refuse("", reason, screen);
            return Flow::Continue;
        }
        let text = match file::read(Path::new(&path), SCRIPT) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.refuse("", format!("{}: {error}", path.escape_debug()), screen);
                return Flow::Continue;
            }
        };
        match String::from_utf8(text) {
            Ok(text) => {
                self.loading += 1;
                let flow = self.text(&text, screen);
                self.loading -= 1;
                flow
            }
            Err(error) => {
                let (line, column) =
                    crate::command::line::place(error.as_bytes(), error.utf8_error().valid_up_to());
                self.refuse(
                    "",
                    format!("{}:{line}:{column}: not valid UTF-8", path.escape_debug()),
                    screen,
                );
                Flow::Continue
            }
        }
    }
}

/// Whether a process can be called so; an error says why not.
pub(super) fn fits_as_name(name: &str) -> Result<(), String> {
    let fit = name.chars().count() <= NAME
        && name.chars().next().is_some_and(char::is_alphabetic)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if fit {
        return Ok(());
    }
    let shown: String = name.chars().take(2 * NAME).collect();
    Err(format!(
        "a process's name begins with a letter and goes on with letters, digits, _ and -, {NAME} in all: not {}",
        shown.escape_debug()
    ))
}
