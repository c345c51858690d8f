//! Regular expressions over bytes, as `matches` takes them: capitals and small letters are the same, a byte is a character, and there is
//! no limit to the bytes but the packet. The work is linear in them: an expression from anywhere is safe to run.

use regex::bytes::{Regex, RegexBuilder};

/// A compiled expression; its program has at most this many bytes.
const LARGEST: usize = 1 << 20;

/// An expression, ready to run.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Reads an expression; the error is one sentence, safe to print.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        RegexBuilder::new(&translated(text))
            .unicode(false)
            .case_insensitive(true)
            .size_limit(LARGEST)
            .build()
            .map(Self)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "the expression is too big".to_owned(),
                other => {
                    // The last line says what is wrong; those above it draw the expression.
                    let text = other.to_string();
                    let last = text.lines().last().unwrap_or_default();
                    super::shown(last.trim_start_matches("error: "))
                }
            })
    }

    /// Whether it matches somewhere.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.0.is_match(bytes)
    }
}

/// The expression in the words of the library: bytes beyond ASCII as escapes, and `$` also before a line end that is the last byte, as
/// Perl and Wireshark have it.
fn translated(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let many_lines = text.windows(3).any(|window| window == b"(?m");
    let mut in_class = false;
    let mut escaped = false;
    for byte in text {
        match byte {
            b'$' if !escaped && !in_class && !many_lines => out.push_str(r"(?:\n?\z)"),
            0x80.. => {
                for character in format!("\\x{byte:02x}").chars() {
                    out.push(character);
                }
            }
            _ => out.push(char::from(*byte)),
        }
        match byte {
            b'[' if !escaped => in_class = true,
            b']' if !escaped => in_class = false,
            _ => {}
        }
        escaped = *byte == b'\\' && !escaped;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn an_expression_is_found_in_bytes() {
        for (text, bytes, found) in [
            (&b"hello"[..], &b"say HELLO"[..], true),
            (b"^hello", b"say hello", false),
            (b"(?-i)hello", b"HELLO", false),
            (b"o$", b"hello", true),
            (b"o$", b"hello\n", true),
            (b"o$", b"hello\n\n", false),
            (b"o[$]", b"hello$", true),
            (br"o\$", b"hello$", true),
            (b"l+.w", b"hello world", false),
            (b"l+. w", b"hello world", true),
            (b".", b"\n", false),
            (b"\xff", b"\x00\xff", true),
            (br"\xff\x00", b"\xff\x00", true),
            ("é".as_bytes(), "É".as_bytes(), false),
            ("é".as_bytes(), "né".as_bytes(), true),
            (br"\d{3}", b"ab 200 OK", true),
            (br"\bok\b", b"not OKAY", false),
            (b"", b"", true),
        ] {
            let pattern = Pattern::read(text).expect("it is an expression");
            assert_eq!(pattern.is_in(bytes), found, "{text:?} in {bytes:?}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_in_one_sentence() {
        for (text, why) in [
            (&b"("[..], "unclosed group"),
            (b"(?<=a)b", "look-around"),
            (br"(a)\1", "backreferences"),
            (b"(a{1000}){1000}", "too big"),
            (b"[z-a]", "invalid character class range"),
        ] {
            let error = Pattern::read(text).expect_err("it is none");
            assert!(error.contains(why), "{error}");
        }
    }
}
