//! A lesson run from its first block to its last, with everything it printed kept: what the book shows. Not how a page is set.

use super::running::Ran;
use super::stage::{Kept, Obstacle, Stage};
use crate::event::packet::PacketEvent;
use crate::lesson::document::{Block, Lesson};
use crate::lesson::lab::LabLine;
use crate::lesson::transcript::{Came, Figure, Transcript};
use crate::session::Settings;
use crate::session::inventory::Protocol;
use crate::shell::expecting::Since;
use crate::shell::{Format, Manner, Shell};

/// Packets in a drawing; those beyond would make it longer than a page.
const DRAWN: u64 = 40;
/// Fewer packets than this are no ladder worth drawing.
const FEWEST: usize = 3;
/// The first of the ports that Linux hands out by itself (ip_local_port_range, ip(7)).
const EPHEMERAL: u16 = 32_768;

/// Runs a lesson in a lab of its own and keeps what it printed.
pub fn record(lesson: &Lesson, settings: &Settings) -> Result<Transcript, Obstacle> {
    let manner = Manner {
        format: Format::Text,
        deadline: Some(lesson.front.deadline),
        source: lesson.name.clone(),
        quiet: false,
    };
    let mut stage = Stage::start(lesson, settings, manner)?;
    let mut transcript = Transcript::default();
    let mut asked: Vec<usize> = Vec::new();
    let mut labs = 1;
    for (place, placed) in lesson.blocks.iter().enumerate() {
        transcript.blocks.push(Came::default());
        match &placed.block {
            Block::Prose(_) | Block::File { .. } => {}
            Block::Quiz(_) => asked.push(place),
            Block::Lab(lab) => {
                if lab.fresh {
                    stage.shell.keep_drawings(labs, &mut transcript);
                    labs += 1;
                    stage.fresh(lesson)?;
                }
                let since = stage.shell.mark();
                for line in &lab.lines {
                    stage.shell.keep_line(lesson, line, place, &mut transcript);
                }
                stage
                    .shell
                    .keep_answers(lesson, &mut asked, &since, &mut transcript);
            }
            Block::Task(task) => {
                for line in &task.solution {
                    stage.shell.keep_line(lesson, line, place, &mut transcript);
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
    stage.shell.keep_drawings(labs, &mut transcript);
    stage.shell.farewell(&mut Kept::default());
    Ok(transcript)
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
        let ran = self.run_line(line, lesson.front.deadline, &mut kept);
        transcript.otherwise.extend(complaints(&ran));
        if !line.is_expect() {
            let printed = kept.text.trim_matches('\n').trim_end();
            transcript.blocks[place].printed.push(printed.to_owned());
        }
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

    /// Draws the packets of a lab, and the path of its first TCP connection through the states.
    fn keep_drawings(&mut self, lab: usize, transcript: &mut Transcript) {
        let home = self.current.clone();
        let named = |what: &str| match lab {
            1 => what.to_owned(),
            _ => format!("{what}-{lab}"),
        };
        let packets: Vec<&PacketEvent> = self.session.log().packets().collect();
        let count = packets.len();
        let ports = packets
            .iter()
            .filter_map(|packet| packet.headers.ports())
            .flat_map(|(from, to)| [from, to])
            .filter(|port| *port >= EPHEMERAL);
        transcript.ports.extend(ports);
        transcript.ports.sort_unstable();
        transcript.ports.dedup();
        if count >= FEWEST
            && let Ok(svg) = self.drawing(&home, &format!("ladder frame.number <= {DRAWN}"))
        {
            // The same words for any count: how many acknowledgments stand alone differs from run to run.
            let caption = format!("The packets as a ladder, the first {DRAWN} at most");
            transcript.figures.push(Figure {
                name: named("ladder"),
                caption,
                svg,
            });
        }
        let Some((process, name)) = self.connection() else {
            return;
        };
        if let Ok(svg) = self.drawing(&process, &format!("states {name}")) {
            transcript.figures.push(Figure {
                name: named("states"),
                caption: format!("The path of {process}'s socket {name} through the states of TCP"),
                svg,
            });
        }
    }

    /// The first named TCP socket that has or had a connection, by process and descriptor; open sockets only. Which one it is does not
    /// hang on what was seen of its path.
    fn connection(&mut self) -> Option<(String, String)> {
        self.session.refresh();
        let sockets: Vec<(String, String)> = self
            .session
            .inventory()
            .open()
            .filter(|known| known.protocol == Protocol::Tcp)
            .filter_map(|known| Some((known.process.clone(), known.names.last()?.clone())))
            .collect();
        sockets.into_iter().find(|(process, name)| {
            self.path_of(process, name)
                .is_ok_and(|(_, state, steps)| state != "LISTEN" && steps.len() > 1)
        })
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
