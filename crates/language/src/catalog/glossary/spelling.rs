//! What a word that was copied from the screen may stand for in the glossary. Not the look-up.

/// Words in front of a topic that only say what it is.
const KINDS: [&str; 12] = [
    "errno ",
    "error ",
    "state ",
    "flag ",
    "option ",
    "field ",
    "label ",
    "phase ",
    "column ",
    "protocol ",
    "a ",
    "the ",
];

/// The topic as it may be written in the tables, the closest reading first.
pub(super) fn readings(topic: &str) -> Vec<String> {
    let whole = topic.trim();
    if whole == "_" {
        return vec!["last result".to_owned()];
    }
    let bare = bare(whole);
    let mut readings = vec![whole.to_owned(), bare.to_owned(), counted(bare)];
    if let Some((name, _)) = bare.split_once('=') {
        readings.push(format!("{name}="));
        readings.push(name.to_owned());
    }
    // `Dup ACK #1 of #4`, `icmp(echo)`, `reset: the connection is torn down`.
    for end in [" #", "(", ": "] {
        if let Some((name, _)) = bare.split_once(end) {
            readings.push(name.to_owned());
            readings.push(counted(name));
        }
    }
    let lower = bare.to_lowercase();
    for kind in KINDS {
        if lower.starts_with(kind) {
            readings.push(bare[kind.len()..].to_owned());
        }
    }
    if let Some(one) = bare.strip_suffix('s') {
        readings.push(one.to_owned());
    }
    readings.retain(|reading| !reading.trim().is_empty());
    readings
}

/// Without quotes, brackets and full stops around it.
pub(super) fn bare(topic: &str) -> &str {
    topic
        .trim()
        .trim_matches(|c: char| {
            matches!(
                c,
                '"' | '\'' | '`' | '[' | ']' | '(' | ')' | '.' | ',' | ':' | ';' | '!' | '…' | '?'
            )
        })
        .trim()
}

/// With N in place of each number: `close 2 of 4` is `close N of N`.
fn counted(topic: &str) -> String {
    let words: Vec<&str> = topic
        .split_whitespace()
        .map(|word| {
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                "N"
            } else {
                word
            }
        })
        .collect();
    words.join(" ")
}
