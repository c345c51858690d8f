//! Messages out of segments: cut, repeated, out of order, lost; each with the packets that carried it.

use super::Messages;
use crate::tracker::Tracker;
use socklab_packets::headers::LinkType;
use socklab_packets::record::{Frame, PacketEvent};

/// A segment: true from the client, the offset of its first byte, its payload, whether it has a FIN.
type Sent<'a> = (bool, u32, &'a [u8], bool);

fn frame((forward, at, payload, fin): Sent<'_>) -> Vec<u8> {
    let (ports, ends) = if forward {
        ([0x9c, 0x40, 0x13, 0x88], [1, 2])
    } else {
        ([0x13, 0x88, 0x9c, 0x40], [2, 1])
    };
    let mut bytes = vec![0x45, 0];
    bytes.extend((40 + payload.len() as u16).to_be_bytes());
    bytes.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
    bytes.extend([10, 0, 0, ends[0], 10, 0, 0, ends[1]]);
    bytes.extend(ports);
    bytes.extend((1001 + at).to_be_bytes());
    bytes.extend(1001_u32.to_be_bytes());
    bytes.extend([0x50, if fin { 0x11 } else { 0x10 }, 16, 0, 0, 0, 0, 0]);
    bytes.extend(payload);
    bytes
}

/// The messages of these segments: `> words [packets]`.
fn told(sent: &[Sent<'_>]) -> Vec<String> {
    let mut tracker = Tracker::new();
    let mut messages = Messages::default();
    let mut lines = Vec::new();
    // The first of a connection tells where its numbers begin.
    let begin = [(true, 0, &b""[..], false), (false, 0, b"", false)];
    for (sent, number) in begin.iter().chain(sent).zip(1..) {
        let mut packet = PacketEvent::alone(number, Frame::new(0, LinkType::RAW, &frame(*sent)));
        packet.track = tracker.packet(number, 0, &packet.headers);
        for message in messages.packet(&packet) {
            let arrow = if message.forward { '>' } else { '<' };
            lines.push(format!("{arrow} {} {:?}", message.words(), message.packets));
        }
    }
    lines
}

#[test]
fn a_message_has_the_packets_that_carried_it() {
    let request = b"GET / HTTP/1.1\r\n\r\n";
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcdHTTP/1.1 204 No\r\n\r\n";
    for (sent, expected) in [
        (
            vec![(true, 0, &request[..], false)],
            &["> GET / HTTP/1.1 [3]"][..],
        ),
        // Cut in three, the last two in the wrong order, one twice.
        (
            vec![
                (true, 0, &request[..5], false),
                (true, 10, &request[10..], false),
                (true, 0, &request[..5], false),
                (true, 5, &request[5..10], false),
            ],
            &["> GET / HTTP/1.1 [3, 4, 6]"],
        ),
        // Two requests in one segment, two responses that share one.
        (
            vec![
                (true, 0, &[&request[..], &request[..]].concat(), false),
                (false, 0, &answer[..30], false),
                (false, 30, &answer[30..], false),
            ],
            &[
                "> GET / HTTP/1.1 [3]",
                "> GET / HTTP/1.1 [3]",
                "< HTTP/1.1 200 OK, 4 bytes \"abcd\" [4, 5]",
                "< HTTP/1.1 204 No [5]",
            ],
        ),
        // A hole that is never filled: what follows is not read.
        (
            vec![
                (true, 0, &request[..5], false),
                (true, 9, &request[9..], false),
            ],
            &[],
        ),
        // A body until the end of the stream.
        (
            vec![
                (true, 0, &request[..], false),
                (false, 0, b"HTTP/1.0 200 OK\r\n\r\nab", false),
                (false, 21, b"c", true),
            ],
            &[
                "> GET / HTTP/1.1 [3]",
                "< HTTP/1.0 200 OK, 3 bytes until the end \"abc\" [4, 5]",
            ],
        ),
    ] {
        assert_eq!(told(&sent), expected, "{sent:?}");
    }
}
