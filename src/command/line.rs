//! A script's text to whole commands' worth of lines: an open bracket, brace or triple quote, or a trailing backslash,
//! joins a line with the next. Not the grammar (`parse`).

use super::lexer::in_word;
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;

/// One line of a script as it is to be parsed: one physical line, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The number of its first physical line, from 1.
    pub number: usize,
    /// The text, without the line end.
    pub text: &'a str,
}

/// The lines of a script, in order. Empty ones are left out, and so is what a transcript shows under its prompts: lines
/// that are indented by five blanks or more, and in Python's transcripts lines without a prompt. Takes time in proportion.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let transcript = Transcript::of(text);
    let mut lines = Vec::new();
    let (mut start, mut first, mut open) = (0, 1, Open::default());
    let mut at = 0;
    for (index, physical) in text.split_inclusive('\n').enumerate() {
        at += physical.len();
        if start + physical.len() == at {
            first = index + 1;
            if transcript.is_output(physical) {
                start = at;
                continue;
            }
        }
        open.read(physical.trim_end_matches(['\n', '\r']));
        if !open.is_open() {
            push(&mut lines, first, &text[start..at]);
            start = at;
            open = Open::default();
        }
    }
    push(&mut lines, first, &text[start..]);
    lines
}

/// What prompts a text shows, which says what of it is output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transcript {
    /// None: all of it is input.
    #[default]
    None,
    /// `server> …`
    Socklab,
    /// `>>> …`
    Python,
}

impl Transcript {
    fn of(text: &str) -> Self {
        text.lines().find_map(Self::shown_by).unwrap_or(Self::None)
    }

    /// The prompt a line begins with.
    fn shown_by(line: &str) -> Option<Self> {
        if line.starts_with(">>> ") {
            return Some(Self::Python);
        }
        let name = line
            .find(|next| !(in_word(next) || next == '-'))
            .unwrap_or(0);
        (name > 0 && line[name..].starts_with("> ")).then_some(Self::Socklab)
    }

    /// Takes a line of a text that is read line by line: true when it is output, because a line above began with a prompt.
    pub fn reads_output(&mut self, line: &str) -> bool {
        if *self == Self::None {
            *self = Self::shown_by(line).unwrap_or_default();
        }
        self.is_output(line)
    }

    fn is_output(self, line: &str) -> bool {
        match self {
            Self::None => false,
            Self::Socklab => {
                let name = line.trim_start_matches(|next| in_word(next) || next == '-');
                // Results are indented; what a process wrote has a bar behind its name.
                line.starts_with("     ") || name.starts_with('│')
            }
            Self::Python => !line.starts_with(">>>") && !line.starts_with("..."),
        }
    }
}

fn push<'a>(lines: &mut Vec<Line<'a>>, number: usize, text: &'a str) {
    let text = text.trim_end_matches(['\n', '\r']);
    if !text.trim().is_empty() {
        lines.push(Line { number, text });
    }
}

/// True when the text is the beginning of a longer one: a bracket, brace or triple quote is open, or its last line ends in a backslash.
pub fn needs_more(text: &str) -> bool {
    let mut open = Open::default();
    for physical in text.split('\n') {
        open.read(physical.trim_end_matches('\r'));
    }
    open.is_open()
}

/// What is open at the end of the lines read so far: [`needs_more`] for one who reads line by line.
#[derive(Debug, Default)]
pub struct Open {
    /// The closing brackets that are owed, innermost last.
    closing: Vec<u8>,
    /// How many of them are round or square.
    brackets: usize,
    /// The triple quote that is open.
    triple: Option<&'static str>,
    /// The last line ended in a backslash.
    continued: bool,
    /// A closing bracket came that matched nothing: the parser has something to say at once.
    broken: bool,
}

impl Open {
    /// True when the next line belongs to those read.
    pub fn is_open(&self) -> bool {
        !self.broken && (!self.closing.is_empty() || self.triple.is_some() || self.continued)
    }

    /// Reads one line, without its line end.
    pub fn read(&mut self, line: &str) {
        let fresh = !self.continued && self.triple.is_none() && self.brackets == 0;
        self.continued = false;
        let bytes = line.as_bytes();
        let mut at = 0;
        let mut raw = fresh && takes_raw_text(line);
        while at < bytes.len() && !self.broken {
            if let Some(quote) = self.triple {
                let Some(end) = closing_triple(&line[at..], quote) else {
                    return;
                };
                at += end;
                self.triple = None;
                continue;
            }
            match bytes[at] {
                b'#' if !raw || at == 0 || bytes[at - 1].is_ascii_whitespace() => return,
                b'\\' if at + 1 == bytes.len() => self.continued = true,
                b'\\' => at += 1,
                b'"' | b'\'' => at = self.quote(line, at, raw),
                b'(' | b'[' if !raw => {
                    self.closing
                        .push(if bytes[at] == b'(' { b')' } else { b']' });
                    self.brackets += 1;
                }
                b'{' => {
                    self.closing.push(b'}');
                    raw = raw || takes_raw_text(&line[at + 1..]);
                }
                b'}' => {
                    self.close(b'}');
                    raw = false;
                }
                b')' | b']' if !raw => self.close(bytes[at]),
                b';' if self.brackets == 0 => raw = takes_raw_text(&line[at + 1..]),
                _ => {}
            }
            // An escaped character may be longer than one byte: go on at the next boundary.
            at += 1;
            while !line.is_char_boundary(at) {
                at += 1;
            }
        }
    }

