//! What a lesson needs around it: a fresh lab in its folder, its hosts and processes, its files; and whether this machine has it all.

use super::folder::{Folder, within};
use super::running::{Patience, Ran};
use crate::command::ast::Command;
use crate::command::expectation::Claim;
use crate::command::parse::parse_line;
use crate::command::reach::Granted;
use crate::lab::handle::{FIRST_HOST, LabError};
use crate::lesson::document::{Block, Lesson};
use crate::lesson::front::Needs;
use crate::lesson::lab::LabLine;
use crate::render::styled::{Look, Styled};
use crate::session::{Session, Settings};
use crate::shell::expecting::Since;
use crate::shell::{Format, Manner, Screen, Shell};
use std::path::Path;

/// A shell with a lesson's lab, and the lesson's folder.
#[derive(Debug)]
pub struct Stage {
    /// The shell.
    pub shell: Shell,
    /// Held for as long as the lab lives in it.
    pub(super) folder: Folder,
    patience: Patience,
}

/// A screen that shows nothing and keeps what it was to show.
#[derive(Debug, Default)]
pub struct Kept {
    /// What was to be shown, as plain text; the oldest part is let go.
    pub text: String,
}

/// At most this many bytes are kept.
const KEPT: usize = 64 << 10;

impl Screen for Kept {
    fn show(&mut self, text: &Styled) {
        if self.text.len() < KEPT {
            self.text.push_str(&text.to_text(&self.look()));
        }
    }

    fn look(&self) -> Look {
        Look {
            width: 100,
            ascii: false,
            color: false,
        }
    }

    fn show_json(&mut self, _: &str) {}
}

/// Why a lesson cannot be run here.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// This machine lacks something the lesson says it needs.
    #[error("{0}")]
    Lacking(String),
    /// The lab could not be made.
    #[error("no lab could be made: {0}")]
    Lab(#[from] LabError),
    /// The lesson's folder could not be made or written.
    #[error("the lesson has no folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The hosts, processes or settings of the front matter could not be had.
    #[error("{0}")]
    Setup(String),
}

impl Stage {
    /// Makes a lab for a lesson.
    pub fn start(lesson: &Lesson, settings: &Settings, manner: Manner) -> Result<Self, Obstacle> {
        let mut stage = Self::start_with(lesson, settings, manner, |_| Ok(()))?;
        stage.shell.fits(lesson)?;
        Ok(stage)
    }

