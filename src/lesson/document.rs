//! A lesson: its front matter and its blocks in their order, read from Markdown. What is wrong is found all at once.

use super::fence::{Fence, Piece, pieces};
use super::figure::Figure;
use super::front::{self, Front};
use super::lab::{Lab, LabLine, read_lines};
use super::program_task::{ProgramTask, asks_for_program, is_file_name};
use super::question::Question;
use super::task::Task;
use crate::command::diagnostic::{Diagnostic, nearest, quoted};
use crate::command::reach::Granted;
use std::ops::Range;

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// What it is called at the command line: `handshake`.
    pub name: String,
    /// The part of the curriculum, if it has one.
    pub part: Option<u32>,
    /// Its number in the part, from its file's name.
    pub number: Option<u32>,
    /// Its front matter.
    pub front: Front,
    /// Its blocks in their order.
    pub blocks: Vec<Placed>,
    /// It came with the program, or --allow-run lifts its limits. A lesson that was only read is not.
    pub trusted: bool,
    /// What the reader allowed of it, if it is not trusted.
    pub granted: Granted,
}

/// A block and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The block.
    pub block: Block,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Markdown to be read.
    Prose(String),
    /// Commands and what follows from them.
    Lab(Lab),
    /// A question before the next commands.
    Quiz(Question),
    /// Something to bring about.
    Task(Task),
    /// A program to be written.
    Program(ProgramTask),
    /// A drawing of what has happened so far.
    Figure(Figure),
    /// A file for the lesson's folder, shown as well.
    File {
        /// Its name, without folders.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// The place a file's name gives a lesson: part, number and name of `104-handshake.md`.
pub fn place_of(file: &str) -> (Option<u32>, Option<u32>, String) {
    let base = file.rsplit('/').next().unwrap_or(file);
    let stem = base.strip_suffix(".md").unwrap_or(base);
    let digits = stem
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(stem.len());
    let behind = stem[digits..].strip_prefix('-').unwrap_or_default();
    match (stem[..digits].parse::<u32>(), behind) {
        (Ok(number), name) if digits >= 3 && !name.is_empty() => {
            (Some(number / 100), Some(number % 100), name.to_owned())
        }
        _ => (None, None, stem.to_owned()),
    }
}

impl Lesson {
    /// Reads a lesson out of a file of this name. An error is everything that is wrong with it, in its order, with spans in `text`.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let (part, number, name) = place_of(file);
        let (front, start) = match front::find(text) {
            Ok(Some((range, start))) => (Some(range), start),
            Ok(None) => (None, 0),
            Err(error) => return Err(vec![error.located(text)]),
        };
        let mut front = match front.as_ref().map(|range| Front::read(text, range)) {
            Some(Ok(front)) => front,
            Some(Err(error)) => {
                errors.push(error);
                Front::titled(&name)
            }
            None => Front::titled(first_heading(&text[start..]).unwrap_or(&name)),
        };
        if let (Some(by_name), Some(said)) = (part, front.part)
            && by_name != said
        {
            let at = text.find("part").unwrap_or(0);
            errors.push(Diagnostic::new(
                at..at + "part".len(),
                format!("the file's name says part {by_name}, this says part {said}"),
            ));
        }
        let mut blocks = Vec::new();
        for piece in pieces(text, start) {
            match piece {
                Piece::Prose(range) => {
                    let prose = without_title(&text[range.clone()], &front.title);
                    if !prose.trim().is_empty() {
                        blocks.push(Placed {
                            line: line_of(text, range.start),
                            block: Block::Prose(prose.to_owned()),
                        });
                    }
                }
                Piece::Fence(fence) => match block(text, &fence) {
                    Ok(block) => blocks.push(Placed {
                        line: line_of(text, fence.whole.start),
                        block,
                    }),
                    Err(found) => errors.extend(found),
                },
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| error.span.start);
            return Err(errors
                .into_iter()
                .map(|error| error.located(text))
                .collect());
        }
        front.part = front.part.or(part);
        Ok(Self {
            name,
            part: front.part,
            number,
            front,
            blocks,
            trusted: false,
            granted: Granted::default(),
        })
    }

    /// Everything it runs: the lines of its blocks, of its solutions and of the cases of its programs.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|placed| {
            let lines: Vec<&LabLine> = match &placed.block {
                Block::Lab(lab) => lab.lines.iter().collect(),
                Block::Task(task) => task.solution.iter().collect(),
                Block::Program(task) => task.cases.iter().flat_map(|case| &case.lines).collect(),
                _ => Vec::new(),
            };
            lines.into_iter().map(|line| line.text.as_str())
        })
    }

    /// The tasks that ask for a program, in their order.
    pub fn program_tasks(&self) -> impl Iterator<Item = &ProgramTask> {
        self.blocks.iter().filter_map(|placed| match &placed.block {
            Block::Program(task) => Some(task),
            _ => None,
        })
    }

    /// The kernel settings of its front matter that its text never names: what a reader sees would depend on something unsaid. A name
    /// may stand in the text in full or by its last part, `tcp_sack` for `net.ipv4.tcp_sack`.
    pub fn unnamed_settings(&self) -> Vec<&str> {
        let texts: Vec<&str> = self
            .blocks
            .iter()
            .flat_map(|placed| match &placed.block {
                Block::Prose(text) => vec![text.as_str()],
                Block::Quiz(question) => vec![question.ask.as_str(), question.because.as_str()],
                Block::Task(task) => vec![task.goal.as_str(), task.because.as_str()],
                Block::Program(task) => vec![task.goal.as_str(), task.because.as_str()],
                Block::Figure(figure) => vec![figure.caption.as_str()],
                Block::Lab(_) | Block::File { .. } => Vec::new(),
            })
            .collect();
        let is_named = |name: &str| {
            let last = name.rsplit(['.', '/']).next().unwrap_or(name);
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            texts
                .iter()
                .any(|text| text.split(|c| !is_part(c)).any(|word| word == last))
        };
        self.front
            .sysctls
            .keys()
            .map(String::as_str)
            .filter(|name| !is_named(name))
            .collect()
    }

    /// Its place as it is typed: `1.4`; `None` for a lesson that has none.
    pub fn place(&self) -> Option<String> {
        Some(format!("{}.{}", self.part?, self.number?))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn first_heading(text: &str) -> Option<&str> {
    text.lines()
        .find_map(|line| line.strip_prefix("# "))
        .map(str::trim)
}

/// Prose without a heading that repeats the title.
fn without_title<'a>(prose: &'a str, title: &str) -> &'a str {
    let trimmed = prose.trim_start();
    let first = trimmed.lines().next().unwrap_or_default();
    match first.strip_prefix("# ") {
        Some(heading) if heading.trim() == title => &trimmed[first.len()..],
        _ => prose,
    }
}

