//! `lesson play`: a lesson told from its first line to its last, each command when a key is pressed or after a while.

use super::context::opening;
use super::folder::Folder;
use super::grading::{Submission, grade};
use super::running::Patience;
use super::stage::{Kept, Obstacle};
use crate::lesson::beat::{Beat, beats};
use crate::lesson::document::Lesson;
use crate::lesson::lab::LabLine;
use crate::lesson::program_task::ProgramTask;
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::render::grade as drawn_grade;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Line, Look, Style, Styled};
use crate::shell::expecting::Since;
use crate::shell::{Press, Screen, Shell};
use std::time::Duration;

/// How long a look at the keyboard lasts before the lab is looked at again.
const LOOK: Duration = Duration::from_millis(100);
/// Ctrl-C and Escape, as the terminal gives them.
const LEAVING: [char; 4] = ['q', 'Q', '\u{3}', '\u{1b}'];

/// A lesson being told.
struct Telling<'a> {
    lesson: &'a Lesson,
    folder: &'a Folder,
    pace: Option<Duration>,
    asked: Vec<Question>,
    block: Since,
    /// A key was asked for once.
    explained: bool,
    /// Lines that could not be carried out, or went otherwise than the lesson says.
    failed: u32,
}

/// Said where a lesson runs that cannot show its packets.
pub(super) const BLIND: &str = "This machine shows no packets (`socklab doctor` says why): the calls and states are real, what the lesson says of packets cannot be seen here.";

impl Shell {
    /// Plays a lesson in a lab of its own. False when a line of it could not be carried out, or went otherwise than the lesson says; a
    /// student who leaves is no failure.
    pub(super) fn play(
        &mut self,
        lesson: &Lesson,
        pace: Option<Duration>,
        screen: &mut dyn Screen,
    ) -> Result<bool, Obstacle> {
        let folder = Folder::new()?;
        let aside = self.put_aside(lesson, folder.path())?;
        let blind = (!self.sees_packets()).then(|| lesson.clone().without_packets());
        let lesson = blind.as_ref().unwrap_or(lesson);
        let steps = beats(lesson);
        let of = steps.iter().filter(|beat| beat.is_step()).count();
        let front = &lesson.front;
        screen.show(&opening(front, of, screen.look()));
        if blind.is_some() {
            screen.show(&said(BLIND));
        }
        let mut telling = Telling {
            lesson,
            folder: &folder,
            pace,
            asked: Vec::new(),
            block: self.mark(),
            explained: false,
            failed: 0,
        };
        let mut to_the_end = true;
        for beat in &steps {
            to_the_end = self.as_script(front.deadline, |shell| {
                shell.tell_beat(beat, &mut telling, screen)
            });
            if !to_the_end || screen.is_gone() {
                break;
            }
        }
        let mut text = Styled::new();
        text.gap();
        text.push(drawn::aside(if to_the_end {
            "The lesson ends here, and its lab with it."
        } else {
            "The lesson was left; its lab ends."
        }));
        screen.show(&text);
        self.take_back(aside);
        if telling.failed > 0 {
            let lines = match telling.failed {
                1 => "1 line".to_owned(),
                count => format!("{count} lines"),
            };
            let note = format!("{lines} of it went otherwise here: exit status 1");
            screen.show(&said(&note));
        }
        Ok(telling.failed == 0)
    }

