//! `lesson learn`: a lesson the student types. Anything may be tried; a step is done by its effect.

use super::aside::Aside;
use super::bench::Bench;
use super::context::{context, opening};
use super::folder::Folder;
use super::library::Library;
use super::play::{BLIND, file, said};
use super::progress_file;
use super::stage::Obstacle;
use crate::command::ast::Command;
use crate::lesson::beat::{Beat, beats};
use crate::lesson::document::Lesson;
use crate::lesson::done::Renamed;
use crate::lesson::lab::LabLine;
use crate::lesson::progress::Place;
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Line, Styled};
use crate::shell::expecting::Since;
use crate::shell::{Screen, Shell};
use std::collections::BTreeMap;

/// A lesson under way.
#[derive(Debug)]
pub struct Course {
    pub(super) lesson: Lesson,
    pub(super) beats: Vec<Beat>,
    /// The beat the student is at: a step, or one past the last.
    pub(super) at: usize,
    pub(super) folder: Folder,
    pub(super) aside: Aside,
    /// How many hints of this step were given.
    pub(super) hints: usize,
    /// When this step began.
    pub(super) step: Since,
    /// When the newest line was typed.
    pub(super) line: Since,
    /// When the newest line was typed that did what the step asks for.
    pub(super) attempt: Since,
    /// When the newest block began.
    pub(super) block: Since,
    /// What was typed since the step began.
    pub(super) typed: Vec<(String, Command)>,
    /// How many commands the newest line had.
    pub(super) newest: usize,
    /// The descriptors that names have had since the step began, but for those of now: process, name and number.
    pub(super) sockets: Vec<(String, String, i32)>,
    /// How many lines of this step did not do it.
    pub(super) misses: usize,
    /// Questions that wait for the run, each with what the student said.
    pub(super) asked: Vec<(Question, Option<String>)>,
    /// The calls of this step are made; only what is expected of them is not so yet.
    pub(super) nearly: bool,
    /// A line was about the lesson itself: nothing is to be said of the step after it.
    pub(super) about_lesson: bool,
    /// The newest line was more than a change of prompt: something is said of the step after it.
    pub(super) did_something: bool,
    /// What was said of each question, by the step's number from 0.
    pub(super) said: BTreeMap<usize, String>,
    /// Names of the lesson that wait for a call to return.
    pub(super) renamed: Vec<Renamed>,
    /// What the student named otherwise.
    pub(super) called: Vec<Renamed>,
    /// What of it has the lesson's names alone, since the lab was made anew.
    pub(super) given_back: Vec<Renamed>,
    /// How many answers were right, and of how many.
    pub(super) right: (usize, usize),
    /// The solution of the task that was solved last.
    pub(super) solved: Option<Task>,
    /// The file of the program that the step asks for.
    pub(in crate::shell) bench: Option<Bench>,
    /// It was said that the last step is behind.
    pub(super) ended: bool,
}

impl Course {
    /// One whose first beat is still to come.
    fn new(lesson: Lesson, beats: Vec<Beat>, now: Since, (folder, aside): (Folder, Aside)) -> Self {
        Self {
            beats,
            at: 0,
            folder,
            aside,
            hints: 0,
            step: now,
            line: now,
            attempt: now,
            block: now,
            typed: Vec::new(),
            newest: 0,
            sockets: Vec::new(),
            misses: 0,
            asked: Vec::new(),
            nearly: false,
            about_lesson: true,
            did_something: false,
            said: BTreeMap::new(),
            renamed: Vec::new(),
            called: Vec::new(),
            given_back: Vec::new(),
            right: (0, 0),
            solved: None,
            bench: None,
            ended: false,
            lesson,
        }
    }

    pub(super) fn steps(&self) -> usize {
        self.beats.iter().filter(|beat| beat.is_step()).count()
    }

    /// How many steps are behind.
    pub(super) fn behind(&self) -> usize {
        self.beats[..self.at.min(self.beats.len())]
            .iter()
            .filter(|beat| beat.is_step())
            .count()
    }

    /// How far the student is, as it is kept.
    pub(super) fn place(&self) -> Place {
        Place {
            done: self.behind(),
            of: self.steps(),
            finished: false,
            said: self.said.clone(),
        }
    }

    /// The line that is being run is about the lesson.
    pub(super) fn mind(&mut self) {
        self.about_lesson = true;
    }

    pub(in crate::shell) fn beat(&self) -> Option<&Beat> {
        self.beats.get(self.at)
    }

    /// The place of the step of this number, from 0.
    pub(super) fn place_of(&self, number: usize) -> usize {
        self.beats
            .iter()
            .enumerate()
            .filter(|(_, beat)| beat.is_step())
            .nth(number)
            .map_or(self.beats.len(), |(place, _)| place)
    }
}
impl Shell {
    /// True while the student is asked a question.
    pub(in crate::shell) fn is_asked(&self) -> bool {
        self.course
            .as_ref()
            .is_some_and(|course| matches!(course.beat(), Some(Beat::Quiz(_))))
    }

