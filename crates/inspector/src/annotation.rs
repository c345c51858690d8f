//! What was known of a packet beyond its bytes, as comments that stand beside it in a capture file, one fact each; and back from them to
//! what was known. Not the file (`pcapng.rs`, `section.rs`).

use socklab_packets::record::{Cause, Certainty, PacketEvent};
use socklab_packets::text::is_printable;
use socklab_packets::wire::{Effect, Ruling};
use socklab_packets::words;
use std::sync::Arc;

/// The first comment begins with it: `socklab #5: c → s`. The number is the packet's in its lab, to which the other comments refer; in
/// a file that holds a part of them it has another one.
const MARK: &str = "socklab #";
/// Stands for an end without a name.
const NAMELESS: &str = "?";
const ARROW: &str = " → ";
/// Between what a rule did and its number.
const RULE: &str = ": wire rule ";

/// Its comments: number and names, cause, what the wire did, step and labels. `pid` is the process whose call it was, as this machine
/// numbers it.
pub fn annotate(packet: &PacketEvent, pid: Option<i32>) -> Vec<String> {
    let mut comments = Vec::new();
    let named = !packet.from.is_empty() || !packet.to.is_empty();
    if named || packet.cause.is_some() || !packet.rulings.is_empty() {
        let mut head = format!("{MARK}{}", packet.number);
        if named {
            let name = |name: &str| if name.is_empty() { NAMELESS } else { name }.to_owned();
            let (from, to) = (name(&packet.from), name(&packet.to));
            head.extend([": ", &from, ARROW, &to]);
        }
        comments.push(head);
    }
    comments.extend(packet.cause.as_ref().map(|known| cause(known, pid)));
    comments.extend(packet.rulings.iter().copied().map(words::ruling));
    comments.push(words::step(&packet.track));
    comments.extend(packet.comments.iter().cloned());
    comments.retain(|comment| !comment.is_empty());
    comments.iter().map(|comment| safe(comment)).collect()
}

/// `caused by send(3, 5 bytes) in client, process 4711; the rest; the window was full until #4`.
fn cause(known: &Cause, pid: Option<i32>) -> String {
    if known.call.is_empty() {
        return words::cause(known);
    }
    let mut text = format!("{} {}", words::certainty(known.certainty), known.call);
    if !known.process.is_empty() {
        text.extend([" in ", &known.process]);
    }
    if let Some(pid) = pid {
        text.extend([", process ", &pid.to_string()]);
    }
    if !known.kernel.is_empty() {
        text.extend(["; ", &known.kernel]);
    }
    text
}

/// Puts what the comments of a file tell into the event in place of what it held: all that [`annotate`] said, and what others wrote.
/// The event's number and its track are set before. Comments are untrusted bytes.
pub fn learn<'a>(event: &mut PacketEvent, comments: impl Iterator<Item = &'a [u8]>) {
    forget(event);
    let mut own = false;
    for (place, bytes) in comments.enumerate() {
        let text = safe(&String::from_utf8_lossy(bytes));
        if place == 0
            && let Some(head) = text.strip_prefix(MARK)
        {
            own = true;
            self::head(event, head);
        } else if !(own && fact(event, &text)) && text != words::step(&event.track) {
            event.comments.push(text);
        }
    }
}

/// True when the comments of a file tell that the packet did not reach its receiver as it was.
pub fn tells_loss<'a>(mut comments: impl Iterator<Item = &'a [u8]>) -> bool {
    comments
        .next()
        .is_some_and(|first| first.starts_with(MARK.as_bytes()))
        && comments.any(|bytes| {
            let ruling = std::str::from_utf8(bytes).ok().and_then(ruling);
            ruling.is_some_and(|ruling| ruling.effect.moves_nobody())
        })
}

/// Takes away all that comments told.
pub fn forget(event: &mut PacketEvent) {
    event.cause = None;
    for name in [&mut event.from, &mut event.to] {
        if !name.is_empty() {
            *name = Arc::default();
        }
    }
    event.rulings.clear();
    event.comments.clear();
}

/// True when comments have told something of it.
pub fn is_annotated(event: &PacketEvent) -> bool {
    event.cause.is_some()
        || !(event.from.is_empty() && event.to.is_empty())
        || !(event.rulings.is_empty() && event.comments.is_empty())
}

/// The number in the lab, and the names.
fn head(event: &mut PacketEvent, text: &str) {
    let (number, names) = text.split_once(": ").unwrap_or((text, ""));
    if let Ok(number) = number.parse::<u64>()
        && number != event.number
    {
        event.comments.push(format!("#{number} in its lab"));
    }
    if let Some((from, to)) = names.split_once(ARROW) {
        for (name, text) in [(&mut event.from, from), (&mut event.to, to)] {
            if text != NAMELESS {
                *name = text.into();
            }
        }
    }
}

