//! The colours of a line while it is typed, as classes of its pieces. Which colour a class has is the terminal's matter.

use super::function::KEYWORDS;
use super::scan::{Role, Slot, scan};
use crate::catalog::verb::Verb;
use std::ops::Range;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A verb, a method, a function.
    Verb,
    /// `AF_INET`, `True`.
    Constant,
    /// Text and bytes, and what a verb takes as it stands.
    String,
    /// Numbers, times, sizes.
    Number,
    /// `127.0.0.1:5000`, `./x.sock`.
    Address,
    /// Variables and attributes.
    Name,
    /// Operators and punctuation.
    Operator,
    /// From `#` to the end of the line.
    Comment,
    /// What cannot be read, and a first word that is neither a verb nor the beginning of anything else.
    Error,
    /// `server>`
    Process,
}

/// The pieces of a line in order, without the blanks between them. Never fails, whatever the line is.
pub fn highlight(line: &str) -> Vec<(Range<usize>, Class)> {
    let pieces = scan(line).pieces;
    pieces
        .iter()
        .enumerate()
        .map(|(place, piece)| {
            let class = match piece.role {
                Role::Process => Class::Process,
                Role::Verb => Class::Verb,
                Role::Constant => Class::Constant,
                Role::String | Role::Raw => Class::String,
                Role::Number => Class::Number,
                Role::Address => Class::Address,
                Role::Operator => Class::Operator,
                Role::Comment => Class::Comment,
                Role::Error => Class::Error,
                Role::Name => {
                    let next = pieces.get(place + 1).map(|next| next.role);
                    // A first word with an argument after it should have been a verb.
                    let is_mistake = piece.slot == Slot::Start
                        && matches!(
                            next,
                            Some(
                                Role::Name
                                    | Role::Number
                                    | Role::String
                                    | Role::Address
                                    | Role::Constant
                            )
                        );
                    if is_mistake {
                        Class::Error
                    } else {
                        Class::Name
                    }
                }
            };
            let word = &line[piece.span.clone()];
            // Python's keywords are painted like verbs where they are understood.
            let class = if class == Class::Operator
                && KEYWORDS.contains(&word)
                && Verb::named(word).is_some()
            {
                Class::Verb
            } else {
                class
            };
            (piece.span.clone(), class)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{ProptestConfig, any, proptest};

    #[test]
    fn continued_lines_at_the_end_of_a_text_are_read_over() {
        for text in [
            "\\\\\r\n\\\n",
            "\\\\\n\\\n",
            "\\",
            "\\\n",
            "a \\\n\\\n",
            "packets \\\n",
            "\\é",
        ] {
            let _ = highlight(text);
        }
    }

    /// The classes of a line, one letter for each of its bytes; blanks stay blanks.
    fn classes(line: &str) -> String {
        let mut shown = vec![' '; line.len()];
        for (range, class) in highlight(line) {
            let letter = match class {
                Class::Verb => 'V',
                Class::Constant => 'C',
                Class::String => 'S',
                Class::Number => 'N',
                Class::Address => 'A',
                Class::Name => 'n',
                Class::Operator => '.',
                Class::Comment => '#',
                Class::Error => 'E',
                Class::Process => 'P',
            };
            shown[range].fill(letter);
        }
        shown.into_iter().collect()
    }

    #[test]
    fn each_piece_of_a_line_has_its_class() {
        for (line, expected) in [
            (
                "s = socket AF_INET SOCK_STREAM",
                "n . VVVVVV CCCCCCC CCCCCCCCCCC",
            ),
            (
                "server> bind s 127.0.0.1:5000 # x",
                "PPPPPPP VVVV n AAAAAAAAAAAAAA ###",
            ),
            ("send s b\"x\" * 5000", "VVVV n SSSS . NNNN"),
            ("s.send(b\"x\", flags=0x1)", "n.VVVV.SSSS. nnnnn.NNN."),
            ("socket.socket()", "nnnnnn.VVVVVV.."),
            ("bnid s :1", "EEEE n AA"),
            ("send s \"x", "VVVV n EE"),
            (
                "packets tcp.port == 5000; why",
                "VVVVVVV SSSSSSSSSSSSSSSS. VVV",
            ),
            ("recv s 1s", "VVVV n NN"),
            ("x = data[1:5]", "n . nnnn.N.N."),
            ("repeat 3 { close s }", "VVVVVV N . VVVVV n ."),
            ("bind s $", "VVVV n ."),
            ("bind s 10.0.0.300", "VVVV n EEEEEEEEEE"),
            ("x = a / ./b", "n . n . AAA"),
        ] {
            assert_eq!(classes(line), expected, "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_pieces_are_in_order_and_cover_every_visible_byte(line in "[a-c0-9 .:,;=()\\[\\]{}\"'#&|*/+<>@~%\\\\é\n-]{0,40}") {
            let mut end = 0;
            for (range, _) in highlight(&line) {
                assert!(range.start >= end && range.start < range.end, "{line:?}");
                assert!(line[end..range.start].chars().all(|next| next.is_whitespace() || next == '\\'), "{line:?}");
                end = range.end;
            }
            assert!(line[end..].chars().all(|next| next.is_whitespace() || next == '\\'), "{line:?}");
        }

        #[test]
        fn no_text_makes_it_panic(line in any::<String>()) {
            highlight(&line);
        }
    }
}
