//! A line to tokens with byte spans, on demand: the parser says whether a value or an operator can stand at the place,
//! because `/`, `:`, `*`, `[` and `@` begin an address in one and are operators in the other. No grammar here.

mod endpoint;
mod number;
mod string;

use super::diagnostic::{Diagnostic, floor, quoted};
use socklab_events::value::Address;
use std::ops::Range;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lexeme<'a> {
    /// An integer without its sign.
    Int(u64),
    /// A floating-point number.
    Float(f64),
    /// Nanoseconds.
    Duration(u64),
    /// Text between quotes, escapes resolved; or a hardware address.
    Str(String),
    /// `b"…"`, `x"…"`.
    Bytes(Vec<u8>),
    /// An identifier.
    Word(&'a str),
    /// A socket address that needs no look-up.
    Address(Address),
    /// A host and a port to be resolved.
    HostPort(String, Option<u16>),
    /// Punctuation.
    Symbol(&'static str),
    /// The beginning of a literal where an operator was asked for: not read, its span is only for messages.
    Value,
    /// A line end outside brackets.
    Newline,
    /// The end of the text.
    End,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) lexeme: Lexeme<'a>,
    pub(super) span: Range<usize>,
    /// True when a blank stands before it.
    pub(super) blank_before: bool,
}

/// What can stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A value, addresses included.
    Value,
    /// A value between the brackets of a subscript, where `:` separates.
    Subscript,
    /// An operator or what ends an operand.
    Operator,
}

/// A text and how far it was read.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    /// The next byte to read.
    pub(super) position: usize,
    /// How many round and square brackets are open: inside them a line end is a blank.
    pub(super) brackets: usize,
}

/// How much of an unread value a message can show, in bytes.
const LONGEST_SHOWN: usize = 40;

/// Punctuation, longest first.
const SYMBOLS: &[&str] = &[
    "**=", "//=", "<<=", ">>=", "...", "==", "!=", "<=", ">=", "+=", "-=", "*=", "|=", "&=", "/=",
    ":=", "->", "**", "//", "<<", ">>", "&&", "||", "(", ")", "[", "]", "{", "}", ",", ";", ":",
    ".", "=", "|", "&", "*", "+", "-", "/", "<", ">", "!", "%", "^", "~", "?", "@", "$", "\\",
];

/// True for a character that can begin an identifier.
pub(super) fn begins_word(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

/// The length of what follows a process's name in the name of a socket: `.3`, the socket it has under a descriptor, or `/45.3`, one of a
/// process it forked. Of a number no attribute has this name, and a number is no layer of a packet.
fn descriptor_of(rest: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = 0;
    while rest[length..].starts_with('/') && digits(&rest[length + 1..]) > 0 {
        length += 1 + digits(&rest[length + 1..]);
    }
    let Some(behind) = rest[length..].strip_prefix('.') else {
        return 0;
    };
    let descriptor = digits(behind);
    let ends = !behind[descriptor..].starts_with(in_word);
    if descriptor > 0 && ends {
        length + 1 + descriptor
    } else {
        0
    }
}

/// True for a word that can be the name of a variable.
pub(super) fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && word.chars().all(in_word)
}

