//! Lines that belong to a program, not to a session: a block under `if`, `def` and their like, or between the braces of C, Go and Rust.
//! Where one begins, which lines are its own, and how such a program is run. A part of a program is never run: it would do other things.

use super::brackets::Open;
use super::diagnostic::{Diagnostic, quoted};
use super::lexer::in_word;
use std::ops::Range;

/// Words at the head of a block of Python. `with` is none: its lines run one by one, and what it opened is closed behind them.
const HEADS: &[&str] = &[
    "if", "while", "for", "def", "class", "try", "else", "elif", "except", "finally", "async",
];

/// Words at the indentation of a head that carry its block on.
const CLAUSES: &[&str] = &["else", "elif", "except", "finally"];

/// Words that begin a function or a statement with braces.
const BRACED: &[&str] = &[
    "int", "void", "char", "static", "struct", "unsigned", "long", "const", "size_t", "ssize_t",
    "if", "while", "for", "switch", "do", "else", "fn", "pub", "impl", "loop", "match", "func",
    "type", "enum", "class", "public", "async", "function", "defer", "go", "unsafe", "mod",
    "trait",
];

/// What a program is written in, as far as one block of it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// C.
    C,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// Its first line names the program that runs it (`#!`, execve(2)).
    Script,
    /// Braces, and nothing that tells more.
    Other,
}

/// The language of a text of several lines that is a program, and not a session: a block of it begins in one of its lines, or its first
/// line says what runs it. `None` for any other text.
pub fn program(text: &str) -> Option<Language> {
    let text = text.trim_end();
    let first = text.lines().next()?;
    if let Some(interpreter) = first.strip_prefix("#!") {
        let python = interpreter.contains("python");
        return Some(if python {
            Language::Python
        } else {
            Language::Script
        });
    }
    let mut found = None;
    let lines: Vec<&str> = text.lines().collect();
    for (place, line) in lines.iter().enumerate() {
        let (words, indent) = code(line);
        let next = lines[place + 1..]
            .iter()
            .find(|next| !next.trim().is_empty());
        let indented = next.is_some_and(|next| code(next).1 > indent);
        let manages = words.starts_with("with ") && without_comment(words).ends_with(':');
        if manages && indented {
            found = found.or(Some(Language::Python));
        }
        let language = match Block::begun_by(line) {
            Some(block) if block.decorates => continue,
            Some(Block {
                language: Language::Python,
                ..
            }) if !indented => continue,
            Some(block) => block.language,
            None => continue,
        };
        match found {
            None | Some(Language::Other) => found = Some(language),
            Some(_) => break,
        }
    }
    let is_c = || {
        lines
            .iter()
            .any(|line| line.trim_start().starts_with("#include"))
    };
    match found {
        Some(Language::Other) if is_c() => Some(Language::C),
        found => found,
    }
}

/// A block whose first line was read.
#[derive(Debug)]
pub struct Block {
    indent: usize,
    language: Language,
    /// Only decorators so far: without a definition behind them they are something else.
    decorates: bool,
    /// A list of Go that ends with a line `)`: `import (`.
    listing: bool,
    open: Open,
}

/// Whether a line belongs to the block above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// It does.
    Yes,
    /// A line that says nothing: it does when a later one does.
    Perhaps,
    /// The block ended before it.
    No,
}

impl Block {
    /// The block that begins with this line, or these lines when brackets joined several.
    pub fn begun_by(line: &str) -> Option<Self> {
        let (text, indent) = code(line);
        let word = first_word(text);
        let head = text.split('\n').next().unwrap_or_default();
        let bare = without_comment(head);
        let decorates =
            text.starts_with('@') && bare[1..].starts_with(|next: char| next.is_alphabetic());
        let python = HEADS.contains(&word)
            && text[word.len()..].starts_with([' ', '\t', ':', '('])
            && text.contains(':')
            && !bare.ends_with(['{', ';']);
        let language = if decorates || python {
            Language::Python
        } else {
            braced(word, bare)?
        };
        Some(Self {
            indent,
            language,
            decorates,
            listing: is_list_of_go(word, bare),
            open: Open::default(),
        })
    }

