//! A script's text to whole commands' worth of lines: an open bracket, brace or triple quote, or a trailing backslash,
//! joins a line with the next, and a block of a program is one. Not the grammar (`parse`).

use super::brackets::Open;
use super::lexer::in_word;
use super::program::{Belongs, Block};

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
    read(text).0
}

/// The lines, and the block of a program that the last of them is, while it may still go on.
fn read(text: &str) -> (Vec<Line<'_>>, Option<Block>) {
    let transcript = Transcript::of(text);
    let mut lines = Vec::new();
    let (mut start, mut first, mut open) = (0, 1, Open::default());
    // The block of a program whose lines are read, and where the last line ended that is its own.
    let mut block: Option<(Block, usize)> = None;
    let mut at = 0;
    for (index, physical) in text.split_inclusive('\n').enumerate() {
        let before = at;
        at += physical.len();
        if let Some((known, end)) = &mut block {
            let belongs = if transcript.is_output(physical) {
                Belongs::No
            } else {
                known.takes(physical)
            };
            match belongs {
                Belongs::Yes => *end = at,
                Belongs::Perhaps => {}
                Belongs::No => {
                    push(&mut lines, first, &text[start..*end]);
                    let between = text[start..*end].matches('\n').count();
                    push(&mut lines, first + between, &text[*end..before]);
                    (start, block) = (before, None);
                }
            }
            if block.is_some() {
                continue;
            }
        }
        if start == before {
            first = index + 1;
            if transcript.is_output(physical) {
                start = at;
                continue;
            }
        }
        open.read(physical.trim_end_matches(['\n', '\r']));
        if !open.is_open() {
            block = Block::begun_by(&text[start..at]).map(|block| (block, at));
            if block.is_none() {
                push(&mut lines, first, &text[start..at]);
                start = at;
            }
            open = Open::default();
        }
    }
    let end = block.as_ref().map_or(text.len(), |(_, end)| *end);
    push(&mut lines, first, &text[start..end]);
    (lines, block.map(|(block, _)| block))
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

/// True when the text is the beginning of a longer one: a bracket, brace or triple quote is open, its last line ends in a backslash, or
/// it is a block of a program that no empty line ends.
pub fn needs_more(text: &str) -> bool {
    let mut open = Open::default();
    for physical in text.split('\n') {
        open.read(physical.trim_end_matches('\r'));
    }
    open.is_open() || read(text).1.is_some_and(|block| block.goes_on(text))
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

    #[test]
    fn a_block_of_a_program_is_one_line_and_what_follows_it_is_none_of_it() {
        for (script, expected) in [
            ("if a:\n  b\nc", &["if a:\n  b", "c"][..]),
            (
                "if a:\n  b\n\n  c\nelse:\n  d\n\ne",
                &["if a:\n  b\n\n  c\nelse:\n  d", "e"],
            ),
            ("if a: b\nelse: c\nd", &["if a: b\nelse: c", "d"]),
            (
                "try:\n\ta\nexcept OSError:\n\tb\nfinally:\n\tc\n# d\ne",
                &["try:\n\ta\nexcept OSError:\n\tb\nfinally:\n\tc", "# d", "e"],
            ),
            (
                "@one\n@two\ndef f(a,\n  b):\n  c\nd",
                &["@one\n@two\ndef f(a,\n  b):\n  c", "d"],
            ),
            ("@name\na", &["@name", "a"]),
            (
                "with a as b:\n  c\n  if d:\n    e\n  f\ng",
                &["with a as b:", "  c", "  if d:\n    e", "  f", "g"],
            ),
            (
                ">>> while a:\n...   b\n...\n>>> c",
                &[">>> while a:\n...   b", "...", ">>> c"],
            ),
            ("while a:\n  b(\n1)\nc", &["while a:\n  b(\n1)", "c"]),
            (
                "int main(void) {\n  a;\n\n  b;\n}\nc",
                &["int main(void) {\n  a;\n\n  b;\n}", "c"],
            ),
            (
                "int main(void)\n{\n  a;\n}\nc",
                &["int main(void)\n{\n  a;\n}", "c"],
            ),
            (
                "if (a < 0) {\n  b;\n}\nelse {\n  c;\n}\nd",
                &["if (a < 0) {\n  b;\n}\nelse {\n  c;\n}", "d"],
            ),
            ("func main() {\n  a\n}\nb", &["func main() {\n  a\n}", "b"]),
            ("repeat 2 {\n  a\n}\nb", &["repeat 2 {\n  a\n}", "b"]),
            (
                "server> if a:\n    b\nserver> c",
                &["server> if a:\n    b", "server> c"],
            ),
        ] {
            assert_eq!(texts(script), expected, "{script:?}");
        }
    }

    #[test]
    fn a_block_that_is_typed_ends_with_an_empty_line() {
        for (text, more) in [
            ("if a:", true),
            ("if a:\n  b", true),
            ("if a:\n  b\n", false),
            ("if a: b", false),
            ("if a:\n  b\nc", false),
            ("@one\ndef f():", true),
            ("int main(void) {", true),
            ("int main(void) {\n}", false),
        ] {
            assert_eq!(needs_more(text), more, "{text:?}");
        }
    }
}
