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

    fn give_names(&mut self, course: &mut Course, renamed: &Renamed, screen: &mut dyn Screen) {
        let Renamed {
            process,
            lesson,
            student,
        } = renamed;
        let line = if student.len() == lesson.len() {
            let pairs: Vec<String> = lesson
                .iter()
                .zip(student)
                .filter(|(one, other)| one != other)
                .map(|(one, other)| format!("{one} = {other}"))
                .collect();
            pairs.join("; ")
        } else {
            format!("{} = {}", lesson.join(", "), student.join(", "))
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
        if refused.is_some() {
            return;
        }
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
