//! `socklab lesson grade`: a student's file put through the cases of the task that asks for it, and what is said of it.

use super::bench::LONGEST;
use super::grading::{Submission, grade};
use super::library::{Library, complaints, read};
use super::stage::{Kept, Obstacle, Stage, is_installed};
use crate::command::program::Language;
use crate::lesson::document::Lesson;
use crate::lesson::program_task::ProgramTask;
use crate::render::grade as drawn;
use crate::session::Settings;
use crate::shell::{Format, Manner, Screen};
use crate::sys::file;
use std::path::{Path, PathBuf};

/// What a grade comes to, as the exit status of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every case passed.
    Passed,
    /// Some did not.
    Failed,
}

/// Why a program was not graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ungraded {
    /// What was asked for cannot be meant so: a lesson or a file that is not there, a task that does not exist.
    Usage(String),
    /// This machine cannot run the cases.
    Machine(String),
    /// The lesson's file is wrong, which was shown.
    Lesson,
}

/// What is to be graded.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The lesson, by name, number or file.
    pub lesson: &'a str,
    /// The student's file.
    pub file: &'a Path,
    /// Which of the lesson's programs, from 1; by the file's name when left out.
    pub task: Option<usize>,
    /// Text or JSON.
    pub format: Format,
}

/// Grades a file and shows what came of it.
pub fn grade_file(
    library: &Library,
    request: &Request<'_>,
    settings: &Settings,
    screen: &mut dyn Screen,
) -> Result<Standing, Ungraded> {
    let volume = library.one(request.lesson).map_err(Ungraded::Usage)?;
    let mut lesson = read(&volume).map_err(|errors| {
        screen.show(&complaints(&volume, &errors, &screen.look()));
        Ungraded::Lesson
    })?;
    lesson.trusted = volume.own;
    let task = task_for(&lesson, request).map_err(Ungraded::Usage)?.clone();
    let shown = request.file.display();
    let text = file::read(request.file, LONGEST)
        .map_err(|error| Ungraded::Usage(format!("{shown}: {error}")))?;
    let name = request.file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Ungraded::Usage(format!("{shown} is not the name of a file")))?;
    let runner = Language::of_file(name, &text).runner();
    if let Some(missing) = runner.filter(|runner| !is_installed(runner)) {
        let reason = format!("{missing} is not installed on this machine: {name} cannot be run");
        return Err(Ungraded::Machine(reason));
    }
    let machine = |obstacle: Obstacle| Ungraded::Machine(obstacle.to_string());
    let mut settings = settings.clone();
    settings.sealed = true;
    settings.hidden = hidden(&volume.file, request.file);
    fits(&lesson, &settings).map_err(machine)?;
    let program = Submission { name, text: &text };
    let json = request.format == Format::Json;
    let mut shown_failure = false;
    let graded = grade(&lesson, &task, program, &settings, &mut |case| {
        if json {
            screen.show_json(&drawn::case_json(case));
        } else if let (false, Some(first)) = (shown_failure, drawn::failed(case, &screen.look())) {
            // The first failure is said as soon as it is known.
            shown_failure = true;
            screen.show(&first);
        }
        !screen.is_gone()
    });
    let graded = graded.map_err(machine)?;
    if json {
        screen.show_json(&drawn::grade_json(&graded));
    } else {
        screen.show(&drawn::cases(&graded));
    }
    Ok(if graded.is_passed() {
        Standing::Passed
    } else {
        Standing::Failed
    })
}

/// Whether this machine has what the lesson needs, seen once in a lab of its own.
fn fits(lesson: &Lesson, settings: &Settings) -> Result<(), Obstacle> {
    let manner = Manner {
        format: Format::Text,
        deadline: Some(lesson.front.deadline),
        source: lesson.name.clone(),
        quiet: true,
    };
    let lesson = Lesson {
        trusted: true,
        ..lesson.clone()
    };
    let mut stage = Stage::start(&lesson, settings, manner)?;
    stage.shell.farewell(&mut Kept::default());
    Ok(())
}

/// The lesson's file, which holds the solution, and the student's, which may lie beside others.
fn hidden(lesson: &str, file: &Path) -> Vec<PathBuf> {
    let files = [Path::new(lesson), file].map(std::fs::canonicalize);
    files.into_iter().flatten().collect()
}

/// The task a file is for: the one that was named by its number, or the only one, or that whose program is called so.
fn task_for<'a>(lesson: &'a Lesson, request: &Request<'_>) -> Result<&'a ProgramTask, String> {
    let tasks: Vec<&ProgramTask> = lesson.program_tasks().collect();
    if let Some(number) = request.task {
        let place = number.checked_sub(1);
        let found = place.and_then(|place| tasks.get(place).copied());
        return found.ok_or_else(|| match tasks.len() {
            1 => format!("{} has one task that asks for a program", lesson.name),
            count => format!("{} has {count} tasks that ask for a program", lesson.name),
        });
    }
    let stem = |name: &Path| name.file_stem().map(std::ffi::OsStr::to_owned);
    let called: Vec<&&ProgramTask> = tasks
        .iter()
        .filter(|task| stem(Path::new(&task.program)) == stem(request.file))
        .collect();
    match (tasks.as_slice(), called.as_slice()) {
        ([], _) => Err(format!("{} asks for no program", lesson.name)),
        ([only], _) => Ok(only),
        (_, [called]) => Ok(called),
        (tasks, _) => {
            let places = tasks.iter().enumerate();
            let list: Vec<String> = places
                .map(|(place, task)| format!("--task {} for {}", place + 1, task.program))
                .collect();
            Err(format!(
                "{} asks for several programs: {}",
                lesson.name,
                list.join(", ")
            ))
        }
    }
}
