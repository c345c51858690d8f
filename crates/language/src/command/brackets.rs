//! Brackets, quotes and backslashes that are open at the end of a line, so that the next belongs to it. Not the grammar (`parse`).

use super::lexer::in_word;
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;

/// What is open at the end of the lines read so far.
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

/// Where the bracket that opens `text` has been closed; `None` when it is not. What stands in quotes is skipped.
pub(super) fn closing_bracket(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_i32, None, false);
    for (at, next) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if next == '\\' => escaped = true,
            Some(end) if next == end => quote = None,
            Some(_) => {}
            None => match next {
                '"' | '\'' => quote = Some(next),
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ => {}
            },
        }
        if depth == 0 {
            return Some(at + next.len_utf8());
        }
    }
    None
}
