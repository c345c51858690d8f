//! Characters for terminals that show only ASCII: what each drawn or typographic character becomes.
//! Not the escaping of control characters: that has happened before (`styled`).

use std::borrow::Cow;

/// The replacement for a character that ASCII lacks; `None` when it is to be shown by its code point.
fn replacement(character: char) -> Option<&'static str> {
    Some(match character {
        '─' | '━' | '╌' | '–' | '—' | '·' | '•' | '−' | '╴' | '╶' => "-",
        '│' | '┃' | '┆' | '╎' => "|",
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => {
            "+"
        }
        '═' => "=",
        '║' | '╔' | '╗' | '╚' | '╝' | '╖' | '╢' | '╜' | '■' => "#",
        '▶' | '►' | '›' => ">",
        '◀' | '◄' | '‹' => "<",
        '▼' | '↓' => "v",
        '▲' | '↑' => "^",
        '✗' | '✘' => "X",
        '✓' | '✔' => "ok",
        '×' => "x",
        '±' => "+-",
        '→' => "->",
        '←' => "<-",
        '↔' | '⇄' => "<->",
        '⇒' => "=>",
        '…' => "...",
        '⋮' => ":",
        '●' | '★' => "*",
        '○' => "o",
        '░' => ".",
        '’' | '‘' => "'",
        '“' | '”' => "\"",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        'µ' | 'μ' => "u",
        '§' => "section ",
        '\u{a0}' => " ",
        _ => return None,
    })
}

/// The text with every character that is not ASCII replaced, by a look-alike or by `\u{…}`. Borrowed when nothing changes.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            folded.push(character);
        } else if let Some(known) = replacement(character) {
            folded.push_str(known);
        } else {
            folded.extend(character.escape_unicode());
        }
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_and_boxes_have_look_alikes_and_other_letters_show_their_code_point() {
        for (text, folded) in [
            ("│── [SYN] ──▶│", "|-- [SYN] -->|"),
            ("◀─ ✗", "<- X"),
            ("CLOSED → LISTEN", "CLOSED -> LISTEN"),
            ("accept(3) … · ×4", "accept(3) ... - x4"),
            ("你", "\\u{4f60}"),
            ("plain", "plain"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
