//! A lesson run from its first block to its last, with everything it printed kept: what the book shows. Not how a page is set.

use super::running::{Patience, Ran};
use super::stage::{Kept, Obstacle, Stage};
use crate::lesson::deciding::deciding_line;
use crate::lesson::document::{Block, Lesson};
use crate::lesson::figure::view;
use crate::lesson::lab::LabLine;
use crate::lesson::question::Question;
use crate::lesson::transcript::{Came, Transcript};
use crate::session::Settings;
use crate::shell::expecting::Since;
use crate::shell::{Format, Manner, Shell};
use std::time::Duration;

/// Commands whose answer a page shows as a drawing in place of the one in text.
const DRAWN: [&str; 4] = ["ladder", "states", "plot", "stream"];
/// How long programs are given to have done with what a line brought them, until all they do is wait.
const REACTION: Duration = Duration::from_millis(200);
/// The first of the ports that Linux hands out by itself (ip_local_port_range, ip(7)).
const EPHEMERAL: u16 = 32_768;

/// Runs a lesson in a lab of its own and keeps what it printed. Only what came with the program becomes a page.
pub fn record(lesson: &Lesson, settings: &Settings) -> Result<Transcript, Obstacle> {
    let lesson = &Lesson {
        trusted: true,
        ..lesson.clone()
    };
    let manner = Manner {
        format: Format::Text,
        deadline: Some(lesson.front.deadline),
        source: lesson.name.clone(),
        quiet: false,
    };
    let mut stage = Stage::start(lesson, settings, manner)?;
    let mut transcript = Transcript::default();
    let mut asked: Vec<usize> = Vec::new();
    for (place, placed) in lesson.blocks.iter().enumerate() {
        transcript.blocks.push(Came::default());
        match &placed.block {
            Block::Prose(_) | Block::File { .. } | Block::Program(_) => {}
            Block::Quiz(_) => asked.push(place),
            Block::Lab(lab) => {
                if lab.fresh {
                    stage.shell.keep_ports(&mut transcript);
                    stage.fresh(lesson)?;
                }
                let since = stage.shell.mark();
                let decided = deciding_line(&questions(lesson, &asked), lab);
                for line in &lab.lines {
                    stage.shell.keep_line(lesson, line, place, &mut transcript);
                    if decided == Some(line.line) {
                        stage
                            .shell
                            .keep_answers(lesson, &mut asked, &since, &mut transcript);
                    }
                }
                stage
                    .shell
                    .keep_answers(lesson, &mut asked, &since, &mut transcript);
            }
            Block::Figure(figure) => {
                let drawing = stage.shell.figure(&figure.show);
                transcript.keep(place, &figure.show, &figure.caption, drawing);
            }
            Block::Task(task) => {
                let began = stage.shell.mark();
                for line in &task.solution {
                    stage.shell.keep_line(lesson, line, place, &mut transcript);
                }
                // The last of its calls may sleep for a while, and what comes of it belongs to the solution.
                let mut kept = Kept::default();
                let patience = lesson.front.deadline;
                stage.shell.see_solved(task, &began, patience, &mut kept);
                let came = kept.text.trim_matches('\n').trim_end();
                if let Some(last) = transcript.blocks[place].printed.last_mut()
                    && !came.is_empty()
                {
                    last.push('\n');
                    last.push_str(came);
                }
            }
        }
    }
    let since = Since {
        packet: 1,
        calls: 0,
        output: 0,
        time_ns: 0,
        any: true,
    };
    stage
        .shell
        .keep_answers(lesson, &mut asked, &since, &mut transcript);
    stage.shell.keep_ports(&mut transcript);
    stage.shell.farewell(&mut Kept::default());
    Ok(transcript)
}

/// The questions that stand at these places.
fn questions<'a>(lesson: &'a Lesson, asked: &[usize]) -> Vec<&'a Question> {
    asked
        .iter()
        .filter_map(|place| match &lesson.blocks[*place].block {
            Block::Quiz(question) => Some(question),
            _ => None,
        })
        .collect()
}

impl Shell {
    /// Runs a line and keeps it with what it printed. A line that only checks is run and not kept.
    fn keep_line(
        &mut self,
        lesson: &Lesson,
        line: &LabLine,
        place: usize,
        transcript: &mut Transcript,
    ) {
        if line.is_comment() {
            transcript.blocks[place]
                .printed
                .push(line.text.trim().to_owned());
            return;
        }
        let mut kept = Kept::default();
        self.echo(&line.text, &mut kept);
        let ran = self.run_line(line, &mut Patience::new(lesson.front.deadline), &mut kept);
        transcript.otherwise.extend(complaints(&ran));
        // What programs do with what the line brought them belongs to the line, whoever is quicker.
        self.wait_for(REACTION, &mut kept, |shell| {
            shell.session.programs_rest_or_ended()
        });
        if line.is_expect() {
            return;
        }
        let printed = kept.text.trim_matches('\n').trim_end();
        let shown = view(&line.text)
            .filter(|view| DRAWN.iter().any(|verb| view.starts_with(verb)))
            .and_then(|view| Some((view, self.figure(&line.text).ok()?)));
        match shown {
            Some((view, drawing)) => {
                // The line as it was typed: the drawing stands for what it printed.
                let typed = printed.lines().next().unwrap_or_default().to_owned();
                transcript.blocks[place].printed.push(typed);
                let caption = format!("`{view}`, drawn.");
                transcript.keep(place, &line.text, &caption, Ok(drawing));
            }
            None => transcript.blocks[place].printed.push(printed.to_owned()),
        }
    }

    /// The drawing of a view, written as a line with a prompt or without; an error says why there is none.
    pub(super) fn figure(&mut self, show: &str) -> Result<String, String> {
        let process = self.process_of(show);
        let view = view(show).ok_or_else(|| "this cannot be drawn".to_owned())?;
        self.drawing(&process, view)
    }

    fn keep_answers(
        &mut self,
        lesson: &Lesson,
        asked: &mut Vec<usize>,
        since: &Since,
        transcript: &mut Transcript,
    ) {
        for place in asked.drain(..) {
            if let Block::Quiz(question) = &lesson.blocks[place].block {
                transcript.blocks[place].answer = Some(self.answer_to(question, since).0);
            }
        }
    }

    /// Keeps the ports that the kernel chose in this lab.
    fn keep_ports(&mut self, transcript: &mut Transcript) {
        let ports = self
            .session
            .log()
            .packets()
            .filter_map(|packet| packet.headers.ports())
            .flat_map(|(from, to)| [from, to])
            .filter(|port| *port >= EPHEMERAL);
        transcript.ports.extend(ports);
        transcript.ports.sort_unstable();
        transcript.ports.dedup();
    }
}

fn complaints(ran: &Ran) -> impl Iterator<Item = String> {
    ran.failures.iter().map(|failure| {
        format!(
            "line {}: expected {} ({})",
            failure.line, failure.expected, failure.reason
        )
    })
}
