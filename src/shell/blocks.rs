//! Blocks of Python: `with … as s:` closes `s` where its indented lines end, and the lines under a `def`, a `for` or an `else` are left
//! out, as their head was. Only where a block ends; what closing does is the shell's.

use super::{Screen, Shell};
use crate::command::ast::{Action, Command, Expr};
use crate::command::parse::parse_line;

/// The blocks that are open, innermost last.
#[derive(Debug, Default)]
pub struct Blocks {
    open: Vec<Block>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The process its sockets belong to.
    pub process: String,
    /// The names to close, in the order in which they are closed.
    pub names: Vec<String>,
    indent: usize,
    /// The word at its head, when its lines are left out.
    left_out: Option<&'static str>,
    /// That they are was said.
    told: bool,
    /// A line of it has come. Without one the lines that follow were typed flat, and nothing says where they end.
    entered: bool,
}

impl Blocks {
    /// Takes the next line, or the end of all lines; gives the blocks that it ends, innermost first.
    pub fn ended_by(&mut self, line: Option<&str>) -> Vec<Block> {
        let indent = match line.map(code) {
            None => None,
            Some(("" | ">>>" | "...", _)) => return Vec::new(),
            Some((text, _)) if text.starts_with('#') => return Vec::new(),
            Some((_, indent)) => Some(indent),
        };
        let mut ended = Vec::new();
        while let Some(block) = self.open.last_mut() {
            if indent.is_some_and(|indent| indent > block.indent) {
                block.entered = true;
                break;
            }
            let entered = block.entered;
            ended.extend(self.open.pop().filter(|_| entered));
        }
        ended
    }

    /// Begins a block where a line is the head of one.
    pub fn begin(&mut self, line: &str, process: &str, commands: &[Command]) {
        let (text, indent) = code(line);
        let head = text.split('#').next().unwrap_or_default().trim_end();
        if !head.starts_with("with ") || !head.ends_with(':') {
            return;
        }
        let names = commands.iter().rev().flat_map(|command| {
            let named = match &command.action {
                Action::Evaluate(Expr::Name(name)) if command.targets.is_empty() => Some(name),
                _ => None,
            };
            command.targets.iter().chain(named).cloned()
        });
        let process = commands
            .first()
            .and_then(|command| command.process.clone())
            .unwrap_or_else(|| process.to_owned());
        self.open.push(Block {
            process,
            names: names.collect(),
            indent,
            left_out: None,
            told: false,
            entered: false,
        });
    }

    /// Begins a block whose head was refused and whose lines mean nothing without it. Those under `while`, `if` and `try` run once.
    pub fn refused(&mut self, text: &str) {
        let (head, indent) = code(text);
        let word = LEFT_OUT.iter().find(|word| {
            head.strip_prefix(**word)
                .is_some_and(|after| after.starts_with([' ', ':', '\t', '(']))
        });
        let last = text.lines().last().unwrap_or_default();
        let opens = last
            .split('#')
            .next()
            .is_some_and(|code| code.trim_end().ends_with(':'));
        if let (Some(word), true) = (word, opens) {
            self.open.push(Block {
                process: String::new(),
                names: Vec::new(),
                indent,
                left_out: Some(word),
                told: false,
                entered: false,
            });
        }
    }

    /// The word at the head of the block that a line belongs to, if it is left out with it; and whether it is the first one.
    pub fn leaves_out(&mut self, line: &str) -> Option<(&'static str, bool)> {
        let (text, indent) = code(line);
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let block = self
            .open
            .iter_mut()
            .find(|block| block.left_out.is_some() && indent > block.indent)?;
        let first = !std::mem::replace(&mut block.told, true);
        Some((block.left_out?, first))
    }
}

/// What begins a block of lines that would not do without it what they do in Python.
const LEFT_OUT: &[&str] = &["def", "class", "for", "else", "elif", "except", "async"];

/// A line without its prompt, and by how much it is indented behind that.
fn code(line: &str) -> (&str, usize) {
    let line = line.split('\n').next().unwrap_or_default();
    let prompted = line.trim_start();
    let name = prompted.trim_start_matches(|next: char| {
        next.is_alphanumeric() || next == '_' || next == '-' || next == '.'
    });
    let behind = match name.strip_prefix("> ") {
        Some(behind) if name.len() < prompted.len() => behind,
        _ => prompted
            .strip_prefix(">>> ")
            .or_else(|| prompted.strip_prefix("... "))
            .unwrap_or(line),
    };
    let text = behind.trim_start();
    (text.trim_end(), behind.len() - text.len())
}

impl Shell {
    /// Closes what the blocks hold that a line ends; what was closed inside is left alone, as Python does.
    pub(super) fn end_blocks(&mut self, line: Option<&str>, screen: &mut dyn Screen) {
        for block in self.blocks.ended_by(line) {
            for name in &block.names {
                if self
                    .session
                    .inventory()
                    .by_name(&block.process, name)
                    .is_none_or(|known| known.fd.is_none())
                {
                    continue;
                }
                let home = std::mem::replace(&mut self.current, block.process.clone());
                if let Ok(commands) = parse_line(&format!("close {name}")) {
                    self.commands(&commands, screen);
                }
                self.current = home;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use crate::command::parse::parse_line;

    /// What each line closes before it runs.
    fn closed(lines: &[&str]) -> Vec<Vec<String>> {
        let mut blocks = Blocks::default();
        lines
            .iter()
            .map(|line| Some(*line))
            .chain([None])
            .map(|line| {
                let ended = blocks.ended_by(line);
                if let Some(line) = line {
                    blocks.begin(line, "lab", &parse_line(line).expect("it is a line"));
                }
                ended.into_iter().flat_map(|block| block.names).collect()
            })
            .collect()
    }

    #[test]
    fn the_lines_under_a_definition_are_left_out_with_it_and_that_is_said_once() {
        let mut blocks = Blocks::default();
        let mut seen = Vec::new();
        for line in [
            "def f(a,\n      b):  # two",
            "    s = socket()",
            "",
            "    # a comment",
            "        s.listen()",
            "while True:",
            "    s.accept()",
            "else:",
            "    s.close()",
            "forty = 2",
        ] {
            seen.push(blocks.leaves_out(line));
            blocks.ended_by(Some(line));
            if parse_line(line).is_err() {
                blocks.refused(line);
            }
        }
        let (def, other) = (Some(("def", true)), Some(("else", true)));
        let more = Some(("def", false));
        assert_eq!(
            seen,
            [None, def, None, None, more, None, None, None, other, None]
        );
    }

    #[test]
    fn a_block_ends_where_its_indentation_does() {
        let none = || Vec::<String>::new();
        let one = |name: &str| vec![name.to_owned()];
        for (lines, expected) in [
            (
                &["with socket.socket() as s:", "    s.listen()", "print 1"][..],
                vec![none(), none(), one("s"), none()],
            ),
            (
                &["with socket.socket() as s:", "    s.listen()"][..],
                vec![none(), none(), one("s")],
            ),
            (
                &[
                    ">>> with socket.socket() as s: # one",
                    "...     conn, addr = s.accept()",
                    "...     with conn:",
                    "...         conn.recv(1)",
                    "...",
                    "...     print(1)",
                    ">>> print(2)",
                ][..],
                vec![
                    none(),
                    none(),
                    none(),
                    none(),
                    none(),
                    one("conn"),
                    one("s"),
                    none(),
                ],
            ),
            (
                &["with socket.socket() as s:", "s.listen()", "print 1"][..],
                vec![none(), none(), none(), none()],
            ),
        ] {
            assert_eq!(closed(lines), expected, "{lines:?}");
        }
    }
}
