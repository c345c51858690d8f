//! Bytes from outside as text that is safe to show: every room that prints payload or names goes through here.
//! Not colour, width or wrapping, which belong to `render`.

use std::borrow::Cow;
use std::fmt::Write;

/// Bytes as text of at most `limit` characters; the last one is `…` when more would follow. Printable UTF-8 stays as it is.
/// Line ends and tabs become `\n \r \t`, a backslash `\\`, other control, format and bidi characters `\x1b` or `\u202e`,
/// and bytes that are not UTF-8 `\xff`.
pub fn escape(bytes: &[u8], limit: usize) -> String {
    escaped(bytes, limit, false)
}

/// The same of what is text already, without a copy where nothing has to be escaped.
pub fn escape_text(text: Cow<'_, str>, limit: usize) -> Cow<'_, str> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\';
    if text.len() <= limit && text.as_bytes().iter().all(plain) {
        text
    } else {
        escape(text.as_bytes(), limit).into()
    }
}

/// Bytes as [`escape`] shows them between double quotes, with `\"` for a quote inside; `limit` counts what is between them.
pub fn quote(bytes: &[u8], limit: usize) -> String {
    format!("\"{}\"", escaped(bytes, limit, true))
}

/// Bytes as pairs of hexadecimal digits with a space between: `de ad be ef`.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        let space = if index == 0 { "" } else { " " };
        // Writing into a String cannot fail.
        let _ = write!(out, "{space}{byte:02x}");
    }
    out
}

fn escaped(bytes: &[u8], limit: usize, quotes: bool) -> String {
    let mut out = Limited {
        text: String::with_capacity(bytes.len().min(limit)),
        len: 0,
        limit,
        fits: 0,
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !out.push_char(c, quotes) {
                return out.cut();
            }
        }
        for byte in chunk.invalid() {
            if !out.push(&format!("\\x{byte:02x}")) {
                return out.cut();
            }
        }
    }
    out.text
}

/// Text that takes pieces as long as there is room for them; a piece is never cut in two.
struct Limited {
    text: String,
    /// Characters in `text`.
    len: usize,
    /// Characters it may have.
    limit: usize,
    /// Bytes of `text` after which there is still room for an ellipsis.
    fits: usize,
}

impl Limited {
    /// Adds a piece; false when there is no room for it.
    fn push(&mut self, piece: &str) -> bool {
        let len = self.len + piece.chars().count();
        if len > self.limit {
            return false;
        }
        self.len = len;
        self.text.push_str(piece);
        if len < self.limit {
            self.fits = self.text.len();
        }
        true
    }

    fn push_char(&mut self, c: char, quotes: bool) -> bool {
        let mut utf8 = [0; 4];
        match c {
            '\n' => self.push("\\n"),
            '\r' => self.push("\\r"),
            '\t' => self.push("\\t"),
            '\\' => self.push("\\\\"),
            '"' if quotes => self.push("\\\""),
            _ if is_printable(c) => self.push(c.encode_utf8(&mut utf8)),
            '\0'..='\x7f' => self.push(&format!("\\x{:02x}", c as u32)),
            '\u{80}'..='\u{ffff}' => self.push(&format!("\\u{:04x}", c as u32)),
            _ => self.push(&format!("\\U{:08x}", c as u32)),
        }
    }

    /// The text so far with an ellipsis, within the limit.
    fn cut(mut self) -> String {
        self.text.truncate(self.fits);
        if self.limit > 0 {
            self.text.push('…');
        }
        self.text
    }
}

/// True for a character that shows as itself. The standard library's table says what is printable: controls, format characters
/// (bidi, zero width), private use and unassigned ones are not. It would escape combining marks at the start of a text, so
/// a letter stands in front.
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    let mut buffer = [b'a', 0, 0, 0, 0];
    let end = 1 + c.encode_utf8(&mut buffer[1..]).len();
    str::from_utf8(&buffer[..end]).is_ok_and(|text| text.escape_debug().eq(text.chars()))
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_text, hex, quote};
    use proptest::prelude::{any, prop_assert, proptest};
    use std::borrow::Cow;

    fn assert_escaped(table: &[(&[u8], &str)]) {
        for (bytes, expected) in table {
            assert_eq!(escape(bytes, usize::MAX), *expected, "of {bytes:?}");
        }
    }

    #[test]
    fn printable_text_stays_and_everything_else_is_escaped() {
        assert_escaped(&[
            (b"hello", "hello"),
            ("grüße, 世界 🙂".as_bytes(), "grüße, 世界 🙂"),
            ("e\u{301}".as_bytes(), "e\u{301}"),
            (b"a\r\n\tb\\n", "a\\r\\n\\tb\\\\n"),
            (b"\x1b[31mred\x07\x00\x7f", "\\x1b[31mred\\x07\\x00\\x7f"),
            (b"\xff\xc3(", "\\xff\\xc3("),
            ("\u{85}\u{9b}".as_bytes(), "\\u0085\\u009b"),
            (
                "\u{202e}\u{2066}\u{200f}".as_bytes(),
                "\\u202e\\u2066\\u200f",
            ),
            (
                "\u{200b}\u{feff}\u{2028}".as_bytes(),
                "\\u200b\\ufeff\\u2028",
            ),
            ("\u{e0041}".as_bytes(), "\\U000e0041"),
        ]);
    }

    #[test]
    fn a_limit_cuts_between_pieces_and_says_so() {
        assert_eq!(escape(b"hello", 5), "hello");
        assert_eq!(escape(b"hello!", 5), "hell…");
        assert_eq!(escape(b"abc\ndef", 5), "abc…");
        assert_eq!(escape(b"ab\n", 4), "ab\\n");
        assert_eq!(escape(b"\xff\xff", 4), "…");
        assert_eq!(escape(b"x", 0), "");
    }

    #[test]
    fn a_quoted_text_escapes_its_quotes() {
        assert_eq!(quote(b"say \"hi\"", 99), r#""say \"hi\"""#);
    }

    #[test]
    fn hex_has_a_space_between_bytes() {
        assert_eq!(hex(&[0xde, 0xad, 0]), "de ad 00");
        assert_eq!(hex(&[]), "");
    }

    proptest! {
        #[test]
        fn text_is_escaped_as_its_bytes_are_and_not_copied_where_it_is_plain(
            text in "[ -~]{0,20}.{0,2}",
            limit in 0_usize..30,
        ) {
            let escaped = escape_text(Cow::Borrowed(&text), limit);
            prop_assert!(*escaped == *escape(text.as_bytes(), limit), "{escaped:?}");
            prop_assert!(matches!(escaped, Cow::Owned(_)) || *escaped == *text);
        }

        #[test]
        fn no_control_character_gets_through_and_the_limit_holds(
            bytes in any::<Vec<u8>>(),
            limit in 0_usize..50,
        ) {
            let text = escape(&bytes, limit);
            prop_assert!(text.chars().count() <= limit);
            prop_assert!(!text.chars().any(char::is_control));
        }

        #[test]
        fn any_text_is_escaped_without_bidi_controls(text in any::<String>()) {
            let escaped = escape(text.as_bytes(), usize::MAX);
            let bad = ['\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}', '\u{200b}'..='\u{200f}'];
            prop_assert!(!escaped.chars().any(|c| bad.iter().any(|range| range.contains(&c))));
        }
    }
}
