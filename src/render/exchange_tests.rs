//! Tests of `exchange`: whole blocks at every width.

use super::*;
use crate::event::wire::{Effect, Ruling};
use crate::packet::headers::LinkType;
use crate::packet::text::is_printable;
use crate::render::sample::{ACK, C, Capture, FIN, PSH, RST, S, SYN, Side, cause, look, screens};
use insta::assert_snapshot;
use proptest::prelude::*;
use std::collections::HashMap;

fn shown(packets: &[PacketEvent]) -> String {
    let packets: Vec<&PacketEvent> = packets.iter().collect();
    let exchange = Exchange {
        packets: &packets,
        since_ns: &HashMap::new(),
        here: "lab",
    };
    screens(|look| draw(&exchange, look))
}

#[test]
fn a_handshake_stands_between_two_lifelines_with_its_cause_below() {
    assert_snapshot!(shown(&Capture::new().handshake()));
}

#[test]
fn a_lost_syn_ends_in_a_cross_and_its_retransmission_says_so() {
    let mut capture = Capture::new();
    let mut lost = capture.tcp(C, S, SYN, (1000, 0), b"");
    lost.rulings = vec![Ruling {
        rule: 1,
        effect: Effect::Lost,
    }];
    lost.cause = Some(cause(Certainty::Caused, "connect(3)", ""));
    capture.now_ns += 1_012_400_000;
    let mut again = capture.tcp(C, S, SYN, (1000, 0), b"");
    let timer = "the retransmission timer (RTO), try 1, backoff ×1: 1012 ms without an acknowledgment; #1 was lost by wire rule 1";
    again.cause = Some(cause(Certainty::Caused, "", timer));
    assert_snapshot!(shown(&[lost, again]));
}

#[test]
fn data_in_any_script_keeps_the_lifelines_straight() {
    let mut capture = Capture::new();
    capture.handshake();
    let text = "你好，世界 hello".as_bytes();
    let mut packets = vec![
        capture.tcp(C, S, PSH | ACK, (1001, 5001), text),
        capture.tcp(S, C, ACK, (5001, 1001 + text.len() as u32), b""),
        capture.tcp(
            S,
            C,
            PSH | ACK,
            (5001, 1001 + text.len() as u32),
            b"\x1b[2J\xff\x00 and then some more of it",
        ),
    ];
    packets[0].cause = Some(cause(Certainty::Caused, "send(4, 22 bytes)", ""));
    packets[1].cause = Some(cause(
        Certainty::Follows,
        "send(4, 22 bytes)",
        "s acknowledged at once",
    ));
    packets[2].cause = Some(Cause {
        process: "server".to_owned(),
        ..cause(Certainty::Caused, "send(5, 27 bytes)", "")
    });
    assert_snapshot!(shown(&packets));
}

#[test]
fn a_close_in_three_segments_and_a_refusal_are_two_blocks() {
    let mut capture = Capture::new();
    capture.handshake();
    let other = Side { port: 40400, ..C };
    let closed = Side {
        port: 81,
        name: "",
        ..S
    };
    let packets = [
        capture.tcp(C, S, FIN | ACK, (1001, 5001), b""),
        capture.tcp(other, closed, SYN, (7, 0), b""),
        capture.tcp(S, C, FIN | ACK, (5001, 1002), b""),
        capture.tcp(closed, other, RST | ACK, (0, 8), b""),
        capture.tcp(C, S, ACK, (1002, 5002), b""),
    ];
    assert_snapshot!(shown(&packets));
}

#[test]
fn numbers_ascend_in_a_block_and_blocks_begin_in_the_order_of_their_first_packets() {
    let mut capture = Capture::new();
    let other = Side { port: 40400, ..C };
    let mut packets = [
        capture.tcp(C, S, SYN, (1000, 0), b""),
        capture.tcp(other, S, SYN, (7, 0), b""),
        capture.tcp(S, other, SYN | ACK, (9000, 8), b""),
        capture.tcp(S, C, SYN | ACK, (5000, 1001), b""),
        capture.tcp(other, S, ACK, (8, 9001), b""),
        capture.tcp(C, S, ACK, (1001, 5001), b""),
    ];
    // A timer's packet between those that share a cause.
    for (packet, call) in packets.iter_mut().zip(["a", "b", "b", "timer", "b", "a"]) {
        packet.cause = Some(cause(Certainty::Caused, call, ""));
    }
    let packets: Vec<&PacketEvent> = packets.iter().collect();
    let exchange = Exchange {
        packets: &packets,
        since_ns: &HashMap::new(),
        here: "lab",
    };
    for width in [60, 100] {
        let look = look(width, false);
        let text = draw(&exchange, &look).to_text(&look);
        let rows = text.lines().filter_map(|line| {
            let number = line.trim_start().strip_prefix('#')?;
            number.split(' ').next()?.parse::<u64>().ok()
        });
        assert_eq!(rows.collect::<Vec<_>>(), [1, 4, 6, 2, 3, 5], "{text}");
    }
}

#[test]
fn every_other_kind_of_frame_has_an_arrow_too() {
    let mut capture = Capture::new();
    let a = Side {
        name: "",
        ip: [10, 0, 0, 1],
        port: 0,
    };
    let b = Side {
        name: "",
        ip: [10, 0, 0, 2],
        port: 0,
    };
    let mut arp = vec![0xff; 6];
    arp.extend([
        2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1,
    ]);
    arp.extend([10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2]);
    let client = Side {
        name: "u",
        ip: a.ip,
        port: 40001,
    };
    let server = Side {
        name: "v",
        ip: b.ip,
        port: 53,
    };
    let mut neighbor = vec![0x60, 0, 0, 0, 0, 8, 58, 255];
    neighbor.extend([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    neighbor.extend([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    neighbor.extend([133, 0, 0, 0, 0, 0, 0, 0]);
    let packets = [
        capture.frame(LinkType::ETHERNET, &arp, ("", "")),
        capture.udp(client, server, b"query"),
        capture.ipv4(a, b, 1, &[8, 0, 0, 0, 0, 1, 0, 1, b'p', b'i', b'n', b'g']),
        capture.frame(LinkType::RAW, &neighbor, ("", "")),
        capture.ipv4(a, b, 132, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
        capture.ipv4(client, server, 6, &[0; 12]),
        capture.frame(LinkType(9999), &[0xde, 0xad], ("", "")),
    ];
    assert_snapshot!(shown(&packets));
}

proptest! {
    #[test]
    fn names_payloads_and_broken_frames_never_reach_the_screen_raw(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        data in any::<String>(),
        names in (any::<String>(), any::<String>()),
        width in 20_usize..130,
        ascii in any::<bool>(),
    ) {
        let mut capture = Capture::new();
        let mut packets = [
            capture.frame(LinkType::ETHERNET, &bytes, (&names.0, &names.1)),
            capture.frame(LinkType::RAW, &bytes, (&names.0, &names.1)),
            capture.tcp(C, S, PSH | ACK, (1, 1), data.as_bytes()),
        ];
        packets[2].from = names.0.as_str().into();
        packets[2].cause = Some(cause(Certainty::Caused, &names.1, &data));
        let packets: Vec<&PacketEvent> = packets.iter().collect();
        let look = look(width, ascii);
        let exchange = Exchange { packets: &packets, since_ns: &HashMap::new(), here: "lab" };
        let text = draw(&exchange, &look).to_text(&look);
        for row in text.split_terminator('\n') {
            prop_assert!(row.chars().all(is_printable), "{row:?}");
            prop_assert!(look.measure(row) <= width, "{row:?}");
        }
    }
}