/// Takes a comment as a cause or as a ruling; false when it is neither.
fn fact(event: &mut PacketEvent, text: &str) -> bool {
    if let Some(ruling) = ruling(text) {
        event.rulings.push(ruling);
        return true;
    }
    let known = [Certainty::Caused, Certainty::Follows, Certainty::Probably]
        .into_iter()
        .find_map(|certainty| {
            let rest = text.strip_prefix(words::certainty(certainty))?;
            Some((certainty, rest.strip_prefix(' ')?))
        });
    let Some((certainty, words)) = known.filter(|_| event.cause.is_none()) else {
        return false;
    };
    // Whose call it was stands in the sentence already.
    event.cause = Some(Cause {
        certainty,
        command: None,
        process: String::new(),
        call: String::new(),
        kernel: words.to_owned(),
    });
    true
}

/// What [`words::ruling`] said, understood.
fn ruling(text: &str) -> Option<Ruling> {
    let (deed, rule) = text.rsplit_once(RULE)?;
    let rule = rule.parse().ok()?;
    let between = |before: &str, after: &str| deed.strip_prefix(before)?.strip_suffix(after);
    let effect = match deed {
        "lost" => Effect::Lost,
        "held in the air" => Effect::Held,
        "delivered twice" => Effect::Duplicated,
        "held back until another passed" => Effect::Reordered,
        _ => {
            if let Some(milliseconds) = between("delayed ", " ms") {
                let milliseconds: f64 = milliseconds.parse().ok()?;
                Effect::Delayed((milliseconds * 1e6).round() as u64)
            } else if let Some(place) = between("byte ", " changed") {
                Effect::Corrupted(place.parse().ok()?)
            } else if let Some(mtu) = between("lost, longer than the MTU of ", "") {
                Effect::TooBig(mtu.parse().ok()?)
            } else {
                Effect::Fragmented(between("carried in ", " fragments")?.parse().ok()?)
            }
        }
    };
    Some(Ruling { rule, effect })
}

/// Names and arguments come from outside: what could move a cursor or turn a line is escaped. An option holds 65,535 bytes.
pub fn safe(text: &str) -> String {
    const LONGEST: usize = 60_000;
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character) {
            safe.push(character);
        } else {
            safe.extend(character.escape_unicode());
        }
        if safe.len() > LONGEST {
            safe.push('…');
            break;
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::blank;

    /// What is read back from the comments of a packet.
    fn again(packet: &PacketEvent, number: u64) -> PacketEvent {
        let comments = annotate(packet, Some(4711));
        let mut event = blank();
        event.number = number;
        learn(&mut event, comments.iter().map(String::as_bytes));
        event
    }

    #[test]
    fn what_was_known_of_a_packet_is_known_again_after_a_file() {
        let mut packet = blank();
        packet.number = 5;
        packet.from = "c".into();
        packet.cause = Some(Cause {
            certainty: Certainty::Follows,
            command: Some(3),
            process: "client".to_owned(),
            call: "send(3, 5 bytes)".to_owned(),
            kernel: "the rest; the window was full until #4".to_owned(),
        });
        let effects = [
            Effect::Lost,
            Effect::Delayed(20_000_000),
            Effect::Delayed(1_234_567),
            Effect::Held,
            Effect::Duplicated,
            Effect::Reordered,
            Effect::Corrupted(40),
            Effect::TooBig(1000),
            Effect::Fragmented(3),
        ];
        let rulings = (1..).zip(effects);
        packet.rulings = rulings
            .map(|(rule, effect)| Ruling { rule, effect })
            .collect();
        packet.comments = vec!["seen by the teacher".to_owned()];
        assert_eq!(
            annotate(&packet, Some(4711))[..2],
            [
                "socklab #5: c → ?",
                "follows from send(3, 5 bytes) in client, process 4711; the rest; the window was full until #4"
            ]
        );
        let read = again(&packet, 5);
        assert_eq!((&*read.from, &*read.to), ("c", ""));
        assert_eq!(read.rulings, packet.rulings);
        assert_eq!(read.comments, ["seen by the teacher"]);
        assert_eq!(
            read.cause.as_ref().map(words::cause),
            annotate(&packet, Some(4711)).get(1).cloned()
        );
        // Written once more it is the same.
        assert_eq!(annotate(&read, None), annotate(&packet, Some(4711)));
        // A part of a file numbers its frames anew.
        assert_eq!(again(&packet, 2).comments[0], "#5 in its lab");
    }

    #[test]
    fn comments_of_others_are_shown_as_they_are_and_never_raw() {
        let mut event = blank();
        for (comments, expected) in [
            (&[&b"caused by a student"[..]][..], "caused by a student"),
            (&[b"lost: wire rule 1"], "lost: wire rule 1"),
            (&[b"\x1b[2J\xff"], "\\u{1b}[2J\u{fffd}"),
        ] {
            learn(&mut event, comments.iter().copied());
            assert_eq!(event.comments, [expected]);
            assert!(event.cause.is_none() && event.rulings.is_empty());
        }
        forget(&mut event);
        assert!(!is_annotated(&event));
    }
}
