//! What a page says when everything is left out that differs from run to run. Two pages agree when these are the same.
//!
//! Prose is compared letter for letter. Of a console block and of a drawing the words are, in their order, where these stand for
//! themselves: times, numbers of five digits and more (ports, process ids, sequence numbers, sizes), windows, bytes. Lines, widths and
//! the arrows of a ladder follow from the lengths of numbers and are not compared.

use regex::Regex;
use std::sync::LazyLock;

/// What is left out, and the sign that stands for it.
const LEFT_OUT: &[(&str, &str)] = &[
    // Bytes beside their offset, and what they are as text.
    (r"(?m)^[ \t]*[0-9a-f]{4}  (?:[0-9a-f]{2} ).*$", " BYTES "),
    (r"0x[0-9a-f]+", "HEX"),
    // A call shows its time only when it took long.
    (
        r"(?-u:\b)[0-9]+(?:\.[0-9]+)? ?(?:ns|µs|us|ms|s|min)(?-u:\b)",
        " ",
    ),
    (
        r"(?-u:\b)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?-u:\b)",
        "TIME",
    ),
    (r"(?-u:\b)Win=[0-9]+", "Win=N"),
    (r"(?-u:\b)pid [0-9]+", "pid N"),
    (r"[0-9]{5,}", "N"),
    // The lines of ladders and tables.
    (
        r"[\u{2190}-\u{21ff}\u{2500}-\u{259f}\u{25a0}-\u{25ff}]+",
        " ",
    ),
    (r"[ \t\n]+", " "),
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    LEFT_OUT
        .iter()
        .filter_map(|(pattern, sign)| Some((Regex::new(pattern).ok()?, *sign)))
        .collect()
});

/// A page of Markdown, piece by piece: a line of prose, or all of a console block.
pub fn page(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        if let Some((fence, body)) = &mut open {
            if line == fence.as_str() {
                pieces.push(words(body));
                open = None;
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(fence) = line.strip_suffix("console")
            && fence.len() >= 3
            && fence.chars().all(|mark| mark == '`')
        {
            open = Some((fence.to_owned(), String::new()));
        } else {
            pieces.push(line.to_owned());
        }
    }
    pieces.extend(open.map(|(_, body)| words(&body)));
    pieces
}

/// A drawing: its words.
pub fn drawing(svg: &str) -> Vec<String> {
    svg.split("<text")
        .skip(1)
        .filter_map(|part| {
            let from = part.find('>')? + 1;
            Some(words(&part[from..part.find("</text>")?]))
        })
        .collect()
}

/// What a run printed, as words.
fn words(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, sign) in PATTERNS.iter() {
        text = pattern.replace_all(&text, *sign).into_owned();
    }
    text.trim().to_owned()
}

/// The first piece in which two pages differ, as it stands in the first and in the second.
pub fn difference(one: &[String], other: &[String]) -> Option<(String, String)> {
    let end = "(nothing more)".to_owned();
    (0..one.len().max(other.len())).find_map(|place| {
        let (left, right) = (one.get(place), other.get(place));
        (left != right).then(|| (left.unwrap_or(&end).clone(), right.unwrap_or(&end).clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), LEFT_OUT.len());
    }

    #[test]
    fn times_ports_and_widths_do_not_count_and_all_else_does() {
        let block = |body: &str| page(&format!("a\n```console\n{body}\n```\nb"));
        let one = block("#1  0.033 ms │── [SYN] Seq=0 ──▶│\n  127.0.0.1:33434  ok");
        for (other, same) in [
            ("#1 12.5 ms │─ [SYN] Seq=0 ─▶│ 127.0.0.1:40001 ok", true),
            ("#1 12.5 ms │─ [SYN] Seq=1 ─▶│ 127.0.0.1:40001 ok", false),
            ("#1 12.5 ms │─ [SYN] Seq=0 ─▶│ 127.0.0.2:40001 ok", false),
        ] {
            assert_eq!(difference(&one, &block(other)).is_none(), same, "{other}");
        }
    }

    #[test]
    fn prose_counts_letter_for_letter() {
        assert!(difference(&page("it takes 5 ms"), &page("it takes 6 ms")).is_some());
        assert!(difference(&page("a"), &page("a\nb")).is_some());
    }

    #[test]
    fn a_drawing_is_its_words() {
        let svg = "<svg><text x=\"1\">0.1 ms</text><line/><text x=\"2\">a</text></svg>";
        assert_eq!(drawing(svg), ["", "a"]);
    }
}
