//! The binary: picks the role, then the front.

mod cli;
mod flags;

use clap::{CommandFactory, Parser};
use cli::{Cli, Common, InspectTask, LessonTask, ReadTask, RunTask, Switch, Task, When};
use flags::{clock, format, settings, view_of, with_number};
use socklab::lab::birth::Roles;
use socklab::lab::handle::{KEEPER_ROLE, SEALED};
use socklab::process::watch::Start;
use socklab::render::styled::{Look, Style, Styled};
use socklab::repl::state_folder::progress_file;
use socklab::script::{Output, STDIN};
use socklab::shell::inspecting::Request;
use socklab::shell::lesson::checking::{Wish, check_all};
use socklab::shell::lesson::library::Library;
use socklab::shell::lesson::orders::{Desk, listed};
use socklab::shell::lesson::showing::shown;
use socklab::shell::lesson::submitting::{self, Standing, Ungraded, grade_file};
use socklab::shell::programs::RunLine;
use socklab::shell::reading::Reading;
use socklab::shell::{Flow, Format, Manner, Screen, Shell};
use socklab::{lab, process, repl, script, shell, sys};
use std::io::{BufReader, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;

/// What usage errors give, as clap does.
const USAGE: u8 = 2;

/// What a grade gives where this machine cannot run the cases.
const CANNOT: u8 = 3;

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let _ = arguments.next();
    if arguments.next().as_deref() == Some(KEEPER_ROLE) {
        let host = arguments.next().unwrap_or_default();
        let private = arguments.next().as_deref() == Some("private");
        let sealed = arguments.next().as_deref() == Some(SEALED);
        let hidden: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
        let seal = sealed.then_some(hidden.as_slice());
        let roles = Roles {
            process: process::child::run,
            tracer: |channels, watched, become_program, begun| {
                let start = Start {
                    become_program,
                    begun,
                };
                process::watch::run(channels, watched, start)
            },
        };
        return lab::keeper::run(&host, private, seal, roles);
    }
    match Cli::try_parse() {
        Ok(cli) => ExitCode::from(front(cli)),
        Err(shown) => ExitCode::from(show_usage(&shown)),
    }
}

/// Shows help, the version or what is wrong with the arguments, and gives the exit status.
fn show_usage(shown: &clap::Error) -> u8 {
    let status = u8::try_from(shown.exit_code()).unwrap_or(USAGE);
    match shown.print().and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => unwritable(&error),
        _ => status,
    }
}

/// Says that standard output cannot be written; gives the exit status.
fn unwritable(error: &std::io::Error) -> u8 {
    let words = format!("socklab: standard output cannot be written: {error}\n");
    let _ = std::io::stderr().write_all(words.as_bytes());
    1
}

fn front(cli: Cli) -> u8 {
    let common = cli.common;
    if cli.task.is_some() && (cli.text.is_some() || !cli.files.is_empty()) {
        complain(
            &common,
            "a script and a task exclude each other: -c TEXT and FILES are for scripts",
        );
        return USAGE;
    }
    if let Some(what) = cli.task.as_ref().and_then(Task::without_page)
        && common.page.is_some()
    {
        complain(
            &common,
            &format!(
                "--page shows a lab, a lesson that is played or learned, or a capture file (`socklab read FILE --page`), not {what}"
            ),
        );
        return USAGE;
    }
    match cli.task {
        Some(Task::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "socklab", &mut text);
            write_out(&text)
        }
        Some(Task::Man) => {
            let mut text = Vec::new();
            match clap_mangen::Man::new(Cli::command()).render(&mut text) {
                Ok(()) => write_out(&text),
                Err(error) => complain(&common, &error.to_string()),
            }
        }
        Some(Task::Doctor) => {
            let (text, works) = shell::doctor::examine(&settings(&common));
            let mut output = Output::new(look(&common), format(&common));
            output.show(&text);
            delivered(&output, u8::from(!works))
        }
        Some(Task::Lesson { action }) => lesson(&common, action),
        Some(Task::Enter { host, lab }) => match lab::enter::enter(host.as_deref(), lab) {
            Ok(status) => status,
            Err(error) => complain(&common, &error.to_string()),
        },
        Some(Task::Read(asked)) => read(&common, asked),
        Some(Task::Inspect(asked)) => capture(&common, asked),
        Some(Task::Run(asked)) => run(&common, asked),
        None => commands(&common, &cli.files, cli.text),
    }
}

