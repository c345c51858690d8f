//! The same shell from a file, a pipe or a text: commands one after the other, and an exit status that says whether all of it held.

use crate::command::ast::Action;
use crate::command::brackets::Open;
use crate::command::line::{Transcript, place};
use crate::command::parse::parse_line;
use crate::command::program::{Belongs, Block};
use crate::render::json;
use crate::render::styled::{Look, Styled};
use crate::shell::{Flow, Format, Press, Screen, Shell};
use crate::sys::terminal;
use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A line of a script is never longer than this many bytes; the same holds for lines that belong together.
const LONGEST: usize = 4 << 20;

/// The name of a script that is read from standard input.
pub const STDIN: &str = "stdin";

/// Why a script of the command line could not be opened; of a word that is a command and no file, where it is to be given.
pub fn unreadable(files: &[PathBuf], file: &Path, error: &io::Error) -> String {
    let shown = file.display();
    let word = file.to_str().unwrap_or_default();
    let follows = files.iter().skip_while(|other| *other != file).skip(1);
    let line: Vec<String> = std::iter::once(word.to_owned())
        .chain(follows.map(|next| next.display().to_string()))
        .collect();
    let line = line.join(" ");
    match error.kind() {
        io::ErrorKind::NotFound if LESSON_WORDS.contains(&word) => {
            format!("there is no file `{word}`; for a lesson type `socklab lesson {line}`")
        }
        io::ErrorKind::NotFound if is_call(&line) => {
            format!("there is no file `{word}`; for a command type `socklab -c '{line}'`")
        }
        io::ErrorKind::NotFound => format!("{shown}: there is no such file"),
        _ => format!("{shown}: {error}"),
    }
}

fn is_call(line: &str) -> bool {
    let commands = parse_line(line).unwrap_or_default();
    matches!(commands.first(), Some(first) if matches!(first.action, Action::Call(_)))
}

/// The words that stand behind `lesson`.
const LESSON_WORDS: &[&str] = &["learn", "play", "show", "check"];

/// Runs a script. Gives the exit status: 0 when everything held, 1 when something did not.
pub fn run(shell: &mut Shell, mut source: impl BufRead, name: &str, screen: &mut dyn Screen) -> u8 {
    let mut reader = Lines::default();
    let mut quits = false;
    while !quits {
        // What the next line is waited for from may be silent for long.
        if name == STDIN && shell.owes_page() && !terminal::is_readable(io::stdin()) {
            shell.rest(screen);
        }
        let (first, text) = match reader.next(&mut source) {
            Ok(Some(found)) => found,
            Ok(None) => break,
            Err(wrong) => {
                shell.complain(&format!("{name}:{}", wrong.reason), screen);
                if wrong.is_last {
                    break;
                }
                continue;
            }
        };
        if first == 1 && text.starts_with("#!") {
            continue;
        }
        shell.echo(&text, screen);
        quits = shell.line(&text, first, screen) == Flow::Quit || screen.is_gone();
    }
    if !quits {
        shell.wait_for_calls(screen);
    } else if shell.tally().stuck.is_some() {
        let mut left = Vec::new();
        while let Ok(Some((_, text))) = reader.next(&mut source) {
            left.push(text);
        }
        shell.say_cut_off(&left, screen);
    }
    shell.farewell(screen);
    shell.sum_up(screen);
    u8::from(!shell.tally().is_clean())
}

/// Takes a lesson's student from a file or a pipe: each line is entered as at a prompt, until the lesson is left or the lines end.
pub fn study(shell: &mut Shell, mut source: impl BufRead, screen: &mut dyn Screen) -> u8 {
    let mut reader = Lines::default();
    let mut failed = false;
    loop {
        match reader.next(&mut source) {
            Ok(Some((_, text))) => {
                shell.echo(&text, screen);
                if shell.enter(&text, screen) == Flow::Quit || screen.is_gone() {
                    break;
                }
            }
            Ok(None) => break,
            Err(wrong) => {
                shell.complain(&wrong.reason, screen);
                failed = true;
                if wrong.is_last {
                    break;
                }
            }
        }
    }
    shell.farewell(screen);
    u8::from(failed)
}

/// Why a line cannot be run.
struct Wrong {
    /// Where and what.
    reason: String,
    /// No line can be read behind it.
    is_last: bool,
}

impl Wrong {
    fn last(reason: String) -> Self {
        Self {
            reason,
            is_last: true,
        }
    }
}

#[derive(Default)]
struct Lines {
    number: usize,
    transcript: Transcript,
    /// Lines that were read to see whether they belong to what stands above them, and do not.
    ahead: VecDeque<String>,
    /// Lines that are no text, by their numbers, and what is said of them.
    garbled: Vec<(usize, String)>,
}

