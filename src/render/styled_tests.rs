//! Tests of `styled`: wrapping, cutting, colour, escaping.

use super::*;
use proptest::prelude::*;

const PLAIN: Look = Look {
    width: 20,
    ascii: false,
    color: false,
};

fn shown(line: Line, look: &Look) -> String {
    Styled { lines: vec![line] }.to_text(look)
}

#[test]
fn a_long_line_wraps_at_words_with_a_hanging_indent_or_is_cut() {
    let wrapped = Line::wrapping(4).with(Style::Plain, "  one two three four five");
    assert_eq!(shown(wrapped, &PLAIN), "  one two three four\n    five\n");
    let cut = Line::new().with(Style::Plain, "  one two three four five");
    assert_eq!(shown(cut, &PLAIN), "  one two three fou…\n");
    let word = Line::wrapping(2).with(Style::Plain, "abcdefghijklmnopqrstuvwxyz");
    assert_eq!(shown(word, &PLAIN), "abcdefghijklmnopqrst\n  uvwxyz\n");
}

#[test]
fn a_string_of_bytes_goes_to_the_next_row_as_a_whole_where_it_fits_there() {
    for (text, rows) in [
        ("send(33, \"one two 3\")", "send(33,\n  \"one two 3\")\n"),
        ("recv(3, \"a b\", 9) = 3", "recv(3, \"a b\", 9) =\n  3\n"),
        (
            "x \"a \\\" b cc\" \"d e f g\"",
            "x \"a \\\" b cc\"\n  \"d e f g\"\n",
        ),
        // What fits on no row breaks where it must.
        (
            "x \"a string that is long\"",
            "x \"a string that is\n  long\"\n",
        ),
        ("\"one two three four\" x", "\"one two three four\"\n  x\n"),
    ] {
        let line = Line::wrapping(2).with(Style::Call, text);
        assert_eq!(shown(line, &PLAIN), rows, "{text}");
    }
    let prose = Line::wrapping(2).with(Style::Plain, "he said \"one two three\"");
    assert_eq!(shown(prose, &PLAIN), "he said \"one two\n  three\"\n");
}

#[test]
fn wide_characters_take_two_columns() {
    assert_eq!(PLAIN.measure("你好"), 4);
    assert_eq!(PLAIN.cut("你好你好", 5), "你好…");
    assert_eq!(PLAIN.left("你", 4), "你  ");
    assert_eq!(PLAIN.right("你", 4), "  你");
}

#[test]
fn colour_is_sgr_around_each_piece_and_nothing_when_off() {
    let line = || {
        Line::new()
            .with(Style::Call, "a")
            .with(Style::Plain, "b")
            .with(Style::Error, "c")
    };
    let look = Look {
        color: true,
        ..PLAIN
    };
    assert_eq!(
        shown(line(), &look),
        "\u{1b}[36ma\u{1b}[0mb\u{1b}[1;31mc\u{1b}[0m\n"
    );
    assert_eq!(shown(line(), &PLAIN), "abc\n");
}

#[test]
fn what_is_hidden_is_shown_as_an_escape() {
    for (text, escaped) in [
        ("a\u{1b}[31mb", "a\\x1b[31mb"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u{202e}evil", "\\u202eevil"),
        ("\u{9b}31m", "\\u009b31m"),
        ("\\n stays", "\\n stays"),
    ] {
        assert_eq!(printable(text), escaped);
    }
}

#[test]
fn the_list_of_styles_names_each_once() {
    for (place, style) in Style::ALL.into_iter().enumerate() {
        assert_eq!(
            Style::ALL.iter().position(|other| *other == style),
            Some(place)
        );
    }
    assert_eq!(Style::field(FIELD_COLORS.len()), Style::Field(0));
}

proptest! {
    #[test]
    fn plain_text_never_holds_a_control_character_nor_a_line_wider_than_the_look(
        texts in prop::collection::vec(any::<String>(), 0..5),
        width in 4_usize..60,
        ascii in any::<bool>(),
        hang in prop::option::of(0_usize..10),
    ) {
        let mut line = hang.map_or_else(Line::new, Line::wrapping);
        for text in &texts {
            line.push(Style::Data, text);
        }
        let look = Look { width, ascii, color: false };
        let text = shown(line, &look);
        prop_assert!(text.ends_with('\n'));
        for row in text.split_terminator('\n') {
            prop_assert!(row.chars().all(is_printable), "{row:?}");
            prop_assert!(row.chars().map(columns).sum::<usize>() <= width, "{row:?}");
            prop_assert!(!ascii || row.is_ascii(), "{row:?}");
        }
    }
}
