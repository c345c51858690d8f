//! The text of a filter to words, signs and quoted strings, each with its place. Not what a word stands for: whether `5000` is a
//! port or a prefix of bytes is known only when its field is.

use super::FilterError;
use super::expression::{Quantity, Relation};
use std::ops::Range;

/// A piece of a filter and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) sign: Sign,
    /// Its place.
    pub(super) span: Range<usize>,
}

/// What a piece of a filter is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sign {
    /// A field or an unquoted value; the text is that of the span.
    Word,
    /// The bytes of a string between double quotes, its escapes resolved.
    Quoted(Vec<u8>),
    /// A character between single quotes.
    Character(u8),
    /// `==`, `ge`, `~=` …
    Relation(Relation, Quantity),
    /// `contains`
    Contains,
    /// `matches` and `~`
    Matches,
    /// `in`
    In,
    /// `&&`, `and`
    And,
    /// `||`, `or`
    Or,
    /// `^^`, `xor`
    Xor,
    /// `!`, `not`
    Not,
    /// `any` or `all` in front of a field
    Quantifier(Quantity),
    /// `&`, `bitand`
    Mask,
    /// `+`
    Plus,
    /// `-` in front of a word, or alone
    Minus,
    /// `*`
    Times,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `#`, before the number of a layer
    Layer,
    /// `@`, before a field whose bytes are meant
    Raw,
    /// `..`
    Through,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `{`
    OpenSet,
    /// `}`
    CloseSet,
    /// `[`
    OpenSlice,
    /// `]`
    CloseSlice,
    /// `,`
    Comma,
}

/// Splits a filter; one pass over the text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

/// Signs of punctuation, longer ones before those they begin with.
const PUNCTUATION: [(&str, Sign); 29] = [
    ("===", Sign::Relation(Relation::Equal, Quantity::All)),
    ("!==", Sign::Relation(Relation::Unequal, Quantity::Any)),
    ("==", Sign::Relation(Relation::Equal, Quantity::Any)),
    ("!=", Sign::Relation(Relation::Unequal, Quantity::All)),
    ("~=", Sign::Relation(Relation::Unequal, Quantity::Any)),
    (">=", Sign::Relation(Relation::AtLeast, Quantity::Any)),
    ("<=", Sign::Relation(Relation::AtMost, Quantity::Any)),
    (">", Sign::Relation(Relation::Greater, Quantity::Any)),
    ("<", Sign::Relation(Relation::Less, Quantity::Any)),
    ("&&", Sign::And),
    ("||", Sign::Or),
    ("^^", Sign::Xor),
    ("..", Sign::Through),
    ("!", Sign::Not),
    ("&", Sign::Mask),
    ("~", Sign::Matches),
    ("(", Sign::Open),
    (")", Sign::Close),
    ("{", Sign::OpenSet),
    ("}", Sign::CloseSet),
    ("[", Sign::OpenSlice),
    ("]", Sign::CloseSlice),
    (",", Sign::Comma),
    ("+", Sign::Plus),
    ("*", Sign::Times),
    ("/", Sign::Divide),
    ("%", Sign::Modulo),
    ("#", Sign::Layer),
    ("@", Sign::Raw),
];

/// The words that are no field and no value.
fn keyword(word: &str) -> Option<Sign> {
    use Quantity::{All, Any};
    Some(match word {
        "eq" | "any_eq" => Sign::Relation(Relation::Equal, Any),
        "all_eq" => Sign::Relation(Relation::Equal, All),
        "ne" | "all_ne" => Sign::Relation(Relation::Unequal, All),
        "any_ne" => Sign::Relation(Relation::Unequal, Any),
        "gt" => Sign::Relation(Relation::Greater, Any),
        "ge" => Sign::Relation(Relation::AtLeast, Any),
        "lt" => Sign::Relation(Relation::Less, Any),
        "le" => Sign::Relation(Relation::AtMost, Any),
        "contains" => Sign::Contains,
        "matches" => Sign::Matches,
        "in" => Sign::In,
        "and" => Sign::And,
        "or" => Sign::Or,
        "xor" => Sign::Xor,
        "not" => Sign::Not,
        "any" => Sign::Quantifier(Any),
        "all" => Sign::Quantifier(All),
        "bitand" | "bitwise_and" => Sign::Mask,
        _ => return None,
    })
}

