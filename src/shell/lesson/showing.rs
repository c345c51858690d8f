//! `lesson show`: a lesson's text, to be read. Nothing of it runs, and what a student is to find out stays hidden unless it is asked for.

use super::library::read;
use super::play::{asked, file, goal};
use crate::lesson::document::{Block, Lesson};
use crate::lesson::fence::{Piece, pieces};
use crate::lesson::front::{self, Front};
use crate::lesson::program_task::ProgramTask;
use crate::lesson::question::Question;
use crate::lesson::shelf::Volume;
use crate::lesson::task::Task;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Line, Look, Style, Styled};

/// A lesson's text. `answers` shows the answers to its questions, the hints and the solutions as well.
pub fn shown(volume: &Volume, answers: bool, look: &Look) -> Styled {
    let (title, start) = match front::find(&volume.text) {
        Ok(Some((range, start))) => (
            Front::read(&volume.text, &range)
                .map(|front| front.title)
                .ok(),
            start,
        ),
        _ => (None, 0),
    };
    let mut text = Styled::new();
    let body = &volume.text[start..];
    let repeated = title
        .as_ref()
        .is_some_and(|title| body.trim_start().starts_with(&format!("# {title}\n")));
    if let Some(title) = title.filter(|_| !repeated) {
        text.push(Line::new().with(Style::Heading, &title));
        text.gap();
    }
    match read(volume) {
        Ok(lesson) => body_of(volume, &lesson, start, answers, look, &mut text),
        // A file that is no lesson is read as the Markdown it is.
        Err(_) => text.append(prose::draw(body, 0, look)),
    }
    text
}

fn body_of(
    volume: &Volume,
    lesson: &Lesson,
    start: usize,
    answers: bool,
    look: &Look,
    text: &mut Styled,
) {
    let mut hidden = false;
    let mut blocks = lesson.blocks.iter();
    for piece in pieces(&volume.text, start) {
        text.gap();
        let (Piece::Prose(range)
        | Piece::Fence(crate::lesson::fence::Fence { content: range, .. })) = &piece;
        let written = &volume.text[range.clone()];
        let line = volume.text[..range.start].matches('\n').count();
        let known = matches!(piece, Piece::Fence(_))
            .then(|| blocks.find(|placed| placed.line == line))
            .flatten();
        match known.map(|placed| &placed.block) {
            Some(Block::Lab(_)) => lab(written, text),
            Some(Block::Quiz(question)) => {
                hidden |= !answers;
                quiz(question, answers, look, text);
            }
            Some(Block::Task(goal)) => {
                hidden |= !answers;
                task(goal, answers, look, text);
            }
            Some(Block::Program(goal)) => {
                hidden |= !answers;
                program(goal, answers, look, text);
            }
            Some(Block::Figure(figure)) => text.push(drawn::aside(&format!(
                "`{}` draws it. {}",
                figure.show,
                figure.caption.trim()
            ))),
            Some(Block::File { name, text: lines }) => text.append(file(name, lines)),
            Some(Block::Prose(markdown)) => text.append(prose::draw(markdown, 0, look)),
            None if matches!(piece, Piece::Fence(_)) => lab(written, text),
            None => text.append(prose::draw(written, 0, look)),
        }
        text.gap();
    }
    if hidden {
        text.push(drawn::aside(&format!(
            "`lesson show {} --answers` has the answers, hints and solutions as well; `lesson learn {}` lets you find them.",
            lesson.name, lesson.name
        )));
    }
}

/// Commands as they are typed, what is expected of them dimmed.
fn lab(written: &str, text: &mut Styled) {
    for line in written.trim_end().lines() {
        let style = if line.starts_with([' ', '\t', '#']) {
            Style::Dim
        } else {
            Style::Call
        };
        text.push(
            Line::wrapping(8)
                .with(Style::Plain, "    ")
                .with(style, &line.replace('\t', "    ")),
        );
    }
}

fn quiz(question: &Question, answers: bool, look: &Look, text: &mut Styled) {
    let ask = prose::draw(&question.ask, 5, look);
    text.append(drawn::posed("question", &ask, &question.choices));
    if answers {
        let said = question
            .answer
            .as_deref()
            .unwrap_or("what the kernel says in the run");
        text.push(drawn::answered(None, said, true));
        text.append(prose::draw(&question.because, 2, look));
    }
}

fn task(task: &Task, answers: bool, look: &Look, text: &mut Styled) {
    text.append(goal(&task.goal, look));
    if answers {
        hints(&task.hints, text);
        text.push(drawn::aside("one solution:"));
        for line in &task.solution {
            for row in line.text.lines() {
                text.say(Style::Call, 5, row);
            }
        }
        text.append(prose::draw(&task.because, 2, look));
    }
}

fn hints(hints: &[String], text: &mut Styled) {
    for hint in hints {
        let mut line = Line::wrapping(5).with(Style::Dim, "hint: ");
        line.append(&prose::inline(hint));
        text.push(line);
    }
}

fn program(task: &ProgramTask, answers: bool, look: &Look, text: &mut Styled) {
    text.append(goal(&task.goal, look));
    text.append(asked(task));
    if answers {
        hints(&task.hints, text);
        text.push(drawn::aside("one solution:"));
        text.append(file(&task.program, &task.solution));
        text.append(prose::draw(&task.because, 2, look));
    }
}
