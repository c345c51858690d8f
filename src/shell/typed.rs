//! The lines that were typed, as a script that makes the same session again. Not the log of what they did.

use super::Shell;
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Command};
use crate::lab::handle::FIRST_HOST;
use std::collections::VecDeque;

/// At most this many bytes of lines are kept; the oldest go first.
const BYTES: usize = 16 << 20;

/// The lines of this session, each with the process the prompt stood for.
#[derive(Debug, Default)]
pub struct Typed {
    lines: VecDeque<(String, String)>,
    bytes: usize,
}

impl Typed {
    /// Keeps a line that was understood.
    pub fn keep(&mut self, process: &str, line: &str) {
        let line = line.trim_end();
        if line.trim_start().is_empty() {
            return;
        }
        self.bytes += line.len();
        self.lines.push_back((process.to_owned(), line.to_owned()));
        while self.bytes > BYTES {
            let Some((_, oldest)) = self.lines.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The script. A line `server>` stands where the prompt went to another process without a line that says so.
    pub fn script(&self) -> String {
        let mut script = String::new();
        let mut current = FIRST_HOST;
        for (process, line) in &self.lines {
            if process != current && !begins_with_prompt(line) {
                script.push_str(process);
                script.push_str(">\n");
                current = process;
            }
            script.push_str(line);
            script.push('\n');
        }
        script
    }
}

fn begins_with_prompt(line: &str) -> bool {
    line.trim_start()
        .trim_start_matches(|next: char| next.is_alphanumeric() || next == '_' || next == '-')
        .starts_with('>')
}

/// True for `save`, `load`, `reset` and `quit`: a script that did those again would not make the same session.
pub fn is_about_files(commands: &[Command]) -> bool {
    matches!(commands, [Command { action: Action::Call(call), .. }]
        if matches!(call.verb, Verb::Save | Verb::Load | Verb::Reset | Verb::Quit))
}

impl Shell {
    /// Keeps the comment of a line for the programs that `save` writes: alone, or behind its commands.
    pub(super) fn keep_comment(&mut self, line: &str, commands: &[Command]) {
        let (process, line) = match line.split_once('>') {
            Some((name, rest)) if self.session.process(name.trim()).is_some() => {
                (name.trim().to_owned(), rest)
            }
            _ => (self.current.clone(), line),
        };
        let behind = match commands.last() {
            None => line,
            Some(last) => line
                .rfind(&last.text)
                .map_or("", |at| &line[at + last.text.len()..]),
        };
        let comment = behind.trim().strip_prefix('#').map_or("", str::trim);
        if commands.is_empty() && !comment.is_empty() {
            self.transcript.comment(&process, comment);
        }
        if let Some(last) = commands.last() {
            self.transcript.comment_behind(&last.text, comment);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Typed;

    #[test]
    fn a_line_for_another_process_than_the_last_is_preceded_by_its_prompt() {
        let mut typed = Typed::default();
        for (process, line) in [
            ("lab", "s = socket"),
            ("lab", "process server"),
            ("server", "t = socket"),
            ("server", "  "),
            ("server", "lab> close s"),
            ("server", "close t\n"),
        ] {
            typed.keep(process, line);
        }
        assert_eq!(typed.count(), 5);
        assert_eq!(
            typed.script(),
            "s = socket\nprocess server\nserver>\nt = socket\nlab> close s\nclose t\n"
        );
    }
}
