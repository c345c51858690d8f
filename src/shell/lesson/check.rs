//! `lesson check`: every expectation of a lesson put to the kernel, every question to the run, and of every task that it has to be
//! solved and can be.

use super::running::{Failure, Ran};
use super::stage::{Kept, Obstacle, Stage};
use crate::lesson::document::{Block, Lesson};
use crate::lesson::lab::{Lab, LabLine};
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::session::Settings;
use crate::shell::expecting::Since;
use crate::shell::{Format, Manner, Screen};
use std::sync::Mutex;

/// Held by the lesson whose turn it is on a network that is not its own.
static TURN: Mutex<()> = Mutex::new(());

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many expectations, answers and tasks held.
    pub held: usize,
    /// Those that did not.
    pub failures: Vec<Failure>,
    /// Why the lesson could not be run here.
    pub passed_over: Option<String>,
}

impl Report {
    /// True when nothing is wrong with the lesson.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    fn add(&mut self, ran: Ran) {
        self.held += ran.held;
        self.failures.extend(ran.failures);
    }
}

/// Runs a lesson from its first block to its last in a lab of its own. `screen` is given the events as JSON, where that is the format.
pub fn check(
    lesson: &Lesson,
    settings: &Settings,
    format: Format,
    screen: &mut dyn Screen,
) -> Report {
    let manner = Manner {
        format,
        deadline: Some(lesson.front.deadline),
        source: lesson.name.clone(),
        quiet: true,
    };
    let mut report = Report::default();
    let mut stage = match Stage::start(lesson, settings, manner) {
        Ok(stage) => stage,
        Err(Obstacle::Lacking(why)) => {
            report.passed_over = Some(why);
            return report;
        }
        Err(obstacle) => {
            report
                .failures
                .push(bare(1, "a lab for the lesson", obstacle.to_string()));
            return report;
        }
    };
    // On a network that others use as well, two lessons would want the same ports.
    let turn = (!stage.shell.is_alone()).then(|| TURN.lock());
    let blind = (!stage.shell.sees_packets()).then(|| lesson.clone().without_packets());
    let lesson = blind.as_ref().unwrap_or(lesson);
    let mut asked: Vec<(usize, &Question)> = Vec::new();
    for placed in &lesson.blocks {
        match &placed.block {
            Block::Prose(_) | Block::File { .. } => {}
            Block::Quiz(question) => asked.push((placed.line, question)),
            Block::Lab(lab) => {
                let since = stage.shell.mark();
                let Some(since) = run_lab(&mut stage, lesson, lab, since, screen, &mut report)
                else {
                    return report;
                };
                grade(&mut stage, &mut asked, &since, &mut report);
            }
            Block::Task(task) => {
                run_task(&mut stage, lesson, placed.line, task, screen, &mut report);
            }
            Block::Figure(figure) => match stage.shell.figure(&figure.show) {
                Ok(_) => report.held += 1,
                Err(reason) => report
                    .failures
                    .push(bare(placed.line, &figure.show, reason)),
            },
        }
    }
    let since = Since {
        any: true,
        ..Since::BEGINNING
    };
    grade(&mut stage, &mut asked, &since, &mut report);
    report.failures.sort_by_key(|failure| failure.line);
    stage.shell.farewell(&mut Kept::default());
    drop(stage);
    drop(turn);
    report
}

fn bare(line: usize, expected: &str, reason: String) -> Failure {
    Failure {
        line,
        command: String::new(),
        expected: expected.to_owned(),
        actual: None,
        reason,
        shown: String::new(),
    }
}

/// Runs a line with what it shows kept, so that a failure can show it.
fn run(stage: &mut Stage, lesson: &Lesson, line: &LabLine, screen: &mut dyn Screen) -> Ran {
    let mut kept = Kept::default();
    let patience = lesson.front.deadline;
    let screen: &mut dyn Screen = if stage.shell.manner.format == Format::Json {
        screen
    } else {
        &mut kept
    };
    let mut ran = stage.shell.run_line(line, patience, screen);
    // Shown once, under the last of the line's failures.
    if let Some(failure) = ran.failures.last_mut() {
        failure.shown = kept.text;
    }
    ran
}

