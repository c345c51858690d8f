//! A lesson as a page: its prose, its console blocks with what a run printed, its questions and tasks, its drawings.

use super::links::Links;
use super::markdown::{block, console, folded, prose};
use super::ports::Ports;
use super::sheet::Sheet;
use super::times::rounded;
use crate::lesson::document::{Block, Lesson, Placed};
use crate::lesson::lab::Lab;
use crate::lesson::program_task::ProgramTask;
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::lesson::transcript::{Came, Drawing, Transcript};
use std::fmt::Write;

/// Where the book's sources lie, as a lesson's file names them.
const BOOK: &str = "../book/src/";

/// The page of a lesson and its drawings. `path` is where the page is below `book/src`, `source` the lesson's text, `links` lead to
/// the other pages.
pub fn sheets(
    path: &str,
    source: &str,
    lesson: &Lesson,
    run: &Transcript,
    links: &Links,
) -> Vec<Sheet> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let printed = run
        .blocks
        .iter()
        .flat_map(|came| came.printed.iter().map(String::as_str));
    let mut desk = Desk {
        stem: file.strip_suffix(".md").unwrap_or(file),
        up: if folder.is_empty() { "" } else { "../" },
        ports: Ports::new(&run.ports, printed, source),
        links,
        drawings: Vec::new(),
    };
    let assumes = desk.links.lessons(desk.up, &lesson.front.assumes);
    let mut text = heading(lesson, &assumes);
    let nothing = Came::default();
    for (place, Placed { block, .. }) in lesson.blocks.iter().enumerate() {
        let came = run.blocks.get(place).unwrap_or(&nothing);
        text.push('\n');
        match block {
            Block::Prose(markdown) => {
                let linked = links.lessons(desk.up, markdown.trim_matches('\n'));
                text.push_str(&desk.pictures(&linked));
            }
            Block::File { name, text: file } => text.push_str(&listing(name, file)),
            Block::Lab(lab) => text.push_str(&desk.console(lab, came)),
            Block::Figure(_) => text.push_str(&desk.transcript(came)),
            Block::Quiz(question) => text.push_str(&quiz(question, came)),
            Block::Task(task) => text.push_str(&desk.exercise(task, came)),
            Block::Program(task) => text.push_str(&program(lesson, task)),
        }
        text.truncate(text.trim_end_matches('\n').len());
        text.push('\n');
    }
    text.push_str(&links.read_on(desk.up, lesson));
    // Writing into a String cannot fail.
    let _ = write!(
        text,
        "\n---\n\n{}What the boxes and figures show comes from one run of this lesson on a real kernel. Ports \
         that the kernel chose are shown as 40001, 40002 and so on, except beside the bytes that hold them; times are those of that run, rounded.\n",
        lesson.part.map_or_else(String::new, |_| format!(
            "Try it: `socklab lesson learn {}`. ",
            lesson.name
        ))
    );
    let mut sheets = vec![Sheet::new(path, text)];
    sheets.append(&mut desk.drawings);
    sheets
}

fn heading(lesson: &Lesson, assumes: &str) -> String {
    let front = &lesson.front;
    let mut text = format!("# {}\n", front.title);
    let mut facts = Vec::new();
    facts.extend(lesson.place().map(|place| format!("Lesson {place}")));
    if !front.about.is_empty() {
        facts.push(front.about.clone());
    }
    facts.extend(front.time());
    if !front.hosts.is_empty() {
        facts.push(format!("hosts: {}", front.hosts.join(", ")));
    }
    let programs: Vec<&str> = front
        .programs
        .iter()
        .map(|(program, module)| module.as_deref().unwrap_or(program))
        .collect();
    if !programs.is_empty() {
        facts.push(format!("needs {}", programs.join(", ")));
    }
    if !facts.is_empty() {
        let _ = write!(text, "\n*{}*\n", prose(&facts.join(" · ")));
    }
    if !assumes.is_empty() {
        let _ = write!(text, "\n*Assumes:* {assumes}.\n");
    }
    text
}

