//! A `task` block that asks for a program: its skeleton and solution, the cases it is run in, and wrong programs with the case that each
//! fails. Not how a program is run or judged.

use super::lab::{LabLine, read_lines};
use super::toml_block;
use crate::command::ast::Expr;
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::parse::parse_expression;
use serde::Deserialize;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;
use toml::Spanned;

/// How long a case may take when it does not say.
pub const TIME: Duration = Duration::from_secs(10);

/// A case takes no longer than this, whatever it says.
const LONGEST: Duration = Duration::from_mins(5);

/// A task whose answer is a program.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramTask {
    /// What the program is to do, Markdown.
    pub goal: String,
    /// The file the student writes, without folders: `server.py`.
    pub program: String,
    /// What the student begins with.
    pub skeleton: String,
    /// A program that passes every case.
    pub solution: String,
    /// From a nudge to nearly the answer, Markdown.
    pub hints: Vec<String>,
    /// Told after success, Markdown.
    pub because: String,
    /// What the program is put through, in this order.
    pub cases: Vec<Case>,
    /// Wrong programs.
    pub bugs: Vec<Bug>,
}

/// One thing a program is put through, in a lab of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it is called: `short reads`.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// How long it may take, from the first of its lines to the last.
    pub time: Duration,
    /// The lines that run the program and its peers, with what must follow from them.
    pub lines: Vec<LabLine>,
    /// Told when it fails, Markdown.
    pub because: String,
}

/// A wrong program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug {
    /// Its line in the file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// A case that it fails.
    pub fails: String,
    /// Words of what is then said.
    pub says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    goal: String,
    program: Spanned<String>,
    skeleton: String,
    solution: Spanned<String>,
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    because: String,
    #[serde(default, rename = "case")]
    cases: Vec<CaseTable>,
    #[serde(default, rename = "bug")]
    bugs: Vec<BugTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseTable {
    name: Spanned<String>,
    points: Option<u32>,
    time: Option<Spanned<String>>,
    lines: Spanned<String>,
    #[serde(default)]
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BugTable {
    name: Spanned<String>,
    program: Option<String>,
    #[serde(default)]
    change: Vec<[String; 2]>,
    fails: Spanned<String>,
    says: String,
}

/// Whether a task asks for a program.
#[derive(Deserialize)]
struct Probe {
    program: Option<toml::Value>,
}

/// True for the TOML of a task that asks for a program.
pub fn asks_for_program(text: &str, range: &Range<usize>) -> bool {
    toml_block::read::<Probe>(text, range).is_ok_and(|probe| probe.program.is_some())
}

/// True for a file's name that stands for itself in a lesson's folder.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

impl ProgramTask {
    /// Reads the TOML of a block. What is wrong with it, all of it.
    pub fn read(text: &str, range: &Range<usize>) -> Result<Self, Vec<Diagnostic>> {
        let table: Table = toml_block::read(text, range).map_err(|error| vec![error])?;
        let mut reader = Reader {
            text,
            range,
            errors: Vec::new(),
        };
        let program = table.program.get_ref().clone();
        if !is_file_name(&program) {
            reader
                .wrong(&table.program, "the program is a file of the task's own")
                .expected("a name of letters, digits, _, - and ., without folders: \"server.py\"");
        }
        if table.cases.is_empty() {
            let error =
                Diagnostic::new(range.clone(), "the task has no case to run the program in");
            reader
                .errors
                .push(error.expecting("[[case]] with a name and lines"));
        }
        let mut cases: Vec<Case> = Vec::new();
        for case in &table.cases {
            if cases.iter().any(|known| known.name == *case.name.get_ref()) {
                reader.wrong(&case.name, "two cases have this name");
            }
            cases.push(reader.case(case, &program));
        }
        let solution = table.solution.get_ref();
        let mut bugs = Vec::new();
        for bug in &table.bugs {
            if !cases.iter().any(|case| case.name == *bug.fails.get_ref()) {
                let names: Vec<String> = cases.iter().map(|case| quoted(&case.name)).collect();
                reader
                    .wrong(&bug.fails, "no case has this name")
                    .expected(&names.join(", "));
            }
            bugs.push(reader.bug(bug, solution, &table.skeleton));
        }
        if reader.errors.is_empty() {
            Ok(Self {
                goal: table.goal,
                program,
                skeleton: table.skeleton,
                solution: table.solution.into_inner(),
                hints: table.hints,
                because: table.because,
                cases,
                bugs,
            })
        } else {
            Err(reader.errors)
        }
    }

    /// The points of all cases.
    pub fn points(&self) -> u32 {
        self.cases
            .iter()
            .fold(0, |sum, case| sum.saturating_add(case.points))
    }

    /// What a program of this task is called in the lab unless a line says otherwise: the file's name without its ending.
    pub fn process(&self) -> &str {
        let stem = Path::new(&self.program).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or(&self.program)
    }

    /// A line of a case with what runs the student's program in place of the file's name behind `run`. The program is called as the file,
    /// unless the line says otherwise.
    pub fn running(&self, line: &str, words: &str) -> String {
        let Some((at, end, named)) = program_word(line, &self.program) else {
            return line.to_owned();
        };
        let name = if named {
            String::new()
        } else {
            format!("--as {} ", self.process())
        };
        format!("{}{name}{words}{}", &line[..at], &line[end..])
    }
}

/// Where behind `run` and its options a program of this name stands in a line, and whether an option gives it a name.
fn program_word(line: &str, program: &str) -> Option<(usize, usize, bool)> {
    let is_command = |at: &usize| {
        let before = line[..*at].trim_end();
        before.is_empty() || before.ends_with(['>', ';'])
    };
    let (run, _) = line.match_indices("run ").find(|(at, _)| is_command(at))?;
    let mut at = run + "run ".len();
    let mut named = false;
    let mut is_value = false;
    for word in line[at..].split_inclusive(' ') {
        let bare = word.trim_end();
        if bare == program && !is_value {
            return Some((at, at + bare.len(), named));
        }
        let is_option = bare.starts_with("--");
        if !is_option && !is_value && !bare.is_empty() {
            return None;
        }
        named |= bare == "--as";
        is_value = matches!(bare, "--as" | "--calls");
        at += word.len();
    }
    None
}

struct Reader<'a> {
    text: &'a str,
    range: &'a Range<usize>,
    errors: Vec<Diagnostic>,
}