/// True for a character that can stand in an identifier.
pub(super) fn in_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            brackets: 0,
        }
    }

    /// What is not yet read.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    /// The next character.
    pub(super) fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Reads over blanks, comments, continued lines and, within brackets, line ends. True when there was any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let start = self.position;
        loop {
            let rest = self.rest();
            let skipped = match rest.as_bytes().first() {
                Some(b' ' | b'\t' | b'\r' | 0x0c) => 1,
                // A line of Python's shell that goes on has a prompt of its own.
                Some(b'\n') if self.brackets > 0 && rest.starts_with("\n... ") => 5,
                Some(b'\n') if self.brackets > 0 => 1,
                Some(b'\\') if rest.starts_with("\\\n") => 2,
                Some(b'\\') if rest.starts_with("\\\r\n") => 3,
                Some(b'#') => rest.find('\n').unwrap_or(rest.len()),
                _ => match rest.chars().next() {
                    Some(character) if character != '\n' && character.is_whitespace() => {
                        character.len_utf8()
                    }
                    _ => break,
                },
            };
            self.position += skipped;
        }
        self.position > start
    }

    /// The token at this place after blanks; reads over the blanks only.
    pub(super) fn peek(&mut self, place: Place) -> Result<Token<'a>, Diagnostic> {
        self.skip_blanks();
        let start = self.position;
        // Blanks may have been read over by an earlier look.
        let blank_before = self.text[..start].ends_with(char::is_whitespace);
        let (lexeme, length) = self.lexeme(place)?;
        Ok(Token {
            lexeme,
            span: start..start + length,
            blank_before,
        })
    }

    /// Reads over a token that `peek` gave.
    pub(super) fn take(&mut self, token: &Token<'_>) {
        self.position = token.span.end;
    }

    /// The identifier at this very place, without reading it.
    pub(super) fn word(&self) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.starts_with(begins_word) {
            return None;
        }
        let in_word = |text: &str| text.find(|one| !in_word(one)).unwrap_or(text.len());
        let end = in_word(rest);
        Some(&rest[..end + descriptor_of(&rest[end..])])
    }

    fn lexeme(&self, place: Place) -> Result<(Lexeme<'a>, usize), Diagnostic> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok((Lexeme::End, 0));
        };
        if first == '\n' {
            return Ok((Lexeme::Newline, 1));
        }
        if place == Place::Operator && (first.is_ascii_digit() || string::opening(rest).is_some()) {
            let end = rest
                .char_indices()
                .take(LONGEST_SHOWN)
                .find(|(_, next)| next.is_whitespace());
            let shown = end.map_or_else(|| floor(rest, LONGEST_SHOWN), |(at, _)| at);
            return Ok((Lexeme::Value, shown));
        }
        if let Some(opening) = string::opening(rest) {
            let (lexeme, length) =
                string::literal(rest, &opening).map_err(|error| error.shifted(self.position))?;
            return Ok((lexeme, length));
        }
        if place == Place::Value
            && let Some(found) =
                endpoint::endpoint(rest).map_err(|error| error.shifted(self.position))?
        {
            return Ok(found);
        }
        let dotted_digit =
            first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit());
        if place != Place::Operator && (first.is_ascii_digit() || dotted_digit) {
            return number::number(rest).map_err(|error| error.shifted(self.position));
        }
        if let Some(word) = self.word() {
            return Ok((Lexeme::Word(word), word.len()));
        }
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            return Ok((Lexeme::Symbol(symbol), symbol.len()));
        }
        let end = self.position + first.len_utf8();
        let message = format!(
            "{} has no meaning here",
            quoted(first.encode_utf8(&mut [0; 4]))
        );
        let error = Diagnostic::new(self.position..end, message);
        Err(match first {
            '“' | '”' | '‘' | '’' | '„' | '«' | '»' => {
                error.helping("quotes are straight: \" or '")
            }
            '–' | '—' | '−' => error.helping("the minus sign is -"),
            _ => error,
        })
    }

    /// True when a string or bytes literal comes next, after blanks.
    pub(super) fn string_follows(&mut self) -> bool {
        self.skip_blanks();
        string::opening(self.rest()).is_some()
    }

    /// A bare word up to a blank, a comma or the end of the command; `None` when there is none. Quotes are not its business.
    pub(super) fn bare_word(&mut self) -> Option<(&'a str, Range<usize>)> {
        self.skip_blanks();
        let rest = self.rest();
        let end = rest
            .find(|character: char| character.is_whitespace() || matches!(character, ';' | ','))
            .unwrap_or(rest.len());
        // A word that only closes a block, or asks for a thread, is not an argument.
        let word = match &rest[..end] {
            "&" => "",
            word => word.trim_end_matches('}'),
        };
        if word.is_empty() {
            return None;
        }
        let start = self.position;
        self.position += word.len();
        Some((word, start..self.position))
    }

    /// Reads `#4`, a packet's number as the views print it; `None` where `#` begins a comment, as in `# 4 is odd`.
    pub(super) fn packet_number(&mut self) -> Option<(i64, Range<usize>)> {
        let rest = self.rest();
        let start = self.position + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let digits = self.text[start..].strip_prefix('#')?;
        let length = digits.find(|next: char| !next.is_ascii_digit());
        let (digits, after) = digits.split_at(length.unwrap_or(digits.len()));
        let ends =
            after.is_empty() || after.starts_with(|next: char| next.is_whitespace() || next == ';');
        let number = digits.parse().ok().filter(|_| ends)?;
        self.position = start + 1 + digits.len();
        Some((number, start..self.position))
    }

    /// The rest of the command as it stands: up to a line end, a `;` outside quotes, a comment or a brace that was not
    /// opened in it. A trailing ` &` stays unread.
    pub(super) fn raw_rest(&mut self) -> (String, Range<usize>) {
        self.skip_blanks();
        let start = self.position;
        let rest = self.rest();
        let mut end = raw_end(rest);
        let trimmed = rest[..end].trim_end();
        end = trimmed.len();
        if trimmed == "&" || trimmed.ends_with(" &") || trimmed.ends_with("\t&") {
            end = trimmed[..end - 1].trim_end().len();
        }
        self.position += end;
        let raw = rest[..end].replace("\\\r\n", " ").replace("\\\n", " ");
        (raw, start..self.position)
    }
}

/// True for the `#` of `step #12` and `lose #12`, which begins no comment.
fn names_a_frame(rest: &str, at: usize) -> bool {
    let before = rest[..at].trim_end();
    matches!(before, "step" | "lose")
        && rest[at + 1..].starts_with(|next: char| next.is_ascii_digit())
}

/// Where the rest of a command ends.
fn raw_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut at, mut braces, mut after_blank) = (0, 0_usize, true);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'\n' | b';' => break,
            b'#' if after_blank && !names_a_frame(rest, at) => break,
            b'{' => braces += 1,
            b'}' if braces == 0 => break,
            b'}' => braces -= 1,
            // The escaped character does not end anything.
            b'\\' if bytes[at..].starts_with(b"\\\r\n") => at += 2,
            b'\\' => at += 1,
            b'"' | b'\'' => {
                if let Some(length) = string::closing(&rest[at + 1..], byte) {
                    at += length;
                }
            }
            _ => {}
        }
        after_blank = byte == b' ' || byte == b'\t';
        at += 1;
    }
    at.min(bytes.len())
}