/// A file the lesson writes into its folder.
fn listing(name: &str, text: &str) -> String {
    let kind = match name.rsplit_once('.') {
        Some((_, "py")) => "python",
        Some((_, "c" | "h")) => "c",
        Some((_, "rs")) => "rust",
        Some((_, "sh")) => "sh",
        _ => "text",
    };
    format!("`{name}`:\n\n{}", block(kind, text))
}

/// What is needed to set a lesson's runs, and the drawings that were set.
struct Desk<'a> {
    stem: &'a str,
    /// From the page to the folder of all.
    up: &'static str,
    ports: Ports,
    links: &'a Links,
    drawings: Vec<Sheet>,
}

impl Desk<'_> {
    /// What was printed, as a block, with the drawings where they belong; nothing for nothing.
    fn transcript(&mut self, came: &Came) -> String {
        let mut text = String::new();
        let mut at = 0;
        for (before, drawing) in &came.drawings {
            text.push_str(&self.printed(&came.printed[at..*before]));
            text.push_str(&self.figure(drawing));
            at = *before;
        }
        text.push_str(&self.printed(&came.printed[at..]));
        text
    }

    fn printed(&mut self, lines: &[String]) -> String {
        if lines.is_empty() {
            return String::new();
        }
        let settled: Vec<String> = lines
            .iter()
            .map(|printed| rounded(&self.ports.settle(printed)))
            .collect();
        console(&settled) + "\n"
    }

    fn figure(&mut self, drawing: &Drawing) -> String {
        let path = format!("figures/{}-{}.svg", self.stem, drawing.name);
        self.drawings.push(Sheet::new(
            path.clone(),
            rounded(&self.ports.settle(&drawing.svg)),
        ));
        figure(&format!("{}{path}", self.up), drawing.caption.trim())
    }

    /// Prose whose pictures, each a line of its own, are figures with their words below them.
    fn pictures(&self, markdown: &str) -> String {
        let mut text = String::new();
        for line in markdown.split_inclusive('\n') {
            let picture = line
                .trim_end()
                .strip_prefix("![")
                .and_then(|rest| rest.strip_suffix(')')?.split_once("]("))
                .and_then(|(words, path)| Some((words, path.strip_prefix(BOOK)?)));
            match picture {
                Some((words, path)) => {
                    text.push_str(figure(&format!("{}{path}", self.up), words).trim_end());
                    text.push('\n');
                }
                None => text.push_str(line),
            }
        }
        text
    }

    fn console(&mut self, lab: &Lab, came: &Came) -> String {
        let text = self.transcript(came);
        let text = match (lab.setup, text.is_empty()) {
            (_, true) => return String::new(),
            (true, false) => folded("Prepared before this begins", &text),
            (false, false) => text,
        };
        if lab.fresh {
            format!("*A new lab: nothing is left of the old one.*\n\n{text}")
        } else {
            text
        }
    }

    fn exercise(&mut self, task: &Task, came: &Came) -> String {
        let mut text = format!("**Task.** {}\n", task.goal.trim());
        for (place, hint) in task.hints.iter().enumerate() {
            text.push('\n');
            text.push_str(&folded(&format!("Hint {}", place + 1), hint));
        }
        let body = format!("{}\n{}", self.transcript(came), task.because.trim());
        text.push('\n');
        text.push_str(&folded("A solution, and what it prints", &body));
        text
    }
}

/// A task that asks for a program: what it begins with, what it is put through, hints and a solution.
fn program(lesson: &Lesson, task: &ProgramTask) -> String {
    let cases = task.cases.iter();
    let cases: Vec<String> = cases.map(|case| format!("*{}*", case.name)).collect();
    let place = lesson.place().unwrap_or_else(|| lesson.name.clone());
    let mut text = format!(
        "**Program.** {}\n\n{}\nIt is put through these cases: {}. `socklab lesson grade {place} {}` says how it did.\n",
        task.goal.trim(),
        listing(&task.program, &task.skeleton),
        cases.join(", "),
        task.program
    );
    for (place, hint) in task.hints.iter().enumerate() {
        text.push('\n');
        text.push_str(&folded(&format!("Hint {}", place + 1), hint));
    }
    let solution = listing(&task.program, &task.solution);
    text.push('\n');
    text.push_str(&folded(
        "A solution",
        &format!("{solution}\n{}", task.because.trim()),
    ));
    text
}

