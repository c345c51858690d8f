//! The fast writer beside the ordinary one: the same bytes for the same packets.

use super::*;
use crate::event::packet::{Certainty, Labels};
use crate::inspector::tracker::Tracker;
use crate::packet::decode::decode;
use crate::packet::headers::LinkType;
use crate::render::sample::{ACK, C, Capture, PSH, S, cause};
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

const TIMES: (i64, i64) = (1_000, 2_000);

fn both(packet: &PacketEvent, ascii_only: bool) -> (String, String) {
    let mut fast = Vec::new();
    Writer::new(Clock::Relative, ascii_only).write(&mut fast, packet, TIMES);
    let mut slow = Vec::new();
    slowly(&mut slow, packet, Clock::Relative, TIMES, ascii_only);
    let text = |bytes| String::from_utf8(bytes).expect("lines are UTF-8");
    (text(fast), text(slow))
}

fn assert_same(packet: &PacketEvent) {
    for ascii_only in [false, true] {
        let (fast, slow) = both(packet, ascii_only);
        assert_eq!(fast, slow);
    }
}

#[test]
fn every_label_and_phase_is_said_alike() {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    packets.push(capture.tcp(
        C,
        S,
        PSH | ACK,
        (1001, 5001),
        b"hello\r\n\"\\\x1b\xff\xe4\xbd",
    ));
    packets.push(capture.udp(
        C,
        S,
        "你好, мир\u{202e} and so on, as far as it goes".as_bytes(),
    ));
    for packet in &mut packets {
        packet.from = "".into();
        packet.to = "".into();
        assert_same(packet);
        for labels in [0x7fff, 1 << Label::DuplicateAck as u16] {
            packet.track.labels = Labels(labels);
            packet.track.duplicate_of = Some((3, 77));
            packet.track.acks = Some((5, 12));
            assert_same(packet);
        }
        packet.track.labels = Labels(0);
        for phase in [
            Phase::Handshake(1),
            Phase::Handshake(3),
            Phase::SimultaneousOpen(2),
            Phase::Close(1, 0),
            Phase::Close(2, 3),
            Phase::Close(3, 4),
            Phase::SimultaneousClose(4),
            Phase::OpenWithItself(2),
            Phase::Data,
            Phase::HalfClosedData,
            Phase::Acknowledgment,
            Phase::Refused,
            Phase::Reset,
            Phase::Request,
            Phase::Reply,
            Phase::Datagram,
            Phase::ErrorReport,
        ] {
            packet.track.phase = Some(phase);
            assert_same(packet);
            packet.track.acks = None;
            assert_same(packet);
        }
        packet.track.phase = None;
        assert_same(packet);
        packet.from = "c".into();
        packet.cause = Some(cause(Certainty::Caused, "lab", "send(3)"));
        assert_same(packet);
    }
}

/// A frame that is mostly right: addresses, ports, flags, options and data from a seed.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let bytes = |range| proptest::collection::vec(any::<u8>(), range);
    let options = prop_oneof![
        Just(Vec::new()),
        any::<[u8; 8]>().prop_map(|now| [&[1, 1, 8, 10][..], &now].concat()),
        any::<[u8; 3]>().prop_map(|offer| {
            let scale = offer[2] % 16;
            vec![2, 4, offer[0], offer[1], 4, 2, 1, 3, 3, scale, 0, 0]
        }),
        any::<[u8; 16]>().prop_map(|blocks| [&[1, 1, 5, 18][..], &blocks].concat()),
        bytes(4..5),
    ];
    let data = prop_oneof![
        Just(Vec::new()),
        bytes(0..60),
        "[ -~\\r\\n]{0,60}".prop_map(String::into_bytes),
        ".{0,20}".prop_map(String::into_bytes),
        ".{0,9}".prop_map(|path| format!("GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()),
        bytes(0..9).prop_map(|rest| [&[0x16, 3, 1, 0, 9][..], &rest].concat()),
        "[a-z]{1,9}".prop_map(|name| {
            let query = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.len() as u8];
            [&query, name.as_bytes(), &[0, 0, 1, 0, 1]].concat()
        }),
    ];
    let port = || prop_oneof![Just(53_u16), Just(80), Just(443), Just(5353), any::<u16>()];
    (
        (any::<bool>(), any::<bool>(), port(), port()),
        any::<[u8; 32]>(),
        any::<[u8; 16]>(),
        options,
        data,
    )
        .prop_map(|((six, udp, from, to), addresses, head, options, data)| {
            let mut above = [from.to_be_bytes(), to.to_be_bytes()].concat();
            if udp {
                above.extend((8 + data.len() as u16).to_be_bytes());
                above.extend([0, 0]);
            } else {
                above.extend(&head[4..12]);
                above.extend([((5 + options.len() / 4) << 4) as u8, head[12]]);
                above.extend(&head[13..15]);
                above.extend([0, 0, 0, head[15]]);
                above.extend(&options);
            }
            above.extend(&data);
            let protocol = if udp { 17 } else { 6 };
            let mut bytes = if six {
                let mut bytes = vec![0x60, 0, 0, 0];
                bytes.extend((above.len() as u16).to_be_bytes());
                bytes.extend([protocol, 64]);
                bytes.extend(addresses);
                bytes
            } else {
                let mut bytes = vec![0x45, 0];
                bytes.extend((20 + above.len() as u16).to_be_bytes());
                bytes.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
                bytes.extend(&addresses[..8]);
                bytes
            };
            bytes.extend(above);
            bytes
        })
}

fn assert_lines(frames: &[Vec<u8>]) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut tracker = Tracker::new();
    let mut capture = Capture::new();
    for (bytes, number) in frames.iter().zip(1..) {
        let mut packet = capture.frame(LinkType::RAW, bytes, ("", ""));
        packet.headers = decode(LinkType::RAW, bytes, bytes.len() as u32);
        packet.number = number;
        packet.track = tracker.packet(number, packet.frame.time_ns, &packet.headers);
        for ascii_only in [false, true] {
            let (fast, slow) = both(&packet, ascii_only);
            prop_assert_eq!(fast, slow);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_segment_and_any_datagram_is_told_alike(frames in proptest::collection::vec(frame(), 1..8)) {
        // Each is met again, so that the tracker has something to say of it.
        let twice: Vec<Vec<u8>> = frames.iter().chain(&frames).cloned().collect();
        assert_lines(&twice)?;
    }

    #[test]
    fn any_bytes_are_told_alike(frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..90), 1..8)) {
        assert_lines(&frames)?;
    }
}