/// A capture file, decoded.
fn read(common: &Common, asked: ReadTask) -> u8 {
    let view = match view_of(&asked.view) {
        Ok(view) => view,
        Err(why) => {
            complain(common, &why);
            return USAGE;
        }
    };
    let reading = Reading {
        file: asked.file,
        filter: with_number(&asked.filter.join(" "), asked.view.packet),
        view,
        write: asked.view.write,
        page: common.page.clone(),
        count: asked.count,
        clock: clock(asked.time),
        as_json: common.json,
        endless: !std::io::stdout().is_terminal(),
    };
    read_capture(common, &reading)
}

/// A capture on a real interface.
fn capture(common: &Common, asked: InspectTask) -> u8 {
    let request = Request {
        filter: asked.filter.join(" "),
        interface: asked.interface,
        file: None,
        lines: !(common.quiet && asked.write.is_some()),
        count: asked.count,
        snaplen: asked.snaplen.map(|bytes| bytes as usize),
        promiscuous: asked.promiscuous,
        strict: asked.strict,
        clock: clock(asked.time),
        json: common.json,
        quiet: common.quiet,
        endless: !std::io::stdout().is_terminal(),
        output: std::io::stdout().as_fd().try_clone_to_owned().ok(),
    };
    inspect(common, request, asked.write)
}

/// A program, or several, in a lab of their own.
fn run(common: &Common, asked: RunTask) -> u8 {
    let line = RunLine {
        name: asked.name,
        calls: asked.calls == Switch::On && !asked.untraced,
        lines: !asked.no_lines,
        stepping: asked.step,
        words: asked.words,
    };
    if line.stepping {
        return run_stepping(common, line);
    }
    with_shell(common, Some(common.patience()), "run", |shell, output| {
        shell.run_alone(line, output)
    })
}

/// A program that stops before each of its calls: the prompt, at which it is stepped.
fn run_stepping(common: &Common, line: RunLine) -> u8 {
    if !is_interactive(common) {
        return complain(
            common,
            "run --step needs a terminal, at whose prompt the program is stepped; in a script: socklab -c 'run --step PROGRAM' with a line `step` for each call",
        );
    }
    interactive(common, |shell, screen| {
        shell.show_page(screen);
        shell.run_stepping(line, screen);
        Flow::Continue
    })
}

/// Lessons.
fn lesson(common: &Common, action: LessonTask) -> u8 {
    let mut output = Output::new(look(common), format(common));
    let library = match Library::open(common.lessons.as_deref()) {
        Ok(library) => library,
        Err(reason) => return complain(common, &reason),
    };
    match action {
        LessonTask::List => {
            let text = listed(&library, progress_file().as_deref(), &output.look());
            output.show(&text);
            delivered(&output, 0)
        }
        LessonTask::Show { name, answers } => match library.one(&name) {
            Ok(volume) => {
                let text = shown(&volume, answers, &output.look());
                output.show(&text);
                delivered(&output, 0)
            }
            Err(reason) => complain(common, &reason),
        },
        LessonTask::Play {
            name,
            pace,
            allow_run,
        } => with_shell(common, Some(common.patience()), "play", |shell, output| {
            shell.set_desk(desk(common, allow_run));
            shell.with_lesson(&library, "play", &name, pace, output);
            u8::from(!shell.tally().is_clean())
        }),
        LessonTask::Learn { name, allow_run } => {
            learn(common, &library, &name, desk(common, allow_run))
        }
        LessonTask::Grade { name, file, task } => {
            let request = submitting::Request {
                lesson: &name,
                file: &file,
                task,
                format: format(common),
            };
            let graded = grade_file(&library, &request, &settings(common), &mut output);
            standing(common, &output, graded)
        }
        LessonTask::Check {
            names,
            repeat,
            jobs,
            allow_run,
        } => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let wish = Wish {
                repeat: repeat.max(1),
                jobs: jobs.unwrap_or(cores * 2),
                allow_run,
                format: format(common),
                deadline: common.deadline,
            };
            match library.choose(&names) {
                Ok(chosen) => {
                    let held = check_all(&chosen, &settings(common), &wish, &mut output);
                    delivered(&output, u8::from(!held))
                }
                Err(reason) => complain(common, &reason),
            }
        }
    }
}

