//! `trace [--summary N] [--quiet] [--spread] [--lines] [--stack] [--errno CALL=N] [--length CALL=N] [--delay CALL=NS] [--step] [--out FILE] PROGRAM ARGUMENTS…` prints a line for each socket call of a program.
//! `--step` keeps each thread before its call until standard input has a byte for it, or has ended.
//! `--lines` puts behind each the line of the source that made it, `--stack` below each the whole stack.
#![expect(
    clippy::disallowed_methods,
    reason = "an example has an edge: it exits with the program's status"
)]

use socklab_tracer::call::{Call, Decision, Entering, Exit, Note, Summary};
use socklab_tracer::lines::{Lines, SourceLine};
use socklab_tracer::text;
use socklab_tracer::trace::{LetGo, Options, Sink, Step, trace};
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

struct Printer {
    out: Box<dyn Write>,
    quiet: bool,
    lines: Option<Lines>,
    stacks: bool,
    /// The lines of the calls that have begun, by their threads.
    begun: HashMap<i32, Vec<SourceLine>>,
    imposed: Option<(String, Decision)>,
    steps: Option<Steps>,
    calls: u64,
    summed: u64,
}

/// Threads that wait before a call, and where it is read that one goes on: a read does not wait.
struct Steps {
    input: File,
    over: bool,
    kept: VecDeque<i32>,
}

impl Printer {
    fn line(&mut self, id: i32, text: impl Display) {
        let _ = writeln!(self.out, "{id} {text}");
    }
}

impl Sink for Printer {
    fn keeps(&mut self, call: &Entering) -> bool {
        let Some(steps) = &mut self.steps else {
            return false;
        };
        steps.kept.push_back(call.tid);
        self.line(
            call.tid,
            format_args!("+++ stopped before {} +++", call.syscall.name),
        );
        let _ = self.out.flush();
        true
    }
    fn let_go(&mut self) -> LetGo {
        let Some(steps) = &mut self.steps else {
            return LetGo::All;
        };
        let mut byte = [0];
        while !steps.over && !steps.kept.is_empty() {
            match steps.input.read(&mut byte) {
                Ok(1) => return LetGo::Threads(steps.kept.pop_front().into_iter().collect()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return LetGo::Threads(Vec::new());
                }
                _ => steps.over = true,
            }
        }
        steps.kept.clear();
        LetGo::All
    }
    fn wakes(&self) -> Option<BorrowedFd<'_>> {
        let steps = self.steps.as_ref()?;
        Some(steps.input.as_fd())
    }
    fn entering(&mut self, call: &Entering) -> Decision {
        if let Some(lines) = &mut self.lines {
            let found = if self.stacks {
                let stack = lines.stack(call.pid, call.tid);
                stack.map(|stack| stack.frames).unwrap_or_default()
            } else {
                lines.line(call.pid, call.tid).into_iter().collect()
            };
            self.begun.insert(call.tid, found);
        }
        match &self.imposed {
            Some((name, decision)) if name == call.syscall.name => *decision,
            _ => Decision::Go,
        }
    }
    fn returned(&mut self, call: &Call) {
        self.calls += 1;
        if !self.quiet {
            let anew = match call.restarts {
                0 => String::new(),
                times => format!(" begun anew: {times}"),
            };
            let found = self.begun.remove(&call.tid).unwrap_or_default();
            let place = |line: &SourceLine| format!("{}:{}", line.file, line.line);
            let behind = found.first().filter(|_| !self.stacks);
            let behind = behind.map_or(String::new(), |line| format!("\t{}", place(line)));
            self.line(call.tid, text::returned(call) + &anew + &behind);
            let shown = if self.stacks { found.len() } else { 0 };
            for line in &found[..shown] {
                self.line(
                    call.tid,
                    format_args!("\t{} {}", place(line), line.function),
                );
            }
        }
    }
    fn summed(&mut self, summary: &Summary) {
        self.summed += summary.calls;
        self.line(summary.pid, text::summed(summary));
    }
    fn forked(&mut self, parent: i32, child: i32) {
        self.line(parent, format_args!("+++ forked {child} +++"));
    }
    fn threaded(&mut self, process: i32, thread: i32) {
        self.line(process, format_args!("+++ thread {thread} +++"));
    }
    fn execed(&mut self, process: i32, program: &str) {
        if let Some(lines) = &mut self.lines {
            lines.execed(process);
        }
        self.line(process, format_args!("+++ executes {program} +++"));
    }
    fn thread_ended(&mut self, process: i32, thread: i32) {
        self.line(process, format_args!("+++ thread {thread} ended +++"));
    }
    fn ended(&mut self, process: i32, exit: Exit) {
        if let Some(lines) = &mut self.lines {
            lines.ended(process);
        }
        self.line(process, format_args!("+++ ended: {exit:?} +++"));
    }
    fn note(&mut self, process: i32, note: &Note) {
        self.line(process, format_args!("+++ {note:?} +++"));
    }
}

/// `NAME=NUMBER`
fn imposed(text: Option<String>, decide: fn(u64) -> Decision) -> Option<(String, Decision)> {
    let text = text?;
    let (name, number) = text.split_once('=')?;
    Some((name.to_owned(), decide(number.parse().ok()?)))
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut options = Options::default();
    let mut printer = Printer {
        out: Box::new(BufWriter::new(io::stderr())),
        quiet: false,
        lines: None,
        stacks: false,
        begun: HashMap::new(),
        imposed: None,
        steps: None,
        calls: 0,
        summed: 0,
    };
    while let Some(flag) = arguments.next_if(|argument| argument.starts_with("--")) {
        match flag.as_str() {
            "--quiet" => printer.quiet = true,
            "--lines" => printer.lines = Some(Lines::default()),
            "--stack" => {
                printer.lines = Some(Lines::default());
                printer.stacks = true;
            }
            "--errno" => {
                let number = |number: u64| Decision::Errno(number as i32);
                printer.imposed = imposed(arguments.next(), number);
            }
            "--delay" => printer.imposed = imposed(arguments.next(), Decision::Delay),
            "--length" => printer.imposed = imposed(arguments.next(), Decision::Length),
            "--step" => {
                let input = io::stdin().as_fd().try_clone_to_owned()?;
                printer.steps = Some(Steps {
                    input: File::from(input),
                    over: false,
                    kept: VecDeque::new(),
                });
            }
            "--spread" => options.one_processor = false,
            "--summary" => {
                options.calls_a_second = arguments.next().and_then(|limit| limit.parse().ok());
            }
            "--out" => {
                let file = File::create(arguments.next().unwrap_or_default())?;
                printer.out = Box::new(BufWriter::new(file));
            }
            other => return Err(io::Error::other(format!("no such flag: {other}"))),
        }
    }
    let Some(program) = arguments.next() else {
        return Err(io::Error::other("which program?"));
    };
    let arguments: Vec<String> = arguments.collect();
    let start = || -> io::Result<Infallible> { Err(Command::new(&program).args(arguments).exec()) };
    let ended = trace(start, &options, &mut printer);
    let totals = format!(
        "+++ {} calls told, {} summed +++",
        printer.calls, printer.summed
    );
    printer.line(0, totals);
    printer.out.flush()?;
    match ended {
        Ok(ended) => match ended.exit {
            Exit::Status(status) => exit(status),
            Exit::Signal(signal) => exit(128 + signal),
        },
        Err(error) => {
            let status = if error.step == Step::Start { 127 } else { 125 };
            let _ = writeln!(io::stderr(), "trace: {program}: {error}");
            exit(status)
        }
    }
}
