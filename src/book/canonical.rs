//! What of a page does not change from run to run. Two pages agree when this is the same.
//!
//! Prose is compared letter for letter, and so are the lines typed, in their order. What they printed comes when kernels and timers let
//! it come: an acknowledgment may stand alone or travel with data, a call that slept ends under a later line, numbers are chosen anew.
//! So of all console blocks of a page together these are compared, whatever their order and number: the calls with their errors,
//! and the flags of segments that are more than an acknowledgment. That each came where it belongs is proved by the expectations of
//! the lesson, which are judged in the same run. Of a drawing, it is compared what it is a drawing of, which segments are in it, and
//! what was lost.

use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A call and what it returned: `send(3, "x", 1, 0) = -1 EPIPE`.
static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // Bytes of a packet may hold any sign, a parenthesis too.
    let pattern =
        r#"(?:^|\s)([a-z][a-z_0-9]*)\((?:[^()"]|"(?:[^"\\]|\\.)*")*\) = (-?[0-9]+)(?: (E[A-Z]+))?"#;
    Regex::new(pattern).ok()
});
/// The flags of a segment.
static FLAGS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[(?:SYN|FIN|RST|PSH)(?:, [A-Z]{3})*\] Seq").ok());
/// The flags of a segment on an arrow, and a loss beside one.
static DRAWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\[(?:SYN|FIN|RST|PSH)(?:, [A-Z]{3})*\]|lost: wire rule [0-9]+").ok()
});
/// A line typed, behind its prompt.
static TYPED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:[a-z][a-z0-9_-]*|\.\.\.)> ").ok());

/// A page of Markdown: its lines of prose, the lines typed in its console blocks, and at the end what all of these printed.
pub fn page(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut printed = String::new();
    let mut open: Option<&str> = None;
    for line in text.lines() {
        if let Some(fence) = open {
            if line == fence {
                open = None;
            } else if TYPED.as_ref().is_some_and(|typed| typed.is_match(line)) {
                pieces.push(line.to_owned());
                printed.push('\n');
            } else {
                printed.push_str(line.trim());
                printed.push(' ');
            }
        } else if let Some(fence) = line
            .strip_suffix(",long")
            .unwrap_or(line)
            .strip_suffix("console")
            && fence.len() >= 3
            && fence.chars().all(|mark| mark == '`')
        {
            open = Some(fence);
            printed.push('\n');
        } else if let Some((_, file)) = line
            .strip_prefix("![")
            .and_then(|rest| rest.split_once("]("))
        {
            // How many packets a drawing shows is the run's own.
            pieces.push(file.to_owned());
        } else if !line.trim().is_empty() {
            // An answer that is long in one run has a block of its own there: where blocks begin and end is the run's own.
            pieces.push(line.to_owned());
        }
    }
    pieces.extend(events(&printed));
    pieces
}

/// The calls and segments in what was printed, each once.
fn events(printed: &str) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    if let Some(pattern) = CALL.as_ref() {
        for found in pattern.captures_iter(printed) {
            // How much one recv took, how many descriptors were ready, a process id: the number is the run's own.
            let result = found.get(3).map_or("success", |errno| errno.as_str());
            events.insert(format!("{}: {result}", &found[1]));
        }
    }
    if let Some(pattern) = FLAGS.as_ref() {
        events.extend(
            pattern
                .find_iter(printed)
                .map(|found| found.as_str().to_owned()),
        );
    }
    events
}

/// A drawing: its title, the segments in it that are more than an acknowledgment, and what the wire lost.
pub fn drawing(svg: &str) -> Vec<String> {
    let mut pieces: Vec<String> = svg
        .split("<title>")
        .skip(1)
        .filter_map(|part| Some(part.split_once("</title>")?.0.to_owned()))
        .collect();
    let drawn: BTreeSet<&str> = DRAWN
        .as_ref()
        .into_iter()
        .flat_map(|pattern| pattern.find_iter(svg))
        .map(|found| found.as_str())
        .collect();
    pieces.extend(drawn.into_iter().map(str::to_owned));
    pieces
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
        assert!(CALL.is_some() && FLAGS.is_some() && TYPED.is_some() && DRAWN.is_some());
    }

    #[test]
    fn times_numbers_and_acknowledgments_do_not_count_and_what_happened_does() {
        let block = |body: &str| page(&format!("a\n```console\n{body}\n```\nb"));
        let one = block(
            "lab> send c \"x\"\n  send(3, \"x\", 1, 0) = 1\n#1 0.03 ms │─ [PSH, ACK] Seq=1 ─▶│",
        );
        for (other, same) in [
            (
                "lab> send c \"x\"\n  send(3, \"x\", 1, 0) = 1   2 ms\n#2 [ACK] Seq=1\n#1 9 ms [PSH, ACK] Seq=1",
                true,
            ),
            (
                "lab> send d \"x\"\n  send(3, \"x\", 1, 0) = 1\n#1 [PSH, ACK] Seq=1",
                false,
            ),
            (
                "lab> send c \"x\"\n  send(3, \"x\", 1, 0) = 2\n#1 [PSH, ACK] Seq=1",
                true,
            ),
            (
                "lab> send c \"x\"\n  send(3, \"x\", 1, 0) = -1 EPIPE\n#1 [PSH, ACK] Seq=1",
                false,
            ),
            (
                "lab> send c \"x\"\n  send(3, \"x\", 1, 0) = 1\n#1 [RST] Seq=1",
                false,
            ),
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
    fn a_call_is_known_whatever_bytes_it_moves() {
        let page = |data: &str| page(&format!("```console\n send(3, \"{data}\", 4, 0) = 4\n```"));
        for data in ["a)b(", "a\\\"b", "x) = -1 EPIPE"] {
            assert_eq!(page(data), ["send: success"], "{data}");
        }
    }

    #[test]
    fn where_a_block_ends_does_not_count_and_the_order_of_lines_does() {
        let one = page("a\n\n```console\nlab> x\nlab> y\n```\n\nb");
        let apart = "a\n\n```console\nlab> x\n```\n\n```console,long\nlab> y\n```\n\nb";
        assert_eq!(page(apart), one);
        assert_ne!(page("a\n\n```console\nlab> y\nlab> x\n```\n\nb"), one);
    }

    #[test]
    fn a_drawing_is_what_it_is_a_drawing_of() {
        assert_eq!(
            drawing("<svg><title>a</title><text>0.1 ms</text></svg>"),
            ["a"]
        );
        let one = drawing("<title>a</title><text>[SYN] Seq=0</text><text>[ACK]</text>");
        for (other, same) in [
            ("<title>a</title><text>[SYN] Seq=0 Len=1</text>", true),
            (
                "<title>a</title><text>[RST]</text><text>[SYN]</text>",
                false,
            ),
            (
                "<title>a</title><text>[SYN]</text><text>lost: wire rule 1</text>",
                false,
            ),
        ] {
            assert_eq!(drawing(other) == one, same, "{other}");
        }
    }
}
