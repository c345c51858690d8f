//! A program put through a case of its task: in a lab and a folder of its own, within bounds, until the first thing that is otherwise than
//! expected.

use super::guard::{BOUNDS, Bounds, Guard};
use super::judging::is_claimed;
use super::running::{Failure, Patience};
use super::stage::{Kept, Obstacle, Stage, grant_lines};
use crate::command::program::Language;
use crate::event::Ended;
use crate::lesson::document::Lesson;
use crate::lesson::lab::LabLine;
use crate::lesson::program_task::{Case, ProgramTask};
use crate::render::grade::{Grade, Graded, Mismatch};
use crate::session::Settings;
use crate::shell::expecting::Since;
use crate::shell::performing::FLOOD;
use crate::shell::{Format, Manner, Shell};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// A program that is to be put through cases.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The file's name, whose ending tells the language.
    pub name: &'a str,
    /// What is in it.
    pub text: &'a [u8],
}

/// A compiler is given this long.
const COMPILING: Duration = Duration::from_mins(1);

/// A program that is at work when a case fails is given so long to end.
const ENDING: Duration = Duration::from_millis(700);

/// A line waits so much longer than its case may take: it is the guard that ends a case whose time is over, on a busy machine too.
const GRACE: Duration = Duration::from_secs(5);

/// So many of the program's last calls are told.
const CALLS: usize = 4;

/// So many of the last rows of the ladder are shown, and of the screen where there is no ladder.
const ROWS: usize = 16;

/// Puts a program through one case; gives beside what came of it what this machine could not bound or hide. An error says why the case could
/// not be run here.
pub fn run_case(
    lesson: &Lesson,
    task: &ProgramTask,
    case: &Case,
    program: Submission<'_>,
    settings: &Settings,
) -> Result<(Graded, Vec<String>), Obstacle> {
    let manner = Manner {
        format: Format::Text,
        deadline: Some(COMPILING),
        source: lesson.name.clone(),
        quiet: true,
    };
    let mut settings = settings.clone();
    settings.sealed = true;
    let mut stage = Stage::start_with(lesson, &settings, manner, |folder| {
        let file = folder.join(program.name);
        std::fs::write(&file, program.text)?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755))
    })?;
    let open = stage.shell.session().lab().unsealed().to_vec();
    let mismatch = stage.put_through(task, case, program, lesson.trusted);
    let graded = Graded {
        name: case.name.clone(),
        points: if mismatch.is_none() { case.points } else { 0 },
        of: case.points,
        mismatch,
    };
    Ok((graded, open))
}

/// Puts a program through every case of its task. `goes_on` is told of each and says whether the next one is wanted.
pub fn grade(
    lesson: &Lesson,
    task: &ProgramTask,
    program: Submission<'_>,
    settings: &Settings,
    goes_on: &mut dyn FnMut(&Graded) -> bool,
) -> Result<Grade, Obstacle> {
    let mut grade = Grade {
        lesson: lesson.name.clone(),
        program: program.name.to_owned(),
        ..Grade::default()
    };
    for case in &task.cases {
        let (graded, open) = run_case(lesson, task, case, program, settings)?;
        grade.open = open;
        let wanted = goes_on(&graded);
        grade.cases.push(graded);
        if !wanted {
            break;
        }
    }
    Ok(grade)
}

