//! `lesson check`: every expectation of a lesson put to the kernel, every question to the run, and of every task that it has to be
//! solved and can be.

use super::judging::{claims_failure, is_claimed};
use super::proving::prove;
use super::report::{Report, bare};
use super::running::{Failure, Ran};
use super::stage::{Kept, Obstacle, Stage};
use crate::lesson::deciding::deciding_line;
use crate::lesson::document::{Block, Lesson};
use crate::lesson::draft;
use crate::lesson::lab::{Lab, LabLine};
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::session::Settings;
use crate::shell::expecting::Since;
use crate::shell::{Format, Manner, Screen};
use std::sync::Mutex;

/// Held by the lesson whose turn it is on a network that is not its own.
static TURN: Mutex<()> = Mutex::new(());

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
    report.failures.extend(unwritten(lesson));
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
                let ran = run_lab(
                    &mut stage,
                    lesson,
                    lab,
                    since,
                    &mut asked,
                    screen,
                    &mut report,
                );
                if !ran {
                    return report;
                }
            }
            Block::Task(task) => {
                run_task(&mut stage, placed.line, task, screen, &mut report);
            }
            // Programs are put through their cases in private networks alone.
            Block::Program(_) if !stage.shell.is_alone() => {}
            Block::Program(task) => prove(lesson, placed.line, task, settings, &mut report),
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

/// What is missing of a lesson as a text: its front matter, or what a draft left to its author.
fn unwritten(lesson: &Lesson) -> Vec<Failure> {
    let mut found = Vec::new();
    if !lesson.front.written {
        found.push(bare(
            1,
            "front matter: +++, title = \"…\", about = \"…\", +++",
            "the file begins without it; `lesson list` would have no title and no line for it"
                .to_owned(),
        ));
    } else if draft::is_untitled(&lesson.front.title, &lesson.front.about) {
        found.push(bare(
            1,
            "a title and a line for the list",
            "they are those of the draft".to_owned(),
        ));
    }
    for name in lesson.unnamed_settings() {
        found.push(bare(
            1,
            &format!("the text to name {name}"),
            "the front matter sets it, and the text never says so".to_owned(),
        ));
    }
    for placed in &lesson.blocks {
        if let Block::Prose(text) = &placed.block
            && let Some((line, words)) = draft::unwritten(text)
        {
            found.push(bare(
                placed.line + line,
                "text in place of the draft's",
                format!("it still says `{words}`"),
            ));
        }
    }
    found
}

/// Runs a line with what it shows kept, so that a failure can show it.
fn run(stage: &mut Stage, line: &LabLine, screen: &mut dyn Screen) -> Ran {
    let mut kept = Kept::default();
    let screen: &mut dyn Screen = if stage.shell.manner.format == Format::Json {
        screen
    } else {
        &mut kept
    };
    let mut ran = stage.run_line(line, screen);
    // Shown once, under the last of the line's failures.
    if let Some(failure) = ran.failures.last_mut() {
        failure.shown = kept.text;
    }
    ran
}

/// Runs a block, and puts the questions to it behind the line that decides them. False when the lab is lost.
fn run_lab(
    stage: &mut Stage,
    lesson: &Lesson,
    lab: &Lab,
    since: Since,
    asked: &mut Vec<(usize, &Question)>,
    screen: &mut dyn Screen,
    report: &mut Report,
) -> bool {
    let mut since = since;
    if lab.fresh {
        if let Err(obstacle) = stage.fresh(lesson) {
            let line = lab.lines.first().map_or(1, |line| line.line);
            report
                .failures
                .push(bare(line, "a fresh lab", obstacle.to_string()));
            return false;
        }
        since = stage.shell.mark();
    }
    let questions: Vec<&Question> = asked.iter().map(|(_, question)| *question).collect();
    let decided = deciding_line(&questions, lab);
    let lines: Vec<&LabLine> = lab.lines.iter().filter(|line| !line.is_comment()).collect();
    for (place, line) in lines.iter().enumerate() {
        let began = stage.shell.mark();
        let ran = run(stage, line, screen);
        let stuck = ran.stuck;
        let sound = ran.failures.is_empty();
        report.add(ran);
        if is_broken(stage, line.line, report) {
            return false;
        }
        if sound && !is_claimed(line, lines.get(place + 1).copied()) {
            report.failures.extend(stage.shell.unclaimed(line, &began));
        }
        if decided == Some(line.line) {
            grade(stage, asked, &since, report);
        }
        if stuck {
            // As a script ends there: each line that is left would wait as long.
            let reason = "the process sleeps in a call that nothing ends".to_owned();
            report
                .failures
                .push(bare(line.line, "the lesson to go on", reason));
            return false;
        }
    }
    grade(stage, asked, &since, report);
    true
}

/// Whether a part of the lab has ended by itself, which is said then: nothing of the lesson can hold any more.
fn is_broken(stage: &Stage, line: usize, report: &mut Report) -> bool {
    let Some(broken) = stage.shell.session().broken() else {
        return false;
    };
    report.failures.push(bare(line, "the lab to go on", broken));
    true
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
    let claimed = task.check.iter().any(claims_failure);
    for line in task.solution.iter().filter(|line| !line.is_comment()) {
        let began = stage.shell.mark();
        report.add(run(stage, line, screen));
        if is_broken(stage, line.line, report) {
            return;
        }
        if !claimed {
            report.failures.extend(stage.shell.unclaimed(line, &began));
        }
    }
    for demand in &task.check {
        let process = stage.shell.current.clone();
        let mut kept = Kept::default();
        let verdict = stage.judge(&process, &demand.claim, &since, &mut kept);
        match verdict {
            Ok(()) => report.held += 1,
            Err(reason) => report.failures.push(Failure {
                command: "the solution".to_owned(),
                ..bare(demand.line, &demand.text, reason)
            }),
        }
    }
}