/// Where a lesson is learned or played.
fn desk(common: &Common, allow_run: bool) -> Desk {
    Desk {
        folder: common.lessons.clone(),
        allow_run,
        progress: progress_file(),
        alone: true,
        deadline: common.deadline,
    }
}

/// A lesson that is typed, at a terminal or from standard input.
fn learn(common: &Common, library: &Library, name: &str, desk: Desk) -> u8 {
    let begin = |shell: &mut Shell, screen: &mut dyn Screen| {
        shell.set_desk(desk);
        shell.with_lesson(library, "learn", name, None, screen)
    };
    if is_interactive(common) {
        return interactive(common, |shell, screen| {
            shell.show_page(screen);
            if begin(shell, screen) {
                Flow::Continue
            } else {
                Flow::Quit
            }
        });
    }
    with_shell(common, Some(common.patience()), "learn", |shell, output| {
        if begin(shell, output) {
            script::study(shell, std::io::stdin().lock(), output)
        } else {
            1
        }
    })
}

/// What came of a grade, as the exit status.
fn standing(common: &Common, output: &Output, graded: Result<Standing, Ungraded>) -> u8 {
    match graded {
        Ok(standing) => delivered(output, u8::from(standing == Standing::Failed)),
        Err(Ungraded::Lesson) => delivered(output, USAGE),
        Err(Ungraded::Usage(reason)) => {
            complain(common, &reason);
            USAGE
        }
        Err(Ungraded::Machine(reason)) => {
            complain(common, &reason);
            CANNOT
        }
    }
}

/// Opens the file, or takes standard output for it, and captures.
fn inspect(common: &Common, mut request: Request, write: Option<PathBuf>) -> u8 {
    match write {
        Some(path) if path.as_os_str() == "-" => {
            if std::io::stdout().is_terminal() {
                return complain(
                    common,
                    "a capture file is not for a terminal: send it on, as in -w - | wireshark -k -i -",
                );
            }
            request.lines = false;
            request.file = Some(Box::new(|| Ok(Box::new(std::io::stdout()))));
        }
        Some(path) => {
            request.file = Some(Box::new(move || Ok(Box::new(std::fs::File::create(path)?))));
        }
        None => {}
    }
    let mut output = Output::new(look(common), format(common));
    let status = shell::inspecting::inspect(request, &mut output, &mut std::io::stderr());
    delivered(&output, status)
}

/// The exit status of what was shown on standard output: an error when that could not be written, unless its reader went away.
fn delivered(output: &Output, status: u8) -> u8 {
    match output.failure() {
        Some(error) => unwritable(error).max(status),
        None => status,
    }
}

/// The interactive front, or scripts.
fn commands(common: &Common, files: &[PathBuf], text: Option<String>) -> u8 {
    if let Some(text) = text {
        return with_shell(common, Some(common.patience()), "-c", |shell, output| {
            script::run(shell, text.as_bytes(), "-c", output)
        });
    }
    if !files.is_empty() {
        return with_shell(
            common,
            Some(common.patience()),
            "script",
            |shell, output| {
                for file in files {
                    let status = match std::fs::File::open(file) {
                        Ok(opened) => script::run(
                            shell,
                            BufReader::new(opened),
                            &file.display().to_string(),
                            output,
                        ),
                        Err(error) => {
                            output.show(&error_text(&script::unreadable(files, file, &error)));
                            USAGE
                        }
                    };
                    if status != 0 {
                        return status;
                    }
                }
                0
            },
        );
    }
    if is_interactive(common) {
        return interactive(common, |shell, screen| {
            shell.greet(screen);
            shell.show_page(screen);
            Flow::Continue
        });
    }
    with_shell(common, Some(common.patience()), STDIN, |shell, output| {
        script::run(shell, std::io::stdin().lock(), STDIN, output)
    })
}

fn is_interactive(common: &Common) -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !common.json
}