impl Stage {
    fn put_through(
        &mut self,
        task: &ProgramTask,
        case: &Case,
        program: Submission<'_>,
        trusted: bool,
    ) -> Option<Mismatch> {
        let keeper = self.shell.session().lab().keeper_pid();
        let compiling = Bounds {
            time: COMPILING,
            ..BOUNDS
        };
        let guard = Guard::watch(keeper, compiling).ok()?;
        let words = match self.shell.words_for(self.folder.path(), program) {
            Ok(words) => words,
            Err((reason, shown)) => {
                let words = guard.excess().map_or(reason, super::guard::Excess::words);
                return Some(Mismatch {
                    words,
                    shown,
                    ..Mismatch::default()
                });
            }
        };
        drop(guard);
        let bounds = Bounds {
            time: case.time,
            ..BOUNDS
        };
        let guard = Guard::watch(keeper, bounds).ok()?;
        let shell = &mut self.shell;
        shell.manner.deadline = Some(case.time);
        shell.gives_up_at_rest = true;
        let lines = with_program(task, case, &words);
        if !trusted {
            let texts = lines.iter().map(|line| line.text.as_str());
            shell.session.grant(grant_lines(texts));
        }
        let mut kept = Kept::default();
        let failure = shell.first_failure(case, &lines, &guard, &mut kept);
        let excess = guard.excess().map(super::guard::Excess::words);
        let flood = shell
            .is_flooded()
            .then(|| format!("it wrote more than {} MiB of output", FLOOD >> 20));
        let excess = excess.or(flood);
        if failure.is_none() && excess.is_none() {
            return None;
        }
        Some(shell.mismatch(task, case, excess, failure, &kept.text))
    }
}

/// The lines of a case, with what runs the program in the place of its name.
fn with_program(task: &ProgramTask, case: &Case, words: &str) -> Vec<LabLine> {
    let mut lines: Vec<LabLine> = case.lines.clone();
    for line in &mut lines {
        let rows = line.text.lines().map(|row| task.running(row, words));
        line.text = rows.collect::<Vec<_>>().join("\n");
    }
    lines
}

impl Shell {
    /// Runs the lines of a case until one of them goes otherwise than expected, or a bound is met.
    fn first_failure(
        &mut self,
        case: &Case,
        lines: &[LabLine],
        guard: &Guard,
        kept: &mut Kept,
    ) -> Option<Failure> {
        let mut patience = Patience::new(case.time + GRACE);
        let lines = lines.iter().zip(&case.lines);
        let mut lines = lines.filter(|(line, _)| !line.is_comment()).peekable();
        while let Some((line, written)) = lines.next() {
            let before = kept.text.len();
            let began = self.mark();
            let ran = self.run_line(line, &mut patience, kept);
            let claimed = is_claimed(line, lines.peek().map(|(next, _)| *next));
            let found = ran.failures.into_iter().next();
            let unclaimed = || {
                let failure = self.unclaimed(line, &began).filter(|_| !claimed)?;
                Some(Failure {
                    expected: "the call to succeed".to_owned(),
                    ..failure
                })
            };
            if let Some(failure) = found.or_else(unclaimed) {
                return Some(Failure {
                    command: written.text.clone(),
                    shown: kept.text.get(before..).unwrap_or_default().to_owned(),
                    ..failure
                });
            }
            if self.is_flooded() || guard.excess().is_some() {
                break;
            }
        }
        None
    }

    /// What runs a program in a line: its interpreter and file, or what its compiler made of it. An error is the first thing that the
    /// compiler says, and the first rows of all that it says.
    fn words_for(
        &mut self,
        folder: &Path,
        program: Submission<'_>,
    ) -> Result<String, (String, Vec<String>)> {
        let language = Language::of_file(program.name, program.text);
        match self.compiled(&folder.join(program.name), language, &mut Kept::default()) {
            Ok(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
                Ok(quoted.join(" "))
            }
            Err(reason) => {
                let compiler = language.runner().unwrap_or_default();
                let said = self.teller.written_by(compiler, 0);
                // Where the file lies for this case says nothing to whoever wrote it.
                let said = said.replace(&format!("{}/", folder.display()), "");
                let said: Vec<&str> = said.lines().collect();
                let first = said.iter().find(|line| line.contains("error"));
                let words = first.map_or_else(
                    || reason.clone(),
                    |first| format!("{reason}: {}", first.trim()),
                );
                let rows = said.iter().take(ROWS).map(|line| (*line).to_owned());
                Err((words, rows.collect()))
            }
        }
    }

