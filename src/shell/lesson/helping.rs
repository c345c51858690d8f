//! What helps with a step of a lesson: `hint`, `skip`, `back`, `solution`, and `reset` for the step from its beginning.

use super::play::{file, said};
use super::running::Patience;
use super::stage::Kept;
use crate::catalog::verb::{Verb, VerbGroup};
use crate::command::ast::{Action, Command};
use crate::command::parse::parse_line;
use crate::lesson::beat::Beat;
use crate::lesson::lab::LabLine;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Look, Style, Styled};
use crate::shell::{Screen, Shell};

impl Shell {
    /// `hint`.
    pub(in crate::shell) fn hint(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return screen.show(&no_lesson());
        };
        course.about_lesson = true;
        let look = screen.look();
        let text = match course.beat() {
            Some(Beat::Task(task)) => next_hint(&task.hints, course.hints, &look),
            Some(Beat::Program(task)) => next_hint(&task.hints, course.hints, &look),
            Some(Beat::Line(line)) => self.hint_for(line, course.hints),
            Some(Beat::Quiz(_)) => said(
                "A prediction costs nothing: say what you think, the next commands show how it is. `skip` says nothing.",
            ),
            _ => said("There is nothing left to do; `quit` leaves."),
        };
        course.hints += 1;
        screen.show(&text);
        self.course = Some(course);
    }

    /// What helps with a line: first what its verb is for, then the line itself, then the ways round it.
    pub(super) fn hint_for(&self, line: &LabLine, given: usize) -> Styled {
        let commands = parse_line(&line.text).unwrap_or_default();
        if given == 0 {
            let mut parts: Vec<String> = Vec::new();
            for command in &commands {
                if let Action::Call(call) = &command.action {
                    let (name, summary) = (call.verb.name(), call.verb.entry().page.summary);
                    parts.push(format!("`{name}`: {summary} (`help {name}`)."));
                }
            }
            let whose = commands.iter().find_map(|command| command.process.as_ref());
            if let Some(whose) = whose.filter(|whose| **whose != self.current) {
                parts.push(format!(
                    "`{whose}>` in front says who makes the call; it is typed with the rest."
                ));
            }
            if !parts.is_empty() {
                return said(&parts.join(" "));
            }
        }
        if given < 2 {
            let mut text = said("Type it as it stands:");
            for row in line.text.lines() {
                text.say(Style::Call, 5, row);
            }
            return text;
        }
        said(
            "There are no more hints: `skip` does this step for you, `reset` puts the lab back as it was before it, `back` goes one further.",
        )
    }

    /// `skip`.
    pub(in crate::shell) fn skip(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return screen.show(&no_lesson());
        };
        course.about_lesson = true;
        let deadline = course.lesson.front.deadline;
        if matches!(course.beat(), Some(Beat::Line(_) | Beat::Task(_)))
            && course.typed.iter().any(|(_, typed)| changes(typed))
        {
            // The step is done in the lab it was written for: what was tried may hold its port, its name or its process.
            screen.show(&said(
                "The lab is put back as it was before this step, and then the step is done:",
            ));
            let at = course.at;
            self.rebuild(&mut course, at, &mut Kept::default());
        }
        let began = self.mark();
        let mut solved = None;
        let lines: Vec<LabLine> = match course.beat() {
            Some(Beat::Line(line)) => vec![line.clone()],
            Some(Beat::Task(task)) => {
                solved = Some(task.clone());
                task.solution.clone()
            }
            Some(Beat::Program(task)) => {
                screen.show(&file(&task.program, &task.solution));
                screen.show(&prose::draw(&task.because, 2, &screen.look()));
                Vec::new()
            }
            Some(Beat::Quiz(question)) => {
                let question = question.clone();
                course.asked.push((question, None));
                Vec::new()
            }
            _ => {
                screen.show(&said("There is nothing left to skip; `quit` leaves."));
                self.course = Some(course);
                return;
            }
        };
        for line in lines.iter().filter(|line| !line.is_comment()) {
            self.echo(&line.text, screen);
            self.as_script(deadline, |shell| {
                shell.run_line(line, &mut Patience::new(deadline), screen)
            });
        }
        if let Some(task) = solved {
            self.as_script(deadline, |shell| {
                shell.see_solved(&task, &began, deadline, screen);
            });
            screen.show(&prose::draw(&task.because, 2, &screen.look()));
            course.solved = Some(task);
        }
        self.complete(&mut course, screen);
        self.put_back(course, screen);
    }

    /// `back`.
    pub(in crate::shell) fn back(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return screen.show(&no_lesson());
        };
        course.about_lesson = true;
        let behind = course.behind();
        if behind == 0 {
            screen.show(&said("This is the first step."));
            self.course = Some(course);
            return;
        }
        let at = course.place_of(behind - 1);
        screen.show(&said(&format!(
            "Back to step {behind}: the lab is as it was before it."
        )));
        self.rebuild(&mut course, at, screen);
        self.note_progress(&course, screen);
        self.put_back(course, screen);
    }

    /// `reset` in a lesson: the step from its beginning.
    pub(in crate::shell) fn again(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return;
        };
        course.about_lesson = true;
        let at = course.at;
        screen.show(&said("The lab is as it was before this step."));
        self.rebuild(&mut course, at, screen);
        self.put_back(course, screen);
    }

    /// `solution`.
    pub(in crate::shell) fn solution(&mut self, screen: &mut dyn Screen) {
        let Some(course) = &mut self.course else {
            return screen.show(&no_lesson());
        };
        course.about_lesson = true;
        if let Some(Beat::Program(task)) = course.beats.get(course.at) {
            return screen.show(&file(&task.program, &task.solution));
        }
        let lines: Vec<String> = match course.beats.get(course.at) {
            Some(Beat::Task(task)) => task.solution.iter().map(|line| line.text.clone()).collect(),
            Some(Beat::Line(line)) => vec![line.text.clone()],
            _ => course
                .solved
                .iter()
                .flat_map(|task| &task.solution)
                .map(|line| line.text.clone())
                .collect(),
        };
        let mut text = Styled::new();
        if lines.is_empty() {
            text = said("There is no solution to show here; `skip` goes on.");
        }
        for line in &lines {
            for row in line.lines() {
                text.say(Style::Call, 5, row);
            }
        }
        screen.show(&text);
    }
}

/// The hint after so many.
fn next_hint(hints: &[String], given: usize, look: &Look) -> Styled {
    let Some(hint) = hints.get(given) else {
        return said("There are no more hints; `solution` shows one way.");
    };
    let left = hints.len() - given - 1;
    let mut text = prose::draw(hint, 2, look);
    if left > 0 {
        text.push(drawn::aside(&format!("  ({left} more)")));
    }
    text
}

/// True for a command that leaves something behind in the lab.
fn changes(command: &Command) -> bool {
    match &command.action {
        Action::Call(call) => {
            call.verb != Verb::Lab
                && !matches!(
                    call.verb.entry().group,
                    VerbGroup::Looking | VerbGroup::Lesson
                )
        }
        Action::Evaluate(_) => !command.targets.is_empty(),
        Action::Repeat(_, body) => body.iter().any(changes),
        Action::Switch => false,
    }
}

fn no_lesson() -> Styled {
    said("No lesson is under way; `lesson list` shows them, `lesson learn NAME` begins one.")
}