/// Runs a block; gives from where on its events count, or nothing when the lab is lost.
fn run_lab(
    stage: &mut Stage,
    lesson: &Lesson,
    lab: &Lab,
    since: Since,
    screen: &mut dyn Screen,
    report: &mut Report,
) -> Option<Since> {
    let mut since = since;
    if lab.fresh {
        if let Err(obstacle) = stage.fresh(lesson) {
            let line = lab.lines.first().map_or(1, |line| line.line);
            report
                .failures
                .push(bare(line, "a fresh lab", obstacle.to_string()));
            return None;
        }
        since = stage.shell.mark();
    }
    for line in lab.lines.iter().filter(|line| !line.is_comment()) {
        let ran = run(stage, lesson, line, screen);
        let stuck = ran.stuck;
        report.add(ran);
        if stuck {
            // As a script ends there: each line that is left would wait as long.
            let reason = "the process sleeps in a call that nothing ends".to_owned();
            report
                .failures
                .push(bare(line.line, "the lesson to go on", reason));
            return None;
        }
    }
    Some(since)
}

/// Puts the questions that were asked to the run that followed.
fn grade(
    stage: &mut Stage,
    asked: &mut Vec<(usize, &Question)>,
    since: &Since,
    report: &mut Report,
) {
    for (line, question) in asked.drain(..) {
        let Some(from) = &question.answer_from else {
            continue;
        };
        let process = stage.shell.current.clone();
        match stage.shell.read_answer(from, since, &process) {
            Err(reason) => {
                report
                    .failures
                    .push(bare(line, "an answer to the quiz from the run", reason));
            }
            Ok(found) => {
                let agrees = question
                    .answer
                    .as_ref()
                    .is_none_or(|answer| question.is(&found, answer));
                let among = question.choices.is_empty()
                    || question
                        .choices
                        .iter()
                        .any(|choice| choice.eq_ignore_ascii_case(&found));
                if agrees && among {
                    report.held += 1;
                } else if !agrees {
                    let answer = question.answer.clone().unwrap_or_default();
                    report.failures.push(bare(
                        line,
                        &format!("the answer {answer}"),
                        format!("the run says {found}"),
                    ));
                } else {
                    report.failures.push(bare(
                        line,
                        "the run's answer among the choices",
                        format!("it is {found}"),
                    ));
                }
            }
        }
    }
}

/// A task has to fail unsolved, and its solution to bring it about.
fn run_task(
    stage: &mut Stage,
    lesson: &Lesson,
    line: usize,
    task: &Task,
    screen: &mut dyn Screen,
    report: &mut Report,
) {
    let since = Since {
        any: true,
        ..stage.shell.mark()
    };
    let process = stage.shell.current.clone();
    let unsolved = task
        .check
        .iter()
        .all(|demand| stage.shell.settled(&process, &demand.claim, &since).is_ok());
    if unsolved {
        report.failures.push(bare(
            line,
            "a task that is not done before anybody has done anything",
            "all of its check holds already".to_owned(),
        ));
    } else {
        report.held += 1;
    }
    for line in task.solution.iter().filter(|line| !line.is_comment()) {
        report.add(run(stage, lesson, line, screen));
    }
    for demand in &task.check {
        let process = stage.shell.current.clone();
        let mut kept = Kept::default();
        let verdict = stage.shell.judge(
            &process,
            &demand.claim,
            &since,
            lesson.front.deadline,
            &mut kept,
        );
        match verdict {
            Ok(()) => report.held += 1,
            Err(reason) => report.failures.push(Failure {
                command: "the solution".to_owned(),
                ..bare(demand.line, &demand.text, reason)
            }),
        }
    }
}
