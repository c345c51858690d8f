//! The ladder as a drawing: slow arrows, lost ones, what is written on them.

use super::*;
use crate::event::wire::{Effect, Ruling};
use crate::render::sample::{ACK, C, Capture, PSH, S};
use crate::render::svg::assert_well_formed;

/// The file of a ladder of these packets alone.
fn drawn(packets: &[PacketEvent]) -> String {
    let all: Vec<&PacketEvent> = packets.iter().collect();
    let ladder = Ladder {
        packets: &all,
        calls: &[],
        messages: &[],
    };
    let file = draw(&ladder).file("ladder");
    assert_well_formed(&file);
    file
}

#[test]
fn an_arrow_falls_to_the_time_of_its_arrival() {
    let rows = [(0, 10.0), (100, 30.0), (200, 90.0)];
    for (time, y) in [
        (0, 10.0),
        (50, 20.0),
        (100, 30.0),
        (150, 60.0),
        (199, 84.0),
        (200, 90.0),
        (500, 90.0 + STEP),
    ] {
        assert!((height(&rows, time) - y).abs() < 1e-9, "{time}");
    }
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    let late = Ruling {
        rule: 1,
        effect: Effect::Delayed(50_000_000),
    };
    packets[0].rulings = vec![late];
    assert_eq!(delay(&packets[0]), Some(50_000_000));
    packets[1].rulings = vec![Ruling {
        effect: Effect::Delayed(1000),
        ..late
    }];
    assert_eq!(delay(&packets[1]), None);
    let file = drawn(&packets);
    assert_eq!(file.matches("<polygon").count(), 3);
}

#[test]
fn a_packet_that_the_wire_holds_has_not_arrived() {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    packets[2].rulings = vec![Ruling {
        rule: 1,
        effect: Effect::Held,
    }];
    assert_eq!(delay(&packets[2]), None);
    let file = drawn(&packets);
    assert_eq!(file.matches("<polygon").count(), 2, "{file}");
    assert_eq!(file.matches("<circle").count(), 1, "{file}");
}

#[test]
fn a_lost_packet_ends_in_a_cross_and_data_is_escaped() {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    capture.now_ns += 300_000_000;
    packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), b"<b>&\x1b[2J\xff\"'"));
    packets[3].rulings = vec![Ruling {
        rule: 1,
        effect: Effect::Lost,
    }];
    let file = drawn(&packets);
    // Three heads for the three that arrived; two strokes of a cross for the one that did not.
    assert_eq!(file.matches("<polygon").count(), 3);
    assert_eq!(file.matches("class=\"s-lost\"").count(), 3);
    assert!(file.contains("300.0 ms pass"), "{file}");
    insta::assert_snapshot!(file.split_once("</style>").expect("it has ink").1);
}