impl Lexer<'_> {
    fn next_token(&mut self) -> Result<Option<Token>, FilterError> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        let sign = if first == '"' {
            self.at += 1;
            Sign::Quoted(self.quoted(start, b'"', true)?)
        } else if rest.starts_with("r\"") || rest.starts_with("R\"") {
            self.at += 2;
            Sign::Quoted(self.quoted(start, b'"', false)?)
        } else if first == '\'' {
            self.at += 1;
            self.character(start)?
        } else if let Some((text, sign)) =
            PUNCTUATION.iter().find(|(text, _)| rest.starts_with(*text))
        {
            self.at += text.len();
            sign.clone()
        } else if first == '-' {
            self.at += 1;
            Sign::Minus
        } else if is_word(first) {
            self.word();
            keyword(&self.text[start..self.at]).unwrap_or(Sign::Word)
        } else {
            self.at += first.len_utf8();
            return Err(self.unexpected(start, first));
        };
        Ok(Some(Token {
            sign,
            span: start..self.at,
        }))
    }

    /// Moves past a word; it ends before `..`, which no field and no value holds, and before a slash that divides.
    fn word(&mut self) {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            let word = &self.text[start..self.at];
            let ends = !is_word(byte.into())
                || self.bytes[self.at..].starts_with(b"..")
                || byte == b'/' && !takes_prefix(word);
            if ends {
                return;
            }
            self.at += 1;
        }
    }

    /// The bytes up to the closing quote; the opening one is passed.
    fn quoted(&mut self, start: usize, end: u8, escapes: bool) -> Result<Vec<u8>, FilterError> {
        let mut out = Vec::new();
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            if byte == end {
                return Ok(out);
            }
            if byte == b'\\' && escapes {
                self.escape(&mut out)?;
            } else {
                out.push(byte);
            }
        }
        let quote = char::from(end);
        Err(
            FilterError::new(start..self.at, "the quote is never closed")
                .help(format!("end it with {quote}")),
        )
    }

    /// What follows a backslash.
    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), FilterError> {
        let start = self.at - 1;
        let Some(c) = self.text[self.at..].chars().next() else {
            return Ok(());
        };
        self.at += c.len_utf8();
        match c {
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'v' => out.push(11),
            '\\' | '"' | '\'' => out.push(c as u8),
            'x' => out.push(self.code(start, 16, 2)? as u8),
            'u' | 'U' => {
                let code = self.code(start, 16, if c == 'u' { 4 } else { 8 })?;
                let c = char::from_u32(code).ok_or_else(|| {
                    let message = "no character has this number";
                    FilterError::new(start..self.at, message)
                        .help("half of a surrogate pair is none; the last one is \\U0010ffff")
                })?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            '0'..='7' => {
                self.at -= 1;
                let byte = u8::try_from(self.code(start, 8, 3)?).map_err(|_| {
                    FilterError::new(
                        start..self.at,
                        "an octal escape ends at \\377, which is 255",
                    )
                })?;
                out.push(byte);
            }
            _ => {
                return Err(
                    FilterError::new(start..self.at, "no such escape in a string")
                        .help("the escapes are \\n \\r \\t \\\\ \\\" \\x41 and \\101"),
                );
            }
        }
        Ok(())
    }

    /// A number of at most `most` digits.
    fn code(&mut self, start: usize, radix: u32, most: usize) -> Result<u32, FilterError> {
        let digits = self.bytes[self.at..]
            .iter()
            .take(most)
            .take_while(|byte| char::from(**byte).is_digit(radix))
            .count();
        let text = &self.text[self.at..self.at + digits];
        self.at += digits;
        u32::from_str_radix(text, radix).map_err(|_| {
            FilterError::new(start..self.at, "an escape without digits")
                .help("write two hexadecimal digits, as in \\x41")
        })
    }

    fn character(&mut self, start: usize) -> Result<Sign, FilterError> {
        match self.quoted(start, b'\'', true)?[..] {
            [byte] => Ok(Sign::Character(byte)),
            _ => Err(FilterError::new(
                start..self.at,
                "between single quotes stands one character of one byte",
            )
            .help("a string stands between double quotes: \"hello\"")),
        }
    }

    fn unexpected(&self, start: usize, c: char) -> FilterError {
        let error = FilterError::new(
            start..self.at,
            format!("{} means nothing here", super::shown(&c.to_string())),
        );
        match c {
            '=' => error.help(match self.bytes.get(self.at) {
                Some(b'>') => "greater or equal is >=",
                Some(b'<') => "less or equal is <=",
                _ => "equality is ==",
            }),
            '|' => error.help("or is || or the word or"),
            '^' => error.help("exclusive or is ^^ or the word xor"),
            '$' => error.help("${…} refers to the packet that is selected in Wireshark's window; here there is none"),
            ';' => error.help("one filter at a time; join two with and, or with or"),
            '“' | '”' | '„' => {
                error.help("a string stands between straight quotes: \"hello\"")
            }
            _ => error,
        }
    }
}

/// True when a slash after this word begins the length of a prefix: the word is an address.
fn takes_prefix(word: &str) -> bool {
    word.contains(':') || word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit())
}

/// True for a character of field names, numbers, addresses and byte strings.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '-')
}