    /// Takes the next physical line.
    pub fn takes(&mut self, line: &str) -> Belongs {
        let line = line.trim_end_matches(['\n', '\r']);
        let (text, indent) = code(line);
        let word = first_word(text);
        let belongs = if self.open.is_open() {
            Belongs::Yes
        } else if self.listing {
            self.listing = !text.starts_with(')');
            Belongs::Yes
        } else if matches!(text, "" | ">>>" | "...") || text.starts_with('#') {
            Belongs::Perhaps
        } else if self.decorates {
            let defines = matches!(word, "def" | "class" | "async");
            self.decorates = text.starts_with('@');
            if indent == self.indent && (defines || self.decorates) {
                Belongs::Yes
            } else {
                Belongs::No
            }
        } else {
            let carries_on = match self.language {
                Language::Python => {
                    indent > self.indent || indent == self.indent && CLAUSES.contains(&word)
                }
                _ => text.starts_with('{') || word == "else",
            };
            if carries_on {
                Belongs::Yes
            } else {
                Belongs::No
            }
        };
        if belongs == Belongs::Yes {
            self.open.read(line);
        }
        belongs
    }

    /// True while a reader who types the block may still go on: as in Python's own shell an empty line ends it.
    pub fn goes_on(&self, text: &str) -> bool {
        let mut lines = text.split('\n');
        let last = lines.next_back().unwrap_or_default();
        let one_line = lines.next().is_none() && !without_comment(last).ends_with(':');
        let ended = last.trim().is_empty() || one_line && !self.decorates;
        self.language == Language::Python && !ended
    }
}

/// The diagnostic of a text that begins, at `start`, with a block of a program; `None` when it does not.
pub(super) fn refused(text: &str, start: usize) -> Option<Diagnostic> {
    let begin = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text[begin..].trim_end_matches(['\n', '\r']);
    let first = rest.split('\n').next().unwrap_or_default();
    let mut block = Block::begun_by(rest)?;
    let mut count = 1;
    let mut open = Open::default();
    open.read(first);
    for (place, line) in rest.split('\n').enumerate().skip(1) {
        let belongs = if open.is_open() {
            open.read(line);
            Belongs::Yes
        } else {
            block.takes(line)
        };
        match belongs {
            Belongs::Yes => count = place + 1,
            Belongs::Perhaps => {}
            Belongs::No => break,
        }
    }
    if block.language == Language::Python && count == 1 || block.decorates {
        return None;
    }
    let end = (begin + first.trim_end().len()).max(start);
    let what = quoted(text[start..end].trim_end_matches(':'));
    let message = if count == 1 {
        format!("{what} begins a block of a program: it was not run")
    } else {
        format!(
            "{what} and the {} below it belong to a program: none of them was run",
            lines(count - 1)
        )
    };
    let mut error = Diagnostic::new(Range { start, end }, message).helping(block.language.how());
    if open.is_open() || block.open.is_open() || block.listing {
        error.message.push_str(
            "; its bracket is never closed, so all that follows is taken for a part of it",
        );
    }
    error.further = count - 1;
    Some(error)
}

fn lines(count: usize) -> String {
    if count == 1 {
        "line".to_owned()
    } else {
        format!("{count} lines")
    }
}

impl Language {
    /// A program in it, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Python => "Python program",
            Self::C => "C program",
            Self::Go => "Go program",
            Self::Rust => "Rust program",
            Self::Script => "script",
            Self::Other => "program",
        }
    }

    /// What a file is written in, by the line `#!` that it begins with, or else by its name's ending. What has neither is executed as it is.
    pub fn of_file(name: &str, text: &[u8]) -> Self {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending {
            _ if text.starts_with(b"#!") => Self::Script,
            "py" => Self::Python,
            "c" => Self::C,
            "go" => Self::Go,
            "rs" => Self::Rust,
            _ => Self::Script,
        }
    }

    /// What runs or compiles it; `None` where its first line says what does, or nothing is known of it.
    pub fn runner(self) -> Option<&'static str> {
        match self {
            Self::Python => Some("python3"),
            Self::C => Some("cc"),
            Self::Go => Some("go"),
            Self::Rust => Some("rustc"),
            Self::Script | Self::Other => None,
        }
    }

    /// What the name of its file ends with.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Python => "py",
            Self::C => "c",
            Self::Go => "go",
            Self::Rust => "rs",
            Self::Script => "sh",
            Self::Other => "txt",
        }
    }

    fn how(self) -> &'static str {
        match self {
            Self::Python => {
                "save the whole program in a file; `run python3 FILE` runs it in the lab, and its packets are shown"
            }
            Self::C => {
                "save the whole program as x.c; `run cc x.c -o x` compiles it, `run ./x` runs it in the lab"
            }
            Self::Go => "save the whole program as x.go; `run go run x.go` runs it in the lab",
            Self::Rust => {
                "save the whole program as x.rs; `run rustc x.rs` compiles it, `run ./x` runs it in the lab"
            }
            Self::Script | Self::Other => {
                "save the whole program in a file; `run PROGRAM` runs it in the lab"
            }
        }
    }
}

