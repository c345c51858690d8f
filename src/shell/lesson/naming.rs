//! The names of a lesson for what a student named otherwise: its later lines, and what they expect, use its own.

use super::course::Course;
use super::play::said;
use super::stage::Kept;
use crate::lesson::done::Renamed;
use crate::lesson::lab::LabLine;
use crate::lesson::sequence::Sequence;
use crate::shell::{Screen, Shell};

impl Shell {
    /// Gives the lesson's names to what has them otherwise, as soon as the call that gives it has returned.
    pub(super) fn settle_names(&mut self, course: &mut Course, screen: &mut dyn Screen) {
        self.give_back_names(course);
        for renamed in std::mem::take(&mut course.renamed) {
            if self.is_there(&renamed) {
                self.give_names(course, &renamed, screen);
            } else if !course.renamed.contains(&renamed) {
                course.renamed.push(renamed);
            }
        }
    }

    /// True when the process can take a line and knows the student's names.
    fn is_there(&self, renamed: &Renamed) -> bool {
        let known = self.session.variables(&renamed.process);
        let knows = |name: &String| name == "_" || known.contains(name);
        self.is_free(&renamed.process) && renamed.student.iter().all(knows)
    }

    /// Gives the student's own names to what the lesson's lines have made anew, as soon as it is there and its process takes a line.
    fn give_back_names(&mut self, course: &mut Course) {
        for renamed in std::mem::take(&mut course.given_back) {
            let known = self.session.variables(&renamed.process);
            let is_there = renamed.lesson.iter().all(|name| known.contains(name));
            if is_there && self.is_free(&renamed.process) {
                self.name_again(course, &renamed.process, &renamed.student, &renamed.lesson);
            } else {
                course.given_back.push(renamed);
            }
        }
    }

    /// Gives second names to values of a process. False when that was refused.
    fn name_again(
        &mut self,
        course: &Course,
        process: &str,
        names: &[String],
        values: &[String],
    ) -> bool {
        let line = if names.len() == values.len() {
            let pairs: Vec<String> = names
                .iter()
                .zip(values)
                .filter(|(one, other)| one != other)
                .map(|(one, other)| format!("{one} = {other}"))
                .collect();
            pairs.join("; ")
        } else {
            format!("{} = {}", names.join(", "), values.join(", "))
        };
        let here = self.current.clone();
        let line = LabLine {
            line: 0,
            text: format!("{process}> {line}"),
            demands: Vec::new(),
            packets: Sequence::default(),
        };
        let deadline = course.lesson.front.deadline;
        let refused = self.as_script(deadline, |shell| {
            shell.carry_out(&line, &mut Kept::default())
        });
        self.current = here;
        refused.is_none()
    }

    fn give_names(&mut self, course: &mut Course, renamed: &Renamed, screen: &mut dyn Screen) {
        let Renamed {
            process,
            lesson,
            student,
        } = renamed;
        if !self.name_again(course, process, lesson, student) {
            return;
        }
        course.called.retain(|known| known != renamed);
        course.called.push(renamed.clone());
        let called = if student.as_slice() == ["_"] {
            "what this gave".to_owned()
        } else {
            quoted(student)
        };
        let names = quoted(lesson);
        screen.show(&said(&format!(
            "The lesson calls {called} {names}: from here on both names are known."
        )));
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
