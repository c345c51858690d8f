//! A lesson as a page: its prose, its console blocks with what a run printed, its questions and tasks, its drawings.

use super::markdown::{block, folded, prose};
use super::ports::Ports;
use super::sheet::Sheet;
use crate::lesson::document::{Block, Lesson, Placed};
use crate::lesson::lab::Lab;
use crate::lesson::question::Question;
use crate::lesson::task::Task;
use crate::lesson::transcript::{Came, Transcript};
use std::fmt::Write;

/// The page of a lesson and its drawings. `stem` is its file's name without the ending, `source` its text.
pub fn sheets(stem: &str, source: &str, lesson: &Lesson, run: &Transcript) -> Vec<Sheet> {
    let printed = run
        .blocks
        .iter()
        .flat_map(|came| came.printed.iter().map(String::as_str));
    let mut ports = Ports::new(&run.ports, printed, source);
    let mut text = heading(lesson);
    let nothing = Came::default();
    for (place, Placed { block, .. }) in lesson.blocks.iter().enumerate() {
        let came = run.blocks.get(place).unwrap_or(&nothing);
        text.push('\n');
        match block {
            Block::Prose(markdown) => text.push_str(markdown.trim_matches('\n')),
            Block::File { name, text: file } => text.push_str(&listing(name, file)),
            Block::Lab(lab) => text.push_str(&console(lab, came, &mut ports)),
            Block::Quiz(question) => text.push_str(&quiz(question, came)),
            Block::Task(task) => text.push_str(&exercise(task, came, &mut ports)),
        }
        text.truncate(text.trim_end_matches('\n').len());
        text.push('\n');
    }
    let mut sheets = Vec::new();
    if !run.figures.is_empty() {
        text.push_str("\n## The run, drawn\n");
    }
    for figure in &run.figures {
        let path = format!("figures/{stem}-{}.svg", figure.name);
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n<figure>\n\n![{caption}](../{path})\n\n<figcaption>{caption}.</figcaption>\n</figure>\n",
            caption = prose(&figure.caption),
        );
        sheets.push(Sheet::new(path, ports.settle(&figure.svg)));
    }
    // Writing into a String cannot fail.
    let _ = write!(
        text,
        "\n---\n\nTry it: `socklab lesson learn {}`. What the boxes show was printed by a run of this lesson on a real kernel. Ports that \
         the kernel chose are shown as 40001, 40002 and so on, except beside the bytes that hold them; times are those of that run.\n",
        lesson.name
    );
    sheets.insert(0, Sheet::new(format!("lessons/{stem}.md"), text));
    sheets
}

fn heading(lesson: &Lesson) -> String {
    let front = &lesson.front;
    let mut text = format!("# {}\n", front.title);
    let mut facts = Vec::new();
    facts.extend(lesson.place().map(|place| format!("Lesson {place}")));
    if !front.about.is_empty() {
        facts.push(front.about.clone());
    }
    facts.extend(
        front
            .minutes
            .map(|minutes| format!("about {minutes} minutes")),
    );
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

/// What was printed, as a block; nothing for nothing.
fn transcript(came: &Came, ports: &mut Ports) -> String {
    if came.printed.is_empty() {
        return String::new();
    }
    let settled: Vec<String> = came
        .printed
        .iter()
        .map(|printed| ports.settle(printed))
        .collect();
    block("console", &settled.join("\n"))
}

fn console(lab: &Lab, came: &Came, ports: &mut Ports) -> String {
    let text = transcript(came, ports);
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

fn exercise(task: &Task, came: &Came, ports: &mut Ports) -> String {
    let mut text = format!("**Task.** {}\n", task.goal.trim());
    for (place, hint) in task.hints.iter().enumerate() {
        text.push('\n');
        text.push_str(&folded(&format!("Hint {}", place + 1), hint));
    }
    let body = format!("{}\n{}", transcript(came, ports), task.because.trim());
    text.push('\n');
    text.push_str(&folded("A solution, and what it prints", &body));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::transcript::Figure;

    const LESSON: &str = "+++\ntitle = \"A test\"\npart = 1\nminutes = 2\n+++\n\nWords.\n\n```lab\ns = socket\n  ok\n```\n\n```quiz\nask = \"Which?\"\nchoices = [\"3\", \"4\"]\nanswer = \"3\"\nbecause = \"So.\"\n```\n\n```task\ngoal = \"Do.\"\ncheck = [\"ok\"]\nhints = [\"Try.\"]\nsolution = \"t = socket\"\nbecause = \"Done.\"\n```\n";

    #[test]
    fn a_page_holds_everything_in_its_order_and_the_answers_folded() {
        let lesson = Lesson::read("101-test.md", LESSON).expect("it is right");
        let mut blocks = vec![Came::default(); lesson.blocks.len()];
        blocks[1].printed = vec!["lab> s = socket\n     = 3 127.0.0.1:33434".to_owned()];
        blocks[3].printed = vec!["lab> t = socket".to_owned()];
        let run = Transcript {
            blocks,
            figures: vec![Figure {
                name: "ladder".to_owned(),
                caption: "The packets".to_owned(),
                svg: "<svg>33434</svg>".to_owned(),
            }],
            ..Transcript::default()
        };
        let sheets = sheets("101-test", LESSON, &lesson, &run);
        let paths: Vec<&str> = sheets.iter().map(|sheet| sheet.path.as_str()).collect();
        assert_eq!(
            paths,
            ["lessons/101-test.md", "figures/101-test-ladder.svg"]
        );
        assert_eq!(sheets[1].text, "<svg>40001</svg>");
        let mut rest = sheets[0].text.as_str();
        for part in [
            "# A test",
            "Lesson 1.1",
            "Words.",
            "```console\nlab> s = socket\n     = 3 127.0.0.1:40001\n```",
            "**Question.** Which?",
            "- 4",
            "<summary>The answer</summary>\n\n**3**\n\nSo.",
            "**Task.** Do.",
            "<summary>Hint 1</summary>\n\nTry.",
            "lab> t = socket",
            "Done.",
            "(../figures/101-test-ladder.svg)",
        ] {
            let at = rest
                .find(part)
                .unwrap_or_else(|| panic!("{part:?} is missing or out of order in {rest}"));
            rest = &rest[at + part.len()..];
        }
    }
}
