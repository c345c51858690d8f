//! Nothing shown to a reader is unrun: the blocks of lessons and book hold, and the README's session is what a run prints.

mod support;

use socklab::catalog::verb::VERBS;
use socklab::command::parse::parse_line;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::witness::present;
use support::{SOCKLAB, folder, private_lab, run};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The contents of the fenced blocks of this kind, in order.
fn blocks(text: &str, kind: &str) -> Vec<String> {
    let fence = format!("```{kind}\n");
    text.split(&fence)
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned())
        .collect()
}

fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in ["lessons", "book", "book/src"] {
        let entries = std::fs::read_dir(project().join(place)).expect("the folder is there");
        found.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|ending| ending == "md")),
        );
    }
    found.sort();
    found
}

#[test]
fn the_blocks_of_lessons_and_book_run_and_hold() {
    if !private_lab() {
        return;
    }
    let mut ran = 0;
    let place = folder();
    for path in documents() {
        let text = std::fs::read_to_string(&path).expect("it is readable");
        if !text.contains("```lab\n") {
            continue;
        }
        // A page of the book is no lesson and has no front matter.
        let page = place.path().join("page.md");
        let file = if text.starts_with("+++") {
            &path
        } else {
            let front = "+++\ntitle = \"A page\"\nabout = \"of the book\"\n+++\n";
            std::fs::write(&page, format!("{front}{text}")).expect("it can be written");
            &page
        };
        let file = file.to_str().expect("names are UTF-8");
        let arguments = ["lesson", "check", "--color", "never", "--allow-run", file];
        let outcome = run(&arguments, b"");
        assert_eq!(
            outcome.status,
            0,
            "{}\n{}{}",
            path.display(),
            outcome.out,
            outcome.err
        );
        ran += 1;
    }
    assert!(ran >= 2, "only {ran} documents have blocks");
}

/// What changes from run to run, as signs of the same width: times, ephemeral ports, process ids.
fn settled(text: &str) -> Vec<String> {
    let port = |word: &str| word.parse::<u32>().is_ok_and(|number| number >= 32_768);
    text.lines()
        .map(|line| {
            let mut settled = String::new();
            let mut digits = String::new();
            for character in line.chars().chain(['\n']) {
                if character.is_ascii_digit() {
                    digits.push(character);
                    continue;
                }
                if port(&digits) {
                    settled.push_str(&"P".repeat(digits.len()));
                } else {
                    settled.push_str(&digits);
                }
                digits.clear();
                settled.push(character);
            }
            settled.trim_end().to_owned()
        })
        .map(|line| match line.find(" ms") {
            // Times stand before the first lifeline of a packet's row.
            Some(place) if line.trim_start().starts_with('#') => format!(
                "{}T{}",
                &line[..line.find('#').unwrap_or(0) + 3],
                &line[place..]
            ),
            _ => line,
        })
        .collect()
}

#[test]
fn the_session_in_the_readme_is_what_a_run_prints() {
    if !private_lab() {
        return;
    }
    let readme = std::fs::read_to_string(project().join("README.md")).expect("it is readable");
    let place = folder();
    for program in blocks(&readme, "python") {
        let name = program
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "));
        let name = name.expect("a program begins with the name of its file");
        std::fs::write(place.path().join(name), &program).expect("the folder is ours");
    }
    let sessions = blocks(&readme, "console");
    let [typed, program] = sessions.as_slice() else {
        panic!("the README shows typed calls, and a program");
    };
    let printed = printed_for(typed, place.path());
    assert_eq!(settled(typed), settled(printed.trim_end()), "{printed}");
    if !present("python3") {
        return;
    }
    // Two processes: which of them the kernel lets run first may differ, and so may what stands between the calls.
    let printed = printed_for(program, place.path());
    let calls = |text: &str| -> Vec<String> {
        let calls = text.lines().filter(|line| line.contains(" = "));
        calls.map(call_alone).collect()
    };
    assert_eq!(calls(program), calls(&printed), "{printed}");
}

/// What a run of the lines prints that stand behind the prompts of a session.
fn printed_for(session: &str, place: &Path) -> String {
    let typed = session
        .lines()
        .filter_map(|line| line.strip_prefix("lab> "));
    let output = Command::new(SOCKLAB)
        .args([
            "--color",
            "never",
            "-c",
            &typed.collect::<Vec<_>>().join("\n"),
        ])
        .current_dir(place)
        .env("COLUMNS", "92")
        .output()
        .expect("the binary runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A call's line without what stands behind the call, but for the line of the source.
fn call_alone(line: &str) -> String {
    let mut parts = line.trim().split("   ");
    let call = parts.next().unwrap_or_default();
    let source = parts.find(|part| part.contains(".py:")).unwrap_or_default();
    settled(&format!("{call} {source}")).concat()
}

/// The words between single backticks, outside of blocks.
fn code(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            words.extend(line.split('`').skip(1).step_by(2));
        }
    }
    words
}

#[test]
fn every_command_that_the_readme_names_is_one() {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("it is readable");
    let (_, told) = readme
        .split_once("## What to type")
        .expect("it says what to type");
    let (told, _) = told.split_once("- **Scripts**").expect("then of scripts");
    let is_verb = |word: &str| VERBS.iter().any(|entry| entry.name == word);
    let mut commands = 0;
    for line in code(told) {
        let words = line.split_once("> ").map_or(line, |(_, words)| words);
        let first = words.split([' ', '.', '(']).next().unwrap_or_default();
        if first == "socklab" || !(is_verb(first) || line.contains(" = ") || line.contains('(')) {
            continue;
        }
        // A verb alone is a name, not a command.
        let found = parse_line(line);
        assert!(line == first || found.is_ok(), "{line}: {found:?}");
        commands += 1;
    }
    assert!(commands > 30, "only {commands} commands were found");
    let mut tasks = 0;
    for line in code(&readme) {
        let mut words = line.split_whitespace();
        if words.next() != Some("socklab") {
            continue;
        }
        let known = ["run", "enter", "read", "inspect", "lesson", "doctor"];
        let mut arguments: Vec<&str> = words
            .clone()
            .take_while(|word| known.contains(word) || ["list", "learn"].contains(word))
            .collect();
        arguments.push("--help");
        let ran = run(&arguments, b"");
        assert_eq!(ran.status, 0, "{line}: {}", ran.err);
        let flags = words.filter(|word| word.starts_with('-') && *word != "--");
        for flag in flags {
            assert!(ran.out.contains(flag), "{line}: no {flag} in {}", ran.out);
        }
        tasks += 1;
    }
    assert!(tasks >= 8, "only {tasks} tasks were found");
    for picture in readme.split("](").skip(1) {
        let path = picture.split(')').next().unwrap_or_default();
        assert!(project().join(path).exists(), "{path}");
    }
}

#[test]
fn the_readme_names_the_two_commands_and_they_are_those_of_ci() {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("it is readable");
    for command in ["cargo run --release", "cargo test"] {
        assert!(readme.contains(command), "{command}");
    }
    let ci = std::fs::read_to_string(project().join(".ci/run")).expect("it is readable");
    assert!(ci.contains("cargo test"));
}
