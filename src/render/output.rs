//! What a program wrote, as it is but for control characters: colours and weights are kept, tabs are blanks, every other control is shown
//! as an escape. So output moves no cursor, sets no title, and colours nothing beyond its own line.

use super::sgr::Sgr;
use super::styled::{INDENT, Line, Style, Styled};
use crate::event::OutputEvent;

/// What a program wrote, line by line behind its name.
pub(super) fn output(event: &OutputEvent) -> Styled {
    let mut text = Styled::new();
    let style = if event.error {
        Style::Error
    } else {
        Style::Plain
    };
    let whole = event.text.strip_suffix(b"\n").unwrap_or(&event.text);
    for written in whole.split(|byte| *byte == b'\n') {
        let written = written.strip_suffix(b"\r").unwrap_or(written);
        let mut line =
            Line::wrapping(INDENT + 2).with(Style::Prompt, &format!("{}│ ", event.process));
        push(&mut line, style, written);
        text.push(line);
    }
    text
}

/// Adds a line of output, without its end, to `line`: text as it is, in `style` where it sets no colour itself.
fn push(line: &mut Line, style: Style, written: &[u8]) {
    let mut state = Sgr::default();
    let mut column = 0;
    for chunk in written.utf8_chunks() {
        let mut rest = chunk.valid();
        while !rest.is_empty() {
            let of = |state: Sgr| match state {
                plain if plain == Sgr::default() => style,
                state => Style::Sgr(state),
            };
            if let Some(after) = state.take(rest) {
                rest = after;
            } else if let Some(after) = rest.strip_prefix('\t') {
                let blanks = 8 - column % 8;
                line.push(of(state), &" ".repeat(blanks));
                column += blanks;
                rest = after;
            } else {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                let end = rest[first..]
                    .find(['\t', '\u{1b}'])
                    .map_or(rest.len(), |end| first + end);
                line.push(of(state), &rest[..end]);
                column += rest[..end].chars().count();
                rest = &rest[end..];
            }
        }
        for byte in chunk.invalid() {
            line.push(style, &format!("\\x{byte:02x}"));
            column += 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::text::is_printable;
    use crate::render::sample::look;
    use crate::render::styled::Styled;
    use proptest::prelude::*;

    fn shown(written: &[u8], color: bool) -> String {
        let mut line = Line::wrapping(0);
        push(&mut line, Style::Plain, written);
        let mut text = Styled::new();
        text.push(line);
        let mut look = look(80, false);
        look.color = color;
        text.to_text(&look).trim_end().to_owned()
    }

    #[test]
    fn output_is_shown_as_it_is_but_for_what_a_terminal_would_obey() {
        for (written, plain, colored) in [
            (r"C:\new\x".as_bytes(), r"C:\new\x", r"C:\new\x"),
            (b"\x1b[31mred\x1b[0m on", "red on", "\x1b[31mred\x1b[0m on"),
            (b"\x1b[1;38;5;208mx", "x", "\x1b[1;38;5;208mx\x1b[0m"),
            (b"\x1b[48;2;1;2;3;4mx", "x", "\x1b[4;48;2;1;2;3mx\x1b[0m"),
            (b"\x1b[91mx\x1b[39my", "xy", "\x1b[38;5;9mx\x1b[0my"),
            (b"\x1b[8;5mseen", "seen", "seen"),
            (b"a\tb", "a       b", "a       b"),
            (b"\x1b[2J\x1b[Hx", "\\x1b[2J\\x1b[Hx", "\\x1b[2J\\x1b[Hx"),
            (
                b"\x1b]0;title\x07",
                "\\x1b]0;title\\x07",
                "\\x1b]0;title\\x07",
            ),
            (b"\x1b[31", "\\x1b[31", "\\x1b[31"),
            (
                "\u{202e}x\u{9b}31m".as_bytes(),
                "\\u202ex\\u009b31m",
                "\\u202ex\\u009b31m",
            ),
            (b"50%\r60%\xff", "50%\\r60%\\xff", "50%\\r60%\\xff"),
        ] {
            assert_eq!(shown(written, false), plain);
            assert_eq!(shown(written, true), colored);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_colour_ends_with_its_line_and_nothing_else_is_obeyed(
            written in prop::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b'm'), any::<u8>()], 0..60)
        ) {
            let text = shown(&written, true);
            let mut rest = text.as_str();
            let mut on = false;
            while let Some(at) = rest.find('\u{1b}') {
                let after = Sgr::default().take(&rest[at..]).expect("only SGR");
                on = !rest[at..].starts_with("\u{1b}[0m");
                rest = after;
            }
            prop_assert!(!on);
            prop_assert!(shown(&written, false).chars().all(|next| next == '\n' || is_printable(next)));
        }
    }
}