impl Lines {
    /// The next line, with those that belong to it, and the number of its first. An error says where and what.
    fn next(&mut self, source: &mut impl BufRead) -> Result<Option<(usize, String)>, Wrong> {
        let mut text = String::new();
        let mut open = Open::default();
        let mut first = self.number + 1;
        while let Some(line) = self.physical(source)? {
            if text.is_empty() && self.transcript.reads_output(&line) {
                first = self.number + 1;
                continue;
            }
            open.read(line.trim_end_matches(['\n', '\r']));
            text.push_str(&line);
            if text.len() >= LONGEST {
                return Err(Wrong::last(format!(
                    "{first}:1: a line of more than {LONGEST} bytes"
                )));
            }
            if !open.is_open() {
                if let Some(block) = Block::begun_by(&text) {
                    self.block(block, &mut text, source)?;
                }
                self.readable()?;
                let end = text.trim_end_matches(['\n', '\r']).len();
                text.truncate(end);
                return Ok(Some((first, text)));
            }
        }
        self.readable()?;
        Ok((!text.is_empty()).then_some((first, text)))
    }

    /// Of the lines up to here none is run when one of them is no text.
    fn readable(&mut self) -> Result<(), Wrong> {
        let number = self.number;
        let mut found = self.garbled.extract_if(.., |(line, _)| *line <= number);
        let first = found.next();
        found.for_each(drop);
        first.map_or(Ok(()), |(_, reason)| {
            Err(Wrong {
                reason,
                is_last: false,
            })
        })
    }

    /// Adds the lines that belong to a block of a program to its first.
    fn block(
        &mut self,
        mut block: Block,
        text: &mut String,
        source: &mut impl BufRead,
    ) -> Result<(), Wrong> {
        let mut between = VecDeque::new();
        while text.len() < LONGEST
            && let Some(line) = self.physical(source)?
        {
            let belongs = if self.transcript.reads_output(&line) {
                Belongs::No
            } else {
                block.takes(&line)
            };
            between.push_back(line);
            match belongs {
                Belongs::Yes => text.extend(between.drain(..)),
                Belongs::Perhaps => {}
                Belongs::No => break,
            }
        }
        self.number -= between.len();
        between.append(&mut self.ahead);
        self.ahead = between;
        Ok(())
    }

    /// The next physical line with its end.
    fn physical(&mut self, source: &mut impl BufRead) -> Result<Option<String>, Wrong> {
        if let Some(line) = self.ahead.pop_front() {
            self.number += 1;
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let length = io::Read::take(&mut *source, LONGEST as u64)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Wrong::last(format!("{}: {error}", self.number + 1)))?;
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        let line = String::from_utf8(bytes).unwrap_or_else(|error| {
            let (_, column) = place(error.as_bytes(), error.utf8_error().valid_up_to());
            let reason = format!("{}:{column}: not valid UTF-8", self.number);
            self.garbled.push((self.number, reason));
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        Ok(Some(line))
    }
}

fn put(bytes: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(bytes)?;
    output.flush()
}

/// Standard output as a screen: writes can fail, and then nobody reads any more.
#[derive(Debug)]
pub struct Output {
    look: Look,
    format: Format,
    failure: Option<io::Error>,
    buffer: String,
}

impl Output {
    /// Standard output with this look. As JSON it has no colour, and what is text for a reader becomes the text of a note.
    pub fn new(mut look: Look, format: Format) -> Self {
        look.color &= format == Format::Text;
        Self {
            look,
            format,
            failure: None,
            buffer: String::new(),
        }
    }

    /// Why not all of it could be written; `None` also when nobody wanted to read on, which is nobody's mistake.
    pub fn failure(&self) -> Option<&io::Error> {
        let failure = self.failure.as_ref();
        failure.filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    fn write(&mut self) {
        self.failure = put(self.buffer.as_bytes()).err();
        self.buffer.clear();
    }
}

impl Screen for Output {
    fn show(&mut self, text: &Styled) {
        if !self.is_gone() {
            let text = text.to_text(&self.look);
            match self.format {
                Format::Text => self.buffer.push_str(&text),
                Format::Json => {
                    self.buffer
                        .push_str(&json::note(text.trim_end_matches('\n')));
                    self.buffer.push('\n');
                }
            }
            self.write();
        }
    }

    fn show_json(&mut self, line: &str) {
        if !self.is_gone() {
            self.buffer.push_str(line);
            self.buffer.push('\n');
            self.write();
        }
    }

    fn show_lines(&mut self, lines: &[u8]) {
        if !self.is_gone() {
            self.failure = put(lines).err();
        }
    }

    fn look(&self) -> Look {
        self.look
    }

    fn key(&mut self, patience: Duration) -> Press {
        if !io::stdout().is_terminal() {
            return Press::Nobody;
        }
        match terminal::key(io::stdin(), patience) {
            Ok(Some(byte)) => Press::Key(char::from(byte)),
            Ok(None) => Press::Nothing,
            Err(_) => Press::Nobody,
        }
    }

    fn is_gone(&self) -> bool {
        self.failure.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_a_command_and_no_file_is_led_to_where_it_goes() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        for (typed, said) in [
            (&["learn", "3.1"][..], "`socklab lesson learn 3.1`"),
            (&["sockets"], "`socklab -c 'sockets'`"),
            (&["explain", "RST"], "`socklab -c 'explain RST'`"),
            (&["x.lab"], "x.lab: there is no such file"),
        ] {
            let files: Vec<PathBuf> = typed.iter().map(PathBuf::from).collect();
            let found = unreadable(&files, &files[0], &missing);
            assert!(found.contains(said), "{typed:?}: {found}");
        }
    }
}
