//! Blocks of Python that run line by line: `with … as s:` closes `s` where its indented lines end. Only where a block ends; what closing
//! does is the shell's, and blocks that do not run are `command::program`'s.

use super::{Screen, Shell};
use crate::command::ast::{Action, Command, Expr};
use crate::command::parse::parse_line;
use crate::command::program::code;

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
            entered: false,
        });
    }
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
