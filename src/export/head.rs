//! What stands at the top of a program: whose it is, and how it is run beside the others.

use super::Language;
use std::fmt::Write as _;

/// The lines at the top, without what makes them a comment.
pub(super) fn around(language: Language, process: &str, file: &str, files: &[String]) -> String {
    if files.len() == 1 {
        return match run(language, file) {
            (None, run) => format!("A session of socklab as a program. To run it: {run}"),
            (Some(build), run) => {
                format!("A session of socklab as a program. To build and run it: {build} && {run}")
            }
        };
    }
    let mut text = format!("What the process {process} did in a session of socklab.\n\n");
    if let (Some(build), _) = run(language, file) {
        let _ = writeln!(text, "To build it: {build}");
    }
    text.push_str(
        "Start each of these in a terminal of its own, one right after the other, in this order:\n",
    );
    for file in files {
        let _ = writeln!(text, "    {}", run(language, file).1);
    }
    text.push_str(
        "They wait for each other where the kernel makes them wait, in accept() and recv();\nwhere the order matters beyond that, one sleeps for a moment.\n",
    );
    text
}

/// How a program is built, if it is, and run.
fn run(language: Language, file: &str) -> (Option<String>, String) {
    let name = std::path::Path::new(file)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    match language {
        Language::Python => (None, format!("python3 {name}")),
        Language::C => (
            Some(format!("cc -o {stem} {name} -pthread")),
            format!("./{stem}"),
        ),
        Language::Rust => (
            Some(format!("rustc --edition 2021 {name}")),
            format!("./{stem}"),
        ),
    }
}