    /// Begins a lesson, where the student left it.
    pub(super) fn learn(
        &mut self,
        lesson: Lesson,
        screen: &mut dyn Screen,
    ) -> Result<(), Obstacle> {
        if self.course.is_some() {
            self.leave(screen);
        }
        let folder = Folder::new()?;
        let aside = self.put_aside(&lesson, folder.path())?;
        let sighted = self.sees_packets();
        let lesson = if sighted {
            lesson
        } else {
            lesson.without_packets()
        };
        let beats = beats(&lesson);
        let now = self.mark();
        let mut course = Course::new(lesson, beats, now, (folder, aside));
        let (front, of) = (&course.lesson.front, course.steps());
        screen.show(&opening(front, of, screen.look()));
        screen.show(&said(
            "Type what is asked, or anything else: the lab is yours. `hint` helps, `skip` goes on, `back` goes back, `quit` leaves.",
        ));
        if !sighted {
            screen.show(&said(BLIND));
        }
        let place = self
            .desk
            .progress
            .as_deref()
            .and_then(|path| progress_file::read(path).of(&course.lesson.name));
        let place = place.unwrap_or_default();
        let begun = place.done;
        if begun > 0 && begun < of {
            screen.show(&said(&format!(
                "You were at step {} of {of}: it goes on there, with all that came before it done again under the lesson's names.",
                begun + 1
            )));
            course.said = place.said;
            let at = course.place_of(begun);
            screen.show(&context(&course.beats, at, &screen.look()));
            self.rebuild(&mut course, at, screen);
        } else {
            self.advance(&mut course, screen);
        }
        self.put_back(Box::new(course), screen);
        Ok(())
    }

    /// Keeps the course, and says so once when its last step is behind.
    pub(super) fn put_back(&mut self, mut course: Box<Course>, screen: &mut dyn Screen) {
        if course.at < course.beats.len() || course.ended {
            self.course = Some(course);
            return;
        }
        course.ended = true;
        let (right, of) = course.right;
        let mut words = "That was the last step.".to_owned();
        if of > 0 {
            words = format!("{words} {right} of {of} predictions were right.");
        }
        let mut text = Styled::new();
        text.push(Line::new());
        text.push(drawn::done(&words));
        let next = Library::open(self.desk.folder.as_deref()).ok();
        let next = next.and_then(|library| library.after(&course.lesson.name));
        let next = next.map_or_else(String::new, |next| {
            format!(" The next lesson: `lesson learn {next}`.")
        });
        text.push(drawn::aside(&format!(
            "The lab stays as it is until `quit`; `solution` shows the last one.{next}"
        )));
        screen.show(&text);
        self.course = Some(course);
    }

    /// Goes on to the next step, showing what stands before it.
    pub(super) fn advance(&mut self, course: &mut Course, screen: &mut dyn Screen) {
        let look = screen.look();
        while let Some(beat) = course.beats.get(course.at).cloned() {
            match &beat {
                Beat::Show(markdown) => {
                    let mut text = Styled::new();
                    text.push(Line::new());
                    text.append(prose::draw(markdown, 0, &look));
                    screen.show(&text);
                }
                Beat::File { name, text } => screen.show(&file(name, text)),
                Beat::Fresh => {
                    let folder = course.folder.path();
                    let anew = self
                        .begin_anew(folder)
                        .and_then(|()| self.prepare(&course.lesson));
                    screen.show(&said(&match anew {
                        Ok(()) => "A new lab: nothing is left of the old one.".to_owned(),
                        Err(obstacle) => obstacle.to_string(),
                    }));
                }
                Beat::Mark => course.block = self.mark(),
                Beat::Run(line) => {
                    let deadline = course.lesson.front.deadline;
                    self.as_script(deadline, |shell| {
                        shell.run_unseen(line, &course.lesson, screen);
                    });
                }
                Beat::Remark(words) => screen.show(&said(words)),
                Beat::Grade => self.grade(course, screen),
                Beat::Line(_) | Beat::Quiz(_) | Beat::Task(_) | Beat::Program(_) => {
                    course.step = self.mark();
                    course.line = course.step;
                    course.attempt = course.step;
                    course.hints = 0;
                    course.misses = 0;
                    course.typed.clear();
                    course.sockets.clear();
                    course.nearly = false;
                    Self::present(course, screen);
                    Self::set_bench(course, screen);
                    self.look_at_bench(course, screen);
                    return;
                }
            }
            course.at += 1;
        }
    }

    /// Shows the step the student is at.
    pub(super) fn present(course: &Course, screen: &mut dyn Screen) {
        let (number, of) = (course.behind() + 1, course.steps());
        let look = screen.look();
        let text = match course.beat() {
            Some(Beat::Line(line)) => drawn::to_type(number, of, &line.text),
            Some(Beat::Quiz(question)) => {
                let ask = prose::draw(&question.ask, 5, &look);
                drawn::question(number, of, &ask, &question.choices)
            }
            Some(Beat::Task(task)) => drawn::task(number, of, &prose::draw(&task.goal, 5, &look)),
            Some(Beat::Program(task)) => {
                drawn::task(number, of, &prose::draw(&task.goal, 5, &look))
            }
            _ => Styled::new(),
        };
        screen.show(&text);
    }

