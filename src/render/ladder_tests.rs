//! Tests of `ladder`: whole drawings at every width.

use super::*;
use crate::event::wire::{Effect, Ruling};
use crate::render::sample::{ACK, C, Capture, FIN, PSH, S, SYN, Side, screens};
use insta::assert_snapshot;

fn call(process: &str, name: &str, fd: i32, result: i64, times: (i64, i64)) -> CallEvent {
    CallEvent {
        process: process.to_owned(),
        command: if name == "connect" { 5 } else { 1 },
        args: vec![fd.to_string()],
        fd: Some(fd),
        result,
        start_ns: times.0,
        end_ns: times.1,
        ..crate::event::sample::call(name, &[])
    }
}

fn shown(packets: &[PacketEvent], calls: &[CallEvent]) -> String {
    let packets: Vec<&PacketEvent> = packets.iter().collect();
    let calls: Vec<&CallEvent> = calls.iter().collect();
    let ladder = Ladder {
        packets: &packets,
        calls: &calls,
        messages: &[],
    };
    screens(|look| draw(&ladder, look))
}

#[test]
fn a_connection_from_connect_to_close_with_the_calls_in_the_outer_lanes() {
    let mut capture = Capture::new();
    let start = capture.now_ns;
    let mut packets = capture.handshake();
    let connected = capture.now_ns + 5_000;
    packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), "hi 你".as_bytes()));
    packets.push(capture.tcp(S, C, ACK, (5001, 1007), b""));
    capture.now_ns += 2_000_000_000;
    let before_close = capture.now_ns;
    let mut lost = capture.tcp(C, S, FIN | ACK, (1007, 5001), b"");
    lost.rulings = vec![Ruling {
        rule: 1,
        effect: Effect::Lost,
    }];
    packets.push(lost);
    capture.now_ns += 210_000_000;
    packets.push(capture.tcp(C, S, FIN | ACK, (1007, 5001), b""));
    let server = "127.0.0.1:5000"
        .parse()
        .map(crate::value::Address::Inet)
        .expect("an address");
    let client = "127.0.0.1:40312"
        .parse()
        .map(crate::value::Address::Inet)
        .expect("an address");
    let calls = [
        call("server", "socket", 3, 3, (start - 9000, start - 8000)),
        CallEvent {
            local: Some(server),
            ..call("server", "bind", 3, 0, (start - 5000, start - 4000))
        },
        CallEvent {
            peer: Some(client),
            made: vec![4],
            times: 1,
            blocked: true,
            ..call("server", "accept", 3, 4, (start - 2000, connected + 500))
        },
        call("lab", "connect", 3, 0, (start, connected)),
        call("lab", "send", 3, 6, (connected + 1000, connected + 2000)),
        call("lab", "close", 3, 0, (before_close, before_close + 5000)),
        call(
            "other",
            "getpid",
            9,
            77,
            (before_close, before_close + 5000),
        ),
    ];
    assert_snapshot!(shown(&packets, &calls));
}

#[test]
fn a_lifeline_for_each_endpoint_and_a_list_where_there_are_too_many() {
    let mut capture = Capture::new();
    let start = capture.now_ns;
    let second = Side {
        name: "d",
        port: 40400,
        ..C
    };
    let third = Side {
        name: "e",
        port: 40500,
        ..C
    };
    let packets = [
        capture.tcp(C, S, SYN, (1, 0), b""),
        capture.tcp(second, S, SYN, (1, 0), b""),
        capture.tcp(S, second, SYN | ACK, (1, 2), b""),
        capture.tcp(third, S, SYN, (1, 0), b""),
        capture.tcp(third, C, SYN, (1, 0), b""),
    ];
    assert_snapshot!(shown(
        &packets,
        &[call("lab", "connect", 3, 0, (start, start + 1))]
    ));
}
