//! The line editor on a thread of its own: rustyline, whose traits are one-line calls of the pure functions of `command`.

use super::printer::Printer;
use super::state_folder::history_file;
use crate::command::complete::{Known, PathLister, complete};
use crate::command::highlight::{Class, highlight};
use crate::command::hint::hint;
use crate::command::line::needs_more;
use crate::render::styled::Look;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Behavior, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Event,
    EventContext, EventHandler, Helper, KeyEvent,
};
use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// At most this many lines are kept in the history.
const HISTORY: usize = 10_000;

/// A longer line was pasted, not typed; painting it anew at every key would hold the terminal up.
const LONGEST: usize = 4096;

/// What the student does at the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line was entered; it holds more than one when they were pasted.
    Line(String),
    /// Ctrl-C on an empty line: meant for the call that sleeps.
    Interrupt,
    /// Ctrl-C on a line that something had been typed on: meant for the line, which is dropped.
    Dropped,
    /// Bytes that are no text; the line is dropped.
    Garbled,
    /// Ctrl-D, or the terminal is gone.
    End,
}

/// The editor's thread as the loop sees it.
#[derive(Debug)]
pub struct Editor {
    prompts: Sender<String>,
    inputs: Receiver<Input>,
    bell: UnixStream,
    known: Arc<Mutex<Known>>,
    printer: Printer,
    blocked: Arc<AtomicBool>,
}

type Rustyline = rustyline::Editor<Student, DefaultHistory>;

impl Editor {
    /// Starts the thread. It reads nothing before it is asked.
    pub fn start(known: Known, look: Look) -> io::Result<Self> {
        let known = Arc::new(Mutex::new(known));
        let blocked = Arc::new(AtomicBool::new(false));
        let mut editor = Rustyline::with_config(config(look)?).map_err(io::Error::other)?;
        editor.set_helper(Some(Student {
            known: Arc::clone(&known),
            look,
            blocked: Arc::clone(&blocked),
        }));
        let half_typed = Arc::new(AtomicBool::new(false));
        editor.bind_sequence(
            KeyEvent::ctrl('C'),
            EventHandler::Conditional(Box::new(ControlC(Arc::clone(&half_typed)))),
        );
        let history = history_file();
        if let Some(path) = &history {
            // The first session has no history yet.
            let _ = editor.load_history(path);
        }
        let printer = Printer::new(editor.create_external_printer().ok());
        let (prompts, asked) = channel::<String>();
        let (sender, inputs) = channel::<Input>();
        let (bell, ringer) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        std::thread::Builder::new()
            .name("editor".to_owned())
            .spawn(move || {
                let mut ringer = ringer;
                for prompt in asked {
                    let input = input(editor.readline(&prompt), half_typed.load(SeqCst));
                    if let Some(path) = &history {
                        // A history that cannot be written is no reason to end the session.
                        let _ = editor.append_history(path);
                    }
                    if sender.send(input).is_err() || ringer.write_all(b"!").is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self {
            prompts,
            inputs,
            bell,
            known,
            printer,
            blocked,
        })
    }

    /// Puts the prompt up and begins to read a line.
    pub fn ask(&self, prompt: &str) {
        // A thread that has ended has sent `End`, which the loop takes next.
        let _ = self.prompts.send(prompt.to_owned());
    }

    /// What was entered, if anything.
    pub fn next(&self) -> Option<Input> {
        let mut rung = [0; 16];
        let _ = (&self.bell).read(&mut rung);
        self.inputs.try_recv().ok()
    }

    /// Tells the completion what exists now.
    pub fn update(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// Tells the prompt whether its process sleeps in a call; it is painted so the next time the line is drawn.
    pub fn set_blocked(&self, blocked: bool) {
        self.blocked.store(blocked, SeqCst);
    }

    /// The printer that writes above the prompt.
    pub fn printer(&self) -> Printer {
        self.printer.clone()
    }
}

/// How lines are edited.
fn config(look: Look) -> io::Result<Config> {
    Ok(Config::builder()
        .max_history_size(HISTORY)
        .map_err(io::Error::other)?
        .history_ignore_dups(true)
        .map_err(io::Error::other)?
        .completion_type(CompletionType::List)
        .behavior(Behavior::Stdio)
        .color_mode(if look.color {
            ColorMode::Enabled
        } else {
            ColorMode::Disabled
        })
        .auto_add_history(true)
        .build())
}

/// What came of reading a line; `half_typed` says that Ctrl-C came while something stood on it.
fn input(read: rustyline::Result<String>, half_typed: bool) -> Input {
    match read {
        Ok(line) => Input::Line(line),
        Err(ReadlineError::Interrupted) if half_typed => Input::Dropped,
        Err(ReadlineError::Interrupted) => Input::Interrupt,
        Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Input::Garbled
        }
        Err(_) => Input::End,
    }
}

impl AsFd for Editor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

/// rustyline's view of the language.
struct Student {
    known: Arc<Mutex<Known>>,
    look: Look,
    blocked: Arc<AtomicBool>,
}

/// Notes, of a Ctrl-C, whether there was something on the line.
struct ControlC(Arc<AtomicBool>);

impl ConditionalEventHandler for ControlC {
    fn handle(&self, _: &Event, _: u16, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(!context.line().is_empty(), SeqCst);
        Some(Cmd::Interrupt)
    }
}

impl Helper for Student {}

impl Completer for Student {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, candidates) = complete(line, position, &known, &Folder);
        let pair = |candidate: crate::command::complete::Candidate| Pair {
            display: candidate.text.clone(),
            replacement: candidate.text,
        };
        Ok((start, candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for Student {
    type Hint = String;

    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<String> {
        if line.len() <= LONGEST {
            hint(line, position)
        } else {
            None
        }
    }
}

impl Highlighter for Student {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if self.look.color && line.len() <= LONGEST {
            Cow::Owned(painted(line))
        } else {
            Cow::Borrowed(line)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.look.color {
            Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
        } else {
            Cow::Borrowed(hint)
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.look.color {
            let code = if self.blocked.load(SeqCst) { "33" } else { "1" };
            Cow::Owned(format!("\x1b[{code}m{prompt}\x1b[0m"))
        } else {
            Cow::Borrowed(prompt)
        }
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.look.color && kind != CmdKind::MoveCursor
    }
}

impl Validator for Student {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if needs_more(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

fn painted(line: &str) -> String {
    let mut painted = String::with_capacity(line.len() + 32);
    let mut end = 0;
    for (range, class) in highlight(line) {
        let (Some(between), Some(text)) = (line.get(end..range.start), line.get(range.clone()))
        else {
            break;
        };
        painted.push_str(between);
        let code = match class {
            Class::Verb => "1;36",
            Class::Constant => "35",
            Class::String => "32",
            Class::Number | Class::Address => "33",
            Class::Comment => "2",
            Class::Error => "31",
            Class::Process => "1",
            Class::Name | Class::Operator => "0",
        };
        painted.push_str("\x1b[");
        painted.push_str(code);
        painted.push('m');
        painted.push_str(text);
        painted.push_str("\x1b[0m");
        end = range.end;
    }
    painted.push_str(line.get(end..).unwrap_or_default());
    painted
}

/// The file system, for the completion of AF_UNIX paths and files.
struct Folder;

impl PathLister for Folder {
    fn list(&self, folder: &str) -> Vec<(String, bool)> {
        let folder = if folder.is_empty() { "." } else { folder };
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| {
                Some((
                    entry.file_name().into_string().ok()?,
                    entry.file_type().is_ok_and(|kind| kind.is_dir()),
                ))
            })
            .collect()
    }
}