    /// False when the student leaves.
    fn tell_beat(
        &mut self,
        beat: &Beat,
        telling: &mut Telling<'_>,
        screen: &mut dyn Screen,
    ) -> bool {
        let look = screen.look();
        match beat {
            Beat::Show(markdown) => {
                let mut text = Styled::new();
                text.push(Line::new());
                text.append(prose::draw(markdown, 0, &look));
                text.push(Line::new());
                screen.show(&text);
            }
            Beat::File { name, text } => screen.show(&file(name, text)),
            Beat::Fresh => {
                if let Err(obstacle) = self
                    .begin_anew(telling.folder.path())
                    .and_then(|()| self.prepare(telling.lesson))
                {
                    screen.show(&said(&obstacle.to_string()));
                    return false;
                }
                screen.show(&said("A new lab: nothing is left of the old one."));
            }
            Beat::Mark => telling.block = self.mark(),
            Beat::Run(line) => self.run_unseen(line, telling.lesson, screen),
            Beat::Remark(words) => screen.show(&said(words)),
            Beat::Line(line) => return self.tell_line(line, telling, screen),
            Beat::Quiz(question) => {
                let ask = prose::draw(&question.ask, 5, &look);
                screen.show(&drawn::posed("question", &ask, &question.choices));
                telling.asked.push(question.clone());
                return self.pause(telling, screen);
            }
            Beat::Grade => {
                for question in std::mem::take(&mut telling.asked) {
                    let (answer, _) = self.answer_to(&question, &telling.block);
                    let mut text = Styled::new();
                    text.push(Line::new());
                    text.push(drawn::answered(None, &answer, true));
                    text.append(prose::draw(&question.because, 2, &look));
                    screen.show(&text);
                }
            }
            Beat::Task(task) => return self.tell_task(task, telling, screen),
            Beat::Program(task) => return self.tell_program(task, telling, screen),
        }
        true
    }

    fn tell_line(
        &mut self,
        line: &LabLine,
        telling: &mut Telling<'_>,
        screen: &mut dyn Screen,
    ) -> bool {
        self.echo(&line.text, screen);
        if !self.pause(telling, screen) {
            return false;
        }
        let ran = self.run_line(
            line,
            &mut Patience::new(telling.lesson.front.deadline),
            screen,
        );
        telling.failed += u32::from(!ran.failures.is_empty());
        for failure in &ran.failures {
            screen.show(&said(&format!(
                "here it went otherwise than the lesson says: expected {} ({})",
                failure.expected, failure.reason
            )));
        }
        true
    }

    fn tell_task(
        &mut self,
        task: &Task,
        telling: &mut Telling<'_>,
        screen: &mut dyn Screen,
    ) -> bool {
        let look = screen.look();
        screen.show(&goal(&task.goal, &look));
        if !self.pause(telling, screen) {
            return false;
        }
        let began = self.mark();
        for line in task.solution.iter().filter(|line| !line.is_comment()) {
            if !self.tell_line(line, telling, screen) {
                return false;
            }
        }
        self.see_solved(task, &began, telling.lesson.front.deadline, screen);
        let mut text = Styled::new();
        text.push(Line::new());
        text.append(prose::draw(&task.because, 2, &look));
        screen.show(&text);
        true
    }

    /// Shows what a program is to do and what it begins with, then a solution and what its cases come to.
    fn tell_program(
        &mut self,
        task: &ProgramTask,
        telling: &mut Telling<'_>,
        screen: &mut dyn Screen,
    ) -> bool {
        let look = screen.look();
        screen.show(&goal(&task.goal, &look));
        screen.show(&asked(task));
        if !self.pause(telling, screen) {
            return false;
        }
        screen.show(&said("A solution, put through the cases:"));
        screen.show(&file(&task.program, &task.solution));
        let solution = Submission {
            name: &task.program,
            text: task.solution.as_bytes(),
        };
        let settings = self.session.settings().clone();
        let grade = grade(telling.lesson, task, solution, &settings, &mut |_| true);
        match grade {
            Ok(grade) => {
                telling.failed += u32::from(!grade.is_passed());
                screen.show(&drawn_grade::grade(&grade, &look));
            }
            Err(obstacle) => screen.show(&said(&obstacle.to_string())),
        }
        screen.show(&prose::draw(&task.because, 2, &look));
        true
    }

