//! Times of one run, rounded to what the next run gives again: a retransmission after 205 ms is told as 0.2 s. Times that somebody
//! chose, the delay of a wire rule or a timeout, stay as they are.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Where a measured time stands: in front of a packet's arrow, behind what a call returned, in the sentence that names a timer, and in
/// the column of a drawing.
static PLACES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?m)^(?<before> *#[0-9]+ )(?<time> *[0-9.]+ (?:ms|s))(?<after>  ?[^ \n])",
        r"(?m)(?<before>\) = .*  )(?<time>[0-9.]+ (?:ms|s))(?<after>$|  )",
        r"(?<before>backoff ×[0-9]+: |\(TLP\): |nothing came for |held for |time-wait in )(?<time>[0-9.]+ (?:ms|s))(?<after>(?-u:\b))",
        r#"(?<before> class="t-dim" text-anchor="end">)(?<time>[0-9.]+ (?:ms|s))(?<after><)"#,
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// The text with its measured times rounded. A column stays as wide as it was.
pub fn rounded(text: &str) -> String {
    let mut text = text.to_owned();
    for place in PLACES.iter() {
        let replaced = place.replace_all(&text, |found: &Captures<'_>| {
            let time = &found["time"];
            let word = round(time.trim()).unwrap_or_else(|| time.trim().to_owned());
            let is_column = time.starts_with(' ') || found["before"].trim_start().starts_with('#');
            let width = if is_column { time.chars().count() } else { 0 };
            format!("{}{word:>width$}{}", &found["before"], &found["after"])
        });
        text = replaced.into_owned();
    }
    text
}

/// To 10 ms below a tenth of a second, to a tenth below ten seconds, else to a second.
fn round(time: &str) -> Option<String> {
    let (number, unit) = time.split_once(' ')?;
    let number: f64 = number.parse().ok()?;
    let milliseconds = match unit {
        "s" => number * 1000.0,
        _ => number,
    };
    Some(if milliseconds < 95.0 {
        format!("{:.0} ms", (milliseconds / 10.0).round() * 10.0)
    } else if milliseconds < 9950.0 {
        format!("{:.1} s", milliseconds / 1000.0)
    } else {
        format!("{:.0} s", milliseconds / 1000.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_rounded_and_what_was_chosen_is_not() {
        for (line, told) in [
            ("  #2  0.029 ms │◀─ [SYN]", "  #2      0 ms │◀─ [SYN]"),
            (
                " #12  205.3 ms │── [PSH] ─▶│  delayed 250 ms: wire rule 1",
                " #12     0.2 s │── [PSH] ─▶│  delayed 250 ms: wire rule 1",
            ),
            ("  #3  1.024 s  a  epoll", "  #3    1.0 s  a  epoll"),
            (
                "     poll([{fd=3}], 1, 300) = 0 (Timeout)   300.4 ms",
                "     poll([{fd=3}], 1, 300) = 0 (Timeout)   0.3 s",
            ),
            (
                "     accept(3) = 4  42.1 ms  e.py:26",
                "     accept(3) = 4  40 ms  e.py:26",
            ),
            (
                "(RTO), try 1, backoff ×1: 208 ms without an acknowledgment",
                "(RTO), try 1, backoff ×1: 0.2 s without an acknowledgment",
            ),
            (
                "TIME-WAIT time-wait in 59.9 s",
                "TIME-WAIT time-wait in 60 s",
            ),
            (
                "<text class=\"t-dim\" text-anchor=\"end\">0.110 ms</text>",
                "<text class=\"t-dim\" text-anchor=\"end\">0 ms</text>",
            ),
            ("server> poll s 300 ms", "server> poll s 300 ms"),
            (
                "timed out after 0.3 s (Python: TimeoutError)",
                "timed out after 0.3 s (Python: TimeoutError)",
            ),
        ] {
            assert_eq!(rounded(line), told, "{line}");
        }
    }
}