fn block(text: &str, fence: &Fence) -> Result<Block, Vec<Diagnostic>> {
    const KINDS: [&str; 4] = ["lab", "quiz", "task", "figure"];
    let info = &text[fence.info.clone()];
    let mut words = info.split_whitespace();
    let kind = words.next().unwrap_or_default();
    if !fence.closed && KINDS.contains(&kind) {
        return Err(vec![
            Diagnostic::new(fence.info.clone(), "this block is never closed")
                .expecting("a closing fence below it"),
        ]);
    }
    let no_more = |words: &mut dyn Iterator<Item = &str>| match words.next() {
        Some(word) => Err(vec![
            Diagnostic::new(
                place_in(text, &fence.info, word),
                format!("a {kind} block knows no {}", quoted(word)),
            )
            .expecting("nothing more"),
        ]),
        None => Ok(()),
    };
    match kind {
        "lab" => lab(text, fence, words).map(Block::Lab),
        "quiz" => {
            no_more(&mut words)?;
            Question::read(text, &fence.content)
                .map(Block::Quiz)
                .map_err(|error| vec![error])
        }
        "task" => {
            no_more(&mut words)?;
            if asks_for_program(text, &fence.content) {
                ProgramTask::read(text, &fence.content).map(Block::Program)
            } else {
                Task::read(text, &fence.content).map(Block::Task)
            }
        }
        "figure" => {
            no_more(&mut words)?;
            Figure::read(text, &fence.content)
                .map(Block::Figure)
                .map_err(|error| vec![error])
        }
        _ => {
            if let Some(name) = words.find_map(|word| word.strip_prefix("file=")) {
                return file(text, fence, name);
            }
            if let Some(meant) = nearest(kind, KINDS.into_iter()) {
                return Err(vec![
                    Diagnostic::new(
                        place_in(text, &fence.info, kind),
                        format!("no block is called {}", quoted(kind)),
                    )
                    .helping(format!("did you mean `{meant}`?")),
                ]);
            }
            Ok(Block::Prose(text[fence.whole.clone()].to_owned()))
        }
    }
}

/// Where a word of the info string stands.
fn place_in(text: &str, info: &Range<usize>, word: &str) -> Range<usize> {
    let start = text[info.clone()]
        .find(word)
        .map_or(info.start, |at| info.start + at);
    start..start + word.len()
}

fn lab<'a>(
    text: &str,
    fence: &Fence,
    words: impl Iterator<Item = &'a str>,
) -> Result<Lab, Vec<Diagnostic>> {
    let mut lab = Lab::default();
    for word in words {
        match word {
            "fresh" => lab.fresh = true,
            "setup" => lab.setup = true,
            _ => {
                return Err(vec![
                    Diagnostic::new(
                        place_in(text, &fence.info, word),
                        format!("a lab block knows no {}", quoted(word)),
                    )
                    .expecting("fresh, setup or nothing")
                    .suggesting(word, ["fresh", "setup"].into_iter()),
                ]);
            }
        }
    }
    let content = &text[fence.content.clone()];
    let read = read_lines(content, line_of(text, fence.content.start));
    if !read.errors.is_empty() {
        return Err(read
            .errors
            .into_iter()
            .map(|error| error.shifted(fence.content.start))
            .collect());
    }
    lab.lines = read.lines;
    Ok(lab)
}

fn file(text: &str, fence: &Fence, name: &str) -> Result<Block, Vec<Diagnostic>> {
    if !is_file_name(name) {
        return Err(vec![
            Diagnostic::new(
                place_in(text, &fence.info, name),
                "a lesson's file lies in its own folder",
            )
            .expecting("a name of letters, digits, _, - and ., without folders"),
        ]);
    }
    Ok(Block::File {
        name: name.to_owned(),
        text: text[fence.content.clone()].to_owned(),
    })
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
