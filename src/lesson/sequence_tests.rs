//! Sequences put to a made-up capture: which hold, and what is named first where they do not.

use super::*;
use crate::lesson::lab::read_lines;
use crate::render::sample::{ACK, C, Capture, FIN, PSH, S};

/// Judges lines of packets, as a lesson has them under a command, against a capture.
fn outcome(lines: &str, packets: &[PacketEvent]) -> Outcome {
    let indented = lines.replace('\n', "\n  ");
    let read = read_lines(&format!("connect c :5000\n  {indented}\n"), 1);
    assert_eq!(read.errors, [], "{lines}");
    let seen: Vec<Seen<'_>> = packets
        .iter()
        .map(|packet| Seen {
            packet,
            from: vec![packet.from.to_string(), format!("host-{}", packet.from)],
            to: vec![packet.to.to_string(), format!("host-{}", packet.to)],
        })
        .collect();
    judge(&read.lines[0].packets, &seen, 1_700_000_000_000_000_000)
}

/// A handshake, five bytes and their acknowledgment, a FIN.
fn capture() -> Vec<PacketEvent> {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
    packets.push(capture.tcp(S, C, ACK, (5001, 1006), b""));
    capture.now_ns += 1_000_000_000;
    packets.push(capture.tcp(C, S, FIN | ACK, (1006, 5001), b""));
    packets
}

#[test]
fn what_is_not_mentioned_does_not_matter() {
    for lines in [
        "c -> s [SYN]\ns -> c [SYN, ACK]\nc -> s [ACK] len=5 \"hello\"\nc -> s [FIN, ACK]",
        "c -> s [S] seq=0\ns -> c [S.] seq=0 ack=1\nc -> s [.] ack=1\nc -> s [P.] len=5",
        "host-c -> host-s [SYN]\n* -> 127.0.0.1 [SYN, ACK]\n...\nc -> :5000 [F.]",
        "...\nc -> s [FIN, ACK] after 1s ±20%",
        "...\nc -> s [FIN, ACK] after >= 900ms",
        "c -> s [SYN]\nmaybe s -> c [RST]\ns -> c [SYN, ACK]",
        "c -> s [SYN]\nmaybe s -> c [SYN, ACK]\nc -> s len=5",
        "unordered {\nc -> s len=5\ns -> c [SYN, ACK]\nc -> s [SYN]\n}\nc -> s [F.]",
        "exactly\nc -> s [SYN]\ns -> c [S.]\nc -> s [.]\nc -> s [P.]\ns -> c [.] ack=6\nc -> s [F.]",
        "packet where tcp.flags.syn == 1\npacket from s\npacket to s len>0",
        "c -> s tcp ttl=64 win>0",
        "exactly\n...",
    ] {
        assert_eq!(outcome(lines, &capture()), Outcome::Held, "{lines}");
    }
}

#[test]
fn the_first_field_that_differs_is_named_with_both_values() {
    for (lines, line, field, wanted, found) in [
        ("c -> s [SYN] seq=0 mss=1400", 2, "mss", "1400", "65495"),
        ("c -> s [SYN, ACK]", 2, "flags", "[SYN, ACK]", "[SYN]"),
        ("s -> c [SYN]", 2, "sender", "s", "c"),
        ("c -> c [SYN]", 2, "receiver", "c", "s"),
        ("c -> s udp", 2, "protocol", "udp", "tcp"),
        ("c -> s [SYN] lost", 2, "fate", "lost", "delivered"),
        (
            "c -> s [SYN] retransmission",
            2,
            "label",
            "retransmission",
            "none",
        ),
        ("c -> s [SYN]\ns -> c [S.] ack=2", 3, "ack", "2", "1"),
        ("c -> s [SYN]\nc -> s len=5", 3, "sender", "c", "s"),
        (
            "c -> s [SYN]\ns -> c [S.]\nc -> s len=5 \"help\"",
            4,
            "data",
            "\"help\"",
            "\"hello\"",
        ),
        (
            "c -> s [SYN]\ns -> c [S.]\nc -> s [P.]\nc -> s [F.] after 5s ±10%",
            5,
            "time",
            "5 s ±10%",
            "1.000 s",
        ),
        (
            "c -> s [SYN] cause \"RTO\"",
            2,
            "cause",
            "\"RTO\"",
            "caused by connect(4)",
        ),
        ("c -> s [SYN] ttl<64", 2, "ttl", "<64", "64"),
        (
            "exactly\nc -> s [SYN]\ns -> c [S.]\nc -> s [P.]",
            5,
            "flags",
            "[PSH, ACK]",
            "[ACK]",
        ),
        (
            "exactly\nc -> s [SYN]",
            3,
            "number of packets",
            "no more of them",
            "one more",
        ),
        (
            "unordered {\nc -> s udp\ns -> c [R]\n}",
            2,
            "flags",
            "[RST]",
            "[SYN]",
        ),
    ] {
        match outcome(lines, &capture()) {
            Outcome::Mismatch {
                line: at,
                difference,
            } => {
                let unordered = lines.starts_with("unordered");
                assert_eq!(at, line, "{lines}");
                if !unordered {
                    assert_eq!(
                        (
                            difference.field.as_str(),
                            difference.wanted.as_str(),
                            difference.found.as_str()
                        ),
                        (field, wanted, found),
                        "{lines}"
                    );
                }
            }
            other => panic!("{lines}: {other:?}"),
        }
    }
}

#[test]
fn what_may_still_come_is_waited_for_and_the_nearest_is_named() {
    let packets = capture();
    let waiting = |lines: &str, packets: &[PacketEvent]| match outcome(lines, packets) {
        Outcome::Waiting {
            line,
            expected,
            nearest,
        } => (line, expected, nearest.map(|near| near.field)),
        other => panic!("{lines}: {other:?}"),
    };
    assert_eq!(
        waiting("c -> s [SYN]", &[]),
        (2, "c -> s [SYN]".to_owned(), None)
    );
    assert_eq!(
        waiting("c -> s [SYN]\ns -> c [S.]\nc -> s [.] ack=7", &packets[..3]),
        (4, "c -> s [.] ack=7".to_owned(), Some("ack".to_owned()))
    );
    assert_eq!(waiting("...\ns -> c [R]", &packets).0, 3);
}

#[test]
fn a_segment_sent_again_goes_unmentioned_unless_all_are_counted() {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    for _ in 0..2 {
        packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"hello"));
        capture.now_ns += 300_000_000;
    }
    packets.push(capture.tcp(C, S, FIN | ACK, (1006, 5001), b""));
    let rest = "c -> s [SYN]\ns -> c [S.]\nc -> s [.]\nc -> s [P.]\n";
    assert_eq!(
        outcome(&format!("{rest}c -> s [F.]"), &packets),
        Outcome::Held
    );
    assert_eq!(
        outcome(
            &format!("{rest}c -> s [P.] retransmission after >= 200ms\nc -> s [F.]"),
            &packets
        ),
        Outcome::Held
    );
    assert!(matches!(
        outcome(&format!("exactly\n{rest}c -> s [F.]"), &packets),
        Outcome::Mismatch { .. }
    ));
}