/// A picture and its caption.
fn figure(path: &str, caption: &str) -> String {
    format!(
        "<figure>\n\n![{}]({path})\n\n<figcaption>\n\n{caption}\n\n</figcaption>\n</figure>\n\n",
        alternative(caption)
    )
}

/// A caption as the words that stand for a picture where it cannot be seen.
fn alternative(caption: &str) -> String {
    prose(&caption.replace(['`', '*'], ""))
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn quiz(question: &Question, came: &Came) -> String {
    let mut text = format!("**Question.** {}\n", question.ask.trim());
    if !question.choices.is_empty() {
        text.push('\n');
        for choice in &question.choices {
            let _ = writeln!(text, "- {}", choice.trim());
        }
    }
    let answer = came.answer.as_deref().or(question.answer.as_deref());
    let body = format!(
        "**{}**\n\n{}",
        answer.unwrap_or_default(),
        question.because.trim()
    );
    text.push('\n');
    text.push_str(&folded("The answer", &body));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "+++\ntitle = \"A test\"\npart = 1\nminutes = 2\nassumes = \"lesson `0.1`\"\n+++\n\nWords.\n\n![A *view*](../book/src/pictures/v.svg)\n\n```lab\ns = socket\n  ok\n```\n\n```quiz\nask = \"Which?\"\nchoices = [\"3\", \"4\"]\nanswer = \"3\"\nbecause = \"So.\"\n```\n\n```task\ngoal = \"Do.\"\ncheck = [\"ok\"]\nhints = [\"Try.\"]\nsolution = \"t = socket\"\nbecause = \"Done.\"\n```\n";

    #[test]
    fn a_page_holds_everything_in_its_order_and_the_answers_folded() {
        let lesson = Lesson::read("101-test.md", LESSON).expect("it is right");
        let mut blocks = vec![Came::default(); lesson.blocks.len()];
        blocks[1].printed = vec!["lab> s = socket\n     = 3 127.0.0.1:33434".to_owned()];
        blocks[3].printed = vec!["lab> t = socket".to_owned()];
        let mut run = Transcript {
            blocks,
            ..Transcript::default()
        };
        let drawn = Ok("<svg>33434</svg>".to_owned());
        run.keep(1, "lab> ladder c", "The *packets*.", drawn.clone());
        run.keep(3, "ladder", "Again.", drawn);
        run.keep(3, "ladder", "Never.", Err("nothing to draw".to_owned()));
        assert_eq!(run.otherwise, ["ladder: nothing to draw"]);
        let links = Links::new([("101-test", &lesson)]);
        let sheets = sheets("lessons/101-test.md", LESSON, &lesson, &run, &links);
        let paths: Vec<&str> = sheets.iter().map(|sheet| sheet.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "lessons/101-test.md",
                "figures/101-test-ladder.svg",
                "figures/101-test-ladder-2.svg"
            ]
        );
        assert_eq!(sheets[1].text, "<svg>40001</svg>");
        let mut rest = sheets[0].text.as_str();
        for part in [
            "# A test",
            "Lesson 1.1",
            "*Assumes:* lesson `0.1`.",
            "Words.",
            "<figure>\n\n![A view](../pictures/v.svg)\n\n<figcaption>\n\nA *view*\n\n</figcaption>\n</figure>\n",
            "```console\nlab> s = socket\n     = 3 127.0.0.1:40001\n```",
            "![The packets.](../figures/101-test-ladder.svg)",
            "The *packets*.",
            "**Question.** Which?",
            "- 4",
            "<summary>The answer</summary>\n\n**3**\n\nSo.",
            "**Task.** Do.",
            "<summary>Hint 1</summary>\n\nTry.",
            "lab> t = socket",
            "(../figures/101-test-ladder-2.svg)",
            "Done.",
        ] {
            let at = rest
                .find(part)
                .unwrap_or_else(|| panic!("{part:?} is missing or out of order in {rest}"));
            rest = &rest[at + part.len()..];
        }
    }
}
