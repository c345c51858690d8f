//! A `lab` block: commands, each with what is expected of it. Not how they are run.

use super::sequence::{Item, Kind, MOST_UNORDERED, Sequence};
use crate::command::diagnostic::Diagnostic;
use crate::command::expectation::pattern::{self, Pattern};
use crate::command::expectation::{Claim, Expectation, parse_claim};
use crate::command::line::needs_more;
use crate::command::parse::parse_line;
use std::ops::Range;

/// A `lab` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lab {
    /// True when everything is ended and begun anew before it.
    pub fresh: bool,
    /// True when it is run for the student and not narrated.
    pub setup: bool,
    /// Its commands.
    pub lines: Vec<LabLine>,
}

/// A command and what must then hold.
#[derive(Clone, Debug, PartialEq)]
pub struct LabLine {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The command, or a comment.
    pub text: String,
    /// What must hold, apart from the order of packets.
    pub demands: Vec<Demand>,
    /// The packets it must cause.
    pub packets: Sequence,
}

/// One expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Its line in the file, from 1.
    pub line: usize,
    /// As it was written.
    pub text: String,
    /// What it means.
    pub claim: Claim,
}

/// Commands that were read, and all that is wrong with them, with spans that count from the start of their text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The commands.
    pub lines: Vec<LabLine>,
    /// What could not be read.
    pub errors: Vec<Diagnostic>,
}

impl LabLine {
    /// True when something is expected of it.
    pub fn expects(&self) -> bool {
        !self.demands.is_empty() || !self.packets.items.is_empty()
    }

    /// True when nothing is to be run.
    pub fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }

    /// True for a line that only checks: `expect …`.
    pub fn is_expect(&self) -> bool {
        let text = self.text.trim_start();
        let behind = text.find("> ").map_or(text, |at| {
            if text[..at]
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            {
                text[at + 2..].trim_start()
            } else {
                text
            }
        });
        behind == "expect" || behind.starts_with("expect ")
    }
}

/// Reads the lines of a block. `first` is the number of its first line in the file.
pub fn read_lines(text: &str, first: usize) -> Lines {
    let mut reader = Reader {
        lines: Lines::default(),
        unordered: None,
        body: None,
    };
    let mut at = 0;
    let mut open: Option<(usize, usize)> = None;
    for (index, physical) in text.split_inclusive('\n').enumerate() {
        let line = physical.trim_end_matches(['\n', '\r']);
        let (start, number) = open.unwrap_or((at, first + index));
        at += physical.len();
        let whole = text[start..at].trim_end_matches(['\n', '\r']);
        // A command whose bracket is open goes on, however its next line is indented.
        let continues = open.is_some();
        if !continues && line.trim().is_empty() {
            continue;
        }
        let is_command = continues || !line.starts_with([' ', '\t']) || reader.in_body(line);
        if !is_command {
            reader.expectation(line, start, number);
        } else if needs_more(whole) && at < text.len() {
            open = Some((start, number));
        } else {
            open = None;
            reader.command(whole, start, number);
        }
    }
    reader.end(text);
    reader.lines
}

struct Reader {
    lines: Lines,
    /// The patterns of an `unordered {` that is open, with its line and place.
    unordered: Option<(usize, Range<usize>, Vec<Pattern>)>,
    /// The indentation of a line `with …:` whose body may follow.
    body: Option<usize>,
}

impl Reader {
    /// True when an indented line belongs to the body of a `with` above.
    fn in_body(&mut self, line: &str) -> bool {
        let indent = line.len() - line.trim_start().len();
        self.body.is_some_and(|head| indent > head)
    }

    fn command(&mut self, text: &str, start: usize, number: usize) {
        self.close(text, start);
        if let Err(error) = parse_line(text) {
            self.lines.errors.push(error.shifted(start));
        }
        let code = text.split('#').next().unwrap_or_default().trim_end();
        let indent = text.len() - text.trim_start().len();
        let is_head = code.ends_with(':') && code.split(['>', ' ']).any(|word| word == "with");
        if is_head {
            self.body = Some(indent);
        } else if self.body.is_some_and(|head| indent <= head) {
            self.body = None;
        }
        self.lines.lines.push(LabLine {
            line: number,
            text: text.to_owned(),
            demands: Vec::new(),
            packets: Sequence::default(),
        });
    }

    /// An `unordered {` that is still open when the command's lines end.
    fn close(&mut self, _: &str, _: usize) {
        if let Some((_, span, _)) = self.unordered.take() {
            self.lines.errors.push(
                Diagnostic::new(span, "this is never closed")
                    .expecting("a line `}` below the packets"),
            );
        }
    }

    fn end(&mut self, text: &str) {
        self.close(text, text.len());
    }

    fn expectation(&mut self, line: &str, start: usize, number: usize) {
        let indent = line.len() - line.trim_start().len();
        let body = line.trim();
        let span = start + indent..start + indent + body.len();
        let Some(command) = self.lines.lines.last_mut() else {
            self.lines.errors.push(
                Diagnostic::new(
                    span,
                    "what is indented is expected of the command above, and there is none",
                )
                .expecting("a command in the first column"),
            );
            return;
        };
        let item = |kind| Item { line: number, kind };
        if let Some((line, _, patterns)) = &mut self.unordered {
            if body == "}" {
                command.packets.items.push(Item {
                    line: *line,
                    kind: Kind::Unordered(std::mem::take(patterns)),
                });
                self.unordered = None;
                return;
            }
            let read = pattern_of(body).map_err(|error| error.shifted(span.start));
            match read {
                Ok(_) if patterns.len() == MOST_UNORDERED => {
                    self.lines.errors.push(Diagnostic::new(
                        span,
                        format!("at most {MOST_UNORDERED} packets may come in any order"),
                    ));
                }
                Ok(pattern) => patterns.push(pattern),
                Err(error) => self.lines.errors.push(error),
            }
            return;
        }
        match body {
            "exactly" => command.packets.exactly = true,
            "..." | "…" => command.packets.items.push(item(Kind::Anything)),
            "unordered {" | "unordered{" => self.unordered = Some((number, span, Vec::new())),
            "}" | "unordered" => self.lines.errors.push(
                Diagnostic::new(span, "this brace has no partner").expecting(
                    "unordered { on a line of its own, packets below it, } on a line of its own",
                ),
            ),
            comment if comment.starts_with('#') => {}
            _ if body.starts_with("maybe ") => {
                let rest = &body["maybe".len()..];
                let shift = span.start + "maybe".len() + (rest.len() - rest.trim_start().len());
                match pattern_of(rest.trim()) {
                    Ok(pattern) => command.packets.items.push(item(Kind::Maybe(pattern))),
                    Err(error) => self.lines.errors.push(error.shifted(shift)),
                }
            }
            _ => match parse_claim(body) {
                Ok(Claim {
                    process: None,
                    expectation: Expectation::Seen(pattern),
                }) => command.packets.items.push(item(Kind::Packet(*pattern))),
                Ok(claim) => command.demands.push(Demand {
                    line: number,
                    text: body.to_owned(),
                    claim,
                }),
                Err(error) => self.lines.errors.push(error.shifted(span.start)),
            },
        }
    }
}

/// A line that must be a packet's.
fn pattern_of(text: &str) -> Result<Pattern, Diagnostic> {
    if pattern::is_pattern(text) {
        return pattern::parse(text);
    }
    Err(Diagnostic::new(0..text.len(), "this is not a packet")
        .expecting("FROM -> TO and what is asked of it: c -> s [SYN] seq=0"))
}
