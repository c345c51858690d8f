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
    /// Its first line as it was typed.
    head: String,
    /// Whether its first line did what it was to do.
    header: Header,
    /// A line of it has come. Without one the lines that follow were typed flat, and nothing says where they end.
    entered: bool,
}

/// What came of the line that begins a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    /// Not known yet: its call may still sleep. This is the number of its command, or of the first behind it.
    Begun(u64),
    /// It did what it was to do.
    Done,
    /// It was refused, or its call failed.
    Failed,
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

    /// Begins a block where a line is the head of one. `command` is the number its first command will have.
    pub fn begin(&mut self, line: &str, process: &str, commands: &[Command], command: u64) {
        let Some((head, indent)) = head(line) else {
            return;
        };
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
            head: head.trim_end_matches(':').to_owned(),
            header: Header::Begun(command),
            entered: false,
        });
    }

    /// The first line of the innermost block was refused.
    fn fail(&mut self) {
        if let Some(block) = self.open.last_mut() {
            block.header = Header::Failed;
        }
    }
}

/// The head of a block in a line, and by how much it is indented.
fn head(line: &str) -> Option<(&str, usize)> {
    let (text, indent) = code(line);
    let head = text.split('#').next().unwrap_or_default().trim_end();
    (head.starts_with("with ") && head.ends_with(':')).then_some((head, indent))
}

impl Shell {
    /// Takes note of a line that was run, or could not be: if it is the head of a block and was refused, the block is not run.
    pub(super) fn header_refused(&mut self, line: &str, was_parsed: bool) {
        if head(line).is_none() {
            return;
        }
        if !was_parsed {
            let process = self.current.clone();
            self.blocks.begin(line, &process, &[], 0);
        }
        self.blocks.fail();
    }

    /// Why a line cannot be run: it belongs to a block whose first line failed. As in Python nothing of the block is run then.
    pub(super) fn forbidding_header(
        &mut self,
        line: &str,
        screen: &mut dyn Screen,
    ) -> Option<String> {
        let (text, _) = code(line);
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        let begun = self
            .blocks
            .open
            .last()
            .and_then(|block| match block.header {
                Header::Begun(command) => Some((block.process.clone(), command)),
                _ => None,
            });
        if let Some((process, command)) = begun
            && self.wait_until_free_quietly(&process, screen)
        {
            let failed = self.session.refusal(&process).is_some()
                || self
                    .telling_call(&process)
                    .is_some_and(|call| call.command >= command && call.errno.is_some());
            if let Some(block) = self.blocks.open.last_mut() {
                block.header = if failed { Header::Failed } else { Header::Done };
            }
        }
        let open = self.blocks.open.iter();
        let mut failed = open.filter(|block| block.header == Header::Failed);
        failed.next().map(|block| block.head.clone())
    }

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
                    blocks.begin(line, "lab", &parse_line(line).expect("it is a line"), 0);
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
