//! A lesson as one row of beats, each a thing to show, to run or to ask: what play and learn walk along.

use super::deciding::deciding_line;
use super::document::{Block, Lesson};
use super::lab::{Lab, LabLine};
use super::program_task::ProgramTask;
use super::question::Question;
use super::task::Task;

/// One beat.
#[derive(Clone, Debug, PartialEq)]
pub enum Beat {
    /// Markdown to be read.
    Show(String),
    /// A file in the lesson's folder, to be read.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Everything ends and begins anew.
    Fresh,
    /// From here on the next questions' answers are read.
    Mark,
    /// A line that is run for the student: of a setup, or one that only checks.
    Run(LabLine),
    /// A comment between commands.
    Remark(String),
    /// A line the student types.
    Line(LabLine),
    /// A question; its answer is told at the next `Grade`.
    Quiz(Question),
    /// The questions asked since the last one are answered: behind the line that decides them, or at the end of the block.
    Grade,
    /// Something to bring about.
    Task(Task),
    /// A program to be written.
    Program(ProgramTask),
}

impl Beat {
    /// True for what the student does something at: the steps that are counted.
    pub fn is_step(&self) -> bool {
        matches!(
            self,
            Self::Line(_) | Self::Quiz(_) | Self::Task(_) | Self::Program(_)
        )
    }
}

/// The beats of a lesson.
pub fn beats(lesson: &Lesson) -> Vec<Beat> {
    let mut beats = Vec::new();
    let mut asked: Vec<&Question> = Vec::new();
    for placed in &lesson.blocks {
        match &placed.block {
            Block::Prose(markdown) => beats.push(Beat::Show(markdown.clone())),
            Block::File { name, text } => beats.push(Beat::File {
                name: name.clone(),
                text: text.clone(),
            }),
            Block::Quiz(question) => {
                asked.push(question);
                beats.push(Beat::Quiz(question.clone()));
            }
            Block::Task(task) => beats.push(Beat::Task(task.clone())),
            Block::Program(task) => beats.push(Beat::Program(task.clone())),
            Block::Figure(figure) => {
                let (show, caption) = (&figure.show, figure.caption.trim());
                beats.push(Beat::Show(format!("`{show}` draws it. {caption}\n")));
            }
            Block::Lab(lab) => block(&mut beats, lab, &std::mem::take(&mut asked)),
        }
    }
    if !asked.is_empty() {
        beats.push(Beat::Grade);
    }
    beats
}

/// The beats of a block, with the answers to the questions before it where they are known.
fn block(beats: &mut Vec<Beat>, lab: &Lab, asked: &[&Question]) {
    if lab.fresh {
        beats.push(Beat::Fresh);
    }
    beats.push(Beat::Mark);
    let decided = deciding_line(asked, lab);
    let mut waiting = !asked.is_empty();
    let mut lines = lab.lines.iter().peekable();
    while let Some(line) = lines.next() {
        beats.push(if lab.setup || line.is_expect() {
            Beat::Run(line.clone())
        } else if line.is_comment() {
            let remark = line.text.trim().trim_start_matches('#').trim();
            Beat::Remark(remark.to_owned())
        } else {
            Beat::Line(line.clone())
        });
        if waiting && (decided == Some(line.line) || lines.peek().is_none()) {
            beats.push(Beat::Grade);
            waiting = false;
        }
    }
    if waiting {
        beats.push(Beat::Grade);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_after_the_line_that_decides_them_or_the_block_or_at_the_end() {
        let text = "# t\n\n```quiz\nask = \"?\"\nanswer_from = \"errno of bind\"\n```\n\n```lab\nbind s :1\nlisten s\n```\n\n```quiz\nask = \"?\"\nanswer = \"x\"\n```\n\nand\n\n```lab fresh\n# note\ns = socket\nexpect ok\n```\n\n```lab setup\nt = socket\n```\n\n```quiz\nask = \"?\"\nanswer = \"y\"\n```\n";
        let lesson = Lesson::read("x.md", text).expect("it is right");
        let kinds: Vec<&str> = beats(&lesson)
            .iter()
            .map(|beat| match beat {
                Beat::Show(_) => "show",
                Beat::File { .. } => "file",
                Beat::Fresh => "fresh",
                Beat::Mark => "mark",
                Beat::Run(_) => "run",
                Beat::Remark(_) => "remark",
                Beat::Line(_) => "line",
                Beat::Quiz(_) => "quiz",
                Beat::Grade => "grade",
                Beat::Task(_) => "task",
                Beat::Program(_) => "program",
            })
            .collect();
        assert_eq!(
            kinds,
            [
                "quiz", "mark", "line", "grade", "line", "quiz", "show", "fresh", "mark", "remark",
                "line", "run", "grade", "mark", "run", "quiz", "grade"
            ]
        );
    }
}