    /// Waits for what a solution brings about and shows it: the last of its calls may sleep for a while.
    pub(super) fn see_solved(
        &mut self,
        task: &Task,
        began: &Since,
        patience: Duration,
        screen: &mut dyn Screen,
    ) {
        let since = Since {
            any: true,
            ..*began
        };
        for demand in &task.check {
            let here = self.current.clone();
            // A lesson whose solution does not solve is for `lesson check` to complain of.
            let _ = self.judge(&here, &demand.claim, &since, patience, screen);
        }
        self.show_events(screen);
    }

    /// Waits for a key, or as long as the pace is. False when the student leaves.
    fn pause(&mut self, telling: &mut Telling<'_>, screen: &mut dyn Screen) -> bool {
        if let Some(pace) = telling.pace {
            if !pace.is_zero() {
                self.wait_for(pace, screen, |_| false);
            }
            return !std::mem::take(&mut self.stopped);
        }
        loop {
            let press = screen.key(LOOK);
            if press == Press::Nothing && !telling.explained {
                telling.explained = true;
                screen.show(&said("(a key goes on, q leaves)"));
            }
            match press {
                Press::Nobody => return true,
                Press::Key(key) => return !LEAVING.contains(&key),
                Press::Nothing => {
                    self.take_in();
                    self.show_events(screen);
                    if screen.is_gone() {
                        return false;
                    }
                }
            }
        }
    }

    /// Runs a line for the student; only what goes wrong is shown.
    pub(super) fn run_unseen(&mut self, line: &LabLine, lesson: &Lesson, screen: &mut dyn Screen) {
        if line.is_comment() {
            return;
        }
        let mut kept = Kept::default();
        let ran = self.run_line(line, &mut Patience::new(lesson.front.deadline), &mut kept);
        if let Some(failure) = ran.failures.first() {
            screen.show(&said(&format!(
                "`{}` was to go otherwise: expected {} ({})",
                line.text, failure.expected, failure.reason
            )));
        }
    }

    /// The answer to a question, which `lesson check` has compared with the kernel's; beside it the kernel's in this run, where that is
    /// another one.
    pub(super) fn answer_to(
        &mut self,
        question: &Question,
        since: &Since,
    ) -> (String, Option<String>) {
        let process = self.current.clone();
        let read = question
            .answer_from
            .as_ref()
            .and_then(|from| self.read_answer(from, since, &process).ok());
        let read = read.map(|read| {
            let same = question
                .choices
                .iter()
                .find(|choice| choice.eq_ignore_ascii_case(&read));
            same.cloned().unwrap_or(read)
        });
        match (&question.answer, read) {
            (Some(answer), read) => {
                let other = read.filter(|read| !question.is(read, answer));
                (answer.clone(), other)
            }
            (None, Some(read)) => (read, None),
            (None, None) => ("unknown: this run does not say".to_owned(), None),
        }
    }
}

/// A file of the lesson.
pub(super) fn file(name: &str, content: &str) -> Styled {
    let mut text = Styled::new();
    text.push(Line::new());
    text.say(Style::Bold, 0, name);
    for line in content.lines() {
        text.say(Style::Data, 4, &line.replace('\t', "    "));
    }
    text
}

/// A remark as a text.
pub(super) fn said(words: &str) -> Styled {
    let mut text = Styled::new();
    text.push(drawn::aside(words));
    text
}

/// What a task asks for.
pub(super) fn goal(goal: &str, look: &Look) -> Styled {
    drawn::posed("task", &prose::draw(goal, 5, look), &[])
}

/// What a task that asks for a program begins with, and what the program is put through.
pub(super) fn asked(task: &ProgramTask) -> Styled {
    let mut text = file(&task.program, &task.skeleton);
    let mut line = Line::wrapping(5).with(Style::Dim, "cases: ");
    let names: Vec<&str> = task.cases.iter().map(|case| case.name.as_str()).collect();
    line.push(Style::Plain, &names.join(", "));
    text.push(line);
    text
}