    /// Tells the answers to the questions that were asked.
    pub(super) fn grade(&mut self, course: &mut Course, screen: &mut dyn Screen) {
        let look = screen.look();
        for (question, said) in std::mem::take(&mut course.asked) {
            let (answer, here, right) = self.verdict_on(course, &question, said.as_deref());
            let shown = said.as_ref().map(|said| {
                question
                    .choice(said)
                    .map_or(said.clone(), |place| question.choices[place].clone())
            });
            let mut text = Styled::new();
            text.push(Line::new());
            text.push(drawn::answered(shown.as_deref(), &answer, right));
            if let Some(here) = &here {
                text.push(drawn::aside(&format!(
                    "  (In this lab it came out as {here}: what was tried in between is the reason.)"
                )));
            }
            text.append(prose::draw(&question.because, 2, &look));
            screen.show(&text);
        }
    }

    /// The answer to a question, the one of this lab where it differs, and whether what was said of it is right, which is counted.
    fn verdict_on(
        &mut self,
        course: &mut Course,
        question: &Question,
        said: Option<&str>,
    ) -> (String, Option<String>, bool) {
        let (answer, here) = self.answer_to(question, &course.block);
        let Some(said) = said else {
            return (answer, here, false);
        };
        let also = here.as_ref().is_some_and(|here| question.is(said, here));
        let right = also || question.is(said, &answer);
        course.right.0 += usize::from(right);
        course.right.1 += 1;
        (answer, here, right)
    }

    /// The step is done: it is noted, and the next one shown.
    pub(super) fn complete(&mut self, course: &mut Course, screen: &mut dyn Screen) {
        course.at += 1;
        self.note_progress(course, screen);
        self.advance(course, screen);
    }

    pub(super) fn note_progress(&self, course: &Course, screen: &mut dyn Screen) {
        let Some(path) = &self.desk.progress else {
            return;
        };
        let noted = progress_file::reach(path, &course.lesson.name, course.place());
        if let Err(error) = noted {
            screen.show(&said(&format!(
                "how far you are could not be kept in {}: {error}",
                path.display()
            )));
        }
    }

    /// Takes the lesson's lab to just before a beat, doing for the student what comes before it.
    pub(super) fn rebuild(&mut self, course: &mut Course, at: usize, screen: &mut dyn Screen) {
        let deadline = course.lesson.front.deadline;
        let began = self
            .begin_anew(course.folder.path())
            .and_then(|()| self.prepare(&course.lesson));
        if let Err(obstacle) = began {
            screen.show(&said(&obstacle.to_string()));
        }
        course.asked.clear();
        course.called.append(&mut course.renamed);
        course.given_back = Renamed::latest(&course.called);
        course.right = (0, 0);
        // What stands right before the step is shown again; what led there is only done again.
        let first = course.beats[..at]
            .iter()
            .rposition(Beat::is_step)
            .map_or(0, |before| before + 1);
        let mut step = 0;
        for beat in course.beats.iter().take(first).cloned().collect::<Vec<_>>() {
            let lines: &[LabLine] = match &beat {
                Beat::Run(line) | Beat::Line(line) => std::slice::from_ref(line),
                Beat::Task(task) => &task.solution,
                Beat::Mark => {
                    course.block = self.mark();
                    &[]
                }
                Beat::Quiz(question) => {
                    let before = course.said.get(&step).cloned();
                    course.asked.push((question.clone(), before));
                    &[]
                }
                // The answers were told before; they are only counted again.
                Beat::Grade => {
                    for (question, said) in std::mem::take(&mut course.asked) {
                        self.verdict_on(course, &question, said.as_deref());
                    }
                    &[]
                }
                Beat::Fresh => {
                    let _ = self
                        .begin_anew(course.folder.path())
                        .and_then(|()| self.prepare(&course.lesson));
                    &[]
                }
                _ => &[],
            };
            step += usize::from(beat.is_step());
            for line in lines {
                self.as_script(deadline, |shell| {
                    shell.run_unseen(line, &course.lesson, screen);
                });
            }
        }
        self.settle_names(course, screen);
        // What comes now is answered anew.
        course.said.retain(|answered, _| *answered < step);
        course.ended = false;
        course.at = first;
        self.advance(course, screen);
    }

    /// Leaves the lesson: what was at the prompt before is there again.
    pub(in crate::shell) fn leave(&mut self, screen: &mut dyn Screen) {
        let Some(course) = self.course.take() else {
            return;
        };
        let (done, of) = (course.behind(), course.steps());
        let words = if done >= of {
            format!("Lesson {} is done.", course.lesson.name)
        } else {
            format!(
                "You are at step {} of {of}; `lesson learn {}` goes on there.",
                done + 1,
                course.lesson.name
            )
        };
        self.take_back(course.aside);
        screen.show(&said(&words));
    }
}
