//! The solutions of all tasks on one page, for a reader of paper, who cannot open what is folded.

use super::chapters::Chapter;
use super::markdown::{block, prose};
use super::sheet::Sheet;
use crate::lesson::document::Block;
use crate::lesson::task::Task;
use std::fmt::Write;

/// The page. Lessons without a task are left out.
pub fn sheet(lessons: &[Chapter<'_>]) -> Sheet {
    let mut text = String::from(
        "# Solutions\n\nOne solution of each task, lesson by lesson. There are others: a task is done when what it asks for holds, however it \
         was brought about.\n",
    );
    for Chapter { stem, lesson } in lessons {
        let tasks: Vec<&Task> = lesson
            .blocks
            .iter()
            .filter_map(|placed| match &placed.block {
                Block::Task(task) => Some(task),
                _ => None,
            })
            .collect();
        if tasks.is_empty() {
            continue;
        }
        let place = lesson.place().map(|place| format!("{place} "));
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n## {}{}\n\n[The lesson](../lessons/{stem}.md)\n",
            place.unwrap_or_default(),
            prose(&lesson.front.title)
        );
        for task in tasks {
            let lines: Vec<&str> = task
                .solution
                .iter()
                .map(|line| line.text.as_str())
                .collect();
            let _ = write!(
                text,
                "\n**Task.** {}\n\n{}\n{}\n",
                task.goal.trim(),
                block("console", &lines.join("\n")),
                task.because.trim()
            );
        }
    }
    Sheet::new("reference/solutions.md", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::document::Lesson;

    #[test]
    fn each_task_stands_with_its_solution_under_its_lesson() {
        let read = |file: &str, text: &str| Lesson::read(file, text).expect("it is right");
        let with = read(
            "101-one.md",
            "# One\n\n```task\ngoal = \"Do.\"\ncheck = [\"ok\"]\nsolution = \"t = socket\"\nbecause = \"Done.\"\n```\n",
        );
        let without = read("102-two.md", "# Two\n\nWords.\n");
        let chapters = [
            Chapter {
                stem: "101-one",
                lesson: &with,
            },
            Chapter {
                stem: "102-two",
                lesson: &without,
            },
        ];
        let text = sheet(&chapters).text;
        assert!(
            text.ends_with(
                "\n## 1.1 One\n\n[The lesson](../lessons/101-one.md)\n\n**Task.** Do.\n\n```console\nt = socket\n```\n\nDone.\n"
            ),
            "{text}"
        );
    }
}
