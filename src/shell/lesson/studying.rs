//! A lesson's student: what is typed is an answer, or is run, and then the step is judged by its effect.

use super::course::Course;
use crate::catalog::verb::Verb;
use crate::command::ast::Action;
use crate::command::line::lines;
use crate::command::parse::parse_line;
use crate::lesson::beat::Beat;
use crate::lesson::effect::Used;
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::Styled;
use crate::shell::expecting::Since;
use crate::shell::{Flow, Screen, Shell};
use std::time::Duration;

/// How long a step that looks done is given for what is still on its way, before the prompt comes back.
const PATIENCE: Duration = Duration::from_millis(1500);

impl Shell {
    /// What was entered while a lesson is under way: each line in turn is an answer, or is run and then judged.
    pub(in crate::shell) fn enter_course(&mut self, text: &str, screen: &mut dyn Screen) -> Flow {
        let lines = lines(text);
        for line in &lines {
            if lines.len() > 1 {
                self.echo(line.text, screen);
            }
            if self.take_answer(line.text, screen) || self.takes_it_for_one(line.text, screen) {
                continue;
            }
            self.begin_line(line.text);
            if self.line(line.text, 0, screen) == Flow::Quit {
                if self.course.is_none() {
                    return Flow::Quit;
                }
                self.leave(screen);
                return if self.desk.alone {
                    Flow::Quit
                } else {
                    Flow::Continue
                };
            }
            self.after_line(screen);
            if self.stopped {
                break;
            }
        }
        Flow::Continue
    }

    pub(super) fn begin_line(&mut self, text: &str) {
        let (now, here) = (self.mark(), self.current.clone());
        for command in parse_line(text).unwrap_or_default() {
            self.given(command.process.as_ref().unwrap_or(&here), &now);
        }
        let sockets = self.named_sockets();
        if let Some(course) = &mut self.course {
            course.line = now;
            course.about_lesson = false;
            for socket in sockets {
                if !course.sockets.contains(&socket) {
                    course.sockets.push(socket);
                }
            }
            let commands = parse_line(text).unwrap_or_default();
            course.newest = commands.len();
            course.did_something = commands
                .iter()
                .any(|command| !matches!(command.action, Action::Switch));
            for command in commands {
                let process = command.process.clone().unwrap_or_else(|| here.clone());
                course.typed.push((process, command));
            }
        }
    }

    /// Takes a line as the answer to the question that is open. False when it is no answer.
    pub(super) fn take_answer(&mut self, text: &str, screen: &mut dyn Screen) -> bool {
        let Some(mut course) = self.course.take() else {
            return false;
        };
        let Some(Beat::Quiz(question)) = course.beat().cloned() else {
            self.course = Some(course);
            return false;
        };
        let typed = text.trim();
        // A word that is a verb is one, unless it is a choice: `quit` leaves.
        let is_answer =
            question.takes(typed) && (!question.choices.is_empty() || Verb::named(typed).is_none());
        if is_answer {
            let chosen = question.choice(typed);
            let chosen = chosen.map_or(typed, |place| question.choices[place].as_str());
            screen.show(&super::play::said(&format!(
                "Noted: {chosen}. What follows shows how it is."
            )));
            course.said.insert(course.behind(), typed.to_owned());
            course.asked.push((question, Some(typed.to_owned())));
            // What was typed while the question waited may be what the next steps ask for.
            self.complete_with(&mut course, &Used::default(), screen);
            self.put_back(course, screen);
        } else {
            self.course = Some(course);
        }
        is_answer
    }

    /// While a question is open, a word that is neither a choice nor anything else is a wrong answer, and no mistake in a line.
    fn takes_it_for_one(&mut self, text: &str, screen: &mut dyn Screen) -> bool {
        let question = match self.course.as_ref().and_then(|course| course.beat()) {
            Some(Beat::Quiz(question)) => question.clone(),
            _ => return false,
        };
        let word = text.trim();
        let alone = !word.is_empty() && word.chars().all(char::is_alphanumeric);
        let known = Verb::named(word).is_some()
            || self
                .session
                .variables(&self.current)
                .iter()
                .any(|name| name == word);
        if !alone || known {
            return false;
        }
        open_question(&question, screen);
        true
    }

