//! What can stand next in a rule that is being typed: words for completion, and the shape of the rest as a hint. Not the reading.

/// The first words of an order, with what they do.
pub const KINDS: &[(&str, &str)] = &[
    ("delay", "deliver later: delay 50ms [jitter 10ms]"),
    ("loss", "lose by chance: loss 10%"),
    ("rate", "carry so many bits a second: rate 1mbit"),
    ("mtu", "carry packets of at most so many bytes: mtu 576"),
    ("drop", "lose the frames that are picked"),
    ("duplicate", "deliver them twice"),
    ("reorder", "let another frame pass them"),
    ("corrupt", "change a byte of them"),
    ("cut", "lose everything"),
    ("join", "mend the cut"),
    ("hold", "keep frames in the air until `step` or `release`"),
    ("step", "let the next held frame go on, or so many, or #12"),
    ("lose", "lose the oldest held frame, or one: lose #12"),
    ("release", "let all held frames go on, and hold no more"),
    ("clear", "drop all rules, or one"),
    ("seed", "where chance begins: seed 7"),
];

/// The words that begin a clause, with what they say.
pub const CLAUSES: &[(&str, &str)] = &[
    ("next", "the next one, or so many"),
    ("after", "let so many pass first"),
    ("from", "only frames of a host"),
    ("to", "only frames for a host"),
    ("where", "only frames that pass a display filter"),
    ("by", "how much later"),
    ("jitter", "how much the delay varies"),
    ("queue", "how many frames may wait"),
];

/// What kind of word can come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A kind of rule.
    Kind,
    /// A clause out of these.
    Clause(&'static [&'static str]),
    /// The name of a host.
    Host,
    /// A piece of a display filter; true where it begins.
    Filter(bool),
    /// Only what the user knows: a number, a time.
    Nothing,
}

const PICKED: &[&str] = &["next", "after", "from", "to", "where"];
const DELAYED: &[&str] = &["next", "after", "from", "to", "where", "by", "jitter"];
const RATED: &[&str] = &["queue", "from", "to", "where"];
const SET: &[&str] = &["from", "to", "where"];
const JOINED: &[&str] = &["from", "to"];

/// What can follow `said`, the complete words after `wire`.
pub fn next(said: &str) -> Next {
    let words: Vec<&str> = said.split_whitespace().collect();
    let (Some(kind), Some(last)) = (words.first(), words.last()) else {
        return Next::Kind;
    };
    let clause = words
        .iter()
        .rposition(|word| matches!(*word, "where" | "from" | "to"));
    match clause.map(|at| (words[at], words.len() - at - 1)) {
        Some(("where", behind)) => return Next::Filter(behind == 0),
        Some((_, 0)) => return Next::Host,
        _ => {}
    }
    match (*kind, *last) {
        (_, "after" | "by" | "jitter" | "queue" | "loss" | "rate" | "mtu")
        | ("seed" | "clear" | "step" | "lose" | "release", _) => Next::Nothing,
        ("drop" | "duplicate" | "reorder" | "corrupt", _) => Next::Clause(PICKED),
        ("delay", _) => Next::Clause(DELAYED),
        ("rate", _) => Next::Clause(RATED),
        ("loss" | "mtu" | "cut" | "hold", _) => Next::Clause(SET),
        ("join", _) => Next::Clause(JOINED),
        _ => Next::Nothing,
    }
}

/// The shape of what can follow `said`, whose last word is complete: shown behind the cursor.
pub fn shape(said: &str) -> Option<&'static str> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let [kind, rest @ ..] = &words[..] else {
        return None;
    };
    Some(match (*kind, rest) {
        ("delay", []) => "50ms [jitter 10ms] [next N | 2nd] [from HOST] [where FILTER]",
        ("delay", [_]) => "[jitter 10ms] [next N | 2nd] [from HOST] [where FILTER]",
        ("loss", []) => "10% [from HOST] [to HOST] [where FILTER]",
        ("rate", []) => "1mbit [queue 100] [from HOST] [to HOST] [where FILTER]",
        ("mtu", []) => "576 [from HOST] [to HOST] [where FILTER]",
        ("drop" | "duplicate" | "reorder" | "corrupt", []) => {
            "next [N] | 2nd | 10% [after N] [from HOST] [to HOST] [where FILTER]"
        }
        ("drop" | "duplicate" | "reorder" | "corrupt", ["next"]) => {
            "[N] [after N] [from HOST] [to HOST] [where FILTER]"
        }
        ("loss" | "rate" | "mtu" | "drop" | "duplicate" | "reorder" | "corrupt", [_])
        | ("cut" | "hold", []) => "[from HOST] [to HOST] [where FILTER]",
        ("join", []) => "[from HOST] [to HOST]",
        ("clear", []) => "[RULE]",
        ("seed", []) => "7",
        ("step", []) => "[N | #12]",
        ("lose", []) => "#12",
        (_, [.., "where"]) => "FILTER",
        (_, [.., "from" | "to"]) => "HOST",
        (_, [.., "from" | "to", _]) => "[where FILTER]",
        _ => return None,
    })
}