    /// Makes a lab for a lesson that is known to fit this machine, with further files in its folder.
    pub fn start_with(
        lesson: &Lesson,
        settings: &Settings,
        manner: Manner,
        write: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<Self, Obstacle> {
        let folder = Folder::new()?;
        write_files(lesson, folder.path())?;
        write(folder.path())?;
        let settings = Settings {
            folder: Some(folder.path().to_owned()),
            confined: !lesson.trusted,
            granted: lesson.granted.clone(),
            ..settings.clone()
        };
        let shell = within(folder.path(), || Shell::start(settings, manner))??;
        let mut stage = Self {
            shell,
            folder,
            patience: Patience::new(lesson.front.deadline),
        };
        stage.shell.prepare(lesson)?;
        Ok(stage)
    }

    /// Ends everything and begins anew.
    pub fn fresh(&mut self, lesson: &Lesson) -> Result<(), Obstacle> {
        self.patience = Patience::new(lesson.front.deadline);
        self.shell.begin_anew(self.folder.path())?;
        self.shell.prepare(lesson)
    }

    /// Runs a line of the lesson and judges it.
    pub(super) fn run_line(&mut self, line: &LabLine, screen: &mut dyn Screen) -> Ran {
        self.shell.manner.deadline = Some(self.patience.now());
        self.shell.run_line(line, &mut self.patience, screen)
    }

    /// Judges a claim, waiting for what it names.
    pub(super) fn judge(
        &mut self,
        process: &str,
        claim: &Claim,
        since: &Since,
        screen: &mut dyn Screen,
    ) -> Result<(), String> {
        let shell = &mut self.shell;
        self.patience
            .wait(|so_long| shell.judge(process, claim, since, so_long, screen))
    }
}

/// Writes the files of a lesson's blocks.
pub fn write_files(lesson: &Lesson, folder: &Path) -> Result<(), Obstacle> {
    for placed in &lesson.blocks {
        if let Block::File { name, text } = &placed.block {
            std::fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

/// Asks Python where a module is. Of a dotted name only what contains it is imported, and nothing of the lesson's folder (-I).
const FIND_MODULE: &str =
    "import importlib.util, sys\nsys.exit(importlib.util.find_spec(sys.argv[1]) is None)";

pub(super) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// What a lesson does outside its lab: lines that start programs or reach files and sockets beyond its folder, and a look for modules of
/// Python. Somebody else's lesson may not do that unasked.
pub fn to_allow(lesson: &Lesson) -> Vec<String> {
    let lines = lesson
        .commands()
        .filter(|text| {
            // A line that is only a part of a command is judged when the whole of it is run.
            parse_line(text).is_ok_and(|commands| commands.iter().any(Command::reaches_out))
        })
        .map(str::to_owned);
    let modules = lesson
        .front
        .programs
        .iter()
        .filter_map(|(program, module)| {
            Some(format!(
                "run {program} to look for its module {}",
                module.as_ref()?
            ))
        });
    lines.chain(modules).collect()
}

/// What a yes to all of that grants.
pub fn grant(lesson: &Lesson) -> Granted {
    Granted {
        modules: true,
        ..grant_lines(lesson.commands())
    }
}

/// What these lines do outside their lab, granted.
pub fn grant_lines<'a>(texts: impl Iterator<Item = &'a str>) -> Granted {
    let mut granted = Granted::default();
    for text in texts {
        for command in parse_line(text).unwrap_or_default() {
            granted.add(&command);
        }
    }
    granted
}

impl Shell {
    /// Whether this lab is what a lesson needs, and the machine has its programs.
    pub(super) fn fits(&mut self, lesson: &Lesson) -> Result<(), Obstacle> {
        let lab = self.session.lab();
        let is_private = lab.tier().is_private();
        let lacking = match lesson.front.needs {
            Needs::Private if !is_private => {
                "it needs a private network, and this machine allows none"
            }
            Needs::Private | Needs::Packets if !self.session.sees_packets() => {
                "it needs to see packets, and this machine does not allow that"
            }
            _ if !lesson.trusted && !is_private => {
                return Err(Obstacle::Lacking(
                    "it did not come with socklab, and its calls would be made in this machine's own network; --allow-run allows that".to_owned(),
                ));
            }
            Needs::Private | Needs::Packets | Needs::Calls => return self.has_programs(lesson),
        };
        Err(Obstacle::Lacking(format!(
            "{lacking} (`socklab doctor` says why)"
        )))
    }

    /// Whether the programs are installed that the lesson names, and Python's modules. These are looked for by Python itself, in the lab.
    fn has_programs(&mut self, lesson: &Lesson) -> Result<(), Obstacle> {
        for (program, module) in &lesson.front.programs {
            if !is_installed(program) {
                return Err(Obstacle::Lacking(format!(
                    "{program} is not installed here"
                )));
            }
            let Some(module) = module else { continue };
            let words = [program.as_str(), "-I", "-c", FIND_MODULE, module];
            let may_look = lesson.trusted || lesson.granted.modules;
            if !may_look || !self.session.succeeds(FIRST_HOST, &words)? {
                return Err(Obstacle::Lacking(format!(
                    "{program} has no module {module} here"
                )));
            }
        }
        Ok(())
    }

    /// True where packets are seen.
    pub(super) fn sees_packets(&self) -> bool {
        self.session.sees_packets()
    }

    /// True in a network of the lab's own.
    pub(super) fn is_alone(&self) -> bool {
        self.session.lab().tier().is_private()
    }

    /// A new lab in place of this one, whose processes begin in this folder.
    pub(super) fn begin_anew(&mut self, folder: &Path) -> Result<(), Obstacle> {
        let settings = Settings {
            folder: Some(folder.to_owned()),
            ..self.session.settings().clone()
        };
        self.session = within(folder, || Session::start(settings))??;
        self.forget();
        Ok(())
    }

    /// Makes the hosts and processes of a lesson, and its settings.
    pub(super) fn prepare(&mut self, lesson: &Lesson) -> Result<(), Obstacle> {
        let front = &lesson.front;
        let mut lines: Vec<String> = Vec::new();
        lines.extend(front.hosts.iter().map(|name| format!("host {name}")));
        lines.extend(front.processes.iter().map(|name| format!("process {name}")));
        let home = front.hosts.first().cloned();
        let home = home.unwrap_or_else(|| crate::lab::handle::FIRST_HOST.to_owned());
        let mut everywhere: Vec<&str> = front.hosts.iter().map(String::as_str).collect();
        if everywhere.is_empty() {
            everywhere.push(&home);
        }
        for (name, value) in &front.sysctls {
            lines.extend(
                everywhere
                    .iter()
                    .map(|host| format!("{host}> sysctl {name} {value}")),
            );
        }
        lines.push(format!("{home}>"));
        let mut screen = Kept::default();
        let format = std::mem::replace(&mut self.manner.format, Format::Text);
        let wrong = self.tally.wrong_lines;
        let refusals = self.manner.deadline;
        // Only a script counts the lines that could not be carried out.
        self.manner.deadline = Some(front.deadline);
        for line in &lines {
            self.line_of_lesson(line, 0, &mut screen);
            if self.tally.wrong_lines > wrong {
                break;
            }
        }
        self.manner.deadline = refusals;
        self.manner.format = format;
        if self.tally.wrong_lines > wrong {
            return Err(Obstacle::Setup(format!(
                "the lesson's hosts could not be made: {}",
                screen.text.split_whitespace().collect::<Vec<_>>().join(" ")
            )));
        }
        Ok(())
    }
}