    /// Judges the step after a line was run.
    pub(super) fn after_line(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return;
        };
        if !course.about_lesson {
            let patience = self
                .manner
                .deadline
                .map_or(PATIENCE, |_| course.lesson.front.deadline);
            match course.beat().cloned() {
                Some(Beat::Line(line)) => {
                    let tell = course.did_something;
                    self.judge_line(&mut course, &line, patience, tell, screen);
                }
                Some(Beat::Task(task)) => self.judge_task(&mut course, &task, true, screen),
                Some(Beat::Quiz(question)) => {
                    open_question(&question, screen);
                }
                Some(Beat::Program(_)) => self.look_at_bench(&mut course, screen),
                _ => {}
            }
        }
        self.put_back(course, screen);
    }

    /// Judges the step again when something happened by itself.
    pub(in crate::shell) fn judge_idle(&mut self, screen: &mut dyn Screen) {
        let Some(mut course) = self.course.take() else {
            return;
        };
        match course.beat().cloned() {
            Some(Beat::Line(line)) if course.nearly => {
                self.judge_line(&mut course, &line, Duration::ZERO, false, screen);
            }
            Some(Beat::Line(_)) if !course.renamed.is_empty() || !course.given_back.is_empty() => {
                self.settle_names(&mut course, screen);
            }
            Some(Beat::Task(task)) if !course.typed.is_empty() => {
                self.judge_task(&mut course, &task, false, screen);
            }
            Some(Beat::Program(_)) => self.look_at_bench(&mut course, screen),
            _ => {}
        }
        self.put_back(course, screen);
    }

    /// The step is done. What the student did beyond it may have done the next one as well.
    pub(super) fn complete_with(
        &mut self,
        course: &mut Course,
        used: &Used,
        screen: &mut dyn Screen,
    ) {
        let (line, mut step) = (course.line, course.step);
        step.calls += used.calls as u64;
        let typed = course.typed.split_off(used.typed.min(course.typed.len()));
        let at = course.at;
        self.complete(course, screen);
        let between = course.beats.get(at + 1..course.at).unwrap_or_default();
        let follows = between
            .iter()
            .all(|beat| matches!(beat, Beat::Show(_) | Beat::Mark | Beat::Remark(_)));
        let more = self.calls_since(None, &step).next().is_some() || !typed.is_empty();
        if let (true, true, Some(Beat::Line(next))) = (follows, more, course.beat().cloned()) {
            course.line = line;
            course.step = step;
            course.typed = typed;
            self.judge_line(course, &next, Duration::ZERO, false, screen);
        }
    }

    pub(super) fn judge_task(
        &mut self,
        course: &mut Course,
        task: &Task,
        tell: bool,
        screen: &mut dyn Screen,
    ) {
        let since = Since {
            any: true,
            ..course.step
        };
        let here = self.current.clone();
        let mut held = 0;
        for demand in &task.check {
            held += usize::from(self.settled(&here, &demand.claim, &since).is_ok());
        }
        let mut text = Styled::new();
        if held == task.check.len() {
            text.push(drawn::done("solved"));
            text.append(prose::draw(&task.because, 2, &screen.look()));
            screen.show(&text);
            course.solved = Some(task.clone());
            self.complete(course, screen);
        } else if tell && held > 0 {
            text.push(drawn::not_yet(&format!(
                "{held} of the {} things that the task asks for are done",
                task.check.len()
            )));
            screen.show(&text);
        }
    }
}

/// Says that a question waits for its answer, and how it is given.
fn open_question(question: &Question, screen: &mut dyn Screen) {
    let letters = question.choices.len();
    let how = match letters {
        0 => "type a number, or the word it asks for".to_owned(),
        _ => format!(
            "type its letter, a to {}",
            char::from(b'a' + (letters - 1).min(25) as u8)
        ),
    };
    let mut text = Styled::new();
    text.push(drawn::not_yet(&format!(
        "the question is still open: {how}; `skip` goes on without an answer"
    )));
    screen.show(&text);
}
