//! The lines and the table of messages.

use super::*;
use crate::event::message::End;
use crate::render::sample::screens;

fn end(name: &str) -> End {
    End {
        name: name.to_owned(),
        address: None,
        waits: false,
    }
}

fn message(act: Act, kind: &str, data: &[u8]) -> MessageEvent {
    MessageEvent {
        time_ns: 1_700_000_000_000_000_000,
        command: 1,
        process: "lab".to_owned(),
        call: if matches!(act, Act::Wrote(_)) {
            "send(6)"
        } else {
            "recv(7)"
        }
        .to_owned(),
        family: Family::Unix,
        kind: kind.to_owned(),
        act,
        from: end("u"),
        to: end("v"),
        length: data.len() as u64,
        data: data.to_vec(),
        descriptors: Vec::new(),
        credentials: None,
        parts: Vec::new(),
        inside: Vec::new(),
        more: 0,
        group: None,
    }
}

fn reading(of: &[u64], waiting: u64, cut: u64) -> Act {
    Act::Read(Reading {
        of: of.to_vec(),
        waiting,
        cut,
        looked: false,
    })
}

fn line(message: &MessageEvent) -> String {
    told(message).lines[0].text().trim().to_owned()
}

#[test]
fn a_line_says_who_to_whom_and_what_became_of_the_boundaries() {
    for (act, kind, data, expected) in [
        (
            Act::Wrote(1),
            "SOCK_DGRAM",
            &b"he\x1bllo"[..],
            "u → v  message 1, 6 bytes \"he\\x1bllo\"   (no packet: AF_UNIX never leaves the kernel)",
        ),
        (
            reading(&[1], 0, 0),
            "SOCK_SEQPACKET",
            b"hello",
            "v ← u  took message 1, 5 bytes",
        ),
        (
            reading(&[1], 0, 3),
            "SOCK_DGRAM",
            b"he",
            "v ← u  took 2 bytes of message 1; 3 bytes of it are gone: a message is read once",
        ),
        (
            reading(&[1, 2, 3], 1, 0),
            "SOCK_STREAM",
            b"hello",
            "v ← u  took 5 bytes of writes 1 to 3: a stream keeps no boundaries; 1 byte wait",
        ),
        (
            Act::End(Ending::Closed),
            "SOCK_STREAM",
            b"",
            "v ← u  end of file: the other end is closed",
        ),
    ] {
        assert_eq!(line(&message(act, kind, data)), expected);
    }
}

#[test]
fn descriptors_credentials_and_netlink_messages_are_told() {
    let mut passed = message(Act::Wrote(4), "SOCK_DGRAM", b"x");
    passed.descriptors = vec!["fd 3 (s)".to_owned()];
    passed.credentials = Some("pid=7, uid=0, gid=0".to_owned());
    assert_eq!(
        line(&passed),
        "u → v  message 4, 1 byte \"x\", with fd 3 (s), from pid=7, uid=0, gid=0   (no packet: AF_UNIX never leaves the kernel)"
    );
    let mut netlink = message(Act::Wrote(5), "SOCK_RAW", b"\x14\0\0\0");
    netlink.family = Family::Netlink;
    netlink.to = end("kernel");
    netlink.parts = vec!["RTM_GETLINK (REQUEST, DUMP)".to_owned()];
    assert_eq!(
        line(&netlink),
        "u → kernel  message 5, 4 bytes: RTM_GETLINK (REQUEST, DUMP)   (no packet: netlink speaks with the kernel itself)"
    );
}

#[test]
fn the_table_says_which_call_has_read_what() {
    let first = message(Act::Wrote(1), "SOCK_STREAM", b"hello");
    let second = message(Act::Wrote(2), "SOCK_STREAM", "wörld 你好".as_bytes());
    let mut passed = message(Act::Wrote(3), "SOCK_DGRAM", b"x");
    passed.descriptors = vec!["fd 3 (s)".to_owned()];
    let taken = message(reading(&[1, 2], 4, 0), "SOCK_STREAM", b"hellow");
    let all = [&first, &second, &passed, &taken];
    insta::assert_snapshot!(screens(|look| table(&all, look)));
}