/// The language of a line that begins a block between braces; `None` for any other line.
fn braced(word: &str, bare: &str) -> Option<Language> {
    if is_list_of_go(word, bare) {
        return Some(Language::Go);
    }
    // A function or a statement whose whole body stands in its line opens its brace, too.
    let has_body = bare.ends_with('}') && bare.contains('{') && bare[word.len()..].starts_with(' ');
    let opens = bare.ends_with('{') || has_body;
    let declares = bare.ends_with(')') && bare.contains('(') && bare[word.len()..].starts_with(' ');
    let types = [
        "int", "void", "char", "static", "struct", "unsigned", "long", "const", "size_t", "ssize_t",
    ];
    let opened = opens && (BRACED.contains(&word) || bare.starts_with("} else"));
    let declared = declares && types.contains(&word);
    if !opened && !declared {
        return None;
    }
    let assigns = bare.contains(":=") || bare.contains("err != nil");
    Some(match word {
        "fn" | "pub" | "impl" | "loop" | "match" | "unsafe" | "mod" | "trait" => Language::Rust,
        "func" | "type" | "defer" | "go" => Language::Go,
        "if" | "for" | "while" | "switch" if assigns => Language::Go,
        "if" | "for" | "while" | "else" | "enum" | "struct" if !bare.contains('(') => {
            Language::Other
        }
        "class" | "public" | "function" | "async" => Language::Other,
        _ => Language::C,
    })
}

/// True for `import (` and its like, which Go ends with a line `)`.
fn is_list_of_go(word: &str, bare: &str) -> bool {
    matches!(word, "import" | "const" | "var" | "type") && bare[word.len()..].trim_start() == "("
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|next| !in_word(next)).unwrap_or(text.len())]
}

/// A line up to its comment, which begins with `#` or `//` outside quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    let end = line.char_indices().find(|&(at, next)| {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if next == '\\' => escaped = true,
            Some(open) if next == open => quote = None,
            Some(_) => {}
            None if matches!(next, '"' | '\'') => quote = Some(next),
            None => return next == '#' || line[at..].starts_with("//"),
        }
        false
    });
    line[..end.map_or(line.len(), |(at, _)| at)].trim_end()
}

/// The methods of Python that take bytes to send.
const SENDING: [&str; 4] = ["send", "sendall", "sendto", "sendmsg"];

/// The method of Python by which a line sends, `c.send(…)`: `send`, `sendall` … None for a line in another spelling.
pub fn send_method(line: &str) -> Option<&'static str> {
    SENDING
        .into_iter()
        .find(|method| line.contains(&format!(".{method}(")))
}

/// The method of Python that a line gives text where Python takes bytes alone, `c.send("hello")`: `send`, `sendall` …
pub fn sends_text(line: &str) -> Option<&'static str> {
    SENDING.into_iter().find(|method| {
        let call = format!(".{method}(");
        let mut after = line.split(&call).skip(1);
        after.any(|rest| {
            let rest = rest.trim_start_matches([' ', '[', '(']);
            let rest = rest.strip_prefix(['f', 'F']).unwrap_or(rest);
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|next| matches!(next, '"' | '\''))
            else {
                return false;
            };
            let end = rest[1..].find(quote).map_or("", |end| &rest[end + 2..]);
            !end.starts_with(".encode")
        })
    })
}

/// A line without its prompt, and by how much it is indented behind that.
pub fn code(line: &str) -> (&str, usize) {
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
    let text = behind.trim_start_matches([' ', '\t']);
    (text.trim_end(), behind.len() - text.len())
}
#[cfg(test)]
mod tests;
