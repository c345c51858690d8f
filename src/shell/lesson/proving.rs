//! What `lesson check` proves of a task that asks for a program: its skeleton fails, its solution passes every case, and each wrong program
//! fails in the case named, for the reason given.

use super::grading::{Submission, grade, run_case};
use super::report::{Report, bare};
use super::running::Failure;
use crate::lesson::document::Lesson;
use crate::lesson::program_task::{Bug, ProgramTask};
use crate::render::grade::{Graded, Mismatch};
use crate::session::Settings;

/// Proves a task that asks for a program.
pub(super) fn prove(
    lesson: &Lesson,
    line: usize,
    task: &ProgramTask,
    settings: &Settings,
    report: &mut Report,
) {
    let program = |text| Submission {
        name: &task.program,
        text,
    };
    let passes = |graded: &Graded| graded.mismatch.is_none();
    // A wrong program that is the skeleton proves it as well.
    let is_bug = task.bugs.iter().any(|bug| bug.text == task.skeleton);
    if !is_bug {
        report_skeleton(lesson, line, task, settings, report);
    }
    match grade(
        lesson,
        task,
        program(task.solution.as_bytes()),
        settings,
        &mut |graded| passes(graded),
    ) {
        Ok(grade) => {
            report.held += grade.cases.iter().filter(|case| passes(case)).count();
            let failed = grade
                .cases
                .iter()
                .filter_map(|case| Some((case, case.mismatch.as_ref()?)));
            report
                .failures
                .extend(failed.map(|(case, mismatch)| failure_of(&case.name, mismatch)));
        }
        Err(obstacle) => {
            report
                .failures
                .push(bare(line, "the cases to be run", obstacle.to_string()));
        }
    }
    for bug in &task.bugs {
        match proves(lesson, task, bug, settings) {
            Ok(()) => report.held += 1,
            Err(reason) => {
                let expected = format!("{} to fail {}: {}", bug.name, bug.fails, bug.says);
                report.failures.push(bare(bug.line, &expected, reason));
            }
        }
    }
}

/// The skeleton has to fail a case.
fn report_skeleton(
    lesson: &Lesson,
    line: usize,
    task: &ProgramTask,
    settings: &Settings,
    report: &mut Report,
) {
    let skeleton = Submission {
        name: &task.program,
        text: task.skeleton.as_bytes(),
    };
    let passes = |graded: &Graded| graded.mismatch.is_none();
    match grade(lesson, task, skeleton, settings, &mut |graded| {
        passes(graded)
    }) {
        Ok(grade) if grade.is_passed() => report.failures.push(bare(
            line,
            "a skeleton that fails a case",
            "it passes all of them".to_owned(),
        )),
        Ok(_) => report.held += 1,
        Err(obstacle) => {
            report
                .failures
                .push(bare(line, "the cases to be run", obstacle.to_string()));
        }
    }
}

/// A case that the solution fails, as the check tells it.
fn failure_of(case: &str, mismatch: &Mismatch) -> Failure {
    let rows = if mismatch.ladder.is_empty() {
        &mismatch.shown
    } else {
        &mismatch.ladder
    };
    Failure {
        line: mismatch.line,
        command: mismatch.command.clone(),
        expected: format!("the solution to pass {case}"),
        actual: mismatch.actual.clone(),
        reason: mismatch.words.clone(),
        shown: rows.join("\n"),
    }
}

/// A wrong program fails in its case, for its reason. An error says what it did.
fn proves(
    lesson: &Lesson,
    task: &ProgramTask,
    bug: &Bug,
    settings: &Settings,
) -> Result<(), String> {
    let case = task.cases.iter().find(|case| case.name == bug.fails);
    let case = case.ok_or_else(|| format!("no case is called {}", bug.fails))?;
    let program = Submission {
        name: &task.program,
        text: bug.text.as_bytes(),
    };
    let (graded, _) =
        run_case(lesson, task, case, program, settings).map_err(|obstacle| obstacle.to_string())?;
    match graded.mismatch {
        None => Err("it passes".to_owned()),
        Some(mismatch) if mismatch.words.contains(&bug.says) => Ok(()),
        Some(mismatch) => Err(format!("it says: {}", mismatch.words)),
    }
}