/// The complaint made last, for what could have stood there.
struct Last<'a>(Option<&'a mut Diagnostic>);

impl Last<'_> {
    fn expected(self, words: &str) {
        if let Some(error) = self.0 {
            words.clone_into(&mut error.expected);
        }
    }
}

impl Reader<'_> {
    fn place(&self, written: &Spanned<String>) -> Range<usize> {
        let span = written.span();
        span.start + self.range.start..span.end + self.range.start
    }

    fn line_of(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    fn wrong(&mut self, written: &Spanned<String>, words: &str) -> Last<'_> {
        let message = format!("{words}: {}", quoted(written.get_ref()));
        let place = self.place(written);
        self.errors.push(Diagnostic::new(place, message));
        Last(self.errors.last_mut())
    }

    fn case(&mut self, case: &CaseTable, program: &str) -> Case {
        let inner = toml_block::inner(self.text, self.range, &case.lines);
        let read = read_lines(case.lines.get_ref(), self.line_of(inner.start()));
        let errors = read.errors.into_iter().map(|error| inner.place(error));
        self.errors.extend(errors);
        let runs = |line: &LabLine| {
            let mut rows = line.text.lines();
            rows.any(|row| program_word(row, program).is_some())
        };
        if !read.lines.iter().any(runs) {
            self.wrong(&case.name, "no line of the case runs the program")
                .expected(&format!("run {program} &"));
        }
        if !read
            .lines
            .iter()
            .any(|line| line.expects() || line.is_expect())
        {
            self.wrong(&case.name, "the case expects nothing")
                .expected("an indented line below one of its commands");
        }
        Case {
            line: self.line_of(self.place(&case.name).start),
            name: case.name.get_ref().clone(),
            points: case.points.unwrap_or(1),
            time: case
                .time
                .as_ref()
                .map_or(TIME, |written| self.time(written)),
            lines: read.lines,
            because: case.because.clone(),
        }
    }

    fn time(&mut self, written: &Spanned<String>) -> Duration {
        match parse_expression(written.get_ref()) {
            Ok(Expr::Duration(nanoseconds)) if Duration::from_nanos(nanoseconds) <= LONGEST => {
                Duration::from_nanos(nanoseconds)
            }
            _ => {
                self.wrong(written, "a case cannot take this long")
                    .expected("a number with a unit, at most five minutes: \"20s\"");
                TIME
            }
        }
    }

    /// A wrong program: written out, or the solution with some of it changed, or, where it says neither, the skeleton.
    fn bug(&mut self, bug: &BugTable, solution: &str, skeleton: &str) -> Bug {
        if bug.program.is_some() && !bug.change.is_empty() {
            self.wrong(&bug.name, "a bug has a program or a change, not both");
        }
        let mut text = match &bug.program {
            Some(program) => program.clone(),
            None if bug.change.is_empty() => skeleton.to_owned(),
            None => solution.to_owned(),
        };
        for [old, new] in &bug.change {
            if old.is_empty() || text.matches(old.as_str()).count() != 1 {
                self.wrong(
                    &bug.name,
                    &format!("{} has to stand in the solution exactly once", quoted(old)),
                );
            }
            text = text.replacen(old.as_str(), new, 1);
        }
        Bug {
            line: self.line_of(self.place(&bug.name).start),
            name: bug.name.get_ref().clone(),
            text,
            fails: bug.fails.get_ref().clone(),
            says: bug.says.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "goal = \"Echo.\"\nprogram = \"server.py\"\nskeleton = \"pass\\n\"\nsolution = \"import socket\\nrecv(1)\\n\"\n\n[[case]]\nname = \"one\"\npoints = 2\ntime = \"3s\"\nlines = '''\nrun server.py 5000 &\n  state LISTEN port 5000\n'''\n\n[[bug]]\nname = \"two\"\nchange = [[\"recv(1)\", \"recv(2)\"]]\nfails = \"one\"\nsays = \"x\"\n\n[[bug]]\nname = \"none\"\nfails = \"one\"\nsays = \"x\"\n";

    fn read(text: &str) -> Result<ProgramTask, Vec<Diagnostic>> {
        ProgramTask::read(text, &(0..text.len()))
    }

    #[test]
    fn a_task_that_asks_for_a_program_is_read_with_its_cases_and_bugs() {
        assert!(asks_for_program(TASK, &(0..TASK.len())));
        let task = read(TASK).expect("it is right");
        let case = &task.cases[0];
        assert_eq!(
            (case.points, case.time, case.lines.len()),
            (2, Duration::from_secs(3), 1)
        );
        assert_eq!((case.line, case.lines[0].line), (7, 11));
        assert_eq!(task.bugs[0].text, "import socket\nrecv(2)\n");
        assert_eq!(task.bugs[1].text, "pass\n");
        assert_eq!((task.points(), task.process()), (2, "server"));
    }

    #[test]
    fn what_is_wrong_with_a_task_is_said_where_it_stands() {
        for (old, new, said, line) in [
            (
                "server.py\"",
                "../server.py\"",
                "the program is a file of the task's own",
                2,
            ),
            (
                "fails = \"one\"\nsays = \"x\"\n\n",
                "fails = \"two\"\nsays = \"x\"\n\n",
                "no case has this name",
                18,
            ),
            ("[[\"recv(1)\"", "[[\"recv(3)\"", "exactly once", 16),
            (
                "time = \"3s\"",
                "time = \"1 h\"",
                "cannot take this long",
                9,
            ),
            (
                "run server.py",
                "run python3 server.py",
                "no line of the case runs the program",
                7,
            ),
            (
                "  state LISTEN",
                "# state LISTEN",
                "the case expects nothing",
                7,
            ),
            ("  state LISTEN", "  stat LISTEN", "", 12),
            ("points = 2", "points = -2", "", 8),
        ] {
            let text = TASK.replacen(old, new, 1);
            assert_ne!(text, TASK, "{old}");
            let errors = read(&text).expect_err(new);
            let error = errors[0].clone().located(&text);
            assert!(error.message.contains(said), "{new}: {error}");
            assert_eq!(error.line, line, "{new}: {error}");
        }
    }

    #[test]
    fn the_files_name_behind_run_stands_for_what_runs_it() {
        let task = read(TASK).expect("it is right");
        for (line, runs) in [
            (
                "run server.py 5000 &",
                "run --as server python3 server.py 5000 &",
            ),
            ("b> run server.py", "b> run --as server python3 server.py"),
            ("run --as x server.py &", "run --as x python3 server.py &"),
            (
                "run --no-lines server.py",
                "run --no-lines --as server python3 server.py",
            ),
            ("run cat server.py", "run cat server.py"),
            ("run --as server.py cat", "run --as server.py cat"),
            ("print \"run server.py\"", "print \"run server.py\""),
            (
                "c = socket; run server.py &",
                "c = socket; run --as server python3 server.py &",
            ),
        ] {
            assert_eq!(task.running(line, "python3 server.py"), runs, "{line}");
        }
    }
}