    fn close(&mut self, bracket: u8) {
        if self.closing.pop() != Some(bracket) {
            self.broken = true;
        } else if bracket != b'}' {
            self.brackets -= 1;
        }
    }

    /// Reads over a string that begins at `at`; gives the place of its last byte.
    fn quote(&mut self, line: &str, at: usize, raw: bool) -> usize {
        for quote in ["\"\"\"", "'''"] {
            if !raw && line[at..].starts_with(quote) {
                self.triple = Some(quote);
                return at + 2;
            }
        }
        let (bytes, quote) = (line.as_bytes(), line.as_bytes()[at]);
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != quote {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        if end < bytes.len() {
            return end;
        }
        // In raw text an apostrophe is a letter; elsewhere the parser says that the quote is never closed.
        self.broken = !raw;
        at
    }
}

/// Where a triple-quoted string ends.
fn closing_triple(rest: &str, quote: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(quote.as_bytes()) {
            return Some(at + quote.len());
        } else {
            at += 1;
        }
    }
    None
}

/// True when the command that begins `text` takes text as it stands, in which brackets are only letters.
fn takes_raw_text(text: &str) -> bool {
    let text = text.trim_start();
    let name_end = text
        .find(|c| !(in_word(c) || c == '-'))
        .unwrap_or(text.len());
    let text = text[name_end..]
        .strip_prefix("> ")
        .map_or(text, str::trim_start);
    let end = text.find(|c| !in_word(c)).unwrap_or(text.len());
    let is_call = text[end..].starts_with('(');
    !is_call
        && Verb::named(&text[..end]).is_some_and(|verb| {
            verb.entry()
                .parameters
                .iter()
                .any(|parameter| parameter.kind == Kind::Rest)
        })
}

/// The line and column, from 1, of a byte of a text; columns count characters.
pub fn place(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |place| place + 1);
    (
        line,
        String::from_utf8_lossy(&before[start..]).chars().count() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_needs_more_while_a_bracket_brace_triple_quote_or_backslash_is_open() {
        for (text, more) in [
            ("s = socket", false),
            ("s.bind((", true),
            ("s.bind((\"\", 5000)\n)", false),
            ("repeat 3 {", true),
            ("repeat 3 {\n send s \"}\"\n", true),
            ("repeat 3 {\n send s \"}\"\n}", false),
            ("send s \\", true),
            ("send s \\\n\"x\"", false),
            ("x = \"\"\"a", true),
            ("x = \"\"\"a\nb\"\"\"", false),
            ("x = '(' # (", false),
            ("x = \"unclosed (", false),
            ("x = ]", false),
            ("(]", false),
            ("run echo it's (", false),
            ("server> run echo (", false),
            ("print x; run echo (", false),
            ("packets tcp.len in {1..5", true),
            ("send s \"\\\"", false),
            ("é = (", true),
        ] {
            assert_eq!(needs_more(text), more, "{text:?}");
        }
    }

    #[test]
    fn lines_that_belong_together_are_one_and_keep_the_number_of_the_first() {
        let script = "# a\ns = socket\r\n\nrepeat 2 {\n  send s \"x\"\n}\nclose s";
        let found: Vec<(usize, &str)> = lines(script)
            .iter()
            .map(|line| (line.number, line.text))
            .collect();
        assert_eq!(
            found,
            [
                (1, "# a"),
                (2, "s = socket"),
                (4, "repeat 2 {\n  send s \"x\"\n}"),
                (7, "close s"),
            ]
        );
    }

    fn texts(script: &str) -> Vec<&str> {
        lines(script).iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_transcript_is_a_script_and_its_output_is_left_out() {
        let transcript = "lab> s = socket\n     socket(AF_INET, SOCK_STREAM, 0) = 3\n\nlab> repeat 2 {\n        close s\n}\n         c 127.0.0.1:1\n  #1  0.000 ms\nlab│ got 3\n";
        assert_eq!(
            texts(transcript),
            [
                "lab> s = socket",
                "lab> repeat 2 {\n        close s\n}",
                "  #1  0.000 ms"
            ]
        );
        let python = ">>> s.recv(\n... 10)\nb'hello'\n>>> s.close()\n";
        assert_eq!(texts(python), [">>> s.recv(\n... 10)", ">>> s.close()"]);
        assert_eq!(
            texts("if x:\n        s.close()"),
            ["if x:", "        s.close()"]
        );
    }

    #[test]
    fn what_is_never_closed_is_one_line_and_takes_linear_time() {
        let script = "(\n".repeat(500_000);
        assert_eq!(lines(&script).len(), 1);
    }

    #[test]
    fn a_place_in_a_text_counts_lines_and_characters_from_one() {
        for (text, offset, expected) in [
            ("abc", 0, (1, 1)),
            ("a\nbc", 3, (2, 2)),
            ("é\né", 4, (2, 2)),
            ("", 0, (1, 1)),
        ] {
            assert_eq!(
                place(text.as_bytes(), offset),
                expected,
                "{text:?} at {offset}"
            );
        }
    }
}
