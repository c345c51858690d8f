//! A student's program in a lesson: where it is written, and its cases run at each save.

use super::bench::Bench;
use super::course::Course;
use super::grading::{Submission, grade};
use super::play::said;
use crate::lesson::beat::Beat;
use crate::lesson::program_task::ProgramTask;
use crate::render::grade as drawn_grade;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Style, Styled};
use crate::shell::{Screen, Shell};
use std::path::Path;

impl Shell {
    /// Makes the student's file for the step, if it asks for a program, and says where it is.
    pub(super) fn set_bench(course: &mut Course, screen: &mut dyn Screen) {
        course.bench = None;
        let Some(Beat::Program(task)) = course.beat() else {
            return;
        };
        let name = course.lesson.name.clone();
        match Bench::open(&name, task) {
            Ok((bench, made)) => {
                screen.show(&where_it_is(bench.path(), made, task));
                course.bench = Some(bench);
            }
            Err(error) => screen.show(&said(&format!(
                "the file {} cannot be made in ./{name}: {error}; `solution` shows one, `skip` goes on",
                task.program
            ))),
        }
    }

    /// Puts the student's program through the cases if it was saved since the last time.
    pub(super) fn look_at_bench(&mut self, course: &mut Course, screen: &mut dyn Screen) {
        let Some(Beat::Program(task)) = course.beat().cloned() else {
            return;
        };
        let Some(saved) = course.bench.as_mut().and_then(Bench::saved) else {
            return;
        };
        let text = match saved {
            Ok(text) => text,
            Err(error) => {
                return screen.show(&said(&format!("{} cannot be read: {error}", task.program)));
            }
        };
        screen.show(&said(&format!(
            "{} was saved: its cases are run.",
            task.program
        )));
        let program = Submission {
            name: &task.program,
            text: &text,
        };
        let settings = self.session.settings().clone();
        let graded = grade(&course.lesson, &task, program, &settings, &mut |graded| {
            !self.take_interrupt() && graded.mismatch.is_none()
        });
        let look = screen.look();
        match graded {
            Ok(grade) if grade.is_passed() && grade.cases.len() == task.cases.len() => {
                screen.show(&drawn_grade::cases(&grade));
                let mut text = Styled::new();
                text.push(drawn::done("solved"));
                text.append(prose::draw(&task.because, 2, &look));
                screen.show(&text);
                self.complete(course, screen);
            }
            Ok(grade) => {
                let passed = grade
                    .cases
                    .iter()
                    .filter(|case| case.mismatch.is_none())
                    .count();
                let last = grade.cases.last();
                if let Some(text) = last.and_then(|last| drawn_grade::failed(last, &look)) {
                    screen.show(&text);
                }
                screen.show(&said(&format!(
                    "{passed} of {} cases passed; the next save runs them again, `hint` helps.",
                    task.cases.len()
                )));
            }
            Err(obstacle) => {
                screen.show(&said(&format!("the cases cannot be run here: {obstacle}")));
            }
        }
    }
}

/// Where the file is, and what is done with it.
fn where_it_is(path: &Path, made: bool, task: &ProgramTask) -> Styled {
    let cases: Vec<&str> = task.cases.iter().map(|case| case.name.as_str()).collect();
    let mut text = said(if made {
        "The skeleton was written to this file:"
    } else {
        "This file is there already and was left as it is:"
    });
    text.say(Style::Bold, 5, &path.display().to_string());
    text.append(said(&format!(
        "Edit it in another window. At each save it is put through the cases: {}.",
        cases.join(", ")
    )));
    text
}
