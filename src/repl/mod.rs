//! The terminal and only the terminal: lines in through rustyline, styled text out, one loop between them.

pub mod editor;
mod pager;
pub mod printer;
pub mod state_folder;

use crate::command::line::lines;
use crate::render::styled::{Look, Styled, columns};
use crate::shell::{Flow, Press, Screen, Shell};
use crate::sys::terminal;
use editor::{Editor, Input};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use printer::Printer;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

/// How long the loop waits before it looks again at calls that have not returned, in milliseconds.
const LOOK_MS: u16 = 5;

/// After so long at most a page is told how things stand, in milliseconds.
const PAGE_MS: u16 = 100;

/// Runs the loop until the student leaves. Gives the exit status.
///
/// `begin` says or does what comes before the first prompt, and whether there is to be one.
pub fn run(
    mut shell: Shell,
    look: Look,
    begin: impl FnOnce(&mut Shell, &mut dyn Screen) -> Flow,
) -> io::Result<u8> {
    let editor = Editor::start(shell.known(), look)?;
    let mut console = Console {
        printer: editor.printer(),
        look,
        prompt: None,
    };
    // Without this the terminal would write what is typed while a command works into that command's output. A dumb terminal's
    // lines are edited by the terminal itself, which needs the echo.
    let _silence = console
        .printer
        .is_above_prompt()
        .then(|| terminal::silence(io::stdin()))
        .flatten();
    if begin(&mut shell, &mut console) == Flow::Quit {
        return Ok(1);
    }
    editor.update(shell.known());
    loop {
        let prompt = shell.prompt();
        editor.set_blocked(shell.is_blocked());
        editor.ask(&prompt);
        console.prompt = Some(prompt);
        let input = wait_for_input(&editor, &mut shell, &mut console);
        console.prompt = None;
        match input {
            Input::Line(text) => {
                console.take_back(&text, shell.prompt().chars().count());
                if shell.enter(&text, &mut console) == Flow::Quit {
                    break;
                }
            }
            Input::Interrupt => shell.interrupt(&mut console),
            Input::Dropped => {}
            Input::Garbled => shell.complain(
                "the line has bytes that are not UTF-8 and was dropped; in a string they are written as b\"caf\\xe9\"",
                &mut console,
            ),
            Input::End if shell.end_program(&mut console) => {}
            Input::End => break,
        }
        editor.update(shell.known());
    }
    shell.farewell(&mut console);
    drop(editor);
    Ok(0)
}

/// Waits for the next line, and meanwhile shows what happens by itself above the prompt.
fn wait_for_input(editor: &Editor, shell: &mut Shell, console: &mut Console) -> Input {
    loop {
        if let Some(input) = editor.next() {
            return input;
        }
        let patience = if shell.is_busy() {
            PollTimeout::from(LOOK_MS)
        } else if shell.owes_page() {
            PollTimeout::from(PAGE_MS)
        } else {
            PollTimeout::NONE
        };
        {
            let descriptors = shell.descriptors();
            let mut watched: Vec<PollFd<'_>> = descriptors
                .into_iter()
                .map(|fd| PollFd::new(fd, PollFlags::POLLIN))
                .collect();
            watched.push(PollFd::new(editor.as_fd(), PollFlags::POLLIN));
            let _ = poll(&mut watched, patience);
        }
        // First, so that the prompt is painted anew with what is shown above it.
        shell.take_in();
        editor.set_blocked(shell.is_blocked());
        shell.idle(console);
    }
}

/// Where the shell's text goes: above the prompt while one is up, else straight to standard output.
struct Console {
    printer: Printer,
    look: Look,
    /// The prompt that is up.
    prompt: Option<String>,
}

impl Console {
    /// Takes lines that were pasted off the screen, where the editor has left them: each is shown again above what it does.
    fn take_back(&self, text: &str, prompt: usize) {
        if lines(text).len() < 2 || !self.printer.is_above_prompt() {
            return;
        }
        let width = self.look().width.max(1);
        let rows = text.split('\n').enumerate().map(|(place, line)| {
            let begin = if place == 0 { prompt } else { 0 };
            (line.chars().fold(begin, advance) / width) + 1
        });
        let rows: usize = rows.sum();
        // What has scrolled off the screen stays there.
        if printer::height().is_some_and(|height| rows < height) {
            self.printer.direct(&format!("\x1b[{rows}A\r\x1b[J"));
        }
    }
}

/// The column behind a character at a column.
fn advance(column: usize, character: char) -> usize {
    match character {
        '\t' => (column / 8 + 1) * 8,
        other => column + columns(other),
    }
}

impl Screen for Console {
    fn show(&mut self, text: &Styled) {
        let look = Look {
            width: printer::width().unwrap_or(self.look.width),
            ..self.look
        };
        let text = text.to_text(&look);
        match &self.prompt {
            Some(prompt) => self.printer.above_prompt(text, prompt),
            None => self.printer.direct(&text),
        }
    }

    fn page(&mut self, text: &Styled) {
        // A prompt that is up reads the keyboard itself.
        if self.prompt.is_some() || !pager::page(&text.to_text(&self.look())) {
            self.show(text);
        }
    }

    fn look(&self) -> Look {
        Look {
            width: printer::width().unwrap_or(self.look.width),
            ..self.look
        }
    }

    fn key(&mut self, patience: Duration) -> Press {
        match terminal::key(io::stdin(), patience) {
            Ok(Some(byte)) => Press::Key(char::from(byte)),
            Ok(None) => Press::Nothing,
            Err(_) => Press::Nobody,
        }
    }
}