/// The prompt. `begin` comes before it.
fn interactive(common: &Common, begin: impl FnOnce(&mut Shell, &mut dyn Screen) -> Flow) -> u8 {
    let interrupts = match sys::terminal::interrupts() {
        Ok(interrupts) => interrupts,
        Err(error) => return complain(common, &format!("signalfd(2): {error}")),
    };
    let manner = Manner {
        format: Format::Text,
        deadline: None,
        source: String::new(),
        quiet: common.quiet,
    };
    let mut shell = match Shell::start(settings(common), manner) {
        Ok(shell) => shell,
        Err(error) => return complain(common, &error.to_string()),
    };
    shell.watch_interrupts(interrupts);
    if let Err(reason) = open_page(common, &mut shell) {
        return complain(common, &reason);
    }
    if common.overwrite {
        shell.allow_overwriting();
    }
    shell.set_desk(Desk {
        folder: common.lessons.clone(),
        progress: progress_file(),
        deadline: common.deadline,
        ..Desk::default()
    });
    repl::run(shell, look(common), begin)
        .unwrap_or_else(|error| complain(common, &error.to_string()))
}

/// Opens the page that was asked for; an error says why it cannot be.
fn open_page(common: &Common, shell: &mut Shell) -> Result<(), String> {
    common
        .page
        .as_ref()
        .map_or(Ok(()), |address| shell.open_page(address))
}

/// Keeps a page open behind a script, until Ctrl-C.
fn keep_page(output: &Output) {
    if !output.is_gone() {
        let words = "socklab: the script has ended; the page stays until Ctrl-C\n";
        let _ = std::io::stderr().write_all(words.as_bytes());
        sys::terminal::wait_for_ending();
    }
}

fn with_shell(
    common: &Common,
    deadline: Option<std::time::Duration>,
    source: &str,
    run: impl FnOnce(&mut Shell, &mut Output) -> u8,
) -> u8 {
    let mut output = Output::new(look(common), format(common));
    let manner = Manner {
        format: format(common),
        deadline,
        source: source.to_owned(),
        quiet: common.quiet,
    };
    // A script is ended by Ctrl-C as any program is; a program that is run on its own is passed it.
    let interrupts = (source == "run").then(sys::terminal::interrupts);
    match Shell::start(settings(common), manner) {
        Ok(mut shell) => {
            if let Some(Ok(interrupts)) = interrupts {
                shell.watch_interrupts(interrupts);
            }
            if let Err(reason) = open_page(common, &mut shell) {
                return complain(common, &reason);
            }
            if common.overwrite {
                shell.allow_overwriting();
            }
            if !common.host_network {
                shell.warn(&mut output);
            }
            shell.show_page(&mut output);
            let status = run(&mut shell, &mut output);
            if common.page.is_some() {
                keep_page(&output);
            }
            delivered(&output, status)
        }
        Err(error) => complain(common, &error.to_string()),
    }
}

/// No view is laid out for more columns, whatever COLUMNS says: columns are made straight with blanks.
const WIDEST: usize = 10_000;

/// Colours and characters, decided once: `--color`, then NO_COLOR, CLICOLOR_FORCE, whether it is a terminal, and TERM.
fn look(common: &Common) -> Look {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let terminal = std::io::stdout().is_terminal();
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match common.color {
        When::Always => true,
        When::Never => false,
        When::Auto => !set("NO_COLOR") && (set("CLICOLOR_FORCE") || terminal && !dumb),
    };
    let width = sys::terminal::columns(std::io::stdout())
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .unwrap_or(100)
        .min(WIDEST);
    Look {
        width,
        ascii: common.ascii,
        color,
    }
}

fn error_text(text: &str) -> Styled {
    let mut styled = Styled::new();
    styled.say(Style::Error, 0, text);
    styled
}

/// Writes an error to standard error and gives the exit status 1.
fn complain(common: &Common, text: &str) -> u8 {
    write_error(common, &error_text(&format!("socklab: {text}")));
    1
}

fn write_error(common: &Common, text: &Styled) {
    let mut look = look(common);
    look.color = false;
    if !std::io::stderr().is_terminal() {
        // One line for whoever reads it by program.
        look.width = usize::MAX;
    }
    let _ = std::io::stderr().write_all(text.to_text(&look).as_bytes());
}

/// Reads a capture; gives the exit status.
fn read_capture(common: &Common, reading: &Reading) -> u8 {
    let mut output = Output::new(look(common), format(common));
    let status = match shell::reading::read(reading, &mut output) {
        Ok(()) => 0,
        Err(failure) => {
            write_error(common, &failure.text);
            failure.status
        }
    };
    delivered(&output, status)
}

fn write_out(text: &[u8]) -> u8 {
    let mut output = std::io::stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => unwritable(&error),
        Err(_) => 1,
        Ok(()) => 0,
    }
}