    /// The first difference, with the calls and packets around it.
    fn mismatch(
        &mut self,
        task: &ProgramTask,
        case: &Case,
        excess: Option<String>,
        failure: Option<Failure>,
        shown: &str,
    ) -> Mismatch {
        let name = task.process().to_owned();
        // It may be about to end, and that is the reason then.
        self.wait_for(ENDING, &mut Kept::default(), |shell| {
            shell.session.programs_rest_or_ended()
        });
        let failure = failure.unwrap_or_else(|| Failure {
            line: case.line,
            command: String::new(),
            expected: String::new(),
            actual: None,
            reason: String::new(),
            shown: String::new(),
        });
        let words = match excess.or_else(|| self.crash_of(&name)) {
            Some(words) => words,
            None => in_words(&failure),
        };
        let calls: Vec<String> = self
            .calls_since(Some(&name), &Since::BEGINNING)
            .map(|call| {
                let injected = call.injected.as_ref();
                let injected = injected.map_or(String::new(), |(_, effect)| {
                    format!("  (injected: {effect})")
                });
                let source = call.source.as_ref();
                let source = source.map_or(String::new(), |source| {
                    format!("  {}:{}", file_name(&source.file), source.line)
                });
                format!("{}{injected}{source}", call.text())
            })
            .collect();
        Mismatch {
            words,
            line: failure.line,
            command: failure.command,
            expected: failure.expected,
            actual: failure.actual,
            calls: last(calls, CALLS),
            ladder: self.small_ladder(),
            shown: last(shown.lines().map(str::to_owned).collect(), ROWS),
            because: case.because.clone(),
        }
    }

    /// How a program ended that ended otherwise than well, the task's own before others: its status or signal, and the last line of its
    /// standard error. A case may kill a program by itself.
    fn crash_of(&self, own: &str) -> Option<String> {
        let is_crash = |ended: Ended| match ended {
            Ended::Exited(status) => status != 0,
            Ended::Signalled(signal) => !matches!(signal, libc::SIGKILL | libc::SIGTERM),
            Ended::Unseen => false,
        };
        let crashed = || {
            self.session
                .program_ends()
                .filter(|(_, ended)| is_crash(*ended))
        };
        let (name, ended) = crashed()
            .find(|(name, _)| *name == own)
            .or_else(|| crashed().next())?;
        let how = match ended {
            Ended::Exited(status) => format!("{name} ended with exit status {status}"),
            Ended::Signalled(signal) => {
                let known = nix::sys::signal::Signal::try_from(signal);
                let signal =
                    known.map_or_else(|_| signal.to_string(), |known| known.as_str().to_owned());
                format!("{name} was ended by {signal}")
            }
            Ended::Unseen => return None,
        };
        let written = self.teller.written_by(name, 0);
        let last = written.lines().rfind(|line| !line.trim().is_empty());
        Some(last.map_or(how.clone(), |last| format!("{how}: {}", last.trim())))
    }

    /// The end of the ladder of all packets, as the screen draws it.
    fn small_ladder(&mut self) -> Vec<String> {
        if self.session.is_gone() || self.session.packets_told() == 0 {
            return Vec::new();
        }
        let mut kept = Kept::default();
        self.line("ladder", 0, &mut kept);
        let rows = kept.text.lines().filter(|row| !row.trim().is_empty());
        let rows: Vec<String> = rows.map(str::to_owned).collect();
        let heads = rows.len().min(2);
        if rows.len() <= ROWS {
            return rows;
        }
        let mut shown = rows[..heads].to_vec();
        shown.extend(last(rows, ROWS - heads));
        shown
    }
}

/// What was expected and what came, in a sentence.
fn in_words(failure: &Failure) -> String {
    let reason = match (&failure.actual, failure.reason.as_str()) {
        (Some(actual), reason) => format!("it is {} ({reason})", actual.trim()),
        (None, "") => "it is not so".to_owned(),
        (None, reason) => reason.to_owned(),
    };
    let first = failure.command.lines().next().unwrap_or_default().trim();
    let after = if first.is_empty() || first == failure.expected {
        String::new()
    } else {
        format!("after `{first}`, ")
    };
    format!("{after}expected {}, but {reason}", failure.expected)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn last<T>(mut items: Vec<T>, most: usize) -> Vec<T> {
    items.split_off(items.len().saturating_sub(most))
}
